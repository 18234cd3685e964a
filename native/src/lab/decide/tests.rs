//! The rule on data whose answer is known.

use super::*;
use crate::lab::figure::Figure;
use crate::lab::results::Measurement;
use crate::lab::results::tests::conditions;
use crate::lab::subject::{Model, Point, Setup};
use std::collections::BTreeMap;

const LOOP: Setup = Setup { model: Model::EventLoop, offload: false };
const POOL: Setup = Setup { model: Model::WorkerPool, offload: true };

/// Repetitions that scatter by this factor around their mean, symmetrically in the logarithm.
const SCATTER: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

struct Grid {
    measurements: Vec<Measurement>,
}

impl Grid {
    fn new() -> Self {
        Grid { measurements: Vec::new() }
    }

    /// Adds five repetitions with this p99, scattering by `spread` (a logarithm).
    fn add(&mut self, setup: Setup, connections: usize, share: f64, p99: f64, spread: f64) {
        self.add_with(setup, connections, share, p99, spread, 1000.0);
    }

    fn add_with(
        &mut self,
        setup: Setup,
        connections: usize,
        share: f64,
        p99: f64,
        spread: f64,
        throughput: f64,
    ) {
        for (i, scatter) in SCATTER.iter().enumerate() {
            self.measurements.push(Measurement {
                scenario: Scenario::Cpu,
                setup,
                point: Point { heavy_percent: share, ..Point::of(connections) },
                repetition: i + 1,
                started_unix_s: 0,
                figures: BTreeMap::from([
                    (Figure::ThroughputPerS, throughput),
                    (Figure::LatencyP99Us, p99 * (scatter * spread).exp()),
                ]),
                notes: Vec::new(),
            });
        }
    }

    fn decide(self) -> Decision {
        let results =
            Results { conditions: conditions(), measurements: self.measurements, skipped: vec![] };
        Decision::derive(&results, false).unwrap()
    }
}

/// The pool's lead grows linearly with the share: even at `even` percent, where both have 100 µs.
fn linear(grid: &mut Grid, connections: usize, even: f64, spread: f64) {
    for share in [0.0, 1.0, 5.0, 20.0] {
        grid.add(LOOP, connections, share, 100.0 * (0.1 * (share - even)).exp(), spread);
        grid.add(POOL, connections, share, 100.0, spread);
    }
}

#[test]
fn a_known_threshold_is_found_exactly() {
    let mut grid = Grid::new();
    linear(&mut grid, 50, 3.0, 0.0);
    let decision = grid.decide();
    let [threshold] = decision.thresholds.as_slice() else { panic!("{:?}", decision.thresholds) };
    assert!((threshold.at - 3.0).abs() < 1e-9, "{threshold:?}");
    assert_eq!((threshold.below, threshold.above), (LOOP, POOL));
    // Nothing scatters, so every resample says the same.
    let interval = threshold.interval.unwrap();
    assert!((interval.low - 3.0).abs() < 1e-9 && (interval.high - 3.0).abs() < 1e-9);
    assert_eq!(threshold.found_percent, 100.0);
    assert!(decision.doubts.is_empty(), "{:?}", decision.doubts);
    assert_eq!(decision.sentences.len(), 1);
    let sentence = &decision.sentences[0];
    assert!(
        sentence.contains("At 50 connections: event-loop below 3.0 % heavy requests (95 %: 3.0 to 3.0), ahead by 22 to 35 %; worker-pool+offload above that"),
        "{sentence}"
    );
}

#[test]
fn a_threshold_in_connections_is_found_on_a_logarithmic_scale() {
    let mut grid = Grid::new();
    for connections in [100usize, 1000, 10_000] {
        let lead = (connections as f64 / 2000.0).ln();
        grid.add(LOOP, connections, 0.0, 100.0 * lead.exp(), 0.001);
        grid.add(POOL, connections, 0.0, 100.0, 0.001);
    }
    let decision = grid.decide();
    let threshold = decision.thresholds.iter().find(|it| it.along == Axis::Connections).unwrap();
    assert!((threshold.at - 2000.0).abs() < 1.0, "{threshold:?}");
    let interval = threshold.interval.unwrap();
    assert!(interval.low <= threshold.at && threshold.at <= interval.high, "{threshold:?}");
    assert!(interval.low > 1900.0 && interval.high < 2100.0, "{threshold:?}");
    assert!(
        decision
            .sentences
            .iter()
            .any(|it| it.contains("event-loop up to 2\u{202f}000 connections")),
        "{:?}",
        decision.sentences
    );
}

