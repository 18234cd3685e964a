//! The server under measurement: this executable as a child process, fresh for every measurement, on cores and a port of its own.

use super::client::Client;
use super::machine;
use super::process::{self, Usage};
use super::subject::Setup;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a server is started.
#[derive(Debug)]
pub(crate) struct Launch<'a> {
    pub(crate) setup: Setup,
    /// Clients that must fit in.
    pub(crate) clients: usize,
    /// 0: its own choice.
    pub(crate) workers: usize,
    pub(crate) cores: &'a [usize],
    /// The first port to try.
    pub(crate) port: u16,
    /// Further directives, name and value.
    pub(crate) directives: &'a [(&'a str, String)],
    /// Where its log goes.
    pub(crate) log: &'a Path,
}

/// A running server. It ends with this.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// Clients beyond the measured ones: the lab's own.
const CLIENTS_SPARE: usize = 64;
/// Ports that are tried.
const PORTS_TRIED: u16 = 500;
/// How long a start may take.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// How long an end may take before it is forced.
const END_PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(2);

impl Server {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// It does not come up: what it said.
    pub(crate) async fn start(launch: &Launch<'_>) -> Result<Self, String> {
        let port = free_port(launch.port)?;
        let program = std::env::current_exe()
            .map_err(|error| format!("where this program is cannot be found out: {error}"))?;
        let log = File::create(launch.log)
            .map_err(|error| format!("{}: {error}", launch.log.display()))?;
        let mut command = Command::new(program);
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--model", launch.setup.model.name()])
            .args(["--offload", if launch.setup.offload { "yes" } else { "no" }])
            .args(["--maxclients", &(launch.clients + CLIENTS_SPARE).to_string()]);
        if launch.workers > 0 {
            command.args(["--workers", &launch.workers.to_string()]);
        }
        for (name, value) in launch.directives {
            command.args([&format!("--{name}"), value]);
        }
        command
            .stdin(Stdio::null())
            .stderr(log.try_clone().map_err(|error| format!("{}: {error}", launch.log.display()))?)
            .stdout(log);
        let child = spawn_on(command, launch.cores)?;
        let mut server = Server { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        server.await_ready(launch).await?;
        Ok(server)
    }

    /// Its process number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What its process has used so far; none where the system does not say.
    pub(crate) fn usage(&self) -> Option<Usage> {
        process::usage(self.child.id())
    }

    /// Asks it to end, and sees to it.
    pub(crate) async fn end(mut self) {
        if let Ok(mut client) = Client::connect(self.address).await {
            let mut bytes = Vec::new();
            super::client::encode(&[b"SHUTDOWN", b"NOSAVE"], &mut bytes);
            // Whether it hears that or not, it ends.
            let _ = client.send(&bytes).await;
            let end = Instant::now() + END_PATIENCE;
            while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    async fn await_ready(&mut self, launch: &Launch<'_>) -> Result<(), String> {
        let end = Instant::now() + START_PATIENCE;
        loop {
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > end {
                let said = std::fs::read_to_string(launch.log).unwrap_or_default();
                return Err(format!(
                    "the server under {} does not start; it said:\n{}",
                    launch.setup,
                    said.trim_end()
                ));
            }
            if tokio::net::TcpStream::connect(self.address).await.is_ok() {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        Client::connect(self.address).await?.ask(&[b"PING"]).await.map(|_| ())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a process that stays on these cores. A thread takes them on first, since a process inherits them from the thread that
/// starts it.
fn spawn_on(mut command: Command, cores: &[usize]) -> Result<Child, String> {
    let cores = cores.to_vec();
    let starter = std::thread::spawn(move || {
        machine::stay_on(&cores)?;
        command.spawn().map_err(|error| format!("cannot start the server: {error}"))
    });
    starter.join().map_err(|_| "the thread that starts the server ended early".to_owned())?
}

/// A port that nobody listens on.
fn free_port(first: u16) -> Result<u16, String> {
    let last = first.saturating_add(PORTS_TRIED);
    (first..last).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).ok_or_else(
        || {
            format!(
                "no port from {first} to {last} is free on 127.0.0.1; choose others with --port"
            )
        },
    )
}
