//! Memory while every kind of client comes and goes for minutes, under each concurrency model: what leaks, grows.
//!
//! Nothing but leaks can grow. The keys are a fixed set, values have a largest size, and the clients are a fixed number of
//! threads (`clients`) that do the same all the time. Resident memory and open files are looked at every second. Memory is
//! flat if its slope over the second half is below [`SLOPE_MAX`]: the median of the slopes between all pairs of samples
//! (Theil and Sen), which single peaks do not move. The first half belongs to the allocator, which takes its time to have
//! seen every mixture of sizes.

mod clients;
mod talk;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Options;
use super::report::{self, Table, median};
use super::server::{Kind, Server};

/// The models, as options of the server.
const MODELS: &[(&str, &[&str])] = &[
    ("event-loop", &["--model", "event-loop"]),
    ("event-loop, offload", &["--model", "event-loop", "--offload", "yes"]),
    ("task-per-connection", &["--model", "task-per-connection", "--workers", "2"]),
    ("worker-pool", &["--model", "worker-pool", "--workers", "2"]),
];

/// All there are: server and clients share them, so that threads are moved about.
const CORES: &str = "0,1";

/// How long each model is served with.
const TIME: Duration = Duration::from_secs(300);
const TIME_QUICK: Duration = Duration::from_secs(10);

/// Between two samples.
const INTERVAL: Duration = Duration::from_secs(1);

/// Growth of the second half that still counts as flat, bytes a second. One byte lost for each command, or one connection in
/// a hundred that is not forgotten, is more.
const SLOPE_MAX: f64 = 16.0 * 1024.0;

/// How long the server may take to notice that everybody has gone.
const LEAVING_TIMEOUT: Duration = Duration::from_secs(10);

/// What was seen of a server, once a second.
struct Watched {
    resident_bytes: Vec<f64>,
    files: Vec<f64>,
    /// Open files before the first client and after the last.
    files_alone: [usize; 2],
    commands: u64,
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let time = if options.quick { TIME_QUICK } else { TIME };
    let mut table = Table::new(&[
        "",
        "RSS at 20 %",
        "50 %",
        "100 %",
        "slope of 2nd half",
        "files",
        "commands",
        "",
    ]);
    let mut results = Vec::new();
    let mut broken = Vec::new();
    for (name, model) in MODELS {
        eprintln!("  {name}: {} s", time.as_secs());
        let watched = soak(model, time)?;
        let verdict = watched.verdict(options.quick);
        table.row(watched.row(name, verdict));
        results.push(watched.result(name));
        if matches!(verdict, Verdict::Grows | Verdict::FilesLeft) {
            broken.push(*name);
        }
    }
    println!("mixed clients for {} s; flat: below {} a second", time.as_secs(), kib(SLOPE_MAX));
    table.print();
    report::write("soak", &json!(results))?;
    if !broken.is_empty() {
        bail!("not flat: {}; the samples are in target/bench/soak.json", broken.join(", "));
    }
    Ok(())
}

/// Serves all kinds of clients for `time`.
fn soak(model: &[&str], time: Duration) -> Result<Watched> {
    let server = Server::start_with(Kind::Redloop, model, CORES)?;
    let before = server.files()?;
    let over = AtomicBool::new(false);
    let mut watched = std::thread::scope(|scope| {
        let started = clients::start(scope, server.port, &over);
        let seen = watch(&server, time);
        over.store(true, Ordering::Relaxed);
        let mut commands = 0;
        for (what, thread) in started {
            let ended = thread.join().ok().with_context(|| format!("{what}: it panicked"))?;
            commands += ended.with_context(|| format!("a client failed: {what}"))?;
        }
        seen.map(|watched| Watched { commands, ..watched })
    })?;
    let deadline = Instant::now() + LEAVING_TIMEOUT;
    while server.files()? > before && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    watched.files_alone = [before, server.files()?];
    Ok(watched)
}

