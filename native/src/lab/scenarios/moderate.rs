//! Thousands of connections, all active, GET and SET: how much is possible, and how long one waits at 70 % of that. At a rate, requests
//! are due at random instants whatever the server does, as those of many users who know nothing of each other.

use super::{Answer, Bench, Loaded, at, figures_of, mix};
use crate::lab::figure::Figure;
use crate::lab::schedule::{Job, OPEN};
use crate::load::{Arrivals, Pace, Stop};
use std::time::Duration;

/// What the rate is of the peak.
const SHARE_OF_PEAK: f64 = 0.7;
/// The peak is looked for during this part of the time that a measurement counts.
const PEAK_TIME: f64 = 0.5;
const MIX: &str = "get=80,set=20";

/// Measures the peak, or the latencies at a rate below it.
pub(super) async fn measure(bench: &Bench<'_>, job: &Job) -> Result<Answer, String> {
    let connections = job.point.connections;
    let server = bench.start(job, connections, &[]).await?;
    let mut plan = bench.plan(&server, connections, mix(MIX)?);
    if job.point.variant == OPEN {
        let mut first = plan.clone();
        first.stop = Stop::After(Duration::from_secs_f64(bench.measure_seconds * PEAK_TIME));
        let Loaded { report, .. } = bench.load(&server, first).await?;
        plan.prefill = false;
        plan.pace = Pace::Open {
            per_second: report.per_second() * SHARE_OF_PEAK,
            arrivals: Arrivals::Poisson,
        };
    }
    let pace = plan.pace;
    let loaded = bench.load(&server, plan).await?;
    server.end().await;
    let mut answer = figures_of(&loaded, connections);
    if let Pace::Open { per_second, .. } = pace {
        answer.figures.insert(Figure::OfferedPerS, per_second);
        answer.figures.insert(Figure::ServiceP99Us, at(&loaded.report.service, 0.99));
    }
    Ok(answer)
}
