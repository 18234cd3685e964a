//! `cargo xtask lessons`: the checker for lesson authors, with everything it needs.
//!
//! The checker is the `lessons` program of `redloop-tests`; what a lesson is, `web/lessons/README.md` says.

use std::path::PathBuf;

use anyhow::Result;

use crate::{play, run, setup};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Lessons, or folders of lessons; all of web/lessons when none is named
    files: Vec<PathBuf>,
    /// Only on this host (repeatable): core, tcp, valkey9 or redis7
    #[arg(long, value_name = "HOST")]
    on: Vec<String>,
    /// First write into the blocks what Valkey and Redis say
    #[arg(long)]
    fix: bool,
}

/// Sets up, builds the server, and checks.
pub(crate) fn check(options: &Options) -> Result<()> {
    setup::ensure(setup::TEST)?;
    if options.on.is_empty() || options.on.iter().any(|host| host == "tcp") {
        play::build_server()?;
    }
    let mut checker = run::cargo();
    checker.args(["run", "--quiet", "-p", "redloop-tests", "--bin", "lessons", "--"]);
    if options.fix {
        checker.arg("--fix");
    }
    for host in &options.on {
        checker.args(["--on", host]);
    }
    // The checker runs in the repository's root; the author's paths are where the author stands.
    for file in &options.files {
        checker.arg(std::path::absolute(file)?);
    }
    run::run(&mut checker)
}
