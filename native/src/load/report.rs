//! What a run showed. Threads fill a part each; parts are added up afterwards, histograms count by count, so that no
//! percentile is ever an average of percentiles.

use hdrhistogram::Histogram;
use std::time::{Duration, Instant};

/// Significant digits of the histograms: a value is at most 0.1 % off.
const DIGITS: u8 = 3;
/// The longest latency that is told from longer ones, in nanoseconds: an hour.
const LATENCY_MAX_NS: u64 = 3_600_000_000_000;
/// Texts of errors that are kept, the first ones.
const TEXTS_MAX: usize = 8;
/// The timeline's step.
pub(crate) const STEP: Duration = Duration::from_millis(100);
/// Most steps that a timeline has: a day. What comes later is in the last one.
const STEPS_MAX: usize = 864_000;

/// Durations in nanoseconds.
pub(crate) type Latencies = Histogram<u64>;

/// Empty, for nanoseconds up to an hour; longer ones count as an hour.
pub(crate) fn latencies() -> Latencies {
    Histogram::new_with_max(LATENCY_MAX_NS, DIGITS).expect("three digits of an hour are possible")
}

/// Adds a duration.
pub(crate) fn record(latencies: &mut Latencies, duration: Duration, times: u64) {
    let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    latencies.saturating_record_n(ns, times);
}

/// Adds what another has counted.
pub(crate) fn add(latencies: &mut Latencies, other: &Latencies) {
    latencies.add(other).expect("all of them have one range");
}

/// What a run showed.
#[derive(Debug)]
pub(crate) struct Report {
    /// Requests that were answered, with errors or without.
    pub(crate) requests: u64,
    /// From the first request that counts to the last reply.
    pub(crate) seconds: f64,
    /// From when a request was due (open loop) or sent (closed loop) to its reply.
    pub(crate) latency: Latencies,
    /// From when it was sent to its reply: what is seen by whoever does not ask when it was due.
    pub(crate) service: Latencies,
    /// Each command of the mix, in its order.
    pub(crate) commands: Vec<CommandReport>,
    /// Replies that were errors.
    pub(crate) errors: Texts,
    /// Requests answered, for each connection that was open.
    pub(crate) per_connection: Vec<u64>,
    /// How opening them went.
    pub(crate) connects: Connects,
    /// Connections lost while running.
    pub(crate) lost: Texts,
    /// Idle connections that were closed by the end.
    pub(crate) idle_lost: u64,
    /// Requests sent that were not answered: their connection was lost, or the server was silent for too long.
    pub(crate) unanswered: u64,
    /// Requests that the plan wanted and that were never sent: their connections could not be opened or were lost, or
    /// an open loop's schedule could not be kept.
    pub(crate) unsent: u64,
    /// Requests answered in each [`STEP`].
    pub(crate) timeline: Vec<u64>,
    /// How well an open loop kept to its schedule.
    pub(crate) punctuality: Option<Punctuality>,
    /// The largest share of its time that a thread of the generator was busy, from 0 to 1; where the system says.
    pub(crate) busiest_thread: Option<f64>,
    /// Bytes of requests and of replies.
    pub(crate) bytes: Bytes,
    /// The process' limit of open files during the run.
    pub(crate) files_max: Option<u64>,
}

/// A command's part in a run.
#[derive(Debug)]
pub(crate) struct CommandReport {
    /// As in the mix.
    pub(crate) name: String,
    /// From when a request was due or sent to its reply.
    pub(crate) latency: Latencies,
}

/// Bytes on the wire, handshakes not counted.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Bytes {
    /// Of requests.
    pub(crate) sent: u64,
    /// Of replies.
    pub(crate) received: u64,
}

/// How well an open loop kept to its schedule.
#[derive(Debug)]
pub(crate) struct Punctuality {
    /// Requests that were due, sent or not.
    pub(crate) due: u64,
    /// Requests that had to wait until a connection was free.
    pub(crate) waited: u64,
    /// How late requests left for which a connection was free: the generator's own lateness.
    pub(crate) lag: Latencies,
}

/// How opening the connections went.
#[derive(Debug)]
pub(crate) struct Connects {
    /// Those that the server answered.
    pub(crate) opened: u64,
    /// Those to which it answered an error.
    pub(crate) refused: Texts,
    /// Those that the system could not open, or that were closed.
    pub(crate) failed: Texts,
    /// Those that took too long.
    pub(crate) timed_out: u64,
    /// From the first to the last, in seconds.
    pub(crate) seconds: f64,
    /// From when one was due to the server's answer.
    pub(crate) latency: Latencies,
}

/// A count, and the first few different texts of what was counted, with how often each came.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Texts {
    /// All of them.
    pub(crate) count: u64,
    /// The first different ones.
    pub(crate) first: Vec<(String, u64)>,
}

impl Default for Connects {
    fn default() -> Self {
        Self {
            opened: 0,
            refused: Texts::default(),
            failed: Texts::default(),
            timed_out: 0,
            seconds: 0.0,
            latency: latencies(),
        }
    }
}

impl Default for Punctuality {
    fn default() -> Self {
        Self { due: 0, waited: 0, lag: latencies() }
    }
}

impl Texts {
    /// Counts one.
    pub(crate) fn add(&mut self, text: &str) {
        self.add_many(text, 1);
    }

    /// Counts so many of one.
    pub(crate) fn add_many(&mut self, text: &str, times: u64) {
        self.count += times;
        if let Some((_, known)) = self.first.iter_mut().find(|(known, _)| known == text) {
            *known += times;
        } else if self.first.len() < TEXTS_MAX {
            self.first.push((text.to_owned(), times));
        }
    }

