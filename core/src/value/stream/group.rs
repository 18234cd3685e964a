//! A consumer group: how far it has read, who its consumers are, and which entries wait to be acknowledged.
//!
//! Entries that wait are kept by ID, with owner, time and count of deliveries; and twice more as bare pairs: by (owner,
//! ID), for a consumer's own history, and by (time, ID), for what has waited longest. Each is one search in an ordered
//! list, so nothing here is linear in what waits. Three lists take 88 bytes an entry.
//!
//! Consumers have numbers, which stay; a number whose consumer was removed is given to the next one.

use super::id::StreamId;
use crate::ds::ordered::Ordered;

/// The number of nobody: who owns an entry that was given back.
pub const NOBODY: u32 = u32::MAX;

/// What a group, a consumer and an entry that waits count for in the account of memory, names aside.
const GROUP_WEIGHT: usize = 224;
const CONSUMER_WEIGHT: usize = 80;
const PENDING_WEIGHT: usize = 88;

/// See the module.
#[derive(Clone, Debug)]
pub struct Group {
    name: Box<[u8]>,
    /// The last entry that was delivered in order.
    pub last_id: StreamId,
    /// Entries read in order, of all that were ever added; `None`: nobody can tell.
    pub entries_read: Option<u64>,
    /// By number.
    consumers: Vec<Option<Box<Consumer>>>,
    /// Numbers by name.
    names: Vec<u32>,
    /// Bytes of all consumers' names.
    name_bytes: usize,
    pending: Ordered<Pending>,
    by_owner: Ordered<(u64, StreamId)>,
    by_time: Ordered<(u64, StreamId)>,
}

/// One who reads for a group.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// Its name.
    pub name: Box<[u8]>,
    /// When it last asked for anything, milliseconds since the epoch.
    pub seen_ms: u64,
    /// When it last got anything; `None`: never.
    pub active_ms: Option<u64>,
    /// Entries that wait for its acknowledgement.
    pub pending: usize,
}

/// An entry that was delivered and not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The entry, which may have been deleted since.
    pub id: StreamId,
    /// When it was last delivered, milliseconds since the epoch.
    pub at_ms: u64,
    /// How often.
    pub count: u64,
    /// The consumer's number, or [`NOBODY`].
    pub owner: u32,
}

impl Group {
    pub(super) fn new(name: &[u8], last_id: StreamId, entries_read: Option<u64>) -> Self {
        Group {
            name: name.into(),
            last_id,
            entries_read,
            consumers: Vec::new(),
            names: Vec::new(),
            name_bytes: 0,
            pending: Ordered::new(),
            by_owner: Ordered::new(),
            by_time: Ordered::new(),
        }
    }

    /// The number of the consumer of this name, and whether it is new. O(log consumers); a new one O(consumers).
    pub fn add_consumer(&mut self, name: &[u8], now_ms: u64) -> (u32, bool) {
        let place = match self.find(name) {
            Ok(place) => return (self.names[place], false),
            Err(place) => place,
        };
        let consumer = Consumer { name: name.into(), seen_ms: now_ms, active_ms: None, pending: 0 };
        let free = self.consumers.iter().position(Option::is_none);
        let number = free.unwrap_or(self.consumers.len());
        if free.is_none() {
            self.consumers.push(None);
        }
        self.consumers[number] = Some(Box::new(consumer));
        self.names.insert(place, number as u32);
        self.name_bytes += name.len();
        (number as u32, true)
    }

