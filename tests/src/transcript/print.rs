//! [`Transcript`] → text, in the one canonical form: clients' names padded to the longest.

use super::{Action, Expected, Item, Scope, Step, Transcript};
use crate::render::Order;
use std::fmt::{self, Write};

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.steps().flat_map(names).map(str::len).max().unwrap_or(0);
        for item in &self.items {
            match item {
                Item::Blank => writeln!(f)?,
                Item::Comment(text) if text.is_empty() => writeln!(f, "#")?,
                Item::Comment(text) => writeln!(f, "# {text}")?,
                Item::Header(text) => writeln!(f, "! {text}")?,
                Item::Step(step) => print_step(step, width, f)?,
            }
        }
        Ok(())
    }
}

fn names(step: &Step) -> impl Iterator<Item = &str> {
    step.action
        .client()
        .into_iter()
        .chain(step.expected.iter().map(|expected| expected.client.as_str()))
}

fn print_step(step: &Step, width: usize, f: &mut impl Write) -> fmt::Result {
    let Scope { only, not } = &step.scope;
    for (word, labels) in [("only", only), ("not", not)] {
        if !labels.is_empty() {
            writeln!(f, "% {word} {}", labels.join(" "))?;
        }
    }
    match step.order {
        Order::AsSent => {}
        Order::Sorted => writeln!(f, "% sorted")?,
        Order::SortedPairs => writeln!(f, "% sorted pairs")?,
    }
    if let Some(name) = &step.capture {
        writeln!(f, "% let {name}")?;
    }
    match &step.action {
        Action::Commands { client, lines } => print_marked(client, ">", lines, width, f)?,
        Action::Raw { client, lines } => print_marked(client, ">>", lines, width, f)?,
        Action::Open(client) => writeln!(f, "@{client:width$} opens")?,
        Action::Close(client) => writeln!(f, "@{client:width$} closes")?,
        Action::HalfClose(client) => writeln!(f, "@{client:width$} half-closes")?,
        Action::Wait(ms) if ms % 1000 == 0 => writeln!(f, "+ {}s", ms / 1000)?,
        Action::Wait(ms) => writeln!(f, "+ {ms}ms")?,
    }
    step.expected.iter().try_for_each(|expected| print_expected(expected, width, f))
}

fn print_expected(expected: &Expected, width: usize, f: &mut impl Write) -> fmt::Result {
    if expected.inline {
        for line in &expected.lines {
            let escape = if needs_escape(line) { "\\" } else { "" };
            writeln!(f, "{escape}{line}")?;
        }
    } else {
        let verb = if expected.raw { "<<" } else { "<" };
        print_marked(&expected.client, verb, &expected.lines, width, f)?;
    }
    for (label, lines) in &expected.variants {
        for line in lines {
            writeln!(f, "[{label}] {line}")?;
        }
    }
    Ok(())
}

fn print_marked(
    client: &str,
    verb: &str,
    lines: &[String],
    width: usize,
    f: &mut impl Write,
) -> fmt::Result {
    for (i, line) in lines.iter().enumerate() {
        let line = format!("{verb} {line}");
        let line = line.trim_end();
        if i == 0 {
            writeln!(f, "@{client:width$} {line}")?;
        } else {
            writeln!(f, " {:width$} {line}", "")?;
        }
    }
    Ok(())
}

/// Whether an unmarked reply line would be read as something else.
fn needs_escape(line: &str) -> bool {
    line.is_empty()
        || line.starts_with(['@', '#', '!', '%', '+', '[', '\\'])
        || line.starts_with(' ') && line.trim_start().starts_with(['<', '>'])
}
