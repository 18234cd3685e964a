//! The keyspace: numbered databases of keys, their values and deadlines.
//!
//! Short strings and integers live inside the dictionary's records; everything else is an [`Object`] beside them. Four
//! metadata bytes a key hold its form and when (or how often) it was used. Deadlines are exact: an ordered index of
//! (millisecond, key hash) says which key is next, and a key past its deadline is never seen by a command.
//!
//! Every method works on the selected database; the engine selects the client's before each command. Nothing here
//! calls anybody: keys that expired on access are left in a log for the engine to announce.

mod access;
mod db;
mod evict;
mod look;
#[cfg(test)]
mod tests;
mod typed;
mod view;

pub use access::{AccessClock, LfuParameters};
pub use db::Db;
pub use evict::Policy;
pub use view::{KeyInfo, Owned};

use crate::ds::dict::{Deadline, HashKey};
use crate::time::Timestamp;
use crate::util::rng::Rng;
pub use crate::value::ValueRef;
use crate::value::{Kind, Object};
use evict::Pool;

/// All databases.
#[derive(Clone, Debug)]
pub struct Keyspace {
    dbs: Vec<Db>,
    current: usize,
    /// What the other databases count for; see [`Keyspace::weight`].
    elsewhere: usize,
    pool: Pool,
    now_ms: u64,
    /// How uses of a key are remembered.
    pub access: AccessClock,
    /// Whether reads leave a key's idle time alone (CLIENT NO-TOUCH).
    pub no_touch: bool,
    /// Reads that found their key, ever.
    pub hits: u64,
    /// Reads that did not.
    pub misses: u64,
    /// Keys removed because their time had come, ever.
    pub expired_keys: u64,
    /// Fields of hashes removed because their time had come, ever.
    pub expired_fields: u64,
    log: Vec<Happening>,
    /// Whether misses are logged too (somebody listens to keymiss events).
    pub log_misses: bool,
    /// Whether new keys are noted (somebody listens to new events).
    pub log_new: bool,
    /// Whether fields that expire are logged by name (somebody has to be told which).
    pub log_fields: bool,
    created: Vec<(usize, Vec<u8>)>,
    garbage: Vec<Object>,
}

/// What happened to a key without a command asking for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Database index.
    pub db: usize,
    /// The key.
    pub key: Vec<u8>,
    /// What.
    pub what: What,
}

/// See [`Happening`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Its deadline had passed.
    Expired,
    /// The deadlines of some of its fields had passed.
    FieldsExpired {
        /// Which, where [`Keyspace::log_fields`] says so and some are left.
        names: Vec<Vec<u8>>,
        /// None is left, so the key went too.
        emptied: bool,
    },
    /// It made room for others.
    Evicted,
    /// A read did not find it.
    Missed,
}

impl Keyspace {
    /// `databases` empty ones. `hash_key` keys the hash function, `seed` the generator that RANDOMKEY and LFU use.
    pub fn new(databases: usize, hash_key: HashKey, seed: u64) -> Self {
        Keyspace {
            dbs: (0..databases.max(1)).map(|_| Db::new(hash_key)).collect(),
            current: 0,
            elsewhere: 0,
            pool: Pool::default(),
            now_ms: 0,
            access: AccessClock::new(Rng::new(seed)),
            no_touch: false,
            hits: 0,
            misses: 0,
            expired_keys: 0,
            expired_fields: 0,
            log: Vec::new(),
            log_misses: false,
            log_new: false,
            log_fields: false,
            created: Vec::new(),
            garbage: Vec::new(),
        }
    }

