//! Resident bytes a key: a million small strings, and collections of every type, each in a server started for them.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, json};

use super::Options;
use super::load::Batch;
use super::report::{self, Table};
use super::server::{Kind, Server};
use crate::budgets;

const KEYS: u64 = 1_000_000;

/// How long freed pages may stay with an allocator before it gives them back, and some more.
const SETTLE: Duration = Duration::from_secs(12);

/// What is put in, so many times: commands made from a number.
struct Load {
    what: &'static str,
    keys: u64,
    /// Commands a key.
    commands: u64,
    /// Writes a command of a key: both numbers.
    write: fn(u64, u64, &mut Batch),
}

/// Names as short as it gets, and as redis-benchmark writes them; values are no numbers, so that no server stores them as such.
const STRINGS: [Load; 2] = [
    Load {
        what: "key:N",
        keys: KEYS,
        commands: 1,
        write: |key, _, batch| set(&format!("key:{key}"), key, batch),
    },
    Load {
        what: "key:%012d",
        keys: KEYS,
        commands: 1,
        write: |key, _, batch| set(&format!("key:{key:012}"), key, batch),
    },
];

const COLLECTIONS: [Load; 4] = [
    Load {
        what: "hash of 10 fields",
        keys: 100_000,
        commands: 1,
        write: |key, _, batch| {
            many("HSET", key, 10, batch, |at| vec![format!("field{at}"), format!("value{key}")]);
        },
    },
    Load {
        what: "set of 100 members",
        keys: 10_000,
        commands: 1,
        write: |key, _, batch| many("SADD", key, 100, batch, |at| vec![format!("member:{at}")]),
    },
    Load {
        what: "sorted set of 100 members",
        keys: 10_000,
        commands: 1,
        write: |key, _, batch| {
            many("ZADD", key, 100, batch, |at| {
                vec![format!("{}", (at * 37) % 101), format!("member:{at}")]
            });
        },
    },
    Load {
        what: "stream of 1000 entries",
        keys: 1000,
        commands: 1000,
        write: |key, at, batch| {
            let (name, value) = (format!("key:{key}"), format!("value{at}"));
            let words = ["XADD", &name, "*", "room", "kitchen", "reading", &value];
            batch.push_for_bulk(&words.map(str::as_bytes));
        },
    },
];

fn set(name: &str, number: u64, batch: &mut Batch) {
    batch.push(&[b"SET", name.as_bytes(), format!("v{number:015}").as_bytes()]);
}

fn many(
    command: &str,
    key: u64,
    elements: u64,
    batch: &mut Batch,
    words_of: impl Fn(u64) -> Vec<String>,
) {
    let mut words = vec![command.to_owned(), format!("key:{key}")];
    (0..elements).for_each(|at| words.extend(words_of(at)));
    batch.push(&words.iter().map(String::as_bytes).collect::<Vec<_>>());
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let goals = budgets::read()?.bench;
    println!(
        "resident bytes a key, {KEYS} keys (our goal for key:N: at most {})",
        goals.bytes_per_key_max
    );
    let mut results = compare(&STRINGS, "16-byte values", options)?;
    println!(
        "\nresident bytes a key (our goal: at most {} of the least of the others)",
        goals.collection_bytes_ratio_max
    );
    results.extend(compare(&COLLECTIONS, "", options)?);
    report::write("memory", &json!(results))
}

fn compare(
    loads: &[Load],
    heading: &'static str,
    options: &Options,
) -> Result<Vec<serde_json::Value>> {
    let mut headings = vec![heading];
    headings.extend(options.servers.iter().map(|kind| kind.name()));
    headings.push("ratio");
    let mut table = Table::new(&headings);
    let mut results = Vec::new();
    for load in loads {
        let mut cells = vec![load.what.to_owned()];
        let mut bytes = Map::new();
        let measured = bytes_per_key(&options.servers, load)?;
        for (kind, per_key) in &measured {
            cells.push(format!("{per_key:.1}"));
            bytes.insert(kind.name().to_owned(), json!(per_key));
        }
        let of = |ours: bool| {
            let figures = measured.iter().filter(move |(kind, _)| (*kind == Kind::Redloop) == ours);
            figures.map(|(_, bytes)| *bytes).reduce(f64::min)
        };
        let ratio = of(true).zip(of(false)).map(|(ours, theirs)| ours / theirs);
        cells.push(ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")));
        table.row(cells);
        results.push(json!({
            "what": load.what, "keys": load.keys, "bytes_per_key": bytes, "ratio": ratio,
        }));
    }
    table.print();
    Ok(results)
}

/// Fills a new server of each kind, lets all settle together, then looks.
fn bytes_per_key(kinds: &[Kind], load: &Load) -> Result<Vec<(Kind, f64)>> {
    let mut filled = Vec::new();
    for kind in kinds {
        let server = Server::start(*kind)?;
        let before = server.resident_bytes()?;
        server.connect()?.fill(load.keys * load.commands, |number, batch| {
            (load.write)(number / load.commands, number % load.commands, batch);
        })?;
        filled.push((server, before));
    }
    std::thread::sleep(SETTLE);
    let measured = filled.iter().map(|(server, before)| {
        let grown = server.resident_bytes()?.saturating_sub(*before);
        Ok((server.kind, grown as f64 / load.keys as f64))
    });
    measured.collect()
}
