//! Requests: an incremental parser over a client's input buffer that copies nothing.
//!
//! A request is `*N` and N bulk strings, or an inline line of words. The parser yields the arguments as ranges of the
//! buffer. When the buffer ends within a request it remembers how far it came, so that a 512 MB value that arrives in
//! ten thousand reads is looked at once. Inline words may hold escapes and are the one thing that is copied.
//!
//! Left out: what the arguments mean.

use crate::limits;
use crate::util::{number, quote};
use std::ops::Index;

/// Where an argument lies in its buffer: offset and length in bytes.
pub type Span = (u32, u32);

/// A command's arguments, the name included at 0, borrowed from the buffer they arrived in.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a> {
    buffer: &'a [u8],
    spans: &'a [Span],
}

/// What the operator and the client's state allow.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits {
    /// proto-max-bulk-len, bytes.
    pub bulk_max: i64,
    /// Before AUTH only short requests are read.
    pub authenticated: bool,
}

/// What the buffer holds next.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A whole request; its spans point into the input buffer.
    Command,
    /// A whole inline request; its spans point into these bytes.
    Inline(Vec<u8>),
    /// Nothing whole yet: more input is needed.
    Incomplete,
}

/// One client's place in its input.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    /// Bytes of the buffer that belong to requests already yielded.
    consumed: usize,
    partial: Option<Box<Partial>>,
}

/// A multibulk request of which the start has been read.
#[derive(Clone, Debug)]
struct Partial {
    spans: Vec<Span>,
    missing: usize,
    bulk: Option<usize>,
    at: usize,
}

impl<'a> Args<'a> {
    /// Arguments that lie in `buffer` at `spans`.
    pub fn new(buffer: &'a [u8], spans: &'a [Span]) -> Self {
        Args { buffer, spans }
    }

    /// How many, the command's name included.
    #[inline]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is not even a name.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The argument at `index`, borrowed from the buffer rather than from this view.
    #[inline]
    pub fn at(&self, index: usize) -> &'a [u8] {
        let (start, len) = self.spans[index];
        &self.buffer[start as usize..start as usize + len as usize]
    }

    /// The argument at `index` if there are that many.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        (index < self.spans.len()).then(|| self.at(index))
    }

    /// Bytes from the first argument's start to the last one's end, what lies between them included. O(1).
    #[inline]
    pub fn extent(&self) -> usize {
        match (self.spans.first(), self.spans.last()) {
            (Some(first), Some(last)) => (last.0 + last.1 - first.0) as usize,
            _ => 0,
        }
    }

    /// The arguments from `index` on.
    pub fn from(&self, index: usize) -> Args<'a> {
        Args { buffer: self.buffer, spans: &self.spans[index.min(self.spans.len())..] }
    }

    /// The arguments in `range`.
    pub fn slice(&self, range: std::ops::Range<usize>) -> Args<'a> {
        Args { buffer: self.buffer, spans: &self.spans[range] }
    }

    /// All of them in order.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + ExactSizeIterator + Clone + use<'a> {
        let buffer = self.buffer;
        self.spans
            .iter()
            .map(move |(start, len)| &buffer[*start as usize..(*start + *len) as usize])
    }
}

impl Index<usize> for Args<'_> {
    type Output = [u8];
    #[inline]
    fn index(&self, index: usize) -> &[u8] {
        self.at(index)
    }
}

impl Parser {
    /// Reads the next request of `buffer` into `spans` (cleared first).
    ///
    /// # Errors
    /// The text of the protocol error, after which the connection can only be closed.
    #[inline]
    pub fn next(
        &mut self,
        buffer: &[u8],
        spans: &mut Vec<Span>,
        limits: RequestLimits,
    ) -> Result<Parsed, Box<str>> {
        spans.clear();
        if self.partial.is_none() {
            if let Some(len) = whole_request(&buffer[self.consumed..], self.consumed, spans, limits)
            {
                self.consumed += len;
                return Ok(Parsed::Command);
            }
            spans.clear();
        }
        self.next_slowly(buffer, spans, limits)
    }

