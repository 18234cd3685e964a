//! What passes between a worker and the engine's thread. Both sides swap whole lists, so that locks are held for moments
//! and memory serves again.

use crate::connection::{Connection, LooseStream, Sent};
use crate::throttle::Guest;
use redloop_core::{ClientId, Peer};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Empty batches that are kept for a worker, and that it keeps.
pub(super) const SPARE_BATCHES_MAX: usize = 4;

/// Where things are left for one worker.
#[derive(Debug, Default)]
pub(super) struct Post {
    left: Mutex<Mail>,
    news: Notify,
}

/// What was left.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// Connections to serve from now on.
    pub(super) arrivals: Vec<Arrival>,
    /// Connections with replies to write.
    pub(super) outgoing: Vec<Arc<Connection>>,
    /// Batches that were worked on, to be filled again.
    pub(super) empty: Vec<Batch>,
}

/// A connection on its way to its worker.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) stream: LooseStream,
    pub(super) peer: Peer,
    pub(super) guest: Option<Guest>,
}

/// What a worker's connections have for the engine, in order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The worker.
    pub(super) worker: usize,
    pub(super) letters: Vec<Letter>,
    /// What was read, one connection's after the other's.
    pub(super) bytes: Vec<u8>,
}

/// One of them.
#[derive(Debug)]
pub(super) enum Letter {
    /// It was let in.
    Connected(Arc<Connection>, Peer),
    /// It sent this many of the batch's bytes.
    Bytes(ClientId, usize),
    /// It sends no more, but is owed the replies to what it has sent.
    Finished(Arc<Connection>),
    /// Its replies have left.
    Sent(Arc<Connection>, Sent),
    /// It is closed.
    Closed(ClientId),
}

impl Post {
    /// Brings a connection.
    pub(super) fn bring(&self, stream: LooseStream, peer: Peer, guest: Option<Guest>) {
        self.lock().arrivals.push(Arrival { stream, peer, guest });
        self.news.notify_one();
    }

    /// Leaves word of all of `outgoing`, which is empty then.
    pub(super) fn leave(&self, outgoing: &mut Vec<Arc<Connection>>) {
        if outgoing.is_empty() {
            return;
        }
        let mut left = self.lock();
        if left.outgoing.is_empty() {
            std::mem::swap(&mut left.outgoing, outgoing);
        } else {
            left.outgoing.append(outgoing);
        }
        drop(left);
        self.news.notify_one();
    }

    /// Gives a batch back, for as long as there are few. Nobody is waiting for it.
    pub(super) fn give_back(&self, mut batch: Batch) {
        batch.letters.clear();
        batch.bytes.clear();
        let mut left = self.lock();
        if left.empty.len() < SPARE_BATCHES_MAX {
            left.empty.push(batch);
        }
    }

    /// Waits until something was left, and takes it in exchange for `mail`, of which nothing may be left but memory.
    pub(super) async fn collect(&self, mail: &mut Mail) {
        self.news.notified().await;
        std::mem::swap(&mut *self.lock(), mail);
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
