//! What entries count for in an account of memory: a sum that is the same on every machine and for every copy, however
//! allocators round and vectors grow.
//!
//! An entry counts its record and what it spilled, byte for byte, and fixed shares of what cannot be told apart: its
//! place in the index and the room around records. Removing an entry takes off exactly what inserting it added, so whoever
//! keeps below a bound by removing entries gets there, although the pages themselves only go once they are half empty.
//! Measured against what is really allocated, the sum is off by some percent (`tests`).
//!
//! Spilled values change in place, behind the back of their dictionary. It remembers the one that it lent last, with what
//! that counted for, and looks again before it does anything else.

use super::record::{self, KEY_INLINE_MAX};
use super::segment::Segment;
use super::{Dict, Payload};

/// A value that can be spilled.
pub trait Weigh {
    /// Bytes that it counts for: lengths, not capacities, so that a copy counts for the same on any machine. O(1).
    fn weight(&self) -> usize;
}

/// An entry's share of index, segment and directory, and of the room that pages keep.
pub const ENTRY_SHARE: usize = 8;
/// Where a spilled value stands, and what an allocator adds to it.
const SPILLED_VALUE: usize = 56;
/// The same for a long key.
const SPILLED_KEY: usize = 32;

/// The running total.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) weight: usize,
    lent: Option<Lent>,
}

/// A spilled value that somebody may change.
#[derive(Clone, Copy)]
struct Lent {
    segment: u32,
    index: u32,
    weight: usize,
}

impl<V: Weigh, const META: usize> Dict<V, META> {
    /// What all entries count for, bytes. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        match self.tally.lent {
            None => self.tally.weight,
            Some(lent) => self.tally.weight - lent.weight + self.weight_of_lent(lent),
        }
    }

    /// The same, from every entry. O(n).
    pub fn weight_by_walk(&self) -> usize {
        self.iter().map(|entry| entry.weight()).sum()
    }

    /// Notes that a spilled value is about to be changed. One that already is lent needs no second look.
    #[inline]
    pub(super) fn lend(&mut self, segment: usize, index: usize) {
        let (segment, index) = (segment as u32, index as u32);
        if self.tally.lent.is_none_or(|lent| lent.segment != segment || lent.index != index) {
            self.lend_another(segment, index);
        }
    }

    /// Counts what became of the value that was lent.
    #[inline]
    pub(super) fn settle_lent(&mut self) {
        if let Some(lent) = self.tally.lent {
            self.take_back(lent);
        }
    }

    #[inline(never)]
    fn lend_another(&mut self, segment: u32, index: u32) {
        self.settle_lent();
        let mut lent = Lent { segment, index, weight: 0 };
        lent.weight = self.weight_of_lent(lent);
        self.tally.lent = Some(lent);
    }

    #[inline(never)]
    fn take_back(&mut self, lent: Lent) {
        self.tally.weight = self.tally.weight - lent.weight + self.weight_of_lent(lent);
        self.tally.lent = None;
    }

    #[inline]
    fn weight_of_lent(&self, lent: Lent) -> usize {
        let segment: &Segment<V, META> = &self.segments[lent.segment as usize];
        segment.spilled_value(lent.index as usize).map_or(0, V::weight)
    }
}

impl<V: Weigh, const META: usize> super::Entry<'_, V, META> {
    /// What the entry counts for, bytes.
    pub fn weight(&self) -> usize {
        let (inline, spilled) = match self.value {
            super::Slot::Inline(bytes) => (Some(bytes.len()), 0),
            super::Slot::Spilled(value) => (None, SPILLED_VALUE + value.weight()),
        };
        let layout = record::Layout::<META>::new(self.key.len(), inline, self.deadline.is_some());
        layout.size() + of_key(self.key.len()) + spilled
    }
}

/// What a key of this length counts for beside its record.
#[inline]
pub(super) fn of_key(len: usize) -> usize {
    if len > KEY_INLINE_MAX { ENTRY_SHARE + SPILLED_KEY + len } else { ENTRY_SHARE }
}

/// What a value counts for beside its record.
#[inline]
pub(super) fn of_payload<V: Weigh>(value: &Payload<'_, V>) -> usize {
    match value {
        Payload::Inline(_) => 0,
        Payload::Spilled(value) => SPILLED_VALUE + value.weight(),
    }
}

/// The same for one that was there.
#[inline]
pub(super) fn of_spilled<V: Weigh>(value: Option<&V>) -> usize {
    value.map_or(0, |value| SPILLED_VALUE + value.weight())
}

impl Weigh for () {
    fn weight(&self) -> usize {
        0
    }
}

impl Weigh for Vec<u8> {
    fn weight(&self) -> usize {
        self.len()
    }
}
