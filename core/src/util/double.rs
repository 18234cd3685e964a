//! Doubles to and from decimal text, exactly and in little code: the standard library's conversions are faster for long
//! texts, but their tables and several algorithms are a tenth of what the browser downloads.
//!
//! Reading: up to fifteen digits with a small exponent are one exact multiplication or division (Clinger, "How to Read
//! Floating Point Numbers Accurately", PLDI 1990); everything else is a ratio of two big integers, rounded once.
//! Writing: every double is a finite decimal, so all of its digits are made and then rounded.
//!
//! Left out: shortest digits (`digits`), hexadecimal, NaN.

use super::extended::{self, DOUBLE};
use super::natural::Natural;

/// Digits that, with what follows told as one more, decide the rounding: halfway points have at most 767.
const READ_DIGITS_MAX: usize = 800;
/// Magnitudes (digits before the point) beyond which everything is infinite, or zero.
const MAGNITUDE_MAX: i64 = 400;
/// Digits whose value a double holds exactly.
const EXACT_DIGITS: usize = 15;
/// The largest power of ten that a double holds exactly.
const EXACT_POWER: i64 = 22;

/// The nearest double of a whole text: decimal or exponent form, `inf`, `infinity`. Too large is infinite, too small is
/// zero. O(length).
pub(super) fn read(text: &[u8]) -> Option<f64> {
    let (negative, text) = extended::split_sign(text);
    let magnitude = match extended::is_infinity(text) {
        true => f64::INFINITY,
        false => read_decimal(text)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// The first `N` significant digits of a finite number other than zero, rounded exactly (ties to even), and the power of
/// ten of the first. O(exponent²).
pub(super) fn exact_digits<const N: usize>(value: f64) -> ([u8; N], i32) {
    let (mantissa, exponent) = parts(value);
    let mut whole = Natural::from(u128::from(mantissa));
    // m / 2^n is m · 5^n / 10^n, and 5^n is 10^n / 2^n.
    let places = exponent.min(0).unsigned_abs();
    whole.multiply_by_power_of_five(places);
    whole.shift_left(exponent.max(0).unsigned_abs());
    let mut digits = Vec::new();
    whole.write_decimal(&mut digits);
    let mut power = digits.len() as i32 - 1 - places as i32;
    let mut kept = [b'0'; N];
    let len = digits.len().min(N);
    kept[..len].copy_from_slice(&digits[..len]);
    if rounds_up(&digits, N) && carry(&mut kept) {
        power += 1;
    }
    (kept, power)
}

/// All digits of a finite number down to the last of `decimals` behind the point, rounded exactly (ties to even), with at
/// least one before the point. O(exponent²).
pub(super) fn fixed_digits(value: f64, decimals: usize) -> Vec<u8> {
    let (mantissa, exponent) = parts(value);
    let mut whole = Natural::from(u128::from(mantissa));
    let places = exponent.min(0).unsigned_abs();
    whole.multiply_by_power_of_five(places);
    whole.shift_left(exponent.max(0).unsigned_abs());
    let mut found = Vec::new();
    whole.write_decimal(&mut found);
    let places = places as usize;
    let mut digits = vec![b'0'; (places + 1).saturating_sub(found.len())];
    digits.extend_from_slice(&found);
    if places <= decimals {
        digits.resize(digits.len() + decimals - places, b'0');
        return digits;
    }
    let kept = digits.len() - (places - decimals);
    let up = rounds_up(&digits, kept);
    digits.truncate(kept);
    if up && carry(&mut digits) {
        digits.push(b'0');
    }
    digits
}

/// Mantissa and exponent of a finite number, its sign left out.
pub(super) fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7ff) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    }
}

fn read_decimal(text: &[u8]) -> Option<f64> {
    let (mut digits, magnitude) = extended::split_decimal(text)?;
    if digits.is_empty() {
        return Some(0.0);
    }
    if digits.len() > READ_DIGITS_MAX {
        let more = digits[READ_DIGITS_MAX..].iter().any(|digit| *digit != b'0');
        digits.truncate(READ_DIGITS_MAX);
        digits.push(b'0' + u8::from(more));
    }
    let scale = magnitude - digits.len() as i64;
    if digits.len() <= EXACT_DIGITS && scale.abs() <= EXACT_POWER {
        let value = digits.iter().fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
        let power = (0..scale.abs()).fold(1.0, |power, _| power * 10.0);
        return Some(if scale < 0 { value / power } else { value * power });
    }
    if magnitude.abs() > MAGNITUDE_MAX {
        return Some(if magnitude > 0 { f64::INFINITY } else { 0.0 });
    }
    Some(extended::ratio(&digits, magnitude, &DOUBLE).to_f64())
}

/// Whether cutting off the digits from `at` on brings the number further down than going up by one would.
fn rounds_up(digits: &[u8], at: usize) -> bool {
    let Some((first, rest)) = digits.get(at..).and_then(<[u8]>::split_first) else { return false };
    let odd = digits[at - 1] % 2 == 1;
    *first > b'5' || (*first == b'5' && (odd || rest.iter().any(|digit| *digit != b'0')))
}

/// Adds one to the last digit. Whether that made `100…` of `999…`.
fn carry(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return false;
        }
        *digit = b'0';
    }
    digits[0] = b'1';
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        let expected = text.parse::<f64>().ok().filter(|value| !value.is_nan());
        let ours = read(text.as_bytes());
        assert_eq!(ours.map(f64::to_bits), expected.map(f64::to_bits), "{text}");
    }

    #[test]
    fn borders_are_read_as_the_standard_library_does() {
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "+.5",
            "5.",
            "-0",
            "0e999",
            "inf",
            "-Infinity",
            "nan",
            "infin",
            "1_0",
            "0x1",
            "1e400",
            "-1e400",
            "1e-400",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "5e-324",
            "1e99999999999",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "9007199254740993",
            "9007199254740992.9999",
            "2.2250738585072011e-308",
            "123456789012345e22",
            "123456789012345e-22",
            "0.000000000000000000000000000000000000001e39",
        ] {
            same(text);
        }
        let halfway = "9007199254740993";
        same(&format!("{halfway}.{}", "0".repeat(900)));
        same(&format!("{halfway}.{}1", "0".repeat(900)));
    }

    proptest! {
        #[test]
        fn texts_are_read_as_the_standard_library_does(text in "[+-]?[0-9]{0,30}(\\.[0-9]{0,30})?(e[+-]?[0-9]{1,3})?") {
            same(&text);
        }

        #[test]
        fn doubles_read_back(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            same(&value.to_string());
            same(&format!("{value:e}"));
            same(&format!("{value:.16e}"));
        }

        #[test]
        fn exact_digits_are_those_of_the_standard_library(bits: u64, small in 1u64..1 << 20, shift in 0i32..60) {
            for value in [f64::from_bits(bits), small as f64 / 2f64.powi(shift)] {
                if value.is_finite() && value != 0.0 {
                    let (digits, power) = exact_digits::<17>(value);
                    let text = String::from_utf8(digits.to_vec()).unwrap();
                    let expected = format!("{:.16e}", value.abs()).replace('.', "");
                    prop_assert_eq!(format!("{text}e{power}"), expected);
                }
            }
        }
    }
}
