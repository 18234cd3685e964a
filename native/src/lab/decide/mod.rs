//! The decision rule: from measured figures to "up to here this model, from here on that one". Nothing in it knows which model
//! ought to win.
//!
//! 1. **Score.** At each point (connections × share of CPU-heavy requests) a repetition's score is the p99 of its GETs, times
//!    `max(1, 0.95 · T / t)²`, where `t` is its throughput and `T` the best mean throughput of any model there. Lower is better. So
//!    whoever is within 5 % of the best throughput is judged by its p99 alone; beyond that, each percent of throughput costs about
//!    two percent of p99. A hard limit would do the same at the points, but it jumps, and between points one could not interpolate.
//! 2. **Verdict.** Repetitions are put together as the geometric mean with a 95 % interval (Student's t on the logarithms). The lowest
//!    mean is best; all whose intervals overlap its interval are tied with it. One repetition decides nothing.
//! 3. **Thresholds.** Where one clear winner follows another along an axis, the logarithm of their scores' ratio is interpolated
//!    linearly between the points (connections on a logarithmic scale, shares on a linear one); the threshold is where it is zero.
//!    Its interval is a bootstrap's: the repetitions at each point are drawn anew 2 000 times, with a fixed seed.
//! 4. **Doubt is said**: points or models that are missing, one repetition measured twice, a winner that loses and comes back.
//!
//! Left out: memory, learning, bursts. They are reported beside; a single number for all of it would hide who decided how much
//! each counts.

mod map;
mod score;
#[cfg(test)]
mod tests;
mod threshold;
mod words;

pub(crate) use map::terminal_map;
pub(crate) use score::{Cell, Verdict};
pub(crate) use threshold::Threshold;

use super::results::Results;
use super::subject::Scenario;
use serde::Serialize;
use std::collections::BTreeSet;

/// What the figures say about which model to take.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Decision {
    /// How it was judged, in a sentence.
    pub(crate) criterion: &'static str,
    /// Ascending by connections, then by share.
    pub(crate) cells: Vec<Cell>,
    pub(crate) thresholds: Vec<Threshold>,
    /// The rule.
    pub(crate) sentences: Vec<String>,
    /// What makes it less sure.
    pub(crate) doubts: Vec<String>,
}

/// What [`Decision::criterion`] says.
const CRITERION: &str = "lowest p99 of GETs; whoever has less than 95 % of the best throughput pays for it with the square of what is missing";

/// The two things that points differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Axis {
    Connections,
    HeavyPercent,
}

impl Decision {
    /// Of the CPU scenario's measurements.
    ///
    /// # Errors
    /// There are none, or they come from a quick run, which shows only that everything works, and `force` is not wanted.
    pub(crate) fn derive(results: &Results, force: bool) -> Result<Self, String> {
        if results.conditions.quick && !force {
            return Err("these results are from --quick, whose tiny points decide nothing; measure without it, or see what the rule would say with --force".into());
        }
        let measured: Vec<_> =
            results.measurements.iter().filter(|one| one.scenario == Scenario::Cpu).collect();
        if measured.is_empty() {
            return Err("there are no measurements of the scenario 'cpu' to decide by; measure with: redloop lab --scenario cpu".into());
        }
        let (cells, mut doubts) = score::cells(&measured);
        let thresholds = threshold::all(&cells, results.conditions.seed);
        doubts.extend(threshold::contradictions(&cells));
        doubts.extend(threshold::unsure(&thresholds));
        if !results.conditions.optimised {
            doubts.insert(0, "Measured with a build without optimisation.".into());
        }
        if results.conditions.quick {
            doubts.insert(0, "Measured with --quick: tiny points, short times.".into());
        }
        let sentences = words::sentences(&cells, &thresholds);
        Ok(Decision { criterion: CRITERION, cells, thresholds, sentences, doubts })
    }

    /// The cell at a point.
    pub(crate) fn cell(&self, connections: usize, heavy_percent: f64) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|cell| cell.connections == connections && cell.heavy_percent == heavy_percent)
    }

    /// All numbers of connections, ascending.
    pub(crate) fn connections(&self) -> Vec<usize> {
        let all: BTreeSet<usize> = self.cells.iter().map(|cell| cell.connections).collect();
        all.into_iter().collect()
    }

    /// All shares of heavy requests, ascending.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.cells.iter().map(|cell| cell.heavy_percent).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }
}

impl Axis {
    /// Where a cell is on it.
    fn of(self, cell: &Cell) -> f64 {
        match self {
            Axis::Connections => cell.connections as f64,
            Axis::HeavyPercent => cell.heavy_percent,
        }
    }

    /// Where a value is on the scale of interpolation.
    fn position(self, value: f64) -> f64 {
        match self {
            Axis::Connections => value.ln(),
            Axis::HeavyPercent => value,
        }
    }

    /// The value at a position.
    fn value(self, position: f64) -> f64 {
        match self {
            Axis::Connections => position.exp(),
            Axis::HeavyPercent => position,
        }
    }

    /// The cells in lines along it: what the line has in common, and its cells in ascending order.
    fn lines(self, cells: &[Cell]) -> Vec<(f64, Vec<&Cell>)> {
        let across = match self {
            Axis::Connections => Axis::HeavyPercent,
            Axis::HeavyPercent => Axis::Connections,
        };
        let mut fixed: Vec<f64> = cells.iter().map(|cell| across.of(cell)).collect();
        fixed.sort_by(f64::total_cmp);
        fixed.dedup();
        let line = |at: f64| {
            let mut line: Vec<&Cell> = cells.iter().filter(|cell| across.of(cell) == at).collect();
            line.sort_by(|a, b| self.of(a).total_cmp(&self.of(b)));
            line
        };
        fixed.into_iter().map(|at| (at, line(at))).collect()
    }
}
