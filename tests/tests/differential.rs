//! Random command streams on the engine and on Valkey: the replies must be the same.
//!
//! Streams are short and many, each on empty data, so that a difference can be shrunk by leaving commands out. What is
//! left is printed as a transcript with Valkey's replies, ready to be put into `tests/transcripts`.
//! `REDLOOP_SEED=n` runs one stream, `REDLOOP_STREAMS=n` more of them, `REDLOOP_ONLY=GET,SET` only these commands,
//! `REDLOOP_FAMILY=list` only this family.

use redloop_core::{Options, Timestamp};
use redloop_tests::{
    driver::{Driver, EngineDriver, Flavour, Server},
    render::{Order, render, sort},
    resp::{self, Value},
    words,
    workload::{Command, FAMILIES, Mix, Rng},
};
use std::{
    fmt::Write as _,
    io::{Read, Write as _},
    net::TcpStream,
    time::{SystemTime, UNIX_EPOCH},
};

/// 60 000 commands of all families together.
const STREAMS: u64 = 150;
/// 18 000 commands of each family.
const STREAMS_OF_A_FAMILY: u64 = 45;
const STREAM_LENGTH: usize = 400;
/// Two clients, so that WATCH and MULTI mean something.
const CLIENTS: [&str; 2] = ["a", "b"];
/// Differences shown before giving up.
const SHOWN_MAX: usize = 5;

#[derive(Clone)]
struct Step {
    client: usize,
    command: Command,
}

#[test]
fn random_streams_get_the_same_replies() {
    let mix = std::env::var("REDLOOP_ONLY").map_or_else(|_| Mix::all(), |names| Mix::of(&names));
    compare(&mix, &seeds(STREAMS), "all");
}

#[test]
fn random_streams_of_each_family_get_the_same_replies() {
    let chosen = std::env::var("REDLOOP_FAMILY");
    for family in FAMILIES {
        if chosen.as_ref().is_ok_and(|chosen| chosen != family.name) {
            continue;
        }
        compare(&Mix::of_family(family), &seeds(STREAMS_OF_A_FAMILY), family.name);
    }
}

/// The streams to try, by their seeds.
fn seeds(streams: u64) -> Vec<u64> {
    let number = |name| {
        let text = std::env::var(name).ok()?;
        Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
    };
    match number("REDLOOP_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("REDLOOP_STREAMS").unwrap_or(streams)).collect(),
    }
}

/// Tries streams of these commands, and panics with what is left of those that are answered differently.
fn compare(mix: &Mix, seeds: &[u64], name: &str) {
    let mut oracle = Oracle::start();
    let mut found: Vec<String> = Vec::new();
    for seed in seeds {
        let steps = stream(mix, *seed);
        if let Some(end) = first_difference(&steps, &mut oracle) {
            let shrunk = shrink(steps[..=end].to_vec(), &mut oracle);
            found.push(format!("# seed {seed}\n{}", story(&shrunk, &mut oracle)));
            if found.len() >= SHOWN_MAX {
                break;
            }
        }
    }
    assert!(
        found.is_empty(),
        "family {name}, of {} streams, different from Valkey:\n\n{}",
        seeds.len(),
        found.join("\n")
    );
}

fn stream(mix: &Mix, seed: u64) -> Vec<Step> {
    let mut rng = Rng::new(seed);
    (0..STREAM_LENGTH)
        .map(|_| Step { client: usize::from(rng.percent(25)), command: mix.command(&mut rng) })
        .collect()
}

fn first_difference(steps: &[Step], oracle: &mut Oracle) -> Option<usize> {
    let mut engine = Subject::start();
    oracle.reset();
    steps.iter().position(|step| {
        let (ours, theirs) = (engine.ask(step), oracle.ask(step));
        !alike(&step.command, &ours, &theirs)
    })
}

/// Leaves out commands, halves first, as long as the last one still differs.
fn shrink(mut steps: Vec<Step>, oracle: &mut Oracle) -> Vec<Step> {
    let mut chunk = steps.len() / 2;
    while chunk > 0 {
        let mut from = 0;
        while from < steps.len() {
            let to = (from + chunk).min(steps.len());
            let mut fewer = steps.clone();
            fewer.drain(from..to);
            match first_difference(&fewer, oracle) {
                Some(end) => {
                    fewer.truncate(end + 1);
                    steps = fewer;
                }
                None => from = to,
            }
        }
        chunk /= 2;
    }
    steps
}

