//! Arrays: texts at any index, where the next one is to be appended, and perhaps how large a ring they are. There is one
//! form, whatever the size; a copy shares it.
//!
//! Left out: how they are kept (`ds/sparse`), and what is asked of them (`commands/array*`).

use super::shared::Shared;
use super::{Collection, Kind, LARGE_FORM, Object};
use crate::ds::listpack::Item;
use crate::ds::sparse::Sparse;

/// An array as keys hold it.
pub type SharedArray = Shared<Array>;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Array {
    /// The values.
    pub values: Sparse,
    /// Where the next one is appended; 0: none was, or a seek to there. [`Array::EXHAUSTED`]: nothing can be.
    pub next: u64,
    /// Slots of the ring that it was last used as; 0: it was not.
    pub ring: u64,
}

impl Array {
    /// The largest index.
    pub const INDEX_MAX: u64 = u64::MAX - 1;
    /// The place behind the largest index.
    pub const EXHAUSTED: u64 = u64::MAX;

    /// Appends a value as to a ring of `size` slots, which must not be 0; where it went.
    pub fn push_to_ring(&mut self, size: u64, value: &[u8]) -> u64 {
        let index = self.next % size;
        self.values.set(index, value);
        self.next = index + 1;
        index
    }

    /// Makes it a ring of `size` slots, if it is not: the latest values that fit are laid out anew from index 0, if that
    /// is not where they are. How many values had to be moved or removed. Linear in the values.
    pub fn make_ring(&mut self, size: u64) -> usize {
        let was = std::mem::replace(&mut self.ring, size);
        let fits = self.len_of_indexes() <= size;
        if was == size || (was == 0 && fits) {
            return if fits { 0 } else { self.values.remove_range(size, u64::MAX) };
        }
        let mut latest: Vec<Vec<u8>> = Vec::new();
        let most = usize::try_from(size).unwrap_or(usize::MAX).min(self.len());
        let mut keep = |_, value: Item<'_>| {
            latest.push(value.to_vec());
            latest.len() < most
        };
        // From the latest back to the first index, then on from the last one.
        let last = self.anchor();
        self.values.walk(last, 0, &mut keep);
        if latest.len() < most && last < u64::MAX {
            let mut keep = |_, value: Item<'_>| {
                latest.push(value.to_vec());
                latest.len() < most
            };
            self.values.walk(u64::MAX, last + 1, &mut keep);
        }
        let moved = self.len();
        self.values = Sparse::new();
        for (index, value) in (0..).zip(latest.iter().rev()) {
            self.values.set(index, value);
        }
        self.next = latest.len() as u64;
        moved
    }

    /// Where the latest value is: the last appended, or that of the largest index if none was.
    pub fn anchor(&self) -> u64 {
        self.next.checked_sub(1).unwrap_or_else(|| self.len_of_indexes().saturating_sub(1))
    }

    /// The largest index with a value, plus one.
    pub fn len_of_indexes(&self) -> u64 {
        self.values.last().map_or(0, |index| index + 1)
    }

    /// Values.
    pub fn len(&self) -> usize {
        self.values.count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes it counts for in the account of memory. O(1).
    pub fn weight(&self) -> usize {
        LARGE_FORM + self.values.weight()
    }
}

impl Collection for SharedArray {
    const KIND: Kind = Kind::Array;

    fn of(object: &Object) -> Option<&Self> {
        match object {
            Object::Array(array) => Some(array),
            _ => None,
        }
    }

    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        match object {
            Object::Array(array) => Some(array),
            _ => None,
        }
    }

    fn into_object(self) -> Object {
        Object::Array(self)
    }

    fn empty() -> Self {
        Shared::new(Array::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    /// The ring's values from the oldest to the latest.
    fn window(array: &Array) -> Vec<String> {
        let mut values = Vec::new();
        let mut see = |_, value: Item<'_>| {
            values.push(String::from_utf8(value.to_vec()).unwrap());
            true
        };
        let last = array.anchor();
        array.values.walk(last + 1, u64::MAX, &mut see);
        array.values.walk(0, last, &mut see);
        values
    }

    proptest! {
        #[test]
        fn a_ring_holds_the_latest(steps in prop::collection::vec((1u64..9, 1usize..4), 1..60)) {
            let (mut array, mut model) = (Array::default(), VecDeque::new());
            let mut number = 0;
            for (size, pushes) in steps {
                // Mostly the same size.
                let size = if size > 5 { size } else { 4 };
                array.make_ring(size);
                for _ in 0..pushes {
                    number += 1;
                    model.push_back(number.to_string());
                    array.push_to_ring(size, number.to_string().as_bytes());
                }
                while model.len() as u64 > size {
                    model.pop_front();
                }
                prop_assert_eq!(window(&array), Vec::from(model.clone()));
                prop_assert!(array.len_of_indexes() <= size);
            }
        }
    }
}
