//! How long the playground takes to any instant of a session of 100 000 commands, in Node.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Options;
use super::report::{self, Table};
use crate::{budgets, paths, run, wasm};

pub(super) fn measure(_: &Options) -> Result<()> {
    wasm::build()?;
    let said = paths::target().join("bench/rewind-vitest.json");
    let mut npm = run::npm("web");
    npm.args(["run", "--silent", "bench", "--", "src/worker/rewind.bench.ts", "--outputJson"]);
    run::run(npm.arg(&said))?;
    let document: Value = serde_json::from_slice(&std::fs::read(&said)?)?;
    let times = &document["files"][0]["groups"][0]["benchmarks"][0];
    let figure =
        |name: &str| times[name].as_f64().with_context(|| format!("no {name} in {said:?}"));
    let most = budgets::read()?.bench.rewind_ms_max;
    let mut table = Table::new(&["ms to any instant", "median", "99 of 100", "slowest"]);
    table.row(vec![
        format!("goal: {most}"),
        format!("{:.1}", figure("median")?),
        format!("{:.1}", figure("p99")?),
        format!("{:.1}", figure("max")?),
    ]);
    table.print();
    report::write("rewind", times)
}
