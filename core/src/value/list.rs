//! Lists: one listpack while small, a deque of listpacks beyond.

use super::{Collection, Kind, Object};
use crate::ds::chunked_list::ChunkedList;
use crate::ds::listpack::Listpack;

/// Lists: one listpack while small, a deque of listpacks beyond.
#[derive(Clone, Debug)]
pub enum List {
    /// Few and short elements.
    Packed(Listpack),
    /// Any number of elements.
    Chunked(Box<ChunkedList>),
}

impl List {
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

    /// Heap bytes it occupies.
    pub fn allocated_bytes(&self) -> usize {
        match self {
            List::Packed(pack) => pack.bytes(),
            List::Chunked(large) => size_of::<ChunkedList>() + large.bytes(),
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
