//! Opening the doors: TCP addresses, a unix socket, and what is set on each accepted connection.

use redloop_core::config::Config;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

/// The TCP listeners, which CONFIG SET may exchange while somebody waits at them.
#[derive(Debug)]
pub(crate) struct Doors {
    open: Mutex<Open>,
    /// The runtime that watches them, whoever opens them.
    runtime: Handle,
}

#[derive(Debug, Default)]
struct Open {
    listeners: Vec<TcpListener>,
    place: Place,
    /// Wakes who waits for connections.
    waiting: Option<Waker>,
}

/// Where to listen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    bind: Vec<String>,
    port: u16,
    backlog: i32,
}

impl Doors {
    /// Listens where `config` says. The runtime of this thread watches.
    ///
    /// # Errors
    /// An address that must be there cannot be listened on: the text says which and why.
    pub(crate) fn open(config: &Config) -> io::Result<Doors> {
        let place = Place::of(config);
        let listeners = place.listen()?;
        let open = Mutex::new(Open { listeners, place, waiting: None });
        Ok(Doors { open, runtime: Handle::current() })
    }

    /// Listens where `config` says now, and no longer where it did before.
    ///
    /// # Errors
    /// As of `open`. Everything is as before, then.
    pub(crate) fn reopen(&self, config: &Config) -> io::Result<()> {
        let _watched_there = self.runtime.enter();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Place::of(config);
        if place == open.place {
            return Ok(());
        }
        if place.port == open.place.port {
            // Old and new addresses may overlap.
            open.listeners.clear();
        }
        match place.listen() {
            Ok(listeners) => {
                open.listeners = listeners;
                open.place = place;
            }
            Err(error) => {
                if open.listeners.is_empty() {
                    open.listeners = open.place.listen().unwrap_or_else(|error| {
                        log::error!("{error}");
                        Vec::new()
                    });
                }
                self.wake(&mut open);
                return Err(error);
            }
        }
        self.wake(&mut open);
        Ok(())
    }

    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        !self.open.lock().unwrap_or_else(PoisonError::into_inner).listeners.is_empty()
    }

    /// The next connection at any of them.
    pub(crate) async fn accept(&self) -> io::Result<TcpStream> {
        poll_fn(|context| {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let accepted = open.listeners.iter().enumerate().find_map(|(nth, listener)| {
                match listener.poll_accept(context) {
                    Poll::Ready(accepted) => Some((nth, accepted)),
                    Poll::Pending => None,
                }
            });
            if let Some((nth, accepted)) = accepted {
                // The others come first the next time.
                open.listeners.rotate_left(nth + 1);
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
            open.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Has who waits look at the new listeners.
    fn wake(&self, open: &mut Open) {
        if let Some(waker) = open.waiting.take() {
            waker.wake();
        }
    }
}

impl Place {
    fn of(config: &Config) -> Place {
        let number =
            |name| String::from_utf8_lossy(&config.named(name)).parse::<u32>().unwrap_or(0);
        let bind = config.named("bind");
        Place {
            bind: String::from_utf8_lossy(&bind).split_whitespace().map(str::to_owned).collect(),
            port: number("port") as u16,
            backlog: number("tcp-backlog") as i32,
        }
    }

    /// Listens on every address; one that starts with `-` may be missing on this machine.
    fn listen(&self) -> io::Result<Vec<TcpListener>> {
        let mut listeners = Vec::new();
        let words = if self.port == 0 { &[] } else { self.bind.as_slice() };
        for word in words {
            let (optional, host) = match word.strip_prefix('-') {
                Some(host) => (true, host),
                None => (false, word.as_str()),
            };
            let address = match host {
                "*" => "0.0.0.0",
                "::*" => "::",
                host => host,
            };
            let listener = (address, self.port)
                .to_socket_addrs()
                .and_then(|mut addresses| {
                    addresses.next().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
                })
                .and_then(|address| listen(address, self.backlog));
            match listener {
                Ok(listener) => listeners.push(listener),
                // Missing is not the same as taken.
                Err(error) if optional && error.kind() != io::ErrorKind::AddrInUse => {}
                Err(error) => {
                    let port = self.port;
                    let hint = match error.kind() {
                        io::ErrorKind::AddrInUse => {
                            ". Is another server running there? Choose another port with --port."
                        }
                        _ => "",
                    };
                    return Err(io::Error::new(
                        error.kind(),
                        format!(
                            "Could not create server TCP listening socket {host}:{port}: {error}{hint}"
                        ),
                    ));
                }
            }
        }
        Ok(listeners)
    }
}

fn listen(address: SocketAddr, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    TcpListener::from_std(socket.into())
}

/// Listens on the unix socket, if one is configured; a stale one is replaced.
///
/// # Errors
/// The path cannot be used.
#[cfg(unix)]
pub(crate) fn unix(config: &Config) -> io::Result<Option<tokio::net::UnixListener>> {
    use std::os::unix::fs::PermissionsExt;
    let path = config.named("unixsocket");
    if path.is_empty() {
        return Ok(None);
    }
    let path = &*String::from_utf8_lossy(&path);
    let fail = |error: io::Error| {
        io::Error::new(error.kind(), format!("Failed opening Unix socket {path}: {error}"))
    };
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(fail(error));
    }
    let listener = tokio::net::UnixListener::bind(path).map_err(fail)?;
    // It was checked when it was read.
    let mode = config.named("unixsocketperm");
    let mode = std::str::from_utf8(&mode).ok().and_then(|mode| u32::from_str_radix(mode, 8).ok());
    if let Some(mode) = mode.filter(|mode| *mode > 0) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(fail)?;
    }
    Ok(Some(listener))
}

/// Replies leave at once, and a peer that vanished is noticed.
pub(crate) fn prepare(stream: &TcpStream, keepalive_s: u64) {
    // A connection that is gone already will say so when it is read.
    let _ = stream.set_nodelay(true);
    if keepalive_s > 0 {
        let third = Duration::from_secs((keepalive_s / 3).max(1));
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(keepalive_s))
            .with_interval(third)
            .with_retries(3);
        let _ = SockRef::from(stream).set_tcp_keepalive(&keepalive);
    }
}
