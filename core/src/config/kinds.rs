//! Kinds of parameters: how a value is read from text, what is refused with which words, and how it is printed.

use super::{Config, OutputLimit};
use crate::effects::Class;
use crate::util::number;
use std::fmt::Display;

/// What a parameter's values are.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `yes` or `no`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An integer from the first to the second.
    Number(i64, i64),
    /// An integer from 0 on that is forced into these bounds.
    Clamped(i64, i64),
    /// Bytes, with or without a unit, from the first to the second.
    Memory(u64, u64),
    /// Bytes, or a percentage of maxmemory.
    MemoryOrPercent,
    /// Any bytes.
    Text,
    /// Any number of words.
    Words,
    /// Fractions from 0 to 100, any number of them.
    Percentiles,
    /// The letters of keyspace event classes.
    EventClasses,
    /// Classes of clients with three numbers each.
    OutputLimits,
    /// Pairs of seconds and changes; only none, since there are no snapshots.
    SavePoints,
    /// `no`; `yes` would switch on what does not exist, and is refused with this text.
    Off(&'static str),
}

/// A value that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of `Kind::Flag`.
    Flag(bool),
    /// Of `Kind::Number` and `Kind::Clamped`.
    Number(i64),
    /// Of `Kind::Memory`.
    Memory(u64),
    /// Of `Kind::Choice`.
    Choice(&'static str),
    /// Of everything that is kept as it is written.
    Text(Vec<u8>),
    /// Of `Kind::EventClasses`.
    Classes(Class),
    /// Of `Kind::OutputLimits`: those that are named.
    Limits([Option<OutputLimit>; 3]),
}

/// The typed field behind a parameter.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Reads it.
    pub read: fn(&Config) -> Value,
    /// Writes a value of the parameter's kind.
    pub write: fn(&mut Config, &Value),
}

/// Client classes as client-output-buffer-limit names them, in [`Config::output_limits`]' order.
const CLIENT_CLASSES: [&str; 3] = ["normal", "slave", "pubsub"];

/// Event classes that `A` stands for, in the order they are printed; `n` is printed among them.
const EVENT_LETTERS: [(u8, Class); 11] = [
    (b'g', Class::GENERIC),
    (b'$', Class::STRING),
    (b'l', Class::LIST),
    (b's', Class::SET),
    (b'h', Class::HASH),
    (b'z', Class::ZSET),
    (b'x', Class::EXPIRED),
    (b'e', Class::EVICTED),
    (b't', Class::STREAM),
    (b'd', Class::MODULE),
    (b'n', Class::NEW),
];

/// Where events go and what `A` leaves out, printed last.
const OTHER_LETTERS: [(u8, Class); 3] =
    [(b'K', Class::KEYSPACE), (b'E', Class::KEYEVENT), (b'm', Class::MISS)];

impl Kind {
    /// Reads a value.
    ///
    /// # Errors
    /// Redis' words for what is wrong.
    pub fn parse(&self, text: &[u8]) -> Result<Value, String> {
        match *self {
            Kind::Flag => match text {
                _ if text.eq_ignore_ascii_case(b"yes") => Ok(Value::Flag(true)),
                _ if text.eq_ignore_ascii_case(b"no") => Ok(Value::Flag(false)),
                _ => Err("argument must be 'yes' or 'no'".to_owned()),
            },
            Kind::Choice(choices) => choice(text, choices).map(Value::Choice),
            Kind::Off(refusal) => match Kind::Flag.parse(text)? {
                Value::Flag(true) => Err(refusal.to_owned()),
                off => Ok(off),
            },
            Kind::Number(least, most) => {
                let value = integer(text)?;
                within(value, least, most)?;
                Ok(Value::Number(value))
            }
            Kind::Clamped(least, most) => {
                let value = integer(text)?;
                within(value, 0, i64::from(i32::MAX))?;
                Ok(Value::Number(value.clamp(least, most)))
            }
            Kind::Memory(least, most) => {
                let value = memory(text).ok_or("argument must be a memory value")?;
                within(value, least, most)?;
                Ok(Value::Memory(value))
            }
            Kind::MemoryOrPercent => memory_or_percent(text),
            Kind::Text | Kind::Words => Ok(Value::Text(text.to_vec())),
            Kind::Percentiles => percentiles(text),
            Kind::EventClasses => event_classes(text),
            Kind::OutputLimits => output_limits(text),
            Kind::SavePoints => save_points(text),
        }
    }

    /// A value of this kind as CONFIG GET shows it.
    pub fn print(&self, value: &Value) -> Vec<u8> {
        match value {
            Value::Flag(flag) => if *flag { "yes" } else { "no" }.into(),
            Value::Number(number) => number.to_string().into(),
            Value::Memory(bytes) => bytes.to_string().into(),
            Value::Choice(word) => (*word).into(),
            Value::Text(text) => text.clone(),
            Value::Classes(classes) => print_classes(*classes),
            Value::Limits(limits) => print_limits(limits).into(),
        }
    }

    /// Whether a line of the configuration file may give it any number of words.
    pub fn takes_words(&self) -> bool {
        matches!(self, Kind::Words | Kind::Percentiles | Kind::OutputLimits | Kind::SavePoints)
    }
}

