//! Step 3 of the rule: where one winner gives way to another, and how sure that is.

use super::{Axis, Cell};
use crate::lab::stats::{self, Interval};
use crate::lab::subject::{Setup, grouped};
use redloop_core::util::rng::Rng;
use serde::Serialize;

/// Resamples of the bootstrap.
const RESAMPLES: usize = 2000;
/// A threshold that fewer of them have is called unsure.
const FOUND_MIN_PERCENT: f64 = 95.0;

/// Where along an axis one winner gives way to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Threshold {
    pub(crate) along: Axis,
    /// The value on the other axis.
    pub(crate) fixed: f64,
    /// Best below, and best above.
    pub(crate) below: Setup,
    pub(crate) above: Setup,
    pub(crate) at: f64,
    /// 95 %, by bootstrap; never wider than the measured points it lies between.
    pub(crate) interval: Option<Interval>,
    /// The measured points at which either is clearly best.
    pub(crate) between: Interval,
    /// How much of the time in commands the heavy ones take there, about, percent; where it is known and shares vary.
    pub(crate) heavy_time_percent: Option<f64>,
    /// Of the resamples, how many have it, percent.
    pub(crate) found_percent: f64,
}

/// Every threshold along both axes.
pub(crate) fn all(cells: &[Cell], seed: u64) -> Vec<Threshold> {
    let mut found = Vec::new();
    for axis in [Axis::HeavyPercent, Axis::Connections] {
        for (fixed, line) in axis.lines(cells) {
            let mut last: Option<(usize, Setup)> = None;
            for (i, cell) in line.iter().enumerate() {
                let Some(winner) = cell.verdict.clear() else { continue };
                if let Some((from, before)) = last
                    && before != winner
                {
                    found.extend(between(axis, fixed, &line[from..=i], before, winner, seed));
                }
                last = Some((i, winner));
            }
        }
    }
    found
}

/// The threshold on a stretch of cells, at whose ends `below` and `above` are clearly best.
fn between(
    along: Axis,
    fixed: f64,
    stretch: &[&Cell],
    below: Setup,
    above: Setup,
    seed: u64,
) -> Option<Threshold> {
    // Scores of both where both were measured: position, below's, above's.
    let pairs: Vec<(f64, &[f64], &[f64])> = stretch
        .iter()
        .filter_map(|cell| {
            let of = |setup| cell.candidates.iter().find(|candidate| candidate.setup == setup);
            let position = along.position(along.of(cell));
            Some((position, &*of(below)?.logarithms, &*of(above)?.logarithms))
        })
        .collect();
    let lead = |below: &[f64], above: &[f64]| stats::mean(above) - stats::mean(below);
    let measured: Vec<(f64, f64)> =
        pairs.iter().map(|(at, below, above)| (*at, lead(below, above))).collect();
    let at = crossing(&measured)?;
    let mut chance = Rng::new(seed);
    let mut crossings: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let drawn: Vec<(f64, f64)> = pairs
                .iter()
                .map(|(at, below, above)| {
                    let below = stats::resample(below, &mut chance);
                    let above = stats::resample(above, &mut chance);
                    (*at, lead(&below, &above))
                })
                .collect();
            crossing(&drawn)
        })
        .collect();
    crossings.sort_by(f64::total_cmp);
    let tail = (1.0 - stats::CONFIDENCE) / 2.0;
    let bound = |quantile| stats::nearest_rank(&crossings, quantile).map(|it| along.value(it));
    let interval = bound(tail).zip(bound(1.0 - tail)).map(|(low, high)| Interval { low, high });
    let (first, last) = (stretch.first()?, stretch.last()?);
    Some(Threshold {
        along,
        fixed,
        below,
        above,
        at: along.value(at),
        interval,
        heavy_time_percent: heavy_time(along, stretch, along.value(at)),
        between: Interval { low: along.of(first), high: along.of(last) },
        found_percent: crossings.len() as f64 / RESAMPLES as f64 * 100.0,
    })
}

/// The heavy commands' share of the time at a share of the requests, between the measured ones.
fn heavy_time(along: Axis, stretch: &[&Cell], at: f64) -> Option<f64> {
    if along != Axis::HeavyPercent {
        return None;
    }
    stretch.windows(2).find_map(|pair| {
        let [before, after] = pair else { return None };
        let (from, to) = (along.of(before), along.of(after));
        let part = (at - from) / (to - from);
        let (low, high) = (before.heavy_time_percent?, after.heavy_time_percent?);
        (0.0..=1.0).contains(&part).then_some(low + (high - low) * part)
    })
}

/// Where the polygon through (position, lead) first comes down to zero.
fn crossing(points: &[(f64, f64)]) -> Option<f64> {
    points.windows(2).find_map(|pair| {
        let [(from, lead), (to, after)] = pair else { return None };
        (*lead > 0.0 && *after <= 0.0).then(|| from + (to - from) * lead / (lead - after))
    })
}

/// Lines on which a winner lost and came back.
pub(crate) fn contradictions(cells: &[Cell]) -> Vec<String> {
    let mut found = Vec::new();
    for axis in [Axis::HeavyPercent, Axis::Connections] {
        for (fixed, line) in axis.lines(cells) {
            let mut winners: Vec<Setup> = Vec::new();
            for winner in line.iter().filter_map(|cell| cell.verdict.clear()) {
                if winners.last() == Some(&winner) {
                    continue;
                }
                if winners.contains(&winner) {
                    let place = match axis {
                        Axis::HeavyPercent => format!("{} connections", grouped(fixed as u64)),
                        Axis::Connections => format!("{fixed} % heavy requests"),
                    };
                    found.push(format!(
                        "Contradictory: at {place} {winner} is best, then another, then {winner} again; no single threshold describes that."
                    ));
                    break;
                }
                winners.push(winner);
            }
        }
    }
    found
}

/// Thresholds that many resamples do not have.
pub(crate) fn unsure(thresholds: &[Threshold]) -> Vec<String> {
    thresholds
        .iter()
        .filter(|threshold| threshold.found_percent < FOUND_MIN_PERCENT)
        .map(|threshold| {
            format!(
                "Unsure: only {:.0} % of the resamples have a threshold between {} and {} there; more repetitions would tell.",
                threshold.found_percent, threshold.below, threshold.above
            )
        })
        .collect()
}