    /// Requests that are not whole yet, inline, long, or wrong.
    #[inline(never)]
    fn next_slowly(
        &mut self,
        buffer: &[u8],
        spans: &mut Vec<Span>,
        limits: RequestLimits,
    ) -> Result<Parsed, Box<str>> {
        if let Some(mut partial) = self.partial.take() {
            std::mem::swap(spans, &mut partial.spans);
            return self.bulks(buffer, spans, limits, *partial);
        }
        loop {
            match buffer.get(self.consumed) {
                None => return Ok(Parsed::Incomplete),
                Some(b'*') => {}
                Some(_) => match self.inline(buffer, spans)? {
                    Some(parsed) => return Ok(parsed),
                    None => continue,
                },
            }
            let (count, at) = match read_number(buffer, self.consumed + 1) {
                Number::Value(count, at) => (count, at),
                Number::Missing if buffer.len() - self.consumed > limits::INLINE_MAX => {
                    return Err("Protocol error: too big mbulk count string".into());
                }
                Number::Missing => return Ok(Parsed::Incomplete),
                Number::Malformed => return Err("Protocol error: invalid multibulk length".into()),
                Number::BadLineEnd => return Err(BAD_LINE_END.into()),
            };
            if count > limits::MULTIBULK_MAX {
                return Err("Protocol error: invalid multibulk length".into());
            }
            if count > limits::UNAUTHENTICATED_MULTIBULK_MAX && !limits.authenticated {
                return Err("Protocol error: unauthenticated multibulk length".into());
            }
            if count <= 0 {
                self.consumed = at;
                continue;
            }
            let missing = count as usize;
            spans.reserve(missing.min(limits::ARGV_RESERVE));
            let partial = Partial { spans: Vec::new(), missing, bulk: None, at };
            return self.bulks(buffer, spans, limits, partial);
        }
    }

    /// Bytes at the start of the buffer that are done with; the caller drops them and the count restarts.
    pub fn take_consumed(&mut self) -> usize {
        let consumed = std::mem::take(&mut self.consumed);
        if let Some(partial) = &mut self.partial {
            partial.at -= consumed;
            for span in &mut partial.spans {
                span.0 -= consumed as u32;
            }
        }
        consumed
    }

    /// How many bytes the requests yielded so far have taken since [`Parser::take_consumed`].
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// Goes back to `consumed` as it was before the last request, which will be read again.
    pub fn rewind(&mut self, consumed: usize) {
        debug_assert!(
            self.partial.is_none() && consumed <= self.consumed,
            "only whole requests are read again"
        );
        self.consumed = consumed;
    }

    /// Bytes the buffer will need in all for the bulk string now arriving, if one is: worth reserving at once.
    pub fn wanted(&self) -> Option<usize> {
        let partial = self.partial.as_ref()?;
        Some(partial.at + partial.bulk? + 2)
    }

    #[inline]
    fn bulks(
        &mut self,
        buffer: &[u8],
        spans: &mut Vec<Span>,
        limits: RequestLimits,
        mut partial: Partial,
    ) -> Result<Parsed, Box<str>> {
        while partial.missing > 0 {
            let length = match partial.bulk.take() {
                Some(length) => length,
                None => match bulk_header(buffer, partial.at, limits)? {
                    Some((length, at)) => {
                        partial.at = at;
                        length
                    }
                    None => return Ok(self.suspend(spans, partial)),
                },
            };
            if buffer.len() < partial.at + length + 2 {
                partial.bulk = Some(length);
                return Ok(self.suspend(spans, partial));
            }
            if buffer[partial.at + length..partial.at + length + 2] != *b"\r\n" {
                return Err(BAD_LINE_END.into());
            }
            spans.push((partial.at as u32, length as u32));
            partial.at += length + 2;
            partial.missing -= 1;
        }
        self.consumed = partial.at;
        Ok(Parsed::Command)
    }

    /// Remembers a half-read request.
    #[cold]
    fn suspend(&mut self, spans: &mut Vec<Span>, mut partial: Partial) -> Parsed {
        partial.spans.extend_from_slice(spans);
        spans.clear();
        self.partial = Some(Box::new(partial));
        Parsed::Incomplete
    }

