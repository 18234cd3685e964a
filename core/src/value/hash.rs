//! Hashes: field and value side by side in one listpack while small, a dictionary beyond. A hash only moves to the larger
//! form: when a command brings more pairs than a listpack may hold, when a field is set and there are too many then, or when
//! a field or value is too long.
//!
//! Fields may have deadlines. They are kept in the large form only, so a field that gets one moves its hash there, as
//! Valkey does, and a hash without any pays nothing. A field whose time has come is there until [`Hash::expire`] takes
//! it away: the keyspace sees to it that nobody looks before.

mod table;
#[cfg(test)]
mod tests;

pub use table::Table;

use super::shared::Shared;
use super::{Collection, Kind, LARGE_FORM, Object, Thresholds};
use crate::ds::dict::Deadline;
use crate::ds::listpack::{self, At, Item, Listpack, TextBuf};
use crate::ds::ordered::Ordered;
use crate::util::rng::Rng;
use table::pair;

/// Hashes: field and value side by side in one listpack while small, a dictionary beyond.
#[derive(Clone, Debug)]
pub enum Hash {
    /// Few and short elements.
    Packed(Listpack),
    /// Any number of elements.
    Table(Shared<Table>),
}

/// A field and its value.
pub type Pair<'a> = (Item<'a>, Item<'a>);

/// Below this fraction of a hash (1/n), distinct random fields are drawn one by one; above it, in one walk.
const SPARSE_SAMPLE: usize = 3;

impl Hash {
    /// Prepares for `pairs` pairs to be set by one command.
    pub fn expect(&mut self, pairs: usize, t: &Thresholds) {
        if pairs > t.hash_max_listpack_entries {
            self.spread(t);
        }
    }

    /// After many additions at once: gives back what they left over of a small form's room.
    pub fn give_back_room(&mut self) {
        if let Hash::Packed(pack) = self {
            pack.give_back_room();
        }
    }

    /// Sets a field, which has no deadline any more; `true` when it is new. O(1), or O(fields) of the small form.
    #[inline]
    pub fn set(&mut self, field: &[u8], value: &[u8], t: &Thresholds) -> bool {
        self.set_until(field, value, Deadline::Clear, t)
    }

    /// The same with a word on the field's deadline, in milliseconds since the epoch.
    pub fn set_until(
        &mut self,
        field: &[u8],
        value: &[u8],
        deadline: Deadline,
        t: &Thresholds,
    ) -> bool {
        if matches!(deadline, Deadline::Set(_)) {
            self.spread(t);
        }
        let pack = match self {
            Hash::Table(table) => return table.set(field, value, deadline),
            Hash::Packed(pack) => pack,
        };
        let short = field.len().max(value.len()) <= t.hash_max_listpack_value;
        let (len, most) = (pack.len() / 2, t.hash_max_listpack_entries);
        if let Some(at) = find(pack, field) {
            if short && len <= most && pack.fits(value) {
                pack.replace(at, value);
                return false;
            }
        } else if short && len < most && fits(pack, field, value) {
            let added = pack.push_back(field) && pack.push_back(value);
            if super::is_time_to_share(pack.len()) {
                pack.share_stems(1);
            }
            return added;
        }
        self.spread(t);
        self.set_until(field, value, deadline, t)
    }

