//! The driver for anything that listens: one blocking-write, non-blocking-read socket per named client.

use super::{Driver, Flavour, Server};
use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

/// How long a server may refuse to read what a client sends.
const WRITE_MAX: Duration = Duration::from_secs(10);
/// How long a hang-up may take to arrive.
const HANG_UP: Duration = Duration::from_millis(5);
/// Timers of a real server fire late by up to a tick of its 10 Hz cron; this is several.
const PATIENCE: Duration = Duration::from_millis(900);
/// While recording, every step waits this long for what nobody knows yet.
const RECORDING: Duration = Duration::from_millis(25);
/// One tick of that cron, and a little.
const TICK: Duration = Duration::from_millis(130);

/// A server of its own, and sockets to it.
#[derive(Debug)]
pub struct TcpDriver {
    server: Server,
    sockets: BTreeMap<String, TcpStream>,
    patience: Duration,
}

impl TcpDriver {
    /// Starts a server.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(flavour: Flavour) -> Result<Self, String> {
        Self::start_with(flavour, &[])
    }

    /// Starts a server with further arguments.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_with(flavour: Flavour, arguments: &[&str]) -> Result<Self, String> {
        Ok(Self {
            server: Server::start(flavour, arguments)?,
            sockets: BTreeMap::new(),
            patience: PATIENCE,
        })
    }

    /// Starts a server whose replies are to be recorded: little is known that would be worth waiting for.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_recording(flavour: Flavour) -> Result<Self, String> {
        Ok(Self { patience: RECORDING, ..Self::start(flavour)? })
    }

    /// The server.
    pub fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    fn socket(&mut self, client: &str) -> Result<&mut TcpStream, String> {
        self.sockets.get_mut(client).ok_or_else(|| format!("@{client} is not connected"))
    }
}

impl Driver for TcpDriver {
    fn labels(&self) -> Vec<&'static str> {
        self.server.flavour().labels()
    }

    fn connect(&mut self, client: &str) -> Result<(), String> {
        let socket = TcpStream::connect(self.server.address())
            .and_then(|socket| {
                socket.set_nodelay(true).and(socket.set_nonblocking(true)).map(|()| socket)
            })
            .map_err(|error| {
                format!("@{client} cannot connect: {error} {:?}", self.server.ended())
            })?;
        self.sockets.insert(client.to_owned(), socket);
        Ok(())
    }

    fn send(&mut self, client: &str, mut bytes: &[u8]) -> Result<(), String> {
        let socket = self.socket(client)?;
        let deadline = Instant::now() + WRITE_MAX;
        while !bytes.is_empty() {
            match socket.write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error)
                    if error.kind() == ErrorKind::WouldBlock && Instant::now() < deadline =>
                {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) if is_end(error.kind()) => return Ok(()),
                Err(error) => return Err(format!("@{client} cannot send: {error}")),
            }
        }
        Ok(())
    }

    fn close(&mut self, client: &str) -> Result<(), String> {
        let socket = self.sockets.remove(client);
        socket.ok_or_else(|| format!("@{client} is not connected")).map(drop)?;
        // Unlike bytes, the end of a connection may reach the server a moment later.
        std::thread::sleep(HANG_UP);
        Ok(())
    }

    fn half_close(&mut self, client: &str) -> Result<(), String> {
        self.socket(client)?.shutdown(Shutdown::Write).map_err(|error| error.to_string())
    }

    fn wait(&mut self, time: Duration) -> Result<(), String> {
        // A recording gives the timers their tick, since it hardly looks again.
        let late = if self.patience == RECORDING { TICK } else { Duration::ZERO };
        std::thread::sleep(time + late);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        self.server.settle()
    }

    fn receive(&mut self, client: &str, into: &mut Vec<u8>) -> Result<bool, String> {
        let socket = self.socket(client)?;
        let mut buffer = [0; 64 << 10];
        loop {
            match socket.read(&mut buffer) {
                Ok(0) => return Ok(false),
                Ok(length) => into.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Ok(false),
            }
        }
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

fn is_end(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}
