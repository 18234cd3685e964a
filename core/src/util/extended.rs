//! Extended precision: the 80-bit numbers (64-bit significand, 15-bit exponent) that INCRBYFLOAT and HINCRBYFLOAT
//! compute with on x86, in software, so that sums have the same digits on every machine and in the browser.
//!
//! Text is read exactly: the decimal is a ratio of two big integers, of which as many quotient bits as it takes are made
//! by shift and subtract. Sums are made in 128 bits and rounded once. Both round to nearest, ties to even, with gradual
//! underflow. Printing shows seventeen decimals, rounded exactly, without trailing zeros and never with an exponent.
//!
//! Left out: what the commands do not need (products, NaN: where one would arise there is `None`).

use super::double;
use super::natural::Natural;
use std::cmp::Ordering;

/// A number of the extended format: `± mantissa · 2^exponent`, or infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    negative: bool,
    infinite: bool,
    /// Top bit set unless the number is zero or subnormal (exponent [`EXPONENT_MIN`]).
    mantissa: u64,
    exponent: i32,
}

/// Longest text read as a number, bytes: what the servers accept.
pub const TEXT_MAX: usize = 5 * 1024 - 1;
/// Digits behind the point that are shown.
const DECIMALS: usize = 17;
/// 10 to the power of [`DECIMALS`].
const SCALE: u128 = 100_000_000_000_000_000;
/// Exponent of the smallest numbers.
const EXPONENT_MIN: i32 = -16_445;
/// Exponent of the largest numbers.
const EXPONENT_MAX: i32 = 16_383 - 63;

/// What numbers are rounded to.
pub(super) struct Format {
    bits: u32,
    exponent_min: i32,
    exponent_max: i32,
}

/// The extended format.
const EXTENDED: Format =
    Format { bits: 64, exponent_min: EXPONENT_MIN, exponent_max: EXPONENT_MAX };
/// A double, which every number of the extended format can hold.
pub(super) const DOUBLE: Format = Format { bits: 53, exponent_min: -1074, exponent_max: 1023 - 52 };

/// Decimal magnitudes (digits before the point) beyond which every number overflows, or vanishes; the bounds of the
/// format are 4 933 and -4 950.
const MAGNITUDE_MAX: i64 = 5_000;
/// Exponents are read up to here; every one beyond is as good.
const EXPONENT_TEXT_MAX: i64 = 1_000_000;

impl Extended {
    /// Zero.
    pub const ZERO: Extended =
        Extended { negative: false, infinite: false, mantissa: 0, exponent: EXPONENT_MIN };

    /// Reads a whole text as C's `strtold` does, blanks and NaN excepted: decimal or hexadecimal with an optional
    /// exponent, `inf`, `infinity`. `None` also where the number is too large, or so small that it would become 0.
    pub fn parse(text: &[u8]) -> Option<Extended> {
        if text.len() > TEXT_MAX {
            return None;
        }
        let (negative, text) = split_sign(text);
        if is_infinity(text) {
            return Some(Extended { negative, infinite: true, ..Extended::ZERO });
        }
        let magnitude = match text {
            [b'0', b'x' | b'X', digits @ ..] => parse_hexadecimal(digits),
            _ => parse_decimal(text),
        }?;
        Some(Extended { negative, ..magnitude })
    }

    /// The sum, rounded. `None`: infinite, or not a number.
    pub fn checked_add(self, other: Extended) -> Option<Extended> {
        if self.infinite || other.infinite {
            return None;
        }
        let (large, small) =
            if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        // One bit stays free for the carry; 63 guard bits below the larger number's last.
        let a = u128::from(large.mantissa) << 63;
        let b = u128::from(small.mantissa) << 63;
        let distance = (large.exponent - small.exponent) as u32;
        let (b, lost) = if distance < 128 {
            (b >> distance, distance > 0 && b << (128 - distance) != 0)
        } else {
            (0, b != 0)
        };
        let (negative, sum) = if large.negative == small.negative {
            (large.negative, a + b)
        } else if a >= b {
            // What was lost of b makes the difference a little smaller than a - b.
            (large.negative && a != b, a - b - u128::from(lost))
        } else {
            (small.negative, b - a)
        };
        let sum = round(sum, large.exponent - 63, lost, &EXTENDED);
        (!sum.infinite).then_some(Extended { negative, ..sum })
    }

