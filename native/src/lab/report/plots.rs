//! Which plots show a scenario's answer, from its rows.

use super::chart::{self, Axes, Dot, Series};
use crate::lab::figure::Figure;
use crate::lab::results::Row;
use crate::lab::schedule;
use crate::lab::subject::{Scenario, Setup, grouped};

/// A plot with its caption.
pub(super) struct Plot {
    pub(super) caption: String,
    pub(super) svg: String,
}

/// What varies along a plot's axis.
#[derive(Clone, Copy)]
enum Along {
    Connections,
    Share,
}

/// The plots of a scenario.
pub(super) fn of(scenario: Scenario, rows: &[Row]) -> Vec<Plot> {
    let all: Vec<&Row> = rows.iter().collect();
    let having = |variant: &str| -> Vec<&Row> {
        rows.iter().filter(|row| row.point.variant == variant).collect()
    };
    let mut plots = Vec::new();
    match scenario {
        Scenario::Connections => {
            plots.extend(over(
                &all,
                Along::Connections,
                Figure::LatencyP99Us,
                true,
                "p99 of the active connections",
            ));
            plots.extend(over(
                &all,
                Along::Connections,
                Figure::ThroughputPerS,
                false,
                "Requests per second",
            ));
            plots.extend(over(
                &all,
                Along::Connections,
                Figure::MemoryPerConnectionBytes,
                false,
                "Resident memory per connection",
            ));
        }
        Scenario::Cpu => {
            let mut connections: Vec<usize> =
                rows.iter().map(|row| row.point.connections).collect();
            connections.sort_unstable();
            connections.dedup();
            for many in connections {
                let rows: Vec<&Row> =
                    rows.iter().filter(|row| row.point.connections == many).collect();
                let many = grouped(many as u64);
                plots.extend(over(
                    &rows,
                    Along::Share,
                    Figure::LatencyP99Us,
                    true,
                    &format!("p99 of GETs, {many} connections"),
                ));
                plots.extend(over(
                    &rows,
                    Along::Share,
                    Figure::ThroughputPerS,
                    true,
                    &format!("All requests per second, {many} connections"),
                ));
                plots.extend(over(
                    &rows,
                    Along::Share,
                    Figure::HeavyP99Us,
                    true,
                    &format!("p99 of the heavy requests, {many} connections"),
                ));
            }
        }
        Scenario::Race => {
            plots.extend(categories(
                &all,
                Figure::UpdatesPerS,
                true,
                "Acknowledged updates per second",
            ));
            plots.extend(categories(&all, Figure::UpdatesLost, false, "Lost updates"));
            plots.extend(categories(
                &all,
                Figure::LatencyP99Us,
                true,
                "p99 of an update, retries included",
            ));
        }
        Scenario::Moderate => {
            let closed = having(schedule::CLOSED);
            let open = having(schedule::OPEN);
            plots.extend(over(
                &closed,
                Along::Connections,
                Figure::ThroughputPerS,
                false,
                "Peak: requests per second, closed loop",
            ));
            plots.extend(over(
                &closed,
                Along::Connections,
                Figure::LatencyP99Us,
                true,
                "p99 at the peak",
            ));
            plots.extend(over(
                &open,
                Along::Connections,
                Figure::LatencyP99Us,
                true,
                "p99 at 70 % of the peak, open loop",
            ));
        }
        Scenario::Burst => {
            plots.extend(categories(
                &all,
                Figure::AllServedSeconds,
                false,
                "Time until everybody is served",
            ));
            plots.extend(categories(
                &all,
                Figure::LatencyP99Us,
                true,
                "p99 of clients from before",
            ));
            plots.extend(categories(&all, Figure::MemoryPeakBytes, false, "Most memory"));
        }
        Scenario::Learning => {
            plots.extend(categories(
                &all,
                Figure::CodeLines,
                false,
                "Lines of code of the model's own",
            ));
            plots.extend(categories(
                &all,
                Figure::CodeConcepts,
                false,
                "Concepts of synchronisation",
            ));
        }
    }
    plots
}

/// A figure over measured points.
fn over(
    rows: &[&Row],
    along: Along,
    figure: Figure,
    logarithmic: bool,
    caption: &str,
) -> Option<Plot> {
    let value = |row: &Row| match along {
        Along::Connections => row.point.connections as f64,
        Along::Share => row.point.heavy_percent,
    };
    // Connections are spread over powers of ten; shares start at 0, and most of them are small.
    let place = |value: f64| match along {
        Along::Connections => value.max(1.0).log10(),
        Along::Share => value.sqrt(),
    };
    let mut points: Vec<f64> = rows.iter().map(|row| value(row)).collect();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let series = series(rows, figure, |row| place(value(row)));
    let axes = Axes {
        points: points.iter().map(|point| (place(*point), thousands(*point))).collect(),
        points_title: match along {
            Along::Connections => "connections".into(),
            Along::Share => "CPU-heavy requests, %".into(),
        },
        unit: figure.describe().unit,
        logarithmic,
    };
    let svg = chart::lines(&axes, &series)?;
    Some(Plot { caption: caption.into(), svg })
}

/// A figure of points that have names rather than places.
fn categories(rows: &[&Row], figure: Figure, logarithmic: bool, caption: &str) -> Option<Plot> {
    // Where there is but one point, the models are the categories.
    let name = |row: &Row| match (row.point.variant.as_str(), row.point.to_string()) {
        ("", point) if point.is_empty() => row.setup.to_string(),
        ("", point) => point,
        (variant, _) => variant.to_owned(),
    };
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        if !names.contains(&name(row)) {
            names.push(name(row));
        }
    }
    let place = |row: &Row| names.iter().position(|known| *known == name(row)).unwrap_or(0) as f64;
    let series = series(rows, figure, place);
    let axes = Axes {
        points: names.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect(),
        points_title: String::new(),
        unit: figure.describe().unit,
        logarithmic,
    };
    let svg = chart::dots(&axes, &series)?;
    Some(Plot { caption: caption.into(), svg })
}

/// A line per setup, in the order of reports.
fn series(rows: &[&Row], figure: Figure, place: impl Fn(&Row) -> f64) -> Vec<Series> {
    let mut setups: Vec<Setup> = rows.iter().map(|row| row.setup).collect();
    setups.sort_unstable();
    setups.dedup();
    let dots = |setup: Setup| {
        let mut dots: Vec<Dot> = rows
            .iter()
            .filter(|row| row.setup == setup)
            .filter_map(|row| {
                let summary = row.figures.get(&figure)?;
                Some(Dot { at: place(row), value: summary.mean, interval: summary.mean_interval })
            })
            .collect();
        dots.sort_by(|a, b| a.at.total_cmp(&b.at));
        dots
    };
    setups
        .into_iter()
        .map(|setup| Series { setup, dots: dots(setup) })
        .filter(|series| !series.dots.is_empty())
        .collect()
}

/// `10k` for 10 000, where labels stand close.
fn thousands(value: f64) -> String {
    if value >= 1000.0 && value % 1000.0 == 0.0 {
        format!("{}k", value / 1000.0)
    } else {
        format!("{value}")
    }
}
