//! How long the page takes until a first command is answered: from navigation on, in Chromium, in a profile that has
//! never seen it, served by our server on this machine, over lines and on processors of several speeds; beside a bare page,
//! which only asks a worker: what browser and machine take by themselves.

use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::Options;
use super::report::{self, Table};
use crate::{budgets, paths, play, run, wasm};

/// Loads over each line for each round that was asked for.
const LOADS_PER_ROUND: usize = 2;

/// Where free ports are looked for.
const PORT_MIN: u16 = 26_479;

/// How long the server may take until it answers.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// What the script says of one line; times in milliseconds from navigation on.
#[derive(Deserialize, Serialize)]
struct Line {
    name: String,
    typed: Vec<f64>,
    ready: Vec<f64>,
    replied: Vec<f64>,
    /// When the bare page's worker has answered.
    bare: Vec<f64>,
    files: serde_json::Value,
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let loads = options.rounds() * LOADS_PER_ROUND;
    let said = served(|address| {
        let mut node = run::command("node");
        node.arg(paths::root().join("xtask/bench/page.mjs"));
        run::output(node.args([address, &loads.to_string()]))
    })?;
    let lines: Vec<Line> = serde_json::from_str(&said).context("the script prints JSON")?;
    let goals = budgets::read()?.bench.first_command_ms_max;
    let mut table = Table::new(&[
        "ms from navigation",
        "goal",
        "replied",
        "slowest",
        "prompt",
        "ready",
        "bare page",
        "loads",
    ]);
    for line in &lines {
        let goal = goals.get(&line.name).with_context(|| format!("no goal for {}", line.name))?;
        let slowest = line.replied.iter().copied().fold(0.0, f64::max);
        table.row(vec![
            line.name.clone(),
            goal.to_string(),
            format!("{:.0}", report::median(&line.replied)),
            format!("{slowest:.0}"),
            format!("{:.0}", report::median(&line.typed)),
            format!("{:.0}", report::median(&line.ready)),
            format!("{:.0}", report::median(&line.bare)),
            line.replied.len().to_string(),
        ]);
    }
    table.print();
    report::write("page", &serde_json::to_value(&lines)?)
}

/// Builds everything, and calls `use_page` with the page's address while our server serves it.
pub(super) fn served(use_page: impl FnOnce(&str) -> Result<String>) -> Result<String> {
    wasm::build()?;
    wasm::build_page()?;
    play::build_server()?;
    let port = play::free_port(PORT_MIN, None)?;
    let http_port = play::free_port(PORT_MIN, Some(port))?;
    let mut server = play::server_command(port, http_port).spawn()?;
    let used =
        wait_for(http_port).and_then(|()| use_page(&format!("http://127.0.0.1:{http_port}/")));
    server.kill()?;
    server.wait()?;
    used
}

fn wait_for(http_port: u16) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, http_port)).is_err() {
        ensure!(begun.elapsed() < START_TIMEOUT, "the server does not serve the page");
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
