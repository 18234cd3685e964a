//! Key extraction: which arguments of a command are keys, told from its key specifications alone. COMMAND GETKEYS,
//! ACL key patterns, tracking and the visualizer all ask here.

use super::{Access, Begin, Find, KeySpec, Spec};
use crate::resp::Args;
use crate::util::{is_word, number};

/// A key's place among the arguments and what is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAt {
    /// Argument index.
    pub index: usize,
    /// From the key specification.
    pub access: Access,
}

/// The keys of `args` as `spec` describes them, in the order of its specifications. Empty when a specification does
/// not fit the arguments (a count that is no number or too large).
pub fn keys_of(spec: &Spec, args: Args<'_>) -> Vec<KeyAt> {
    let mut keys = Vec::new();
    for key_spec in spec.keys {
        if find(key_spec, args, &mut keys).is_none() {
            return Vec::new();
        }
    }
    keys
}

/// `None` when the arguments contradict the specification.
fn find(spec: &KeySpec, args: Args<'_>, keys: &mut Vec<KeyAt>) -> Option<()> {
    let argc = args.len() as i64;
    let start = match spec.begin {
        Begin::Index(index) => i64::from(index),
        Begin::Keyword(word, from) => match keyword(word, from, args) {
            Some(index) => index as i64 + 1,
            None => return Some(()),
        },
        Begin::Unknown => return Some(()),
    };
    let (first, last, step) = match spec.find {
        Find::Range { last, step, limit } => {
            let mut end = if last >= 0 { start + i64::from(last) } else { argc + i64::from(last) };
            if limit > 1 {
                end = start + (argc - start) / i64::from(limit) - 1;
            }
            (start, end, i64::from(step))
        }
        Find::KeyNum { at, first, step } => {
            let count = number::parse_i64(args.get(usize::try_from(start + i64::from(at)).ok()?)?)?;
            if count < 0 || count > argc {
                return None;
            }
            let first = start + i64::from(first);
            (first, first + (count - 1) * i64::from(step), i64::from(step))
        }
        Find::Unknown => return Some(()),
    };
    let mut index = first;
    while index <= last {
        if index >= argc {
            return None;
        }
        keys.push(KeyAt { index: index as usize, access: spec.access });
        index += step;
    }
    Some(())
}

fn keyword(word: &str, from: i16, args: Args<'_>) -> Option<usize> {
    if from >= 0 {
        (from as usize..args.len()).find(|i| is_word(args.at(*i), word))
    } else {
        let start = args.len().checked_sub(from.unsigned_abs() as usize)?;
        (1..=start).rev().find(|i| is_word(args.at(*i), word))
    }
}
