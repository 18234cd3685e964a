//! `transcripts`: runs, records and exports transcripts from the command line.
//!
//! ```text
//! transcripts [--on redis7|valkey9|tcp] FILE…   run (default: valkey9)
//! transcripts --record FILE…                    put into the files what Valkey and Redis say
//! transcripts --json [FILE…]                    print as JSON (default: all)
//! ```
//! A directory stands for every `*.redis` file under it; without files, all of `tests/transcripts`.

use redloop_tests::{
    corpus,
    driver::{Flavour, TcpDriver},
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
    let mut paths = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--record" | "--json" => mode = argument[2..].to_owned(),
            "--on" => on = arguments.next().ok_or("--on needs an engine")?,
            flag if flag.starts_with('-') => {
                return Err(format!("unknown option {flag}: --record, --json or --on ENGINE"));
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
        _ => run_all(&files, &on),
    }
}

fn run_all(files: &[PathBuf], on: &str) -> Result<bool, String> {
    let flavour = match on {
        "redis7" => Flavour::Redis7,
        "valkey9" => Flavour::Valkey9,
        "tcp" | "redloop" => Flavour::Redloop,
        other => return Err(format!("unknown engine {other:?}: redis7, valkey9 or tcp")),
    };
    let mut failed = 0;
    for file in files {
        let transcript = corpus::load(file)?;
        let failures =
            run_on(&transcript, flavour, false).map(|report| report.map(|it| it.failures));
        match failures {
            Ok(Some(failures)) if failures.is_empty() => println!("ok    {}", transcript.path),
            Ok(None) => println!("-     {} is not for {on}", transcript.path),
            Ok(Some(failures)) => {
                failed += 1;
                println!("FAIL  {}", transcript.path);
                failures.iter().for_each(|failure| print!("{failure}"));
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
        let valkey = run_on(&transcript, Flavour::Valkey9, true)?;
        let redis = run_on(&transcript, Flavour::Redis7, true)?;
        let valkey = valkey.ok_or("a transcript to record must be for valkey9")?;
        transcript::record(&mut transcript, &valkey, redis.as_ref());
        let text = transcript.to_string();
        std::fs::write(file, &text).map_err(|error| error.to_string())?;
        // Again: what no run repeats shows, and is to be made a pattern by hand.
        let recorded = corpus::load(file)?;
        for flavour in [Flavour::Valkey9, Flavour::Redis7] {
            for failure in
                run_on(&recorded, flavour, false)?.map(|report| report.failures).unwrap_or_default()
            {
                print!("volatile on {flavour:?}: {failure}");
            }
        }
        println!("{} lines {}", text.lines().count(), transcript.path);
    }
    Ok(true)
}

fn run_on(
    transcript: &Transcript,
    flavour: Flavour,
    recording: bool,
) -> Result<Option<Report>, String> {
    if !transcript.scope.admits(&flavour.labels()) {
        return Ok(None);
    }
    let mut driver =
        if recording { TcpDriver::start_recording(flavour)? } else { TcpDriver::start(flavour)? };
    transcript::run(transcript, &mut driver).map(Some)
}
