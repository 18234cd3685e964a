//! What a thread counts: one place to which every reply, every error and every lost connection goes.

use super::{
    dispatch::Batch,
    report::{Bytes, Latencies, Texts, Timeline, latencies, record},
};
use std::time::Instant;

/// A thread's counts.
#[derive(Debug)]
pub(super) struct Tally {
    /// When the last reply that counts came.
    pub(super) last: Instant,
    /// From when a request was due or sent to its reply, for each command of the mix.
    pub(super) commands: Vec<Latencies>,
    /// From when it was sent, if that is something else.
    pub(super) service: Option<Latencies>,
    /// Replies that were errors.
    pub(super) errors: Texts,
    /// Requests answered that count, by the connections' places.
    pub(super) answered: Vec<u64>,
    /// The same, over time.
    pub(super) timeline: Timeline,
    /// Connections lost, and why.
    pub(super) lost: Texts,
    /// Requests that nobody will answer.
    pub(super) unanswered: u64,
    /// Requests sent and not answered yet.
    pub(super) waiting: u64,
    /// Connections with such requests.
    busy: u64,
    /// Requests answered that count.
    pub(super) counted: u64,
    /// Requests answered, those of the warm-up too.
    pub(super) all: u64,
    pub(super) bytes: Bytes,
}

impl Tally {
    /// Of nothing, for so many kinds of commands and so many connections; requests count from `begin`.
    pub(super) fn new(kinds: usize, connections: usize, begin: Instant, open_loop: bool) -> Self {
        Self {
            last: begin,
            commands: (0..kinds).map(|_| latencies()).collect(),
            service: open_loop.then(latencies),
            errors: Texts::default(),
            answered: vec![0; connections],
            timeline: Timeline::new(begin),
            lost: Texts::default(),
            unanswered: 0,
            waiting: 0,
            busy: 0,
            counted: 0,
            all: 0,
            bytes: Bytes::default(),
        }
    }

    /// A batch is on its way.
    pub(super) fn sent(&mut self, batch: &Batch) {
        self.waiting += batch.size as u64;
        self.busy += 1;
    }

    /// A batch is answered.
    pub(super) fn done(&mut self) {
        self.busy -= 1;
    }

    /// Replies to requests of a batch came at `now` to the connection at `place`, of these kinds of command. All of
    /// them were sent at `sent`.
    pub(super) fn replied(
        &mut self,
        place: usize,
        batch: &Batch,
        sent: Instant,
        now: Instant,
        kinds: Kinds<'_>,
    ) {
        let replies = match kinds {
            Kinds::One(replies) => replies as u64,
            Kinds::Each(kinds) => kinds.len() as u64,
        };
        self.waiting -= replies;
        self.all += replies;
        if !batch.counts {
            return;
        }
        self.counted += replies;
        self.answered[place] += replies;
        self.timeline.add(now, replies);
        self.last = now;
        let latency = now.saturating_duration_since(batch.due);
        match kinds {
            Kinds::One(_) => record(&mut self.commands[0], latency, replies),
            Kinds::Each(kinds) => {
                for kind in kinds {
                    record(&mut self.commands[usize::from(*kind)], latency, 1);
                }
            }
        }
        if let Some(service) = &mut self.service {
            record(service, now.saturating_duration_since(sent), replies);
        }
    }

    /// A connection is gone, with so many requests unanswered.
    pub(super) fn lost(&mut self, why: &str, unanswered: usize) {
        self.lost.add(why);
        self.waiting -= unanswered as u64;
        self.busy -= u64::from(unanswered > 0);
        self.unanswered += unanswered as u64;
    }

    /// What is still waiting waits for nothing.
    pub(super) fn give_up(&mut self, why: &str) {
        self.lost.add_many(why, std::mem::take(&mut self.busy));
        self.unanswered += std::mem::take(&mut self.waiting);
    }
}

/// Which commands were answered.
#[derive(Clone, Copy)]
pub(super) enum Kinds<'a> {
    /// So many of the only one there is.
    One(usize),
    /// These.
    Each(&'a [u8]),
}
