//! Reading what everything in the format is made of: lengths, strings, numbers.
//!
//! ```text
//! 00nnnnnn                 a length of up to 63
//! 01nnnnnn nnnnnnnn        up to 16 383, high bits first
//! 10000000 + 4 bytes       32 bits, high byte first
//! 10000001 + 8 bytes       64 bits, high byte first
//! 11000000 + 1 byte        instead of a string: an integer, low byte first …
//! 11000001 + 2 bytes
//! 11000010 + 4 bytes
//! 11000011                 … or lengths of the compressed and of the plain text, and the compressed text
//! ```
//!
//! A reader knows only the bytes it has. Where they end too early it says how many it would need, so that who gets more of
//! them can come again; nothing is allocated on a length's word.

use super::{ModuleName, Refusal, lzf};
use crate::ds::listpack::{Item, Listpack, TextBuf};
use crate::limits;

/// A position in bytes, and room for one string that does not stand there as it is.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    made: Vec<u8>,
    /// After [`Refusal::Cut`]: how many bytes there must be at least.
    pub(super) needed: usize,
    /// After [`Refusal::Module`]: which.
    pub(super) module: Option<ModuleName>,
}

/// What a length field says.
enum Length {
    Plain(u64),
    /// A string's other form.
    Special(u8),
}

/// Where a string is.
enum Place<'a> {
    Here(&'a [u8]),
    /// In the reader's room.
    Made,
}

impl<'a> Reader<'a> {
    /// At the beginning of `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0, made: Vec::new(), needed: 0, module: None }
    }

    /// Bytes read so far.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], Refusal> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let Some(taken) = self.bytes[self.at..].get(..count) else {
            self.needed = self.at.saturating_add(count);
            return Err(Refusal::Cut);
        };
        self.at += count;
        Ok(taken)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        self.array().map(|[byte]| byte)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        self.take(N as u64)?.try_into().map_err(|_| Refusal::Format)
    }

    /// A little-endian number of 64 bits.
    pub(super) fn number(&mut self) -> Result<u64, Refusal> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length, index or count.
    pub(super) fn length(&mut self) -> Result<u64, Refusal> {
        match self.length_field()? {
            Length::Plain(length) => Ok(length),
            Length::Special(_) => Err(Refusal::Format),
        }
    }

    /// What [`Reader::length`] would read.
    pub(super) fn peek_length(&self) -> Result<u64, Refusal> {
        Reader::new(&self.bytes[self.at..]).length()
    }

    /// How many elements follow: at least one, each of at least `least` bytes, which must be there.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, Refusal> {
        match self.count_or_none(least)? {
            0 => Err(Refusal::Format),
            count => Ok(count),
        }
    }

    /// The same, and there may be none.
    pub(super) fn count_or_none(&mut self, least: usize) -> Result<usize, Refusal> {
        let count = usize::try_from(self.length()?).unwrap_or(usize::MAX);
        let needed = self.at.saturating_add(count.saturating_mul(least));
        if needed > self.bytes.len() {
            self.needed = needed;
            return Err(Refusal::Cut);
        }
        Ok(count)
    }

    /// A string. O(its length).
    pub(super) fn string(&mut self) -> Result<&[u8], Refusal> {
        match self.place()? {
            Place::Here(bytes) => Ok(bytes),
            Place::Made => Ok(&self.made),
        }
    }

    /// A string, owned.
    pub(super) fn owned(&mut self) -> Result<Vec<u8>, Refusal> {
        match self.place()? {
            Place::Here(bytes) => Ok(bytes.to_vec()),
            Place::Made => Ok(std::mem::take(&mut self.made)),
        }
    }

    /// A string that is a listpack, checked throughout; it may be empty.
    pub(super) fn listpack(&mut self) -> Result<Listpack, Refusal> {
        Listpack::validate(self.string()?).map_err(|_| Refusal::Format)
    }

    /// Passes over a string without making it.
    pub(super) fn skip_string(&mut self) -> Result<(), Refusal> {
        let length = match self.length_field()? {
            Length::Plain(length) => length,
            Length::Special(INT_8) => 1,
            Length::Special(INT_16) => 2,
            Length::Special(INT_32) => 4,
            Length::Special(LZF) => {
                let length = self.length()?;
                self.length()?;
                length
            }
            Length::Special(_) => return Err(Refusal::Format),
        };
        self.take(length).map(|_| ())
    }

    fn length_field(&mut self) -> Result<Length, Refusal> {
        let first = self.byte()?;
        Ok(match (first >> 6, first) {
            (0, _) => Length::Plain(u64::from(first)),
            (1, _) => Length::Plain(u64::from(first & 63) << 8 | u64::from(self.byte()?)),
            (2, 0x80) => Length::Plain(u64::from(u32::from_be_bytes(self.array()?))),
            (2, 0x81) => Length::Plain(u64::from_be_bytes(self.array()?)),
            (3, _) => Length::Special(first & 63),
            _ => return Err(Refusal::Format),
        })
    }

    fn place(&mut self) -> Result<Place<'a>, Refusal> {
        let value = match self.length_field()? {
            Length::Plain(length) => return self.take(length).map(Place::Here),
            Length::Special(INT_8) => i64::from(i8::from_le_bytes(self.array()?)),
            Length::Special(INT_16) => i64::from(i16::from_le_bytes(self.array()?)),
            Length::Special(INT_32) => i64::from(i32::from_le_bytes(self.array()?)),
            Length::Special(LZF) => {
                let packed = self.length()?;
                let plain = usize::try_from(self.length()?).unwrap_or(usize::MAX);
                let packed = self.take(packed)?;
                if plain > limits::RDB_UNPACKED_MAX
                    || !lzf::decompress(packed, plain, &mut self.made)
                {
                    return Err(Refusal::Format);
                }
                return Ok(Place::Made);
            }
            Length::Special(_) => return Err(Refusal::Format),
        };
        self.made.clear();
        self.made.extend_from_slice(Item::Int(value).text(&mut TextBuf::default()));
        Ok(Place::Made)
    }
}

