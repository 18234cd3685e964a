//! The rule in sentences. Neighbouring rows of the map that say the same become one sentence.

use super::{Axis, Cell, Threshold, Verdict};
use crate::lab::subject::{Setup, grouped, list};
use std::fmt::Write as _;

/// Neighbouring cells of a row with the same verdict.
#[derive(Debug)]
struct Segment {
    winners: Vec<Setup>,
    /// Shares of heavy requests, percent.
    first: f64,
    last: f64,
    /// Least and most, percent; none for ties.
    margin: Option<(f64, f64)>,
    /// Points at which it is tied with the next one, on the way to where that one wins.
    tied_until_next: Option<(f64, f64)>,
}

/// A row of the map: the connections, and its segments by ascending share.
type RowOfSegments = (usize, Vec<Segment>);

/// The rule.
pub(crate) fn sentences(cells: &[Cell], thresholds: &[Threshold]) -> Vec<String> {
    let rows: Vec<RowOfSegments> = Axis::HeavyPercent
        .lines(cells)
        .into_iter()
        .map(|(connections, line)| {
            let of_row =
                |it: &&Threshold| it.along == Axis::HeavyPercent && it.fixed == connections;
            let of_row: Vec<&Threshold> = thresholds.iter().filter(of_row).collect();
            (connections as usize, without_passing_ties(segments(&line), &of_row))
        })
        .collect();
    let everybody = cells.iter().map(|cell| cell.candidates.len()).max().unwrap_or(0);
    let mut sentences = Vec::new();
    let mut rest = rows.as_slice();
    while let Some((_, first)) = rest.first() {
        let alike = rest.iter().take_while(|(_, row)| same_course(first, row)).count();
        let (group, others) = rest.split_at(alike);
        let is_first = rest.len() == rows.len();
        sentences.push(row_sentence(group, is_first, everybody, thresholds));
        rest = others;
    }
    for threshold in thresholds.iter().filter(|it| it.along == Axis::Connections) {
        sentences.push(format!(
            "With {} % heavy requests: {} up to {} connections{}, then {}.",
            threshold.fixed,
            threshold.below,
            grouped(threshold.at.round() as u64),
            threshold.interval.map_or_else(String::new, |it| format!(
                " (95 %: {} to {})",
                grouped(it.low.round() as u64),
                grouped(it.high.round() as u64)
            )),
            threshold.above
        ));
    }
    for cell in cells {
        if let Verdict::Undecided { why } = &cell.verdict {
            sentences.push(format!(
                "At {} connections with {} % heavy requests nothing is decided: {why}.",
                grouped(cell.connections as u64),
                cell.heavy_percent
            ));
        }
    }
    sentences
}

fn segments(line: &[&Cell]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for cell in line {
        let (mut winners, margin) = match &cell.verdict {
            Verdict::Best { setup, margin_percent, .. } => (vec![*setup], Some(*margin_percent)),
            Verdict::Tie { setups } => (setups.clone(), None),
            Verdict::Undecided { .. } => continue,
        };
        winners.sort_unstable();
        if let Some(last) = segments.last_mut()
            && last.winners == winners
        {
            last.last = cell.heavy_percent;
            last.margin = last
                .margin
                .zip(margin)
                .map(|((low, high), margin)| (low.min(margin), high.max(margin)));
            continue;
        }
        segments.push(Segment {
            winners,
            first: cell.heavy_percent,
            last: cell.heavy_percent,
            margin: margin.map(|margin| (margin, margin)),
            tied_until_next: None,
        });
    }
    segments
}

/// A tie between two clear winners is where one passes into the other. If their threshold is known, it says more than the tie.
fn without_passing_ties(segments: Vec<Segment>, thresholds: &[&Threshold]) -> Vec<Segment> {
    let mut kept: Vec<Segment> = Vec::new();
    for segment in segments {
        if let [.., before, tie] = kept.as_mut_slice()
            && tie.winners.len() > 1
            && thresholds
                .iter()
                .any(|it| before.winners == [it.below] && segment.winners == [it.above])
        {
            before.tied_until_next = Some((tie.first, tie.last));
            kept.pop();
        }
        kept.push(segment);
    }
    kept
}

/// Whether two rows have the same winners in the same order.
fn same_course(one: &[Segment], other: &[Segment]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.winners == b.winners)
}

