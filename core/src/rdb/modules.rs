//! What modules keep: not to be read here, but to be named, and to be passed over in files.
//!
//! A module's value begins with a number of 64 bits: nine letters of six bits each, and ten bits of version. Since RDB
//! version 8 each field behind it says what it is, so anybody can find the end.

use super::reader::Reader;
use super::{ModuleName, Refusal};

/// What a field is.
const END: u64 = 0;
const SIGNED: u64 = 1;
const UNSIGNED: u64 = 2;
const FLOAT: u64 = 3;
const DOUBLE: u64 = 4;
const STRING: u64 = 5;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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
        // "ReJSON-RL" in sixes, and version 3.
        let letters = b"ReJSON-RL"
            .map(|letter| LETTERS.iter().position(|known| *known == letter).unwrap() as u64);
        let number = letters.iter().fold(0, |number, letter| number << 6 | letter) << 10 | 3;
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
