//! Instructions the core executes for a command, counted by callgrind: exact, so a gate.
//!
//! `core/examples/drive` is what is counted. It takes a workload and a number of commands; two
//! runs with different numbers cancel out starting up and filling the keyspace. Called with
//! `--list` it prints its workloads, one a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Options;
use super::report::{self, Table};
use crate::{paths, run};

/// The committed counts.
const BASELINE: &str = "core/instructions.toml";

/// How much more than its baseline a workload may take.
const GROWTH_MAX: f64 = 0.05;

/// Commands of the shorter and of the longer run.
const COMMANDS: (u64, u64) = (1_000, 11_000);

/// Instructions a command, by workload.
#[derive(Default, Serialize, Deserialize)]
struct Baseline {
    instructions_per_command: BTreeMap<String, f64>,
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let counted = count()?;
    let problems = compare(&counted)?;
    report::write("instructions", &json!(counted.instructions_per_command))?;
    if options.bless {
        let head = "# Instructions a command of the core, by `cargo xtask bench --only instructions --bless`.\n\
                    # `cargo xtask test` fails when one grows by more than 5 %.\n\n";
        let text = format!("{head}{}", toml::to_string(&counted)?);
        return fs::write(paths::root().join(BASELINE), text).context("cannot write the baseline");
    }
    for problem in problems {
        println!("{problem}");
    }
    Ok(())
}

/// The gate of `cargo xtask test`: no workload may have grown past its baseline.
pub(crate) fn gate() -> Result<()> {
    let problems = compare(&count()?)?;
    if !problems.is_empty() {
        bail!(
            "{}\n  if that is worth it: cargo xtask bench --only instructions --bless",
            problems.join("\n")
        );
    }
    Ok(())
}

/// Builds the driver and answers where it is.
pub(super) fn build_driver() -> Result<PathBuf> {
    let mut build = run::cargo();
    run::run(build.args(["build", "--release", "-p", "redloop-core", "--example", "drive"]))?;
    Ok(paths::target().join("release/examples").join(paths::program("drive")))
}

/// Counts every workload of the driver.
fn count() -> Result<Baseline> {
    let driver = build_driver()?;
    let workloads = run::output(Command::new(&driver).arg("--list"))?;
    let mut counted = Baseline::default();
    for workload in workloads.split_whitespace() {
        let short = instructions(&driver, workload, COMMANDS.0)?;
        let long = instructions(&driver, workload, COMMANDS.1)?;
        let each = (long - short) as f64 / (COMMANDS.1 - COMMANDS.0) as f64;
        // One digit: the rest is noise of the keys drawn.
        counted.instructions_per_command.insert(workload.to_owned(), (each * 10.0).round() / 10.0);
    }
    if counted.instructions_per_command.is_empty() {
        bail!("core/examples/drive lists no workload");
    }
    Ok(counted)
}

fn instructions(driver: &PathBuf, workload: &str, commands: u64) -> Result<u64> {
    let out = paths::target().join("bench/callgrind.out");
    fs::create_dir_all(paths::target().join("bench"))?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    run::output(valgrind.arg(driver).arg(workload).arg(commands.to_string()))?;
    let profile = fs::read_to_string(&out)?;
    total(&profile).with_context(|| format!("no total in {}", out.display()))
}

/// The total of a callgrind profile.
fn total(profile: &str) -> Option<u64> {
    let field = |line: &str| {
        let rest = line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: "))?;
        rest.split_whitespace().next()?.parse().ok()
    };
    profile.lines().find_map(field)
}

/// Prints counts beside the baseline; answers what is wrong.
fn compare(counted: &Baseline) -> Result<Vec<String>> {
    let text = fs::read_to_string(paths::root().join(BASELINE)).unwrap_or_default();
    let baseline: Baseline = match text.as_str() {
        "" => Baseline::default(),
        text => toml::from_str(text).with_context(|| format!("{BASELINE} is malformed"))?,
    };
    let baseline = baseline.instructions_per_command;
    let mut table = Table::new(&["instructions a command", "baseline", "now", "change"]);
    let mut problems = Vec::new();
    for (workload, now) in &counted.instructions_per_command {
        let Some(then) = baseline.get(workload) else {
            table.row(vec![workload.clone(), "-".to_owned(), format!("{now:.1}")]);
            problems.push(format!("{workload} has no baseline in {BASELINE}"));
            continue;
        };
        let growth = now / then - 1.0;
        let change = format!("{:+.1} %", growth * 100.0);
        if growth > GROWTH_MAX {
            problems.push(format!("{workload} takes {now:.1} instructions, {change}"));
        }
        table.row(vec![workload.clone(), format!("{then:.1}"), format!("{now:.1}"), change]);
    }
    table.print();
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found_under_either_name() {
        assert_eq!(total("version: 1\nsummary: 1234\nfn=main\n"), Some(1234));
        assert_eq!(total("events: Ir\ntotals: 99\n"), Some(99));
        assert_eq!(total("events: Ir\n"), None);
    }
}
