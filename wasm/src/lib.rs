//! The engine for JavaScript: one class over the core's three verbs, for a Web Worker or Node.
//!
//! Bytes cross as `Uint8Array`, what is looked at now and then as JSON text (`types.ts` has the shapes): one string a call
//! is cheaper than an object a field, and a small writer of our own keeps serde out of the download. Events, of which
//! there are ten a command, have a form of their own (`trace`). Times are microseconds as numbers, exact until the year
//! 2255.
//!
//! Left out: clocks, timers and the loop around `turn`; those are the host's (`web/src/worker`).

mod commands;
mod diff;
mod inside;
mod json;
mod keys;
mod stream;
mod trace;
mod tree;
mod view;

use js_sys::{Object, Uint8Array};
use redloop_core::config::DebugCommand;
use redloop_core::server::HostRequest;
use redloop_core::{
    ClientId, Engine, Input, Migrated, Options, Output, Pace, Peer, Timestamp, Trouble, Turn,
};
use trace::Trace;
use tree::{Order, Tree, Wanted};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../types.ts");

#[wasm_bindgen(module = "/output.js")]
extern "C" {
    fn reply(client: f64, bytes: &[u8]) -> Object;
    fn close(client: f64) -> Object;
    fn shutdown() -> Object;
    fn events(records: &[u8]) -> Uint8Array;
}

/// A Redis-compatible engine. Feed it, turn it, take what leaves.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct Redloop {
    engine: Engine<Trace>,
    now: Timestamp,
    wake_at: Option<Timestamp>,
    /// Changes places with the buffer of whoever is answered, so that neither is made anew.
    replies: Vec<u8>,
}

#[wasm_bindgen]
impl Redloop {
    /// An engine whose clock stands at `now`. Everything random follows from `seed`; a command costs `commandNs` and
    /// `unitNs` for each element it visits on the modelled clock (0 and 0: it is never busy).
    #[wasm_bindgen(constructor)]
    pub fn new(now: f64, seed: f64, command_ns: f64, unit_ns: f64) -> Redloop {
        console_error_panic_hook::set_once();
        let pace = Pace { command_ns: command_ns as u64, unit_ns: unit_ns as u64 };
        let options = Options { seed: seed as u64, pace, ..Options::default() };
        let now = time(now);
        let mut engine = Engine::with_observer(now, options, Trace::default());
        // There is nothing to protect in a page, and DEBUG teaches.
        engine.config_mut().enable_debug_command = DebugCommand::Yes;
        Redloop { engine, now, wake_at: None, replies: Vec::new() }
    }

    /// An independent engine in the same state: fed the same, it does the same. It costs a copy of all keys.
    pub fn fork(&self) -> Redloop {
        self.clone()
    }

    /// Bytes that all keys and values occupy: what a `fork` costs.
    pub fn weight(&self) -> f64 {
        self.engine.keys().weight() as f64
    }

    /// With `true`, events are not written down from now on: for replaying what was seen before.
    pub fn mute(&mut self, mute: bool) {
        self.engine.observer_mut().mute = mute;
    }

    /// A new connection; `client` is a number not used before.
    pub fn connect(&mut self, now: f64, client: f64) {
        let client = id(client);
        let addr = format!("127.0.0.1:{}", 50_000 + client.0 % 10_000).into();
        let peer = Peer { addr, laddr: "127.0.0.1:6379".into(), loopback: true, ..Peer::default() };
        self.input(now, Input::Connect { client, peer });
    }

    /// Request bytes of a client, in any pieces.
    pub fn feed(&mut self, now: f64, client: f64, bytes: &[u8]) {
        self.input(now, Input::Bytes { client: id(client), bytes });
    }

    /// A connection is gone.
    pub fn disconnect(&mut self, now: f64, client: f64) {
        self.input(now, Input::Disconnect { client: id(client) });
    }

    /// Nothing but the time.
    pub fn wake(&mut self, now: f64) {
        self.input(now, Input::Wake);
    }

    /// Runs exactly one task. `false`: there was none; see `wakeAt`.
    pub fn turn(&mut self) -> bool {
        self.advance(1)
    }

    /// Runs tasks until there is none, at most `most`, with all the commands in a task that a client has sent; how many
    /// it ran. For whoever does not look between two commands.
    pub fn run(&mut self, most: u32) -> u32 {
        (0..most).find(|_| !self.advance(usize::MAX)).unwrap_or(most)
    }

    /// After a `turn` that was idle: when to call `wake`, or `undefined` when only input can change anything.
    #[wasm_bindgen(js_name = wakeAt, getter)]
    pub fn wake_at(&self) -> Option<f64> {
        self.wake_at.map(micros)
    }

    /// Until then the modelled cost of commands holds the loop.
    #[wasm_bindgen(js_name = busyUntil, getter)]
    pub fn busy_until(&self) -> f64 {
        micros(self.engine.server().busy_until)
    }

    /// The next thing that leaves, or `undefined`. A closed connection needs no `disconnect`.
    #[wasm_bindgen(js_name = takeOutput, unchecked_return_type = "Output | undefined")]
    pub fn take_output(&mut self) -> Option<Object> {
        loop {
            match self.engine.take_output()? {
                Output::Reply(client) => {
                    self.replies.clear();
                    self.engine.swap_replies(client, &mut self.replies);
                    let bytes = self.replies.len();
                    self.engine.feed(self.now, Input::Sent { client, bytes });
                    return Some(reply(client.0 as f64, &self.replies));
                }
                Output::Close(client) => {
                    self.engine.feed(self.now, Input::Disconnect { client });
                    return Some(close(client.0 as f64));
                }
                Output::Request(HostRequest::Shutdown) => return Some(shutdown()),
                // There is no network in here.
                Output::Request(HostRequest::Migrate(migration)) => {
                    let back = Migrated { migration, replies: Err(Trouble::Host) };
                    self.engine.feed(self.now, Input::Migrated(Box::new(back)));
                }
                // Settings of sockets, a log nobody reads, and values that may as well be dropped here.
                Output::Request(_) | Output::Stream(_) | Output::Garbage(_) | Output::Job(_) => {}
            }
        }
    }

