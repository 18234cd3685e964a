//! `cargo xtask test`: every check, as an ordered list of stages.
//!
//! Cheap and telling stages come first. At a desk the first failure ends the run; in CI (`CI` is
//! set) all stages run and the summary lists every failure. A stage never skips: what it lacks is
//! either installed by set-up or an error.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{bench, licences, paths, play, run, setup, size, wasm};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only this stage (repeatable)
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
    /// Begin with this stage
    #[arg(long, value_name = "STAGE", conflicts_with = "only")]
    from: Option<String>,
    /// Run the remaining stages after a failure, as CI does
    #[arg(long)]
    keep_going: bool,
    /// List the stages and stop
    #[arg(long)]
    list: bool,
}

/// One step of the whole, and the word to ask for it alone.
struct Stage {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<()>,
}

/// In the order they run. Later stages use what earlier ones built.
const STAGES: &[Stage] = &[
    Stage { name: "format", about: "rustfmt", run: format },
    Stage { name: "core-wasm", about: "the core compiles without an operating system", run: core },
    Stage { name: "lint", about: "clippy, warnings are errors", run: lint },
    Stage { name: "licences", about: "licences and sources of dependencies", run: licences::check },
    Stage { name: "docs", about: "the API documentation builds without warnings", run: docs },
    Stage { name: "wasm", about: "the engine as a wasm package", run: wasm::build },
    Stage { name: "page", about: "type check and build of the page", run: page },
    Stage { name: "server", about: "the server as it ships", run: play::build_server },
    Stage { name: "play", about: "server and page start, answer and stop", run: play },
    Stage { name: "rust", about: "all Rust tests, the real servers as oracles", run: rust },
    Stage { name: "models", about: "the server's tests under every other model", run: models },
    Stage { name: "wasm-node", about: "the wasm tests in Node", run: wasm_node },
    Stage { name: "wasm-chromium", about: "the wasm tests in Chromium", run: wasm_chromium },
    Stage { name: "page-unit", about: "the page's unit tests (vitest)", run: page_unit },
    Stage { name: "page-browser", about: "the page in Chromium (Playwright)", run: page_browser },
    Stage { name: "package", about: "the npm package: clients, bundlers, elements", run: package },
    Stage { name: "fuzz", about: "the fuzz targets build", run: fuzz },
    Stage {
        name: "instructions",
        about: "instructions a command against core/instructions.toml",
        run: bench::instruction_gate,
    },
    Stage { name: "size", about: "sizes against budgets.toml", run: size::check },
];

/// The models beside the default one, with the options that the server's tests are run with.
/// The last sends every read away that can be, so that all conversations go through jobs.
const MODELS: [&str; 3] = [
    "task-per-connection --workers 2",
    "worker-pool --workers 2",
    "event-loop --offload yes --offload-threshold 1",
];

