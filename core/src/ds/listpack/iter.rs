//! Walking a listpack from either end.

use core::iter::FusedIterator;

use super::{Item, entry};

/// The entries of a [`super::Listpack`], in order or reversed.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    /// The entries not yet given, whole, without the end mark.
    rest: &'a [u8],
}

impl<'a> Iter<'a> {
    /// `entries`: whole entries and the end mark.
    #[inline]
    pub(super) fn new(entries: &'a [u8]) -> Self {
        Iter { rest: entries.split_last().map_or(&[], |(_, entries)| entries) }
    }
}

impl Iter<'_> {
    /// Entries before the point that leaves `rest` bytes.
    pub(super) fn len_before(mut self, rest: usize) -> usize {
        let mut count = 0;
        while self.rest.len() > rest {
            self.rest = &self.rest[entry::size(self.rest)..];
            count += 1;
        }
        count
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (item, size) = entry::read(self.rest);
        self.rest = &self.rest[size..];
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // The smallest entry takes two bytes.
        (usize::from(!self.rest.is_empty()), Some(self.rest.len() / 2))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let at = self.rest.len() - entry::size_before(self.rest);
        let (item, _) = entry::read(&self.rest[at..]);
        self.rest = &self.rest[..at];
        Some(item)
    }
}

impl FusedIterator for Iter<'_> {}