    /// The time at which deadlines are judged from now on.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now_ms = now.millis();
        self.access.set_now(now);
    }

    /// Makes `db` the database that the other methods work on. Must be below [`Keyspace::databases`].
    #[inline]
    pub fn select(&mut self, db: usize) {
        debug_assert!(db < self.dbs.len(), "the caller checked the index");
        if db != self.current {
            self.elsewhere += self.dbs[self.current].weight();
            self.elsewhere -= self.dbs[db].weight();
            self.current = db;
        }
    }

    /// Removes the key. False: there was none.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let hash = self.alive(key);
        self.discard(hash, key)
    }

    /// Removes the key and returns what it held, to be stored elsewhere.
    pub fn take(&mut self, key: &[u8]) -> Option<(Owned, Option<u64>)> {
        let hash = self.alive(key);
        let db = &mut self.dbs[self.current];
        let entry = db.dict.get(hash, key)?;
        let owned = match ValueRef::of(&entry) {
            ValueRef::Int(value) => Owned::Int(value),
            ValueRef::Bytes(bytes) => {
                Owned::Bytes { bytes: bytes.to_vec(), raw: view::is_raw(entry.meta) }
            }
            ValueRef::Object(_) => Owned::Object(Object::Str(Vec::new())),
        };
        let deadline = entry.deadline;
        let removed = db.remove(hash, key)?;
        let owned = match removed.spilled {
            Some(object) => Owned::Object(object),
            None => owned,
        };
        Some((owned, deadline))
    }

    /// Stores `value` under `key` in database `db` (which need not be the selected one). What was there goes first: the
    /// key is new in any case.
    pub fn store(&mut self, db: usize, key: &[u8], value: Owned, deadline: Option<u64>) {
        let current = self.current;
        self.select(db);
        self.remove(key);
        let deadline = deadline.map_or(Deadline::Clear, Deadline::Set);
        match value {
            Owned::Int(value) => self.set_int(key, value, deadline),
            Owned::Bytes { bytes, raw } => self.set_text(key, &bytes, raw, deadline),
            Owned::Object(object) => self.put(key, object, deadline),
        }
        self.select(current);
    }

    /// A copy of what the key holds, and its deadline. Large values are shared: O(1).
    pub fn copy_of(&mut self, key: &[u8]) -> Option<(Owned, Option<u64>)> {
        let hash = self.alive(key);
        let entry = self.dbs[self.current].dict.get(hash, key)?;
        let owned = match ValueRef::of(&entry) {
            ValueRef::Int(value) => Owned::Int(value),
            ValueRef::Bytes(bytes) => {
                Owned::Bytes { bytes: bytes.to_vec(), raw: view::is_raw(entry.meta) }
            }
            ValueRef::Object(object) => Owned::Object(object.clone()),
        };
        Some((owned, entry.deadline))
    }

    /// Sets (milliseconds since the epoch) or clears the key's deadline. False: no such key.
    pub fn set_deadline(&mut self, key: &[u8], deadline: Option<u64>) -> bool {
        let hash = self.alive(key);
        self.dbs[self.current].set_deadline(hash, key, deadline)
    }

    /// Says how long ago a key was used last, in seconds, or how often it is used. Which of them is remembered follows from
    /// the eviction policy; the other is ignored.
    pub fn set_uses(&mut self, key: &[u8], idle: Option<u64>, frequency: Option<u8>) {
        let hash = self.alive(key);
        let bits = self.access.remembered(idle, frequency);
        if let (Some(bits), Some(entry)) = (bits, self.dbs[self.current].dict.get_mut(hash, key)) {
            *entry.meta = view::meta(entry.meta[0], bits);
        }
    }

    /// Empties the selected database; its old contents become garbage. Returns how many keys there were.
    pub fn flush(&mut self) -> usize {
        self.dbs[self.current].flush()
    }

    /// Exchanges the contents of two databases.
    pub fn swap(&mut self, a: usize, b: usize) {
        self.dbs.swap(a, b);
        self.recount();
    }

    /// Files the hash at `key` under its earliest deadline, after a change of its fields in place.
    pub fn refile(&mut self, key: &[u8]) {
        let db = &mut self.dbs[self.current];
        let hash = db.dict.hash_of(key);
        db.refile(hash, key);
    }

    /// Removes up to `most` keys and fields whose deadline has passed, in any database. How many it removed.
    pub fn expire_due(&mut self, most: usize) -> usize {
        let mut removed = 0;
        for index in 0..self.dbs.len() {
            while removed < most {
                let Some(key) = self.dbs[index].pop_due(self.now_ms) else { break };
                self.expired_keys += 1;
                removed += 1;
                self.log.push(Happening { db: index, key, what: What::Expired });
            }
            while removed < most {
                let Some((hash, key)) = self.dbs[index].hash_due(self.now_ms) else { break };
                removed += self.expire_fields(index, hash, &key, most - removed);
            }
        }
        self.recount();
        removed
    }

    /// One step of SCAN over the selected database: visits about `count` keys from `cursor` on, each with its type and
    /// whether its deadline is still to come; the next cursor, 0 at the end.
    pub fn scan(&self, cursor: u64, count: usize, mut visit: impl FnMut(&[u8], Kind, bool)) -> u64 {
        let now = self.now_ms;
        self.dbs[self.current].dict.scan(cursor, count, |entry| {
            visit(entry.key, ValueRef::of(&entry).kind(), view::is_alive(&entry, now));
        })
    }

    /// Every live key of the selected database in a deterministic order.
    pub fn for_each(&self, mut visit: impl FnMut(&[u8], ValueRef<'_>)) {
        for entry in self.dbs[self.current].dict.iter() {
            if view::is_alive(&entry, self.now_ms) {
                visit(entry.key, ValueRef::of(&entry));
            }
        }
    }

    /// A fairly chosen live key of the selected database; `None` when there is none.
    pub fn random_key(&mut self) -> Option<Vec<u8>> {
        loop {
            let Keyspace { dbs, current, access, now_ms, .. } = self;
            let entry = dbs[*current].dict.random(|| access.random())?;
            let key = entry.key.to_vec();
            if view::is_alive(&entry, *now_ms) {
                return Some(key);
            }
            // Drops it, so each round has one dead key less.
            self.alive(&key);
        }
    }

    /// What happened unasked since the last call.
    #[inline]
    pub fn take_log(&mut self) -> Vec<Happening> {
        if self.log.is_empty() { Vec::new() } else { std::mem::take(&mut self.log) }
    }

    /// Database and name of the keys made since the last call, where [`Keyspace::log_new`] says so.
    #[inline]
    pub fn take_created(&mut self) -> Vec<(usize, Vec<u8>)> {
        if self.created.is_empty() { Vec::new() } else { std::mem::take(&mut self.created) }
    }

    /// Whether [`Keyspace::take_log`] would return anything.
    #[inline]
    pub fn has_log(&self) -> bool {
        !self.log.is_empty()
    }

    /// Big values that commands let go of, for the host to drop where it hurts nobody.
    pub fn take_garbage(&mut self) -> Vec<Object> {
        std::mem::take(&mut self.garbage)
    }

    /// What is known of a key without using it: form, deadline, idle time, bytes.
    pub fn info(&mut self, key: &[u8]) -> Option<KeyInfo> {
        let hash = self.alive(key);
        let entry = self.dbs[self.current].dict.get(hash, key)?;
        Some(KeyInfo::of(&entry, &self.access))
    }

    /// The key's deadline: outer `None` without such a key, inner `None` without a deadline.
    pub fn deadline(&mut self, key: &[u8]) -> Option<Option<u64>> {
        let hash = self.alive(key);
        Some(self.dbs[self.current].dict.get(hash, key)?.deadline)
    }

    /// Whether the key exists; counts as no use of it.
    pub fn exists(&mut self, key: &[u8]) -> bool {
        let hash = self.alive(key);
        self.dbs[self.current].dict.contains(hash, key)
    }

    /// What all keys count for in the account of memory, bytes: the same on every machine for the same keys. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        self.elsewhere + self.dbs[self.current].weight()
    }

    /// The same, from every key. O(n).
    pub fn weight_by_walk(&self) -> usize {
        self.dbs.iter().map(Db::weight_by_walk).sum()
    }

    /// Keys in the selected database, those whose time has come but was not noticed yet included.
    pub fn len(&self) -> usize {
        self.dbs[self.current].dict.len()
    }

    /// Whether the selected database has no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many databases there are.
    pub fn databases(&self) -> usize {
        self.dbs.len()
    }

    /// The selected database's index.
    pub fn current(&self) -> usize {
        self.current
    }

    /// A database, for figures.
    pub fn db(&self, index: usize) -> &Db {
        &self.dbs[index]
    }

    /// The earliest deadline of all, milliseconds since the epoch.
    pub fn next_deadline(&self) -> Option<u64> {
        // Asked every turn, and most databases are empty.
        self.dbs.iter().filter(|db| !db.is_empty()).filter_map(Db::next_deadline).min()
    }

    /// The time deadlines are judged at, milliseconds since the epoch.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Removes the key if its deadline has passed; its hash in any case.
    #[inline]
    fn alive(&mut self, key: &[u8]) -> u64 {
        let db = &mut self.dbs[self.current];
        let hash = db.dict.hash_of(key);
        if db.dict.deadlines() > 0 && db.is_past(hash, key, self.now_ms) {
            self.expire_now(hash, key);
        } else if db.next_field_deadline().is_some_and(|at| at <= self.now_ms) {
            // All of them, so that nobody sees one: their number was paid for when they got their deadlines.
            self.expire_fields(self.current, hash, key, usize::MAX);
        }
        hash
    }

    fn recount(&mut self) {
        let all: usize = self.dbs.iter().map(Db::weight).sum();
        self.elsewhere = all - self.dbs[self.current].weight();
    }

    #[cold]
    fn expire_now(&mut self, hash: u64, key: &[u8]) {
        self.discard(hash, key);
        self.expired_keys += 1;
        self.log.push(Happening { db: self.current, key: key.to_vec(), what: What::Expired });
    }

    /// Removes up to `most` fields of a hash that are due, and the key when none is left; how many.
    #[cold]
    fn expire_fields(&mut self, index: usize, hash: u64, key: &[u8], most: usize) -> usize {
        let mut names = Vec::new();
        let logged = self.log_fields;
        let db = &mut self.dbs[index];
        let expired = db.expire_fields(hash, key, self.now_ms, most, |name| {
            if logged {
                names.push(name.to_vec());
            }
        });
        if expired > 0 {
            let current = std::mem::replace(&mut self.current, index);
            let emptied = self.remove_if_empty(key);
            self.current = current;
            self.expired_fields += expired as u64;
            let what = What::FieldsExpired { names, emptied };
            self.log.push(Happening { db: index, key: key.to_vec(), what });
        }
        expired
    }

    fn discard(&mut self, hash: u64, key: &[u8]) -> bool {
        match self.dbs[self.current].remove(hash, key) {
            Some(removed) => {
                self.keep_garbage(removed.spilled);
                true
            }
            None => false,
        }
    }

    /// Values that are costly to drop wait for the host; the rest is dropped here.
    fn keep_garbage(&mut self, object: Option<Object>) {
        if let Some(object) = object
            && object.len() > GARBAGE_ELEMENTS_MIN
            && object.kind() != Kind::String
        {
            self.garbage.push(object);
        }
    }
}

/// Collections up to this many elements are dropped on the spot: it costs less than handing them over.
const GARBAGE_ELEMENTS_MIN: usize = 64;
