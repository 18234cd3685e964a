//! Replies: the one writer that knows RESP2 from RESP3. Handlers say what they mean (a map, a null, a double); how it
//! looks on the wire is decided here by the client's protocol.

use crate::error::Error;
use crate::util::number;

/// Appends one client's replies to its output buffer.
#[derive(Debug)]
pub struct Reply<'a> {
    buffer: &'a mut Vec<u8>,
    resp3: bool,
}

/// The place of an aggregate whose length is not known yet; see [`Reply::array_later`].
#[derive(Debug)]
#[must_use = "the header is written when the aggregate is closed"]
pub struct Later(usize);

/// An aggregate whose length was guessed; see [`Reply::array_about`].
#[derive(Debug)]
#[must_use = "the header is corrected when the aggregate is closed"]
pub struct About {
    at: usize,
    kind: u8,
    len: usize,
}

impl<'a> Reply<'a> {
    /// A writer at the end of `buffer`.
    pub fn new(buffer: &'a mut Vec<u8>, resp3: bool) -> Self {
        Reply { buffer, resp3 }
    }

    /// `+text`. Must not hold line breaks.
    #[inline]
    pub fn simple(&mut self, text: &str) {
        self.buffer.push(b'+');
        self.buffer.extend_from_slice(text.as_bytes());
        self.buffer.extend_from_slice(b"\r\n");
    }

    /// `+OK`
    #[inline]
    pub fn ok(&mut self) {
        self.buffer.extend_from_slice(b"+OK\r\n");
    }

    /// `-text`; line breaks in it become blanks.
    pub fn error(&mut self, error: &Error) {
        self.buffer.push(b'-');
        self.buffer.extend(
            error.text().iter().map(|b| if matches!(b, b'\r' | b'\n') { b' ' } else { *b }),
        );
        self.buffer.extend_from_slice(b"\r\n");
    }

    /// `:value`
    #[inline]
    pub fn integer(&mut self, value: i64) {
        self.header(b':', value);
    }

    /// A count or length as an integer.
    #[inline]
    pub fn count(&mut self, value: usize) {
        self.integer(value as i64);
    }

    /// A yes or no that both protocols show as the integers 1 and 0.
    #[inline]
    pub fn flag(&mut self, value: bool) {
        self.buffer.extend_from_slice(if value { b":1\r\n" } else { b":0\r\n" });
    }

