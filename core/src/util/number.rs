//! Numbers as Redis reads and writes them: strict integers, floating point in, shortest floating point out.

use super::{digits, double};
use std::fmt;

/// The value of a canonical decimal integer: no sign but a leading minus, no leading zero, no blank, in range.
/// Exactly the texts that printing an `i64` yields, which is what lets strings be stored as integers.
#[inline]
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => {}
        _ => return None,
    }
    let mut value: u64 = 0;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // Nineteen digits fit in a u64, so this cannot overflow.
        value = value * 10 + u64::from(digit);
    }
    if negative {
        (value <= 1 << 63).then(|| (value as i64).wrapping_neg())
    } else {
        i64::try_from(value).ok()
    }
}

/// The value of a canonical unsigned decimal, as [`parse_i64`].
pub fn parse_u64(text: &[u8]) -> Option<u64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] if text.len() <= 20 => text.iter().try_fold(0u64, |value, byte| {
            let digit = byte.checked_sub(b'0').filter(|d| *d <= 9)?;
            value.checked_mul(10)?.checked_add(u64::from(digit))
        }),
        _ => None,
    }
}

/// The integer that `text` begins with, after blanks and one sign; 0 without any. What does not fit saturates.
/// For places where Redis is this lenient; commands read their arguments with [`parse_i64`].
pub fn leading_integer(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0i64, |value, byte| {
        let digit = i64::from(byte - b'0');
        value.saturating_mul(10).saturating_add(if negative { -digit } else { digit })
    })
}

/// A floating point number, read from the whole text: decimal or exponent form, `inf`, `infinity` (in any case), an
/// optional sign; no blanks, no hexadecimal, no NaN, and nothing so large that it would become infinite or so small that
/// it would become 0. O(length).
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    // Most are whole and small enough to be exact.
    if text.len() <= WHOLE_TEXT_MAX
        && let Some(value) = parse_i64(text)
    {
        return Some(value as f64);
    }
    let value = read_f64(text)?;
    let fits = match value {
        // Only the words mean it.
        _ if value.is_infinite() => !text.iter().any(u8::is_ascii_digit),
        0.0 => {
            let mantissa = text.split(|byte| matches!(byte, b'e' | b'E')).next().unwrap_or(text);
            !mantissa.iter().any(|byte| matches!(byte, b'1'..=b'9'))
        }
        _ => true,
    };
    fits.then_some(value)
}

/// Longest text of a whole number that is a double exactly, whatever its digits, bytes.
const WHOLE_TEXT_MAX: usize = 15;

/// As [`parse_f64`], but too large is infinite and too small is 0. O(length).
pub fn read_f64(text: &[u8]) -> Option<f64> {
    // The same numbers; see there.
    if cfg!(target_family = "wasm") {
        return double::read(text);
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (!value.is_nan()).then_some(value)
}

/// Shows a number that is not negative with so many decimals, for statistics: at most 2⁵³ in the last of them.
#[derive(Clone, Copy, Debug)]
pub struct Fixed(pub f64, pub u32);

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fixed(value, decimals) = *self;
        let one = 10u64.pow(decimals);
        let scaled = (value * one as f64).round_ties_even() as u64;
        write!(f, "{}.{:0width$}", scaled / one, scaled % one, width = decimals as usize)
    }
}

/// Appends `value` as replies show a double: an integer where it is one exactly, otherwise the fewest digits that read
/// back to the same number (see `digits`), `inf`, `-inf` or `nan`.
pub fn write_f64(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"nan");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"inf" } else { b"-inf" });
    } else if value == 0.0 {
        out.extend_from_slice(if value.is_sign_negative() { b"-0" } else { b"0" });
    } else if value.fract() == 0.0 && value.abs() < INTEGER_MAX {
        write_i64(out, value as i64);
    } else {
        if value < 0.0 {
            out.push(b'-');
        }
        write_digits(out, value.abs());
    }
}

/// Appends `value` with up to 17 significant digits, as C's `%.17g` does: exact, and longer than needed.
pub fn write_f64_17(out: &mut Vec<u8>, value: f64) {
    let whole = value.fract() == 0.0 && value.abs() < INTEGER_17_MAX;
    if !value.is_finite() || value == 0.0 || whole {
        return write_f64(out, value);
    }
    let (digits, exponent) = double::exact_digits::<17>(value);
    let negative = value < 0.0;
    let len = digits.iter().rposition(|digit| *digit != b'0').map_or(1, |last| last + 1);
    if negative {
        out.push(b'-');
    }
    if !(-4..17).contains(&exponent) {
        out.push(digits[0]);
        if len > 1 {
            out.push(b'.');
            out.extend_from_slice(&digits[1..len]);
        }
        out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
        if exponent.abs() < 10 {
            out.push(b'0');
        }
        write_i64(out, i64::from(exponent.abs()));
    } else if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', (-exponent - 1) as usize));
        out.extend_from_slice(&digits[..len]);
    } else {
        let whole = exponent as usize + 1;
        out.extend_from_slice(&digits[..whole]);
        if len > whole {
            out.push(b'.');
            out.extend_from_slice(&digits[whole..len]);
        }
    }
}

