//! The engine for the browser: compiled, bound to JavaScript, made small; then the page around it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{paths, run, setup, split};

/// The smallest after brotli. Functions that are called once stay functions: merged into their callers they make the
/// module 1 % smaller before brotli and 5 % larger after it. Functions of one kind stand together, where brotli finds
/// what they share: another 1 %.
const OPTIMISATION: [&str; 6] = [
    "-Oz",
    "--one-caller-inline-max-function-size=0",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--reorder-functions-by-name",
];

/// Where the memory of a page's engine ends: beyond, its tab could no longer be trusted to live. The engine stops there
/// and the page says so (`web/src/worker/last-words.ts`).
const MEMORY_BYTES_MAX: u32 = 512 << 20;

/// Builds the wasm package into `web/src/wasm`; files that did not change keep their age.
pub(crate) fn build() -> Result<()> {
    setup::check_wasm_bindgen_version()?;
    let package = paths::target().join("wasm-package");
    make_package(&["--lib"], "redloop_wasm", &package)?;
    let shipped = paths::web_wasm();
    copy_changed(&package, &shipped)?;
    split::split(&shipped.join("redloop_wasm_bg.wasm"), &shipped.join("parts"))
}

/// Builds the example `drive` of the wasm crate the same way, and answers its folder.
pub(crate) fn build_drive() -> Result<PathBuf> {
    setup::check_wasm_bindgen_version()?;
    let package = paths::target().join("wasm-drive");
    make_package(&["--example", "drive"], "examples/drive", &package)?;
    Ok(package)
}

/// Builds the page into `web/dist`; the wasm package must be there.
pub(crate) fn build_page() -> Result<()> {
    run::run(run::npm("web").args(["run", "--silent", "build"]))
}

/// Compiles the part of the wasm crate that `what` selects, named `module` below the build
/// directory, and writes the module and its bindings into `package`.
fn make_package(what: &[&str], module: &str, package: &Path) -> Result<()> {
    let mut compile = run::cargo();
    compile.args(["rustc", "--profile", "release-wasm", "--target", setup::WASM_TARGET]);
    compile.args(["-p", "redloop-wasm"]).args(what);
    run::run(compile.args(["--", &format!("-Clink-arg=--max-memory={MEMORY_BYTES_MAX}")]))?;
    let folder = paths::target().join(setup::WASM_TARGET).join("release-wasm");
    let compiled = folder.join(module).with_extension("wasm");

    recreate(package)?;
    let mut bind = run::command("wasm-bindgen");
    bind.args(["--target", "web", "--out-dir"]).arg(package);
    run::run(bind.arg(&compiled))?;
    let name = compiled.file_stem().context("a module has a name")?.to_string_lossy();
    optimise(&package.join(format!("{name}_bg.wasm")))
}

/// Runs binaryen's optimiser over `module`, in place.
///
/// No feature flags: the module says itself which it uses, and `--all-features` would let the
/// optimiser introduce instructions that browsers refuse. The result for the same input is kept,
/// since the optimiser takes longer than everything else here.
fn optimise(module: &Path) -> Result<()> {
    let input = fs::read(module).with_context(|| format!("no {}", module.display()))?;
    let name = module.file_stem().context("a module has a name")?;
    let kept = paths::target().join("wasm-optimised").join(name);
    let (kept_input, kept_output) = (kept.join("input.wasm"), kept.join("output.wasm"));
    let same = fs::read(&kept_input).is_ok_and(|kept| kept == input);
    if !same || !kept_output.is_file() {
        recreate(&kept)?;
        let program = setup::npm_program("xtask/npm", "wasm-opt");
        let mut optimise = run::command(&program.to_string_lossy());
        optimise.args(OPTIMISATION).args(["--strip-debug", "--strip-producers"]);
        optimise.arg("--strip-target-features").arg(module).arg("-o").arg(&kept_output);
        run::run(&mut optimise)?;
        fs::write(&kept_input, input)?;
    }
    fs::copy(&kept_output, module).context("cannot write the optimised module")?;
    Ok(())
}

fn recreate(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Copies the files of `from` and of the folders in it whose content differs from that in `to`.
fn copy_changed(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_changed(&entry.path(), &to.join(entry.file_name()))?;
            continue;
        }
        let (content, target) = (fs::read(entry.path())?, to.join(entry.file_name()));
        if fs::read(&target).ok().as_ref() != Some(&content) {
            fs::write(&target, content)?;
        }
    }
    Ok(())
}