/// `everybody`: how many could be tied.
fn row_sentence(
    group: &[RowOfSegments],
    is_first: bool,
    everybody: usize,
    thresholds: &[Threshold],
) -> String {
    let connections: Vec<usize> = group.iter().map(|(connections, _)| *connections).collect();
    let (least, most) = (connections[0], connections[connections.len() - 1]);
    let mut text = if is_first && least < most {
        format!("Up to {} connections: ", grouped(most as u64))
    } else if least == most {
        format!("At {} connections: ", grouped(most as u64))
    } else {
        format!("From {} to {} connections: ", grouped(least as u64), grouped(most as u64))
    };
    let count = group[0].1.len();
    if count == 0 {
        text.push_str("nothing is decided.");
        return text;
    }
    for i in 0..count {
        let here: Vec<&Segment> = group.iter().map(|(_, row)| &row[i]).collect();
        if i > 0 {
            text.push_str("; ");
        }
        text.push_str(&who(&here, everybody));
        if i + 1 < count {
            let next: Vec<&Segment> = group.iter().map(|(_, row)| &row[i + 1]).collect();
            text.push_str(&until(&connections, &here, &next, thresholds));
        } else if count == 1 {
            let first = here.iter().map(|it| it.first).fold(f64::INFINITY, f64::min);
            let last = here.iter().map(|it| it.last).fold(0.0, f64::max);
            if first < last {
                let _ = write!(text, " from {first} to {last} % heavy requests");
            } else {
                let _ = write!(text, " at {first} % heavy requests");
            }
        } else {
            text.push_str(" above that");
        }
        text.push_str(&margin(&here));
    }
    text.push('.');
    text
}

fn who(here: &[&Segment], everybody: usize) -> String {
    let names: Vec<String> = here[0].winners.iter().map(Setup::to_string).collect();
    match names.as_slice() {
        [name] => name.clone(),
        names if names.len() == everybody => "a tie of all".into(),
        names => format!("a tie of {}", list(names)),
    }
}

/// Up to where: a threshold where one is known, else the two measured points around the change.
fn until(
    connections: &[usize],
    here: &[&Segment],
    next: &[&Segment],
    thresholds: &[Threshold],
) -> String {
    let known: Vec<&Threshold> = thresholds
        .iter()
        .filter(|it| it.along == Axis::HeavyPercent && connections.contains(&(it.fixed as usize)))
        .filter(|it| here[0].winners == [it.below] && next[0].winners == [it.above])
        .collect();
    let Some(low) = known.iter().map(|it| it.at).reduce(f64::min) else {
        let from = here.iter().map(|it| it.last).fold(f64::INFINITY, f64::min);
        let to = next.iter().map(|it| it.first).fold(0.0, f64::max);
        return format!(" up to somewhere between {from} and {to} % heavy requests");
    };
    let high = known.iter().map(|it| it.at).fold(low, f64::max);
    let mut text = if percent(low) == percent(high) {
        format!(" below {} % heavy requests", percent(low))
    } else {
        format!(" below {} to {} % heavy requests", percent(low), percent(high))
    };
    let bounds: Vec<_> = known.iter().filter_map(|it| it.interval).collect();
    if !bounds.is_empty() {
        let low = bounds.iter().map(|it| it.low).fold(f64::INFINITY, f64::min);
        let high = bounds.iter().map(|it| it.high).fold(0.0, f64::max);
        let _ = write!(text, " (95 %: {} to {})", percent(low), percent(high));
    }
    let times: Vec<f64> = known.iter().filter_map(|it| it.heavy_time_percent).collect();
    if let Some(low) = times.iter().copied().reduce(f64::min) {
        let high = times.iter().copied().fold(low, f64::max);
        let range = if percent(low) == percent(high) {
            percent(low)
        } else {
            format!("{} to {}", percent(low), percent(high))
        };
        let _ = write!(text, ", where these take about {range} % of the time in commands");
    }
    let ties: Vec<(f64, f64)> = here.iter().filter_map(|it| it.tied_until_next).collect();
    if !ties.is_empty() {
        let low = ties.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
        let high = ties.iter().map(|it| it.1).fold(0.0, f64::max);
        if low < high {
            let _ = write!(text, ", tied from {low} to {high} %");
        } else {
            let _ = write!(text, ", tied at {low} %");
        }
    }
    text
}

fn margin(here: &[&Segment]) -> String {
    let margins: Vec<(f64, f64)> = here.iter().filter_map(|it| it.margin).collect();
    if margins.len() < here.len() {
        return String::new();
    }
    let low = margins.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
    let high = margins.iter().map(|it| it.1).fold(0.0, f64::max);
    if low.round() == high.round() {
        format!(", ahead by {low:.0} %")
    } else {
        format!(", ahead by {low:.0} to {high:.0} %")
    }
}

/// Two digits that matter.
fn percent(value: f64) -> String {
    if value >= 10.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}
