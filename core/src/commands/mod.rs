//! The commands, one file per family: a table of specs, then the handlers. Handlers never import the engine, sessions
//! beyond what [`crate::ctx::Ctx`] offers, or each other.

#[cfg(feature = "arrays")]
pub mod array;
#[cfg(feature = "arrays")]
pub mod array_grep;
#[cfg(feature = "arrays")]
mod array_input;
#[cfg(feature = "arrays")]
pub mod array_range;
mod bit_offset;
pub mod bitfield;
pub mod bitmap;
pub mod bitop;
pub mod client;
mod client_list;
pub mod command_info;
pub mod config;
pub mod connection;
pub mod counter;
pub mod counter_bounded;
mod deadline;
pub mod debug;
pub mod dump;
pub mod expire;
pub mod geo;
mod geo_reply;
pub mod geo_search;
pub mod hash;
pub mod hash_deadlines;
pub mod hash_fields;
pub mod hash_import;
pub mod hyperloglog;
pub mod info;
pub mod keys;
pub mod lcs;
pub mod list;
pub mod list_blocking;
pub mod list_move_many;
pub mod memory;
pub mod migrate;
pub mod object;
pub mod pubsub;
pub mod scan;
pub mod server;
pub mod set;
pub mod set_algebra;
pub mod slowlog;
pub mod sort;
pub mod stream;
pub mod stream_claim;
pub mod stream_group;
pub mod stream_info;
mod stream_parts;
pub mod stream_read;
mod stream_trim;
pub mod string;
mod string_options;
pub mod string_parts;
pub mod transaction;
#[cfg(feature = "vectors")]
mod vector_filter;
#[cfg(feature = "vectors")]
mod vector_input;
#[cfg(feature = "vectors")]
pub mod vector_search;
#[cfg(feature = "vectors")]
pub mod vector_set;
pub mod wait;
pub mod zset;
pub mod zset_algebra;
pub mod zset_pop;
pub mod zset_range;
mod zset_reply;

use crate::command::Spec;

/// All families, in the order COMMAND lists them.
pub static FAMILIES: &[&[Spec]] = &[
    #[cfg(feature = "arrays")]
    array::COMMANDS,
    #[cfg(feature = "arrays")]
    array_grep::COMMANDS,
    #[cfg(feature = "arrays")]
    array_range::COMMANDS,
    bitfield::COMMANDS,
    bitmap::COMMANDS,
    bitop::COMMANDS,
    client::COMMANDS,
    command_info::COMMANDS,
    config::COMMANDS,
    connection::COMMANDS,
    counter::COMMANDS,
    counter_bounded::COMMANDS,
    debug::COMMANDS,
    dump::COMMANDS,
    expire::COMMANDS,
    geo::COMMANDS,
    geo_search::COMMANDS,
    hash::COMMANDS,
    hyperloglog::COMMANDS,
    hash_deadlines::COMMANDS,
    hash_fields::COMMANDS,
    hash_import::COMMANDS,
    info::COMMANDS,
    keys::COMMANDS,
    lcs::COMMANDS,
    list::COMMANDS,
    list_blocking::COMMANDS,
    list_move_many::COMMANDS,
    memory::COMMANDS,
    migrate::COMMANDS,
    object::COMMANDS,
    pubsub::COMMANDS,
    scan::COMMANDS,
    server::COMMANDS,
    set::COMMANDS,
    set_algebra::COMMANDS,
    slowlog::COMMANDS,
    sort::COMMANDS,
    stream::COMMANDS,
    stream_claim::COMMANDS,
    stream_group::COMMANDS,
    stream_info::COMMANDS,
    stream_read::COMMANDS,
    string::COMMANDS,
    string_parts::COMMANDS,
    transaction::COMMANDS,
    #[cfg(feature = "vectors")]
    vector_search::COMMANDS,
    #[cfg(feature = "vectors")]
    vector_set::COMMANDS,
    wait::COMMANDS,
    zset::COMMANDS,
    zset_algebra::COMMANDS,
    zset_pop::COMMANDS,
    zset_range::COMMANDS,
];
