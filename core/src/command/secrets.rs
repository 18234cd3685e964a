//! Which arguments are passwords, so that MONITOR and observers do not show them.
//!
//! One rule serves AUTH, HELLO … AUTH and CONFIG SET: two arguments behind the word AUTH and one behind the name of a
//! password parameter are secret. It errs on the side of hiding, and applies to commands with the `SENSITIVE` flag only.

use super::{Flags, Spec};
use crate::resp::Args;
use crate::util::is_word;

/// Parameters of CONFIG SET that hold passwords.
const PASSWORDS: [&str; 4] = ["requirepass", "masterauth", "primaryauth", "tls-key-file-pass"];

/// Whether the argument at `index` must not be shown.
pub fn is_secret(spec: &Spec, args: Args<'_>, index: usize) -> bool {
    let behind = |distance: usize, word: &str| {
        index.checked_sub(distance).is_some_and(|at| is_word(args.at(at), word))
    };
    spec.flags.has(Flags::SENSITIVE)
        && (behind(1, "AUTH") || behind(2, "AUTH") || PASSWORDS.iter().any(|name| behind(1, name)))
}

/// The arguments as they may be shown: all of them, or only the name where any is secret.
pub fn shown<'a>(spec: &Spec, args: Args<'a>) -> Args<'a> {
    let secret = spec.flags.has(Flags::SENSITIVE)
        && (0..args.len()).any(|index| is_secret(spec, args, index));
    if secret { args.slice(0..1) } else { args }
}
