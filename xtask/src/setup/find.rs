//! Finding programs, and telling the tests where they are by environment variables.
//!
//! A variable that is already set wins, then what set-up made, then the search path.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::paths;

/// A variable that names a program, and the names it goes by.
struct Program {
    variable: &'static str,
    names: &'static [&'static str],
}

/// Every program that tests may ask for.
const PROGRAMS: &[Program] = &[
    Program { variable: "REDLOOP_BIN", names: &[] },
    Program { variable: "REDIS_SERVER", names: &["redis-server"] },
    Program { variable: "REDIS_CLI", names: &["redis-cli"] },
    Program { variable: "REDIS_BENCHMARK", names: &["redis-benchmark"] },
    Program { variable: "VALKEY_SERVER", names: &["valkey-server"] },
    Program {
        variable: "CHROMIUM",
        names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    },
    Program { variable: "CHROMEDRIVER", names: &["chromedriver"] },
    Program { variable: "PYTHON", names: &["python3"] },
];

/// What this process adds to the environment of the programs it starts.
pub(crate) fn environment() -> Vec<(&'static str, OsString)> {
    let mut found: Vec<(&str, OsString)> = vec![("PATH", search_path())];
    for program in PROGRAMS {
        if let Some(path) = find(program) {
            found.push((program.variable, path.into()));
        }
    }
    found
}

/// The program that `variable` names.
pub(super) fn tool(variable: &str) -> Result<PathBuf> {
    let program = PROGRAMS.iter().find(|program| program.variable == variable);
    let program = program.with_context(|| format!("{variable} is not a known tool"))?;
    match find(program) {
        Some(path) if path.is_file() => Ok(path),
        Some(path) => bail!("{variable} names {}, which is not a file", path.display()),
        None => bail!(
            "no {} found: run `cargo xtask setup`, or set {variable} to its path",
            program.names.join(" or ")
        ),
    }
}

/// Whether the program of `variable` can be found.
pub(super) fn has(variable: &str) -> bool {
    tool(variable).is_ok()
}

/// Whether `name` is on the search path.
pub(super) fn on_path(name: &str) -> bool {
    which(name).is_some()
}

/// Makes `redis-server` of Debian's `redis-tools`, without the package of that name.
///
/// The server package only adds a link and a system service; the service would occupy port 6379,
/// which `cargo xtask play` wants. The program acts as a server when it is called as one.
pub(super) fn link_redis_server() -> Result<()> {
    let linked = paths::tools_bin().join("redis-server");
    if has("REDIS_SERVER") {
        return Ok(());
    }
    let program =
        which("redis-check-rdb").context("redis-check-rdb of `redis-tools` is missing")?;
    std::fs::create_dir_all(paths::tools_bin())?;
    std::fs::copy(program, &linked).context("cannot copy redis-check-rdb")?;
    Ok(())
}

/// The folders that programs are looked for in: set-up's own first.
fn search_path() -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![paths::tools_bin()];
    folders.extend(env::split_paths(&inherited));
    if let Some(drivers) = env::var_os("CHROMEWEBDRIVER") {
        folders.push(drivers.into());
    }
    env::join_paths(folders).unwrap_or(inherited)
}

fn find(program: &Program) -> Option<PathBuf> {
    if let Some(set) = env::var_os(program.variable) {
        return Some(set.into());
    }
    let made = match program.variable {
        // Named even before it is built: tests then say what is missing.
        "REDLOOP_BIN" => return Some(paths::server()),
        "VALKEY_SERVER" => paths::tools().join(paths::program("valkey-server")),
        "PYTHON" => super::python::interpreter(),
        _ => PathBuf::new(),
    };
    if made.is_file() {
        return Some(made);
    }
    program.names.iter().find_map(|name| which(name))
}

fn which(name: &str) -> Option<PathBuf> {
    let name = paths::program(name);
    env::split_paths(&search_path()).map(|folder| folder.join(&name)).find(|path| runnable(path))
}

#[cfg(unix)]
fn runnable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn runnable(path: &Path) -> bool {
    path.is_file()
}
