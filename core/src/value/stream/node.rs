//! A packed node: up to some hundred entries in one buffer. The names of its first entry's fields stand at the front;
//! entries with the same names, which mostly are all, keep values only. IDs are differences to the entry before.
//!
//! ```text
//! number of names | name* | entry*
//! entry: head | [ms difference] | [seq] | length of the rest | [number of fields] | (value | name value)*
//! ```
//!
//! The head's bit 0: the entry has names of its own; bit 1: the sequence number is written, otherwise it is the next
//! one, or 0 in a new millisecond; the other bits: the difference of milliseconds, or 63: it is written. So an entry of
//! one field whose ID was made by the server takes two bytes and its value.
//!
//! Removed entries leave no hole, but count towards how full the node is, as real servers count them: which entries share
//! a node decides what an approximate trim removes.

use super::id::StreamId;
use super::item;
use crate::ds::listpack::Item;

const OWN_NAMES: u8 = 1;
const SEQ_WRITTEN: u8 = 2;
const MS_SHIFT: u32 = 2;
const MS_WRITTEN: u64 = 0x3F;

/// See the module.
#[derive(Clone, Debug)]
pub struct Node {
    /// The ID of its first entry when it was begun; every entry's is at least that.
    base: StreamId,
    /// The ID of its last entry.
    last: StreamId,
    /// The ID of the last entry that was ever added to it.
    top: StreamId,
    bytes: Vec<u8>,
    /// Where in `bytes` the first entry begins.
    entries_at: u32,
    live: u32,
    added: u32,
}

/// An entry: its ID and its fields.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its ID.
    pub id: StreamId,
    /// Fields and values, in the order they were given.
    pub fields: Fields<'a>,
}

/// The fields of an entry, each with its value.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// The names of the node, where the entry has none of its own.
    names: Option<&'a [u8]>,
    rest: &'a [u8],
    left: usize,
}

/// A walk over a node's entries.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    names: &'a [u8],
    rest: &'a [u8],
    previous: StreamId,
}

impl Node {
    /// An empty node whose first entry is going to have the ID `base` and these fields.
    pub(super) fn new<'w>(base: StreamId, words: impl Iterator<Item = &'w [u8]> + Clone) -> Self {
        let mut bytes = Vec::new();
        item::push_number(&mut bytes, words.clone().count() as u64 / 2);
        words.step_by(2).for_each(|name| item::push(&mut bytes, name));
        let entries_at = bytes.len() as u32;
        Node { base, last: before(base), top: base, bytes, entries_at, live: 0, added: 0 }
    }

    /// Appends an entry. Its ID must be behind all others. O(bytes of the entry).
    pub(super) fn push<'w>(&mut self, id: StreamId, words: impl Iterator<Item = &'w [u8]> + Clone) {
        let own = !self.has_names(words.clone());
        write_head(&mut self.bytes, self.last, id, own);
        let at = self.bytes.len();
        self.bytes.push(0);
        if own {
            item::push_number(&mut self.bytes, words.clone().count() as u64 / 2);
            words.for_each(|word| item::push(&mut self.bytes, word));
        } else {
            words.skip(1).step_by(2).for_each(|value| item::push(&mut self.bytes, value));
        }
        self.write_length(at);
        self.last = id;
        self.top = id;
        self.live += 1;
        self.added += 1;
    }

    /// It has had so many entries more, which are gone.
    pub(super) fn count_gone(&mut self, entries: usize) {
        self.added = self.added.saturating_add(u32::try_from(entries).unwrap_or(u32::MAX));
    }

    /// Removes an entry. O(bytes of the node).
    pub(super) fn remove(&mut self, id: StreamId) -> bool {
        let mut walk = self.entries();
        loop {
            let (from, previous) = (self.bytes.len() - walk.rest.len(), walk.previous);
            match walk.next() {
                Some(entry) if entry.id < id => {}
                Some(entry) if entry.id == id => {
                    let to = self.bytes.len() - walk.rest.len();
                    self.cut(from, to, previous, 1);
                    return true;
                }
                _ => return false,
            }
        }
    }

    /// Removes entries from the front as long as `goes` says so; how many. O(bytes of the node).
    pub(super) fn remove_front(&mut self, mut goes: impl FnMut(StreamId) -> bool) -> usize {
        let mut walk = self.entries();
        let mut ahead = walk.clone();
        let mut count = 0;
        while let Some(entry) = ahead.next()
            && goes(entry.id)
        {
            walk = ahead.clone();
            count += 1;
        }
        let to = self.bytes.len() - walk.rest.len();
        self.cut(self.entries_at as usize, to, before(self.base), count);
        count
    }

    /// Gives back spare room: nothing is going to be appended.
    pub(super) fn close(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// The ID of the first entry it was begun with, which may be gone.
    pub fn base(&self) -> StreamId {
        self.base
    }

    /// The ID of its last entry.
    pub fn last(&self) -> StreamId {
        self.last
    }

    /// The ID of the last entry that was ever added to it, which may be gone.
    pub fn top(&self) -> StreamId {
        self.top
    }

    /// Entries in it.
    pub fn len(&self) -> usize {
        self.live as usize
    }

    /// Whether it has no entries, which only a node that is about to go has.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Entries that were ever added to it, with those removed since.
    pub fn added(&self) -> usize {
        self.added as usize
    }

    /// Bytes its entries take.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes of heap held.
    pub fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// Its entries in order.
    pub fn entries(&self) -> Entries<'_> {
        let (names, rest) = self.bytes.split_at(self.entries_at as usize);
        Entries { names, rest, previous: before(self.base) }
    }

    /// Its entries' names where they have none of their own.
    pub fn names(&self) -> impl Iterator<Item = Item<'_>> {
        let (count, mut rest) = item::take_number(&self.bytes);
        (0..count).map(move |_| {
            let (name, behind) = item::take(rest);
            rest = behind;
            name
        })
    }

    fn has_names<'w>(&self, words: impl Iterator<Item = &'w [u8]>) -> bool {
        let mut names = self.names();
        words.step_by(2).all(|word| names.next().is_some_and(|name| name.eq_bytes(word)))
            && names.next().is_none()
    }

    /// Writes the length of what stands behind offset `at` there.
    fn write_length(&mut self, at: usize) {
        let length = self.bytes.len() - at - 1;
        if length <= 0x7F {
            self.bytes[at] = length as u8;
        } else {
            // Rare: the length takes more than the byte left for it.
            let rest = self.bytes.split_off(at + 1);
            self.bytes.truncate(at);
            item::push_number(&mut self.bytes, length as u64);
            self.bytes.extend_from_slice(&rest);
        }
    }

    /// Removes `count` entries in the bytes `from..to`; `previous`: the ID before them.
    fn cut(&mut self, from: usize, to: usize, previous: StreamId, count: usize) {
        if count == 0 {
            return;
        }
        let tail = self.bytes.split_off(to);
        let mut last = self.last;
        if tail.is_empty() {
            last = previous;
        }
        // The entry behind counts its ID from what is now before it.
        let removed_last = {
            let names = &self.bytes[..self.entries_at as usize];
            let mut walk = Entries { names, rest: &self.bytes[from..], previous };
            walk.by_ref().last().map_or(previous, |entry| entry.id)
        };
        self.bytes.truncate(from);
        if let Some((&head, _)) = tail.split_first() {
            let (id, rest) = read_head(&tail, removed_last);
            write_head(&mut self.bytes, previous, id, head & OWN_NAMES != 0);
            self.bytes.extend_from_slice(rest);
        }
        self.last = last;
        self.live -= count as u32;
    }
}

