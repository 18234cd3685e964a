//! A long list of byte strings: a deque of listpacks ("chunks").
//!
//! Pushes and pops touch one end of one chunk: O(1). Reaching an index skips whole chunks from the nearer end, then
//! walks inside one. An insertion in the middle splits a full chunk, a removal merges small neighbours, so the number
//! of chunks stays proportional to the contents. An element larger than a chunk may be gets a chunk of its own.
//!
//! Invariants: no chunk is empty; a chunk over the limit has one entry (or was adopted so); the totals are exact.
//!
//! Left out: when a list is short enough for a single listpack is the caller's to decide; [`Limit`] helps.

mod edit;
mod range;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub use range::Range;

use super::listpack::{At, Item, Listpack, Needle};

/// Most bytes of a chunk limited by entries: keeps edits inside a chunk cheap whatever the elements are.
pub const ENTRIES_BYTES_MAX: usize = 8192;

/// How much one chunk may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// So many bytes.
    Bytes(usize),
    /// So many entries, and [`ENTRIES_BYTES_MAX`] bytes.
    Entries(usize),
}

/// A long list of byte strings; see the module.
#[derive(Clone)]
pub struct ChunkedList {
    chunks: VecDeque<Listpack>,
    limit: Limit,
    len: usize,
    /// Sum of the chunks' sizes, and of the heap they hold.
    bytes: usize,
    heap: usize,
}

/// Where an element is. Valid until the list changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pos {
    chunk: usize,
    at: At,
}

impl Limit {
    /// Whether `entries` more entries with `text_bytes` of text in all may join `listpack`.
    ///
    /// Texts are counted without what encoding adds to them, as real servers do: the last element may
    /// overshoot by its own overhead.
    pub fn admits(self, listpack: &Listpack, text_bytes: usize, entries: usize) -> bool {
        self.allows(listpack.bytes().saturating_add(text_bytes), listpack.len() + entries)
    }

    fn allows(self, bytes: usize, entries: usize) -> bool {
        match self {
            Limit::Bytes(most) => bytes <= most,
            Limit::Entries(most) => entries <= most && bytes <= ENTRIES_BYTES_MAX,
        }
    }

    /// Whether two chunks are better one: with a quarter left free, so that the next insertion does not split them again.
    fn prefers_merged(self, a: &Listpack, b: &Listpack) -> bool {
        let (bytes, entries) = (a.bytes() + b.bytes(), a.len() + b.len());
        match self {
            Limit::Bytes(most) => bytes <= most - most / 4,
            Limit::Entries(most) => {
                entries <= most - most / 4 && bytes <= ENTRIES_BYTES_MAX - ENTRIES_BYTES_MAX / 4
            }
        }
    }
}

impl ChunkedList {
    /// An empty list.
    pub const fn new(limit: Limit) -> Self {
        ChunkedList { chunks: VecDeque::new(), limit, len: 0, bytes: 0, heap: 0 }
    }

    /// The list with the entries of `listpack`, which becomes the first chunk as it is. O(1).
    pub fn from_listpack(listpack: Listpack, limit: Limit) -> Self {
        let mut list = ChunkedList::new(limit);
        if !listpack.is_empty() {
            list.add_chunk(0, listpack);
        }
        list
    }

    /// All elements in one listpack, if `limit` allows it; otherwise the list itself. O(size of the listpack).
    pub fn into_listpack_if(mut self, limit: Limit) -> Result<Listpack, Self> {
        if !self.packs_into(limit) {
            return Err(self);
        }
        let mut all = self.chunks.pop_front().unwrap_or_default();
        for chunk in &self.chunks {
            let added = all.append(chunk);
            debug_assert!(added, "the limit keeps this far below the listpack's bound");
        }
        Ok(all)
    }

    /// Whether one listpack within `limit` could hold all elements. O(1).
    pub fn packs_into(&self, limit: Limit) -> bool {
        let overhead = Listpack::new().bytes();
        let packed = self.bytes - self.chunks.len() * overhead + overhead;
        packed <= super::listpack::MAX_BYTES && limit.allows(packed, self.len)
    }

    /// Number of elements. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What a chunk may hold.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Sum of the sizes of the chunks. O(1).
    #[inline]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of heap held, spare room included. O(1).
    pub fn heap_bytes(&self) -> usize {
        self.heap + self.chunks.capacity() * size_of::<Listpack>()
    }

    /// How many chunks there are. O(1).
    #[inline]
    pub fn chunk_count(&self) -> usize {
        self.chunks.len()
    }

