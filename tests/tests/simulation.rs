//! A deterministic simulation: many clients with random commands, bytes cut anywhere, slow readers, clients that
//! vanish, time that jumps, memory that is short; after every turn the invariants, in the end nothing left behind.
//!
//! A seed is a whole history. Every seed is run twice, and must give the same bytes twice, although the second time the
//! engine is again and again replaced by its copy. `REDLOOP_SEED=n` runs one seed, `REDLOOP_SEEDS=n` more of them,
//! `REDLOOP_TOLD=1` prints what clients say.

use redloop_core::{
    ClientId, Engine, Input, Options, Output, Peer, Timestamp, Turn, config::DebugCommand,
};
use redloop_tests::{
    invariants, resp, words,
    workload::{Mix, Rng},
};
use std::collections::BTreeMap;

const SEEDS: u64 = 60;
const EVENTS: usize = 1500;
const CLIENTS_MAX: usize = 12;
/// The invariants are linear in everything: not after every single turn of a long run.
const TURNS_PER_CHECK: u64 = 3;
/// Bytes by which one command of the workload may overshoot maxmemory: its furthest bit is in byte 2²³.
const OVERSHOOT_MAX: usize = (1 << 23) + 100_000;
/// In the second run, so often a copy goes on in the original's place.
const EVENTS_PER_COPY: usize = 37;

