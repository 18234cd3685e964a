//! `redloop lab`: the concurrency models in six scenarios, measured beside each other, and the rule that follows from the figures.
//!
//! ```text
//! options → schedule → scenarios (server, load, watch) → store → results → report
//!                                                                        → decide
//! ```
//! Every measurement has a server of its own: this executable as a child process. Results are data first ([`results`]); tables, the report
//! and the rule are made from that data alone, now or later.
//!
//! Left out: other servers, which `cargo xtask bench` measures, and other machines, whose figures come from running this there.

mod capacity;
mod client;
mod decide;
mod figure;
mod machine;
mod options;
mod process;
mod report;
mod results;
mod scenarios;
mod schedule;
mod server;
mod stats;
mod store;
mod subject;
mod watch;

use capacity::Capacity;
use clap::Parser;
use decide::Decision;
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use machine::Machine;
use options::Options;
use results::{Conditions, FORMAT, Measurement, Results, Skipped};
use scenarios::Bench;
use schedule::Job;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use store::{Store, WHOLE};

/// The command's name, where the command line has the program's.
pub(crate) const NAME: &str = "lab";
/// The report.
const REPORT: &str = "report.html";
/// Its tables alone.
const REPORT_MARKDOWN: &str = "report.md";
/// The last server's log.
const LOG: &str = "server.log";
/// So many measurements in a row that fail end the run: the next ones would fail too.
const FAILURES_MAX: usize = 5;

