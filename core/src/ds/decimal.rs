//! Canonical decimal text of 64-bit integers: the test "would these bytes come back unchanged if stored as a number?".
//!
//! Every packed structure stores such bytes as an integer, so the rule must be exact: no sign but a leading `-`, no
//! leading zeros, no `-0`, nothing outside `i64`. Lenient number parsing (command arguments) is not done here.

/// Longest canonical text, in bytes: `-9223372036854775808`.
pub const TEXT_MAX: usize = 20;

/// The integer whose canonical decimal text is exactly `text`. O(length), at most [`TEXT_MAX`] bytes are read.
#[inline]
pub fn parse(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (&first, rest) = digits.split_first()?;
    if first == b'0' {
        return (rest.is_empty() && !negative).then_some(0);
    }
    if !first.is_ascii_digit() || digits.len() >= TEXT_MAX {
        return None;
    }
    // At most 19 digits: the sum stays below 10^19, which a u64 holds.
    let mut magnitude = u64::from(first - b'0');
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        magnitude = magnitude * 10 + u64::from(digit);
    }
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// Length in bytes of the canonical text of `value`. O(1).
#[inline]
pub fn text_len(value: i64) -> usize {
    let sign = usize::from(value < 0);
    sign + value.unsigned_abs().checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_canonical_text_is_a_number() {
        for text in ["", "-", "-0", "+1", "01", "-01", "1 ", " 1", "1a", "0x1", "00", "1.0", "--1"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
            "10000000000000000000",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?} is outside i64");
        }
        assert_eq!(parse(b"0"), Some(0));
        assert_eq!(parse(b"9223372036854775807"), Some(i64::MAX));
        assert_eq!(parse(b"-9223372036854775808"), Some(i64::MIN));
    }

    proptest! {
        #[test]
        fn every_integer_round_trips(value: i64, shift in 0u32..64) {
            let value = value >> shift;
            let text = value.to_string();
            prop_assert_eq!(parse(text.as_bytes()), Some(value));
            prop_assert_eq!(text_len(value), text.len());
        }

        #[test]
        fn whatever_parses_is_the_text_of_its_value(text in "[-+ 0-9a]{0,22}") {
            if let Some(value) = parse(text.as_bytes()) {
                prop_assert_eq!(value.to_string(), text);
            }
        }
    }
}
