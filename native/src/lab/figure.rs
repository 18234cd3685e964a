//! Every figure that a measurement can have: its name in JSON, its title, its unit, and which way is better. Tables, plots
//! and the decision all read this one list.

use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    ThroughputPerS,
    OfferedPerS,
    Requests,
    Errors,
    RequestsUnanswered,
    RequestsUnsent,
    LatencyP50Us,
    LatencyP99Us,
    LatencyP999Us,
    LatencyMaxUs,
    ServiceP99Us,
    HeavyThroughputPerS,
    HeavyP50Us,
    HeavyP99Us,
    HeavyP999Us,
    HeavyMaxUs,
    HeavyTimePercent,
    FairnessJain,
    MemoryResidentBytes,
    MemoryPeakBytes,
    MemoryPerConnectionBytes,
    MemoryCountedBytes,
    MemoryCountedPerConnectionBytes,
    CpuSeconds,
    CpuPerRequestUs,
    SwitchesVoluntary,
    SwitchesInvoluntary,
    LockWaitP50Us,
    LockWaitP99Us,
    LockAcquisitions,
    QueueDepthMax,
    AcceptsThrottled,
    ConnectsOpened,
    ConnectP99Us,
    ConnectsRefused,
    ConnectsFailed,
    ConnectsTimedOut,
    ConnectionsDropped,
    AllServedSeconds,
    BeforeP99Us,
    UpdatesPerS,
    UpdatesAcknowledged,
    UpdatesLost,
    UpdatesRetried,
    CodeLines,
    CodeLinesShared,
    CodeStates,
    CodeFiles,
    CodeConcepts,
    CodeOccurrences,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    Higher,
    Lower,
    /// It only tells what happened.
    Neither,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    PerSecond,
    Microseconds,
    Seconds,
    Bytes,
    Percent,
    Ratio,
}

/// What is said of a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Description {
    pub(crate) title: &'static str,
    pub(crate) unit: Unit,
    pub(crate) better: Better,
}

impl Figure {
    /// What is said of it.
    pub(crate) fn describe(self) -> Description {
        use Better::{Higher, Lower, Neither};
        use Unit::{Bytes, Count, Microseconds, PerSecond, Percent, Ratio, Seconds};
        let of = |title, unit, better| Description { title, unit, better };
        match self {
            Figure::ThroughputPerS => of("requests/s", PerSecond, Higher),
            Figure::OfferedPerS => of("offered/s", PerSecond, Neither),
            Figure::Requests => of("requests", Count, Neither),
            Figure::Errors => of("errors", Count, Lower),
            Figure::RequestsUnanswered => of("unanswered", Count, Lower),
            Figure::RequestsUnsent => of("unsent", Count, Lower),
            Figure::LatencyP50Us => of("p50", Microseconds, Lower),
            Figure::LatencyP99Us => of("p99", Microseconds, Lower),
            Figure::LatencyP999Us => of("p99.9", Microseconds, Lower),
            Figure::LatencyMaxUs => of("max", Microseconds, Lower),
            Figure::ServiceP99Us => of("p99 uncorrected", Microseconds, Lower),
            Figure::HeavyThroughputPerS => of("heavy/s", PerSecond, Higher),
            Figure::HeavyP50Us => of("heavy p50", Microseconds, Lower),
            Figure::HeavyP99Us => of("heavy p99", Microseconds, Lower),
            Figure::HeavyP999Us => of("heavy p99.9", Microseconds, Lower),
            Figure::HeavyMaxUs => of("heavy max", Microseconds, Lower),
            Figure::HeavyTimePercent => of("time in heavy commands", Percent, Neither),
            Figure::FairnessJain => of("fairness", Ratio, Higher),
            Figure::MemoryResidentBytes => of("resident", Bytes, Lower),
            Figure::MemoryPeakBytes => of("peak", Bytes, Lower),
            Figure::MemoryPerConnectionBytes => of("resident/connection", Bytes, Lower),
            Figure::MemoryCountedBytes => of("counted", Bytes, Lower),
            Figure::MemoryCountedPerConnectionBytes => of("counted/connection", Bytes, Lower),
            Figure::CpuSeconds => of("CPU", Seconds, Lower),
            Figure::CpuPerRequestUs => of("CPU/request", Microseconds, Lower),
            Figure::SwitchesVoluntary => of("switches, voluntary", Count, Lower),
            Figure::SwitchesInvoluntary => of("switches, involuntary", Count, Lower),
            Figure::LockWaitP50Us => of("lock wait p50", Microseconds, Lower),
            Figure::LockWaitP99Us => of("lock wait p99", Microseconds, Lower),
            Figure::LockAcquisitions => of("lock taken", Count, Neither),
            Figure::QueueDepthMax => of("queue, deepest", Count, Neither),
            Figure::AcceptsThrottled => of("accepts throttled", Count, Neither),
            Figure::ConnectsOpened => of("opened", Count, Neither),
            Figure::ConnectP99Us => of("connect p99", Microseconds, Lower),
            Figure::ConnectsRefused => of("refused", Count, Lower),
            Figure::ConnectsFailed => of("failed", Count, Lower),
            Figure::ConnectsTimedOut => of("timed out", Count, Lower),
            Figure::ConnectionsDropped => of("dropped", Count, Lower),
            Figure::AllServedSeconds => of("all served after", Seconds, Lower),
            Figure::BeforeP99Us => of("p99 without the burst", Microseconds, Lower),
            Figure::UpdatesPerS => of("updates/s", PerSecond, Higher),
            Figure::UpdatesAcknowledged => of("acknowledged", Count, Neither),
            Figure::UpdatesLost => of("lost", Count, Lower),
            Figure::UpdatesRetried => of("retries", Count, Lower),
            Figure::CodeLines => of("lines of code", Count, Lower),
            Figure::CodeLinesShared => of("lines shared by all", Count, Neither),
            Figure::CodeStates => of("states", Count, Lower),
            Figure::CodeFiles => of("files", Count, Lower),
            Figure::CodeConcepts => of("concepts", Count, Lower),
            Figure::CodeOccurrences => of("places that use them", Count, Lower),
        }
    }
}

