//! Threads that run the engine's jobs. With `--offload`, commands that read much leave the engine's thread, each as a job
//! on shares of what it reads; here it is run, and what came of it goes back by the model's own way in.
//!
//! The queue has a bound. A job that finds it full runs at once where it is, as the command would have without helpers:
//! nothing is refused, nothing piles up.

use crate::gauges::Gauges;
use redloop_core::{Done, Helper, Job};
use std::cell::RefCell;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Elements from which on a command leaves the engine's thread, unless offload-threshold says otherwise.
///
/// Measured by core's example `offload`: sending away costs the loop 4 to 40 µs whatever the command, and from 64 (set
/// algebra) to 1024 of them on (SMEMBERS) that is less than running it. Twice the largest of these, so that a command that
/// wakes another thread, and makes its own client wait for that, saves everybody else 20 µs or more.
pub(crate) const UNITS: u64 = 2048;

/// Jobs that may wait for a helper.
pub(crate) const QUEUE_MAX: usize = 64;

/// Helpers at most: what they read and write is memory, which a few of them keep busy.
const THREADS_MAX: usize = 8;

/// The threads' queue.
#[derive(Debug)]
pub(crate) struct Helpers {
    queue: Option<SyncSender<Job>>,
    gauges: Arc<Gauges>,
}

thread_local! {
    /// Where this thread runs jobs.
    static HELPER: RefCell<Helper> = RefCell::default();
}

impl Helpers {
    /// As many as the machine has cores beside the engine's, if they are `wanted`. Each calls `deliver` with what came of a
    /// job.
    ///
    /// # Errors
    /// The system has no threads left.
    pub(crate) fn start(
        wanted: bool,
        gauges: Arc<Gauges>,
        deliver: impl Fn(Box<Done>) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        if !wanted {
            return Ok(Helpers { queue: None, gauges });
        }
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let jobs = Arc::new(Mutex::new(jobs));
        let deliver = Arc::new(deliver);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores.saturating_sub(1).clamp(1, THREADS_MAX) {
            let (jobs, deliver) = (Arc::clone(&jobs), Arc::clone(&deliver));
            let gauges = Arc::clone(&gauges);
            std::thread::Builder::new().name(format!("helper {number}")).spawn(move || {
                while let Some(job) = next(&jobs) {
                    gauges.job_taken();
                    deliver(run(job));
                }
            })?;
        }
        Ok(Helpers { queue: Some(queue), gauges })
    }

    /// Queues jobs. Those are left that the queue has no room for: whoever brings them [`run`]s them.
    #[inline]
    pub(crate) fn take(&self, jobs: &mut Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let Some(queue) = &self.queue else { return };
        let mut left = Vec::new();
        for job in jobs.drain(..) {
            // Counted first: a helper may take it at once.
            self.gauges.job_queued();
            if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) =
                queue.try_send(job)
            {
                self.gauges.job_taken();
                left.push(job);
            }
        }
        *jobs = left;
    }
}

/// Runs a job on this thread.
pub(crate) fn run(job: Job) -> Box<Done> {
    HELPER.with_borrow_mut(|helper| Box::new(job.run(helper)))
}

/// The next job for a helper; `None`: there will be no more.
fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
