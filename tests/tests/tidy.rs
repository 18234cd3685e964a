//! What no compiler checks: who may know whom, how long files are, what must be named in a transcript.
//!
//! Each rule says why it exists when it breaks.

use redloop_core::command::{CommandTable, syntax};
use redloop_tests::{corpus, lines, tools, transcript::Action};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

const LINES_MAX: usize = 800;
const TRANSCRIPT_LINES_MAX: usize = 150;
/// Folders that are not ours, or made by tools.
const SKIPPED: &[&str] = &[
    "target",
    "node_modules",
    ".git",
    "dist",
    "dist-bundlers",
    "dist-package",
    "wasm/pkg",
    "web/src/wasm",
    "corpus",
    "artifacts",
    "__screens__",
    "test-results",
];

/// What a module of the core may name of its siblings. What is not here may be named by nobody but those at the top.
const LAYERS: &[(&str, &[&str])] = &[
    ("util", &[]),
    ("time", &[]),
    ("limits", &[]),
    ("ds", &["util", "limits"]),
    ("value", &["ds", "util", "limits", "time"]),
    ("keyspace", &["value", "ds", "util", "limits", "time", "error"]),
    ("resp", &["util", "limits", "error"]),
    ("rdb", &["value", "ds", "util", "limits"]),
    ("snapshot", &["keyspace", "rdb", "ds", "time"]),
    ("error", &["resp", "limits", "util"]),
];

/// What handlers must not know, and why.
const HIDDEN_FROM_HANDLERS: &[(&str, &str)] = &[
    ("engine", "handlers try, the engine decides: what a handler may touch is in its Ctx"),
    ("dispatch", "only the engine knows the order of work"),
    ("settle", "what follows from a command is not the command's business"),
    ("queue", "a handler runs within one turn and knows of no other"),
    ("observer", "events are made where things happen, not where they are asked for"),
];

