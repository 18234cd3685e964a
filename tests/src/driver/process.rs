//! A server as a child process: started on a free port of 127.0.0.1 with an empty data set, ended when dropped.
//!
//! `settle` waits until the server has nothing left to do, without asking it anything (a probe would show in
//! MONITOR and CLIENT LIST): on Linux a write to a loopback socket wakes the reader before it returns, so once every
//! thread of the process sleeps, all that was sent has been worked on. Elsewhere a short sleep has to do.

use crate::{ports::free_port, tools};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpStream},
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

    fn model(self) -> Vec<String> {
        if self == Self::Redloop { tools::model() } else { Vec::new() }
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
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
            let child = Command::new(&binary)
                .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
                .args(["--save", "", "--appendonly", "no", "--enable-debug-command", "yes"])
                .args(flavour.model())
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
            if self.listens() {
                return self.settle();
            }
            if Instant::now() > deadline {
                return Err(format!("nobody listens on {} after {START_MAX:?}", self.address));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether it is this server that listens there. That somebody answers is not enough: it may be another server that
    /// got the port first, or the caller itself, because a connection to a port of the ephemeral range can meet itself.
    fn listens(&self) -> bool {
        match sockets_of(self.child.id()) {
            Some(sockets) => listening_socket(self.address).is_some_and(|it| sockets.contains(&it)),
            None => TcpStream::connect(self.address).is_ok(),
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

/// The sockets that a process holds, as `socket:[inode]`; `None` where the system does not tell.
fn sockets_of(pid: u32) -> Option<Vec<String>> {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    let targets = files.filter_map(|file| std::fs::read_link(file.path()).ok());
    Some(targets.map(|target| target.display().to_string()).collect())
}

/// The socket that listens on an IPv4 address, in the same form.
fn listening_socket(address: SocketAddr) -> Option<String> {
    /// `TCP_LISTEN` in Linux' table of connections.
    const LISTEN: &str = "0A";
    let SocketAddr::V4(address) = address else { return None };
    // The address is a number in memory order, in hexadecimal.
    let wanted =
        format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = columns.get(1) == Some(&&*wanted) && columns.get(3) == Some(&LISTEN);
        listens.then(|| columns.get(9).map(|inode| format!("socket:[{inode}]")))?
    })
}
