//! Proves a lesson on a host.
//!
//! Its examples are one conversation. An exercise is tried on an empty server, and on one on which the examples before
//! it were run, because a learner may come either way; both times the goal must not be reached before the solution,
//! prepared or not (else it ticks for nothing), and must be reached after it (else nobody can solve it).

use super::{Kind, Lesson};
use crate::{
    driver::Host,
    transcript::{self, Failure, Transcript},
};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// What is wrong with the lesson on this host, each with its file and line; nothing when all is well.
///
/// # Errors
/// When the host cannot be started or fails.
pub fn check(lesson: &Lesson, host: Host) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    let examples = lesson.examples_before(usize::MAX);
    if !examples.is_empty() {
        wrong.extend(said(&run(lesson, host, &examples, true)?));
    }
    for exercise in &lesson.exercises {
        let before = lesson.examples_before(exercise.line);
        let mut ways = vec![(before.clone(), "after the examples above it")];
        if !before.is_empty() {
            ways.insert(0, (Vec::new(), "on an empty server"));
        }
        for (mut blocks, way) in ways {
            blocks.extend(exercise.given);
            let goal = &lesson.blocks[exercise.goal];
            let in_goal = |failure: &Failure| {
                let line = line_of(failure);
                goal.line < line && line < goal.end
            };
            let unprepared: Vec<usize> =
                blocks.iter().copied().filter(|at| Some(*at) != exercise.given).collect();
            for begun in BTreeSet::from([blocks.clone(), unprepared]) {
                let asked = [&begun[..], &[exercise.goal]].concat();
                if !run(lesson, host, &asked, false)?.iter().any(in_goal) {
                    wrong.push(format!(
                        "{}:{}: the goal is reached before anything was done ({way})\n",
                        lesson.path, goal.line
                    ));
                }
            }
            let solved = [&blocks[..], &[exercise.solution, exercise.goal]].concat();
            let (missed, other): (Vec<_>, Vec<_>) =
                run(lesson, host, &solved, true)?.into_iter().partition(in_goal);
            wrong.extend(missed.iter().map(|failure| {
                let solution = lesson.blocks[exercise.solution].line;
                format!(
                    "the solution of line {solution} does not reach the goal ({way}):\n{failure}"
                )
            }));
            wrong.extend(said(&other));
        }
    }
    wrong.dedup();
    Ok(wrong)
}

/// Many lessons on one host, some at a time: servers mostly wait.
pub fn check_all(lessons: &[Lesson], host: Host) -> Vec<(&Lesson, Result<Vec<String>, String>)> {
    const THREADS: usize = 4;
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(lesson) = lessons.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = check(lesson, host);
                    if let Ok(mut done) = done.lock() {
                        done.push((lesson, outcome));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    done
}

/// Runs these blocks in the order they are named in.
fn run(
    lesson: &Lesson,
    host: Host,
    blocks: &[usize],
    patient: bool,
) -> Result<Vec<Failure>, String> {
    let transcript = conversation(lesson, blocks)?;
    let report = if patient { host.run(&transcript)? } else { host.run_impatiently(&transcript)? };
    Ok(report.map(|report| report.failures).unwrap_or_default())
}

/// A goal stands above its solution in the file, and is asked for after it: so each block is read by itself.
pub(super) fn conversation(lesson: &Lesson, blocks: &[usize]) -> Result<Transcript, String> {
    let mut whole: Option<Transcript> = None;
    for &at in blocks {
        debug_assert!(!matches!(lesson.blocks[at].kind, Kind::Hint | Kind::Text));
        let read = transcript::parse(&lesson.path, &lesson.transcript(&[at]))
            .map_err(|error| error.to_string())?;
        match &mut whole {
            Some(whole) => whole.items.extend(read.items),
            None => whole = Some(read),
        }
    }
    whole.ok_or_else(|| format!("{}: nothing to run", lesson.path))
}

fn said(failures: &[Failure]) -> Vec<String> {
    failures.iter().map(ToString::to_string).collect()
}

fn line_of(failure: &Failure) -> usize {
    failure.place.rsplit(':').next().and_then(|line| line.parse().ok()).unwrap_or_default()
}
