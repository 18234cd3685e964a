//! One cache line of a segment's index: 21 slots, each an 8-bit tag of the hash and a 16-bit place in the segment's
//! heap, and a count of the entries that found this line full and went further (the idea of F14's overflow count:
//! a look-up stops at the first line nobody overflowed, and a removal leaves no tombstone).
//!
//! ```text
//! 0..21 tags (0 = free)   21 overflow count   22..64 offsets, u16 little endian
//! ```
//! Tags are compared eight at a time in 64-bit words: vector instructions would need `unsafe`, and wasm has none by
//! default.

/// Slots of a line.
pub(super) const SLOTS: usize = 21;

const OVERFLOW: usize = SLOTS;
const OFFSETS: usize = SLOTS + 1;
const SLOT_BITS: u32 = (1 << SLOTS) - 1;

/// A 64-byte line of the index.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Line([u8; 64]);

impl Line {
    pub(super) const EMPTY: Self = Self([0; 64]);

    /// Fills `slot`.
    pub(super) fn set(&mut self, slot: usize, tag: u8, offset: u16) {
        self.0[slot] = tag;
        self.set_offset(slot, offset);
    }

    /// Points an occupied `slot` elsewhere.
    pub(super) fn set_offset(&mut self, slot: usize, offset: u16) {
        let at = OFFSETS + 2 * slot;
        self.0[at..at + 2].copy_from_slice(&offset.to_le_bytes());
    }

    pub(super) fn free(&mut self, slot: usize) {
        self.0[slot] = 0;
    }

    /// One more entry that belongs here lives in a later line. A full count sticks: it only costs an extra look.
    pub(super) fn pass(&mut self) {
        self.0[OVERFLOW] = self.0[OVERFLOW].saturating_add(1);
    }

    /// Undoes one `pass`.
    pub(super) fn unpass(&mut self) {
        if self.0[OVERFLOW] != u8::MAX {
            self.0[OVERFLOW] -= 1;
        }
    }

    #[inline]
    pub(super) fn overflowed(&self) -> bool {
        self.0[OVERFLOW] != 0
    }

    #[cfg(test)]
    pub(super) fn passed(&self) -> usize {
        usize::from(self.0[OVERFLOW])
    }

    #[inline]
    pub(super) fn offset(&self, slot: usize) -> u16 {
        let at = OFFSETS + 2 * slot;
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    pub(super) fn occupied(&self, slot: usize) -> bool {
        self.0[slot] != 0
    }

    /// The first free slot.
    #[inline]
    pub(super) fn vacancy(&self) -> Option<usize> {
        let free = |at: usize| match self.eight(at, 0) {
            0 => None,
            bits => Some(at + bits.trailing_zeros() as usize),
        };
        free(0).or_else(|| free(8)).or_else(|| free(16)).filter(|&slot| slot < SLOTS)
    }

    /// A bit for each slot that carries `tag`.
    #[inline]
    pub(super) fn matches(&self, tag: u8) -> u32 {
        (self.eight(0, tag) | self.eight(8, tag) << 8 | self.eight(16, tag) << 16) & SLOT_BITS
    }

    /// A bit for each of eight bytes that equals `tag`.
    #[inline]
    fn eight(&self, at: usize, tag: u8) -> u32 {
        const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        // Gathers bit 8i into bit 56 + i: no two partial products meet, so there are no carries.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let differs = word(&self.0, at) ^ (u64::from(tag) * 0x0101_0101_0101_0101);
        let equal = !(((differs & LOW) + LOW) | differs | LOW) >> 7;
        (equal.wrapping_mul(GATHER) >> 56) as u32
    }
}

/// The tag of a hash: its low byte, never 0.
#[inline]
pub(super) fn tag_of(hash: u64) -> u8 {
    (hash as u8).max(1)
}

#[inline]
fn word(bytes: &[u8; 64], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn matching_agrees_with_a_loop(
            low in any::<[u8; 32]>(), high in any::<[u8; 32]>(), spread in 1u8.., tag in any::<u8>()
        ) {
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(&low);
            bytes[32..].copy_from_slice(&high);
            for byte in &mut bytes {
                *byte %= spread;
            }
            let tag = tag % spread;
            let expected = (0..SLOTS).filter(|&i| bytes[i] == tag).fold(0, |bits, i| bits | 1 << i);
            prop_assert_eq!(Line(bytes).matches(tag), expected);
        }
    }

    #[test]
    fn slots_do_not_disturb_each_other() {
        let mut line = Line::EMPTY;
        for slot in 0..SLOTS {
            assert_eq!(line.vacancy(), Some(slot));
            line.set(slot, 7, u16::MAX - slot as u16);
        }
        assert_eq!(line.vacancy(), None);
        assert!(!line.overflowed());
        line.pass();
        assert!(line.overflowed());
        line.unpass();
        assert!(!line.overflowed());
        line.free(20);
        assert_eq!(line.vacancy(), Some(20));
        for slot in 0..SLOTS {
            assert_eq!(line.offset(slot), u16::MAX - slot as u16);
        }
    }
}
