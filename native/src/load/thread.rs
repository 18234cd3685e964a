//! One thread of the generator: it opens its connections, waits for the common beginning, drives them, and says what
//! it saw. Nothing is shared with the other threads but two counters that progress is read from.

use super::{
    alarm::Alarm,
    connect,
    connection::Connection,
    dispatch::{Dispatch, Next},
    error::LoadError,
    keys::Sources,
    mix::Requests,
    plan::Plan,
    report::{Connects, Punctuality},
    stream::Stream,
    tally::Tally,
};
use std::{
    cell::RefCell,
    future::poll_fn,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use tokio::{sync::Notify, task::JoinSet};

/// Bytes that are read at once: one buffer serves all connections of a thread.
const READ_BYTES: usize = 64 << 10;

/// How often a thread looks whether the server still answers.
const LOOK: Duration = Duration::from_millis(100);

/// What a thread counts while it works.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Connections that are open or will not be.
    pub(super) settled: AtomicU64,
    /// Requests answered that count.
    pub(super) answered: AtomicU64,
}

/// A thread's way to the one that coordinates.
pub(super) struct Link {
    /// Where it says what happened.
    pub(super) tell: mpsc::Sender<Told>,
    /// Where it hears when to begin; an end of the channel means not at all.
    pub(super) begin: mpsc::Receiver<Instant>,
    /// Its counters.
    pub(super) counters: Arc<Counters>,
}

/// What a thread says.
pub(super) enum Told {
    /// Its connections are open, as far as they will be.
    Connected(Connects),
    /// All is over.
    Finished(Box<Part>),
    /// It could not start.
    Failed(LoadError),
}

/// What a thread saw.
pub(super) struct Part {
    /// Its counts.
    pub(super) tally: Tally,
    /// From when requests began to count to the last reply.
    pub(super) lasted: Duration,
    /// Requests answered, by the connections' numbers.
    pub(super) per_connection: Vec<(usize, u64)>,
    /// Requests that should have been sent and were not.
    pub(super) unsent: u64,
    /// Idle connections that were closed.
    pub(super) idle_lost: u64,
    /// How well an open loop's schedule was kept.
    pub(super) punctuality: Option<Punctuality>,
    /// The share of the time that it was busy.
    pub(super) busy: Option<f64>,
}

/// What the connections of a thread share.
pub(super) struct Bench {
    /// The commands.
    pub(super) requests: Requests,
    /// What changes with every request.
    pub(super) state: RefCell<State>,
    /// What was just read.
    pub(super) buffer: RefCell<Vec<u8>>,
    /// Tells the pacer that a connection is free.
    pub(super) freed: Notify,
}

/// What changes with every request.
pub(super) struct State {
    /// Who sends when.
    pub(super) dispatch: Dispatch,
    /// What came of it.
    pub(super) tally: Tally,
    /// The numbers in the requests.
    pub(super) sources: Sources,
}

/// The whole life of thread `index`.
pub(super) fn run(plan: &Arc<Plan>, data: &[u8], index: usize, link: &Link) {
    let told = match work(plan, data, index, link) {
        Ok(Some(part)) => Told::Finished(Box::new(part)),
        Ok(None) => return,
        Err(error) => Told::Failed(error),
    };
    // Whoever listened has given up; there is nobody to tell.
    let _ = link.tell.send(told);
}