impl<'a> Entries<'a> {
    /// Passes over entries before `id`.
    #[inline]
    pub(super) fn skip_to(&mut self, id: StreamId) {
        while !self.rest.is_empty() {
            let (next, rest) = read_head(self.rest, self.previous);
            if next >= id {
                return;
            }
            let (length, rest) = item::take_number(rest);
            self.rest = &rest[length as usize..];
            self.previous = next;
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        let (&head, _) = self.rest.split_first()?;
        let (id, rest) = read_head(self.rest, self.previous);
        let (length, rest) = item::take_number(rest);
        let (body, rest) = rest.split_at(length as usize);
        self.rest = rest;
        self.previous = id;
        let own = head & OWN_NAMES != 0;
        let (left, behind) = item::take_number(if own { body } else { self.names });
        let fields = if own {
            Fields { names: None, rest: behind, left: left as usize }
        } else {
            Fields { names: Some(behind), rest: body, left: left as usize }
        };
        Some(Entry { id, fields })
    }
}

impl Fields<'_> {
    /// Fields that are left.
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Item<'a>, Item<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let name = match &mut self.names {
            Some(names) => {
                let (name, behind) = item::take(names);
                *names = behind;
                name
            }
            None => {
                let (name, behind) = item::take(self.rest);
                self.rest = behind;
                name
            }
        };
        let (value, behind) = item::take(self.rest);
        self.rest = behind;
        Some((name, value))
    }
}

/// What an ID counts from so that it comes first without a difference.
fn before(base: StreamId) -> StreamId {
    StreamId { ms: base.ms, seq: base.seq.wrapping_sub(1) }
}

#[inline]
fn write_head(out: &mut Vec<u8>, previous: StreamId, id: StreamId, own: bool) {
    let ms = id.ms - previous.ms;
    let seq = if ms == 0 { id.seq.wrapping_sub(previous.seq).wrapping_sub(1) } else { id.seq };
    let mut head = if own { OWN_NAMES } else { 0 };
    if seq != 0 {
        head |= SEQ_WRITTEN;
    }
    out.push(head | (ms.min(MS_WRITTEN) as u8) << MS_SHIFT);
    if ms >= MS_WRITTEN {
        item::push_number(out, ms);
    }
    if seq != 0 {
        item::push_number(out, seq);
    }
}

/// The ID of the entry that `bytes` begin with, and what stands behind it.
#[inline]
fn read_head(bytes: &[u8], previous: StreamId) -> (StreamId, &[u8]) {
    let (head, mut rest) = (bytes[0], &bytes[1..]);
    let mut ms = u64::from(head >> MS_SHIFT);
    if ms == MS_WRITTEN {
        (ms, rest) = item::take_number(rest);
    }
    let mut seq = 0;
    if head & SEQ_WRITTEN != 0 {
        (seq, rest) = item::take_number(rest);
    }
    if ms == 0 {
        seq = seq.wrapping_add(previous.seq).wrapping_add(1);
    }
    (StreamId { ms: previous.ms.wrapping_add(ms), seq }, rest)
}
