//! Drives the engine as a server would, for callgrind and for timing: `drive WORKLOAD COMMANDS`.
//!
//! Prints the nanoseconds that feeding, running and taking replies took. The difference between two
//! runs with different numbers of commands is the engine's work alone. `drive --list` prints the
//! workloads.

mod load;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["--list"] => {
            load::names().for_each(|name| println!("{name}"));
            Ok(())
        }
        [name, commands] => drive(name, commands),
        _ => Err("usage: drive --list | drive WORKLOAD COMMANDS".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn drive(name: &str, commands: &str) -> Result<(), String> {
    let commands = commands.parse().map_err(|_| format!("{commands} is not a number"))?;
    let mut drive = load::Drive::new(name)?;
    let begun = Instant::now();
    drive.run(commands)?;
    println!("{}", begun.elapsed().as_nanos());
    Ok(())
}
