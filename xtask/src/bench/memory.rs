//! Resident bytes a key: a million small strings, in a server started for them.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, json};

use super::Options;
use super::report::{self, Table};
use super::server::{Kind, Server};
use crate::budgets;

const KEYS: u64 = 1_000_000;

/// How long freed pages may stay with an allocator before it gives them back, and some more.
const SETTLE: Duration = Duration::from_secs(12);

/// A key's name, from its number.
type Name = fn(u64) -> String;

/// The forms that are measured: as short as it gets, and as redis-benchmark writes it.
const NAMES: [(&str, Name); 2] = [
    ("key:N", |number| format!("key:{number}")),
    ("key:%012d", |number| format!("key:{number:012}")),
];

pub(super) fn measure(options: &Options) -> Result<()> {
    let most = budgets::read()?.bench.bytes_per_key_max;
    let mut headings = vec!["16-byte values"];
    headings.extend(options.servers.iter().map(|kind| kind.name()));
    let mut table = Table::new(&headings);
    let mut results = Vec::new();
    for (form, name) in NAMES {
        let mut cells = vec![form.to_owned()];
        let mut bytes = Map::new();
        for (kind, per_key) in bytes_per_key(&options.servers, name)? {
            cells.push(format!("{per_key:.1}"));
            bytes.insert(kind.name().to_owned(), json!(per_key));
        }
        table.row(cells);
        results.push(json!({ "names": form, "keys": KEYS, "bytes_per_key": bytes }));
    }
    println!("resident bytes a key, {KEYS} keys (our goal for key:N: at most {most})");
    table.print();
    report::write("memory", &json!(results))
}

/// Fills a new server of each kind, lets all settle together, then looks.
fn bytes_per_key(kinds: &[Kind], name: Name) -> Result<Vec<(Kind, f64)>> {
    let mut filled = Vec::new();
    for kind in kinds {
        let server = Server::start(*kind)?;
        let before = server.resident_bytes()?;
        server.connect()?.fill(KEYS, |number, batch| {
            // Not a number, so that no server stores it as one.
            batch.push(&[b"SET", name(number).as_bytes(), format!("v{number:015}").as_bytes()]);
        })?;
        filled.push((server, before));
    }
    std::thread::sleep(SETTLE);
    let measured = filled.iter().map(|(server, before)| {
        let grown = server.resident_bytes()?.saturating_sub(*before);
        Ok((server.kind, grown as f64 / KEYS as f64))
    });
    measured.collect()
}
