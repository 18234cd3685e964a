//! Set-up: everything a fresh machine lacks, fetched once, from package registries only.
//!
//! Each task names what it needs; what is already there costs a look. System packages are the
//! only part that needs rights: as root or with password-free `sudo` they are installed, otherwise
//! the error says what to install. All else lands below `target/tools` and `node_modules`.

mod apt;
mod find;
mod npm;
mod python;
mod rust;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;

pub(crate) use find::environment;
pub(crate) use npm::program as npm_program;
pub(crate) use rust::{WASM_TARGET, check_wasm_bindgen_version};

/// Something a task cannot do without.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// rustfmt and clippy.
    Lints,
    /// The standard library for `wasm32-unknown-unknown`.
    WasmTarget,
    /// `wasm-bindgen` and its test runner.
    WasmBindgen,
    /// `wasm-split`.
    WasmSplit,
    /// `wasm-pack`.
    WasmPack,
    /// Node and the packages of every `package-lock.json`.
    Npm,
    /// Python with the client library and the Valkey server of `xtask/requirements.txt`.
    Python,
    /// Chromium and its WebDriver.
    Chromium,
    /// Redis' server and command line tools.
    Redis,
    /// Valgrind, for instruction counts.
    Valgrind,
    /// A C++ compiler, for the fuzzing library.
    Cxx,
}

/// What `cargo xtask play` needs.
pub(crate) const PLAY: &[Need] = &[Need::WasmTarget, Need::WasmBindgen, Need::WasmSplit, Need::Npm];

/// What `cargo xtask test` needs.
pub(crate) const TEST: &[Need] = &[
    Need::Lints,
    Need::WasmTarget,
    Need::WasmBindgen,
    Need::WasmSplit,
    Need::WasmPack,
    Need::Npm,
    Need::Python,
    Need::Chromium,
    Need::Redis,
    Need::Valgrind,
    Need::Cxx,
];

/// Provides `needs`; quick when everything is there.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let needs: BTreeSet<Need> = needs.iter().copied().collect();
    apt::ensure(&needs)?;
    if needs.contains(&Need::Lints) {
        rust::ensure_lints()?;
    }
    if needs.contains(&Need::WasmTarget) {
        rust::ensure_wasm_target()?;
    }
    if needs.contains(&Need::WasmBindgen) {
        rust::ensure_wasm_bindgen()?;
    }
    if needs.contains(&Need::WasmPack) {
        rust::ensure_wasm_pack()?;
    }
    if needs.contains(&Need::Redis) {
        find::link_redis_server()?;
    }
    if needs.contains(&Need::Python) {
        python::ensure_packages()?;
    }
    if needs.contains(&Need::Npm) {
        python::ensure_node()?;
        npm::ensure_packages()?;
    }
    Ok(())
}

/// The program that `variable` names; an error says how to get it.
pub(crate) fn tool(variable: &str) -> Result<PathBuf> {
    find::tool(variable)
}

/// Prints shell lines that give plain `cargo test` the same tools.
pub(crate) fn print_environment() {
    for (variable, value) in environment() {
        println!("export {variable}='{}'", value.to_string_lossy().replace('\'', r"'\''"));
    }
}
