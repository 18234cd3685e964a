//! The progress bar, on standard error; nothing is drawn where that is no terminal.

use crate::load::{Phase, Progress, Stop};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{cell::Cell, time::Duration};

/// What bars look like: name, bar, how far, how fast.
const TEMPLATE: &str = "{prefix:12} {wide_bar:.cyan/dim} {percent:>3} % {msg}";

/// Shows a run.
pub(super) struct Bar {
    bar: ProgressBar,
    /// Whether progress is measured by time instead of by what is done.
    by_time: Cell<bool>,
    /// What is counted.
    unit: Cell<&'static str>,
}

impl Bar {
    /// With nothing to show yet.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Self { bar, by_time: Cell::new(false), unit: Cell::new("") }
    }

    /// Takes it off the screen.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn start(&self, prefix: String, length: u64, by_time: bool, unit: &'static str) {
        self.by_time.set(by_time);
        self.unit.set(unit);
        self.bar.reset();
        self.bar.set_prefix(prefix);
        self.bar.set_message("");
        self.bar.set_length(length);
    }
}

impl Progress for Bar {
    fn begin(&self, phase: Phase<'_>) {
        match phase {
            Phase::Filling(command, times) => {
                self.start(format!("fill: {command}"), times, false, "commands");
            }
            Phase::Connecting(connections) => {
                self.start("connecting".into(), connections, false, "connections");
            }
            Phase::WarmingUp(duration) => {
                self.start("warming up".into(), milliseconds(duration), true, "requests");
            }
            Phase::Running(Stop::After(duration)) => {
                self.start("running".into(), milliseconds(duration), true, "requests");
            }
            Phase::Running(Stop::Requests(requests)) => {
                self.start("running".into(), requests, false, "requests");
            }
        }
    }

    fn advance(&self, done: u64, elapsed: Duration) {
        let seconds = elapsed.as_secs_f64();
        if seconds > 0.0 && done > 0 {
            self.bar.set_message(format!("{:.0} {}/s", done as f64 / seconds, self.unit.get()));
        }
        self.bar.set_position(if self.by_time.get() { milliseconds(elapsed) } else { done });
    }

    fn say(&self, text: &str) {
        self.bar.suspend(|| eprintln!("redloop bench: {text}"));
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