/// Appends `value` with so many decimals, at least one, as C's `%.*f` does.
pub fn write_f64_fixed(out: &mut Vec<u8>, value: f64, decimals: usize) {
    if !value.is_finite() {
        return write_f64(out, value);
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let digits = double::fixed_digits(value, decimals);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    out.extend_from_slice(whole);
    out.push(b'.');
    out.extend_from_slice(fraction);
}

/// Whole numbers below this are shown as integers: what the servers' conversion to 64 bits takes.
const INTEGER_MAX: f64 = (1u64 << 62) as f64;
/// Whole numbers below this have at most 17 digits.
const INTEGER_17_MAX: f64 = 1e17;
/// Zeros behind the digits of a whole number beyond which it is shown with an exponent.
const ZEROS_MAX: i32 = 7;
/// Powers of ten of the first digit within which a fraction is never shown with an exponent.
const PLAIN_MAX: i32 = 4;

/// A positive number that is no small integer: plain if that takes few zeros, otherwise with an exponent.
fn write_digits(out: &mut Vec<u8>, value: f64) {
    let (digits, len, scale) = digits::digits(value);
    let digits = &digits[..len];
    let exponent = scale + len as i32 - 1;
    if scale >= 0 && exponent < len as i32 + ZEROS_MAX {
        out.extend_from_slice(digits);
        out.extend(std::iter::repeat_n(b'0', scale as usize));
    } else if scale < 0 && (scale > -ZEROS_MAX || exponent.abs() < PLAIN_MAX) {
        let whole = usize::try_from(exponent + 1).unwrap_or(0);
        if whole == 0 {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', (-exponent - 1) as usize));
        } else {
            out.extend_from_slice(&digits[..whole]);
            out.push(b'.');
        }
        out.extend_from_slice(&digits[whole..]);
    } else {
        out.push(digits[0]);
        if len > 1 {
            out.push(b'.');
            out.extend_from_slice(&digits[1..]);
        }
        out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
        write_i64(out, i64::from(exponent.abs()));
    }
}

/// Appends `value` in decimal.
#[inline]
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventeen_digits_as_in_c() {
        for (value, text) in [
            (0.1, "0.10000000000000001"),
            (1e17, "1e+17"),
            (1e16, "10000000000000000"),
            (123_456_789.123_456_79, "123456789.12345679"),
            (1e-5, "1.0000000000000001e-05"),
            (0.0001, "0.0001"),
            (-5e-324, "-4.9406564584124654e-324"),
            (3.0, "3"),
            (-0.0, "-0"),
            (f64::INFINITY, "inf"),
        ] {
            let mut out = Vec::new();
            write_f64_17(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fixed_decimals_as_in_the_standard_library(bits: u64, small in -1e6..1e6f64, decimals in 1usize..9) {
            for value in [f64::from_bits(bits), small, small / 1e6, (small * 4.0).round() / 8.0, 0.999_999_99] {
                if value.is_finite() {
                    let mut out = Vec::new();
                    write_f64_fixed(&mut out, value, decimals);
                    prop_assert_eq!(String::from_utf8(out).unwrap(), format!("{value:.decimals$}"));
                }
            }
        }
    }

    #[test]
    fn integers_are_canonical() {
        for value in [0, 1, -1, 10, i64::MAX, i64::MIN, 1_000_000] {
            assert_eq!(parse_i64(value.to_string().as_bytes()), Some(value));
        }
        for text in [
            "",
            "-",
            "-0",
            "01",
            "+1",
            " 1",
            "1 ",
            "9223372036854775808",
            "-9223372036854775809",
            "1a",
        ] {
            assert_eq!(parse_i64(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn doubles_print_shortest() {
        let text = |value| {
            let mut out = Vec::new();
            write_f64(&mut out, value);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(-2.5), "-2.5");
        assert_eq!(text(3.0), "3");
        assert_eq!(text(f64::INFINITY), "inf");
        for (value, expected) in [
            (-0.0, "-0"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (0.00123456789, "0.00123456789"),
            (12345.678901234567, "1.2345678901234567e+4"),
            (1234.5678901234567, "1234.5678901234567"),
            (1e18, "1000000000000000000"),
            (18446744073709551616.0, "18446744073709552000"),
            (1e22, "1e+22"),
            (5e-324, "5e-324"),
            (-1.7976931348623157e308, "-1.7976931348623157e+308"),
            // Not the closest of the shortest.
            (1234567890123456.8, "1234567890123456.7"),
        ] {
            assert_eq!(text(value), expected);
            assert_eq!(expected.parse::<f64>().unwrap(), value);
        }
    }

    proptest! {
        #[test]
        fn every_double_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            let mut out = Vec::new();
            write_f64(&mut out, value);
            prop_assert!(value.is_nan() || parse_f64(&out) == Some(value));
        }
    }

    #[test]
    fn doubles_are_read_strictly() {
        for text in
            ["", " 1", "1 ", "nan", "0x10", "1e", ".", "1e400", "-1e400", "2e-324", "1\0", "infin"]
        {
            assert_eq!(parse_f64(text.as_bytes()), None, "{text:?}");
        }
        for (text, value) in [
            ("+1", 1.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("-Inf", f64::NEG_INFINITY),
            ("infinity", f64::INFINITY),
            ("4e-324", 5e-324),
            ("0e99999999999", 0.0),
            ("00001", 1.0),
        ] {
            assert_eq!(parse_f64(text.as_bytes()), Some(value), "{text:?}");
        }
    }
}