    /// The chunks in order, for dumps and statistics.
    pub fn chunks(&self) -> impl ExactSizeIterator<Item = &Listpack> + DoubleEndedIterator {
        self.chunks.iter()
    }

    /// The first element. O(1).
    pub fn front(&self) -> Option<Item<'_>> {
        let chunk = self.chunks.front()?;
        chunk.first().map(|at| chunk.get(at))
    }

    /// The last element. O(1).
    pub fn back(&self) -> Option<Item<'_>> {
        let chunk = self.chunks.back()?;
        chunk.last().map(|at| chunk.get(at))
    }

    /// The element at `index`, negative from the tail. Cost as [`ChunkedList::seek`].
    pub fn get(&self, index: isize) -> Option<Item<'_>> {
        self.seek(index).map(|pos| self.item(pos))
    }

    /// Where the element at `index` is, negative from the tail (-1 is the last). O(chunks + entries of a chunk).
    pub fn seek(&self, index: isize) -> Option<Pos> {
        let (chunk, inner) = self.locate(self.absolute(index)?);
        self.chunks[chunk].seek(inner as isize).map(|at| Pos { chunk, at })
    }

    /// The element at `pos`.
    ///
    /// # Panics
    /// When `pos` is from a since changed list and lies outside this one.
    pub fn item(&self, pos: Pos) -> Item<'_> {
        self.chunks[pos.chunk].get(pos.at)
    }

    /// The position after `pos`. O(1).
    pub fn next(&self, pos: Pos) -> Option<Pos> {
        if let Some(at) = self.chunks[pos.chunk].next(pos.at) {
            return Some(Pos { at, ..pos });
        }
        let chunk = pos.chunk + 1;
        self.chunks.get(chunk)?.first().map(|at| Pos { chunk, at })
    }

    /// The position before `pos`. O(1).
    pub fn prev(&self, pos: Pos) -> Option<Pos> {
        if let Some(at) = self.chunks[pos.chunk].prev(pos.at) {
            return Some(Pos { at, ..pos });
        }
        let chunk = pos.chunk.checked_sub(1)?;
        self.chunks[chunk].last().map(|at| Pos { chunk, at })
    }

    /// The first element equal to `needle`. O(n).
    pub fn find(&self, needle: &[u8]) -> Option<Pos> {
        self.chunks.iter().enumerate().find_map(|(chunk, listpack)| {
            listpack.find(needle, listpack.first()?, 0).map(|at| Pos { chunk, at })
        })
    }

    /// Up to `count` elements from index `start` on, from either end. Reaching the first costs as [`ChunkedList::seek`].
    pub fn range(&self, start: usize, count: usize) -> Range<'_> {
        let start = start.min(self.len);
        Range::new(self, start, start + count.min(self.len - start))
    }

    /// All elements, from either end.
    pub fn iter(&self) -> Range<'_> {
        self.range(0, self.len)
    }

    fn absolute(&self, index: isize) -> Option<usize> {
        let index = match usize::try_from(index) {
            Ok(index) => index,
            Err(_) => self.len.checked_sub(index.unsigned_abs())?,
        };
        (index < self.len).then_some(index)
    }

    /// The chunk of the element at `index`, which exists, and the index inside it.
    fn locate(&self, index: usize) -> (usize, usize) {
        if index < self.len / 2 {
            let mut rest = index;
            for (at, chunk) in self.chunks.iter().enumerate() {
                if rest < chunk.len() {
                    return (at, rest);
                }
                rest -= chunk.len();
            }
        }
        let mut after = self.len;
        for (at, chunk) in self.chunks.iter().enumerate().rev() {
            after -= chunk.len();
            if after <= index {
                return (at, index - after);
            }
        }
        unreachable!("the index was checked against the sum of the chunks")
    }
}

impl<'a> IntoIterator for &'a ChunkedList {
    type Item = Item<'a>;
    type IntoIter = Range<'a>;

    fn into_iter(self) -> Range<'a> {
        self.iter()
    }
}

impl PartialEq for ChunkedList {
    /// Equal elements: how they are cut into chunks is a matter of history.
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len
            && self.iter().zip(other).all(|(a, b)| match b {
                Item::Int(value) => a.as_int() == Some(value),
                Item::Bytes(bytes) => Needle::new(bytes).matches(a),
                Item::Joined { .. } => a == b,
            })
    }
}

impl Eq for ChunkedList {}

impl core::fmt::Debug for ChunkedList {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(&self.chunks).finish()
    }
}
