//! `Dict`: a hash table from byte strings to small byte strings or to `V`: the keyspace and every large hash, set and
//! sorted-set index. It spends few bytes on an entry and never stops the world.
//!
//! **Extendible hashing.** A directory of `u32`s, indexed by the top bits of a keyed 64-bit hash (SipHash-1-3, the same
//! on every platform), names segments: small tables of up to a few hundred entries. A full segment splits in two;
//! only the directory ever doubles. So the longest pause is one segment's rebuild (some tens of microseconds) and a
//! copy of the directory (4 bytes for some two hundred entries). Emptied segments merge with their buddies and the directory halves: memory goes
//! back the way it came.
//!
//! **Packed records.** Inside a segment, entries are bytes in one heap, found through an index of 64-byte lines: a look-up
//! costs a line, a record and the key comparison; a small entry costs its own bytes and metadata, 10 to 13 more, and no
//! allocation.
//! Values that are large or structured are spilled: kept as `V` beside the heap.
//!
//! **Order.** Segments are ordered by hash; a SCAN cursor is a position in hash order, which neither splits nor merges
//! can disturb. Everything visible (scan, iteration, random picks) is the same on native and wasm.
//!
//! Left out on purpose: removal while iterating, keeping hashes (records are hashed again when a segment is rebuilt),
//! and any knowledge of what deadlines or metadata mean.

mod contents;
mod entry;
mod heap;
mod line;
mod record;
mod segment;
mod spills;
#[cfg(test)]
mod tests;
mod walk;
mod weight;

pub use entry::{Deadline, Entry, EntryMarked, EntryMut, Payload, Removed, Slot, SlotMut};
pub use walk::Iter;
pub use weight::{ENTRY_SHARE, Weigh};

use record::{KEY_INLINE_MAX, Layout};
use segment::{ENTRIES_MAX, LINES_MAX, Place, Room, Segment};
use siphasher::sip::SipHasher13;
use weight::Tally;

/// Longest key and value together, in bytes, that share a record.
pub const INLINE_MAX: usize = u8::MAX as usize;
/// A value of at most this many bytes may be inline under any key.
pub const INLINE_ALWAYS: usize = INLINE_MAX - KEY_INLINE_MAX;

/// Splitting goes on only while the directory has at most about one place an entry: far more than chance and unequal
/// sizes of entries ever need, and a bound where hashes are nearly all equal. As bits beyond one place for
/// [`ENTRIES_A_PLACE`].
const DEPTH_SLACK: u32 = 6;
/// Entries of the smallest segment that chance makes likely: half of one that split.
const ENTRIES_A_PLACE: usize = 128;
/// Directory bits at most: 4 GiB of directory for some 2^38 entries.
const DEPTH_MAX: u32 = 30;
/// Two buddies with at most this many entries together become one: half of what makes it split again.
const MERGE_ENTRIES: usize = ENTRIES_MAX / 2;
/// And at most this many heap bytes: half of what offsets can address.
const MERGE_BYTES: usize = 32 << 10;

/// The secret of the hash function: whoever knows it can make keys collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKey(pub u64, pub u64);

/// See the module's description. `META` is the number of metadata bytes of every entry.
pub struct Dict<V, const META: usize> {
    hasher: Hasher,
    /// Segment numbers by the hash's top `depth` bits; empty before the first insertion.
    directory: Vec<u32>,
    #[expect(clippy::vec_box, reason = "growing this vector must not move the segments")]
    segments: Vec<Box<Segment<V, META>>>,
    depth: u32,
    /// Segments as deep as the directory: when there are none, it halves.
    deepest: u32,
    len: usize,
    deadlines: usize,
    /// Lines of the largest index: the usual maximum, unless a segment could not be split.
    lines_max: usize,
    /// Bytes allocated by segments and for long keys.
    bytes: usize,
    /// What the entries count for; see [`Dict::weight`].
    tally: Tally,
}

