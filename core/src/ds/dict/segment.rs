//! One segment: a small hash table (an index of [`Line`]s) over a heap of packed records.
//!
//! Look-up: the hash picks a home line (by its leading bits) and a tag (by its last); records whose tag matches are compared by key; the next line follows
//! only where an entry once found this one full. Insertion appends to the heap. What a removal or a change of length
//! leaves behind is garbage until a rebuild moves the live records together; a record at the heap's end is
//! cut off at once. A rebuild also resizes the index, renumbers the spills and can hand half of the entries to a new
//! segment: growth, compaction, splitting, merging and shrinking are that one walk over a heap. It hashes every key
//! again: keeping the hashes would cost 8 bytes an entry, and all of it is bounded by the segment's size.
//!
//! The index keeps heap positions in 16 bits, as multiples of `1 << unit`. The unit is a byte, and larger only in a
//! segment that cannot be split because (nearly) all hashes in it are equal.

use super::contents::Contents;
use super::heap::{Records, UNIT_MAX, records};
use super::line::{Line, SLOTS, tag_of};
use super::record::{self, Layout};
use super::{Entry, EntryMarked, EntryMut, Hasher, INLINE_MAX, Payload, Slot, SlotMut};

/// Lines of a full-grown index: with 21 slots each, a segment is about as large as an L1 cache can scan at once.
pub(super) const LINES_MAX: usize = 16;
/// Entries a line may hold on average. At 6/7 load most look-ups still end in their home line.
const LINE_LOAD: usize = 18;
/// Entries above which a segment splits.
pub(super) const ENTRIES_MAX: usize = LINES_MAX * LINE_LOAD;
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
    /// Rebuild with this many lines.
    Rebuild(usize),
    /// Too many entries or bytes for one segment.
    Split,
}

#[derive(Clone)]
pub(super) struct Segment<V, const META: usize> {
    lines: Vec<Line>,
    contents: Contents<V>,
    live: u32,
    /// All hashes in here share this many top bits.
    depth: u8,
    prefix: u64,
}

