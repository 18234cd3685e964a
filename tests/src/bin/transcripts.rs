//! `transcripts`: runs, records and exports transcripts from the command line.
//!
//! ```text
//! transcripts [--on redis7|valkey9|core|tcp] [--show N] [FILE…]
//!                                               run (default: valkey9), showing N differences a file (default: 3)
//! transcripts --record FILE…                    put into the files what Valkey and Redis say
//! transcripts --format [FILE…]                 rewrite in canonical form
//! transcripts --json [FILE…]                    print as JSON (default: all)
//! ```
//! A directory stands for every `*.redis` file under it; without files, all of `tests/transcripts`.

use redloop_tests::{
    corpus,
    driver::{Flavour, Host, TcpDriver},
    transcript::{self, Report, Transcript},
};
use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    match try_main(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("transcripts: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_main(arguments: Vec<String>) -> Result<bool, String> {
    let mut mode = "run".to_owned();
    let mut on = "valkey9".to_owned();
    let mut shown = 3;
    let mut paths = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--record" | "--json" | "--format" => mode = argument[2..].to_owned(),
            "--show" => {
                shown =
                    arguments.next().and_then(|n| n.parse().ok()).ok_or("--show needs a number")?;
            }
            "--on" => on = arguments.next().ok_or("--on needs an engine")?,
            flag if flag.starts_with('-') => {
                return Err(format!(
                    "unknown option {flag}: --record, --format, --json, --on HOST or --show N"
                ));
            }
            path => paths.push(PathBuf::from(path)),
        }
    }
    if paths.is_empty() {
        paths.push(corpus::directory());
    }
    let files = corpus::files(&paths)?;
    match mode.as_str() {
        "json" => {
            let transcripts: Result<Vec<_>, _> =
                files.iter().map(|file| corpus::load(file)).collect();
            print!("{}", transcript::to_json(&transcripts?));
            Ok(true)
        }
        "record" => record_all(&files),
        "format" => format_all(&files),
        _ => run_all(&files, &on, shown),
    }
}

fn run_all(files: &[PathBuf], on: &str, shown: usize) -> Result<bool, String> {
    let host: Host = on.parse()?;
    let mut failed = 0;
    for file in files {
        let transcript = corpus::load(file)?;
        let failures = host.run(&transcript).map(|report| report.map(|it| it.failures));
        match failures {
            Ok(Some(failures)) if failures.is_empty() => println!("ok    {}", transcript.path),
            Ok(None) => println!("-     {} is not for {on}", transcript.path),
            Ok(Some(failures)) => {
                failed += 1;
                println!("FAIL  {} ({} differences)", transcript.path, failures.len());
                failures.iter().take(shown).for_each(|failure| print!("{failure}"));
            }
            Err(error) => {
                failed += 1;
                println!("FAIL  {}: {error}", transcript.path);
            }
        }
    }
    println!("{} transcripts, {failed} failed", files.len());
    Ok(failed == 0)
}

fn record_all(files: &[PathBuf]) -> Result<bool, String> {
    for file in files {
        let mut transcript = corpus::load(file)?;
        let valkey = record_on(&transcript, Flavour::Valkey9)?;
        let redis = record_on(&transcript, Flavour::Redis7)?;
        let valkey = valkey.ok_or("a transcript to record must be for valkey9")?;
        transcript::record(&mut transcript, &valkey, redis.as_ref());
        let text = transcript.to_string();
        std::fs::write(file, &text).map_err(|error| error.to_string())?;
        // Again: what no run repeats shows, and is to be made a pattern by hand.
        let recorded = corpus::load(file)?;
        for host in [Host::Valkey9, Host::Redis7] {
            for failure in host.run(&recorded)?.map(|report| report.failures).unwrap_or_default() {
                print!("volatile on {host:?}: {failure}");
            }
        }
        println!("{} lines {}", text.lines().count(), transcript.path);
    }
    Ok(true)
}

fn format_all(files: &[PathBuf]) -> Result<bool, String> {
    for file in files {
        let transcript = corpus::load(file)?;
        std::fs::write(file, transcript.to_string()).map_err(|error| error.to_string())?;
    }
    Ok(true)
}

fn record_on(transcript: &Transcript, flavour: Flavour) -> Result<Option<Report>, String> {
    if !transcript.scope.admits(&flavour.labels()) {
        return Ok(None);
    }
    transcript::run(transcript, &mut TcpDriver::start_recording(flavour)?).map(Some)
}
