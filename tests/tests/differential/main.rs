//! Random command streams on the engine and on Valkey: the replies must be the same, and what commands change must be
//! noticed by WATCH, told to listeners and sent to replicas alike.
//!
//! Streams are short and many, each on empty data, so that a difference can be shrunk by leaving commands out. What is
//! left is printed as a transcript with Valkey's replies, ready to be put into `tests/transcripts`.
//! `REDLOOP_SEED=n` runs one stream, `REDLOOP_STREAMS=n` more of them, `REDLOOP_ONLY=GET,SET` only these commands,
//! `REDLOOP_FAMILY=list` only this family (of what is watched too, which else is of all).

mod alike;
mod servers;

use alike::{alike, left_alike};
use redloop_tests::{
    render::{Order, render},
    words,
    workload::{Command, FAMILIES, Mix, Rng},
};
use servers::{Answer, Oracle, Subject};
use std::fmt::Write as _;

/// 60 000 commands of all families together.
const STREAMS: u64 = 150;
/// 18 000 commands of each family.
const STREAMS_OF_A_FAMILY: u64 = 45;
const STREAM_LENGTH: usize = 400;
/// Each command of these is watched, listened to and replicated: 15 000 of all families together.
const WATCHED_STREAMS: u64 = 100;
const WATCHED_STREAM_LENGTH: usize = 150;
/// Two clients, so that WATCH and MULTI mean something, and one that is told of every change.
const CLIENTS: [&str; 3] = ["a", "b", "listener"];
const LISTENER: usize = 2;
/// Differences shown before giving up.
const SHOWN_MAX: usize = 5;

/// A command and who sends it.
#[derive(Clone)]
struct Step {
    client: usize,
    command: Command,
}

#[test]
fn random_streams_get_the_same_replies() {
    let mix = of_all();
    compare("all", Oracle::start(), &seeds(STREAMS), |seed| stream(&mix, seed));
}

#[test]
fn random_streams_of_each_family_get_the_same_replies() {
    let chosen = std::env::var("REDLOOP_FAMILY");
    for family in FAMILIES {
        if chosen.as_ref().is_ok_and(|chosen| chosen != family.name) {
            continue;
        }
        let mix = Mix::of_family(family);
        let seeds = seeds(STREAMS_OF_A_FAMILY);
        compare(family.name, Oracle::start(), &seeds, |seed| stream(&mix, seed));
    }
}

#[test]
fn what_random_commands_change_is_told_and_noticed_alike() {
    let chosen = std::env::var("REDLOOP_FAMILY");
    let family = FAMILIES.iter().find(|family| chosen.as_ref().is_ok_and(|it| it == family.name));
    let mix = family.map_or_else(of_all, Mix::of_family);
    let seeds = seeds(WATCHED_STREAMS);
    compare("watched", Oracle::with_replica(), &seeds, |seed| watched_stream(&mix, seed));
}

/// The commands of all families, or those that were asked for.
fn of_all() -> Mix {
    std::env::var("REDLOOP_ONLY").map_or_else(|_| Mix::all(), |names| Mix::of(&names))
}

/// The streams to try, by their seeds.
fn seeds(streams: u64) -> Vec<u64> {
    let number = |name| {
        let text = std::env::var(name).ok()?;
        Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
    };
    match number("REDLOOP_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("REDLOOP_STREAMS").unwrap_or(streams)).collect(),
    }
}

/// Tries the streams of these seeds, and panics with what is left of those that are answered differently.
fn compare(name: &str, mut oracle: Oracle, seeds: &[u64], stream: impl Fn(u64) -> Vec<Step>) {
    let mut found: Vec<String> = Vec::new();
    for seed in seeds {
        let steps = stream(*seed);
        if let Some(end) = first_difference(&steps, &mut oracle) {
            let shrunk = shrink(steps[..=end].to_vec(), &mut oracle);
            found.push(format!("# seed {seed}\n{}", story(&shrunk, &mut oracle)));
            if found.len() >= SHOWN_MAX {
                break;
            }
        }
    }
    assert!(
        found.is_empty(),
        "{name}: of {} streams, different from Valkey:\n\n{}",
        seeds.len(),
        found.join("\n")
    );
}

