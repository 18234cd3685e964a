//! Transcripts as JSON, for the drivers written in TypeScript (wasm in Node and in the browser) and for lessons.
//!
//! One object a transcript: `{path, title, only, not, config: [[name, value]], steps: [{line, only, not, order,
//! capture, do, client, lines, ms, expected: [{client, raw, lines, variants: [[label, lines]]}]}]}`. `do` is
//! `commands | raw | opens | closes | half-closes | wait`; `order` is `sent | sorted | sorted pairs`. Texts are as
//! written: `${…}` is filled in by whoever runs it.

use super::{Action, Expected, Scope, Step, Transcript};
use crate::render::Order;
use std::fmt::Write;

/// All transcripts as one JSON array, a transcript a line.
pub fn to_json(transcripts: &[Transcript]) -> String {
    let lines: Vec<String> = transcripts.iter().map(transcript).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn transcript(it: &Transcript) -> String {
    let config =
        list(it.config.iter().map(|(name, value)| format!("[{},{}]", string(name), string(value))));
    let steps = list(it.steps().map(step));
    format!(
        "{{\"path\":{},\"title\":{},{},\"config\":{config},\"steps\":{steps}}}",
        string(&it.path),
        string(&it.title),
        scope(&it.scope)
    )
}

fn step(it: &Step) -> String {
    let order = match it.order {
        Order::AsSent => "sent",
        Order::Sorted => "sorted",
        Order::SortedPairs => "sorted pairs",
    };
    let (verb, lines, ms) = match &it.action {
        Action::Commands { lines, .. } => ("commands", lines.as_slice(), 0),
        Action::Raw { lines, .. } => ("raw", lines.as_slice(), 0),
        Action::Open(_) => ("opens", &[][..], 0),
        Action::Close(_) => ("closes", &[][..], 0),
        Action::HalfClose(_) => ("half-closes", &[][..], 0),
        Action::Wait(ms) => ("wait", &[][..], *ms),
    };
    format!(
        "{{\"line\":{},{},\"order\":\"{order}\",\"capture\":{},\"do\":\"{verb}\",\"client\":{},\"lines\":{},\"ms\":{ms},\"expected\":{}}}",
        it.line,
        scope(&it.scope),
        it.capture.as_deref().map_or("null".to_owned(), string),
        it.action.client().map_or("null".to_owned(), string),
        strings(lines),
        list(it.expected.iter().map(expected))
    )
}

fn expected(it: &Expected) -> String {
    let variants =
        it.variants.iter().map(|(label, lines)| format!("[{},{}]", string(label), strings(lines)));
    format!(
        "{{\"client\":{},\"raw\":{},\"lines\":{},\"variants\":{}}}",
        string(&it.client),
        it.raw,
        strings(&it.lines),
        list(variants)
    )
}

fn scope(it: &Scope) -> String {
    format!("\"only\":{},\"not\":{}", strings(&it.only), strings(&it.not))
}

fn strings(items: &[String]) -> String {
    list(items.iter().map(|item| string(item)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
