//! Running other programs: said before, checked after.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{paths, setup};

/// A command that runs in the repository's root and sees the tools of set-up.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root()).envs(setup::environment());
    command
}

/// `cargo`, of the toolchain that runs this program.
pub(crate) fn cargo() -> Command {
    command("cargo")
}

/// `npm`, in the package `folder` of the repository.
pub(crate) fn npm(folder: &str) -> Command {
    let mut command = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(paths::root().join(folder));
    command
}

/// Prints and runs `command`; an exit code other than 0 is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    eprintln!("  $ {line}");
    let status = command.status().with_context(|| not_started(&line))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Lines of a failed command's output that its error repeats: logs of CI are often read from their end.
const REPEATED_LINES_MAX: usize = 40;

/// Like [`run`], and also answers what went to standard output, which is still shown as it comes. An error ends with the
/// last lines of it.
pub(crate) fn run_reading(command: &mut Command) -> Result<String> {
    let line = describe(command);
    eprintln!("  $ {line}");
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| not_started(&line))?;
    let mut said = String::new();
    let out = child.stdout.take().context("standard output is piped")?;
    for text in BufReader::new(out).lines() {
        let text = text?;
        println!("{text}");
        said.push_str(&text);
        said.push('\n');
    }
    let status = child.wait()?;
    if !status.success() {
        let lines: Vec<_> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(REPEATED_LINES_MAX)..].join("\n  | ");
        bail!("`{line}` failed ({status})\n  | {last}");
    }
    Ok(said)
}

/// Runs `command` silently and answers what it printed; its error output is part of the error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| not_started(&line))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed ({}): {}", output.status, said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` did not print UTF-8"))
}

/// Whether `command` starts and exits with 0.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The command line as one would type it, without quoting.
pub(crate) fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| paths::shown(word.as_ref())).collect();
    words.join(" ")
}

fn not_started(line: &str) -> String {
    format!("cannot start `{line}`")
}
