//! One database: the dictionary and, beside it, the ordered indices of deadlines: of keys, and of hashes by the earliest
//! deadline among their fields. Whatever puts a hash into the dictionary or takes one out passes here, so the second is
//! as exact as the first; who changes a hash in place files it anew afterwards.

use crate::ds::dict::{Deadline, Dict, ENTRY_SHARE, HashKey, Payload, Removed, Slot, SlotMut};
use crate::ds::ordered::Ordered;
use crate::value::Object;

/// Metadata bytes a key: its form, and 24 bits of use history.
pub(super) const META: usize = 4;

/// What a deadline counts for in the account of memory beside its eight bytes in the record: its place in the index.
pub(super) const DUE_WEIGHT: usize = 24;

/// One numbered database.
#[derive(Clone, Debug)]
pub struct Db {
    pub(super) dict: Dict<Object, META>,
    /// (deadline in milliseconds, key hash): enough to find the key again, and no copy of it.
    due: Ordered<(u64, u64)>,
    /// (earliest deadline of a field in milliseconds, key hash) of each hash that has one.
    fields_due: Ordered<(u64, u64)>,
}

impl Db {
    pub(super) fn new(hash_key: HashKey) -> Self {
        Db { dict: Dict::new(hash_key), due: Ordered::new(), fields_due: Ordered::new() }
    }

    pub(super) fn put(
        &mut self,
        hash: u64,
        key: &[u8],
        meta: [u8; META],
        mut value: Payload<'_, Object>,
        deadline: Deadline,
    ) -> Option<Removed<Object>> {
        let fields_due = match &mut value {
            Payload::Spilled(Object::Hash(incoming)) => {
                incoming.file();
                incoming.filed()
            }
            _ => None,
        };
        let (keep, set) = match deadline {
            Deadline::Keep => (true, None),
            Deadline::Set(at) => (false, Some(at)),
            Deadline::Clear => (false, None),
        };
        let removed = self.dict.put(hash, key, meta, value, deadline);
        self.unfile(hash, removed.as_ref());
        if let Some(at) = fields_due {
            self.fields_due.insert((at, hash));
        }
        if !keep {
            if let Some(old) = removed.as_ref().and_then(|removed| removed.deadline) {
                self.due.remove(&(old, hash));
            }
            if let Some(at) = set {
                self.due.insert((at, hash));
            }
        }
        removed
    }

    pub(super) fn remove(&mut self, hash: u64, key: &[u8]) -> Option<Removed<Object>> {
        let removed = self.dict.remove(hash, key)?;
        if let Some(deadline) = removed.deadline {
            self.due.remove(&(deadline, hash));
        }
        self.unfile(hash, Some(&removed));
        Some(removed)
    }

    /// Files a hash under the deadline that is now the earliest of its fields'. Cheap where there is nothing to do.
    pub(super) fn refile(&mut self, hash: u64, key: &[u8]) {
        let Some(SlotMut::Spilled(Object::Hash(value))) =
            self.dict.get_mut(hash, key).map(|entry| entry.value)
        else {
            return;
        };
        let (before, after) = (value.file(), value.filed());
        if before != after {
            if let Some(at) = before {
                self.fields_due.remove(&(at, hash));
            }
            if let Some(at) = after {
                self.fields_due.insert((at, hash));
            }
        }
    }

    /// Takes away up to `most` fields of a hash that are due and shows them to `see`; how many.
    pub(super) fn expire_fields(
        &mut self,
        hash: u64,
        key: &[u8],
        now_ms: u64,
        most: usize,
        see: impl FnMut(&[u8]),
    ) -> usize {
        let expired = match self.dict.get_mut(hash, key).map(|entry| entry.value) {
            Some(SlotMut::Spilled(Object::Hash(value))) => value.expire(now_ms, most, see),
            _ => 0,
        };
        if expired > 0 {
            self.refile(hash, key);
        }
        expired
    }

    /// A hash with a field that is due, if there is one: its hash as a key, and the key.
    pub(super) fn hash_due(&mut self, now_ms: u64) -> Option<(u64, Vec<u8>)> {
        let (at, hash) = *self.fields_due.first()?;
        if at > now_ms {
            return None;
        }
        let entry = self.dict.find_by(hash, |entry| match entry.value {
            Slot::Spilled(Object::Hash(value)) => value.filed() == Some(at),
            _ => false,
        });
        Some((hash, entry?.key.to_vec()))
    }

