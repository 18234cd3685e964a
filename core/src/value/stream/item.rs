//! One string in a packed node. Unlike a listpack's entry it has no length at its end: nodes are read forwards only, and
//! that saves a byte or more for every field and value.
//!
//! | first byte | meaning |
//! |---|---|
//! | `0x00..=0x7F` | a text of so many bytes |
//! | `0x80..=0xBF` | the integer 0 to 63 |
//! | `0xC0..=0xC7` | an integer of 1 to 8 bytes, little-endian, signed |
//! | `0xC8`, `0xC9` | a text whose length is in the next 2, 4 bytes, little-endian |

use crate::ds::decimal;
use crate::ds::listpack::Item;

const SMALL: u8 = 0x80;
const SMALL_MAX: i64 = 0x3F;
const INT: u8 = 0xC0;
const TEXT_16: u8 = 0xC8;
const TEXT_32: u8 = 0xC9;

/// Appends a string.
#[inline]
pub(super) fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    match decimal::parse(bytes) {
        Some(value @ 0..=SMALL_MAX) => out.push(SMALL | value as u8),
        Some(value) => {
            // The bits that are not all sign, and one sign bit.
            let bits = 65 - (value ^ (value >> 63)).leading_zeros() as usize;
            let width = bits.div_ceil(8);
            out.push(INT + width as u8 - 1);
            out.extend_from_slice(&value.to_le_bytes()[..width]);
        }
        None => {
            match bytes.len() {
                len @ 0..=0x7F => out.push(len as u8),
                len @ 0x80..=0xFFFF => {
                    out.push(TEXT_16);
                    out.extend_from_slice(&(len as u16).to_le_bytes());
                }
                len => {
                    out.push(TEXT_32);
                    out.extend_from_slice(&(len as u32).to_le_bytes());
                }
            }
            out.extend_from_slice(bytes);
        }
    }
}

/// The string that `bytes` begin with, and what follows it.
#[inline]
pub(super) fn take(bytes: &[u8]) -> (Item<'_>, &[u8]) {
    let (&tag, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let (rest, len) = match tag {
        0..SMALL => (rest, usize::from(tag)),
        SMALL..INT => return (Item::Int(i64::from(tag & 0x3F)), rest),
        INT..TEXT_16 => {
            let width = usize::from(tag - INT) + 1;
            let (number, rest) = rest.split_at(width);
            let mut wide = [0; 8];
            wide[..width].copy_from_slice(number);
            let unused = 64 - 8 * width as u32;
            return (Item::Int(i64::from_le_bytes(wide) << unused >> unused), rest);
        }
        TEXT_16 => (&rest[2..], usize::from(u16::from_le_bytes([rest[0], rest[1]]))),
        _ => (&rest[4..], u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize),
    };
    let (text, rest) = rest.split_at(len);
    (Item::Bytes(text), rest)
}

/// Appends a number in groups of seven bits, low group first (LEB128).
#[inline]
pub(super) fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The number that `bytes` begin with, and what follows it.
#[inline]
pub(super) fn take_number(bytes: &[u8]) -> (u64, &[u8]) {
    let (mut number, mut shift) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        number |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if *byte <= 0x7F {
            return (number, &bytes[at + 1..]);
        }
    }
    (number, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(text in prop_oneof![
            any::<i64>().prop_map(|value| value.to_string().into_bytes()),
            (-70_000i64..70_000).prop_map(|value| value.to_string().into_bytes()),
            prop::collection::vec(any::<u8>(), 0..300),
            (0usize..3).prop_map(|more| vec![b'x'; 0xFFFF + more]),
        ], number: u64) {
            let mut out = Vec::new();
            push(&mut out, &text);
            push_number(&mut out, number);
            out.push(9);
            let (item, rest) = take(&out);
            prop_assert_eq!(item.to_vec(), text);
            prop_assert_eq!(take_number(rest), (number, &[9][..]));
        }
    }

    #[test]
    fn integers_take_as_few_bytes_as_they_need() {
        for (text, len) in [
            ("0", 1),
            ("63", 1),
            ("64", 2),
            ("-1", 2),
            ("127", 2),
            ("128", 3),
            ("-128", 2),
            ("-129", 3),
            ("32767", 3),
            ("1716300000000", 7),
            ("9223372036854775807", 9),
            ("-9223372036854775808", 9),
        ] {
            let mut out = Vec::new();
            push(&mut out, text.as_bytes());
            assert_eq!((out.len(), take(&out).0.to_vec()), (len, text.as_bytes().to_vec()));
        }
    }
}
