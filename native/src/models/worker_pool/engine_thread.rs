//! The thread that owns the engine: takes batches, runs them, leaves word of replies.

use super::post::{Batch, Letter, Post};
use super::{Plan, TAKEN_MAX};
use crate::clock;
use crate::connection::Connection;
use crate::courier::Courier;
use crate::desk::{Desk, Errands};
use crate::disposal::Disposal;
use crate::helpers::{self, Helpers};
use redloop_core::{Input, Timestamp};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, Sleep};

/// Starts the thread.
///
/// # Errors
/// The system has no threads left.
pub(super) fn start(
    plan: Plan,
    posts: Vec<Arc<Post>>,
    batches: mpsc::Receiver<Batch>,
    stop: Arc<Notify>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let disposal = Disposal::start(plan.offload)?;
    let (deliver, results) = mpsc::unbounded_channel();
    // Nobody listens only while the server stops.
    let bring = deliver.clone();
    let courier = Courier::start(move |back| drop(bring.send(Input::Migrated(back))))?;
    let deliver = move |done| drop(deliver.send(Input::Done(done)));
    let helpers = Helpers::start(plan.offload, Arc::clone(&plan.gauges), deliver)?;
    let aides = Aides { disposal, helpers, courier, results };
    std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || runtime.block_on(run(plan, &posts, batches, &stop, aides)))?;
    Ok(())
}

/// What does the engine's work elsewhere.
struct Aides {
    disposal: Disposal,
    helpers: Helpers,
    courier: Courier,
    results: mpsc::UnboundedReceiver<Input<'static>>,
}

async fn run(
    plan: Plan,
    posts: &[Arc<Post>],
    mut batches: mpsc::Receiver<Batch>,
    stop: &Notify,
    aides: Aides,
) {
    let Aides { disposal, helpers, courier, mut results } = aides;
    let mut desk = Desk::new(plan.engine);
    let mut errands = Errands::default();
    let mut taken = Vec::with_capacity(TAKEN_MAX);
    let mut sorted: Vec<Vec<Arc<Connection>>> = posts.iter().map(|_| Vec::new()).collect();
    let mut alarm = std::pin::pin!(tokio::time::sleep(Duration::ZERO));
    let mut set_to = None;
    loop {
        if desk.wake_at() != set_to {
            set_to = desk.wake_at();
            set(alarm.as_mut(), set_to);
        }
        tokio::select! {
            biased;
            Some(input) = results.recv() => desk.feed(input),
            count = batches.recv_many(&mut taken, TAKEN_MAX) => plan.gauges.dequeued(count),
            () = &mut alarm, if set_to.is_some() => {
                set_to = None;
                desk.wake();
            }
        }
        let letters = taken.iter().map(|batch| batch.letters.len()).sum();
        for batch in &mut taken {
            read(batch, &mut desk, &mut errands);
        }
        desk.run(&mut errands);
        helpers.take(&mut errands.jobs);
        while !errands.jobs.is_empty() {
            for job in errands.jobs.drain(..) {
                desk.feed(Input::Done(helpers::run(job)));
            }
            desk.run(&mut errands);
            helpers.take(&mut errands.jobs);
        }
        courier.take(&mut errands.migrations);
        plan.gauges.batch(letters);
        for connection in errands.leaving() {
            sorted[connection.worker].push(connection);
        }
        for (post, outgoing) in posts.iter().zip(&mut sorted) {
            post.leave(outgoing);
        }
        for batch in taken.drain(..) {
            posts[batch.worker].give_back(batch);
        }
        disposal.take(&mut errands.garbage);
        if std::mem::take(&mut errands.stop) {
            stop.notify_one();
        }
    }
}

/// Brings a batch to the desk.
fn read(batch: &mut Batch, desk: &mut Desk, errands: &mut Errands) {
    let mut bytes = batch.bytes.as_slice();
    for letter in batch.letters.drain(..) {
        match letter {
            Letter::Connected(connection, peer) => desk.connect(&connection, peer),
            Letter::Bytes(client, len) => {
                let (its, rest) = bytes.split_at(len);
                bytes = rest;
                desk.feed(Input::Bytes { client, bytes: its });
            }
            Letter::Finished(connection) => desk.finish(&connection),
            Letter::Sent(connection, sent) => {
                if desk.hear_of(&connection, sent) {
                    errands.outgoing.push(connection);
                }
            }
            Letter::Closed(client) => desk.disconnect(client),
        }
    }
}

fn set(alarm: Pin<&mut Sleep>, at: Option<Timestamp>) {
    if let Some(at) = at {
        alarm.reset(Instant::now() + Duration::from_micros(at.micros_since(clock::now())));
    }
}
