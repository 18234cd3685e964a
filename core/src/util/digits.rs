//! The decimal digits of a double, nearly always as few as read back to it: Grisu2 (Loitsch, "Printing Floating-Point
//! Numbers Quickly and Accurately with Integers", PLDI 2010). The standard library's digits are always the shortest and
//! closest; those of the servers are Grisu2's, and one reply in a thousand would differ in its last digits.
//!
//! The number and the middles between it and its neighbours are scaled by a power of ten so that all digits before the
//! point fit 32 bits. Digits of the upper middle are made until what is left is less than the distance to the lower
//! one; then the last digit is moved towards the number itself.

use super::double;
use super::extended::Extended;
use std::sync::LazyLock;

/// Most digits that a double takes.
pub(super) const DIGITS_MAX: usize = 18;

/// Exponents that a scaled number may have.
const SCALED_MIN: i32 = -60;
const SCALED_MAX: i32 = -32;
/// The powers of ten to scale by: every eighth one in the range of doubles and their reciprocals.
const POWER_FIRST: i32 = -348;
const POWER_STEP: i32 = 8;
const POWERS: usize = 87;
/// Digits before the point of a scaled number, at most.
const WHOLE_DIGITS: u32 = 10;

static POWERS_OF_TEN: LazyLock<[Float; POWERS]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let text = format!("1e{}", POWER_FIRST + i as i32 * POWER_STEP);
        let power = Extended::parse(text.as_bytes()).unwrap_or(Extended::ZERO);
        let (mantissa, exponent) = power.parts();
        Float { mantissa, exponent }
    })
});

/// `mantissa · 2^exponent`.
#[derive(Clone, Copy, Debug)]
struct Float {
    mantissa: u64,
    exponent: i32,
}

/// The digits of a positive finite number, their count, and the power of ten that goes with them as an integer.
pub(super) fn digits(value: f64) -> ([u8; DIGITS_MAX], usize, i32) {
    let exact = Float::of(value);
    let upper = Float { mantissa: exact.mantissa * 2 + 1, exponent: exact.exponent - 1 }.normal();
    // Below a power of two the neighbour is only half as far away.
    let closer = u32::from(exact.mantissa == 1 << 52) + 1;
    let lower = Float {
        mantissa: (exact.mantissa << closer) - 1,
        exponent: exact.exponent - closer as i32,
    };
    let (power, scale) = power_for(upper.exponent);
    let number = exact.normal().times(power);
    let upper = upper.times(power);
    let lower = lower.normal_at(upper.exponent - power.exponent - 64).times(power);
    // Products are inexact by less than one in the last place: the safe interval is so much smaller.
    let (upper, low) = (Float { mantissa: upper.mantissa - 1, ..upper }, lower.mantissa + 1);
    let mut made = Made { digits: [0; DIGITS_MAX], len: 0 };
    let exponent = made.fill(upper, upper.mantissa - low, upper.mantissa - number.mantissa);
    (made.digits, made.len, exponent - scale)
}

/// A power of ten that brings a number of this exponent into the scaled range, and its decimal exponent.
fn power_for(exponent: i32) -> (Float, i32) {
    let scaled = |power: &Float| exponent + power.exponent + 64;
    let index = POWERS_OF_TEN
        .iter()
        .position(|power| (SCALED_MIN..=SCALED_MAX).contains(&scaled(power)))
        .unwrap_or(0);
    (POWERS_OF_TEN[index], POWER_FIRST + index as i32 * POWER_STEP)
}

/// Digits made so far.
struct Made {
    digits: [u8; DIGITS_MAX],
    len: usize,
}

impl Made {
    /// Makes the digits of `upper` while they matter: `delta` is the distance to the lower bound, `above` that to the
    /// number itself. The decimal exponent of the last digit.
    fn fill(&mut self, upper: Float, mut delta: u64, mut above: u64) -> i32 {
        let point = upper.exponent.unsigned_abs();
        let one = 1u64 << point;
        let (mut whole, mut fraction) =
            ((upper.mantissa >> point) as u32, upper.mantissa & (one - 1));
        for place in (0..WHOLE_DIGITS).rev() {
            let unit = 10u32.pow(place);
            self.push(whole / unit);
            whole %= unit;
            let rest = (u64::from(whole) << point) + fraction;
            if rest <= delta {
                self.round(delta, rest, u64::from(unit) << point, above);
                return place as i32;
            }
        }
        let mut exponent = 0;
        loop {
            fraction *= 10;
            delta *= 10;
            above = above.wrapping_mul(10);
            exponent -= 1;
            self.push((fraction >> point) as u32);
            fraction &= one - 1;
            if fraction < delta {
                self.round(delta, fraction, one, above);
                return exponent;
            }
        }
    }

    fn push(&mut self, digit: u32) {
        if (digit > 0 || self.len > 0) && self.len < DIGITS_MAX {
            self.digits[self.len] = b'0' + digit as u8;
            self.len += 1;
        }
    }

    /// Lowers the last digit, worth `unit`, as long as that comes closer to the number and stays within `delta`.
    fn round(&mut self, delta: u64, mut rest: u64, unit: u64, above: u64) {
        while rest < above
            && delta - rest >= unit
            && (rest + unit < above || above - rest > rest + unit - above)
        {
            self.digits[self.len - 1] -= 1;
            rest += unit;
        }
    }
}

impl Float {
    fn of(value: f64) -> Float {
        let (mantissa, exponent) = double::parts(value);
        Float { mantissa, exponent }
    }

    /// The same number with the top bit set.
    fn normal(self) -> Float {
        self.normal_at(self.exponent - self.mantissa.leading_zeros() as i32)
    }

    /// The same number at a smaller exponent.
    fn normal_at(self, exponent: i32) -> Float {
        Float { mantissa: self.mantissa << (self.exponent - exponent), exponent }
    }

    /// The product's upper half, rounded.
    fn times(self, other: Float) -> Float {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Float {
            mantissa: ((product + (1 << 63)) >> 64) as u64,
            exponent: self.exponent + other.exponent + 64,
        }
    }
}