    pub(super) fn set_deadline(&mut self, hash: u64, key: &[u8], deadline: Option<u64>) -> bool {
        let Some(old) = self.dict.set_deadline(hash, key, deadline) else { return false };
        if let Some(old) = old {
            self.due.remove(&(old, hash));
        }
        if let Some(deadline) = deadline {
            self.due.insert((deadline, hash));
        }
        true
    }

    /// Some key with a deadline, each as likely as any other: its deadline and hash.
    pub(super) fn random_due(&self, next: impl FnMut() -> u64) -> Option<(u64, u64)> {
        self.due.random(next).copied()
    }

    /// The deadline that comes first, and the hash of its key.
    pub(super) fn first_due(&self) -> Option<(u64, u64)> {
        self.due.first().copied()
    }

    /// Removes the key that is due first, if it is; the key.
    pub(super) fn pop_due(&mut self, now_ms: u64) -> Option<Vec<u8>> {
        loop {
            let (deadline, hash) = *self.due.first()?;
            if deadline > now_ms {
                return None;
            }
            match self.dict.due(hash, deadline).map(|entry| entry.key.to_vec()) {
                Some(key) => {
                    let removed = self.dict.remove(hash, &key);
                    self.unfile(hash, removed.as_ref());
                    if self.dict.due(hash, deadline).is_none() {
                        self.due.remove(&(deadline, hash));
                    }
                    return Some(key);
                }
                None => {
                    self.due.remove(&(deadline, hash));
                }
            }
        }
    }

    pub(super) fn flush(&mut self) -> usize {
        self.due.clear();
        self.fields_due.clear();
        let old = self.dict.clear();
        old.len()
    }

    #[inline]
    pub(super) fn is_past(&self, hash: u64, key: &[u8], now_ms: u64) -> bool {
        self.dict.get(hash, key).is_some_and(|entry| entry.deadline.is_some_and(|at| at <= now_ms))
    }

    /// The earliest deadline of a key or a field, milliseconds since the epoch.
    pub fn next_deadline(&self) -> Option<u64> {
        let of_keys = self.due.first().map(|(deadline, _)| *deadline);
        of_keys.into_iter().chain(self.next_field_deadline()).min()
    }

    /// The earliest deadline of a field.
    #[inline]
    pub(super) fn next_field_deadline(&self) -> Option<u64> {
        self.fields_due.first().map(|(deadline, _)| *deadline)
    }

    /// Keys, those past their deadline but not yet removed included.
    pub fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.dict.is_empty()
    }

    /// Keys with a deadline.
    pub fn deadlines(&self) -> usize {
        self.dict.deadlines()
    }

    /// Whether a hash under this key hash is filed under this deadline.
    #[cfg(test)]
    pub(super) fn is_filed(&self, at: u64, hash: u64) -> bool {
        self.fields_due.get(|filed| filed.cmp(&(at, hash))).is_some()
    }

    /// Hashes with fields that have a deadline.
    pub fn hashes_with_deadlines(&self) -> usize {
        self.fields_due.len()
    }

    /// Mean time to live of the keys that have a deadline, milliseconds; looks at the next few only.
    pub fn average_ttl_ms(&self, now_ms: u64) -> u64 {
        const SAMPLE: usize = 16;
        let sample: Vec<u64> =
            self.due.iter().take(SAMPLE).map(|(at, _)| at.saturating_sub(now_ms)).collect();
        if sample.is_empty() { 0 } else { sample.iter().sum::<u64>() / sample.len() as u64 }
    }

    /// What its keys count for in the account of memory, bytes. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        self.dict.weight() + self.deadlines_overhead()
    }

    /// How much of that is for tables: shares of entries, and the index of deadlines.
    pub fn overhead(&self) -> usize {
        self.dict.len() * ENTRY_SHARE + self.deadlines_overhead()
    }

    /// How much is for the index of deadlines.
    pub fn deadlines_overhead(&self) -> usize {
        self.dict.deadlines() * DUE_WEIGHT
    }

    /// The same, from every key. O(n).
    pub fn weight_by_walk(&self) -> usize {
        self.dict.weight_by_walk() + self.dict.deadlines() * DUE_WEIGHT
    }

    /// Heap bytes of the dictionary with its short values, without the objects beside it.
    pub fn allocated_bytes(&self) -> usize {
        self.dict.allocated_bytes()
    }

    /// A hash that left the dictionary is filed no longer.
    fn unfile(&mut self, hash: u64, removed: Option<&Removed<Object>>) {
        if let Some(Some(Object::Hash(value))) = removed.map(|removed| &removed.spilled)
            && let Some(at) = value.filed()
        {
            self.fields_due.remove(&(at, hash));
        }
    }
}
