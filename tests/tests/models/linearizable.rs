//! Histories of concurrent clients are recorded from a running server, with pipelines, and judged by
//! [`redloop_tests::linear`]. Then the judge is put to the test: what was recorded is changed in one place, to what a
//! server with a certain defect would have answered, and must be rejected.

use crate::{Model, start};
use redloop_core::util::rng::Rng;
use redloop_tests::{
    linear::{
        self, Verdict,
        keys::{Keys, Request},
        overlaps,
        record::{History, record},
    },
    resp::Value,
};

under_every_model!(transactions, defects_would_be_seen; strings, lists);

/// Histories of each test, each from a number of its own.
const ROUNDS: u64 = 12;
const CLIENTS: usize = 5;
/// Pipelines each client sends, fewer where hundreds of changed histories are judged; and the most requests in one.
const PIPELINES: usize = 12;
const PIPELINES_CHANGED: usize = 5;
const PIPELINE_MAX: u64 = 6;

/// Requests of a client on the key of a round: `unique` is a word no other request has.
type Choose = fn(rng: &mut Rng, key: &str, unique: &str) -> Request;

fn strings(model: Model) {
    accepted(model, |rng, key, unique| {
        one(match rng.below(16) {
            0..3 => format!("SET {key} {unique}"),
            3..7 => format!("GET {key}"),
            7..11 => format!("GETSET {key} {unique}"),
            11..15 => format!("APPEND {key} {unique}"),
            _ => format!("DEL {key}"),
        })
    });
    accepted(model, |rng, key, _| {
        one(match rng.below(10) {
            0..6 => format!("INCR {key}"),
            6..9 => format!("GET {key}"),
            _ => format!("DEL {key}"),
        })
    });
}

fn lists(model: Model) {
    accepted(model, |rng, key, unique| {
        one(match rng.below(10) {
            0..4 => format!("LPUSH {key} {unique}"),
            4..8 => format!("LPOP {key}"),
            8 => format!("LLEN {key}"),
            _ => format!("DEL {key}"),
        })
    });
}

/// Two counters that only transactions change, always both, so that no one may see them differ; and single commands in
/// between.
fn transactions(model: Model) {
    accepted(model, |rng, key, unique| {
        let both = |command: &str, end: &str| {
            let of = |which| format!("{command} {key}{which}{end}");
            Request::Transaction(vec![of("a"), of("b")])
        };
        match rng.below(10) {
            0..4 => both("INCR", ""),
            4..6 => both("DEL", ""),
            6..8 => one(format!("MGET {key}a {key}b")),
            8 => one(format!("GET {key}a")),
            _ => Request::Transaction(vec![
                format!("GETSET {key}c {unique}"),
                format!("GET {key}c"),
                format!("APPEND {key}c {unique}"),
            ]),
        }
    });
}

fn one(command: String) -> Request {
    Request::One(command)
}

fn accepted(model: Model, choose: Choose) {
    let (server, _folder) = start(model, &[]);
    let mut concurrent = 0;
    for round in 0..ROUNDS {
        let history = record(&server, &scripts(round, PIPELINES, choose));
        concurrent += overlaps(&history);
        let verdict = judge(&history);
        assert!(
            matches!(verdict, Verdict::Linearizable(_)),
            "round {round}: {}",
            explain(&verdict, &history)
        );
    }
    assert!(concurrent > 0, "the clients took turns: nothing was shown");
}

/// What the clients send in a round, all on one key.
fn scripts(round: u64, pipelines: usize, choose: Choose) -> Vec<Vec<Vec<Request>>> {
    let mut rng = Rng::new(round);
    let key = format!("k{round}");
    let mut sent = 0;
    let mut request = |rng: &mut Rng| {
        sent += 1;
        choose(rng, &key, &format!("{sent}."))
    };
    let mut pipeline = |rng: &mut Rng| {
        let length = 1 + rng.below(PIPELINE_MAX);
        (0..length).map(|_| request(rng)).collect::<Vec<_>>()
    };
    (0..CLIENTS).map(|_| (0..pipelines).map(|_| pipeline(&mut rng)).collect()).collect()
}

fn judge(history: &History) -> Verdict {
    linear::check(&Keys::default(), history, linear::STEPS_MAX)
}

fn explain(verdict: &Verdict, history: &History) -> String {
    let Verdict::Impossible { explained, stuck } = verdict else { return format!("{verdict:?}") };
    let show = |place: &usize| format!("  {:?}", history[*place]);
    let last = explained.iter().rev().take(10).rev().map(show);
    let then = stuck.iter().map(show);
    let lines: Vec<_> = last.chain(["then none of".to_owned()]).chain(then).collect();
    lines.join("\n")
}

