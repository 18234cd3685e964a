//! How much work a command is going to be, told from its arguments and from the sizes of what it reads, without reading
//! it: what decides whether it is worth sending away. Like a handler, an estimate stands beside its command.
//!
//! A command that is going to fail, or that would look at a key of the wrong type, is no work.

use crate::keyspace::{Keyspace, ValueRef};
use crate::resp::Args;
use crate::value::Kind;

/// Elements that a command is going to visit, about, in the selected database. Changes nothing and counts as no use of
/// any key. Takes O(keys), or as long as finding where a range begins.
pub type Estimate = fn(&Keyspace, Args<'_>) -> u64;

/// The sizes of the collections that a command reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// How many keys there are, with those that do not exist.
    pub keys: u64,
    /// Elements of all collections.
    pub sum: u64,
    /// Elements of the first one.
    pub first: u64,
    /// Elements of the smallest one; 0 if a key does not exist.
    pub smallest: u64,
}

impl Sizes {
    /// Of the collections at `names`, all zero if one is of a kind that `fits` refuses. O(names).
    pub fn of(keys: &Keyspace, names: Args<'_>, fits: impl Fn(Kind) -> bool) -> Self {
        let mut sizes = Sizes { smallest: u64::MAX, ..Sizes::default() };
        for name in names.iter() {
            let len = match keys.look(name) {
                None => 0,
                Some(ValueRef::Object(object)) if fits(object.kind()) => object.len() as u64,
                Some(_) => return Sizes::default(),
            };
            if sizes.keys == 0 {
                sizes.first = len;
            }
            sizes.keys += 1;
            sizes.sum += len;
            sizes.smallest = sizes.smallest.min(len);
        }
        sizes
    }

    /// Asking every other collection for each element of the smallest.
    pub fn intersection(&self) -> u64 {
        self.smallest.saturating_mul(self.keys)
    }

    /// Asking every other collection for each element of the first.
    pub fn difference(&self) -> u64 {
        self.first.saturating_mul(self.keys)
    }
}

/// Elements of the collection of this kind at `key`; 0 if there is none. O(1).
pub fn whole(keys: &Keyspace, key: &[u8], kind: Kind) -> u64 {
    match keys.look(key) {
        Some(ValueRef::Object(object)) if object.kind() == kind => object.len() as u64,
        _ => 0,
    }
}
