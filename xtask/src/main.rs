//! Every chore of the project: `cargo xtask play`, `test`, `bench` and their parts.
//!
//! Nothing has to be prepared by hand: each task first provides what it needs (see `setup`). The
//! tools that take long to build live in `xtask/wasm`, so that this program builds in seconds.

mod bench;
mod budgets;
mod lessons;
mod licences;
mod paths;
mod play;
mod run;
mod setup;
mod size;
mod split;
mod test;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Chores of Redloop")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, then start the server and its playground page
    Play(play::Options),
    /// Run every test and check; sets up what is missing
    Test(test::Options),
    /// Measure our server beside Redis and Valkey
    Bench(bench::Options),
    /// Install and build everything the other tasks need
    Setup,
    /// Compile the engine to WebAssembly for the page
    Wasm,
    /// Build the page, engine included, into web/dist
    Page,
    /// Measure the page's files against budgets.toml
    Size,
    /// Check the licences and sources of all dependencies against deny.toml
    Licences,
    /// Check lessons on the engine, the server and real servers; --fix writes into them what those say
    Lessons(lessons::Options),
    /// Print shell lines that give plain `cargo test` the tools of set-up
    Env,
}

fn main() -> ExitCode {
    match act(Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn act(task: Task) -> Result<ExitCode> {
    match task {
        Task::Play(options) => return play::play(&options),
        Task::Test(options) => return test::test(&options),
        Task::Bench(options) => bench::bench(&options)?,
        Task::Setup => setup::ensure(setup::TEST)?,
        Task::Wasm => {
            setup::ensure(setup::PLAY)?;
            wasm::build()?;
        }
        Task::Page => {
            setup::ensure(setup::PLAY)?;
            wasm::build()?;
            wasm::build_page()?;
        }
        Task::Size => size::check()?,
        Task::Licences => licences::check()?,
        Task::Lessons(options) => lessons::check(&options)?,
        Task::Env => setup::print_environment(),
    }
    Ok(ExitCode::SUCCESS)
}
