//! Memory has bounds whatever clients do: not reading, sending without end, listening without hearing, being many with much.
//! Each bound stands here with what it is made of.
//!
//! What the server frees it is also seen to free: glibc is told not to move its threshold for giving blocks back at once,
//! which it otherwise raises to the size of the largest block that was freed (up to 32 MiB). Left alone it keeps up to
//! twice what idle clients last used, and uses that again; it is not the server's to say.

use crate::{MIB, Model, alone, await_alone, grown, until};
use redloop_tests::{
    crowd::Crowd,
    native::{Client, Native},
    ports::free_port,
    resp::{Value, encode_command},
    tools,
};
use std::{
    io::{ErrorKind, Read, Write},
    path::Path,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

under_every_model!(
    slow_readers_are_bounded,
    a_million_commands_without_reading_are_bounded,
    half_sent_requests_are_bounded,
    stuck_listeners_are_bounded;
    idle_clients_give_their_buffers_back,
);

/// Beyond what clients account for: the read buffers of three threads, stacks, the allocator's own; and under `worker-pool`
/// 64 batches of 320 KiB in the queue and at the engine, one more and four spare ones for each worker.
fn overhead(model: Model) -> usize {
    let batches = if model.contains(&"worker-pool") { 64 + 3 * 5 } else { 0 };
    8 * MIB + batches * 320 * 1024
}

fn start(model: Model, arguments: &[&str]) -> (Native, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let program = tools::redloop().unwrap().display().to_string();
    let port_text = port.to_string();
    let first = ["MALLOC_MMAP_THRESHOLD_=131072", &program, "--bind", "127.0.0.1", "--port"];
    let all = [&first[..], &[&port_text], model, arguments].concat();
    (Native::start_as(Path::new("env"), folder.path(), port, &all).unwrap(), folder)
}

/// Serves somebody else for a while, until the server has grown by no more than `most`; by how much it had at the end.
fn falls(server: &Native, other: &mut Client, before: u64, most: usize) -> usize {
    let begin = Instant::now();
    while grown(server, before) > most && begin.elapsed() < Duration::from_secs(20) {
        assert_eq!(other.ask("PING"), "PONG");
        thread::sleep(Duration::from_millis(20));
    }
    grown(server, before)
}

/// The most by which the server grows while it serves somebody else for half a second.
fn peak(server: &Native, other: &mut Client, before: u64) -> usize {
    let begin = Instant::now();
    let mut most = 0;
    while begin.elapsed() < Duration::from_millis(500) {
        assert_eq!(other.ask("PING"), "PONG", "others are served");
        most = most.max(grown(server, before));
        thread::sleep(Duration::from_millis(5));
    }
    most
}

fn shown(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}

fn slow_readers_are_bounded(model: Model) {
    const READERS: usize = 4;
    const ASKED: usize = 200;
    /// Replies wait in the engine up to 1 MiB, and the one that goes over it; as many are on their way; buffers grow by
    /// doubling.
    const EACH: usize = 4 * MIB;
    let _alone = alone();
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let before = server.resident_bytes();
    let mut readers: Vec<Client> = (0..READERS).map(|_| server.client()).collect();
    for reader in &mut readers {
        reader.write(&b"GET big\r\n".repeat(ASKED)).unwrap();
    }
    let most = peak(&server, &mut other, before);
    println!("{READERS} slow readers who asked for {ASKED} MiB each: {}", shown(most));
    assert!(most <= READERS * EACH + overhead(model), "{}", shown(most));
    for reader in &mut readers {
        for _ in 0..ASKED {
            assert_eq!(reader.reply().len(), MIB);
        }
    }
    let left = falls(&server, &mut other, before, overhead(model));
    assert!(left <= overhead(model), "they have read everything: {}", shown(left));
}

fn a_million_commands_without_reading_are_bounded(model: Model) {
    const COMMANDS: usize = 1_000_000;
    let _alone = alone();
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    let text = "x".repeat(40);
    let requests = format!("ECHO {text}\r\n").repeat(1000).into_bytes();
    let replies = format!("$40\r\n{text}\r\n").repeat(1000).into_bytes();
    let (asked, owed) = (requests.len() / 1000 * COMMANDS, replies.len() / 1000 * COMMANDS);
    let before = server.resident_bytes();
    let lazy = server.client();
    let mut socket = lazy.socket();
    socket.set_nonblocking(true).unwrap();
    let mut sent = 0;
    let mut quiet = Instant::now();
    let mut most = 0;
    while sent < asked && quiet.elapsed() < Duration::from_millis(300) {
        match socket.write(&requests[sent % requests.len()..]) {
            Ok(more) => {
                sent += more;
                quiet = Instant::now();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                assert_eq!(other.ask("PING"), "PONG", "others are served");
                thread::sleep(Duration::from_millis(2));
            }
            Err(error) => panic!("{error}"),
        }
        most = most.max(grown(&server, before));
    }
    println!("{} of {} went in: {}", shown(sent), shown(asked), shown(most));
    assert!(sent < asked, "a client that does not read is read on and on");
    // A megabyte of replies in the engine, one on its way, and the requests that were read with them.
    assert!(most <= 8 * MIB + overhead(model), "{}", shown(most));

    socket.set_nonblocking(false).unwrap();
    let mut writer = socket.try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            while sent < asked {
                let from = sent % requests.len();
                let most = (requests.len() - from).min(asked - sent);
                sent += writer.write(&requests[from..from + most]).unwrap();
            }
        });
        let mut buffer = vec![0; 256 * 1024];
        let mut read = 0;
        while read < owed {
            let from = read % replies.len();
            let most = buffer.len().min(replies.len() - from).min(owed - read);
            let more = socket.read(&mut buffer[..most]).unwrap();
            assert!(more > 0 && buffer[..more] == replies[from..from + more], "after {read} bytes");
            read += more;
        }
    });
    let left = falls(&server, &mut other, before, overhead(model));
    assert!(left <= overhead(model), "{}", shown(left));
}

