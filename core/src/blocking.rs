//! Who waits for which key, first come first served. Handlers only say "wait on these keys until then"; when a key
//! that somebody waits for changes, its waiters' commands run again, in order, until the key has nothing left.

use crate::ds::ordered::Ordered;
use crate::registry::Registries;
use crate::session::{Blocked, ClientId};
use crate::time::Timestamp;
use std::collections::VecDeque;

/// A handler's wish to wait.
#[derive(Clone, Debug)]
pub struct Wait {
    /// For one of these keys, in the client's database; none: for the deadline alone.
    pub keys: Vec<Box<[u8]>>,
    /// To hold a value of this type.
    pub kind: crate::value::Kind,
    /// Until then; [`Timestamp::NEVER`] without a timeout.
    pub deadline: Timestamp,
    /// What the command answers where it must not wait, or has waited long enough.
    pub if_denied: crate::session::DeniedReply,
    /// Also when a key is gone or holds something else: the command has to say that it cannot be satisfied any more.
    pub on_loss: bool,
    /// Tried again then, whatever happens to the keys until then; [`Timestamp::NEVER`]: only when one changes.
    pub again: Timestamp,
    /// What runs again instead of the command as it was sent: where its arguments mean what they meant then.
    pub command: Option<Vec<Box<[u8]>>>,
}

/// The waiting lists.
#[derive(Clone, Debug, Default)]
pub struct Blocking {
    /// By key, first come first.
    waiters: Registries,
    deadlines: Ordered<(Timestamp, ClientId)>,
    /// Keys whose waiters are to be tried, in the order of their changes.
    ready: VecDeque<ReadyKey>,
    /// Clients that want to know of keys that are gone.
    on_loss: usize,
}

/// A key that changed while somebody waited for it.
#[derive(Clone, Debug)]
struct ReadyKey {
    db: usize,
    key: Box<[u8]>,
    /// Waiters at the front of its line that were tried since.
    tried: usize,
}

/// A waiter whose key changed.
#[derive(Clone, Copy, Debug)]
pub struct Ready<'a> {
    /// Who.
    pub client: ClientId,
    /// The key's database.
    pub db: usize,
    /// The key.
    pub key: &'a [u8],
}

impl Blocking {
    /// `client` waits from now on. O(keys).
    pub fn add(&mut self, client: ClientId, db: usize, blocked: &Blocked) {
        for key in &blocked.keys {
            // A key may be named twice in one command.
            self.waiters.of_db_mut(db).append(key, client);
        }
        if blocked.stirs() != Timestamp::NEVER {
            self.deadlines.insert((blocked.stirs(), client));
        }
        self.on_loss += usize::from(blocked.on_loss);
    }

    /// `client` waits no longer. O(waiters of its keys).
    pub fn remove(&mut self, client: ClientId, db: usize, blocked: &Blocked) {
        for key in &blocked.keys {
            let Some(place) = self.waiters.remove(db, key, client) else { continue };
            if let Some(ready) = find(&mut self.ready, db, key)
                && place < ready.tried
            {
                ready.tried -= 1;
            }
        }
        self.deadlines.remove(&(blocked.stirs(), client));
        self.on_loss -= usize::from(blocked.on_loss);
    }

    /// `client` still waits, and is to be tried again then. O(log clients with deadlines).
    pub fn put_off(&mut self, client: ClientId, blocked: &mut Blocked, again: Timestamp) {
        if again == blocked.again {
            return;
        }
        self.deadlines.remove(&(blocked.stirs(), client));
        blocked.again = again;
        if blocked.stirs() != Timestamp::NEVER {
            self.deadlines.insert((blocked.stirs(), client));
        }
    }

    /// `key` changed: its waiters are to be tried, each once. O(keys that changed and have waiters).
    pub fn wake(&mut self, db: usize, key: &[u8]) {
        if !self.waits_for(db, key) {
            return;
        }
        match find(&mut self.ready, db, key) {
            Some(ready) => ready.tried = 0,
            None => self.ready.push_back(ReadyKey { db, key: key.into(), tried: 0 }),
        }
    }

