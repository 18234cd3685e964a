//! Which keys' values jobs are reading away from the engine, and which writers wait for them to be done.
//!
//! A write to such a key would be right at once, too: it would change a copy. But the copy costs the loop what the job
//! was to save it, so the writer waits, first come first served, and everybody else goes on. While a writer waits for a
//! key no further job starts on it; reads run on the loop then, so that jobs cannot keep writers waiting for ever.
//!
//! Left out: commands that drop or replace a value as a whole. They cost nothing and do not wait. Nor are holds moved
//! when databases are exchanged: a write to a key that moved that way copies.

use crate::registry::Registries;
use crate::session::ClientId;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    /// Keys that jobs hold, with the jobs' clients.
    held: Registries,
    /// Keys that writers wait for, first come first.
    wanted: Registries,
    /// Jobs that are out.
    jobs: Vec<Claim>,
    /// Writers that wait, first come first.
    writers: Vec<Claim>,
}

/// Keys of one database that a client's job holds, or that a client waits for.
#[derive(Clone, Debug)]
struct Claim {
    client: ClientId,
    db: usize,
    keys: Vec<Box<[u8]>>,
}

impl Holds {
    /// The client's job holds `keys` from now on; the client has no other. O(keys).
    pub fn hold(&mut self, client: ClientId, db: usize, keys: Vec<Box<[u8]>>) {
        for key in &keys {
            self.held.of_db_mut(db).add(key, client);
        }
        self.jobs.push(Claim { client, db, keys });
    }

    /// The client's job is done: the writers that need not wait any longer, first come first. O(keys), and O(writers) if
    /// one waits for them.
    pub fn release(&mut self, client: ClientId) -> Vec<ClientId> {
        let Some(at) = self.jobs.iter().position(|job| job.client == client) else {
            return Vec::new();
        };
        let job = self.jobs.swap_remove(at);
        let mut is_wanted = false;
        for key in &job.keys {
            self.held.remove(job.db, key, client);
            is_wanted |= self.is_wanted(job.db, key);
        }
        if !is_wanted {
            return Vec::new();
        }
        let held = &self.held;
        let still = |claim: &Claim| claim.keys.iter().any(|key| !held.of(claim.db, key).is_empty());
        let (waiting, free): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.writers).into_iter().partition(still);
        self.writers = waiting;
        free.iter().for_each(|claim| self.want_no_more(claim));
        free.iter().map(|claim| claim.client).collect()
    }

    /// The client waits until no job holds any of `keys`.
    pub fn wait(&mut self, client: ClientId, db: usize, keys: Vec<Box<[u8]>>) {
        for key in &keys {
            self.wanted.of_db_mut(db).append(key, client);
        }
        self.writers.push(Claim { client, db, keys });
    }

    /// The client waits no longer, if it did: it is gone. What its job holds stays held until the job is done.
    pub fn forget_writer(&mut self, client: ClientId) {
        if let Some(at) = self.writers.iter().position(|claim| claim.client == client) {
            let claim = self.writers.remove(at);
            self.want_no_more(&claim);
        }
    }

    /// Whether a job holds this key. O(log keys held).
    pub fn is_held(&self, db: usize, key: &[u8]) -> bool {
        !self.held.of(db, key).is_empty()
    }

    /// Whether a writer waits for this key. O(log keys waited for).
    pub fn is_wanted(&self, db: usize, key: &[u8]) -> bool {
        !self.wanted.of(db, key).is_empty()
    }

    /// Whether any job is out.
    #[inline]
    pub fn any(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Jobs that are out.
    pub fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// Writers that wait.
    pub fn writers(&self) -> usize {
        self.writers.len()
    }

    fn want_no_more(&mut self, claim: &Claim) {
        for key in &claim.keys {
            self.wanted.remove(claim.db, key, claim.client);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<Box<[u8]>> {
        names.iter().map(|name| name.as_bytes().into()).collect()
    }

    #[test]
    fn writers_go_on_in_order_once_nothing_they_change_is_held() {
        let [a, b, first, second, third] = [1, 2, 3, 4, 5].map(ClientId);
        let mut holds = Holds::default();
        holds.hold(a, 0, keys(&["x", "x", "y"]));
        holds.hold(b, 0, keys(&["y"]));
        assert!(holds.is_held(0, b"x") && !holds.is_held(1, b"x") && !holds.is_held(0, b"z"));
        holds.wait(first, 0, keys(&["y"]));
        holds.wait(second, 0, keys(&["x"]));
        holds.wait(third, 0, keys(&["y", "x"]));
        assert!(holds.is_wanted(0, b"y"));
        assert_eq!(holds.release(a), [second]);
        assert_eq!((holds.jobs(), holds.writers()), (1, 2));
        assert_eq!(holds.release(b), [first, third]);
        assert!(!holds.is_wanted(0, b"y") && !holds.is_held(0, b"y") && !holds.any());
        assert_eq!(holds.release(b), []);
    }

    #[test]
    fn who_left_is_not_woken_and_wants_nothing() {
        let [job, writer] = [1, 2].map(ClientId);
        let mut holds = Holds::default();
        holds.hold(job, 3, keys(&["x"]));
        holds.wait(writer, 3, keys(&["x"]));
        holds.forget_writer(writer);
        holds.forget_writer(job);
        assert!(!holds.is_wanted(3, b"x") && holds.is_held(3, b"x"));
        assert_eq!(holds.release(job), []);
    }
}
