//! Counts whole replies in a stream of bytes, and nothing more: no value is built, no byte is kept but the first few
//! of an error's text. Every byte is looked at once, or skipped, however the stream was cut. RESP2 and RESP3.
//!
//! A reply is whole when no value of it is missing, so one number does for any nesting: a value takes one off, an
//! aggregate of n puts n on. Streamed strings and aggregates (`$?`) are refused: no server sends them.

use memchr::memchr;

/// Bytes of an error's text that are kept.
pub(crate) const ERROR_TEXT_MAX: usize = 160;

/// Most elements or bytes that one header may announce; more than any server allows.
const ANNOUNCED_MAX: u64 = 1 << 40;

/// Where in the stream the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At a value's first byte.
    Type,
    /// In a header's number.
    Number { of: Header, value: u64, negative: bool },
    /// In a value that ends with its line.
    Line,
    /// In a value of which so many bytes are missing, its line end included.
    Skip { left: u64 },
}

/// What a number announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    /// Bytes.
    Bulk,
    /// So many values.
    Aggregate,
    /// So many pairs.
    Map,
    /// So many pairs, before the value that they belong to.
    Attribute,
}

/// What the present reply turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reply,
    Error,
    /// Sent by the server of its own accord.
    Push,
}

/// These bytes are no replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The byte that cannot stand there.
    pub(crate) byte: u8,
}

/// Counts the replies of one connection.
#[derive(Debug)]
pub(crate) struct ReplyCounter {
    state: State,
    kind: Kind,
    /// Values that the present reply lacks.
    missing: u64,
    /// Whether the next value is the reply itself, not part of one.
    whole: bool,
    /// Whether the value's bytes are an error's text.
    keep: bool,
    text: Vec<u8>,
}

impl Default for ReplyCounter {
    fn default() -> Self {
        Self {
            state: State::Type,
            kind: Kind::Reply,
            missing: 0,
            whole: true,
            keep: false,
            text: Vec::new(),
        }
    }
}

