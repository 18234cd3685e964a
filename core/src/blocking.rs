//! Who waits for which key, first come first served. Handlers only say "wait on these keys until then"; when a key
//! that somebody waits for changes, its waiters' commands run again, in order, until the key has nothing left.

use crate::registry::Registries;
use crate::session::{Blocked, ClientId};
use crate::time::Timestamp;
use std::collections::{BTreeSet, VecDeque};

/// A handler's wish to wait.
#[derive(Clone, Debug)]
pub struct Wait {
    /// For one of these keys, in the client's database.
    pub keys: Vec<Box<[u8]>>,
    /// To hold a value of this type.
    pub kind: crate::value::Kind,
    /// Until then; [`Timestamp::NEVER`] without a timeout.
    pub deadline: Timestamp,
    /// What the command answers where it must not wait.
    pub if_denied: crate::session::TimeoutReply,
}

/// The waiting lists.
#[derive(Debug, Default)]
pub struct Blocking {
    /// By key, first come first.
    waiters: Registries,
    deadlines: BTreeSet<(Timestamp, ClientId)>,
    /// Clients to be served, with the key that makes it worth trying.
    ready: VecDeque<Ready>,
}

/// A waiter whose key changed.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Who.
    pub client: ClientId,
    /// The key's database.
    pub db: usize,
    /// The key.
    pub key: Box<[u8]>,
}

impl Blocking {
    /// `client` waits from now on.
    pub fn add(&mut self, client: ClientId, db: usize, blocked: &Blocked) {
        for key in &blocked.keys {
            // A key may be named twice in one command.
            self.waiters.of_db_mut(db).append(key, client);
        }
        if blocked.deadline != Timestamp::NEVER {
            self.deadlines.insert((blocked.deadline, client));
        }
    }

    /// `client` waits no longer.
    pub fn remove(&mut self, client: ClientId, db: usize, blocked: &Blocked) {
        for key in &blocked.keys {
            self.waiters.remove(db, key, client);
        }
        self.deadlines.remove(&(blocked.deadline, client));
        self.ready.retain(|ready| ready.client != client);
    }

    /// `key` changed: its waiters are to be tried, each once.
    pub fn wake(&mut self, db: usize, key: &[u8]) {
        for client in self.waiters.of(db, key) {
            if !self
                .ready
                .iter()
                .any(|ready| ready.client == *client && *ready.key == *key && ready.db == db)
            {
                self.ready.push_back(Ready { client: *client, db, key: key.into() });
            }
        }
    }

    /// All keys of a database may have changed (SWAPDB).
    pub fn wake_db(&mut self, db: usize) {
        let keys: Vec<Box<[u8]>> = self.waiters.of_db(db).map(|(key, _)| key.into()).collect();
        for key in keys {
            self.wake(db, &key);
        }
    }

    /// The next waiter to try.
    pub fn next_ready(&mut self) -> Option<Ready> {
        self.ready.pop_front()
    }

    /// Whether anybody is to be tried.
    #[inline]
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// A client whose wait is over by `now`.
    pub fn next_timed_out(&mut self, now: Timestamp) -> Option<ClientId> {
        let (deadline, client) = *self.deadlines.first()?;
        (deadline <= now).then_some(client)
    }

    /// The earliest deadline.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The waiters to be tried, next one first.
    pub fn ready(&self) -> impl Iterator<Item = &Ready> {
        self.ready.iter()
    }

    /// Whether anybody waits for any key.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// Whether anybody waits for this key.
    pub fn waits_for(&self, db: usize, key: &[u8]) -> bool {
        !self.waiters.of(db, key).is_empty()
    }

    /// The keys that are waited for, with who waits in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u8], &[ClientId])> {
        self.waiters.iter()
    }

    /// Keys that are waited for.
    pub fn keys(&self) -> usize {
        self.waiters.len()
    }
}
