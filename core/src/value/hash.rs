//! Hashes: field and value side by side in one listpack while small, a dictionary beyond. A hash only moves to the larger
//! form: when a command brings more pairs than a listpack may hold, when one field too many is added, or when a field or
//! value is too long.
//!
//! Left out: deadlines of single fields.

use super::shared::Shared;
use super::{Collection, Kind, LARGE_FORM, Object, Thresholds};
use crate::ds::dict::{Deadline, Dict, Entry, Payload, Slot};
use crate::ds::listpack::{self, At, IntBuf, Item, Listpack};
use crate::ds::ordered::Ordered;
use crate::util::rng::Rng;

/// Hashes: field and value side by side in one listpack while small, a dictionary beyond.
#[derive(Clone, Debug)]
pub enum Hash {
    /// Few and short elements.
    Packed(Listpack),
    /// Any number of elements.
    Table(Shared<Dict<Vec<u8>, 0>>),
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

    /// Sets a field; `true` when it is new. O(1), or O(fields) of the small form.
    pub fn set(&mut self, field: &[u8], value: &[u8], t: &Thresholds) -> bool {
        let pack = match self {
            Hash::Table(table) => return insert(table, field, value),
            Hash::Packed(pack) => pack,
        };
        let short = field.len().max(value.len()) <= t.hash_max_listpack_value;
        if let Some(at) = find(pack, field) {
            if short && pack.fits(value) {
                pack.replace(at, value);
                return false;
            }
        } else if short && pack.len() / 2 < t.hash_max_listpack_entries && fits(pack, field, value)
        {
            return pack.push_back(field) && pack.push_back(value);
        }
        self.spread(t);
        self.set(field, value, t)
    }

    /// Removes a field; `false` when it was not there. O(1), or O(fields) of the small form.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        match self {
            Hash::Table(table) => {
                let hash = table.hash_of(field);
                table.remove(hash, field).is_some()
            }
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

    /// Fields. O(1).
    pub fn len(&self) -> usize {
        match self {
            Hash::Packed(pack) => pack.len() / 2,
            Hash::Table(large) => large.len(),
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
            Hash::Table(table) => {
                table.get(table.hash_of(field), field).map(|entry| pair(&entry).1)
            }
        }
    }

    /// All fields with their values: by age in the small form, otherwise in an order that is always the same for the same
    /// history.
    pub fn iter(&self) -> impl Iterator<Item = Pair<'_>> {
        let (mut packed, mut table) = match self {
            Hash::Packed(pack) => (Some(pack.iter()), None),
            Hash::Table(table) => (None, Some(table.iter())),
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
            Hash::Table(table) => table.random(|| rng.next_u64()).map(|entry| pair(&entry)),
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
                let Some(entry) = table.random(|| rng.next_u64()) else { break };
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
            Hash::Table(table) => table.scan(cursor, count, |entry| visit(pair(&entry))),
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
        let mut table = Shared::new(Dict::new(t.hash_key));
        for (field, value) in self.iter() {
            insert(
                &mut table,
                field.text(&mut IntBuf::default()),
                value.text(&mut IntBuf::default()),
            );
        }
        *self = Hash::Table(table);
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

fn pair<'a>(entry: &Entry<'a, Vec<u8>, 0>) -> Pair<'a> {
    let value = match entry.value {
        Slot::Inline(bytes) => bytes,
        Slot::Spilled(bytes) => bytes,
    };
    (Item::Bytes(entry.key), Item::Bytes(value))
}

/// Sets a field of the large form; `true` when it is new.
fn insert(table: &mut Dict<Vec<u8>, 0>, field: &[u8], value: &[u8]) -> bool {
    let payload = if Dict::<Vec<u8>, 0>::fits_inline(field.len(), value.len()) {
        Payload::Inline(value)
    } else {
        Payload::Spilled(value.to_vec())
    };
    table.put(table.hash_of(field), field, [], payload, Deadline::Clear).is_none()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ds::dict::HashKey;
    use crate::util::rng::Rng;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Debug)]
    enum Step {
        Set(Vec<u8>, Vec<u8>),
        Remove(Vec<u8>),
    }

    fn step() -> impl Strategy<Value = Step> {
        let field = || prop_oneof!["[a-f]", "[0-9]{1,2}", "g{4,12}"].prop_map(String::into_bytes);
        let value = prop_oneof!["-?[0-9]{1,20}", "v{0,12}", "w{300}"].prop_map(String::into_bytes);
        prop_oneof![
            3 => (field(), value).prop_map(|(field, value)| Step::Set(field, value)),
            1 => field().prop_map(Step::Remove),
        ]
    }

    proptest! {
        #[test]
        fn behaves_as_a_map(steps in prop::collection::vec(step(), 0..120), seed: u64) {
            let mut t = Thresholds::new(HashKey(1, 2));
            (t.hash_max_listpack_entries, t.hash_max_listpack_value) = (12, 20);
            let (mut hash, mut model) = (Hash::empty(), BTreeMap::new());
            for step in steps {
                match step {
                    Step::Set(field, value) => {
                        let new = hash.set(&field, &value, &t);
                        prop_assert_eq!(new, model.insert(field, value).is_none());
                    }
                    Step::Remove(field) => {
                        prop_assert_eq!(hash.remove(&field), model.remove(&field).is_some());
                    }
                }
                prop_assert_eq!(hash.len(), model.len());
            }
            for (field, value) in &model {
                prop_assert_eq!(hash.get(field).map(Item::to_vec), Some(value.clone()));
            }
            let owned = |(field, value): Pair<'_>| (field.to_vec(), value.to_vec());
            prop_assert_eq!(&hash.iter().map(owned).collect::<BTreeMap<_, _>>(), &model);
            let (mut cursor, mut scanned) = (0, Vec::new());
            loop {
                cursor = hash.scan(cursor, 3, |pair| scanned.push(owned(pair)));
                if cursor == 0 {
                    break;
                }
            }
            prop_assert_eq!(scanned.len(), model.len());
            let mut rng = Rng::new(seed);
            for count in [0, 1, model.len() / 4, model.len(), model.len() + 1] {
                let mut sample = BTreeMap::new();
                hash.sample(count, &mut rng, |pair| sample.extend([owned(pair)]));
                prop_assert_eq!(sample.len(), count.min(model.len()));
                prop_assert!(sample.iter().all(|(field, value)| model.get(field) == Some(value)));
            }
            prop_assert_eq!(hash.random(&mut rng).is_some(), !model.is_empty());
        }
    }
}
