//! What a model counts about itself, for INFO's section Model: waits for the lock, queues, batches, the workers' loads.
//!
//! Whoever runs the engine writes most of these, one thread at a time, so that locks here are never waited for.

use crate::helpers;
use crate::throttle::Admission;
use hdrhistogram::Histogram;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// See the module.
#[derive(Debug)]
pub(crate) struct Gauges {
    model: &'static str,
    offload: bool,
    admission: Arc<Admission>,
    /// Nanoseconds waited for the engine's lock.
    lock_waits: Distribution,
    /// Connections with input that were served by one run of the engine.
    batches: Distribution,
    /// Batches in the queue before the engine, and the most there were.
    queue: AtomicUsize,
    queue_max: AtomicUsize,
    queue_limit: usize,
    /// Jobs that wait for a helper, and the most there were.
    jobs: AtomicUsize,
    jobs_max: AtomicUsize,
    workers: Box<[Worker]>,
    /// Whether a connection is one worker's as long as it lives.
    connections_stay: bool,
    /// Bytes that the host keeps for a connection, its socket aside.
    connection_bytes: AtomicUsize,
}

/// One worker's load.
#[derive(Debug, Default)]
struct Worker {
    connections: AtomicUsize,
    reads: AtomicU64,
    bytes_in: AtomicU64,
}

/// A histogram that exists once something was recorded.
#[derive(Debug, Default)]
struct Distribution(Mutex<Option<Histogram<u64>>>);

/// Significant decimal digits of the histograms.
const DIGITS: u8 = 2;
/// The largest value that is told from larger ones: an hour in nanoseconds.
const VALUE_MAX: u64 = 3_600_000_000_000;

impl Gauges {
    /// Gauges of a model with `workers` threads for connections, which stay with theirs or do not, and a queue of at most `queue_limit` batches; 0: it has
    /// none.
    pub(crate) fn new(
        model: &'static str,
        offload: bool,
        workers: usize,
        connections_stay: bool,
        queue_limit: usize,
        admission: Arc<Admission>,
    ) -> Self {
        Gauges {
            model,
            offload,
            admission,
            lock_waits: Distribution::default(),
            batches: Distribution::default(),
            queue: AtomicUsize::new(0),
            queue_max: AtomicUsize::new(0),
            queue_limit,
            jobs: AtomicUsize::new(0),
            jobs_max: AtomicUsize::new(0),
            workers: (0..workers).map(|_| Worker::default()).collect(),
            connections_stay,
            connection_bytes: AtomicUsize::new(0),
        }
    }

    /// Somebody waited so long for the lock.
    pub(crate) fn lock_waited(&self, wait: Duration) {
        self.lock_waits.record(wait.as_nanos() as u64);
    }

    /// The engine ran for so many connections at once.
    pub(crate) fn batch(&self, connections: usize) {
        self.batches.record(connections as u64);
    }

    /// A batch stands in the queue.
    pub(crate) fn queued(&self) {
        let depth = self.queue.fetch_add(1, Ordering::Relaxed) + 1;
        self.queue_max.fetch_max(depth, Ordering::Relaxed);
    }

    /// So many batches were taken out of it.
    pub(crate) fn dequeued(&self, batches: usize) {
        self.queue.fetch_sub(batches, Ordering::Relaxed);
    }

    /// A job waits for a helper.
    pub(crate) fn job_queued(&self) {
        let waiting = self.jobs.fetch_add(1, Ordering::Relaxed) + 1;
        // One that finds no room, or whose place a helper has just freed, counts for a moment and is not in the queue.
        self.jobs_max.fetch_max(waiting.min(helpers::QUEUE_MAX), Ordering::Relaxed);
    }

