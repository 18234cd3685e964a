//! Sets: sorted integers, or one listpack, while small; a dictionary beyond.
//!
//! A set starts in the form that its first member and the number of members announced call for, and only moves to larger
//! forms: integers → listpack → dictionary. Only results of set algebra are packed tightly again ([`Set::tighten`]).
//!
//! Left out: algebra over several sets (`commands/set_algebra`).

use super::shared::Shared;
use super::{Collection, Kind, LARGE_FORM, Object, Thresholds};
use crate::ds::decimal;
use crate::ds::dict::{self, Deadline, Dict, Payload};
use crate::ds::intset::{self, Intset};
use crate::ds::listpack::{self, Item, Listpack, TextBuf};
use crate::ds::ordered::Ordered;
use crate::util::rng::Rng;

#[cfg(test)]
mod tests;

/// Sets: sorted integers, or one listpack, while small; a dictionary beyond.
#[derive(Clone, Debug)]
pub enum Set {
    /// Few members, all integers.
    Ints(Intset),
    /// Few and short members.
    Packed(Listpack),
    /// Any number of members.
    Table(Shared<Dict<(), 0>>),
}

/// All members of a set.
pub enum Iter<'a> {
    /// Of the integers.
    Ints(intset::Iter<'a>),
    /// Of the listpack.
    Packed(listpack::Iter<'a>),
    /// Of the dictionary.
    Table(dict::Iter<'a, (), 0>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        match self {
            Iter::Ints(ints) => ints.next().map(Item::Int),
            Iter::Packed(pack) => pack.next(),
            Iter::Table(table) => table.next().map(|entry| Item::Bytes(entry.key)),
        }
    }
}

/// Below this fraction of a set (1/n), distinct random members are drawn one by one; above it, in one walk.
const SPARSE_SAMPLE: usize = 3;

impl Set {
    /// An empty set in the form for `expected` members that begin with `first`.
    pub fn sized(first: &[u8], expected: usize, t: &Thresholds) -> Self {
        if decimal::parse(first).is_some() && expected <= ints_max(t) {
            Set::Ints(Intset::new())
        } else if expected <= t.set_max_listpack_entries {
            Set::Packed(Listpack::new())
        } else {
            Set::Table(Shared::new(Dict::new(t.hash_key)))
        }
    }

    /// An empty listpack: what an intersection is gathered in.
    pub fn packed() -> Self {
        Set::Packed(Listpack::new())
    }

    /// After many additions at once: gives back what they left over of a small form's room.
    pub fn give_back_room(&mut self) {
        if let Set::Packed(pack) = self {
            pack.give_back_room();
        }
    }

    /// Prepares for `expected` members to be added, which may all be new.
    pub fn expect(&mut self, expected: usize, t: &Thresholds) {
        let too_many = match self {
            Set::Ints(_) => expected > ints_max(t),
            Set::Packed(_) => expected > t.set_max_listpack_entries,
            Set::Table(_) => false,
        };
        if too_many {
            self.spread(t);
        }
    }

    /// Adds a member; `false` when it was there. O(1), or O(members) of a small form.
    pub fn add(&mut self, member: &[u8], t: &Thresholds) -> bool {
        match self {
            Set::Table(table) => insert(table, member),
            Set::Packed(pack) => {
                if pack.first().is_some_and(|first| pack.find(member, first, 0).is_some()) {
                    return false;
                }
                if pack.len() < t.set_max_listpack_entries
                    && member.len() <= t.set_max_listpack_value
                    && pack.push_back(member)
                {
                    if super::is_time_to_share(pack.len()) {
                        pack.share_stems(1);
                    }
                    return true;
                }
                self.spread(t);
                self.add(member, t)
            }
            Set::Ints(ints) => {
                let Some(value) = decimal::parse(member) else {
                    self.mix(member, t);
                    return self.add(member, t);
                };
                let added = ints.insert(value);
                if added && ints.len() > ints_max(t) {
                    self.spread(t);
                }
                added
            }
        }
    }

    /// As [`Set::add`] for a member of another set.
    pub fn add_item(&mut self, member: Item<'_>, t: &Thresholds) -> bool {
        self.add(member.text(&mut TextBuf::default()), t)
    }