    /// A bulk string.
    #[inline]
    pub fn bulk(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len() as i64);
        self.buffer.extend_from_slice(bytes);
        self.buffer.extend_from_slice(b"\r\n");
    }

    /// A bulk string that is there in two pieces.
    pub fn bulk_joined(&mut self, (begin, end): (&[u8], &[u8])) {
        self.header(b'$', (begin.len() + end.len()) as i64);
        self.buffer.extend_from_slice(begin);
        self.buffer.extend_from_slice(end);
        self.buffer.extend_from_slice(b"\r\n");
    }

    /// The decimal text of `value` as a bulk string.
    pub fn bulk_integer(&mut self, value: i64) {
        self.bulk(itoa::Buffer::new().format(value).as_bytes());
    }

    /// As [`Reply::bulk_integer`] for the full unsigned range: cursors.
    pub fn bulk_unsigned(&mut self, value: u64) {
        self.bulk(itoa::Buffer::new().format(value).as_bytes());
    }

    /// A bulk string as text to be shown unquoted: RESP3 verbatim `txt`.
    pub fn verbatim(&mut self, text: &[u8]) {
        if self.resp3 {
            self.header(b'=', text.len() as i64 + 4);
            self.buffer.extend_from_slice(b"txt:");
            self.buffer.extend_from_slice(text);
            self.buffer.extend_from_slice(b"\r\n");
        } else {
            self.bulk(text);
        }
    }

    /// The absent value where a single value could stand.
    #[inline]
    pub fn null(&mut self) {
        self.buffer.extend_from_slice(if self.resp3 { b"_\r\n" } else { b"$-1\r\n" });
    }

    /// The absent value where an array could stand.
    pub fn null_array(&mut self) {
        self.buffer.extend_from_slice(if self.resp3 { b"_\r\n" } else { b"*-1\r\n" });
    }

    /// A floating point number: RESP3 double, RESP2 bulk string.
    pub fn double(&mut self, value: f64) {
        let start = self.buffer.len();
        if self.resp3 {
            self.buffer.push(b',');
            number::write_f64(self.buffer, value);
        } else {
            // The length goes in front of the digits once they are there.
            number::write_f64(self.buffer, value);
            let digits = self.buffer.len() - start;
            self.header(b'$', digits as i64);
            self.buffer[start..].rotate_left(digits);
        }
        self.buffer.extend_from_slice(b"\r\n");
    }

    /// A floating point number of any precision as its text: RESP3 double, RESP2 bulk string.
    pub fn double_text(&mut self, text: &[u8]) {
        if self.resp3 {
            self.buffer.push(b',');
            self.buffer.extend_from_slice(text);
            self.buffer.extend_from_slice(b"\r\n");
        } else {
            self.bulk(text);
        }
    }

    /// An integer of any size, in decimal: RESP3 big number, RESP2 bulk string.
    pub fn big_number(&mut self, digits: &str) {
        if self.resp3 {
            self.buffer.push(b'(');
            self.buffer.extend_from_slice(digits.as_bytes());
            self.buffer.extend_from_slice(b"\r\n");
        } else {
            self.bulk(digits.as_bytes());
        }
    }

    /// `pairs` of attributes of the reply behind them follow. RESP3 only: ask [`Reply::is_resp3`] first.
    pub fn attribute(&mut self, pairs: usize) {
        self.header(b'|', pairs as i64);
    }

    /// A truth value: RESP3 boolean, RESP2 integer.
    pub fn boolean(&mut self, value: bool) {
        if self.resp3 {
            self.buffer.extend_from_slice(if value { b"#t\r\n" } else { b"#f\r\n" });
        } else {
            self.flag(value);
        }
    }

    /// `len` elements follow.
    #[inline]
    pub fn array(&mut self, len: usize) {
        self.header(b'*', len as i64);
    }

    /// `pairs` keys with their values follow: RESP3 map, RESP2 flat array.
    pub fn map(&mut self, pairs: usize) {
        if self.resp3 { self.header(b'%', pairs as i64) } else { self.array(pairs * 2) }
    }

    /// `len` distinct elements follow: RESP3 set, RESP2 array.
    pub fn set(&mut self, len: usize) {
        if self.resp3 { self.header(b'~', len as i64) } else { self.array(len) }
    }

    /// An out-of-band message of `len` elements follows: RESP3 push, RESP2 array.
    pub fn push(&mut self, len: usize) {
        if self.resp3 { self.header(b'>', len as i64) } else { self.array(len) }
    }

    /// Starts an array whose length [`Reply::close_array`] tells.
    pub fn array_later(&mut self) -> Later {
        Later(self.buffer.len())
    }

    /// Writes the header of an array begun with [`Reply::array_later`]; moves its elements, so O(bytes).
    pub fn close_array(&mut self, later: Later, len: usize) {
        self.close(later, b'*', len);
    }

    /// As [`Reply::close_array`] for a map of `pairs`.
    pub fn close_map(&mut self, later: Later, pairs: usize) {
        if self.resp3 { self.close(later, b'%', pairs) } else { self.close(later, b'*', pairs * 2) }
    }

    /// As [`Reply::close_array`] for a set.
    pub fn close_set(&mut self, later: Later, len: usize) {
        self.close(later, if self.resp3 { b'~' } else { b'*' }, len);
    }

    /// Starts an array that probably has `len` elements; [`Reply::close_about`] tells. A right guess costs nothing.
    pub fn array_about(&mut self, len: usize) -> About {
        self.about(b'*', len)
    }

    /// As [`Reply::array_about`] for a map of `pairs` in RESP3, and in RESP2 an array of as many pairs.
    pub fn pairs_about(&mut self, pairs: usize) -> About {
        self.about(if self.resp3 { b'%' } else { b'*' }, pairs)
    }

    /// Corrects the header of an aggregate whose length was guessed. O(1) for a right guess, otherwise O(bytes).
    pub fn close_about(&mut self, About { at, kind, len: guess }: About, len: usize) {
        if guess != len {
            // The header ends with the first line break.
            let header = self.buffer[at..].iter().position(|byte| *byte == b'\n').unwrap_or(0);
            let body = self.buffer.split_off(at + header + 1);
            self.buffer.truncate(at);
            self.header(kind, len as i64);
            self.buffer.extend_from_slice(&body);
        }
    }

    /// Bytes that are a whole reply already.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether the client speaks RESP3, for the few replies that differ in content.
    pub fn is_resp3(&self) -> bool {
        self.resp3
    }

    /// Bytes in the buffer: a mark to [`Reply::rewind`] to.
    #[inline]
    pub fn mark(&self) -> usize {
        self.buffer.len()
    }

    /// Takes back what was written since `mark`.
    pub fn rewind(&mut self, mark: usize) {
        self.buffer.truncate(mark);
    }

    /// What has been written since `mark`.
    pub fn since(&self, mark: usize) -> &[u8] {
        &self.buffer[mark..]
    }

    /// From now on the client speaks RESP3, or RESP2 (HELLO, RESET).
    pub fn set_protocol(&mut self, resp3: bool) {
        self.resp3 = resp3;
    }

    #[inline]
    fn header(&mut self, kind: u8, value: i64) {
        if (0..10).contains(&value) {
            self.buffer.extend_from_slice(&[kind, b'0' + value as u8, b'\r', b'\n']);
        } else {
            self.buffer.push(kind);
            number::write_i64(self.buffer, value);
            self.buffer.extend_from_slice(b"\r\n");
        }
    }

    fn about(&mut self, kind: u8, len: usize) -> About {
        let at = self.buffer.len();
        self.header(kind, len as i64);
        About { at, kind, len }
    }

    fn close(&mut self, Later(at): Later, kind: u8, len: usize) {
        let end = self.buffer.len();
        self.header(kind, len as i64);
        let header = self.buffer.len() - end;
        self.buffer[at..].rotate_right(header);
    }
}
