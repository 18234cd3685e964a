//! Byte strings ("members") in the order of their scores: what makes a large sorted set answer by rank.
//!
//! A counted B+-tree. Its keys are `(score, member)`, ordered by score, then by the bytes of the member. Leaves are
//! packed runs of up to 64 keys (`run`), so a key costs little more than its score and its bytes, and a range is read
//! from contiguous memory; inner nodes know how many keys each child has (`node`), so every question about ranks is one
//! walk down: O(log n). Compared with a skip list it needs no pointers in a key and follows few of them.
//!
//! Scores compare as IEEE numbers: `-0.0` equals `0.0`; NaN must never come in.
//!
//! Left out: finding the score of a member; sorted sets keep a dictionary beside this.

mod node;
mod range;
mod run;
#[cfg(test)]
mod tests;

use node::{Edge, Inner, Inserted};
pub use range::Range;

/// Members ordered by score; see the module.
pub struct Ranked {
    root: Inner,
    len: usize,
    heap: usize,
}

impl Ranked {
    /// An empty order.
    pub fn new() -> Self {
        let root = Inner::new();
        let heap = root.heap_bytes();
        Ranked { root, len: 0, heap }
    }

    /// Adds a key; `false` when exactly this one was there. O(log n).
    ///
    /// The same member under another score is another key: remove the old one first.
    pub fn insert(&mut self, score: f64, member: &[u8]) -> bool {
        debug_assert!(!score.is_nan(), "scores are ordered");
        let edge = Edge { first: true, last: true };
        match self.root.insert(score, member, edge, &mut self.heap) {
            Inserted::Not => return false,
            Inserted::Here => {}
            Inserted::Split(score, member, right) => {
                let left = core::mem::replace(&mut self.root, Inner::new());
                self.root = Inner::above(left, score, &member, right);
                self.heap += self.root.own_heap_bytes();
            }
        }
        self.len += 1;
        true
    }

    /// Removes a key; `false` when it was not there. O(log n).
    pub fn remove(&mut self, score: f64, member: &[u8]) -> bool {
        debug_assert!(!score.is_nan(), "scores are ordered");
        let removed = self.root.remove(score, member, &mut self.heap);
        if removed {
            self.len -= 1;
            self.lower();
        }
        removed
    }

    /// Removes up to `count` keys from rank `start` on, showing each to `gone` in order; returns how many there were.
    /// O(log n + keys removed).
    pub fn remove_range(
        &mut self,
        start: usize,
        count: usize,
        mut gone: impl FnMut(f64, &[u8]),
    ) -> usize {
        let start = start.min(self.len);
        let count = count.min(self.len - start);
        if count == self.len {
            self.root.visit(&mut gone);
            self.clear();
        } else if count > 0 {
            self.root.remove_range(start, start + count, &mut gone, &mut self.heap);
            self.len -= count;
            self.lower();
        }
        count
    }

    /// Removes every key and frees the nodes.
    pub fn clear(&mut self) {
        *self = Ranked::new();
    }

    /// Number of keys. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no keys.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many keys come before this one, which must be there. O(log n).
    pub fn rank_of(&self, score: f64, member: &[u8]) -> Option<usize> {
        self.root.rank_of(score, member)
    }

    /// The key at `rank`, from 0. O(log n).
    pub fn select(&self, rank: usize) -> Option<(f64, &[u8])> {
        if rank >= self.len {
            return None;
        }
        let (leaf, index) = self.root.leaf_at(rank);
        Some(leaf.get(index))
    }

    /// The first rank whose key `before` answers `false` for: lower and upper bounds of every kind. O(log n).
    ///
    /// `before` must be `true` up to some point of the order and `false` from there on, for any key: it is also asked about
    /// keys that lie between those in the set, with members cut short. Any other answers give some rank, never a panic.
    /// Where all scores are equal, it is asked about that score only, so it may judge by the member alone.
    pub fn rank_by(&self, mut before: impl FnMut(f64, &[u8]) -> bool) -> usize {
        self.root.rank_by(&mut before)
    }

    /// Up to `count` keys from rank `start` on, from either end. O(log n), then O(1) a key.
    pub fn range(&self, start: usize, count: usize) -> Range<'_> {
        let start = start.min(self.len);
        Range::new(self, start, start + count.min(self.len - start))
    }

    /// All keys in order, from either end.
    pub fn iter(&self) -> Range<'_> {
        self.range(0, self.len)
    }

    /// Bytes held, on the heap and here, spare room included. O(1): a running total.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.heap
    }

    /// Drops roots that have become superfluous.
    fn lower(&mut self) {
        if self.len == 0 {
            return self.clear();
        }
        while let Some(child) = self.root.take_only_child() {
            self.heap -= self.root.own_heap_bytes();
            self.root = child;
        }
    }
}

impl Default for Ranked {
    fn default() -> Self {
        Ranked::new()
    }
}

impl Clone for Ranked {
    fn clone(&self) -> Self {
        // A copy has no spare room, so its total is another.
        let root = self.root.clone();
        let heap = root.heap_bytes();
        Ranked { root, len: self.len, heap }
    }
}

impl<'a> IntoIterator for &'a Ranked {
    type Item = (f64, &'a [u8]);
    type IntoIter = Range<'a>;

    fn into_iter(self) -> Range<'a> {
        self.iter()
    }
}

impl core::fmt::Debug for Ranked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
