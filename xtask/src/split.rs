//! The page's engine in two files: what most sessions begin with, which a first command waits for, and the rest, which
//! comes right after it. Which function belongs where is found by playing such a beginning (`xtask/split/profile.mjs`) on
//! an instrumented engine; `web/src/worker/parts.ts` puts both together again.

use std::fs;
use std::path::Path;

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
/// Functions are in the first table, values in the second.
const VALUES_TABLE: u8 = 1;

/// Splits the module `whole` into `first.wasm` and `rest.wasm` in `folder`. What came of the same module is kept.
pub(crate) fn split(whole: &Path, folder: &Path) -> Result<()> {
    let kept = paths::target().join("wasm-split");
    fs::create_dir_all(&kept)?;
    let input = fs::read(whole).with_context(|| format!("no {}", whole.display()))?;
    let script = paths::root().join("xtask/split/profile.mjs");
    let made_from = [input, fs::read(&script)?].concat();
    let (first, rest) = (kept.join("first.wasm"), kept.join("rest.wasm"));
    let mark = kept.join("made-from");
    if fs::read(&mark).ok().as_ref() != Some(&made_from) || !first.is_file() || !rest.is_file() {
        let (instrumented, profile) = (kept.join("instrumented.wasm"), kept.join("profile"));
        let mut instrument = run::command(TOOL);
        instrument.arg("--instrument").args(FEATURES).arg(whole).arg("-o").arg(&instrumented);
        run::run(&mut instrument)?;
        mend_exports(&instrumented)?;
        let web = paths::root().join("web");
        run::run(run::command("node").arg(&script).args([&web, &instrumented, &profile]))?;
        let mut split = run::command(TOOL);
        split.arg(format!("--profile={}", profile.display())).args(FEATURES).arg(whole);
        split.args(["--import-namespace=first", "--placeholder-namespace=later"]);
        split.arg("--export-prefix=%").arg("-o1").arg(&first).arg("-o2").arg(&rest);
        run::run(&mut split)?;
        mend_exports(&first)?;
        fs::write(&mark, made_from)?;
    }
    fs::create_dir_all(folder)?;
    for part in [&first, &rest] {
        let name = part.file_name().context("a part has a name")?;
        let content = fs::read(part)?;
        if fs::read(folder.join(name)).ok().as_ref() != Some(&content) {
            fs::write(folder.join(name), content)?;
        }
    }
    Ok(())
}

/// Version 108 of the tool exports the first table under the name of the second.
fn mend_exports(module: &Path) -> Result<()> {
    let mut bytes = fs::read(module)?;
    let found = bytes.windows(VALUES.len()).position(|name| name == VALUES);
    let at = found.with_context(|| format!("{} exports no table of values", module.display()))?;
    bytes[at + VALUES.len()] = VALUES_TABLE;
    fs::write(module, bytes).with_context(|| format!("cannot write {}", module.display()))
}