    /// What happened since the last call: records that `web/src/worker/events.ts` reads as `LoopEvent`s. `undefined`:
    /// nothing. They are seen in the engine's memory: read them before the next call.
    #[wasm_bindgen(js_name = takeEvents)]
    pub fn take_events(&mut self) -> Option<Uint8Array> {
        let trace = self.engine.observer_mut();
        let records = trace.records();
        let taken = (!records.is_empty()).then(|| events(records));
        trace.clear();
        taken
    }

    /// The state between two turns: JSON of `View`.
    pub fn view(&self) -> String {
        view::view(&self.engine, self.now)
    }

    /// The first `count` or so keys of a database: JSON of `KeyPage`. Looking changes nothing.
    pub fn keys(&self, db: usize, count: usize) -> String {
        keys::page(self.engine.keys(), db, count)
    }

    /// At most `count` keys that begin with `prefix` and are of one of `types` (`"list,zset"`; `""`: any): a JSON array
    /// of `KeyRow`. Of a large keyspace only a part is searched, so that it stays quick. Looking changes nothing.
    pub fn names(&self, db: usize, prefix: &[u8], types: &str, count: usize) -> String {
        keys::names(self.engine.keys(), db, prefix, types, count)
    }

    /// One key with at most `items` of its elements, from the one at `from` on: JSON of `KeyDetail`, or `null`. Looking
    /// changes nothing.
    pub fn inspect(&self, db: usize, key: &[u8], items: usize, from: Option<usize>) -> String {
        let thresholds = &self.engine.server().config.thresholds;
        keys::detail(self.engine.keys(), thresholds, (db, key), from.unwrap_or(0), items)
    }

    /// Has a tree look at about `count` more keys of this engine; `true` when it has seen all.
    #[wasm_bindgen(js_name = walkTree)]
    pub fn walk_tree(&self, tree: &mut KeyTree, count: usize) -> bool {
        tree.tree.walk(self.engine.keys(), count)
    }

    /// Tells a tree that a key was written, so that it need not be walked again for it.
    #[wasm_bindgen(js_name = followTree)]
    pub fn follow_tree(&self, tree: &mut KeyTree, key: &[u8]) {
        tree.tree.follow(self.engine.keys(), key);
    }

    /// `count` rows of a tree from `offset` on: JSON of `TreePage`.
    #[wasm_bindgen(js_name = treePage)]
    pub fn tree_page(&self, tree: &KeyTree, offset: usize, count: usize) -> String {
        tree.tree.page(self.engine.keys(), offset, count)
    }

    /// At most `most` keys of a database that this engine and `other` do not hold alike: a JSON array of `KeyChange`.
    pub fn diff(&self, other: &Redloop, db: usize, most: usize) -> String {
        diff::changes(self.engine.keys(), other.engine.keys(), db, most)
    }

    /// The command table: a JSON array of `CommandInfo`.
    pub fn commands() -> String {
        commands::table()
    }

    /// Panics, to show and to test what the page does then.
    pub fn crash(&mut self) {
        panic!("the engine was asked to crash");
    }

    fn advance(&mut self, commands: usize) -> bool {
        match self.engine.turn_of(commands) {
            Turn::Ran(_) => true,
            Turn::Idle { wake_at } => {
                self.wake_at = wake_at;
                false
            }
        }
    }

    fn input(&mut self, now: f64, input: Input<'_>) {
        self.now = self.now.max(time(now));
        self.engine.feed(self.now, input);
    }
}

/// The keys of a database as a tree: made once, walked in steps, read by the page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct KeyTree {
    tree: Tree,
}

#[wasm_bindgen]
impl KeyTree {
    /// `separator`: what branches are made of, empty for none. `pattern`: a glob or a part of the name. `types`: names
    /// with commas between, empty for all. `order`: `name`, `bytes`, `expiry` or `recent`. With `opened`, all branches
    /// are open but those in `listed`, otherwise those in `listed` only.
    #[wasm_bindgen(constructor)]
    pub fn new(
        db: usize,
        separator: &[u8],
        pattern: &[u8],
        types: String,
        order: &str,
        opened: bool,
        listed: Vec<Uint8Array>,
    ) -> KeyTree {
        let order = match order {
            "bytes" => Order::Bytes,
            "expiry" => Order::Expiry,
            "recent" => Order::Recent,
            _ => Order::Name,
        };
        let listed = listed.into_iter().map(|key| key.to_vec()).collect();
        let (separator, pattern) = (separator.to_vec(), pattern.to_vec());
        let wanted = Wanted { db, separator, pattern, types, order, opened, listed };
        KeyTree { tree: Tree::new(wanted) }
    }
}

/// From a JavaScript number; what is no time counts as 0, which never moves the clock.
fn time(micros: f64) -> Timestamp {
    Timestamp(micros as u64)
}

fn micros(time: Timestamp) -> f64 {
    time.0 as f64
}

fn id(client: f64) -> ClientId {
    ClientId(client as u64)
}
