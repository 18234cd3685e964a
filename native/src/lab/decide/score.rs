//! Steps 1 and 2 of the rule: scores, and who is best at each point.

use crate::lab::figure::Figure;
use crate::lab::results::Measurement;
use crate::lab::stats::{self, Interval};
use crate::lab::subject::{Setup, list};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Whoever has this much of the best throughput is judged by latency alone.
const THROUGHPUT_ENOUGH: f64 = 0.95;
/// How heavily missing throughput weighs.
const THROUGHPUT_POWER: f64 = 2.0;
/// Fewest repetitions that have an interval.
const REPETITIONS_MIN: usize = 2;

/// One point of the map.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) connections: usize,
    pub(crate) heavy_percent: f64,
    /// The share of the time in commands that the heavy ones took, where it is known, percent.
    pub(crate) heavy_time_percent: Option<f64>,
    /// Best first.
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) verdict: Verdict,
    /// Measured elsewhere, but not here.
    pub(crate) missing: Vec<Setup>,
}

/// A model at one point.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Candidate {
    pub(crate) setup: Setup,
    /// Geometric mean over the repetitions, microseconds; lower is better.
    pub(crate) score: f64,
    pub(crate) interval: Option<Interval>,
    pub(crate) throughput_per_s: f64,
    pub(crate) p99_us: f64,
    /// Logarithms of the repetitions' scores.
    #[serde(skip)]
    pub(crate) logarithms: Vec<f64>,
}

/// Who is best at a point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub(crate) enum Verdict {
    /// One is, by this much over the next, in percent of the score; the margin's bounds are those between the intervals.
    Best { setup: Setup, margin_percent: f64, margin_least_percent: f64 },
    /// Several are, as far as one can tell. The lowest mean first.
    Tie { setups: Vec<Setup> },
    /// Nobody can tell.
    Undecided { why: String },
}

impl Verdict {
    /// The one that is clearly best.
    pub(crate) fn clear(&self) -> Option<Setup> {
        match self {
            Verdict::Best { setup, .. } => Some(*setup),
            _ => None,
        }
    }
}

/// A point's place in order: connections, and the share's bits, which sort like the share since it is not negative.
type Place = (usize, u64);

/// The points that were measured, and what is doubtful about them.
pub(crate) fn cells(measured: &[&Measurement]) -> (Vec<Cell>, Vec<String>) {
    let mut doubts = Vec::new();
    let everybody: BTreeSet<Setup> = measured.iter().map(|one| one.setup).collect();
    let mut places: BTreeMap<Place, BTreeMap<Setup, Vec<&Measurement>>> = BTreeMap::new();
    for one in measured {
        let place = (one.point.connections, one.point.heavy_percent.max(0.0).to_bits());
        let repetitions = places.entry(place).or_default().entry(one.setup).or_default();
        if let Some(same) = repetitions.iter().find(|same| same.repetition == one.repetition) {
            if same.figures != one.figures {
                doubts.push(format!(
                    "Contradictory: repetition {} of {} at {} is there twice with different figures; the first counts.",
                    one.repetition, one.setup, one.point
                ));
            }
            continue;
        }
        repetitions.push(one);
    }
    let mut cells = Vec::new();
    for ((connections, share), setups) in &places {
        let heavy_percent = f64::from_bits(*share);
        let cell = cell(*connections, heavy_percent, setups, &everybody);
        if !cell.missing.is_empty() {
            doubts.push(format!(
                "Missing: {} at {} connections with {heavy_percent} % heavy requests; the verdict there is among the others.",
                list(&cell.missing.iter().map(Setup::to_string).collect::<Vec<_>>()),
                connections,
            ));
        }
        cells.push(cell);
    }
    doubts.extend(holes(&places));
    (cells, doubts)
}