fn choice(text: &[u8], choices: &[&'static str]) -> Result<&'static str, String> {
    choices
        .iter()
        .copied()
        .find(|choice| text.eq_ignore_ascii_case(choice.as_bytes()))
        .ok_or_else(|| format!("argument(s) must be one of the following: {}", choices.join(", ")))
}

fn integer(text: &[u8]) -> Result<i64, String> {
    number::parse_i64(text).ok_or_else(|| "argument couldn't be parsed into an integer".to_owned())
}

fn within<T: Copy + PartialOrd + Display>(value: T, least: T, most: T) -> Result<(), String> {
    if (&least..=&most).contains(&&value) {
        Ok(())
    } else {
        Err(format!("argument must be between {least} and {most} inclusive"))
    }
}

/// Bytes: digits and perhaps a unit. `k`, `m` and `g` are decimal, with a `b` behind them binary. Nothing at all is 0.
pub(super) fn memory(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, unit) = text.split_at(digits);
    let factor: u64 = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    let number = digits.iter().try_fold(0u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })?;
    number.checked_mul(factor)
}

fn memory_or_percent(text: &[u8]) -> Result<Value, String> {
    let number = match text {
        [percent @ .., b'%'] => number::parse_u64(percent),
        _ => memory(text),
    };
    let number = number.ok_or("argument must be a memory or percent value")?;
    if text.ends_with(b"%") && number > 100 {
        return Err("percentage argument must be less or equal to 100".to_owned());
    }
    let percent = if text.ends_with(b"%") { "%" } else { "" };
    Ok(Value::Text(format!("{number}{percent}").into()))
}

fn percentiles(text: &[u8]) -> Result<Value, String> {
    let bad = "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
    for word in words(text) {
        number::parse_f64(word).filter(|p| (0.0..=100.0).contains(p)).ok_or(bad)?;
    }
    Ok(Value::Text(text.to_vec()))
}

fn event_classes(text: &[u8]) -> Result<Value, String> {
    text.iter()
        .try_fold(Class(0), |sum, letter| {
            if *letter == b'A' {
                return Some(sum.and(Class::ALL));
            }
            let all = EVENT_LETTERS.iter().chain(&OTHER_LETTERS);
            let (_, class) = all.into_iter().find(|(known, _)| known == letter)?;
            Some(sum.and(*class))
        })
        .map(Value::Classes)
        .ok_or_else(|| "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.".to_owned())
}

fn print_classes(classes: Class) -> Vec<u8> {
    let letters = |table: &[(u8, Class)]| -> Vec<u8> {
        table.iter().filter(|(_, class)| classes.has(*class)).map(|(letter, _)| *letter).collect()
    };
    let all = classes.0 & Class::ALL.0 == Class::ALL.0;
    let mut text = if all { vec![b'A'] } else { letters(&EVENT_LETTERS) };
    text.extend(letters(&OTHER_LETTERS));
    text
}

fn output_limits(text: &[u8]) -> Result<Value, String> {
    let words: Vec<_> = words(text).collect();
    if !words.len().is_multiple_of(4) {
        return Err("Wrong number of arguments in buffer limit configuration.".to_owned());
    }
    let mut limits = [None; 3];
    for group in words.chunks_exact(4) {
        let name = if group[0].eq_ignore_ascii_case(b"replica") { b"slave" } else { group[0] };
        let class = CLIENT_CLASSES
            .iter()
            .position(|class| name.eq_ignore_ascii_case(class.as_bytes()))
            .ok_or("Invalid client class specified in buffer limit configuration.")?;
        let limit = || {
            Some(OutputLimit {
                hard: memory(group[1])?,
                soft: memory(group[2])?,
                soft_seconds: number::parse_u64(group[3])?,
            })
        };
        limits[class] =
            Some(limit().ok_or(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
            )?);
    }
    Ok(Value::Limits(limits))
}

fn print_limits(limits: &[Option<OutputLimit>; 3]) -> String {
    let lines: Vec<_> = CLIENT_CLASSES
        .iter()
        .zip(limits)
        .filter_map(|(class, limit)| Some((class, limit.as_ref()?)))
        .map(|(class, OutputLimit { hard, soft, soft_seconds })| {
            format!("{class} {hard} {soft} {soft_seconds}")
        })
        .collect();
    lines.join(" ")
}

fn save_points(text: &[u8]) -> Result<Value, String> {
    let points: Vec<_> = words(text).collect();
    let number = |word: &&[u8]| number::parse_i64(word);
    let valid = points.len().is_multiple_of(2)
        && points.chunks_exact(2).all(|point| {
            number(&point[0]).is_some_and(|seconds| seconds >= 1)
                && number(&point[1]).is_some_and(|changes| changes >= 0)
        });
    if !valid {
        return Err("Invalid save parameters".to_owned());
    }
    if !points.is_empty() {
        return Err("there are no snapshots yet; only \"\" is possible".to_owned());
    }
    Ok(Value::Text(Vec::new()))
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty() && *word != b"\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_units() {
        for (text, bytes) in [
            ("", Some(0)),
            ("7", Some(7)),
            ("5b", Some(5)),
            ("5k", Some(5000)),
            ("5KB", Some(5120)),
            ("1gB", Some(1 << 30)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("99999999999999999g", None),
            ("-1", None),
            ("1.5mb", None),
            ("1e3", None),
            ("50%", None),
        ] {
            assert_eq!(memory(text.as_bytes()), bytes, "{text}");
        }
    }

    #[test]
    fn event_letters_round_trip() {
        let round = |text: &str| {
            let value = Kind::EventClasses.parse(text.as_bytes()).unwrap();
            String::from_utf8(Kind::EventClasses.print(&value)).unwrap()
        };
        assert_eq!(round("KEA"), "AKE");
        assert_eq!(round("AnKE"), "AKE");
        assert_eq!(round("EmKx"), "xKEm");
        assert_eq!(round("neKEtmg"), "getnKEm");
        assert!(Kind::EventClasses.parse(b"KEZ").is_err());
    }
}
