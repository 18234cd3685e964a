//! The propagation stream: what leaves the engine for logs and replicas must do the same again at any other time and
//! with any other luck. So relative deadlines leave as instants, sums as their results, random picks as what was picked.
//! Each expectation is what Valkey 9.1 writes to its append-only file for the same command, except that MSETEX leaves
//! without a condition that has been met.

use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};
use redloop_tests::{
    resp::{self, Value},
    words,
};

/// 1 000 seconds after the epoch: instants in the expectations count from here.
const NOW: Timestamp = Timestamp(1_000_000_000);

#[test]
fn strings_leave_as_what_they_became() {
    check(&[
        ("SET k v", &["SET k v"]),
        ("SET k v EX 100", &["SET k v PXAT 1100000"]),
        ("SET k w GET PX 5", &["SET k w PXAT 1000005"]),
        ("SET k w NX EX 5", &[]),
        ("SET k w KEEPTTL", &["SET k w KEEPTTL"]),
        ("SET k w XX EXAT 33177117420", &["SET k w PXAT 33177117420000"]),
        ("SET k w EXAT 1", &["UNLINK k"]),
        ("SET k w EXAT 1", &[]),
        ("SETEX k 100 v", &["SET k v PXAT 1100000"]),
        ("PSETEX k 100 v", &["SET k v PXAT 1000100"]),
        ("GETEX k", &[]),
        ("GETEX k EX 7", &["PEXPIREAT k 1007000"]),
        ("GETEX k PERSIST", &["PERSIST k"]),
        ("GETEX k PERSIST", &[]),
        ("GETEX k PXAT 1", &["UNLINK k"]),
        ("GETSET k v", &["SET k v"]),
        ("GETDEL k", &["DEL k"]),
        ("GETDEL k", &[]),
        ("INCRBY n 3", &["INCRBY n 3"]),
        ("INCRBYFLOAT n 0.5", &["SET n 3.5 KEEPTTL"]),
        ("SETRANGE n 0 \"\"", &[]),
        ("DELIFEQ n 3", &[]),
        ("DELIFEQ n 3.5", &["DEL n"]),
        ("MSET a 1 b 2", &["MSET a 1 b 2"]),
        ("MSETNX a 1 c 2", &[]),
        ("MSETEX 2 a 1 b 2 XX EX 10", &["MSETEX 2 a 1 b 2 PXAT 1010000"]),
    ]);
}

#[test]
fn hashes_leave_as_what_they_became() {
    check(&[
        ("HSET h a 1 b 2", &["HSET h a 1 b 2"]),
        ("HSETNX h a 2", &[]),
        ("HINCRBY h a 5", &["HINCRBY h a 5"]),
        ("HINCRBYFLOAT h a 0.5", &["HSET h a 6.5"]),
        ("HDEL h nofield", &[]),
        ("HDEL h a b", &["HDEL h a b"]),
    ]);
}

/// Where entries share a claim and trims become exact is our own: each server's nodes are its own affair, and several
/// claims at once are one.
#[test]
fn streams_leave_with_ids_and_deliveries_as_claims() {
    check(&[
        ("XADD s * a 1", &["XADD s 1000000-0 a 1"]),
        ("XADD s 1000000-* a 1", &["XADD s 1000000-1 a 1"]),
        ("XADD s MAXLEN ~ 1 * a 1", &["XADD s MAXLEN = 3 1000000-2 a 1"]),
        ("XADD s MAXLEN 2 * a 1", &["XADD s MAXLEN = 2 1000000-3 a 1"]),
        ("XADD s NOMKSTREAM MINID 5-5 * a 1", &["XADD s MINID = 5-5 1000000-4 a 1"]),
        ("XADD none NOMKSTREAM * a 1", &[]),
        ("XTRIM s MAXLEN ~ 0 LIMIT 1000", &["XTRIM s MAXLEN = 0"]),
        ("XTRIM s MAXLEN 0", &[]),
        ("XADD t 1-1 a 1", &["XADD t 1-1 a 1"]),
        ("XADD t 2-1 a 1", &["XADD t 2-1 a 1"]),
        ("XADD t 3-1 a 1", &["XADD t 3-1 a 1"]),
        ("XDEL t 9-9", &[]),
        ("XGROUP CREATE t g 0", &["XGROUP CREATE t g 0"]),
        (
            "XREADGROUP GROUP g c COUNT 2 STREAMS t >",
            &[
                "XCLAIM t g c 0 1-1 2-1 TIME 1000000 RETRYCOUNT 1 FORCE JUSTID",
                "XGROUP SETID t g 2-1 ENTRIESREAD 2",
            ],
        ),
        ("XREADGROUP GROUP g c STREAMS t 0", &[]),
        (
            "XREADGROUP GROUP g d NOACK STREAMS t >",
            &["XGROUP CREATECONSUMER t g d", "XGROUP SETID t g 3-1 ENTRIESREAD 3"],
        ),
        ("XREADGROUP GROUP g d STREAMS t >", &[]),
        (
            "XCLAIM t g e 0 1-1",
            &["XCLAIM t g e 0 1-1 TIME 1000000 RETRYCOUNT 3 FORCE JUSTID LASTID 3-1"],
        ),
        ("XCLAIM t g f 9 1-1", &["XGROUP CREATECONSUMER t g f"]),
        ("XDEL t 1-1", &["XDEL t 1-1"]),
        ("XAUTOCLAIM t g f 0 0 COUNT 1", &["XACK t g 1-1"]),
        ("XACK t g 2-1", &["XACK t g 2-1"]),
        ("XACK t g 2-1", &[]),
        ("XADD i IDMP p x * a 1", &["XADD i 1000000-0 a 1", "XIDMPRECORD i p x 1000000-0"]),
        ("XADD i IDMP p x * a 1", &[]),
    ]);
}

fn check(cases: &[(&str, &[&str])]) {
    let options = Options { streaming: true, ..Options::default() };
    let mut engine = Engine::new(NOW, options);
    let client = ClientId(1);
    engine.feed(NOW, Input::Connect { client, peer: Peer { loopback: true, ..Peer::default() } });
    for (command, expected) in cases {
        let request = resp::encode_command(&words::split(command).unwrap());
        engine.feed(NOW, Input::Bytes { client, bytes: &request });
        engine.run();
        let mut stream = Vec::new();
        while let Some(output) = engine.take_output() {
            if let Output::Stream(bytes) = output {
                stream.extend_from_slice(&bytes);
            }
        }
        let left: Vec<String> = resp::drain(&mut stream)
            .unwrap()
            .into_iter()
            .map(line)
            .filter(|line| !line.starts_with("SELECT"))
            .collect();
        assert_eq!(&left, expected, "{command}");
    }
}

/// A request as a line.
fn line(request: Value) -> String {
    let Value::Array(words) = request else { panic!("not a request: {request:?}") };
    let words: Vec<String> = words
        .into_iter()
        .map(|word| match word {
            Value::Bulk(bytes) => String::from_utf8(bytes).unwrap(),
            other => panic!("not a word: {other:?}"),
        })
        .collect();
    words.join(" ")
}
