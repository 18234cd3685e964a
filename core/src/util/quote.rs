//! Quoting: how bytes are shown to people in MONITOR lines and error previews, and how inline requests are split.

/// Appends `bytes` in double quotes, with what cannot be read escaped: `\n`, `\r`, `\t`, `\a`, `\b`, `\\`, `\"`, `\xhh`.
pub fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for &byte in bytes {
        match byte {
            b'\\' | b'"' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x07 => out.extend_from_slice(b"\\a"),
            0x08 => out.extend_from_slice(b"\\b"),
            b' '..=b'~' => out.push(byte),
            _ => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(&[
                    b'\\',
                    b'x',
                    HEX[usize::from(byte >> 4)],
                    HEX[usize::from(byte & 15)],
                ]);
            }
        }
    }
    out.push(b'"');
}

/// Splits a line into words as a shell-like REPL does: blanks part words, `"…"` knows `\n \r \t \b \a \xhh \"`, `'…'`
/// knows only `\'`. Quoted and bare parts that touch are one word. `None` when a quote is left open.
pub fn split_words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = &rest[rest.iter().take_while(|byte| is_blank(**byte)).count()..];
        // A NUL ends the line as it ends a C string.
        if rest.first().is_none_or(|b| *b == 0) {
            return Some(words);
        }
        let (word, after) = next_word(rest)?;
        words.push(word);
        rest = after;
    }
}

fn next_word(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    loop {
        match rest {
            [] | [0, ..] => return Some((word, &[])),
            [b, after @ ..] if is_blank(*b) => return Some((word, after)),
            [b'"', after @ ..] => {
                rest = double_quoted(after, &mut word)?;
            }
            [b'\'', after @ ..] => {
                rest = single_quoted(after, &mut word)?;
            }
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

/// Blanks as C knows them, the vertical tab among them.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'\\', b'x', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(hex(*high) * 16 + hex(*low));
                after
            }
            [b'\\', escaped, after @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                after
            }
            [b'"', after @ ..] => return Some(after),
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
        };
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'\\', b'\'', after @ ..] => {
                word.push(b'\'');
                after
            }
            [b'\'', after @ ..] => return Some(after),
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
        };
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let split = |line: &str| split_words(line.as_bytes());
        assert_eq!(split("  set a  b "), Some(vec![b"set".to_vec(), b"a".to_vec(), b"b".to_vec()]));
        assert_eq!(
            split(r#"a "b \x41\n\"" 'c\'d'"#),
            Some(vec![b"a".to_vec(), b"b A\n\"".to_vec(), b"c'd".to_vec()])
        );
        assert_eq!(split(r#""open"#), None);
        assert_eq!(split(r#""a"b'c'"#), Some(vec![b"abc".to_vec()]));
        assert_eq!(split("\x0b\x0c a"), Some(vec![b"a".to_vec()]));
        assert_eq!(split(""), Some(vec![]));
        assert_eq!(split(r#""""#), Some(vec![vec![]]));
    }

    #[test]
    fn quoting_round_trips() {
        let all: Vec<u8> = (0..=255).collect();
        let mut line = Vec::new();
        quote(&mut line, &all);
        assert_eq!(split_words(&line), Some(vec![all]));
    }
}
