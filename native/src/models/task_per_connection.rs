//! `task-per-connection`: a task for every connection, on as many threads as the machine has cores, and the engine behind
//! one lock. A task reads, takes the lock, feeds the engine and runs it, gives the lock back, and writes what came of it,
//! to whomever. All commands of a pipeline that were read together run under one acquisition.
//!
//! The lock is an ordinary mutex that blocks the thread: it is held for microseconds, and a slow command holds up every
//! thread that needs the engine, as it does in any program of this shape. Waits are measured.

use super::{Model, Plan};
use crate::clock;
use crate::connection::{Connection, READ_SIZE, Reader, Woken};
use crate::courier::Courier;
use crate::desk::{Desk, Errands};
use crate::disposal::Disposal;
use crate::entrance::Visitor;
use crate::gauges::Gauges;
use crate::helpers::{self, Helpers};
use redloop_core::Input;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The model.
pub(crate) struct TaskPerConnection {
    shared: Arc<Shared>,
}

/// What the tasks share.
struct Shared {
    desk: Mutex<Desk>,
    gauges: Arc<Gauges>,
    disposal: Disposal,
    /// Set before anything can have jobs for them.
    helpers: OnceLock<Helpers>,
    /// The same for migrations.
    courier: OnceLock<Courier>,
    /// The engine is to be woken earlier than was known.
    sooner: Notify,
    stop: Notify,
}

thread_local! {
    /// Which worker this thread is.
    static NUMBER: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    };
    /// What was last read, before it is fed: one buffer for all tasks of a thread.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_SIZE].into());
    /// What is left to do after the lock was given back.
    static ERRANDS: RefCell<Errands> = RefCell::default();
}

impl Model for TaskPerConnection {
    const NAME: &'static str = "task-per-connection";
    const CONNECTIONS_STAY: bool = false;

    fn workers(wanted: usize) -> usize {
        wanted
    }

    fn start(plan: Plan) -> io::Result<Rc<Self>> {
        let shared = Arc::new(Shared {
            desk: Mutex::new(Desk::new(plan.engine)),
            gauges: plan.gauges,
            disposal: Disposal::start(plan.offload)?,
            helpers: OnceLock::new(),
            courier: OnceLock::new(),
            sooner: Notify::new(),
            stop: Notify::new(),
        });
        let desk = Arc::downgrade(&shared);
        let feed = move |input| {
            if let Some(shared) = desk.upgrade() {
                shared.turn(|desk, _| desk.feed(input));
            }
        };
        let bring = feed.clone();
        let courier = Courier::start(move |back| bring(Input::Migrated(back)))?;
        shared.courier.get_or_init(|| courier);
        let deliver = move |done| feed(Input::Done(done));
        let helpers = Helpers::start(plan.offload, Arc::clone(&shared.gauges), deliver)?;
        shared.helpers.get_or_init(|| helpers);
        tokio::spawn(Arc::clone(&shared).keep_time());
        Ok(Rc::new(TaskPerConnection { shared }))
    }

    fn serve(self: &Rc<Self>, visitor: Visitor) {
        let (reader, writer) = visitor.stream.into_split();
        let connection = Arc::new(Connection::new(0, writer, visitor.guest));
        let shared = &self.shared;
        shared.turn(|desk, _| desk.connect(&connection, visitor.peer));
        let task = Arc::clone(shared).attend(connection, reader);
        shared.gauges.note_connection_bytes(size_of::<Connection>() + size_of_val(&task));
        tokio::spawn(task);
    }

    async fn stopped(&self) {
        self.shared.stop.notified().await;
    }
}

impl Shared {
    /// Serves a connection until it ends.
    async fn attend(self: Arc<Self>, connection: Arc<Connection>, mut reader: Reader) {
        let client = connection.client;
        let mut finished = false;
        loop {
            let woken = if finished {
                connection.finish().await
            } else {
                // What was read is still in the thread's buffer afterwards: nothing waits in between.
                poll_fn(|context| {
                    SCRATCH
                        .with_borrow_mut(|scratch| connection.poll(&mut reader, scratch, context))
                })
                .await
            };
            match woken {
                Ok(Woken::Read(0)) => {
                    finished = true;
                    self.turn(|desk, _| desk.finish(&connection));
                }
                Ok(Woken::Read(len)) => {
                    self.gauges.read(NUMBER.with(|number| *number), len);
                    SCRATCH.with_borrow(|scratch| {
                        let bytes = &scratch[..len];
                        self.turn(|desk, _| desk.feed(Input::Bytes { client, bytes }));
                    });
                    if len == READ_SIZE {
                        // There is more. The others go first.
                        tokio::task::yield_now().await;
                    }
                }
                Ok(Woken::Writable) => {
                    let sent = connection.send();
                    if !sent.is_no_news() {
                        self.turn(|desk, errands| {
                            if desk.hear_of(&connection, sent) {
                                errands.outgoing.push(Arc::clone(&connection));
                            }
                        });
                    }
                }
                Ok(Woken::Close) | Err(_) => break,
            }
        }
        self.turn(|desk, _| desk.disconnect(client));
    }

    /// Has `input` brought to the desk, runs the engine, and does what follows from it.
    fn turn(&self, input: impl FnOnce(&mut Desk, &mut Errands)) {
        ERRANDS.with_borrow_mut(|errands| {
            let mut desk = self.lock();
            input(&mut desk, errands);
            loop {
                desk.run(errands);
                self.gauges.batch(errands.outgoing.len());
                drop(desk);
                if let Some(helpers) = self.helpers.get() {
                    helpers.take(&mut errands.jobs);
                }
                if let Some(courier) = self.courier.get() {
                    courier.take(&mut errands.migrations);
                }
                let news = errands.write();
                self.disposal.take(&mut errands.garbage);
                if std::mem::take(&mut errands.sooner) {
                    self.sooner.notify_one();
                }
                if errands.stop {
                    self.stop.notify_one();
                }
                let done: Vec<_> = errands.jobs.drain(..).map(helpers::run).collect();
                if !news && done.is_empty() {
                    return;
                }
                desk = self.lock();
                done.into_iter().for_each(|done| desk.feed(Input::Done(done)));
                desk.hear(errands);
            }
        });
    }

    /// Takes the engine's lock and notes how long that took.
    fn lock(&self) -> MutexGuard<'_, Desk> {
        let (desk, wait) = match self.desk.try_lock() {
            Ok(desk) => (desk, Duration::ZERO),
            Err(TryLockError::Poisoned(poisoned)) => (poisoned.into_inner(), Duration::ZERO),
            Err(TryLockError::WouldBlock) => {
                let begin = Instant::now();
                let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
                (desk, begin.elapsed())
            }
        };
        self.gauges.lock_waited(wait);
        desk
    }

    /// Wakes the engine whenever it wants to be woken.
    async fn keep_time(self: Arc<Self>) {
        loop {
            let wake_at = self.lock().wake_at();
            let Some(at) = wake_at else {
                self.sooner.notified().await;
                continue;
            };
            let wait = Duration::from_micros(at.micros_since(clock::now()));
            tokio::select! {
                () = tokio::time::sleep(wait) => self.turn(|desk, _| desk.wake()),
                () = self.sooner.notified() => {}
            }
        }
    }
}
