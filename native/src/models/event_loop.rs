//! `event-loop`: everything on one thread. A task per connection reads; the engine runs between reads; replies are
//! written where they arise. No lock, no queue between threads, no context switch: the shape of Redis itself.

use crate::connection::{Connection, Writer};
use crate::hub::Hub;
use crate::listen::{self, Doors};
use crate::options::Start;
use crate::settings::{self, Settings};
use crate::{clock, figures, page, supervision};
use redloop_core::{Engine, Options, Peer};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

/// The model's name.
const NAME: &str = "event-loop";
/// Commands of a pipeline run by one turn: as many as are there.
const COMMANDS_PER_TURN: usize = 1024;

/// Serves until SHUTDOWN or a signal.
pub(crate) async fn run(start: Start) -> io::Result<()> {
    let options = Options {
        seed: RandomState::new().hash_one(std::process::id()),
        databases: start.databases,
        commands_per_turn: COMMANDS_PER_TURN,
        clock: Some(clock::nanoseconds),
        probe: Some(figures::sample),
        host: figures::facts(start.config_file.clone(), NAME),
        ..Options::default()
    };
    let mut engine = Engine::new(clock::now(), options);
    let config = engine.config_mut();
    start.apply(config).map_err(io::Error::other)?;
    log::info!(
        "Redloop {} starting, model={NAME}, port={}, PID: {}",
        env!("CARGO_PKG_VERSION"),
        String::from_utf8_lossy(&config.named("port")),
        std::process::id()
    );
    settings::provide_for_clients(config)?;
    let doors = Arc::new(Doors::open(config)?);
    #[cfg(unix)]
    let unix = listen::unix(config)?;
    let unix_path = config.named("unixsocket");
    page::serve(&start).await?;
    engine.set_host_settings(Box::new(Settings {
        doors: Arc::clone(&doors),
        config_file: start.config_file.into(),
        defaults: settings::defaults(),
    }));
    let hub = Hub::new(engine);
    // Before anybody is told that the server is ready: who was told may end it at once.
    let signalled = signals();
    log::info!("Server initialized");
    if doors.any() {
        log::info!("Ready to accept connections tcp");
    }
    spawn_local(accept(Rc::clone(&hub), doors));
    #[cfg(unix)]
    if let Some(listener) = unix {
        spawn_local(accept_unix(Rc::clone(&hub), listener));
        log::info!("Ready to accept connections unix");
    }
    let _announced = hub.with_config(supervision::announce);
    let runner = Rc::clone(&hub);
    spawn_local(async move { runner.run().await });
    let clockwork = Rc::clone(&hub);
    spawn_local(async move { clockwork.keep_time().await });
    tokio::select! {
        () = hub.stopped() => log::info!("User requested shutdown..."),
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

async fn accept(hub: Rc<Hub>, doors: Arc<Doors>) {
    loop {
        match doors.accept().await {
            Ok(stream) => open(&hub, stream),
            Err(error) => pause_accepting(&error).await,
        }
    }
}

fn open(hub: &Rc<Hub>, stream: TcpStream) {
    let (Ok(remote), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else { return };
    listen::prepare(&stream, hub.with_config(|config| config.tcp_keepalive_s));
    let peer = Peer {
        addr: remote.to_string().into(),
        laddr: local.to_string().into(),
        unix: false,
        loopback: remote.ip().to_canonical().is_loopback(),
        fd: descriptor(&stream),
    };
    let (reader, writer) = stream.into_split();
    let connection = hub.connect(peer, |client| Connection::new(client, Writer::Tcp(writer)));
    spawn_local(connection.serve(Rc::clone(hub), reader));
}

#[cfg(unix)]
async fn accept_unix(hub: Rc<Hub>, listener: tokio::net::UnixListener) {
    let path = listener
        .local_addr()
        .ok()
        .and_then(|address| address.as_pathname().map(|path| path.display().to_string()));
    let path = path.unwrap_or_default();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let fd = descriptor(&stream);
                let peer = Peer {
                    addr: path.as_str().into(),
                    laddr: path.as_str().into(),
                    unix: true,
                    loopback: true,
                    fd,
                };
                let (reader, writer) = stream.into_split();
                let connection =
                    hub.connect(peer, |client| Connection::new(client, Writer::Unix(writer)));
                spawn_local(connection.serve(Rc::clone(&hub), reader));
            }
            Err(error) => pause_accepting(&error).await,
        }
    }
}

/// Out of descriptors, most likely: others may close meanwhile.
async fn pause_accepting(error: &io::Error) {
    log::warn!("Accepting client connection: {error}");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}

#[cfg(unix)]
fn descriptor(stream: &impl std::os::fd::AsRawFd) -> i32 {
    stream.as_raw_fd()
}

#[cfg(not(unix))]
fn descriptor<T>(_: &T) -> i32 {
    -1
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
