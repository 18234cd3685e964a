//! Where the engine and its connections meet. A model decides who stands at the desk, and when; what is done there is the
//! same for all: feed what arrived, run the engine, carry out what it says.
//!
//! Running leaves [`Errands`]: what is better done by whoever has left the desk, since others may be waiting for it.

use crate::clock;
use crate::connection::{Connection, Sent};
use redloop_core::server::HostRequest;
use redloop_core::session::{Ending, Session};
use redloop_core::value::Object;
use redloop_core::{ClientId, Engine, Input, Job, Migration, Output, Peer, Timestamp};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// The engine and its connections.
#[derive(Debug)]
pub(crate) struct Desk {
    engine: Engine,
    connections: HashMap<ClientId, Arc<Connection>, BuildHasherDefault<NumberHasher>>,
    /// Those that send no more, but are owed replies to what they have sent.
    finishing: Vec<Arc<Connection>>,
    /// When the engine has something to do by itself.
    wake_at: Option<Timestamp>,
}

/// What is to be done away from the desk. Kept by who does it, so that its memory serves again.
#[derive(Debug, Default)]
pub(crate) struct Errands {
    /// Connections with replies to write.
    pub(crate) outgoing: Vec<Arc<Connection>>,
    /// How often replies were written: see [`Errands::leaving`].
    turn: u64,
    /// What the desk is to hear of those that were written.
    reports: Vec<(Arc<Connection>, Sent)>,
    /// Values nobody needs any more: to be dropped.
    pub(crate) garbage: Vec<Object>,
    /// Commands to be run elsewhere.
    pub(crate) jobs: Vec<Job>,
    /// Keys that are to be taken to other servers.
    pub(crate) migrations: Vec<Migration>,
    /// The engine is to be woken earlier than was known.
    pub(crate) sooner: bool,
    /// The server is to stop.
    pub(crate) stop: bool,
}

/// 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Client numbers are consecutive and nobody's choice: spreading their bits is all they need.
#[derive(Default)]
struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn write_u64(&mut self, number: u64) {
        // The table looks at high bits and at low ones.
        self.0 = number.wrapping_mul(GOLDEN).rotate_left(32);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Desk {
    pub(crate) fn new(engine: Engine) -> Self {
        Desk { engine, connections: HashMap::default(), finishing: Vec::new(), wake_at: None }
    }

    /// A connection was let in.
    pub(crate) fn connect(&mut self, connection: &Arc<Connection>, peer: Peer) {
        let client = connection.client;
        self.connections.insert(client, Arc::clone(connection));
        self.feed(Input::Connect { client, peer });
    }

    /// Bytes were read from a connection, or the time has come.
    #[inline]
    pub(crate) fn feed(&mut self, input: Input<'_>) {
        self.engine.feed(clock::now(), input);
    }

    /// A connection sends no more. It is closed when what it has sent is done and answered: who waits for a key waits for
    /// nothing then, and a request that is not whole never will be.
    pub(crate) fn finish(&mut self, connection: &Arc<Connection>) {
        self.finishing.push(Arc::clone(connection));
    }

    /// A connection is closed.
    pub(crate) fn disconnect(&mut self, client: ClientId) {
        self.connections.remove(&client);
        self.finishing.retain(|connection| connection.client != client);
        self.feed(Input::Disconnect { client });
    }

    /// When the engine is to be woken next, if ever.
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// The time the engine wanted to be woken at has come.
    pub(crate) fn wake(&mut self) {
        self.wake_at = None;
        self.feed(Input::Wake);
    }

    /// Runs the engine until it is idle.
    pub(crate) fn run(&mut self, errands: &mut Errands) {
        self.run_and_hand_out(errands);
        if !self.finishing.is_empty() {
            self.close_finished(errands);
        }
    }

    /// Runs the engine and takes what leaves it. True: replies were handed out.
    #[inline]
    fn run_and_hand_out(&mut self, errands: &mut Errands) -> bool {
        let before = errands.outgoing.len();
        let wake_at = self.engine.run();
        if let Some(at) = wake_at
            && self.wake_at.is_none_or(|current| at < current)
        {
            self.wake_at = wake_at;
            errands.sooner = true;
        }
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(client) => {
                    if let Some(connection) = self.connections.get(&client)
                        && connection.hand_out(&mut self.engine)
                    {
                        errands.outgoing.push(Arc::clone(connection));
                    }
                }
                Output::Close(client) => {
                    let session = self.engine.clients().get(client);
                    let at_once = session.is_none_or(|session| session.ending == Ending::Now);
                    if let Some(connection) = self.connections.get(&client) {
                        connection.close(at_once);
                    }
                }
                Output::Request(HostRequest::Shutdown) => errands.stop = true,
                Output::Request(HostRequest::Log(text)) => log::warn!("{text}"),
                Output::Request(HostRequest::Migrate(migration)) => {
                    errands.migrations.push(*migration);
                }
                Output::Stream(_) => {}
                Output::Job(job) => errands.jobs.push(*job),
                Output::Garbage(garbage) => errands.garbage.extend(garbage),
            }
        }
        errands.outgoing.len() > before
    }

    /// Closes, when their replies have left, those who send no more and have nothing left to do.
    #[cold]
    fn close_finished(&mut self, errands: &mut Errands) {
        // Small replies count as sent when they are handed out, which lets their clients go on.
        while self.run_and_hand_out(errands) {}
        let clients = self.engine.clients();
        self.finishing.retain(|connection| {
            let goes_on = clients.get(connection.client).is_some_and(Session::is_behind);
            if !goes_on {
                connection.close(false);
            }
            goes_on
        });
    }

    /// Hears what became of replies that were written.
    pub(crate) fn hear(&mut self, errands: &mut Errands) {
        for (connection, sent) in errands.reports.drain(..) {
            if self.hear_of(&connection, sent) {
                errands.outgoing.push(connection);
            }
        }
    }

    /// Hears what became of one connection's replies. True: there are more to write.
    pub(crate) fn hear_of(&mut self, connection: &Connection, sent: Sent) -> bool {
        if sent.bytes > 0 {
            self.feed(Input::Sent { client: connection.client, bytes: sent.bytes });
        }
        sent.more && connection.hand_out_more(&mut self.engine)
    }
}

impl Errands {
    /// Writes all replies. True: the desk has to hear of some of them.
    #[inline]
    pub(crate) fn write(&mut self) -> bool {
        let mut reports = std::mem::take(&mut self.reports);
        for connection in self.leaving() {
            let sent = connection.send();
            if !sent.is_no_news() {
                reports.push((connection, sent));
            }
        }
        self.reports = reports;
        !self.reports.is_empty()
    }

    /// Takes the connections with replies to write, in the order to write them: each time it begins with another one.
    ///
    /// Clients that answer at once do so in the order in which they were answered. Without this whoever is first would
    /// be first for ever; and where only the first gets anything done, as when all of them watch one key, nobody else would.
    #[inline]
    pub(crate) fn leaving(&mut self) -> std::vec::Drain<'_, Arc<Connection>> {
        self.turn = self.turn.wrapping_add(1);
        // Multiples of the golden ratio: their fractions spread evenly, whatever the number of turns between two meetings.
        let fraction = self.turn.wrapping_mul(GOLDEN) >> 32;
        let first = (fraction * self.outgoing.len() as u64) >> 32;
        self.outgoing.rotate_left(first as usize);
        self.outgoing.drain(..)
    }
}