impl Unit {
    /// A value with its unit, three digits or so.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Unit::Count => whole_or_short(value),
            Unit::PerSecond => whole_or_short(value),
            Unit::Microseconds if value >= 1e6 => format!("{:.2} s", value / 1e6),
            Unit::Microseconds if value >= 10_000.0 => format!("{:.1} ms", value / 1e3),
            Unit::Microseconds if value >= 1000.0 => format!("{:.2} ms", value / 1e3),
            Unit::Microseconds if value >= 100.0 => format!("{value:.0} µs"),
            Unit::Microseconds => format!("{value:.1} µs"),
            Unit::Seconds => format!("{value:.2} s"),
            Unit::Bytes if value.abs() >= 1e9 => format!("{:.2} GB", value / 1e9),
            Unit::Bytes if value.abs() >= 1e6 => format!("{:.1} MB", value / 1e6),
            Unit::Bytes if value.abs() >= 1e3 => format!("{:.1} kB", value / 1e3),
            Unit::Bytes => format!("{value:.0} B"),
            Unit::Percent => format!("{value:.1} %"),
            Unit::Ratio => format!("{value:.3}"),
        }
    }
}

fn whole_or_short(value: f64) -> String {
    if value.abs() < 1e15 && value >= 0.0 {
        super::subject::grouped(value.round() as u64)
    } else {
        format!("{value:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_their_units() {
        assert_eq!(Unit::Microseconds.show(12.34), "12.3 µs");
        assert_eq!(Unit::Microseconds.show(1234.0), "1.23 ms");
        assert_eq!(Unit::Microseconds.show(2_500_000.0), "2.50 s");
        assert_eq!(Unit::Bytes.show(-1500.0), "-1.5 kB");
        assert_eq!(Unit::PerSecond.show(123_456.7), "123\u{202f}457");
        assert_eq!(Unit::Count.show(-2.0), "-2.000");
    }

    #[test]
    fn names_in_json_say_their_units() {
        let name = serde_json::to_string(&Figure::LatencyP999Us).unwrap();
        assert_eq!(name, "\"latency_p999_us\"");
        assert_eq!(serde_json::from_str::<Figure>(&name).unwrap(), Figure::LatencyP999Us);
    }
}