#[test]
fn scatter_widens_the_interval_and_never_moves_it_away_from_the_truth() {
    let width = |spread: f64| {
        let mut grid = Grid::new();
        linear(&mut grid, 50, 3.0, spread);
        let interval = grid.decide().thresholds[0].interval.unwrap();
        assert!(interval.low <= 3.0 && interval.high >= 3.0, "{interval:?}");
        interval.high - interval.low
    };
    assert!(width(0.05) > 2.0 * width(0.005));
}

#[test]
fn where_intervals_overlap_it_is_a_tie() {
    let mut grid = Grid::new();
    grid.add(LOOP, 50, 0.0, 100.0, 0.3);
    grid.add(POOL, 50, 0.0, 105.0, 0.3);
    let decision = grid.decide();
    assert_eq!(decision.cells[0].verdict, Verdict::Tie { setups: vec![LOOP, POOL] });
    assert!(decision.thresholds.is_empty());
    assert!(decision.sentences[0].contains("a tie of all"));
    assert_eq!(decision.sentences.len(), 1);
    assert!(terminal_map(&decision).contains("tie of 2, first"));
}

#[test]
fn throughput_counts_beyond_five_percent() {
    let mut grid = Grid::new();
    // A better p99, bought with half of the throughput: 80 · (0.95 / 0.5)² is more than 100.
    grid.add_with(LOOP, 50, 0.0, 80.0, 0.001, 500.0);
    grid.add_with(POOL, 50, 0.0, 100.0, 0.001, 1000.0);
    // A better p99 with 96 % of the throughput.
    grid.add_with(LOOP, 50, 1.0, 80.0, 0.001, 960.0);
    grid.add_with(POOL, 50, 1.0, 100.0, 0.001, 1000.0);
    let decision = grid.decide();
    assert_eq!(decision.cells[0].verdict.clear(), Some(POOL));
    let loser = &decision.cells[0].candidates[1];
    assert!((loser.score - 80.0 * (0.95f64 / 0.5).powi(2)).abs() < 0.1, "{loser:?}");
    let Verdict::Best { setup, margin_percent, .. } = decision.cells[1].verdict else { panic!() };
    assert_eq!(setup, LOOP);
    assert!((margin_percent - 25.0).abs() < 0.1);
}

#[test]
fn one_repetition_decides_nothing() {
    let mut grid = Grid::new();
    linear(&mut grid, 50, 3.0, 0.0);
    grid.measurements.retain(|one| one.repetition == 1);
    let decision = grid.decide();
    assert!(decision.cells.iter().all(|cell| cell.verdict.clear().is_none()));
    assert!(decision.sentences.iter().any(|it| it.contains("a single repetition")), "{decision:?}");
}

#[test]
fn what_is_missing_is_said() {
    let mut grid = Grid::new();
    linear(&mut grid, 50, 3.0, 0.0);
    linear(&mut grid, 1000, 3.0, 0.0);
    // Nobody at 1000 × 5 %, no pool at 50 × 0 %.
    grid.measurements.retain(|one| {
        let at = (one.point.connections, one.point.heavy_percent);
        at != (1000, 5.0) && (at != (50, 0.0) || one.setup != POOL)
    });
    let decision = grid.decide();
    assert!(decision.cell(50, 0.0).unwrap().missing == [POOL]);
    let doubts = decision.doubts.join("\n");
    assert!(doubts.contains("Missing: worker-pool+offload at 50 connections with 0 %"), "{doubts}");
    assert!(
        doubts.contains("1000 connections with 5 % heavy requests were not measured"),
        "{doubts}"
    );
    // Over the hole, from 1 % to 20 %, the lead is linear still.
    let over = decision.thresholds.iter().find(|it| it.fixed == 1000.0).unwrap();
    assert!((over.at - 3.0).abs() < 1e-9 && over.between.high == 20.0, "{over:?}");
    assert!(terminal_map(&decision).contains("not measured"));
}

#[test]
fn contradictions_are_said() {
    let mut grid = Grid::new();
    for (share, loops) in [(0.0, 50.0), (1.0, 200.0), (5.0, 50.0)] {
        grid.add(LOOP, 50, share, loops, 0.001);
        grid.add(POOL, 50, share, 100.0, 0.001);
    }
    let mut again = grid.measurements[0].clone();
    again.figures.insert(Figure::LatencyP99Us, 7.0);
    grid.measurements.push(again);
    let decision = grid.decide();
    let doubts = decision.doubts.join("\n");
    assert!(doubts.contains("event-loop is best, then another, then event-loop again"), "{doubts}");
    assert!(
        doubts.contains("repetition 1 of event-loop at 50 connections is there twice"),
        "{doubts}"
    );
    assert_eq!(decision.thresholds.len(), 2);
}

