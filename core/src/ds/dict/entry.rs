//! What goes into a dictionary and what comes out: plain borrowed views, no behaviour of their own.

/// A value as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub enum Slot<'a, V> {
    /// Bytes in the record.
    Inline(&'a [u8]),
    /// Kept beside the records.
    Spilled(&'a V),
}

/// A value that may be changed in place; inline bytes keep their length.
#[derive(Debug, PartialEq, Eq)]
pub enum SlotMut<'a, V> {
    /// Bytes in the record.
    Inline(&'a mut [u8]),
    /// Kept beside the records.
    Spilled(&'a mut V),
}

/// A value to be written.
#[derive(Debug, PartialEq, Eq)]
pub enum Payload<'a, V> {
    /// Copied into the record: the caller has asked [`Dict::fits_inline`](super::Dict::fits_inline).
    Inline(&'a [u8]),
    /// Moved beside the records.
    Spilled(V),
}

/// One entry, borrowed.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry<'a, V, const META: usize> {
    /// The whole key.
    pub key: &'a [u8],
    /// The caller's metadata.
    pub meta: [u8; META],
    /// The entry's deadline; its unit is the caller's.
    pub deadline: Option<u64>,
    /// The value.
    pub value: Slot<'a, V>,
}

/// One entry whose metadata and value may be changed in place.
#[derive(Debug, PartialEq, Eq)]
pub struct EntryMut<'a, V, const META: usize> {
    /// The caller's metadata.
    pub meta: &'a mut [u8; META],
    /// The entry's deadline; [`Dict::set_deadline`](super::Dict::set_deadline) changes it.
    pub deadline: Option<u64>,
    /// The value.
    pub value: SlotMut<'a, V>,
}

/// One entry whose metadata may be changed.
#[derive(Debug, PartialEq, Eq)]
pub struct EntryMarked<'a, V, const META: usize> {
    /// The caller's metadata.
    pub meta: &'a mut [u8; META],
    /// The value.
    pub value: Slot<'a, V>,
}

/// What a removal or an overwrite released, so that large values can be dropped elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Removed<V> {
    /// The deadline the entry had.
    pub deadline: Option<u64>,
    /// The value, if it was spilled.
    pub spilled: Option<V>,
}

/// What [`Dict::put`](super::Dict::put) does with the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Leaves it as it is; a new entry has none.
    Keep,
    /// Sets it.
    Set(u64),
    /// Removes it.
    Clear,
}

impl<V> Payload<'_, V> {
    /// The length of an inline value.
    pub(super) fn inline_len(&self) -> Option<usize> {
        match self {
            Payload::Inline(bytes) => Some(bytes.len()),
            Payload::Spilled(_) => None,
        }
    }
}

impl Deadline {
    /// The deadline of an entry that had `before`.
    pub(super) fn over(self, before: Option<u64>) -> Option<u64> {
        match self {
            Self::Keep => before,
            Self::Set(deadline) => Some(deadline),
            Self::Clear => None,
        }
    }
}
