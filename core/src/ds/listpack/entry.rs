//! One listpack entry as bytes: `encoding [length or integer] [data] back-length`.
//!
//! The encodings are those of the public listpack specification. With `b0` the first byte:
//!
//! | b0 | meaning |
//! |---|---|
//! | `0xxxxxxx` | integer 0..=127 |
//! | `10xxxxxx` | string of up to 63 bytes |
//! | `110xxxxx` + 1 byte | 13-bit signed integer, high bits first |
//! | `1110xxxx` + 1 byte | string of up to 4095 bytes, high bits first |
//! | `0xF0` + 4 bytes LE | longer string |
//! | `0xF1`, `0xF2`, `0xF3`, `0xF4` + 2, 3, 4, 8 bytes LE | signed integer |
//! | `0xFF` | end of the listpack |
//!
//! and one that is ours, in a listpack with stems (see `stems`):
//!
//! | b0 | meaning |
//! |---|---|
//! | `0xF5`..`0xF8` + 1 byte | string that begins with the first, … fourth stem; the length of what comes after it |
//!
//! The back length is the size of all that precedes it in the entry, in 7-bit groups, high group first; every byte but
//! the first has its top bit set, so that it can be read backwards from the next entry's first byte.

use super::Item;
use super::stems::{STEMS_MAX, Stems};
use crate::ds::decimal;

/// Marks the end of a listpack, where an entry would begin.
pub(super) const END: u8 = 0xFF;

const STRING_32: u8 = 0xF0;
const INT_16: u8 = 0xF1;
const INT_24: u8 = 0xF2;
const INT_32: u8 = 0xF3;
const INT_64: u8 = 0xF4;
const STEM: u8 = 0xF5;
const STEM_LAST: u8 = STEM + STEMS_MAX as u8 - 1;

/// Longest text after a stem: its back length is one byte.
const AFTER_STEM_MAX: usize = 125;

/// Bytes of the widest back length: five groups of seven bits hold any 32-bit size.
const BACK_MAX: usize = 5;

/// An element on its way in: what goes before its data, the data, what goes after.
pub(super) struct Encoded<'a> {
    head: [u8; 9],
    head_len: u8,
    data: &'a [u8],
    back: [u8; BACK_MAX],
    back_len: u8,
}

impl<'a> Encoded<'a> {
    /// `element` must be shorter than 4 GiB; the listpack's own bound is checked before.
    #[inline]
    pub(super) fn new(element: &'a [u8], stems: Stems<'_>) -> Self {
        let mut head = [0; 9];
        let (head_len, data) = match decimal::parse(element) {
            Some(value) => (int_head(value, &mut head), &[][..]),
            None => match stem_head(element, stems, &mut head) {
                Some(rest) => (2, rest),
                None => (string_head(element.len(), &mut head), element),
            },
        };
        let (back, back_len) = back_length(head_len + data.len());
        Encoded { head, head_len: head_len as u8, data, back, back_len }
    }

    /// Bytes the whole entry takes.
    #[inline]
    pub(super) fn size(&self) -> usize {
        usize::from(self.head_len) + self.data.len() + usize::from(self.back_len)
    }

    /// Fills `into`, which must be exactly [`Encoded::size`] bytes.
    pub(super) fn write(&self, into: &mut [u8]) {
        let (head, rest) = into.split_at_mut(usize::from(self.head_len));
        head.copy_from_slice(&self.head[..head.len()]);
        let (data, back) = rest.split_at_mut(self.data.len());
        data.copy_from_slice(self.data);
        back.copy_from_slice(&self.back[..back.len()]);
    }

    /// Appends the entry to `out`.
    #[inline]
    pub(super) fn append(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head[..usize::from(self.head_len)]);
        out.extend_from_slice(self.data);
        out.extend_from_slice(&self.back[..usize::from(self.back_len)]);
    }
}

/// Bytes that storing `element` takes. O(1).
pub(super) fn cost(element: &[u8]) -> usize {
    let head = match decimal::parse(element) {
        Some(value) => return int_head(value, &mut [0; 9]) + 1,
        None => string_head(element.len(), &mut [0; 9]),
    };
    let span = head + element.len();
    span + back_size(span)
}

