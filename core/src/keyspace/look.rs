//! Looking without touching, for the visualizer: nothing is counted, nothing expires, no use is noted. So a session that
//! is watched runs exactly as one that is not.

use super::Keyspace;
use super::view::{KeyInfo, ValueRef};

impl Keyspace {
    /// Some live keys of a database from `cursor` on, about `count`; the cursor to go on with, 0 at the end. The walk is
    /// SCAN's.
    pub fn look_through(
        &self,
        db: usize,
        cursor: u64,
        count: usize,
        mut visit: impl FnMut(&[u8], KeyInfo),
    ) -> u64 {
        let Some(db) = self.dbs.get(db) else { return 0 };
        db.dict.scan(cursor, count, |entry| {
            if entry.deadline.is_none_or(|deadline| deadline > self.now_ms) {
                visit(entry.key, KeyInfo::of(&entry, &self.access));
            }
        })
    }

    /// What is known of a live key, and its value.
    pub fn look_at(&self, db: usize, key: &[u8]) -> Option<(KeyInfo, ValueRef<'_>)> {
        let dict = &self.dbs.get(db)?.dict;
        let entry = dict.get(dict.hash_of(key), key)?;
        if entry.deadline.is_some_and(|deadline| deadline <= self.now_ms) {
            return None;
        }
        Some((KeyInfo::of(&entry, &self.access), ValueRef::of(&entry)))
    }
}
