//! `cargo xtask bench`: our server beside the real ones, on this machine, in this minute.
//!
//! Absolute figures of different machines or days do not compare, so everything is a ratio between
//! servers that were measured alternately, each on core 0 with its client on core 1; medians over
//! the rounds. The steady figure is the server's own CPU time, which other work on the machine
//! hardly touches. Every measure prints a table and writes `target/bench/NAME.json`.

mod allocations;
mod families;
mod generator;
mod idle;
mod instructions;
mod load;
mod memory;
mod models;
mod page;
mod pause;
mod report;
mod rewind;
mod server;
mod soak;
mod start;
mod tab;
mod tail;
mod throughput;
mod wasm;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::setup::{self, Need};
use crate::{play, run};

pub(crate) use instructions::gate as instruction_gate;
use server::Kind;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only this measure (repeatable)
    #[arg(long, value_name = "NAME", value_parser = names())]
    only: Vec<String>,
    /// Fewer requests, rounds and keys: a look, not a result
    #[arg(long)]
    quick: bool,
    /// Alternating rounds of each measurement [default: 5, quick: 3]
    #[arg(long)]
    rounds: Option<usize>,
    /// Commands sent at once by each of the 50 clients
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    pipeline: Vec<u32>,
    /// Commands to measure, by their names in the table (all by default)
    #[arg(long, value_delimiter = ',')]
    workload: Vec<String>,
    /// Servers to compare
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Kind::ALL)]
    servers: Vec<Kind>,
    /// Write the measured instruction counts to core/instructions.toml
    #[arg(long)]
    bless: bool,
}

impl Options {
    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 }).max(1)
    }
}

/// A part of the bench that can run alone.
struct Measure {
    name: &'static str,
    needs: &'static [Need],
    /// Whether it compares servers; the others look at the core alone.
    compares: bool,
    run: fn(&Options) -> Result<()>,
}

const SERVERS: &[Need] = &[Need::Redis, Need::Python];

/// In the order they run.
const MEASURES: &[Measure] = &[
    Measure {
        name: "instructions",
        needs: &[Need::Valgrind],
        compares: false,
        run: instructions::measure,
    },
    Measure { name: "allocations", needs: &[], compares: false, run: allocations::measure },
    Measure {
        name: "wasm",
        needs: &[Need::WasmTarget, Need::WasmBindgen, Need::Npm, Need::Chromium],
        compares: false,
        run: wasm::measure,
    },
    Measure {
        name: "page",
        needs: &[Need::WasmTarget, Need::WasmBindgen, Need::Npm, Need::Chromium],
        compares: false,
        run: page::measure,
    },
    Measure {
        name: "rewind",
        needs: &[Need::WasmTarget, Need::WasmBindgen, Need::Npm],
        compares: false,
        run: rewind::measure,
    },
    Measure {
        name: "tab",
        needs: &[Need::WasmTarget, Need::WasmBindgen, Need::Npm, Need::Chromium],
        compares: false,
        run: tab::measure,
    },
    Measure { name: "throughput", needs: SERVERS, compares: true, run: throughput::measure },
    Measure { name: "families", needs: SERVERS, compares: true, run: families::measure },
    Measure { name: "generator", needs: SERVERS, compares: true, run: generator::measure },
    Measure { name: "memory", needs: SERVERS, compares: true, run: memory::measure },
    Measure { name: "pause", needs: SERVERS, compares: true, run: pause::measure },
    Measure { name: "models", needs: SERVERS, compares: true, run: models::measure },
    Measure { name: "idle", needs: SERVERS, compares: true, run: idle::measure },
    Measure { name: "tail", needs: SERVERS, compares: true, run: tail::measure },
    Measure { name: "start", needs: SERVERS, compares: true, run: start::measure },
    Measure { name: "soak", needs: &[], compares: true, run: soak::measure },
];

/// Sets up, then runs the chosen measures.
pub(crate) fn bench(options: &Options) -> Result<()> {
    let wanted = |measure: &&Measure| {
        options.only.is_empty() || options.only.iter().any(|name| name == measure.name)
    };
    let chosen: Vec<&Measure> = MEASURES.iter().filter(wanted).collect();
    let needs: Vec<Need> = chosen.iter().flat_map(|measure| measure.needs).copied().collect();
    setup::ensure(&needs)?;
    let (comparing, alone): (Vec<&Measure>, Vec<&Measure>) =
        chosen.into_iter().partition(|measure| measure.compares);
    // What compiles comes first, since pinning is for the rest of this process' life.
    for measure in alone {
        run_measure(measure, options)?;
    }
    if comparing.is_empty() {
        return Ok(());
    }
    // It is a server to compare, and the load generator too.
    play::build_server()?;
    pin_this_process()?;
    for measure in comparing {
        run_measure(measure, options)?;
    }
    Ok(())
}

fn run_measure(measure: &Measure, options: &Options) -> Result<()> {
    println!("\n# {}", measure.name);
    (measure.run)(options).with_context(|| format!("bench {} failed", measure.name))
}

/// Moves this process, and with it every client that it starts, to core 1.
fn pin_this_process() -> Result<()> {
    if std::thread::available_parallelism()?.get() < 2 {
        bail!("the bench needs two cores: one for the server, one for the client");
    }
    let this = std::process::id().to_string();
    run::output(Command::new("taskset").args(["-a", "-c", "-p", server::CLIENT_CORE, &this]))?;
    Ok(())
}

fn names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(MEASURES.iter().map(|measure| measure.name))
}
