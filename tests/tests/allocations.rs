//! Allocations a command, counted over the whole way: bytes fed, turns, replies taken.
//!
//! GET, PING and INCR on warm keys must not allocate at all; the others are printed and bounded. `cargo xtask bench`
//! reads the printed lines (`COMMAND: N allocations`).

use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};
use redloop_tests::{resp, words};

const NOW: Timestamp = Timestamp(1_795_000_000_000_000);
const CLIENT: ClientId = ClientId(1);
const WARM_UP: usize = 2_000;
const COUNTED: usize = 1_000;

/// A command line, and the most allocations each may cost on average.
const COMMANDS: &[(&str, f64)] = &[
    ("PING", 0.0),
    ("GET key", 0.0),
    ("GET number", 0.0),
    ("INCR number", 0.0),
    ("SET key value", 0.0),
    ("STRLEN key", 0.0),
    ("EXISTS key", 0.0),
    ("TTL key", 0.0),
    ("HGET hash field", 0.0),
    ("HSET hash field other", 0.0),
    ("SISMEMBER set member", 0.0),
    ("SADD set member", 0.0),
    ("ZSCORE zset member", 0.0),
    ("ZADD zset 1 member", 0.0),
    ("LLEN list", 0.0),
    ("LRANGE list 0 -1", 0.0),
    ("RPOPLPUSH list list", 2.0),
];

#[test]
fn warm_commands_do_not_allocate() {
    let mut too_many = Vec::new();
    for (line, most) in COMMANDS {
        let each = allocations_each(line);
        println!("{line}: {each} allocations");
        if each > *most {
            too_many.push(format!("{line}: {each} allocations, at most {most} are allowed"));
        }
    }
    assert!(too_many.is_empty(), "{}", too_many.join("\n"));
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8; 100])));
    assert_eq!(counted.count_total, 1);
}

fn allocations_each(line: &str) -> f64 {
    let mut host = Host::start();
    let command = resp::encode_command(&words::split(line).unwrap());
    for _ in 0..WARM_UP {
        host.serve(&command);
    }
    let counted = allocation_counter::measure(|| {
        for _ in 0..COUNTED {
            host.serve(&command);
        }
    });
    counted.count_total as f64 / COUNTED as f64
}

/// A host as thin as can be: one client, one buffer for replies.
struct Host {
    engine: Engine,
    replies: Vec<u8>,
}

impl Host {
    fn start() -> Self {
        let mut engine = Engine::new(NOW, Options { commands_per_turn: 64, ..Options::default() });
        let peer = Peer { loopback: true, ..Peer::default() };
        engine.feed(NOW, Input::Connect { client: CLIENT, peer });
        let mut host = Self { engine, replies: Vec::new() };
        for line in [
            "SET key value",
            "SET number 1000000",
            "HSET hash field value",
            "SADD set member other",
            "ZADD zset 1 member 2 other",
            "RPUSH list a b c d e",
        ] {
            host.serve(&resp::encode_command(&words::split(line).unwrap()));
        }
        host
    }

    fn serve(&mut self, bytes: &[u8]) {
        self.engine.feed(NOW, Input::Bytes { client: CLIENT, bytes });
        self.engine.run();
        while let Some(output) = self.engine.take_output() {
            if let Output::Reply(client) = output {
                self.engine.swap_replies(client, &mut self.replies);
                self.engine.feed(NOW, Input::Sent { client, bytes: self.replies.len() });
                assert!(
                    !self.replies.starts_with(b"-"),
                    "{}",
                    String::from_utf8_lossy(&self.replies)
                );
                self.replies.clear();
            }
        }
    }
}
