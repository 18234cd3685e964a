//! Changing a listpack: opening and closing gaps, and when its buffer grows, slides and shrinks.
//!
//! The buffer grows by an eighth of its contents at the end that needed room, so a run of pushes at either end costs
//! O(1) each and little is wasted; it shrinks once less than a quarter is in use.

use super::entry::{self, Encoded};
use super::stems::{self, Stems};
use super::{
    At, COUNT_UNKNOWN, ELEMENT_MAX, EMPTY, EMPTY_BYTES, HEADER, Item, Listpack, SHARED,
    SHARED_BYTES_MAX, TOP, TextBuf,
};

/// The part of its contents that a buffer grows by.
const GROWTH: usize = 8;
/// Least spare room made when a buffer must grow: small collections are filled entry by entry.
const GROW_MIN: usize = 16;
/// Buffers up to this size are never shrunk: the allocator would hardly gain.
const SHRINK_ABOVE: usize = 256;

/// Growth past [`super::MAX_BYTES`] is refused: `push_*` and `append` answer `false`, the others leave the listpack as it was and
/// return the position they were given (an assertion in debug builds). Callers with large elements ask
/// [`Listpack::fits`] first.
impl Listpack {
    /// Adds an entry at the tail. Amortised O(size of the entry). `false`: refused, see [`super::MAX_BYTES`].
    pub fn push_back(&mut self, element: &[u8]) -> bool {
        let Some(entry) = self.encode(element) else { return false };
        self.make_room_back(entry.size());
        self.buf.pop();
        entry.append(&mut self.buf);
        self.buf.push(entry::END);
        self.count += 1;
        self.seal();
        true
    }

    /// Adds an entry at the head. Amortised O(size of the entry). `false`: refused, see [`super::MAX_BYTES`].
    pub fn push_front(&mut self, element: &[u8]) -> bool {
        let Some(entry) = self.encode(element) else { return false };
        if self.is_shared() {
            self.splice(self.start(), 0, element);
            return true;
        }
        let size = entry.size();
        self.make_room_front(size);
        self.front -= size as u32;
        let start = self.front as usize + HEADER;
        entry.write(&mut self.buf[start..start + size]);
        self.mark(0);
        self.count += 1;
        self.seal();
        true
    }

    /// Adds an entry before the one at `at` and returns its position. O(bytes after it).
    pub fn insert_before(&mut self, at: At, element: &[u8]) -> At {
        if at.0 == self.start() {
            let added = self.push_front(element);
            debug_assert!(added, "listpack over its bound");
            return at;
        }
        self.splice(at.0, 0, element)
    }

    /// Adds an entry after the one at `at` and returns its position. O(bytes after it).
    pub fn insert_after(&mut self, at: At, element: &[u8]) -> At {
        let next = at.0 + entry::size(&self.blob()[at.0..]);
        self.splice(next, 0, element)
    }

    /// Puts `element` in the place of the entry at `at` and returns the position. O(bytes after it).
    pub fn replace(&mut self, at: At, element: &[u8]) -> At {
        let old = entry::size(&self.blob()[at.0..]);
        self.splice(at.0, old, element)
    }

    /// Removes the entry at `at` and returns the position of the one that followed. O(bytes after it); O(1) at the head.
    pub fn remove(&mut self, at: At) -> Option<At> {
        let size = entry::size(&self.blob()[at.0..]);
        self.cut(at.0, at.0 + size, 1);
        (at.0 + 1 < self.bytes()).then_some(at)
    }

    /// Removes up to `count` entries from index `start` on; returns how many there were. O(n).
    pub fn remove_range(&mut self, start: usize, count: usize) -> usize {
        let count = count.min(self.len().saturating_sub(start));
        if count == 0 {
            return 0;
        }
        let (from, to) = (self.offset_of(start), self.offset_of(start + count));
        self.cut(from, to, count);
        count
    }

    /// Keeps the first `len` entries. O(n).
    pub fn truncate(&mut self, len: usize) {
        self.remove_range(len, usize::MAX);
    }

