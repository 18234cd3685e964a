//! The RDB format: values as bytes, in DUMP payloads and in snapshots, as Redis 1.2 to 8 and Valkey write them.
//!
//! Written is what Redis 7.0 reads wherever the value allows it. Read is every form there ever was; whatever does not hold
//! together is refused with a reason, before anything is allocated on its word, and what is read has been checked
//! throughout: sets without doubles, sorted sets in order, listpacks whose every entry is sound.
//!
//! Sources are the public descriptions of the format (the pages of redis-rdb-tools and redis-replicator, the listpack
//! specification) and what running servers write.
//!
//! Left out: what modules keep in their values, and where the bytes come from and go to.

mod crc64;
pub mod dump;
mod hash;
mod list;
pub mod loader;
mod lzf;
mod modules;
mod old;
mod own;
mod packed;
mod reader;
pub mod saver;
mod set;
mod stream;
#[cfg(test)]
mod tests;
mod writer;
mod zset;

use crate::value::{Collection, Object, Thresholds, ValueRef};
use reader::Reader;
use writer::Writer;

/// Why bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They end too early.
    Cut,
    /// Nothing the format can say.
    Format,
    /// A kind of value that is not known here.
    UnknownType(u8),
    /// A value that only a module can read.
    Module,
    /// No snapshot at all, or one of a version that is not known here.
    Version,
    /// The sum over the bytes is another one than they end with.
    Checksum,
}

/// Where a snapshot's bytes go.
pub type Sink<'s> = &'s mut dyn FnMut(&[u8]);

/// The nine letters under which a module's values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleName(pub [u8; 9]);

/// The version that is written if a value allows it: Redis 7.0's.
const VERSION: u32 = 10;
/// Redis' versions that are read.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=13;
/// Valkey's own, since 9.0.
const VALKEY_VERSION: u32 = 80;

/// The byte that says what a value is and how it is written.
mod types {
    pub(super) const STRING: u8 = 0;
    pub(super) const LIST: u8 = 1;
    pub(super) const SET: u8 = 2;
    pub(super) const ZSET: u8 = 3;
    pub(super) const HASH: u8 = 4;
    pub(super) const ZSET_2: u8 = 5;
    pub(super) const MODULE: u8 = 6;
    pub(super) const MODULE_2: u8 = 7;
    pub(super) const HASH_ZIPMAP: u8 = 9;
    pub(super) const LIST_ZIPLIST: u8 = 10;
    pub(super) const SET_INTSET: u8 = 11;
    pub(super) const ZSET_ZIPLIST: u8 = 12;
    pub(super) const HASH_ZIPLIST: u8 = 13;
    pub(super) const LIST_QUICKLIST: u8 = 14;
    pub(super) const STREAM: u8 = 15;
    pub(super) const HASH_LISTPACK: u8 = 16;
    pub(super) const ZSET_LISTPACK: u8 = 17;
    pub(super) const LIST_QUICKLIST_2: u8 = 18;
    /// With what was deleted and how much was read.
    pub(super) const STREAM_2: u8 = 19;
    pub(super) const SET_LISTPACK: u8 = 20;
    /// With when consumers last got something.
    pub(super) const STREAM_3: u8 = 21;
    /// Fields with deadlines as Valkey has them.
    pub(super) const HASH_VALKEY: u8 = 22;
    /// Fields with deadlines as Redis has them.
    pub(super) const HASH_METADATA: u8 = 24;
    pub(super) const HASH_LISTPACK_EX: u8 = 25;
}

/// The byte that says what follows in a snapshot, where it is no value's type.
mod opcodes {
    /// A cluster's slot and its sizes.
    pub(super) const SLOT: u8 = 244;
    pub(super) const FUNCTION: u8 = 245;
    pub(super) const MODULE_AUX: u8 = 247;
    pub(super) const IDLE: u8 = 248;
    pub(super) const FREQUENCY: u8 = 249;
    pub(super) const AUX: u8 = 250;
    pub(super) const SIZES: u8 = 251;
    pub(super) const DEADLINE_MS: u8 = 252;
    /// In seconds, until version 2.
    pub(super) const DEADLINE: u8 = 253;
    pub(super) const DATABASE: u8 = 254;
    pub(super) const END: u8 = 255;
}

