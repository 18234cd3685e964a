//! The core compiled to WebAssembly, in Node and in Chromium, against the core compiled natively.
//!
//! The same requests and the same host loop (`core/examples/drive`) everywhere; the best of several
//! runs, since all that other work on the machine can do is to slow one down.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use super::Options;
use super::instructions::build_driver;
use super::report::{self, Table};
use crate::{paths, run, wasm};

/// Commands of one run; the driver's lists hold enough elements for this many LPOPs.
const COMMANDS: u64 = 160_000;

/// The hosts of WebAssembly.
const HOSTS: [&str; 2] = ["node", "chromium"];

/// Nanoseconds a command, by workload.
type Times = BTreeMap<String, f64>;

pub(super) fn measure(options: &Options) -> Result<()> {
    let driver = build_driver()?;
    let package = wasm::build_drive()?;
    let runs = options.rounds();
    let native = native(&driver, runs)?;
    let mut table = Table::new(&["ns a command", "native", "node", "x", "chromium", "x"]);
    let hosted: Vec<Times> =
        HOSTS.iter().map(|host| in_host(host, &package, runs)).collect::<Result<_>>()?;
    for (workload, native) in &native {
        let mut cells = vec![workload.clone(), format!("{native:.0}")];
        for times in &hosted {
            let time = times.get(workload).context("both builds have the same workloads")?;
            cells.extend([format!("{time:.0}"), format!("{:.2}", time / native)]);
        }
        table.row(cells);
    }
    table.print();
    println!("x: how many times longer than native");
    report::write("wasm", &json!({ "native": native, "node": hosted[0], "chromium": hosted[1] }))
}

fn native(driver: &Path, runs: usize) -> Result<Times> {
    let mut times = Times::new();
    for workload in run::output(Command::new(driver).arg("--list"))?.split_whitespace() {
        let mut best = f64::INFINITY;
        for _ in 0..runs {
            let mut command = Command::new(driver);
            let said = run::output(command.args([workload, &COMMANDS.to_string()]))?;
            let nanoseconds: f64 = said.trim().parse().context("drive prints nanoseconds")?;
            best = best.min(nanoseconds / COMMANDS as f64);
        }
        times.insert(workload.to_owned(), best);
    }
    Ok(times)
}

fn in_host(host: &str, package: &Path, runs: usize) -> Result<Times> {
    let mut node = run::command("node");
    node.arg(paths::root().join("xtask/bench/wasm.mjs")).arg(host).arg(package);
    node.args([COMMANDS.to_string(), runs.to_string()]);
    serde_json::from_str(&run::output(&mut node)?).context("the script prints JSON")
}
