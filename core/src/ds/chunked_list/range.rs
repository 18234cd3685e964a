//! A stretch of a chunked list, read from either end.

use core::iter::FusedIterator;

use super::ChunkedList;
use crate::ds::listpack::{Item, Iter};

/// The elements of a [`ChunkedList`] between two indexes, in order or reversed.
///
/// Each end finds its chunk on first use only: most ranges are read from one end.
#[derive(Clone, Debug)]
pub struct Range<'a> {
    list: &'a ChunkedList,
    /// Indexes not yet given: `from..to`.
    from: usize,
    to: usize,
    front: Option<Cursor<'a>>,
    back: Option<Cursor<'a>>,
}

/// What is left of a chunk, and which.
#[derive(Clone, Debug)]
struct Cursor<'a> {
    chunk: usize,
    entries: Iter<'a>,
}

impl<'a> Range<'a> {
    pub(super) fn new(list: &'a ChunkedList, from: usize, to: usize) -> Self {
        Range { list, from, to, front: None, back: None }
    }

    fn front(&mut self) -> Option<&mut Cursor<'a>> {
        if self.front.is_none() {
            let pos = self.list.seek(self.from as isize)?;
            let entries = self.list.chunks[pos.chunk].iter_from(pos.at);
            self.front = Some(Cursor { chunk: pos.chunk, entries });
        }
        self.front.as_mut()
    }

    fn back(&mut self) -> Option<&mut Cursor<'a>> {
        if self.back.is_none() {
            let pos = self.list.seek(self.to as isize - 1)?;
            let entries = self.list.chunks[pos.chunk].iter_to(pos.at);
            self.back = Some(Cursor { chunk: pos.chunk, entries });
        }
        self.back.as_mut()
    }
}

impl<'a> Iterator for Range<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        if self.from == self.to {
            return None;
        }
        let list = self.list;
        let cursor = self.front()?;
        let item = loop {
            if let Some(item) = cursor.entries.next() {
                break item;
            }
            cursor.chunk += 1;
            cursor.entries = list.chunks.get(cursor.chunk)?.iter();
        };
        self.from += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl DoubleEndedIterator for Range<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.from == self.to {
            return None;
        }
        let list = self.list;
        let cursor = self.back()?;
        let item = loop {
            if let Some(item) = cursor.entries.next_back() {
                break item;
            }
            cursor.chunk = cursor.chunk.checked_sub(1)?;
            cursor.entries = list.chunks[cursor.chunk].iter();
        };
        self.to -= 1;
        Some(item)
    }
}

impl ExactSizeIterator for Range<'_> {}
impl FusedIterator for Range<'_> {}
