//! The scenarios: each takes a fresh server, puts its question to it, and answers in figures. What they have in common is here: how
//! servers are started, load is generated, and what the system and INFO say is added.

mod burst;
mod connections;
mod cpu;
mod learning;
mod moderate;
pub(crate) mod race;
mod source;

use super::client::Client;
use super::figure::Figure;
use super::machine::Placement;
use super::process::Usage;
use super::results::Measurement;
use super::schedule::Job;
use super::server::{Launch, Server};
use super::subject::Scenario;
use super::watch::{Seen, Watch};
use crate::load::{
    self, Connect, Distribution, Greeting, Latencies, Mix, Pace, Plan, Report, Stop, Target,
};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What all measurements of a run share.
pub(crate) struct Bench<'a> {
    pub(crate) measure_seconds: f64,
    pub(crate) warmup_seconds: f64,
    pub(crate) quick: bool,
    /// 0: the models' own choice.
    pub(crate) workers: usize,
    pub(crate) placement: &'a Placement,
    pub(crate) port: u16,
    pub(crate) seed: u64,
    /// Where the server's log goes.
    pub(crate) log: &'a Path,
}

/// A scenario's answer, and what has to be said to it.
#[derive(Debug, Default)]
struct Answer {
    figures: BTreeMap<Figure, f64>,
    notes: Vec<String>,
}

impl Answer {
    /// Whether the machine was so busy otherwise that not one request was answered.
    fn is_idle(&self) -> bool {
        [Figure::Requests, Figure::UpdatesAcknowledged]
            .iter()
            .any(|figure| self.figures.get(figure) == Some(&0.0))
    }
}

/// A load and what was seen of the server meanwhile.
struct Loaded {
    report: Report,
    seen: Seen,
}

/// Attempts at a measurement in which nothing was answered.
const ATTEMPTS_MAX: usize = 3;
/// Connections to one address that surely have ports.
const CONNECTIONS_EACH_SOURCE: usize = 20_000;
/// Connections that are being opened at a time.
const CONNECTS_IN_FLIGHT: usize = 128;
/// How long one may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may be silent while replies are due.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);
/// Different keys of GET and SET.
const KEYSPACE: u64 = 10_000;
/// Bytes of a value.
const DATA_BYTES: usize = 64;
/// A generator thread that is busier than this may be what was measured.
const GENERATOR_BUSY_MAX: f64 = 0.9;
/// The longest latency that is told from longer ones: an hour.
const LATENCY_MAX_NS: u64 = 3_600_000_000_000;
/// Significant digits of histograms.
const DIGITS: u8 = 3;