    /// All keys of a database may have changed (SWAPDB).
    pub fn wake_db(&mut self, db: usize) {
        let keys: Vec<Box<[u8]>> = self.waiters.of_db(db).map(|(key, _)| key.into()).collect();
        for key in keys {
            self.wake(db, &key);
        }
    }

    /// The next waiter to try: the same one until it was [`tried`](Self::tried).
    pub fn next_ready(&mut self) -> Option<Ready<'_>> {
        while let Some(ready) = self.ready.front()
            && self.waiters.of(ready.db, &ready.key).len() <= ready.tried
        {
            self.ready.pop_front();
        }
        self.ready().next()
    }

    /// The waiter to try next was tried.
    pub fn tried(&mut self) {
        if let Some(ready) = self.ready.front_mut() {
            ready.tried += 1;
        }
    }

    /// The key to try next has nothing left for anybody, but for those who want to know just that.
    pub fn exhausted(&mut self) {
        if self.on_loss > 0 {
            self.tried();
        } else {
            self.ready.pop_front();
        }
    }

    /// Whether anybody may have to be tried.
    #[inline]
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// A client whose wait is over by `now`, or that is to be tried again.
    pub fn next_stirred(&mut self, now: Timestamp) -> Option<ClientId> {
        let (deadline, client) = *self.deadlines.first()?;
        (deadline <= now).then_some(client)
    }

    /// The earliest deadline.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The waiters to be tried, next one first.
    pub fn ready(&self) -> impl Iterator<Item = Ready<'_>> {
        self.ready.iter().flat_map(|ReadyKey { db, key, tried }| {
            let waiters = self.waiters.of(*db, key).iter().skip(*tried);
            waiters.map(|client| Ready { client: *client, db: *db, key })
        })
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

fn find<'a>(ready: &'a mut VecDeque<ReadyKey>, db: usize, key: &[u8]) -> Option<&'a mut ReadyKey> {
    ready.iter_mut().find(|ready| ready.db == db && *ready.key == *key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::CommandId;
    use crate::resp::Args;
    use crate::session::{DeniedReply, SavedCommand};
    use crate::value::Kind;

    fn blocked(keys: &[&str]) -> Blocked {
        Blocked {
            command: SavedCommand::new(CommandId(0), Args::new(b"", &[])),
            keys: keys.iter().map(|key| key.as_bytes().into()).collect(),
            kind: Kind::List,
            on_loss: false,
            again: Timestamp::NEVER,
            deadline: Timestamp::NEVER,
            since: Timestamp(0),
            if_over: DeniedReply::NullArray,
        }
    }

    fn line(blocking: &Blocking) -> Vec<u64> {
        blocking.ready().map(|ready| ready.client.0).collect()
    }

    #[test]
    fn each_waiter_is_tried_once_for_a_change_whoever_leaves() {
        let mut blocking = Blocking::default();
        for client in 1..=5 {
            blocking.add(ClientId(client), 0, &blocked(&["a", "b", "a"]));
        }
        blocking.wake(0, b"a");
        blocking.wake(0, b"nobody's");
        assert_eq!(line(&blocking), [1, 2, 3, 4, 5]);
        blocking.tried();
        blocking.tried();
        blocking.remove(ClientId(1), 0, &blocked(&["a", "b", "a"]));
        blocking.remove(ClientId(4), 0, &blocked(&["a", "b", "a"]));
        assert_eq!(line(&blocking), [3, 5]);
        blocking.wake(0, b"a");
        assert_eq!(line(&blocking), [2, 3, 5]);
        blocking.wake(0, b"b");
        blocking.exhausted();
        assert_eq!(line(&blocking), [2, 3, 5]);
        (0..3).for_each(|_| blocking.tried());
        assert!(blocking.next_ready().is_none() && !blocking.has_ready());
    }
}
