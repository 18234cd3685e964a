//! Looking at a record: what the form byte says, and the value it stands for.

use super::access::AccessClock;
use super::db::{DUE_WEIGHT, META};
use crate::ds::dict::{Entry, Slot};
use crate::value::{Kind, Object, ValueRef};

/// The first metadata byte: how a record's value is to be read.
pub(super) mod form {
    /// An 8-byte little-endian integer, shown as its decimal text.
    pub(in crate::keyspace) const INT: u8 = 0;
    /// Bytes of at most [`EMBEDDED_MAX`] as they were set.
    pub(in crate::keyspace) const EMBEDDED: u8 = 1;
    /// Bytes that are longer, or that a command changed in place.
    pub(in crate::keyspace) const RAW: u8 = 2;
    /// An object beside the dictionary.
    pub(in crate::keyspace) const OBJECT: u8 = 3;
    /// Longest string whose OBJECT ENCODING is embstr, bytes.
    pub(in crate::keyspace) const EMBEDDED_MAX: usize = 44;
}

/// A value that left the keyspace and can be stored again as it was.
#[derive(Clone, Debug)]
pub enum Owned {
    /// A string that is an integer.
    Int(i64),
    /// A short string; `raw` if its encoding was raw.
    Bytes {
        /// Its bytes.
        bytes: Vec<u8>,
        /// See above.
        raw: bool,
    },
    /// A long string or a collection.
    Object(Object),
}

/// What OBJECT, DEBUG OBJECT and the keys panel show of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its type.
    pub kind: Kind,
    /// The form it is really in.
    pub encoding: &'static str,
    /// Elements, or bytes of a string.
    pub len: usize,
    /// Deadline, milliseconds since the epoch.
    pub deadline: Option<u64>,
    /// Seconds since it was last used (meaningless under an LFU policy).
    pub idle_seconds: u64,
    /// Logarithmic use counter (meaningful under an LFU policy only).
    pub frequency: u8,
    /// The raw 24 bits of use history.
    pub access_bits: u32,
    /// Bytes it counts for in the account of memory; the sum over all keys is [`Keyspace::weight`](super::Keyspace::weight).
    pub bytes: usize,
}

impl Owned {
    /// Whether somebody else may hold the same value: what changes it then changes a copy.
    pub fn is_shareable(&self) -> bool {
        matches!(self, Owned::Object(object) if object.is_shareable())
    }
}

impl<'a> ValueRef<'a> {
    #[inline]
    pub(super) fn of(entry: &Entry<'a, Object, META>) -> Self {
        match entry.value {
            Slot::Inline(bytes) if entry.meta[0] == form::INT => ValueRef::Int(int_of(bytes)),
            Slot::Inline(bytes) => ValueRef::Bytes(bytes),
            Slot::Spilled(Object::Str(bytes)) => ValueRef::Bytes(bytes),
            Slot::Spilled(object) => ValueRef::Object(object),
        }
    }
}

impl KeyInfo {
    pub(super) fn of(entry: &Entry<'_, Object, META>, access: &AccessClock) -> Self {
        let value = ValueRef::of(entry);
        let (encoding, len) = match (value, &entry.value) {
            (ValueRef::Int(value), _) => ("int", itoa::Buffer::new().format(value).len()),
            (ValueRef::Bytes(bytes), Slot::Spilled(_)) => ("raw", bytes.len()),
            (ValueRef::Bytes(bytes), _) if is_raw(entry.meta) => ("raw", bytes.len()),
            (ValueRef::Bytes(bytes), _) => ("embstr", bytes.len()),
            (ValueRef::Object(object), _) => (object.encoding(), object.len()),
        };
        let bits = access_bits(entry.meta);
        KeyInfo {
            kind: value.kind(),
            encoding,
            len,
            deadline: entry.deadline,
            idle_seconds: access.idle_seconds(bits),
            frequency: access.frequency(bits),
            access_bits: bits,
            bytes: entry.weight() + if entry.deadline.is_some() { DUE_WEIGHT } else { 0 },
        }
    }
}

#[inline]
pub(super) fn int_of(bytes: &[u8]) -> i64 {
    bytes.try_into().map_or(0, i64::from_le_bytes)
}

/// Whether anything is left to see of a record: its time has not come, nor has that of every field of a hash.
pub(super) fn is_alive(entry: &Entry<'_, Object, META>, now_ms: u64) -> bool {
    entry.deadline.is_none_or(|at| at > now_ms)
        && !matches!(entry.value, Slot::Spilled(Object::Hash(hash)) if hash.is_spent(now_ms))
}

pub(super) fn is_raw(meta: [u8; META]) -> bool {
    meta[0] == form::RAW
}

#[inline]
pub(super) fn access_bits(meta: [u8; META]) -> u32 {
    u32::from_le_bytes([meta[1], meta[2], meta[3], 0])
}

#[inline]
pub(super) fn meta(form: u8, bits: u32) -> [u8; META] {
    let [a, b, c, _] = bits.to_le_bytes();
    [form, a, b, c]
}
