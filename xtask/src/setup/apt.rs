//! System packages, on Debian and its relatives.

use std::collections::BTreeSet;
use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Need, find, npm, python};
use crate::run;

/// Installs the packages of `needs` that are missing, in one go.
pub(super) fn ensure(needs: &BTreeSet<Need>) -> Result<()> {
    let missing: BTreeSet<&str> = needs.iter().flat_map(|need| missing_packages(*need)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.into_iter().collect();
    let by_hand = format!("sudo apt-get install {}", packages.join(" "));
    if !find::on_path("apt-get") {
        bail!(
            "these are missing (by their Debian package names): {}. Install them and try again",
            packages.join(" ")
        );
    }
    let Some(rights) = rights() else {
        bail!("system packages are missing and this user cannot install them. Run: {by_hand}");
    };
    eprintln!("Installing system packages: {}", packages.join(" "));
    run::run(apt_get(rights).arg("update"))
        .and_then(|()| run::run(apt_get(rights).args(["install", "-y"]).args(&packages)))
        .with_context(|| format!("by hand it would be: {by_hand}"))
}

/// The Debian packages that provide what `need` lacks on this machine.
fn missing_packages(need: Need) -> Vec<&'static str> {
    let environments = || (python::can_make_environments(), "python3-venv");
    let wanted = match need {
        Need::Chromium => vec![
            (find::has("CHROMIUM"), "chromium"),
            (find::has("CHROMEDRIVER"), "chromium-driver"),
        ],
        Need::Redis => {
            let tools = find::has("REDIS_CLI") && find::has("REDIS_BENCHMARK");
            let server = find::has("REDIS_SERVER") || find::on_path("redis-check-rdb");
            vec![(tools && server, "redis-tools")]
        }
        Need::Python => vec![environments()],
        // Without a recent Node, one is fetched as a Python package.
        Need::Npm if !npm::node_is_recent() => vec![environments()],
        Need::WasmSplit => vec![(find::on_path("wasm-split"), "binaryen")],
        Need::Valgrind => vec![(find::on_path("valgrind"), "valgrind")],
        Need::Cxx => vec![(find::on_path("c++"), "g++")],
        Need::Npm | Need::Lints | Need::WasmTarget | Need::WasmBindgen | Need::WasmPack => {
            vec![]
        }
    };
    let missing = wanted.into_iter().filter(|(present, _)| !present);
    missing.map(|(_, package)| package).collect()
}

/// What to put before `apt-get`: nothing for root, `sudo` where it asks for no password.
fn rights() -> Option<&'static [&'static str]> {
    let user = run::output(Command::new("id").arg("-u")).ok()?;
    if user.trim() == "0" {
        return Some(&[]);
    }
    let sudo = find::on_path("sudo") && run::succeeds(Command::new("sudo").args(["-n", "true"]));
    sudo.then_some(&["sudo", "-n"])
}

fn apt_get(rights: &[&str]) -> Command {
    let mut words = rights.to_vec();
    // `env` because sudo drops the variables of its caller.
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    // Another installation in progress is waited for.
    command.args(["-q", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"]);
    command.current_dir(env::temp_dir());
    command
}
