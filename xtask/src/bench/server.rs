//! A server under measurement: started alone on a core, watched through `/proc`, ended by its id.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::load::Client;
use crate::{paths, play, setup};

/// Where servers run.
const SERVER_CORE: &str = "0";

/// Where their clients run.
pub(super) const CLIENT_CORE: &str = "1";

/// The first port that is tried.
const PORT_MIN: u16 = 26_379;

/// How long a server may take until it answers.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// The servers that are compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum Kind {
    /// Ours.
    Redloop,
    /// Redis 7.0 of Debian.
    Redis,
    /// Valkey 9.1 of the Python package index.
    Valkey,
}

impl Kind {
    /// All of them; the order of a round.
    pub(super) const ALL: [Self; 3] = [Self::Redloop, Self::Redis, Self::Valkey];

    /// The word used in tables, options and JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Redloop => "redloop",
            Self::Redis => "redis",
            Self::Valkey => "valkey",
        }
    }

    fn program(self) -> Result<PathBuf> {
        match self {
            Self::Redloop => setup::tool("REDLOOP_BIN"),
            Self::Redis => setup::tool("REDIS_SERVER"),
            Self::Valkey => setup::tool("VALKEY_SERVER"),
        }
    }

    /// Options with which everything happens on one thread.
    pub(super) fn alone(self) -> &'static [&'static str] {
        match self {
            Self::Valkey => &["--io-threads", "1"],
            Self::Redloop | Self::Redis => &[],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A running server; ends with this value.
pub(super) struct Server {
    child: Child,
    /// Which one it is.
    pub(super) kind: Kind,
    /// Its port on 127.0.0.1.
    pub(super) port: u16,
}

impl Server {
    /// Starts a server on one thread and one core, with an empty keyspace, and waits until it answers.
    pub(super) fn start(kind: Kind) -> Result<Self> {
        Self::start_with(kind, kind.alone(), SERVER_CORE)
    }

    /// The same with other options, on these cores.
    pub(super) fn start_with(kind: Kind, options: &[&str], cores: &str) -> Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["-c", cores]).arg(kind.program()?);
        // Nothing is written to disk.
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]).args(options);
        Self::spawn(kind, command, "--port")
    }

    /// The server that answers PING and nothing else, the limit line: counted as one of ours.
    pub(super) fn start_pong() -> Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["-c", SERVER_CORE]).arg(paths::target().join("release/examples/pong"));
        Self::spawn(Kind::Redloop, command, "")
    }

    fn spawn(kind: Kind, mut command: Command, port_option: &str) -> Result<Self> {
        let folder = paths::target().join("bench/run");
        fs::create_dir_all(&folder)?;
        let port = play::free_port(PORT_MIN, None)?;
        let port_words = [port_option, &port.to_string()];
        command.args(port_words.iter().filter(|word| !word.is_empty())).current_dir(&folder);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("cannot start {kind}"))?;
        let mut server = Self { child, kind, port };
        let deadline = Instant::now() + START_TIMEOUT;
        while server.connect().and_then(|mut client| client.call(&["PING"])).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{kind} ended at once ({status})");
            }
            if Instant::now() > deadline {
                bail!("{kind} did not answer within {} s", START_TIMEOUT.as_secs());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(server)
    }

    /// A new connection.
    pub(super) fn connect(&self) -> Result<Client> {
        Client::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))
    }

    /// CPU time of all its threads so far, in nanoseconds.
    pub(super) fn cpu_ns(&self) -> Result<u64> {
        let mut sum = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            sum += schedstat_ns(&fs::read_to_string(thread?.path().join("schedstat"))?)?;
        }
        Ok(sum)
    }

    /// CPU time of its main thread so far, in nanoseconds.
    pub(super) fn main_cpu_ns(&self) -> Result<u64> {
        schedstat_ns(&fs::read_to_string(format!("/proc/{}/schedstat", self.child.id()))?)
    }

    /// Files it has open, sockets among them.
    pub(super) fn files(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Resident memory in bytes.
    pub(super) fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        Ok(kib.context("no VmRSS in /proc")? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Without data to save there is nothing that a gentler end would do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The CPU time in nanoseconds that a `schedstat` file tells: its first field.
fn schedstat_ns(text: &str) -> Result<u64> {
    let first = text.split_whitespace().next().and_then(|field| field.parse().ok());
    first.context("unexpected format of schedstat: is this Linux?")
}
