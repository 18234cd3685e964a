//! `redloop`: the native server. Sockets, files, signals and the log are here; what commands mean is in the core.

mod bench;
mod clock;
mod connection;
mod descriptors;
mod figures;
mod hub;
mod listen;
mod load;
mod logging;
mod models;
mod options;
mod page;
mod rewrite;
mod settings;
mod supervision;

use options::Start;
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == "bench") {
        return bench::main(std::env::args_os());
    }
    let start = match options::read(std::env::args_os()) {
        Ok(start) => start,
        Err(error) => return error.report(),
    };
    if let Err(error) = logging::start(&start) {
        eprintln!("redloop: {error}");
        return ExitCode::FAILURE;
    }
    match serve(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the server until it is asked to stop.
fn serve(start: Start) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(Default::default())?;
    runtime.block_on(models::event_loop::run(start))
}
