//! The large form of a hash: a dictionary and, if fields have deadlines, the order in which these come.
//!
//! A deadline stands in its field's record; the order holds it once more beside the field's hash, sixteen bytes that find
//! the field again. The earliest one is what the keyspace files the whole key under. Between a change and its being
//! filed anew the two differ, so what was filed is kept here too, where whoever removes the key finds it.

use super::Pair;
use crate::ds::dict::{Deadline, Dict, Entry, HashKey, Payload, Slot};
use crate::ds::listpack::Item;
use crate::ds::ordered::Ordered;

/// What a field's place in the order counts for in the account of memory.
const DUE_WEIGHT: usize = 16;

/// See the module.
#[derive(Clone, Debug)]
pub struct Table {
    dict: Dict<Vec<u8>, 0>,
    /// `None`: no field has a deadline.
    due: Option<Box<Due>>,
}

#[derive(Clone, Debug, Default)]
struct Due {
    /// (milliseconds since the epoch, the field's hash).
    order: Ordered<(u64, u64)>,
    filed: Option<u64>,
}

impl Table {
    pub(super) fn new(key: HashKey) -> Self {
        Table { dict: Dict::new(key), due: None }
    }

    /// Sets a field; `true` when it is new.
    #[inline]
    pub(super) fn set(&mut self, field: &[u8], value: &[u8], deadline: Deadline) -> bool {
        let payload = if Dict::<Vec<u8>, 0>::fits_inline(field.len(), value.len()) {
            Payload::Inline(value)
        } else {
            Payload::Spilled(value.to_vec())
        };
        let hash = self.dict.hash_of(field);
        let removed = self.dict.put(hash, field, [], payload, deadline);
        let new = removed.is_none();
        if self.due.is_none() && !matches!(deadline, Deadline::Set(_)) {
            return new;
        }
        let before = removed.and_then(|removed| removed.deadline);
        match deadline {
            Deadline::Keep => {}
            Deadline::Clear => self.reorder(hash, before, None),
            Deadline::Set(at) => self.reorder(hash, before, Some(at)),
        }
        new
    }

    pub(super) fn remove(&mut self, field: &[u8]) -> bool {
        let hash = self.dict.hash_of(field);
        let Some(removed) = self.dict.remove(hash, field) else { return false };
        self.reorder(hash, removed.deadline, None);
        true
    }

    pub(super) fn set_deadline(&mut self, field: &[u8], deadline: Option<u64>) {
        let hash = self.dict.hash_of(field);
        if let Some(before) = self.dict.set_deadline(hash, field, deadline) {
            self.reorder(hash, before, deadline);
        }
    }

    pub(super) fn expire(&mut self, now_ms: u64, most: usize, mut see: impl FnMut(&[u8])) -> usize {
        if self.is_spent(now_ms) {
            let filed = self.filed();
            self.due = filed.map(|at| Box::new(Due { filed: Some(at), ..Due::default() }));
            return self.dict.clear().len();
        }
        let mut expired = 0;
        while expired < most
            && let Some(due) = &self.due
            && let Some((at, hash)) = due.order.first().copied().filter(|(at, _)| *at <= now_ms)
        {
            match self.dict.due(hash, at).map(|entry| entry.key.to_vec()) {
                Some(field) => {
                    see(&field);
                    self.remove(&field);
                    expired += 1;
                }
                None => self.reorder(hash, Some(at), None),
            }
        }
        expired
    }

    pub(super) fn file(&mut self) -> Option<u64> {
        let next = self.next_deadline();
        let due = self.due.as_mut()?;
        let before = std::mem::replace(&mut due.filed, next);
        if next.is_none() {
            self.due = None;
        }
        before
    }

    #[inline]
    pub(super) fn get(&self, field: &[u8]) -> Option<Entry<'_, Vec<u8>, 0>> {
        self.dict.get(self.dict.hash_of(field), field)
    }

    pub(super) fn filed(&self) -> Option<u64> {
        self.due.as_ref()?.filed
    }

    pub(super) fn next_deadline(&self) -> Option<u64> {
        self.due.as_ref()?.order.first().map(|(at, _)| *at)
    }

    pub(super) fn is_spent(&self, now_ms: u64) -> bool {
        self.due.as_ref().is_some_and(|due| {
            due.order.len() == self.dict.len()
                && due.order.last().is_some_and(|(at, _)| *at <= now_ms)
        })
    }

    pub(super) fn deadlines(&self) -> usize {
        self.dict.deadlines()
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub(super) fn weight(&self) -> usize {
        let due = self.due.as_ref().map_or(0, |due| due.order.len() * DUE_WEIGHT);
        self.dict.weight() + due
    }

    /// The fields.
    pub fn dict(&self) -> &Dict<Vec<u8>, 0> {
        &self.dict
    }

    /// The field of this hash had one deadline and has another.
    #[inline]
    fn reorder(&mut self, hash: u64, before: Option<u64>, after: Option<u64>) {
        if before != after {
            self.reorder_due(hash, before, after);
        }
    }

    fn reorder_due(&mut self, hash: u64, before: Option<u64>, after: Option<u64>) {
        // Another field of the same hash may still have that deadline.
        let before = before.filter(|at| self.dict.due(hash, *at).is_none());
        let due = self.due.get_or_insert_default();
        if let Some(at) = before {
            due.order.remove(&(at, hash));
        }
        if let Some(at) = after {
            due.order.insert((at, hash));
        }
    }
}

pub(super) fn pair<'a>(entry: &Entry<'a, Vec<u8>, 0>) -> Pair<'a> {
    let value = match entry.value {
        Slot::Inline(bytes) => bytes,
        Slot::Spilled(bytes) => bytes,
    };
    (Item::Bytes(entry.key), Item::Bytes(value))
}
