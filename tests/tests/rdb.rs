//! Values and whole data sets travel between Redloop and real servers, both ways: DUMP and RESTORE, and snapshot files.
//!
//! Contents are random, thresholds change, so that every form is written and read by everybody. `REDLOOP_SEED=n` runs one
//! round, `REDLOOP_ROUNDS=n` more of them.

use redloop_core::{
    Options, Timestamp,
    rdb::loader::{Loader, Record},
    snapshot::{self, Memory, Snapshot},
};
use redloop_tests::{
    driver::{Driver, EngineDriver, Flavour, TcpDriver, ask},
    fuzzing,
    render::{Order, sort},
    resp::Value,
    words,
    workload::Rng,
};
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

const ROUNDS: u64 = 6;
/// Values that travel in a round.
const VALUES: u64 = 40;
const CLIENT: &str = "a";
const REAL: [Flavour; 2] = [Flavour::Redis7, Flavour::Valkey9];

/// Thresholds that make collections small, middling or large at once.
const SIZES: [&str; 3] = [
    "CONFIG SET hash-max-listpack-entries 512 zset-max-listpack-entries 128 set-max-intset-entries 512 \
     list-max-listpack-size -2",
    "CONFIG SET hash-max-listpack-entries 5 zset-max-listpack-entries 5 set-max-intset-entries 5 list-max-listpack-size 5",
    "CONFIG SET hash-max-listpack-entries 0 zset-max-listpack-entries 0 set-max-intset-entries 0 list-max-listpack-size 1",
];

#[test]
fn values_travel_both_ways() {
    for flavour in REAL {
        let mut real = start(flavour);
        let mut ours = engine();
        for seed in seeds() {
            let mut rng = Rng::new(seed);
            for index in 0..VALUES {
                let told = format!("{flavour:?}, REDLOOP_SEED={seed}, value {index}");
                travel(&mut ours, &mut real, &mut rng, &told);
                travel(&mut real, &mut ours, &mut rng, &told);
            }
        }
    }
}

#[test]
fn data_sets_travel_to_real_servers() {
    for flavour in REAL {
        for seed in seeds() {
            let mut rng = Rng::new(seed);
            let mut ours = engine();
            fill(&mut ours, &mut rng);
            let folder = tempfile::tempdir().unwrap();
            write(&ours, &folder.path().join("dump.rdb"), seed % 2 == 0);
            let mut real = start_in(flavour, folder.path());
            assert_same(&mut ours, &mut real, &format!("{flavour:?}, REDLOOP_SEED={seed}"));
        }
    }
}

#[test]
fn data_sets_travel_from_real_servers() {
    for flavour in REAL {
        for seed in seeds() {
            let mut rng = Rng::new(seed);
            let folder = tempfile::tempdir().unwrap();
            let mut real = start_in(flavour, folder.path());
            fill(&mut real, &mut rng);
            say(
                &mut real,
                "FUNCTION LOAD \"#!lua name=lib\\nredis.register_function('f', function() return 1 end)\"",
            );
            say(&mut real, "SAVE");
            let mut ours = engine();
            let piece = *rng.pick(&[100, 5000, 1 << 20]);
            assert_eq!(read(&mut ours, &folder.path().join("dump.rdb"), piece), 1);
            assert_same(&mut real, &mut ours, &format!("{flavour:?}, REDLOOP_SEED={seed}"));
        }
    }
}

/// Of these servers only Valkey has deadlines of fields.
#[test]
fn deadlines_of_fields_travel() {
    for seed in seeds() {
        let mut rng = Rng::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let mut real = start_in(Flavour::Valkey9, folder.path());
        let mut ours = engine();
        with_deadlines(&mut ours, &mut rng);
        send(&mut ours, &mut real);
        with_deadlines(&mut real, &mut rng);
        send(&mut real, &mut ours);
        say(&mut real, "SAVE");
        let file = folder.path().join("dump.rdb");
        let mut read_back = engine();
        read(&mut read_back, &file, 700);
        assert_eq!(look_at_fields(&mut real), look_at_fields(&mut read_back));
        write(&ours, &file, true);
        let mut real = start_in(Flavour::Valkey9, folder.path());
        assert_eq!(look_at_fields(&mut ours), look_at_fields(&mut real));
    }
}

fn send(from: &mut dyn Driver, to: &mut dyn Driver) {
    let Value::Bulk(payload) = tell(from, &[b"DUMP", b"k"]) else { panic!("no payload") };
    let restored = tell(to, &[b"RESTORE", b"k", b"0", &payload, b"REPLACE"]);
    assert_eq!(restored, Value::Simple(b"OK".to_vec()), "{payload:02x?}");
    assert_eq!(look_at_fields(from), look_at_fields(to));
}