    /// One line of words; `None` for a blank one, which is passed over.
    #[cold]
    fn inline(&mut self, buffer: &[u8], spans: &mut Vec<Span>) -> Result<Option<Parsed>, Box<str>> {
        let rest = &buffer[self.consumed..];
        let Some(end) = memchr::memchr(b'\n', rest) else {
            if rest.len() > limits::INLINE_MAX {
                return Err("Protocol error: too big inline request".into());
            }
            return Ok(Some(Parsed::Incomplete));
        };
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let Some(words) = quote::split_words(line) else {
            return Err("Protocol error: unbalanced quotes in request".into());
        };
        self.consumed += end + 1;
        if words.is_empty() {
            return Ok(None);
        }
        let mut text = Vec::with_capacity(line.len());
        for word in words {
            spans.push((text.len() as u32, word.len() as u32));
            text.extend_from_slice(&word);
        }
        Ok(Some(Parsed::Inline(text)))
    }
}

const BAD_LINE_END: &str = "Protocol error: invalid CRLF in request";

/// The usual request in one go: up to nine arguments of at most 999 bytes, all of it there. Its length if it is of that
/// kind; everything else, right or wrong, is [`Parser::next_slowly`]'s to judge. `at`: the input's place in its buffer.
#[inline]
fn whole_request(
    input: &[u8],
    at: usize,
    spans: &mut Vec<Span>,
    limits: RequestLimits,
) -> Option<usize> {
    let [b'*', count @ b'1'..=b'9', b'\r', b'\n', rest @ ..] = input else { return None };
    let mut rest = rest;
    for _ in b'0'..*count {
        let (len, after) = match rest {
            [b'$', a @ b'0'..=b'9', b'\r', b'\n', after @ ..] => (digit(*a), after),
            [b'$', a @ b'1'..=b'9', b @ b'0'..=b'9', b'\r', b'\n', after @ ..] => {
                (digit(*a) * 10 + digit(*b), after)
            }
            [b'$', a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'\r', b'\n', after @ ..] => {
                (digit(*a) * 100 + digit(*b) * 10 + digit(*c), after)
            }
            _ => return None,
        };
        spans.push(((at + input.len() - after.len()) as u32, len));
        let [b'\r', b'\n', next @ ..] = after.get(len as usize..)? else { return None };
        rest = next;
    }
    // What these two forbid is rare enough to be found out the long way.
    (limits.authenticated && limits.bulk_max > 999).then(|| input.len() - rest.len())
}

#[inline]
fn digit(byte: u8) -> u32 {
    u32::from(byte - b'0')
}

enum Number {
    Value(i64, usize),
    Missing,
    Malformed,
    BadLineEnd,
}

/// A number and its line end from `at` on, with where the next line starts.
#[inline]
fn read_number(buffer: &[u8], at: usize) -> Number {
    // Lengths of one or two digits are nearly all there are.
    match buffer.get(at..at + 4) {
        Some(&[a @ b'0'..=b'9', b'\r', b'\n', _]) => {
            return Number::Value(i64::from(a - b'0'), at + 3);
        }
        Some(&[a @ b'1'..=b'9', b @ b'0'..=b'9', b'\r', b'\n']) => {
            return Number::Value(i64::from(a - b'0') * 10 + i64::from(b - b'0'), at + 4);
        }
        _ => {}
    }
    let rest = &buffer[at.min(buffer.len())..];
    let window = &rest[..rest.len().min(limits::INLINE_MAX + 1)];
    match memchr::memchr(b'\r', window) {
        Some(end) if end + 1 < rest.len() && rest[end + 1] != b'\n' => Number::BadLineEnd,
        // The line feed must have arrived too.
        Some(end) if end + 1 < rest.len() => match number::parse_i64(&rest[..end]) {
            Some(value) => Number::Value(value, at + end + 2),
            None => Number::Malformed,
        },
        _ => Number::Missing,
    }
}