    /// The number with the other sign.
    pub fn negated(self) -> Extended {
        Extended { negative: !self.negative, ..self }
    }

    /// How the numbers are ordered; both zeros are one.
    pub fn compare(self, other: Extended) -> Ordering {
        let is_zero = |it: Extended| it.mantissa == 0 && !it.infinite;
        let size = |it: Extended| (it.infinite, it.exponent, it.mantissa);
        match (self.negative, other.negative) {
            _ if is_zero(self) && is_zero(other) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => size(self).cmp(&size(other)),
            (true, true) => size(other).cmp(&size(self)),
        }
    }

    /// `self · factor`, rounded to the format and then up to a whole number. What lies outside of an `i64` is its end.
    pub fn ceil_times(self, factor: u32) -> i64 {
        let product = u128::from(self.mantissa) * u128::from(factor);
        let product = round(product, self.exponent, false, &EXTENDED);
        let magnitude = match product.exponent {
            _ if self.infinite || product.infinite => u128::MAX,
            exponent @ 0.. => u128::from(product.mantissa) << exponent.min(64),
            exponent => {
                let mantissa = u128::from(product.mantissa);
                let whole = mantissa.checked_shr(exponent.unsigned_abs()).unwrap_or(0);
                let exact = whole.checked_shl(exponent.unsigned_abs()) == Some(mantissa);
                // Up is towards zero for negative numbers.
                whole + u128::from(!exact && mantissa > 0 && !self.negative)
            }
        };
        let whole = i64::try_from(magnitude).unwrap_or(i64::MAX);
        match self.negative {
            true if whole == i64::MAX => i64::MIN,
            true => -whole,
            false => whole,
        }
    }

    /// Whether it is infinite.
    pub fn is_infinite(self) -> bool {
        self.infinite
    }

    /// The same number, once rounded to [`DOUBLE`], its sign left out.
    pub(super) fn to_f64(self) -> f64 {
        const LEADING: u64 = 1 << 52;
        match self.exponent {
            _ if self.infinite => f64::INFINITY,
            // Zero, and the subnormal.
            _ if self.mantissa < LEADING => f64::from_bits(self.mantissa),
            exponent => f64::from_bits(
                ((exponent - DOUBLE.exponent_min + 1) as u64) << 52 | (self.mantissa ^ LEADING),
            ),
        }
    }

    /// Mantissa and exponent of a finite number, its sign left out.
    pub(super) fn parts(self) -> (u64, i32) {
        (self.mantissa, self.exponent)
    }

    /// Appends the number in plain decimal with at most seventeen decimals.
    pub fn write(self, out: &mut Vec<u8>) {
        if self.infinite {
            out.extend_from_slice(if self.negative { b"-inf" } else { b"inf" });
            return;
        }
        let start = out.len();
        if self.negative {
            out.push(b'-');
        }
        if self.exponent >= 0 {
            let mut whole = Natural::from(u128::from(self.mantissa));
            whole.shift_left(self.exponent as u32);
            whole.write_decimal(out);
            return;
        }
        let scaled =
            shift_rounding(u128::from(self.mantissa) * SCALE, self.exponent.unsigned_abs());
        if scaled == 0 {
            out.truncate(start);
            out.push(b'0');
            return;
        }
        Natural::from(scaled / SCALE).write_decimal(out);
        write_fraction(out, (scaled % SCALE) as u64);
    }
}

