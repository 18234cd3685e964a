//! Replies as values: a complete decoder for what a server sends, in RESP2 and RESP3.
//!
//! It is deliberately a second, independent reading of the protocol: it shares nothing with the engine's writer,
//! so a wrong byte there shows here. Doubles and big numbers stay text, because the text is what is compared.
//! Left out: streamed (chunked) types, which no server sends.

use std::fmt;

/// How deep replies may nest before they are taken for garbage.
const DEPTH_MAX: usize = 128;
/// The longest string, in bytes, and the most elements a reply may announce.
const LENGTH_MAX: i64 = 1 << 30;

/// One reply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `+OK`
    Simple(Vec<u8>),
    /// `-ERR …`, and RESP3's `!` form.
    Error(Vec<u8>),
    /// `:1`
    Integer(i64),
    /// `$1 …`
    Bulk(Vec<u8>),
    /// `$-1`
    NullBulk,
    /// `*-1`
    NullArray,
    /// `_`
    Null,
    /// `#t`
    Bool(bool),
    /// `,1.5`, as sent.
    Double(Vec<u8>),
    /// `(123…`, as sent.
    BigNumber(Vec<u8>),
    /// `=15 txt:…`: format and text.
    Verbatim([u8; 3], Vec<u8>),
    /// `*n`
    Array(Vec<Value>),
    /// `~n`
    Set(Vec<Value>),
    /// `>n`
    Push(Vec<Value>),
    /// `%n`
    Map(Vec<(Value, Value)>),
    /// `|n`: attributes, then the reply they belong to.
    Attributed(Vec<(Value, Value)>, Box<Value>),
}

/// Bytes that are no reply: what was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Offset of the reply in which the trouble is.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed reply at byte {}: {}", self.at, self.what)
    }
}

impl std::error::Error for Malformed {}

/// Decodes one reply at the front of `bytes`: the value and the bytes it took, or `None` while it is incomplete.
///
/// # Errors
/// When the bytes cannot become a reply however many more arrive.
pub fn decode(bytes: &[u8]) -> Result<Option<(Value, usize)>, Malformed> {
    let mut reader = Reader { bytes, at: 0 };
    Ok(reader.value(0)?.map(|value| (value, reader.at)))
}

/// Takes every complete reply off the front of `bytes`.
///
/// # Errors
/// As [`decode`]; `bytes` then keeps what could not be read.
pub fn drain(bytes: &mut Vec<u8>) -> Result<Vec<Value>, Malformed> {
    let mut values = Vec::new();
    let mut taken = 0;
    let outcome = loop {
        match decode(&bytes[taken..]) {
            Ok(Some((value, used))) => {
                values.push(value);
                taken += used;
            }
            Ok(None) => break Ok(values),
            Err(malformed) => break Err(malformed),
        }
    };
    bytes.drain(..taken);
    outcome
}

