//! Where things are: the repository, its build directory, and the tools set-up puts there.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root: the folder above this package.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("xtask/ lies in the repository").to_path_buf()
}

/// Cargo's build directory.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// What set-up fetched or built; safe to delete, set-up makes it again.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// Programs built by set-up, under the names that other tools look for.
pub(crate) fn tools_bin() -> PathBuf {
    tools().join("bin")
}

/// The page's package.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// Where the page expects the wasm package.
pub(crate) fn web_wasm() -> PathBuf {
    web().join("src/wasm")
}

/// The built page.
pub(crate) fn web_dist() -> PathBuf {
    web().join("dist")
}

/// The server as it ships.
pub(crate) fn server() -> PathBuf {
    target().join("release").join(program("redloop"))
}

/// A program's file name on this system.
pub(crate) fn program(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// `path` as a person in the repository's root would type it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
