//! An array of texts at any 64-bit index, most of which are empty: slices of 4096 indexes in order, each kept as pairs
//! of offset and value, or as a stretch of values where that is smaller.
//!
//! Finding an index halves the list of slices, then the slice. Walking goes from value to value, whatever lies between.
//!
//! Left out: where to insert next, rings (`value/array`).

mod cells;
mod slice;
#[cfg(test)]
mod tests;

use super::listpack::Item;
use super::ordered::{Ordered, Place};
pub use slice::OFFSETS;
use slice::Slice;

/// See the module.
#[derive(Clone, Debug)]
pub struct Sparse {
    slices: Ordered<Entry>,
    count: usize,
    /// What the slices count for in an account of memory.
    weight: usize,
}

/// What a slice counts for in an account of memory, its cells aside.
const SLICE_WEIGHT: usize = 160;

/// A slice and which one it is.
#[derive(Clone, Debug)]
struct Entry {
    number: u64,
    slice: Box<Slice>,
}

/// How the slices are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Slices kept as stretches.
    pub dense: usize,
    /// Places of these, empty ones included.
    pub dense_places: usize,
    /// Values in these.
    pub dense_values: usize,
    /// Slices kept as pairs.
    pub sparse: usize,
    /// Pairs of these.
    pub sparse_values: usize,
}

impl Sparse {
    /// An empty one.
    pub const fn new() -> Self {
        Sparse { slices: Ordered::new(), count: 0, weight: 0 }
    }

    /// Stores a value; whether the index was empty. O(log slices), and moving a part of a slice.
    pub fn set(&mut self, index: u64, value: &[u8]) -> bool {
        let (number, offset) = split(index);
        let place = match self.place(number) {
            Ok(place) => place,
            Err(place) => self.slices.insert_at(place, Entry { number, slice: Box::default() }),
        };
        let slice = &mut self.slices.at_mut(place).slice;
        let before = slice.weight();
        let new = slice.set(offset, value);
        self.weight = self.weight + slice.weight() - before;
        self.count += usize::from(new);
        new
    }

    /// Empties an index; whether it was not.
    pub fn remove(&mut self, index: u64) -> bool {
        let (number, offset) = split(index);
        let Ok(place) = self.place(number) else { return false };
        let slice = &mut self.slices.at_mut(place).slice;
        let before = slice.weight();
        let removed = slice.remove(offset);
        if slice.is_empty() {
            self.slices.remove_at(place);
            self.weight -= before;
        } else {
            self.weight = self.weight + slice.weight() - before;
        }
        self.count -= usize::from(removed);
        removed
    }

    /// Empties `from..=to`; how many were not. Linear in these and in the slices they are in.
    pub fn remove_range(&mut self, from: u64, to: u64) -> usize {
        let mut removed = 0;
        while let Some(index) = self.next(from).filter(|index| *index <= to) {
            let (number, mut offset) = split(index);
            let Ok(place) = self.place(number) else { break };
            let last = if split(to).0 == number { split(to).1 } else { OFFSETS as u16 - 1 };
            let slice = &mut self.slices.at_mut(place).slice;
            let (len, before) = (slice.len(), slice.weight());
            let is_first = offset == 0 || slice.previous(offset - 1).is_none();
            if is_first && slice.previous(OFFSETS as u16 - 1).is_some_and(|it| it <= last) {
                **slice = Slice::default();
            } else {
                while let Some(next) = slice.next(offset).filter(|it| *it <= last) {
                    slice.remove(next);
                    offset = next;
                }
            }
            removed += len - slice.len();
            if slice.is_empty() {
                self.slices.remove_at(place);
                self.weight -= before;
            } else {
                self.weight = self.weight + slice.weight() - before;
            }
        }
        self.count -= removed;
        removed
    }

    /// The value at an index.
    pub fn get(&self, index: u64) -> Option<Item<'_>> {
        let (number, offset) = split(index);
        self.slice(number)?.get(offset)
    }

    /// The first index from `index` on with a value.
    pub fn next(&self, index: u64) -> Option<u64> {
        let mut found = None;
        self.walk(index, u64::MAX, &mut |index, _| {
            found = Some(index);
            false
        });
        found
    }

    /// Shows indexes with values from `from` to `to`, which may be the smaller, until `see` has seen enough. Linear in
    /// the values and the slices on the way.
    pub fn walk<'a>(&'a self, from: u64, to: u64, see: &mut dyn FnMut(u64, Item<'a>) -> bool) {
        let ((first, mut offset), (last, _)) = (split(from), split(to));
        let rising = from <= to;
        let mut place = match self.place(first) {
            Ok(place) => Some(place),
            Err(place) => {
                offset = if rising { 0 } else { OFFSETS as u16 - 1 };
                if rising { Some(self.place_from(first)) } else { self.slices.before(place) }
            }
        };
        while let Some(at) = place
            && let Some(Entry { number, slice }) = self.slices.element(at)
        {
            if (rising && *number > last) || (!rising && *number < last) {
                return;
            }
            let mut next = if rising { slice.next(offset) } else { slice.previous(offset) };
            while let Some(offset) = next {
                let index = number * OFFSETS as u64 + u64::from(offset);
                if (rising && index > to) || (!rising && index < to) {
                    return;
                }
                let Some(value) = slice.get(offset) else { return };
                if !see(index, value) {
                    return;
                }
                next = match rising {
                    true if usize::from(offset) + 1 == OFFSETS => None,
                    true => slice.next(offset + 1),
                    false => offset.checked_sub(1).and_then(|offset| slice.previous(offset)),
                };
            }
            offset = if rising { 0 } else { OFFSETS as u16 - 1 };
            place = if rising { Some(self.slices.after(at)) } else { self.slices.before(at) };
        }
    }

    /// Values.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The last index with a value.
    pub fn last(&self) -> Option<u64> {
        let mut found = None;
        self.walk(u64::MAX, 0, &mut |index, _| {
            found = Some(index);
            false
        });
        found
    }

    /// Slices.
    pub fn slices(&self) -> usize {
        self.slices.len()
    }

    /// How the slices are kept. O(slices).
    pub fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        for Entry { slice, .. } in self.slices.iter() {
            if let Some(places) = slice.places() {
                layout.dense += 1;
                layout.dense_places += places;
                layout.dense_values += slice.len();
            } else {
                layout.sparse += 1;
                layout.sparse_values += slice.len();
            }
        }
        layout
    }

    /// Bytes it counts for in an account of memory. O(1).
    pub fn weight(&self) -> usize {
        self.weight + self.slices() * SLICE_WEIGHT
    }

    fn slice(&self, number: u64) -> Option<&Slice> {
        self.slices.get(|entry| entry.number.cmp(&number)).map(|entry| &*entry.slice)
    }

    fn place_from(&self, number: u64) -> Place {
        self.slices.place_from(|entry| entry.number.cmp(&number))
    }

    fn place(&self, number: u64) -> Result<Place, Place> {
        self.slices.find(|entry| entry.number.cmp(&number))
    }
}

impl Default for Sparse {
    fn default() -> Self {
        Self::new()
    }
}

fn split(index: u64) -> (u64, u16) {
    (index / OFFSETS as u64, (index % OFFSETS as u64) as u16)
}
