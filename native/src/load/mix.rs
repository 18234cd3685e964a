//! Which commands are sent, in which shares, as users write them and as threads draw them.

use super::{
    error::LoadError,
    keys::Sources,
    template::{Template, TemplateError},
    workloads::{self, Fill},
};
use rand::RngExt;

/// Most commands of a mix: each has histograms of its own in every thread.
const SHARES_MAX: usize = 64;
/// The largest weight.
const WEIGHT_MAX: u32 = 1_000_000;

/// Commands and their weights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mix {
    /// In the order they were given.
    pub(crate) shares: Vec<Share>,
}

/// A command of a mix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// What reports call it.
    pub(crate) name: String,
    /// As it would be typed, with placeholders.
    pub(crate) text: String,
    /// How often, in proportion to the others' weights.
    pub(crate) weight: u32,
    /// What creates the keys that it reads.
    pub(crate) fills: &'static [Fill],
}

impl Mix {
    /// Adds named commands: `get=80,set=20`, or just `get`.
    ///
    /// # Errors
    /// What is no name or no weight, and what would be.
    pub(crate) fn add_named(&mut self, text: &str) -> Result<(), LoadError> {
        for part in text.split(',') {
            let (name, weight) = match part.split_once('=') {
                Some((name, weight)) => (name.trim(), self::weight(weight.trim(), part)?),
                None => (part.trim(), 1),
            };
            let workload = workloads::named(&name.to_ascii_lowercase()).ok_or_else(|| {
                LoadError::Plan(format!(
                    "no workload is named '{name}'; there are {}; for any other use --command",
                    workloads::names()
                ))
            })?;
            self.shares.push(Share {
                name: workload.name.to_owned(),
                text: workload.text.to_owned(),
                weight,
                fills: workload.fills,
            });
        }
        Ok(())
    }

    /// Adds a command as it would be typed, with its weight in front or not: `20=SET key:{key} {data}`.
    ///
    /// # Errors
    /// Why it is no command.
    pub(crate) fn add_command(&mut self, text: &str) -> Result<(), LoadError> {
        let (text, weight) = match text.split_once('=') {
            Some((weight, rest)) if weight.bytes().all(|byte| byte.is_ascii_digit()) => {
                (rest.trim(), self::weight(weight, text)?)
            }
            _ => (text.trim(), 1),
        };
        Template::new(text, b"").map_err(|error| refusal(text, &error))?;
        self.shares.push(Share {
            name: text.to_owned(),
            text: text.to_owned(),
            weight,
            fills: &[],
        });
        Ok(())
    }

    /// Looks whether all of it can be sent.
    ///
    /// # Errors
    /// What cannot.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        if !(1..=SHARES_MAX).contains(&self.shares.len()) {
            return Err(LoadError::Plan(format!(
                "a mix of {} commands is not possible; from 1 to {SHARES_MAX} are",
                self.shares.len()
            )));
        }
        for share in &self.shares {
            Template::new(&share.text, b"").map_err(|error| refusal(&share.text, &error))?;
        }
        if self.shares.iter().all(|share| share.weight == 0) {
            return Err(LoadError::Plan(
                "no command of the mix has a weight above 0: there is nothing to send".into(),
            ));
        }
        Ok(())
    }
}

fn weight(text: &str, part: &str) -> Result<u32, LoadError> {
    text.parse().ok().filter(|weight| *weight <= WEIGHT_MAX).ok_or_else(|| {
        LoadError::Plan(format!(
            "'{text}' in '{part}' is no weight; it is a whole number from 0 to {WEIGHT_MAX}, as in get=80,set=20"
        ))
    })
}

fn refusal(text: &str, error: &TemplateError) -> LoadError {
    LoadError::Plan(format!("the command '{text}' cannot be sent: {error}"))
}

/// A mix as threads draw from it.
#[derive(Debug)]
pub(crate) struct Requests {
    templates: Vec<Template>,
    /// For each command, the weights up to it.
    up_to: Vec<u64>,
}

