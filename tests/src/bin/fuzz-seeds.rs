//! `fuzz-seeds unpack TARGET FOLDER` writes a fuzz target's kept inputs where a fuzzer reads them; `fuzz-seeds pack TARGET FOLDER`
//! keeps what it found.

use redloop_tests::{fuzzing::TARGETS, seeds};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let known = |target: &str| TARGETS.iter().any(|(name, _)| *name == target);
    let done = match words[..] {
        ["unpack", target, folder] if known(target) => seeds::unpack(target, Path::new(folder)),
        ["pack", target, folder] if known(target) => seeds::pack(target, Path::new(folder)),
        _ => {
            let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
            eprintln!("usage: fuzz-seeds unpack|pack {} FOLDER", names.join("|"));
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(count) => {
            println!("{count} inputs");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
