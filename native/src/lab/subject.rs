//! What is measured: the six scenarios, the concurrency models, and the points of a scenario.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A question that is put to every model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scenario {
    /// Very many connections, few of them active.
    Connections,
    /// Commands that compute for long, among short ones.
    Cpu,
    /// Many clients change the same values.
    Race,
    /// Thousands of connections, all active.
    Moderate,
    /// Thousands of connects within a second.
    Burst,
    /// What a newcomer must read.
    Learning,
}

impl Scenario {
    /// In the order of reports.
    pub(crate) const ALL: [Scenario; 6] = [
        Scenario::Connections,
        Scenario::Cpu,
        Scenario::Race,
        Scenario::Moderate,
        Scenario::Burst,
        Scenario::Learning,
    ];

    /// As `--scenario` and the names of files have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scenario::Connections => "connections",
            Scenario::Cpu => "cpu",
            Scenario::Race => "race",
            Scenario::Moderate => "moderate",
            Scenario::Burst => "burst",
            Scenario::Learning => "learning",
        }
    }

    /// The report's heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Scenario::Connections => "Many connections, few of them active",
            Scenario::Cpu => "CPU-heavy commands among GETs",
            Scenario::Race => "Many clients change the same values",
            Scenario::Moderate => "Thousands of connections, all active",
            Scenario::Burst => "Thousands of connects within a second",
            Scenario::Learning => "What a newcomer must read",
        }
    }

    /// What the scenario asks, in a sentence or two.
    pub(crate) fn question(self) -> &'static str {
        match self {
            Scenario::Connections => {
                "What does a connection that only sits there cost, and what do the active ones feel of it?"
            }
            Scenario::Cpu => {
                "SORT, SINTER, LRANGE and ZRANGE over 10 000 elements take a share of the requests. Who waits for them?"
            }
            Scenario::Race => {
                "Clients increment counters by GET and SET, by INCR, and under WATCH. How many updates are lost, and what does safety cost?"
            }
            Scenario::Moderate => {
                "GET and SET from every connection: the peak, and the latencies at 70 % of it, with requests that are due whatever the server does."
            }
            Scenario::Burst => {
                "How long until everybody is served, who is turned away, and what do the clients feel that were there before?"
            }
            Scenario::Learning => {
                "Lines of code, states (fields and variants of types) and concepts of synchronisation, counted in the source. A proxy: it does not measure understanding."
            }
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Scenario::ALL.into_iter().find(|scenario| scenario.name() == text).ok_or_else(|| {
            format!(
                "there is no scenario '{text}'; there are {}",
                list(Scenario::ALL.map(Scenario::name).as_slice())
            )
        })
    }
}

/// Who reads, runs commands and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Model {
    /// One thread for everything.
    EventLoop,
    /// A task per connection, the engine behind a lock.
    TaskPerConnection,
    /// Workers read and write, one thread owns the engine.
    WorkerPool,
}

impl Model {
    /// In the order of reports.
    pub(crate) const ALL: [Model; 3] =
        [Model::EventLoop, Model::TaskPerConnection, Model::WorkerPool];

    /// As `--model` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Model::EventLoop => "event-loop",
            Model::TaskPerConnection => "task-per-connection",
            Model::WorkerPool => "worker-pool",
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Model::ALL.into_iter().find(|model| model.name() == text).ok_or_else(|| {
            format!(
                "there is no model '{text}'; there are {}",
                list(Model::ALL.map(Model::name).as_slice())
            )
        })
    }
}

/// A model with or without helper threads for heavy work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Setup {
    pub(crate) model: Model,
    /// Whether heavy, pure work leaves the engine's thread.
    pub(crate) offload: bool,
}

/// What follows a model's name when it offloads.
const OFFLOAD: &str = "+offload";

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.model, if self.offload { OFFLOAD } else { "" }))
    }
}

impl FromStr for Setup {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (model, offload) =
            text.strip_suffix(OFFLOAD).map_or((text, false), |model| (model, true));
        Ok(Setup { model: model.parse()?, offload })
    }
}

impl Serialize for Setup {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Setup {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where in a scenario: what varies between measurements beside the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// Open connections.
    pub(crate) connections: usize,
    /// Share of the requests that are CPU-heavy, percent.
    pub(crate) heavy_percent: f64,
    /// What else is particular, such as the way to increment; may be empty.
    pub(crate) variant: String,
}

impl Point {
    /// A point that only differs in its connections.
    pub(crate) fn of(connections: usize) -> Self {
        Point { connections, heavy_percent: 0.0, variant: String::new() }
    }

    /// With something particular.
    pub(crate) fn variant(mut self, variant: &str) -> Self {
        variant.clone_into(&mut self.variant);
        self
    }

    /// As part of a file's name.
    pub(crate) fn slug(&self) -> String {
        let variant: String = self
            .variant
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let mut slug = format!("c{}-h{}", self.connections, self.heavy_percent);
        if !variant.is_empty() {
            slug = format!("{slug}-{variant}");
        }
        slug
    }

    /// Orders points as tables show them.
    pub(crate) fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.variant
            .cmp(&other.variant)
            .then(self.connections.cmp(&other.connections))
            .then(self.heavy_percent.total_cmp(&other.heavy_percent))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.connections > 0 {
            parts.push(format!("{} connections", grouped(self.connections as u64)));
        }
        if self.heavy_percent > 0.0 {
            parts.push(format!("{} % heavy", self.heavy_percent));
        }
        if !self.variant.is_empty() {
            parts.push(self.variant.clone());
        }
        f.pad(&parts.join(", "))
    }
}

/// Digits in groups of three, parted by thin spaces.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// `a, b and c`.
pub(crate) fn list(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for model in Model::ALL {
            for offload in [false, true] {
                let setup = Setup { model, offload };
                assert_eq!(setup.to_string().parse(), Ok(setup));
            }
        }
        for scenario in Scenario::ALL {
            assert_eq!(scenario.name().parse(), Ok(scenario));
        }
    }

    #[test]
    fn what_does_not_exist_is_answered_with_what_does() {
        let error = "foo".parse::<Setup>().unwrap_err();
        assert!(error.contains("'foo'") && error.contains("task-per-connection"), "{error}");
        assert!("foo".parse::<Scenario>().unwrap_err().contains("burst and learning"));
    }

    #[test]
    fn points_name_files_and_rows() {
        let point =
            Point { connections: 1000, heavy_percent: 0.5, variant: "INCR, one key".into() };
        assert_eq!(point.slug(), "c1000-h0.5-incr--one-key");
        assert_eq!(point.to_string(), "1\u{202f}000 connections, 0.5 % heavy, INCR, one key");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(12), "12");
    }
}
