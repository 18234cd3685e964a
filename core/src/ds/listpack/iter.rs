//! Walking a listpack from either end.

use core::iter::FusedIterator;
use core::ops::Range;

use super::{Item, entry};

/// The entries of a [`super::Listpack`], in order or reversed.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    /// The entries not yet given, whole.
    rest: &'a [u8],
    blob: &'a [u8],
}

impl<'a> Iter<'a> {
    /// `left`: whole entries of the listpack `blob`.
    #[inline]
    pub(super) fn new(blob: &'a [u8], left: Range<usize>) -> Self {
        Iter { rest: blob.get(left).unwrap_or_default(), blob }
    }
}

impl<'a> Iter<'a> {
    /// Not part of `next`, so that a walk over what most entries are stays a small loop.
    #[inline(never)]
    fn next_joined(&mut self) -> Item<'a> {
        let (item, size) = entry::read(self.rest, self.blob);
        self.rest = &self.rest[size..];
        item
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((item, size)) = entry::read_plain(self.rest) else {
            return Some(self.next_joined());
        };
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
        let (item, _) = entry::read(&self.rest[at..], self.blob);
        self.rest = &self.rest[..at];
        Some(item)
    }
}

impl FusedIterator for Iter<'_> {}
