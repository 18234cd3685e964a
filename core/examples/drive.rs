//! Drives the engine as a server would, for callgrind and for timing: `drive WORKLOAD COMMANDS`.
//!
//! All requests are written before the first one is fed and are then sent again and again, so that
//! the difference between two runs with different numbers of commands is the engine's work alone.
//! Prints the nanoseconds that feeding, running and taking replies took. `drive --list` prints the
//! workloads. There is no socket here and no parsing of replies beyond looking for errors.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Instant;

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

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let asked = match words[..] {
        ["--list"] => {
            for (name, ..) in WORKLOADS {
                println!("{name}");
            }
            return ExitCode::SUCCESS;
        }
        [name, commands] => {
            let workload = WORKLOADS.iter().find(|workload| workload.0 == name);
            workload.zip(commands.parse::<usize>().ok())
        }
        _ => None,
    };
    let Some((workload, commands)) = asked else {
        eprintln!("usage: drive --list | drive WORKLOAD COMMANDS");
        return ExitCode::FAILURE;
    };
    match drive(workload, commands) {
        Ok(nanoseconds) => {
            println!("{nanoseconds}");
            ExitCode::SUCCESS
        }
        Err(reply) => {
            eprintln!("{}: the engine answered {reply}", workload.0);
            ExitCode::FAILURE
        }
    }
}

/// Runs about as many commands (whole pipelines); an error is the first error reply.
fn drive((_, before, command): &Workload, commands: usize) -> Result<u128, String> {
    let mut host = Host::new();
    for line in before() {
        host.exchange(&request(&line));
        host.check()?;
    }
    let mut draw = Draw(1);
    let pipelines: Vec<Vec<u8>> = (0..PIPELINES)
        .map(|_| (0..PIPELINE).flat_map(|_| request(&command(&mut draw))).collect())
        .collect();
    let begun = Instant::now();
    for pipeline in pipelines.iter().cycle().take(commands.div_ceil(PIPELINE)) {
        host.exchange(pipeline);
    }
    let took = begun.elapsed().as_nanos();
    host.check()?;
    Ok(took)
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