impl Bench<'_> {
    /// Makes one measurement.
    ///
    /// # Errors
    /// The server does not start or breaks off, or there is no way to load it like that.
    pub(crate) async fn measure(&self, job: &Job) -> Result<Measurement, String> {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut answer = self.answer(job).await?;
        for _ in 1..ATTEMPTS_MAX {
            if !answer.is_idle() {
                break;
            }
            answer = self.answer(job).await?;
        }
        if answer.is_idle() {
            return Err(format!(
                "nothing was answered while requests counted, {ATTEMPTS_MAX} times; leave the machine alone meanwhile, or let it count longer with --seconds"
            ));
        }
        Ok(Measurement {
            scenario: job.scenario,
            setup: job.setup,
            point: job.point.clone(),
            repetition: job.repetition,
            started_unix_s: started.as_secs(),
            figures: answer.figures,
            notes: answer.notes,
        })
    }

    async fn answer(&self, job: &Job) -> Result<Answer, String> {
        match job.scenario {
            Scenario::Connections => connections::measure(self, job).await,
            Scenario::Cpu => cpu::measure(self, job).await,
            Scenario::Race => race::measure(self, job).await,
            Scenario::Moderate => moderate::measure(self, job).await,
            Scenario::Burst => burst::measure(self, job).await,
            Scenario::Learning => Ok(learning::measure(job.setup)),
        }
    }

    /// A fresh server that has room for so many clients.
    async fn start(
        &self,
        job: &Job,
        clients: usize,
        directives: &[(&str, String)],
    ) -> Result<Server, String> {
        Server::start(&Launch {
            setup: job.setup,
            clients,
            workers: self.workers,
            cores: &self.placement.server_cores,
            port: self.port,
            directives,
            log: self.log,
        })
        .await
    }

    /// A load with everything at its usual value: all connections as fast as they are answered.
    fn plan(&self, server: &Server, connections: usize, mix: Mix) -> Plan {
        Plan {
            target: Target::Tcp(server.address),
            greeting: Greeting::default(),
            connections,
            idle: 0,
            sources: 1,
            threads: self.placement.generator_cores.len().clamp(1, connections.max(1)),
            pipeline: 1,
            pace: Pace::Closed,
            stop: Stop::After(Duration::from_secs_f64(self.measure_seconds)),
            warmup: Duration::from_secs_f64(self.warmup_seconds),
            mix,
            keyspace: KEYSPACE,
            distribution: Distribution::Uniform,
            data_bytes: DATA_BYTES,
            prefill: true,
            connect: Connect {
                per_second: None,
                in_flight: CONNECTS_IN_FLIGHT,
                timeout: CONNECT_TIMEOUT,
            },
            reply_timeout: REPLY_TIMEOUT,
            seed: self.seed,
        }
    }

    /// Carries out a plan and watches the server meanwhile.
    async fn load(&self, server: &Server, mut plan: Plan) -> Result<Loaded, String> {
        plan.sources = plan.all_connections().div_ceil(CONNECTIONS_EACH_SOURCE).max(1);
        let watch = Watch::start(server, &plan)?;
        let progress = watch.progress();
        let report = tokio::task::spawn_blocking(move || load::run(&plan, &progress))
            .await
            .map_err(|error| format!("the load generator ended early: {error}"))?
            .map_err(|error| error.to_string())?;
        Ok(Loaded { report, seen: watch.end().await? })
    }

    /// Adds what the process used since `before` and what INFO says, and ends the server. For loads that were not watched.
    async fn finish(
        &self,
        server: Server,
        before: Option<Usage>,
        connections: usize,
        requests: u64,
        figures: &mut BTreeMap<Figure, f64>,
    ) -> Result<(), String> {
        let used = server.usage();
        let model = Client::connect(server.address).await?.info("model").await?;
        server.end().await;
        if let Some((used, before)) = used.zip(before) {
            figures.extend([
                (Figure::MemoryResidentBytes, used.resident_bytes as f64),
                (Figure::MemoryPeakBytes, used.peak_bytes as f64),
            ]);
            figures.extend(cost(&used.since(before), requests));
        }
        figures.extend(model_figures(&model, connections));
        Ok(())
    }
}

/// Sets up the figures of a load that was watched: what clients saw, what the process used, what INFO says.
fn figures_of(loaded: &Loaded, connections: usize) -> Answer {
    let report = &loaded.report;
    let seen = &loaded.seen;
    let mut figures = figures_of_latency(&report.latency);
    figures.extend([
        (Figure::ThroughputPerS, report.per_second()),
        (Figure::Requests, report.requests as f64),
        (Figure::Errors, report.errors.count as f64),
        (Figure::RequestsUnanswered, report.unanswered as f64),
        (Figure::RequestsUnsent, report.unsent as f64),
        (Figure::FairnessJain, report.fairness()),
        (Figure::ConnectsOpened, report.connects.opened as f64),
        (Figure::ConnectsRefused, report.connects.refused.count as f64),
        (Figure::ConnectsFailed, report.connects.failed.count as f64),
        (Figure::ConnectsTimedOut, report.connects.timed_out as f64),
        (Figure::ConnectionsDropped, (report.lost.count + report.idle_lost) as f64),
    ]);
    if !report.connects.latency.is_empty() {
        figures.insert(Figure::ConnectP99Us, at(&report.connects.latency, 0.99));
    }
    if let Some(used) = &seen.used {
        figures.extend([
            (Figure::MemoryResidentBytes, used.resident_bytes as f64),
            (Figure::MemoryPeakBytes, used.peak_bytes as f64),
        ]);
        let more = used.resident_bytes as f64 - seen.resident_before_bytes as f64;
        figures.insert(Figure::MemoryPerConnectionBytes, more / connections.max(1) as f64);
        figures.extend(cost(used, report.requests));
    }
    figures.extend(model_figures(&seen.model, connections));
    Answer { figures, notes: notes_on(report) }
}

/// What a reader must know before believing a report.
fn notes_on(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if report.busiest_thread.is_some_and(|share| share > GENERATOR_BUSY_MAX) {
        notes.push(format!(
            "The load generator was busy more than {:.0} % of the time at some points: what is measured there may be its own limit.",
            GENERATOR_BUSY_MAX * 100.0
        ));
    }
    if report.punctuality.as_ref().is_some_and(|it| it.is_behind()) {
        notes.push("The load generator fell behind its schedule at some points; latencies count from when requests were due.".into());
    }
    if report.unsent > 0 {
        notes.push("Some requests were due and never sent, since earlier ones were not answered: at these points the rate was more than is possible.".into());
    }
    if let Some((text, _)) = report.errors.first.first() {
        notes.push(format!("The server answered errors, such as: {text}"));
    }
    if let Some(reason) = report.connects.reason() {
        notes.push(format!("Some connections could not be opened, such as: {reason}"));
    }
    notes
}