/// Runs `redloop lab`; `arguments` begin with the word `lab`.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(error) => {
            // Help and version go to standard output and are no failures.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    let outcome = options.check().and_then(|()| match &options.decide {
        Some(file) => decide_only(&options, file.as_deref()),
        None => measure(&options),
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("redloop lab: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The rule from figures that are there.
fn decide_only(options: &Options, file: Option<&Path>) -> Result<ExitCode, String> {
    let path = file.map_or_else(|| options.out.join(WHOLE), Path::to_path_buf);
    let results = Results::read(&path)?;
    let decision = Decision::derive(&results, options.force)?;
    if options.json {
        print_json(&decision)?;
    } else {
        print!("{}", report::decision_text(&decision));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    write_reports(options, folder, &results, Some(&decision))?;
    Ok(ExitCode::SUCCESS)
}

fn measure(options: &Options) -> Result<ExitCode, String> {
    let jobs = schedule::jobs(options, capacity::most)?;
    let conditions = Conditions {
        format: FORMAT,
        redloop: env!("CARGO_PKG_VERSION").into(),
        optimised: !cfg!(debug_assertions),
        machine: Machine::here(),
        placement: options.placement()?,
        quick: options.quick,
        measure_seconds: options.measure_seconds(),
        warmup_seconds: options.warmup_seconds(),
        workers: options.workers.map_or(0, usize::from),
        seed: options.seed,
    };
    let store = Store::open(&options.out, conditions.clone(), options.resume)?;
    machine::stay_on(&conditions.placement.generator_cores)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let log = options.out.join(LOG);
    let bench = Bench {
        measure_seconds: conditions.measure_seconds,
        warmup_seconds: conditions.warmup_seconds,
        quick: conditions.quick,
        workers: conditions.workers,
        placement: &conditions.placement,
        port: options.port,
        seed: conditions.seed,
        log: &log,
    };
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = measure_all(&jobs, &bench, &store) => outcome.map(Some),
            // The server under measurement ends with the measurement that is dropped here.
            _ = tokio::signal::ctrl_c() => Ok(None),
            () = terminated() => Ok(None),
        }
    });
    // Threads of a load that was broken off are not waited for.
    runtime.shutdown_background();
    let Some(Run { measurements, skipped, failed }) = outcome? else {
        return Err(format!(
            "broken off; what was measured is kept, go on with: redloop lab --resume --out {}",
            options.out.display()
        ));
    };
    let results = Results { conditions, measurements, skipped };
    conclude(options, &store, &results)?;
    if results.measurements.is_empty() {
        let why = results.skipped.first().map_or("", |skipped| skipped.why.as_str());
        return Err(format!("nothing could be measured: {why}"));
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What a run came to.
struct Run {
    measurements: Vec<Measurement>,
    skipped: Vec<Skipped>,
    /// A measurement broke off, which is more than having no room for it.
    failed: bool,
}

async fn measure_all(jobs: &[Job], bench: &Bench<'_>, store: &Store) -> Result<Run, String> {
    let mut run = Run { measurements: Vec::new(), skipped: Vec::new(), failed: false };
    let mut capacity = Capacity::default();
    let mut failures_in_a_row = 0;
    let mut pending = Vec::new();
    for job in jobs {
        if let Some(why) = capacity.refusal(&job.point) {
            let skipped = Skipped { what: format!("{}, {}", job.scenario, job.point), why };
            if !run.skipped.contains(&skipped) {
                eprintln!("Not measured: {}: {}", skipped.what, skipped.why);
                run.skipped.push(skipped);
            }
        } else if let Some(known) = store.load(job)? {
            run.measurements.push(known);
        } else {
            pending.push(job);
        }
    }
    if !run.measurements.is_empty() {
        eprintln!(
            "{} measurements are there already, {} to go.",
            run.measurements.len(),
            pending.len()
        );
    }
    let progress = progress_bar(pending.len())?;
    for job in pending {
        let name = format!("{} · {} · {}", job.scenario, job.point, job.setup);
        progress.set_message(name.clone());
        match bench.measure(job).await {
            Ok(measurement) => {
                store.save(job, &measurement)?;
                run.measurements.push(measurement);
                failures_in_a_row = 0;
            }
            Err(why) => {
                progress.suspend(|| eprintln!("Failed: {name}: {why}"));
                run.failed = true;
                let what = format!("{name}, repetition {}", job.repetition);
                run.skipped.push(Skipped { what, why: why.clone() });
                failures_in_a_row += 1;
                if failures_in_a_row == FAILURES_MAX {
                    return Err(format!(
                        "{FAILURES_MAX} measurements in a row failed, the last one: {why}"
                    ));
                }
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(run)
}

/// Writes and shows what was measured.
fn conclude(options: &Options, store: &Store, results: &Results) -> Result<(), String> {
    // Shown with every run; a quick one says itself that it decides nothing.
    let decision = Decision::derive(results, true).ok();
    let document = results.document(decision.as_ref());
    let path = store.save_all(&document)?;
    if options.json {
        print_json(&document)?;
    } else {
        print!("{}", report::tables(results));
        if let Some(decision) = &decision {
            print!("\n{}", report::decision_text(decision));
        }
        println!("\nAll figures: {}", path.display());
    }
    write_reports(options, &options.out, results, decision.as_ref())
}

/// Those that were asked for.
fn write_reports(
    options: &Options,
    folder: &Path,
    results: &Results,
    decision: Option<&Decision>,
) -> Result<(), String> {
    let write = |name: &str, text: &str| {
        let path: PathBuf = folder.join(name);
        store::write_whole(&path, text)?;
        eprintln!("Report: {}", path.display());
        Ok::<(), String>(())
    };
    if options.html {
        write(REPORT, &report::page(results, decision))?;
    }
    if options.markdown {
        write(REPORT_MARKDOWN, &report::document(results, decision))?;
    }
    Ok(())
}

fn print_json(value: &impl serde::Serialize) -> Result<(), String> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| format!("cannot be written as JSON: {error}"))?;
    println!("{text}");
    Ok(())
}

/// Hidden where standard error is no terminal.
fn progress_bar(measurements: usize) -> Result<ProgressBar, String> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {left}  {msg}")
        .map_err(|error| format!("the progress bar: {error}"))?
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            // Before the first is done, nobody knows.
            let _ = if state.pos() == 0 {
                write!(out, "…")
            } else {
                write!(out, "{} left", HumanDuration(state.eta()))
            };
        });
    let bar = ProgressBar::new(measurements as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_secs(1));
    Ok(bar)
}

/// Resolves when the process is asked to end.
#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
