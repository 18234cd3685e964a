//! Where the programs under test and their oracles are.
//!
//! `cargo xtask setup` installs them and sets the variables; without it the usual places are tried. A missing
//! program is an error with the remedy in it, never a reason to skip.

use std::path::{Path, PathBuf};

/// The workspace's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Debian's Redis 7.0: `$REDIS_SERVER`.
///
/// # Errors
/// When there is no such file.
pub fn redis_server() -> Result<PathBuf, String> {
    let made = root().join("target/tools/bin/redis-server");
    find("REDIS_SERVER", if made.exists() { made } else { PathBuf::from("/usr/bin/redis-server") })
}

/// Debian's redis-cli: `$REDIS_CLI`.
///
/// # Errors
/// When there is no such file.
pub fn redis_cli() -> Result<PathBuf, String> {
    find("REDIS_CLI", PathBuf::from("/usr/bin/redis-cli"))
}

/// Valkey 9.1, whose behaviour Redloop gives: `$VALKEY_SERVER`.
///
/// # Errors
/// When there is no such file.
pub fn valkey_server() -> Result<PathBuf, String> {
    find("VALKEY_SERVER", root().join("target/tools/valkey-server"))
}

/// The native server: `$REDLOOP_BIN`, else what cargo built last.
///
/// # Errors
/// When there is no such file.
pub fn redloop() -> Result<PathBuf, String> {
    let debug = root().join("target/debug/redloop");
    let release = root().join("target/release/redloop");
    find("REDLOOP_BIN", if release.exists() && !debug.exists() { release } else { debug })
}

/// How the native server is started: under the concurrency model that `$REDLOOP_MODEL` names, so that every test of the
/// server is a test of each model; more words are further options. Unset: the default.
pub fn model() -> Vec<String> {
    let words = std::env::var("REDLOOP_MODEL").unwrap_or_default();
    let mut words = words.split_whitespace().map(str::to_owned).peekable();
    if words.peek().is_none() {
        return Vec::new();
    }
    std::iter::once("--model".to_owned()).chain(words).collect()
}

/// A Python with redis-py: `$PYTHON`.
///
/// # Errors
/// When there is no such file.
pub fn python() -> Result<PathBuf, String> {
    find("PYTHON", root().join("target/tools/py/bin/python"))
}

fn find(variable: &str, usual: PathBuf) -> Result<PathBuf, String> {
    let path = std::env::var_os(variable).map_or(usual, PathBuf::from);
    if path.is_file() {
        return Ok(path);
    }
    Err(format!(
        "{} is missing: run `cargo xtask setup`, or set {variable} to where it is",
        path.display()
    ))
}
