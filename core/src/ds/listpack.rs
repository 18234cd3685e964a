//! A packed sequence of byte strings in one allocation: what every small list, hash, set and sorted set is made of.
//!
//! The bytes are those of the public listpack specification, so that a dump is a copy:
//!
//! ```text
//! total bytes u32 LE | entries u16 LE (65535: not known) | entry* | 0xFF        entry: see `entry`
//! ```
//!
//! Canonical integers are stored as integers. Each entry ends with its own length, so both directions are walks of
//! O(entries); nothing is indexed. Around the specified bytes there may be spare room at *both* ends of the buffer:
//! pushing or popping at either end moves no other entry (amortised), where the usual layout moves everything for a
//! push at the head. The entry count is also kept beside the bytes, so `len` never walks.
//!
//! On demand ([`Listpack::share_stems`]) what many entries begin with is kept once, between the header and the first entry
//! (`stems`). Such a listpack takes less and is searched as fast; a dump of it is made entry by entry.
//!
//! Positions ([`At`]) are offsets: any change invalidates all of them but the one it returns.
//!
//! Left out: pairs, scores, order, duplicates: what the entries mean is the caller's.

mod edit;
mod entry;
mod item;
mod iter;
mod stems;
#[cfg(test)]
mod tests;

pub use item::{Item, Needle, TextBuf};
pub use iter::Iter;

use std::borrow::Cow;

use stems::Stems;

/// Most bytes a listpack may take: the size field has 32 bits, and offsets must fit a 32-bit `usize` comfortably.
pub const MAX_BYTES: usize = 1 << 30;

/// Longest element: its encoding and back length take five bytes each.
pub const ELEMENT_MAX: usize = MAX_BYTES - EMPTY - 10;

/// Bytes before the first entry.
const HEADER: usize = 6;
/// Bytes of an empty listpack: the header and the end mark.
const EMPTY: usize = HEADER + 1;
/// Set in the top byte of a header's size when there are stems; sizes stay below.
const SHARED: u8 = 0x80;
/// Where that byte is.
const TOP: usize = 3;
/// Larger listpacks get no stems, and no entries that use them.
const SHARED_BYTES_MAX: usize = 1 << 16;
/// Most bytes that such a listpack may be larger without its stems: an entry of three bytes may stand for one of 62.
const EXPANSION_MAX: usize = SHARED_BYTES_MAX * 21;
/// The header's entry count when it does not fit 16 bits.
const COUNT_UNKNOWN: u16 = u16::MAX;

/// A packed sequence of byte strings; see the module.
#[derive(Clone)]
pub struct Listpack {
    /// Spare room, then the specified bytes, up to the end of the vector.
    buf: Vec<u8>,
    /// Where in `buf` the specified bytes begin.
    front: u32,
    /// Entries; every one takes at least two bytes of at most [`MAX_BYTES`].
    count: u32,
}

/// Where an entry begins. Valid until the listpack changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At(usize);

/// Why bytes are not a listpack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Corrupt {
    /// The size field, or the size itself, is not possible.
    Size,
    /// The entry at this offset has an unknown encoding, is cut off, or has a wrong back length.
    Entry(usize),
    /// The header counts other than the entries there are.
    Count,
}

impl Listpack {
    /// An empty listpack. Allocates on the first push only.
    pub const fn new() -> Self {
        Listpack { buf: Vec::new(), front: 0, count: 0 }
    }

    /// An empty listpack with room for entries of `bytes` bytes in all (see [`Listpack::entry_cost`]).
    pub fn with_capacity(bytes: usize) -> Self {
        let mut buf = Vec::with_capacity(bytes.min(MAX_BYTES) + EMPTY);
        buf.extend_from_slice(&EMPTY_BYTES);
        Listpack { buf, front: 0, count: 0 }
    }