/// Percentiles of a histogram of nanoseconds; nothing of an empty one.
fn figures_of_latency(latency: &Histogram<u64>) -> BTreeMap<Figure, f64> {
    if latency.is_empty() {
        return BTreeMap::new();
    }
    BTreeMap::from([
        (Figure::LatencyP50Us, at(latency, 0.5)),
        (Figure::LatencyP99Us, at(latency, 0.99)),
        (Figure::LatencyP999Us, at(latency, 0.999)),
        (Figure::LatencyMaxUs, latency.max() as f64 / NS_PER_US),
    ])
}

/// Nanoseconds in a microsecond.
const NS_PER_US: f64 = 1000.0;

/// A percentile in microseconds.
fn at(latency: &Latencies, quantile: f64) -> f64 {
    latency.value_at_quantile(quantile) as f64 / NS_PER_US
}

/// An empty histogram of nanoseconds; longer than [`LATENCY_MAX_NS`] counts as that.
///
/// # Errors
/// The digits are not possible.
fn histogram() -> Result<Histogram<u64>, String> {
    Histogram::new_with_max(LATENCY_MAX_NS, DIGITS).map_err(|error| error.to_string())
}

/// What the load cost the server's process.
fn cost(used: &Usage, requests: u64) -> [(Figure, f64); 4] {
    let each = used.cpu_seconds * 1e6 / requests.max(1) as f64;
    [
        (Figure::CpuSeconds, used.cpu_seconds),
        (Figure::CpuPerRequestUs, each),
        (Figure::SwitchesVoluntary, used.switches_voluntary as f64),
        (Figure::SwitchesInvoluntary, used.switches_involuntary as f64),
    ]
}

/// What INFO's section Model says of itself. A model without locks or queues says nothing of them, and has no such figures.
fn model_figures(info: &BTreeMap<String, String>, connections: usize) -> BTreeMap<Figure, f64> {
    let number = |name: &str| info.get(name).and_then(|value| value.parse::<f64>().ok());
    let micros = |name: &str| {
        let ns = number(&format!("lock_wait_ns_{name}")).map(|ns| ns / NS_PER_US);
        ns.or_else(|| number(&format!("lock_wait_{name}_us")))
    };
    let counted = number("bytes_per_connection");
    let found = [
        (Figure::LockWaitP50Us, micros("p50")),
        (Figure::LockWaitP99Us, micros("p99")),
        (
            Figure::LockAcquisitions,
            number("lock_wait_ns_count").or_else(|| number("lock_acquisitions")),
        ),
        (Figure::QueueDepthMax, number("queue_depth_max")),
        (Figure::AcceptsThrottled, number("accepts_throttled")),
        (Figure::MemoryCountedPerConnectionBytes, counted),
        (Figure::MemoryCountedBytes, counted.map(|each| each * connections as f64)),
    ];
    found.into_iter().filter_map(|(figure, value)| Some((figure, value?))).collect()
}

/// A mix by name.
fn mix(text: &str) -> Result<Mix, String> {
    let mut mix = Mix::default();
    mix.add_named(text).map_err(|error| error.to_string())?;
    Ok(mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let mut latency = histogram().unwrap();
        assert!(figures_of_latency(&latency).is_empty());
        for us in 1..=1000 {
            latency.saturating_record(us * 1000);
        }
        let figures = figures_of_latency(&latency);
        assert!((figures[&Figure::LatencyP50Us] - 500.0).abs() < 1.0, "{figures:?}");
        assert!((figures[&Figure::LatencyMaxUs] - 1000.0).abs() < 1.0, "{figures:?}");
    }

    #[test]
    fn what_a_model_does_not_say_is_no_figure() {
        let info = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        assert!(model_figures(&info(&[("model", "event-loop")]), 10).is_empty());
        let figures = model_figures(
            &info(&[
                ("lock_wait_ns_p99", "2500"),
                ("lock_wait_ns_count", "7"),
                ("bytes_per_connection", "600"),
                ("queue_depth_max", "many"),
            ]),
            10,
        );
        assert_eq!(figures[&Figure::LockWaitP99Us], 2.5);
        assert_eq!(figures[&Figure::LockAcquisitions], 7.0);
        assert_eq!(figures[&Figure::MemoryCountedBytes], 6000.0);
        assert!(!figures.contains_key(&Figure::QueueDepthMax));
        assert_eq!(
            model_figures(&info(&[("lock_wait_p50_us", "3")]), 1)[&Figure::LockWaitP50Us],
            3.0
        );
    }
}
