//! What a client waits for when the server is busy but not full: the 99th of 100 replies at 70 % of what the better of the
//! real servers can do at most.
//!
//! Requests are due at fixed instants, whether or not earlier ones were answered (`redloop bench --rate`), so that a
//! server that stops for a moment pays for every request that was due meanwhile.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Options;
use super::report::{self, Table, median};
use super::server::{Kind, Server};
use crate::{budgets, run, setup};

/// Of the real servers' most, how much is asked for.
const SHARE: f64 = 0.7;
/// How long each is asked, in seconds.
const SECONDS: &str = "4";
const SECONDS_QUICK: &str = "1";
const WORKLOADS: [&str; 2] = ["get", "set"];
/// Commands sent at once: alone, and as client libraries that pipeline by themselves send them.
const PIPELINES: [&str; 2] = ["1", "16"];

pub(super) fn measure(options: &Options) -> Result<()> {
    let most = budgets::read()?.bench.tail_ratio_max;
    let servers =
        options.servers.iter().map(|kind| Server::start(*kind)).collect::<Result<Vec<_>>>()?;
    let mut table = Table::new(&["", "P", "", "asked for", "p50", "p99", "p99.9", "p99 x"]);
    let mut results = Vec::new();
    let loads = PIPELINES.iter().flat_map(|depth| WORKLOADS.map(|workload| (workload, *depth)));
    for load @ (workload, depth) in loads {
        let mut peak = 0.0;
        for server in servers.iter().filter(|server| server.kind != Kind::Redloop) {
            let said = ask(server, load, None, options)?;
            peak = f64::max(peak, figure(&said, &["requests_per_second"])?);
        }
        let rate = peak * SHARE;
        let mut rounds: Vec<Vec<[f64; 3]>> = vec![Vec::new(); servers.len()];
        for _ in 0..options.rounds() {
            for (server, seen) in servers.iter().zip(&mut rounds) {
                eprintln!("  {workload} at P={depth} of {}", server.kind);
                let said = ask(server, load, Some(rate), options)?;
                let of = |name: &str| figure(&said, &["latency", name]);
                seen.push([of("p50_us")?, of("p99_us")?, of("p99_9_us")?]);
            }
        }
        let medians = |seen: &[[f64; 3]]| {
            [0, 1, 2].map(|nth| median(&seen.iter().map(|round| round[nth]).collect::<Vec<_>>()))
        };
        let others = servers.iter().zip(&rounds).filter(|(server, _)| server.kind != Kind::Redloop);
        let best = others.map(|(_, seen)| medians(seen)[1]).fold(f64::INFINITY, f64::min);
        for (server, seen) in servers.iter().zip(&rounds) {
            let [p50, p99, p99_9] = medians(seen);
            table.row(vec![
                workload.to_owned(),
                depth.to_owned(),
                server.kind.name().to_owned(),
                format!("{rate:.0}/s"),
                format!("{p50:.0} us"),
                format!("{p99:.0} us"),
                format!("{p99_9:.0} us"),
                format!("{:.2}", p99 / best),
            ]);
            results.push(json!({
                "workload": workload, "pipeline": depth, "server": server.kind.name(), "rate_per_second": rate,
                "p50_us": p50, "p99_us": p99, "p99_9_us": p99_9, "p99_ratio": p99 / best,
                "rounds": seen,
            }));
        }
    }
    println!(
        "at {:.0} % of the better real server's most; x: p99 against the better real one's (our goal: at most {most})",
        SHARE * 100.0
    );
    table.print();
    report::write("tail", &json!(results))
}

/// Has the load generator ask, as fast as it goes or at a rate; what it reports.
fn ask(
    server: &Server,
    (workload, depth): (&str, &str),
    rate: Option<f64>,
    options: &Options,
) -> Result<Value> {
    let mut client = Command::new(setup::tool("REDLOOP_BIN")?);
    client.args(["bench", "--port", &server.port.to_string(), "--mix", workload, "--prefill"]);
    client.args(["--pipeline", depth]);
    client.args(["--duration", if options.quick { SECONDS_QUICK } else { SECONDS }]);
    client.args(["--warmup", "1", "--json"]);
    if let Some(rate) = rate {
        client.args(["--rate", &format!("{rate:.0}")]);
    }
    let said = run::output(&mut client)?;
    serde_json::from_str(&said).with_context(|| format!("it said no JSON: {said:.200}"))
}

fn figure(said: &Value, path: &[&str]) -> Result<f64> {
    let found = path.iter().try_fold(said, |value, name| value.get(name));
    found.and_then(Value::as_f64).with_context(|| format!("no {} in it", path.join(".")))
}
