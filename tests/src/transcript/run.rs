//! Replays a transcript on a driver, and says where what came differs from what should have.
//!
//! One step at a time: act, let the driver become quiet, read what every client received, compare client by client.
//! A reply that nobody expected is a difference too. Where time is real, a difference is looked at again until the
//! driver's patience ends, so that nothing depends on a guess about how long a server takes.

use super::{Action, Bindings, CLOSED, Mismatch, Step, Transcript, compare, expand::expand};
use crate::{
    driver::Driver,
    render::{Order, render},
    resp::{self, Value},
    words,
};
use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

/// What one client received in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// As redis-cli prints it; `(closed)` last when the connection ended.
    pub lines: Vec<String>,
    /// The replies themselves.
    pub values: Vec<Value>,
    /// The bytes themselves.
    pub bytes: Vec<u8>,
}

/// What a whole run gave.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// For every step (by position among the steps): what each client received. `None`: not for this driver.
    pub steps: Vec<Option<BTreeMap<String, Outcome>>>,
    /// Where that was not what the transcript says.
    pub failures: Vec<Failure>,
}

/// A difference, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// File and line.
    pub place: String,
    /// The action, as written.
    pub action: String,
    /// Who received something else.
    pub client: String,
    /// What should have come, marked where the difference is.
    pub expected: Vec<String>,
    /// What came.
    pub actual: Vec<String>,
    /// The first difference.
    pub mismatch: Mismatch,
}

/// Lines of a long reply shown around a difference.
const SHOWN: usize = 12;

/// Replays `transcript` on a fresh driver.
///
/// # Errors
/// When the driver itself fails, or a command line cannot be split: the run could not be made at all.
pub fn run(transcript: &Transcript, driver: &mut dyn Driver) -> Result<Report, String> {
    let mut conversation =
        Conversation { driver, bindings: Bindings::new(), clients: BTreeMap::new() };
    conversation.configure(&transcript.config)?;
    let mut report = Report::default();
    let steps: Vec<&Step> = transcript.steps().collect();
    for step in steps {
        if !step.scope.admits(&conversation.driver.labels()) {
            report.steps.push(None);
            continue;
        }
        let place = format!("{}:{}", transcript.path, step.line);
        let (outcomes, failures) = conversation
            .step(step, &transcript.path)
            .map_err(|error| format!("{place}: {error}"))?;
        report.failures.extend(failures);
        report.steps.push(Some(outcomes));
    }
    Ok(report)
}

struct Conversation<'a> {
    driver: &'a mut dyn Driver,
    bindings: Bindings,
    clients: BTreeMap<String, Client>,
}

#[derive(Default)]
struct Client {
    open: bool,
    /// Received since the step began.
    received: Vec<u8>,
    closed_now: bool,
}