/// Reads the entry that begins at `entry[0]`, a part of the listpack `blob`: the item and the entry's size.
///
/// `entry` comes from a validated listpack; anything else reads as an empty string that spans the rest.
#[inline]
pub(super) fn read<'a>(entry: &'a [u8], blob: &'a [u8]) -> (Item<'a>, usize) {
    read_plain(entry).unwrap_or_else(|| read_joined(entry, blob))
}

/// The same for an entry without a stem.
#[inline]
pub(super) fn read_plain(entry: &[u8]) -> Option<(Item<'_>, usize)> {
    try_read(entry).map(|(item, span)| (item, span + back_size(span)))
}

/// Not part of [`read`], so that reading what most entries are stays small.
#[inline(never)]
fn read_joined<'a>(entry: &'a [u8], blob: &'a [u8]) -> (Item<'a>, usize) {
    let stem = after_stem(entry).and_then(|(number, rest)| {
        let stem = Stems::of(blob).place(number)?;
        // One slice from the stem to the rest, since both are parts of the same one.
        let at = entry.as_ptr().addr() - blob.as_ptr().addr();
        let span = blob.get(stem.start..at + 2 + rest.len())?;
        Some(Item::Joined { span, stem: stem.len() as u8, rest: rest.len() as u8 })
    });
    match stem {
        Some(item) => (item, size(entry)),
        None => {
            debug_assert!(false, "no entry here");
            (Item::Bytes(&[]), entry.len())
        }
    }
}

/// Of an entry that begins with a stem: the stem's number, and what comes after it.
#[inline]
pub(super) fn after_stem(entry: &[u8]) -> Option<(usize, &[u8])> {
    match entry {
        [b0 @ STEM..=STEM_LAST, len, rest @ ..] => {
            Some((usize::from(b0 - STEM), rest.get(..usize::from(*len))?))
        }
        _ => None,
    }
}

/// Size of the entry that begins at `entry[0]`, without reading its data.
#[inline]
pub(super) fn size(entry: &[u8]) -> usize {
    let span = match (entry[0], entry) {
        (0..=0x7F, _) => 1,
        (b0 @ 0x80..=0xBF, _) => 1 + usize::from(b0 & 0x3F),
        (0xC0..=0xDF, _) => 2,
        (b0 @ 0xE0..=0xEF, [_, b1, ..]) => 2 + (usize::from(b0 & 0x0F) << 8 | usize::from(*b1)),
        (STRING_32, [_, a, b, c, d, ..]) => 5 + u32::from_le_bytes([*a, *b, *c, *d]) as usize,
        (INT_16, _) => 3,
        (INT_24, _) => 4,
        (INT_32, _) => 5,
        (STEM..=STEM_LAST, [_, len, ..]) => 2 + usize::from(*len),
        _ => 9,
    };
    span + back_size(span)
}

/// Size of the entry that ends where `before` ends.
#[inline]
pub(super) fn size_before(before: &[u8]) -> usize {
    let mut span = 0;
    for (group, &byte) in before.iter().rev().take(BACK_MAX).enumerate() {
        span |= usize::from(byte & 0x7F) << (7 * group);
        if byte & 0x80 == 0 {
            return span + group + 1;
        }
    }
    debug_assert!(false, "no back length here");
    before.len()
}

/// Like [`read`] for bytes of unknown origin: checks the encoding, that all of it is there, and the back length.
pub(super) fn check(entry: &[u8]) -> Option<usize> {
    let (_, span) = try_read(entry)?;
    let (back, back_len) = back_length(span);
    let back = &back[..usize::from(back_len)];
    (entry.get(span..)?.starts_with(back)).then_some(span + back.len())
}

