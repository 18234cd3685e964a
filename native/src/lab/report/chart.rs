//! Charts as SVG, by plotters. A model has its colour and its mark everywhere, and a line that offloads is dashed, so that nothing is
//! told by colour alone. Colours are written as their light variants; the page's style sheet exchanges them in the dark.

use super::axis::Axis;
use crate::lab::figure::Unit;
use crate::lab::stats::Interval;
use crate::lab::subject::{Model, Setup};
use plotters::chart::MeshStyle;
use plotters::prelude::*;

/// A value with what it may be off by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dot {
    /// On the axis of measured points or categories.
    pub(super) at: f64,
    pub(super) value: f64,
    pub(super) interval: Option<Interval>,
}

/// A setup's values.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) setup: Setup,
    pub(super) dots: Vec<Dot>,
}

/// What the axes are.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    /// Measured points or categories: their places and what they are called.
    pub(super) points: Vec<(f64, String)>,
    /// Of an axis of measured points; categories need none.
    pub(super) points_title: String,
    pub(super) unit: Unit,
    /// Values on a logarithmic scale.
    pub(super) logarithmic: bool,
}

/// Pixels, which the page scales.
const WIDTH: u32 = 460;
const HEIGHT: u32 = 300;
/// Height of a category's row and of what is around the rows.
const ROW_HEIGHT: u32 = 40;
const ROWS_AROUND: u32 = 48;
/// Pixels that a letter of a category's name takes, roughly.
const LETTER_WIDTH: u32 = 8;
/// Named values on an axis of values: across they need more room.
const TICKS_UPWARDS: usize = 7;
const TICKS_ACROSS: usize = 4;
const FONT: &str = "sans-serif";
/// Plotters writes about four fifths of this.
const FONT_SIZE: i32 = 16;
/// Ink, axis and grid; the style sheet knows them too.
pub(super) const INK: RGBColor = RGBColor(0x33, 0x3b, 0x45);
pub(super) const AXIS: RGBColor = RGBColor(0x8a, 0x93, 0x9e);
pub(super) const GRID: RGBColor = RGBColor(0xe4, 0xe7, 0xeb);
/// How far the lines of several setups stand apart, of the margin beside the first point.
const ASIDE: f64 = 0.22;
/// How far the marks of several setups stand apart in a category's row.
const APART: f64 = 0.12;

/// A model's colour.
pub(super) fn colour(model: Model) -> RGBColor {
    match model {
        Model::EventLoop => RGBColor(0xc2, 0x3b, 0x22),
        Model::TaskPerConnection => RGBColor(0x1f, 0x6f, 0xb2),
        Model::WorkerPool => RGBColor(0x2e, 0x7d, 0x4f),
    }
}

/// Lines over measured points. None where nothing can be drawn.
pub(super) fn lines(axes: &Axes, series: &[Series]) -> Option<String> {
    let (low, high) = value_range(axes, series)?;
    let first = axes.points.first()?.0;
    let last = axes.points.last()?.0;
    let margin = if last > first { (last - first) * 0.05 } else { 0.5 };
    let x = Axis::of_names(first - margin, last + margin, axes.points.clone());
    let y = Axis::of_values(low, high, axes.logarithmic, axes.unit, TICKS_UPWARDS);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        let mut builder = ChartBuilder::on(&root);
        builder.margin(8).margin_right(16).x_label_area_size(46).y_label_area_size(68);
        let mut chart = builder.build_cartesian_2d(x, y).ok()?;
        draw_mesh(chart.configure_mesh().disable_x_mesh().x_desc(&axes.points_title))?;
        let middle = (series.len() as f64 - 1.0) / 2.0;
        for (i, one) in series.iter().enumerate() {
            let style = colour(one.setup.model).stroke_width(2);
            // Beside each other, so that intervals do not cover each other.
            let aside = (i as f64 - middle) * margin * ASIDE;
            let dots = one.dots.iter().map(|dot| Dot { at: dot.at + aside, ..*dot });
            let dots: Vec<Dot> = dots.collect();
            let places: Vec<(f64, f64)> = dots.iter().map(|dot| (dot.at, dot.value)).collect();
            if one.setup.offload {
                chart.draw_series(DashedLineSeries::new(places, 6, 4, style)).ok()?;
            } else {
                chart.draw_series(LineSeries::new(places, style)).ok()?;
            }
            for dot in &dots {
                if let Some((least, most)) = dot.bounds(low, high) {
                    let ends = vec![(dot.at, least), (dot.at, most)];
                    chart.draw_series([PathElement::new(ends, style.stroke_width(1))]).ok()?;
                }
                draw_mark(&mut chart, one.setup, (dot.at, dot.value))?;
            }
        }
        root.present().ok()?;
    }
    Some(svg)
}