impl From<f64> for Extended {
    /// Exactly. The number must not be NaN.
    fn from(value: f64) -> Self {
        let (mantissa, exponent) = double::parts(value);
        let negative = value.is_sign_negative();
        if value.is_infinite() || mantissa == 0 {
            return Extended { negative, infinite: mantissa != 0, ..Extended::ZERO };
        }
        let shift = mantissa.leading_zeros();
        let exponent = exponent - shift as i32;
        Extended { negative, infinite: false, mantissa: mantissa << shift, exponent }
    }
}

/// Appends `.` and the digits of `fraction / SCALE` without trailing zeros.
fn write_fraction(out: &mut Vec<u8>, mut fraction: u64) {
    if fraction == 0 {
        return;
    }
    let mut digits = [b'0'; DECIMALS];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    let len = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    out.push(b'.');
    out.extend_from_slice(&digits[..len]);
}

/// Whether there is a minus, and what follows the sign.
pub(super) fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Whether a text without sign means infinity.
pub(super) fn is_infinity(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity")
}

/// A decimal text as digits without leading zeros and a magnitude: 0.DIGITS times ten to that power. No digits: zero.
pub(super) fn split_decimal(text: &[u8]) -> Option<(Vec<u8>, i64)> {
    let (mut digits, point, rest) = split_digits(text, u8::is_ascii_digit)?;
    let exponent = read_exponent(rest, b'e')?;
    let zeros = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    digits.drain(..zeros);
    Some((digits, point as i64 - zeros as i64 + exponent))
}

/// The number 0.DIGITS times ten to the power of `magnitude`, rounded; there is a digit other than zero.
pub(super) fn ratio(digits: &[u8], magnitude: i64, format: &Format) -> Extended {
    let mut numerator = Natural::from_digits(digits);
    let mut denominator = Natural::from(1);
    let scale = magnitude - digits.len() as i64;
    let scaled = if scale < 0 { &mut denominator } else { &mut numerator };
    scaled.multiply_by_power_of_ten(scale.unsigned_abs() as u32);
    divide(numerator, denominator, format)
}

fn parse_decimal(text: &[u8]) -> Option<Extended> {
    let (digits, magnitude) = split_decimal(text)?;
    if digits.is_empty() {
        return Some(Extended::ZERO);
    }
    if !(-MAGNITUDE_MAX..=MAGNITUDE_MAX).contains(&magnitude) {
        return None;
    }
    finite(ratio(&digits, magnitude, &EXTENDED))
}

fn parse_hexadecimal(text: &[u8]) -> Option<Extended> {
    let (digits, point, rest) = split_digits(text, u8::is_ascii_hexdigit)?;
    let exponent = read_exponent(rest, b'p')?;
    let (mut mantissa, mut sticky, mut dropped) = (0u128, false, 0i64);
    for digit in &digits {
        let value = char::from(*digit).to_digit(16).unwrap_or(0);
        if mantissa >> 120 == 0 {
            mantissa = mantissa << 4 | u128::from(value);
        } else {
            sticky |= value != 0;
            dropped += 1;
        }
    }
    if mantissa == 0 {
        return Some(Extended::ZERO);
    }
    let exponent = exponent + 4 * (point as i64 - digits.len() as i64 + dropped);
    let bound = 8 * i64::from(EXPONENT_MAX);
    finite(round(mantissa, exponent.clamp(-bound, bound) as i32, sticky, &EXTENDED))
}

/// Digits with at most one point among them: the digits, how many stood before the point, and what follows. `None`
/// without any digit.
fn split_digits(text: &[u8], is_digit: fn(&u8) -> bool) -> Option<(Vec<u8>, usize, &[u8])> {
    let run = |text: &[u8]| text.iter().position(|byte| !is_digit(byte)).unwrap_or(text.len());
    let (whole, rest) = text.split_at(run(text));
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => rest.split_at(run(rest)),
        _ => (&[][..], rest),
    };
    let digits = [whole, fraction].concat();
    (!digits.is_empty()).then_some((digits, whole.len(), rest))
}

