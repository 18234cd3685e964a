//! Cold start: from the moment a server is started to its answer to a first PING.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use super::Options;
use super::report::{self, Table, median};
use super::server::Server;
use crate::budgets;

/// Starts of each server.
const STARTS: usize = 21;

pub(super) fn measure(options: &Options) -> Result<()> {
    let most = budgets::read()?.bench.cold_start_ms_max;
    let mut taken = vec![Vec::new(); options.servers.len()];
    for _ in 0..STARTS {
        for (kind, taken) in options.servers.iter().zip(&mut taken) {
            let begun = Instant::now();
            let server = Server::start(*kind)?;
            taken.push(begun.elapsed().as_secs_f64() * 1e3);
            drop(server);
        }
    }
    let mut table = Table::new(&["ms from start to PONG", "median", "slowest"]);
    let mut results = Vec::new();
    for (kind, taken) in options.servers.iter().zip(&taken) {
        let slowest = taken.iter().copied().fold(0.0, f64::max);
        let cells = [median(taken), slowest].map(|ms| format!("{ms:.1}"));
        table.row([vec![kind.name().to_owned()], cells.to_vec()].concat());
        results.push(json!({ "server": kind.name(), "median_ms": median(taken), "ms": taken }));
    }
    println!("{STARTS} starts (our goal: at most {most} ms); taskset and a look every ms included");
    table.print();
    report::write("start", &json!(results))
}
