//! A RESP load generator as a library: a [`Plan`] goes in, a [`Report`] comes out. `redloop bench` is its command line.
//!
//! The generator must cost less than the server that it measures, and must not be fooled by it. So requests are encoded
//! ahead ([`template`]), replies are counted and not parsed ([`replies`]), a connection is a small state machine that
//! makes one write and one read for a whole batch ([`connection`]), and nothing is allocated, and no timer set, for a
//! request. In an open loop requests are due at instants that the server has no say in ([`dispatch`]), and latency counts
//! from there. What it does not do: check the values that come back, follow cluster redirections, reopen connections that
//! were lost, TLS.

mod alarm;
mod capacity;
mod connect;
mod connection;
mod dispatch;
mod error;
mod keys;
mod mix;
mod plan;
mod prefill;
mod replies;
mod report;
mod schedule;
mod stream;
mod tally;
mod template;
mod thread;
mod workloads;

pub(crate) use error::LoadError;
pub(crate) use keys::Distribution;
pub(crate) use mix::Mix;
pub(crate) use plan::{Arrivals, Connect, Greeting, Pace, Plan, Stop, Target};
pub(crate) use report::{Connects, Latencies, Report, STEP, Texts};
pub(crate) use template::PLACEHOLDERS;
pub(crate) use workloads::names as workload_names;

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use report::{CommandReport, Punctuality, add, add_steps, latencies};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};
use thread::{Counters, Link, Part, Told};

/// How often progress is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// From the word to begin to the beginning, so that all threads have heard it.
const HEAD_START: Duration = Duration::from_millis(5);

/// What is being done, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phase<'a> {
    /// Keys are created, with this command, so many times.
    Filling(&'a str, u64),
    /// So many connections are opened.
    Connecting(u64),
    /// Requests are sent that do not count.
    WarmingUp(Duration),
    /// Requests are sent that do.
    Running(Stop),
}

