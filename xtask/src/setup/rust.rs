//! Parts of the Rust toolchain, and the tools built from crates.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{paths, run};

/// The target of the browser build.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The names that the program of `xtask/wasm` acts under.
const WASM_PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/// The tool most people test wasm crates with.
const WASM_PACK_VERSION: &str = "=0.13.1";

/// rustfmt and clippy; rustup's own automatic installation may be switched off.
pub(super) fn ensure_lints() -> Result<()> {
    for component in ["rustfmt", "clippy"] {
        let tool = if component == "clippy" { "clippy-driver" } else { component };
        if !run::succeeds(run::command(tool).arg("--version")) {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// The standard library for the browser build.
pub(super) fn ensure_wasm_target() -> Result<()> {
    let sysroot = run::output(run::command("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib");
    if library.is_dir() {
        return Ok(());
    }
    rustup(&["target", "add", WASM_TARGET])
}

/// Builds `xtask/wasm` (under a minute the first time) and puts it where its names are found.
pub(super) fn ensure_wasm_bindgen() -> Result<()> {
    let target = paths::target().join("xtask-wasm");
    let built = target.join("debug").join(paths::program("xtask-wasm"));
    if !built.is_file() {
        eprintln!("Building wasm-bindgen (once)");
    }
    let manifest = paths::root().join("xtask/wasm/Cargo.toml");
    let mut build = run::cargo();
    build.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
    build.arg("--target-dir").arg(&target);
    run::output(&mut build)?;
    std::fs::create_dir_all(paths::tools_bin())?;
    for name in WASM_PROGRAMS {
        let tool = paths::tools_bin().join(paths::program(name));
        if !same_age(&built, &tool) {
            std::fs::copy(&built, &tool)
                .with_context(|| format!("cannot write {}", tool.display()))?;
        }
    }
    Ok(())
}

/// Installs wasm-pack (some two minutes, once): the tests run through it, so that the crate keeps working with it.
pub(super) fn ensure_wasm_pack() -> Result<()> {
    if paths::tools_bin().join(paths::program("wasm-pack")).is_file() {
        return Ok(());
    }
    eprintln!("Building wasm-pack (once)");
    let mut install = run::cargo();
    install.args(["install", "wasm-pack", "--quiet", "--locked", "--version", WASM_PACK_VERSION]);
    install.arg("--root").arg(paths::tools());
    run::output(install.arg("--target-dir").arg(paths::target().join("wasm-pack"))).map(drop)
}

fn rustup(args: &[&str]) -> Result<()> {
    let done = run::run(Command::new("rustup").current_dir(paths::root()).args(args));
    done.with_context(|| {
        format!("without rustup, install what `rustup {}` would have", args.join(" "))
    })
}

/// Whether `copy` exists and is not older than `original`.
fn same_age(original: &Path, copy: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    match (changed(original), changed(copy)) {
        (Some(original), Some(copy)) => copy >= original,
        _ => false,
    }
}

/// Says that `version` of wasm-bindgen, used by the wasm crate, is also that of the tools.
///
/// # Errors
/// When the two lock files disagree: the formats would not match.
pub(crate) fn check_wasm_bindgen_version() -> Result<()> {
    let locked = |file: &str, package: &str| -> Result<String> {
        let text = std::fs::read_to_string(paths::root().join(file))?;
        let lock: toml::Table = text.parse()?;
        let packages = lock.get("package").and_then(|list| list.as_array());
        let named = |entry: &&toml::Value| {
            entry.get("name").and_then(|name| name.as_str()) == Some(package)
        };
        let found = packages.and_then(|list| list.iter().find(named));
        let version = found.and_then(|entry| entry.get("version")?.as_str());
        Ok(version.with_context(|| format!("{file} names no {package}"))?.to_owned())
    };
    let used = locked("Cargo.lock", "wasm-bindgen")?;
    let tools = locked("xtask/wasm/Cargo.lock", "wasm-bindgen-cli")?;
    if used != tools {
        bail!("wasm/ uses wasm-bindgen {used}, xtask/wasm builds {tools}: make them equal");
    }
    Ok(())
}