#[inline]
fn bulk_header(
    buffer: &[u8],
    at: usize,
    limits: RequestLimits,
) -> Result<Option<(usize, usize)>, Box<str>> {
    match buffer.get(at) {
        Some(b'$') => {}
        // The line's end is awaited before its first byte is judged.
        Some(other)
            if memchr::memchr(b'\r', &buffer[at..])
                .is_some_and(|end| at + end + 1 < buffer.len()) =>
        {
            return Err(
                format!("Protocol error: expected '$', got '{}'", char::from(*other)).into()
            );
        }
        Some(_) if buffer.len() - at > limits::INLINE_MAX => {
            return Err("Protocol error: too big bulk count string".into());
        }
        _ => return Ok(None),
    }
    match read_number(buffer, at + 1) {
        Number::Value(length, _) if !(0..=limits.bulk_max).contains(&length) => {
            Err("Protocol error: invalid bulk length".into())
        }
        Number::Value(length, _)
            if length > limits::UNAUTHENTICATED_BULK_MAX && !limits.authenticated =>
        {
            Err("Protocol error: unauthenticated bulk length".into())
        }
        Number::Value(length, at) => Ok(Some((length as usize, at))),
        Number::Malformed => Err("Protocol error: invalid bulk length".into()),
        Number::BadLineEnd => Err(BAD_LINE_END.into()),
        Number::Missing if buffer.len() - at > limits::INLINE_MAX => {
            Err("Protocol error: too big bulk count string".into())
        }
        Number::Missing => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RequestLimits = RequestLimits { bulk_max: limits::BULK_MAX, authenticated: true };

    /// Feeds `input` in pieces of `size`, collecting requests the way a session does.
    fn parse(input: &[u8], size: usize) -> (Vec<Vec<Vec<u8>>>, Option<Box<str>>) {
        let (mut parser, mut buffer, mut spans, mut all) =
            (Parser::default(), Vec::new(), Vec::new(), Vec::new());
        for piece in input.chunks(size) {
            buffer.extend_from_slice(piece);
            loop {
                match parser.next(&buffer, &mut spans, LIMITS) {
                    Ok(Parsed::Command) => {
                        all.push(Args::new(&buffer, &spans).iter().map(<[u8]>::to_vec).collect());
                    }
                    Ok(Parsed::Inline(text)) => {
                        all.push(Args::new(&text, &spans).iter().map(<[u8]>::to_vec).collect());
                    }
                    Ok(Parsed::Incomplete) => break,
                    Err(error) => return (all, Some(error)),
                }
            }
            let consumed = parser.take_consumed();
            buffer.drain(..consumed);
        }
        (all, None)
    }

    #[test]
    fn any_split_yields_the_same_requests() {
        let long = "x".repeat(300);
        let input = format!(
            "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n\r\nPING  \"a b\"\r\n*0\r\n*-1\r\n*1\r\n$300\r\n{long}\r\nset a 'b'\n*1\r\n$0\r\n\r\n"
        );
        let (whole, error) = parse(input.as_bytes(), input.len());
        assert_eq!(error, None);
        assert_eq!(whole.len(), 5);
        assert_eq!(whole[1], [b"PING".to_vec(), b"a b".to_vec()]);
        for size in 1..40 {
            assert_eq!(parse(input.as_bytes(), size).0, whole, "pieces of {size}");
        }
    }

    #[test]
    fn errors_are_the_protocol_s() {
        for (input, text) in [
            ("*x\r\n", "Protocol error: invalid multibulk length"),
            ("*3000000000\r\n", "Protocol error: invalid multibulk length"),
            ("*1\r\n+PING\r\n", "Protocol error: expected '$', got '+'"),
            ("*1\r\n$-1\r\n", "Protocol error: invalid bulk length"),
            ("*1\r\n$600000000\r\n", "Protocol error: invalid bulk length"),
            ("set \"a\r\n", "Protocol error: unbalanced quotes in request"),
            ("*1\rx$4\r\nPING\r\n", "Protocol error: invalid CRLF in request"),
            ("*1\r\n$4\rxPING\r\n", "Protocol error: invalid CRLF in request"),
            ("*1\r\n$4\r\nPINGxx", "Protocol error: invalid CRLF in request"),
        ] {
            assert_eq!(parse(input.as_bytes(), 1).1.as_deref(), Some(text), "{input:?}");
        }
        let digits = "*".to_owned() + &"1".repeat(limits::INLINE_MAX + 10);
        assert!(parse(digits.as_bytes(), 1 << 20).1.is_some());
        let line = "a".repeat(limits::INLINE_MAX + 10);
        assert_eq!(
            parse(line.as_bytes(), 1 << 20).1.as_deref(),
            Some("Protocol error: too big inline request")
        );
    }
}
