//! A stretch of ranks, read from either end.
//!
//! The iterator keeps the leaf it is in and walks down from the root again for the next one: some 64 keys share that
//! cost, and neither leaves nor iterators need links.

use core::iter::FusedIterator;

use super::Ranked;
use super::run::Run;

/// The keys of a [`Ranked`] between two ranks, ascending or reversed.
#[derive(Clone, Debug)]
pub struct Range<'a> {
    order: &'a Ranked,
    /// Ranks not yet given: `from..to`.
    from: usize,
    to: usize,
    /// The leaf and index of the next key from the front, once known.
    front: Option<(&'a Run, usize)>,
    /// The leaf and index after the next key from the back, once known.
    back: Option<(&'a Run, usize)>,
}

impl<'a> Range<'a> {
    pub(super) fn new(order: &'a Ranked, from: usize, to: usize) -> Self {
        Range { order, from, to, front: None, back: None }
    }
}

impl<'a> Iterator for Range<'a> {
    type Item = (f64, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.from == self.to {
            return None;
        }
        let (leaf, index) = match self.front {
            Some((leaf, index)) if index < leaf.len() => (leaf, index),
            _ => self.order.root.leaf_at(self.from),
        };
        self.front = Some((leaf, index + 1));
        self.from += 1;
        Some(leaf.get(index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl DoubleEndedIterator for Range<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.from == self.to {
            return None;
        }
        self.to -= 1;
        let (leaf, index) = match self.back {
            Some((leaf, after)) if after > 0 => (leaf, after - 1),
            _ => self.order.root.leaf_at(self.to),
        };
        self.back = Some((leaf, index));
        Some(leaf.get(index))
    }
}

impl ExactSizeIterator for Range<'_> {}
impl FusedIterator for Range<'_> {}
