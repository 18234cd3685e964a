//! The decision's map as SVG: connections upwards, shares of heavy requests to the right, a box for each measured point with its
//! winner and the margin. Boxes are of one size: it is a map of what was measured, and says so.

use super::chart::{AXIS, INK, colour};
use crate::lab::decide::{Cell, Decision, Verdict};
use crate::lab::subject::grouped;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const CELL_WIDTH: i32 = 158;
const CELL_HEIGHT: i32 = 62;
const LEFT: i32 = 96;
const BOTTOM: i32 = 50;
const MARGIN: i32 = 6;
/// Between boxes.
const GAP: i32 = 3;
const TIE: RGBColor = RGBColor(0x68, 0x72, 0x7d);

/// The map. None where nothing can be drawn.
pub(super) fn svg(decision: &Decision) -> Option<String> {
    let connections = decision.connections();
    let shares = decision.shares();
    let size = (
        LEFT + CELL_WIDTH * shares.len() as i32 + MARGIN,
        MARGIN + CELL_HEIGHT * connections.len() as i32 + BOTTOM,
    );
    let mut svg = String::new();
    {
        let root =
            SVGBackend::with_string(&mut svg, (size.0 as u32, size.1 as u32)).into_drawing_area();
        let label = text_style(16, INK);
        for (row, many) in connections.iter().rev().enumerate() {
            let top = MARGIN + CELL_HEIGHT * row as i32;
            let right = label.pos(Pos::new(HPos::Right, VPos::Center));
            let place = (LEFT - 10, top + CELL_HEIGHT / 2);
            root.draw_text(&grouped(*many as u64), &right, place).ok()?;
            for (column, share) in shares.iter().enumerate() {
                let left = LEFT + CELL_WIDTH * column as i32;
                draw_cell(&root, decision.cell(*many, *share), (left, top))?;
            }
        }
        let below = MARGIN + CELL_HEIGHT * connections.len() as i32;
        for (column, share) in shares.iter().enumerate() {
            let place = (LEFT + CELL_WIDTH * column as i32 + CELL_WIDTH / 2, below + 14);
            root.draw_text(&format!("{share} %"), &label.pos(centered()), place).ok()?;
        }
        let axis = text_style(15, AXIS);
        let middle = (LEFT + CELL_WIDTH * shares.len() as i32 / 2, below + 36);
        root.draw_text("share of CPU-heavy requests", &axis.pos(centered()), middle).ok()?;
        let corner = axis.pos(Pos::new(HPos::Right, VPos::Center));
        root.draw_text("connections", &corner, (LEFT - 10, below + 14)).ok()?;
        root.present().ok()?;
    }
    Some(svg)
}

fn draw_cell<'b>(
    root: &DrawingArea<SVGBackend<'b>, plotters::coord::Shift>,
    cell: Option<&Cell>,
    (left, top): (i32, i32),
) -> Option<()> {
    let corners = [(left + GAP, top + GAP), (left + CELL_WIDTH - GAP, top + CELL_HEIGHT - GAP)];
    let (name, below, fill, offloads) = match cell.map(|cell| &cell.verdict) {
        None => ("not measured".to_owned(), String::new(), None, false),
        Some(Verdict::Undecided { .. }) => ("undecided".to_owned(), String::new(), None, false),
        Some(Verdict::Tie { setups }) => {
            let count = setups.len();
            let first = setups.first().map(ToString::to_string).unwrap_or_default();
            (format!("tie of {count}"), format!("{first} …"), Some(TIE), false)
        }
        Some(Verdict::Best { setup, margin_percent, .. }) => (
            setup.model.to_string(),
            format!("{}by {margin_percent:.0} %", if setup.offload { "offload, " } else { "" }),
            Some(colour(setup.model)),
            setup.offload,
        ),
    };
    let ink = match fill {
        Some(fill) => {
            root.draw(&Rectangle::new(corners, fill.filled())).ok()?;
            if offloads {
                // A white edge inside, so that offloading shows without reading.
                let inside =
                    [(corners[0].0 + 3, corners[0].1 + 3), (corners[1].0 - 3, corners[1].1 - 3)];
                root.draw(&Rectangle::new(inside, WHITE.stroke_width(1))).ok()?;
            }
            WHITE
        }
        None => {
            root.draw(&Rectangle::new(corners, AXIS.stroke_width(1))).ok()?;
            INK
        }
    };
    let (x, y) = (left + CELL_WIDTH / 2, top + CELL_HEIGHT / 2);
    root.draw_text(&name, &text_style(16, ink).pos(centered()), (x, y - 9)).ok()?;
    root.draw_text(&below, &text_style(15, ink).pos(centered()), (x, y + 10)).ok()
}

fn centered() -> Pos {
    Pos::new(HPos::Center, VPos::Center)
}

fn text_style(size: i32, ink: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&ink)
}
