//! The concurrency models beside each other, and beside the real servers' threads: GET under `redis-benchmark`.
//!
//! Servers on one thread have core 0 and their client core 1, as everywhere in the bench. A server with several threads
//! gets both cores, and shares the second one with the client: on a machine with two cores that is all there is, and it
//! is the same for all of them. Each is started for its own turn alone, since threads that wait for work by looking for it
//! take time from whoever is asked. The limit line is a tokio server that answers PING and knows nothing else.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::Options;
use super::report::{self, Table, median};
use super::server::{Kind, Server};
use super::throughput::{self, Sample};
use crate::run;

const ONE_CORE: &str = "0";
const BOTH_CORES: &str = "0,1";

/// Keys that GET asks for; none of them exists, which costs every server about the same.
const GET: &[&str] = &["-t", "get"];
const PING: &[&str] = &["-t", "ping_mbulk"];
/// What the limit line is called.
const LIMIT: &str = "limit: PING alone";

/// A server as it is started.
struct Contender {
    name: &'static str,
    kind: Kind,
    options: &'static [&'static str],
    cores: &'static str,
}

const CONTENDERS: &[Contender] = &[
    ours("event-loop", &["--model", "event-loop"], ONE_CORE),
    ours("event-loop, both cores", &["--model", "event-loop"], BOTH_CORES),
    ours("task-per-connection", &["--model", "task-per-connection", "--workers", "2"], BOTH_CORES),
    ours("worker-pool", &["--model", "worker-pool", "--workers", "2"], BOTH_CORES),
    Contender {
        name: "redis, io-threads 2",
        kind: Kind::Redis,
        options: &["--io-threads", "2", "--io-threads-do-reads", "yes"],
        cores: BOTH_CORES,
    },
    Contender {
        name: "valkey, io-threads 2",
        kind: Kind::Valkey,
        options: &["--io-threads", "2"],
        cores: BOTH_CORES,
    },
];

const fn ours(
    name: &'static str,
    options: &'static [&'static str],
    cores: &'static str,
) -> Contender {
    Contender { name, kind: Kind::Redloop, options, cores }
}

pub(super) fn measure(options: &Options) -> Result<()> {
    run::run(run::cargo().args(["build", "--release", "-p", "redloop", "--example", "pong"]))?;
    let mut results = Vec::new();
    let mut table = Table::new(&["", "P", "req/s", "CPU ns a command"]);
    for depth in &options.pipeline {
        let requests = throughput::requests(*depth, 1) / if options.quick { 4 } else { 1 };
        let mut samples: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
        eprintln!("  P={depth}");
        for _ in 0..options.rounds() {
            for contender in CONTENDERS {
                let Contender { name, kind, options, cores } = contender;
                let server = Server::start_with(*kind, options, cores)?;
                let sample = throughput::ask(&server, GET, *depth, requests)?;
                samples.entry(name).or_default().push(sample);
            }
            let sample = throughput::ask(&Server::start_pong()?, PING, *depth, requests)?;
            samples.entry(LIMIT).or_default().push(sample);
        }
        for name in CONTENDERS.iter().map(|contender| contender.name).chain([LIMIT]) {
            let of = |figure: fn(&Sample) -> f64| {
                median(&samples[name].iter().map(figure).collect::<Vec<_>>())
            };
            let (rate, cpu_ns) = (of(|s| s.requests_per_second), of(|s| s.cpu_ns));
            table.row(vec![
                name.to_owned(),
                depth.to_string(),
                format!("{rate:.0}"),
                format!("{cpu_ns:.0}"),
            ]);
            results.push(json!({
                "server": name, "pipeline": depth,
                "requests_per_second": rate, "cpu_ns_per_command": cpu_ns,
            }));
        }
    }
    table.print();
    report::write("models", &json!(results))
}