impl<V, const META: usize> Segment<V, META> {
    pub(super) fn new(prefix: u64, depth: u8, unit: u8, lines: usize) -> Self {
        Self {
            lines: vec![Line::EMPTY; lines],
            contents: Contents::new(unit),
            live: 0,
            depth,
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
        let Contents { heap, values, keys } = &mut self.contents;
        let (key_index, value_index);
        let key = if layout.key_spilled() {
            key_index = record::index_bytes(keys.push(key.into()));
            &key_index
        } else {
            key
        };
        let value = match value {
            Payload::Inline(bytes) => bytes,
            Payload::Spilled(value) => {
                value_index = record::index_bytes(values.push(value));
                &value_index
            }
        };
        let at = heap.allocate(layout.size());
        layout.write(heap.record_mut(at), meta, deadline, key, value);
        self.link(hash, at);
    }

    /// Replaces value, metadata and deadline. Where that needs room which has to be made first, the payload comes back
    /// and nothing has happened. Ok: the spilled value that was there.
    pub(super) fn overwrite<'p>(
        &mut self,
        place: Place,
        meta: &[u8; META],
        value: Payload<'p, V>,
        deadline: Option<u64>,
    ) -> Result<Option<V>, Payload<'p, V>> {
        let record = self.contents.heap.record(place.at);
        let old = Layout::<META>::read(record);
        let new = old.reshaped(value.inline_len(), deadline.is_some());
        if !self.can_rewrite(place, old, new) {
            return Err(value);
        }
        let old_index = old.value_spilled().then(|| record::index(&record[old.value()]));
        let values = &mut self.contents.values;
        let index;
        let (bytes, released) = match (value, old_index) {
            (Payload::Inline(bytes), None) => (bytes, None),
            (Payload::Inline(bytes), Some(old)) => (bytes, values.take(old)),
            (Payload::Spilled(value), Some(old)) => {
                index = record::index_bytes(old);
                (&index[..], values.get_mut(old).map(|old| std::mem::replace(old, value)))
            }
            (Payload::Spilled(value), None) => {
                index = record::index_bytes(values.push(value));
                (&index[..], None)
            }
        };
        self.rewrite(place, old, new, meta, deadline, bytes);
        Ok(released)
    }

    /// Sets or removes a deadline. False: room has to be made first, and nothing has happened.
    pub(super) fn set_deadline(&mut self, place: Place, deadline: Option<u64>) -> bool {
        let record = self.contents.heap.record(place.at);
        let old = Layout::<META>::read(record);
        let new = old.with_deadline(deadline.is_some());
        if !self.can_rewrite(place, old, new) {
            return false;
        }
        let mut meta = [0; META];
        meta.copy_from_slice(&record[old.meta()]);
        let mut value = [0; INLINE_MAX];
        let value = &mut value[..old.value().len()];
        value.copy_from_slice(&record[old.value()]);
        self.rewrite(place, old, new, &meta, deadline, value);
        true
    }

    /// Removes the entry. Its bytes become garbage: see `wasteful`.
    pub(super) fn remove(&mut self, hash: u64, place: Place) -> Option<V> {
        let record = self.contents.heap.record(place.at);
        let layout = Layout::<META>::read(record);
        if layout.key_spilled() {
            drop(self.contents.keys.take(record::index(&record[layout.key()])));
        }
        let spilled = self.contents.take_value(layout, place.at);
        self.contents.heap.free(place.at, layout.size());
        self.lines[place.line].free(place.slot);
        let mut line = self.home(hash);
        while line != place.line {
            self.lines[line].unpass();
            line = self.next_line(line);
        }
        self.live -= 1;
        spilled
    }

    /// Moves the live records together and rebuilds the index with `lines` lines.
    pub(super) fn rebuild(&mut self, lines: usize, hasher: Hasher) {
        let contents = self.empty(lines, self.contents.heap.unit());
        self.absorb(contents, hasher, None);
    }

    /// Doubles the unit of heap positions: the way out for a segment that is full and cannot be split.
    pub(super) fn widen(&mut self, hasher: Hasher) {
        let unit = self.contents.heap.unit() + 1;
        assert!(unit <= UNIT_MAX, "more than 65 535 keys of one hash: the hash key must be known");
        let contents = self.empty(self.lines.len(), unit);
        self.absorb(contents, hasher, None);
    }

    /// Keeps the entries whose next hash bit is 0 and returns a segment of the others.
    pub(super) fn split(&mut self, hasher: Hasher) -> Self {
        let bit = 1 << (63 - self.depth);
        self.depth += 1;
        let lines = self.lines.len();
        let unit = self.contents.heap.unit();
        let mut other = Self::new(self.prefix | bit, self.depth, unit, lines);
        let contents = self.empty(lines, unit);
        self.absorb(contents, hasher, Some((bit, &mut other)));
        for half in [&mut *self, &mut other] {
            if half.lines_wanted() < lines {
                half.rebuild(half.lines_wanted(), hasher);
            }
        }
        other
    }

    /// Takes over all entries of the buddy, the segment whose hashes differ in the last shared bit.
    pub(super) fn merge(&mut self, buddy: Self, hasher: Hasher) {
        let contents = self.empty(lines_for((self.live + buddy.live) as usize), 0);
        self.depth -= 1;
        self.prefix &= !(1 << (63 - self.depth));
        self.absorb(contents, hasher, None);
        self.absorb(buddy.contents, hasher, None);
    }

    #[inline]
    pub(super) fn entry_mut(&mut self, at: usize) -> Option<EntryMut<'_, V, META>> {
        let record = self.contents.heap.record_mut(at);
        let layout = Layout::<META>::read(record);
        let deadline = layout.deadline(record);
        let (head, value) = record[..layout.size()].split_at_mut(layout.value().start);
        let (meta, _) = head[layout.meta().start..].split_first_chunk_mut()?;
        let value = if layout.value_spilled() {
            SlotMut::Spilled(self.contents.values.get_mut(record::index(value))?)
        } else {
            SlotMut::Inline(value)
        };
        Some(EntryMut { meta, deadline, value })
    }

    #[inline]
    pub(super) fn entry_marked(&mut self, at: usize) -> Option<EntryMarked<'_, V, META>> {
        let record = self.contents.heap.record_mut(at);
        let layout = Layout::<META>::read(record);
        let (head, value) = record[..layout.size()].split_at_mut(layout.value().start);
        let (meta, _) = head[layout.meta().start..].split_first_chunk_mut()?;
        let value = if layout.value_spilled() {
            Slot::Spilled(self.contents.values.get(record::index(value))?)
        } else {
            Slot::Inline(value)
        };
        Some(EntryMarked { meta, value })
    }

    /// The index of what the record at `at` spilled, if it did.
    #[inline]
    pub(super) fn spilled_index(&self, at: usize) -> Option<usize> {
        let record = self.contents.heap.record(at);
        let layout = Layout::<META>::read(record);
        layout.value_spilled().then(|| record::index(&record[layout.value()]))
    }

    /// The spilled value with this index.
    #[inline]
    pub(super) fn spilled_value(&self, index: usize) -> Option<&V> {
        self.contents.values.get(index)
    }

    #[inline]
    pub(super) fn entry(&self, at: usize) -> Option<Entry<'_, V, META>> {
        self.contents.entry(self.contents.heap.record(at))
    }

    /// All records, in order, however the index is laid out.
    pub(super) fn records(&self) -> Records<'_, META> {
        self.contents.heap.records()
    }

    /// The entry of a record.
    pub(super) fn entry_of<'a>(&'a self, record: &'a [u8]) -> Option<Entry<'a, V, META>> {
        self.contents.entry(record)
    }

    #[inline]
    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<Place> {
        self.find_by(hash, |at| {
            let record = self.contents.heap.record(at);
            let layout = Layout::<META>::read(record);
            if layout.key_spilled() {
                key.len() > record::KEY_INLINE_MAX && self.contents.key(layout, record) == key
            } else {
                record[layout.key()] == *key
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
                let at = self.contents.heap.position(line.offset(slot));
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

    /// Appends hash and position of all entries whose home is `line`. Most are there; the rest follows where an entry
    /// passed by.
    pub(super) fn homed_in(&self, line: usize, hasher: Hasher, found: &mut Vec<(u64, usize)>) {
        let mut index = line;
        for _ in 0..self.lines.len() {
            let occupied = (0..SLOTS).filter(|&slot| self.lines[index].occupied(slot));
            for slot in occupied {
                let at = self.contents.heap.position(self.lines[index].offset(slot));
                let hash = hasher.hash(self.key_at(at));
                if self.home(hash) == line {
                    found.push((hash, at));
                }
            }
            if !self.lines[index].overflowed() {
                return;
            }
            index = self.next_line(index);
        }
    }

    /// The record a slot of the index holds, slots counted through all lines.
    pub(super) fn slot(&self, slot: usize) -> Option<usize> {
        let line = self.lines.get(slot / SLOTS)?;
        line.occupied(slot % SLOTS).then(|| self.contents.heap.position(line.offset(slot % SLOTS)))
    }

    pub(super) fn slots(&self) -> usize {
        self.lines.len() * SLOTS
    }

    /// The size of a record, and its deadline.
    #[inline]
    pub(super) fn shape(&self, at: usize) -> (usize, Option<u64>) {
        let record = self.contents.heap.record(at);
        let layout = Layout::<META>::read(record);
        (layout.size(), layout.deadline(record))
    }

    /// The size of a record with a deadline in it.
    pub(super) fn size_with_deadline(&self, at: usize) -> usize {
        Layout::<META>::read(self.contents.heap.record(at)).with_deadline(true).size()
    }

    /// The key of the live record at `at`.
    pub(super) fn key_at(&self, at: usize) -> &[u8] {
        let record = self.contents.heap.record(at);
        self.contents.key(Layout::<META>::read(record), record)
    }

    /// What a new record of `size` bytes needs first.
    #[inline]
    pub(super) fn room(&self, size: usize) -> Room {
        let lines = self.lines.len();
        if self.live as usize >= lines * LINE_LOAD {
            return if lines < LINES_MAX { Room::Rebuild(lines * 2) } else { Room::Split };
        }
        let Contents { heap, values, keys } = &self.contents;
        if heap.crowded(size) || values.crowded_by_holes() || keys.crowded_by_holes() {
            Room::Rebuild(lines)
        } else if heap.exhausted(size) {
            Room::Split
        } else {
            Room::Ready
        }
    }

    /// Whether a record of `size` bytes is beyond what positions reach.
    pub(super) fn exhausted(&self, size: usize) -> bool {
        self.contents.heap.exhausted(size)
    }

    /// Whether more than half of the memory is garbage.
    pub(super) fn wasteful(&self) -> bool {
        let Contents { heap, values, keys } = &self.contents;
        heap.mostly_garbage() || values.mostly_holes() || keys.mostly_holes()
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
        self.contents.heap.live()
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
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        let Contents { heap, values, keys } = &self.contents;
        size_of::<Self>()
            + self.lines.capacity() * size_of::<Line>()
            + heap.bytes()
            + values.bytes()
            + keys.bytes()
    }

    /// Takes the contents out and leaves an empty segment with an index of `lines` lines.
    fn empty(&mut self, lines: usize, unit: u8) -> Contents<V> {
        self.lines.clear();
        self.lines.resize(lines, Line::EMPTY);
        self.lines.shrink_to_fit();
        self.live = 0;
        std::mem::replace(&mut self.contents, Contents::new(unit))
    }

    /// The walk behind every rebuild: adopts all live records, or leaves those with a certain hash bit to another
    /// segment.
    fn absorb(
        &mut self,
        mut from: Contents<V>,
        hasher: Hasher,
        mut leave: Option<(u64, &mut Self)>,
    ) {
        let share = 1 + usize::from(leave.is_some());
        for segment in [&mut *self].into_iter().chain(leave.as_mut().map(|(_, other)| &mut **other))
        {
            segment.contents.values.reserve(from.values.live() / share);
            segment.contents.keys.reserve(from.keys.live() / share);
        }
        let unit = from.heap.unit();
        for page in from.heap.take_pages() {
            for record in records::<META>(&page, unit) {
                let hash = hasher.hash(from.key(Layout::<META>::read(record), record));
                match &mut leave {
                    Some((bit, other)) if hash & *bit != 0 => other.adopt(&mut from, record, hash),
                    _ => self.adopt(&mut from, record, hash),
                }
            }
        }
        self.contents.heap.trim();
        if let Some((_, other)) = leave {
            other.contents.heap.trim();
        }
    }

    /// Whether a record can take a new layout without a rebuild first.
    fn can_rewrite(&self, place: Place, old: Layout<META>, new: Layout<META>) -> bool {
        let Contents { heap, values, .. } = &self.contents;
        if new.value_spilled() && !old.value_spilled() && values.crowded_by_holes() {
            return false;
        }
        let size = new.size();
        heap.can_resize(place.at, old.size(), size) || !(heap.crowded(size) || heap.exhausted(size))
    }

    /// Gives a record a new layout, in place if possible, and new contents except for the key.
    fn rewrite(
        &mut self,
        place: Place,
        old: Layout<META>,
        new: Layout<META>,
        meta: &[u8; META],
        deadline: Option<u64>,
        value: &[u8],
    ) {
        let heap = &mut self.contents.heap;
        if old == new {
            return new.write_around_key(heap.record_mut(place.at), meta, deadline, value);
        }
        let mut key = [0; record::KEY_INLINE_MAX];
        let key = &mut key[..old.key().len()];
        key.copy_from_slice(&heap.record(place.at)[old.key()]);
        let mut at = place.at;
        if heap.can_resize(at, old.size(), new.size()) {
            heap.resize(at, old.size(), new.size());
        } else {
            heap.free(at, old.size());
            at = heap.allocate(new.size());
            self.lines[place.line].set_offset(place.slot, heap.offset(at));
        }
        new.write(heap.record_mut(at), meta, deadline, key, value);
    }

    /// Copies a record, moves what it spilled, and links it.
    fn adopt(&mut self, from: &mut Contents<V>, record: &[u8], hash: u64) {
        let layout = Layout::<META>::read(record);
        let Contents { heap, values, keys } = &mut self.contents;
        let at = heap.append_copy(record);
        if layout.value_spilled()
            && let Some(value) = from.values.take(record::index(&record[layout.value()]))
        {
            let index = record::index_bytes(values.push(value));
            heap.record_mut(at)[layout.value()].copy_from_slice(&index);
        }
        if layout.key_spilled()
            && let Some(key) = from.keys.take(record::index(&record[layout.key()]))
        {
            let index = record::index_bytes(keys.push(key));
            heap.record_mut(at)[layout.key()].copy_from_slice(&index);
        }
        self.link(hash, at);
    }

    /// Puts a record into the index, which has a vacancy.
    fn link(&mut self, hash: u64, at: usize) {
        let offset = self.contents.heap.offset(at);
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

    /// The line an entry belongs in: by the hash bits that follow the shared ones, so that lines are in hash order.
    #[inline]
    pub(super) fn home(&self, hash: u64) -> usize {
        let bits = self.lines.len().trailing_zeros();
        (((hash << self.depth) >> 1) >> (63 - bits)) as usize
    }

    #[inline]
    fn next_line(&self, index: usize) -> usize {
        (index + 1) & (self.lines.len() - 1)
    }
}

/// Lines for `entries` and some growth. A power of two; more than `LINES_MAX` only where a split was impossible.
fn lines_for(entries: usize) -> usize {
    entries.div_ceil(LINE_LOAD * 7 / 8).next_power_of_two()
}

#[cfg(test)]
impl<V, const META: usize> Segment<V, META> {
    /// The heap is sound, all of its entries and no others are in the index, and they belong to this segment.
    pub(super) fn check(&self, hasher: Hasher) {
        self.contents.heap.check::<META>();
        let mut count = 0;
        let mut passed = vec![0; self.lines.len()];
        for entry in self.records().filter_map(|record| self.entry_of(record)) {
            let hash = hasher.hash(entry.key);
            assert!(hash >= self.prefix && self.end().is_none_or(|end| hash < end));
            let place = self.find(hash, entry.key).expect("in the index");
            let mut line = self.home(hash);
            while line != place.line {
                passed[line] += 1;
                line = self.next_line(line);
            }
            count += 1;
        }
        for (line, passed) in self.lines.iter().zip(passed) {
            assert!(line.passed() == passed || line.passed() == usize::from(u8::MAX));
        }
        let occupied = (0..self.slots()).filter(|&slot| self.slot(slot).is_some()).count();
        assert_eq!((count, occupied), (self.live(), self.live()));
    }
}
