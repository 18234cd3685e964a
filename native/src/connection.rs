//! One connection: a task that reads, and a write half that anybody on the thread may write to at once.
//!
//! Replies are written straight away, in one system call for everything that is there; only when the peer does not
//! take them do they wait for the socket, and as long as they wait the connection is not read: a client that does not
//! read stops being read.

use crate::clock;
use crate::hub::{Hub, READ_SIZE};
use redloop_core::{ClientId, Engine, Input};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp;

#[cfg(unix)]
use tokio::net::unix;

/// What the rest of the server sees of a connection.
pub(crate) struct Connection {
    client: ClientId,
    writer: Writer,
    /// Replies the socket did not take yet, and how many bytes of them it did.
    unsent: RefCell<Unsent>,
    /// It is to be closed once nothing is unsent.
    closing: Cell<bool>,
    /// Wakes the connection's task.
    waker: RefCell<Option<Waker>>,
}

#[derive(Default)]
struct Unsent {
    bytes: Vec<u8>,
    taken: usize,
}

/// The half that is written to.
pub(crate) enum Writer {
    /// Over TCP.
    Tcp(tcp::OwnedWriteHalf),
    /// Through a unix socket.
    #[cfg(unix)]
    Unix(unix::OwnedWriteHalf),
}

/// What a connection's task woke up for.
enum Woken {
    Read(usize),
    Writable,
    Close,
}

/// Replies up to this capacity keep their buffer, bytes.
const BUFFER_KEEP: usize = 16 * 1024;

impl Connection {
    pub(crate) fn new(client: ClientId, writer: Writer) -> Rc<Self> {
        Rc::new(Connection {
            client,
            writer,
            unsent: RefCell::default(),
            closing: Cell::new(false),
            waker: RefCell::default(),
        })
    }

    /// Serves the connection until it ends.
    pub(crate) async fn serve(self: Rc<Self>, hub: Rc<Hub>, mut reader: impl AsyncRead + Unpin) {
        while let Ok(woken) = poll_fn(|context| self.poll(&hub, &mut reader, context)).await {
            match woken {
                Woken::Close => break,
                Woken::Read(0) => {
                    // What was read just before is worked on, and answered, first.
                    tokio::task::yield_now().await;
                    break;
                }
                Woken::Read(len) => {
                    hub.received(self.client, &hub.scratch.borrow()[..len]);
                    if len == READ_SIZE {
                        // There is more. The engine and the others go first.
                        tokio::task::yield_now().await;
                    }
                }
                Woken::Writable => {
                    if !self.flush(&hub) {
                        break;
                    }
                }
            }
        }
        hub.disconnected(self.client);
    }

    /// Writes the client's replies; whether any left, so that it may go on.
    #[inline]
    pub(crate) fn write(&self, engine: &mut Engine) -> bool {
        let mut unsent = self.unsent.borrow_mut();
        if !unsent.bytes.is_empty() {
            // The task is waiting for the socket and will ask for these when it can.
            return false;
        }
        let mut buffer = std::mem::take(&mut unsent.bytes);
        engine.swap_replies(self.client, &mut buffer);
        let sent = match self.writer.try_write(&buffer) {
            Ok(sent) => sent,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => {
                self.close(true);
                return false;
            }
        };
        engine.feed(clock::now(), Input::Sent { client: self.client, bytes: sent });
        if sent == buffer.len() {
            buffer.clear();
            if buffer.capacity() > BUFFER_KEEP {
                buffer = Vec::new();
            }
        } else {
            unsent.taken = sent;
            self.wake();
        }
        unsent.bytes = buffer;
        sent > 0
    }

    /// Ends the connection: at once, or when its replies have left.
    pub(crate) fn close(&self, at_once: bool) {
        if at_once {
            *self.unsent.borrow_mut() = Unsent::default();
        }
        self.closing.set(true);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    fn poll(
        &self,
        hub: &Hub,
        reader: &mut (impl AsyncRead + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Woken>> {
        let stuck = !self.unsent.borrow().bytes.is_empty();
        if !stuck && self.closing.get() {
            return Poll::Ready(Ok(Woken::Close));
        }
        let mut waker = self.waker.borrow_mut();
        if waker.as_ref().is_none_or(|waker| !waker.will_wake(context.waker())) {
            *waker = Some(context.waker().clone());
        }
        if stuck {
            return self.writer.poll_writable(context).map_ok(|()| Woken::Writable);
        }
        let mut scratch = hub.scratch.borrow_mut();
        let mut buffer = ReadBuf::new(&mut scratch);
        Pin::new(reader)
            .poll_read(context, &mut buffer)
            .map_ok(|()| Woken::Read(buffer.filled().len()))
    }

    /// Sends what was stuck, then what came in the meantime; `false` if the connection is broken.
    fn flush(&self, hub: &Hub) -> bool {
        loop {
            let mut unsent = self.unsent.borrow_mut();
            if unsent.bytes.is_empty() {
                hub.swap_replies(self.client, &mut unsent.bytes);
                if unsent.bytes.is_empty() {
                    return true;
                }
            }
            let sent = match self.writer.try_write(&unsent.bytes[unsent.taken..]) {
                Ok(sent) => sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            };
            unsent.taken += sent;
            if unsent.taken == unsent.bytes.len() {
                *unsent = Unsent::default();
            }
            drop(unsent);
            hub.sent(self.client, sent);
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
