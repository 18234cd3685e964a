//! The propagation stream: what leaves the engine for logs and replicas must do the same again at any other time and
//! with any other luck. So relative deadlines leave as instants, sums as their results, random picks as what was picked.
//! Each expectation is what Valkey 9.1 writes to its append-only file for the same command, except that MSETEX leaves
//! without a condition that has been met, HEXPIRE and its kin without one and with the fields that it holds for, XADD with
//! its ID in full, and BITFIELD also where it only made a string longer. (`differential/` compares both on random commands.)

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
        ("SET k w XX GET KEEPTTL", &["SET k w XX KEEPTTL"]),
        ("SET k GET IFEQ w GET", &["SET k GET IFEQ w"]),
        ("SET k w IFEQ GET GET", &["SET k w IFEQ GET"]),
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
fn commands_of_later_servers_leave_as_what_every_server_knows() {
    check(&[
        ("INCREX n", &["SET n 1 KEEPTTL"]),
        ("INCREX n BYINT 5 UBOUND 3", &[]),
        ("INCREX n EX 10", &["SET n 2 PXAT 1010000"]),
        ("INCREX n EX 20 ENX", &["SET n 3 KEEPTTL"]),
        ("INCREX n PERSIST", &["SET n 4"]),
        ("INCREX n BYFLOAT 0.5", &["SET n 4.5 KEEPTTL"]),
        ("INCREX n BYFLOAT 0.5 EXAT 1", &["UNLINK n"]),
        ("SET k v IFNE w PX 5", &["SET k v PXAT 1000005"]),
        ("DELEX k IFEQ w", &[]),
        ("DELEX k IFNE w", &["DEL k"]),
        ("HIMPORT PREPARE u a b", &[]),
        ("HIMPORT SET h u 1 2", &["HSET h a 1 b 2"]),
        ("HIMPORT SET h u 3 4", &["DEL h", "HSET h a 3 b 4"]),
        ("RPUSH l 1 2", &["RPUSH l 1 2"]),
        ("LMPOP 2 no l RIGHT COUNT 0", &[]),
        ("RPUSH p 1 2 3 4", &["RPUSH p 1 2 3 4"]),
        ("LMPOP 2 no p RIGHT", &["RPOP p 1"]),
        ("BLMPOP 0 2 no p LEFT COUNT 9", &["LPOP p 3"]),
        ("BLMOVEM l m LEFT LEFT 0 COUNT 5 OBO", &["LMOVEM l m LEFT LEFT COUNT 5 OBO"]),
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

#[test]
fn bits_and_hyperloglogs_leave_as_they_came_and_places_as_scores() {
    check(&[
        ("SETBIT a 0 1", &["SETBIT a 0 1"]),
        ("SETBIT a 0 1", &[]),
        ("BITFIELD a SET u8 0 5", &["BITFIELD a SET u8 0 5"]),
        ("BITFIELD a SET u8 0 5", &[]),
        ("BITFIELD a GET u8 0", &[]),
        ("BITFIELD f OVERFLOW FAIL INCRBY u2 100 5", &["BITFIELD f OVERFLOW FAIL INCRBY u2 100 5"]),
        ("BITOP OR d a", &["BITOP OR d a"]),
        ("BITOP OR d nokey", &["BITOP OR d nokey"]),
        ("BITOP OR d nokey", &[]),
        ("PFADD h a b", &["PFADD h a b"]),
        ("PFADD h a", &[]),
        ("PFCOUNT h", &["PFCOUNT h"]),
        ("PFCOUNT h", &[]),
        ("PFCOUNT h h", &[]),
        ("PFMERGE m h", &["PFMERGE m h"]),
        ("PFDEBUG TODENSE m", &["PFDEBUG TODENSE m"]),
        ("PFDEBUG TODENSE m", &[]),
        ("PFDEBUG GETREG h", &["PFDEBUG GETREG h"]),
        ("GEOADD g 1 2 a", &["ZADD g 3378080408407459 a"]),
        ("GEOADD g 1 2 a", &[]),
        ("GEOADD g CH 1 2.5 a", &["ZADD g CH 3378101884046835 a"]),
        ("GEORADIUS g 1 2 1000 km STORE d", &["GEORADIUS g 1 2 1000 km STORE d"]),
        ("GEORADIUS g 1 2 1000 km", &[]),
        (
            "GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1 km",
            &["GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1 km"],
        ),
    ]);
}

#[test]
fn deadlines_of_fields_leave_as_instants() {
    check(&[
        ("HSET h a 1 b 2 c 3", &["HSET h a 1 b 2 c 3"]),
        ("HEXPIRE h 10 FIELDS 2 a x", &["HPEXPIREAT h 1010000 FIELDS 1 a"]),
        ("HPEXPIRE h 10 NX FIELDS 2 a b", &["HPEXPIREAT h 1000010 FIELDS 1 b"]),
        ("HEXPIREAT h 2000 GT FIELDS 2 a c", &["HPEXPIREAT h 2000000 FIELDS 1 a"]),
        ("HEXPIRE h 0 FIELDS 2 x c", &["HDEL h c"]),
        ("HEXPIRE h 0 FIELDS 1 c", &[]),
        ("HINCRBYFLOAT h a 0.5", &["HSETEX h PXAT 2000000 FIELDS 1 a 1.5"]),
        ("HINCRBY h d 2", &["HSET h d 2"]),
        ("HGETEX h FIELDS 1 a", &[]),
        ("HGETEX h EX 5 FIELDS 2 a x", &["HPEXPIREAT h 1005000 FIELDS 1 a"]),
        ("HGETEX h PERSIST FIELDS 2 a x", &["HPERSIST h FIELDS 1 a"]),
        ("HGETEX h PERSIST FIELDS 1 a", &[]),
        ("HPERSIST h FIELDS 2 a b", &["HPERSIST h FIELDS 2 a b"]),
        ("HGETEX h PXAT 1 FIELDS 1 b", &["HDEL h b"]),
        ("HSETEX h FNX EX 5 FIELDS 1 b 2", &["HSETEX h PXAT 1005000 FIELDS 1 b 2"]),
        ("HSETEX h FNX EX 5 FIELDS 1 b 2", &[]),
        ("HSETEX h FXX FIELDS 1 b 2", &["HSETEX h FIELDS 1 b 2"]),
        ("HSETEX h PXAT 1 FIELDS 1 gone 2", &[]),
        ("HSETEX h KEEPTTL FIELDS 1 b 3", &["HSETEX h KEEPTTL FIELDS 1 b 3"]),
        ("HSETEX h PXAT 1 FIELDS 2 a 1 b 2", &["HDEL h a b"]),
        ("HSET h a 1", &["HSET h a 1"]),
        ("HGETDEL h FIELDS 2 a x", &["HGETDEL h FIELDS 2 a x"]),
    ]);
}

/// What goes by itself leaves, too: by name while the key stays, and as the key with the last field.
#[test]
fn fields_whose_time_has_come_leave_as_removed() {
    let options = Options { streaming: true, ..Options::default() };
    let mut engine = Engine::new(NOW, options);
    let client = ClientId(1);
    engine.feed(NOW, Input::Connect { client, peer: Peer { loopback: true, ..Peer::default() } });
    for command in ["HSET h a 1 b 2 c 3", "HPEXPIRE h 5 FIELDS 2 a b", "HPEXPIRE h 20 FIELDS 1 c"] {
        let bytes = resp::encode_command(&words::split(command).unwrap());
        engine.feed(NOW, Input::Bytes { client, bytes: &bytes });
    }
    engine.run();
    left(&mut engine);
    let later = |ms: u64| Timestamp(NOW.0 + ms * 1000);
    assert_eq!(engine.run(), Some(later(5)), "the engine asks to be woken for its fields");
    engine.feed(later(5), Input::Wake);
    assert_eq!(engine.run(), Some(later(20)));
    let mut gone = left(&mut engine);
    assert!(["HDEL h a b", "HDEL h b a"].contains(&gone.remove(0).as_str()) && gone.is_empty());
    engine.feed(later(20), Input::Wake);
    assert_eq!(engine.run(), None);
    assert_eq!(left(&mut engine), ["DEL h"]);
}

#[test]
fn restored_keys_leave_with_the_instant_of_their_end() {
    // The payload of "hi".
    const PAYLOAD: &[u8] = b"\x00\x02hi\x0a\x00\xafk\x9f\xe8\x8e1\x1b\x14";
    for (ttl, options, left) in [
        ("0", "", Some(("0", ""))),
        ("5000", " REPLACE", Some(("1005000", " REPLACE ABSTTL"))),
        ("5000", " REPLACE IDLETIME 3", Some(("1005000", " REPLACE IDLETIME 3 ABSTTL"))),
        ("2000000", " ABSTTL FREQ 3", Some(("2000000", " ABSTTL FREQ 3"))),
        ("1", " ABSTTL REPLACE", None),
    ] {
        let command = format!("RESTORE k {ttl} {}{options}", words::quote(PAYLOAD));
        let shown = String::from_utf8_lossy(PAYLOAD);
        let line = left.map(|(ttl, options)| format!("RESTORE k {ttl} {shown}{options}"));
        check(&[(&command, &line.as_deref().into_iter().collect::<Vec<_>>())]);
    }
    check(&[("SET k v", &["SET k v"]), (&past(PAYLOAD), &["UNLINK k"]), (&past(PAYLOAD), &[])]);
}

/// Restores a key whose time is over.
fn past(payload: &[u8]) -> String {
    format!("RESTORE k 1 {} ABSTTL REPLACE", words::quote(payload))
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
        assert_eq!(&left(&mut engine), expected, "{command}");
    }
}

/// What left since the last time, database selections aside.
fn left(engine: &mut Engine) -> Vec<String> {
    let mut stream = Vec::new();
    while let Some(output) = engine.take_output() {
        if let Output::Stream(bytes) = output {
            stream.extend_from_slice(&bytes);
        }
    }
    resp::drain(&mut stream)
        .unwrap()
        .into_iter()
        .map(line)
        .filter(|line| !line.starts_with("SELECT"))
        .collect()
}

/// A request as a line.
fn line(request: Value) -> String {
    let Value::Array(words) = request else { panic!("not a request: {request:?}") };
    let words: Vec<String> = words
        .into_iter()
        .map(|word| match word {
            Value::Bulk(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            other => panic!("not a word: {other:?}"),
        })
        .collect();
    words.join(" ")
}