fn stream(mix: &Mix, seed: u64) -> Vec<Step> {
    let mut rng = Rng::new(seed);
    (0..STREAM_LENGTH)
        .map(|_| Step { client: usize::from(rng.percent(25)), command: mix.command(&mut rng) })
        .collect()
}

/// The same commands, each by the listener while another client watches a word of it: most likely a key.
fn watched_stream(mix: &Mix, seed: u64) -> Vec<Step> {
    // What changes a connection and not a key.
    const CONNECTIONS: [&[u8]; 8] =
        [b"HELLO", b"RESET", b"MULTI", b"EXEC", b"DISCARD", b"WATCH", b"SELECT", b"SWAPDB"];
    let mut rng = Rng::new(seed);
    let plain = |words: Vec<Vec<u8>>| Step {
        client: 0,
        command: Command { words, order: Order::AsSent, tolerance: 0, timed: false },
    };
    let mut steps = Vec::new();
    while steps.len() < 4 * WATCHED_STREAM_LENGTH {
        let command = mix.command(&mut rng);
        if CONNECTIONS.iter().any(|word| command.words[0].eq_ignore_ascii_case(word)) {
            continue;
        }
        let watched = rng.pick(&command.words).clone();
        steps.extend([
            plain(vec![b"WATCH".to_vec(), watched]),
            Step { client: LISTENER, command },
            plain(vec![b"MULTI".to_vec()]),
            plain(vec![b"EXEC".to_vec()]),
        ]);
    }
    steps
}

fn first_difference(steps: &[Step], oracle: &mut Oracle) -> Option<usize> {
    let mut engine = Subject::start();
    oracle.reset();
    steps.iter().position(|step| {
        let (ours, theirs) = (engine.ask(step), oracle.ask(step));
        !are_alike(step, &ours, &theirs)
    })
}

fn are_alike(step: &Step, ours: &Answer, theirs: &Answer) -> bool {
    // SORT looks keys up in the order of its elements, and a set has none.
    let sorts = step.command.words[0].starts_with(b"SORT");
    let told = |answer: &Answer| {
        let mut told = answer.told.clone();
        if sorts {
            told.sort();
        }
        (answer.early, told)
    };
    alike(&step.command, &ours.reply, &theirs.reply)
        && told(ours) == told(theirs)
        && left_alike(&step.command, &ours.left, &theirs.left)
}

/// Leaves out commands, halves first, as long as the last one still differs.
fn shrink(mut steps: Vec<Step>, oracle: &mut Oracle) -> Vec<Step> {
    let mut chunk = steps.len() / 2;
    while chunk > 0 {
        let mut from = 0;
        while from < steps.len() {
            let to = (from + chunk).min(steps.len());
            let mut fewer = steps.clone();
            fewer.drain(from..to);
            match first_difference(&fewer, oracle) {
                Some(end) => {
                    fewer.truncate(end + 1);
                    steps = fewer;
                }
                None => from = to,
            }
        }
        chunk /= 2;
    }
    steps
}

fn story(steps: &[Step], oracle: &mut Oracle) -> String {
    let mut engine = Subject::start();
    oracle.reset();
    let mut out = String::new();
    for step in steps {
        let (ours, theirs) = (engine.ask(step), oracle.ask(step));
        match step.command.order {
            Order::AsSent => {}
            Order::Sorted => out.push_str("% sorted\n"),
            Order::SortedPairs => out.push_str("% sorted pairs\n"),
        }
        let line: Vec<String> = step.command.words.iter().map(|word| words::quote(word)).collect();
        let _ = writeln!(out, "@{} > {}", CLIENTS[step.client], line.join(" "));
        let _ = writeln!(out, "{}", shown(step, &theirs));
        if !are_alike(step, &ours, &theirs) {
            let ours = shown(step, &ours).replace('\n', "\n#           ");
            let _ = writeln!(out, "#  redloop: {ours}");
        }
    }
    out
}

fn shown(step: &Step, answer: &Answer) -> String {
    let told = answer.told.iter().map(|told| render(told, Order::AsSent).join(" "));
    let mut parts: Vec<String> = told.collect();
    parts.insert(answer.early, render(&answer.reply, step.command.order).join("\n"));
    for request in &answer.left {
        let words: Vec<String> = request.iter().map(|word| words::quote(word)).collect();
        parts.push(format!("# left: {}", words.join(" ")));
    }
    parts.join("\n")
}
