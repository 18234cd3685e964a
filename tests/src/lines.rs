//! Command lines made from the notation of the command table: valid ones, whatever options they take.
//!
//! Left out: sense. Values fit their arguments' types, and counts fit what they count; whether options go together is
//! the command's to say.

use crate::workload::Rng;
use redloop_core::command::{
    Group, Spec,
    syntax::{Argument, ArgumentKind},
};
use std::collections::BTreeSet;

/// Whether a command reads or writes keys' values, rather than telling of the server or of connections.
pub fn is_about_data(spec: &Spec) -> bool {
    matches!(
        spec.group,
        Group::Generic | Group::String | Group::List | Group::Set | Group::SortedSet | Group::Hash
    )
}

/// The words that stand for themselves.
pub fn tokens(arguments: &[Argument], found: &mut BTreeSet<&'static str>) {
    for argument in arguments {
        // The empty string is a word too, but nobody has to type it.
        found.extend(argument.token.filter(|token| !token.is_empty()));
        tokens(&argument.arguments, found);
    }
}

/// The arguments of one line, options taken or not by chance.
pub fn arguments(notation: &[Argument], rng: &mut Rng) -> Vec<String> {
    let mut line = Line { words: Vec::new(), counted: 1, keys: 0 };
    line.sequence(notation, rng);
    line.words
}

struct Line {
    words: Vec<String>,
    /// How many things the last count counted: weights are as many as keys.
    counted: u64,
    keys: usize,
}

impl Line {
    fn sequence(&mut self, notation: &[Argument], rng: &mut Rng) {
        let mut count_at = None;
        for argument in notation {
            if matches!(argument.name.as_str(), "numkeys" | "numfields") {
                if let Some(token) = argument.token {
                    self.words.push(token.to_owned());
                }
                count_at = Some(self.words.len());
                self.words.push(String::new());
                continue;
            }
            if argument.optional && rng.percent(50) {
                continue;
            }
            let times = match (argument.multiple, argument.name.as_str()) {
                (false, _) => 1,
                (true, "weight") => self.counted,
                (true, _) => 1 + rng.below(3),
            };
            if let Some(at) = count_at.take() {
                self.counted = times;
                self.words[at] = times.to_string();
            }
            for time in 0..times {
                if let Some(token) = argument.token
                    && (time == 0 || argument.multiple_token)
                {
                    self.words.push(token.to_owned());
                }
                self.once(argument, rng);
            }
        }
    }

    fn once(&mut self, argument: &Argument, rng: &mut Rng) {
        match argument.kind {
            ArgumentKind::PureToken => {}
            ArgumentKind::OneOf => {
                let chosen = rng.pick(&argument.arguments).clone();
                self.sequence(&[Argument { optional: false, ..chosen }], rng);
            }
            ArgumentKind::Block => self.sequence(&argument.arguments, rng),
            _ => {
                let word = self.value(argument);
                self.words.push(word);
            }
        }
    }

    fn value(&mut self, argument: &Argument) -> String {
        let text = match (argument.kind, argument.name.as_str()) {
            (ArgumentKind::Key, _) => {
                self.keys += 1;
                return format!("key{}", self.keys);
            }
            (_, "cursor") => "0",
            (_, "type") => "string",
            (_, "min" | "start") if argument.kind == ArgumentKind::String => "[a",
            (_, "max" | "stop") if argument.kind == ArgumentKind::String => "[b",
            (ArgumentKind::UnixTime, _) => "33177117420",
            (ArgumentKind::Pattern, _) => "*",
            (ArgumentKind::Integer | ArgumentKind::Double, _) => "1",
            (_, "lowerbound") => "1",
            (_, "upperbound") => "2",
            _ => "word",
        };
        text.to_owned()
    }
}
