//! `budgets.toml`: the one file with the numbers that must hold.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::paths;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budgets {
    /// What the page may weigh.
    pub size: Vec<Size>,
}

/// A limit on some of the page's files together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Size {
    /// What a person calls it.
    pub name: String,
    /// The file name extensions that count; empty for all files.
    pub extensions: Vec<String>,
    /// The most bytes after brotli, each file compressed by itself.
    pub brotli_bytes_max: u64,
}

/// Reads the file.
pub(crate) fn read() -> Result<Budgets> {
    let path = paths::root().join("budgets.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    toml::from_str(&text).context("budgets.toml is malformed")
}
