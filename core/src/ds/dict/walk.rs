//! Looking at many entries: SCAN, iteration, a fair random pick. All in an order that depends only on the hash key and
//! the operations so far, never on the platform.

use super::heap::Records;
use super::line::SLOTS;
use super::segment::Segment;
use super::{Dict, Entry, Weigh};

/// Rejections before a random pick gives up being fair: only a generator that repeats itself comes near.
const RANDOM_TRIES: usize = 100_000;

impl<V: Weigh, const META: usize> Dict<V, META> {
    /// Visits about `count` entries (at least one is asked for) from `cursor` on, in hash order, and returns the cursor
    /// to go on from; 0: there is no more. Begin with 0.
    ///
    /// Exactly `count` are visited if there are as many, except that entries with equal hashes go together. An entry
    /// present from the first call to the last is visited exactly once, whatever happens to the others in between.
    /// O(`count` + a line of the index): lines are in hash order, and each one touched is sorted.
    pub fn scan<'a>(
        &'a self,
        cursor: u64,
        count: usize,
        mut visit: impl FnMut(Entry<'a, V, META>),
    ) -> u64 {
        let mut left = count.max(1);
        let mut from = cursor;
        let mut found = Vec::new();
        while let Some(id) = self.segment_id(from) {
            let segment = &self.segments[id];
            for line in segment.home(from)..segment.lines() {
                found.clear();
                segment.homed_in(line, self.hasher, &mut found);
                found.retain(|&(hash, _)| hash >= from);
                sort_few(&mut found);
                let mut last = None;
                for &(hash, at) in &found {
                    if left == 0 && last != Some(hash) {
                        return hash;
                    }
                    last = Some(hash);
                    left = left.saturating_sub(1);
                    if let Some(entry) = segment.entry(at) {
                        visit(entry);
                    }
                }
            }
            match segment.end() {
                None => return 0,
                Some(end) => from = end,
            }
        }
        0
    }

    /// A random entry, every one equally likely as far as `next` is uniform; None: there is none. Expected O(1): a slot
    /// of a segment is drawn until it is occupied, about two draws in a dictionary that has grown, more after mass
    /// removals.
    pub fn random(&self, mut next: impl FnMut() -> u64) -> Option<Entry<'_, V, META>> {
        if self.is_empty() {
            return None;
        }
        let slots = match &self.segments[..] {
            [only] => only.slots(),
            _ => self.lines_max * SLOTS,
        };
        for _ in 0..RANDOM_TRIES {
            let draw = next();
            let segment = &self.segments[below(draw >> 32, self.segments.len())];
            if let Some(at) = segment.slot(below(draw & 0xffff_ffff, slots)) {
                return segment.entry(at);
            }
        }
        self.iter().next()
    }

    /// All entries: segments in hash order, inside a segment the order of their records. Deterministic for equal
    /// sequences of operations.
    pub fn iter(&self) -> Iter<'_, V, META> {
        let segment = self.segment_id(0).map(|id| &*self.segments[id]);
        Iter { dict: self, walk: segment.map(|segment| (segment, segment.records())) }
    }
}

/// All entries of a dictionary. Written out, since adapters around adapters are compiled anew for each way to use them.
pub struct Iter<'a, V, const META: usize> {
    dict: &'a Dict<V, META>,
    /// The current segment and the rest of its records.
    walk: Option<(&'a Segment<V, META>, Records<'a, META>)>,
}

impl<'a, V: Weigh, const META: usize> Iterator for Iter<'a, V, META> {
    type Item = Entry<'a, V, META>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (segment, records) = self.walk.as_mut()?;
            match records.next() {
                Some(record) => {
                    let entry = segment.entry_of(record);
                    if entry.is_some() {
                        return entry;
                    }
                }
                None => {
                    let next = segment.end().and_then(|hash| self.dict.segment_id(hash));
                    let next = next.map(|id| &*self.dict.segments[id]);
                    self.walk = next.map(|segment| (segment, segment.records()));
                }
            }
        }
    }
}

/// Maps 32 random bits to `0..bound`.
fn below(bits: u64, bound: usize) -> usize {
    ((bits * bound as u64) >> 32) as usize
}

/// By insertion: few entries share a line.
fn sort_few(found: &mut [(u64, usize)]) {
    for end in 1..found.len() {
        let mut at = end;
        while at > 0 && found[at - 1] > found[at] {
            found.swap(at - 1, at);
            at -= 1;
        }
    }
}
