//! The dense form: 6 bits a register, the lowest bits of the first byte first. Many registers are read or written eight
//! at a time, as 48 bits that are spread over the bytes of a word.

use super::{REGISTERS, Registers, raise_bytes};

/// Bytes of all registers.
pub(super) const BYTES: usize = REGISTERS * BITS / 8;

/// Bits a register.
const BITS: usize = 6;
/// Bytes that hold eight registers.
const GROUP: usize = 6;
/// Groups handled before their registers are used: whole vectors of them.
const GROUPS: usize = 8;

/// Raises `registers` to the packed ones.
pub(super) fn raise(registers: &mut Registers, packed: &[u8]) {
    for (registers, packed) in
        registers.chunks_exact_mut(GROUPS * 8).zip(packed.chunks_exact(GROUPS * GROUP))
    {
        let mut spread_out = [0; GROUPS * 8];
        for (to, from) in spread_out.chunks_exact_mut(8).zip(packed.chunks_exact(GROUP)) {
            let mut word = [0; 8];
            word[..GROUP].copy_from_slice(from);
            to.copy_from_slice(&spread(u64::from_le_bytes(word)).to_le_bytes());
        }
        raise_bytes(registers, &spread_out);
    }
}

/// Overwrites the packed registers.
pub(super) fn pack(registers: &Registers, packed: &mut [u8]) {
    for (from, to) in registers.as_chunks::<8>().0.iter().zip(packed.chunks_exact_mut(GROUP)) {
        to.copy_from_slice(&gather(u64::from_le_bytes(*from)).to_le_bytes()[..GROUP]);
    }
}

/// Raises one register; whether it was lower.
pub(super) fn raise_one(packed: &mut [u8], index: usize, value: u8) -> bool {
    let (at, shift) = (index * BITS / 8, index * BITS % 8);
    let next = packed.get(at + 1).copied().unwrap_or(0);
    let pair = u16::from_le_bytes([packed[at], next]);
    let lower = (pair >> shift) as u8 & 0x3f < value;
    if lower {
        let pair = pair & !(0x3f << shift) | u16::from(value) << shift;
        let [low, high] = pair.to_le_bytes();
        packed[at] = low;
        if let Some(next) = packed.get_mut(at + 1) {
            *next = high;
        }
    }
    lower
}

/// 48 bits as eight bytes of six.
fn spread(packed: u64) -> u64 {
    let x = packed & 0xff_ffff | (packed & 0xffff_ff00_0000) << 8;
    let x = x & 0x0fff_0000_0fff | (x & 0x00ff_f000_00ff_f000) << 4;
    x & 0x003f_003f_003f_003f | (x & 0x0fc0_0fc0_0fc0_0fc0) << 2
}

/// The inverse of [`spread`].
fn gather(x: u64) -> u64 {
    let x = x & 0x003f_003f_003f_003f | (x & 0x3f00_3f00_3f00_3f00) >> 2;
    let x = x & 0x0fff_0000_0fff | (x & 0x0fff_0000_0fff_0000) >> 4;
    x & 0xff_ffff | (x & 0x00ff_ffff_0000_0000) >> 8
}