/// Nothing when the run is called off.
fn work(
    plan: &Arc<Plan>,
    data: &[u8],
    index: usize,
    link: &Link,
) -> Result<Option<Part>, LoadError> {
    let requests = Requests::new(&plan.mix, data)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(Default::default())
        .map_err(LoadError::Start)?;
    let opened = runtime.block_on(connect::open_all(plan, index, &link.counters.settled));
    if link.tell.send(Told::Connected(opened.connects)).is_err() {
        return Ok(None);
    }
    let Ok(start) = link.begin.recv() else { return Ok(None) };
    let begin = start + plan.warmup;
    let connections = opened.active.len();
    let dispatch = Dispatch::new(plan, index, connections, start);
    let tally = Tally::new(requests.kinds(), connections, begin, dispatch.is_open_loop());
    let sources = Sources::new(plan.distribution, plan.keyspace, plan.seed, index, plan.threads);
    let bench = Bench {
        requests,
        state: RefCell::new(State { dispatch, tally, sources }),
        buffer: RefCell::new(vec![0; READ_BYTES]),
        freed: Notify::new(),
    };
    let bench = Rc::new(bench);
    let numbers: Vec<usize> = opened.active.iter().map(|(number, _)| *number).collect();
    let clock = BusyClock::start();
    let work = drive(plan, &bench, opened.active, start, &link.counters);
    runtime.block_on(work).map_err(LoadError::Start)?;
    let busy = clock.share();
    let idle_lost = runtime.block_on(closed(&opened.idle));
    // With it the connections' tasks are gone, and what they held.
    drop(runtime);
    let bench = Rc::into_inner(bench).expect("nobody holds what the tasks shared");
    let State { mut dispatch, mut tally, .. } = bench.state.into_inner();
    if tally.waiting > 0 {
        tally.give_up(&format!("no reply within {} s", plan.reply_timeout.as_secs_f64()));
    }
    Ok(Some(Part {
        unsent: dispatch.unsent(),
        punctuality: dispatch.punctuality(),
        lasted: tally.last.saturating_duration_since(begin),
        per_connection: numbers.into_iter().zip(std::mem::take(&mut tally.answered)).collect(),
        tally,
        idle_lost,
        busy,
    }))
}

/// Drives the connections until all are done, or the server is silent for too long.
async fn drive(
    plan: &Plan,
    bench: &Rc<Bench>,
    streams: Vec<(usize, Stream)>,
    start: Instant,
    counters: &Counters,
) -> std::io::Result<()> {
    tokio::time::sleep_until(start.into()).await;
    let mut tasks = JoinSet::new();
    for (place, (number, stream)) in streams.into_iter().enumerate() {
        let bench = Rc::clone(bench);
        let mut connection = Connection::new(place, number as u64, stream);
        tasks.spawn_local(async move { poll_fn(|context| connection.poll(context, &bench)).await });
    }
    let mut pacer = std::pin::pin!(pace(bench));
    let mut pacing = bench.state.borrow().dispatch.is_open_loop();
    let mut look = tokio::time::interval(LOOK);
    let mut heard = (0, Instant::now());
    loop {
        tokio::select! {
            ended = tasks.join_next() => if ended.is_none() { break },
            paced = &mut pacer, if pacing => {
                paced?;
                pacing = false;
            }
            _ = look.tick() => {
                let tally = &bench.state.borrow().tally;
                counters.answered.store(tally.counted, Ordering::Relaxed);
                if tally.all != heard.0 || tally.waiting == 0 {
                    heard = (tally.all, Instant::now());
                } else if heard.1.elapsed() > plan.reply_timeout {
                    break;
                }
            }
        }
    }
    counters.answered.store(bench.state.borrow().tally.counted, Ordering::Relaxed);
    Ok(())
}

/// How many were closed by the server.
async fn closed(streams: &[Stream]) -> u64 {
    // The runtime hears what the system has to say.
    tokio::task::yield_now().await;
    streams.iter().filter(|stream| stream.is_closed()).count() as u64
}

/// Gives free connections the requests that are due, when they are.
async fn pace(bench: &Bench) -> std::io::Result<()> {
    let alarm = Alarm::new()?;
    loop {
        let next = bench.state.borrow_mut().dispatch.assign(Instant::now());
        match next {
            Next::Due(due) => alarm.until(due).await?,
            Next::Free => bench.freed.notified().await,
            Next::Over => return Ok(()),
        }
    }
}

/// How much of the time that passes a thread is busy.
struct BusyClock {
    begin: Instant,
    spent: Option<Duration>,
}

impl BusyClock {
    fn start() -> Self {
        Self { begin: Instant::now(), spent: cpu_time() }
    }

    /// From 0 to 1.
    fn share(&self) -> Option<f64> {
        let spent = cpu_time()?.saturating_sub(self.spent?);
        Some((spent.as_secs_f64() / self.begin.elapsed().as_secs_f64()).min(1.0))
    }
}

/// Processor time that this thread has used.
#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).ok().map(Duration::from)
}

/// Processor time that this thread has used.
#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}
