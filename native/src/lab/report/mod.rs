//! What was measured, for people: tables in the terminal, and one HTML file with plots. Both read [`Results`] and nothing else, so they
//! can be made again from an old `lab.json`.

mod axis;
mod chart;
mod columns;
mod html;
mod map;
mod plots;
mod terminal;

pub(crate) use html::page;
pub(crate) use terminal::{decision_text, tables};

use super::figure::Figure;
use super::results::{Results, Row};
use super::stats::Summary;

/// A mean and what it may be off by, with the unit.
fn cell(figure: Figure, summary: &Summary) -> String {
    let unit = figure.describe().unit;
    let mean = unit.show(summary.mean);
    match summary.mean_error() {
        // So few repetitions, or so different ones, that the mean says little.
        Some(error) if error > summary.mean && summary.mean > 0.0 => format!("{mean} ±>100 %"),
        // Equal repetitions need no interval, and half a percent hardly one.
        Some(error) if summary.mean != 0.0 => {
            let percent = (error / summary.mean).abs() * 100.0;
            if percent < 0.5 { mean } else { format!("{mean} ±{percent:.0} %") }
        }
        Some(error) if error > 0.0 => format!("{mean} ±{}", unit.show(error)),
        _ => mean,
    }
}

/// Under which conditions, as lines of text.
fn conditions(results: &Results) -> Vec<String> {
    let conditions = &results.conditions;
    let machine = &conditions.machine;
    let mut lines = vec![
        format!(
            "{}, {} core{}, {:.1} GB of memory, {} kernel {}",
            if machine.cpu.is_empty() { "unknown processor" } else { &machine.cpu },
            machine.cores,
            if machine.cores == 1 { "" } else { "s" },
            machine.memory_bytes as f64 / 1e9,
            machine.os,
            machine.kernel
        ),
        format!("Redloop {}; {}", conditions.redloop, conditions.placement.describe()),
        format!(
            "each measurement counts {} s after {} s of warm-up, on a fresh server; means with 95 % intervals (Student's t)",
            conditions.measure_seconds, conditions.warmup_seconds
        ),
    ];
    if !conditions.optimised {
        lines.push(
            "Built without optimisation: use cargo build --release. These figures decide nothing."
                .into(),
        );
    }
    if conditions.quick {
        lines.push("Quick: tiny points and short times. It shows that everything works; its figures decide nothing.".into());
    }
    lines
}

/// The notes of some rows, each once.
fn notes(rows: &[Row]) -> Vec<&str> {
    let mut notes: Vec<&str> = Vec::new();
    for note in rows.iter().flat_map(|row| &row.notes) {
        if !notes.contains(&note.as_str()) {
            notes.push(note);
        }
    }
    notes
}