#[test]
fn lower_layers_do_not_know_higher_ones() {
    let mut broken = Vec::new();
    for file in core_sources() {
        let module = module_of(&file);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else { continue };
        for used in siblings_used(&file) {
            if used != module && !allowed.contains(&used.as_str()) {
                broken.push(format!(
                    "{}: `{module}` names `{used}`; it may name {allowed:?}",
                    show(&file)
                ));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "a part one can read on its own must not lead to the whole:\n{}",
        broken.join("\n")
    );
}

#[test]
fn handlers_know_only_their_context() {
    let mut broken = Vec::new();
    for file in core_sources().into_iter().filter(|file| module_of(file) == "commands") {
        let text = read(&file);
        for used in siblings_used(&file) {
            if let Some((_, why)) = HIDDEN_FROM_HANDLERS.iter().find(|(name, _)| *name == used) {
                broken.push(format!("{}: names `{used}`: {why}", show(&file)));
            }
        }
        if !file.ends_with("mod.rs") && text.contains("crate::commands::") {
            broken.push(format!(
                "{}: names another family: what two share belongs below them",
                show(&file)
            ));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_in_the_core_reaches_outside() {
    const OUTSIDE: &[(&str, &str)] = &[
        ("std::net", "bytes come in by `feed`"),
        ("std::fs", "the host keeps files"),
        ("std::thread", "the core is one thread, the host's"),
        ("std::sync::Mutex", "one thread needs no lock"),
        ("std::time", "the time is an argument"),
        ("std::env", "options are arguments"),
        ("SystemTime", "the time is an argument"),
        ("Instant::now", "the time is an argument"),
        ("collections::HashMap", "its order is random: use BTreeMap or ds::dict"),
        ("collections::HashSet", "its order is random: use BTreeSet or ds::dict"),
        ("println!", "the host logs"),
        ("Rc<RefCell", "who owns what must be readable from the types"),
    ];
    let mut broken = Vec::new();
    for file in core_sources() {
        let text = read(&file);
        for (word, why) in OUTSIDE {
            if text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word))
            {
                broken.push(format!("{}: {word}: {why}", show(&file)));
            }
        }
    }
    assert!(broken.is_empty(), "the core knows no outside world:\n{}", broken.join("\n"));
}

#[test]
fn the_core_depends_on_little() {
    const ALLOWED: &[&str] = &["hashbrown", "siphasher", "memchr", "itoa", "bytes"];
    /// What hosts may ask for, and pages do not.
    const OPTIONAL: &[(&str, &str)] = &[("pulp", "wide")];
    let page = read(&tools::root().join("wasm/Cargo.toml"));
    let manifest = read(&tools::root().join("core/Cargo.toml"));
    let dependencies = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap_or_default()
        .split("\n[")
        .next()
        .unwrap_or_default();
    for line in
        dependencies.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        let left_out = |(optional, feature): &(&str, &str)| {
            *optional == name
                && line.contains("optional = true")
                && !page.contains(&format!("\"{feature}\""))
        };
        if OPTIONAL.iter().any(left_out) {
            continue;
        }
        assert!(
            ALLOWED.contains(&name),
            "core/Cargo.toml: {name}: every byte of it is loaded by every page; allowed: {ALLOWED:?}"
        );
    }
}

#[test]
fn files_are_small_and_say_why_they_exist() {
    let mut broken = Vec::new();
    for file in sources() {
        let text = read(&file);
        let lines = text.lines().count();
        if lines > LINES_MAX {
            broken.push(format!(
                "{}: {lines} lines; the limit is {LINES_MAX}: it holds more than one idea",
                show(&file)
            ));
        }
        if extension(&file) == "rs" && !text.starts_with("//!") && !text.starts_with("#!") {
            broken.push(format!(
                "{}: does not open with `//!`: say why the file exists",
                show(&file)
            ));
        }
        if extension(&file) == "ts"
            && !is_test(&file)
            && !text.starts_with("/*")
            && !text.starts_with("//")
        {
            broken.push(format!(
                "{}: does not open with a comment: say why the file exists",
                show(&file)
            ));
        }
        if extension(&file) == "redis" && lines > TRANSCRIPT_LINES_MAX {
            broken.push(format!(
                "{}: {lines} lines; a transcript has at most {TRANSCRIPT_LINES_MAX}",
                show(&file)
            ));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    // Spelt apart, so that this file does not find itself.
    let words = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X:"],
        ["todo", "!("],
        ["unimple", "mented!("],
        ["#[ig", "nore"],
    ]
    .map(|it| it.concat());
    let mut broken = Vec::new();
    for file in sources() {
        for (i, line) in read(&file).lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(word.as_str())) {
                broken.push(format!("{}:{}: {word}", show(&file), i + 1));
            }
        }
    }
    assert!(broken.is_empty(), "finish it, or write an issue:\n{}", broken.join("\n"));
}

#[test]
fn every_command_is_in_a_transcript() {
    let typed = typed();
    let missing: Vec<&str> = CommandTable::shared()
        .iter()
        .map(|(_, entry)| &*entry.full_name)
        .filter(|name| !typed.contains_key(*name))
        .collect();
    assert!(
        missing.is_empty(),
        "commands nobody ever typed in a test (write a transcript): {}",
        missing.join(", ")
    );
}

#[test]
fn every_option_of_a_data_command_is_in_a_transcript() {
    let typed = typed();
    let mut missing = Vec::new();
    for (_, entry) in CommandTable::shared().iter() {
        if !lines::is_about_data(entry.spec) {
            continue;
        }
        let mut options = BTreeSet::new();
        lines::tokens(&syntax::parse(entry.spec).unwrap(), &mut options);
        let words = typed.get(&*entry.full_name);
        let unused: Vec<&str> = options
            .into_iter()
            .filter(|option| words.is_none_or(|words| !words.contains(*option)))
            .collect();
        if !unused.is_empty() {
            missing.push(format!("{}: {}", entry.full_name, unused.join(" ")));
        }
    }
    assert!(
        missing.is_empty(),
        "options nobody ever typed in a test (write them into a transcript):\n{}",
        missing.join("\n")
    );
}

/// The words of every line of a transcript, in upper case, by the command's name; a subcommand's also by its full name.
fn typed() -> BTreeMap<String, BTreeSet<String>> {
    let mut typed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for transcript in corpus::all().unwrap() {
        for step in transcript.steps() {
            let Action::Commands { lines, .. } = &step.action else { continue };
            for line in lines {
                let words: Vec<String> = line.split_whitespace().map(str::to_uppercase).collect();
                let Some(first) = words.first().map(|word| word.to_lowercase()) else { continue };
                if let Some(second) = words.get(1) {
                    let full = format!("{first}|{}", second.to_lowercase());
                    typed.entry(full).or_default().extend(words.iter().cloned());
                }
                typed.entry(first).or_default().extend(words);
            }
        }
    }
    typed
}

fn siblings_used(file: &Path) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for line in read(file).lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            used.insert(name);
        }
    }
    used
}

fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(tools::root().join("core/src")).unwrap_or(file);
    let first = inside
        .components()
        .next()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .unwrap_or_default();
    first.trim_end_matches(".rs").to_owned()
}

fn core_sources() -> Vec<PathBuf> {
    let core = tools::root().join("core/src");
    sources()
        .into_iter()
        .filter(|file| file.starts_with(&core) && extension(file) == "rs")
        .collect()
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![tools::root().to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            let inside = show(&path);
            if SKIPPED
                .iter()
                .any(|skipped| inside == *skipped || inside.ends_with(&format!("/{skipped}")))
            {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
            } else if matches!(extension(&path), "rs" | "ts" | "py" | "mjs" | "redis") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_test(path: &Path) -> bool {
    [".test.ts", ".spec.ts"].iter().any(|end| show(path).ends_with(end))
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|it| it.to_str()).unwrap_or_default()
}

fn show(path: &Path) -> String {
    path.strip_prefix(tools::root()).unwrap_or(path).display().to_string()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