fn half_sent_requests_are_bounded(model: Model) {
    const CLIENTS: usize = 20;
    const SENT: usize = 3 * MIB;
    let _alone = alone();
    let (server, _folder) = start(model, &["--client-query-buffer-limit", "4mb"]);
    let mut other = server.client();
    let before = server.resident_bytes();
    let part = vec![b'x'; SENT];
    let mut halves: Vec<Client> = (0..CLIENTS)
        .map(|_| {
            let mut client = server.client();
            client.write(b"*2\r\n$3\r\nGET\r\n$500000000\r\n").unwrap();
            client.write(&part).unwrap();
            client
        })
        .collect();
    // What was announced costs nothing. What was sent is kept, in a buffer that grows by doubling.
    until("all that was sent is read", || grown(&server, before) >= CLIENTS * SENT);
    let most = peak(&server, &mut other, before);
    println!("{CLIENTS} clients sent {} of 477 MiB each: {}", shown(SENT), shown(most));
    assert!(most <= CLIENTS * SENT * 2 + overhead(model), "{}", shown(most));
    // Beyond the limit they are closed, and leave nothing.
    for client in &mut halves {
        assert!((0..100).any(|_| client.write(&part).is_err()), "300 MiB were taken");
    }
    await_alone(&mut other);
    let left = falls(&server, &mut other, before, overhead(model));
    println!("after they were closed: {}", shown(left));
    assert!(left <= overhead(model), "{}", shown(left));
}

fn stuck_listeners_are_bounded(model: Model) {
    const LISTENERS: usize = 5;
    const LIMIT: usize = 8 * MIB;
    let _alone = alone();
    let (server, _folder) =
        start(model, &["--client-output-buffer-limit", "pubsub", "8mb", "0", "0"]);
    let mut other = server.client();
    let before = server.resident_bytes();
    let mut stuck: Vec<Client> = (0..LISTENERS).map(|_| server.client()).collect();
    for client in &mut stuck {
        assert_eq!(client.ask("SUBSCRIBE news"), "subscribe news 1");
    }
    let publish = encode_command(&[b"PUBLISH".to_vec(), b"news".to_vec(), vec![b'x'; MIB / 4]]);
    let mut most = 0;
    let hear_none = |other: &mut Client| {
        other.write(&publish).unwrap();
        other.reply() == "0"
    };
    let closed = (0..1000).find(|_| {
        let none = hear_none(&mut other);
        most = most.max(grown(&server, before));
        none
    });
    assert!(closed.is_some(), "250 MiB were told to listeners who do not read");
    println!("{LISTENERS} stuck listeners: {} before they were closed", shown(most));
    assert!(most <= LISTENERS * LIMIT * 2 + overhead(model), "{}", shown(most));
    await_alone(&mut other);
    let left = falls(&server, &mut other, before, overhead(model));
    assert!(left <= overhead(model), "{}", shown(left));
}

/// Each of many clients sends a megabyte and is sent one, again and again. Then they are idle, and their memory is free:
/// the engine keeps at most 4 KiB of a buffer, the connection 16 KiB, a worker four batches.
fn idle_clients_give_their_buffers_back(model: Model) {
    const CLIENTS: usize = 200;
    const EACH: usize = 150 * 1024;
    let _alone = alone();
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let before = server.resident_bytes();
    let mut crowd = Crowd::connect(server.port(), CLIENTS, 4);
    let set = encode_command(&[b"SET".to_vec(), b"other".to_vec(), vec![b'y'; MIB]]);
    for _ in 0..2 {
        let ok = crowd.ask(&set, |reply| *reply == Value::Simple(b"OK".to_vec()));
        assert_eq!(ok, CLIENTS);
        let big = |reply: &Value| matches!(reply, Value::Bulk(bytes) if bytes.len() == MIB);
        assert_eq!(crowd.ask(b"GET big\r\n", big), CLIENTS);
    }
    let left = falls(&server, &mut other, before, CLIENTS * EACH);
    println!("{} KiB for each of {CLIENTS} idle clients", left / CLIENTS / 1024);
    assert!(left <= CLIENTS * EACH, "{} KiB each", left / CLIENTS / 1024);
    let list = other.ask("CLIENT LIST");
    let counted = |line: &str| line.split(" tot-mem=").nth(1)?.split(' ').next()?.parse().ok();
    let most: usize = list.lines().filter_map(counted).max().unwrap();
    assert_eq!(list.lines().count(), CLIENTS + 1);
    assert!(most < 8 * 1024, "a client counts {most} bytes as its own");
}