    /// Removes a member; `false` when it was not there. O(1), or O(members) of a small form.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        match self {
            Set::Ints(ints) => decimal::parse(member).is_some_and(|value| ints.remove(value)),
            Set::Packed(pack) => match pack.first().and_then(|first| pack.find(member, first, 0)) {
                Some(at) => {
                    pack.remove(at);
                    true
                }
                None => false,
            },
            Set::Table(table) => {
                let hash = table.hash_of(member);
                table.remove(hash, member).is_some()
            }
        }
    }

    /// Takes out a fairly chosen member. O(1), or O(members) of a small form.
    pub fn pop(&mut self, rng: &mut Rng) -> Option<Vec<u8>> {
        let member = self.random(rng)?.to_vec();
        self.remove(&member);
        Some(member)
    }

    /// Takes out up to `count` fairly chosen members, showing each. O(count), or O(members) of a small form.
    pub fn pop_many(&mut self, count: usize, rng: &mut Rng, mut gone: impl FnMut(Item<'_>)) {
        let mut draw = Draw { left: self.len(), wanted: count.min(self.len()) };
        match self {
            Set::Ints(ints) => {
                let mut kept = Intset::new();
                for value in ints.iter() {
                    if draw.next(rng) {
                        gone(Item::Int(value));
                    } else {
                        kept.insert(value);
                    }
                }
                *ints = kept;
            }
            Set::Packed(pack) => {
                pack.retain(|item| {
                    let drawn = draw.next(rng);
                    if drawn {
                        gone(item);
                    }
                    !drawn
                });
            }
            Set::Table(_) => {
                for _ in 0..draw.wanted {
                    let Some(member) = self.pop(rng) else { break };
                    gone(Item::Bytes(&member));
                }
            }
        }
    }

    /// Moves a finished result into the smallest form that the thresholds allow. O(members) where there is one.
    pub fn tighten(&mut self, t: &Thresholds) {
        if matches!(self, Set::Ints(_)) || self.len() > ints_max(t) {
            return;
        }
        let mut ints = Intset::new();
        for item in self.iter() {
            match item.as_int() {
                Some(value) => ints.insert(value),
                None => return,
            };
        }
        *self = Set::Ints(ints);
    }

    /// Members. O(1).
    pub fn len(&self) -> usize {
        match self {
            Set::Ints(ints) => ints.len(),
            Set::Packed(pack) => pack.len(),
            Set::Table(large) => large.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `member` is in the set. O(1), O(log members) or O(members) by form.
    pub fn contains(&self, member: &[u8]) -> bool {
        match self {
            Set::Ints(ints) => decimal::parse(member).is_some_and(|value| ints.contains(value)),
            Set::Packed(pack) => {
                pack.first().is_some_and(|first| pack.find(member, first, 0).is_some())
            }
            Set::Table(table) => table.contains(table.hash_of(member), member),
        }
    }

    /// As [`Set::contains`] for a member of another set.
    pub fn contains_item(&self, member: Item<'_>) -> bool {
        match (self, member) {
            (Set::Ints(ints), Item::Int(value)) => ints.contains(value),
            _ => self.contains(member.text(&mut TextBuf::default())),
        }
    }

    /// All members: integers ascending, listpacks by age, dictionaries in an order of their own that is always the same
    /// for the same history.
    pub fn iter(&self) -> Iter<'_> {
        match self {
            Set::Ints(ints) => Iter::Ints(ints.iter()),
            Set::Packed(pack) => Iter::Packed(pack.iter()),
            Set::Table(table) => Iter::Table(table.iter()),
        }
    }

    /// A fairly chosen member. Expected O(1), O(members) of a listpack.
    pub fn random(&self, rng: &mut Rng) -> Option<Item<'_>> {
        let len = self.len();
        if len == 0 {
            return None;
        }
        match self {
            Set::Ints(ints) => ints.get(rng.below(len as u64) as usize).map(Item::Int),
            Set::Packed(pack) => pack.seek(rng.below(len as u64) as isize).map(|at| pack.get(at)),
            Set::Table(table) => {
                table.random(|| rng.next_u64()).map(|entry| Item::Bytes(entry.key))
            }
        }
    }

    /// Shows `count` fairly chosen members, or all if there are fewer, each once; how many were looked at.
    pub fn sample(&self, count: usize, rng: &mut Rng, mut visit: impl FnMut(Item<'_>)) -> usize {
        let len = self.len();
        if let Set::Table(table) = self
            && count < len / SPARSE_SAMPLE
        {
            let mut drawn = Ordered::new();
            while drawn.len() < count {
                let Some(entry) = table.random(|| rng.next_u64()) else { break };
                if drawn.insert(super::place(entry.key)) {
                    visit(Item::Bytes(entry.key));
                }
            }
            return count;
        }
        let mut draw = Draw { left: len, wanted: count.min(len) };
        self.iter().filter(|_| draw.next(rng)).for_each(visit);
        len
    }

    /// One step of SSCAN: shows about `count` members from `cursor` on; the next cursor, 0 at the end. Small forms are
    /// shown whole.
    pub fn scan<'a>(&'a self, cursor: u64, count: usize, mut visit: impl FnMut(Item<'a>)) -> u64 {
        match self {
            Set::Table(table) => table.scan(cursor, count, |entry| visit(Item::Bytes(entry.key))),
            _ => {
                self.iter().for_each(visit);
                0
            }
        }
    }

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Set::Ints(_) => "intset",
            Set::Packed(_) => "listpack",
            Set::Table(_) => "hashtable",
        }
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        match self {
            Set::Ints(ints) => ints.bytes(),
            Set::Packed(pack) => pack.bytes(),
            Set::Table(large) => LARGE_FORM + large.weight(),
        }
    }

    /// Integers that are to hold `member`, which is none, become a listpack if that may hold them all.
    fn mix(&mut self, member: &[u8], t: &Thresholds) {
        let Set::Ints(ints) = self else { return };
        let ends = [ints.get(0), ints.iter().next_back()];
        let longest = ends.into_iter().flatten().map(decimal::text_len).max().unwrap_or(0);
        if ints.len() < t.set_max_listpack_entries
            && longest.max(member.len()) <= t.set_max_listpack_value
        {
            let mut buf = itoa::Buffer::new();
            let mut pack = Listpack::new();
            for value in ints.iter() {
                pack.push_back(buf.format(value).as_bytes());
            }
            *self = Set::Packed(pack);
        } else {
            self.spread(t);
        }
    }

    /// Becomes a dictionary.
    fn spread(&mut self, t: &Thresholds) {
        let mut table = Shared::new(Dict::new(t.hash_key));
        for item in self.iter() {
            insert(&mut table, item.text(&mut TextBuf::default()));
        }
        *self = Set::Table(table);
    }
}

