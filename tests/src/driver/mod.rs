//! One trait behind which an engine in process and a server over TCP look the same to a transcript.

mod engine;
mod process;
mod tcp;

pub use engine::EngineDriver;
pub use process::{Flavour, Server};
pub use tcp::TcpDriver;

use crate::{
    resp::{self, Value},
    transcript::{self, Report, Transcript},
};
use redloop_core::Options;
use std::{
    str::FromStr,
    time::{Duration, Instant},
};

/// Something transcripts run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The engine in this process.
    Core,
    /// The same, and every read that may leave it does.
    CoreJobs,
    /// The native server.
    Tcp,
    /// Debian's Redis 7.0.
    Redis7,
    /// Valkey 9.1.
    Valkey9,
}

impl Host {
    /// Runs a transcript on a fresh instance; `None` when it is not for this host.
    ///
    /// # Errors
    /// When the host cannot be started or fails.
    pub fn run(self, transcript: &Transcript) -> Result<Option<Report>, String> {
        self.run_on(transcript, TcpDriver::start)
    }

    /// The same for a transcript that is known to differ: no time is spent on waiting for what will not come.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub fn run_impatiently(self, transcript: &Transcript) -> Result<Option<Report>, String> {
        self.run_on(transcript, TcpDriver::start_recording)
    }

    fn run_on(
        self,
        transcript: &Transcript,
        start: fn(Flavour) -> Result<TcpDriver, String>,
    ) -> Result<Option<Report>, String> {
        if !transcript.scope.admits(&self.labels()) {
            return Ok(None);
        }
        let mut driver: Box<dyn Driver> = match self.flavour() {
            None => Box::new(EngineDriver::with_options(Options {
                seed: 1,
                offload_units: (self == Self::CoreJobs).then_some(1),
                ..Options::default()
            })),
            Some(flavour) => Box::new(start(flavour)?),
        };
        transcript::run(transcript, &mut *driver).map(Some)
    }

    /// What transcripts call it.
    pub fn labels(self) -> Vec<&'static str> {
        self.flavour().map_or_else(|| vec!["redloop", "core"], Flavour::labels)
    }

    fn flavour(self) -> Option<Flavour> {
        match self {
            Self::Core | Self::CoreJobs => None,
            Self::Tcp => Some(Flavour::Redloop),
            Self::Redis7 => Some(Flavour::Redis7),
            Self::Valkey9 => Some(Flavour::Valkey9),
        }
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "core" => Ok(Self::Core),
            "core-jobs" => Ok(Self::CoreJobs),
            "tcp" => Ok(Self::Tcp),
            "redis7" => Ok(Self::Redis7),
            "valkey9" => Ok(Self::Valkey9),
            other => {
                Err(format!("unknown host {other:?}: core, core-jobs, tcp, redis7 or valkey9"))
            }
        }
    }
}

/// Named clients of one fresh engine.
pub trait Driver {
    /// What this is, for `only` and `not` and `[engine]`: the engine, then the host.
    fn labels(&self) -> Vec<&'static str>;

    /// A new client.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn connect(&mut self, client: &str) -> Result<(), String>;

    /// Bytes from a client, in one write. Sending on a connection that just ended is not an error.
    ///
    /// # Errors
    /// When there is no such client, or the engine stopped reading for good.
    fn send(&mut self, client: &str, bytes: &[u8]) -> Result<(), String>;

    /// The client hangs up.
    ///
    /// # Errors
    /// When there is no such client.
    fn close(&mut self, client: &str) -> Result<(), String>;

    /// The client will send no more, and goes on reading.
    ///
    /// # Errors
    /// When there is no such client.
    fn half_close(&mut self, client: &str) -> Result<(), String>;

    /// Time passes.
    ///
    /// # Errors
    /// When the engine fails.
    fn wait(&mut self, time: Duration) -> Result<(), String>;

    /// Lets the engine do all it can do now.
    ///
    /// # Errors
    /// When it does not come to rest.
    fn settle(&mut self) -> Result<(), String>;

    /// Appends what the client received since; false when the connection has ended.
    ///
    /// # Errors
    /// When there is no such client.
    fn receive(&mut self, client: &str, into: &mut Vec<u8>) -> Result<bool, String>;

    /// How long a reply that is due may take to arrive; zero where time is virtual.
    fn patience(&self) -> Duration;
}

/// Sends one command, and waits for its one reply.
///
/// # Errors
/// When the driver fails, the client is hung up on, or no reply comes.
pub fn ask<T: AsRef<[u8]>>(
    driver: &mut dyn Driver,
    client: &str,
    words: &[T],
) -> Result<Value, String> {
    driver.send(client, &resp::encode_command(words))?;
    driver.settle()?;
    let deadline = Instant::now() + driver.patience();
    let mut bytes = Vec::new();
    loop {
        let open = driver.receive(client, &mut bytes)?;
        match resp::decode(&bytes) {
            Ok(Some((value, used))) if used == bytes.len() => return Ok(value),
            Ok(None) if open && Instant::now() <= deadline => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(None) => return Err(format!("no reply (connection open: {open})")),
            Ok(Some(_)) => return Err("more than one reply".into()),
            Err(malformed) => return Err(malformed.to_string()),
        }
    }
}
