//! Text → [`Transcript`], line by line; the first column says what a line is.
//!
//! The parser refuses what it does not understand, with the line number: a typing slip must not become a reply
//! that is expected. Replies are not parsed: they are compared as lines.

use super::{Action, Expected, Item, Scope, Step, Transcript};
use crate::render::Order;
use std::fmt;

/// A line that is not in the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

impl std::error::Error for SyntaxError {}

/// Labels by which a reply can be limited to an engine.
pub(super) const ENGINES: [&str; 3] = ["redloop", "valkey9", "redis7"];

/// Reads a transcript; `path` is for messages.
///
/// # Errors
/// With the first line that is not in the grammar.
pub fn parse(path: &str, text: &str) -> Result<Transcript, SyntaxError> {
    let mut parser = Parser {
        transcript: Transcript {
            path: path.to_owned(),
            title: String::new(),
            scope: Scope::default(),
            config: Vec::new(),
            items: Vec::new(),
        },
        pending: Pending::default(),
        place: Place::Outside,
    };
    for (i, line) in text.lines().enumerate() {
        parser.line(i + 1, line).map_err(|what| SyntaxError {
            path: path.to_owned(),
            line: i + 1,
            what,
        })?;
    }
    let end = |what: &str| SyntaxError {
        path: path.to_owned(),
        line: text.lines().count(),
        what: what.to_owned(),
    };
    if parser.pending != Pending::default() {
        return Err(end("`%` with no step after it"));
    }
    if parser.transcript.title.is_empty() {
        return Err(end("no title: the first comment says what the transcript shows"));
    }
    Ok(parser.transcript)
}

struct Parser {
    transcript: Transcript,
    /// What `%` lines said about the step to come.
    pending: Pending,
    place: Place,
}

#[derive(Default, PartialEq, Eq)]
struct Pending {
    scope: Scope,
    order: Order,
    capture: Option<String>,
}

