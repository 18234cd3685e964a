//! Clients of every kind, each in a thread of its own, at work until they are told that it is over. All numbers come from a
//! counter, so that every run does the same; all names are of a fixed set.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Duration;

use anyhow::Result;

use super::super::load::Batch;
use super::talk::Talk;

/// Names that pipelines use, and that expire.
const KEYS: u64 = 1000;
/// Bytes of a big value.
const BIG: usize = 1 << 20;
/// Elements a list or set may have.
const ELEMENTS: u64 = 200;
/// How long a client that has nothing to do waits.
const PAUSE: Duration = Duration::from_millis(2);

/// What a client does in a round: `count` is the round's number. Answers how many commands were answered.
type Round = fn(talk: &mut Talk, count: u64) -> Result<u64>;

/// The kinds, and how many of each there are.
const KINDS: &[(&str, usize, Round)] = &[
    ("pipelines", 3, pipeline),
    ("transactions", 1, transaction),
    ("collections", 1, collections),
    ("expiries", 1, expiries),
    ("big values", 1, big_values),
    ("listening", 2, listen),
    ("telling", 1, tell),
    ("waiting", 2, wait),
    ("pushing", 1, push),
];

/// A client's thread: how many of its commands were answered, or what failed.
type Client<'scope> = (&'static str, ScopedJoinHandle<'scope, Result<u64>>);

/// Starts all of them.
pub(super) fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    port: u16,
    over: &'scope AtomicBool,
) -> Vec<Client<'scope>> {
    let mut clients: Vec<Client<'scope>> = Vec::new();
    for (what, number, round) in KINDS {
        for nth in 0..*number {
            let stays = move || {
                let mut talk = Talk::connect(port)?;
                let mut answered = 0;
                let mut count = nth as u64 * 77;
                while !over.load(Ordering::Relaxed) {
                    answered += round(&mut talk, count)?;
                    count += 1;
                }
                Ok(answered)
            };
            clients.push((what, scope.spawn(stays)));
        }
    }
    clients.push(("coming and going", scope.spawn(move || come_and_go(port, over))));
    clients
}

fn pipeline(talk: &mut Talk, count: u64) -> Result<u64> {
    let mut batch = Batch::default();
    for nth in 0..1 + count % 100 {
        let number = (count * 31 + nth * 7) % KEYS;
        let key = format!("key:{number}");
        match nth % 5 {
            0 => batch.push(&[b"SET", key.as_bytes(), &vec![b'v'; 8 + (count % 500) as usize]]),
            1 | 2 => batch.push(&[b"GET", key.as_bytes()]),
            3 => batch.push(&[b"INCR", format!("counter:{number}").as_bytes()]),
            _ => batch.push(&[b"DEL", key.as_bytes()]),
        }
    }
    talk.ask(&batch)
}

fn transaction(talk: &mut Talk, count: u64) -> Result<u64> {
    let key = format!("account:{}", count % 10);
    let mut batch = Batch::default();
    batch.push(&[b"WATCH", key.as_bytes()]);
    batch.push(&[b"MULTI"]);
    batch.push(&[b"INCR", key.as_bytes()]);
    batch.push(&[b"GET", key.as_bytes()]);
    batch.push(&[if count.is_multiple_of(4) { b"DISCARD" } else { b"EXEC" }]);
    talk.ask(&batch)
}

/// Lists, hashes, sets and sorted sets that grow out of their packed forms and are thrown away.
fn collections(talk: &mut Talk, count: u64) -> Result<u64> {
    let mut batch = Batch::default();
    let name = |kind: &str| format!("{kind}:{}", count % 7).into_bytes();
    for nth in 0..20 {
        let element = format!("element:{}", (count * 20 + nth) % ELEMENTS);
        batch.push(&[b"RPUSH", &name("list"), element.as_bytes()]);
        batch.push(&[b"HSET", &name("hash"), element.as_bytes(), b"value"]);
        batch.push(&[b"SADD", &name("set"), element.as_bytes()]);
        batch.push(&[b"ZADD", &name("sorted"), nth.to_string().as_bytes(), element.as_bytes()]);
    }
    batch.push(&[b"LTRIM", &name("list"), b"0", (ELEMENTS - 1).to_string().as_bytes()]);
    batch.push(&[b"LRANGE", &name("list"), b"0", b"-1"]);
    batch.push(&[b"SUNION", &name("set"), b"set:0", b"set:1"]);
    if count % 50 < 7 {
        let all = ["list", "hash", "set", "sorted"].map(name);
        batch.push(&[b"UNLINK", &all[0], &all[1], &all[2], &all[3]]);
    }
    talk.ask(&batch)
}