/// The exponent behind `letter` (either case), which must be all of `text`; 0 if there is none.
fn read_exponent(text: &[u8], letter: u8) -> Option<i64> {
    let Some((first, rest)) = text.split_first() else { return Some(0) };
    let (negative, digits) = match rest {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !first.eq_ignore_ascii_case(&letter)
        || digits.is_empty()
        || !digits.iter().all(u8::is_ascii_digit)
    {
        return None;
    }
    let value = digits
        .iter()
        .fold(0, |value: i64, digit| (value * 10 + i64::from(digit - b'0')).min(EXPONENT_TEXT_MAX));
    Some(if negative { -value } else { value })
}

/// The quotient of two positive numbers, rounded.
fn divide(mut numerator: Natural, mut denominator: Natural, format: &Format) -> Extended {
    // With equally many bits the quotient lies between 1/2 and 2; 66 more bits of it than its first are enough.
    const BITS: i32 = 66;
    let distance = numerator.bits() as i32 - denominator.bits() as i32;
    if distance >= 0 {
        denominator.shift_left(distance as u32);
    } else {
        numerator.shift_left(distance.unsigned_abs());
    }
    let mut quotient = 0u128;
    for _ in 0..=BITS {
        quotient <<= 1;
        if numerator.subtract_if_not_less(&denominator) {
            quotient |= 1;
        }
        numerator.shift_left(1);
    }
    round(quotient, distance - BITS, !numerator.is_zero(), format)
}

/// `value · 2^exponent`, and a little more if `sticky`, rounded to the format.
fn round(value: u128, exponent: i32, sticky: bool, format: &Format) -> Extended {
    if value == 0 {
        return Extended::ZERO;
    }
    // Enough to keep as many bits as the format has, but never below the smallest exponent.
    let bits = (u128::BITS - value.leading_zeros()) as i32;
    let shift = (bits - format.bits as i32).max(format.exponent_min - exponent);
    let mut exponent = exponent + shift;
    let rounded = if shift <= 0 {
        // Exact; with bits to spare there is nothing sticky.
        value << shift.unsigned_abs()
    } else {
        shift_rounding_sticky(value, shift.unsigned_abs(), sticky)
    };
    let carried = rounded >> format.bits != 0;
    let mantissa = (rounded >> u32::from(carried)) as u64;
    exponent += i32::from(carried);
    if mantissa == 0 {
        return Extended::ZERO;
    }
    Extended { negative: false, infinite: exponent > format.exponent_max, mantissa, exponent }
}

/// `value / 2^shift`, to nearest, ties to even.
fn shift_rounding(value: u128, shift: u32) -> u128 {
    shift_rounding_sticky(value, shift, false)
}

/// As [`shift_rounding`] of a value that is a little larger if `sticky`.
fn shift_rounding_sticky(value: u128, shift: u32, sticky: bool) -> u128 {
    if shift == 0 {
        return value;
    }
    if shift > 128 {
        return 0;
    }
    let (kept, half) = match shift {
        128 => (0, 1 << 127),
        _ => (value >> shift, 1u128 << (shift - 1)),
    };
    let lost = if shift == 128 { value } else { value & ((half << 1) - 1) };
    let up = lost > half || (lost == half && (sticky || kept & 1 == 1));
    kept + u128::from(up)
}

/// What was read, unless it does not fit the format.
fn finite(value: Extended) -> Option<Extended> {
    (!value.infinite && value.mantissa != 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(a: &str, b: &str) -> Option<String> {
        let sum = Extended::parse(a.as_bytes())?.checked_add(Extended::parse(b.as_bytes())?)?;
        let mut out = Vec::new();
        sum.write(&mut out);
        String::from_utf8(out).ok()
    }

    #[test]
    fn sums_have_the_digits_of_the_format() {
        for (a, b, text) in [
            ("3", "1.1", "4.1"),
            ("0.1", "0.2", "0.3"),
            ("2.9", "1e3", "1002.90000000000000002"),
            ("1.00000000000000001", "1e-16", "1.00000000000000011"),
            ("123456789012345678", "0.5", "123456789012345678.5"),
            ("-1e-20", "0", "0"),
            ("-0.00000000000000001", "0", "-0.00000000000000001"),
            ("18446744073709551616.5", "0", "18446744073709551616"),
            ("0x1.8p1", "-0X.8", "2.5"),
            ("5", "-5", "0"),
            ("1e-4940", "1e-4940", "0"),
        ] {
            assert_eq!(sum(a, b).as_deref(), Some(text), "{a} + {b}");
            assert_eq!(sum(b, a).as_deref(), Some(text), "{b} + {a}");
        }
        assert_eq!(sum("1e4932", "1e4932"), None);
        assert_eq!(sum("inf", "-inf"), None);
        assert_eq!(sum("1e4932", "0").map(|text| text.len()), Some(4933));
    }

    #[test]
    fn products_round_up() {
        for (text, thousandfold) in [
            ("0", 0),
            ("-0", 0),
            ("1", 1000),
            ("0.002", 2),
            ("0.0021", 3),
            ("1e-4940", 1),
            ("-0.0001", 0),
            ("-0.0011", -1),
            ("1.001", 1001),
            ("9223372036854775.5", 9_223_372_036_854_775_500),
            ("9.3e15", i64::MAX),
            ("1e4000", i64::MAX),
            ("inf", i64::MAX),
            ("-1e400", i64::MIN),
            ("-inf", i64::MIN),
        ] {
            let value = Extended::parse(text.as_bytes()).unwrap();
            assert_eq!(value.ceil_times(1000), thousandfold, "{text}");
        }
    }

    #[test]
    fn the_grammar_s_edges() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "0x",
            "0x.",
            "0x1p",
            " 1",
            "1 ",
            "nan",
            "1e4933",
            "1e-4951",
            "-1e-5000",
            "0x1p16384",
            "0x1p-16446",
            "1\0",
            "infin",
            "--1",
            "1.2.3",
        ] {
            assert_eq!(Extended::parse(text.as_bytes()), None, "{text:?}");
        }
        for text in [
            "0e99999999999999999999",
            "-0",
            ".5",
            "5.",
            "1E5",
            "0x.8",
            "-Infinity",
            "1.9e-4951",
            "0x1p-16445",
            "0x1.8p-16446",
            "1.18e4932",
        ] {
            assert!(Extended::parse(text.as_bytes()).is_some(), "{text:?}");
        }
        assert!(Extended::parse("0".repeat(TEXT_MAX).as_bytes()).is_some());
        assert!(Extended::parse("0".repeat(TEXT_MAX + 1).as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn whole_numbers_add_exactly(a in -(1i64 << 62)..1i64 << 62, b in -(1i64 << 62)..1i64 << 62) {
            prop_assert_eq!(sum(&a.to_string(), &b.to_string()), Some((a + b).to_string()));
        }

        #[test]
        fn hexadecimal_and_decimal_agree(value: u64, shift in 0u32..60) {
            let (value, step) = (value >> shift, 1u64 << shift.min(40));
            let hex = format!("0x{value:x}p-{}", step.trailing_zeros());
            let decimal = value as u128 * 10u128.pow(17) / u128::from(step);
            // Seventeen bits behind the point at most: exact in seventeen decimals.
            if step.trailing_zeros() <= 17 {
                let decimal = format!("{}.{:017}", decimal / 10u128.pow(17), decimal % 10u128.pow(17));
                prop_assert_eq!(Extended::parse(hex.as_bytes()), Extended::parse(decimal.as_bytes()));
            }
        }

        #[test]
        fn what_is_written_reads_back_as_itself(mantissa in 1u64.., exponent in 0i32..16_000) {
            let value = round(u128::from(mantissa), exponent, false, &EXTENDED);
            let mut out = Vec::new();
            value.write(&mut out);
            prop_assert_eq!(Extended::parse(&out), Some(value));
        }
    }
}
