//! A server as a child process: started on a free port of 127.0.0.1 with an empty data set, ended when dropped.
//!
//! `settle` waits until the server has nothing left to do, without asking it anything (a probe would show in
//! MONITOR and CLIENT LIST): on Linux a write to a loopback socket wakes the reader before it returns, so once every
//! thread of the process sleeps, all that was sent has been worked on. Elsewhere a short sleep has to do.

use crate::tools;
use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Attempts at a free port before giving up: another process may take it between choice and bind.
const STARTS_MAX: usize = 5;
/// How long a server may take to accept its first connection.
const START_MAX: Duration = Duration::from_secs(20);
/// How long a server may work on one step.
const SETTLE_MAX: Duration = Duration::from_secs(30);
/// Checks in a row that must find every thread asleep.
const CALM_CHECKS: usize = 5;

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Debian's Redis 7.0.
    Redis7,
    /// Valkey 9.1.
    Valkey9,
    /// Our own.
    Redloop,
}

impl Flavour {
    /// Labels for transcripts: the engine, then the host.
    pub fn labels(self) -> Vec<&'static str> {
        match self {
            Self::Redis7 => vec!["redis7", "oracle"],
            Self::Valkey9 => vec!["valkey9", "oracle"],
            Self::Redloop => vec!["redloop", "tcp"],
        }
    }

    fn binary(self) -> Result<PathBuf, String> {
        match self {
            Self::Redis7 => tools::redis_server(),
            Self::Valkey9 => tools::valkey_server(),
            Self::Redloop => tools::redloop(),
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    flavour: Flavour,
}

impl Server {
    /// Starts one with `--save "" --appendonly no`, DEBUG allowed, and the further arguments.
    ///
    /// # Errors
    /// When its program is missing or it does not come up.
    pub fn start(flavour: Flavour, arguments: &[&str]) -> Result<Self, String> {
        let binary = flavour.binary()?;
        let mut last = String::new();
        for _ in 0..STARTS_MAX {
            let address = free_address()?;
            let child = Command::new(&binary)
                .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
                .args(["--save", "", "--appendonly", "no", "--enable-debug-command", "yes"])
                .args(arguments)
                .current_dir(std::env::temp_dir())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| format!("{}: {error}", binary.display()))?;
            let mut server = Self { child, address, flavour };
            match server.await_start() {
                Ok(()) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(format!("{} does not start: {last}", binary.display()))
    }

    /// Waits until the server has nothing left to do.
    ///
    /// # Errors
    /// When it ended, or is still at work after a long time.
    pub fn settle(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + SETTLE_MAX;
        let mut calm = 0;
        while calm < CALM_CHECKS {
            match self.asleep() {
                Some(true) => calm += 1,
                Some(false) => calm = 0,
                None => {
                    std::thread::sleep(Duration::from_millis(10));
                    return Ok(());
                }
            }
            if Instant::now() > deadline {
                return Err("the server does not come to rest".into());
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(())
    }

    /// Whether the process has ended, and how.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Which server it is.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn await_start(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START_MAX;
        loop {
            if let Some(status) = self.ended() {
                return Err(format!("it ended with {status}"));
            }
            if TcpStream::connect(self.address).is_ok() {
                // Who answers may be another server, whose port this one wanted: then it ends, once it has come so far.
                std::thread::sleep(Duration::from_millis(1));
                self.settle()?;
                return match self.ended() {
                    Some(status) => Err(format!("it ended with {status}")),
                    None => Ok(()),
                };
            }
            if Instant::now() > deadline {
                return Err(format!("nobody listens on {} after {START_MAX:?}", self.address));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// `None` where the system does not tell.
    fn asleep(&self) -> Option<bool> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        for task in tasks.flatten() {
            let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) else { continue };
            // The state follows the command name, which is in parentheses and may hold anything.
            let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
            if !matches!(state, Some('S' | 'Z' | 'X')) {
                return Some(false);
            }
        }
        Some(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Result<SocketAddr, String> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no free port: {error}"))
}