fn expiries(talk: &mut Talk, count: u64) -> Result<u64> {
    let mut batch = Batch::default();
    for nth in 0..50 {
        let key = format!("soon:{}", (count * 50 + nth) % KEYS);
        batch.push(&[b"SET", key.as_bytes(), b"gone soon", b"PX", b"100"]);
    }
    thread::sleep(PAUSE);
    talk.ask(&batch)
}

fn big_values(talk: &mut Talk, count: u64) -> Result<u64> {
    let key = format!("big:{}", count % 4);
    let value = vec![b'b'; BIG / (1 + (count % 3) as usize)];
    let mut batch = Batch::default();
    batch.push(&[b"SET", key.as_bytes(), &value]);
    batch.push(&[b"GET", key.as_bytes()]);
    batch.push(&[b"APPEND", key.as_bytes(), &value[..1000]]);
    if count.is_multiple_of(5) {
        batch.push(&[b"DEL", key.as_bytes()]);
    }
    thread::sleep(PAUSE * 5);
    talk.ask(&batch)
}

fn listen(talk: &mut Talk, count: u64) -> Result<u64> {
    let change = match count % 100 {
        0 => Some(["SUBSCRIBE", "news"]),
        1 => Some(["PSUBSCRIBE", "n*"]),
        98 => Some(["PUNSUBSCRIBE", "n*"]),
        99 => Some(["UNSUBSCRIBE", "news"]),
        _ => None,
    };
    if let Some(words) = change {
        let mut batch = Batch::default();
        batch.push(&words.map(str::as_bytes));
        talk.write(batch.bytes())?;
    }
    talk.hear(PAUSE)
}

fn tell(talk: &mut Talk, count: u64) -> Result<u64> {
    let mut batch = Batch::default();
    for nth in 0..10 {
        batch.push(&[b"PUBLISH", b"news", &vec![b'n'; (count * 10 + nth) as usize % 2000]]);
    }
    thread::sleep(PAUSE);
    talk.ask(&batch)
}

fn wait(talk: &mut Talk, _: u64) -> Result<u64> {
    let mut batch = Batch::default();
    batch.push(&[b"BLPOP", b"jobs", b"jobs:none", b"0.05"]);
    talk.ask(&batch)
}

/// Fewer than are taken, so that the list stays short.
fn push(talk: &mut Talk, count: u64) -> Result<u64> {
    let mut batch = Batch::default();
    batch.push(&[b"RPUSH", b"jobs", &vec![b'j'; (count % 300) as usize]]);
    batch.push(&[b"LTRIM", b"jobs", b"0", b"99"]);
    thread::sleep(PAUSE);
    talk.ask(&batch)
}

/// A crowd that connects, asks for something, and goes: politely, in the middle of a request, while it waits, with replies
/// under way.
fn come_and_go(port: u16, over: &AtomicBool) -> Result<u64> {
    let mut answered = 0;
    let mut ping = Batch::default();
    ping.push(&[b"PING"]);
    let mut count: u64 = 0;
    while !over.load(Ordering::Relaxed) {
        let mut crowd = (0..10).map(|_| Talk::connect(port)).collect::<Result<Vec<_>>>()?;
        for talk in &mut crowd {
            answered += talk.ask(&ping)?;
            match count % 5 {
                0 => talk.write(b"*2\r\n$3\r\nGET\r\n$100000\r\nhalf of it")?,
                1 => talk.write(b"*3\r\n$5\r\nBLPOP\r\n$9\r\njobs:none\r\n$1\r\n0\r\n")?,
                2 => talk.write(b"*2\r\n$3\r\nGET\r\n$5\r\nbig:1\r\n")?,
                3 => talk.write(b"*2\r\n$9\r\nSUBSCRIBE\r\n$4\r\nnews\r\n")?,
                _ => {}
            }
            count += 1;
        }
        thread::sleep(PAUSE * 5);
    }
    Ok(answered)
}