/// Whether payloads of this version are read.
fn is_known(version: u32) -> bool {
    VERSIONS.contains(&version) || version == VALKEY_VERSION
}

/// The type under which a value is written.
fn kind(value: ValueRef<'_>) -> u8 {
    let ValueRef::Object(object) = value else { return types::STRING };
    match object {
        Object::Str(_) => types::STRING,
        Object::List(_) => types::LIST_QUICKLIST_2,
        Object::Hash(hash) => hash::kind(hash),
        Object::Set(set) => set::kind(set),
        Object::ZSet(zset) => zset::kind(zset),
        Object::Stream(stream) => stream::kind(stream),
        Object::Array(_) | Object::VectorSet(_) => types::MODULE_2,
    }
}

/// The version in which a type is known.
fn version_of(kind: u8) -> u32 {
    match kind {
        types::HASH_VALKEY => VALKEY_VERSION,
        types::STREAM_3 => 11,
        _ => VERSION,
    }
}

/// Writes what [`kind`] announces.
fn write(value: ValueRef<'_>, writer: &mut Writer<'_>) {
    match value {
        ValueRef::Int(value) => writer.item(crate::ds::listpack::Item::Int(value)),
        ValueRef::Bytes(bytes) => writer.string(bytes),
        ValueRef::Object(object) => match object {
            Object::Str(bytes) => writer.string(bytes),
            Object::List(list) => list::write(list, writer),
            Object::Hash(hash) => hash::write(hash, writer),
            Object::Set(set) => set::write(set, writer),
            Object::ZSet(zset) => zset::write(zset, writer),
            Object::Stream(stream) => stream::write(stream, writer),
            Object::Array(array) => own::write_array(array, writer),
            Object::VectorSet(set) => own::write_vectors(set, writer),
        },
    }
}

/// Reads the value that a type announces. Never empty, strings aside.
fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Object, Refusal> {
    Ok(match kind {
        types::STRING => Object::Str(reader.owned()?),
        types::LIST | types::LIST_ZIPLIST | types::LIST_QUICKLIST | types::LIST_QUICKLIST_2 => {
            Object::List(list::read(kind, reader, t)?)
        }
        types::SET | types::SET_INTSET | types::SET_LISTPACK => {
            Object::Set(set::read(kind, reader, t)?)
        }
        types::ZSET | types::ZSET_2 | types::ZSET_ZIPLIST | types::ZSET_LISTPACK => {
            Object::ZSet(zset::read(kind, reader, t)?)
        }
        types::HASH
        | types::HASH_ZIPMAP
        | types::HASH_ZIPLIST
        | types::HASH_LISTPACK
        | types::HASH_VALKEY
        | types::HASH_METADATA
        | types::HASH_LISTPACK_EX => Object::Hash(hash::read(kind, reader, t)?),
        types::STREAM | types::STREAM_2 | types::STREAM_3 => {
            stream::read(kind, reader, t)?.into_object()
        }
        kind if own::is_next(kind, reader) => own::read(reader)?,
        types::MODULE | types::MODULE_2 => {
            reader.module = Some(modules::name(reader.length()?));
            return Err(Refusal::Module);
        }
        _ => return Err(Refusal::UnknownType(kind)),
    })
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Cut => f.write_str("the bytes end too early"),
            Refusal::Format => f.write_str("the bytes do not hold together"),
            Refusal::UnknownType(kind) => write!(f, "values of type {kind} are not known here"),
            Refusal::Module => f.write_str("only a module can read this"),
            Refusal::Version => f.write_str("no snapshot, or one of an unknown version"),
            Refusal::Checksum => f.write_str("the checksum is wrong: the bytes were damaged"),
        }
    }
}

impl std::error::Error for Refusal {}
