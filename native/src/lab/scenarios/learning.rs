//! What a newcomer reads and has to know for each model, counted in the source that this program was built from: lines of code without
//! blank lines, comments and tests, and which concepts of synchronisation occur in them.
//!
//! It is a proxy. A line may be hard or easy, a concept may be known already, and nobody was watched while learning. What it does show
//! is how much more there is under one model than under another.

use super::Answer;
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
static SHARED: [Source; 6] = [
    source!("models/mod.rs"),
    source!("server.rs"),
    source!("entrance.rs"),
    source!("throttle.rs"),
    source!("connection.rs"),
    source!("desk.rs"),
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
static OFFLOAD: [Source; 1] = [source!("disposal.rs")];

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

/// Lines with something on them.
fn code_lines(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

/// Names and keywords.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// A Rust source without comments, the insides of strings, and the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = skip(rest);
        if skipped > 0 {
            // Lines stay lines.
            code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            rest = &rest[skipped..];
            continue;
        }
        code.push(first);
        rest = &rest[first.len_utf8()..];
    }
    code
}

/// How many bytes at the beginning are a comment or a literal's inside; 0: none.
fn skip(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return text.find("*/").map_or(text.len(), |end| end + 2);
    }
    if text.starts_with('"') {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return at + 1,
                _ => {}
            }
        }
        return text.len();
    }
    // A character that would look like the beginning of one of those; lifetimes have no closing quote there.
    for quoted in ["'\"'", "'\\\"'", "'/'", "'\\''"] {
        if text.starts_with(quoted) {
            return quoted.len();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_tests_are_no_code() {
        let text = "//! Arc\nuse std::rc::Rc; // Mutex\n/* Cell\n */\nlet a = \"Waker \\\" // Arc\";\nlet q = '\"'; let r: Rc<u8>;\n\n#[cfg(test)]\nmod tests {\n    use Arc;\n}\n";
        let code = code(text);
        let found: Vec<&str> = words(&code).collect();
        assert_eq!(
            found,
            ["use", "std", "rc", "Rc", "let", "a", "let", "q", "let", "r", "Rc", "u8"]
        );
        assert_eq!(code_lines(&code), 3);
    }

    #[test]
    fn what_a_model_names_is_counted_with_it() {
        // Facts about the machine and the settings are no part of a model.
        let elsewhere = ["clock", "gauges", "options", "disposal"];
        let listed = |module: &str| {
            let file = format!("{module}.rs");
            SHARED.iter().any(|source| source.path == file)
        };
        for model in Model::ALL {
            for source in own(Setup { model, offload: false }) {
                for rest in source.text.split("use crate::").skip(1) {
                    let module = words(rest).next().unwrap();
                    assert!(
                        elsewhere.contains(&module) || listed(module),
                        "{} uses {module}, which a newcomer has to read as well: add it to SHARED",
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
            assert!(helped.figures[&Figure::CodeLines] > plain.figures[&Figure::CodeLines]);
            assert!(helped.figures[&Figure::CodeConcepts] >= plain.figures[&Figure::CodeConcepts]);
        }
        let concepts = |model| measure(Setup { model, offload: false }).notes.join("\n");
        assert!(concepts(Model::TaskPerConnection).contains("lock"));
        assert!(!concepts(Model::EventLoop).contains("lock,"));
    }
}