    /// A job waits no longer.
    pub(crate) fn job_taken(&self) {
        self.jobs.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether there are helpers.
    pub(crate) fn offload(&self) -> bool {
        self.offload
    }

    /// The worker with the fewest connections.
    pub(crate) fn least_busy(&self) -> usize {
        let connections = |worker: &Worker| worker.connections.load(Ordering::Relaxed);
        let least = self.workers.iter().enumerate().min_by_key(|(_, worker)| connections(worker));
        least.map_or(0, |(number, _)| number)
    }

    /// A worker has one more connection.
    pub(crate) fn connected(&self, worker: usize) {
        self.workers[worker].connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A worker has one less.
    pub(crate) fn disconnected(&self, worker: usize) {
        self.workers[worker].connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// A worker has read. Numbers beyond the last begin again at the first.
    pub(crate) fn read(&self, worker: usize, bytes: usize) {
        let worker = &self.workers[worker % self.workers.len()];
        worker.reads.fetch_add(1, Ordering::Relaxed);
        worker.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// What a connection's task and record take, bytes.
    pub(crate) fn note_connection_bytes(&self, bytes: usize) {
        self.connection_bytes.store(bytes, Ordering::Relaxed);
    }

    /// The lines of INFO. `session_bytes`: what the engine keeps for a client, on average.
    pub(crate) fn lines(&self, session_bytes: usize) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut put = |name: &str, value: String| lines.push((name.to_owned(), value));
        put("model", self.model.to_owned());
        put("workers", self.workers.len().to_string());
        put("offload", if self.offload { "yes" } else { "no" }.to_owned());
        if self.offload {
            put("offload_queue", self.jobs.load(Ordering::Relaxed).to_string());
            put("offload_queue_max", self.jobs_max.load(Ordering::Relaxed).to_string());
            put("offload_queue_limit", helpers::QUEUE_MAX.to_string());
        }
        self.batches.put("batch_connections", &mut put);
        if self.queue_limit > 0 {
            put("queue_depth", self.queue.load(Ordering::Relaxed).to_string());
            put("queue_depth_max", self.queue_max.load(Ordering::Relaxed).to_string());
            put("queue_depth_limit", self.queue_limit.to_string());
        }
        self.lock_waits.put("lock_wait_ns", &mut put);
        for (number, worker) in self.workers.iter().enumerate() {
            let connections = worker.connections.load(Ordering::Relaxed);
            let connections = match self.connections_stay {
                true => format!("connections={connections},"),
                false => String::new(),
            };
            let load = format!(
                "{connections}reads={},bytes_in={}",
                worker.reads.load(Ordering::Relaxed),
                worker.bytes_in.load(Ordering::Relaxed)
            );
            put(&format!("worker{number}"), load);
        }
        let bytes = session_bytes + self.connection_bytes.load(Ordering::Relaxed);
        put("bytes_per_connection", bytes.to_string());
        put("accepts_throttled", self.admission.waited().to_string());
        put("accepts_refused_per_ip", self.admission.refused().to_string());
        lines
    }
}

impl Distribution {
    fn record(&self, value: u64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Digits and range are among those that are possible, so there is one.
        if kept.is_none() {
            *kept = Histogram::new_with_max(VALUE_MAX, DIGITS).ok();
        }
        if let Some(histogram) = kept.as_mut() {
            histogram.saturating_record(value);
        }
    }

    fn put(&self, name: &str, put: &mut impl FnMut(&str, String)) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(histogram) = kept.as_ref() else { return };
        put(&format!("{name}_count"), histogram.len().to_string());
        for (quantile, percent) in [(0.5, "p50"), (0.99, "p99"), (1.0, "max")] {
            put(&format!("{name}_{percent}"), histogram.value_at_quantile(quantile).to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_of_any_length_are_told_from_each_other() {
        let distribution = Distribution::default();
        (0..99).for_each(|_| distribution.record(40_000));
        distribution.record(7_000_000_000);
        let mut told = Vec::new();
        distribution
            .put("wait", &mut |name, value| told.push((name.to_owned(), value.parse().unwrap())));
        let of = |wanted: &str| {
            told.iter().find(|(name, _)| name == wanted).map(|(_, value): &(String, u64)| *value)
        };
        assert_eq!(of("wait_count"), Some(100));
        assert!((39_000..41_000).contains(&of("wait_p50").unwrap()));
        assert!((6_900_000_000..7_100_000_000).contains(&of("wait_max").unwrap()));
    }
}
