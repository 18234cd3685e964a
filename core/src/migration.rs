//! Keys on their way to another server (MIGRATE): what a host sends for the engine, and what it brings back.
//!
//! Real servers stand still meanwhile. Here only the client waits; a key that was changed in the meantime stays, so that
//! nothing that was acknowledged is lost.

use crate::session::ClientId;
use crate::time::Timestamp;
use std::ops::Range;

/// What is to be sent to another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Who waits for it.
    pub client: ClientId,
    /// Since when: tells one of its migrations from the next.
    pub since: Timestamp,
    /// The server: a name or an address.
    pub host: String,
    /// Its port, as it was given.
    pub port: String,
    /// RESP requests that are sent first: where one of them is refused, the others are not sent.
    pub greeting: Vec<u8>,
    /// How many they are. Each gets a reply of one line, and so does each key.
    pub greetings: usize,
    /// RESP requests with the keys.
    pub request: Vec<u8>,
    /// The longest that connecting, writing and reading may take without getting on, milliseconds.
    pub timeout_ms: u64,
    /// The keys.
    pub(crate) keys: Vec<Sent>,
}

impl Migration {
    /// How many keys are sent.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }
}

/// A key in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) key: Vec<u8>,
    /// Its payload, in the request.
    pub(crate) payload: Range<usize>,
}

/// What became of a [`Migration`].
#[derive(Clone, Debug)]
pub struct Migrated {
    /// As it was handed out.
    pub migration: Box<Migration>,
    /// The first line of each reply, without its end, the greetings' ones first; or why there are none.
    pub replies: Result<Vec<Vec<u8>>, Trouble>,
}

/// Why a migration failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such host.
    Host,
    /// It did not take the requests.
    Writing,
    /// It did not answer.
    Reading,
}
