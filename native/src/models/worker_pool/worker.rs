//! A worker: one thread that reads and writes its connections' sockets.

use super::post::{Arrival, Batch, Letter, Mail, Post};
use crate::connection::{Connection, READ_SIZE, Reader, Woken};
use crate::gauges::Gauges;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};
use tokio::task::{spawn_local, yield_now};

/// Bytes in a batch from which on a worker reads no more until it is sent.
const BATCH_BYTES_MAX: usize = 256 * 1024;
/// Empty batches a worker keeps.
const SPARE_BATCHES_MAX: usize = 4;
/// What a batch may keep of its memory, bytes.
const BATCH_KEEP: usize = BATCH_BYTES_MAX + READ_SIZE;

/// One worker.
struct Worker {
    number: usize,
    gauges: Arc<Gauges>,
    /// What is to be sent to the engine.
    batch: RefCell<Batch>,
    spare: RefCell<Vec<Batch>>,
    /// The batch is no longer empty.
    filled: Notify,
    /// The batch was sent.
    sent: Notify,
    /// What was last read: one buffer for all connections.
    scratch: RefCell<Box<[u8]>>,
}

/// Starts one.
///
/// # Errors
/// The system has no threads or descriptors left.
pub(super) fn start(
    number: usize,
    post: Arc<Post>,
    sender: mpsc::Sender<Batch>,
    gauges: Arc<Gauges>,
) -> io::Result<()> {
    std::thread::Builder::new().name(format!("worker {number}")).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build_local(Default::default());
        match runtime {
            Ok(runtime) => runtime.block_on(run(number, post, sender, gauges)),
            Err(error) => log::error!("Worker {number} cannot start: {error}"),
        }
    })?;
    Ok(())
}

async fn run(number: usize, post: Arc<Post>, sender: mpsc::Sender<Batch>, gauges: Arc<Gauges>) {
    let worker = Rc::new(Worker {
        number,
        gauges,
        batch: RefCell::new(Batch { worker: number, ..Batch::default() }),
        spare: RefCell::default(),
        filled: Notify::new(),
        sent: Notify::new(),
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
                poll_fn(|context| {
                    connection.poll(&mut reader, &mut self.scratch.borrow_mut(), context)
                })
                .await
            };
            match woken {
                Ok(Woken::Read(0)) => {
                    finished = true;
                    self.post(Letter::Finished(Arc::clone(&connection)));
                }
                Ok(Woken::Read(len)) => {
                    self.gauges.read(self.number, len);
                    self.batch.borrow_mut().bytes.extend_from_slice(&self.scratch.borrow()[..len]);
                    self.post(Letter::Bytes(connection.client, len));
                    while self.batch.borrow().bytes.len() >= BATCH_BYTES_MAX {
                        self.sent.notified().await;
                    }
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
            self.sent.notify_waiters();
        }
    }

    fn keep(&self, empty: &mut Vec<Batch>) {
        let mut spare = self.spare.borrow_mut();
        for batch in empty.drain(..) {
            if spare.len() < SPARE_BATCHES_MAX && batch.bytes.capacity() <= BATCH_KEEP {
                spare.push(batch);
            }
        }
    }
}