impl Requests {
    /// Encodes the commands of a mix.
    ///
    /// # Errors
    /// The command that is none.
    pub(crate) fn new(mix: &Mix, data: &[u8]) -> Result<Self, LoadError> {
        let templates = mix
            .shares
            .iter()
            .map(|share| {
                Template::new(&share.text, data).map_err(|error| refusal(&share.text, &error))
            })
            .collect::<Result<_, _>>()?;
        let mut sum = 0;
        let up_to = mix
            .shares
            .iter()
            .map(|share| {
                sum += u64::from(share.weight);
                sum
            })
            .collect();
        Ok(Self { templates, up_to })
    }

    /// Draws a command and appends its request; which one it was.
    pub(crate) fn write(&self, sources: &mut Sources, out: &mut Vec<u8>) -> u8 {
        let which = self.draw(sources);
        if let Some(template) = self.templates.get(which) {
            template.write(sources, out);
        }
        which as u8
    }

    /// How many commands there are to draw from.
    pub(crate) fn kinds(&self) -> usize {
        self.templates.len()
    }

    fn draw(&self, sources: &mut Sources) -> usize {
        match self.up_to.last() {
            Some(all) if self.up_to.len() > 1 => {
                let drawn = sources.random().random_range(0..*all);
                self.up_to.partition_point(|up_to| *up_to <= drawn)
            }
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::keys::Distribution;

    fn parsed(text: &str) -> Result<Vec<(String, u32)>, String> {
        let mut mix = Mix::default();
        mix.add_named(text).map_err(|error| error.to_string())?;
        Ok(mix.shares.into_iter().map(|share| (share.name, share.weight)).collect())
    }

    #[test]
    fn names_have_weights() {
        let expected = vec![("get".to_owned(), 80), ("set".to_owned(), 20)];
        assert_eq!(parsed("get=80, SET = 20"), Ok(expected));
        assert_eq!(parsed("lrange_100"), Ok(vec![("lrange_100".to_owned(), 1)]));
    }

    #[test]
    fn what_is_no_mix_says_why() {
        let refused = |text: &str, part: &str| {
            let error = parsed(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        };
        refused("got=80", "no workload is named 'got'; there are ping, ");
        refused("", "no workload is named ''");
        refused("get=80,", "no workload is named ''");
        refused("get=-1", "'-1' in 'get=-1' is no weight");
        refused("get=nan", "is no weight");
        refused("get=1000001", "from 0 to 1000000");
        let mut none = Mix::default();
        assert!(none.check().expect_err("empty").to_string().contains("a mix of 0 commands"));
        none.add_named("get=0").expect("a mix");
        assert!(none.check().expect_err("nothing").to_string().contains("nothing to send"));
    }

    #[test]
    fn commands_may_have_a_weight_in_front() {
        let mut mix = Mix::default();
        mix.add_command("20=SET a=b {key}").expect("a command");
        mix.add_command("SET a=b {key}").expect("a command");
        let found: Vec<_> = mix.shares.iter().map(|share| (&*share.text, share.weight)).collect();
        assert_eq!(found, [("SET a=b {key}", 20), ("SET a=b {key}", 1)]);
        let error = mix.add_command("GET {what}").expect_err("a placeholder").to_string();
        assert!(
            error
                .starts_with("the command 'GET {what}' cannot be sent: '{what}' is no placeholder"),
            "{error}"
        );
    }

    #[test]
    fn commands_are_drawn_in_their_shares() {
        let mut mix = Mix::default();
        mix.add_named("get=70,ping=0,set=30").expect("a mix");
        let requests = Requests::new(&mix, b"x").expect("requests");
        let mut sources = Sources::new(Distribution::Uniform, 10, 1, 0, 1);
        let mut counts = [0_u32; 3];
        let mut out = Vec::new();
        for _ in 0..10_000 {
            out.clear();
            counts[usize::from(requests.write(&mut sources, &mut out))] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((6_800..7_200).contains(&counts[0]), "{counts:?}");
    }
}