fn defects_would_be_seen(model: Model) {
    let (server, _folder) = start(model, &[]);
    // Every GETSET has a value of its own and tells which was there before; every INCR has a number of its own.
    let register = record(
        &server,
        &scripts(1, PIPELINES_CHANGED, |rng, key, unique| {
            one(if rng.below(3) == 0 {
                format!("GET {key}")
            } else {
                format!("GETSET {key} {unique}")
            })
        }),
    );
    let counter =
        record(&server, &scripts(2, PIPELINES_CHANGED, |_, key, _| one(format!("INCR {key}"))));
    let list = record(
        &server,
        &scripts(3, PIPELINES_CHANGED, |rng, key, unique| {
            one(if rng.below(2) == 0 {
                format!("LPUSH {key} {unique}")
            } else {
                format!("LPOP {key}")
            })
        }),
    );
    for history in [&register, &counter, &list] {
        assert!(matches!(judge(history), Verdict::Linearizable(_)));
    }
    assert!(rejected(&counter, lost_updates) > 0);
    assert!(rejected(&register, lost_updates) > 0);
    assert!(rejected(&register, stale_reads) > 0);
    assert!(rejected(&counter, reorderings) > 0);
    assert!(rejected(&register, reorderings) > 0);
    assert!(rejected(&list, duplicated_pops) > 0);
    for history in [&register, &counter, &list] {
        assert!(rejected(history, inventions) > 0);
    }
}

/// Changed replies: places in the history and what would stand there.
type Change = Vec<(usize, Value)>;

/// Makes every change that `defect` knows of, one at a time; how many there were.
fn rejected(history: &History, defect: fn(&History) -> Vec<Change>) -> usize {
    let changes = defect(history);
    for change in &changes {
        let mut changed = history.clone();
        for (place, reply) in change {
            changed[*place].reply = reply.clone();
        }
        let verdict = judge(&changed);
        assert!(matches!(verdict, Verdict::Impossible { .. }), "{change:?}: {verdict:?}");
    }
    changes.len()
}

/// Whether this is an update that tells a value no other update tells.
fn updates(history: &History, place: usize) -> bool {
    matches!(&history[place].command, Request::One(text) if !text.starts_with("GET "))
        && !is_nothing(&history[place].reply)
}

fn is_nothing(reply: &Value) -> bool {
    matches!(reply, Value::NullBulk)
}

/// Two updates have started from the same value, so that one of them is lost.
fn lost_updates(history: &History) -> Vec<Change> {
    let places: Vec<_> = (0..history.len()).filter(|place| updates(history, *place)).collect();
    places.windows(2).map(|two| vec![(two[1], history[two[0]].reply.clone())]).collect()
}

/// Somebody reads a value that was replaced before they asked.
fn stale_reads(history: &History) -> Vec<Change> {
    let reads = history.iter().enumerate().filter(|(_, operation)| {
        matches!(&operation.command, Request::One(text) if text.starts_with("GET "))
    });
    reads
        .filter_map(|(place, read)| {
            let replaced =
                history.iter().enumerate().rev().find(|(at, before)| {
                    updates(history, *at) && before.answered_ns < read.sent_ns
                })?;
            Some(vec![(place, replaced.1.reply.clone())])
        })
        .collect()
}

/// Two updates happened the other way round, although one was answered before the other was sent, or they are of one
/// pipeline.
fn reorderings(history: &History) -> Vec<Change> {
    let places: Vec<_> = (0..history.len()).filter(|place| updates(history, *place)).collect();
    let ordered = |a: usize, b: usize| {
        history[a].client == history[b].client || history[a].answered_ns < history[b].sent_ns
    };
    places
        .iter()
        .zip(places.iter().skip(1))
        .filter(|(a, b)| ordered(**a, **b))
        .map(|(a, b)| vec![(*a, history[*b].reply.clone()), (*b, history[*a].reply.clone())])
        .collect()
}

/// An element is handed out twice.
fn duplicated_pops(history: &History) -> Vec<Change> {
    let pops = (0..history.len()).filter(|place| {
        matches!(&history[*place].command, Request::One(text) if text.starts_with("LPOP"))
            && !is_nothing(&history[*place].reply)
    });
    let pops: Vec<_> = pops.collect();
    pops.windows(2).map(|two| vec![(two[0], history[two[1]].reply.clone())]).collect()
}

/// A reply that no command could have led to, in every place.
fn inventions(history: &History) -> Vec<Change> {
    let places = history.iter().enumerate();
    places
        .map(|(place, operation)| {
            let invented = match operation.reply {
                Value::Integer(number) => Value::Integer(number + 1_000_000),
                _ => Value::Bulk(b"never written".to_vec()),
            };
            vec![(place, invented)]
        })
        .collect()
}