/// Whoever watches a run; `()` is nobody.
pub(crate) trait Progress {
    /// Something begins.
    fn begin(&self, phase: Phase<'_>);
    /// So much of it is done: connections or requests, and how long it has taken.
    fn advance(&self, done: u64, elapsed: Duration);
    /// Something worth knowing.
    fn say(&self, text: &str);
}

impl Progress for () {
    fn begin(&self, _: Phase<'_>) {}
    fn advance(&self, _: u64, _: Duration) {}
    fn say(&self, _: &str) {}
}

/// Carries out a plan; returns when it is over. Takes threads of its own.
///
/// # Errors
/// When the plan is impossible, or not one connection could be opened. Connections that could not be opened while others
/// could, errors that the server answered and connections that were lost are in the report.
pub(crate) fn run(plan: &Plan, progress: &dyn Progress) -> Result<Report, LoadError> {
    plan.check()?;
    let files_max = capacity::provide(plan, progress)?;
    if plan.prefill {
        prefill::run(plan, progress)?;
    }
    let mut report = generate(plan, progress)?;
    report.files_max = files_max;
    Ok(report)
}

/// Runs the threads of a plan that was checked.
fn generate(plan: &Plan, progress: &dyn Progress) -> Result<Report, LoadError> {
    let plan = &Arc::new(plan.clone());
    let data: Arc<[u8]> = data(plan).into();
    let counters: Vec<Arc<Counters>> = (0..plan.threads).map(|_| Arc::default()).collect();
    let (tell, told) = mpsc::channel();
    let mut begin = Vec::new();
    let mut threads = Vec::new();
    for (index, counters) in counters.iter().enumerate() {
        let (sender, receiver) = mpsc::channel();
        begin.push(sender);
        let link = Link { tell: tell.clone(), begin: receiver, counters: Arc::clone(counters) };
        let (plan, data) = (Arc::clone(plan), Arc::clone(&data));
        let thread = std::thread::Builder::new()
            .name(format!("load-{index}"))
            .spawn(move || thread::run(&plan, &data, index, &link))
            .map_err(LoadError::Start)?;
        threads.push(thread);
    }
    drop(tell);
    let sum = |of: fn(&Counters) -> &AtomicU64| {
        counters.iter().map(|counters| of(counters).load(Ordering::Relaxed)).sum::<u64>()
    };

    let mut connects = Connects::default();
    progress.begin(Phase::Connecting(plan.all_connections() as u64));
    let from = Instant::now();
    listen(&told, plan.threads, |event| match event {
        Event::Quiet => progress.advance(sum(|it| &it.settled), from.elapsed()),
        Event::Connected(of_thread) => connects.merge(&of_thread),
        Event::Finished(_) => {}
    })?;
    progress.advance(sum(|it| &it.settled), from.elapsed());
    if connects.opened == 0 {
        let reason = connects.reason().unwrap_or_default();
        return Err(LoadError::Unreachable { target: plan.target.clone(), reason });
    }

    let start = Instant::now() + HEAD_START;
    for sender in &begin {
        // A thread that is gone has said why.
        let _ = sender.send(start);
    }
    let counting = start + plan.warmup;
    let mut warm = plan.warmup.is_zero();
    progress.begin(if warm { Phase::Running(plan.stop) } else { Phase::WarmingUp(plan.warmup) });
    let mut parts = Vec::new();
    listen(&told, plan.threads, |event| match event {
        Event::Quiet => {
            let now = Instant::now();
            if !warm && now >= counting {
                warm = true;
                progress.begin(Phase::Running(plan.stop));
            }
            let from = if warm { counting } else { start };
            progress.advance(sum(|it| &it.answered), now.saturating_duration_since(from));
        }
        Event::Finished(part) => parts.push(*part),
        Event::Connected(_) => {}
    })?;
    progress.advance(sum(|it| &it.answered), counting.elapsed());
    for thread in threads {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
    Ok(add_up(plan, connects, parts))
}

/// What happens while the threads are listened to.
enum Event {
    Quiet,
    Connected(Connects),
    Finished(Box<Part>),
}

/// Listens until so many threads have spoken, or all are gone.
fn listen(
    told: &mpsc::Receiver<Told>,
    threads: usize,
    mut hear: impl FnMut(Event),
) -> Result<(), LoadError> {
    let mut left = threads;
    let mut shown = Instant::now();
    while left > 0 {
        match told.recv_timeout(PROGRESS_INTERVAL) {
            Ok(Told::Failed(error)) => return Err(error),
            Ok(Told::Connected(connects)) => hear(Event::Connected(connects)),
            Ok(Told::Finished(part)) => hear(Event::Finished(part)),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {
                hear(Event::Quiet);
                shown = Instant::now();
                continue;
            }
        }
        left -= 1;
        if shown.elapsed() > PROGRESS_INTERVAL {
            hear(Event::Quiet);
            shown = Instant::now();
        }
    }
    Ok(())
}

/// Makes one report of what the threads saw.
fn add_up(plan: &Plan, connects: Connects, parts: Vec<Part>) -> Report {
    let mut report = Report {
        requests: 0,
        seconds: 0.0,
        latency: latencies(),
        service: latencies(),
        commands: plan
            .mix
            .shares
            .iter()
            .map(|share| CommandReport { name: share.name.clone(), latency: latencies() })
            .collect(),
        errors: Texts::default(),
        per_connection: Vec::new(),
        connects,
        lost: Texts::default(),
        idle_lost: 0,
        unanswered: 0,
        unsent: 0,
        timeline: Vec::new(),
        punctuality: None,
        busiest_thread: None,
        bytes: report::Bytes::default(),
        files_max: None,
    };
    let mut per_connection = Vec::new();
    for part in parts {
        let tally = part.tally;
        report.requests += tally.counted;
        report.seconds = report.seconds.max(part.lasted.as_secs_f64());
        for (command, latency) in report.commands.iter_mut().zip(&tally.commands) {
            add(&mut command.latency, latency);
            add(&mut report.latency, latency);
        }
        let sent_when_due = || tally.commands.iter();
        match &tally.service {
            Some(service) => add(&mut report.service, service),
            None => sent_when_due().for_each(|latency| add(&mut report.service, latency)),
        }
        report.errors.merge(&tally.errors);
        report.lost.merge(&tally.lost);
        report.idle_lost += part.idle_lost;
        report.unanswered += tally.unanswered;
        report.unsent += part.unsent;
        report.bytes.sent += tally.bytes.sent;
        report.bytes.received += tally.bytes.received;
        add_steps(&mut report.timeline, &tally.timeline.into_steps());
        per_connection.extend(part.per_connection);
        if let Some(punctuality) = &part.punctuality {
            report.punctuality.get_or_insert_with(Punctuality::default).merge(punctuality);
        }
        report.busiest_thread = report.busiest_thread.into_iter().chain(part.busy).reduce(f64::max);
    }
    per_connection.sort_unstable();
    report.per_connection = per_connection.into_iter().map(|(_, answered)| answered).collect();
    report
}

/// What `{data}` stands for: letters that do not compress to nothing, the same for the same seed.
fn data(plan: &Plan) -> Vec<u8> {
    let mut random = SmallRng::seed_from_u64(plan.seed);
    (0..plan.data_bytes).map(|_| random.random_range(b'a'..=b'z')).collect()
}
