//! What clients do to the native server's sockets: not reading, sending too much, being idle, too many, strangers,
//! hanging up in the middle of things. Others are served all the time.
#![cfg(target_os = "linux")]

use redloop_tests::native::{Client, Native};
use std::{
    fs,
    io::ErrorKind,
    net::Shutdown,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const MIB: usize = 1 << 20;

fn start(arguments: &[&str]) -> (Native, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Native::start(folder.path(), arguments).unwrap(), folder)
}

/// Waits until `met`.
fn until(mut met: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !met() {
        assert!(Instant::now() < end, "never");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until INFO has this line.
fn await_info(client: &mut Client, line: &str) {
    until(|| client.ask("INFO").lines().any(|found| found == line));
}

#[test]
fn a_listener_that_does_not_read_is_closed_at_the_hard_limit() {
    let (mut server, _folder) = start(&["--client-output-buffer-limit", "pubsub", "1mb", "0", "0"]);
    let mut listener = server.client();
    assert_eq!(listener.ask("SUBSCRIBE news"), "subscribe news 1");
    let mut other = server.client();
    let message = "x".repeat(MIB / 2);
    let mut told = 0;
    until(|| {
        told += 1;
        other.ask(&format!("PUBLISH news {message}")) == "0"
    });
    assert!(told < 100, "what sockets hold is far less");
    server.await_log("closed for overcoming of output buffer limits").unwrap();
    assert_eq!(other.ask("PING"), "PONG");
    await_info(&mut other, "client_output_buffer_limit_disconnections:1");
    await_info(&mut other, "connected_clients:1");
    listener.rest();
}

#[test]
fn a_listener_that_stays_above_the_soft_limit_is_closed() {
    let (mut server, _folder) =
        start(&["--client-output-buffer-limit", "pubsub", "0", "100kb", "1"]);
    let mut listener = server.client();
    assert_eq!(listener.ask("SUBSCRIBE news"), "subscribe news 1");
    let mut other = server.client();
    let message = "x".repeat(MIB);
    let begin = Instant::now();
    for _ in 0..16 {
        assert_eq!(other.ask(&format!("PUBLISH news {message}")), "1", "there is no hard limit");
    }
    server.await_log("closed for overcoming of output buffer limits").unwrap();
    assert!(begin.elapsed() > Duration::from_secs(1), "too soon");
    await_info(&mut other, "connected_clients:1");
    listener.rest();
}

#[test]
fn a_listener_that_reads_in_time_stays() {
    let (server, _folder) = start(&["--client-output-buffer-limit", "pubsub", "0", "100kb", "1"]);
    let mut listener = server.client();
    assert_eq!(listener.ask("SUBSCRIBE news"), "subscribe news 1");
    let mut other = server.client();
    let message = "x".repeat(MIB);
    for _ in 0..16 {
        assert_eq!(other.ask(&format!("PUBLISH news {message}")), "1");
    }
    for _ in 0..16 {
        listener.reply();
    }
    // Longer than the soft limit's second, and than the time between two looks at it.
    thread::sleep(Duration::from_millis(1800));
    assert_eq!(other.ask("PUBLISH news x"), "1");
    assert_eq!(listener.reply(), "message news x");
}

#[test]
fn a_client_that_does_not_read_is_not_read() {
    let (server, _folder) = start(&[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let before = server.resident_bytes();

    // 200 MiB of replies are asked for, and nothing is read: more and more requests follow until they go no further.
    let mut lazy = server.client();
    let big = 200;
    lazy.write(&b"GET big\r\n".repeat(big)).unwrap();
    lazy.socket().set_nonblocking(true).unwrap();
    let batch = b"*1\r\n$4\r\nPING\r\n".repeat(1000);
    let mut sent = 0;
    let mut quiet = Instant::now();
    while quiet.elapsed() < Duration::from_millis(200) {
        let from = sent % batch.len();
        match lazy.write_some(&batch[from..]) {
            Ok(more) => {
                sent += more;
                quiet = Instant::now();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                assert_eq!(other.ask("PING"), "PONG", "others are served");
                thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{error}"),
        }
        assert!(sent < 64 * MIB, "the server reads on and on");
    }
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes more for a client that does not read");

    // It goes on where it was.
    lazy.socket().set_nonblocking(false).unwrap();
    let whole = batch.len() / 1000;
    for nth in 0..big + sent / whole {
        assert_eq!(lazy.reply().len(), if nth < big { MIB } else { 4 }, "reply {nth}");
    }
    lazy.write(&batch[sent % whole..whole]).unwrap();
    assert_eq!(lazy.reply(), "PONG");
    assert_eq!(lazy.ask("ECHO done"), "done");
}

#[test]
fn a_request_that_never_ends_is_cut_off() {
    let (mut server, _folder) = start(&["--client-query-buffer-limit", "2mb"]);
    let mut other = server.client();
    let mut endless = server.client();
    endless.write(b"*2\r\n$3\r\nGET\r\n$500000000\r\n").unwrap();
    let part = vec![b'x'; MIB];
    let failed = (0..100).find_map(|_| endless.write(&part).err());
    assert!(failed.is_some(), "100 MiB were taken");
    endless.rest();
    server.await_log("reached max query buffer length").unwrap();
    await_info(&mut other, "client_query_buffer_limit_disconnections:1");

    // By CONFIG SET, for those who are there as well.
    assert_eq!(other.ask("CONFIG SET client-query-buffer-limit 8mb"), "OK");
    assert_eq!(other.ask(&format!("SET k {}", "x".repeat(5 * MIB))), "OK");
    assert_eq!(other.ask("STRLEN k"), (5 * MIB).to_string());
}

#[test]
fn idle_clients_go_others_stay() {
    let (server, _folder) = start(&[]);
    let mut idle = server.client();
    let mut listening = server.client();
    let mut waiting = server.client();
    assert_eq!(idle.ask("PING"), "PONG");
    assert_eq!(listening.ask("SUBSCRIBE c"), "subscribe c 1");
    waiting.send("BLPOP l 0");
    let mut busy = server.client();
    assert_eq!(busy.ask("CONFIG SET timeout 1"), "OK");
    let begin = Instant::now();
    let gone = thread::spawn(move || idle.rest());
    while !gone.is_finished() {
        assert_eq!(busy.ask("PING"), "PONG");
        thread::sleep(Duration::from_millis(20));
        assert!(begin.elapsed() < Duration::from_secs(10), "it stays");
    }
    assert_eq!(gone.join().unwrap(), b"");
    assert_eq!(busy.ask("PUBLISH c m"), "1");
    assert_eq!(listening.reply(), "message c m");
    assert_eq!(busy.ask("RPUSH l v"), "1");
    assert_eq!(waiting.reply(), "l v");
}

#[test]
fn one_client_too_many_is_told_and_leaving_makes_room() {
    let (server, _folder) = start(&["--maxclients", "3"]);
    let mut here: Vec<_> = (0..3).map(|_| server.client()).collect();
    for client in &mut here {
        assert_eq!(client.ask("PING"), "PONG");
    }
    for _ in 0..20 {
        assert_eq!(server.client().rest(), b"-ERR max number of clients reached\r\n");
    }
    await_info(&mut here[0], "rejected_connections:20");
    drop(here.pop());
    await_info(&mut here[0], "connected_clients:2");
    let mut late = server.client();
    assert_eq!(late.ask("PING"), "PONG");
    assert_eq!(server.client().rest(), b"-ERR max number of clients reached\r\n");
}

#[test]
fn silent_peers_are_probed_as_configured() {
    let (server, _folder) = start(&["--tcp-keepalive", "100"]);
    let mut client = server.client();
    assert_eq!(client.ask("PING"), "PONG");
    let probe = seconds_until_probe(&server, &client).expect("a timer");
    assert!((90..=100).contains(&probe), "{probe} s");

    assert_eq!(client.ask("CONFIG SET tcp-keepalive 50"), "OK");
    let mut newer = server.client();
    assert_eq!(newer.ask("PING"), "PONG");
    let probe = seconds_until_probe(&server, &newer).expect("a timer");
    assert!((40..=50).contains(&probe), "{probe} s");

    assert_eq!(client.ask("CONFIG SET tcp-keepalive 0"), "OK");
    let mut newest = server.client();
    assert_eq!(newest.ask("PING"), "PONG");
    assert_eq!(seconds_until_probe(&server, &newest), None);
}

/// When the kernel will probe the peer of the server's end of a connection, from its table of sockets.
fn seconds_until_probe(server: &Native, client: &Client) -> Option<u64> {
    const TICKS_PER_SECOND: u64 = 100;
    let own = format!(":{:04X}", server.port());
    let peer = format!(":{:04X}", client.socket().local_addr().unwrap().port());
    let mut timer = None;
    // Acknowledgements under way have a timer of their own.
    until(|| {
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        let line = table
            .lines()
            .find(|line| {
                let mut fields = line.split_whitespace().skip(1);
                fields.next().is_some_and(|local| local.ends_with(&own))
                    && fields.next().is_some_and(|remote| remote.ends_with(&peer))
            })
            .expect("the connection");
        let (kind, ticks) =
            line.split_whitespace().nth(5).and_then(|field| field.split_once(':')).unwrap();
        let ticks = u64::from_str_radix(ticks, 16).unwrap();
        timer = (kind == "02").then_some(ticks / TICKS_PER_SECOND);
        kind == "00" || kind == "02"
    });
    timer
}

#[test]
fn all_that_was_sent_before_half_closing_is_answered() {
    let (server, _folder) = start(&[]);
    for round in 0..200 {
        let mut client = server.client();
        let pings = 1 + round * 7 % 500;
        client.write(&b"*1\r\n$4\r\nPING\r\n".repeat(pings)).unwrap();
        client.socket().shutdown(Shutdown::Write).unwrap();
        assert_eq!(client.rest(), b"+PONG\r\n".repeat(pings), "round {round}");
    }
    // A request that is cut off, and a client that waits, just end.
    for request in ["*2\r\n$3\r\nGET\r\n$5\r\nab", "BLPOP nothing 0\r\n", "SUBSCRIBE"] {
        let mut client = server.client();
        client.write(request.as_bytes()).unwrap();
        client.socket().shutdown(Shutdown::Write).unwrap();
        client.rest();
    }
    let mut other = server.client();
    await_info(&mut other, "connected_clients:1");
    await_info(&mut other, "blocked_clients:0");
}

#[test]
fn hanging_up_leaves_nothing_behind() {
    let (server, _folder) = start(&[]);
    let mut other = server.client();

    let mut queueing = server.client();
    for (command, reply) in
        [("WATCH w", "OK"), ("MULTI", "OK"), ("SET a 1", "QUEUED"), ("SET b 1", "QUEUED")]
    {
        assert_eq!(queueing.ask(command), reply);
    }
    drop(queueing);
    let mut waiting = server.client();
    waiting.send("BLMOVE l m LEFT RIGHT 0");
    await_info(&mut other, "blocked_clients:1");
    drop(waiting);
    let mut listening = server.client();
    assert_eq!(listening.ask("SUBSCRIBE c"), "subscribe c 1");
    assert_eq!(listening.ask("PSUBSCRIBE *"), "psubscribe * 2");
    drop(listening);
    let mut watching = server.client();
    assert_eq!(watching.ask("MONITOR"), "OK");
    drop(watching);

    await_info(&mut other, "connected_clients:1");
    await_info(&mut other, "blocked_clients:0");
    await_info(&mut other, "pubsub_channels:0");
    await_info(&mut other, "pubsub_patterns:0");
    assert_eq!(other.ask("EXISTS a b"), "0");
    assert_eq!(other.ask("RPUSH l v"), "1");
    assert_eq!(other.ask("LRANGE l 0 -1"), "v");
    assert_eq!(other.ask("EXISTS m"), "0");
    assert_eq!(other.ask("PUBLISH c m"), "0");
}

#[test]
fn hanging_up_with_replies_under_way_harms_nobody() {
    let (server, _folder) = start(&[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    for _ in 0..20 {
        let mut rude = server.client();
        rude.write(&b"GET big\r\n".repeat(20)).unwrap();
        drop(rude);
    }
    await_info(&mut other, "connected_clients:1");
    assert_eq!(other.ask("STRLEN big"), MIB.to_string());
}

#[test]
fn a_killed_client_that_does_not_read_is_gone_at_once() {
    let (server, _folder) = start(&[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let mut lazy = server.client();
    let id = lazy.ask("CLIENT ID");
    lazy.write(&b"GET big\r\n".repeat(50)).unwrap();
    // Its replies fill all buffers on the way before it is ended.
    until(|| {
        let list = other.ask("CLIENT LIST");
        list.lines()
            .any(|line| line.starts_with(&format!("id={id} ")) && !line.contains(" omem=0 "))
    });
    assert_eq!(other.ask(&format!("CLIENT KILL ID {id}")), "1");
    await_info(&mut other, "connected_clients:1");
    lazy.rest();
}
