//! What was measured, for people: tables in the terminal and for pages in Markdown, and one HTML file with plots. All read [`Results`]
//! and nothing else, so they can be made again from an old `lab.json`.

mod axis;
mod chart;
mod columns;
mod html;
mod map;
mod markdown;
mod plots;
mod terminal;

pub(crate) use html::page;
pub(crate) use markdown::document;
pub(crate) use terminal::{decision_text, tables};

use super::figure::Figure;
use super::results::{Results, Row};
use super::stats::Summary;
use comfy_table::{CellAlignment, Table, TableStyle};

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

/// Points and models down, figures across. A point is named once.
fn table(rows: &[Row], figures: &[Figure], style: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(style);
    let mut header = vec!["point", "model"];
    header.extend(figures.iter().map(|figure| figure.describe().title));
    table.set_header(header);
    let mut last = String::new();
    for row in rows {
        let point = row.point.to_string();
        let mut cells =
            vec![if point == last { String::new() } else { point.clone() }, row.setup.to_string()];
        last = point;
        cells.extend(figures.iter().map(|figure| {
            row.figures.get(figure).map_or("–".into(), |summary| cell(*figure, summary))
        }));
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
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
