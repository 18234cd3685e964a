//! What keys do when commands run one after the other: a second, much smaller reading of what the commands mean, for
//! judging histories. Strings, counters and lists; a key keeps to one of them, so nobody is told of a wrong type.

use super::Sequential;
use crate::resp::Value;
use std::collections::{BTreeMap, VecDeque};

/// Keys and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Keys(BTreeMap<String, Held>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Held {
    Text(String),
    List(VecDeque<String>),
}

/// What a client sends as one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A command, words parted by blanks.
    One(String),
    /// Commands between MULTI and EXEC.
    Transaction(Vec<String>),
}

impl Sequential for Keys {
    type Command = Request;
    type Reply = Value;

    fn run(&mut self, request: &Request) -> Value {
        match request {
            Request::One(command) => self.command(command),
            Request::Transaction(commands) => {
                Value::Array(commands.iter().map(|command| self.command(command)).collect())
            }
        }
    }
}

impl Keys {
    fn command(&mut self, command: &str) -> Value {
        let words: Vec<&str> = command.split(' ').collect();
        match words[..] {
            ["SET", key, value] => {
                self.0.insert(key.into(), Held::Text(value.into()));
                Value::Simple(b"OK".to_vec())
            }
            ["GET", key] => bulk(self.text(key)),
            ["MGET", ref keys @ ..] => {
                Value::Array(keys.iter().map(|key| bulk(self.text(key))).collect())
            }
            ["GETSET", key, value] => {
                let before = self.text(key);
                self.0.insert(key.into(), Held::Text(value.into()));
                bulk(before)
            }
            ["INCR", key] => {
                let before = self.text(key).map_or(0, |text| text.parse().unwrap_or(0));
                self.0.insert(key.into(), Held::Text((before + 1).to_string()));
                Value::Integer(before + 1)
            }
            ["APPEND", key, end] => {
                let text = self.text(key).unwrap_or_default() + end;
                let length = number(text.len());
                self.0.insert(key.into(), Held::Text(text));
                length
            }
            ["DEL", key] => number(usize::from(self.0.remove(key).is_some())),
            ["LPUSH", key, element] => {
                let list = self.0.entry(key.into()).or_insert_with(|| Held::List(VecDeque::new()));
                let Held::List(list) = list else { panic!("{key} is no list") };
                list.push_front(element.into());
                number(list.len())
            }
            ["LPOP", key] => self.pop(key),
            ["LLEN", key] => number(match self.0.get(key) {
                Some(Held::List(list)) => list.len(),
                _ => 0,
            }),
            _ => panic!("{command:?} is not known here"),
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Held::Text(text) => Some(text.clone()),
            Held::List(_) => panic!("{key} is a list"),
        }
    }

    fn pop(&mut self, key: &str) -> Value {
        let Some(Held::List(list)) = self.0.get_mut(key) else { return bulk(None) };
        let first = list.pop_front();
        if list.is_empty() {
            self.0.remove(key);
        }
        bulk(first)
    }
}

fn bulk(text: Option<String>) -> Value {
    text.map_or(Value::NullBulk, |text| Value::Bulk(text.into_bytes()))
}

fn number(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::text;

    #[test]
    fn it_means_what_redis_means() {
        let mut keys = Keys::default();
        for (command, reply) in [
            ("GET k", "nil"),
            ("SET k a", "OK"),
            ("GETSET k b", "a"),
            ("APPEND k cd", "3"),
            ("GET k", "bcd"),
            ("DEL k", "1"),
            ("DEL k", "0"),
            ("INCR k", "1"),
            ("INCR k", "2"),
            ("MGET k x", "2 nil"),
            ("LPOP l", "nil"),
            ("LPUSH l a", "1"),
            ("LPUSH l b", "2"),
            ("LPOP l", "b"),
            ("LLEN l", "1"),
            ("LPOP l", "a"),
            ("DEL l", "0"),
        ] {
            assert_eq!(text(&keys.run(&Request::One(command.into()))), reply, "{command}");
        }
        let both = Request::Transaction(vec!["INCR k".into(), "GET k".into()]);
        assert_eq!(text(&keys.run(&both)), "3 3");
    }
}
