//! The packed forms that Redis wrote before listpacks: ziplists (until 7.0) and zipmaps (until 2.6). They are only read, and
//! become listpacks at once.
//!
//! ```text
//! ziplist: bytes u32 LE | offset of the last entry u32 LE | entries u16 LE (65535: not known) | entry* | 0xFF
//! entry:   size of the entry before: 1 byte below 254, or 254 and u32 LE | encoding | data
//!
//! 00nnnnnn                   string of up to 63 bytes        11111110   integer of 8 bits
//! 01nnnnnn nnnnnnnn          of up to 16 383, high bits first  11000000   16 bits
//! 10000000 + 4 bytes         longer, high byte first         11110000   24 bits
//! 1111nnnn                   n - 1, for n of 1 to 13         11010000   32 bits
//!                                                            11100000   64 bits (all low byte first)
//!
//! zipmap:  pairs (254 and above: not known) | (length key length free value free bytes)* | 0xFF
//!          length: 1 byte below 254, or 254 and u32 LE; free: 1 byte, only with values
//! ```

use super::Refusal;
use super::reader::Reader;
use crate::ds::listpack::{Item, Listpack, TextBuf};

/// Bytes before a ziplist's first entry.
const HEADER: usize = 10;
/// Ends both forms.
const END: u8 = 0xff;
/// Begins a length or size of four bytes.
const LONG: u8 = 254;
/// A ziplist's count when there are more.
const COUNT_UNKNOWN: u16 = u16::MAX;

/// The entries of a ziplist, which may be none. O(bytes).
pub(super) fn ziplist(bytes: &[u8]) -> Result<Listpack, Refusal> {
    let mut reader = Reader::new(bytes);
    let size = u32::from_le_bytes(reader.array()?) as usize;
    let tail = u32::from_le_bytes(reader.array()?) as usize;
    let count = u16::from_le_bytes(reader.array()?);
    let mut pack = Listpack::with_capacity(bytes.len());
    let (mut last, mut before) = (HEADER, 0);
    loop {
        let start = reader.at();
        match reader.byte()? {
            END => break,
            size => expect(before, long(&mut reader, size)?)?,
        }
        let (low, high);
        let item = match reader.byte()? {
            length @ 0..=0x3f => Item::Bytes(reader.take(u64::from(length))?),
            head @ 0x40..=0x7f => {
                (high, low) = (head & 0x3f, reader.byte()?);
                Item::Bytes(reader.take(u64::from(u16::from_be_bytes([high, low])))?)
            }
            0x80 => {
                let length = u32::from_be_bytes(reader.array()?);
                Item::Bytes(reader.take(u64::from(length))?)
            }
            0xfe => Item::Int(signed(&mut reader, 1)?),
            0xc0 => Item::Int(signed(&mut reader, 2)?),
            0xf0 => Item::Int(signed(&mut reader, 3)?),
            0xd0 => Item::Int(signed(&mut reader, 4)?),
            0xe0 => Item::Int(signed(&mut reader, 8)?),
            head @ 0xf1..=0xfd => Item::Int(i64::from(head) - 0xf1),
            _ => return Err(Refusal::Format),
        };
        if !pack.push_back(item.text(&mut TextBuf::default())) {
            return Err(Refusal::Format);
        }
        (last, before) = (start, reader.at() - start);
    }
    expect(bytes.len(), reader.at())?;
    expect(bytes.len(), size)?;
    expect(last, tail)?;
    if count != COUNT_UNKNOWN {
        expect(pack.len(), usize::from(count))?;
    }
    Ok(pack)
}

/// The fields and values of a zipmap. O(bytes).
pub(super) fn zipmap(bytes: &[u8]) -> Result<Listpack, Refusal> {
    let mut reader = Reader::new(bytes);
    let count = reader.byte()?;
    let mut pack = Listpack::with_capacity(bytes.len());
    loop {
        let length = match reader.byte()? {
            END => break,
            length => long(&mut reader, length)?,
        };
        let field = reader.take(length as u64)?;
        let length = match reader.byte()? {
            END => return Err(Refusal::Format),
            length => long(&mut reader, length)?,
        };
        let free = reader.byte()?;
        let value = reader.take(length as u64)?;
        reader.take(u64::from(free))?;
        if !(pack.push_back(field) && pack.push_back(value)) {
            return Err(Refusal::Format);
        }
    }
    expect(bytes.len(), reader.at())?;
    if count < LONG {
        expect(pack.len() / 2, usize::from(count))?;
    }
    Ok(pack)
}

/// A length or size that begins with this byte. It must need four bytes if it takes them.
fn long(reader: &mut Reader<'_>, first: u8) -> Result<usize, Refusal> {
    if first != LONG {
        return Ok(usize::from(first));
    }
    let length = u32::from_le_bytes(reader.array()?) as usize;
    if length < usize::from(LONG) { Err(Refusal::Format) } else { Ok(length) }
}

fn signed(reader: &mut Reader<'_>, width: usize) -> Result<i64, Refusal> {
    let mut bytes = [0; 8];
    bytes[8 - width..].copy_from_slice(reader.take(width as u64)?);
    Ok(i64::from_le_bytes(bytes) >> (64 - 8 * width))
}

