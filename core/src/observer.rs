//! The window into the engine: events that say what it did, for the visualizer, tests and traces. They are plain data,
//! never change behaviour, and cost nothing where nobody looks: [`Silent`] compiles to nothing.

use crate::effects::Class;
use crate::queue::{Task, Timer};
use crate::resp::Args;
use crate::session::ClientId;
use crate::time::Timestamp;

/// Receives events as they happen.
pub trait Observer {
    /// Whether anybody looks; `false` removes the code that makes events.
    const ENABLED: bool;
    /// Something happened.
    fn event(&mut self, event: Event<'_>);
}

/// Nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    const ENABLED: bool = false;
    fn event(&mut self, _: Event<'_>) {}
}

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// 1, 2, 3 …
    pub seq: u64,
    /// When, on the engine's clock.
    pub at: Timestamp,
    /// 0 for a command of a client, 1 within EXEC.
    pub depth: u8,
    /// What.
    pub kind: EventKind<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the fields are named after what they hold")]
pub enum EventKind<'a> {
    /// A client connected.
    Connected { client: ClientId },
    /// A client is gone.
    Disconnected { client: ClientId },
    /// Bytes arrived from a client.
    Arrived { client: ClientId, bytes: usize },
    /// A client joined the ready queue, which now has `length` members.
    Queued { client: ClientId, length: usize },
    /// An iteration of the loop begins.
    Iteration { number: u64 },
    /// A task begins.
    TaskStarted { task: Task },
    /// A command begins; secrets are left out of `args`.
    CommandStarted { client: ClientId, name: &'a str, args: Args<'a> },
    /// A command was put into a client's transaction, which now has `length` members.
    CommandQueued { client: ClientId, name: &'a str, args: Args<'a>, length: usize },
    /// A command was refused before it could run: unknown, wrong arity, not allowed now. Only its name is told.
    CommandRefused { client: ClientId, name: &'a [u8] },
    /// A command is done. `units`: elements visited; `cost_ns`: what it costs on the modelled clock; `busy_until`: how
    /// long the loop stands still because of it and its like.
    CommandEnded {
        client: ClientId,
        name: &'a str,
        units: u64,
        cost_ns: u64,
        busy_until: Timestamp,
        reply: &'a [u8],
        failed: bool,
    },
    /// A command changed a key, or something was announced of it.
    KeyTouched { db: usize, key: &'a [u8], class: Class, event: &'a str },
    /// A client waits for keys.
    Blocked { client: ClientId, keys: &'a [Box<[u8]>], deadline: Timestamp },
    /// A blocked client's command is going to run again because of `key`.
    Woken { client: ClientId, key: &'a [u8] },
    /// A blocked client is served or gave up, and goes on.
    Unblocked { client: ClientId, timed_out: bool },
    /// A client's command runs elsewhere: it is going to visit about `units` elements of values that are `held` for it.
    /// [`EventKind::CommandEnded`] follows once it is back.
    Away { client: ClientId, units: u64, held: usize },
    /// CLIENT PAUSE holds a client back, or a job that reads what it would change.
    Postponed { client: ClientId },
    /// A key's time had come.
    Expired { db: usize, key: &'a [u8] },
    /// A message went to so many receivers.
    Published { channel: &'a [u8], receivers: usize },
    /// A timer ran and handled so many things.
    TimerRan { timer: Timer, handled: usize },
    /// Replies are handed to the host.
    Replied { client: ClientId, bytes: usize },
    /// Nothing to do until input comes or `wake_at`.
    Idle { wake_at: Option<Timestamp> },
}
