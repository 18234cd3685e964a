//! The report as one HTML file: no network, no script. Light and dark follow the reader's system.

use super::chart::colour;
use super::{cell, columns, conditions, map, notes, plots};
use crate::lab::decide::{Decision, Verdict};
use crate::lab::figure::{Better, Figure};
use crate::lab::results::{Results, Row};
use crate::lab::subject::{Model, Scenario, Setup, grouped};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("report.css");

/// The whole page.
pub(crate) fn page(results: &Results, decision: Option<&Decision>) -> String {
    let scenarios = results.scenarios();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Redloop lab" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Which concurrency model when" }
                    p .lead { "One engine, " (Model::ALL.len()) " ways to bring connections to it, measured beside each other." }
                    ul .conditions { @for line in conditions(results) { li { (line) } } }
                    nav aria-label="Sections" {
                        @if decision.is_some() { a href="#decision" { "The rule" } }
                        @for scenario in &scenarios { a href={ "#" (scenario) } { (scenario.title()) } }
                    }
                    (legend(results))
                }
                main {
                    @if let Some(decision) = decision { (rule(decision)) }
                    @for scenario in scenarios { (section(scenario, &results.rows(scenario))) }
                    @if !results.skipped.is_empty() {
                        section { h2 { "Not measured" }
                            ul { @for skipped in &results.skipped { li { b { (skipped.what) } ": " (skipped.why) } } }
                        }
                    }
                }
                footer { p { "Made by " code { "redloop lab --html" } "; the figures are in lab.json beside this file." } }
            }
        }
    }
    .into_string()
}

/// Colour and mark of each model, as plots have them.
fn legend(results: &Results) -> Markup {
    let mut models: Vec<Model> = results.measurements.iter().map(|one| one.setup.model).collect();
    models.sort_unstable();
    models.dedup();
    let offloads = results.measurements.iter().any(|one| one.setup.offload);
    html! {
        ul .legend aria-label="Marks" {
            @for model in models { li { (mark(Setup { model, offload: false })) (model) } }
            @if offloads {
                li { (mark(Setup { model: Model::EventLoop, offload: true })) "hollow mark, dashed line: with helper threads (" code { "--offload yes" } ")" }
            }
            li { "lines through marks: 95 % intervals" }
        }
    }
}

fn mark(setup: Setup) -> Markup {
    let colour = colour(setup.model);
    let hex = format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
    let (fill, stroke) =
        if setup.offload { ("none", hex.as_str()) } else { (hex.as_str(), "none") };
    html! {
        svg .mark viewBox="0 0 14 14" aria-hidden="true" {
            @match setup.model {
                Model::EventLoop => circle cx="7" cy="7" r="5" fill=(fill) stroke=(stroke) stroke-width="2" {},
                Model::TaskPerConnection => polygon points="7,1 13,12 1,12" fill=(fill) stroke=(stroke) stroke-width="2" {},
                Model::WorkerPool => rect x="2" y="2" width="10" height="10" fill=(fill) stroke=(stroke) stroke-width="2" {},
            }
        }
    }
}

