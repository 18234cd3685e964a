//! The driver for an engine in this process: time is virtual, and nothing is left to chance.
//!
//! A step's bytes are fed at once; then the engine turns until it is idle. A modelled stall (DEBUG SLEEP) is part of
//! the step: time is moved to where the engine goes on. Waits move time from wake-up to wake-up, as a host would.

use super::Driver;
use redloop_core::{
    ClientId, Engine, Helper, Input, Migrated, Options, Output, Peer, Timestamp, Trouble, Turn,
    config::DebugCommand, server::HostRequest,
};
use std::{collections::BTreeMap, time::Duration};

/// When conversations begin: some day in 2026, in microseconds since the epoch.
const START: Timestamp = Timestamp(1_795_000_000_000_000);
/// The most turns one step may take before it is called endless.
const TURNS_MAX: usize = 10_000_000;

/// An engine and the outboxes of its named clients.
#[derive(Debug)]
pub struct EngineDriver {
    engine: Engine,
    now: Timestamp,
    clients: BTreeMap<String, ClientId>,
    outboxes: BTreeMap<ClientId, Outbox>,
    stream: Vec<u8>,
    next_client: u64,
}

#[derive(Debug, Default)]
struct Outbox {
    bytes: Vec<u8>,
    closed: bool,
}

impl EngineDriver {
    /// A fresh engine with this seed, DEBUG allowed.
    pub fn new(seed: u64) -> Self {
        Self::with_options(Options { seed, ..Options::default() })
    }

    /// A fresh engine, DEBUG allowed.
    pub fn with_options(options: Options) -> Self {
        Self::starting_at(START, options)
    }

    /// The same at a time of the caller's: to compare with a server that lives now.
    pub fn starting_at(start: Timestamp, options: Options) -> Self {
        let mut engine = Engine::new(start, options);
        engine.config_mut().enable_debug_command = DebugCommand::Yes;
        Self {
            engine,
            now: start,
            clients: BTreeMap::new(),
            outboxes: BTreeMap::new(),
            stream: Vec::new(),
            next_client: 1,
        }
    }

    /// The engine, to look at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, to do with it what a host may.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// What left for logs and replicas since the last call; nothing unless the options ask for it.
    pub fn take_stream(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.stream)
    }

    fn id(&self, client: &str) -> Result<ClientId, String> {
        self.clients.get(client).copied().ok_or_else(|| format!("@{client} is not connected"))
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(client) => {
                    let mut bytes = Vec::new();
                    self.engine.swap_replies(client, &mut bytes);
                    self.engine.feed(self.now, Input::Sent { client, bytes: bytes.len() });
                    self.outboxes.entry(client).or_default().bytes.extend(bytes);
                }
                Output::Close(client) => {
                    self.outboxes.entry(client).or_default().closed = true;
                    self.engine.feed(self.now, Input::Disconnect { client });
                }
                // A host that stops closes every connection.
                Output::Request(HostRequest::Shutdown) => {
                    self.outboxes.values_mut().for_each(|outbox| outbox.closed = true);
                }
                // Nobody else is served meanwhile: what comes in between is `tests/offload.rs`'s subject.
                Output::Job(job) => {
                    let done = job.run(&mut Helper::new());
                    self.engine.feed(self.now, Input::Done(Box::new(done)));
                }
                // Nobody can be reached from here.
                Output::Request(HostRequest::Migrate(migration)) => {
                    let back = Migrated { migration, replies: Err(Trouble::Host) };
                    self.engine.feed(self.now, Input::Migrated(Box::new(back)));
                }
                Output::Stream(bytes) => self.stream.extend(bytes),
                Output::Request(_) | Output::Garbage(_) => {}
            }
        }
    }

    /// Turns until idle; when the engine wants to be woken.
    fn turn_until_idle(&mut self) -> Result<Option<Timestamp>, String> {
        for _ in 0..TURNS_MAX {
            let turn = self.engine.turn();
            self.drain();
            if let Turn::Idle { wake_at } = turn {
                return Ok(wake_at);
            }
        }
        Err("the engine does not come to rest".into())
    }
}

impl Driver for EngineDriver {
    fn labels(&self) -> Vec<&'static str> {
        vec!["redloop", "core"]
    }

    fn connect(&mut self, client: &str) -> Result<(), String> {
        let id = ClientId(self.next_client);
        self.next_client += 1;
        self.clients.insert(client.to_owned(), id);
        self.outboxes.insert(id, Outbox::default());
        let peer = Peer {
            addr: format!("127.0.0.1:{}", 50_000 + id.0).into(),
            laddr: "127.0.0.1:6379".into(),
            loopback: true,
            ..Peer::default()
        };
        self.engine.feed(self.now, Input::Connect { client: id, peer });
        Ok(())
    }

    fn send(&mut self, client: &str, bytes: &[u8]) -> Result<(), String> {
        let client = self.id(client)?;
        self.engine.feed(self.now, Input::Bytes { client, bytes });
        Ok(())
    }

    fn close(&mut self, client: &str) -> Result<(), String> {
        let id = self.id(client)?;
        self.clients.remove(client);
        self.outboxes.remove(&id);
        self.engine.feed(self.now, Input::Disconnect { client: id });
        Ok(())
    }

    /// A host hangs up on a client that will send no more, once everything it sent was worked on.
    fn half_close(&mut self, client: &str) -> Result<(), String> {
        let id = self.id(client)?;
        self.turn_until_idle()?;
        self.engine.feed(self.now, Input::Disconnect { client: id });
        self.outboxes.entry(id).or_default().closed = true;
        Ok(())
    }

    fn wait(&mut self, time: Duration) -> Result<(), String> {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let end = self.now.plus_micros(micros);
        loop {
            match self.turn_until_idle()? {
                Some(wake_at) if wake_at <= end => {
                    self.now = wake_at.max(self.now);
                    self.engine.feed(self.now, Input::Wake);
                }
                _ => break,
            }
        }
        self.now = end;
        self.engine.feed(end, Input::Wake);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        loop {
            self.turn_until_idle()?;
            let busy_until = self.engine.server().busy_until;
            if busy_until <= self.now {
                return Ok(());
            }
            self.now = busy_until;
            self.engine.feed(self.now, Input::Wake);
        }
    }

    fn receive(&mut self, client: &str, into: &mut Vec<u8>) -> Result<bool, String> {
        let id = self.id(client)?;
        let outbox = self.outboxes.entry(id).or_default();
        into.append(&mut outbox.bytes);
        Ok(!outbox.closed)
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}
