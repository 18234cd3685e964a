//! The longest time that inserting keys holds a server up while its keyspace grows.
//!
//! One client inserts small batches and times each. Its clock also sees whatever else the machine
//! does, so the server's own CPU time for each batch is read as well: a rehash of everything shows
//! in both, a neighbour's burst of work only in the first. What the server itself causes comes back in
//! every round, so the quietest round counts; and as many batches of PINGs, which cannot hold anything up, say what the
//! clock sees of the machine alone.
//!
//! Where the machine alone is worse than the goal, that says nothing of the goal. So the engine is looked at alone as well
//! (`core/examples/pause`): it does the same several times, and what the machine adds does not come back.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::json;

use super::Options;
use super::load::Batch;
use super::report::{self, Table, median};
use super::server::{Kind, Server};
use crate::{budgets, paths, run};

const KEYS: u64 = 10_000_000;
const KEYS_QUICK: u64 = 1_000_000;

/// Rounds are long here.
const ROUNDS_MAX: usize = 3;

/// Keys in one batch: few, so that a pause stands out of the batch's own work.
const BATCH: u64 = 50;

/// How often the server's CPU time is looked at until it covers the batch.
const LOOKS_MAX: u32 = 200;

/// The longest and the usual batch, in microseconds.
#[derive(Clone, Copy)]
struct Pauses {
    longest: f64,
    longest_ping: f64,
    longest_cpu: f64,
    usual_cpu: f64,
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let most = budgets::read()?.bench.insert_pause_ms_max;
    let keys = if options.quick { KEYS_QUICK } else { KEYS };
    let rounds = options.rounds().min(ROUNDS_MAX);
    let mut seen: Vec<(Kind, Vec<Pauses>)> =
        options.servers.iter().map(|kind| (*kind, Vec::new())).collect();
    for _ in 0..rounds {
        for (kind, pauses) in &mut seen {
            eprintln!("  {kind}");
            pauses.push(insert(&Server::start(*kind)?, keys)?);
        }
    }
    let mut table = Table::new(&["", "longest", "of PINGs", "longest CPU", "median CPU"]);
    let mut results = Vec::new();
    for (kind, pauses) in &seen {
        let quietest = |of: fn(&Pauses) -> f64| pauses.iter().map(of).fold(f64::INFINITY, f64::min);
        let (longest, cpu) = (quietest(|p| p.longest), quietest(|p| p.longest_cpu));
        let (usual, ping) = (quietest(|p| p.usual_cpu), quietest(|p| p.longest_ping));
        let shown = |us: f64| format!("{us:.0} us");
        table.row(vec![
            kind.name().to_owned(),
            shown(longest),
            shown(ping),
            shown(cpu),
            shown(usual),
        ]);
        let each = |of: fn(&Pauses) -> f64| pauses.iter().map(of).collect::<Vec<f64>>();
        results.push(json!({
            "server": kind.name(), "keys": keys, "batch": BATCH,
            "longest_us": longest, "longest_ping_us": ping, "longest_cpu_us": cpu, "median_cpu_us": usual,
            "rounds": {
                "longest_us": each(|p| p.longest), "longest_ping_us": each(|p| p.longest_ping),
                "longest_cpu_us": each(|p| p.longest_cpu),
            },
        }));
    }
    println!(
        "batches of {BATCH} SETs up to {keys} keys, the quietest of {rounds} rounds (our goal: at most \
         {most} ms)"
    );
    table.print();
    let (longest, usual) = engine_alone(keys)?;
    println!(
        "our engine alone, what comes back each time: longest {longest:.0} us, median {usual:.0} us"
    );
    let alone = json!({ "longest_us": longest, "median_us": usual });
    report::write("pause", &json!({ "servers": results, "engine_alone": alone }))
}

/// The longest and the median batch of the engine without a server around it, in microseconds.
fn engine_alone(keys: u64) -> Result<(f64, f64)> {
    let mut build = run::cargo();
    run::run(build.args(["build", "--release", "-p", "redloop-core", "--example", "pause"]))?;
    let program = paths::target().join("release/examples").join(paths::program("pause"));
    let said = run::output(Command::new(program).arg(keys.to_string()))?;
    let mut figures = said.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    let mut next = || figures.next().map(|ns| ns / 1e3).context("the example printed no figure");
    Ok((next()?, next()?))
}

fn insert(server: &Server, keys: u64) -> Result<Pauses> {
    let mut client = server.connect()?;
    let (mut longest, mut cpu_times) = (0.0, Vec::new());
    let mut batch = Batch::default();
    (0..BATCH).for_each(|_| batch.push(&[b"PING"]));
    let mut longest_ping = 0.0;
    for _ in 0..keys / BATCH {
        longest_ping = f64::max(longest_ping, timed(|| client.send(&batch))?);
    }
    let mut before = server.main_cpu_ns()?;
    for first in (0..keys).step_by(BATCH as usize) {
        batch.clear();
        for number in first..first + BATCH {
            batch.push(&[b"SET", format!("key:{number}").as_bytes(), b"value-of-16-byte"]);
        }
        longest = f64::max(longest, timed(|| client.send(&batch))?);
        // The kernel books the time when the server goes to sleep, which may be after its reply.
        let mut now = server.main_cpu_ns()?;
        for _ in 0..LOOKS_MAX {
            if now != before {
                break;
            }
            now = server.main_cpu_ns()?;
        }
        cpu_times.push((now - before) as f64 / 1e3);
        before = now;
    }
    let longest_cpu = cpu_times.iter().copied().fold(0.0, f64::max);
    Ok(Pauses { longest, longest_ping, longest_cpu, usual_cpu: median(&cpu_times) })
}

/// How long it took, in microseconds.
fn timed(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed().as_secs_f64() * 1e6)
}
