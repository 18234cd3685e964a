//! A collection that is kept in order, in little code: the standard library's B-tree is several kilobytes of the
//! browser's download for each type it is made of.
//!
//! Sorted runs of at most `RUN_MAX` elements under one sorted list of runs. A search halves the list, then the run. An
//! insertion moves at most a run; one in so many splits a run and moves the list, whose elements are small: a million
//! elements make a list of some thousands. Elements that come in ascending order fill their runs.
//!
//! Left out: what an element is ordered by, which every call says; two elements that are equal.

use std::cmp::Ordering;

/// Elements in a run. Long enough that the list of runs stays short, short enough to move.
const RUN_MAX: usize = 256;

/// Draws before a random pick stops being fair.
const RANDOM_TRIES: usize = 1000;

/// Elements in order; see the module.
#[derive(Clone, Debug)]
pub struct Ordered<T> {
    /// None is empty.
    runs: Vec<Vec<T>>,
    len: usize,
}

/// Where an element is, or would be: its run and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(usize, usize);

impl Place {
    /// Where the first element is, or would be.
    pub const FIRST: Place = Place(0, 0);
}

impl<T> Ordered<T> {
    /// An empty one.
    pub const fn new() -> Self {
        Ordered { runs: Vec::new(), len: 0 }
    }

    /// Puts an element where a search said that it belongs; where that is now. Moves a run at most, and the list of runs one time in many.
    pub fn insert_at(&mut self, place: Place, element: T) -> Place {
        let Place(mut at, mut index) = place;
        if at == self.runs.len() {
            self.runs.push(Vec::new());
        }
        if self.runs[at].len() == RUN_MAX {
            // What is appended to the end leaves a full run behind, not a half.
            let last = index == RUN_MAX && at + 1 == self.runs.len();
            let split = if last { RUN_MAX } else { RUN_MAX / 2 };
            let right = self.runs[at].split_off(split);
            self.runs.insert(at + 1, right);
            if index >= split {
                (at, index) = (at + 1, index - split);
            }
        }
        self.runs[at].insert(index, element);
        self.len += 1;
        Place(at, index)
    }

    /// Puts an element behind all others.
    pub fn append(&mut self, element: T) {
        let run = self.runs.len().saturating_sub(1);
        let index = self.runs.last().map_or(0, Vec::len);
        self.insert_at(Place(run, index), element);
    }

    /// Takes out the element that a search found.
    pub fn remove_at(&mut self, place: Place) -> T {
        let element = self.runs[place.0].remove(place.1);
        if self.runs[place.0].is_empty() {
            self.runs.remove(place.0);
        }
        self.len -= 1;
        element
    }

    /// The element that a search found.
    pub fn at_mut(&mut self, place: Place) -> &mut T {
        &mut self.runs[place.0][place.1]
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = Ordered::new();
    }

    /// Where the element is that `order` calls equal; where it would be, if it is not there. `order` tells how an element
    /// compares with what is looked for. O(log n).
    ///
    /// # Errors
    /// The place to insert it.
    pub fn find(&self, order: impl Fn(&T) -> Ordering) -> Result<Place, Place> {
        // The last run whose first element is not behind what is looked for; nothing before the first run.
        let behind = self.runs.partition_point(|run| order(&run[0]).is_le());
        let at = behind.saturating_sub(1);
        let Some(run) = self.runs.get(at) else { return Err(Place(0, 0)) };
        run.binary_search_by(order).map(|index| Place(at, index)).map_err(|index| Place(at, index))
    }

    /// The element that `order` calls equal; see [`Ordered::find`].
    pub fn get(&self, order: impl Fn(&T) -> Ordering) -> Option<&T> {
        let place = self.find(order).ok()?;
        Some(&self.runs[place.0][place.1])
    }

    /// The place of the first element that is not before what is looked for, or the end. O(log n).
    pub fn place_from(&self, order: impl Fn(&T) -> Ordering) -> Place {
        self.find(order).unwrap_or_else(|place| self.settled(place))
    }

    /// The place behind the last element.
    pub fn end(&self) -> Place {
        Place(self.runs.len(), 0)
    }

    /// The place of the element before; `None` at the first.
    pub fn before(&self, place: Place) -> Option<Place> {
        match place {
            Place(run, index) if index > 0 => Some(Place(run, index - 1)),
            Place(run, _) => Some(Place(run.checked_sub(1)?, self.runs[run - 1].len() - 1)),
        }
    }

    /// The place behind an element.
    pub fn after(&self, place: Place) -> Place {
        self.settled(Place(place.0, place.1 + 1))
    }

    /// The element at a place; `None` at the end.
    pub fn element(&self, place: Place) -> Option<&T> {
        self.runs.get(place.0)?.get(place.1)
    }

    /// The elements from a place on, in order.
    pub fn iter_from(&self, place: Place) -> impl Iterator<Item = &T> {
        let (run, rest) = match self.runs.get(place.0..) {
            Some([run, rest @ ..]) => (&run[place.1..], rest),
            _ => (&[][..], &[][..]),
        };
        run.iter().chain(rest.iter().flatten())
    }

    /// The first element.
    pub fn first(&self) -> Option<&T> {
        self.runs.first()?.first()
    }