fn expect(right: usize, is: usize) -> Result<(), Refusal> {
    if right == is { Ok(()) } else { Err(Refusal::Format) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same example as the format description of redis-rdb-tools works through.
    #[test]
    fn a_ziplist_of_integers() {
        let bytes = b"\x23\0\0\0\x1e\0\0\0\x04\0\0\xe0\xff\xff\xff\xff\xff\xff\xff\x7f\x0a\xd0\xff\xff\0\0\x06\xc0\xfc\x3f\
                      \x04\xc0\x3f\0\xff";
        let pack = ziplist(bytes).unwrap();
        let items: Vec<Option<i64>> = pack.iter().map(|item| item.as_int()).collect();
        assert_eq!(items, [i64::MAX, 65535, 16380, 63].map(Some));
    }

    fn build(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
        let (mut body, mut last, mut before) = (Vec::new(), HEADER, 0usize);
        for (head, data) in entries {
            last = HEADER + body.len();
            let start = body.len();
            match u8::try_from(before) {
                Ok(size) if size < LONG => body.push(size),
                _ => {
                    body.push(LONG);
                    body.extend((before as u32).to_le_bytes());
                }
            }
            body.extend(*head);
            body.extend(*data);
            before = body.len() - start;
        }
        let size = (HEADER + body.len() + 1) as u32;
        let mut bytes = size.to_le_bytes().to_vec();
        bytes.extend((last as u32).to_le_bytes());
        bytes.extend((entries.len() as u16).to_le_bytes());
        bytes.extend(body);
        bytes.push(END);
        bytes
    }

    #[test]
    fn a_ziplist_of_everything() {
        let (long, huge) = (vec![b'l'; 300], vec![b'h'; 20_000]);
        let bytes = build(&[
            (b"\x02", b"hi"),
            (b"\x00", b""),
            (b"\x41\x2c", &long),
            (b"\x80\x00\x00\x4e\x20", &huge),
            (b"\xf1", b""),
            (b"\xfd", b""),
            (b"\xfe", b"\x80"),
            (b"\xc0", b"\x00\x80"),
            (b"\xf0", b"\xff\xff\xff"),
            (b"\xd0", b"\x00\x00\x00\x80"),
            (b"\xe0", b"\x00\x00\x00\x00\x00\x00\x00\x80"),
        ]);
        let pack = ziplist(&bytes).unwrap();
        let texts: Vec<Vec<u8>> = pack.iter().map(Item::to_vec).collect();
        let numbers = ["0", "12", "-128", "-32768", "-1", "-2147483648", "-9223372036854775808"];
        let mut expected = vec![b"hi".to_vec(), Vec::new(), long, huge];
        expected.extend(numbers.map(|number| number.as_bytes().to_vec()));
        assert_eq!(texts, expected);
    }

    #[test]
    fn an_impossible_ziplist_is_refused() {
        let good = build(&[(b"\x01", b"a"), (b"\xf2", b""), (b"\x02", b"bc")]);
        assert!(ziplist(&good).is_ok());
        for cut in 0..good.len() {
            assert!(ziplist(&good[..cut]).is_err());
        }
        // Size, tail, count, the sizes of entries, an unknown encoding, the end.
        for (at, byte) in
            [(0, 99), (4, 10), (8, 4), (10, 1), (13, 9), (14, 0xff), (11, 0xc1), (19, 0)]
        {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(ziplist(&bad).is_err(), "byte {at}");
        }
        let mut unknown = good.clone();
        unknown[8..10].fill(0xff);
        assert!(ziplist(&unknown).is_ok());
        assert_eq!(ziplist(&build(&[])).map(|pack| pack.len()), Ok(0));
    }

    #[test]
    fn zipmaps() {
        let bytes = b"\x02\x06MKD1G6\x01\x002\x05YNNXK\x04\x01F7TI~\xff";
        let texts = |bytes: &[u8]| {
            zipmap(bytes).map(|pack| pack.iter().map(Item::to_vec).collect::<Vec<_>>())
        };
        let expected: Vec<Vec<u8>> =
            ["MKD1G6", "2", "YNNXK", "F7TI"].map(|text| text.as_bytes().to_vec()).into();
        assert_eq!(texts(bytes), Ok(expected.clone()));
        let mut unknown = bytes.to_vec();
        unknown[0] = 254;
        assert_eq!(texts(&unknown), Ok(expected));
        for cut in 0..bytes.len() {
            assert!(zipmap(&bytes[..cut]).is_err());
        }
        let long = [b"\x01\x01f\xfe\x2c\x01\0\0\x00".as_slice(), &[b'v'; 300], b"\xff"].concat();
        assert_eq!(texts(&long).map(|texts| texts[1].len()), Ok(300));
        for bad in
            [&b"\x01\x01f\xfe\x01\0\0\0\x00v\xff"[..], b"\x05\x01f\x01\x00v\xff", b"\x00\xff\xff"]
        {
            assert_eq!(zipmap(bad), Err(Refusal::Format));
        }
    }
}
