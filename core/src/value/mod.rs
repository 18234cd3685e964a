//! Values: what a key can hold. Strings live in the keyspace's own records while they are short; everything else is an
//! [`Object`]. Each collection picks its packed or its large form by the configured thresholds, and OBJECT ENCODING
//! reports the form that is really there.

pub mod array;
pub mod hash;
pub mod list;
pub mod set;
pub mod shared;
pub mod stream;
pub mod vector_set;
pub mod zset;
pub mod zset_walk;

pub use array::{Array, SharedArray};
pub use hash::Hash;
pub use list::List;
pub use set::Set;
pub use stream::Stream;
pub use vector_set::{SharedVectors, VectorSet};
pub use zset::ZSet;

use crate::ds::dict::{HashKey, Weigh};
use shared::Shared;

/// Whether a small form that has just grown to so many entries is looked through for what they have in common: the more
/// there are, the more seldom.
fn is_time_to_share(entries: usize) -> bool {
    entries.is_power_of_two() && entries >= 16
}

/// A value outside of the keyspace's records.
#[derive(Clone, Debug)]
pub enum Object {
    /// A long string.
    Str(Vec<u8>),
    /// A list.
    List(List),
    /// A hash.
    Hash(Hash),
    /// A set.
    Set(Set),
    /// A sorted set.
    ZSet(ZSet),
    /// A stream.
    Stream(Shared<Stream>),
    /// An array.
    Array(SharedArray),
    /// A vector set.
    VectorSet(SharedVectors),
}

/// A borrowed value.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'a> {
    /// A string that is an integer.
    Int(i64),
    /// A string.
    Bytes(&'a [u8]),
    /// A collection. (Long strings are shown as `Bytes`.)
    Object(&'a Object),
}

/// The types that TYPE and SCAN … TYPE name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the type's name")]
pub enum Kind {
    String,
    List,
    Hash,
    Set,
    ZSet,
    Stream,
    Array,
    VectorSet,
}

/// A collection type: lets the keyspace hand out `&mut List` and the like for any of them.
pub trait Collection: Sized {
    /// The type's name.
    const KIND: Kind;
    /// The collection in `object`, if it is one of this type.
    fn of(object: &Object) -> Option<&Self>;
    /// As [`Collection::of`], to change it.
    fn of_mut(object: &mut Object) -> Option<&mut Self>;
    /// As an object.
    fn into_object(self) -> Object;
    /// An empty one, in its smallest form.
    fn empty() -> Self;
}

/// Thresholds between packed and large forms: the `*-max-*` CONFIG parameters.
#[derive(Clone, Debug)]
pub struct Thresholds {
    /// list-max-listpack-size: negative -1..-5 for 4 to 64 KiB a node, positive for elements a node.
    pub list_max_listpack_size: i64,
    /// hash-max-listpack-entries
    pub hash_max_listpack_entries: usize,
    /// hash-max-listpack-value, bytes
    pub hash_max_listpack_value: usize,
    /// set-max-intset-entries
    pub set_max_intset_entries: usize,
    /// set-max-listpack-entries
    pub set_max_listpack_entries: usize,
    /// set-max-listpack-value, bytes
    pub set_max_listpack_value: usize,
    /// zset-max-listpack-entries
    pub zset_max_listpack_entries: usize,
    /// zset-max-listpack-value, bytes
    pub zset_max_listpack_value: usize,
    /// stream-node-max-bytes; 0: no bound
    pub stream_node_max_bytes: usize,
    /// stream-node-max-entries; 0: no bound
    pub stream_node_max_entries: usize,
    /// The key of the hash function of large forms; chosen at start, not configurable.
    pub hash_key: HashKey,
}

impl Thresholds {
    /// The defaults of Redis.
    pub fn new(hash_key: HashKey) -> Self {
        Thresholds {
            list_max_listpack_size: -2,
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
            stream_node_max_bytes: 4096,
            stream_node_max_entries: 100,
            hash_key,
        }
    }
}

/// All of them, the usual ones first.
const KINDS: [Kind; 8] = [
    Kind::String,
    Kind::List,
    Kind::Hash,
    Kind::Set,
    Kind::ZSet,
    Kind::Stream,
    Kind::Array,
    Kind::VectorSet,
];

impl Kind {
    /// As TYPE answers it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::List => "list",
            Kind::Hash => "hash",
            Kind::Set => "set",
            Kind::ZSet => "zset",
            Kind::Stream => "stream",
            Kind::Array => "array",
            Kind::VectorSet => "vectorset",
        }
    }

    /// The kind that SCAN's TYPE option names.
    pub fn by_name(name: &[u8]) -> Option<Kind> {
        KINDS.into_iter().find(|kind| name.eq_ignore_ascii_case(kind.name().as_bytes()))
    }
}

