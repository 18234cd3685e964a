//! Looking at many entries: SCAN, iteration, a fair random pick. All in an order that depends only on the hash key and
//! the operations so far, never on the platform.

use super::line::SLOTS;
use super::segment::Segment;
use super::{Dict, Entry};

/// Rejections before a random pick gives up being fair: only a generator that repeats itself comes near.
const RANDOM_TRIES: usize = 100_000;

impl<V, const META: usize> Dict<V, META> {
    /// Visits about `count` entries (at least one is asked for) from `cursor` on, in hash order, and returns the cursor
    /// to go on from; 0: there is no more. Begin with 0.
    ///
    /// Exactly `count` are visited if there are as many, except that entries with equal hashes go together. An entry
    /// present from the first call to the last is visited exactly once, whatever happens to the others in between.
    /// O(`count` + a segment); each segment touched is sorted by hash.
    pub fn scan(
        &self,
        cursor: u64,
        count: usize,
        mut visit: impl FnMut(Entry<'_, V, META>),
    ) -> u64 {
        let mut left = count.max(1);
        let mut from = cursor;
        let mut order = Vec::new();
        while let Some(id) = self.segment_id(from) {
            let segment = &self.segments[id];
            self.hashes_from(segment, from, &mut order);
            let all = order.len();
            if all > left {
                let (_, &mut (last, _), _) = order.select_nth_unstable(left - 1);
                order.retain(|&(hash, _)| hash <= last);
            }
            order.sort_unstable();
            for &(_, at) in &order {
                if let Some(entry) = segment.entry(at) {
                    visit(entry);
                }
            }
            left = left.saturating_sub(order.len());
            if let Some(&(last, _)) = order.last().filter(|_| order.len() < all) {
                return last + 1;
            }
            match segment.end() {
                None => return 0,
                Some(end) if left == 0 => return self.first_from(end),
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

    /// All entries: segments in hash order, inside a segment the order of their last (re)writing. Deterministic for
    /// equal sequences of operations.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_, V, META>> {
        let mut place = self.segment_id(0).map(|id| (&self.segments[id], 0));
        std::iter::from_fn(move || {
            loop {
                let (segment, at) = place?;
                if let Some((at, next)) = segment.next_record(at) {
                    place = Some((segment, next));
                    return segment.entry(at);
                }
                place = segment
                    .end()
                    .and_then(|hash| self.segment_id(hash))
                    .map(|id| (&self.segments[id], 0));
            }
        })
    }

    /// Fills `order` with hash and position of the segment's entries from a hash on.
    fn hashes_from(&self, segment: &Segment<V, META>, from: u64, order: &mut Vec<(u64, usize)>) {
        order.clear();
        order.reserve(segment.live());
        let mut position = 0;
        while let Some((at, next)) = segment.next_record(position) {
            let hash = self.hasher.hash(segment.key_at(at));
            if hash >= from {
                order.push((hash, at));
            }
            position = next;
        }
    }

    /// `from`, or 0 if no segment from there on has entries. `from` is where a segment starts.
    fn first_from(&self, from: u64) -> u64 {
        let mut start = Some(from);
        while let Some(segment) = start.and_then(|hash| self.segment_id(hash)) {
            let segment = &self.segments[segment];
            if segment.live() > 0 {
                return segment.prefix();
            }
            start = segment.end();
        }
        0
    }
}

/// Maps 32 random bits to `0..bound`.
fn below(bits: u64, bound: usize) -> usize {
    ((bits * bound as u64) >> 32) as usize
}
