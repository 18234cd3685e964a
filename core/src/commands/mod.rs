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
pub mod client;
mod client_list;
pub mod command_info;
pub mod config;
pub mod connection;
pub mod counter;
pub mod debug;
pub mod expire;
pub mod hash;
pub mod info;
pub mod keys;
pub mod lcs;
pub mod list;
pub mod list_blocking;
pub mod memory;
pub mod object;
pub mod pubsub;
pub mod scan;
pub mod server;
pub mod set;
pub mod set_algebra;
pub mod slowlog;
pub mod sort;
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
    client::COMMANDS,
    command_info::COMMANDS,
    config::COMMANDS,
    connection::COMMANDS,
    counter::COMMANDS,
    debug::COMMANDS,
    expire::COMMANDS,
    hash::COMMANDS,
    info::COMMANDS,
    keys::COMMANDS,
    lcs::COMMANDS,
    list::COMMANDS,
    list_blocking::COMMANDS,
    memory::COMMANDS,
    object::COMMANDS,
    pubsub::COMMANDS,
    scan::COMMANDS,
    server::COMMANDS,
    set::COMMANDS,
    set_algebra::COMMANDS,
    slowlog::COMMANDS,
    sort::COMMANDS,
    string::COMMANDS,
    string_parts::COMMANDS,
    transaction::COMMANDS,
    #[cfg(feature = "vectors")]
    vector_search::COMMANDS,
    #[cfg(feature = "vectors")]
    vector_set::COMMANDS,
    zset::COMMANDS,
    zset_algebra::COMMANDS,
    zset_pop::COMMANDS,
    zset_range::COMMANDS,
];