    /// Removes a field; `false` when it was not there. O(1), or O(fields) of the small form.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        match self {
            Hash::Table(table) => table.remove(field),
            Hash::Packed(pack) => {
                let Some(at) = find(pack, field).and_then(|value| pack.prev(value)) else {
                    return false;
                };
                if let Some(value) = pack.remove(at) {
                    pack.remove(value);
                }
                true
            }
        }
    }

    /// Gives a field a deadline, milliseconds since the epoch, or takes it away; the one it had. `None`: no such field.
    /// O(log fields with deadlines); a small form becomes a large one first.
    pub fn set_deadline(
        &mut self,
        field: &[u8],
        deadline: Option<u64>,
        t: &Thresholds,
    ) -> Option<Option<u64>> {
        let before = self.deadline(field)?;
        if before != deadline {
            self.spread(t);
            if let Hash::Table(table) = self {
                table.set_deadline(field, deadline);
            }
        }
        Some(before)
    }

    /// Takes away up to `most` fields whose deadline is not after `now_ms`, the earliest first, and shows their names to
    /// `see`; how many they are. When all fields are due they go at once, whatever their number, and none is shown.
    pub fn expire(&mut self, now_ms: u64, most: usize, see: impl FnMut(&[u8])) -> usize {
        match self {
            Hash::Table(table) if table.next_deadline().is_some_and(|at| at <= now_ms) => {
                table.expire(now_ms, most, see)
            }
            _ => 0,
        }
    }

    /// Notes that the keyspace has filed this hash under its earliest deadline; that under which it was filed before.
    pub fn file(&mut self) -> Option<u64> {
        match self {
            Hash::Table(table) if table.filed() != table.next_deadline() => table.file(),
            _ => self.filed(),
        }
    }

    /// Under which deadline the keyspace has filed this hash.
    pub fn filed(&self) -> Option<u64> {
        self.table().and_then(Table::filed)
    }

    /// Whether the keyspace has to file it anew.
    #[inline]
    pub fn is_misfiled(&self) -> bool {
        matches!(self, Hash::Table(table) if table.filed() != table.next_deadline())
    }

    /// The earliest deadline of a field, milliseconds since the epoch.
    pub fn next_deadline(&self) -> Option<u64> {
        self.table().and_then(Table::next_deadline)
    }

    /// Whether every field is due: there is nothing left to see. O(1).
    pub fn is_spent(&self, now_ms: u64) -> bool {
        self.table().is_some_and(|table| table.is_spent(now_ms))
    }

    /// Fields with a deadline. O(1).
    pub fn deadlines(&self) -> usize {
        self.table().map_or(0, Table::deadlines)
    }

    /// A field's deadline: outer `None` without such a field, inner `None` without a deadline.
    pub fn deadline(&self, field: &[u8]) -> Option<Option<u64>> {
        match self {
            Hash::Packed(pack) => find(pack, field).map(|_| None),
            Hash::Table(table) => table.get(field).map(|entry| entry.deadline),
        }
    }

    /// All fields with their values and deadlines, in the order of [`Hash::iter`]; what [`Hash::set_until`] makes the
    /// same hash of.
    pub fn iter_with_deadlines(&self) -> impl Iterator<Item = (Pair<'_>, Option<u64>)> {
        let mut entries = self.table().map(|table| table.dict().iter());
        let mut plain = self.iter();
        std::iter::from_fn(move || match &mut entries {
            Some(entries) => entries.next().map(|entry| (pair(&entry), entry.deadline)),
            None => plain.next().map(|pair| (pair, None)),
        })
    }

    /// Fields. O(1).
    pub fn len(&self) -> usize {
        match self {
            Hash::Packed(pack) => pack.len() / 2,
            Hash::Table(large) => large.dict().len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a field. O(1), or O(fields) of the small form.
    #[inline]
    pub fn get(&self, field: &[u8]) -> Option<Item<'_>> {
        match self {
            Hash::Packed(pack) => find(pack, field).map(|at| pack.get(at)),
            Hash::Table(table) => table.get(field).map(|entry| pair(&entry).1),
        }
    }

    /// All fields with their values: by age in the small form, otherwise in an order that is always the same for the same
    /// history.
    pub fn iter(&self) -> impl Iterator<Item = Pair<'_>> {
        let (mut packed, mut table) = match self {
            Hash::Packed(pack) => (Some(pack.iter()), None),
            Hash::Table(table) => (None, Some(table.dict().iter())),
        };
        std::iter::from_fn(move || match (&mut packed, &mut table) {
            (Some(items), _) => Some((items.next()?, items.next()?)),
            (None, Some(entries)) => entries.next().map(|entry| pair(&entry)),
            (None, None) => None,
        })
    }

    /// A fairly chosen field. Expected O(1), O(fields) of the small form.
    pub fn random(&self, rng: &mut Rng) -> Option<Pair<'_>> {
        match self {
            Hash::Packed(_) if self.is_empty() => None,
            Hash::Packed(pack) => {
                let field = pack.seek(2 * rng.below(self.len() as u64) as isize)?;
                Some((pack.get(field), pack.get(pack.next(field)?)))
            }
            Hash::Table(table) => table.dict().random(|| rng.next_u64()).map(|entry| pair(&entry)),
        }
    }

    /// Shows `count` fairly chosen fields, or all if there are fewer, each once; how many were looked at.
    pub fn sample<'a>(
        &'a self,
        count: usize,
        rng: &mut Rng,
        mut visit: impl FnMut(Pair<'a>),
    ) -> usize {
        let len = self.len();
        if let Hash::Table(table) = self
            && count < len / SPARSE_SAMPLE
        {
            let mut drawn = Ordered::new();
            while drawn.len() < count {
                let Some(entry) = table.dict().random(|| rng.next_u64()) else { break };
                if drawn.insert(super::place(entry.key)) {
                    visit(pair(&entry));
                }
            }
            return count;
        }
        // One walk in which every subset is equally likely: Knuth, The Art of Computer Programming, volume 2, 3.4.2,
        // algorithm S.
        let (mut left, mut wanted) = (len as u64, count.min(len) as u64);
        for pair in self.iter() {
            if wanted == 0 {
                break;
            }
            if rng.below(left) < wanted {
                visit(pair);
                wanted -= 1;
            }
            left -= 1;
        }
        len
    }

    /// One step of HSCAN: shows about `count` fields from `cursor` on; the next cursor, 0 at the end. The small form is
    /// shown whole.
    pub fn scan<'a>(&'a self, cursor: u64, count: usize, mut visit: impl FnMut(Pair<'a>)) -> u64 {
        match self {
            Hash::Table(table) => table.dict().scan(cursor, count, |entry| visit(pair(&entry))),
            Hash::Packed(_) => {
                self.iter().for_each(visit);
                0
            }
        }
    }

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Hash::Packed(_) => "listpack",
            Hash::Table(_) => "hashtable",
        }
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        match self {
            Hash::Packed(pack) => pack.bytes(),
            Hash::Table(large) => LARGE_FORM + large.weight(),
        }
    }

    /// Becomes a dictionary.
    fn spread(&mut self, t: &Thresholds) {
        if matches!(self, Hash::Table(_)) {
            return;
        }
        let mut table = Table::new(t.hash_key);
        for (field, value) in self.iter() {
            let (mut one, mut other) = (TextBuf::default(), TextBuf::default());
            table.set(field.text(&mut one), value.text(&mut other), Deadline::Clear);
        }
        *self = Hash::Table(Shared::new(table));
    }

    fn table(&self) -> Option<&Table> {
        if let Hash::Table(table) = self { Some(table) } else { None }
    }
}

/// Where the value of `field` is.
fn find(pack: &Listpack, field: &[u8]) -> Option<At> {
    pack.find(field, pack.first()?, 1).and_then(|at| pack.next(at))
}

/// Whether both entries of a new field find room.
fn fits(pack: &Listpack, field: &[u8], value: &[u8]) -> bool {
    let cost = Listpack::entry_cost(field).saturating_add(Listpack::entry_cost(value));
    pack.bytes().saturating_add(cost) <= listpack::MAX_BYTES && pack.fits(field) && pack.fits(value)
}

impl Collection for Hash {
    const KIND: Kind = Kind::Hash;
    fn of(object: &Object) -> Option<&Self> {
        if let Object::Hash(value) = object { Some(value) } else { None }
    }
    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        if let Object::Hash(value) = object { Some(value) } else { None }
    }
    fn into_object(self) -> Object {
        Object::Hash(self)
    }
    fn empty() -> Self {
        Hash::Packed(Listpack::new())
    }
}
