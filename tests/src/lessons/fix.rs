//! Writes into a lesson what the real servers say: Valkey's replies, and Redis 7.0's where it says something else.
//!
//! Examples, and every exercise's way to its goal, are recorded as transcripts are. Goals are what an author wants and
//! stay as they are; so do blocks in which nothing differs.

use super::{Lesson, check::conversation};
use crate::{
    driver::{Flavour, TcpDriver},
    transcript::{self, Item, Report, Transcript},
};

/// The lesson's text with replies as the servers say; `None` when they all are.
///
/// # Errors
/// When a server cannot be started or fails.
pub fn fix(lesson: &Lesson) -> Result<Option<String>, String> {
    let mut conversations = vec![lesson.examples_before(usize::MAX)];
    for exercise in &lesson.exercises {
        let mut blocks = lesson.examples_before(exercise.line);
        blocks.extend(exercise.given);
        blocks.push(exercise.solution);
        conversations.push(blocks);
    }
    let mut fixed: Vec<Option<String>> = vec![None; lesson.blocks.len()];
    for blocks in conversations.iter().filter(|blocks| !blocks.is_empty()) {
        let before = conversation(lesson, blocks)?;
        let mut after = before.clone();
        let valkey = replay(&after, Flavour::Valkey9)?;
        let redis = replay(&after, Flavour::Redis7)?;
        transcript::record(&mut after, &valkey, Some(&redis));
        // A block read by itself has one item for every other line of the file.
        let (mut old, mut new) = (&before.items[..], &after.items[..]);
        for &at in blocks {
            let length = transcript::parse(&lesson.path, &lesson.transcript(&[at]))
                .map_err(|error| error.to_string())?
                .items
                .len();
            let block = &lesson.blocks[at];
            let own = block.line..length - (lesson.lines.len() + 1 - block.end);
            if old[own.clone()] != new[own.clone()] {
                fixed[at].get_or_insert(printed(&after, &new[own]));
            }
            (old, new) = (&old[length..], &new[length..]);
        }
    }
    if fixed.iter().all(Option::is_none) {
        return Ok(None);
    }
    let mut text = String::new();
    let mut number = 0;
    while number < lesson.lines.len() {
        text.push_str(&lesson.lines[number]);
        text.push('\n');
        number += 1;
        if let Some(at) = lesson.blocks.iter().position(|block| block.line == number)
            && let Some(new) = &fixed[at]
        {
            text.push_str(new);
            number = lesson.blocks[at].end - 1;
        }
    }
    Ok(Some(text))
}

fn replay(transcript: &Transcript, flavour: Flavour) -> Result<Report, String> {
    transcript::run(transcript, &mut TcpDriver::start_recording(flavour)?)
}

fn printed(whole: &Transcript, items: &[Item]) -> String {
    Transcript { items: items.to_vec(), ..whole.clone() }.to_string()
}
