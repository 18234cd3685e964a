//! The transcripts of the repository: where they are, and how they are read.

use crate::{
    tools,
    transcript::{self, Transcript},
};
use std::path::{Path, PathBuf};

mod written_down {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Where they are.
pub fn directory() -> PathBuf {
    tools::root().join("tests/transcripts")
}

/// Every `*.redis` file among `paths` and under those that are directories, sorted.
///
/// # Errors
/// When a path cannot be read.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut pending = paths.to_vec();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries =
                std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            pending.extend(entries.flatten().map(|entry| entry.path()));
        } else if paths.contains(&path)
            || path.extension().is_some_and(|extension| extension == "redis")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads one file; its `path` is relative to the workspace.
///
/// # Errors
/// When it cannot be read, or is no transcript.
pub fn load(file: &Path) -> Result<Transcript, String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let name = file.strip_prefix(tools::root()).unwrap_or(file).display().to_string();
    transcript::parse(&name, &text).map_err(|error| error.to_string())
}

/// All of them.
///
/// # Errors
/// As [`files`] and [`load`].
pub fn all() -> Result<Vec<Transcript>, String> {
    files(&[directory()])?.iter().map(|file| load(file)).collect()
}

/// All of them, as they were when this crate was compiled: for hosts without a file system.
///
/// # Errors
/// When one is no transcript.
pub fn embedded() -> Result<Vec<Transcript>, String> {
    let parsed = written_down::EMBEDDED.iter().map(|(name, text)| transcript::parse(name, text));
    parsed.collect::<Result<_, _>>().map_err(|error| error.to_string())
}
