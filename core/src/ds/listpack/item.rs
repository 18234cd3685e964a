//! What a packed entry reads as: an integer or bytes, both standing for a byte string.
//!
//! An integer is only how a canonical decimal text is stored; callers see text. [`Needle`] is a byte string prepared
//! once so that comparing it with many entries parses nothing again.

use crate::ds::decimal;

/// One entry, borrowed from its listpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A byte string that is the canonical decimal text of this integer.
    Int(i64),
    /// Any other byte string.
    Bytes(&'a [u8]),
}

/// Room for the text of one integer; see [`Item::text`].
#[derive(Clone, Default)]
pub struct IntBuf(itoa::Buffer);

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

    /// The text; `buf` is used only when the item is an integer.
    #[inline]
    pub fn text<'b>(&self, buf: &'b mut IntBuf) -> &'b [u8]
    where
        'a: 'b,
    {
        match *self {
            Item::Int(value) => buf.0.format(value).as_bytes(),
            Item::Bytes(bytes) => bytes,
        }
    }

    /// Appends the text to `out`.
    #[inline]
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.text(&mut IntBuf::default()));
    }

    /// The text, owned.
    pub fn to_vec(self) -> Vec<u8> {
        self.text(&mut IntBuf::default()).to_vec()
    }

    /// Length of the text in bytes. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        match *self {
            Item::Int(value) => decimal::text_len(value),
            Item::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        matches!(self, Item::Bytes([]))
    }

    /// The integer whose canonical text this is.
    #[inline]
    pub fn as_int(&self) -> Option<i64> {
        match *self {
            Item::Int(value) => Some(value),
            Item::Bytes(bytes) => decimal::parse(bytes),
        }
    }

    /// Whether the text equals `other`; [`Needle::matches`] is faster for many items.
    #[inline]
    pub fn eq_bytes(&self, other: &[u8]) -> bool {
        match *self {
            Item::Int(value) => decimal::parse(other) == Some(value),
            Item::Bytes(bytes) => bytes == other,
        }
    }
}

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
            Item::Bytes(bytes) => bytes == self.bytes,
        }
    }
}

impl core::fmt::Debug for IntBuf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("IntBuf")
    }
}
