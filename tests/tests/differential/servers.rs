//! The engine and a real server, asked the same way.

use crate::{CLIENTS, LISTENER, Step};
use redloop_core::{Options, Timestamp};
use redloop_tests::{
    driver::{Driver, EngineDriver, Flavour, Server},
    resp::{self, Value},
    words,
};
use std::{
    io::{
        ErrorKind::{TimedOut, WouldBlock},
        Read, Write as _,
    },
    net::{SocketAddr, TcpStream},
    time::{Duration, SystemTime, UNIX_EPOCH},
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
    /// The requests that left for replicas, if it was the listener's.
    pub(crate) left: Vec<Request>,
}

impl Answer {
    fn new(values: Vec<Value>, left: Vec<Request>) -> Self {
        let is_told = |value: &Value| matches!(value, Value::Push(_));
        let early = values.iter().take_while(|value| is_told(value)).count();
        let (told, mut replies): (Vec<_>, Vec<_>) = values.into_iter().partition(is_told);
        let reply = match replies.len() {
            1 => replies.remove(0),
            _ => Value::Error(format!("not one reply: {replies:?}").into_bytes()),
        };
        Self { reply, told, early, left }
    }
}

/// A request by its words.
pub(crate) type Request = Vec<Vec<u8>>;

/// What makes the listener hear of every change, and makes it certain that it has heard of all.
const LISTENING: [&str; 2] = ["HELLO 3", "PSUBSCRIBE __keyevent@*__:*"];
const END: &str = "end of what was told";

/// The engine, and its clients.
pub(crate) struct Subject(EngineDriver);

impl Subject {
    pub(crate) fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp(u64::try_from(since_epoch.as_micros()).unwrap());
        let options = Options { seed: 1, streaming: true, ..Options::default() };
        let mut driver = EngineDriver::starting_at(now, options);
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
        let values = self.exchange(step.client, &step.command.words);
        let mut stream = self.0.take_stream();
        let left = if step.client == LISTENER { replicated(&mut stream) } else { Vec::new() };
        Answer::new(values, left)
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
    replica: Option<Replica>,
}

impl Oracle {
    pub(crate) fn start() -> Self {
        let server = Server::start(Flavour::Valkey9, &[]).unwrap();
        Self { server, sockets: Vec::new(), replica: None }
    }

    /// One that tells what leaves it, for as long as streams are the listener's.
    pub(crate) fn with_replica() -> Self {
        let at_once = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
        let server = Server::start(Flavour::Valkey9, &at_once).unwrap();
        let replica = Replica::attach(server.address());
        Self { server, sockets: Vec::new(), replica: Some(replica) }
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
            self.left();
        }
    }

    /// What left until the listener's last command.
    fn left(&mut self) -> Vec<Request> {
        self.replica.as_mut().map(Replica::take_until_end).unwrap_or_default()
    }

    pub(crate) fn ask(&mut self, step: &Step) -> Answer {
        let mut values = self.exchange(step.client, &step.command.words);
        if step.client != LISTENER {
            return Answer::new(values, Vec::new());
        }
        assert_eq!(values.pop(), Some(Value::Integer(0)), "nobody hears of the end but replicas");
        Answer::new(values, self.left())
    }

    /// Sends a command, and returns what came until its reply; for the listener, until nothing more can come.
    fn exchange(&mut self, client: usize, words: &[Vec<u8>]) -> Vec<Value> {
        let socket = &mut self.sockets[client];
        let mut request = resp::encode_command(words);
        if client == LISTENER {
            request.extend(resp::encode_command(&["PUBLISH", "any", END]));
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

/// How long a replica waits before it says again that it has all there was: nothing more comes until it is heard.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it does.
const PAUSES_MAX: usize = 1500;

/// One who gets what a server propagates.
struct Replica {
    socket: TcpStream,
    bytes: Vec<u8>,
}

impl Replica {
    /// Attaches itself, and passes over the snapshot of what was there before: `$EOF:` and a mark, the bytes, the mark.
    fn attach(address: SocketAddr) -> Self {
        const MARK_LENGTH: usize = 40;
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PAUSE)).unwrap();
        let mut replica = Self { socket, bytes: Vec::new() };
        // Able to take it without a length, so that the server writes no file.
        replica.socket.write_all(b"REPLCONF capa eof\r\n").unwrap();
        replica.await_text(b"+OK\r\n", 0);
        replica.socket.write_all(b"SYNC\r\n").unwrap();
        let mark_at = replica.await_text(b"$EOF:", 0);
        while replica.bytes.len() < mark_at + MARK_LENGTH {
            replica.read();
        }
        let mark = replica.bytes[mark_at..mark_at + MARK_LENGTH].to_vec();
        let end = replica.await_text(&mark, mark_at + MARK_LENGTH);
        replica.bytes.drain(..end);
        // The first word is a ping. Before it the snapshot's writer may still be there, and FLUSHALL would end both.
        while replica.bytes.is_empty() {
            replica.read();
        }
        replica
    }

    /// Reads until there is this text; where it ends.
    fn await_text(&mut self, text: &[u8], from: usize) -> usize {
        loop {
            let found = self.bytes[from..].windows(text.len()).position(|it| it == text);
            if let Some(at) = found {
                return from + at + text.len();
            }
            self.read();
        }
    }

    fn read(&mut self) {
        let mut buffer = [0; 16 << 10];
        for _ in 0..PAUSES_MAX {
            match self.socket.read(&mut buffer) {
                Ok(length) => {
                    assert!(length > 0, "Valkey hung up on its replica");
                    return self.bytes.extend_from_slice(&buffer[..length]);
                }
                Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {
                    self.socket.write_all(b"REPLCONF ACK 0\r\n").unwrap();
                }
                Err(error) => panic!("a replica cannot read: {error}"),
            }
        }
        panic!("nothing came for a replica");
    }

    fn take_until_end(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        loop {
            requests.extend(replicated(&mut self.bytes));
            if requests.last().is_some_and(|last: &Request| last.last() == Some(&END.into())) {
                requests.pop();
                return requests;
            }
            self.read();
        }
    }
}

/// Takes requests off a stream for replicas, without those that say nothing about keys.
fn replicated(stream: &mut Vec<u8>) -> Vec<Request> {
    const FRAME: [&[u8]; 5] = [b"SELECT", b"PING", b"MULTI", b"EXEC", b"REPLCONF"];
    let word = |value| match value {
        Value::Bulk(bytes) => bytes,
        other => panic!("not a word: {other:?}"),
    };
    let request = |value| match value {
        Value::Array(words) => words.into_iter().map(word).collect::<Request>(),
        other => panic!("not a request: {other:?}"),
    };
    let requests = resp::drain(stream).unwrap().into_iter().map(request);
    requests.filter(|words| !FRAME.iter().any(|it| words[0].eq_ignore_ascii_case(it))).collect()
}