    /// Adopts bytes of unknown origin after a check of every entry. O(n).
    pub fn validate(bytes: &[u8]) -> Result<Listpack, Corrupt> {
        let (header, entries) = bytes.split_first_chunk::<HEADER>().ok_or(Corrupt::Size)?;
        let [a, b, c, d, low, high] = *header;
        let fits = bytes.len() <= MAX_BYTES && bytes.last() == Some(&entry::END);
        if !fits || u32::from_le_bytes([a, b, c, d]) as usize != bytes.len() {
            return Err(Corrupt::Size);
        }
        let (mut at, mut count) = (0, 0u32);
        while at + 1 < entries.len() {
            at +=
                entry::check(&entries[at..entries.len() - 1]).ok_or(Corrupt::Entry(HEADER + at))?;
            count += 1;
        }
        let known = u16::from_le_bytes([low, high]);
        if known != COUNT_UNKNOWN && u32::from(known) != count {
            return Err(Corrupt::Count);
        }
        let mut adopted = Listpack { buf: bytes.to_vec(), front: 0, count };
        adopted.seal();
        Ok(adopted)
    }

    /// Number of entries. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are no entries.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Size in bytes without spare room, 7 when empty; without stems that of the specified bytes. O(1).
    #[inline]
    pub fn bytes(&self) -> usize {
        (self.buf.len() - self.front as usize).max(EMPTY)
    }

    /// Bytes of heap held, spare room included. O(1).
    #[inline]
    pub fn heap_bytes(&self) -> usize {
        self.buf.capacity()
    }

    /// The specified bytes, as a dump has them. O(1) without stems.
    pub fn to_spec(&self) -> Cow<'_, [u8]> {
        if self.buf.is_empty() {
            Cow::Borrowed(&EMPTY_BYTES)
        } else if self.stems().is_empty() {
            Cow::Borrowed(self.blob())
        } else {
            let mut plain = Listpack::with_capacity(self.bytes() * 2);
            let mut text = TextBuf::default();
            for item in self {
                plain.push_back(item.text(&mut text));
            }
            Cow::Owned(plain.buf)
        }
    }

    /// Whether one more entry for `element` stays within [`MAX_BYTES`].
    pub fn fits(&self, element: &[u8]) -> bool {
        element.len() <= ELEMENT_MAX && self.bytes() + entry::cost(element) <= self.bytes_max()
    }

    /// Bytes that storing `element` takes. O(1).
    pub fn entry_cost(element: &[u8]) -> usize {
        entry::cost(element)
    }

    /// The first entry.
    #[inline]
    pub fn first(&self) -> Option<At> {
        (self.count > 0).then(|| At(self.start()))
    }

    /// The last entry.
    #[inline]
    pub fn last(&self) -> Option<At> {
        (self.count > 0).then(|| At(self.before(self.bytes() - 1)))
    }

    /// The entry after `at`.
    #[inline]
    pub fn next(&self, at: At) -> Option<At> {
        let next = at.0 + entry::size(&self.blob()[at.0..]);
        (next + 1 < self.bytes()).then_some(At(next))
    }

    /// The entry before `at`.
    #[inline]
    pub fn prev(&self, at: At) -> Option<At> {
        (at.0 > self.start()).then(|| At(self.before(at.0)))
    }

    /// The entry at `at`.
    ///
    /// # Panics
    /// When `at` is from another or a since changed listpack and lies outside this one.
    #[inline]
    pub fn get(&self, at: At) -> Item<'_> {
        entry::read(&self.blob()[at.0..], self.blob()).0
    }

    /// The entry at `index`, negative from the tail (-1 is the last). Walks from the nearer end: O(min(i, n - i)).
    pub fn seek(&self, index: isize) -> Option<At> {
        let len = self.len();
        let index = match usize::try_from(index) {
            Ok(index) => index,
            Err(_) => len.checked_sub(index.unsigned_abs())?,
        };
        if index >= len {
            return None;
        }
        if index <= len / 2 {
            let mut at = self.start();
            for _ in 0..index {
                at += entry::size(&self.blob()[at..]);
            }
            return Some(At(at));
        }
        let mut at = self.bytes() - 1;
        for _ in index..len {
            at = self.before(at);
        }
        Some(At(at))
    }

    /// The first entry equal to `needle`, looking at `from` and then at every `skip + 1`-th entry after it
    /// (`skip` 1: the fields of a hash, or its values). O(n).
    pub fn find(&self, needle: &[u8], from: At, skip: usize) -> Option<At> {
        let stems = self.stems();
        let whole = Needle::new(needle);
        let blob = self.blob();
        let matches = |entry| {
            let (item, size) = entry::read(entry, blob);
            (whole.matches(item), size)
        };
        if stems.is_empty() {
            return self.search(from, skip, matches);
        }
        let rests = stems.rests(needle);
        self.search(from, skip, |entry| match entry::after_stem(entry) {
            Some((number, rest)) => (rests[number] == Some(rest), entry::size(entry)),
            None => matches(entry),
        })
    }

    /// The first entry that `look` says is the one, at `from` or `skip + 1`, … after it; it also says the entry's size.
    #[inline]
    fn search<'a>(
        &'a self,
        from: At,
        skip: usize,
        look: impl Fn(&'a [u8]) -> (bool, usize),
    ) -> Option<At> {
        let blob = self.blob();
        let end = blob.len().saturating_sub(1);
        let mut at = from.0;
        while at < end {
            let (found, size) = look(&blob[at..]);
            if found {
                return Some(At(at));
            }
            at += size;
            for _ in 0..skip {
                if at >= end {
                    return None;
                }
                at += entry::size(&blob[at..]);
            }
        }
        None
    }

    /// All entries, from either end.
    pub fn iter(&self) -> Iter<'_> {
        let end = self.blob().len().saturating_sub(1);
        Iter::new(self.blob(), self.start()..end)
    }

    /// The entries from `at` on, from either end.
    pub fn iter_from(&self, at: At) -> Iter<'_> {
        Iter::new(self.blob(), at.0..self.bytes() - 1)
    }

    /// The entries up to and including the one at `at`, from either end.
    pub fn iter_to(&self, at: At) -> Iter<'_> {
        let end = at.0 + entry::size(&self.blob()[at.0..]);
        Iter::new(self.blob(), self.start()..end)
    }

    /// How many entries come before the one at `at`. O(n).
    pub fn index_of(&self, at: At) -> usize {
        let blob = self.blob();
        let (mut from, mut count) = (self.start(), 0);
        while from < at.0 {
            from += entry::size(&blob[from..]);
            count += 1;
        }
        count
    }

    fn blob(&self) -> &[u8] {
        &self.buf[self.front as usize..]
    }

    /// Where the first entry is, or would be.
    #[inline]
    fn start(&self) -> usize {
        HEADER + self.stems().bytes()
    }

    #[inline]
    fn stems(&self) -> Stems<'_> {
        Stems::of(self.blob())
    }

    /// Most bytes, so that without stems there are no more than [`MAX_BYTES`].
    fn bytes_max(&self) -> usize {
        if self.stems().is_empty() { MAX_BYTES } else { MAX_BYTES - EXPANSION_MAX }
    }

    /// Offset of the entry that ends where the one at `at` (or the end mark) begins.
    #[inline]
    fn before(&self, at: usize) -> usize {
        at - entry::size_before(&self.blob()[self.start()..at])
    }
}

