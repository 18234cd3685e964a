//! Lists: one listpack while small, a deque of listpacks beyond. A list grows out of its listpack at
//! list-max-listpack-size and returns to one when half of that would do, so that it does not flip back and forth.

use super::shared::Shared;
use super::{Collection, Kind, LARGE_FORM, Object, Thresholds};
use crate::ds::chunked_list::{self, ChunkedList, Limit};
use crate::ds::listpack::{self, Item, Listpack};

/// What a chunk counts for beside its bytes: where it stands, and what an allocator adds.
const CHUNK: usize = 48;

/// A list.
#[derive(Clone, Debug)]
pub enum List {
    /// Few and short elements.
    Packed(Listpack),
    /// Any number of elements.
    Chunked(Shared<ChunkedList>),
}

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first element.
    Left,
    /// The last element.
    Right,
}

/// Elements in order, from either end.
#[derive(Clone, Debug)]
pub enum Iter<'a> {
    /// Of a packed list.
    Packed(std::iter::Take<std::iter::Skip<listpack::Iter<'a>>>),
    /// Of a chunked list.
    Chunked(chunked_list::Range<'a>),
}

/// Elements from the last to the first.
#[derive(Clone, Debug)]
pub enum Rev<'a> {
    /// Of a packed list.
    Packed(std::iter::Rev<listpack::Iter<'a>>),
    /// Of a chunked list.
    Chunked(std::iter::Rev<chunked_list::Range<'a>>),
}

/// The bound of one listpack, from list-max-listpack-size.
pub fn limit(thresholds: &Thresholds) -> Limit {
    const KIB: usize = 1024;
    match thresholds.list_max_listpack_size {
        entries @ 0.. => Limit::Entries(entries.max(1) as usize),
        -1 => Limit::Bytes(4 * KIB),
        -2 => Limit::Bytes(8 * KIB),
        -3 => Limit::Bytes(16 * KIB),
        -4 => Limit::Bytes(32 * KIB),
        _ => Limit::Bytes(64 * KIB),
    }
}

impl List {
    /// Adds an element at one end. Amortised O(1).
    #[inline]
    pub fn push(&mut self, side: Side, element: &[u8], limit: Limit) {
        if let List::Packed(pack) = self
            && limit.admits(pack, element.len(), 1)
            && pack.fits(element)
        {
            match side {
                Side::Left => pack.push_front(element),
                Side::Right => pack.push_back(element),
            };
            return;
        }
        let chunked = self.chunked(limit);
        match side {
            Side::Left => chunked.push_front(element),
            Side::Right => chunked.push_back(element),
        };
    }

    /// Makes room for elements of `bytes` in all that are about to be pushed: one conversion instead of a late one.
    pub fn expect(&mut self, entries: usize, bytes: usize, limit: Limit) {
        if let List::Packed(pack) = self
            && !limit.admits(pack, bytes, entries)
        {
            self.chunked(limit);
        }
    }

    /// After many additions at once: gives back what they left over of a small form's room.
    pub fn give_back_room(&mut self) {
        if let List::Packed(pack) = self {
            pack.give_back_room();
        }
    }

    /// Shows the element at one end to `take` and removes it. O(1).
    #[inline]
    pub fn pop<R>(&mut self, side: Side, take: impl FnOnce(Item<'_>) -> R) -> Option<R> {
        match self {
            List::Packed(pack) => {
                let at = match side {
                    Side::Left => pack.first(),
                    Side::Right => pack.last(),
                }?;
                let result = take(pack.get(at));
                pack.remove(at);
                Some(result)
            }
            List::Chunked(large) => {
                let result = match side {
                    Side::Left => large.pop_front(take),
                    Side::Right => large.pop_back(take),
                };
                self.pack_if_small();
                result
            }
        }
    }

    /// Replaces the element at `index` (negative: from the end). False: there is none. O(distance to the nearer end).
    pub fn set(&mut self, index: isize, element: &[u8], limit: Limit) -> bool {
        if let List::Packed(pack) = self {
            let Some(at) = pack.seek(index) else { return false };
            let old = pack.get(at).len();
            if limit.admits(pack, element.len().saturating_sub(old), 0) && pack.fits(element) {
                pack.replace(at, element);
                return true;
            }
        }
        let changed = self.chunked(limit).set(index, element);
        self.pack_if_small();
        changed
    }

    /// Inserts before or after the first element equal to `pivot`; false: there is none. O(N).
    pub fn insert(&mut self, pivot: &[u8], before: bool, element: &[u8], limit: Limit) -> bool {
        self.expect(1, element.len(), limit);
        match self {
            List::Packed(pack) => {
                let found = pack.first().and_then(|first| pack.find(pivot, first, 0));
                if let Some(at) = found {
                    if before {
                        pack.insert_before(at, element)
                    } else {
                        pack.insert_after(at, element)
                    };
                }
                found.is_some()
            }
            List::Chunked(large) => {
                let found = large.find(pivot);
                if let Some(at) = found {
                    if before {
                        large.insert_before(at, element)
                    } else {
                        large.insert_after(at, element)
                    };
                } else {
                    self.pack_if_small();
                }
                found.is_some()
            }
        }
    }

    /// Removes elements equal to `needle`: the first `count`, the last `-count`, or all for 0. How many. O(N).
    pub fn remove_matching(&mut self, needle: &[u8], count: isize) -> usize {
        match self {
            List::Packed(pack) => {
                let most = if count == 0 { usize::MAX } else { count.unsigned_abs() };
                let needle = listpack::Needle::new(needle);
                // Counted from the end, all but the last `most` matches stay.
                let spared = if count < 0 {
                    pack.iter().filter(|item| needle.matches(*item)).count().saturating_sub(most)
                } else {
                    0
                };
                let mut seen = 0;
                pack.retain(|item| {
                    if !needle.matches(item) {
                        return true;
                    }
                    seen += 1;
                    seen <= spared || seen - spared > most
                })
            }
            List::Chunked(large) => {
                let removed = large.remove_matching(needle, count);
                self.pack_if_small();
                removed
            }
        }
    }

    /// Keeps `len` elements from `start` on. O(removed).
    pub fn trim(&mut self, start: usize, len: usize) {
        match self {
            List::Packed(pack) => {
                pack.truncate(start + len);
                pack.remove_range(0, start);
            }
            List::Chunked(large) => {
                large.trim(start, len);
                self.pack_if_small();
            }
        }
    }

    /// The element at `index` (negative: from the end). O(distance to the nearer end).
    pub fn get(&self, index: isize) -> Option<Item<'_>> {
        match self {
            List::Packed(pack) => pack.seek(index).map(|at| pack.get(at)),
            List::Chunked(large) => large.get(index),
        }
    }

    /// `count` elements from `start` on, in order. O(start + count) at most.
    pub fn range(&self, start: usize, count: usize) -> Iter<'_> {
        match self {
            List::Packed(pack) => Iter::Packed(pack.iter().skip(start).take(count)),
            List::Chunked(large) => Iter::Chunked(large.range(start, count)),
        }
    }

    /// All elements in order.
    pub fn iter(&self) -> Iter<'_> {
        self.range(0, self.len())
    }

    /// All elements from the last to the first.
    pub fn rev(&self) -> Rev<'_> {
        match self {
            List::Packed(pack) => Rev::Packed(pack.iter().rev()),
            List::Chunked(large) => Rev::Chunked(large.iter().rev()),
        }
    }

    /// Elements.
    pub fn len(&self) -> usize {
        match self {
            List::Packed(pack) => pack.len(),
            List::Chunked(large) => large.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            List::Packed(_) => "listpack",
            List::Chunked(_) => "quicklist",
        }
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub fn weight(&self) -> usize {
        match self {
            List::Packed(pack) => pack.bytes(),
            List::Chunked(large) => LARGE_FORM + large.bytes() + large.chunk_count() * CHUNK,
        }
    }

    fn chunked(&mut self, limit: Limit) -> &mut ChunkedList {
        if let List::Packed(pack) = self {
            let pack = std::mem::take(pack);
            *self = List::Chunked(Shared::new(ChunkedList::from_listpack(pack, limit)));
        }
        match self {
            List::Chunked(large) => large,
            List::Packed(_) => unreachable!("converted above"),
        }
    }

    fn pack_if_small(&mut self) {
        if let List::Chunked(large) = self
            && large.chunks().len() <= 1
            && large.packs_into(half(large.limit()))
        {
            let large = std::mem::replace(&mut **large, ChunkedList::new(Limit::Entries(1)));
            if let Ok(pack) = large.into_listpack_if(Limit::Bytes(usize::MAX)) {
                *self = List::Packed(pack);
            }
        }
    }
}

fn half(limit: Limit) -> Limit {
    match limit {
        Limit::Bytes(bytes) => Limit::Bytes(bytes / 2),
        Limit::Entries(entries) => Limit::Entries(entries / 2),
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        match self {
            Iter::Packed(iter) => iter.next(),
            Iter::Chunked(iter) => iter.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Iter::Packed(iter) => iter.size_hint(),
            Iter::Chunked(iter) => iter.size_hint(),
        }
    }
}

impl<'a> Iterator for Rev<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        match self {
            Rev::Packed(iter) => iter.next(),
            Rev::Chunked(iter) => iter.next(),
        }
    }
}

impl Collection for List {
    const KIND: Kind = Kind::List;
    fn of(object: &Object) -> Option<&Self> {
        if let Object::List(value) = object { Some(value) } else { None }
    }
    fn of_mut(object: &mut Object) -> Option<&mut Self> {
        if let Object::List(value) = object { Some(value) } else { None }
    }
    fn into_object(self) -> Object {
        Object::List(self)
    }
    fn empty() -> Self {
        List::Packed(Listpack::new())
    }
}
