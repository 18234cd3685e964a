//! Many connections at once, from many addresses of this machine: more than one address has ports for, and more than one
//! thread opens in a second. Plain sockets, since ten thousand threads are no way to hold ten thousand connections.

use crate::resp::{self, Value};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::Duration,
};

/// How long a reply or a connection may take: for machines under load.
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections from one address; far fewer than it has ports.
const PER_ADDRESS: usize = 500;
/// Files of the process that are no connections.
const RESERVED: u64 = 100;

/// Connections that are held open; they close with this value.
#[derive(Debug, Default)]
pub struct Crowd {
    sockets: Vec<TcpStream>,
}

impl Crowd {
    /// Opens `count` connections to `port` of this machine from `threads` threads at the same time, each thread as fast as
    /// it can.
    ///
    /// # Panics
    /// When a connection is refused, or the system has too few descriptors: the text says how to have more.
    pub fn connect(port: u16, count: usize, threads: usize) -> Self {
        provide_files(count);
        let share = count.div_ceil(threads);
        let sockets = thread::scope(|scope| {
            let threads: Vec<_> = (0..count)
                .step_by(share)
                .map(|from| {
                    let its = from..count.min(from + share);
                    scope.spawn(move || {
                        let sockets = its.map(|nth| connect_from(address(nth), port));
                        sockets.collect::<io::Result<Vec<_>>>()
                    })
                })
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join().expect("no panic"));
            joined.collect::<io::Result<Vec<_>>>().expect("let in")
        });
        Crowd { sockets: sockets.into_iter().flatten().collect() }
    }

    /// Sends `request` on every connection, then has each read its reply: those that `wanted` accepts are counted.
    ///
    /// # Panics
    /// When a connection ends or is silent.
    pub fn ask(&mut self, request: &[u8], wanted: impl Fn(&Value) -> bool) -> usize {
        for socket in &mut self.sockets {
            socket.write_all(request).expect("the server reads");
        }
        self.sockets.iter_mut().map(read_reply).filter(wanted).count()
    }

    /// The connections.
    pub fn sockets(&mut self) -> &mut Vec<TcpStream> {
        &mut self.sockets
    }
}

/// One reply.
///
/// # Panics
/// When the connection ends or is silent.
pub fn read_reply(socket: &mut TcpStream) -> Value {
    let mut received = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        if let Some((value, used)) = resp::decode(&received).expect("a well-formed reply") {
            assert_eq!(used, received.len(), "more than one reply");
            return value;
        }
        let read = socket.read(&mut buffer).expect("a reply");
        assert!(read > 0, "closed instead of a reply");
        received.extend_from_slice(&buffer[..read]);
    }
}

/// A connection from this address of the machine.
///
/// # Errors
/// It is refused, or the machine has no such address.
pub fn connect_from(address: Ipv4Addr, port: u16) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.bind(&SockAddr::from(SocketAddr::from((address, 0))))?;
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect_timeout(&SockAddr::from(server), PATIENCE)?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Whence the nth connection comes: 127.1.0.1 and on.
fn address(nth: usize) -> Ipv4Addr {
    let number = nth / PER_ADDRESS;
    let low = u8::try_from(1 + number % 250).unwrap_or(1);
    let high = u8::try_from(number / 250).unwrap_or(u8::MAX);
    Ipv4Addr::new(127, 1, high, low)
}

/// Raises the limit of open files so that `count` connections can be held.
fn provide_files(count: usize) {
    let wanted = count as u64 + RESERVED;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    if soft < wanted {
        let raised = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted));
        assert!(
            raised.is_ok(),
            "{count} connections need {wanted} open files, {hard} are allowed: run `ulimit -Hn {wanted}` first"
        );
    }
}
