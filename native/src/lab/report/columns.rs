//! Which figures each scenario shows: the few that answer its question, and the others beside.

use crate::lab::figure::Figure;
use crate::lab::results::Row;
use crate::lab::subject::Scenario;
use std::collections::BTreeSet;

/// What answers the scenario's question, in order.
pub(super) fn main(scenario: Scenario) -> &'static [Figure] {
    match scenario {
        Scenario::Connections => &[
            Figure::ThroughputPerS,
            Figure::LatencyP50Us,
            Figure::LatencyP99Us,
            Figure::LatencyP999Us,
            Figure::MemoryPerConnectionBytes,
            Figure::MemoryResidentBytes,
        ],
        Scenario::Cpu => &[
            Figure::ThroughputPerS,
            Figure::LatencyP50Us,
            Figure::LatencyP99Us,
            Figure::LatencyP999Us,
            Figure::HeavyP99Us,
        ],
        Scenario::Race => &[
            Figure::UpdatesPerS,
            Figure::UpdatesLost,
            Figure::UpdatesAcknowledged,
            Figure::UpdatesRetried,
            Figure::LatencyP50Us,
            Figure::LatencyP99Us,
        ],
        Scenario::Moderate => &[
            Figure::ThroughputPerS,
            Figure::LatencyP50Us,
            Figure::LatencyP99Us,
            Figure::LatencyP999Us,
            Figure::FairnessJain,
            Figure::CpuPerRequestUs,
        ],
        Scenario::Burst => &[
            Figure::AllServedSeconds,
            Figure::ConnectsRefused,
            Figure::ConnectsTimedOut,
            Figure::LatencyP99Us,
            Figure::BeforeP99Us,
            Figure::MemoryPeakBytes,
        ],
        Scenario::Learning => &[
            Figure::CodeLines,
            Figure::CodeStates,
            Figure::CodeFiles,
            Figure::CodeConcepts,
            Figure::CodeOccurrences,
            Figure::CodeLinesShared,
        ],
    }
}

/// Those of the first kind that were measured.
pub(super) fn shown(scenario: Scenario, rows: &[Row]) -> Vec<Figure> {
    let measured = measured(rows);
    main(scenario).iter().copied().filter(|figure| measured.contains(figure)).collect()
}

/// All others that were measured.
pub(super) fn further(scenario: Scenario, rows: &[Row]) -> Vec<Figure> {
    measured(rows).into_iter().filter(|figure| !main(scenario).contains(figure)).collect()
}

fn measured(rows: &[Row]) -> BTreeSet<Figure> {
    rows.iter().flat_map(|row| row.figures.keys().copied()).collect()
}
