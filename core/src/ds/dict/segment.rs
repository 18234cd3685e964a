//! One segment: a small hash table (an index of [`Line`]s) over a heap of packed records.
//!
//! Look-up: the hash picks a home line and a tag; records whose tag matches are compared by key; the next line follows
//! only where an entry once found this one full. Insertion appends to the heap. What a removal or a change of length
//! leaves behind is garbage until a rebuild moves the live records together, in place; a record at the heap's end is
//! cut off at once. A rebuild also resizes the index, renumbers the spills and can hand half of the entries to a new
//! segment: growth, compaction, splitting and shrinking are that one walk over the heap. It hashes every key again:
//! keeping the hashes would cost 8 bytes an entry, and all of it is bounded by the segment's size.
//!
//! A heap offset is 16 bits in units of `1 << unit` bytes. The unit is a byte, and larger only in a segment that cannot
//! be split because (nearly) all hashes in it are equal.

use super::line::{Line, SLOTS, tag_of};
use super::record::{self, Layout};
use super::spills::Spills;
use super::{Entry, EntryMut, Hasher, Payload, Slot, SlotMut};

/// Lines of a full-grown index: with 21 slots each, a segment is about as large as an L1 cache can scan at once.
pub(super) const LINES_MAX: usize = 16;
/// Entries a line may hold on average. At 6/7 load most look-ups still end in their home line.
const LINE_LOAD: usize = 18;
/// Entries above which a segment splits.
pub(super) const ENTRIES_MAX: usize = LINES_MAX * LINE_LOAD;
/// Heap offsets are 16 bits.
const OFFSET_MAX: usize = u16::MAX as usize;
/// Heap bytes of the first allocation: a few small entries.
const HEAP_MIN: usize = 128;
/// Heaps below this are not worth compacting for their garbage alone.
const GARBAGE_MIN: usize = 512;

/// Where an entry is: its slot in the index and its record in the heap.
#[derive(Clone, Copy)]
pub(super) struct Place {
    line: usize,
    slot: usize,
    pub(super) at: usize,
}

/// What has to happen before a segment takes one more record.
pub(super) enum Room {
    Ready,
    /// The heap's capacity is used up.
    Grow,
    /// Rebuild with this many lines.
    Rebuild(usize),
    /// Too many entries or bytes for one segment.
    Split,
}

pub(super) struct Segment<V, const META: usize> {
    lines: Vec<Line>,
    heap: Vec<u8>,
    values: Spills<V>,
    keys: Spills<Box<[u8]>>,
    live: u32,
    /// Bytes of dead records in the heap.
    garbage: u32,
    /// All hashes in here share this many top bits.
    depth: u8,
    unit: u8,
    prefix: u64,
}

impl<V, const META: usize> Segment<V, META> {
    pub(super) fn new(prefix: u64, depth: u8, unit: u8, lines: usize) -> Self {
        Self {
            lines: vec![Line::EMPTY; lines],
            heap: Vec::new(),
            values: Spills::new(),
            keys: Spills::new(),
            live: 0,
            garbage: 0,
            depth,
            unit,
            prefix,
        }
    }

    /// Adds an entry that is not there. `room` must have answered `Ready` for its layout.
    pub(super) fn insert(
        &mut self,
        hash: u64,
        key: &[u8],
        meta: &[u8; META],
        value: Payload<'_, V>,
        deadline: Option<u64>,
    ) {
        let layout = Layout::new(key.len(), value.inline_len(), deadline.is_some());
        let index;
        let key = if layout.key_spilled() {
            index = record::index_bytes(self.keys.push(key.into()));
            &index[..]
        } else {
            key
        };
        let at = self.append(layout, meta, deadline, key, value);
        self.link(hash, at);
    }

