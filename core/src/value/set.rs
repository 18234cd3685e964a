//! Sets: sorted integers, or one listpack, while small; a dictionary beyond.

use super::{Collection, Kind, Object};
use crate::ds::dict::Dict;
use crate::ds::listpack::Listpack;

/// Sets: sorted integers, or one listpack, while small; a dictionary beyond.
#[derive(Clone, Debug)]
pub enum Set {
    /// Few and short elements.
    Packed(Listpack),
    /// Any number of elements.
    Table(Box<Dict<(), 0>>),
}

impl Set {
    /// Elements.
    pub fn len(&self) -> usize {
        match self {
            Set::Packed(pack) => pack.len(),
            Set::Table(large) => large.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Set::Packed(_) => "listpack",
            Set::Table(_) => "hashtable",
        }
    }

    /// Heap bytes it occupies.
    pub fn allocated_bytes(&self) -> usize {
        match self {
            Set::Packed(pack) => pack.bytes(),
            Set::Table(large) => size_of::<Dict<(), 0>>() + large.allocated_bytes(),
        }
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
        Set::Packed(Listpack::new())
    }
}
