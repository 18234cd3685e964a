//! Natural numbers of any size, as little as reading and printing floating point numbers takes: little-endian 64-bit
//! limbs, no leading zero limb, zero is no limb at all. Sizes are bounded by the callers' texts and exponents.

/// A natural number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Natural {
    limbs: Vec<u64>,
}

/// The largest power of ten in a limb, and its exponent: decimal text goes in and out in chunks of so many digits.
const CHUNK: u64 = 10_000_000_000_000_000_000;
const CHUNK_DIGITS: usize = 19;

impl From<u128> for Natural {
    fn from(value: u128) -> Self {
        let mut natural = Natural { limbs: vec![value as u64, (value >> 64) as u64] };
        natural.trim();
        natural
    }
}

impl Natural {
    /// The value of decimal digits. O(n²).
    pub(super) fn from_digits(digits: &[u8]) -> Self {
        let mut natural = Natural::default();
        for chunk in digits.chunks(CHUNK_DIGITS) {
            let value = chunk.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
            natural.multiply_add(10u64.pow(chunk.len() as u32), value);
        }
        natural
    }

    /// Multiplies by ten to the power of `exponent`.
    pub(super) fn multiply_by_power_of_ten(&mut self, exponent: u32) {
        for _ in 0..exponent / CHUNK_DIGITS as u32 {
            self.multiply_add(CHUNK, 0);
        }
        self.multiply_add(10u64.pow(exponent % CHUNK_DIGITS as u32), 0);
    }

    /// Multiplies by five to the power of `exponent`.
    pub(super) fn multiply_by_power_of_five(&mut self, exponent: u32) {
        // The largest power of five in a limb.
        const STEP: u32 = 27;
        for _ in 0..exponent / STEP {
            self.multiply_add(5u64.pow(STEP), 0);
        }
        self.multiply_add(5u64.pow(exponent % STEP), 0);
    }

    /// Multiplies by two to the power of `bits`.
    pub(super) fn shift_left(&mut self, bits: u32) {
        if self.is_zero() {
            return;
        }
        let small = bits % 64;
        if small > 0 {
            let mut carry = 0;
            for limb in &mut self.limbs {
                let shifted = *limb << small | carry;
                carry = *limb >> (64 - small);
                *limb = shifted;
            }
            if carry > 0 {
                self.limbs.push(carry);
            }
        }
        self.limbs.splice(..0, std::iter::repeat_n(0, (bits / 64) as usize));
    }

    /// Subtracts `other` unless that is larger. Whether it did.
    pub(super) fn subtract_if_not_less(&mut self, other: &Natural) -> bool {
        let lengths = self.limbs.len().cmp(&other.limbs.len());
        if lengths.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev())).is_lt() {
            return false;
        }
        let mut borrow = false;
        for (i, limb) in self.limbs.iter_mut().enumerate() {
            let (difference, first) =
                limb.overflowing_sub(other.limbs.get(i).copied().unwrap_or(0));
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            *limb = difference;
            borrow = first || second;
        }
        self.trim();
        true
    }

    /// Whether it is zero.
    pub(super) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    /// Bits up to the highest that is set.
    pub(super) fn bits(&self) -> u32 {
        self.limbs
            .last()
            .map_or(0, |top| (self.limbs.len() as u32) * u64::BITS - top.leading_zeros())
    }

    /// Appends the decimal digits. O(n²).
    pub(super) fn write_decimal(mut self, out: &mut Vec<u8>) {
        let start = out.len();
        loop {
            let mut chunk = self.divide(CHUNK);
            let last = self.is_zero();
            // Digits come out backwards; only the leading chunk is not padded.
            for i in 0..CHUNK_DIGITS {
                if last && chunk == 0 && i > 0 {
                    break;
                }
                out.push(b'0' + (chunk % 10) as u8);
                chunk /= 10;
            }
            if last {
                break;
            }
        }
        out[start..].reverse();
    }

    fn multiply_add(&mut self, factor: u64, addend: u64) {
        let mut carry = addend;
        for limb in &mut self.limbs {
            let product = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            *limb = product as u64;
            carry = (product >> 64) as u64;
        }
        if carry > 0 {
            self.limbs.push(carry);
        }
    }

    /// Divides; the remainder.
    fn divide(&mut self, divisor: u64) -> u64 {
        let mut remainder = 0;
        for limb in self.limbs.iter_mut().rev() {
            let value = u128::from(remainder) << 64 | u128::from(*limb);
            *limb = (value / u128::from(divisor)) as u64;
            remainder = (value % u128::from(divisor)) as u64;
        }
        self.trim();
        remainder
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_shifts_agree_with_machine_integers(value: u64, shift in 0u32..64) {
            let mut natural = Natural::from_digits(value.to_string().as_bytes());
            natural.shift_left(shift);
            let wide = u128::from(value) << shift;
            prop_assert_eq!(&natural, &Natural::from(wide));
            prop_assert_eq!(natural.bits(), 128 - wide.leading_zeros());
            let mut out = Vec::new();
            natural.write_decimal(&mut out);
            prop_assert_eq!(out, wide.to_string().into_bytes());
        }

        #[test]
        fn long_texts_come_back(digits in "[1-9][0-9]{0,200}", zeros in 0u32..60) {
            let mut natural = Natural::from_digits(digits.as_bytes());
            natural.multiply_by_power_of_ten(zeros);
            let mut out = Vec::new();
            natural.write_decimal(&mut out);
            prop_assert_eq!(out, format!("{digits}{}", "0".repeat(zeros as usize)).into_bytes());
        }

        #[test]
        fn differences_agree_with_machine_integers(a: u128, b: u128) {
            let mut natural = Natural::from(a);
            prop_assert_eq!(natural.subtract_if_not_less(&Natural::from(b)), a >= b);
            prop_assert_eq!(natural, Natural::from(if a >= b { a - b } else { a }));
        }
    }
}
