//! What the fuzz targets do, each with the bytes it was given. A function panics when an invariant breaks: that is what a
//! fuzzer looks for. The test `fuzz_seeds` goes through the inputs that are kept (`seeds`).

use crate::{
    invariants, resp, transcript,
    workload::{Mix, Rng},
};
use redloop_core::{
    ClientId, Engine, Input, Options, Output, Peer, Timestamp,
    config::DebugCommand,
    ds::dict::HashKey,
    rdb::{
        dump,
        loader::{Loader, Record},
    },
    value::Thresholds,
};

const START: Timestamp = Timestamp(1_795_000_000_000_000);
const CLIENTS: u64 = 3;

/// What is done with an input.
pub type Target = fn(&[u8]);

/// All targets by their names.
pub const TARGETS: &[(&str, Target)] = &[
    ("engine", engine),
    ("restore", restore),
    ("snapshot", snapshot),
    ("split", split),
    ("stream", stream),
    ("transcript", transcribe),
];

/// Three clients send lines made of the input, time moves, somebody hangs up. In each line the first byte says who acts or
/// what happens, the rest is an inline command.
pub fn engine(bytes: &[u8]) {
    let mut party = Party::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        let Some((&what, command)) = line.split_first() else { continue };
        party.act(what, command);
    }
    party.leave();
}

/// Commands from the workload's templates, chosen by three bytes each: deeper than random lines get.
pub fn stream(bytes: &[u8]) {
    let mix = Mix::social();
    let mut party = Party::new();
    for &[what, high, low] in bytes.as_chunks().0 {
        let command = mix.command(&mut Rng::new(u64::from(u16::from_be_bytes([high, low]))));
        party.act_raw(what, &resp::encode_command(&command.words));
    }
    party.leave();
}

/// Words of replies in which a server speaks of its buffers and what it has read so far: INFO, CLIENT LIST, MEMORY STATS.
const OF_READS: &[&[u8]] = &[b"\r\n# ", b"qbuf=", b"peak.allocated"];

/// Any bytes, cut at the first one's value, give the same replies as in one piece.
pub fn split(bytes: &[u8]) {
    let Some((&cut, rest)) = bytes.split_first() else { return };
    let (head, tail) = rest.split_at(usize::from(cut).min(rest.len()));
    let whole = replies(&[rest]);
    let speaks_of = |words: &&[u8]| whole.0.windows(words.len()).any(|window| window == *words);
    if !OF_READS.iter().any(speaks_of) {
        assert_eq!(whole, replies(&[head, tail]));
    }
}

/// What the transcript parser accepts, it prints and reads again as the same.
pub fn transcribe(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(transcript) = transcript::parse("fuzz", text) {
        let printed = transcript.to_string();
        let again = transcript::parse("fuzz", &printed);
        let again = again.unwrap_or_else(|error| panic!("{error}, which is what was printed"));
        assert_eq!(printed, again.to_string());
    }
}

/// A snapshot file, in pieces whose length the first byte tells.
pub fn snapshot(bytes: &[u8]) {
    if let Some((piece, file)) = bytes.split_first() {
        load(file, usize::from(*piece) + 1);
    }
}

/// An engine, three clients whose every act is one byte and some bytes to send, and a clock.
#[derive(Debug)]
struct Party {
    engine: Engine,
    now: Timestamp,
}

impl Party {
    /// A fresh engine with its clients.
    fn new() -> Self {
        let mut party = Self { engine: Engine::new(START, Options::default()), now: START };
        party.engine.config_mut().enable_debug_command = DebugCommand::Yes;
        (1..=CLIENTS).for_each(|client| party.connect(ClientId(client)));
        party
    }

    /// The byte says what happens: `0`–`2` a client sends the line, `+` time passes, `!` a client comes anew.
    fn act(&mut self, what: u8, line: &[u8]) {
        match what {
            b'+' => self.pass(line.len() as u64 * 10_000),
            b'!' => self.renew(ClientId(1 + line.len() as u64 % CLIENTS)),
            _ => self.send(ClientId(1 + u64::from(what) % CLIENTS), &[line, b"\r\n"].concat()),
        }
        self.run();
    }

    /// The same with bytes sent as they are; few values of the byte are something else than sending.
    fn act_raw(&mut self, what: u8, bytes: &[u8]) {
        match what {
            250.. => self.pass(u64::from(what - 249) * 100_000),
            247..250 => self.renew(ClientId(u64::from(what - 246))),
            _ => self.send(ClientId(1 + u64::from(what) % CLIENTS), bytes),
        }
        self.run();
    }

    /// Everybody hangs up; nothing of them may be left.
    fn leave(mut self) {
        for client in 1..=CLIENTS {
            self.engine.feed(self.now, Input::Disconnect { client: ClientId(client) });
        }
        self.run();
        invariants::check_deserted(&self.engine).unwrap_or_else(|error| panic!("{error}"));
    }

