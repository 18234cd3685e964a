//! Numbers as Redis reads and writes them: strict integers, floating point in, shortest floating point out.

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

/// A floating point number as `strtod` reads a whole string: decimal or exponent form, `inf`, `infinity`, optional
/// sign; no blanks, no NaN.
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    if text.is_empty() || text.len() > FLOAT_TEXT_MAX {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let value: f64 = text.parse().ok()?;
    (!value.is_nan()).then_some(value)
}

/// Longest text read as a floating point number, bytes; longer ones are refused before they are parsed.
const FLOAT_TEXT_MAX: usize = 5 * 1024;

/// Appends `value` as replies show a double: an integer where it is one exactly, otherwise the shortest digits that
/// read back to the same number, `inf`, `-inf` or `nan`.
pub fn write_f64(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"nan");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"inf" } else { b"-inf" });
    } else if value == 0.0 {
        out.extend_from_slice(if value.is_sign_negative() { b"-0" } else { b"0" });
    } else if value.fract() == 0.0 && value.abs() < EXACT_INTEGER_MAX {
        write_i64(out, value as i64);
    } else {
        write_shortest(out, value);
    }
}

/// Beyond this, not every integer is a double any more, and replies use the digits form.
const EXACT_INTEGER_MAX: f64 = 4_503_599_627_370_496.0;

/// Shortest round-trip digits; exponents outside a small window are written with `e`.
fn write_shortest(out: &mut Vec<u8>, value: f64) {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value < 0.0 {
        out.push(b'-');
    }
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let count = digits.len() as i32;
    if exponent >= 0 && exponent < 21 {
        if count <= exponent + 1 {
            out.extend_from_slice(&digits);
            out.extend(std::iter::repeat_n(b'0', (exponent + 1 - count) as usize));
        } else {
            let (whole, fraction) = digits.split_at((exponent + 1) as usize);
            out.extend_from_slice(whole);
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
    } else if exponent < 0 && exponent >= -7 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', (-exponent - 1) as usize));
        out.extend_from_slice(&digits);
    } else {
        out.push(digits[0]);
        if count > 1 {
            out.push(b'.');
            out.extend_from_slice(&digits[1..]);
        }
        out.push(b'e');
        out.push(if exponent < 0 { b'-' } else { b'+' });
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
        for value in [1e300, 1.5e-9, 123456.789, 1e17, 5e-324] {
            assert_eq!(text(value).parse::<f64>().unwrap(), value);
        }
    }
}