impl<V, const META: usize> std::fmt::Debug for Dict<V, META> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dict")
            .field("len", &self.len)
            .field("segments", &self.segments.len())
            .finish_non_exhaustive()
    }
}

impl<V: Weigh, const META: usize> Dict<V, META> {
    /// An empty dictionary. Allocates nothing.
    pub fn new(key: HashKey) -> Self {
        Self::with_hasher(Hasher::new(key))
    }

    fn with_hasher(hasher: Hasher) -> Self {
        Self {
            hasher,
            directory: Vec::new(),
            segments: Vec::new(),
            depth: 0,
            deepest: 0,
            len: 0,
            deadlines: 0,
            lines_max: LINES_MAX,
            bytes: 0,
            tally: Tally::default(),
        }
    }

    /// Inserts or replaces an entry; `hash` is `hash_of(key)`. None: the key is new. O(1) amortized, one segment's
    /// rebuild at worst.
    ///
    /// # Panics
    /// If an inline value does not fit: see [`Dict::fits_inline`].
    pub fn put(
        &mut self,
        hash: u64,
        key: &[u8],
        meta: [u8; META],
        value: Payload<'_, V>,
        deadline: Deadline,
    ) -> Option<Removed<V>> {
        if let Payload::Inline(bytes) = &value {
            debug_assert!(Self::fits_inline(key.len(), bytes.len()));
        }
        let mut value = value;
        self.settle_lent();
        let value_weight = weight::of_payload(&value);
        loop {
            let Some((id, place)) = self.locate(hash, key) else {
                self.insert(hash, key, &meta, value, deadline.over(None));
                self.tally.weight += value_weight;
                return None;
            };
            let segment = &mut self.segments[id];
            let (old_size, before) = segment.shape(place.at);
            let after = deadline.over(before);
            let size = Layout::<META>::new(key.len(), value.inline_len(), after.is_some()).size();
            let bytes = segment.bytes();
            let result = segment.overwrite(place, &meta, value, after);
            self.bytes = self.bytes + segment.bytes() - bytes;
            match result {
                Ok(spilled) => {
                    self.count_deadlines(before, after);
                    self.tally.weight = self.tally.weight + size + value_weight
                        - old_size
                        - weight::of_spilled(spilled.as_ref());
                    return Some(Removed { deadline: before, spilled });
                }
                // Once: with room made, the segment does not refuse again.
                Err(refused) => {
                    value = refused;
                    self.make_room(hash, size);
                }
            }
        }
    }

    /// Removes an entry. O(1) amortized, one segment's rebuild at worst.
    pub fn remove(&mut self, hash: u64, key: &[u8]) -> Option<Removed<V>> {
        self.settle_lent();
        let (id, place) = self.locate(hash, key)?;
        let segment = &mut self.segments[id];
        let (size, deadline) = segment.shape(place.at);
        let spilled = segment.remove(hash, place);
        let value_weight = weight::of_spilled(spilled.as_ref());
        self.tally.weight -= size + weight::of_key(key.len()) + value_weight;
        if key.len() > KEY_INLINE_MAX {
            self.bytes -= key.len();
        }
        self.len -= 1;
        self.count_deadlines(deadline, None);
        self.tidy(id);
        Some(Removed { deadline, spilled })
    }

    /// Sets or removes the deadline of an entry and returns the previous one; None: no such key.
    pub fn set_deadline(
        &mut self,
        hash: u64,
        key: &[u8],
        deadline: Option<u64>,
    ) -> Option<Option<u64>> {
        self.settle_lent();
        loop {
            let (id, place) = self.locate(hash, key)?;
            let segment = &mut self.segments[id];
            let (old_size, before) = segment.shape(place.at);
            let bytes = segment.bytes();
            let done = segment.set_deadline(place, deadline);
            self.bytes = self.bytes + segment.bytes() - bytes;
            if done {
                self.count_deadlines(before, deadline);
                let size = match (before, deadline) {
                    (None, Some(_)) => old_size + record::DEADLINE_LEN,
                    (Some(_), None) => old_size - record::DEADLINE_LEN,
                    _ => old_size,
                };
                self.tally.weight = self.tally.weight + size - old_size;
                return Some(before);
            }
            let size = segment.size_with_deadline(place.at);
            self.make_room(hash, size);
        }
    }

