//! The server's life, the same under every model: settings and doors are made ready, the model starts, connections come
//! in, until SHUTDOWN or a signal.

use crate::entrance::Entrance;
use crate::gauges::Gauges;
use crate::listen::{self, Doors};
use crate::models::{Model, Plan};
use crate::options::Start;
use crate::settings::{self, Settings};
use crate::throttle::Admission;
use crate::{clock, descriptors, figures, helpers, page, supervision};
use redloop_core::{Engine, Options};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::Arc;
use tokio::task::spawn_local;

/// Commands of a pipeline run by one turn: as many as are there.
const COMMANDS_PER_TURN: usize = 1024;

/// Serves until SHUTDOWN or a signal. To be run where tasks can be spawned locally.
///
/// # Errors
/// The server cannot start; the text says why.
pub(crate) async fn serve<M: Model>(start: Start) -> io::Result<()> {
    let options = Options {
        seed: RandomState::new().hash_one(std::process::id()),
        databases: start.databases,
        commands_per_turn: COMMANDS_PER_TURN,
        clock: Some(clock::nanoseconds),
        probe: Some(figures::sample),
        host: figures::facts(start.config_file.clone(), M::NAME),
        ..Options::default()
    };
    let mut engine = Engine::new(clock::now(), options);
    let config = engine.config_mut();
    if start.offload {
        config.offload_units = helpers::UNITS;
    }
    start.apply(config).map_err(io::Error::other)?;
    log::info!(
        "Redloop {} starting, model={}, port={}, PID: {}",
        env!("CARGO_PKG_VERSION"),
        M::NAME,
        String::from_utf8_lossy(&config.named("port")),
        std::process::id()
    );
    let workers = M::workers(start.workers);
    let reserved_files = descriptors::reserved(workers);
    settings::provide_for_clients(config, reserved_files)?;
    let admission = Arc::new(Admission::default());
    admission.follow(config);
    let entrance = Entrance {
        doors: Arc::new(Doors::open(config)?),
        #[cfg(unix)]
        unix: listen::unix(config)?,
        admission: Arc::clone(&admission),
    };
    let unix_path = config.named("unixsocket");
    page::serve(&start).await?;
    let announced = engine.server().config.clone();
    let gauges = Gauges::new(
        M::NAME,
        start.offload,
        workers,
        M::CONNECTIONS_STAY,
        M::QUEUE_MAX,
        Arc::clone(&admission),
    );
    let gauges = Arc::new(gauges);
    engine.set_host_settings(Box::new(Settings {
        doors: Arc::clone(&entrance.doors),
        admission,
        gauges: Arc::clone(&gauges),
        reserved_files,
        config_file: start.config_file.into(),
        defaults: settings::defaults(),
    }));
    let model = M::start(Plan { engine, gauges, workers, offload: start.offload })?;
    // Before anybody is told that the server is ready: who was told may end it at once.
    let signalled = signals();
    log::info!("Server initialized");
    if entrance.doors.any() {
        log::info!("Ready to accept connections tcp");
    }
    #[cfg(unix)]
    if entrance.unix.is_some() {
        log::info!("Ready to accept connections unix");
    }
    let _announced = supervision::announce(&announced);
    let host = model.clone();
    spawn_local(entrance.open(move |visitor| host.serve(visitor)));
    tokio::select! {
        () = model.stopped() => log::info!("User requested shutdown..."),
        name = signalled => log::warn!("Received {name} scheduling shutdown..."),
    }
    #[cfg(unix)]
    if !unix_path.is_empty() {
        // It may be gone already, which is what is wanted.
        let _ = std::fs::remove_file(&*String::from_utf8_lossy(&unix_path));
    }
    log::warn!("Redloop is now ready to exit, bye bye...");
    Ok(())
}

/// Listens to the signals that ask the server to stop, from now on; resolves to the name of the first that comes.
#[cfg(unix)]
fn signals() -> impl Future<Output = &'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let listening = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        let (Ok(mut terminate), Ok(mut interrupt)) = listening else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
async fn signals() -> &'static str {
    match tokio::signal::ctrl_c().await {
        Ok(()) => "Ctrl-C",
        Err(_) => std::future::pending().await,
    }
}
