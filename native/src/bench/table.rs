//! What a run showed, for people: a table of latencies, lines about everything else, and warnings about what makes the
//! figures doubtful.

use crate::load::{Latencies, Pace, Plan, Report, Stop};
use comfy_table::{CellAlignment, Table, presets};
use std::fmt::Write;

/// Quantiles that are columns.
const QUANTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)];

/// A thread that is busy for more of its time than this may be what is measured.
const BUSY_MAX: f64 = 0.95;

/// The whole text.
pub(super) fn render(plan: &Plan, report: &Report) -> String {
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = writeln!(text, "{}\n\n{}\n", headline(plan), latencies(plan, report));
    let _ = writeln!(
        text,
        "{} requests in {:.3} s: {:.0} requests/s; {} errors",
        report.requests,
        report.seconds,
        report.per_second(),
        report.errors.count
    );
    let least = report.per_connection.iter().min().unwrap_or(&0);
    let most = report.per_connection.iter().max().unwrap_or(&0);
    let _ = writeln!(
        text,
        "fairness {:.4} (Jain): {least} to {most} requests a connection",
        report.fairness()
    );
    let connects = &report.connects;
    let _ = writeln!(
        text,
        "connects: {} opened in {:.3} s, p50 {} ms, max {} ms; {} refused, {} failed, {} timed out",
        connects.opened,
        connects.seconds,
        ms(connects.latency.value_at_quantile(0.5)),
        ms(connects.latency.max()),
        connects.refused.count,
        connects.failed.count,
        connects.timed_out
    );
    if let Some(punctuality) = &report.punctuality {
        let _ = writeln!(
            text,
            "schedule: {} due, {} waited for a free connection; the generator's own lateness p50 {} \
             ms, p99 {} ms, max {} ms",
            punctuality.due,
            punctuality.waited,
            ms(punctuality.lag.value_at_quantile(0.5)),
            ms(punctuality.lag.value_at_quantile(0.99)),
            ms(punctuality.lag.max())
        );
    }
    let _ = writeln!(text, "bytes: {} sent, {} received", report.bytes.sent, report.bytes.received);
    text
}

/// What makes the figures doubtful, or is not as it was asked for.
pub(super) fn warnings(plan: &Plan, report: &Report) -> Vec<String> {
    let mut warnings = Vec::new();
    let asked = plan.all_connections() as u64;
    if report.connects.missing() > 0 {
        warnings.push(format!(
            "{} of {asked} connections could not be opened: {}",
            report.connects.missing(),
            report.connects.reason().unwrap_or_default()
        ));
    }
    for (text, times) in &report.errors.first {
        warnings.push(format!("the server answered {times} times: {text}"));
    }
    for (text, times) in &report.lost.first {
        warnings.push(format!("{} lost while running: {text}", connections(*times)));
    }
    if report.unanswered > 0 {
        warnings.push(format!("{} requests were not answered", report.unanswered));
    }
    if report.idle_lost > 0 {
        warnings.push(format!("{} closed by the end, idle before", connections(report.idle_lost)));
    }
    if let Some(punctuality) = &report.punctuality {
        if report.unsent > 0 {
            warnings.push(format!(
                "{} of {} requests that were due were never sent: the rate is more than the server, these \
                 connections, or the generator can do",
                report.unsent, punctuality.due
            ));
        }
        if punctuality.is_behind() {
            warnings.push(format!(
                "the generator itself was late (p99 {} ms): give it more --threads or a processor of its own",
                ms(punctuality.lag.value_at_quantile(0.99))
            ));
        }
    }
    if report.punctuality.is_none() && report.unsent > 0 {
        warnings.push(format!(
            "{} requests were never sent: their connections could not be opened, or were lost",
            report.unsent
        ));
    }
    if let Some(busy) = report.busiest_thread.filter(|busy| *busy > BUSY_MAX) {
        warnings.push(format!(
            "a thread of the generator was busy for {:.0} % of the time: the figures may be its limit, not the \
             server's; use more --threads",
            busy * 100.0
        ));
    }
    warnings
}

fn headline(plan: &Plan) -> String {
    let weights: u64 = plan.mix.shares.iter().map(|share| u64::from(share.weight)).sum();
    let shares: Vec<String> = plan
        .mix
        .shares
        .iter()
        .map(|share| match share.weight {
            weight if u64::from(weight) == weights => share.name.clone(),
            weight => format!("{} {:.0} %", share.name, f64::from(weight) * 100.0 / weights as f64),
        })
        .collect();
    let pace = match plan.pace {
        Pace::Closed => "closed loop".to_owned(),
        Pace::Open { per_second, .. } => format!("open loop of {per_second} requests/s"),
    };
    let stop = match plan.stop {
        Stop::After(duration) => format!("{} s", duration.as_secs_f64()),
        Stop::Requests(requests) => format!("{requests} requests"),
    };
    format!(
        "{}: {}; {} connections and {} idle, pipeline {}, {} threads, {pace}, {stop}",
        plan.target,
        shares.join(", "),
        plan.connections,
        plan.idle,
        plan.pipeline,
        plan.threads
    )
}

fn latencies(plan: &Plan, report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut heading = vec!["latency in ms", "requests", "requests/s", "mean"];
    heading.extend(QUANTILES.map(|(name, _)| name));
    heading.push("max");
    let columns = heading.len();
    table.set_header(heading);
    let row = |name: &str, latencies: &Latencies| {
        let per_second =
            if report.seconds > 0.0 { latencies.len() as f64 / report.seconds } else { 0.0 };
        let mut row = vec![
            name.to_owned(),
            latencies.len().to_string(),
            format!("{per_second:.0}"),
            format!("{:.3}", latencies.mean() / 1e6),
        ];
        row.extend(QUANTILES.map(|(_, quantile)| ms(latencies.value_at_quantile(quantile))));
        row.push(ms(latencies.max()));
        row
    };
    if report.commands.len() > 1 {
        for command in &report.commands {
            table.add_row(row(&command.name, &command.latency));
        }
    }
    match plan.pace {
        Pace::Closed => {
            table.add_row(row("all", &report.latency));
        }
        Pace::Open { .. } => {
            table.add_row(row("all, from when due", &report.latency));
            table.add_row(row("all, from when sent", &report.service));
        }
    }
    for column in 1..columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn connections(count: u64) -> String {
    if count == 1 { "1 connection was".into() } else { format!("{count} connections were") }
}

/// Nanoseconds as milliseconds.
fn ms(ns: u64) -> String {
    format!("{:.3}", ns as f64 / 1e6)
}
