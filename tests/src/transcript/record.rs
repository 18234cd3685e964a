//! Puts what the real servers said into a transcript.
//!
//! Valkey's replies become what every engine is to say; where Redis 7.0 says something else, a `[redis7]` variant
//! holds it. Lines that already match, patterns included, are left alone, and so is every `[redloop]` variant.

use super::{
    Expected, Item, Outcome, Report, Step, Transcript, compare, expand::Bindings, run::raw_lines,
};
use std::collections::BTreeMap;

/// Rewrites the expectations that the reports contradict.
pub fn record(transcript: &mut Transcript, valkey: &Report, redis: Option<&Report>) {
    let steps = transcript.items.iter_mut().filter_map(|item| match item {
        Item::Step(step) => Some(step),
        _ => None,
    });
    for (i, step) in steps.enumerate() {
        if let Some(Some(outcomes)) = valkey.steps.get(i) {
            let failed = failed(valkey, &transcript.path, step.line);
            set_main(step, outcomes, &failed);
        }
        if let Some(Some(outcomes)) = redis.and_then(|report| report.steps.get(i)) {
            set_variant(step, "redis7", outcomes);
        }
    }
}

fn failed(report: &Report, path: &str, line: usize) -> Vec<String> {
    let place = format!("{path}:{line}");
    report
        .failures
        .iter()
        .filter(|failure| failure.place == place)
        .map(|failure| failure.client.clone())
        .collect()
}

fn set_main(step: &mut Step, outcomes: &BTreeMap<String, Outcome>, failed: &[String]) {
    for client in failed {
        let raw = step.expected.iter().any(|expected| expected.client == *client && expected.raw);
        let lines = match outcomes.get(client) {
            Some(outcome) if raw => raw_lines(outcome),
            Some(outcome) => outcome.lines.clone(),
            None => Vec::new(),
        };
        let position = step.expected.iter().position(|expected| expected.client == *client);
        let variants = position.map(|at| step.expected[at].variants.clone()).unwrap_or_default();
        step.expected.retain(|expected| expected.client != *client);
        if lines.is_empty() {
            continue;
        }
        let inline = step.action.client() == Some(client) && !raw && lines[0] != super::CLOSED;
        let expected =
            Expected { line: step.line, client: client.clone(), inline, raw, lines, variants };
        let at = if inline {
            0
        } else {
            position.unwrap_or(step.expected.len()).min(step.expected.len())
        };
        step.expected.insert(at, expected);
    }
}

fn set_variant(step: &mut Step, label: &str, outcomes: &BTreeMap<String, Outcome>) {
    let mut clients: Vec<String> =
        step.expected.iter().map(|expected| expected.client.clone()).collect();
    clients.extend(outcomes.keys().cloned());
    clients.sort_unstable();
    clients.dedup();
    for client in clients {
        let outcome = outcomes.get(&client).cloned().unwrap_or_default();
        let mine: Vec<&Expected> =
            step.expected.iter().filter(|expected| expected.client == client).collect();
        let raw = mine.iter().any(|expected| expected.raw);
        let actual = if raw { raw_lines(&outcome) } else { outcome.lines.clone() };
        let with = |labels: &[&str]| {
            mine.iter().flat_map(|it| it.lines_for(labels)).cloned().collect::<Vec<_>>()
        };
        let agrees =
            |lines: &[String]| lines == actual || compare(lines, &actual, &Bindings::new()).is_ok();
        let (main, variant) = (with(&[]), with(&[label]));
        if agrees(&main) {
            for expected in step.expected.iter_mut().filter(|expected| expected.client == client) {
                expected.variants.retain(|(name, _)| name != label);
            }
        } else if !agrees(&variant) {
            let lines = if actual.is_empty() { vec![super::NOTHING.to_owned()] } else { actual };
            put_variant(step, &client, label, lines);
        }
    }
}

/// The first expectation of the client carries the whole variant, the others say nothing.
fn put_variant(step: &mut Step, client: &str, label: &str, lines: Vec<String>) {
    let mut lines = Some(lines);
    for expected in step.expected.iter_mut().filter(|expected| expected.client == client) {
        expected.variants.retain(|(name, _)| name != label);
        let lines = lines.take().unwrap_or_else(|| vec![super::NOTHING.to_owned()]);
        expected.variants.push((label.to_owned(), lines));
    }
    if let Some(lines) = lines {
        let inline = step.action.client() == Some(client);
        step.expected.push(Expected {
            line: step.line,
            client: client.to_owned(),
            inline,
            raw: false,
            lines: vec![super::NOTHING.to_owned()],
            variants: vec![(label.to_owned(), lines)],
        });
    }
}
