//! Lessons: Markdown files whose fenced blocks are transcripts, hints, solutions and goals (`web/lessons/README.md`).
//!
//! `parse` reads a file into blocks and exercises and refuses what the page could not play; `check` proves a lesson on
//! a host; `fix` writes into the file what the real servers say. A lesson's blocks become transcripts by blanking out
//! every other line of the file, so that whatever is said about them names the lesson's own line.

mod check;
mod fix;
mod parse;

pub use check::{check, check_all};
pub use fix::fix;
pub use parse::parse;

use crate::tools;
use std::path::{Path, PathBuf};

/// A lesson, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Where it came from, for messages.
    pub path: String,
    /// Its heading.
    pub title: String,
    /// The file's lines.
    pub lines: Vec<String>,
    /// Its fenced blocks, in order.
    pub blocks: Vec<Block>,
    /// Its exercises, in order.
    pub exercises: Vec<Exercise>,
}

/// What a fenced block is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `redis`: a conversation to run and to read. All of a lesson's are one session.
    Example,
    /// `given`: what an exercise begins with.
    Given,
    /// `goal`: probes of the engine's state that say whether an exercise is solved.
    Goal,
    /// `hint`: a sentence that helps.
    Hint,
    /// `solution`: one way to reach the goal.
    Solution,
    /// `text`: shown as it is.
    Text,
}

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is for.
    pub kind: Kind,
    /// Line of its opening fence, from 1.
    pub line: usize,
    /// Line of its closing fence.
    pub end: usize,
}

/// A section with a goal. The fields are positions among the lesson's blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Line of the section's heading, from 1.
    pub line: usize,
    /// The section's heading.
    pub title: String,
    /// What it begins with, if anything.
    pub given: Option<usize>,
    /// What is to be reached.
    pub goal: usize,
    /// One way there.
    pub solution: usize,
}

impl Lesson {
    /// These blocks as one transcript's text, every line where it stands in the lesson.
    fn transcript(&self, blocks: &[usize]) -> String {
        let mut text = String::new();
        for (i, line) in self.lines.iter().enumerate() {
            let number = i + 1;
            let kept = |&at: &usize| self.blocks[at].line < number && number < self.blocks[at].end;
            // The title's `# ` is a comment in transcripts too.
            if i == 0 || blocks.iter().any(kept) {
                text.push_str(line);
            }
            text.push('\n');
        }
        text
    }

    /// Positions of the examples that stand before this line.
    fn examples_before(&self, line: usize) -> Vec<usize> {
        let example = |block: &Block| block.kind == Kind::Example && block.line < line;
        (0..self.blocks.len()).filter(|&at| example(&self.blocks[at])).collect()
    }
}

/// Where the course is.
pub fn directory() -> PathBuf {
    tools::root().join("web/lessons")
}

/// The lessons among `paths` and under those that are directories, sorted: `*.md`, but no README.
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
        } else if paths.contains(&path) || is_lesson(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads one; its `path` is relative to the workspace.
///
/// # Errors
/// When it cannot be read, or is no lesson.
pub fn load(file: &Path) -> Result<Lesson, String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let name = file.strip_prefix(tools::root()).unwrap_or(file).display().to_string();
    parse(&name, &text).map_err(|error| error.to_string())
}

fn is_lesson(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
        && path.file_stem().is_some_and(|name| name != "README")
}
