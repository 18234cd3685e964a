//! The thread that takes keys to other servers (MIGRATE), one journey after the other. The engine goes on meanwhile; what came
//! of it goes back by the model's own way in.
//!
//! At most one journey a client waits here, since a client waits for its own.

use redloop_core::{Migrated, Migration, Trouble};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// Longest line of a reply that is kept: an error's text.
const LINE_MAX: u64 = 4096;

/// The way to the thread.
#[derive(Debug)]
pub(crate) struct Courier(Sender<Migration>);

impl Courier {
    /// Starts the thread, which calls `deliver` with what came of each journey.
    ///
    /// # Errors
    /// The system has no threads left.
    pub(crate) fn start(deliver: impl Fn(Box<Migrated>) + Send + 'static) -> io::Result<Self> {
        let (send, journeys) = channel::<Migration>();
        std::thread::Builder::new().name("courier".to_owned()).spawn(move || {
            for migration in journeys {
                let replies = travel(&migration);
                deliver(Box::new(Migrated { migration: Box::new(migration), replies }));
            }
        })?;
        Ok(Courier(send))
    }

    /// Queues journeys.
    pub(crate) fn take(&self, migrations: &mut Vec<Migration>) {
        for migration in migrations.drain(..) {
            // Nobody listens only while the server stops.
            drop(self.0.send(migration));
        }
    }
}

/// Greets the other server, and unless it refuses that, sends the keys; a line for each request.
fn travel(migration: &Migration) -> Result<Vec<Vec<u8>>, Trouble> {
    let timeout = Duration::from_millis(migration.timeout_ms.max(1));
    let port: u16 = migration.port.parse().map_err(|_| Trouble::Writing)?;
    let mut addresses =
        (migration.host.as_str(), port).to_socket_addrs().map_err(|_| Trouble::Host)?;
    let address = addresses.next().ok_or(Trouble::Host)?;
    let mut stream = BufReader::new(open(&address, timeout).map_err(|_| Trouble::Writing)?);
    let mut replies = exchange(&mut stream, &migration.greeting, migration.greetings)?;
    if !replies.iter().any(|reply| reply.starts_with(b"-")) {
        replies.extend(exchange(&mut stream, &migration.request, migration.keys())?);
    }
    Ok(replies)
}

fn open(address: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(address, timeout)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(timeout))?;
    stream.set_read_timeout(Some(timeout))?;
    Ok(stream)
}

/// Sends requests and reads a line for each.
fn exchange(
    stream: &mut BufReader<TcpStream>,
    requests: &[u8],
    count: usize,
) -> Result<Vec<Vec<u8>>, Trouble> {
    stream.get_mut().write_all(requests).map_err(|_| Trouble::Writing)?;
    let lines = (0..count).map(|_| line(stream));
    lines.collect::<io::Result<_>>().map_err(|_| Trouble::Reading)
}

/// A line without its end.
fn line(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(line.to_vec()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
