//! The bytes of one entry in a segment's heap: packed, unaligned, no pointer.
//!
//! ```text
//! flags u8 | key length u8 | value length u8 | META bytes | deadline u64 LE, if flagged | key | value
//! ```
//! A value that is spilled, and a key longer than [`KEY_INLINE_MAX`], are four bytes here: an index into the segment's
//! [`Spills`](super::spills::Spills). A record's first byte is never one that filler begins with.

use std::ops::Range;

/// Longest key kept in the record itself. Half of what a length byte can say, so that beside any key there is room
/// for a short value.
pub(super) const KEY_INLINE_MAX: usize = 128;
/// Bytes of an index into spills.
pub(super) const INDEX_LEN: usize = 4;

const HEADER_LEN: usize = 3;
/// Bytes of a deadline.
pub(super) const DEADLINE_LEN: usize = 8;

const HAS_DEADLINE: u8 = 1;
const VALUE_SPILLED: u8 = 2;
const KEY_SPILLED: u8 = 4;

/// What a record looks like: everything its size follows from. Copied out of the heap, so that it borrows nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout<const META: usize> {
    flags: u8,
    key_len: u8,
    value_len: u8,
}

impl<const META: usize> Layout<META> {
    /// The layout for a key of `key_len` bytes and a value of `value_len` (None: spilled). The caller has checked that
    /// an inline value fits.
    pub(super) fn new(key_len: usize, value_len: Option<usize>, has_deadline: bool) -> Self {
        let mut flags = 0;
        let mut pick = |condition: bool, flag: u8| {
            if condition {
                flags |= flag;
            }
        };
        let long_key = key_len > KEY_INLINE_MAX;
        pick(has_deadline, HAS_DEADLINE);
        pick(value_len.is_none(), VALUE_SPILLED);
        pick(long_key, KEY_SPILLED);
        let key_len = if long_key { INDEX_LEN } else { key_len } as u8;
        Self { flags, key_len, value_len: value_len.unwrap_or(INDEX_LEN) as u8 }
    }

    #[inline]
    pub(super) fn read(record: &[u8]) -> Self {
        let header = &record[..HEADER_LEN];
        Self { flags: header[0], key_len: header[1], value_len: header[2] }
    }

    /// The layout with the same key, and another value or deadline.
    pub(super) fn reshaped(self, value_len: Option<usize>, has_deadline: bool) -> Self {
        let fresh = Self::new(0, value_len, has_deadline);
        Self { flags: fresh.flags | self.flags & KEY_SPILLED, key_len: self.key_len, ..fresh }
    }

    /// The layout of the same entry with or without a deadline.
    pub(super) fn with_deadline(self, has_deadline: bool) -> Self {
        let rest = self.flags & !HAS_DEADLINE;
        Self { flags: rest | if has_deadline { HAS_DEADLINE } else { 0 }, ..self }
    }

    #[inline]
    pub(super) fn size(self) -> usize {
        self.value_start() + usize::from(self.value_len)
    }

    pub(super) fn has_deadline(self) -> bool {
        self.flags & HAS_DEADLINE != 0
    }

    #[inline]
    pub(super) fn value_spilled(self) -> bool {
        self.flags & VALUE_SPILLED != 0
    }

    #[inline]
    pub(super) fn key_spilled(self) -> bool {
        self.flags & KEY_SPILLED != 0
    }

    #[inline]
    pub(super) fn meta(self) -> Range<usize> {
        HEADER_LEN..HEADER_LEN + META
    }

    /// Where the key is, or its index.
    #[inline]
    pub(super) fn key(self) -> Range<usize> {
        let start = self.key_start();
        start..start + usize::from(self.key_len)
    }

    /// Where the value is, or its index.
    #[inline]
    pub(super) fn value(self) -> Range<usize> {
        let start = self.value_start();
        start..start + usize::from(self.value_len)
    }

    #[inline]
    pub(super) fn deadline(self, record: &[u8]) -> Option<u64> {
        if !self.has_deadline() {
            return None;
        }
        let mut bytes = [0; DEADLINE_LEN];
        bytes.copy_from_slice(&record[self.deadline_range()]);
        Some(u64::from_le_bytes(bytes))
    }

    /// Writes a record of this layout. `key` and `value` are the bytes or the indices the layout says.
    #[inline]
    pub(super) fn write(
        self,
        record: &mut [u8],
        meta: &[u8; META],
        deadline: Option<u64>,
        key: &[u8],
        value: &[u8],
    ) {
        record[..HEADER_LEN].copy_from_slice(&[self.flags, self.key_len, self.value_len]);
        record[self.key()].copy_from_slice(key);
        self.write_around_key(record, meta, deadline, value);
    }

    /// Overwrites everything but the key in a record of this layout.
    #[inline]
    pub(super) fn write_around_key(
        self,
        record: &mut [u8],
        meta: &[u8; META],
        deadline: Option<u64>,
        value: &[u8],
    ) {
        record[self.meta()].copy_from_slice(meta);
        if let Some(deadline) = deadline {
            record[self.deadline_range()].copy_from_slice(&deadline.to_le_bytes());
        }
        record[self.value()].copy_from_slice(value);
    }

    fn deadline_range(self) -> Range<usize> {
        let start = HEADER_LEN + META;
        start..start + DEADLINE_LEN
    }

    #[inline]
    fn key_start(self) -> usize {
        HEADER_LEN + META + DEADLINE_LEN * usize::from(self.flags & HAS_DEADLINE)
    }

    #[inline]
    fn value_start(self) -> usize {
        self.key_start() + usize::from(self.key_len)
    }
}

/// Reads an index into spills.
#[inline]
pub(super) fn index(bytes: &[u8]) -> usize {
    let mut four = [0; INDEX_LEN];
    four.copy_from_slice(bytes);
    u32::from_le_bytes(four) as usize
}

/// The bytes of an index into spills: a segment holds far fewer than `u32::MAX` entries.
pub(super) fn index_bytes(index: usize) -> [u8; INDEX_LEN] {
    (index as u32).to_le_bytes()
}
