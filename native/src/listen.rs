//! Opening the doors: TCP addresses, a unix socket, and what is set on each accepted connection.

use crate::options::Start;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Listens on every `bind` address; one that starts with `-` may be missing on this machine.
///
/// # Errors
/// An address that must be there cannot be listened on: the text says which and why.
pub(crate) fn tcp(start: &Start) -> io::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    if start.port == 0 {
        return Ok(listeners);
    }
    for word in &start.bind {
        let (optional, host) = match word.strip_prefix('-') {
            Some(host) => (true, host),
            None => (false, word.as_str()),
        };
        let host = match host {
            "*" => "0.0.0.0",
            "::*" => "::",
            host => host,
        };
        let listener = (host, start.port)
            .to_socket_addrs()
            .and_then(|mut addresses| {
                addresses.next().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
            })
            .and_then(|address| listen(address, start.backlog));
        match listener {
            Ok(listener) => listeners.push(listener),
            Err(_) if optional => {}
            Err(error) => {
                let port = start.port;
                return Err(io::Error::new(
                    error.kind(),
                    format!(
                        "Could not create server TCP listening socket {host}:{port}: {error}. Is another server running there? Choose another port with --port."
                    ),
                ));
            }
        }
    }
    Ok(listeners)
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
pub(crate) fn unix(start: &Start) -> io::Result<Option<tokio::net::UnixListener>> {
    use std::os::unix::fs::PermissionsExt;
    let Some(path) = start.text("unixsocket").filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let fail = |error: io::Error| {
        io::Error::new(error.kind(), format!("Failed opening Unix socket {path}: {error}"))
    };
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(fail(error));
    }
    let listener = tokio::net::UnixListener::bind(path).map_err(fail)?;
    if let Some(mode) = start
        .text("unixsocketperm")
        .and_then(|mode| u32::from_str_radix(mode, 8).ok())
        .filter(|m| *m > 0)
    {
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
