//! WATCH: which clients' transactions depend on which keys.

use crate::session::ClientId;
use std::collections::{BTreeMap, BTreeSet};

/// Watchers by database and key.
#[derive(Debug, Default)]
pub struct Watch {
    keys: BTreeMap<(usize, Box<[u8]>), BTreeSet<ClientId>>,
}

impl Watch {
    /// `client` watches `key` from now on.
    pub fn add(&mut self, db: usize, key: &[u8], client: ClientId) {
        self.keys.entry((db, key.into())).or_default().insert(client);
    }

    /// `client` watches `key` no longer.
    pub fn remove(&mut self, db: usize, key: &[u8], client: ClientId) {
        let place = (db, Box::from(key));
        if let Some(clients) = self.keys.get_mut(&place) {
            clients.remove(&client);
            if clients.is_empty() {
                self.keys.remove(&place);
            }
        }
    }

    /// Who watches `key`.
    pub fn of(&self, db: usize, key: &[u8]) -> impl Iterator<Item = ClientId> + '_ {
        self.keys.get(&(db, key.into())).into_iter().flatten().copied()
    }

    /// All watched keys of a database with who watches them.
    pub fn of_db(&self, db: usize) -> impl Iterator<Item = (&[u8], &BTreeSet<ClientId>)> {
        self.keys
            .range((db, Box::default())..)
            .take_while(move |((d, _), _)| *d == db)
            .map(|((_, key), c)| (&**key, c))
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
