//! Entry IDs: a time in milliseconds and a sequence number, written `ms-seq`.

/// Room for the longest text of an ID: two numbers of 20 digits and a hyphen.
const TEXT_MAX: usize = 41;
/// Longest text that is read as an ID, bytes: what real servers copy before they look at it.
const READ_MAX: usize = 127;

/// An entry's ID. IDs in a stream only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamId {
    /// Milliseconds since the epoch.
    pub ms: u64,
    /// Number within the millisecond.
    pub seq: u64,
}

/// An ID's text; see [`StreamId::text`].
#[derive(Clone, Copy, Debug)]
pub struct IdText {
    bytes: [u8; TEXT_MAX],
    len: u8,
}

impl StreamId {
    /// `0-0`, which no entry has.
    pub const MIN: StreamId = StreamId { ms: 0, seq: 0 };
    /// The last possible one.
    pub const MAX: StreamId = StreamId { ms: u64::MAX, seq: u64::MAX };

    /// An ID of two numbers.
    pub const fn new(ms: u64, seq: u64) -> Self {
        StreamId { ms, seq }
    }

    /// `ms-seq`, or `ms` alone with `seq` for what is missing. As lenient as real servers: blanks and a plus sign in front
    /// of a number and leading zeros do not matter.
    pub fn parse(text: &[u8], seq: u64) -> Option<StreamId> {
        if text.len() > READ_MAX {
            return None;
        }
        match text.iter().position(|byte| *byte == b'-') {
            None => Some(StreamId { ms: lenient(text)?, seq }),
            Some(at) => {
                Some(StreamId { ms: lenient(&text[..at])?, seq: lenient(&text[at + 1..])? })
            }
        }
    }

    /// The milliseconds of `ms-*`.
    pub fn parse_open(text: &[u8]) -> Option<u64> {
        lenient(text.strip_suffix(b"-*").filter(|ms| ms.len() <= READ_MAX)?)
    }

    /// The ID after this one.
    pub fn next(self) -> Option<StreamId> {
        match self.seq.checked_add(1) {
            Some(seq) => Some(StreamId { seq, ..self }),
            None => Some(StreamId { ms: self.ms.checked_add(1)?, seq: 0 }),
        }
    }

    /// The ID before this one.
    pub fn previous(self) -> Option<StreamId> {
        match self.seq.checked_sub(1) {
            Some(seq) => Some(StreamId { seq, ..self }),
            None => Some(StreamId { ms: self.ms.checked_sub(1)?, seq: u64::MAX }),
        }
    }

    /// `ms-seq`
    pub fn text(self) -> IdText {
        let mut text = IdText { bytes: [0; TEXT_MAX], len: 0 };
        let mut digits = itoa::Buffer::new();
        text.push(digits.format(self.ms).as_bytes());
        text.push(b"-");
        text.push(digits.format(self.seq).as_bytes());
        text
    }
}

impl IdText {
    /// The text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    fn push(&mut self, part: &[u8]) {
        let from = usize::from(self.len);
        self.bytes[from..from + part.len()].copy_from_slice(part);
        self.len += part.len() as u8;
    }
}

fn lenient(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_real_servers_do() {
        let id = |text: &str| StreamId::parse(text.as_bytes(), 7).map(|id| (id.ms, id.seq));
        for (text, expected) in [
            ("5", Some((5, 7))),
            ("5-1", Some((5, 1))),
            ("05-01", Some((5, 1))),
            (" +5-+1", Some((5, 1))),
            ("18446744073709551615-18446744073709551615", Some((u64::MAX, u64::MAX))),
            ("18446744073709551616", None),
            ("", None),
            ("-", None),
            ("5-", None),
            ("-5", None),
            ("5--1", None),
            ("5-1 ", None),
            ("0x5", None),
        ] {
            assert_eq!(id(text), expected, "{text:?}");
        }
        assert_eq!(StreamId::parse(&[b'0'; READ_MAX + 1], 0), None);
        assert_eq!(StreamId::parse_open(b"12-*"), Some(12));
        assert_eq!(StreamId::parse_open(b"12*"), None);
    }

    #[test]
    fn neighbours_cross_milliseconds_and_end_at_the_ends() {
        let edge = StreamId::new(1, u64::MAX);
        assert_eq!(edge.next(), Some(StreamId::new(2, 0)));
        assert_eq!(StreamId::new(2, 0).previous(), Some(edge));
        assert_eq!((StreamId::MIN.previous(), StreamId::MAX.next()), (None, None));
        assert_eq!(StreamId::MAX.text().bytes(), b"18446744073709551615-18446744073709551615");
    }
}
