//! One connection: a task that reads, and a sending half that any thread may use.
//!
//! Replies pass from the engine to the connection, and from there to the socket, in one buffer at a time. Whoever ran the
//! engine writes them straight away, in one system call; only when the peer does not take them does the connection's own
//! task wait for the socket, and as long as it waits nothing is read: a client that does not read stops being read.

use crate::throttle::Guest;
use atomic_waker::AtomicWaker;
use redloop_core::{ClientId, Engine, Input};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpStream, tcp};

#[cfg(unix)]
use tokio::net::unix;

/// Bytes read from a socket at once.
pub(crate) const READ_SIZE: usize = 64 * 1024;
/// Replies up to this many bytes count as sent when they are handed to the connection, which spares a report for each.
/// A client's output is thus undercounted by this much at most.
const SENT_AT_ONCE_MAX: usize = 16 * 1024;
/// Replies up to this capacity keep their buffer, bytes.
const BUFFER_KEEP: usize = 16 * 1024;

/// What the rest of the server sees of a connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Its number.
    pub(crate) client: ClientId,
    /// Which worker serves it, where there are several.
    pub(crate) worker: usize,
    writer: Writer,
    replies: Mutex<Replies>,
    /// Where its replies are: see the constants below.
    place: AtomicU8,
    ending: AtomicU8,
    /// Wakes the connection's task.
    waker: AtomicWaker,
    /// Counts it among its address' connections.
    _guest: Option<Guest>,
}

/// Replies on their way, and how many bytes of them the socket took.
#[derive(Debug, Default)]
struct Replies {
    bytes: Vec<u8>,
    taken: usize,
}

/// No replies: whoever runs the engine may hand some out.
const EMPTY: u8 = 0;
/// They are with whoever writes them.
const HANDED_OUT: u8 = 1;
/// The same, and the engine has more for it.
const MORE_WAIT: u8 = 2;
/// With [`HANDED_OUT`] or [`MORE_WAIT`]: the socket did not take all. They are the connection's task's to write.
const STUCK: u8 = 4;

/// It is served.
const OPEN: u8 = 0;
/// To be closed when its replies have left.
const CLOSE_AFTER_REPLIES: u8 = 1;
/// To be closed whatever it still has.
const CLOSE_NOW: u8 = 2;

/// The half that is read.
#[derive(Debug)]
pub(crate) enum Reader {
    /// Over TCP.
    Tcp(tcp::OwnedReadHalf),
    /// Through a unix socket.
    #[cfg(unix)]
    Unix(unix::OwnedReadHalf),
}

/// The half that is written to.
#[derive(Debug)]
pub(crate) enum Writer {
    /// Over TCP.
    Tcp(tcp::OwnedWriteHalf),
    /// Through a unix socket.
    #[cfg(unix)]
    Unix(unix::OwnedWriteHalf),
}

/// A connection's socket.
#[derive(Debug)]
pub(crate) enum Stream {
    /// Over TCP.
    Tcp(TcpStream),
    /// Through a unix socket.
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

/// What a connection's task woke up for.
#[derive(Debug)]
pub(crate) enum Woken {
    /// So many bytes were read; none: the peer sends no more.
    Read(usize),
    /// What was stuck can be written: call [`Connection::send`].
    Writable,
    /// It is over.
    Close,
}

/// What became of replies that were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Bytes that left and that the engine does not know of yet.
    pub(crate) bytes: usize,
    /// The engine may hand out the replies it has kept: call [`Connection::hand_out_more`].
    pub(crate) more: bool,
}

impl Sent {
    /// Whether the engine need not hear of it.
    pub(crate) fn is_no_news(self) -> bool {
        self == Sent::default()
    }
}