fn story(steps: &[Step], oracle: &mut Oracle) -> String {
    let mut engine = Subject::start();
    oracle.reset();
    let mut out = String::new();
    for step in steps {
        let (ours, theirs) = (engine.ask(step), oracle.ask(step));
        match step.command.order {
            Order::AsSent => {}
            Order::Sorted => out.push_str("% sorted\n"),
            Order::SortedPairs => out.push_str("% sorted pairs\n"),
        }
        let line: Vec<String> = step.command.words.iter().map(|word| words::quote(word)).collect();
        let _ = writeln!(out, "@{} > {}", CLIENTS[step.client], line.join(" "));
        out.push_str(&(render(&theirs, step.command.order).join("\n") + "\n"));
        if !alike(&step.command, &ours, &theirs) {
            let ours = render(&ours, step.command.order);
            let _ = writeln!(out, "#  redloop: {}", ours.join("\n#           "));
        }
    }
    out
}

fn alike(command: &Command, ours: &Value, theirs: &Value) -> bool {
    if command.tolerance > 0 && close(ours, theirs, command.tolerance) {
        return true;
    }
    if command.timed && same_but_for_times(ours, theirs) {
        return true;
    }
    if same_but_for_form(ours, theirs) || are_dumps(ours, theirs) {
        return true;
    }
    if command.words.iter().any(|word| word.len() == 2 && word[0] == b'g')
        && same_but_for_last_places(ours, theirs)
    {
        return true;
    }
    // What EXEC ran may be unordered, or a time to live.
    let executed = command.words.len() == 1 && command.words[0].eq_ignore_ascii_case(b"exec");
    if executed {
        return executed_alike(ours, theirs);
    }
    let (ours, theirs) = (sort(ours.clone(), command.order), sort(theirs.clone(), command.order));
    ours == theirs || about_itself(command)
}

fn executed_alike(ours: &Value, theirs: &Value) -> bool {
    let sorted = |value: &Value| sort(value.clone(), Order::Sorted);
    let alike = |ours: &Value, theirs: &Value| {
        same_but_for_times(ours, theirs) || close(&sorted(ours), &sorted(theirs), 5000)
    };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(our, their)| alike(our, their))
        }
        _ => alike(ours, theirs),
    }
}

/// Stored distances, with all their digits. Ours are rounded correctly on every host; of the sines of the C library that
/// Valkey runs with (glibc 2.36), one in a thousand is not.
fn same_but_for_last_places(ours: &Value, theirs: &Value) -> bool {
    let distance = |value: &Value| match value {
        Value::Bulk(text) | Value::Double(text) if text.contains(&b'.') => {
            std::str::from_utf8(text).ok()?.parse::<f64>().ok()
        }
        _ => None,
    };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(our, their)| same_but_for_last_places(our, their))
        }
        _ if ours == theirs => true,
        _ => match (distance(ours), distance(theirs)) {
            (Some(our), Some(their)) => (our - their).abs() <= 4.0 * f64::EPSILON * our.abs(),
            _ => false,
        },
    }
}

/// How long a string may be to be kept inline is each server's own affair, and Valkey's lists already change their form
/// when a command that changes nothing might have made them longer. SORT unpacks a sorted set there, and nothing here.
fn same_but_for_form(ours: &Value, theirs: &Value) -> bool {
    let among = |value: &Value, forms: &[&[u8]]| matches!(value, Value::Bulk(name) if forms.contains(&&name[..]));
    [[&b"embstr"[..], b"raw"], [b"listpack", b"quicklist"]]
        .iter()
        .any(|forms| among(ours, forms) && among(theirs, forms))
        || (among(ours, &[b"listpack"]) && among(theirs, &[b"skiplist"]))
}

/// Each server dumps in its own version. What dumps hold is compared where they are restored (`rdb.rs`).
fn are_dumps(ours: &Value, theirs: &Value) -> bool {
    let ends = |value: &Value, versions: &[u8]| match value {
        Value::Bulk(bytes) => bytes
            .last_chunk::<10>()
            .is_some_and(|[version, high, ..]| *high == 0 && versions.contains(version)),
        _ => false,
    };
    ends(ours, &[10, 11, 80]) && ends(theirs, &[80])
}

