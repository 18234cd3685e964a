//! Every transcript on every host: the engine in process, the native server, and the two servers it is modelled on.
//!
//! The runs on the real servers keep the transcripts honest; the run on the engine is the specification. What lines
//! cannot show (which of RESP2's two nulls was sent, and the like) is compared on the bytes.

use redloop_tests::{
    corpus,
    driver::Host,
    render::{Order, sort},
    resp::Value,
    transcript::{Report, Transcript},
    words,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, atomic::AtomicUsize, atomic::Ordering},
};

/// Conversations at once: servers mostly wait.
const THREADS: usize = 4;

#[test]
fn redis7_says_what_the_transcripts_say() {
    all_pass(Host::Redis7);
}

#[test]
fn valkey9_says_what_the_transcripts_say() {
    all_pass(Host::Valkey9);
}

#[test]
fn the_core_says_what_the_transcripts_say() {
    all_pass(Host::Core);
}

#[test]
fn the_core_says_it_too_when_reads_leave_it_as_jobs() {
    all_pass(Host::CoreJobs);
}

#[test]
fn the_native_server_says_what_the_transcripts_say() {
    all_pass(Host::Tcp);
}

/// Lines hide some bytes: which null it was, a status or a string of the same look in an error.
#[test]
fn where_lines_agree_bytes_agree() {
    let theirs = run_all(Host::Valkey9);
    let mut differences = Vec::new();
    for ((transcript, ours), (_, theirs)) in run_all(Host::Core).iter().zip(&theirs) {
        let (Ok(Some(ours)), Ok(Some(theirs))) = (ours, theirs) else { continue };
        for (i, step) in transcript.steps().enumerate() {
            let (Some(Some(ours)), Some(Some(theirs))) = (ours.steps.get(i), theirs.steps.get(i))
            else {
                continue;
            };
            for (client, ours) in ours {
                let Some(theirs) = theirs.get(client) else { continue };
                if ours.lines == theirs.lines
                    && !same_values(step.order, &ours.values, &theirs.values)
                {
                    differences.push(format!(
                        "{}:{}: to {client}: redloop {}, valkey {}",
                        transcript.path,
                        step.line,
                        words::escape(&ours.bytes),
                        words::escape(&theirs.bytes)
                    ));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn same_values(order: Order, ours: &[Value], theirs: &[Value]) -> bool {
    let sorted = |values: &[Value]| {
        values.iter().cloned().map(|value| sort(value, order)).collect::<Vec<_>>()
    };
    sorted(ours) == sorted(theirs)
}

#[test]
fn every_transcript_is_in_canonical_form() {
    // Scenes are recorded by the page, which cannot know how long the names to come will be.
    for transcript in corpus::all().unwrap().iter().filter(|it| !it.path.contains("/scenes/")) {
        let text =
            std::fs::read_to_string(redloop_tests::tools::root().join(&transcript.path)).unwrap();
        assert_eq!(
            text,
            transcript.to_string(),
            "{}: run `cargo run -p redloop-tests --bin transcripts -- --format {}`",
            transcript.path,
            transcript.path
        );
    }
}

#[test]
fn titles_are_unique() {
    let mut seen = BTreeSet::new();
    for transcript in corpus::all().unwrap() {
        assert!(
            seen.insert(transcript.title.clone()),
            "{}: the title {:?} is taken",
            transcript.path,
            transcript.title
        );
    }
}

fn all_pass(host: Host) {
    let failed: Vec<String> = run_all(host)
        .into_iter()
        .filter_map(|(transcript, outcome)| match outcome {
            Ok(None) => None,
            Ok(Some(report)) if report.failures.is_empty() => None,
            Ok(Some(report)) => {
                Some(report.failures.iter().take(3).map(ToString::to_string).collect())
            }
            Err(error) => Some(format!("{}: {error}\n", transcript.path)),
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{} transcripts differ on {host:?}:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

fn run_all(host: Host) -> Vec<(Transcript, Result<Option<Report>, String>)> {
    let transcripts = corpus::all().unwrap();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(transcript) = transcripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = host.run(transcript);
                    done.lock().unwrap().push((transcript.clone(), outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    done
}
