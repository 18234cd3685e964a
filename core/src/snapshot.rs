//! All keys as an RDB file, and back: what stands between the keyspace and `rdb`.
//!
//! A snapshot is written in steps of a bounded number of keys, whose bytes leave in bounded chunks. It shows the keyspace as
//! it is while it is written; a host that wants one instant hands in a copy, which shares large values.
//!
//! Left out: files, and when snapshots are taken.

use crate::ds::listpack::{Item, TextBuf};
use crate::keyspace::{KeyInfo, Keyspace, ValueRef};
use crate::rdb::Sink;
use crate::rdb::loader::Entry;
use crate::rdb::saver::{Saver, Uses};
use crate::time::Timestamp;

/// A snapshot that is being written.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// `None`: it is complete.
    saver: Option<Saver>,
    db: usize,
    cursor: u64,
    memory: Memory,
}

/// What of a key's uses is worth writing down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Nothing: no key will be evicted for it.
    None,
    /// How long ago the last one was.
    Idle,
    /// How many there are.
    Frequency,
}

/// Keys a step writes.
const KEYS_A_STEP: usize = 128;

impl Snapshot {
    /// Begins one. `made` is told as the time at which it was; `compress`: long strings as LZF.
    pub fn new(keys: &Keyspace, made: Timestamp, compress: bool, memory: Memory) -> Self {
        let deadlines = (0..keys.databases()).any(|db| keys.db(db).hashes_with_deadlines() > 0);
        let mut saver = Saver::new(compress, deadlines);
        saver.fact(b"redloop-ver", env!("CARGO_PKG_VERSION").as_bytes());
        saver.fact(b"ctime", Item::Int(made.seconds() as i64).text(&mut TextBuf::default()));
        Snapshot { saver: Some(saver), db: 0, cursor: 0, memory }
    }

    /// Writes some more to `sink`; whether there is still more. O(128 keys).
    pub fn step(&mut self, keys: &Keyspace, sink: Sink<'_>) -> bool {
        let Some(saver) = &mut self.saver else { return false };
        if self.db < keys.databases() {
            let db = keys.db(self.db);
            if self.cursor == 0 && !db.is_empty() {
                saver.database(self.db as u64, db.len() as u64, db.deadlines() as u64);
            }
            let memory = self.memory;
            let mut visit = |key: &[u8], value: ValueRef<'_>, info: KeyInfo| {
                let uses = match memory {
                    Memory::None => None,
                    Memory::Idle => Some(Uses::Idle(info.idle_seconds)),
                    Memory::Frequency => Some(Uses::Frequency(info.frequency)),
                };
                saver.entry(key, value, info.deadline, uses, sink);
            };
            self.cursor =
                keys.walk(self.db, self.cursor, KEYS_A_STEP, &mut visit).unwrap_or_default();
            self.db += usize::from(self.cursor == 0);
        } else if let Some(saver) = self.saver.take() {
            saver.end(sink);
        }
        self.saver.is_some()
    }
}

/// Puts a key of a snapshot in its place, over one of that name. False: its time is past, or there is no such database.
pub fn install(keys: &mut Keyspace, entry: Entry) -> bool {
    let Entry { db, key, value, deadline, uses } = entry;
    let place = usize::try_from(db).ok().filter(|db| *db < keys.databases());
    let alive = deadline.is_none_or(|deadline| deadline > keys.now_ms());
    let Some(place) = place.filter(|_| alive) else { return false };
    let selected = keys.current();
    keys.select(place);
    keys.restore(&key, value, deadline);
    match uses {
        Some(Uses::Idle(seconds)) => keys.set_uses(&key, Some(seconds), None),
        Some(Uses::Frequency(counter)) => keys.set_uses(&key, None, Some(counter)),
        None => {}
    }
    keys.select(selected);
    true
}
