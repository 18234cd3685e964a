//! Node packages: `npm ci` wherever a lock file changed since the last time.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{paths, run};

/// The folders with a `package-lock.json`; one that does not exist is not an error.
const FOLDERS: [&str; 3] = ["web", "tests/clients", "xtask/npm"];

/// The oldest Node that runs the page's build.
const NODE_MAJOR_MIN: u32 = 20;

/// Installs the packages of every folder whose lock file is not the installed one.
pub(super) fn ensure_packages() -> Result<()> {
    for folder in FOLDERS {
        if paths::root().join(folder).join("package-lock.json").is_file() {
            ensure_folder(folder)?;
        }
    }
    Ok(())
}

/// Whether the `node` on the search path is recent enough, and `npm` is there.
pub(super) fn node_is_recent() -> bool {
    let version = run::output(run::command("node").arg("--version")).unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next();
    let recent =
        major.and_then(|major| major.parse().ok()).is_some_and(|n: u32| n >= NODE_MAJOR_MIN);
    recent && run::succeeds(run::npm(".").arg("--version"))
}

/// The program that the package `folder` declares as `name`.
pub(crate) fn program(folder: &str, name: &str) -> PathBuf {
    let name = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
    paths::root().join(folder).join("node_modules/.bin").join(name)
}

fn ensure_folder(folder: &str) -> Result<()> {
    let path = paths::root().join(folder);
    let lock = fs::read(path.join("package-lock.json"))?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    let wanted = format!("{:016x}", hasher.finish());
    let stamp = path.join("node_modules/.redloop-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    eprintln!("Installing npm packages of {folder}");
    run::run(run::npm(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
