//! Sorted sets: member and score side by side in one listpack, in order, while small; beyond, a counted B-tree for the
//! order beside a dictionary from member to score.
//!
//! Everything that concerns a stretch of members (ranges by score or by member, removals, pops) first becomes a range of
//! ranks ([`ZSet::span`]), which both forms can walk from either end and remove. A sorted set only ever moves to the
//! large form.
//!
//! Left out: algebra over several sorted sets (`commands/zset_algebra`).

use super::shared::Shared;
use super::zset_walk::Members;
use super::{Collection, Kind, LARGE_FORM, Object, Thresholds};
use crate::ds::dict::{Deadline, Dict, Payload};
use crate::ds::listpack::{self, At, Item, Listpack, TextBuf};
use crate::ds::ranked::Ranked;
use crate::util::number;
use std::cmp::Ordering;
use std::ops::Range;

#[cfg(test)]
mod tests;

/// A sorted set.
#[derive(Clone, Debug)]
pub enum ZSet {
    /// Few and short members.
    Packed(Listpack),
    /// Any number of members.
    Ordered(Shared<Ordered>),
}

/// The large form. Both parts always hold the same members.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// By score, then member.
    pub order: Ranked,
    /// Member to score: the score's bits, little-endian, are the record's metadata.
    pub scores: Dict<(), 8>,
}

/// What [`ZSet::update`] found and did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Updated {
    /// The member's score before; `None`: it was not there.
    pub before: Option<f64>,
    /// The score that was asked for; `None`: the member was to be left alone.
    pub after: Option<f64>,
}

/// Bytes of the small form beyond which it takes no more members, whatever the thresholds: there is always room for scores
/// to become longer.
pub const PACK_BYTES_MAX: usize = listpack::MAX_BYTES / 2;
/// Whole scores below this are stored as integers by way of a conversion that needs no memory.
const WHOLE_MAX: f64 = (1u64 << 53) as f64;

impl ZSet {
    /// An empty one in the large form: what results are gathered in.
    pub fn ordered(t: &Thresholds) -> Self {
        ZSet::Ordered(Shared::new(Ordered { order: Ranked::new(), scores: Dict::new(t.hash_key) }))
    }

    /// Adds a member with a score that is not NaN; `false`: it is there already. O(log members), or O(members) of the small
    /// form.
    pub fn add(&mut self, member: &[u8], score: f64, t: &Thresholds) -> bool {
        let new = self.score(member).is_none();
        if new {
            self.expect(self.len() + 1, member.len(), t);
            match self {
                ZSet::Packed(pack) => insert_pair(pack, member, score),
                ZSet::Ordered(large) => large.insert(member, score),
            }
        }
        new
    }

    /// Prepares for `expected` members to be added, the longest of `longest` bytes, which may all be new.
    pub fn expect(&mut self, expected: usize, longest: usize, t: &Thresholds) {
        if matches!(self, ZSet::Packed(_))
            && (expected > t.zset_max_listpack_entries || longest > t.zset_max_listpack_value)
        {
            self.spread(t);
        }
    }

    /// After many additions at once: gives back what they left over of a small form's room.
    pub fn give_back_room(&mut self) {
        if let ZSet::Packed(pack) = self {
            pack.give_back_room();
        }
    }

