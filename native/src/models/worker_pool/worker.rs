//! A worker: one thread that reads and writes its connections' sockets.

use super::post::{Arrival, Batch, Letter, Mail, Post, SPARE_BATCHES_MAX};
use crate::connection::{Connection, READ_SIZE, Reader, Woken};
use crate::gauges::Gauges;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::task::Poll;
use tokio::sync::{Notify, mpsc};
use tokio::task::{spawn_local, yield_now};

/// Bytes in a batch from which on a worker reads no more until it is sent. The last read may go over it by its size.
const BATCH_BYTES_MAX: usize = 256 * 1024;
/// Bytes a batch can hold: what it may keep of its memory.
const BATCH_CAPACITY: usize = BATCH_BYTES_MAX + READ_SIZE;

/// One worker.
struct Worker {
    number: usize,
    gauges: Arc<Gauges>,
    /// What is to be sent to the engine.
    batch: RefCell<Batch>,
    spare: RefCell<Vec<Batch>>,
    /// The batch is no longer empty.
    filled: Notify,
    /// The batch has room again: wakes those who wait for it one after the other.
    room: Notify,
    /// What was last read: one buffer for all connections.
    scratch: RefCell<Box<[u8]>>,
}

/// Starts one, and waits until it can serve.
///
/// # Errors
/// The system has no threads or descriptors left.
pub(super) fn start(
    number: usize,
    post: Arc<Post>,
    sender: mpsc::Sender<Batch>,
    gauges: Arc<Gauges>,
) -> io::Result<()> {
    let (told, hear) = sync_channel(1);
    std::thread::Builder::new().name(format!("worker {number}")).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build_local(Default::default());
        let (runtime, outcome) = match runtime {
            Ok(runtime) => (Some(runtime), Ok(())),
            Err(error) => (None, Err(error)),
        };
        // Whoever started it is waiting to hear, and nobody else is.
        let _ = told.send(outcome);
        if let Some(runtime) = runtime {
            runtime.block_on(run(number, post, sender, gauges));
        }
    })?;
    hear.recv().unwrap_or_else(|_| Err(io::Error::other("it ended at once")))
}

async fn run(number: usize, post: Arc<Post>, sender: mpsc::Sender<Batch>, gauges: Arc<Gauges>) {
    let worker = Rc::new(Worker {
        number,
        gauges,
        batch: RefCell::new(Batch { worker: number, ..Batch::default() }),
        spare: RefCell::default(),
        filled: Notify::new(),
        room: Notify::new(),
        scratch: RefCell::new(vec![0; READ_SIZE].into()),
    });
    let courier = Rc::clone(&worker);
    spawn_local(async move { courier.send_batches(&sender).await });
    let mut mail = Mail::default();
    loop {
        post.collect(&mut mail).await;
        for connection in mail.outgoing.drain(..) {
            worker.write(&connection);
        }
        for arrival in mail.arrivals.drain(..) {
            worker.welcome(arrival);
        }
        worker.keep(&mut mail.empty);
    }
}

impl Worker {
    fn welcome(self: &Rc<Self>, arrival: Arrival) {
        let stream = match arrival.stream.settle() {
            Ok(stream) => stream,
            Err(error) => {
                log::warn!("A connection cannot be watched: {error}");
                self.gauges.disconnected(self.number);
                return;
            }
        };
        let (reader, writer) = stream.into_split();
        let connection = Arc::new(Connection::new(self.number, writer, arrival.guest));
        self.post(Letter::Connected(Arc::clone(&connection), arrival.peer));
        let task = Rc::clone(self).attend(connection, reader);
        self.gauges.note_connection_bytes(size_of::<Connection>() + size_of_val(&task));
        spawn_local(task);
    }

    /// Serves a connection until it ends.
    async fn attend(self: Rc<Self>, connection: Arc<Connection>, mut reader: Reader) {
        let mut finished = false;
        loop {
            let woken = if finished {
                connection.finish().await
            } else {
                self.next(&connection, &mut reader).await
            };
            match woken {
                Ok(Woken::Read(0)) => {
                    finished = true;
                    self.post(Letter::Finished(Arc::clone(&connection)));
                }
                Ok(Woken::Read(len)) => {
                    self.gauges.read(self.number, len);
                    self.pack(len);
                    self.post(Letter::Bytes(connection.client, len));
                    if len == READ_SIZE {
                        // There is more. The others go first.
                        yield_now().await;
                    }
                }
                Ok(Woken::Writable) => self.write(&connection),
                Ok(Woken::Close) | Err(_) => break,
            }
        }
        self.post(Letter::Closed(connection.client));
        self.gauges.disconnected(self.number);
    }

    /// The next thing a connection's task has to do, once the batch has room for what it may read.
    async fn next(&self, connection: &Connection, reader: &mut Reader) -> io::Result<Woken> {
        loop {
            let woken = poll_fn(|context| {
                if self.batch_is_full() {
                    return Poll::Ready(None);
                }
                connection.poll(reader, &mut self.scratch.borrow_mut(), context).map(Some)
            });
            if let Some(woken) = woken.await {
                return woken;
            }
            self.room.notified().await;
            if !self.batch_is_full() {
                // This one may have nothing to read: the next one in line is not to wait for it.
                self.room.notify_one();
            }
        }
    }

    /// Puts what was just read into the batch.
    fn pack(&self, len: usize) {
        let bytes = &mut self.batch.borrow_mut().bytes;
        if bytes.len() + len > BATCH_CAPACITY / 2 {
            // Doubling would go beyond what is kept.
            bytes.reserve_exact(BATCH_CAPACITY - bytes.len());
        }
        bytes.extend_from_slice(&self.scratch.borrow()[..len]);
    }

    fn batch_is_full(&self) -> bool {
        self.batch.borrow().bytes.len() >= BATCH_BYTES_MAX
    }

    fn write(&self, connection: &Arc<Connection>) {
        let sent = connection.send();
        if !sent.is_no_news() {
            self.post(Letter::Sent(Arc::clone(connection), sent));
        }
    }

    /// Puts a letter into the batch.
    fn post(&self, letter: Letter) {
        let mut batch = self.batch.borrow_mut();
        batch.letters.push(letter);
        if batch.letters.len() == 1 {
            self.filled.notify_one();
        }
    }

    /// Sends what is in the batch, as soon as the queue has room. The task that does this is woken by the first letter, and
    /// so comes after all connections that were woken by the same look at the sockets.
    async fn send_batches(&self, sender: &mpsc::Sender<Batch>) {
        loop {
            self.filled.notified().await;
            let Ok(permit) = sender.reserve().await else { return };
            let empty = self.spare.borrow_mut().pop();
            let empty = empty.unwrap_or(Batch { worker: self.number, ..Batch::default() });
            self.gauges.queued();
            permit.send(self.batch.replace(empty));
            self.room.notify_one();
        }
    }

    fn keep(&self, empty: &mut Vec<Batch>) {
        let mut spare = self.spare.borrow_mut();
        for batch in empty.drain(..) {
            if spare.len() < SPARE_BATCHES_MAX && batch.bytes.capacity() <= BATCH_CAPACITY {
                spare.push(batch);
            }
        }
    }
}
