//! What every concurrency model promises, shown under every one of them on real sockets: one order of all commands, no lost
//! update, admission that throttles and does not drop, memory with bounds, replies in order, nobody left behind. A test's
//! name ends in the model it ran under.
//!
//! Left out: what a conversation shows. `cargo xtask test --only models` runs those under every model.
#![cfg(target_os = "linux")]

/// Makes a test for each model of each of these functions, which take the model. Those after the semicolon are run with
/// `--offload` too: they throw big values away, or are about what may come late.
macro_rules! under_every_model {
    ($($test:ident),* $(,)?; $($offloading:ident),* $(,)?) => {
        $(mod $test {
            crate::tests_of_a_model!($test: event_loop EVENT_LOOP);
            crate::tests_of_a_model!($test: task_per_connection TASK_PER_CONNECTION);
            crate::tests_of_a_model!($test: worker_pool WORKER_POOL);
        })*
        $(mod $offloading {
            crate::tests_of_a_model!($offloading: event_loop EVENT_LOOP);
            crate::tests_of_a_model!($offloading: event_loop_offload EVENT_LOOP_OFFLOAD);
            crate::tests_of_a_model!($offloading: task_per_connection TASK_PER_CONNECTION);
            crate::tests_of_a_model!($offloading: worker_pool WORKER_POOL);
        })*
    };
}

macro_rules! tests_of_a_model {
    ($test:ident: $name:ident $model:ident) => {
        #[test]
        fn $name() {
            super::$test(crate::$model);
        }
    };
}
pub(crate) use tests_of_a_model;

mod burst;
mod linearizable;
mod memory;
mod order;
mod races;
mod start;
mod throttling;

use redloop_tests::native::{Client, Native};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A model, as options of the server. Three workers: more than the cores of a small machine, so that threads are taken off
/// the processor in the middle of things.
type Model = &'static [&'static str];

const EVENT_LOOP: Model = &["--model", "event-loop"];
const EVENT_LOOP_OFFLOAD: Model = &["--model", "event-loop", "--offload", "yes"];
const TASK_PER_CONNECTION: Model = &["--model", "task-per-connection", "--workers", "3"];
const WORKER_POOL: Model = &["--model", "worker-pool", "--workers", "3"];

const MIB: usize = 1 << 20;

fn start(model: Model, arguments: &[&str]) -> (Native, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let all = [model, arguments].concat();
    (Native::start(folder.path(), &all).unwrap(), folder)
}

/// One at a time: tests that need most of the machine's memory or of the process' files.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until `met`; `what` says what never happened.
fn until(what: &str, mut met: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !met() {
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A line of INFO, without its name.
fn info(client: &mut Client, name: &str) -> String {
    let info = client.ask("INFO everything");
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {info}")).to_owned()
}

/// Waits until INFO says that `client` is the only one, to the engine and to the workers.
fn await_alone(client: &mut Client) {
    until("the others are gone", || {
        let info = client.ask("INFO everything");
        let connections = info
            .lines()
            .filter(|line| line.starts_with("worker"))
            .filter_map(|line| line.split("connections=").nth(1)?.split(',').next())
            .filter_map(|number| number.parse::<usize>().ok());
        info.contains("\nconnected_clients:1\r") && connections.sum::<usize>() <= 1
    });
}

/// Bytes that the server has in memory beyond `before`.
fn grown(server: &Native, before: u64) -> usize {
    server.resident_bytes().saturating_sub(before) as usize
}