/// What an indented or unmarked line continues.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// In a step's action, before any reply.
    Action,
    /// In the last expectation of the last step.
    Reply,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if line.chars().any(char::is_control) {
            return Err("a control character: write it as \\xHH in a quoted word".into());
        }
        if line.is_empty() {
            return self.item(Item::Blank);
        }
        if line == "#" || line.starts_with("# ") {
            let text = line[1..].trim_start().to_owned();
            if self.transcript.title.is_empty() {
                self.transcript.title.clone_from(&text);
            }
            return self.item(Item::Comment(text));
        }
        if let Some(header) = line.strip_prefix("! ") {
            self.header(header)?;
            return self.item(Item::Header(header.to_owned()));
        }
        if let Some(about) = line.strip_prefix("% ") {
            self.place = Place::Outside;
            return self.about(about);
        }
        if let Some(wait) = line.strip_prefix("+ ") {
            return self.step(number, Action::Wait(duration_ms(wait)?));
        }
        if let Some(rest) = line.strip_prefix('@') {
            return self.at(number, rest);
        }
        if let Some((label, text)) = variant(line) {
            return self.variant(label, text);
        }
        if line.starts_with(' ') && self.continuation(line.trim_start())? {
            return Ok(());
        }
        self.reply(number, line)
    }

    fn item(&mut self, item: Item) -> Result<(), String> {
        self.place = Place::Outside;
        self.transcript.items.push(item);
        Ok(())
    }

    fn header(&mut self, header: &str) -> Result<(), String> {
        if self.transcript.steps().next().is_some() {
            return Err("a header must come before the first step".into());
        }
        match header.split_once(": ") {
            Some(("config", setting)) => {
                let (name, value) = setting.split_once(' ').unwrap_or((setting, ""));
                self.transcript.config.push((name.to_owned(), value.trim().to_owned()));
            }
            Some(("only", labels)) => self.transcript.scope.only = words(labels),
            Some(("not", labels)) => self.transcript.scope.not = words(labels),
            _ => return Err(
                "unknown header: use `! config: NAME VALUE`, `! only: LABELS` or `! not: LABELS`"
                    .into(),
            ),
        }
        Ok(())
    }

    fn about(&mut self, about: &str) -> Result<(), String> {
        match about.split_once(' ').unwrap_or((about, "")) {
            ("sorted", "") => self.pending.order = Order::Sorted,
            ("sorted", "pairs") => self.pending.order = Order::SortedPairs,
            ("let", name) if is_name(name) => self.pending.capture = Some(name.to_owned()),
            ("only", labels) if !labels.is_empty() => self.pending.scope.only = words(labels),
            ("not", labels) if !labels.is_empty() => self.pending.scope.not = words(labels),
            _ => return Err("unknown `%`: use `% sorted`, `% sorted pairs`, `% let NAME`, `% only LABELS` or `% not LABELS`".into()),
        }
        Ok(())
    }

    fn at(&mut self, number: usize, rest: &str) -> Result<(), String> {
        let (client, rest) = rest
            .split_once(' ')
            .ok_or("`@name` must be followed by `>`, `<`, `opens` or `closes`")?;
        if !is_name(client) {
            return Err(format!("{client:?} is no client's name: use letters, digits, `_`"));
        }
        let rest = rest.trim_start();
        let (verb, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let client = client.to_owned();
        match verb {
            ">" => self.step(number, Action::Commands { client, lines: vec![text.to_owned()] }),
            ">>" => self.step(number, Action::Raw { client, lines: vec![text.to_owned()] }),
            "<" | "<<" => self.expect(number, client, verb == "<<", text),
            "opens" => self.step(number, Action::Open(client)),
            "closes" => self.step(number, Action::Close(client)),
            "half-closes" => self.step(number, Action::HalfClose(client)),
            _ => Err(format!(
                "unknown verb {verb:?} after the client: `>`, `>>`, `<`, `<<`, `opens`, `closes`, `half-closes`"
            )),
        }
    }

    fn step(&mut self, line: usize, action: Action) -> Result<(), String> {
        let Pending { scope, order, capture } = std::mem::take(&mut self.pending);
        let step = Step { line, scope, order, capture, action, expected: Vec::new() };
        self.transcript.items.push(Item::Step(step));
        self.place = Place::Action;
        Ok(())
    }

    fn expect(&mut self, line: usize, client: String, raw: bool, text: &str) -> Result<(), String> {
        // A comment or a blank line may stand between a step and what comes of it later.
        let step = self.last_step().ok_or("nothing was done yet that could be answered")?;
        let lines = vec![text.to_owned()];
        step.expected.push(Expected {
            line,
            client,
            inline: false,
            raw,
            lines,
            variants: Vec::new(),
        });
        self.place = Place::Reply;
        Ok(())
    }

    /// An indented `>`, `>>`, `<` or `<<`; false if the line is none.
    fn continuation(&mut self, line: &str) -> Result<bool, String> {
        let (verb, text) = line.split_once(' ').unwrap_or((line, ""));
        let place = self.place;
        if !matches!(verb, ">" | ">>" | "<" | "<<") {
            return Ok(false);
        }
        let step = self.last_step().ok_or("a continuation of nothing")?;
        match (verb, place, &mut step.action) {
            (">", Place::Action, Action::Commands { lines, .. }) => lines.push(text.to_owned()),
            (">>", Place::Action, Action::Raw { lines, .. }) => lines.push(text.to_owned()),
            ("<" | "<<", Place::Reply, _) => {
                let expected = step.expected.last_mut().ok_or("a continuation of nothing")?;
                if expected.inline || expected.raw != (verb == "<<") {
                    return Err("a continuation of another kind of reply".into());
                }
                let lines = match expected.variants.last_mut() {
                    Some((_, lines)) => lines,
                    None => &mut expected.lines,
                };
                lines.push(text.to_owned());
            }
            _ => return Err(format!("`{verb}` continues nothing here")),
        }
        Ok(true)
    }

    fn reply(&mut self, number: usize, line: &str) -> Result<(), String> {
        let place = self.place;
        let line = line.strip_prefix('\\').unwrap_or(line);
        let step = self.last_step().ok_or("a reply before anything was sent")?;
        match place {
            Place::Reply => {
                let expected = step.expected.last_mut().ok_or("a reply to nothing")?;
                if !expected.inline || !expected.variants.is_empty() {
                    return Err(
                        "an unmarked line after a marked reply: continue it with an indented `<`"
                            .into(),
                    );
                }
                expected.lines.push(line.to_owned());
            }
            Place::Action => {
                let client = step
                    .action
                    .client()
                    .ok_or("nobody sent anything: write `@name < …`")?
                    .to_owned();
                let lines = vec![line.to_owned()];
                let expected = Expected {
                    line: number,
                    client,
                    inline: true,
                    raw: false,
                    lines,
                    variants: Vec::new(),
                };
                step.expected.push(expected);
                self.place = Place::Reply;
            }
            Place::Outside => return Err("a reply that belongs to no step".into()),
        }
        Ok(())
    }

    fn variant(&mut self, label: &str, text: &str) -> Result<(), String> {
        let place = self.place;
        let step = self.last_step().ok_or("a reply before anything was sent")?;
        let expected = match (place, step.expected.last_mut()) {
            (Place::Reply, Some(expected)) => expected,
            _ => return Err("`[engine]` must follow what the other engines reply".into()),
        };
        match expected.variants.last_mut() {
            Some((last, lines)) if last == label => lines.push(text.to_owned()),
            _ => expected.variants.push((label.to_owned(), vec![text.to_owned()])),
        }
        Ok(())
    }

    fn last_step(&mut self) -> Option<&mut Step> {
        self.transcript.items.iter_mut().rev().find_map(|item| match item {
            Item::Step(step) => Some(step),
            _ => None,
        })
    }
}