impl ValueRef<'_> {
    /// Its type.
    pub fn kind(&self) -> Kind {
        match self {
            ValueRef::Int(_) | ValueRef::Bytes(_) => Kind::String,
            ValueRef::Object(object) => object.kind(),
        }
    }
}

impl Object {
    /// Its type.
    pub fn kind(&self) -> Kind {
        match self {
            Object::Str(_) => Kind::String,
            Object::List(_) => Kind::List,
            Object::Hash(_) => Kind::Hash,
            Object::Set(_) => Kind::Set,
            Object::ZSet(_) => Kind::ZSet,
            Object::Stream(_) => Kind::Stream,
            Object::Array(_) => Kind::Array,
            Object::VectorSet(_) => Kind::VectorSet,
        }
    }

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Object::Str(_) => "raw",
            Object::List(list) => list.encoding(),
            Object::Hash(hash) => hash.encoding(),
            Object::Set(set) => set.encoding(),
            Object::ZSet(zset) => zset.encoding(),
            Object::Stream(_) => "stream",
            Object::Array(_) => "sliced-array",
            Object::VectorSet(_) => "raw",
        }
    }

    /// Whether a copy is one more holder of the same value rather than a value of its own: in the large forms.
    pub fn is_shareable(&self) -> bool {
        matches!(
            self,
            Object::List(List::Chunked(_))
                | Object::Hash(Hash::Table(_))
                | Object::Set(Set::Table(_))
                | Object::ZSet(ZSet::Ordered(_))
                | Object::Stream(_)
                | Object::Array(_)
                | Object::VectorSet(_)
        )
    }

    /// Whether somebody else holds the same value now, so that changing it means copying it. O(1).
    pub fn is_shared(&self) -> bool {
        match self {
            Object::List(List::Chunked(list)) => !list.is_sole(),
            Object::Hash(Hash::Table(table)) => !table.is_sole(),
            Object::Set(Set::Table(table)) => !table.is_sole(),
            Object::ZSet(ZSet::Ordered(ordered)) => !ordered.is_sole(),
            Object::Stream(stream) => !stream.is_sole(),
            Object::Array(array) => !array.is_sole(),
            Object::VectorSet(set) => !set.is_sole(),
            _ => false,
        }
    }

    /// Elements in a collection, bytes in a string.
    pub fn len(&self) -> usize {
        match self {
            Object::Str(bytes) => bytes.len(),
            Object::List(list) => list.len(),
            Object::Hash(hash) => hash.len(),
            Object::Set(set) => set.len(),
            Object::ZSet(zset) => zset.len(),
            Object::Stream(stream) => stream.len(),
            Object::Array(array) => array.len(),
            Object::VectorSet(set) => set.len(),
        }
    }

    /// Whether nothing is left in it, so that its key goes. A stream stays: it has counters and groups.
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.kind() != Kind::Stream
    }
}

/// Elements that one command adds at least for its collection to give back spare room afterwards.
pub const BULK: usize = 4;

/// What a large form's own record counts for, its elements aside.
const LARGE_FORM: usize = 160;

impl Weigh for Object {
    #[inline]
    fn weight(&self) -> usize {
        match self {
            Object::Str(bytes) => bytes.len(),
            Object::List(list) => list.weight(),
            Object::Hash(hash) => hash.weight(),
            Object::Set(set) => set.weight(),
            Object::ZSet(zset) => zset.weight(),
            Object::Stream(stream) => LARGE_FORM + stream.weight(),
            Object::Array(array) => array.weight(),
            Object::VectorSet(set) => set.weight(),
        }
    }
}

/// Where bytes stand in memory: tells the members of one table apart without comparing them.
fn place(bytes: &[u8]) -> (u64, u64) {
    (bytes.as_ptr().addr() as u64, bytes.len() as u64)
}