impl Conversation<'_> {
    fn configure(&mut self, settings: &[(String, String)]) -> Result<(), String> {
        if settings.is_empty() {
            return Ok(());
        }
        let name = "config";
        self.open(name)?;
        for (parameter, value) in settings {
            let value = words::split(value)?.first().cloned().unwrap_or_default();
            let command =
                resp::encode_command(&[&b"CONFIG"[..], b"SET", parameter.as_bytes(), &value]);
            self.driver.send(name, &command)?;
            self.driver.settle()?;
            let patience = Patience::begin(self.driver.patience());
            loop {
                self.collect()?;
                let received = &self.clients[name].received;
                if received == b"+OK\r\n" {
                    break;
                }
                if !received.is_empty() || patience.is_over() {
                    let reply = String::from_utf8_lossy(received).into_owned();
                    return Err(format!("`! config: {parameter}` was answered {reply:?}"));
                }
            }
            self.client(name).received.clear();
        }
        self.driver.close(name)?;
        self.driver.settle()?;
        self.clients.remove(name);
        Ok(())
    }

    fn step(
        &mut self,
        step: &Step,
        path: &str,
    ) -> Result<(BTreeMap<String, Outcome>, Vec<Failure>), String> {
        self.act(&step.action)?;
        self.driver.settle()?;
        let patience = Patience::begin(self.driver.patience());
        loop {
            self.collect()?;
            let outcomes = self.outcomes(step.order);
            let failures = self.compare(step, path, &outcomes);
            if failures.is_empty() || patience.is_over() {
                if let (Some(name), Some(client)) = (&step.capture, step.action.client())
                    && let Some(text) =
                        outcomes.get(client).and_then(|it| it.values.iter().find_map(first_scalar))
                {
                    self.bindings.insert(name.clone(), text);
                }
                for client in self.clients.values_mut() {
                    client.received.clear();
                    client.closed_now = false;
                }
                return Ok((outcomes, failures));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn act(&mut self, action: &Action) -> Result<(), String> {
        match action {
            Action::Commands { client, lines } => {
                let mut bytes = Vec::new();
                for line in lines {
                    bytes.extend(resp::encode_command(&words::split(&expand(
                        line,
                        &self.bindings,
                    ))?));
                }
                self.open(client)?;
                self.driver.send(client, &bytes)
            }
            Action::Raw { client, lines } => {
                let mut bytes = Vec::new();
                for line in lines {
                    bytes.extend(words::split(&expand(line, &self.bindings))?.concat());
                }
                self.open(client)?;
                self.driver.send(client, &bytes)
            }
            Action::Open(client) => self.open(client),
            Action::Close(client) => {
                self.client(client).open = false;
                self.driver.close(client)
            }
            Action::HalfClose(client) => self.driver.half_close(client),
            Action::Wait(ms) => self.driver.wait(Duration::from_millis(*ms)),
        }
    }

    fn open(&mut self, name: &str) -> Result<(), String> {
        if self.client(name).open {
            return Ok(());
        }
        self.client(name).open = true;
        self.driver.connect(name)?;
        self.driver.settle()
    }

    fn client(&mut self, name: &str) -> &mut Client {
        self.clients.entry(name.to_owned()).or_default()
    }

    fn collect(&mut self) -> Result<(), String> {
        for (name, client) in &mut self.clients {
            if client.open && !self.driver.receive(name, &mut client.received)? {
                client.open = false;
                client.closed_now = true;
            }
        }
        Ok(())
    }

    fn outcomes(&self, order: Order) -> BTreeMap<String, Outcome> {
        let received = |client: &Client| !client.received.is_empty() || client.closed_now;
        self.clients
            .iter()
            .filter(|(_, client)| received(client))
            .map(|(name, client)| {
                let mut rest = client.received.clone();
                let mut lines = Vec::new();
                let (values, trouble) = drain(&mut rest);
                lines.extend(values.iter().flat_map(|value| render(value, order)));
                if !rest.is_empty() {
                    lines.push(format!("({trouble}) {}", words::escape(&rest)));
                }
                if client.closed_now {
                    lines.push(CLOSED.to_owned());
                }
                (name.clone(), Outcome { lines, values, bytes: client.received.clone() })
            })
            .collect()
    }

    fn compare(
        &self,
        step: &Step,
        path: &str,
        outcomes: &BTreeMap<String, Outcome>,
    ) -> Vec<Failure> {
        let labels = self.driver.labels();
        let mut clients: Vec<&str> =
            step.expected.iter().map(|expected| expected.client.as_str()).collect();
        clients.extend(outcomes.keys().map(String::as_str));
        clients.sort_unstable();
        clients.dedup();
        let nothing = Outcome::default();
        let mut failures = Vec::new();
        for client in clients {
            let outcome = outcomes.get(client).unwrap_or(&nothing);
            let mine = || step.expected.iter().filter(|expected| expected.client == client);
            let raw = mine().any(|expected| expected.raw);
            let expected: Vec<String> =
                mine().flat_map(|it| it.lines_for(&labels)).cloned().collect();
            let found = if raw { self.compare_raw(&expected, outcome) } else { None };
            let found = match found {
                Some(found) => found,
                None => compare(&expected, &outcome.lines, &self.bindings),
            };
            if let Err(mismatch) = found {
                failures.push(Failure {
                    place: format!("{path}:{}", step.line),
                    action: describe(&step.action),
                    client: client.to_owned(),
                    expected,
                    actual: if raw { raw_lines(outcome) } else { outcome.lines.clone() },
                    mismatch,
                });
            }
        }
        failures
    }

    /// Quoted bytes, then perhaps `(closed)`. `None` when the lines are not quoted bytes at all.
    fn compare_raw(&self, expected: &[String], outcome: &Outcome) -> Option<Result<(), Mismatch>> {
        let closes = expected.last().is_some_and(|line| line == CLOSED);
        let quoted = &expected[..expected.len() - usize::from(closes)];
        let mut bytes = Vec::new();
        for line in quoted {
            bytes.extend(words::split(&expand(line, &self.bindings)).ok()?.concat());
        }
        let closed = outcome.lines.last().is_some_and(|line| line == CLOSED);
        let same = bytes == outcome.bytes && closes == closed;
        Some(if same { Ok(()) } else { Err(Mismatch { expected: 0, actual: 0 }) })
    }
}

/// The bytes of an outcome as a raw expectation would have them.
pub(super) fn raw_lines(outcome: &Outcome) -> Vec<String> {
    let mut lines = vec![words::escape(&outcome.bytes)];
    if outcome.lines.last().is_some_and(|line| line == CLOSED) {
        lines.push(CLOSED.to_owned());
    }
    lines
}

fn drain(bytes: &mut Vec<u8>) -> (Vec<Value>, String) {
    let mut values = Vec::new();
    loop {
        match resp::decode(bytes) {
            Ok(Some((value, used))) => {
                values.push(value);
                bytes.drain(..used);
            }
            Ok(None) => return (values, "incomplete".to_owned()),
            Err(malformed) => return (values, malformed.what),
        }
    }
}

fn first_scalar(value: &Value) -> Option<String> {
    match value {
        Value::Simple(text) | Value::Bulk(text) | Value::Double(text) | Value::BigNumber(text) => {
            Some(String::from_utf8_lossy(text).into_owned())
        }
        Value::Verbatim(_, text) => Some(String::from_utf8_lossy(text).into_owned()),
        Value::Integer(n) => Some(n.to_string()),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            items.iter().find_map(first_scalar)
        }
        Value::Map(pairs) => pairs.iter().find_map(|(_, value)| first_scalar(value)),
        Value::Attributed(_, value) => first_scalar(value),
        Value::Error(_) | Value::NullBulk | Value::NullArray | Value::Null | Value::Bool(_) => None,
    }
}

fn describe(action: &Action) -> String {
    match action {
        Action::Commands { client, lines } => format!("@{client} > {}", lines.join(" ; ")),
        Action::Raw { client, lines } => format!("@{client} >> {}", lines.join(" ")),
        Action::Open(client) => format!("@{client} opens"),
        Action::Close(client) => format!("@{client} closes"),
        Action::HalfClose(client) => format!("@{client} half-closes"),
        Action::Wait(ms) => format!("+ {ms}ms"),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.place, shorten(&self.action))?;
        let side =
            |f: &mut fmt::Formatter<'_>, name: &str, mark: char, lines: &[String], at: usize| {
                writeln!(f, "  {name} by {}:", self.client)?;
                if lines.is_empty() {
                    writeln!(f, "  {mark} (nothing)")?;
                }
                let from = at.saturating_sub(SHOWN / 2);
                if from > 0 {
                    writeln!(f, "    … {from} lines as expected")?;
                }
                for (i, line) in lines.iter().enumerate().skip(from).take(SHOWN) {
                    writeln!(f, "  {} {}", if i == at { mark } else { ' ' }, shorten(line))?;
                }
                if at >= lines.len() && !lines.is_empty() {
                    writeln!(f, "  {mark} (nothing more)")?;
                }
                Ok(())
            };
        side(f, "expected", '-', &self.expected, self.mismatch.expected)?;
        side(f, "received", '+', &self.actual, self.mismatch.actual)
    }
}

fn shorten(line: &str) -> String {
    const WIDTH: usize = 200;
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let head: String = line.chars().take(WIDTH).collect();
    format!("{head}… ({} bytes)", line.len())
}

/// How much longer a reply may take. Where none may take any time, no clock is asked: there may be none.
struct Patience(Option<Instant>);

impl Patience {
    fn begin(time: Duration) -> Self {
        Self((time > Duration::ZERO).then(|| Instant::now() + time))
    }

    fn is_over(&self) -> bool {
        self.0.is_none_or(|deadline| Instant::now() >= deadline)
    }
}