/// A number that no other connection of this process has.
pub(crate) fn next_client() -> ClientId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    ClientId(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

impl Connection {
    /// A connection that has just been let in.
    pub(crate) fn new(worker: usize, writer: Writer, guest: Option<Guest>) -> Self {
        Connection {
            client: next_client(),
            worker,
            writer,
            replies: Mutex::default(),
            place: AtomicU8::new(EMPTY),
            ending: AtomicU8::new(OPEN),
            waker: AtomicWaker::new(),
            _guest: guest,
        }
    }

    /// Takes the client's replies out of the engine. True: they are to be written with [`Connection::send`] by the caller.
    /// False: there are none, or earlier ones are still on their way and whoever writes those will hear of more.
    #[inline]
    pub(crate) fn hand_out(&self, engine: &mut Engine) -> bool {
        let taken = self.place.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |place| {
            Some(if place == EMPTY { HANDED_OUT } else { (place & STUCK) | MORE_WAIT })
        });
        taken == Ok(EMPTY) && self.hand_out_more(engine)
    }

    /// The same, for who was told by [`Sent::more`] that there are some.
    pub(crate) fn hand_out_more(&self, engine: &mut Engine) -> bool {
        let mut replies = self.lock();
        engine.swap_replies(self.client, &mut replies.bytes);
        let len = replies.bytes.len();
        drop(replies);
        if len == 0 {
            self.place.store(EMPTY, Ordering::SeqCst);
            self.wake_if_ending();
            return false;
        }
        if len <= SENT_AT_ONCE_MAX {
            engine.feed(crate::clock::now(), Input::Sent { client: self.client, bytes: len });
        }
        true
    }

    /// Writes the replies that were handed out, as far as the socket takes them; the rest is written by the connection's
    /// task.
    #[inline]
    pub(crate) fn send(&self) -> Sent {
        let mut replies = self.lock();
        let sent = match self.writer.try_write(&replies.bytes[replies.taken..]) {
            Ok(sent) => sent,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => {
                replies.clear();
                drop(replies);
                self.close(true);
                return Sent::default();
            }
        };
        replies.taken += sent;
        let bytes = if replies.bytes.len() > SENT_AT_ONCE_MAX { sent } else { 0 };
        if replies.taken < replies.bytes.len() {
            drop(replies);
            self.place.fetch_or(STUCK, Ordering::SeqCst);
            self.waker.wake();
            return Sent { bytes, more: false };
        }
        replies.clear();
        drop(replies);
        let more = self
            .place
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |place| {
                Some(if place & MORE_WAIT == 0 { EMPTY } else { HANDED_OUT })
            })
            .is_ok_and(|place| place & MORE_WAIT != 0);
        if !more {
            self.wake_if_ending();
        }
        Sent { bytes, more }
    }

    /// Ends the connection: at once, or when its replies have left.
    pub(crate) fn close(&self, at_once: bool) {
        let how = if at_once { CLOSE_NOW } else { CLOSE_AFTER_REPLIES };
        self.ending.fetch_max(how, Ordering::SeqCst);
        self.waker.wake();
    }

    /// The next thing the connection's task has to do. What is read is at the start of `scratch`.
    pub(crate) fn poll(
        &self,
        reader: &mut Reader,
        scratch: &mut [u8],
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Woken>> {
        if let Some(sending) = self.poll_sending(context) {
            return sending;
        }
        let mut buffer = ReadBuf::new(scratch);
        reader.poll_read(context, &mut buffer).map_ok(|()| Woken::Read(buffer.filled().len()))
    }

    /// The next thing to do for a connection that is not read any more.
    pub(crate) async fn finish(&self) -> io::Result<Woken> {
        poll_fn(|context| self.poll_sending(context).unwrap_or(Poll::Pending)).await
    }

    /// What is to be done before more is read; `None`: nothing.
    fn poll_sending(&self, context: &mut Context<'_>) -> Option<Poll<io::Result<Woken>>> {
        self.waker.register(context.waker());
        let place = self.place.load(Ordering::SeqCst);
        match self.ending.load(Ordering::SeqCst) {
            CLOSE_NOW => return Some(Poll::Ready(Ok(Woken::Close))),
            CLOSE_AFTER_REPLIES if place == EMPTY => return Some(Poll::Ready(Ok(Woken::Close))),
            _ => {}
        }
        let stuck = place & STUCK != 0;
        stuck.then(|| self.writer.poll_writable(context).map_ok(|()| Woken::Writable))
    }

    fn wake_if_ending(&self) {
        if self.ending.load(Ordering::SeqCst) != OPEN {
            self.waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replies {
    fn clear(&mut self) {
        self.taken = 0;
        self.bytes.clear();
        if self.bytes.capacity() > BUFFER_KEEP {
            self.bytes = Vec::new();
        }
    }
}

/// A socket that no runtime watches, on its way to another thread.
#[derive(Debug)]
pub(crate) enum LooseStream {
    /// Over TCP.
    Tcp(std::net::TcpStream),
    /// Through a unix socket.
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixStream),
}

impl LooseStream {
    /// Has the runtime of this thread watch it.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn settle(self) -> io::Result<Stream> {
        Ok(match self {
            LooseStream::Tcp(stream) => Stream::Tcp(TcpStream::from_std(stream)?),
            #[cfg(unix)]
            LooseStream::Unix(stream) => Stream::Unix(tokio::net::UnixStream::from_std(stream)?),
        })
    }
}

impl Stream {
    /// Takes it away from its runtime.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn loosen(self) -> io::Result<LooseStream> {
        Ok(match self {
            Stream::Tcp(stream) => LooseStream::Tcp(stream.into_std()?),
            #[cfg(unix)]
            Stream::Unix(stream) => LooseStream::Unix(stream.into_std()?),
        })
    }

    /// Its two halves.
    pub(crate) fn into_split(self) -> (Reader, Writer) {
        match self {
            Stream::Tcp(stream) => {
                let (reader, writer) = stream.into_split();
                (Reader::Tcp(reader), Writer::Tcp(writer))
            }
            #[cfg(unix)]
            Stream::Unix(stream) => {
                let (reader, writer) = stream.into_split();
                (Reader::Unix(reader), Writer::Unix(writer))
            }
        }
    }
}

impl Reader {
    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Reader::Tcp(half) => Pin::new(half).poll_read(context, buffer),
            #[cfg(unix)]
            Reader::Unix(half) => Pin::new(half).poll_read(context, buffer),
        }
    }
}

impl Writer {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Writer::Tcp(half) => half.try_write(bytes),
            #[cfg(unix)]
            Writer::Unix(half) => half.try_write(bytes),
        }
    }

    fn poll_writable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Writer::Tcp(half) => half.as_ref().poll_write_ready(context),
            #[cfg(unix)]
            Writer::Unix(half) => half.as_ref().poll_write_ready(context),
        }
    }
}
