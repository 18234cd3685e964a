//! WATCH: which clients' transactions depend on which keys.

use crate::registry::Registries;
use crate::session::ClientId;

/// Watchers by database and key.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    keys: Registries,
}

impl Watch {
    /// `client` watches `key` from now on.
    pub fn add(&mut self, db: usize, key: &[u8], client: ClientId) {
        self.keys.of_db_mut(db).add(key, client);
    }

    /// `client` watches `key` no longer.
    pub fn remove(&mut self, db: usize, key: &[u8], client: ClientId) {
        self.keys.remove(db, key, client);
    }

    /// Who watches `key`.
    pub fn of(&self, db: usize, key: &[u8]) -> impl Iterator<Item = ClientId> + '_ {
        self.keys.of(db, key).iter().copied()
    }

    /// All watched keys of a database with who watches them.
    pub fn of_db(&self, db: usize) -> impl Iterator<Item = (&[u8], &[ClientId])> {
        self.keys.of_db(db)
    }

    /// Whether nobody watches anything.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Watched keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }
}