    /// Removes a consumer with what it has not acknowledged: how many entries that is. O(consumers + its entries).
    pub fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let place = self.find(name).ok()?;
        let number = self.names.remove(place);
        self.name_bytes -= name.len();
        let ids: Vec<StreamId> = self.owned(number, StreamId::MIN).collect();
        for id in &ids {
            self.remove(*id);
        }
        self.consumers[number as usize] = None;
        Some(ids.len())
    }

    /// A consumer, to be changed.
    pub fn consumer_mut(&mut self, number: u32) -> Option<&mut Consumer> {
        self.consumers.get_mut(number as usize)?.as_deref_mut()
    }

    /// Notes a delivery, in place of what was known of the entry. O(log pending).
    pub fn put(&mut self, pending: Pending) {
        match self.pending.find(|other| other.id.cmp(&pending.id)) {
            Ok(place) => {
                let old = std::mem::replace(self.pending.at_mut(place), pending);
                if old.owner != pending.owner {
                    self.disown(old);
                    self.own(pending);
                }
                if old.at_ms != pending.at_ms {
                    self.by_time.remove(&(old.at_ms, old.id));
                    self.by_time.insert((pending.at_ms, pending.id));
                }
            }
            Err(place) => {
                self.pending.insert_at(place, pending);
                self.own(pending);
                self.by_time.insert((pending.at_ms, pending.id));
            }
        }
    }

    /// Forgets an entry's delivery: it is acknowledged. O(log pending).
    pub fn remove(&mut self, id: StreamId) -> bool {
        let Ok(place) = self.pending.find(|other| other.id.cmp(&id)) else { return false };
        let old = self.pending.remove_at(place);
        self.disown(old);
        self.by_time.remove(&(old.at_ms, id));
        true
    }

    /// Its name.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// A consumer.
    pub fn consumer(&self, number: u32) -> Option<&Consumer> {
        self.consumers.get(number as usize)?.as_deref()
    }

    /// A consumer's number.
    pub fn number_of(&self, name: &[u8]) -> Option<u32> {
        self.find(name).ok().map(|place| self.names[place])
    }

    /// A consumer's name; empty for [`NOBODY`].
    pub fn name_of(&self, number: u32) -> &[u8] {
        self.consumer(number).map_or(b"", |consumer| &consumer.name)
    }

    /// Its consumers with their numbers, by name.
    pub fn consumers(&self) -> impl Iterator<Item = (u32, &Consumer)> {
        self.names.iter().filter_map(|number| Some((*number, self.consumer(*number)?)))
    }

    /// How many consumers it has.
    pub fn consumer_count(&self) -> usize {
        self.names.len()
    }

    /// What is known of an entry that waits. O(log pending).
    pub fn pending(&self, id: StreamId) -> Option<&Pending> {
        self.pending.get(|other| other.id.cmp(&id))
    }

    /// How many entries wait.
    pub fn pending_count(&self) -> usize {
        self.pending.len()
    }

    /// The last entry that waits.
    pub fn last_pending(&self) -> Option<&Pending> {
        self.pending.last()
    }

    /// The entries that wait from an ID on. O(log pending), then O(1) each.
    pub fn pending_from(&self, id: StreamId) -> impl Iterator<Item = &Pending> {
        self.pending.iter_from(self.pending.place_from(|other| other.id.cmp(&id)))
    }

    /// The entries that wait for a consumer, from an ID on. O(log pending), then O(1) each.
    pub fn owned(&self, number: u32, id: StreamId) -> impl Iterator<Item = StreamId> {
        let owner = u64::from(number);
        let place = self.by_owner.place_from(|other| other.cmp(&(owner, id)));
        self.by_owner
            .iter_from(place)
            .take_while(move |other| other.0 == owner)
            .map(|other| other.1)
    }

    /// The entries that wait, the one delivered longest ago first, with the times.
    pub fn by_time(&self) -> impl Iterator<Item = (u64, StreamId)> {
        self.by_time.iter().copied()
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub(super) fn weight(&self) -> usize {
        let consumers = self.names.len() * CONSUMER_WEIGHT + self.name_bytes;
        GROUP_WEIGHT + self.name.len() + consumers + self.pending.len() * PENDING_WEIGHT
    }

    fn own(&mut self, pending: Pending) {
        self.by_owner.insert((u64::from(pending.owner), pending.id));
        if let Some(consumer) = self.consumer_mut(pending.owner) {
            consumer.pending += 1;
        }
    }

    fn disown(&mut self, pending: Pending) {
        self.by_owner.remove(&(u64::from(pending.owner), pending.id));
        if let Some(consumer) = self.consumer_mut(pending.owner) {
            consumer.pending -= 1;
        }
    }

    fn find(&self, name: &[u8]) -> Result<usize, usize> {
        self.names.binary_search_by(|number| self.name_of(*number).cmp(name))
    }
}
