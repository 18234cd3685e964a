//! The workloads of `drive`, and a host that feeds them to an engine without sockets.
//!
//! All requests are written before the first one is fed and are then sent again and again, so that
//! a run's time is the engine's. Replies are looked at for errors and not parsed. The WebAssembly
//! build of this file is measured beside the native one, so there is no clock in it.

use std::fmt::Write;

use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};

/// Commands that arrive together.
const PIPELINE: usize = 16;

/// Different pipelines in a round.
const PIPELINES: usize = 256;

/// Random keys, members and fields are drawn from this many.
const KEY_SPACE: u64 = 10_000;

const CLIENT: ClientId = ClientId(1);

/// A name, what is sent first (commands that make the keyspace), and the measured command.
type Workload = (&'static str, fn() -> Vec<String>, fn(&mut Draw) -> String);

const WORKLOADS: &[Workload] = &[
    ("PING", nothing, |_| "PING".into()),
    ("SET", keys, |draw| format!("SET key:{:012} xxx", draw.next())),
    ("GET", keys, |draw| format!("GET key:{:012}", draw.next())),
    ("INCR", counters, |draw| format!("INCR counter:{:012}", draw.next())),
    ("LPUSH", nothing, |_| "LPUSH mylist xxx".into()),
    ("LPOP", long_list, |_| "LPOP mylist".into()),
    ("SADD", nothing, |draw| format!("SADD myset element:{:012}", draw.next())),
    ("HSET", nothing, |draw| format!("HSET myhash element:{:012} xxx", draw.next())),
    ("ZADD", nothing, |draw| {
        let member = draw.next();
        format!("ZADD myzset {} element:{member:012}", draw.next())
    }),
    ("LRANGE_100", short_list, |_| "LRANGE mylist 0 99".into()),
];

/// The names of all workloads.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    WORKLOADS.iter().map(|workload| workload.0)
}

/// An engine with its keyspace filled, and requests to feed it.
pub(crate) struct Drive {
    host: Host,
    pipelines: Vec<Vec<u8>>,
}

impl Drive {
    /// Prepares a workload.
    ///
    /// # Errors
    /// When there is no such workload, or with the engine's first error reply.
    pub(crate) fn new(workload: &str) -> Result<Self, String> {
        let known = WORKLOADS.iter().find(|known| known.0 == workload);
        let (_, before, command) = known.ok_or_else(|| format!("no workload {workload}"))?;
        let mut host = Host::new();
        for line in before() {
            host.exchange(&request(&line));
            host.check()?;
        }
        let mut draw = Draw(1);
        let mut pipeline =
            || (0..PIPELINE).flat_map(|_| request(&command(&mut draw))).collect::<Vec<u8>>();
        let pipelines = (0..PIPELINES).map(|_| pipeline()).collect();
        Ok(Self { host, pipelines })
    }

    /// Runs that many commands, rounded up to whole pipelines.
    ///
    /// # Errors
    /// When the last pipeline's first reply is an error.
    pub(crate) fn run(&mut self, commands: usize) -> Result<(), String> {
        for pipeline in self.pipelines.iter().cycle().take(commands.div_ceil(PIPELINE)) {
            self.host.exchange(pipeline);
        }
        self.host.check()
    }
}

/// The host's side of one connection.
struct Host {
    engine: Engine,
    now: Timestamp,
    replies: Vec<u8>,
}

impl Host {
    fn new() -> Self {
        let now = Timestamp(1_700_000_000_000_000);
        let options = Options { commands_per_turn: usize::MAX, ..Options::default() };
        let mut engine = Engine::new(now, options);
        let peer = Peer { loopback: true, ..Peer::default() };
        engine.feed(now, Input::Connect { client: CLIENT, peer });
        Self { engine, now, replies: Vec::new() }
    }

    /// Feeds, runs, takes, and reports the replies as sent. They stay to be looked at.
    fn exchange(&mut self, bytes: &[u8]) {
        self.now.0 += 10;
        self.replies.clear();
        self.engine.feed(self.now, Input::Bytes { client: CLIENT, bytes });
        self.engine.run();
        while let Some(output) = self.engine.take_output() {
            if let Output::Reply(client) = output {
                self.engine.swap_replies(client, &mut self.replies);
                let bytes = self.replies.len();
                self.engine.feed(self.now, Input::Sent { client, bytes });
            }
        }
    }

    /// The last replies must be there and must not begin with an error.
    fn check(&self) -> Result<(), String> {
        match self.replies.first() {
            Some(b'-') | None => {
                let text = String::from_utf8_lossy(&self.replies);
                Err(text.lines().next().unwrap_or("nothing").to_owned())
            }
            Some(_) => Ok(()),
        }
    }
}

/// Pseudo-random key numbers (xorshift64, Marsaglia 2003): the same in every run.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % KEY_SPACE
    }
}

/// The words of `line` as a client sends them.
fn request(line: &str) -> Vec<u8> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        // Writing to a string cannot fail.
        let _ = write!(text, "${}\r\n{word}\r\n", word.len());
    }
    text.into_bytes()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

fn keys() -> Vec<String> {
    (0..KEY_SPACE).map(|key| format!("SET key:{key:012} xxx")).collect()
}

fn counters() -> Vec<String> {
    (0..KEY_SPACE).map(|key| format!("SET counter:{key:012} 0")).collect()
}

/// Enough elements for 200 000 times LPOP.
fn long_list() -> Vec<String> {
    vec![short_list().concat(); 2_000]
}

fn short_list() -> Vec<String> {
    vec!["LPUSH mylist".to_owned() + &" xxx".repeat(100)]
}
