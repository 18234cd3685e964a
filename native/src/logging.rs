//! The operator's log, in Redis' line format: `pid:M day month year time level text`.

use crate::options::Start;
use log::{Level, LevelFilter};
use std::io::Write;

/// Starts logging to where `start` says.
///
/// # Errors
/// The log file cannot be opened.
pub(crate) fn start(start: &Start) -> std::io::Result<()> {
    let target = match start.text("logfile").filter(|path| !path.is_empty()) {
        None => env_logger::Target::Stdout,
        Some(path) => {
            let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
            let file = file.map_err(|error| {
                std::io::Error::new(
                    error.kind(),
                    format!("cannot open the log file {path}: {error}"),
                )
            })?;
            env_logger::Target::Pipe(Box::new(file))
        }
    };
    let pid = std::process::id();
    env_logger::Builder::new()
        // Libraries have nothing to say to an operator below a warning.
        .filter_level(LevelFilter::Warn)
        .filter_module("redloop", LevelFilter::Trace)
        .target(target)
        .format(move |out, record| {
            let mark = match record.level() {
                Level::Error | Level::Warn => '#',
                Level::Info => '*',
                Level::Debug => '-',
                Level::Trace => '.',
            };
            let time = jiff::Zoned::now().strftime("%d %b %Y %H:%M:%S%.3f").to_string();
            writeln!(out, "{pid}:M {time} {mark} {}", record.args())
        })
        .init();
    set_level(start.text("loglevel").unwrap_or("notice").as_bytes());
    Ok(())
}

/// From now on, what is less important than Redis' level `name` is not logged.
pub(crate) fn set_level(name: &[u8]) {
    log::set_max_level(match name.to_ascii_lowercase().as_slice() {
        b"debug" => LevelFilter::Trace,
        b"verbose" => LevelFilter::Debug,
        b"warning" => LevelFilter::Warn,
        b"nothing" => LevelFilter::Off,
        _ => LevelFilter::Info,
    });
}
