//! A stream: entries that are only ever appended, in packed nodes under an ordered index; counters of what was; and its
//! consumer groups.
//!
//! Finding an entry is a binary search for its node and a walk through that: O(log n). What a node looks like is
//! `node`'s, what a group knows is `group`'s.
//!
//! A dump is written from [`Stream::nodes`] and [`Stream::groups`], and read back by [`Stream::append`] (with
//! [`Stream::end_node`] between nodes), the public counters, [`Stream::add_group`], [`Group::add_consumer`] and
//! [`Group::put`].

pub mod group;
pub mod id;
pub mod idempotency;
mod item;
pub mod node;
mod range;
#[cfg(test)]
mod tests;

pub use group::{Consumer, Group, Pending};
pub use id::StreamId;
pub use idempotency::Idempotency;
pub use node::{Entry, Fields, Node};
pub use range::{Backwards, Range};

use super::shared::Shared;
use super::{Collection, Kind, Object, Thresholds};
use crate::ds::ordered::{Ordered, Place};

/// Most entries in a node whatever CONFIG says, so that walking through one stays short of a second.
const NODE_ENTRIES_MAX: usize = 1 << 20;
/// Most bytes in a node whatever CONFIG says, its last entry aside: offsets have 32 bits.
const NODE_BYTES_MAX: usize = 1 << 30;
/// What a node counts for in the account of memory beside its bytes.
const NODE_WEIGHT: usize = 96;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    nodes: Ordered<Node>,
    len: usize,
    /// What the nodes count for in the account of memory.
    nodes_weight: usize,
    /// The next entry begins a node.
    node_ended: bool,
    /// The ID of the last entry ever added; new ones must be greater.
    pub last_id: StreamId,
    /// The greatest ID that was deleted; what is trimmed does not count.
    pub max_deleted: StreamId,
    /// Entries ever added.
    pub entries_added: u64,
    /// By name.
    #[expect(clippy::vec_box, reason = "a new group must not move the others")]
    groups: Vec<Box<Group>>,
    /// What the groups count for in the account of memory, without the one that is `lent`.
    groups_weight: usize,
    /// The place of a group that somebody may be changing.
    lent: Option<usize>,
    /// Who may send what again.
    pub idempotency: Option<Box<Idempotency>>,
}

/// What to trim.
#[derive(Clone, Copy, Debug)]
pub struct Trim {
    /// What stays.
    pub keep: Keep,
    /// Only whole nodes.
    pub approximate: bool,
    /// Most entries to remove; 0: any number.
    pub limit: usize,
}

/// What stays when a stream is trimmed.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// The last so many entries.
    Last(usize),
    /// Entries from this ID on.
    From(StreamId),
}

