//! Changing a chunked list: which chunk takes an element, when chunks split and when they merge.

use super::{ChunkedList, Pos};
use crate::ds::listpack::{At, ELEMENT_MAX, Item, Listpack, Needle, TextBuf};

/// What takes an element answers `false` only when it is too large for any listpack ([`ELEMENT_MAX`]);
/// the list is then unchanged.
impl ChunkedList {
    /// Adds an element at the tail. O(1) amortised.
    pub fn push_back(&mut self, element: &[u8]) -> bool {
        match self.chunks.back() {
            Some(chunk) if self.limit.admits(chunk, element.len(), 1) => {
                self.edit(self.chunks.len() - 1, |chunk| chunk.push_back(element))
            }
            _ => self.insert_chunk(self.chunks.len(), element),
        }
    }

    /// Adds an element at the head. O(1) amortised.
    pub fn push_front(&mut self, element: &[u8]) -> bool {
        match self.chunks.front() {
            Some(chunk) if self.limit.admits(chunk, element.len(), 1) => {
                self.edit(0, |chunk| chunk.push_front(element))
            }
            _ => self.insert_chunk(0, element),
        }
    }

    /// Removes the first element after showing it to `take`; `None` when the list is empty. O(1) amortised.
    pub fn pop_front<R>(&mut self, take: impl FnOnce(Item<'_>) -> R) -> Option<R> {
        let at = self.chunks.front()?.first()?;
        Some(self.pop(0, at, take))
    }

    /// Removes the last element after showing it to `take`; `None` when the list is empty. O(1) amortised.
    pub fn pop_back<R>(&mut self, take: impl FnOnce(Item<'_>) -> R) -> Option<R> {
        let at = self.chunks.back()?.last()?;
        Some(self.pop(self.chunks.len() - 1, at, take))
    }

    /// Adds an element before the one at `pos`. O(chunk + chunks).
    pub fn insert_before(&mut self, pos: Pos, element: &[u8]) -> bool {
        let Pos { chunk: index, at } = pos;
        if element.len() > ELEMENT_MAX {
            return false;
        }
        if self.limit.admits(&self.chunks[index], element.len(), 1) {
            self.edit(index, |chunk| chunk.insert_before(at, element));
            return true;
        }
        if self.chunks[index].first() != Some(at) {
            self.split(pos);
            return self.insert_between(index + 1, element);
        }
        self.insert_between(index, element)
    }

    /// Adds an element after the one at `pos`. O(chunk + chunks).
    pub fn insert_after(&mut self, pos: Pos, element: &[u8]) -> bool {
        let Pos { chunk: index, at } = pos;
        if element.len() > ELEMENT_MAX {
            return false;
        }
        if self.limit.admits(&self.chunks[index], element.len(), 1) {
            self.edit(index, |chunk| chunk.insert_after(at, element));
            return true;
        }
        if let Some(at) = self.chunks[index].next(at) {
            self.split(Pos { at, ..pos });
        }
        self.insert_between(index + 1, element)
    }

    /// Puts `element` in the place of the one at `index`, negative from the tail. `false` also when there is none.
    /// O(chunk + chunks).
    pub fn set(&mut self, index: isize, element: &[u8]) -> bool {
        let Some(pos) = self.seek(index).filter(|_| element.len() <= ELEMENT_MAX) else {
            return false;
        };
        let chunk = &self.chunks[pos.chunk];
        let old = Listpack::entry_cost(chunk.get(pos.at).text(&mut TextBuf::default()));
        let growth = Listpack::entry_cost(element).saturating_sub(old);
        if chunk.len() == 1 || growth == 0 || self.limit.admits(chunk, growth, 0) {
            self.edit(pos.chunk, |chunk| chunk.replace(pos.at, element));
            self.settle(pos.chunk);
            return true;
        }
        // The chunk would become too large: the element moves to where there is room.
        match self.edit(pos.chunk, |chunk| chunk.remove(pos.at)) {
            Some(at) => self.insert_before(Pos { at, ..pos }, element),
            None => self.insert_between(pos.chunk + 1, element),
        }
    }

    /// Removes the element at `pos`. O(chunk + chunks).
    pub fn remove(&mut self, pos: Pos) {
        self.edit(pos.chunk, |chunk| chunk.remove(pos.at));
        self.settle(pos.chunk);
    }

    /// Removes elements equal to `needle`: the first `count`, the last `-count` when negative, all when 0. Returns how
    /// many there were. O(n).
    pub fn remove_matching(&mut self, needle: &[u8], count: isize) -> usize {
        let needle = Needle::new(needle);
        let wanted = if count == 0 { usize::MAX } else { count.unsigned_abs() };
        let chunks = self.chunks.len();
        let (mut removed, mut touched, mut last) = (0, 0, 0);
        for step in 0..chunks {
            let index = if count < 0 { chunks - 1 - step } else { step };
            let here = self.chunks[index].iter().filter(|&item| needle.matches(item)).count();
            let take = here.min(wanted - removed);
            if take > 0 {
                // From the tail, the matches nearer the head stay.
                let mut spare = if count < 0 { here - take } else { 0 };
                let mut left = take;
                self.edit(index, |chunk| {
                    chunk.retain(|item| {
                        if left == 0 || !needle.matches(item) {
                            return true;
                        }
                        if spare > 0 {
                            spare -= 1;
                            return true;
                        }
                        left -= 1;
                        false
                    })
                });
                removed += take;
                touched += 1;
                last = index;
            }
            if removed == wanted {
                break;
            }
        }
        match touched {
            0 => {}
            1 => self.settle(last),
            _ => self.settle_all(),
        }
        removed
    }

    /// Keeps the `len` elements from index `start` on. O(elements removed in whole chunks + chunk).
    pub fn trim(&mut self, start: usize, len: usize) {
        let start = start.min(self.len);
        let mut tail = self.len - start - len.min(self.len - start);
        let mut head = start;
        while let Some(count) = self.chunks.front().map(Listpack::len).filter(|&n| n <= head) {
            self.remove_chunk(0);
            head -= count;
        }
        while let Some(count) = self.chunks.back().map(Listpack::len).filter(|&n| n <= tail) {
            self.remove_chunk(self.chunks.len() - 1);
            tail -= count;
        }
        if tail > 0 {
            let last = self.chunks.len() - 1;
            self.edit(last, |chunk| chunk.truncate(chunk.len() - tail));
            self.settle(last);
        }
        if head > 0 {
            self.edit(0, |chunk| chunk.remove_range(0, head));
            self.settle(0);
        }
    }

    /// Adds a whole chunk, which is not empty, before chunk `index`.
    /// Adds a whole chunk at the tail, as it is; an empty one is none.
    pub fn push_chunk(&mut self, chunk: Listpack) {
        if !chunk.is_empty() {
            self.add_chunk(self.chunks.len(), chunk);
        }
    }

    pub(super) fn add_chunk(&mut self, index: usize, chunk: Listpack) {
        self.len += chunk.len();
        self.bytes += chunk.bytes();
        self.heap += chunk.heap_bytes();
        self.chunks.insert(index, chunk);
    }

    fn remove_chunk(&mut self, index: usize) -> Option<Listpack> {
        let chunk = self.chunks.remove(index)?;
        self.len -= chunk.len();
        self.bytes -= chunk.bytes();
        self.heap -= chunk.heap_bytes();
        Some(chunk)
    }

    /// Changes one chunk and keeps the totals.
    #[inline]
    fn edit<R>(&mut self, index: usize, change: impl FnOnce(&mut Listpack) -> R) -> R {
        let chunk = &mut self.chunks[index];
        let (len, bytes, heap) = (chunk.len(), chunk.bytes(), chunk.heap_bytes());
        let result = change(chunk);
        self.len = self.len - len + chunk.len();
        self.bytes = self.bytes - bytes + chunk.bytes();
        self.heap = self.heap - heap + chunk.heap_bytes();
        result
    }

    fn pop<R>(&mut self, index: usize, at: At, take: impl FnOnce(Item<'_>) -> R) -> R {
        let result = take(self.chunks[index].get(at));
        if self.chunks[index].len() == 1 {
            self.remove_chunk(index);
        } else {
            self.edit(index, |chunk| chunk.remove(at));
        }
        result
    }

    /// Adds an element between the chunks `index - 1` and `index`: to either if it has room, else in a chunk of its own.
    fn insert_between(&mut self, index: usize, element: &[u8]) -> bool {
        let admits = |chunk: &Listpack| self.limit.admits(chunk, element.len(), 1);
        if index > 0 && admits(&self.chunks[index - 1]) {
            return self.edit(index - 1, |chunk| chunk.push_back(element));
        }
        if self.chunks.get(index).is_some_and(admits) {
            return self.edit(index, |chunk| chunk.push_front(element));
        }
        self.insert_chunk(index, element)
    }

    /// Adds a chunk with one element; the neighbours are unlikely to grow soon and give back their spare room.
    fn insert_chunk(&mut self, index: usize, element: &[u8]) -> bool {
        let mut chunk = Listpack::new();
        if !chunk.push_back(element) {
            return false;
        }
        if index > 0 {
            self.edit(index - 1, Listpack::shrink_to_fit);
        }
        if index < self.chunks.len() {
            self.edit(index, Listpack::shrink_to_fit);
        }
        self.add_chunk(index, chunk);
        true
    }

    /// Cuts a chunk in two before the element at `pos`, which is not its first.
    fn split(&mut self, pos: Pos) {
        let tail = self.edit(pos.chunk, |chunk| chunk.split_off(chunk.index_of(pos.at)));
        self.add_chunk(pos.chunk + 1, tail);
    }

    /// Drops the chunk when it is empty, or merges it with a neighbour when both are small.
    fn settle(&mut self, index: usize) {
        if self.chunks[index].is_empty() {
            self.remove_chunk(index);
            return;
        }
        let merges =
            |a: usize, b: usize| self.limit.prefers_merged(&self.chunks[a], &self.chunks[b]);
        if index > 0 && merges(index - 1, index) {
            self.merge(index - 1);
        } else if index + 1 < self.chunks.len() && merges(index, index + 1) {
            self.merge(index);
        }
    }

    /// Joins the chunks `index` and `index + 1`.
    fn merge(&mut self, index: usize) {
        if let Some(next) = self.remove_chunk(index + 1) {
            self.edit(index, |chunk| chunk.append(&next));
        }
    }

    /// Like [`ChunkedList::settle`] for every chunk at once. O(chunks + what is merged).
    fn settle_all(&mut self) {
        let settled = Self::new(self.limit);
        let before = core::mem::replace(self, settled);
        for chunk in before.chunks {
            match self.chunks.back() {
                _ if chunk.is_empty() => {}
                Some(last) if self.limit.prefers_merged(last, &chunk) => {
                    self.edit(self.chunks.len() - 1, |last| last.append(&chunk));
                }
                _ => self.add_chunk(self.chunks.len(), chunk),
            }
        }
    }
}
