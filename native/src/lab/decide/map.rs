//! The map for the terminal: connections downwards, shares of heavy requests to the right, who is best in each cell.

use super::{Cell, Decision, Verdict};
use crate::lab::subject::{Setup, grouped};
use comfy_table::{CellAlignment, Table, presets};

/// The map as text.
pub(crate) fn terminal_map(decision: &Decision) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let mut header = vec!["connections".to_owned()];
    header.extend(decision.shares().iter().map(|share| format!("{share} % heavy")));
    table.set_header(header);
    for connections in decision.connections() {
        let mut row = vec![grouped(connections as u64)];
        for share in decision.shares() {
            row.push(decision.cell(connections, share).map_or("not measured".into(), describe));
        }
        table.add_row(row);
    }
    if let Some(first) = table.column_mut(0) {
        first.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// A cell in a few words.
pub(crate) fn describe(cell: &Cell) -> String {
    let time = cell
        .heavy_time_percent
        .filter(|_| cell.heavy_percent > 0.0)
        .map_or_else(String::new, |percent| format!("\n{percent:.0} % of the time"));
    let said = match &cell.verdict {
        Verdict::Best { setup, margin_percent, margin_least_percent } => {
            format!("{setup}\nby {margin_percent:.0} % (≥ {margin_least_percent:.0})")
        }
        Verdict::Tie { setups } => {
            let first = setups.first().map(Setup::to_string).unwrap_or_default();
            format!("tie of {}, first\n{first}", setups.len())
        }
        Verdict::Undecided { .. } => "undecided".into(),
    };
    format!("{said}{time}")
}
