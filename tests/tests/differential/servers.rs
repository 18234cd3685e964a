//! The engine and a real server, asked the same way.

use crate::{CLIENTS, LISTENER, Step};
use redloop_core::{Options, Timestamp};
use redloop_tests::{
    driver::{Driver, EngineDriver, Flavour, Server},
    resp::{self, Value},
    words,
};
use std::{
    io::{Read, Write as _},
    net::TcpStream,
    time::{SystemTime, UNIX_EPOCH},
};

/// What a client receives for one command.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The reply.
    pub(crate) reply: Value,
    /// Messages about keys that came with it, in their order.
    pub(crate) told: Vec<Value>,
    /// How many of them came before the reply.
    pub(crate) early: usize,
}

impl Answer {
    fn from(values: Vec<Value>) -> Self {
        let is_told = |value: &Value| matches!(value, Value::Push(_));
        let early = values.iter().take_while(|value| is_told(value)).count();
        let (told, mut replies): (Vec<_>, Vec<_>) = values.into_iter().partition(is_told);
        let reply = match replies.len() {
            1 => replies.remove(0),
            _ => Value::Error(format!("not one reply: {replies:?}").into_bytes()),
        };
        Self { reply, told, early }
    }
}

/// What makes the listener hear of every change, and makes it certain that it has heard of all.
const LISTENING: [&str; 2] = ["HELLO 3", "PSUBSCRIBE __keyevent@*__:*"];
const END: &str = "end of what was told";

/// The engine, and its clients.
pub(crate) struct Subject(EngineDriver);

impl Subject {
    pub(crate) fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp(u64::try_from(since_epoch.as_micros()).unwrap());
        let mut driver = EngineDriver::starting_at(now, Options { seed: 1, ..Options::default() });
        for client in CLIENTS {
            driver.connect(client).unwrap();
        }
        let mut subject = Self(driver);
        subject.exchange(0, &words::split(NOTIFYING).unwrap());
        for line in LISTENING {
            subject.exchange(LISTENER, &words::split(line).unwrap());
        }
        subject
    }

    pub(crate) fn ask(&mut self, step: &Step) -> Answer {
        Answer::from(self.exchange(step.client, &step.command.words))
    }

    fn exchange(&mut self, client: usize, words: &[Vec<u8>]) -> Vec<Value> {
        self.0.send(CLIENTS[client], &resp::encode_command(words)).unwrap();
        self.0.settle().unwrap();
        let mut bytes = Vec::new();
        self.0.receive(CLIENTS[client], &mut bytes).unwrap();
        let values = resp::drain(&mut bytes).unwrap();
        assert!(bytes.is_empty(), "half a reply: {bytes:?}");
        values
    }
}

/// Every change is told, also of keys that are new and keys that were missed.
const NOTIFYING: &str = "CONFIG SET notify-keyspace-events KEAnm";

/// A Valkey that is emptied between streams.
pub(crate) struct Oracle {
    server: Server,
    sockets: Vec<TcpStream>,
}

impl Oracle {
    pub(crate) fn start() -> Self {
        let server = Server::start(Flavour::Valkey9, &[]).unwrap();
        Self { server, sockets: Vec::new() }
    }

    pub(crate) fn reset(&mut self) {
        let connect = |_| {
            let socket = TcpStream::connect(self.server.address()).unwrap();
            socket.set_nodelay(true).unwrap();
            socket
        };
        self.sockets = CLIENTS.iter().map(connect).collect();
        for line in [
            "FLUSHALL",
            "CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64 zset-max-listpack-entries 128 \
             zset-max-listpack-value 64 set-max-intset-entries 512 set-max-listpack-entries 128 \
             set-max-listpack-value 64 list-max-listpack-size -2 hll-sparse-max-bytes 3000 \
             stream-node-max-entries 100",
            NOTIFYING,
        ] {
            let said = self.exchange(0, &words::split(line).unwrap());
            assert_eq!(said, [Value::Simple(b"OK".to_vec())], "{line}");
        }
        for line in LISTENING {
            self.exchange(LISTENER, &words::split(line).unwrap());
        }
    }

    pub(crate) fn ask(&mut self, step: &Step) -> Answer {
        Answer::from(self.exchange(step.client, &step.command.words))
    }

    /// Sends a command, and returns what came until its reply; for the listener, until nothing more can come.
    fn exchange(&mut self, client: usize, words: &[Vec<u8>]) -> Vec<Value> {
        let socket = &mut self.sockets[client];
        let mut request = resp::encode_command(words);
        if client == LISTENER {
            request.extend(resp::encode_command(&["ECHO", END]));
        }
        socket.write_all(&request).unwrap();
        let end = Value::Bulk(END.into());
        let (mut values, mut bytes) = (Vec::new(), Vec::new());
        let mut buffer = [0; 16 << 10];
        loop {
            let length = socket.read(&mut buffer).unwrap();
            assert!(length > 0, "Valkey hung up");
            bytes.extend_from_slice(&buffer[..length]);
            values.extend(resp::drain(&mut bytes).unwrap());
            let ended = match values.last() {
                None => false,
                Some(last) => client != LISTENER || *last == end,
            };
            if ended && bytes.is_empty() {
                values.retain(|value| *value != end);
                return values;
            }
        }
    }
}
