//! A connection's socket, TCP or unix: what the generator reads and writes.

use super::plan::Target;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Stream {
    /// TCP, without delay.
    Tcp(TcpStream),
    /// A unix socket.
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

impl Stream {
    /// Connects; from `source` if there is one.
    ///
    /// # Errors
    /// The system's.
    pub(crate) async fn connect(target: &Target, source: Option<Ipv4Addr>) -> io::Result<Self> {
        match target {
            Target::Tcp(address) => {
                let stream = match source {
                    None => TcpStream::connect(address).await?,
                    Some(source) => {
                        let socket = TcpSocket::new_v4()?;
                        socket.bind(SocketAddr::from((source, 0)))?;
                        socket.connect(*address).await?
                    }
                };
                stream.set_nodelay(true)?;
                Ok(Self::Tcp(stream))
            }
            #[cfg(unix)]
            Target::Unix(path) => tokio::net::UnixStream::connect(path).await.map(Self::Unix),
            #[cfg(not(unix))]
            Target::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Whether the other side has closed, as far as the system has said.
    pub(crate) fn is_closed(&self) -> bool {
        let mut byte = [0];
        let read = match self {
            Self::Tcp(stream) => stream.try_read(&mut byte),
            #[cfg(unix)]
            Self::Unix(stream) => stream.try_read(&mut byte),
        };
        match read {
            Ok(read) => read == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Reads into the buffer; how many bytes.
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        let read = match self {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, &mut buffer),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_read(context, &mut buffer),
        };
        read.map_ok(|()| buffer.filled().len())
    }

    /// Writes some of the bytes; how many.
    pub(crate) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }
}
