//! What a newcomer reads and has to know for each model, counted in the source that this program was built from: lines of code without
//! blank lines, comments and tests; states, which are the fields and variants of its types; and which concepts of synchronisation occur.
//!
//! It is a proxy. A line may be hard or easy, a concept may be known already, and nobody was watched while learning. What it does show
//! is how much more there is under one model than under another.

use super::Answer;
use super::source::{code, code_lines, states, words};
use crate::lab::figure::Figure;
use crate::lab::subject::{Model, Setup};
use std::collections::{BTreeMap, BTreeSet};

/// A file of the source.
struct Source {
    path: &'static str,
    text: &'static str,
}

macro_rules! source {
    ($path:literal) => {
        Source { path: $path, text: include_str!(concat!("../../", $path)) }
    };
}

/// What every model needs: how connections come in, what they are, where the engine meets them.
static SHARED: [Source; 7] = [
    source!("models/mod.rs"),
    source!("server.rs"),
    source!("entrance.rs"),
    source!("throttle.rs"),
    source!("connection.rs"),
    source!("desk.rs"),
    source!("courier.rs"),
];
static EVENT_LOOP: [Source; 1] = [source!("models/event_loop.rs")];
static TASK_PER_CONNECTION: [Source; 1] = [source!("models/task_per_connection.rs")];
static WORKER_POOL: [Source; 4] = [
    source!("models/worker_pool.rs"),
    source!("models/worker_pool/engine_thread.rs"),
    source!("models/worker_pool/post.rs"),
    source!("models/worker_pool/worker.rs"),
];
/// Helper threads.
static OFFLOAD: [Source; 2] = [source!("disposal.rs"), source!("helpers.rs")];

/// Something one has to know to read a model, and the words that show it. A word ending in `*` stands for all that begin so.
struct Concept {
    name: &'static str,
    words: &'static [&'static str],
}

static CONCEPTS: [Concept; 13] = [
    Concept { name: "lock", words: &["Mutex", "RwLock", "MutexGuard", "TryLockError"] },
    Concept { name: "poisoning", words: &["PoisonError"] },
    Concept { name: "atomic", words: &["Atomic*"] },
    Concept { name: "memory ordering", words: &["Ordering"] },
    Concept {
        name: "channel",
        words: &["mpsc", "oneshot", "sync_channel", "SyncSender", "Sender", "Receiver"],
    },
    Concept { name: "waker", words: &["Waker", "AtomicWaker", "poll_fn", "Poll", "Context"] },
    Concept { name: "notification", words: &["Notify"] },
    Concept { name: "cell", words: &["Cell", "RefCell"] },
    Concept { name: "Rc (shared on one thread)", words: &["Rc"] },
    Concept { name: "Arc (shared by threads)", words: &["Arc"] },
    Concept { name: "await", words: &["await", "select"] },
    Concept { name: "task", words: &["spawn", "spawn_local", "LocalSet", "JoinSet"] },
    Concept { name: "thread", words: &["thread", "thread_local", "Builder"] },
];

/// The model's own files, those of helper threads if it has them.
fn own(setup: Setup) -> Vec<&'static Source> {
    let model: &[Source] = match setup.model {
        Model::EventLoop => &EVENT_LOOP,
        Model::TaskPerConnection => &TASK_PER_CONNECTION,
        Model::WorkerPool => &WORKER_POOL,
    };
    let helpers: &[Source] = if setup.offload { &OFFLOAD } else { &[] };
    model.iter().chain(helpers).collect()
}

/// The figures, and which concepts the model's own files use.
pub(super) fn measure(setup: Setup) -> Answer {
    let own = own(setup);
    let lines: usize = own.iter().map(|source| code_lines(&code(source.text))).sum();
    let shared: usize = SHARED.iter().map(|source| code_lines(&code(source.text))).sum();
    let states: usize = own.iter().map(|source| states(&code(source.text))).sum();
    let mut known = BTreeSet::new();
    let mut occurrences = 0;
    for source in &own {
        for word in words(&code(source.text)) {
            for concept in CONCEPTS.iter().filter(|concept| concept.has(word)) {
                known.insert(concept.name);
                occurrences += 1;
            }
        }
    }
    let figures = BTreeMap::from([
        (Figure::CodeLines, lines as f64),
        (Figure::CodeLinesShared, shared as f64),
        (Figure::CodeStates, states as f64),
        (Figure::CodeFiles, own.len() as f64),
        (Figure::CodeConcepts, known.len() as f64),
        (Figure::CodeOccurrences, occurrences as f64),
    ]);
    let known: Vec<&str> = known.into_iter().collect();
    let files: Vec<&str> = own.iter().map(|source| source.path).collect();
    let notes = vec![format!("{setup}: {}; {}", files.join(", "), known.join(", "))];
    Answer { figures, notes }
}

impl Concept {
    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| match known.strip_suffix('*') {
            Some(beginning) => word.starts_with(beginning),
            None => word == *known,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_names_is_counted_with_it() {
        // Facts about the machine and the settings are no part of a model.
        let elsewhere = ["clock", "gauges", "options"];
        let listed = |module: &str| {
            let file = format!("{module}.rs");
            SHARED.iter().chain(&OFFLOAD).any(|source| source.path == file)
        };
        for model in Model::ALL {
            for source in own(Setup { model, offload: false }) {
                for rest in source.text.split("use crate::").skip(1) {
                    let module = words(rest).next().unwrap();
                    assert!(
                        elsewhere.contains(&module) || listed(module),
                        "{} uses {module}, which a newcomer has to read as well: add it to SHARED, or to OFFLOAD",
                        source.path
                    );
                }
            }
        }
    }

    #[test]
    fn every_model_has_something_to_read() {
        for model in Model::ALL {
            let plain = measure(Setup { model, offload: false });
            let helped = measure(Setup { model, offload: true });
            assert!(plain.figures[&Figure::CodeLines] > 40.0, "{model}: {plain:?}");
            assert!(plain.figures[&Figure::CodeStates] >= 1.0, "{model}: {plain:?}");
            assert!(helped.figures[&Figure::CodeLines] > plain.figures[&Figure::CodeLines]);
            assert!(helped.figures[&Figure::CodeConcepts] >= plain.figures[&Figure::CodeConcepts]);
        }
        let concepts = |model| measure(Setup { model, offload: false }).notes.join("\n");
        assert!(concepts(Model::TaskPerConnection).contains("lock"));
        assert!(!concepts(Model::EventLoop).contains("lock,"));
    }
}
