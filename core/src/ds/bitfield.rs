//! Whole numbers of 1 to 64 bits anywhere in a byte string, the highest bit first, and arithmetic that wraps, stops at
//! the ends of their range, or is refused.

/// The kind of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// In two's complement.
    pub signed: bool,
    /// 1 to 64 bits, unsigned ones to 63.
    pub bits: u32,
}

/// What happens to results out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The upper bits are lost.
    Wrap,
    /// The nearest number in range.
    Saturate,
    /// There is no result.
    Fail,
}

/// Bytes that a number may touch.
const SPAN: usize = 9;

impl Format {
    /// The number at a bit offset; what lies beyond the string is zeros.
    pub fn get(self, bytes: &[u8], offset: u64) -> i64 {
        let window = window(bytes, offset) << (offset % 8);
        let raw = (window >> (128 - self.bits)) as u64;
        self.of_raw(raw)
    }

    /// Overwrites the number at a bit offset; the string must reach so far.
    pub fn set(self, bytes: &mut [u8], offset: u64, value: i64) {
        let shift = 128 - self.bits - (offset % 8) as u32;
        let mask = u128::from(self.mask()) << shift;
        let window = window(bytes, offset) & !mask | (u128::from(value as u64) << shift) & mask;
        let start = (offset / 8) as usize;
        for (byte, new) in bytes[start..].iter_mut().zip(&window.to_be_bytes()[..SPAN]) {
            *byte = *new;
        }
    }

    /// `value` as a number of this kind. An unsigned one takes a negative value for the large number of the same bits; a
    /// signed one takes values so small that the largest number minus them is no 64-bit number for too large: both as
    /// the servers do.
    pub fn fit(self, value: i64, overflow: Overflow) -> Option<i64> {
        if !self.signed {
            return self.settle(i128::from(value as u64), overflow);
        }
        let most = self.settle(i128::MAX, Overflow::Saturate)?;
        let turns = overflow == Overflow::Saturate && most.checked_sub(value).is_none();
        if turns && self.bits < 64 { Some(most) } else { self.settle(i128::from(value), overflow) }
    }

    /// The sum of a number of this kind and another.
    pub fn sum(self, value: i64, increment: i64, overflow: Overflow) -> Option<i64> {
        self.settle(i128::from(value) + i128::from(increment), overflow)
    }

    fn settle(self, exact: i128, overflow: Overflow) -> Option<i64> {
        let (least, most) = if self.signed {
            (-1i128 << (self.bits - 1), (1i128 << (self.bits - 1)) - 1)
        } else {
            (0, (1i128 << self.bits) - 1)
        };
        let settled = match overflow {
            _ if (least..=most).contains(&exact) => exact,
            Overflow::Wrap => return Some(self.of_raw(exact as u64 & self.mask())),
            Overflow::Saturate => exact.clamp(least, most),
            Overflow::Fail => return None,
        };
        Some(settled as i64)
    }

    fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    fn of_raw(self, raw: u64) -> i64 {
        let unused = 64 - self.bits;
        if self.signed { (raw << unused) as i64 >> unused } else { raw as i64 }
    }
}

/// The bytes from that of `offset` on, at the upper end.
fn window(bytes: &[u8], offset: u64) -> u128 {
    let start = usize::try_from(offset / 8).unwrap_or(usize::MAX).min(bytes.len());
    let mut window = [0; 16];
    for (to, from) in window[..SPAN].iter_mut().zip(&bytes[start..]) {
        *to = *from;
    }
    u128::from_be_bytes(window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn formats() -> impl Strategy<Value = Format> {
        (any::<bool>(), 1u32..=64).prop_map(|(signed, bits)| Format {
            signed,
            bits: if signed { bits } else { bits.min(63) },
        })
    }

    proptest! {
        #[test]
        fn what_is_set_is_there_and_nothing_else_changes(
            format in formats(), offset in 0u64..200, value: i64, bytes in prop::collection::vec(any::<u8>(), 40),
        ) {
            let value = format.fit(value, Overflow::Wrap).unwrap();
            let mut changed = bytes.clone();
            format.set(&mut changed, offset, value);
            prop_assert_eq!(format.get(&changed, offset), value);
            for at in 0..320u64 {
                if !(offset..offset + u64::from(format.bits)).contains(&at) {
                    let bit = Format { signed: false, bits: 1 };
                    prop_assert_eq!(bit.get(&changed, at), bit.get(&bytes, at));
                }
            }
        }

        #[test]
        fn overflow_is_what_it_says(format in formats(), value: i64, increment: i64) {
            let value = format.fit(value, Overflow::Wrap).unwrap();
            let exact = i128::from(value) + i128::from(increment);
            let wrapped = format.sum(value, increment, Overflow::Wrap).unwrap();
            prop_assert_eq!((i128::from(wrapped) - exact).rem_euclid(1 << format.bits), 0);
            match format.sum(value, increment, Overflow::Fail) {
                Some(sum) => prop_assert_eq!(i128::from(sum), exact),
                None => {
                    let nearest = format.sum(value, increment, Overflow::Saturate).unwrap();
                    prop_assert_eq!(i128::from(nearest) > exact, increment < 0);
                    prop_assert_ne!(i128::from(wrapped), exact);
                }
            }
        }
    }
}
