//! Which clients are registered under which names: channels that are listened to, keys that are watched or waited for.
//!
//! Names are in order, so that everything is deterministic. The clients of a name stand in a vector: they come with
//! growing numbers and are appended.

use crate::ds::ordered::{Ordered, Place};
use crate::session::ClientId;

/// Clients by name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    entries: Ordered<Entry>,
}

/// A name and its clients, never none.
#[derive(Clone, Debug)]
struct Entry {
    name: Box<[u8]>,
    clients: Vec<ClientId>,
}

/// A registry for each database.
#[derive(Clone, Debug, Default)]
pub struct Registries {
    /// By database; none at all if nothing is registered.
    databases: Vec<Registry>,
}

impl Registry {
    /// Registers `client` in the order of client numbers. False: it was already.
    pub fn add(&mut self, name: &[u8], client: ClientId) -> bool {
        let clients = self.entry(name);
        let place = clients.binary_search(&client);
        if let Err(at) = place {
            clients.insert(at, client);
        }
        place.is_err()
    }

    /// Registers `client` behind all others, unless it is the last one already.
    pub fn append(&mut self, name: &[u8], client: ClientId) {
        let clients = self.entry(name);
        if clients.last() != Some(&client) {
            clients.push(client);
        }
    }

    /// Forgets `client`, and the name with its last client. Its place among the others, if it was there.
    /// O(clients of the name).
    pub fn remove(&mut self, name: &[u8], client: ClientId) -> Option<usize> {
        let entry = self.find(name).ok()?;
        let clients = &mut self.entries.at_mut(entry).clients;
        // In most registries they are in order; where they are not, looking at all of them remains.
        let in_order = clients.binary_search(&client).ok();
        let place = in_order.or_else(|| clients.iter().position(|other| *other == client))?;
        clients.remove(place);
        if clients.is_empty() {
            self.entries.remove_at(entry);
        }
        Some(place)
    }

    /// The clients of a name.
    pub fn of(&self, name: &[u8]) -> &[ClientId] {
        self.entries.get(|entry| (*entry.name).cmp(name)).map_or(&[], |entry| &entry.clients)
    }

    /// All names with their clients.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[ClientId])> {
        self.entries.iter().map(|entry| (&*entry.name, &*entry.clients))
    }

    /// Names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is registered.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn entry(&mut self, name: &[u8]) -> &mut Vec<ClientId> {
        let place = self.find(name).unwrap_or_else(|place| {
            self.entries.insert_at(place, Entry { name: name.into(), clients: Vec::new() })
        });
        &mut self.entries.at_mut(place).clients
    }

    fn find(&self, name: &[u8]) -> Result<Place, Place> {
        self.entries.find(|entry| (*entry.name).cmp(name))
    }
}

impl Registries {
    /// The registry of a database, to add to.
    pub fn of_db_mut(&mut self, db: usize) -> &mut Registry {
        if self.databases.len() <= db {
            self.databases.resize_with(db + 1, Registry::default);
        }
        &mut self.databases[db]
    }

    /// As [`Registry::remove`].
    pub fn remove(&mut self, db: usize, name: &[u8], client: ClientId) -> Option<usize> {
        let place = self.databases.get_mut(db)?.remove(name, client)?;
        if self.databases.iter().all(Registry::is_empty) {
            self.databases.clear();
        }
        Some(place)
    }

    /// The clients of a name in a database.
    pub fn of(&self, db: usize, name: &[u8]) -> &[ClientId] {
        self.databases.get(db).map_or(&[], |registry| registry.of(name))
    }

    /// All names of a database with their clients.
    pub fn of_db(&self, db: usize) -> impl Iterator<Item = (&[u8], &[ClientId])> {
        self.databases.get(db).into_iter().flat_map(Registry::iter)
    }

    /// All databases' names with their clients.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u8], &[ClientId])> {
        let databases = self.databases.iter().enumerate();
        databases.flat_map(|(db, registry)| registry.iter().map(move |(n, c)| (db, n, c)))
    }

    /// Names in all databases.
    pub fn len(&self) -> usize {
        self.databases.iter().map(Registry::len).sum()
    }

    /// Whether nothing is registered. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.databases.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_stand_in_order_once_and_leave_nothing_behind() {
        let mut registries = Registries::default();
        for client in [5, 3, 4, 4] {
            registries.of_db_mut(2).add(b"sorted", ClientId(client));
            registries.of_db_mut(0).append(b"queued", ClientId(client));
        }
        assert_eq!(registries.of(2, b"sorted"), [3, 4, 5].map(ClientId));
        assert_eq!(registries.of(0, b"queued"), [5, 3, 4].map(ClientId));
        assert_eq!((registries.of(2, b"queued"), registries.len()), (&[][..], 2));
        for client in [6, 3, 4, 5] {
            assert!(!registries.is_empty());
            registries.remove(2, b"sorted", ClientId(client));
            registries.remove(9, b"sorted", ClientId(client));
            registries.remove(0, b"queued", ClientId(client));
        }
        assert!(registries.is_empty());
    }
}
