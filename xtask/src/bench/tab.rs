//! What the engine does in a browser's tab: commands a second in Chromium, in a worker, events and all; and how smoothly
//! the page draws a thousand clients whose commands cause ten thousand events a second.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Options;
use super::page::served;
use super::report::{self, Table};
use crate::{budgets, paths, run};

/// What the script says.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    /// Commands a second, by workload.
    per_second: BTreeMap<String, f64>,
    frame: Frame,
    page: Page,
}

/// Median milliseconds, in the worker, with a thousand clients.
#[derive(Deserialize, Serialize)]
struct Frame {
    run: f64,
    make: f64,
    carry: f64,
}

/// From frame to frame on the page, in milliseconds.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    median: f64,
    p95: f64,
    p99: f64,
    frames: u32,
    events_per_second: f64,
}

pub(super) fn measure(_: &Options) -> Result<()> {
    let folder = paths::target().join("bench/tab");
    let said = served(|address| {
        let mut node = run::command("node");
        node.arg(paths::root().join("xtask/bench/tab.mjs"));
        run::output(node.arg(&folder).arg(address))
    })?;
    let measured: Measured = serde_json::from_str(&said).context("the script prints JSON")?;
    let goals = budgets::read()?.bench;
    let mut table = Table::new(&["thousand commands a second in a tab", "goal", "measured"]);
    for (name, rate) in &measured.per_second {
        let goal = goals.tab_thousands_min.get(name).map(u32::to_string).unwrap_or_default();
        table.row(vec![name.clone(), goal, format!("{:.0}", rate / 1000.0)]);
    }
    table.print();
    let Page { median, p95, p99, events_per_second, .. } = measured.page;
    let mut table = Table::new(&["ms from frame to frame", "median", "95 of 100", "99 of 100"]);
    table.row(vec![
        format!("goal: {} for 95 of 100", goals.frame_ms_max),
        format!("{median:.1}"),
        format!("{p95:.1}"),
        format!("{p99:.1}"),
    ]);
    table.print();
    let Frame { run, make, carry } = measured.frame;
    println!("{events_per_second:.0} events a second; in the worker a frame of a thousand clients");
    println!("takes {run:.1} ms to run, {make:.1} ms to make and {carry:.1} ms to carry over");
    report::write("tab", &serde_json::to_value(&measured)?)
}
