//! Hashes: field and value side by side in one listpack while small, a dictionary beyond.

use super::{Collection, Kind, Object};
use crate::ds::dict::Dict;
use crate::ds::listpack::Listpack;

/// Hashes: field and value side by side in one listpack while small, a dictionary beyond.
#[derive(Clone, Debug)]
pub enum Hash {
    /// Few and short elements.
    Packed(Listpack),
    /// Any number of elements.
    Table(Box<Dict<Vec<u8>, 0>>),
}

impl Hash {
    /// Elements.
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

    /// The form it is in, as OBJECT ENCODING names it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Hash::Packed(_) => "listpack",
            Hash::Table(_) => "hashtable",
        }
    }

    /// Heap bytes it occupies.
    pub fn allocated_bytes(&self) -> usize {
        match self {
            Hash::Packed(pack) => pack.bytes(),
            Hash::Table(large) => size_of::<Dict<Vec<u8>, 0>>() + large.allocated_bytes(),
        }
    }
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
