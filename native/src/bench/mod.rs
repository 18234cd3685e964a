//! `redloop bench`: the command line of the load generator. Arguments in, a table or JSON out; the work is done in
//! [`crate::load`].

mod arguments;
mod bar;
mod json;
mod server;
mod table;

use crate::load;
use arguments::Arguments;
use clap::Parser;
use std::{ffi::OsString, io::Write, path::Path, process::ExitCode};

/// Runs the command line that begins with `redloop bench`.
pub(crate) fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    // "redloop" itself; clap names the program by the word after it.
    let arguments = match Arguments::try_parse_from(arguments.skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and are no failures.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    match bench(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("redloop bench: {text}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Result<(), String> {
    let plan = arguments.plan()?;
    // A file that cannot be written is better known before.
    let file = match arguments.json_file() {
        Some(path) => Some((path, create(path)?)),
        None => None,
    };
    let bar = bar::Bar::new();
    let report = load::run(&plan, &bar).map_err(|error| error.to_string())?;
    bar.finish();
    for warning in table::warnings(&plan, &report) {
        eprintln!("redloop bench: {warning}");
    }
    if arguments.wants_json() {
        let text = json::document(&plan, &report, server::version(&plan).as_deref());
        match file {
            Some((path, mut file)) => file
                .write_all(text.as_bytes())
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?,
            None => return print(&text),
        }
    }
    print(&table::render(&plan, &report))
}

fn create(path: &Path) -> Result<std::fs::File, String> {
    std::fs::File::create(path).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// To standard output; a reader that has had enough is no failure.
fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}