    /// Gives `member` the score that `decide` answers when shown the present one; it may decline. The score must not be
    /// NaN. (The small form knows no negative zero: it becomes 0.) O(log members), or O(members) of the small form.
    pub fn update(
        &mut self,
        member: &[u8],
        t: &Thresholds,
        decide: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> Updated {
        let pack = match self {
            ZSet::Packed(pack) => pack,
            ZSet::Ordered(large) => return large.update(member, decide),
        };
        let at = find(pack, member);
        let before = at.and_then(|at| pack.next(at)).map(|at| score_of(pack.get(at)));
        let after = decide(before);
        match (at, after) {
            (_, None) => {}
            (Some(_), Some(score)) if before == Some(score) => {}
            (Some(at), Some(score)) => {
                remove_pair(pack, at);
                insert_pair(pack, member, score);
            }
            (None, Some(score)) => {
                if pack.len() / 2 < t.zset_max_listpack_entries
                    && member.len() <= t.zset_max_listpack_value
                    && pack.bytes() + member.len() <= PACK_BYTES_MAX
                {
                    insert_pair(pack, member, score);
                } else {
                    self.spread(t).insert(member, score);
                }
            }
        }
        Updated { before, after }
    }

    /// Removes a member; its score. O(log members), or O(members) of the small form.
    pub fn remove(&mut self, member: &[u8]) -> Option<f64> {
        match self {
            ZSet::Packed(pack) => {
                let at = find(pack, member)?;
                let score = score_of(pack.get(pack.next(at)?));
                remove_pair(pack, at);
                Some(score)
            }
            ZSet::Ordered(large) => {
                let score = large.score(member)?;
                let Ordered { order, scores } = &mut **large;
                scores.remove(scores.hash_of(member), member);
                order.remove(score, member);
                Some(score)
            }
        }
    }

    /// Removes the members of these ranks; how many there were. O(log members + removed), or O(members) of the small form.
    pub fn remove_span(&mut self, span: Range<usize>) -> usize {
        match self {
            ZSet::Packed(pack) => pack.remove_range(span.start * 2, span.len() * 2) / 2,
            ZSet::Ordered(large) => {
                let Ordered { order, scores } = &mut **large;
                order.remove_range(span.start, span.len(), |_, member| {
                    scores.remove(scores.hash_of(member), member);
                })
            }
        }
    }

    /// Moves a finished result into the smallest form that the thresholds allow. O(members) where that is the small one.
    pub fn tighten(&mut self, t: &Thresholds) {
        if matches!(self, ZSet::Packed(_)) || self.len() > t.zset_max_listpack_entries {
            return;
        }
        let mut pack = Listpack::new();
        for (member, score) in self.members(0..self.len(), false) {
            if member.len() > t.zset_max_listpack_value
                || pack.bytes() + member.len() > PACK_BYTES_MAX
            {
                return;
            }
            push_pair(&mut pack, member.text(&mut TextBuf::default()), score);
        }
        *self = ZSet::Packed(pack);
    }

    /// Members. O(1).
    pub fn len(&self) -> usize {
        match self {
            ZSet::Packed(pack) => pack.len() / 2,
            ZSet::Ordered(large) => large.order.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A member's score. O(1), or O(members) of the small form.
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            ZSet::Packed(pack) => {
                let at = find(pack, member)?;
                Some(score_of(pack.get(pack.next(at)?)))
            }
            ZSet::Ordered(large) => large.score(member),
        }
    }

    /// A member's rank, ascending from 0, and its score. O(log members), or O(members) of the small form.
    pub fn rank(&self, member: &[u8]) -> Option<(usize, f64)> {
        match self {
            ZSet::Packed(pack) => {
                let at = find(pack, member)?;
                Some((pack.index_of(at) / 2, score_of(pack.get(pack.next(at)?))))
            }
            ZSet::Ordered(large) => {
                let score = large.score(member)?;
                Some((large.order.rank_of(score, member)?, score))
            }
        }
    }

    /// The ranks of the members from the first that is not `below` to the last that is `within`, both asked with score and
    /// member, without the first `skip` of them, or with `reverse` the last. O(log members), or O(members) of the small
    /// form.
    ///
    /// Where members of different scores are asked for by their bytes, the order does not help and any answer is right; the
    /// small form walks and stops as the real servers do.
    pub fn span(
        &self,
        below: impl Fn(f64, Item<'_>) -> bool,
        within: impl Fn(f64, Item<'_>) -> bool,
        reverse: bool,
        skip: usize,
    ) -> Range<usize> {
        let len = self.len();
        let ends_fit = self.members(0..len.min(1), false).any(|(m, score)| within(score, m))
            && self.members(len.saturating_sub(1)..len, false).any(|(m, score)| !below(score, m));
        if !ends_fit {
            return 0..0;
        }
        if let ZSet::Ordered(large) = self {
            let start = large.order.rank_by(|score, member| below(score, Item::Bytes(member)));
            let end = large.order.rank_by(|score, member| within(score, Item::Bytes(member)));
            let end = end.max(start);
            let skip = skip.min(end - start);
            return if reverse { start..end - skip } else { start + skip..end };
        }
        let count = |span: Range<usize>, goes_on: &dyn Fn(f64, Item<'_>) -> bool| {
            self.members(span, reverse).take_while(|(m, score)| goes_on(*score, *m)).count()
        };
        if reverse {
            let end = len - count(0..len, &|score, m| !within(score, m));
            if count(0..end, &|score, m| !below(score, m)) == 0 {
                return 0..0;
            }
            let end = end.saturating_sub(skip);
            end - count(0..end, &|score, m| !below(score, m))..end
        } else {
            let start = count(0..len, &below);
            if count(start..len, &within) == 0 {
                return 0..0;
            }
            let start = start.saturating_add(skip).min(len);
            start..start + count(start..len, &within)
        }
    }

    /// The members of these ranks with their scores, in order or reversed. The span must lie within the set.
    pub fn members(&self, span: Range<usize>, reverse: bool) -> Members<'_> {
        match self {
            ZSet::Packed(pack) => Members::of_pack(pack, span, reverse),
            ZSet::Ordered(large) => Members::of_order(&large.order, span, reverse),
        }
    }

    /// One step of ZSCAN: shows about `count` members with their scores from `cursor` on; the next cursor, 0 at the end.
    /// The small form is shown whole.
    pub fn scan<'a>(
        &'a self,
        cursor: u64,
        count: usize,
        mut visit: impl FnMut(Item<'a>, f64),
    ) -> u64 {
        match self {
            ZSet::Packed(_) => {
                self.members(0..self.len(), false).for_each(|(member, score)| visit(member, score));
                0
            }
            ZSet::Ordered(large) => large.scores.scan(cursor, count, |entry| {
                visit(Item::Bytes(entry.key), f64::from_le_bytes(entry.meta));
            }),
        }
    }

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            ZSet::Packed(_) => "listpack",
            ZSet::Ordered(_) => "skiplist",
        }
    }