fn with_deadlines(server: &mut dyn Driver, rng: &mut Rng) {
    say(server, "DEL k");
    for field in 0..40 {
        let field = field.to_string();
        let value = text(rng);
        tell(server, &[b"HSET", b"k", field.as_bytes(), &value]);
        if field == "0" || rng.percent(50) {
            let at = (33_177_117_420_000 + rng.below(1000)).to_string();
            let request: [&[u8]; 6] =
                [b"HPEXPIREAT", b"k", at.as_bytes(), b"FIELDS", b"1", field.as_bytes()];
            assert!(matches!(tell(server, &request), Value::Array(_)));
        }
    }
}

fn look_at_fields(server: &mut dyn Driver) -> (Value, Value) {
    let names: Vec<String> = (0..40).map(|field| field.to_string()).collect();
    let mut request: Vec<&[u8]> = vec![b"HPEXPIRETIME", b"k", b"FIELDS", b"40"];
    request.extend(names.iter().map(|name| name.as_bytes()));
    let deadlines = tell(server, &request);
    (look(server, b"k").1, deadlines)
}

/// Thousands of damaged values with the right sum, and of damaged snapshots: refused, or as sound as any other.
#[test]
fn what_is_damaged_harms_nobody() {
    const TRIES: u64 = 150;
    for seed in seeds() {
        let mut rng = Rng::new(seed);
        let mut ours = engine();
        fill(&mut ours, &mut rng);
        let mut file = Vec::new();
        let mut writing = Snapshot::new(ours.engine().keys(), now(), rng.percent(50), Memory::Idle);
        while writing.step(ours.engine().keys(), &mut |chunk| file.extend_from_slice(chunk)) {}
        assert!(fuzzing::load(&file, file.len()).1);
        for _ in 0..TRIES {
            let mut damaged = file.clone();
            damage(&mut damaged, &mut rng);
            fuzzing::load(&damaged, 1 + damaged.len() / 3);
        }
        for _ in 0..TRIES / 5 {
            say(&mut ours, "DEL k");
            say(&mut ours, sizes(&mut rng));
            make(&mut ours, b"k", &mut rng);
            let Value::Bulk(payload) = tell(&mut ours, &[b"DUMP", b"k"]) else { panic!() };
            for _ in 0..10 {
                let mut body = payload[..payload.len() - 10].to_vec();
                damage(&mut body, &mut rng);
                fuzzing::restore(&body);
            }
        }
    }
}

fn damage(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let place = |rng: &mut Rng, bytes: &[u8]| {
        // Most of what can go wrong stands at the beginning.
        let end = if rng.percent(50) { bytes.len().min(16) } else { bytes.len() };
        usize::try_from(rng.below(end as u64)).unwrap()
    };
    for _ in 0..=rng.below(3) {
        let at = place(rng, bytes);
        bytes[at] = match rng.below(3) {
            0 => bytes[at] ^ (1 << rng.below(8)),
            1 => *rng.pick(&[0, 1, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xfe, 0xff]),
            _ => rng.next_u64().to_le_bytes()[0],
        };
    }
    if rng.percent(15) {
        let at = place(rng, bytes).max(1);
        bytes.truncate(at);
    }
}

fn seeds() -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("REDLOOP_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("REDLOOP_ROUNDS").unwrap_or(ROUNDS)).collect(),
    }
}

/// Makes a value here, sends it there, and looks at both.
fn travel<'a>(from: &'a mut dyn Driver, to: &'a mut dyn Driver, rng: &mut Rng, told: &str) {
    for server in [&mut *from, &mut *to] {
        say(server, sizes(rng));
        let compression = if rng.percent(50) { "yes" } else { "no" };
        say(server, &format!("CONFIG SET rdbcompression {compression}"));
        say(server, "DEL k");
    }
    make(from, b"k", rng);
    let Value::Bulk(payload) = tell(from, &[b"DUMP", b"k"]) else { panic!("{told}: no payload") };
    let restored = tell(to, &[b"RESTORE", b"k", b"0", &payload]);
    assert_eq!(restored, Value::Simple(b"OK".to_vec()), "{told}: {payload:02x?}");
    assert_eq!(look(from, b"k"), look(to, b"k"), "{told}");
}

/// A few keys in two databases, some with a deadline.
fn fill(server: &mut dyn Driver, rng: &mut Rng) {
    for db in [0, 3] {
        say(server, &format!("SELECT {db}"));
        for key in 0..VALUES / 2 {
            say(server, sizes(rng));
            let key = format!("key {key}");
            make(server, key.as_bytes(), rng);
            if rng.percent(30) {
                let at = 33_177_117_420_000 + rng.below(1000);
                tell(server, &[b"PEXPIREAT", key.as_bytes(), at.to_string().as_bytes()]);
            }
        }
    }
    say(server, SIZES[0]);
}