#[test]
fn histories_hold_the_invariants_and_repeat() {
    let seeds: Vec<u64> = match std::env::var("REDLOOP_SEED") {
        Ok(seed) => vec![seed.parse().expect("REDLOOP_SEED is a number")],
        Err(_) => {
            let seeds =
                std::env::var("REDLOOP_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(SEEDS);
            (1..=seeds).collect()
        }
    };
    for seed in seeds {
        let first =
            World::run(seed, false).unwrap_or_else(|error| panic!("REDLOOP_SEED={seed}: {error}"));
        let second = World::run(seed, true)
            .unwrap_or_else(|error| panic!("REDLOOP_SEED={seed}, again: {error}"));
        assert_eq!(first, second, "REDLOOP_SEED={seed} does not repeat");
    }
}

struct World {
    engine: Engine,
    rng: Rng,
    mix: Mix,
    now: Timestamp,
    clients: BTreeMap<ClientId, Client>,
    next_client: u64,
    turns: u64,
    /// Every byte that left, hashed with whom it went to.
    trace: u64,
    last: String,
    told: bool,
}

#[derive(Default)]
struct Client {
    /// Bytes of commands not fed yet.
    unsent: Vec<u8>,
    /// Reply bytes taken from the engine, not yet reported as sent.
    in_flight: usize,
    /// Reply bytes not yet decoded.
    received: Vec<u8>,
    /// It breaks the protocol at will: what comes back then ends anywhere.
    rude: bool,
}

impl World {
    fn run(seed: u64, copied: bool) -> Result<u64, String> {
        let mut rng = Rng::new(seed);
        let now = Timestamp(1_795_000_000_000_000 + rng.below(1_000_000_000));
        let options = Options {
            seed: rng.next_u64(),
            commands_per_turn: *rng.pick(&[1, 2, 64]),
            streaming: rng.percent(50),
            ..Options::default()
        };
        let mut engine = Engine::new(now, options);
        engine.config_mut().enable_debug_command = DebugCommand::Yes;
        let maxmemory = *rng.pick(&["0", "0", "1500", "20000"]);
        let policy = *rng.pick(&[
            "noeviction",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
        ]);
        let tenacity = *rng.pick(&["0", "10", "100"]);
        for (name, value) in [
            ("maxmemory", maxmemory),
            ("maxmemory-policy", policy),
            ("maxmemory-eviction-tenacity", tenacity),
        ] {
            engine.config_mut().apply(name, &[value.as_bytes()])?;
        }
        let mut world = Self {
            engine,
            rng,
            mix: Mix::social(),
            now,
            clients: BTreeMap::new(),
            next_client: 1,
            turns: 0,
            trace: 0,
            last: String::new(),
            told: std::env::var_os("REDLOOP_TOLD").is_some(),
        };
        for event in 0..EVENTS {
            if copied && event % EVENTS_PER_COPY == 0 {
                world.engine = world.engine.clone();
            }
            world.event().map_err(|error| format!("event {event}, {}: {error}", world.last))?;
        }
        world.finish().map_err(|error| format!("at the end: {error}"))?;
        Ok(world.trace)
    }

    fn event(&mut self) -> Result<(), String> {
        match self.rng.below(100) {
            0..4 => self.connect(),
            4..6 => self.disconnect(),
            6..60 => self.speak(),
            60..65 => self.acknowledge(),
            65..70 => self.jump(),
            _ => return self.turns(),
        }
        Ok(())
    }

    fn connect(&mut self) {
        if self.clients.len() >= CLIENTS_MAX {
            return;
        }
        let client = ClientId(self.next_client);
        self.next_client += 1;
        let peer = Peer {
            addr: format!("127.0.0.1:{}", client.0).into(),
            loopback: true,
            ..Peer::default()
        };
        self.engine.feed(self.now, Input::Connect { client, peer });
        self.clients.insert(client, Client { rude: self.rng.percent(10), ..Client::default() });
    }

    fn disconnect(&mut self) {
        let Some(client) = self.any_client() else { return };
        self.clients.remove(&client);
        self.engine.feed(self.now, Input::Disconnect { client });
    }

    /// A client adds a command or a few to what it wants to say, and says part of it.
    fn speak(&mut self) {
        let Some(id) = self.any_client() else { return self.connect() };
        let Some(client) = self.clients.get_mut(&id) else { return };
        for _ in 0..self.rng.below(4) {
            let mut command = self.mix.command(&mut self.rng);
            if command.words[0].eq_ignore_ascii_case(b"INFO") {
                // All sections: among them memory, of which a copy needs less.
                command.words = vec![b"INFO".to_vec(), b"clients".to_vec()];
            }
            self.last =
                command.words.iter().map(|word| words::quote(word)).collect::<Vec<_>>().join(" ");
            self.last.truncate(200);
            if self.told {
                println!("{} @{} {}", self.now.0, id.0, self.last);
            }
            client.unsent.extend(resp::encode_command(&command.words));
        }
        if client.rude && self.rng.percent(5) {
            client.unsent.extend_from_slice(self.rng.pick::<&[u8]>(&[
                b"*x\r\n",
                b"PING\r\n",
                b"\"\r\n",
                b"*1\r\n$-1\r\n",
                b"\x00",
            ]));
        }
        let whole = client.unsent.len();
        let part = if self.rng.percent(60) {
            whole
        } else {
            usize::try_from(self.rng.below(whole as u64 + 1)).unwrap_or(0)
        };
        let bytes: Vec<u8> = client.unsent.drain(..part).collect();
        self.engine.feed(self.now, Input::Bytes { client: id, bytes: &bytes });
    }

    /// A slow reader catches up, in part.
    fn acknowledge(&mut self) {
        let Some(id) = self.any_client() else { return };
        let Some(client) = self.clients.get_mut(&id) else { return };
        let bytes = usize::try_from(self.rng.below(client.in_flight as u64 + 1)).unwrap_or(0);
        client.in_flight -= bytes;
        self.engine.feed(self.now, Input::Sent { client: id, bytes });
    }

    fn jump(&mut self) {
        let micros = *self.rng.pick(&[0, 1, 900, 1_000, 15_000, 60_000, 1_100_000, 100_000_000]);
        self.now = self.now.plus_micros(micros);
        self.engine.feed(self.now, Input::Wake);
    }

    fn turns(&mut self) -> Result<(), String> {
        for _ in 0..=self.rng.below(20) {
            if let Turn::Idle { wake_at } = self.turn()? {
                return match wake_at {
                    Some(at) if at <= self.now => {
                        Err(format!("idle, and wants to be woken at {at:?}, now is {:?}", self.now))
                    }
                    _ => Ok(()),
                };
            }
        }
        Ok(())
    }

    fn turn(&mut self) -> Result<Turn, String> {
        let turn = self.engine.turn();
        self.turns += 1;
        self.drain()?;
        if self.turns.is_multiple_of(TURNS_PER_CHECK) {
            invariants::check(&self.engine)?;
        }
        self.check_bound(OVERSHOOT_MAX)?;
        Ok(turn)
    }

    /// Where any key may go, the account of memory is never far above its bound.
    fn check_bound(&self, overshoot: usize) -> Result<(), String> {
        let config = &self.engine.server().config;
        let (used, most) = (self.engine.keys().weight(), config.maxmemory as usize);
        let any_may_go = most > 0 && config.maxmemory_policy.starts_with("allkeys");
        if any_may_go && used > most + overshoot && !self.engine.server().paused() {
            return Err(format!("{used} bytes are used, maxmemory is {most}"));
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), String> {
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(id) => {
                    let mut bytes = Vec::new();
                    self.engine.swap_replies(id, &mut bytes);
                    // INFO may come about from halves of other commands, and a copy needs less memory.
                    if !bytes.windows(12).any(|part| part == b"used_memory:") {
                        self.trace = fold(self.trace, id.0, &bytes);
                    }
                    let Some(client) = self.clients.get_mut(&id) else { continue };
                    client.in_flight += bytes.len();
                    client.received.extend(bytes);
                    resp::drain(&mut client.received)
                        .map_err(|error| format!("client {}: {error}", id.0))?;
                }
                Output::Close(id) => {
                    self.trace = fold(self.trace, id.0, b"close");
                    self.clients.remove(&id);
                    self.engine.feed(self.now, Input::Disconnect { client: id });
                }
                Output::Stream(bytes) => {
                    let mut rest = &bytes[..];
                    while !rest.is_empty() {
                        let value = resp::decode(rest)
                            .map_err(|error| format!("the write stream: {error}"))?;
                        let (_, used) = value.ok_or("the write stream ends within a command")?;
                        rest = &rest[used..];
                    }
                    self.trace = fold(self.trace, 0, &bytes);
                }
                Output::Request(_) | Output::Garbage(_) | Output::Job(_) => {}
            }
        }
        Ok(())
    }

    /// Everything comes to rest; then all hang up, and nothing of them may be left.
    fn finish(&mut self) -> Result<(), String> {
        self.rest()?;
        self.make_room_once_more()?;
        for (id, client) in &self.clients {
            if !client.received.is_empty() {
                return Err(format!(
                    "client {} has half a reply: {}",
                    id.0,
                    words::escape(&client.received)
                ));
            }
        }
        let clients: Vec<ClientId> = self.clients.keys().copied().collect();
        for client in clients {
            self.engine.feed(self.now, Input::Disconnect { client });
            self.clients.remove(&client);
        }
        self.rest()?;
        invariants::check(&self.engine)?;
        invariants::check_deserted(&self.engine)
    }

    /// Whatever the last command left, the next one brings below the bound.
    fn make_room_once_more(&mut self) -> Result<(), String> {
        self.connect();
        let client = ClientId(self.next_client - 1);
        self.engine.feed(self.now, Input::Bytes { client, bytes: b"PING\r\n" });
        self.rest()?;
        self.check_bound(0)
    }

    fn rest(&mut self) -> Result<(), String> {
        const WAKE_UPS: usize = 10_000;
        for _ in 0..WAKE_UPS {
            if let Turn::Idle { wake_at } = self.turn()? {
                match wake_at {
                    // A minute on: shorter waits end, those without end stay.
                    Some(at) if at < self.now.plus_micros(60_000_000) => {
                        self.now = at.max(self.now);
                        self.engine.feed(self.now, Input::Wake);
                    }
                    _ => return Ok(()),
                }
            }
        }
        // Periodic checks of clients may go on for ever: that is no unrest.
        Ok(())
    }

    fn any_client(&mut self) -> Option<ClientId> {
        if self.clients.is_empty() {
            return None;
        }
        let index = usize::try_from(self.rng.below(self.clients.len() as u64)).unwrap_or(0);
        self.clients.keys().nth(index).copied()
    }
}

/// FNV-1a over everything that leaves.
fn fold(mut hash: u64, client: u64, bytes: &[u8]) -> u64 {
    for byte in client.to_le_bytes().iter().chain(bytes) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}
