//! `lessons`: checks lessons, and writes into them what servers say.
//!
//! ```text
//! lessons [--on core|tcp|valkey9|redis7]… [FILE…]   check (default: on all four)
//! lessons --fix [FILE…]                             put into the blocks what Valkey and Redis say, then check
//! ```
//! A directory stands for every `*.md` file under it but READMEs; without files, the course in `web/lessons`.

use redloop_tests::{driver::Host, lessons};
use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    match try_main(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lessons: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_main(arguments: Vec<String>) -> Result<bool, String> {
    let mut fix = false;
    let mut hosts: Vec<Host> = Vec::new();
    let mut paths = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--fix" => fix = true,
            "--on" => hosts.push(arguments.next().ok_or("--on needs a host")?.parse()?),
            flag if flag.starts_with('-') => {
                return Err(format!("unknown option {flag}: --fix or --on HOST"));
            }
            path => paths.push(PathBuf::from(path)),
        }
    }
    if paths.is_empty() {
        paths.push(lessons::directory());
    }
    if hosts.is_empty() {
        hosts = vec![Host::Core, Host::Tcp, Host::Valkey9, Host::Redis7];
    }
    let files = lessons::files(&paths)?;
    if files.is_empty() {
        return Err("no lessons there: name files, or folders with *.md files".into());
    }
    if fix {
        for file in &files {
            if let Some(text) = lessons::fix(&lessons::load(file)?)? {
                std::fs::write(file, text).map_err(|error| error.to_string())?;
                println!("fixed {}: read what it says now", file.display());
            }
        }
    }
    let read = files.iter().map(|file| lessons::load(file)).collect::<Result<Vec<_>, _>>()?;
    let mut wrong = 0;
    for host in hosts {
        for (lesson, outcome) in lessons::check_all(&read, host) {
            let problems = outcome.unwrap_or_else(|error| vec![format!("{error}\n")]);
            wrong += problems.len();
            let verdict = if problems.is_empty() { "ok  " } else { "FAIL" };
            println!("{verdict}  {host:?}  {}", lesson.path);
            problems.iter().for_each(|problem| print!("{problem}"));
        }
    }
    println!("{} lessons, {wrong} problems", read.len());
    Ok(wrong == 0)
}