    /// Counts what another has counted.
    pub(crate) fn merge(&mut self, other: &Texts) {
        let count = self.count + other.count;
        for (text, times) in &other.first {
            self.add_many(text, *times);
        }
        self.count = count;
    }
}

impl Connects {
    /// Adds what another thread opened at the same time.
    pub(crate) fn merge(&mut self, other: &Connects) {
        self.opened += other.opened;
        self.refused.merge(&other.refused);
        self.failed.merge(&other.failed);
        self.timed_out += other.timed_out;
        self.seconds = self.seconds.max(other.seconds);
        add(&mut self.latency, &other.latency);
    }

    /// Why one could not be opened, if any could not.
    pub(crate) fn reason(&self) -> Option<String> {
        let first = |texts: &Texts| texts.first.first().map(|(text, _)| text.clone());
        let timed_out = (self.timed_out > 0).then(|| "no answer within the connect timeout".into());
        first(&self.refused).or_else(|| first(&self.failed)).or(timed_out)
    }

    /// How many could not be opened.
    pub(crate) fn missing(&self) -> u64 {
        self.refused.count + self.failed.count + self.timed_out
    }
}

impl Punctuality {
    /// Adds another thread's.
    pub(crate) fn merge(&mut self, other: &Punctuality) {
        self.due += other.due;
        self.waited += other.waited;
        add(&mut self.lag, &other.lag);
    }

    /// Whether the generator itself was late: of a hundred requests for which a connection was free, more than one
    /// left over a millisecond late.
    pub(crate) fn is_behind(&self) -> bool {
        self.lag.value_at_quantile(0.99) > 1_000_000
    }
}

impl Report {
    /// Requests answered a second.
    pub(crate) fn per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.requests as f64 / self.seconds } else { 0.0 }
    }

    /// Jain's index of how evenly the connections were served: 1 if all alike, 1/n if only one of n was; 1 of none.
    pub(crate) fn fairness(&self) -> f64 {
        let sum: f64 = self.per_connection.iter().map(|count| *count as f64).sum();
        let squares: f64 = self.per_connection.iter().map(|count| (*count as f64).powi(2)).sum();
        if squares > 0.0 { sum * sum / (self.per_connection.len() as f64 * squares) } else { 1.0 }
    }
}

/// Counts replies in steps from a beginning.
#[derive(Debug)]
pub(crate) struct Timeline {
    begin: Instant,
    /// When the present step ends.
    end: Instant,
    steps: Vec<u64>,
}

impl Timeline {
    /// From `begin`.
    pub(crate) fn new(begin: Instant) -> Self {
        Self { begin, end: begin + STEP, steps: vec![0] }
    }

    /// Counts `replies` at `now`, which is never before an earlier one.
    pub(crate) fn add(&mut self, now: Instant, replies: u64) {
        if now >= self.end {
            let step =
                (now.saturating_duration_since(self.begin).as_nanos() / STEP.as_nanos()) as usize;
            let step = step.min(STEPS_MAX - 1);
            self.steps.resize(self.steps.len().max(step + 1), 0);
            self.end = self.begin + STEP * (step as u32 + 1);
        }
        if let Some(last) = self.steps.last_mut() {
            *last += replies;
        }
    }

    /// The counts.
    pub(crate) fn into_steps(self) -> Vec<u64> {
        self.steps
    }
}

/// Adds another thread's steps.
pub(crate) fn add_steps(steps: &mut Vec<u64>, other: &[u64]) {
    steps.resize(steps.len().max(other.len()), 0);
    for (step, count) in steps.iter_mut().zip(other) {
        *step += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_texts_are_kept_and_all_are_counted() {
        let mut texts = Texts::default();
        for number in 0..20 {
            texts.add(&format!("ERR {}", number % 10));
        }
        assert_eq!((texts.count, texts.first.len()), (20, TEXTS_MAX));
        assert_eq!(texts.first[0], ("ERR 0".to_owned(), 2));
        let mut sum = texts.clone();
        sum.merge(&texts);
        assert_eq!((sum.count, &sum.first[7]), (40, &("ERR 7".to_owned(), 4)));
    }

    #[test]
    fn a_timeline_has_a_count_for_every_step() {
        let begin = Instant::now();
        let mut timeline = Timeline::new(begin);
        for (ms, replies) in [(0, 1), (99, 1), (100, 1), (450, 5), (499, 1)] {
            timeline.add(begin + Duration::from_millis(ms), replies);
        }
        let mut steps = timeline.into_steps();
        assert_eq!(steps, [2, 1, 0, 0, 6]);
        add_steps(&mut steps, &[1, 0, 0, 0, 0, 3]);
        assert_eq!(steps, [3, 1, 0, 0, 6, 3]);
    }

    #[test]
    fn latencies_are_within_a_thousandth_and_add_up() {
        let mut first = latencies();
        record(&mut first, Duration::from_micros(123_456), 3);
        record(&mut first, Duration::from_secs(24 * 3600), 1);
        let mut sum = latencies();
        add(&mut sum, &first);
        add(&mut sum, &first);
        assert_eq!(sum.len(), 8);
        let middle = sum.value_at_quantile(0.5) as f64;
        assert!((middle / 123_456_000.0 - 1.0).abs() < 0.001);
        assert!(sum.max() >= LATENCY_MAX_NS, "a longer one is not lost");
    }
}
