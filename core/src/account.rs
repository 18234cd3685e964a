//! The account of memory, put together for whoever shows it: INFO and MEMORY.
//!
//! What keys and values count for is `ds::dict`'s and the same everywhere. Clients' buffers are counted by their
//! capacity. What is resident is the host's to measure.

use crate::keyspace::{Db, Keyspace};
use crate::server::{HostFigures, Server};
use crate::session::Session;

/// Bytes, unless a name says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Everything below.
    pub used: u64,
    /// The highest `used`, as far as it was looked at.
    pub peak: u64,
    /// Tables and clients: what is there for the data's sake.
    pub overhead: u64,
    /// Keys and values themselves.
    pub dataset: u64,
    /// Clients' buffers and records. Not counted for eviction: how full they are depends on when a host reads and writes.
    pub clients: u64,
    /// Pages of the keyspace's tables, as they are allocated.
    pub tables: u64,
    /// Keys.
    pub keys: u64,
    /// What the process really has; `used` where the host cannot tell.
    pub resident: u64,
    /// The machine's memory.
    pub system: u64,
}

impl Account {
    /// Adds everything up. O(clients + databases).
    pub fn of<'s>(
        keys: &Keyspace,
        clients: impl Iterator<Item = &'s Session>,
        server: &Server,
        figures: &HostFigures,
    ) -> Account {
        let dbs = || (0..keys.databases()).map(|index| keys.db(index));
        let clients: usize = clients.map(Session::memory_bytes).sum();
        let used = (keys.weight() + clients) as u64;
        let overhead = (dbs().map(Db::overhead).sum::<usize>() + clients) as u64;
        Account {
            used,
            peak: used.max(server.memory_peak as u64),
            overhead,
            dataset: used - overhead,
            clients: clients as u64,
            tables: dbs().map(Db::allocated_bytes).sum::<usize>() as u64,
            keys: dbs().map(Db::len).sum::<usize>() as u64,
            resident: match figures.resident_bytes {
                0 => used,
                bytes => bytes,
            },
            system: figures.system_memory_bytes,
        }
    }

    /// Resident bytes for each used one.
    pub fn fragmentation(&self) -> f64 {
        self.resident as f64 / self.used.max(1) as f64
    }

    /// Resident bytes beyond the used ones.
    pub fn fragmentation_bytes(&self) -> i64 {
        self.resident as i64 - self.used as i64
    }

    /// How much of `used` is data, percent.
    pub fn dataset_percent(&self) -> f64 {
        self.dataset as f64 * 100.0 / self.used.max(1) as f64
    }

    /// How much of the peak is used, percent.
    pub fn peak_percent(&self) -> f64 {
        self.used as f64 * 100.0 / self.peak.max(1) as f64
    }
}