fn rule(decision: &Decision) -> Markup {
    html! {
        section #decision {
            h2 { "The rule" }
            p .question { "Judged by: " (decision.criterion) "." }
            ul .sentences { @for sentence in &decision.sentences { li { (sentence) } } }
            @if let Some(svg) = map::svg(decision) {
                figure .map {
                    div .scroll role="img" aria-label="Map: connections and share of heavy requests, with the best model in each box" { (PreEscaped(svg)) }
                    figcaption { "Who is best at each measured point, and by how much over the next. The same as a table below." }
                }
            }
            @if !decision.doubts.is_empty() {
                h3 { "What makes this less sure" }
                ul { @for doubt in &decision.doubts { li { (doubt) } } }
            }
            details {
                summary { "Scores at every point" }
                div .scroll { table {
                    thead { tr { th { "connections" } th { "heavy requests" } th { "model" } th .number { "score" } th .number { "95 %" } th .number { "p99 of GETs" } th .number { "requests/s" } } }
                    tbody { @for cell in &decision.cells { @for candidate in &cell.candidates {
                        tr {
                            td { (grouped(cell.connections as u64)) }
                            td { (cell.heavy_percent) " %" @if let Some(time) = cell.heavy_time_percent { " (" (format!("{time:.0}")) " % of the time)" } }
                            td class=[is_winner(&cell.verdict, candidate.setup).then_some("best")] { (candidate.setup) }
                            td .number { (micros(candidate.score)) }
                            td .number { @match candidate.interval { Some(it) => { (micros(it.low)) " to " (micros(it.high)) }, None => { "–" } } }
                            td .number { (micros(candidate.p99_us)) }
                            td .number { (grouped(candidate.throughput_per_s.round() as u64)) }
                        }
                    } } }
                } }
            }
        }
    }
}

fn is_winner(verdict: &Verdict, setup: Setup) -> bool {
    match verdict {
        Verdict::Best { setup: best, .. } => *best == setup,
        Verdict::Tie { setups } => setups.contains(&setup),
        Verdict::Undecided { .. } => false,
    }
}

fn micros(value: f64) -> String {
    crate::lab::figure::Unit::Microseconds.show(value)
}

fn section(scenario: Scenario, rows: &[Row]) -> Markup {
    let plots = plots::of(scenario, rows);
    let further = columns::further(scenario, rows);
    let notes = notes(rows);
    html! {
        section id=(scenario) {
            h2 { (scenario.title()) }
            p .question { (scenario.question()) }
            @if !plots.is_empty() {
                div .plots { @for plot in plots {
                    figure { figcaption { (plot.caption) } div .plot role="img" aria-label=(plot.caption) { (PreEscaped(plot.svg)) } }
                } }
            }
            (table(rows, &columns::shown(scenario, rows)))
            @if !notes.is_empty() { ul .notes { @for note in notes { li { (note) } } } }
            @if !further.is_empty() {
                details { summary { "All other figures" } (table(rows, &further)) }
            }
        }
    }
}

fn table(rows: &[Row], figures: &[Figure]) -> Markup {
    let begins = |i: usize| i == 0 || rows[i - 1].point != rows[i].point;
    html! {
        div .scroll { table {
            thead { tr { th { "point" } th { "model" } @for figure in figures { th .number { (figure.describe().title) } } } }
            tbody { @for (i, row) in rows.iter().enumerate() {
                @let point = row.point.to_string();
                tr class=[begins(i).then_some("first")] {
                    @if begins(i) { th scope="row" { (point) } } @else { td aria-label=(point) {} }
                    td { (mark(row.setup)) (row.setup) }
                    @for figure in figures {
                        td class={ "number" @if is_best(rows, row, *figure) { " best" } } {
                            @if let Some(summary) = row.figures.get(figure) { (cell(*figure, summary)) } @else { "–" }
                        }
                    }
                }
            } }
        } }
    }
}

/// Whether a row is clearly the best of its point: its interval overlaps no other's.
fn is_best(rows: &[Row], row: &Row, figure: Figure) -> bool {
    let Some(own) = row.figures.get(&figure) else { return false };
    let others: Vec<_> = rows
        .iter()
        .filter(|other| other.point == row.point && other.setup != row.setup)
        .filter_map(|other| other.figures.get(&figure))
        .collect();
    !others.is_empty()
        && others.iter().all(|other| {
            let apart = own
                .mean_interval
                .zip(other.mean_interval)
                .is_none_or(|(own, other)| !own.overlaps(other));
            let ahead = match figure.describe().better {
                Better::Higher => own.mean > other.mean,
                Better::Lower => own.mean < other.mean,
                Better::Neither => false,
            };
            ahead && apart
        })
}
