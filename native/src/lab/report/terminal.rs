//! Tables and the rule for the terminal.

use super::{columns, conditions, notes, table};
use crate::lab::decide::{Decision, terminal_map};
use crate::lab::results::Results;
use comfy_table::presets;
use std::fmt::Write as _;

/// A table per scenario, with what has to be known to read it.
pub(crate) fn tables(results: &Results) -> String {
    let mut text = String::new();
    for line in conditions(results) {
        let _ = writeln!(text, "{line}");
    }
    for scenario in results.scenarios() {
        let rows = results.rows(scenario);
        let shown = columns::shown(scenario, &rows);
        let _ = writeln!(text, "\n{} ({scenario})\n{}", scenario.title(), scenario.question());
        let table = table(&rows, &shown, presets::UTF8_FULL_CONDENSED);
        let _ = writeln!(text, "{table}");
        for note in notes(&rows) {
            let _ = writeln!(text, "  {note}");
        }
    }
    if !results.skipped.is_empty() {
        let _ = writeln!(text, "\nNot measured");
        for skipped in &results.skipped {
            let _ = writeln!(text, "  {}: {}", skipped.what, skipped.why);
        }
    }
    text
}

/// The rule, its map and its doubts.
pub(crate) fn decision_text(decision: &Decision) -> String {
    let mut text = format!("Which model when ({})\n", decision.criterion);
    for sentence in &decision.sentences {
        let _ = writeln!(text, "  {sentence}");
    }
    let _ = writeln!(text, "\n{}", terminal_map(decision));
    if !decision.doubts.is_empty() {
        let _ = writeln!(text, "\nWhat makes this less sure");
        for doubt in &decision.doubts {
            let _ = writeln!(text, "  {doubt}");
        }
    }
    text
}