const EMPTY_BYTES: [u8; EMPTY] = [EMPTY as u8, 0, 0, 0, 0, 0, entry::END];

impl Default for Listpack {
    fn default() -> Self {
        Listpack::new()
    }
}

impl PartialEq for Listpack {
    fn eq(&self, other: &Self) -> bool {
        self.to_spec() == other.to_spec()
    }
}

impl Eq for Listpack {}

impl core::fmt::Debug for Listpack {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for &'a Listpack {
    type Item = Item<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> Extend<&'a [u8]> for Listpack {
    /// Pushes each element at the tail; see [`Listpack::push_back`] for the bound.
    fn extend<I: IntoIterator<Item = &'a [u8]>>(&mut self, elements: I) {
        for element in elements {
            self.push_back(element);
        }
    }
}

impl<'a> FromIterator<&'a [u8]> for Listpack {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(elements: I) -> Self {
        let mut listpack = Listpack::new();
        listpack.extend(elements);
        listpack
    }
}

impl core::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Corrupt::Size => f.write_str("the size does not match the bytes"),
            Corrupt::Entry(at) => write!(f, "no valid entry at offset {at}"),
            Corrupt::Count => f.write_str("the header counts other than the entries there are"),
        }
    }
}

impl core::error::Error for Corrupt {}