    /// The last element.
    pub fn last(&self) -> Option<&T> {
        self.runs.last()?.last()
    }

    /// Some element, each as likely as any other as far as `next` is uniform: places in runs are drawn until one is taken,
    /// about two draws. Runs that removals left nearly empty cost more; after a thousand the last run drawn decides.
    pub fn random(&self, mut next: impl FnMut() -> u64) -> Option<&T> {
        let below = |bits: u64, bound: usize| ((bits * bound as u64) >> 32) as usize;
        let longest = if self.runs.len() == 1 { self.len() } else { RUN_MAX };
        let mut found = self.first()?;
        for _ in 0..RANDOM_TRIES {
            let draw = next();
            let run = &self.runs[below(draw >> 32, self.runs.len())];
            match run.get(below(draw & 0xffff_ffff, longest)) {
                Some(element) => return Some(element),
                None => found = &run[0],
            }
        }
        Some(found)
    }

    /// All elements in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.runs.iter().flatten()
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The end of a run is the beginning of the next.
    fn settled(&self, place: Place) -> Place {
        match self.runs.get(place.0) {
            Some(run) if place.1 >= run.len() => Place(place.0 + 1, 0),
            _ => place,
        }
    }
}

impl<T: Ord> Ordered<T> {
    /// Adds an element; false if it was there.
    pub fn insert(&mut self, element: T) -> bool {
        let place = self.find(|other| other.cmp(&element));
        if let Err(place) = place {
            self.insert_at(place, element);
        }
        place.is_err()
    }

    /// Removes an element; false if it was not there.
    pub fn remove(&mut self, element: &T) -> bool {
        let place = self.find(|other| other.cmp(element));
        if let Ok(place) = place {
            self.remove_at(place);
        }
        place.is_ok()
    }
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Ordered::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn check(ordered: &Ordered<u16>, model: &BTreeSet<u16>) {
        assert!(ordered.iter().eq(model));
        assert_eq!(
            (ordered.len(), ordered.first(), ordered.last(), ordered.is_empty()),
            (model.len(), model.first(), model.last(), model.is_empty())
        );
        assert_eq!(
            ordered.before(ordered.end()).and_then(|last| ordered.element(last)),
            model.last()
        );
        assert!(ordered.runs.iter().all(|run| (1..=RUN_MAX).contains(&run.len())));
    }

    proptest! {
        #[test]
        fn does_what_a_set_does(
            start in 0..3000u16,
            edits in prop::collection::vec((any::<bool>(), 0..3000u16), 0..3000),
        ) {
            let (mut ordered, mut model) = (Ordered::new(), BTreeSet::new());
            for value in 0..start {
                prop_assert_eq!(ordered.insert(value), model.insert(value));
            }
            check(&ordered, &model);
            for (add, value) in edits {
                if add {
                    prop_assert_eq!(ordered.insert(value), model.insert(value));
                } else {
                    prop_assert_eq!(ordered.remove(&value), model.remove(&value));
                }
                prop_assert_eq!(ordered.get(|other| other.cmp(&value)), model.get(&value));
                let place = ordered.place_from(|other| other.cmp(&value));
                prop_assert!(ordered.iter_from(place).eq(model.range(value..)));
                prop_assert_eq!(ordered.element(place), model.range(value..).next());
                let before = ordered.before(place).and_then(|place| ordered.element(place));
                prop_assert_eq!(before, model.range(..value).next_back());
            }
            check(&ordered, &model);
            while let Some(first) = ordered.first().copied() {
                prop_assert!(ordered.remove(&first) && model.remove(&first));
            }
            check(&ordered, &model);
        }
    }

    #[test]
    fn random_picks_are_fair() {
        let mut ordered = Ordered::new();
        (0..1000_u16).for_each(|value| assert!(ordered.insert(value)));
        (0..1000).filter(|value| value % 3 == 0).for_each(|value| assert!(ordered.remove(&value)));
        let (mut rng, mut picks) = (crate::util::rng::Rng::new(1), [0_u32; 1000]);
        for _ in 0..66_600 {
            let picked = ordered.random(|| rng.next_u64()).unwrap();
            picks[usize::from(*picked)] += 1;
        }
        assert!(picks.iter().enumerate().all(|(value, &n)| (value % 3 == 0) == (n == 0)));
        assert!(picks.iter().all(|&n| n < 160), "a hundred each, ten is the deviation");
        assert_eq!(ordered.random(|| 0), Some(&1), "a stuck generator gets an element, too");
        assert_eq!(Ordered::<u8>::new().random(|| 0), None);
    }

    #[test]
    fn runs_are_filled() {
        let mut ordered = Ordered::new();
        (0..10 * RUN_MAX).for_each(|value| assert!(ordered.insert(value)));
        assert_eq!(ordered.runs.len(), 10);
        // What comes in descending order between them leaves no more runs than it must.
        let mut ordered: Ordered<usize> = Ordered::new();
        (0..RUN_MAX).for_each(|value| assert!(ordered.insert(value)));
        (RUN_MAX..10 * RUN_MAX).rev().for_each(|value| assert!(ordered.insert(value)));
        assert!(ordered.runs.len() <= 20);
        ordered.clear();
        assert!(ordered.is_empty() && ordered.find(|other| other.cmp(&0)) == Err(Place(0, 0)));
    }
}