    fn connect(&mut self, client: ClientId) {
        let peer = Peer { loopback: true, ..Peer::default() };
        self.engine.feed(self.now, Input::Connect { client, peer });
    }

    fn renew(&mut self, client: ClientId) {
        self.engine.feed(self.now, Input::Disconnect { client });
        self.connect(client);
    }

    fn pass(&mut self, micros: u64) {
        self.now = self.now.plus_micros(micros);
        self.engine.feed(self.now, Input::Wake);
    }

    fn send(&mut self, client: ClientId, bytes: &[u8]) {
        if self.engine.clients().get(client).is_none() {
            self.connect(client);
        }
        self.engine.feed(self.now, Input::Bytes { client, bytes });
    }

    fn run(&mut self) {
        self.engine.run();
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(client) => {
                    let mut bytes = Vec::new();
                    self.engine.swap_replies(client, &mut bytes);
                    self.engine.feed(self.now, Input::Sent { client, bytes: bytes.len() });
                    let replies = resp::drain(&mut bytes);
                    assert!(replies.is_ok() && bytes.is_empty(), "{replies:?}, then {bytes:?}");
                }
                Output::Close(client) => self.engine.feed(self.now, Input::Disconnect { client }),
                Output::Request(_) | Output::Stream(_) | Output::Garbage(_) | Output::Job(_) => {}
            }
        }
        invariants::check(&self.engine).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What one client receives that sends these parts, and whether it was hung up on.
fn replies(parts: &[&[u8]]) -> (Vec<u8>, bool) {
    let client = ClientId(1);
    let mut engine = Engine::new(START, Options::default());
    let peer = Peer { loopback: true, ..Peer::default() };
    engine.feed(START, Input::Connect { client, peer });
    let (mut all, mut closed) = (Vec::new(), false);
    for part in parts {
        engine.feed(START, Input::Bytes { client, bytes: part });
        engine.run();
        while let Some(output) = engine.take_output() {
            match output {
                Output::Reply(client) => {
                    let mut bytes = Vec::new();
                    engine.swap_replies(client, &mut bytes);
                    engine.feed(START, Input::Sent { client, bytes: bytes.len() });
                    all.extend(bytes);
                }
                Output::Close(_) => closed = true,
                Output::Request(_) | Output::Stream(_) | Output::Garbage(_) | Output::Job(_) => {}
            }
        }
    }
    (all, closed)
}

/// Commands that look at a value of each type from both ends, change it, and send it away.
const LOOKS: &[&str] = &[
    "GET k",
    "APPEND k x",
    "LRANGE k 0 -1",
    "LINSERT k BEFORE a b",
    "LSET k -1 z",
    "LREM k 0 a",
    "RPUSH k q",
    "LPOP k 2",
    "SMEMBERS k",
    "SADD k q",
    "SADD k 77",
    "SREM k a",
    "HGETALL k",
    "HSET k q 1 a 2",
    "HDEL k a",
    "ZRANGE k 0 -1 WITHSCORES",
    "ZADD k 5 q 1 a",
    "ZRANK k q",
    "ZREMRANGEBYRANK k 0 0",
    "XRANGE k - +",
    "XADD k * f v",
    "XINFO STREAM k FULL",
    "XREADGROUP GROUP g c STREAMS k >",
    "XAUTOCLAIM k g c 0 0",
    "XDEL k 5-1",
    "XTRIM k MAXLEN 1",
    "COPY k c REPLACE",
    "DUMP k",
    "DEL c k",
];

/// A key is made of a value from elsewhere, whatever it is, and used. The input is what stands in a payload before version
/// and sum; its first byte says which decoder reads it.
pub fn restore(body: &[u8]) {
    let mut payload = body.to_vec();
    dump::seal(&mut payload);
    let mut party = Party::new();
    party.send(ClientId(1), &resp::encode_command(&[b"RESTORE", &b"k"[..], b"0", &payload]));
    party.run();
    for line in LOOKS {
        party.act(b'1', line.as_bytes());
    }
    party.leave();
}

/// A snapshot is read in pieces: how many records it has, and whether it came to its end.
pub fn load(file: &[u8], piece: usize) -> (usize, bool) {
    let thresholds = Thresholds::new(HashKey(1, 2));
    let mut loader = Loader::new();
    let mut pieces = file.chunks(piece);
    let (mut records, mut all_here) = (0, false);
    loop {
        match loader.next(&thresholds) {
            Ok(Some(Record::End)) => return (records, true),
            Ok(Some(_)) => records += 1,
            Err(_) => return (records, false),
            Ok(None) => match pieces.next() {
                Some(piece) => loader.feed(piece),
                None => {
                    assert!(!all_here, "with all bytes there, a record comes or an error");
                    loader.finish();
                    all_here = true;
                }
            },
        }
    }
}
