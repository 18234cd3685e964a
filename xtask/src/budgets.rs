//! `budgets.toml`: the one file with the numbers that must hold.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::paths;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budgets {
    /// What the page may weigh.
    pub(crate) size: Vec<Size>,
    /// What the server should reach.
    pub(crate) bench: Bench,
}

/// A limit on some of the page's files together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Size {
    /// What a person calls it.
    pub(crate) name: String,
    /// Which of the files count.
    pub(crate) visit: Visit,
    /// The file name extensions that count; empty for all files.
    pub(crate) extensions: Vec<String>,
    /// How a file that does not count begins its name; absent when all do.
    pub(crate) except: Option<String>,
    /// The most bytes after brotli, each file compressed by itself.
    pub(crate) brotli_bytes_max: u64,
}

/// When a file is downloaded.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Visit {
    /// On a first visit, before anything is clicked.
    First,
    /// Of these, the last: what comes when the engine has arrived.
    Later,
    /// At some time.
    Any,
}

/// Goals of `cargo xtask bench`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bench {
    /// Resident bytes a key.
    pub(crate) bytes_per_key_max: u32,
    /// Of the better real server's bytes a collection.
    pub(crate) collection_bytes_ratio_max: f64,
    /// The longest pause while keys are inserted, in milliseconds.
    pub(crate) insert_pause_ms_max: u32,
    /// From start to first answer, in milliseconds.
    pub(crate) cold_start_ms_max: u32,
    /// The 99th of 100 replies at 70 % load, against the better real server's.
    pub(crate) tail_ratio_max: f64,
    /// What idle connections may take of the requests a second, of 1.
    pub(crate) idle_loss_max: f64,
    /// From navigation until a first command is answered, in milliseconds, by the line.
    pub(crate) first_command_ms_max: BTreeMap<String, u32>,
    /// Thousands of commands a second in a tab, by the workload.
    pub(crate) tab_thousands_min: BTreeMap<String, u32>,
    /// From frame to frame, in milliseconds.
    pub(crate) frame_ms_max: f64,
    /// From any instant of a long session to any other, in milliseconds.
    pub(crate) rewind_ms_max: u32,
    /// Ratios against the better of the real servers.
    pub(crate) speed: Vec<Speed>,
}

/// A ratio to reach at one depth.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Speed {
    /// A workload's name; absent for all of them.
    pub(crate) workload: Option<String>,
    /// Commands sent at once.
    pub(crate) pipeline: u32,
    /// Above 1 is faster than the real servers.
    pub(crate) ratio_min: f64,
}

/// Reads the file.
pub(crate) fn read() -> Result<Budgets> {
    let path = paths::root().join("budgets.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    toml::from_str(&text).context("budgets.toml is malformed")
}
