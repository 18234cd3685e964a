//! Results as data: what one measurement gave, under which conditions, and all of them together. This is the JSON that the report and
//! the decision read, so that both can be had again without measuring.

use super::decide::Decision;
use super::figure::Figure;
use super::machine::{Machine, Placement};
use super::stats::Summary;
use super::subject::{Point, Scenario, Setup};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Of the JSON; another one is not read.
pub(crate) const FORMAT: u32 = 1;

/// What must be the same for figures to be compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Conditions {
    pub(crate) format: u32,
    pub(crate) redloop: String,
    /// Built by the optimising compiler; figures of other builds mean nothing.
    pub(crate) optimised: bool,
    pub(crate) machine: Machine,
    pub(crate) placement: Placement,
    /// Tiny points and short times, which show that everything works and no more.
    pub(crate) quick: bool,
    /// How long each measurement counts, after `warmup_seconds`.
    pub(crate) measure_seconds: f64,
    pub(crate) warmup_seconds: f64,
    /// `--workers` of the models that have them; 0: their own choice.
    pub(crate) workers: usize,
    /// Of keys, mixes and the order of measurements.
    pub(crate) seed: u64,
}

/// What was measured once, on a fresh server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measurement {
    pub(crate) scenario: Scenario,
    pub(crate) setup: Setup,
    pub(crate) point: Point,
    /// From 1.
    pub(crate) repetition: usize,
    /// Seconds since 1970.
    pub(crate) started_unix_s: u64,
    pub(crate) figures: BTreeMap<Figure, f64>,
    /// What a reader has to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// What could not be measured, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) what: String,
    pub(crate) why: String,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Results {
    #[serde(flatten)]
    pub(crate) conditions: Conditions,
    pub(crate) measurements: Vec<Measurement>,
    pub(crate) skipped: Vec<Skipped>,
}

/// What is written: everything measured, and what follows from it. Only the former is read again.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    #[serde(flatten)]
    pub(crate) results: &'a Results,
    /// Repetitions put together: means and medians with their intervals.
    pub(crate) summaries: Vec<Row>,
    pub(crate) decision: Option<&'a Decision>,
}

/// All repetitions of one point under one setup.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) scenario: Scenario,
    pub(crate) point: Point,
    pub(crate) setup: Setup,
    pub(crate) figures: BTreeMap<Figure, Summary>,
    pub(crate) notes: Vec<String>,
}

impl Results {
    /// Reads what a run wrote.
    ///
    /// # Errors
    /// The file cannot be read or is no such JSON: which, why, and what to do.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            format!(
                "{}: {error}; measure first with: redloop lab --out {}",
                path.display(),
                path.parent().unwrap_or(Path::new(".")).display()
            )
        })?;
        let results: Results = serde_json::from_str(&text).map_err(|error| {
            format!(
                "{}: these are no results of redloop lab ({error}); write them anew with: redloop lab --resume --out {}",
                path.display(),
                path.parent().unwrap_or(Path::new(".")).display()
            )
        })?;
        if results.conditions.format != FORMAT {
            return Err(format!(
                "{}: written in format {}, and this redloop reads format {FORMAT}; use the redloop that wrote it, or measure again",
                path.display(),
                results.conditions.format
            ));
        }
        Ok(results)
    }

    /// With what follows from it.
    pub(crate) fn document<'a>(&'a self, decision: Option<&'a Decision>) -> Document<'a> {
        let rows = |scenario| self.rows(scenario);
        let summaries = self.scenarios().into_iter().flat_map(rows).collect();
        Document { results: self, summaries, decision }
    }

    /// The scenarios that have measurements, in the order of reports.
    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        Scenario::ALL
            .into_iter()
            .filter(|scenario| self.measurements.iter().any(|one| one.scenario == *scenario))
            .collect()
    }

    /// A scenario's repetitions put together, by point, then setup.
    pub(crate) fn rows(&self, scenario: Scenario) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut values: Vec<BTreeMap<Figure, Vec<f64>>> = Vec::new();
        for one in self.measurements.iter().filter(|one| one.scenario == scenario) {
            let same = |row: &Row| row.point == one.point && row.setup == one.setup;
            let at = rows.iter().position(same).unwrap_or_else(|| {
                rows.push(Row {
                    scenario,
                    point: one.point.clone(),
                    setup: one.setup,
                    figures: BTreeMap::new(),
                    notes: Vec::new(),
                });
                values.push(BTreeMap::new());
                rows.len() - 1
            });
            for (figure, value) in &one.figures {
                values[at].entry(*figure).or_default().push(*value);
            }
            for note in &one.notes {
                if !rows[at].notes.contains(note) {
                    rows[at].notes.push(note.clone());
                }
            }
        }
        for (row, values) in rows.iter_mut().zip(values) {
            row.figures = values
                .into_iter()
                .filter_map(|(figure, values)| Some((figure, Summary::of(&values)?)))
                .collect();
        }
        rows.sort_by(|a, b| a.point.order(&b.point).then(a.setup.cmp(&b.setup)));
        rows
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::lab::subject::Model;

    pub(crate) fn conditions() -> Conditions {
        Conditions {
            format: FORMAT,
            redloop: "0.0.0".into(),
            optimised: true,
            machine: Machine {
                cpu: "one".into(),
                cores: 2,
                kernel: "1".into(),
                os: "linux".into(),
                memory_bytes: 1,
            },
            placement: Placement::default(),
            quick: false,
            measure_seconds: 1.0,
            warmup_seconds: 0.1,
            workers: 0,
            seed: 1,
        }
    }

    pub(crate) fn measurement(repetition: usize, throughput: f64) -> Measurement {
        Measurement {
            scenario: Scenario::Cpu,
            setup: Setup { model: Model::EventLoop, offload: false },
            point: Point::of(50),
            repetition,
            started_unix_s: 0,
            figures: BTreeMap::from([(Figure::ThroughputPerS, throughput)]),
            notes: vec!["shared cores".into()],
        }
    }

    #[test]
    fn repetitions_become_one_row() {
        let results = Results {
            conditions: conditions(),
            measurements: vec![measurement(1, 10.0), measurement(2, 20.0)],
            skipped: Vec::new(),
        };
        let rows = results.rows(Scenario::Cpu);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].figures[&Figure::ThroughputPerS].mean, 15.0);
        assert_eq!(rows[0].notes, ["shared cores"]);
        assert_eq!(results.scenarios(), [Scenario::Cpu]);
        assert!(results.rows(Scenario::Race).is_empty());
    }

    #[test]
    fn what_is_written_is_read_back_and_what_is_not_ours_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lab.json");
        assert!(Results::read(&path).unwrap_err().contains("measure first"));
        let mut results = Results {
            conditions: conditions(),
            measurements: vec![measurement(1, 10.0)],
            skipped: vec![Skipped { what: "a".into(), why: "b".into() }],
        };
        std::fs::write(&path, serde_json::to_string(&results.document(None)).unwrap()).unwrap();
        assert_eq!(Results::read(&path).unwrap(), results);
        results.conditions.format = 99;
        std::fs::write(&path, serde_json::to_string(&results).unwrap()).unwrap();
        assert!(Results::read(&path).unwrap_err().contains("format 99"));
        std::fs::write(&path, "{").unwrap();
        let error = Results::read(&path).unwrap_err();
        assert!(error.contains("lab.json") && error.contains("--resume"), "{error}");
    }
}