impl Stream {
    /// Appends an entry of fields and values, alternating. Its ID must be greater than all others. Amortised O(bytes).
    pub fn append<'w>(
        &mut self,
        id: StreamId,
        words: impl Iterator<Item = &'w [u8]> + Clone,
        thresholds: &Thresholds,
    ) {
        let size: usize = words.clone().map(<[u8]>::len).sum();
        let bound = |limit: usize, most: usize| if limit == 0 { most } else { limit.min(most) };
        let entries_max = bound(thresholds.stream_node_max_entries, NODE_ENTRIES_MAX);
        let bytes_max = bound(thresholds.stream_node_max_bytes, NODE_BYTES_MAX);
        let last = self.nodes.before(self.nodes.end());
        let open = last.filter(|last| {
            let node = self.nodes.element(*last);
            !self.node_ended
                && node.is_some_and(|it| it.added() < entries_max && it.bytes() + size < bytes_max)
        });
        if let Some(place) = open {
            let node = self.nodes.at_mut(place);
            let before = node.bytes();
            node.push(id, words);
            self.nodes_weight += node.bytes() - before;
        } else {
            if let Some(full) = last {
                self.nodes.at_mut(full).close();
            }
            let mut node = Node::new(id, words.clone());
            node.push(id, words);
            self.nodes_weight += NODE_WEIGHT + node.bytes();
            self.nodes.append(node);
            self.node_ended = false;
        }
        self.len += 1;
        self.last_id = id;
        self.entries_added = self.entries_added.wrapping_add(1);
    }

    /// The next entry begins a node, however full the last one is.
    pub fn end_node(&mut self) {
        self.node_ended = true;
    }

    /// The last node has had so many entries more, which are gone. They count when it is asked whether it is full.
    pub fn count_gone(&mut self, entries: usize) {
        if let Some(last) = self.nodes.before(self.nodes.end()) {
            self.nodes.at_mut(last).count_gone(entries);
        }
    }

    /// Removes an entry. O(log n + bytes of its node).
    pub fn delete(&mut self, id: StreamId) -> bool {
        let Some(place) = self.node_of(id) else { return false };
        let node = self.nodes.at_mut(place);
        let before = node.bytes();
        if !node.remove(id) {
            return false;
        }
        self.nodes_weight = self.nodes_weight + node.bytes() - before;
        if node.is_empty() {
            self.drop_node(place);
        }
        self.len -= 1;
        self.max_deleted = self.max_deleted.max(id);
        true
    }

    /// Removes entries from the front and shows them to `see`; how many.
    pub fn trim(&mut self, trim: &Trim, see: &mut dyn FnMut(StreamId)) -> usize {
        let before = self.len;
        while let Some(node) = self.nodes.first() {
            let (done, whole) = match trim.keep {
                Keep::Last(most) => (self.len <= most, self.len - node.len() >= most),
                Keep::From(id) => (node.base() >= id, node.top() < id),
            };
            let removed = before - self.len;
            if done || (trim.limit > 0 && removed + node.len() > trim.limit) {
                break;
            }
            let first = Place::FIRST;
            if whole {
                node.entries().for_each(|entry| see(entry.id));
                self.len -= node.len();
                self.drop_node(first);
                continue;
            }
            if trim.approximate {
                break;
            }
            let mut excess = self.len;
            let node = self.nodes.at_mut(first);
            let bytes = node.bytes();
            self.len -= node.remove_front(|id| {
                let goes = match trim.keep {
                    Keep::Last(most) => excess > most,
                    Keep::From(least) => id < least,
                };
                if goes {
                    excess -= 1;
                    see(id);
                }
                goes
            });
            self.nodes_weight = self.nodes_weight + node.bytes() - bytes;
            if !node.is_empty() {
                break;
            }
            self.drop_node(first);
        }
        before - self.len
    }

    /// A new group; `None`: there is one of that name. O(groups).
    pub fn add_group(
        &mut self,
        name: &[u8],
        last_id: StreamId,
        entries_read: Option<u64>,
    ) -> Option<&mut Group> {
        let place = self.find_group(name).err()?;
        self.take_back();
        self.groups.insert(place, Box::new(Group::new(name, last_id, entries_read)));
        self.lent = Some(place);
        Some(&mut self.groups[place])
    }

    /// Removes a group with all it knows. O(groups).
    pub fn remove_group(&mut self, name: &[u8]) -> bool {
        let place = self.find_group(name);
        if let Ok(place) = place {
            self.take_back();
            self.groups_weight -= self.groups.remove(place).weight();
        }
        place.is_ok()
    }

    /// A group, to be changed. O(log groups).
    pub fn group_mut(&mut self, name: &[u8]) -> Option<&mut Group> {
        let place = self.find_group(name).ok()?;
        self.lend(place);
        Some(&mut self.groups[place])
    }

    /// Forgets that the entry was delivered, in every group. O(groups · log pending).
    pub fn forget_deliveries(&mut self, id: StreamId) {
        self.take_back();
        for group in &mut self.groups {
            let before = group.weight();
            group.remove(id);
            self.groups_weight = self.groups_weight + group.weight() - before;
        }
    }

    /// A group is told that the entry was read, in order: its position and its counter move on.
    pub fn advance(&mut self, group: &[u8], id: StreamId) {
        let Ok(place) = self.find_group(group) else { return };
        let before = self.groups[place].last_id;
        let read = match self.groups[place].entries_read {
            Some(read) if before >= self.first_id() && !self.has_deleted_from(before) => {
                Some(read.wrapping_add(1))
            }
            _ if self.entries_added > 0 => self.count_up_to(id),
            read => read,
        };
        self.groups[place].last_id = id;
        self.groups[place].entries_read = read;
    }

    /// Entries.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The ID of the first entry; `0-0` without one.
    pub fn first_id(&self) -> StreamId {
        let first = self.nodes.first().and_then(|node| node.entries().next());
        first.map_or(StreamId::MIN, |entry| entry.id)
    }

    /// The ID of the last entry that is still there; `0-0` without one.
    pub fn last_entry_id(&self) -> StreamId {
        self.nodes.last().map_or(StreamId::MIN, Node::last)
    }

    /// An entry. O(log n + entries of its node).
    pub fn get(&self, id: StreamId) -> Option<Entry<'_>> {
        self.range(id, id).next()
    }

    /// The entries from `start` to `end`, both included. O(log n + entries of a node), then O(1) each.
    pub fn range(&self, start: StreamId, end: StreamId) -> Range<'_> {
        Range::new(&self.nodes, self.node_from(start), start, end)
    }

    /// The same backwards.
    pub fn backwards(&self, start: StreamId, end: StreamId) -> Backwards<'_> {
        Backwards::new(&self.nodes, start, end)
    }

    /// Its nodes, in order: each shows its names and entries.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Its groups, by name.
    pub fn groups(&self) -> &[Box<Group>] {
        &self.groups
    }

    /// A group. O(log groups).
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.find_group(name).ok().map(|place| &*self.groups[place])
    }

    /// Whether a group has still to read the entry, or waits for it to be acknowledged. O(groups · log pending).
    pub fn is_awaited(&self, id: StreamId) -> bool {
        self.groups.iter().any(|group| group.last_id < id || group.pending(id).is_some())
    }

    /// How many entries a group has still to read; `None`: nobody can tell.
    pub fn lag(&self, group: &Group) -> Option<i64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        let read = group.entries_read.filter(|_| !self.has_deleted_from(group.last_id));
        let read = read.or_else(|| self.count_up_to(group.last_id))?;
        Some(self.entries_added.wrapping_sub(read) as i64)
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        let lent = self.lent.map_or(0, |place| self.groups[place].weight());
        let idempotency = self.idempotency.as_ref().map_or(0, |it| it.weight());
        self.nodes_weight + self.groups_weight + lent + idempotency
    }

    /// How many entries were ever added up to this ID, where that can be told: at the ends, and at the beginning of what is
    /// left while nothing in it was deleted.
    fn count_up_to(&self, id: StreamId) -> Option<u64> {
        let first = self.first_id();
        if self.len == 0 && id <= self.last_id {
            return Some(self.entries_added);
        }
        if id != StreamId::MIN && id < self.max_deleted {
            return None;
        }
        if id >= self.last_id {
            return (id == self.last_id).then_some(self.entries_added);
        }
        let whole = self.max_deleted == StreamId::MIN || self.max_deleted < first;
        let gone = self.entries_added.saturating_sub(self.len as u64);
        (whole && id <= first).then(|| gone + u64::from(id == first))
    }

    /// Whether something from `id` on was deleted, so that counting on is wrong.
    fn has_deleted_from(&self, id: StreamId) -> bool {
        self.len > 0 && self.max_deleted != StreamId::MIN && id <= self.max_deleted
    }

    fn drop_node(&mut self, place: Place) {
        self.nodes_weight -= NODE_WEIGHT + self.nodes.remove_at(place).bytes();
    }

    /// Counts the group apart from now on, since somebody may change it.
    fn lend(&mut self, place: usize) {
        if self.lent != Some(place) {
            self.take_back();
            self.groups_weight -= self.groups[place].weight();
            self.lent = Some(place);
        }
    }

    fn take_back(&mut self) {
        if let Some(place) = self.lent.take() {
            self.groups_weight += self.groups[place].weight();
        }
    }

    fn find_group(&self, name: &[u8]) -> Result<usize, usize> {
        self.groups.binary_search_by(|group| group.name().cmp(name))
    }

    /// The node that an entry with this ID is in, if there is one.
    fn node_of(&self, id: StreamId) -> Option<Place> {
        match self.nodes.find(|node| node.base().cmp(&id)) {
            Ok(place) => Some(place),
            Err(place) => self.nodes.before(place),
        }
    }

    /// The node in which a walk that begins at this ID begins.
    fn node_from(&self, id: StreamId) -> Place {
        self.node_of(id).unwrap_or(Place::FIRST)
    }
}

impl Collection for Stream {
    const KIND: Kind = Kind::Stream;
    fn of(object: &Object) -> Option<&Self> {
        if let Object::Stream(value) = object { Some(value) } else { None }
    }
    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        if let Object::Stream(value) = object { Some(value) } else { None }
    }
    fn into_object(self) -> Object {
        Object::Stream(Shared::new(self))
    }
    fn empty() -> Self {
        Stream::default()
    }
}