impl ReplyCounter {
    /// Takes the next bytes of the stream; how many replies ended in them, errors among them. Each reply that is an
    /// error is told to `on_error` with its text, cut at [`ERROR_TEXT_MAX`] bytes; errors inside of an array are not.
    /// Pushes are skipped.
    ///
    /// # Errors
    /// When the bytes are not RESP; the stream is then lost.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        mut on_error: impl FnMut(&[u8]),
    ) -> Result<usize, Malformed> {
        let mut replies = 0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let ended = match self.state {
                State::Type => {
                    at += 1;
                    self.begin(byte)?;
                    false
                }
                State::Number { of, value, negative } => {
                    at += 1;
                    self.number(byte, of, value, negative)?
                }
                State::Line => {
                    let rest = &bytes[at..];
                    let end = memchr(b'\n', rest);
                    let taken = end.map_or(rest.len(), |end| end + 1);
                    self.keep_text(&rest[..taken]);
                    at += taken;
                    end.is_some()
                }
                State::Skip { left } => {
                    let rest = &bytes[at..];
                    let taken =
                        usize::try_from(left).map_or(rest.len(), |left| left.min(rest.len()));
                    self.keep_text(&rest[..taken]);
                    at += taken;
                    let left = left - taken as u64;
                    self.state = State::Skip { left };
                    left == 0
                }
            };
            if ended && self.end_value() {
                if self.kind == Kind::Error {
                    on_error(self.text.trim_ascii_end());
                    self.text.clear();
                }
                replies += usize::from(self.kind != Kind::Push);
            }
        }
        Ok(replies)
    }

    /// A value's first byte.
    fn begin(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.missing == 0 {
            self.missing = 1;
            self.whole = true;
            self.kind = Kind::Reply;
        }
        let number = |of| State::Number { of, value: 0, negative: false };
        let whole = self.whole && self.missing == 1;
        let error = matches!(byte, b'-' | b'!');
        self.state = match byte {
            b'+' | b'-' | b':' | b',' | b'#' | b'_' | b'(' => State::Line,
            b'$' | b'=' | b'!' => number(Header::Bulk),
            b'*' | b'~' | b'>' => number(Header::Aggregate),
            b'%' => number(Header::Map),
            b'|' => number(Header::Attribute),
            _ => return Err(Malformed { byte }),
        };
        if whole {
            self.keep = error;
            if error {
                self.kind = Kind::Error;
            }
            if byte == b'>' {
                self.kind = Kind::Push;
            }
            // Attributes come before the reply; whatever else has parts is the reply.
            self.whole = byte == b'|';
        }
        Ok(())
    }

    /// A byte of a header; whether the value ends with it.
    fn number(
        &mut self,
        byte: u8,
        of: Header,
        value: u64,
        negative: bool,
    ) -> Result<bool, Malformed> {
        match byte {
            b'0'..=b'9' => {
                let value = value * 10 + u64::from(byte - b'0');
                if value > ANNOUNCED_MAX {
                    return Err(Malformed { byte });
                }
                self.state = State::Number { of, value, negative };
                Ok(false)
            }
            b'-' => {
                self.state = State::Number { of, value, negative: true };
                Ok(false)
            }
            b'\r' => Ok(false),
            b'\n' => Ok(self.announced(of, if negative { None } else { Some(value) })),
            _ => Err(Malformed { byte }),
        }
    }

    /// A header's end: so much follows, or it is a null; whether the value ends here.
    fn announced(&mut self, of: Header, count: Option<u64>) -> bool {
        self.state = State::Type;
        let Some(count) = count else { return true };
        match of {
            Header::Bulk => {
                self.state = State::Skip { left: count + 2 };
                return false;
            }
            Header::Attribute => {
                self.missing = self.missing.saturating_add(2 * count);
                return false;
            }
            Header::Aggregate => self.missing = self.missing.saturating_add(count),
            Header::Map => self.missing = self.missing.saturating_add(2 * count),
        }
        true
    }

    /// A value is over; whether the reply is.
    fn end_value(&mut self) -> bool {
        self.state = State::Type;
        self.keep = false;
        self.missing -= 1;
        self.missing == 0
    }

    fn keep_text(&mut self, bytes: &[u8]) {
        if self.keep {
            let room = ERROR_TEXT_MAX - self.text.len();
            self.text.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The replies and error texts in `parts`, fed one after the other.
    fn count<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (usize, Vec<String>) {
        let mut counter = ReplyCounter::default();
        let mut errors = Vec::new();
        let mut replies = 0;
        for part in parts {
            let on_error = |text: &[u8]| errors.push(String::from_utf8_lossy(text).into_owned());
            replies += counter.feed(part, on_error).expect("well-formed");
        }
        (replies, errors)
    }

    #[test]
    fn every_type_is_one_reply() {
        for reply in [
            "+OK\r\n",
            ":1\r\n",
            "$3\r\na\r\n\r\n",
            "$0\r\n\r\n",
            "$-1\r\n",
            "*-1\r\n",
            "*0\r\n",
            "_\r\n",
            ",1.5\r\n",
            "#t\r\n",
            "(123\r\n",
            "=5\r\ntxt:a\r\n",
            "%1\r\n+k\r\n*1\r\n:1\r\n",
            "~2\r\n:1\r\n$1\r\na\r\n",
            "*2\r\n*1\r\n*1\r\n$1\r\na\r\n*0\r\n",
            "|1\r\n+k\r\n*1\r\n:1\r\n+OK\r\n",
            "*1\r\n|1\r\n+k\r\n:1\r\n+OK\r\n",
            "*2\r\n-ERR inside\r\n-ERR inside\r\n",
            "%0\r\n",
        ] {
            assert_eq!(count([reply.as_bytes()]), (1, vec![]), "{reply:?}");
        }
    }

    #[test]
    fn errors_are_told_and_pushes_are_not_replies() {
        let stream = b"-ERR no\r\n>2\r\n+message\r\n*1\r\n-x\r\n!5\r\nERR b\r\n|1\r\n+k\r\n*0\r\n-ERR c\r\n+OK\r\n";
        let texts = ["ERR no", "ERR b", "ERR c"].map(str::to_owned).to_vec();
        assert_eq!(count([stream.as_slice()]), (4, texts));
    }

    #[test]
    fn a_long_error_is_cut() {
        let stream = format!("-{}\r\n-b\r\n", "a".repeat(1000));
        let (replies, errors) = count([stream.as_bytes()]);
        assert_eq!((replies, errors[0].len(), &*errors[1]), (2, ERROR_TEXT_MAX, "b"));
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for (stream, byte) in
            [("x", b'x'), ("$1x", b'x'), ("$?\r\n", b'?'), ("*99999999999999\r\n", b'9')]
        {
            let fed = ReplyCounter::default().feed(stream.as_bytes(), |_| {});
            assert_eq!(fed, Err(Malformed { byte }), "{stream:?}");
        }
    }

    /// One reply, and whether it counts.
    fn reply() -> impl Strategy<Value = Vec<u8>> {
        let bulk = |sign: u8| {
            prop::collection::vec(any::<u8>(), 0..300).prop_map(move |bytes| {
                let mut text = format!("{}{}\r\n", char::from(sign), bytes.len()).into_bytes();
                text.extend(bytes);
                text.extend(b"\r\n");
                text
            })
        };
        let line = "[+:,#(][ -~]{0,40}".prop_map(|text| format!("{text}\r\n").into_bytes());
        let null =
            prop::sample::select(vec![b"$-1\r\n".to_vec(), b"*-1\r\n".to_vec(), b"_\r\n".to_vec()]);
        let leaf = prop_oneof![line, null, bulk(b'$'), bulk(b'=')];
        leaf.prop_recursive(4, 64, 8, |inner| {
            (prop::sample::select(b"*~%".to_vec()), prop::collection::vec(inner, 0..8)).prop_map(
                |(sign, mut parts)| {
                    let pairs = parts.len() / 2;
                    let count = if sign == b'%' { pairs } else { parts.len() };
                    if sign == b'%' {
                        parts.truncate(2 * pairs);
                    }
                    let mut text = format!("{}{count}\r\n", char::from(sign)).into_bytes();
                    text.extend(parts.concat());
                    text
                },
            )
        })
    }

    proptest! {
        #[test]
        fn the_count_does_not_depend_on_the_split(
            replies in prop::collection::vec(
                prop_oneof![
                    4 => reply().prop_map(|bytes| (bytes, 1, None)),
                    1 => "[A-Z]{1,9} [a-z]{1,20}".prop_map(|text| (format!("-{text}\r\n").into_bytes(), 1, Some(text))),
                    1 => reply().prop_map(|bytes| ([b">1\r\n".to_vec(), bytes].concat(), 0, None)),
                ],
                0..30,
            ),
            sizes in prop::collection::vec(1_usize..400, 1..20),
        ) {
            let stream: Vec<u8> = replies.iter().flat_map(|(bytes, ..)| bytes.clone()).collect();
            let expected: usize = replies.iter().map(|(_, count, _)| count).sum();
            let texts: Vec<String> = replies.iter().filter_map(|(.., text)| text.clone()).collect();
            let mut parts = Vec::new();
            let mut rest = stream.as_slice();
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (part, after) = rest.split_at((*size).min(rest.len()));
                parts.push(part);
                rest = after;
            }
            prop_assert_eq!(count(parts), (expected, texts.clone()));
            prop_assert_eq!(count(stream.chunks(1)), (expected, texts));
        }
    }
}