/// Most members of an integer set: what is configured, within what the structure can hold.
fn ints_max(t: &Thresholds) -> usize {
    t.set_max_intset_entries.min(intset::LEN_MAX)
}

fn insert(table: &mut Dict<(), 0>, member: &[u8]) -> bool {
    let value = if Dict::<(), 0>::fits_inline(member.len(), 0) {
        Payload::Inline(&[])
    } else {
        Payload::Spilled(())
    };
    table.put(table.hash_of(member), member, [], value, Deadline::Clear).is_none()
}

/// Draws `wanted` of `left` elements in one walk, every subset equally likely (Knuth, The Art of Computer Programming,
/// volume 2, 3.4.2, algorithm S).
pub(super) struct Draw {
    pub(super) left: usize,
    pub(super) wanted: usize,
}

impl Draw {
    /// Whether the next element is one of them.
    pub(super) fn next(&mut self, rng: &mut Rng) -> bool {
        if self.wanted == 0 {
            return false;
        }
        let drawn = (rng.below(self.left as u64) as usize) < self.wanted;
        self.left -= 1;
        self.wanted -= usize::from(drawn);
        drawn
    }
}

impl Collection for Set {
    const KIND: Kind = Kind::Set;
    fn of(object: &Object) -> Option<&Self> {
        if let Object::Set(value) = object { Some(value) } else { None }
    }
    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        if let Object::Set(value) = object { Some(value) } else { None }
    }
    fn into_object(self) -> Object {
        Object::Set(self)
    }
    fn empty() -> Self {
        Set::Ints(Intset::new())
    }
}
