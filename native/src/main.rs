//! `redloop`: the native server. Sockets, files, signals and the log are here; what commands mean is in the core.

mod bench;
mod clock;
mod connection;
mod courier;
mod descriptors;
mod desk;
mod disposal;
mod entrance;
mod figures;
mod gauges;
mod helpers;
mod lab;
mod listen;
mod load;
mod logging;
mod models;
mod options;
mod page;
mod rewrite;
mod server;
mod settings;
mod supervision;
mod throttle;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == "bench") {
        return bench::main(std::env::args_os());
    }
    if std::env::args_os().nth(1).is_some_and(|word| word == lab::NAME) {
        return lab::run(std::env::args_os().skip(1));
    }
    let start = match options::read(std::env::args_os()) {
        Ok(start) => start,
        Err(error) => return error.report(),
    };
    if let Err(error) = logging::start(&start) {
        eprintln!("redloop: {error}");
        return ExitCode::FAILURE;
    }
    match models::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
