//! Changing a listpack: opening and closing gaps, and when its buffer grows, slides and shrinks.
//!
//! The buffer grows by an eighth of its contents at the end that needed room, so a run of pushes at either end costs
//! O(1) each and little is wasted; it shrinks once less than a quarter is in use.

use super::entry::{self, Encoded};
use super::{
    At, COUNT_UNKNOWN, ELEMENT_MAX, EMPTY, EMPTY_BYTES, HEADER, Item, Listpack, MAX_BYTES,
};

/// The part of its contents that a buffer grows by.
const GROWTH: usize = 8;
/// Least spare room made when a buffer must grow: small collections are filled entry by entry.
const GROW_MIN: usize = 16;
/// Buffers up to this size are never shrunk: the allocator would hardly gain.
const SHRINK_ABOVE: usize = 256;

/// Growth past [`MAX_BYTES`] is refused: `push_*` and `append` answer `false`, the others leave the listpack as it was and
/// return the position they were given (an assertion in debug builds). Callers with large elements ask
/// [`Listpack::fits`] first.
impl Listpack {
    /// Adds an entry at the tail. Amortised O(size of the entry). `false`: refused, see [`MAX_BYTES`].
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

    /// Adds an entry at the head. Amortised O(size of the entry). `false`: refused, see [`MAX_BYTES`].
    pub fn push_front(&mut self, element: &[u8]) -> bool {
        let Some(entry) = self.encode(element) else { return false };
        let size = entry.size();
        self.make_room_front(size);
        self.front -= size as u32;
        let start = self.front as usize + HEADER;
        entry.write(&mut self.buf[start..start + size]);
        self.count += 1;
        self.seal();
        true
    }

    /// Adds an entry before the one at `at` and returns its position. O(bytes after it).
    pub fn insert_before(&mut self, at: At, element: &[u8]) -> At {
        if at.0 == HEADER {
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
        let (start, end) = (self.front as usize + HEADER, self.buf.len() - 1);
        let (mut from, mut to, mut removed) = (start, start, 0);
        while from < end {
            let (item, size) = entry::read(&self.buf[from..end]);
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
        let (from, to) = (self.offset_of(index), self.bytes() - 1);
        let mut tail = Listpack::with_capacity(to - from);
        tail.push_entries(&self.blob()[from..to], count);
        self.cut(from, to, count);
        tail
    }

    /// Adds all of `other` at the tail. O(size of `other`). `false`: refused, see [`MAX_BYTES`].
    pub fn append(&mut self, other: &Listpack) -> bool {
        let entries = &other.as_bytes()[HEADER..other.bytes() - 1];
        if self.bytes() + entries.len() > MAX_BYTES {
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

    /// Writes the header anew after a change.
    pub(super) fn seal(&mut self) {
        let total = (self.buf.len() - self.front as usize) as u32;
        let count = u16::try_from(self.count).unwrap_or(COUNT_UNKNOWN);
        if let Some(header) = self.buf[self.front as usize..].first_chunk_mut::<HEADER>() {
            header[..4].copy_from_slice(&total.to_le_bytes());
            header[4..].copy_from_slice(&count.to_le_bytes());
        }
    }

    /// The entry of `element`, unless it would not fit: [`Listpack::fits`] without encoding twice.
    #[inline]
    fn encode<'a>(&self, element: &'a [u8]) -> Option<Encoded<'a>> {
        if element.len() > ELEMENT_MAX {
            return None;
        }
        let entry = Encoded::new(element);
        (self.bytes() + entry.size() <= MAX_BYTES).then_some(entry)
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
        if from - HEADER < self.bytes() - to {
            self.buf.copy_within(front + HEADER..front + from, front + HEADER + gap);
            self.front += gap as u32;
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
        if self.count == 0 && self.buf.capacity() > SHRINK_ABOVE {
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
        buf.extend_from_slice(self.as_bytes());
        self.buf = buf;
        self.front = room as u32;
    }
}