fn watch(server: &Server, time: Duration) -> Result<Watched> {
    let (mut resident_bytes, mut files) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::thread::sleep(INTERVAL);
        resident_bytes.push(server.resident_bytes()? as f64);
        files.push(server.files()? as f64);
        if resident_bytes.len() % 30 == 0 {
            let last = resident_bytes.last().copied().unwrap_or_default();
            eprintln!("    {} s: {}", begun.elapsed().as_secs(), mib(last));
        }
    }
    Ok(Watched { resident_bytes, files, files_alone: [0, 0], commands: 0 })
}

/// What it means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Flat,
    Grows,
    FilesLeft,
    TooShort,
}

impl Watched {
    fn verdict(&self, quick: bool) -> Verdict {
        if self.files_alone[1] > self.files_alone[0] {
            Verdict::FilesLeft
        } else if quick {
            Verdict::TooShort
        } else if self.slope() > SLOPE_MAX {
            Verdict::Grows
        } else {
            Verdict::Flat
        }
    }

    /// Bytes a second over the second half.
    fn slope(&self) -> f64 {
        slope(&self.resident_bytes[self.resident_bytes.len() / 2..]) / INTERVAL.as_secs_f64()
    }

    /// The memory when so much of the time had passed: the median of five samples up to there.
    fn resident_at(&self, share: f64) -> f64 {
        let end = (self.resident_bytes.len() as f64 * share).ceil() as usize;
        median(&self.resident_bytes[end.saturating_sub(5)..end])
    }

    fn row(&self, name: &str, verdict: Verdict) -> Vec<String> {
        let most_files = self.files.iter().copied().fold(0.0, f64::max);
        let verdict = match verdict {
            Verdict::Flat => "flat",
            Verdict::Grows => "GROWS",
            Verdict::FilesLeft => "FILES LEFT OPEN",
            Verdict::TooShort => "too short to judge",
        };
        vec![
            name.to_owned(),
            mib(self.resident_at(0.2)),
            mib(self.resident_at(0.5)),
            mib(self.resident_at(1.0)),
            format!("{}/s", kib(self.slope())),
            format!("{} to {most_files} to {}", self.files_alone[0], self.files_alone[1]),
            self.commands.to_string(),
            verdict.to_owned(),
        ]
    }

    fn result(&self, name: &str) -> Value {
        json!({
            "model": name, "interval_s": INTERVAL.as_secs(), "slope_bytes_per_second": self.slope(),
            "resident_bytes": self.resident_bytes, "files": self.files,
            "files_before_and_after": self.files_alone, "commands": self.commands,
        })
    }
}

/// The median of the slopes between all pairs, each a sample apart.
fn slope(samples: &[f64]) -> f64 {
    let pairs = samples.iter().enumerate().flat_map(|(at, one)| {
        let later = samples[at + 1..].iter().enumerate();
        later.map(move |(after, other)| (other - one) / (after + 1) as f64)
    });
    median(&pairs.collect::<Vec<_>>())
}

fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / 1024.0 / 1024.0)
}

fn kib(bytes: f64) -> String {
    format!("{:.1} KiB", bytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes() {
        assert_eq!(slope(&[]), 0.0);
        assert_eq!(slope(&[7.0; 20]), 0.0);
        assert_eq!(slope(&[1.0, 3.0, 5.0, 7.0]), 2.0);
        // One peak is not growth.
        assert_eq!(slope(&[1.0, 1.0, 900.0, 1.0, 1.0, 1.0]), 0.0);
    }

    #[test]
    fn a_leak_is_seen_through_noise() {
        let noisy = |leak: f64| {
            let samples = (0..300).map(|second| {
                let noise = f64::from(second * 7919 % 101) * 20_000.0;
                50e6 + noise + f64::from(second) * leak
            });
            Watched {
                resident_bytes: samples.collect(),
                files: Vec::new(),
                files_alone: [9, 9],
                commands: 0,
            }
        };
        assert!(noisy(0.0).verdict(false) == Verdict::Flat);
        assert!(noisy(SLOPE_MAX * 2.0).verdict(false) == Verdict::Grows);
    }
}