    /// The entry, for changes in place: what a spilled value counts for is looked at again before anything else happens.
    #[inline]
    pub fn get_mut(&mut self, hash: u64, key: &[u8]) -> Option<EntryMut<'_, V, META>> {
        let (id, place) = self.locate(hash, key)?;
        if let Some(index) = self.segments[id].spilled_index(place.at) {
            self.lend(id, index);
        }
        self.segments[id].entry_mut(place.at)
    }

    /// The entry, to look at its value and change its metadata.
    #[inline]
    pub fn get_marked(&mut self, hash: u64, key: &[u8]) -> Option<EntryMarked<'_, V, META>> {
        let (id, place) = self.locate(hash, key)?;
        self.segments[id].entry_marked(place.at)
    }

    /// Empties the dictionary and returns the old contents, to be dropped wherever that is cheap. O(1).
    pub fn clear(&mut self) -> Self {
        let hasher = self.hasher;
        std::mem::replace(self, Self::with_hasher(hasher))
    }

    /// Number of entries. O(1).
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many entries carry a deadline. O(1).
    pub fn deadlines(&self) -> usize {
        self.deadlines
    }

    /// The hash under which a key is filed: computed once by the caller and passed to every operation on the key.
    #[inline]
    pub fn hash_of(&self, key: &[u8]) -> u64 {
        self.hasher.hash(key)
    }

    /// Whether a value of `value_len` bytes may be written inline under a key of `key_len` bytes. Always, up to
    /// [`INLINE_ALWAYS`]: long keys are kept elsewhere.
    pub fn fits_inline(key_len: usize, value_len: usize) -> bool {
        let beside = if key_len > KEY_INLINE_MAX { record::INDEX_LEN } else { key_len };
        value_len <= INLINE_MAX - beside
    }

    /// The entry of a key.
    #[inline]
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<Entry<'_, V, META>> {
        let (id, place) = self.locate(hash, key)?;
        self.segments[id].entry(place.at)
    }

    /// Whether there is an entry for a key.
    #[inline]
    pub fn contains(&self, hash: u64, key: &[u8]) -> bool {
        self.locate(hash, key).is_some()
    }

    /// An entry with exactly this hash; several may have it.
    pub fn by_hash(&self, hash: u64) -> Option<Entry<'_, V, META>> {
        let segment = &self.segments[self.segment_id(hash)?];
        let place = segment.find_by(hash, |at| self.hasher.hash(segment.key_at(at)) == hash)?;
        segment.entry(place.at)
    }

    /// An entry with exactly this hash and deadline: an index of deadlines need not store keys.
    pub fn due(&self, hash: u64, deadline: u64) -> Option<Entry<'_, V, META>> {
        self.find_by(hash, |entry| entry.deadline == Some(deadline))
    }

    /// An entry with exactly this hash that `fits`, its key unknown.
    pub fn find_by(
        &self,
        hash: u64,
        fits: impl Fn(&Entry<'_, V, META>) -> bool,
    ) -> Option<Entry<'_, V, META>> {
        let segment = &self.segments[self.segment_id(hash)?];
        let place = segment.find_by(hash, |at| {
            segment.entry(at).is_some_and(|entry| fits(&entry))
                && self.hasher.hash(segment.key_at(at)) == hash
        })?;
        segment.entry(place.at)
    }

    /// Bytes allocated here: records, indices, spilled values' slots, long keys, segments, directory; not what a `V`
    /// owns. O(1), from running totals.
    pub fn allocated_bytes(&self) -> usize {
        self.bytes
            + self.directory.capacity() * size_of::<u32>()
            + self.segments.capacity() * size_of::<Box<Segment<V, META>>>()
    }

    #[inline]
    fn locate(&self, hash: u64, key: &[u8]) -> Option<(usize, Place)> {
        let id = self.segment_id(hash)?;
        Some((id, self.segments[id].find(hash, key)?))
    }

    #[inline]
    fn segment_id(&self, hash: u64) -> Option<usize> {
        Some(*self.directory.get(self.directory_index(hash))? as usize)
    }

    /// The directory's place for a hash: its top `depth` bits, which may be none.
    #[inline]
    fn directory_index(&self, hash: u64) -> usize {
        ((hash >> 1) >> (63 - self.depth)) as usize
    }

    /// Adds an entry that is not there.
    fn insert(
        &mut self,
        hash: u64,
        key: &[u8],
        meta: &[u8; META],
        value: Payload<'_, V>,
        deadline: Option<u64>,
    ) {
        let layout = Layout::<META>::new(key.len(), value.inline_len(), deadline.is_some());
        let id = self.make_room(hash, layout.size());
        if layout.key_spilled() {
            self.bytes += key.len();
        }
        self.len += 1;
        self.deadlines += usize::from(deadline.is_some());
        self.tally.weight += layout.size() + weight::of_key(key.len());
        self.resize(id, |segment, _| segment.insert(hash, key, meta, value, deadline));
    }

    /// Prepares the segment for one more record of `size` bytes. Every round makes the segment roomier, or smaller by
    /// about half: there are a few at most.
    fn make_room(&mut self, hash: u64, size: usize) -> usize {
        loop {
            let Some(id) = self.segment_id(hash) else {
                self.start();
                continue;
            };
            match self.segments[id].room(size) {
                Room::Ready => return id,
                Room::Rebuild(lines) => {
                    self.resize(id, |segment, hasher| segment.rebuild(lines, hasher));
                }
                Room::Split => self.split(id, size),
            }
        }
    }

    /// Allocates the first segment.
    fn start(&mut self) {
        let segment = Box::new(Segment::new(0, 0, 0, 1));
        self.bytes += segment.bytes();
        self.segments.push(segment);
        self.directory.push(0);
        self.deepest = 1;
    }

    /// Runs something that changes what a segment has allocated.
    fn resize(&mut self, id: usize, change: impl FnOnce(&mut Segment<V, META>, Hasher)) {
        let segment = &mut self.segments[id];
        let before = segment.bytes();
        change(segment, self.hasher);
        self.bytes = self.bytes + segment.bytes() - before;
    }

    /// Splits a full segment, or enlarges it where splitting is no use: its hashes have long been equal.
    fn split(&mut self, id: usize, size: usize) {
        let depth = u32::from(self.segments[id].depth());
        let needed = usize::BITS - (self.len / ENTRIES_A_PLACE).leading_zeros();
        if depth >= (needed + DEPTH_SLACK).min(DEPTH_MAX) {
            self.resize(id, |segment, hasher| {
                if segment.exhausted(size) {
                    segment.widen(hasher);
                } else {
                    segment.rebuild(segment.lines() * 2, hasher);
                }
            });
            self.lines_max = self.lines_max.max(self.segments[id].lines());
            return;
        }
        if depth == self.depth {
            self.double_directory();
        }
        let segment = &mut self.segments[id];
        let before = segment.bytes();
        let other = Box::new(segment.split(self.hasher));
        self.bytes = self.bytes + segment.bytes() + other.bytes() - before;
        if depth + 1 == self.depth {
            self.deepest += 2;
        }
        self.segments.push(other);
        self.point_to(self.segments.len() - 1);
    }

    fn double_directory(&mut self) {
        let old = self.directory.len();
        self.directory.reserve_exact(old);
        self.directory.resize(old * 2, 0);
        for index in (0..old * 2).rev() {
            self.directory[index] = self.directory[index / 2];
        }
        self.depth += 1;
        self.deepest = 0;
    }

    /// Makes the directory say where a segment is.
    fn point_to(&mut self, id: usize) {
        let segment = &self.segments[id];
        let first = self.directory_index(segment.prefix());
        let places = 1 << (self.depth - u32::from(segment.depth()));
        self.directory[first..first + places].fill(id as u32);
    }

    fn count_deadlines(&mut self, before: Option<u64>, after: Option<u64>) {
        self.deadlines =
            self.deadlines + usize::from(after.is_some()) - usize::from(before.is_some());
    }

    /// Gives memory back after a removal: merges small buddies, compacts what is mostly garbage.
    fn tidy(&mut self, id: usize) {
        let segment = &self.segments[id];
        if segment.live() <= MERGE_ENTRIES / 2
            && let Some(buddy) = self.buddy(id)
        {
            let buddy = &self.segments[buddy];
            if segment.live() + buddy.live() <= MERGE_ENTRIES
                && segment.heap_live() + buddy.heap_live() <= MERGE_BYTES
            {
                return self.merge(id);
            }
        }
        if segment.wasteful() {
            let lines = segment.lines_wanted();
            self.resize(id, |segment, hasher| segment.rebuild(lines, hasher));
        }
    }

    /// The segment this one was split from, if that is not split any further.
    fn buddy(&self, id: usize) -> Option<usize> {
        let segment = &self.segments[id];
        let bit = 1_u64.checked_shl(64 - u32::from(segment.depth()))?;
        let buddy = self.segment_id(segment.prefix() ^ bit)?;
        (self.segments[buddy].depth() == segment.depth()).then_some(buddy)
    }

    fn merge(&mut self, mut id: usize) {
        let Some(buddy) = self.buddy(id) else { return };
        if u32::from(self.segments[id].depth()) == self.depth {
            self.deepest -= 2;
        }
        let other = self.segments.swap_remove(buddy);
        if id == self.segments.len() {
            id = buddy;
        } else if buddy < self.segments.len() {
            self.point_to(buddy);
        }
        self.bytes -= other.bytes();
        self.resize(id, |segment, hasher| segment.merge(*other, hasher));
        self.point_to(id);
        if self.segments.capacity() > 2 * self.segments.len() + 8 {
            self.segments.shrink_to(self.segments.len());
        }
        while self.deepest == 0 && self.depth > 0 {
            self.halve_directory();
        }
    }

    fn halve_directory(&mut self) {
        let half = self.directory.len() / 2;
        for index in 0..half {
            self.directory[index] = self.directory[index * 2];
        }
        self.directory.truncate(half);
        self.directory.shrink_to_fit();
        self.depth -= 1;
        self.deepest = 0;
        for segment in &self.segments {
            self.deepest += u32::from(u32::from(segment.depth()) == self.depth);
        }
    }
}