fn cell(
    connections: usize,
    heavy_percent: f64,
    setups: &BTreeMap<Setup, Vec<&Measurement>>,
    everybody: &BTreeSet<Setup>,
) -> Cell {
    let mut candidates: Vec<Candidate> = Vec::new();
    let best_throughput = setups
        .values()
        .filter_map(|repetitions| mean_of(repetitions, Figure::ThroughputPerS))
        .fold(0.0, f64::max);
    for (setup, repetitions) in setups {
        let logarithms: Vec<f64> =
            repetitions.iter().filter_map(|one| score_logarithm(one, best_throughput)).collect();
        let (Some(throughput_per_s), Some(p99_us)) = (
            mean_of(repetitions, Figure::ThroughputPerS),
            mean_of(repetitions, Figure::LatencyP99Us),
        ) else {
            continue;
        };
        if logarithms.is_empty() {
            continue;
        }
        candidates.push(Candidate {
            setup: *setup,
            score: stats::mean(&logarithms).exp(),
            interval: stats::mean_interval(&logarithms)
                .map(|it| Interval { low: it.low.exp(), high: it.high.exp() }),
            throughput_per_s,
            p99_us,
            logarithms,
        });
    }
    candidates.sort_by(|a, b| a.score.total_cmp(&b.score));
    let missing = everybody
        .iter()
        .filter(|setup| candidates.iter().all(|candidate| candidate.setup != **setup))
        .copied()
        .collect();
    // Offloaded work is not in the engine's own times.
    let times: Vec<f64> = setups
        .iter()
        .filter(|(setup, _)| !setup.offload)
        .filter_map(|(_, repetitions)| mean_of(repetitions, Figure::HeavyTimePercent))
        .collect();
    Cell {
        connections,
        heavy_percent,
        heavy_time_percent: (!times.is_empty()).then(|| stats::mean(&times)),
        verdict: verdict(&candidates),
        candidates,
        missing,
    }
}

/// The logarithm of a repetition's score; none where its figures are missing or impossible.
fn score_logarithm(one: &Measurement, best_throughput: f64) -> Option<f64> {
    let positive = |figure| one.figures.get(&figure).copied().filter(|value| *value > 0.0);
    let throughput = positive(Figure::ThroughputPerS)?;
    let p99 = positive(Figure::LatencyP99Us)?;
    let lacking = (THROUGHPUT_ENOUGH * best_throughput / throughput).max(1.0);
    Some(p99.ln() + THROUGHPUT_POWER * lacking.ln()).filter(|score| score.is_finite())
}

fn mean_of(repetitions: &[&Measurement], figure: Figure) -> Option<f64> {
    let values: Vec<f64> =
        repetitions.iter().filter_map(|one| one.figures.get(&figure).copied()).collect();
    (!values.is_empty()).then(|| stats::mean(&values))
}

fn verdict(candidates: &[Candidate]) -> Verdict {
    let undecided = |why: String| Verdict::Undecided { why };
    let Some(first) = candidates.first() else {
        return undecided("no repetition has both throughput and p99".into());
    };
    let Some(second) = candidates.get(1) else {
        return undecided(format!("only {} was measured here", first.setup));
    };
    let lonely: Vec<String> = candidates
        .iter()
        .filter(|candidate| candidate.logarithms.len() < REPETITIONS_MIN)
        .map(|candidate| candidate.setup.to_string())
        .collect();
    let Some(interval) = first.interval.filter(|_| lonely.is_empty()) else {
        return undecided(format!("a single repetition of {} has no interval", list(&lonely)));
    };
    let tied: Vec<Setup> = candidates
        .iter()
        .filter(|candidate| candidate.interval.is_some_and(|other| other.overlaps(interval)))
        .map(|candidate| candidate.setup)
        .collect();
    if tied.len() > 1 {
        return Verdict::Tie { setups: tied };
    }
    let nearest = candidates[1..]
        .iter()
        .filter_map(|candidate| candidate.interval)
        .map(|other| other.low)
        .fold(f64::INFINITY, f64::min);
    Verdict::Best {
        setup: first.setup,
        margin_percent: (second.score / first.score - 1.0) * 100.0,
        margin_least_percent: (nearest / interval.high - 1.0) * 100.0,
    }
}

/// Points of the full grid that were not measured at all.
fn holes(places: &BTreeMap<Place, BTreeMap<Setup, Vec<&Measurement>>>) -> Vec<String> {
    let connections: BTreeSet<usize> = places.keys().map(|place| place.0).collect();
    let shares: BTreeSet<u64> = places.keys().map(|place| place.1).collect();
    let mut holes = Vec::new();
    for many in &connections {
        for share in &shares {
            if !places.contains_key(&(*many, *share)) {
                holes.push(format!(
                    "Missing: {many} connections with {} % heavy requests were not measured; thresholds there are interpolated over the hole.",
                    f64::from_bits(*share)
                ));
            }
        }
    }
    holes
}
