//! What a packed entry reads as: an integer or bytes, both standing for a byte string.
//!
//! An integer is only how a canonical decimal text is stored; callers see text. [`Needle`] is a byte string prepared
//! once so that comparing it with many entries parses nothing again.

use core::cmp::Ordering;

use crate::ds::decimal;

/// One entry, borrowed from its listpack.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// A byte string that is the canonical decimal text of this integer.
    Int(i64),
    /// Any other byte string.
    Bytes(&'a [u8]),
    /// One that begins as others do: the first `stem` bytes of the span and its last `rest` bytes; see [`Item::pieces`].
    Joined {
        /// The stem, whatever is between, and the rest.
        span: &'a [u8],
        /// Bytes of the stem.
        stem: u8,
        /// Bytes of what comes after it.
        rest: u8,
    },
}

/// Room for the text of an item that is not there in one piece; see [`Item::text`].
#[derive(Clone, Default)]
pub struct TextBuf {
    int: itoa::Buffer,
    joined: Vec<u8>,
}

/// A byte string to look for.
#[derive(Clone, Copy, Debug)]
pub struct Needle<'a> {
    bytes: &'a [u8],
    int: Option<i64>,
}

impl<'a> Item<'a> {
    /// The item that storing `bytes` would read back as.
    pub fn of(bytes: &'a [u8]) -> Self {
        decimal::parse(bytes).map_or(Item::Bytes(bytes), Item::Int)
    }

    /// The text; `buf` is used only when it is not there in one piece.
    #[inline]
    pub fn text<'b>(&self, buf: &'b mut TextBuf) -> &'b [u8]
    where
        'a: 'b,
    {
        match *self {
            Item::Int(value) => buf.int.format(value).as_bytes(),
            Item::Bytes(bytes) => bytes,
            Item::Joined { .. } => {
                buf.joined.clear();
                self.write_to(&mut buf.joined);
                &buf.joined
            }
        }
    }

    /// Appends the text to `out`.
    #[inline]
    pub fn write_to(&self, out: &mut Vec<u8>) {
        match *self {
            Item::Int(value) => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
            Item::Bytes(bytes) => out.extend_from_slice(bytes),
            Item::Joined { .. } => {
                let (stem, rest) = self.pieces();
                out.extend_from_slice(stem);
                out.extend_from_slice(rest);
            }
        }
    }

    /// The two pieces of a joined item. (Bytes are their own first piece, integers have none.)
    #[inline]
    pub fn pieces(&self) -> (&'a [u8], &'a [u8]) {
        match *self {
            Item::Int(_) => (&[], &[]),
            Item::Bytes(bytes) => (bytes, &[]),
            Item::Joined { span, stem, rest } => {
                (&span[..usize::from(stem)], &span[span.len() - usize::from(rest)..])
            }
        }
    }

    /// The text, owned.
    pub fn to_vec(self) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.len());
        self.write_to(&mut text);
        text
    }

    /// Length of the text in bytes. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        match *self {
            Item::Int(value) => decimal::text_len(value),
            Item::Bytes(bytes) => bytes.len(),
            Item::Joined { stem, rest, .. } => usize::from(stem) + usize::from(rest),
        }
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The integer whose canonical text this is.
    #[inline]
    pub fn as_int(&self) -> Option<i64> {
        match *self {
            Item::Int(value) => Some(value),
            Item::Bytes(bytes) => decimal::parse(bytes),
            // Numbers are never taken apart.
            Item::Joined { .. } => None,
        }
    }

    /// Whether the text equals `other`; [`Needle::matches`] is faster for many items.
    #[inline]
    pub fn eq_bytes(&self, other: &[u8]) -> bool {
        match *self {
            Item::Int(value) => decimal::parse(other) == Some(value),
            Item::Bytes(bytes) => bytes == other,
            Item::Joined { .. } => {
                let (stem, rest) = self.pieces();
                other.strip_prefix(stem) == Some(rest)
            }
        }
    }

    /// How the text compares with `other`, byte by byte.
    pub fn cmp_bytes(&self, other: &[u8]) -> Ordering {
        if let Item::Int(value) = *self {
            return itoa::Buffer::new().format(value).as_bytes().cmp(other);
        }
        let (stem, rest) = self.pieces();
        match other.split_at_checked(stem.len()) {
            Some((begin, end)) => stem.cmp(begin).then_with(|| rest.cmp(end)),
            None => stem.cmp(other),
        }
    }
}

/// Whether both stand for the same text. (A foreign writer may have kept a number as bytes; that is another item.)
impl PartialEq for Item<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Item::Int(a), Item::Int(b)) => a == b,
            (Item::Int(_), _) | (_, Item::Int(_)) => false,
            (Item::Bytes(bytes), item) | (item, Item::Bytes(bytes)) => item.eq_bytes(bytes),
            _ => self.len() == other.len() && self.to_vec() == other.to_vec(),
        }
    }
}

impl Eq for Item<'_> {}

impl<'a> Needle<'a> {
    /// Prepares `bytes`. O(1): at most [`decimal::TEXT_MAX`] bytes are looked at.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Needle { bytes, int: decimal::parse(bytes) }
    }

    /// Whether `item` is this byte string.
    #[inline]
    pub fn matches(&self, item: Item<'_>) -> bool {
        match item {
            Item::Int(value) => self.int == Some(value),
            // Foreign writers may have kept a number as bytes, so bytes are always compared as bytes.
            item => item.eq_bytes(self.bytes),
        }
    }
}

impl core::fmt::Debug for TextBuf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("TextBuf")
    }
}
