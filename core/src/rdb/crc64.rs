//! The checksum of dumps and snapshots: CRC-64 with Jones' polynomial 0xad93d23594c935a9, bits reflected, nothing added
//! before or after. "123456789" has the sum 0xe9c6d914c4b8d9ca.
//!
//! Short inputs go by half bytes, whose table is 128 bytes; long ones eight bytes at a time, by tables that are made when
//! they pay: kept ready, they would be 16 KiB that every page downloads.

/// The polynomial with its bits reversed.
const POLYNOMIAL: u64 = 0x95ac_9329_ac4b_c9b5;
/// Bytes from which on making the tables costs less than it saves.
const LONG: usize = 4096;

type Tables = [[u64; 256]; 8];

/// A sum over bytes that come in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Crc64 {
    sum: u64,
    tables: Option<Box<Tables>>,
}

/// The sum of `bytes`.
pub(super) fn crc64(bytes: &[u8]) -> u64 {
    let mut crc = Crc64::default();
    crc.add(bytes);
    crc.sum()
}

impl Crc64 {
    /// Goes on with `bytes`.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if bytes.len() < LONG && self.tables.is_none() {
            self.sum = by_halves(self.sum, bytes);
            return;
        }
        let tables = self.tables.get_or_insert_with(tables);
        let mut sum = self.sum;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            sum ^= u64::from_le_bytes(*word);
            let mut next = 0;
            for (table, byte) in tables.iter().rev().zip(sum.to_le_bytes()) {
                next ^= table[usize::from(byte)];
            }
            sum = next;
        }
        self.sum = by_halves(sum, rest);
    }

    /// The sum so far.
    pub(super) fn sum(&self) -> u64 {
        self.sum
    }
}

const HALVES: [u64; 16] = {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        table[index] = shifted(index as u64, 4);
        index += 1;
    }
    table
};

fn by_halves(mut sum: u64, bytes: &[u8]) -> u64 {
    for byte in bytes {
        sum ^= u64::from(*byte);
        sum = (sum >> 4) ^ HALVES[(sum & 15) as usize];
        sum = (sum >> 4) ^ HALVES[(sum & 15) as usize];
    }
    sum
}

/// Table `n` says what a byte becomes with `n` zero bytes behind it.
fn tables() -> Box<Tables> {
    let mut tables = Box::new([[0; 256]; 8]);
    for byte in 0..256 {
        let mut sum = shifted(byte as u64, 8);
        for table in tables.iter_mut() {
            table[byte] = sum;
            sum = by_halves(sum, &[0]);
        }
    }
    tables
}

const fn shifted(mut sum: u64, bits: u32) -> u64 {
    let mut bit = 0;
    while bit < bits {
        sum = (sum >> 1) ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 };
        bit += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sums() {
        assert_eq!(crc64(b""), 0);
        assert_eq!(crc64(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
    }

    #[test]
    fn pieces_of_any_length_add_up() {
        let bytes: Vec<u8> = (0..3 * LONG as u32).map(|n| ((n * n) >> 3) as u8).collect();
        let whole = by_halves(0, &bytes);
        assert_eq!(crc64(&bytes), whole);
        for cut in [0, 1, 7, 8, 9, LONG - 1, LONG, LONG + 3, bytes.len()] {
            let mut crc = Crc64::default();
            crc.add(&bytes[..cut]);
            crc.add(&bytes[cut..]);
            assert_eq!(crc.sum(), whole);
        }
    }
}
