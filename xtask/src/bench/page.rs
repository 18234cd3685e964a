//! How long the page takes until it can be typed into: from navigation to the first prompt, in Chromium, in a profile
//! that has never seen it, served by our server on this machine.

use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::Options;
use super::report::{self, Table};
use crate::{budgets, paths, play, run, wasm};

/// Loads for each round that was asked for.
const LOADS_PER_ROUND: usize = 4;

/// Where free ports are looked for.
const PORT_MIN: u16 = 26_479;

/// How long the server may take until it answers.
const START_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn measure(options: &Options) -> Result<()> {
    wasm::build()?;
    wasm::build_page()?;
    play::build_server()?;
    let port = play::free_port(PORT_MIN, None)?;
    let http_port = play::free_port(PORT_MIN, Some(port))?;
    let mut server = play::server_command(port, http_port).spawn()?;
    let times = load_often(http_port, options.rounds() * LOADS_PER_ROUND);
    server.kill()?;
    server.wait()?;
    let times = times?;
    let most = budgets::read()?.bench.page_ready_ms_max;
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let mut table = Table::new(&["ms until the first command", "median", "slowest", "loads"]);
    table.row(vec![
        format!("goal: {most}"),
        format!("{:.0}", report::median(&times)),
        format!("{slowest:.0}"),
        times.len().to_string(),
    ]);
    table.print();
    report::write("page", &json!({ "ready_ms": times }))
}

fn load_often(http_port: u16, loads: usize) -> Result<Vec<f64>> {
    let begun = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, http_port)).is_err() {
        ensure!(begun.elapsed() < START_TIMEOUT, "the server does not serve the page");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut node = run::command("node");
    node.arg(paths::root().join("xtask/bench/page.mjs"));
    node.args([format!("http://127.0.0.1:{http_port}/"), loads.to_string()]);
    serde_json::from_str(&run::output(&mut node)?).context("the script prints JSON")
}
