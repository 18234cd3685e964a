//! Creates what a mix reads, with the generator itself: each fill is a plan of one connection that takes the keys one
//! after the other.

use super::{
    Phase, Progress,
    error::LoadError,
    generate,
    keys::Distribution,
    mix::{Mix, Share},
    plan::{Connect, Pace, Plan, Stop},
    workloads::{CONSUMED_MAX, Fill, Times},
};
use std::time::Duration;

/// Commands that leave together.
const PIPELINE: usize = 256;
/// How long the connection may take to be opened.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Creates what the mix of this plan reads.
///
/// # Errors
/// The first command that the server does not take, and why.
pub(super) fn run(plan: &Plan, progress: &dyn Progress) -> Result<(), LoadError> {
    for fill in fills(&plan.mix) {
        let times = times(plan, fill.times);
        let filling = of_fill(plan, fill, times);
        progress.begin(Phase::Filling(fill.text, times));
        let report = generate(&filling, &Filling(progress))?;
        let failure = report.errors.first.first().or_else(|| report.lost.first.first());
        if let Some((reason, _)) = failure {
            return Err(LoadError::Prefill {
                command: fill.text.to_owned(),
                reason: reason.clone(),
            });
        }
    }
    Ok(())
}

/// Only how far it is; that there is a connection and a run is not worth a word.
struct Filling<'a>(&'a dyn Progress);

impl Progress for Filling<'_> {
    fn begin(&self, _: Phase<'_>) {}

    fn advance(&self, done: u64, elapsed: Duration) {
        self.0.advance(done, elapsed);
    }

    fn say(&self, text: &str) {
        self.0.say(text);
    }
}

/// What all commands of the mix need, each once.
fn fills(mix: &Mix) -> Vec<Fill> {
    let mut fills: Vec<Fill> = Vec::new();
    for fill in mix.shares.iter().filter(|share| share.weight > 0).flat_map(|share| share.fills) {
        if !fills.contains(fill) {
            fills.push(*fill);
        }
    }
    fills
}

fn times(plan: &Plan, times: Times) -> u64 {
    match (times, plan.stop) {
        (Times::Fixed(times), _) => times,
        (Times::EveryRequest, Stop::Requests(requests)) => requests.min(CONSUMED_MAX),
        (Times::EveryRequest | Times::EveryKey, _) => plan.keyspace,
    }
}

fn of_fill(plan: &Plan, fill: Fill, times: u64) -> Plan {
    Plan {
        connections: 1,
        idle: 0,
        sources: 1,
        threads: 1,
        pipeline: PIPELINE,
        pace: Pace::Closed,
        stop: Stop::Requests(times),
        warmup: Duration::ZERO,
        mix: Mix {
            shares: vec![Share {
                name: fill.text.to_owned(),
                text: fill.text.to_owned(),
                weight: 1,
                fills: &[],
            }],
        },
        distribution: Distribution::Sequential,
        prefill: false,
        connect: Connect { per_second: None, in_flight: 1, timeout: CONNECT_TIMEOUT },
        ..plan.clone()
    }
}
