//! Tables and the rule for the terminal.

use super::{cell, columns, conditions, notes};
use crate::lab::decide::{Decision, terminal_map};
use crate::lab::results::Results;
use comfy_table::{CellAlignment, Table, presets};
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
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        let mut header = vec!["point", "model"];
        header.extend(shown.iter().map(|figure| figure.describe().title));
        table.set_header(header);
        let mut last = String::new();
        for row in &rows {
            let point = row.point.to_string();
            let mut cells = vec![
                if point == last { String::new() } else { point.clone() },
                row.setup.to_string(),
            ];
            last = point;
            cells.extend(shown.iter().map(|figure| {
                row.figures.get(figure).map_or("–".into(), |summary| cell(*figure, summary))
            }));
            table.add_row(cells);
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
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