fn variant(line: &str) -> Option<(&str, &str)> {
    let (label, text) = line.strip_prefix('[')?.split_once(']')?;
    ENGINES.contains(&label).then(|| (label, text.strip_prefix(' ').unwrap_or(text)))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn duration_ms(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let (number, factor) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 1000),
        (None, None) => return Err("a wait is `+ 1500ms` or `+ 2s`".into()),
    };
    number
        .trim()
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .ok_or_else(|| format!("{text:?} is no duration: `+ 1500ms` or `+ 2s`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_survives_parsing_and_printing() {
        let text = "# Title\n# more\n! config: maxmemory 1mb\n! not: redis7\n\n% let id\n@alice > CLIENT ID\n~ (integer) 1..\n\
            @bob   > GET a\n       > GET b\n(nil)\n(nil)\n[redis7] \"x\"\n@alice >> \"*1\\r\\n\"\n@alice << \"-E\\r\\n\"\n\
            @bob   closes\n@carol opens\n+ 1500ms\n@alice < 1) \"a\"\n       < 2) \"b\"\n[redis7] (nothing)\n% sorted pairs\n\
            @bob   > HGETALL h\n 1) \"a\"\n\\@odd\n@bob   < (closed)\n";
        let transcript = parse("t", text).unwrap();
        assert_eq!(transcript.title, "Title");
        assert_eq!(transcript.to_string(), text);
        assert_eq!(parse("t", &transcript.to_string()).unwrap(), transcript);
    }

    #[test]
    fn slips_are_refused_with_their_line() {
        for (text, line) in [
            ("@a > GET k\n", 1),
            ("# t\nOK\n", 2),
            ("# t\n@a ? GET\n", 2),
            ("# t\n! colour: red\n", 2),
            ("# t\n% unordered\n@a > X\n", 2),
            ("# t\n@a > X\n! only: core\n", 3),
            ("# t\n+ 5\n", 2),
            ("# t\n+ 5ms\nOK\n", 3),
            ("# t\n@a > X\n[redis7] OK\n", 3),
            ("# t\n@a > X\n@a < 1) a\n2) b\n", 4),
            ("# t\n@a > X\n\nOK\n", 4),
            ("# t\n% let x\n", 2),
            ("# t\r\r\n", 1),
        ] {
            assert_eq!(parse("t", text).unwrap_err().line, line, "{text:?}");
        }
    }
}
