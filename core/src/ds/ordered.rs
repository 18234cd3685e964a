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

    /// As [`Ordered::at_mut`], to look at.
    pub fn at(&self, Place(run, index): Place) -> &T {
        &self.runs[run][index]
    }

    /// The place of the element that would be moved by an insertion there; `None`: there is none.
    pub fn settle(&self, Place(run, index): Place) -> Option<Place> {
        let len = self.runs.get(run)?.len();
        if index < len {
            return Some(Place(run, index));
        }
        (run + 1 < self.runs.len()).then_some(Place(run + 1, 0))
    }

    /// The next element's place.
    pub fn after(&self, Place(run, index): Place) -> Option<Place> {
        self.settle(Place(run, index + 1))
    }

    /// The place of the element before.
    pub fn before(&self, Place(run, index): Place) -> Option<Place> {
        match index.checked_sub(1) {
            Some(index) => Some(Place(run, index)),
            None => {
                let run = run.checked_sub(1)?;
                Some(Place(run, self.runs[run].len() - 1))
            }
        }
    }

    /// The first element.
    pub fn first(&self) -> Option<&T> {
        self.runs.first()?.first()
    }

    /// All elements in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.runs.iter().flatten()
    }

    /// Elements in order from the first that `before` does not say of that it is before what is looked for. O(log n) to
    /// begin.
    pub fn iter_from(&self, before: impl Fn(&T) -> bool) -> impl Iterator<Item = &T> {
        let runs = self.runs.partition_point(|run| run.last().is_some_and(&before));
        let runs = &self.runs[runs..];
        let skipped = runs.first().map_or(0, |run| run.partition_point(before));
        runs.iter().flatten().skip(skipped)
    }

    /// Heap bytes. O(runs).
    pub fn allocated_bytes(&self) -> usize {
        let elements: usize = self.runs.iter().map(Vec::capacity).sum();
        elements * size_of::<T>() + self.runs.capacity() * size_of::<Vec<T>>()
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
            (ordered.len(), ordered.first(), ordered.is_empty()),
            (model.len(), model.first(), model.is_empty())
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
            }
            check(&ordered, &model);
            while let Some(first) = ordered.first().copied() {
                prop_assert!(ordered.remove(&first) && model.remove(&first));
            }
            check(&ordered, &model);
        }
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
