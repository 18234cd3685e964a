//! `event-loop`: everything on one thread. Connections only feed what they have read. Once every connection with
//! something to read has done so, the engine runs until it is idle, and what came of it is written, to whomever: one
//! iteration of the loop. No lock is ever waited for, nothing passes between threads: the shape of Redis itself.
//!
//! Replies that leave together wake their readers together, who answer together, which saves both sides system calls.

use super::{Model, Plan};
use crate::clock;
use crate::connection::{Connection, READ_SIZE, Reader, Woken};
use crate::courier::Courier;
use crate::desk::{Desk, Errands};
use crate::disposal::Disposal;
use crate::entrance::Visitor;
use crate::gauges::Gauges;
use crate::helpers::{self, Helpers};
use redloop_core::{ClientId, Input};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{spawn_local, yield_now};

/// The model.
pub(crate) struct EventLoop {
    desk: RefCell<Desk>,
    gauges: Arc<Gauges>,
    disposal: Disposal,
    helpers: Helpers,
    courier: Courier,
    /// How often the engine was fed since it last ran.
    fed: Cell<usize>,
    /// Wakes the task that runs the engine.
    runner: RefCell<Option<Waker>>,
    /// The engine is to be woken earlier than was known.
    sooner: Notify,
    stop: Notify,
    /// What was last read, before it is fed: one buffer for all connections.
    scratch: RefCell<Box<[u8]>>,
}

impl Model for EventLoop {
    const NAME: &'static str = "event-loop";

    fn workers(_: usize) -> usize {
        1
    }

    fn start(plan: Plan) -> io::Result<Rc<Self>> {
        let (deliver, results) = unbounded_channel();
        // Nobody listens only while the server stops.
        let bring = deliver.clone();
        let courier = Courier::start(move |back| drop(bring.send(Input::Migrated(back))))?;
        let deliver = move |done| drop(deliver.send(Input::Done(done)));
        let helpers = Helpers::start(plan.offload, Arc::clone(&plan.gauges), deliver)?;
        let model = Rc::new(EventLoop {
            desk: RefCell::new(Desk::new(plan.engine)),
            helpers,
            courier,
            gauges: plan.gauges,
            disposal: Disposal::start(plan.offload)?,
            fed: Cell::new(0),
            runner: RefCell::default(),
            sooner: Notify::new(),
            stop: Notify::new(),
            scratch: RefCell::new(vec![0; READ_SIZE].into()),
        });
        let runner = Rc::clone(&model);
        spawn_local(async move { runner.run().await });
        let clockwork = Rc::clone(&model);
        spawn_local(async move { clockwork.keep_time().await });
        let receiver = Rc::clone(&model);
        spawn_local(async move { receiver.receive(results).await });
        Ok(model)
    }

    fn serve(self: &Rc<Self>, visitor: Visitor) {
        let (reader, writer) = visitor.stream.into_split();
        let connection = Arc::new(Connection::new(0, writer, visitor.guest));
        self.desk.borrow_mut().connect(&connection, visitor.peer);
        self.note_fed();
        self.gauges.connected(0);
        let task = Rc::clone(self).attend(connection, reader);
        self.gauges.note_connection_bytes(size_of::<Connection>() + size_of_val(&task));
        spawn_local(task);
    }

    async fn stopped(&self) {
        self.stop.notified().await;
    }
}

impl EventLoop {
    /// Serves a connection until it ends.
    async fn attend(self: Rc<Self>, connection: Arc<Connection>, mut reader: Reader) {
        let client = connection.client;
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
                    self.desk.borrow_mut().finish(&connection);
                    self.note_fed();
                }
                Ok(Woken::Read(len)) => {
                    self.feed(client, len);
                    if len == READ_SIZE {
                        // There is more. The engine and the others go first.
                        yield_now().await;
                    }
                }
                Ok(Woken::Writable) => self.write_on(&connection),
                Ok(Woken::Close) | Err(_) => break,
            }
        }
        self.desk.borrow_mut().disconnect(client);
        self.note_fed();
        self.gauges.disconnected(0);
    }

    /// Feeds what was just read. The buffer is everybody's: nobody may keep it while they wait.
    fn feed(&self, client: ClientId, len: usize) {
        let bytes = &self.scratch.borrow()[..len];
        self.desk.borrow_mut().feed(Input::Bytes { client, bytes });
        self.note_fed();
        self.gauges.read(0, len);
    }

    /// Writes what was stuck, then what came in the meantime.
    fn write_on(&self, connection: &Connection) {
        loop {
            let sent = connection.send();
            if sent.is_no_news() {
                return;
            }
            let more = self.desk.borrow_mut().hear_of(connection, sent);
            self.note_fed();
            if !more {
                return;
            }
        }
    }

    /// The engine has something to do. The task that runs it is woken by the first to feed it, and so comes after all that
    /// were woken by the same look at the sockets.
    #[inline]
    fn note_fed(&self) {
        let fed = self.fed.get();
        self.fed.set(fed + 1);
        if fed == 0
            && let Some(runner) = &*self.runner.borrow()
        {
            runner.wake_by_ref();
        }
    }

    async fn run(&self) {
        let mut errands = Errands::default();
        loop {
            let fed = poll_fn(|context| {
                let fed = self.fed.take();
                if fed > 0 {
                    return Poll::Ready(fed);
                }
                let mut runner = self.runner.borrow_mut();
                if runner.as_ref().is_none_or(|waker| !waker.will_wake(context.waker())) {
                    *runner = Some(context.waker().clone());
                }
                Poll::Pending
            })
            .await;
            self.gauges.batch(fed);
            self.run_until_idle(&mut errands);
        }
    }

    fn run_until_idle(&self, errands: &mut Errands) {
        let mut desk = self.desk.borrow_mut();
        loop {
            desk.run(errands);
            self.helpers.take(&mut errands.jobs);
            self.courier.take(&mut errands.migrations);
            let news = errands.write();
            self.disposal.take(&mut errands.garbage);
            if std::mem::take(&mut errands.sooner) {
                self.sooner.notify_one();
            }
            if errands.stop {
                self.stop.notify_one();
            }
            // Clients that were held back by their unread replies go on when those have left.
            if !news && errands.jobs.is_empty() {
                return;
            }
            desk.hear(errands);
            for job in errands.jobs.drain(..) {
                desk.feed(Input::Done(helpers::run(job)));
            }
        }
    }

    /// Brings to the desk what helpers and the courier have done.
    async fn receive(&self, mut results: UnboundedReceiver<Input<'static>>) {
        while let Some(input) = results.recv().await {
            self.desk.borrow_mut().feed(input);
            self.note_fed();
        }
    }

    /// Wakes the engine whenever it wants to be woken.
    async fn keep_time(&self) {
        loop {
            let wake_at = self.desk.borrow().wake_at();
            let Some(at) = wake_at else {
                self.sooner.notified().await;
                continue;
            };
            let wait = Duration::from_micros(at.micros_since(clock::now()));
            tokio::select! {
                () = tokio::time::sleep(wait) => {
                    self.desk.borrow_mut().wake();
                    self.note_fed();
                }
                () = self.sooner.notified() => {}
            }
        }
    }
}
