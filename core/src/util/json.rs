//! One field of a JSON object (RFC 8259), found without building anything: what filters over attributes need.
//!
//! Only what stands before the field is looked at, and only as closely as it takes to get past it; nesting is counted, not
//! followed, so no text is too deep.
//!
//! Left out: objects and null as values, and arrays of anything but numbers and strings: filters cannot say them.

use super::number;
use std::borrow::Cow;

/// A value that filters know.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number; true is 1, false is 0.
    Number(f64),
    /// A string, its escapes resolved.
    Text(Cow<'a, [u8]>),
    /// An array of numbers and strings.
    List(Vec<Value<'a>>),
}

struct Reader<'a> {
    text: &'a [u8],
}

/// The value of the field `name` of the object that `text` is, if it is one that has it. O(text).
pub fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<Value<'a>> {
    let mut reader = Reader { text };
    reader.expect(b'{')?;
    loop {
        let key = reader.string()?;
        reader.expect(b':')?;
        if *key == *name {
            return reader.value();
        }
        reader.skip()?;
        reader.expect(b',')?;
    }
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b't' | b'f' => {
                let truth = self.word();
                matches!(truth, b"true" | b"false")
                    .then(|| Value::Number(f64::from(u8::from(truth == b"true"))))
            }
            b'[' => {
                self.expect(b'[')?;
                let mut items = Vec::new();
                if self.expect(b']').is_some() {
                    return Some(Value::List(items));
                }
                loop {
                    items.push(self.scalar()?);
                    if self.expect(b',').is_none() {
                        self.expect(b']')?;
                        return Some(Value::List(items));
                    }
                }
            }
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.string().map(Value::Text),
            b'-' | b'0'..=b'9' => number::read_f64(self.word()).map(Value::Number),
            _ => None,
        }
    }

    /// Passes a value of any kind.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.text = &self.text[1..];
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.text = &self.text[1..];
                }
                b',' | b':' if depth > 0 => self.text = &self.text[1..],
                _ => {
                    if self.word().is_empty() {
                        return None;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<Cow<'a, [u8]>> {
        self.expect(b'"')?;
        let end = self.text.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        let (plain, rest) = self.text.split_at(end);
        self.text = &rest[1..];
        if rest[0] == b'"' {
            return Some(Cow::Borrowed(plain));
        }
        let mut out = plain.to_vec();
        loop {
            self.escape(&mut out)?;
            let end = self.text.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            let (plain, rest) = self.text.split_at(end);
            out.extend_from_slice(plain);
            self.text = &rest[1..];
            if rest[0] == b'"' {
                return Some(Cow::Owned(out));
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let (letter, rest) = self.text.split_first()?;
        self.text = rest;
        out.push(match letter {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'"' | b'\\' | b'/' => *letter,
            b'u' => {
                let mut unit = u32::from(self.unit()?);
                if (0xd800..0xdc00).contains(&unit)
                    && let Some(rest) = self.text.strip_prefix(b"\\u")
                {
                    self.text = rest;
                    let low = u32::from(self.unit()?).wrapping_sub(0xdc00) & 0x3ff;
                    unit = 0x1_0000 + ((unit - 0xd800) << 10) + low;
                }
                let char = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.text.split_at_checked(4)?;
        self.text = rest;
        digits
            .iter()
            .try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)? as u16))
    }

    /// Letters, digits and signs up to anything else: a number, `true`, `null`.
    fn word(&mut self) -> &'a [u8] {
        let is_end =
            |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let end = self.text.iter().position(is_end).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word
    }

    fn peek(&mut self) -> Option<u8> {
        self.text = self.text.trim_ascii_start();
        self.text.first().copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.text = &self.text[1..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: &str) -> Option<Value<'_>> {
        Some(Value::Text(Cow::Borrowed(value.as_bytes())))
    }

    #[test]
    fn fields_are_found_behind_anything() {
        let json = br#" { "a" : {"x":[1,{"b":"}"}],"b":3}, "c":[[],"]"], "n":null,"t":true , "b" : -1.5e1,"s":"\u00e9\ud83d\ude00\n\"",
            "l":["x",2, "\/"], "e":[], "m":[1,true], "k\u0061":"y" } "#;
        assert_eq!(field(json, b"b"), Some(Value::Number(-15.0)));
        assert_eq!(field(json, b"t"), Some(Value::Number(1.0)));
        assert_eq!(field(json, b"s"), text("é😀\n\""));
        assert_eq!(field(json, b"ka"), text("y"));
        assert_eq!(field(json, b"e"), Some(Value::List(vec![])));
        let list = vec![text("x").unwrap(), Value::Number(2.0), text("/").unwrap()];
        assert_eq!(field(json, b"l"), Some(Value::List(list)));
        for name in ["a", "n", "m", "x", "zz", ""] {
            assert_eq!(field(json, name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for json in [
            "",
            "{",
            "{}",
            "[1]",
            "\"a\"",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":x1}",
            "{\"b\":1 \"a\":2}",
            "{a:1}",
        ] {
            assert_eq!(field(json.as_bytes(), b"a"), None, "{json}");
        }
        assert_eq!(field("[".repeat(100_000).as_bytes(), b"a"), None);
        assert_eq!(field(format!("{{\"b\":{}", "[".repeat(100_000)).as_bytes(), b"a"), None);
    }

    proptest! {
        #[test]
        fn nothing_is_too_broken(json in "[{}\\[\\]\",:a\\\\u0-9e. tru-]{0,40}") {
            field(json.as_bytes(), b"a");
            field(format!("{{{json}").as_bytes(), b"");
        }
    }
}