#[test]
fn rows_that_say_the_same_are_one_sentence() {
    let mut grid = Grid::new();
    linear(&mut grid, 50, 3.0, 0.0);
    linear(&mut grid, 1000, 4.0, 0.0);
    for share in [0.0, 1.0, 5.0, 20.0] {
        grid.add(LOOP, 10_000, share, 300.0, 0.0);
        grid.add(POOL, 10_000, share, 100.0, 0.0);
    }
    let sentences = grid.decide().sentences;
    assert!(
        sentences[0]
            .starts_with("Up to 1\u{202f}000 connections: event-loop below 3.0 to 4.0 % heavy"),
        "{sentences:?}"
    );
    assert!(
        sentences[1]
            .starts_with("At 10\u{202f}000 connections: worker-pool+offload from 0 to 20 %"),
        "{sentences:?}"
    );
}

#[test]
fn quick_results_and_other_scenarios_decide_nothing() {
    let mut grid = Grid::new();
    linear(&mut grid, 50, 3.0, 0.0);
    let mut results =
        Results { conditions: conditions(), measurements: grid.measurements, skipped: vec![] };
    results.conditions.quick = true;
    assert!(Decision::derive(&results, false).unwrap_err().contains("--force"));
    let forced = Decision::derive(&results, true).unwrap();
    assert!(forced.doubts[0].contains("--quick"));
    results.measurements.clear();
    assert!(Decision::derive(&results, true).unwrap_err().contains("--scenario cpu"));
}

#[test]
fn a_tie_of_some_names_them() {
    let mut grid = Grid::new();
    let other = Setup { model: Model::TaskPerConnection, offload: false };
    grid.add(LOOP, 50, 0.0, 100.0, 0.3);
    grid.add(POOL, 50, 0.0, 105.0, 0.3);
    grid.add(other, 50, 0.0, 900.0, 0.3);
    let sentences = grid.decide().sentences;
    assert!(sentences[0].contains("a tie of event-loop and worker-pool+offload"), "{sentences:?}");
}

#[test]
fn a_tie_on_the_way_from_one_winner_to_another_is_told_by_their_threshold() {
    let mut grid = Grid::new();
    for (share, loops) in [(0.0, 50.0), (1.0, 99.0), (5.0, 200.0)] {
        grid.add(LOOP, 50, share, loops, 0.05);
        grid.add(POOL, 50, share, 100.0, 0.05);
    }
    let decision = grid.decide();
    assert!(matches!(decision.cells[1].verdict, Verdict::Tie { .. }));
    // From 99 at 1 % to 200 at 5 %, 100 is passed just after 1 %.
    let at = 1.0 + 4.0 * (100.0f64 / 99.0).ln() / (200.0f64 / 99.0).ln();
    assert!((decision.thresholds[0].at - at).abs() < 1e-9, "{:?}", decision.thresholds);
    let sentence = &decision.sentences[0];
    assert!(sentence.contains("event-loop below 1.1 % heavy requests (95 %: "), "{sentence}");
    assert!(
        sentence.contains(", tied at 1 %, ahead by 100 %; worker-pool+offload above"),
        "{sentence}"
    );
}

#[test]
fn a_threshold_is_told_as_a_share_of_the_time_too() {
    let mut grid = Grid::new();
    linear(&mut grid, 50, 3.0, 0.0);
    for one in &mut grid.measurements {
        // Linear from 1 % to 5 %: half of it at 3 %.
        let percent = match one.point.heavy_percent {
            0.0 => 0.0,
            1.0 => 20.0,
            5.0 => 60.0,
            _ => 90.0,
        };
        // Work that leaves the engine's thread is not in its times.
        let percent = if one.setup.offload { 1.0 } else { percent };
        one.figures.insert(Figure::HeavyTimePercent, percent);
    }
    let decision = grid.decide();
    let time = decision.thresholds[0].heavy_time_percent.unwrap();
    assert!((time - 40.0).abs() < 1e-9, "{time}");
    let sentence = &decision.sentences[0];
    assert!(sentence.contains("where these take about 40 % of the time in commands"), "{sentence}");
    assert!(terminal_map(&decision).contains("60 % of the time"));
}
