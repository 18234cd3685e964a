//! The page's engine in three files: what most sessions begin with, which a first command waits for; the rest of what the
//! everyday commands need, which is fetched after it; and what is rare. Which function belongs where is found by playing
//! such sessions (`xtask/split/profile.mjs`) on an instrumented engine; `web/src/worker/parts.ts` puts all together again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{paths, run};

/// Binaryen's splitter. The npm package has all of Binaryen's tools but this one.
const TOOL: &str = "wasm-split";

/// What Rust's modules for browsers use. Debian's tool does not read that out of the module.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The table that bindings keep JavaScript's values in, as an export: its name, then "a table", then which.
const VALUES: &[u8] = b"\x15__wbindgen_externrefs\x01";
/// The table of functions, as an import: its name, then "a table", "of functions", "with a most size".
const TABLE: &[u8] = b"\x06%table\x01\x70\x01";
/// A group of seven bits that is not its number's last.
const MORE: u8 = 0x80;
/// Functions are in the first table, values in the second.
const VALUES_TABLE: u8 = 1;

/// The transcripts whose commands are the everyday ones, by folder. What none of them runs is rare.
const EVERYDAY: [&str; 10] = [
    "blocking",
    "generic",
    "hashes",
    "lists",
    "pubsub",
    "sets",
    "streams",
    "strings",
    "transactions",
    "zsets",
];
/// Those among them that nobody types: serialised values, some on their way to another server, and half gigabytes.
const NOT_EVERYDAY: [&str; 4] = ["dump", "huge", "migrate", "restore"];

/// Splits the module `whole` into `first.wasm`, `rest.wasm` and `rare.wasm` in `folder`. What came of the same module and
/// the same sessions is kept.
pub(crate) fn split(whole: &Path, folder: &Path) -> Result<()> {
    let kept = paths::target().join("wasm-split");
    fs::create_dir_all(&kept)?;
    let script = paths::root().join("xtask/split/profile.mjs");
    let everyday = everyday()?;
    let mut made_from = Vec::new();
    for input in [whole, &script].into_iter().chain(everyday.iter().map(PathBuf::as_path)) {
        made_from.extend(fs::read(input).with_context(|| format!("no {}", input.display()))?);
    }
    let parts = ["first", "rest", "rare"].map(|part| kept.join(part).with_extension("wasm"));
    let [first, rest, rare] = &parts;
    let mark = kept.join("made-from");
    let made = parts.iter().all(|part| part.is_file());
    if !made || fs::read(&mark).ok().as_ref() != Some(&made_from) {
        let common = kept.join("common.wasm");
        let list = kept.join("everyday.txt");
        let names = everyday.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
        fs::write(&list, names.join("\n"))?;
        divide(whole, &script, Some(&list), "rare", [&common, rare])?;
        divide(&common, &script, None, "rest", [first, rest])?;
        fs::write(&mark, made_from)?;
    }
    fs::create_dir_all(folder)?;
    for part in &parts {
        let name = part.file_name().context("a part has a name")?;
        let content = fs::read(part)?;
        if fs::read(folder.join(name)).ok().as_ref() != Some(&content) {
            fs::write(folder.join(name), content)?;
        }
    }
    Ok(())
}

fn everyday() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in EVERYDAY {
        for entry in fs::read_dir(paths::root().join("tests/transcripts").join(folder))? {
            let name = entry?.path();
            let stem = name.file_stem().context("a transcript has a name")?.to_string_lossy();
            if !NOT_EVERYDAY.iter().any(|start| stem.starts_with(start)) {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Splits off what neither a beginning nor the listed transcripts run. Who calls it finds placeholders of that `name`.
fn divide(
    module: &Path,
    script: &Path,
    transcripts: Option<&Path>,
    name: &str,
    [kept, off]: [&Path; 2],
) -> Result<()> {
    let instrumented = kept.with_extension("instrumented.wasm");
    let mut instrument = run::command(TOOL);
    instrument.arg("--instrument").args(FEATURES).arg(module).arg("-o").arg(&instrumented);
    run::run(&mut instrument)?;
    mend_exports(&instrumented)?;
    let (web, profile) = (paths::root().join("web"), kept.with_extension("profile"));
    let mut play = run::command("node");
    run::run(play.arg(script).args([&web, &instrumented, &profile]).args(transcripts))?;
    let mut split = run::command(TOOL);
    split.arg(format!("--profile={}", profile.display())).args(FEATURES).arg(module);
    split.args(["--import-namespace=first", "--export-prefix=%"]);
    split.arg(format!("--placeholder-namespace={name}")).arg("-o1").arg(kept).arg("-o2").arg(off);
    run::run(&mut split)?;
    widen_table(off)?;
    mend_exports(kept)
}

/// Lets the table of functions, which what is split off imports, grow: the next split adds placeholders to it.
fn widen_table(module: &Path) -> Result<()> {
    let mut bytes = fs::read(module)?;
    let found = bytes.windows(TABLE.len()).position(|name| name == TABLE);
    let limits = found.with_context(|| format!("{} imports no table", module.display()))?;
    // Two numbers, the least size and the most, in groups of seven bits; all but the last group have the top bit set.
    let mut at = limits + TABLE.len();
    while bytes[at] & MORE != 0 {
        at += 1;
    }
    at += 1;
    while bytes[at] & MORE != 0 {
        bytes[at] = u8::MAX;
        at += 1;
    }
    bytes[at] = !MORE;
    fs::write(module, bytes).with_context(|| format!("cannot write {}", module.display()))
}

/// Version 108 of the tool exports the first table under the name of the second.
fn mend_exports(module: &Path) -> Result<()> {
    let mut bytes = fs::read(module)?;
    let found = bytes.windows(VALUES.len()).position(|name| name == VALUES);
    let at = found.with_context(|| format!("{} exports no table of values", module.display()))?;
    bytes[at + VALUES.len()] = VALUES_TABLE;
    fs::write(module, bytes).with_context(|| format!("cannot write {}", module.display()))
}