/// Equal but for when deliveries and consumers' visits were, and for how many nodes an index has.
fn same_but_for_times(ours: &Value, theirs: &Value) -> bool {
    const TIMES: [&[u8]; 4] = [b"idle", b"inactive", b"seen-time", b"active-time"];
    let flat = |value: &Value| match value {
        Value::Array(items) => Some(items.clone()),
        Value::Map(pairs) => {
            Some(pairs.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect())
        }
        _ => None,
    };
    let (Some(our_items), Some(their_items)) = (flat(ours), flat(theirs)) else {
        return ours == theirs;
    };
    our_items.len() == their_items.len()
        && our_items.iter().zip(&their_items).enumerate().all(|(at, (our, their))| {
            let name = match at.checked_sub(1).map(|before| &our_items[before]) {
                Some(Value::Bulk(name)) => &name[..],
                _ => b"",
            };
            // A delivery: ID, perhaps an owner, time, count.
            let delivery = match our_items.as_slice() {
                [Value::Bulk(_), Value::Integer(_), Value::Integer(_)] => at == 1,
                [Value::Bulk(_), Value::Bulk(_), Value::Integer(_), Value::Integer(_)] => at == 2,
                _ => false,
            };
            match (our, their) {
                _ if name == b"radix-tree-nodes" => true,
                // Valkey keeps a node that an exact trim by ID leaves without entries.
                (Value::Integer(our), Value::Integer(their)) if name == b"radix-tree-keys" => {
                    our == their || our + 1 == *their
                }
                (Value::Integer(-1), _) | (_, Value::Integer(-1)) => our == their,
                (Value::Integer(our), Value::Integer(their))
                    if delivery || TIMES.contains(&name) =>
                {
                    our.abs_diff(*their) <= 5000
                }
                _ => same_but_for_times(our, their),
            }
        })
}

fn close(ours: &Value, theirs: &Value, tolerance: u64) -> bool {
    match (ours, theirs) {
        _ if are_dumps(ours, theirs) => true,
        _ if introduces_itself(ours) && introduces_itself(theirs) => true,
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(ours, theirs)| close(ours, theirs, tolerance))
        }
        (Value::Integer(ours), Value::Integer(theirs)) => {
            ours.abs_diff(*theirs) <= tolerance || ours == theirs
        }
        _ => ours == theirs || same_but_for_form(ours, theirs),
    }
}

/// HELLO tells each server's own name.
fn about_itself(command: &Command) -> bool {
    command.words[0].eq_ignore_ascii_case(b"hello")
}

/// The reply of HELLO, sorted, within that of EXEC.
fn introduces_itself(reply: &Value) -> bool {
    let name = Value::Bulk(b"server".to_vec());
    match reply {
        Value::Array(items) => items.contains(&name),
        Value::Map(pairs) => pairs.iter().any(|(field, _)| *field == name),
        _ => false,
    }
}

/// The engine, and its clients.
struct Subject(EngineDriver);

impl Subject {
    fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp(u64::try_from(since_epoch.as_micros()).unwrap());
        let mut driver = EngineDriver::starting_at(now, Options { seed: 1, ..Options::default() });
        for client in CLIENTS {
            driver.connect(client).unwrap();
        }
        Self(driver)
    }

    fn ask(&mut self, step: &Step) -> Value {
        let client = CLIENTS[step.client];
        self.0.send(client, &resp::encode_command(&step.command.words)).unwrap();
        self.0.settle().unwrap();
        let mut bytes = Vec::new();
        self.0.receive(client, &mut bytes).unwrap();
        match resp::drain(&mut bytes) {
            Ok(mut values) if values.len() == 1 && bytes.is_empty() => values.remove(0),
            other => Value::Error(format!("not one reply: {other:?}").into_bytes()),
        }
    }
}

/// A Valkey that is emptied between streams.
struct Oracle {
    server: Server,
    sockets: Vec<TcpStream>,
}

impl Oracle {
    fn start() -> Self {
        let server = Server::start(Flavour::Valkey9, &[]).unwrap();
        Self { server, sockets: Vec::new() }
    }

    fn reset(&mut self) {
        self.sockets =
            CLIENTS.iter().map(|_| TcpStream::connect(self.server.address()).unwrap()).collect();
        for line in [
            "FLUSHALL",
            "CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64 zset-max-listpack-entries 128 \
             zset-max-listpack-value 64 set-max-intset-entries 512 set-max-listpack-entries 128 \
             set-max-listpack-value 64 list-max-listpack-size -2 hll-sparse-max-bytes 3000 \
             stream-node-max-entries 100",
        ] {
            let words = words::split(line).unwrap();
            let step = Step {
                client: 0,
                command: Command { words, order: Order::AsSent, tolerance: 0, timed: false },
            };
            assert_eq!(self.ask(&step), Value::Simple(b"OK".to_vec()), "{line}");
        }
    }

    fn ask(&mut self, step: &Step) -> Value {
        let socket = &mut self.sockets[step.client];
        socket.set_nodelay(true).unwrap();
        socket.write_all(&resp::encode_command(&step.command.words)).unwrap();
        let mut bytes = Vec::new();
        let mut buffer = [0; 16 << 10];
        loop {
            if let Some((value, used)) = resp::decode(&bytes).unwrap() {
                assert_eq!(used, bytes.len(), "more than one reply");
                return value;
            }
            let length = socket.read(&mut buffer).unwrap();
            assert!(length > 0, "Valkey hung up");
            bytes.extend_from_slice(&buffer[..length]);
        }
    }
}
