//! Which key goes when memory is short.
//!
//! Random policies take a fair random key, volatile-ttl takes exactly the key that is due next. The others look for the
//! key that was used longest ago, or least often, among a few fair samples a round and the best of earlier rounds: a
//! pool of [`POOL_MAX`] candidates, as the Redis documentation describes its approximated LRU. With five samples a round
//! that comes close to the true order, since the pool holds on to old keys that were seen once.
//!
//! A candidate is a hash with the use history it was judged by, sixteen bytes, not a copy of its key. One that was used
//! since is no candidate any more.

use super::{Happening, Keyspace, What, view};

/// Candidates kept between rounds.
const POOL_MAX: usize = 16;
/// Rounds of sampling before a search for a candidate gives up. A round finds one unless all it drew are in the pool
/// already or just gone.
const ROUNDS_MAX: usize = 100;

/// maxmemory-policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Only keys with a deadline go.
    pub volatile: bool,
    /// What decides among them.
    pub by: By,
}

/// See [`Policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The time of last use.
    Age,
    /// The counter of uses.
    Frequency,
    /// Chance.
    Chance,
    /// The deadline.
    Deadline,
}

/// The best candidates so far, the best one last.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    candidates: Vec<Candidate>,
    by: Option<Policy>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// The higher, the better it is to let go.
    score: u64,
    db: usize,
    hash: u64,
    access_bits: u32,
}

impl Policy {
    /// The policy called so; `None`: noeviction.
    pub fn named(name: &str) -> Option<Policy> {
        let (volatile, by) = match name.split_once('-')? {
            ("volatile", by) => (true, by),
            (_, by) => (false, by),
        };
        let by = match by {
            "lru" => By::Age,
            "lfu" => By::Frequency,
            "ttl" => By::Deadline,
            _ => By::Chance,
        };
        Some(Policy { volatile, by })
    }
}

impl Keyspace {
    /// Removes the key that `policy` names, judging `samples` more keys. False: there is none it may remove.
    pub fn evict_one(&mut self, policy: Policy, samples: usize) -> bool {
        let found = match policy.by {
            By::Chance => self.draw(policy.volatile).map(|(db, hash, _)| (db, hash)),
            By::Deadline => self.next_due(),
            By::Age | By::Frequency => self.best_candidate(policy, samples),
        };
        let Some((db, hash)) = found else { return false };
        let Some(key) = self.dbs[db].dict.by_hash(hash).map(|entry| entry.key.to_vec()) else {
            return false;
        };
        let current = self.current;
        self.select(db);
        self.discard(hash, &key);
        self.select(current);
        self.log.push(Happening { db, key, what: What::Evicted });
        true
    }

    fn best_candidate(&mut self, policy: Policy, samples: usize) -> Option<(usize, u64)> {
        if self.pool.by.replace(policy) != Some(policy) {
            self.pool.candidates.clear();
        }
        for _ in 0..ROUNDS_MAX {
            for _ in 0..samples {
                let (db, hash, access_bits) = self.draw(policy.volatile)?;
                self.judge(policy, db, hash, access_bits);
            }
            while let Some(Candidate { db, hash, access_bits, .. }) = self.pool.candidates.pop() {
                let entry = self.dbs.get(db).and_then(|db| db.dict.by_hash(hash));
                let still = entry.is_some_and(|entry| {
                    view::access_bits(entry.meta) == access_bits
                        && (entry.deadline.is_some() || !policy.volatile)
                });
                if still {
                    return Some((db, hash));
                }
            }
        }
        None
    }

    /// Puts a key into the pool if it is worth a place there.
    fn judge(&mut self, policy: Policy, db: usize, hash: u64, access_bits: u32) {
        let score = match policy.by {
            By::Frequency => u64::from(u8::MAX - self.access.frequency(access_bits)),
            // Not the idle time: that of one that waits in the pool would grow.
            _ => u64::MAX - self.access.last_used_s(access_bits),
        };
        let candidates = &mut self.pool.candidates;
        let known = |other: &Candidate| other.hash == hash && other.db == db;
        if candidates.iter().any(known) {
            return;
        }
        let at = candidates.partition_point(|other| other.score < score);
        if candidates.len() < POOL_MAX {
            candidates.insert(at, Candidate { score, db, hash, access_bits });
        } else if at > 0 {
            // The least of them makes room.
            candidates[..at].rotate_left(1);
            candidates[at - 1] = Candidate { score, db, hash, access_bits };
        }
    }

    /// A fair random key of all databases: its database, hash and use history.
    fn draw(&mut self, volatile: bool) -> Option<(usize, u64, u32)> {
        let Keyspace { dbs, access, .. } = self;
        let count = |db: &super::Db| if volatile { db.deadlines() } else { db.len() };
        let total: usize = dbs.iter().map(count).sum();
        let mut at = access.random_below(total)?;
        let index = dbs.iter().position(|db| {
            let here = at < count(db);
            at -= if here { 0 } else { count(db) };
            here
        })?;
        let db = &dbs[index];
        let (hash, entry) = if volatile {
            let (at, hash) = db.random_due(|| access.random())?;
            (hash, db.dict.due(hash, at)?)
        } else {
            let entry = db.dict.random(|| access.random())?;
            (db.dict.hash_of(entry.key), entry)
        };
        Some((index, hash, view::access_bits(entry.meta)))
    }

    /// The key whose deadline comes first.
    fn next_due(&self) -> Option<(usize, u64)> {
        let due = self.dbs.iter().enumerate();
        let (_, db, hash) = due
            .filter_map(|(index, db)| db.first_due().map(|(at, hash)| (at, index, hash)))
            .min()?;
        Some((db, hash))
    }
}