    /// Removes every entry `keep` answers `false` for, asked in order; returns how many. O(n) in one pass.
    pub fn retain(&mut self, mut keep: impl FnMut(Item<'_>) -> bool) -> usize {
        if self.is_empty() {
            return 0;
        }
        let (start, end) = (self.front as usize + self.start(), self.buf.len() - 1);
        let (mut from, mut to, mut removed) = (start, start, 0);
        while from < end {
            let (item, size) = entry::read(&self.buf[from..end], self.blob());
            if !keep(item) {
                removed += 1;
            } else {
                if to < from {
                    self.buf.copy_within(from..from + size, to);
                }
                to += size;
            }
            from += size;
        }
        if removed > 0 {
            self.buf.truncate(to);
            self.buf.push(entry::END);
            self.count -= removed as u32;
            self.settle();
        }
        removed
    }

    /// Takes the entries from `index` on into a listpack of their own. O(n).
    pub fn split_off(&mut self, index: usize) -> Listpack {
        let count = self.len().saturating_sub(index);
        if count == 0 {
            return Listpack::new();
        }
        self.dissolve_stems();
        let (from, to) = (self.offset_of(index), self.bytes() - 1);
        let mut tail = Listpack::with_capacity(to - from);
        tail.push_entries(&self.blob()[from..to], count);
        self.cut(from, to, count);
        tail
    }

    /// Adds all of `other` at the tail. O(size of `other`). `false`: refused, see [`super::MAX_BYTES`].
    pub fn append(&mut self, other: &Listpack) -> bool {
        let plain = other.to_spec();
        let entries = &plain[HEADER..plain.len() - 1];
        if self.bytes() + entries.len() > self.bytes_max() {
            return false;
        }
        self.make_room_back(entries.len());
        self.push_entries(entries, other.len());
        true
    }

    /// Removes every entry and frees the buffer.
    pub fn clear(&mut self) {
        *self = Listpack::new();
    }

    /// After many additions at once: gives back what they left over, if it is worth the trouble. O(n).
    pub fn give_back_room(&mut self) {
        if self.buf.capacity() - self.bytes() >= GROW_MIN {
            self.shrink_to_fit();
        }
    }

    /// Gives back all spare room. O(n) when there is some.
    pub fn shrink_to_fit(&mut self) {
        if self.is_empty() {
            self.clear();
        } else {
            self.slide();
            self.buf.shrink_to_fit();
        }
    }

    /// Keeps once what many entries begin with, if that makes the listpack smaller; looks at every `every`-th entry. O(n) where
    /// it does. Positions become invalid.
    pub fn share_stems(&mut self, every: usize) {
        if self.bytes() > SHARED_BYTES_MAX {
            return;
        }
        let Some(table) = stems::gather(self.iter().step_by(every)) else { return };
        let (stems, mut text) = (Stems::read(&table), TextBuf::default());
        let sizes = self.iter().map(|item| Encoded::new(item.text(&mut text), stems).size());
        let bytes = EMPTY + table.len() + sizes.sum::<usize>();
        if bytes + GROW_MIN > self.bytes() {
            return;
        }
        // Not a byte more than it takes: what would be given back later leaves holes between other values.
        let mut buf = Vec::with_capacity(bytes);
        buf.extend_from_slice(&EMPTY_BYTES[..HEADER]);
        buf[TOP] = SHARED;
        buf.extend_from_slice(&table);
        for item in self.iter() {
            Encoded::new(item.text(&mut text), stems).append(&mut buf);
        }
        buf.push(entry::END);
        *self = Listpack { buf, front: 0, count: self.count };
        self.seal();
    }

    /// Back to the specified bytes.
    fn dissolve_stems(&mut self) {
        if self.is_shared() {
            let buf = self.to_spec().into_owned();
            *self = Listpack { buf, front: 0, count: self.count };
        }
    }

    fn is_shared(&self) -> bool {
        !self.stems().is_empty()
    }

    /// Whether there are stems is read from the header; where that is going to be, something else may have been.
    fn mark(&mut self, top: u8) {
        self.buf[self.front as usize + TOP] = top;
    }

    /// Writes the header anew after a change.
    pub(super) fn seal(&mut self) {
        let total = (self.buf.len() - self.front as usize) as u32;
        let count = u16::try_from(self.count).unwrap_or(COUNT_UNKNOWN);
        if let Some(header) = self.buf[self.front as usize..].first_chunk_mut::<HEADER>() {
            let shared = header[TOP] & SHARED;
            header[..4].copy_from_slice(&total.to_le_bytes());
            header[TOP] |= shared;
            header[4..].copy_from_slice(&count.to_le_bytes());
        }
    }

    /// The entry of `element`, unless it would not fit: [`Listpack::fits`] without encoding twice.
    #[inline]
    fn encode<'a>(&self, element: &'a [u8]) -> Option<Encoded<'a>> {
        if element.len() > ELEMENT_MAX {
            return None;
        }
        let small = self.bytes() < SHARED_BYTES_MAX;
        let entry = Encoded::new(element, if small { self.stems() } else { Stems::NONE });
        (self.bytes() + entry.size() <= self.bytes_max()).then_some(entry)
    }

    /// Offset where entry `index` begins; `len` gives the end mark.
    fn offset_of(&self, index: usize) -> usize {
        self.seek(index as isize).map_or(self.bytes() - 1, |at| at.0)
    }

    /// Replaces `old` bytes at offset `at` by the entry of `element`.
    fn splice(&mut self, at: usize, old: usize, element: &[u8]) -> At {
        let Some(entry) = self.encode(element) else {
            debug_assert!(false, "listpack over its bound");
            return At(at);
        };
        let new = entry.size();
        if new > old {
            self.make_room_back(new - old);
        }
        let start = self.front as usize + at;
        let end = self.buf.len();
        if new > old {
            self.buf.resize(end + new - old, 0);
        }
        self.buf.copy_within(start + old..end, start + new);
        self.buf.truncate(end + new - old);
        entry.write(&mut self.buf[start..start + new]);
        self.count += u32::from(old == 0);
        self.settle();
        At(at)
    }

    /// Removes the `count` entries in the bytes `from..to`, by moving whichever side of them is smaller.
    fn cut(&mut self, from: usize, to: usize, count: usize) {
        let (front, gap, end) = (self.front as usize, to - from, self.buf.len());
        if !self.is_shared() && from - HEADER < self.bytes() - to {
            self.buf.copy_within(front + HEADER..front + from, front + HEADER + gap);
            self.front += gap as u32;
            self.mark(0);
        } else {
            self.buf.copy_within(front + to..end, front + from);
            self.buf.truncate(end - gap);
        }
        self.count -= count as u32;
        self.settle();
    }

    /// Appends whole entries for which there is room.
    fn push_entries(&mut self, entries: &[u8], count: usize) {
        self.buf.pop();
        self.buf.extend_from_slice(entries);
        self.buf.push(entry::END);
        self.count += count as u32;
        self.seal();
    }

    /// Header and buffer after a change that may have made the listpack smaller.
    fn settle(&mut self) {
        if self.count == 0 && (self.buf.capacity() > SHRINK_ABOVE || self.is_shared()) {
            return self.clear();
        }
        self.seal();
        let used = self.bytes();
        if self.buf.capacity() > SHRINK_ABOVE && used < self.buf.capacity() / 4 {
            self.slide();
            self.buf.shrink_to(used + used / 4);
        }
    }

    /// Moves the bytes to the beginning of the buffer: spare room at the head becomes room at the tail.
    fn slide(&mut self) {
        let front = self.front as usize;
        self.buf.copy_within(front.., 0);
        self.buf.truncate(self.buf.len() - front);
        self.front = 0;
    }

    fn make_room_back(&mut self, size: usize) {
        if self.buf.is_empty() {
            self.buf.reserve_exact(EMPTY + size);
            self.buf.extend_from_slice(&EMPTY_BYTES);
            return;
        }
        if self.buf.capacity() - self.buf.len() >= size {
            return;
        }
        let front = self.front as usize;
        if front >= size.max(self.bytes() / 4) {
            return self.slide();
        }
        // Growing may copy everything anyway, so the little room at the head may as well join that at the tail. A quarter
        // must be free afterwards: else a queue in a full buffer would slide once a push.
        self.slide();
        self.buf.reserve_exact(size + (self.buf.len() / GROWTH).max(GROW_MIN));
    }

    fn make_room_front(&mut self, size: usize) {
        let front = self.front as usize;
        if front >= size {
            return;
        }
        let room = size + (self.bytes() / GROWTH).max(GROW_MIN);
        let mut buf = Vec::with_capacity(room + self.bytes());
        buf.resize(room, 0);
        buf.extend_from_slice(if self.buf.is_empty() { &EMPTY_BYTES } else { self.blob() });
        self.buf = buf;
        self.front = room as u32;
    }
}
