//! Floating point text against Valkey: what is read as a number, the digits of sums in extended precision (INCRBYFLOAT)
//! and those of doubles (ZSCORE). Thousands of random texts, some of them nonsense, must be taken, refused and answered
//! byte for byte alike.

use redloop_core::util::{extended::Extended, number};
use redloop_tests::{
    driver::{Flavour, Server},
    resp::{self, Value},
    workload::Rng,
};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

const TEXTS: usize = 20_000;
/// Commands sent before their replies are read.
const BATCH: usize = 250;

#[test]
fn sums_have_valkeys_digits() {
    let mut oracle = Oracle::start();
    let mut texts = Texts::new();
    for _ in 0..TEXTS / BATCH {
        let pairs: Vec<_> = (0..BATCH).map(|_| (texts.any(), texts.any())).collect();
        let commands: Vec<_> = pairs
            .iter()
            .flat_map(|(a, b)| [vec!["SET", "k", a.as_str()], vec!["INCRBYFLOAT", "k", b]])
            .collect();
        let replies = oracle.ask_all(&commands);
        for ((a, b), theirs) in pairs.iter().zip(replies.into_iter().skip(1).step_by(2)) {
            assert_eq!(sum(a, b), text_of(theirs), "{a:?} + {b:?}");
        }
    }
}

#[test]
fn doubles_have_valkeys_digits() {
    let mut oracle = Oracle::start();
    let mut texts = Texts::new();
    // A long member keeps the sorted set from being packed, where scores are kept as text.
    oracle.ask_all(&[vec!["ZADD", "z", "1", &"m".repeat(100)]]);
    for _ in 0..TEXTS / BATCH {
        let scores: Vec<_> = (0..BATCH).map(|_| texts.any()).collect();
        let commands: Vec<_> = scores
            .iter()
            .flat_map(|score| {
                [vec!["ZREM", "z", "m"], vec!["ZADD", "z", score, "m"], vec!["ZSCORE", "z", "m"]]
            })
            .collect();
        let replies = oracle.ask_all(&commands);
        for (score, theirs) in scores.iter().zip(replies.into_iter().skip(2).step_by(3)) {
            let ours = number::parse_f64(score.as_bytes()).map(|value| {
                let mut text = Vec::new();
                number::write_f64(&mut text, value);
                String::from_utf8(text).unwrap()
            });
            assert_eq!(ours, text_of(theirs), "{score:?}");
        }
    }
}

fn sum(a: &str, b: &str) -> Option<String> {
    let sum = Extended::parse(a.as_bytes())?.checked_add(Extended::parse(b.as_bytes())?)?;
    let mut text = Vec::new();
    sum.write(&mut text);
    Some(String::from_utf8(text).unwrap())
}

/// The number answered; `None` for an error or nothing.
fn text_of(reply: Value) -> Option<String> {
    match reply {
        Value::Bulk(text) => Some(String::from_utf8(text).unwrap()),
        _ => None,
    }
}

/// Random texts, the same in every run.
struct Texts(Rng);

impl Texts {
    fn new() -> Self {
        Texts(Rng::new(1))
    }

    fn any(&mut self) -> String {
        match self.below(8) {
            // Any double, by its shortest digits or by too many.
            0 => format!("{:e}", f64::from_bits(self.bits())),
            1 => format!("{:.25}", f64::from_bits(self.bits() >> 12 | 0x3f << 56)),
            // What people write.
            2 => format!("{}.{}", self.signed(100_000), self.below(1000)),
            3 => format!("{}e{}", self.signed(1000), self.signed(30)),
            4 => (self.bits() as i64 >> self.below(64)).to_string(),
            5 => format!("{}e{}", self.signed(1000), self.signed(5100)),
            6 => format!(
                "{}0x{:x}.{:x}p{}",
                ["", "-", "+"][self.below(3) as usize],
                self.bits() >> self.below(64),
                self.bits() >> self.below(64),
                self.signed(100)
            ),
            _ => {
                let letters = b"0123456789.eE+-xpinfa ";
                let len = self.below(8);
                (0..len)
                    .map(|_| char::from(letters[self.below(letters.len() as u64) as usize]))
                    .collect()
            }
        }
    }

    fn signed(&mut self, bound: u64) -> i64 {
        let magnitude = self.below(bound) as i64;
        if self.below(2) == 0 { magnitude } else { -magnitude }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// Keeps its server alive.
struct Oracle {
    _server: Server,
    socket: TcpStream,
}

impl Oracle {
    fn start() -> Self {
        let server = Server::start(Flavour::Valkey9, &[]).unwrap();
        let socket = TcpStream::connect(server.address()).unwrap();
        Self { _server: server, socket }
    }

    fn ask_all(&mut self, commands: &[Vec<&str>]) -> Vec<Value> {
        let requests: Vec<u8> =
            commands.iter().flat_map(|command| resp::encode_command(command)).collect();
        self.socket.write_all(&requests).unwrap();
        let (mut bytes, mut buffer, mut replies) = (Vec::new(), vec![0; 64 << 10], Vec::new());
        while replies.len() < commands.len() {
            let len = self.socket.read(&mut buffer).unwrap();
            assert!(len > 0, "Valkey hung up");
            bytes.extend_from_slice(&buffer[..len]);
            replies.extend(resp::drain(&mut bytes).unwrap());
        }
        replies
    }
}
