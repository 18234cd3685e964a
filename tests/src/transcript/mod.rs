//! The transcript format: what a person types and sees, as a test.
//!
//! `parse` reads a file into the model below, `print` writes the model back (so a file can be re-recorded without
//! losing its comments), `expand` fills `${…}`, `matching` compares lines with their patterns, `run` replays a
//! transcript on a driver, `record` puts what servers said into the model. Grammar: `tests/transcripts/README.md`.

mod expand;
mod json;
mod matching;
mod parse;
mod print;
mod record;
mod run;

pub use expand::Bindings;
pub use json::to_json;
pub use matching::{Mismatch, compare};
pub use parse::{SyntaxError, parse};
pub use record::record;
pub use run::{Failure, Outcome, Report, run};

use crate::render::Order;

/// A parsed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Where it came from, for messages.
    pub path: String,
    /// The first comment.
    pub title: String,
    /// Which drivers it is for.
    pub scope: Scope,
    /// `CONFIG SET` name and value, made before the conversation.
    pub config: Vec<(String, String)>,
    /// Everything in the file, in order.
    pub items: Vec<Item>,
}

/// A limit to some drivers, by label: an engine (`redloop`, `valkey9`, `redis7`) or a host (`core`, `tcp`, …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// If not empty: only drivers with one of these labels.
    pub only: Vec<String>,
    /// Never drivers with one of these.
    pub not: Vec<String>,
}

/// One piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An empty line.
    Blank,
    /// `# …`, without the `# `.
    Comment(String),
    /// `! name: value`, as written.
    Header(String),
    /// Something done, and what comes of it.
    Step(Step),
}

/// Something done, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Line of the action, from 1.
    pub line: usize,
    /// Who takes this step at all.
    pub scope: Scope,
    /// How replies are ordered before they are compared.
    pub order: Order,
    /// The name that the first scalar of the sender's reply is bound to.
    pub capture: Option<String>,
    /// What is done.
    pub action: Action,
    /// What arrives before the next step, in order for each client.
    pub expected: Vec<Expected>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Commands sent in one write, each as an array of bulk strings.
    Commands {
        /// Who sends.
        client: String,
        /// Command lines, as typed.
        lines: Vec<String>,
    },
    /// Bytes sent in one write: quoted strings, concatenated.
    Raw {
        /// Who sends.
        client: String,
        /// The quoted strings, as typed.
        lines: Vec<String>,
    },
    /// The client connects, and says nothing.
    Open(String),
    /// The client hangs up.
    Close(String),
    /// The client stops sending, and goes on reading.
    HalfClose(String),
    /// Time passes: milliseconds.
    Wait(u64),
}

/// Lines a client receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Line where it begins, from 1.
    pub line: usize,
    /// Who receives.
    pub client: String,
    /// Whether the lines stand alone under the sender's command.
    pub inline: bool,
    /// Whether they are bytes in quotes (`<<`) rather than rendered replies.
    pub raw: bool,
    /// What every engine says unless `variants` has it.
    pub lines: Vec<String>,
    /// What one engine says instead: label and lines.
    pub variants: Vec<(String, Vec<String>)>,
}

/// What a line of a variant says when that engine sends nothing.
pub const NOTHING: &str = "(nothing)";
/// What stands for the end of the connection.
pub const CLOSED: &str = "(closed)";

impl Scope {
    /// Whether a driver with these labels takes part.
    pub fn admits(&self, labels: &[&str]) -> bool {
        let named = |names: &[String]| names.iter().any(|name| labels.contains(&name.as_str()));
        (self.only.is_empty() || named(&self.only)) && !named(&self.not)
    }

    /// Whether it limits nothing.
    pub fn is_open(&self) -> bool {
        self.only.is_empty() && self.not.is_empty()
    }
}

impl Action {
    /// Who acts; nobody when time passes.
    pub fn client(&self) -> Option<&str> {
        match self {
            Action::Commands { client, .. } | Action::Raw { client, .. } => Some(client),
            Action::Open(client) | Action::Close(client) | Action::HalfClose(client) => {
                Some(client)
            }
            Action::Wait(_) => None,
        }
    }
}

impl Expected {
    /// The lines for a driver with these labels.
    pub fn lines_for(&self, labels: &[&str]) -> &[String] {
        let variant = self.variants.iter().find(|(label, _)| labels.contains(&label.as_str()));
        let lines = variant.map_or(self.lines.as_slice(), |(_, lines)| lines.as_slice());
        if lines.len() == 1 && lines[0] == NOTHING { &[] } else { lines }
    }
}

impl Transcript {
    /// The steps, without what stands between them.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.items
            .iter()
            .filter_map(|item| if let Item::Step(step) = item { Some(step) } else { None })
    }
}
