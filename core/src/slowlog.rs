//! SLOWLOG: the latest commands that took long, newest first. What "took" means is the host's clock, or the modelled
//! time that the loop stands still for them; long commands are cut to a size that can be kept by the thousand.

use crate::command::{Spec, secrets};
use crate::resp::Args;
use crate::session::Session;
use crate::time::Timestamp;
use std::collections::VecDeque;

/// The log.
#[derive(Clone, Debug, Default)]
pub struct Slowlog {
    entries: VecDeque<SlowCommand>,
    next_id: u64,
}

/// One slow command.
#[derive(Clone, Debug)]
pub struct SlowCommand {
    /// 0, 1, 2 … since the server started.
    pub id: u64,
    /// When it ran, Unix seconds.
    pub at_s: u64,
    /// How long it took, microseconds.
    pub micros: u64,
    /// Its words, long ones and many of them cut.
    pub words: Vec<Vec<u8>>,
    /// The client's address.
    pub addr: Box<str>,
    /// The client's name.
    pub client: Box<[u8]>,
}

/// Words of a command that are kept; the last then tells how many are not.
const WORDS_MAX: usize = 32;
/// Bytes of a word that are kept.
const WORD_BYTES_MAX: usize = 128;

impl Slowlog {
    /// Adds a command and forgets the oldest ones beyond `most`.
    pub fn add(
        &mut self,
        session: &Session,
        spec: &Spec,
        args: Args<'_>,
        at: Timestamp,
        micros: u64,
        most: usize,
    ) {
        self.entries.push_front(SlowCommand {
            id: self.next_id,
            at_s: at.seconds(),
            micros,
            words: keep_words(spec, args),
            addr: session.peer.addr.clone(),
            client: session.name.clone(),
        });
        self.next_id += 1;
        self.entries.truncate(most);
    }

    /// Forgets all entries; the numbers go on.
    pub fn reset(&mut self) {
        self.entries.clear();
    }

    /// Entries, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &SlowCommand> {
        self.entries.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn keep_words(spec: &Spec, args: Args<'_>) -> Vec<Vec<u8>> {
    let kept = if args.len() > WORDS_MAX { WORDS_MAX - 1 } else { args.len() };
    let mut words: Vec<_> = (0..kept)
        .map(|index| {
            if secrets::is_secret(spec, args, index) {
                b"(redacted)".to_vec()
            } else {
                keep_word(args.at(index))
            }
        })
        .collect();
    if kept < args.len() {
        words.push(format!("... ({} more arguments)", args.len() - kept).into_bytes());
    }
    words
}

fn keep_word(word: &[u8]) -> Vec<u8> {
    if word.len() <= WORD_BYTES_MAX {
        return word.to_vec();
    }
    let mut kept = word[..WORD_BYTES_MAX].to_vec();
    kept.extend_from_slice(format!("... ({} more bytes)", word.len() - WORD_BYTES_MAX).as_bytes());
    kept
}