/// Marks in rows of categories. None where nothing can be drawn.
pub(super) fn dots(axes: &Axes, series: &[Series]) -> Option<String> {
    let (low, high) = value_range(axes, series)?;
    let rows = axes.points.len();
    let label = axes.points.iter().map(|(_, name)| name.chars().count()).max()? as u32;
    let x = Axis::of_values(low, high, axes.logarithmic, axes.unit, TICKS_ACROSS);
    // Downwards, as one reads.
    let y = Axis::of_names(rows as f64 - 0.5, -0.5, axes.points.clone());
    let mut svg = String::new();
    {
        let size = (WIDTH, ROW_HEIGHT * rows as u32 + ROWS_AROUND);
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let mut builder = ChartBuilder::on(&root);
        builder.margin(8).margin_right(24).x_label_area_size(30);
        builder.y_label_area_size((label * LETTER_WIDTH).clamp(24, 220));
        let mut chart = builder.build_cartesian_2d(x, y).ok()?;
        draw_mesh(chart.configure_mesh().disable_y_mesh())?;
        let middle = (series.len() as f64 - 1.0) / 2.0;
        let apart = if have_rows_in_common(series) { APART } else { 0.0 };
        for (i, one) in series.iter().enumerate() {
            let style = colour(one.setup.model).stroke_width(2);
            for dot in &one.dots {
                let at = dot.at + (i as f64 - middle) * apart;
                if let Some((least, most)) = dot.bounds(low, high) {
                    let ends = vec![(least, at), (most, at)];
                    chart.draw_series([PathElement::new(ends, style)]).ok()?;
                }
                draw_mark(&mut chart, one.setup, (dot.value, at))?;
            }
        }
        root.present().ok()?;
    }
    Some(svg)
}

/// Whether marks of several setups stand in a row.
fn have_rows_in_common(series: &[Series]) -> bool {
    let rows = |one: &Series| -> Vec<u64> { one.dots.iter().map(|dot| dot.at.to_bits()).collect() };
    series.iter().enumerate().any(|(i, one)| {
        series[..i].iter().any(|other| rows(one).iter().any(|row| rows(other).contains(row)))
    })
}

impl Dot {
    /// The interval as far as it is on the chart.
    fn bounds(&self, low: f64, high: f64) -> Option<(f64, f64)> {
        self.interval.map(|it| (it.low.clamp(low, high), it.high.clamp(low, high)))
    }
}

/// The chart on an area of the page.
type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

fn draw_mesh(mesh: &mut MeshStyle<'_, '_, Axis, Axis, SVGBackend<'_>>) -> Option<()> {
    mesh.bold_line_style(GRID)
        .axis_style(AXIS)
        .label_style((FONT, FONT_SIZE, &INK))
        .axis_desc_style((FONT, FONT_SIZE, &INK))
        .draw()
        .ok()
}

/// A circle, a triangle or a square; hollow for what offloads.
fn draw_mark(chart: &mut Plane<'_, '_>, setup: Setup, at: (f64, f64)) -> Option<()> {
    let colour = colour(setup.model);
    let style = if setup.offload { colour.stroke_width(2) } else { colour.filled() };
    match setup.model {
        Model::EventLoop => chart.draw_series([Circle::new(at, 4, style)]).map(|_| ()),
        // Plotters fills its triangles always.
        Model::TaskPerConnection if setup.offload => {
            let corners = [(0, -6), (5, 4), (-5, 4), (0, -6)];
            let triangle = EmptyElement::at(at) + PathElement::new(corners, style);
            chart.draw_series([triangle]).map(|_| ())
        }
        Model::TaskPerConnection => {
            chart.draw_series([TriangleMarker::new(at, 5, style)]).map(|_| ())
        }
        Model::WorkerPool => {
            let square = EmptyElement::at(at) + Rectangle::new([(-4, -4), (4, 4)], style);
            chart.draw_series([square]).map(|_| ())
        }
    }
    .ok()
}

/// From the least to the most, intervals included, with some air; from 0 where the scale is linear.
fn value_range(axes: &Axes, series: &[Series]) -> Option<(f64, f64)> {
    let mut low = f64::INFINITY;
    let mut high: f64 = 0.0;
    for dot in series.iter().flat_map(|one| &one.dots) {
        // An interval of few repetitions may be wider than anything that was measured: it is cut.
        let most = dot.interval.map_or(dot.value, |it| it.high.min(dot.value * 2.0));
        high = high.max(most).max(dot.value);
        if dot.value > 0.0 {
            let least = dot.interval.map_or(dot.value, |it| it.low.max(dot.value / 2.0));
            low = low.min(least);
        }
    }
    if !high.is_finite() || !low.is_finite() && axes.logarithmic {
        return None;
    }
    if axes.logarithmic {
        return Some((low / 1.3, high * 1.3));
    }
    Some((0.0, if high > 0.0 { high * 1.08 } else { 1.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(logarithmic: bool) -> Axes {
        Axes {
            points: vec![(0.0, "zero".into()), (1.0, "one".into())],
            points_title: "points".into(),
            unit: Unit::Microseconds,
            logarithmic,
        }
    }

    fn series(values: &[f64]) -> Vec<Series> {
        let dots = values
            .iter()
            .enumerate()
            .map(|(i, value)| Dot { at: i as f64, value: *value, interval: None })
            .collect();
        vec![Series { setup: "worker-pool+offload".parse().unwrap(), dots }]
    }

    #[test]
    fn charts_name_their_points_and_values() {
        for logarithmic in [false, true] {
            for svg in [
                lines(&axes(logarithmic), &series(&[10.0, 2000.0])).unwrap(),
                dots(&axes(logarithmic), &series(&[10.0, 2000.0])).unwrap(),
            ] {
                assert!(svg.contains("zero") && svg.contains("one"), "{svg}");
                assert!(svg.contains("1 ms"), "{svg}");
                assert!(svg.contains("#2E7D4F"), "{svg}");
            }
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(lines(&axes(true), &series(&[])).is_none());
        assert!(lines(&axes(true), &series(&[0.0])).is_none());
        assert!(dots(&axes(false), &series(&[0.0])).is_some());
    }
}