    /// Bytes it counts for in the account of memory: in the large form twice the dictionary, since the order holds the
    /// same members and scores once more. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        match self {
            ZSet::Packed(pack) => pack.bytes(),
            ZSet::Ordered(large) => LARGE_FORM + 2 * large.scores.weight(),
        }
    }

    /// Whether it has the small form.
    pub fn is_small(&self) -> bool {
        matches!(self, ZSet::Packed(_))
    }

    /// Takes the large form, if it has the small one. O(members) of the small form.
    pub fn enlarge(&mut self, t: &Thresholds) {
        self.spread(t);
    }

    /// Becomes the large form, which it returns.
    fn spread(&mut self, t: &Thresholds) -> &mut Ordered {
        if let ZSet::Packed(_) = self {
            let small = std::mem::replace(self, ZSet::ordered(t));
            if let ZSet::Ordered(large) = self {
                for (member, score) in small.members(0..small.len(), false) {
                    large.insert(member.text(&mut TextBuf::default()), score);
                }
            }
        }
        match self {
            ZSet::Ordered(large) => large,
            ZSet::Packed(_) => unreachable!("it was made large above"),
        }
    }
}

impl Ordered {
    fn update(
        &mut self,
        member: &[u8],
        decide: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> Updated {
        let hash = self.scores.hash_of(member);
        let Some(entry) = self.scores.get_mut(hash, member) else {
            let after = decide(None);
            if let Some(score) = after {
                self.insert_hashed(hash, member, score);
            }
            return Updated { before: None, after };
        };
        let before = f64::from_le_bytes(*entry.meta);
        let after = decide(Some(before));
        if let Some(score) = after.filter(|score| score.to_bits() != before.to_bits()) {
            *entry.meta = score.to_le_bytes();
            self.order.remove(before, member);
            self.order.insert(score, member);
        }
        Updated { before: Some(before), after }
    }

    /// Adds a member that is not there.
    fn insert(&mut self, member: &[u8], score: f64) {
        self.insert_hashed(self.scores.hash_of(member), member, score);
    }

    fn insert_hashed(&mut self, hash: u64, member: &[u8], score: f64) {
        let value = if Dict::<(), 8>::fits_inline(member.len(), 0) {
            Payload::Inline(&[])
        } else {
            Payload::Spilled(())
        };
        self.scores.put(hash, member, score.to_le_bytes(), value, Deadline::Clear);
        self.order.insert(score, member);
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        let entry = self.scores.get(self.scores.hash_of(member), member)?;
        Some(f64::from_le_bytes(entry.meta))
    }
}

/// The score that a listpack entry stands for.
#[inline]
pub(super) fn score_of(item: Item<'_>) -> f64 {
    match item {
        Item::Int(value) => value as f64,
        // Only `insert_pair` writes scores, and what it writes reads back.
        Item::Bytes(text) => number::read_f64(text).unwrap_or_default(),
        Item::Joined { .. } => number::read_f64(&item.to_vec()).unwrap_or_default(),
    }
}

/// Where a member's pair begins.
#[inline]
fn find(pack: &Listpack, member: &[u8]) -> Option<At> {
    pack.find(member, pack.first()?, 1)
}

fn remove_pair(pack: &mut Listpack, at: At) {
    if let Some(score) = pack.remove(at) {
        pack.remove(score);
    }
}

/// Puts a member that is not there in its place.
fn insert_pair(pack: &mut Listpack, member: &[u8], score: f64) {
    match place(pack, member, score) {
        None => push_pair(pack, member, score),
        Some(at) => with_text(score, |text| {
            let at = pack.insert_before(at, member);
            pack.insert_after(at, text);
        }),
    }
    if super::is_time_to_share(pack.len()) {
        // Scores stay in one piece: they are read all the time.
        pack.share_stems(2);
    }
}

/// Puts a member that comes after all others at the end.
fn push_pair(pack: &mut Listpack, member: &[u8], score: f64) {
    with_text(score, |text| {
        pack.push_back(member);
        pack.push_back(text);
    });
}

/// The text under which a listpack keeps `score`; whole ones need no memory. A negative zero becomes 0.
fn with_text(score: f64, use_it: impl FnOnce(&[u8])) {
    if score.fract() == 0.0 && score.abs() < WHOLE_MAX {
        return use_it(itoa::Buffer::new().format(score as i64).as_bytes());
    }
    let mut text = Vec::new();
    number::write_f64(&mut text, score);
    use_it(&text);
}

/// The first pair that comes after `member` with `score`; `None`: none does.
fn place(pack: &Listpack, member: &[u8], score: f64) -> Option<At> {
    let after = |at: At| {
        let present = pack.next(at).map_or(f64::NAN, |at| score_of(pack.get(at)));
        match present.partial_cmp(&score) {
            Some(Ordering::Equal) => pack.get(at).cmp_bytes(member) == Ordering::Greater,
            order => order == Some(Ordering::Greater),
        }
    };
    // Scores often come in ascending order.
    let last = pack.prev(pack.last()?)?;
    if !after(last) {
        return None;
    }
    let mut at = pack.first();
    while let Some(pair) = at {
        if after(pair) {
            return Some(pair);
        }
        at = pack.next(pair).and_then(|score| pack.next(score));
    }
    None
}

impl Collection for ZSet {
    const KIND: Kind = Kind::ZSet;
    fn of(object: &Object) -> Option<&Self> {
        if let Object::ZSet(value) = object { Some(value) } else { None }
    }
    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        if let Object::ZSet(value) = object { Some(value) } else { None }
    }
    fn into_object(self) -> Object {
        Object::ZSet(self)
    }
    fn empty() -> Self {
        ZSet::Packed(Listpack::new())
    }
}
