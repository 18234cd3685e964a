//! What modules keep: not to be read here, but to be named, and to be passed over in files.
//!
//! A module's value begins with a number of 64 bits: nine letters of six bits each, and ten bits of version. Since RDB
//! version 8 each field behind it says what it is, so anybody can find the end. What we write in this form `own` knows.

use super::reader::Reader;
use super::writer::Writer;
use super::{ModuleName, Refusal};
use crate::ds::listpack::Item;

/// What a field is.
const END: u64 = 0;
const SIGNED: u64 = 1;
const UNSIGNED: u64 = 2;
const FLOAT: u64 = 3;
const DOUBLE: u64 = 4;
const STRING: u64 = 5;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes a value's fields.
pub(super) struct Fields<'w, 's>(pub(super) &'w mut Writer<'s>);

impl Fields<'_, '_> {
    pub(super) fn unsigned(&mut self, number: u64) {
        self.0.length(UNSIGNED);
        self.0.length(number);
    }

    pub(super) fn float(&mut self, number: f32) {
        self.0.length(FLOAT);
        self.0.bytes(&number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &[u8]) {
        self.item(Item::Bytes(text));
    }

    pub(super) fn item(&mut self, item: Item<'_>) {
        self.0.length(STRING);
        self.0.item(item);
    }

    pub(super) fn end(self) {
        self.0.length(END);
    }
}

pub(super) fn unsigned(reader: &mut Reader<'_>) -> Result<u64, Refusal> {
    expect(reader, UNSIGNED)?;
    reader.length()
}

pub(super) fn float(reader: &mut Reader<'_>) -> Result<f32, Refusal> {
    expect(reader, FLOAT)?;
    reader.array().map(f32::from_le_bytes)
}

pub(super) fn text<'r>(reader: &'r mut Reader<'_>) -> Result<&'r [u8], Refusal> {
    expect(reader, STRING)?;
    reader.string()
}

/// A number of elements, each of at least `least` bytes, which must be there. There is at least one.
pub(super) fn count(reader: &mut Reader<'_>, least: usize) -> Result<usize, Refusal> {
    expect(reader, UNSIGNED)?;
    reader.count(least)
}

pub(super) fn end(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    expect(reader, END)
}

fn expect(reader: &mut Reader<'_>, field: u64) -> Result<(), Refusal> {
    if reader.length()? == field { Ok(()) } else { Err(Refusal::Format) }
}

/// The number of a module: nine of [`LETTERS`], and its version.
pub(super) const fn number(name: &[u8; 9], version: u64) -> u64 {
    let (mut number, mut at) = (0, 0);
    while at < name.len() {
        let mut letter = 0;
        while LETTERS[letter] != name[at] {
            letter += 1;
        }
        number = number << 6 | letter as u64;
        at += 1;
    }
    number << 10 | version
}

/// The name in a module's number.
pub(super) fn name(number: u64) -> ModuleName {
    ModuleName(std::array::from_fn(|index| LETTERS[(number >> (58 - 6 * index) & 63) as usize]))
}

/// Passes over a value that says itself what its fields are; its module's name.
pub(super) fn skip(reader: &mut Reader<'_>) -> Result<ModuleName, Refusal> {
    let name = name(reader.length()?);
    loop {
        match reader.length()? {
            END => return Ok(name),
            SIGNED | UNSIGNED => reader.length().map(|_| ())?,
            FLOAT => reader.array::<4>().map(|_| ())?,
            DOUBLE => reader.array::<8>().map(|_| ())?,
            STRING => reader.skip_string()?,
            _ => return Err(Refusal::Format),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_nine_letters() {
        let number = number(b"ReJSON-RL", 3);
        assert_eq!(name(number), ModuleName(*b"ReJSON-RL"));
        let mut bytes = vec![0x81];
        bytes.extend(number.to_be_bytes());
        bytes.extend(b"\x02\x05\x01\x40\x80\x04abcdefgh\x03abcd\x05\x02hi\x05\xc0\x01\x00rest");
        let mut reader = Reader::new(&bytes);
        assert_eq!(skip(&mut reader), Ok(ModuleName(*b"ReJSON-RL")));
        assert_eq!(reader.at(), bytes.len() - 4);
        for cut in 0..bytes.len() - 4 {
            let refused = skip(&mut Reader::new(&bytes[..cut]));
            assert!(matches!(refused, Err(Refusal::Cut)), "{cut}: {refused:?}");
        }
    }
}