/// The forms of strings that are no plain bytes.
pub(super) const INT_8: u8 = 0;
pub(super) const INT_16: u8 = 1;
pub(super) const INT_32: u8 = 2;
pub(super) const LZF: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_in_every_form() {
        for (bytes, text) in [
            (&b"\x02hi"[..], &b"hi"[..]),
            (b"\x40\x02hi", b"hi"),
            (b"\x80\0\0\0\x02hi", b"hi"),
            (b"\x81\0\0\0\0\0\0\0\x02hi", b"hi"),
            (b"\xc0\xff", b"-1"),
            (b"\xc1\x00\x80", b"-32768"),
            (b"\xc2\xff\xff\xff\x7f", b"2147483647"),
            (b"\xc3\x04\x04\x00a\x20\x00", b"aaaa"),
            (b"\x00", b""),
        ] {
            assert_eq!(Reader::new(bytes).string(), Ok(text));
            assert_eq!(Reader::new(bytes).owned(), Ok(text.to_vec()));
            let mut reader = Reader::new(bytes);
            assert_eq!(reader.skip_string(), Ok(()));
            assert_eq!(reader.at(), bytes.len());
            for cut in 0..bytes.len() {
                let mut reader = Reader::new(&bytes[..cut]);
                assert_eq!(reader.owned(), Err(Refusal::Cut));
                assert!(reader.needed > cut);
            }
        }
        for bad in [&b"\xc4\0\0"[..], b"\x82\0\0\0\0", b"\xc3\x04\x05\x00a\x20\x00", b"\xff"] {
            assert_eq!(Reader::new(bad).string(), Err(Refusal::Format));
        }
    }

    #[test]
    fn counts_are_checked_against_what_is_there() {
        assert_eq!(Reader::new(b"\x02abcd").count(2), Ok(2));
        assert_eq!(Reader::new(b"\x00").count(2), Err(Refusal::Format));
        let huge = b"\x81\xff\xff\xff\xff\xff\xff\xff\xff";
        for (bytes, needed) in [(&b"\x02abc"[..], 5), (huge, usize::MAX)] {
            let mut reader = Reader::new(bytes);
            assert_eq!(reader.count(2), Err(Refusal::Cut));
            assert_eq!(reader.needed, needed);
        }
        assert_eq!(Reader::new(huge).string(), Err(Refusal::Cut));
    }
}