/// A command as clients send it: an array of bulk strings.
pub fn encode_command<T: AsRef<[u8]>>(args: &[T]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args {
        let arg = arg.as_ref();
        out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        out.extend_from_slice(arg);
        out.extend_from_slice(b"\r\n");
    }
    out
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Option<Value>, Malformed> {
        if depth > DEPTH_MAX {
            return Err(self.malformed("nested too deeply"));
        }
        let Some(line) = self.line() else { return Ok(None) };
        let Some((&kind, rest)) = line.split_first() else {
            return Err(self.malformed("an empty line"));
        };
        let rest = rest.to_vec();
        Ok(Some(match kind {
            b'+' => Value::Simple(rest),
            b'-' => Value::Error(rest),
            b':' => Value::Integer(self.integer(&rest)?),
            b',' => Value::Double(rest),
            b'(' => Value::BigNumber(rest),
            b'_' => Value::Null,
            b'#' => match rest.as_slice() {
                b"t" => Value::Bool(true),
                b"f" => Value::Bool(false),
                _ => return Err(self.malformed("a boolean that is neither t nor f")),
            },
            b'$' | b'!' | b'=' => return self.blob(kind, &rest),
            b'*' | b'~' | b'>' => return self.aggregate(kind, &rest, depth),
            b'%' | b'|' => return self.map(kind, &rest, depth),
            other => return Err(self.malformed(&format!("unknown type byte {:?}", other as char))),
        }))
    }

    fn blob(&mut self, kind: u8, header: &[u8]) -> Result<Option<Value>, Malformed> {
        let length = self.length(header)?;
        let Some(length) = length else { return Ok(Some(Value::NullBulk)) };
        if self.bytes.len() < self.at + length + 2 {
            return Ok(None);
        }
        let text = self.bytes[self.at..self.at + length].to_vec();
        if &self.bytes[self.at + length..self.at + length + 2] != b"\r\n" {
            return Err(self.malformed("a string without its closing CRLF"));
        }
        self.at += length + 2;
        Ok(Some(match kind {
            b'$' => Value::Bulk(text),
            b'!' => Value::Error(text),
            _ => match text.split_first_chunk::<4>() {
                Some((&[a, b, c, b':'], text)) => Value::Verbatim([a, b, c], text.to_vec()),
                _ => return Err(self.malformed("a verbatim string without its format")),
            },
        }))
    }

    fn aggregate(
        &mut self,
        kind: u8,
        header: &[u8],
        depth: usize,
    ) -> Result<Option<Value>, Malformed> {
        let Some(length) = self.length(header)? else { return Ok(Some(Value::NullArray)) };
        let mut items = Vec::new();
        for _ in 0..length {
            let Some(item) = self.value(depth + 1)? else { return Ok(None) };
            items.push(item);
        }
        Ok(Some(match kind {
            b'*' => Value::Array(items),
            b'~' => Value::Set(items),
            _ => Value::Push(items),
        }))
    }

    fn map(&mut self, kind: u8, header: &[u8], depth: usize) -> Result<Option<Value>, Malformed> {
        let Some(length) = self.length(header)? else {
            return Err(self.malformed("a map of negative length"));
        };
        let mut pairs = Vec::new();
        for _ in 0..length {
            let Some(key) = self.value(depth + 1)? else { return Ok(None) };
            let Some(value) = self.value(depth + 1)? else { return Ok(None) };
            pairs.push((key, value));
        }
        if kind == b'%' {
            return Ok(Some(Value::Map(pairs)));
        }
        Ok(self.value(depth + 1)?.map(|value| Value::Attributed(pairs, Box::new(value))))
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let rest = &self.bytes[self.at..];
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        self.at += end + 2;
        Some(rest[..end].to_vec())
    }

    /// `None` for −1, RESP2's null.
    fn length(&self, text: &[u8]) -> Result<Option<usize>, Malformed> {
        match self.integer(text)? {
            -1 => Ok(None),
            n @ 0..=LENGTH_MAX => Ok(usize::try_from(n).ok()),
            n => Err(self.malformed(&format!("length {n}"))),
        }
    }

    fn integer(&self, text: &[u8]) -> Result<i64, Malformed> {
        std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
            self.malformed(&format!("{:?} where a number belongs", String::from_utf8_lossy(text)))
        })
    }

    fn malformed(&self, what: &str) -> Malformed {
        Malformed { at: self.at, what: what.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_TYPE: &[u8] =
        b"*13\r\n+OK\r\n-ERR x\r\n:-7\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n_\r\n#t\r\n,1.5\r\n(12\r\n\
        =5\r\ntxt:a\r\n~1\r\n%1\r\n+k\r\n>0\r\n!3\r\nbad\r\n";

    #[test]
    fn every_prefix_is_incomplete_and_the_whole_is_one_value() {
        for end in 0..EVERY_TYPE.len() {
            assert_eq!(decode(&EVERY_TYPE[..end]), Ok(None), "{end} bytes");
        }
        let (value, used) = decode(EVERY_TYPE).unwrap().unwrap();
        assert_eq!(used, EVERY_TYPE.len());
        assert!(matches!(value, Value::Array(items) if items.len() == 13));
    }

    #[test]
    fn garbage_is_told_apart_from_incomplete() {
        for bad in
            ["?\r\n", ":x\r\n", "$-2\r\n", "$1\r\nabc", "#x\r\n", "=2\r\nab\r\n", "%-1\r\n", "\r\n"]
        {
            assert!(decode(bad.as_bytes()).is_err(), "{bad:?}");
        }
        let deep = "*1\r\n".repeat(DEPTH_MAX + 2);
        assert!(decode(deep.as_bytes()).is_err());
    }

    #[test]
    fn drain_leaves_the_incomplete_tail() {
        let mut bytes = b"+A\r\n:1\r\n$3\r\nab".to_vec();
        assert_eq!(drain(&mut bytes).unwrap(), [Value::Simple(b"A".to_vec()), Value::Integer(1)]);
        assert_eq!(bytes, b"$3\r\nab");
    }
}