impl<V: Clone + Weigh, const META: usize> Clone for Dict<V, META> {
    /// O(n).
    fn clone(&self) -> Self {
        let total = |segments: &[Box<Segment<V, META>>]| -> usize {
            segments.iter().map(|segment| segment.bytes()).sum()
        };
        // With the same room, since that is counted.
        let mut segments = Vec::with_capacity(self.segments.capacity());
        segments.extend(self.segments.iter().cloned());
        let mut directory = Vec::with_capacity(self.directory.capacity());
        directory.extend_from_slice(&self.directory);
        let bytes = self.bytes - total(&self.segments) + total(&segments);
        Self { directory, segments, bytes, ..*self }
    }
}

/// The keyed hash function.
#[derive(Clone, Copy)]
struct Hasher {
    key: HashKey,
    /// Bits that survive: a test's way to force collisions.
    #[cfg(test)]
    mask: u64,
}

impl Hasher {
    fn new(key: HashKey) -> Self {
        Self {
            key,
            #[cfg(test)]
            mask: u64::MAX,
        }
    }

    #[inline]
    fn hash(self, bytes: &[u8]) -> u64 {
        let hash = SipHasher13::new_with_keys(self.key.0, self.key.1).hash(bytes);
        #[cfg(test)]
        let hash = hash & self.mask;
        hash
    }
}