    /// Replaces value, metadata and deadline. Where the record changes size and there is no room for the new one, the
    /// payload comes back and nothing has happened. Ok: the spilled value that was there.
    pub(super) fn overwrite<'p>(
        &mut self,
        place: Place,
        meta: &[u8; META],
        value: Payload<'p, V>,
        deadline: Option<u64>,
    ) -> Result<Option<V>, Payload<'p, V>> {
        let at = place.at;
        let old = Layout::<META>::read(&self.heap, at);
        let same_value = match &value {
            Payload::Inline(bytes) => !old.value_spilled() && old.value(0).len() == bytes.len(),
            Payload::Spilled(_) => old.value_spilled(),
        };
        if same_value && old.has_deadline() == deadline.is_some() {
            self.heap[old.meta(at)].copy_from_slice(meta);
            if let Some(deadline) = deadline {
                old.set_deadline(&mut self.heap, at, deadline);
            }
            let range = old.value(at);
            return Ok(match value {
                Payload::Inline(bytes) => {
                    self.heap[range].copy_from_slice(bytes);
                    None
                }
                Payload::Spilled(new) => {
                    let index = record::index(&self.heap[range]);
                    self.values.get_mut(index).map(|old| std::mem::replace(old, new))
                }
            });
        }
        let layout = old.reshaped(value.inline_len(), deadline.is_some());
        let spills_value = matches!(value, Payload::Spilled(_));
        if !self.fits(layout.size()) || (spills_value && self.values.crowded_by_holes()) {
            return Err(value);
        }
        let spilled = self.take_value(old, at);
        let mut key = [0; record::KEY_INLINE_MAX];
        let key = &mut key[..old.key(0).len()];
        key.copy_from_slice(&self.heap[old.key(at)]);
        self.discard(old, at);
        let to = self.append(layout, meta, deadline, key, value);
        let offset = self.offset(to);
        self.lines[place.line].set_offset(place.slot, offset);
        Ok(spilled)
    }

    /// Removes the entry. Its bytes become garbage: see `wasteful`.
    pub(super) fn remove(&mut self, hash: u64, place: Place) -> Option<V> {
        let layout = Layout::<META>::read(&self.heap, place.at);
        let spilled = self.take_value(layout, place.at);
        if layout.key_spilled() {
            drop(self.keys.take(record::index(&self.heap[layout.key(place.at)])));
        }
        self.discard(layout, place.at);
        self.lines[place.line].free(place.slot);
        let mut line = self.home(hash);
        while line != place.line {
            self.lines[line].unpass();
            line = self.next_line(line);
        }
        self.live -= 1;
        spilled
    }

    /// Sets a deadline in a record that has one.
    pub(super) fn replace_deadline(&mut self, at: usize, deadline: u64) {
        Layout::<META>::read(&self.heap, at).set_deadline(&mut self.heap, at, deadline);
    }

    /// Makes room for `size` more bytes, in steps of an eighth: doubling would leave a quarter of all memory unused.
    pub(super) fn grow(&mut self, size: usize) {
        let step = HEAP_MIN.max(self.heap.len() / 8).max(size + self.unit_bytes());
        self.heap.reserve_exact(step);
    }

    /// Moves the live records together and rebuilds the index with `lines` lines.
    pub(super) fn rebuild(&mut self, lines: usize, hasher: Hasher) {
        self.sweep(lines, hasher, None);
        self.heap.shrink_to(self.heap.len() + self.heap.len() / 8);
    }

    /// Keeps the entries whose next hash bit is 0 and returns a segment of the others.
    pub(super) fn split(&mut self, hasher: Hasher) -> Self {
        let bit = 1 << (63 - self.depth);
        self.depth += 1;
        let lines = self.lines.len();
        let mut other = Self::new(self.prefix | bit, self.depth, self.unit, lines);
        other.heap.reserve_exact(self.heap.len() / 2 + self.heap.len() / 16);
        self.sweep(lines, hasher, Some((bit, &mut other)));
        for half in [&mut *self, &mut other] {
            if half.lines_wanted() < lines {
                half.sweep(half.lines_wanted(), hasher, None);
            }
            half.heap.shrink_to(half.heap.len() + half.heap.len() / 8);
        }
        other
    }

    /// Takes over all entries of the buddy, the segment whose hashes differ in the last shared bit.
    pub(super) fn merge(&mut self, mut buddy: Self, hasher: Hasher) {
        let lines = lines_for((self.live + buddy.live) as usize);
        self.sweep(lines, hasher, None);
        let bytes = self.heap.len() + buddy.heap_live();
        self.heap.reserve_exact(bytes + bytes / 8 - self.heap.len());
        buddy.pour(hasher, self);
        self.heap.shrink_to(bytes + bytes / 8);
        self.depth -= 1;
        self.prefix &= !(1 << (63 - self.depth));
    }

    /// Doubles the unit of heap offsets: the way out for a segment that is full and cannot be split.
    pub(super) fn widen(&mut self, hasher: Hasher) {
        let lines = self.lines.len();
        let mut wider = Self::new(self.prefix, self.depth, self.unit + 1, lines);
        wider.heap.reserve_exact(self.heap_live() + self.heap_live() / 8);
        self.pour(hasher, &mut wider);
        *self = wider;
    }

    pub(super) fn entry_mut(&mut self, at: usize) -> Option<EntryMut<'_, V, META>> {
        let layout = Layout::<META>::read(&self.heap, at);
        let deadline = layout.deadline(&self.heap, at);
        let (head, value) = self.heap[at..at + layout.size()].split_at_mut(layout.value(0).start);
        let (meta, _) = head[layout.meta(0).start..].split_first_chunk_mut()?;
        let value = if layout.value_spilled() {
            SlotMut::Spilled(self.values.get_mut(record::index(value))?)
        } else {
            SlotMut::Inline(value)
        };
        Some(EntryMut { meta, deadline, value })
    }

    #[inline]
    pub(super) fn entry(&self, at: usize) -> Option<Entry<'_, V, META>> {
        let layout = Layout::<META>::read(&self.heap, at);
        let mut meta = [0; META];
        meta.copy_from_slice(&self.heap[layout.meta(at)]);
        let value = &self.heap[layout.value(at)];
        let value = if layout.value_spilled() {
            Slot::Spilled(self.values.get(record::index(value))?)
        } else {
            Slot::Inline(value)
        };
        let deadline = layout.deadline(&self.heap, at);
        Some(Entry { key: self.key(layout, at), meta, deadline, value })
    }

    #[inline]
    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<Place> {
        self.find_by(hash, |at| {
            let layout = Layout::<META>::read(&self.heap, at);
            if layout.key_spilled() {
                key.len() > record::KEY_INLINE_MAX && self.key(layout, at) == key
            } else {
                self.heap[layout.key(at)] == *key
            }
        })
    }

    /// The first record under `hash` (or another hash with the same tag) that `accept` takes.
    #[inline]
    pub(super) fn find_by(&self, hash: u64, accept: impl Fn(usize) -> bool) -> Option<Place> {
        let tag = tag_of(hash);
        let mut index = self.home(hash);
        for _ in 0..self.lines.len() {
            let line = &self.lines[index];
            let mut matches = line.matches(tag);
            while matches != 0 {
                let slot = matches.trailing_zeros() as usize;
                let at = usize::from(line.offset(slot)) << self.unit;
                if accept(at) {
                    return Some(Place { line: index, slot, at });
                }
                matches &= matches - 1;
            }
            if !line.overflowed() {
                return None;
            }
            index = self.next_line(index);
        }
        None
    }

    /// The record a slot of the index holds, slots counted through all lines.
    pub(super) fn slot(&self, slot: usize) -> Option<usize> {
        let line = self.lines.get(slot / SLOTS)?;
        line.occupied(slot % SLOTS).then(|| usize::from(line.offset(slot % SLOTS)) << self.unit)
    }

    pub(super) fn slots(&self) -> usize {
        self.lines.len() * SLOTS
    }

    pub(super) fn deadline(&self, at: usize) -> Option<u64> {
        Layout::<META>::read(&self.heap, at).deadline(&self.heap, at)
    }

    /// The live record at or after heap position `at`, and the position behind it: the order of insertion, however
    /// the index is laid out.
    #[inline]
    pub(super) fn next_record(&self, mut at: usize) -> Option<(usize, usize)> {
        while at < self.heap.len() {
            let layout = Layout::<META>::read(&self.heap, at);
            let next = at + self.padded(layout.size());
            if !layout.dead() {
                return Some((at, next));
            }
            at = next;
        }
        None
    }

    /// The key of the live record at `at`.
    pub(super) fn key_at(&self, at: usize) -> &[u8] {
        self.key(Layout::<META>::read(&self.heap, at), at)
    }

    /// What a new record of `size` bytes needs first.
    #[inline]
    pub(super) fn room(&self, size: usize) -> Room {
        let lines = self.lines.len();
        if self.live as usize >= lines * LINE_LOAD {
            return if lines < LINES_MAX { Room::Rebuild(lines * 2) } else { Room::Split };
        }
        if self.fits(size) {
            let crowded = self.values.crowded_by_holes() || self.keys.crowded_by_holes();
            return if crowded { Room::Rebuild(lines) } else { Room::Ready };
        }
        if self.garbage > 0 && self.garbage as usize * 8 >= self.heap.len() {
            Room::Rebuild(lines)
        } else if self.out_of_offsets() {
            Room::Split
        } else {
            Room::Grow
        }
    }

    /// Whether the heap cannot address another record (otherwise it is the entries that are too many).
    pub(super) fn out_of_offsets(&self) -> bool {
        self.heap.len() >> self.unit > OFFSET_MAX
    }

    /// Whether more than half of the memory is garbage.
    pub(super) fn wasteful(&self) -> bool {
        (self.heap.len() >= GARBAGE_MIN && self.garbage as usize * 2 > self.heap.len())
            || self.values.mostly_holes()
            || self.keys.mostly_holes()
    }

    /// The index size that suits the present number of entries.
    pub(super) fn lines_wanted(&self) -> usize {
        lines_for(self.live as usize)
    }

    pub(super) fn lines(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn live(&self) -> usize {
        self.live as usize
    }

    /// Heap bytes of live records.
    pub(super) fn heap_live(&self) -> usize {
        self.heap.len() - self.garbage as usize
    }

    pub(super) fn depth(&self) -> u8 {
        self.depth
    }

    /// The smallest hash that belongs here.
    pub(super) fn prefix(&self) -> u64 {
        self.prefix
    }

    /// The smallest hash behind this segment; None: this is the last one.
    pub(super) fn end(&self) -> Option<u64> {
        self.prefix.checked_add(1_u64.checked_shl(64 - u32::from(self.depth))?)
    }

    /// Bytes allocated for this segment, the struct included; not what spilled keys and values own. O(1).
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.lines.capacity() * size_of::<Line>()
            + self.heap.capacity()
            + self.values.bytes()
            + self.keys.bytes()
    }

    /// The walk behind every rebuild: moves the live records of this heap together, or, where `leave` names a hash bit
    /// that is set, to another segment.
    fn sweep(&mut self, lines: usize, hasher: Hasher, mut leave: Option<(u64, &mut Self)>) {
        let (mut values, mut keys) = self.take_spills();
        self.lines.clear();
        self.lines.resize(lines, Line::EMPTY);
        self.lines.shrink_to_fit();
        (self.live, self.garbage) = (0, 0);
        let (mut from, mut to) = (0, 0);
        while from < self.heap.len() {
            let layout = Layout::<META>::read(&self.heap, from);
            let size = self.padded(layout.size());
            if !layout.dead() {
                let hash = hasher.hash(stored_key(&self.heap, layout, from, &keys));
                match &mut leave {
                    Some((bit, other)) if hash & *bit != 0 => {
                        let at = other.heap.len();
                        other.heap.extend_from_slice(&self.heap[from..from + size]);
                        other.settle(layout, at, hash, &mut values, &mut keys);
                    }
                    _ => {
                        self.heap.copy_within(from..from + size, to);
                        self.settle(layout, to, hash, &mut values, &mut keys);
                        to += size;
                    }
                }
            }
            from += size;
        }
        self.heap.truncate(to);
    }

    /// Moves all live records to `other`, whose offset unit may differ, and leaves nothing usable behind.
    fn pour(&mut self, hasher: Hasher, other: &mut Self) {
        let (mut values, mut keys) = self.take_spills();
        let mut from = 0;
        while let Some((at, next)) = self.next_record(from) {
            let layout = Layout::<META>::read(&self.heap, at);
            let hash = hasher.hash(stored_key(&self.heap, layout, at, &keys));
            let to = other.heap.len();
            other.heap.extend_from_slice(&self.heap[at..at + layout.size()]);
            other.pad();
            other.settle(layout, to, hash, &mut values, &mut keys);
            from = next;
        }
    }

    /// Counts, links and renumbers a record whose bytes were just moved to `at`.
    fn settle(
        &mut self,
        layout: Layout<META>,
        at: usize,
        hash: u64,
        values: &mut Spills<V>,
        keys: &mut Spills<Box<[u8]>>,
    ) {
        if layout.value_spilled() {
            let range = layout.value(at);
            if let Some(value) = values.take(record::index(&self.heap[range.clone()])) {
                self.heap[range].copy_from_slice(&record::index_bytes(self.values.push(value)));
            }
        }
        if layout.key_spilled() {
            let range = layout.key(at);
            if let Some(key) = keys.take(record::index(&self.heap[range.clone()])) {
                self.heap[range].copy_from_slice(&record::index_bytes(self.keys.push(key)));
            }
        }
        self.link(hash, at);
    }

    fn take_spills(&mut self) -> (Spills<V>, Spills<Box<[u8]>>) {
        let values = Spills::with_room(self.values.live());
        let keys = Spills::with_room(self.keys.live());
        (std::mem::replace(&mut self.values, values), std::mem::replace(&mut self.keys, keys))
    }

    /// Puts a record into the index, which has a vacancy.
    fn link(&mut self, hash: u64, at: usize) {
        let offset = self.offset(at);
        let mut index = self.home(hash);
        for _ in 0..self.lines.len() {
            if let Some(slot) = self.lines[index].vacancy() {
                self.lines[index].set(slot, tag_of(hash), offset);
                self.live += 1;
                return;
            }
            self.lines[index].pass();
            index = self.next_line(index);
        }
        debug_assert!(false, "a segment's index is never full");
    }

    /// Appends a record, padded to the offset unit, and returns where it starts.
    fn append(
        &mut self,
        layout: Layout<META>,
        meta: &[u8; META],
        deadline: Option<u64>,
        key: &[u8],
        value: Payload<'_, V>,
    ) -> usize {
        let at = self.heap.len();
        match value {
            Payload::Inline(bytes) => layout.push(&mut self.heap, meta, deadline, key, bytes),
            Payload::Spilled(value) => {
                let index = record::index_bytes(self.values.push(value));
                layout.push(&mut self.heap, meta, deadline, key, &index);
            }
        }
        self.pad();
        at
    }

    fn pad(&mut self) {
        self.heap.resize(self.padded(self.heap.len()), 0);
    }

    fn take_value(&mut self, layout: Layout<META>, at: usize) -> Option<V> {
        if !layout.value_spilled() {
            return None;
        }
        self.values.take(record::index(&self.heap[layout.value(at)]))
    }

    /// Gives up a record's bytes.
    fn discard(&mut self, layout: Layout<META>, at: usize) {
        let size = self.padded(layout.size());
        if at + size == self.heap.len() {
            self.heap.truncate(at);
        } else {
            record::bury(&mut self.heap, at);
            self.garbage += size as u32;
        }
    }

    #[inline]
    fn key(&self, layout: Layout<META>, at: usize) -> &[u8] {
        stored_key(&self.heap, layout, at, &self.keys)
    }

    #[inline]
    fn fits(&self, size: usize) -> bool {
        !self.out_of_offsets() && self.padded(self.heap.len() + size) <= self.heap.capacity()
    }

    fn offset(&self, at: usize) -> u16 {
        debug_assert!(at >> self.unit <= OFFSET_MAX && at & (self.unit_bytes() - 1) == 0);
        (at >> self.unit) as u16
    }

    fn padded(&self, size: usize) -> usize {
        let mask = self.unit_bytes() - 1;
        (size + mask) & !mask
    }

    fn unit_bytes(&self) -> usize {
        1 << self.unit
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        (hash >> 8) as usize & (self.lines.len() - 1)
    }

    #[inline]
    fn next_line(&self, index: usize) -> usize {
        (index + 1) & (self.lines.len() - 1)
    }
}

#[inline]
fn stored_key<'a, const META: usize>(
    heap: &'a [u8],
    layout: Layout<META>,
    at: usize,
    keys: &'a Spills<Box<[u8]>>,
) -> &'a [u8] {
    let bytes = &heap[layout.key(at)];
    if layout.key_spilled() { keys.get(record::index(bytes)).map_or(&[], |key| key) } else { bytes }
}

/// Lines for `entries` and some growth. A power of two; more than `LINES_MAX` only where a split was impossible.
fn lines_for(entries: usize) -> usize {
    entries.div_ceil(LINE_LOAD * 7 / 8).next_power_of_two()
}
