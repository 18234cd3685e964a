//! The event queue: Redis' event loop as data. The picture in the browser is this structure.
//!
//! One iteration of the loop: the clients that were readable when it began, in the order their input came → timers
//! that are due → before-sleep, when the iteration's replies are handed to the host. Then the next iteration, or idle.
//! A client that was woken, or whose pipeline goes on, is at the front: that is what "served before the pusher's next
//! command" means.

use crate::session::ClientId;
use std::collections::VecDeque;

/// One unit of work: what a single `turn()` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Read and run commands of a client's input.
    Readable(ClientId),
    /// Run a woken client's command again.
    ServeWaiter(ClientId),
    /// Answer a client with what its job brought back.
    TakeBack(ClientId),
    /// Something whose time has come.
    Timer(Timer),
    /// The iteration's end: replies leave.
    BeforeSleep,
}

/// What a timer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Removes keys whose deadline has passed.
    ExpireKeys,
    /// A blocked client gives up waiting.
    BlockedTimeout,
    /// CLIENT PAUSE ends: who was held back becomes ready.
    PauseEnd,
    /// Goes on removing keys where memory is short.
    EvictKeys,
    /// Looks for idle clients and those over the soft output limit.
    ClientsCheck,
}

/// Where the loop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing to do.
    Idle,
    /// Running the readable clients of this iteration.
    Ready,
    /// Running due timers.
    Timers,
    /// Handing out replies.
    BeforeSleep,
}

/// Ready clients and the place within the iteration.
#[derive(Clone, Debug)]
pub struct EventQueue {
    ready: VecDeque<ClientId>,
    /// How many of `ready` belong to this iteration; later ones wait for the next.
    this_iteration: usize,
    iterations: u64,
    phase: Phase,
}

impl EventQueue {
    /// Empty and idle.
    pub fn new() -> Self {
        EventQueue { ready: VecDeque::new(), this_iteration: 0, iterations: 0, phase: Phase::Idle }
    }

    /// A client has something to do; the caller sees to it that none is in twice.
    pub fn push_back(&mut self, client: ClientId) {
        self.ready.push_back(client);
    }

    /// A client goes on where it was, before everybody else.
    pub fn push_front(&mut self, client: ClientId) {
        self.ready.push_front(client);
        self.this_iteration += 1;
    }

    /// The next readable client of this iteration. Starts an iteration when the loop was idle.
    pub fn next_ready(&mut self) -> Option<ClientId> {
        if self.phase == Phase::Idle {
            if self.ready.is_empty() {
                return None;
            }
            self.begin_iteration();
        }
        if self.this_iteration == 0 {
            return None;
        }
        self.this_iteration -= 1;
        self.ready.pop_front()
    }

    /// The loop runs due timers now.
    pub fn enter_timers(&mut self) {
        if self.phase == Phase::Idle {
            self.begin_iteration();
        }
        self.phase = Phase::Timers;
    }

    /// The loop ends its iteration now: `true` if there was one to end.
    pub fn enter_before_sleep(&mut self) -> bool {
        let running = self.phase != Phase::Idle && self.phase != Phase::BeforeSleep;
        if running {
            self.phase = Phase::BeforeSleep;
        }
        running
    }

    /// After before-sleep: the next iteration if anybody is ready, else idle.
    pub fn wrap(&mut self) {
        self.phase = Phase::Idle;
    }

    /// Removes a client that is gone.
    pub fn remove(&mut self, client: ClientId) {
        if let Some(position) = self.ready.iter().position(|other| *other == client) {
            self.ready.remove(position);
            if position < self.this_iteration {
                self.this_iteration -= 1;
            }
        }
    }

    /// Clients that wait for their turn, first to last.
    pub fn waiting(&self) -> impl Iterator<Item = ClientId> + '_ {
        self.ready.iter().copied()
    }

    /// Where the loop is.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Iterations begun so far.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    fn begin_iteration(&mut self) {
        self.iterations += 1;
        self.this_iteration = self.ready.len();
        self.phase = Phase::Ready;
    }
}

impl Default for EventQueue {
    fn default() -> Self {
        Self::new()
    }
}
