//! Command lines as redis-cli reads them: words split at blanks, `"…"` with escapes, `'…'` taken literally.
//!
//! [`split`] and [`quote`] are inverses: `split(quote(x)) == [x]` for any bytes.

/// Splits a line into words; blanks separate, quotes group, and `"…"` knows `\n \r \t \a \b \xHH \\ \"`.
///
/// # Errors
/// When a quote is never closed, or is followed by something other than a blank.
pub fn split(line: &str) -> Result<Vec<Vec<u8>>, &'static str> {
    let mut rest = line.as_bytes();
    let mut words = Vec::new();
    loop {
        while let [b' ' | b'\t', tail @ ..] = rest {
            rest = tail;
        }
        if rest.is_empty() {
            return Ok(words);
        }
        let (word, tail) = word(rest)?;
        words.push(word);
        rest = tail;
    }
}

/// The bytes as one word: as they are where that is unambiguous, else in double quotes.
pub fn quote(bytes: &[u8]) -> String {
    let plain = |b: &u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'\\' | b'$');
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    escape(bytes)
}

/// The bytes in double quotes, escaped as redis-cli prints strings: anything not printable ASCII as `\xHH`.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for &byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            b' '..=b'~' => out.push(byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

fn word(mut rest: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let mut word = Vec::new();
    loop {
        match rest {
            [] | [b' ' | b'\t', ..] => return Ok((word, rest)),
            [quote @ (b'"' | b'\''), tail @ ..] => {
                rest = quoted(*quote, tail, &mut word)?;
                if !matches!(rest, [] | [b' ' | b'\t', ..]) {
                    return Err("a closing quote must be followed by a blank");
                }
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

fn quoted<'a>(quote: u8, mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], &'static str> {
    loop {
        rest = match rest {
            [] => return Err("a quote is not closed"),
            [byte, tail @ ..] if *byte == quote => return Ok(tail),
            [b'\\', b'\'', tail @ ..] if quote == b'\'' => {
                word.push(b'\'');
                tail
            }
            [b'\\', b'x', high, low, tail @ ..]
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(hex(*high) << 4 | hex(*low));
                tail
            }
            [b'\\', escaped, tail @ ..] if quote == b'"' => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'a' => 0x07,
                    b'b' => 0x08,
                    other => *other,
                });
                tail
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                tail
            }
        };
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_split_as_in_redis_cli() {
        assert_eq!(
            split(r#"SET  k "a\x41\n" 'it\'s'"#).unwrap(),
            [&b"SET"[..], b"k", b"aA\n", b"it's"]
        );
        assert_eq!(split(r#"GET """#).unwrap(), [&b"GET"[..], b""]);
        assert!(split("GET \"a").is_err());
        assert!(split("GET \"a\"b").is_err());
    }

    proptest! {
        #[test]
        fn quoting_survives_splitting(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(split(&quote(&bytes)).unwrap(), [bytes.clone()]);
            prop_assert_eq!(split(&escape(&bytes)).unwrap(), [bytes]);
        }
    }
}