/// Sets up, runs the chosen stages, prints how long each took and what failed.
pub(crate) fn test(options: &Options) -> Result<ExitCode> {
    if options.list {
        for stage in STAGES {
            println!("{:<16} {}", stage.name, stage.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let stages = chosen(options)?;
    let begun = Instant::now();
    setup::ensure(setup::TEST)?;
    let mut results = vec![("set-up", begun.elapsed(), Ok(()))];
    let keep_going = options.keep_going || in_ci();
    for stage in stages {
        eprintln!("\n=== {}: {}", stage.name, stage.about);
        let begun = Instant::now();
        let result = (stage.run)();
        let took = begun.elapsed();
        let ended = if result.is_ok() { "passed" } else { "FAILED" };
        eprintln!("=== {} {ended} in {}", stage.name, seconds(took));
        if let Err(error) = &result {
            eprintln!("{error:#}\n  alone: cargo xtask test --only {}", stage.name);
        }
        let stop = result.is_err() && !keep_going;
        results.push((stage.name, took, result));
        if stop {
            break;
        }
    }
    Ok(summarise(&results, begun.elapsed()))
}

type Outcome = (&'static str, Duration, Result<()>);

fn summarise(results: &[Outcome], took: Duration) -> ExitCode {
    println!("\n{:<16} {:>8}", "stage", "took");
    for (name, took, result) in results {
        let mark = if result.is_ok() { "" } else { "   FAILED" };
        println!("{name:<16} {:>8}{mark}", seconds(*took));
    }
    let failed: Vec<_> = results.iter().filter(|(_, _, result)| result.is_err()).collect();
    println!("{:<16} {:>8}", "all", seconds(took));
    if failed.is_empty() {
        println!("\nall {} stages passed", results.len() - 1);
        return ExitCode::SUCCESS;
    }
    for (name, _, result) in failed {
        if let Err(error) = result {
            println!("\n{name}: {error:#}\n  alone: cargo xtask test --only {name}");
        }
    }
    ExitCode::FAILURE
}

fn chosen(options: &Options) -> Result<Vec<&'static Stage>> {
    let position = |name: &String| {
        let found = STAGES.iter().position(|stage| stage.name == name);
        found.with_context(|| format!("no stage `{name}`: see `cargo xtask test --list`"))
    };
    if !options.only.is_empty() {
        let mut positions = options.only.iter().map(position).collect::<Result<Vec<_>>>()?;
        positions.sort_unstable();
        return Ok(positions.into_iter().map(|at| &STAGES[at]).collect());
    }
    let first = options.from.as_ref().map_or(Ok(0), position)?;
    Ok(STAGES[first..].iter().collect())
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn format() -> Result<()> {
    run::run(run::cargo().args(["fmt", "--all", "--check"]))?;
    let manifest = ["--manifest-path", "xtask/wasm/Cargo.toml"];
    run::run(run::cargo().arg("fmt").args(manifest).arg("--check"))
}

fn core() -> Result<()> {
    let target = ["--target", setup::WASM_TARGET];
    run::run(run::cargo().args(["check", "--locked", "-p", "redloop-core"]).args(target))
}

fn lint() -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    run::run(run::cargo().args(["clippy", "--workspace", "--all-targets"]).args(deny))?;
    let mut wasm = run::cargo();
    wasm.args(["clippy", "-p", "redloop-wasm", "--all-targets", "--target", setup::WASM_TARGET]);
    run::run(wasm.args(deny))
}

fn docs() -> Result<()> {
    let mut doc = run::cargo();
    doc.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    run::run(&mut doc)
}

fn page() -> Result<()> {
    npm("check")?;
    wasm::build_page()
}

/// In a process of its own, because it takes over Ctrl-C.
fn play() -> Result<()> {
    let this = std::env::current_exe()?;
    run::run(run::command(&this.to_string_lossy()).args(["play", "--no-build", "--check"]))
}

fn rust() -> Result<()> {
    run::run(run::cargo().args(["test", "--no-fail-fast"]))
}

/// What a server is tested with: conversations, clients, sockets, start and stop. The default model has had them.
fn models() -> Result<()> {
    for model in MODELS {
        eprintln!("--- {model}");
        let mut test = run::cargo();
        test.args(["test", "--no-fail-fast", "-p", "redloop-tests"]).env("REDLOOP_MODEL", model);
        for suite in
            ["clients", "migrate", "native_sockets", "native_start", "strangers", "transcripts"]
        {
            test.args(["--test", suite]);
        }
        // The other conversations never meet the server.
        test.args([
            "--",
            "--skip",
            "redis7_says",
            "--skip",
            "valkey9_says",
            "--skip",
            "the_core_says",
        ]);
        run::run(&mut test)?;
    }
    Ok(())
}

fn wasm_node() -> Result<()> {
    wasm_tests(&["--node"])
}

fn wasm_chromium() -> Result<()> {
    setup::tool("CHROMIUM")?;
    let driver = setup::tool("CHROMEDRIVER")?;
    wasm_tests(&["--headless", "--chrome", "--chromedriver", &driver.to_string_lossy()])
}

/// Runs the suites of `wasm/tests` that are for the environment `host` selects.
fn wasm_tests(host: &[&str]) -> Result<()> {
    let mut test = run::command("wasm-pack");
    // Options come first: what follows the crate's folder is passed on.
    test.arg("test").args(host).args(["--mode", "no-install", "wasm"]);
    // The runner's own panics are of no interest, and the page's stack would hide the message.
    test.env("RUST_BACKTRACE", "0");
    let said = run::run_reading(&mut test)?;
    if passed(&said) == 0 {
        bail!("no wasm test ran with {}", host.join(" "));
    }
    Ok(())
}

/// How many tests the closing lines of a test run say have passed.
fn passed(said: &str) -> u64 {
    let counts = said.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("test result: ok. ")?;
        rest.split(' ').next()?.parse::<u64>().ok()
    });
    counts.sum()
}

fn page_unit() -> Result<()> {
    npm("test")
}

fn page_browser() -> Result<()> {
    setup::tool("CHROMIUM")?;
    npm("e2e")
}

/// Builds the package as it is published, then uses it as others would.
fn package() -> Result<()> {
    setup::tool("CHROMIUM")?;
    npm("package")?;
    npm("package:clients")?;
    npm("package:bundlers")
}

fn npm(script: &str) -> Result<()> {
    run::run_reading(run::npm("web").args(["run", "--silent", script])).map(drop)
}

/// Builds the targets without instrumentation, which needs no nightly toolchain.
fn fuzz() -> Result<()> {
    let mut build = run::cargo();
    build.args(["build", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"]);
    run::run(build.arg(paths::target().join("fuzz")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_names_are_unique() {
        let mut names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES.len());
    }

    #[test]
    fn passed_tests_are_summed_over_suites() {
        let said = "running 2 tests\ntest result: ok. 2 passed; 0 failed\n\
                    test result: ok. 40 passed; 0 failed\ntest result: FAILED. 7 passed\n";
        assert_eq!(passed(said), 42);
        assert_eq!(passed("no tests to run!"), 0);
    }
}
