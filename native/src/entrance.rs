//! Through here connections come: accepted at the doors, held up or refused by the rules of admission, made ready, and
//! handed to the model.

use crate::connection::Stream;
use crate::listen::{self, Doors};
use crate::throttle::{Admission, Bucket, Guest, TOO_MANY};
use redloop_core::Peer;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

#[cfg(unix)]
use tokio::net::UnixListener;

/// The doors and their rules.
#[derive(Debug)]
pub(crate) struct Entrance {
    /// TCP addresses.
    pub(crate) doors: Arc<Doors>,
    /// The unix socket.
    #[cfg(unix)]
    pub(crate) unix: Option<UnixListener>,
    /// Who is let in, and how fast.
    pub(crate) admission: Arc<Admission>,
}

/// A connection that was let in.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Its socket.
    pub(crate) stream: Stream,
    /// Who it is.
    pub(crate) peer: Peer,
    /// Counts it among its address' connections.
    pub(crate) guest: Option<Guest>,
}

/// How long nobody is accepted after an accept failed: out of descriptors, most likely, and others may close meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl Entrance {
    /// Lets connections in, for ever.
    pub(crate) async fn open(self, welcome: impl Fn(Visitor)) {
        #[cfg(unix)]
        let through_unix = async {
            match self.unix {
                Some(listener) => let_in_unix(listener, &welcome).await,
                None => std::future::pending().await,
            }
        };
        #[cfg(not(unix))]
        let through_unix = std::future::pending::<()>();
        tokio::join!(let_in_tcp(&self.doors, &self.admission, &welcome), through_unix);
    }
}

async fn let_in_tcp(doors: &Doors, admission: &Arc<Admission>, welcome: &impl Fn(Visitor)) {
    let mut bucket = Bucket::new(Instant::now());
    loop {
        match doors.accept().await {
            Ok(stream) => {
                let wait = admission.pace(&mut bucket, Instant::now());
                if !wait.is_zero() {
                    tokio::time::sleep(wait).await;
                }
                if let Some(visitor) = visitor(stream, admission) {
                    welcome(visitor);
                }
            }
            Err(error) => pause(&error).await,
        }
    }
}

fn visitor(stream: TcpStream, admission: &Arc<Admission>) -> Option<Visitor> {
    // Who is gone already has no address.
    let (Ok(remote), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else { return None };
    let Some(guest) = admission.let_in(remote.ip().to_canonical()) else {
        // Nobody is owed more than an attempt.
        let _ = stream.try_write(TOO_MANY);
        return None;
    };
    listen::prepare(&stream, admission.keepalive_s());
    let peer = Peer {
        addr: remote.to_string().into(),
        laddr: local.to_string().into(),
        unix: false,
        loopback: remote.ip().to_canonical().is_loopback(),
        fd: descriptor(&stream),
    };
    Some(Visitor { stream: Stream::Tcp(stream), peer, guest: Some(guest) })
}

#[cfg(unix)]
async fn let_in_unix(listener: UnixListener, welcome: &impl Fn(Visitor)) {
    let path = listener
        .local_addr()
        .ok()
        .and_then(|address| address.as_pathname().map(|path| path.display().to_string()));
    let path = path.unwrap_or_default();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let peer = Peer {
                    addr: path.as_str().into(),
                    laddr: path.as_str().into(),
                    unix: true,
                    loopback: true,
                    fd: descriptor(&stream),
                };
                welcome(Visitor { stream: Stream::Unix(stream), peer, guest: None });
            }
            Err(error) => pause(&error).await,
        }
    }
}

async fn pause(error: &io::Error) {
    log::warn!("Accepting client connection: {error}");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

#[cfg(unix)]
fn descriptor(stream: &impl std::os::fd::AsRawFd) -> i32 {
    stream.as_raw_fd()
}

#[cfg(not(unix))]
fn descriptor<T>(_: &T) -> i32 {
    -1
}
