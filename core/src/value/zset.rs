//! Sorted sets: member and score side by side in one listpack, in order, while small; beyond, a counted B-tree for the
//! order beside a dictionary from member to score.

use super::{Collection, Kind, Object};
use crate::ds::dict::Dict;
use crate::ds::listpack::Listpack;

/// A sorted set.
#[derive(Clone, Debug)]
pub enum ZSet {
    /// Few and short members.
    Packed(Listpack),
    /// Any number of members.
    Ordered(Box<Ordered>),
}

/// The large form. Both parts always hold the same members.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// By score, then member.
    pub order: crate::ds::intset::Intset,
    /// Member to score: the score's bits are the record's metadata.
    pub scores: Dict<(), 8>,
}

impl ZSet {
    /// Members.
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

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            ZSet::Packed(_) => "listpack",
            ZSet::Ordered(_) => "skiplist",
        }
    }

    /// Heap bytes it occupies.
    pub fn allocated_bytes(&self) -> usize {
        match self {
            ZSet::Packed(pack) => pack.bytes(),
            ZSet::Ordered(large) => {
                size_of::<Ordered>() + large.order.bytes() + large.scores.allocated_bytes()
            }
        }
    }
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