fn assert_same<'a>(from: &'a mut dyn Driver, to: &'a mut dyn Driver, told: &str) {
    for db in [0, 3] {
        for server in [&mut *from, &mut *to] {
            say(server, &format!("SELECT {db}"));
        }
        let keys = |server: &mut dyn Driver| sort(say(server, "KEYS *"), Order::Sorted);
        let names = keys(from);
        assert_eq!(names, keys(to), "{told}");
        let Value::Array(names) = names else { panic!("{names:?}") };
        assert!(!names.is_empty());
        for name in names {
            let Value::Bulk(name) = name else { panic!("{name:?}") };
            let told = format!("{told}, {}", String::from_utf8_lossy(&name));
            assert_eq!(look(from, &name), look(to, &name), "{told}");
            let deadline = [b"PEXPIRETIME".as_slice(), &name];
            assert_eq!(tell(from, &deadline), tell(to, &deadline), "{told}");
        }
    }
}

/// Everything that is at a key.
fn look(server: &mut dyn Driver, key: &[u8]) -> (Value, Value) {
    let kind = tell(server, &[b"TYPE", key]);
    let Value::Simple(name) = &kind else { panic!("{kind:?}") };
    let (question, order): (&[&[u8]], Order) = match &name[..] {
        b"string" => (&[b"GET", key], Order::AsSent),
        b"list" => (&[b"LRANGE", key, b"0", b"-1"], Order::AsSent),
        b"set" => (&[b"SMEMBERS", key], Order::Sorted),
        b"hash" => (&[b"HGETALL", key], Order::SortedPairs),
        b"zset" => (&[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"], Order::AsSent),
        b"stream" => return (look_at_stream(server, key), kind),
        other => panic!("{}", String::from_utf8_lossy(other)),
    };
    let mut value = sort(tell(server, question), order);
    if let (b"zset", Value::Array(items)) = (&name[..], &mut value) {
        // Each server has its own way to write a number.
        items.iter_mut().skip(1).step_by(2).for_each(|score| {
            let Value::Bulk(text) = &*score else { panic!("{score:?}") };
            let number: f64 = String::from_utf8_lossy(text).parse().unwrap();
            *score = Value::Double(format!("{number:?}").into_bytes());
        });
    }
    (kind, value)
}

/// Entries, counters, groups, and who waits for what.
fn look_at_stream(server: &mut dyn Driver, key: &[u8]) -> Value {
    let about = tell(server, &[b"XINFO", b"STREAM", key]);
    let Value::Array(about) = about else { panic!("{about:?}") };
    let mut seen = vec![tell(server, &[b"XRANGE", key, b"-", b"+"])];
    for wanted in ["length", "last-generated-id", "max-deleted-entry-id", "entries-added"] {
        let wanted = Value::Bulk(wanted.into());
        let at = about.iter().position(|name| *name == wanted).unwrap();
        seen.push(about[at + 1].clone());
    }
    seen.push(tell(server, &[b"XINFO", b"GROUPS", key]));
    for group in [&b"one"[..], b"two"] {
        seen.push(tell(server, &[b"XPENDING", key, group]));
    }
    Value::Array(seen)
}

/// A random stream at a key that is free.
fn make_stream(server: &mut dyn Driver, key: &[u8], rng: &mut Rng) {
    // So many that everybody gets something: Redis 7.0 does not know of consumers that got nothing.
    let entries = 12 + rng.below(250);
    tell(server, &[b"XGROUP", b"CREATE", key, b"one", b"0", b"MKSTREAM"]);
    tell(server, &[b"XGROUP", b"CREATE", key, b"two", b"$"]);
    for entry in 1..=entries {
        let id = format!("{}-{}", entry / 3, entry + rng.below(2));
        let mut request: Vec<Vec<u8>> = vec![b"XADD".to_vec(), key.to_vec(), id.into()];
        for field in 0..=rng.below(3) {
            request.extend([format!("field{field}").into(), text(rng)]);
        }
        tell(server, &request.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }
    for (consumer, count) in [(&b"alice"[..], b"10"), (b"bob", b"90")] {
        tell(
            server,
            &[b"XREADGROUP", b"GROUP", b"one", consumer, b"COUNT", count, b"STREAMS", key, b">"],
        );
    }
    let Value::Array(all) = tell(server, &[b"XRANGE", key, b"-", b"+"]) else { panic!() };
    for entry in all {
        let Value::Array(parts) = entry else { panic!() };
        let Value::Bulk(id) = &parts[0] else { panic!() };
        if rng.percent(10) {
            tell(server, &[b"XDEL", key, id]);
        }
        if rng.percent(10) {
            tell(server, &[b"XACK", key, b"one", id]);
        }
    }
}

/// A random value at a key that is free.
fn make(server: &mut dyn Driver, key: &[u8], rng: &mut Rng) {
    let kind = rng.below(7);
    if kind == 6 {
        return make_stream(server, key, rng);
    }
    let most = *rng.pick(&[3, 20, 700]);
    let elements = if kind == 0 { 1 } else { 1 + rng.below(most) };
    let only_numbers = kind == 5;
    let mut request: Vec<Vec<u8>> = vec![
        [&b"SET"[..], b"RPUSH", b"SADD", b"HSET", b"ZADD", b"SADD"][usize::try_from(kind).unwrap()]
            .to_vec(),
        key.to_vec(),
    ];
    for index in 0..elements {
        let element = if only_numbers { number(rng) } else { text(rng) };
        match kind {
            3 => request.extend([[&element[..], index.to_string().as_bytes()].concat(), text(rng)]),
            4 => {
                let whole = number(rng);
                let score = match rng.below(4) {
                    0 => rng
                        .pick(&["inf", "-inf", "0.1", "1e300", "-2.5e-7", "3"])
                        .as_bytes()
                        .to_vec(),
                    1 => [&whole[..], b".25"].concat(),
                    _ => whole,
                };
                request.extend([score, element]);
            }
            _ => request.push(element),
        }
    }
    let reply = tell(server, &request.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert!(!matches!(reply, Value::Error(_)), "{reply:?}");
}

fn sizes(rng: &mut Rng) -> &'static str {
    rng.pick::<&str>(&SIZES)
}

fn number(rng: &mut Rng) -> Vec<u8> {
    // Any number of bits: every width there is.
    let number = rng.next_u64().cast_signed() >> rng.below(64);
    number.to_string().into_bytes()
}

fn text(rng: &mut Rng) -> Vec<u8> {
    let most = *rng.pick(&[2, 10, 70, 300]);
    let length = usize::try_from(rng.below(most)).unwrap();
    match rng.below(12) {
        0..4 => number(rng),
        4..8 => (0..length).map(|_| *rng.pick(b"abcdefghij \n")).collect(),
        8 => (0..length).map(|_| rng.next_u64().to_le_bytes()[0]).collect(),
        9 => rng.pick(&["ab", "xyz", "a"]).repeat(length).into_bytes(),
        10 if rng.percent(5) => b"quite long ".repeat(2000),
        _ => Vec::new(),
    }
}

/// The engine's data set as a file.
fn write(driver: &EngineDriver, path: &Path, compress: bool) {
    let mut bytes = Vec::new();
    let mut writing = Snapshot::new(driver.engine().keys(), now(), compress, Memory::None);
    while writing.step(driver.engine().keys(), &mut |chunk| bytes.extend_from_slice(chunk)) {}
    std::fs::write(path, bytes).unwrap();
}

/// The file's data set in the engine.
fn read(driver: &mut EngineDriver, path: &Path, piece: usize) -> usize {
    let bytes = std::fs::read(path).unwrap();
    let engine = driver.engine_mut();
    let thresholds = engine.server().config.thresholds.clone();
    let mut loader = Loader::new();
    let mut pieces = bytes.chunks(piece);
    let mut functions = 0;
    loop {
        match loader.next(&thresholds).unwrap() {
            Some(Record::Entry(entry)) => assert!(snapshot::install(engine.keys_mut(), *entry)),
            Some(Record::Function(code)) => {
                functions += 1;
                assert!(code.starts_with(b"#!lua name=lib"));
            }
            Some(Record::End) => break,
            Some(_) => {}
            None => match pieces.next() {
                Some(piece) => loader.feed(piece),
                None => loader.finish(),
            },
        }
    }
    assert_eq!(pieces.next(), None);
    functions
}

fn engine() -> EngineDriver {
    let mut driver = EngineDriver::starting_at(now(), Options { seed: 1, ..Options::default() });
    driver.connect(CLIENT).unwrap();
    driver
}

fn start(flavour: Flavour) -> TcpDriver {
    let mut driver = TcpDriver::start(flavour).unwrap();
    driver.connect(CLIENT).unwrap();
    driver
}

fn start_in(flavour: Flavour, folder: &Path) -> TcpDriver {
    let folder = folder.to_str().unwrap();
    let mut driver = TcpDriver::start_with(flavour, &["--dir", folder]).unwrap();
    driver.connect(CLIENT).unwrap();
    driver
}

fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(u64::try_from(since_epoch.as_micros()).unwrap())
}

fn say(server: &mut dyn Driver, line: &str) -> Value {
    let reply = ask(server, CLIENT, &words::split(line).unwrap()).unwrap();
    assert!(!matches!(reply, Value::Error(_)), "{line}: {reply:?}");
    reply
}

fn tell(server: &mut dyn Driver, words: &[&[u8]]) -> Value {
    ask(server, CLIENT, words).unwrap()
}