/// The item and the bytes before its back length. `None`: an unknown encoding or a truncated entry.
#[inline]
fn try_read(entry: &[u8]) -> Option<(Item<'_>, usize)> {
    let (&b0, rest) = entry.split_first()?;
    match b0 {
        0..=0x7F => Some((Item::Int(i64::from(b0)), 1)),
        0x80..=0xBF => string(rest, 0, usize::from(b0 & 0x3F)),
        0xC0..=0xDF => {
            let raw = u16::from(b0 & 0x1F) << 8 | u16::from(*rest.first()?);
            // Shifting up and back down spreads the sign bit of the 13.
            Some((Item::Int(i64::from((raw << 3) as i16 >> 3)), 2))
        }
        0xE0..=0xEF => string(rest, 1, usize::from(b0 & 0x0F) << 8 | usize::from(*rest.first()?)),
        STRING_32 => {
            let len = u32::from_le_bytes(*rest.first_chunk()?);
            string(rest, 4, usize::try_from(len).ok()?)
        }
        INT_16 => Some((Item::Int(i64::from(i16::from_le_bytes(*rest.first_chunk()?))), 3)),
        INT_24 => {
            let &[low, middle, high] = rest.first_chunk()?;
            Some((Item::Int(i64::from(i32::from_le_bytes([0, low, middle, high]) >> 8)), 4))
        }
        INT_32 => Some((Item::Int(i64::from(i32::from_le_bytes(*rest.first_chunk()?))), 5)),
        INT_64 => Some((Item::Int(i64::from_le_bytes(*rest.first_chunk()?)), 9)),
        _ => None,
    }
}

/// The string of `len` bytes after `skip` bytes of `rest`, which itself follows the encoding byte.
#[inline]
fn string(rest: &[u8], skip: usize, len: usize) -> Option<(Item<'_>, usize)> {
    let end = skip.checked_add(len)?;
    Some((Item::Bytes(rest.get(skip..end)?), 1 + end))
}

#[inline]
fn int_head(value: i64, head: &mut [u8; 9]) -> usize {
    if (0..=127).contains(&value) {
        head[0] = value as u8;
        return 1;
    }
    if (-4096..=4095).contains(&value) {
        let raw = (value as u16) & 0x1FFF;
        head[0] = 0xC0 | (raw >> 8) as u8;
        head[1] = raw as u8;
        return 2;
    }
    let (code, width) = match value {
        -0x8000..=0x7FFF => (INT_16, 2),
        -0x80_0000..=0x7F_FFFF => (INT_24, 3),
        -0x8000_0000..=0x7FFF_FFFF => (INT_32, 4),
        _ => (INT_64, 8),
    };
    head[0] = code;
    head[1..].copy_from_slice(&value.to_le_bytes());
    1 + width
}

/// What comes after the stem of `element`, if it begins with one and the rest is short enough.
#[inline]
fn stem_head<'a>(element: &'a [u8], stems: Stems<'_>, head: &mut [u8; 9]) -> Option<&'a [u8]> {
    if stems.is_empty() {
        return None;
    }
    let (number, rest) = stems.best(element).filter(|(_, rest)| rest.len() <= AFTER_STEM_MAX)?;
    head[0] = STEM + number;
    head[1] = rest.len() as u8;
    Some(rest)
}

#[inline]
fn string_head(len: usize, head: &mut [u8; 9]) -> usize {
    match len {
        0..=63 => {
            head[0] = 0x80 | len as u8;
            1
        }
        64..=4095 => {
            head[0] = 0xE0 | (len >> 8) as u8;
            head[1] = len as u8;
            2
        }
        _ => {
            head[0] = STRING_32;
            head[1..5].copy_from_slice(&(len as u32).to_le_bytes());
            5
        }
    }
}

#[inline]
fn back_length(span: usize) -> ([u8; BACK_MAX], u8) {
    let len = back_size(span);
    let mut bytes = [0; BACK_MAX];
    for (group, byte) in bytes[..len].iter_mut().rev().enumerate() {
        *byte = (span >> (7 * group)) as u8 & 0x7F | 0x80;
    }
    bytes[0] &= 0x7F;
    (bytes, len as u8)
}

#[inline]
fn back_size(span: usize) -> usize {
    match span {
        0..=0x7F => 1,
        0x80..=0x3FFF => 2,
        0x4000..=0x1F_FFFF => 3,
        0x20_0000..=0xFFF_FFFF => 4,
        _ => 5,
    }
}
