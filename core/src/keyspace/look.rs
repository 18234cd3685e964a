//! Looking without touching, for the visualizer and for commands that hold several values at once: nothing is counted,
//! nothing expires, no use is noted. So a session that is watched runs exactly as one that is not.

use super::Keyspace;
use super::view::{self, KeyInfo};
use crate::value::{Collection, ValueRef};

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
            if view::is_alive(&entry, self.now_ms) {
                visit(entry.key, KeyInfo::of(&entry, &self.access));
            }
        })
    }

    /// As [`Keyspace::look_through`], with the values; `None` instead of a database that does not exist.
    pub fn walk<'a>(
        &'a self,
        db: usize,
        cursor: u64,
        count: usize,
        visit: &mut dyn FnMut(&'a [u8], ValueRef<'a>, KeyInfo),
    ) -> Option<u64> {
        let db = self.dbs.get(db)?;
        Some(db.dict.scan(cursor, count, |entry| {
            if entry.deadline.is_none_or(|deadline| deadline > self.now_ms) {
                visit(entry.key, ValueRef::of(&entry), KeyInfo::of(&entry, &self.access));
            }
        }))
    }

    /// What is known of a live key, and its value.
    pub fn look_at(&self, db: usize, key: &[u8]) -> Option<(KeyInfo, ValueRef<'_>)> {
        let dict = &self.dbs.get(db)?.dict;
        let entry = dict.get(dict.hash_of(key), key)?;
        if !view::is_alive(&entry, self.now_ms) {
            return None;
        }
        Some((KeyInfo::of(&entry, &self.access), ValueRef::of(&entry)))
    }

    /// The collection of type `T` at a live key of the selected database; `None` if there is none or it is of another type.
    /// Several can be borrowed at a time: how commands over many keys hold them all, after reading each.
    pub fn look_as<T: Collection>(&self, key: &[u8]) -> Option<&T> {
        match self.look(key)? {
            ValueRef::Object(object) => T::of(object),
            _ => None,
        }
    }

    /// The value at a live key of the selected database.
    pub fn look(&self, key: &[u8]) -> Option<ValueRef<'_>> {
        let dict = &self.dbs[self.current].dict;
        let entry = dict.get(dict.hash_of(key), key)?;
        view::is_alive(&entry, self.now_ms).then(|| ValueRef::of(&entry))
    }
}
