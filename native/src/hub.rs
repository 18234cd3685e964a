//! Where connections and the engine meet on one thread. Connections only feed what they have read. Once every
//! connection with something to read has done so, the engine turns until it is idle, and what came of it is written, to
//! whomever: one iteration of the event loop. Replies that leave together wake their readers together, who answer
//! together, which saves both sides system calls.

use crate::clock;
use crate::connection::Connection;
use redloop_core::server::HostRequest;
use redloop_core::session::Ending;
use redloop_core::{ClientId, Engine, Input, Output, Peer, Timestamp};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::task::{Poll, Waker};
use tokio::sync::Notify;

/// The engine, its connections, and what the tasks around them need to know.
pub(crate) struct Hub {
    engine: RefCell<Engine>,
    connections: RefCell<HashMap<ClientId, Rc<Connection>, BuildHasherDefault<NumberHasher>>>,
    last_client: Cell<u64>,
    /// When the engine has something to do by itself.
    wake_at: Cell<Option<Timestamp>>,
    /// `wake_at` came closer.
    sooner: Notify,
    /// The engine was fed since it last ran.
    fed: Cell<bool>,
    /// Wakes the task that runs the engine.
    runner: RefCell<Option<Waker>>,
    /// The server is to stop.
    stop: Notify,
    /// What was last read, before it is fed: one buffer for all connections.
    pub(crate) scratch: RefCell<Box<[u8]>>,
}

/// Client numbers are consecutive and nobody's choice: spreading their bits is all they need.
#[derive(Default)]
struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn write_u64(&mut self, number: u64) {
        // 2⁶⁴ divided by the golden ratio; the table looks at high bits and at low ones.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
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

/// Bytes read from a socket at once.
pub(crate) const READ_SIZE: usize = 64 * 1024;

impl Hub {
    pub(crate) fn new(engine: Engine) -> Rc<Self> {
        Rc::new(Hub {
            engine: RefCell::new(engine),
            connections: RefCell::default(),
            last_client: Cell::new(0),
            wake_at: Cell::new(None),
            sooner: Notify::new(),
            fed: Cell::new(false),
            runner: RefCell::default(),
            stop: Notify::new(),
            scratch: RefCell::new(vec![0; READ_SIZE].into()),
        })
    }

    /// A connection was accepted.
    pub(crate) fn connect(
        &self,
        peer: Peer,
        open: impl FnOnce(ClientId) -> Rc<Connection>,
    ) -> Rc<Connection> {
        let client = ClientId(self.last_client.get() + 1);
        self.last_client.set(client.0);
        let connection = open(client);
        self.connections.borrow_mut().insert(client, Rc::clone(&connection));
        self.feed(Input::Connect { client, peer });
        connection
    }

    /// Bytes were read from a connection.
    #[inline]
    pub(crate) fn received(&self, client: ClientId, bytes: &[u8]) {
        self.feed(Input::Bytes { client, bytes });
    }

    /// A connection is closed.
    pub(crate) fn disconnected(&self, client: ClientId) {
        self.connections.borrow_mut().remove(&client);
        self.feed(Input::Disconnect { client });
    }

    /// A connection's replies, which were stuck, have left in part.
    pub(crate) fn sent(&self, client: ClientId, bytes: usize) {
        self.feed(Input::Sent { client, bytes });
    }

    /// Takes a client's further replies.
    pub(crate) fn swap_replies(&self, client: ClientId, buffer: &mut Vec<u8>) {
        self.engine.borrow_mut().swap_replies(client, buffer);
    }

    /// Wakes the engine whenever it wants to be woken.
    pub(crate) async fn keep_time(&self) {
        loop {
            match self.wake_at.get() {
                None => self.sooner.notified().await,
                Some(at) => {
                    let wait = std::time::Duration::from_micros(at.micros_since(clock::now()));
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {
                            self.wake_at.set(None);
                            self.feed(Input::Wake);
                        }
                        () = self.sooner.notified() => {}
                    }
                }
            }
        }
    }

    /// Ends the server.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }

    /// Returns when the server is to end.
    pub(crate) async fn stopped(&self) {
        self.stop.notified().await;
    }

    /// The settings.
    pub(crate) fn with_config<T>(
        &self,
        read: impl FnOnce(&redloop_core::config::Config) -> T,
    ) -> T {
        read(&self.engine.borrow().server().config)
    }

    /// Runs the engine whenever it was fed. The task that does this is woken by the first to feed, and so comes after
    /// all that were woken by the same look at the sockets.
    pub(crate) async fn run(&self) {
        loop {
            poll_fn(|context| {
                if self.fed.replace(false) {
                    return Poll::Ready(());
                }
                let mut runner = self.runner.borrow_mut();
                if runner.as_ref().is_none_or(|waker| !waker.will_wake(context.waker())) {
                    *runner = Some(context.waker().clone());
                }
                Poll::Pending
            })
            .await;
            self.run_until_idle();
        }
    }

    #[inline]
    fn feed(&self, input: Input<'_>) {
        self.engine.borrow_mut().feed(clock::now(), input);
        if !self.fed.replace(true)
            && let Some(runner) = &*self.runner.borrow()
        {
            runner.wake_by_ref();
        }
    }

    fn run_until_idle(&self) {
        let mut engine = self.engine.borrow_mut();
        loop {
            let wake_at = engine.run();
            if let Some(at) = wake_at
                && self.wake_at.get().is_none_or(|current| at < current)
            {
                self.wake_at.set(wake_at);
                self.sooner.notify_one();
            }
            // Clients that were held back by their unread replies go on when those have left.
            if !self.deliver(&mut engine) {
                return;
            }
        }
    }

    /// Hands out what the engine produced; whether a client may go on because of it.
    #[inline]
    fn deliver(&self, engine: &mut Engine) -> bool {
        let mut sent_any = false;
        while let Some(output) = engine.take_output() {
            match output {
                Output::Reply(client) => {
                    if let Some(connection) = self.connections.borrow().get(&client) {
                        sent_any |= connection.write(engine);
                    }
                }
                Output::Close(client) => {
                    let session = engine.clients().get(client);
                    let at_once = session.is_none_or(|session| session.ending == Ending::Now);
                    if let Some(connection) = self.connections.borrow().get(&client) {
                        connection.close(at_once);
                    }
                }
                Output::Request(HostRequest::Shutdown) => self.stop(),
                Output::Request(HostRequest::Log(text)) => log::warn!("{text}"),
                Output::Stream(_) => {}
                Output::Garbage(garbage) => drop(garbage),
            }
        }
        sent_any
    }
}
