//! Key extraction: which arguments of a command are keys, told from its key specifications alone. COMMAND GETKEYS,
//! ACL key patterns, tracking and the visualizer all ask here.

use super::syntax::{self, ArgumentKind};
use super::{Access, Begin, Find, Flags, Group, KeySpec, Spec};
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
        if is_option(key_spec) {
            continue;
        }
        let least = i64::from(!spec.flags.has(Flags::NO_MANDATORY_KEYS));
        if find(key_spec, least, args, &mut keys).is_none() {
            return Vec::new();
        }
    }
    if spec.keys.iter().any(|key_spec| matches!(key_spec.begin, Begin::Unknown)) {
        keys.extend(behind_token(spec, args));
    }
    keys.extend(last_option(spec, args));
    for key in keys.iter_mut().filter(|key| key.access.0 & Access::VARIABLE.0 != 0) {
        key.access = settled(spec, key.access, args);
    }
    keys
}

/// First key, last key and step, as clients older than key specifications know them: the specifications at fixed
/// places that join up from the first on. All 0 without any.
pub fn legacy_range(spec: &Spec) -> (i16, i16, i16) {
    let fixed = |key: &KeySpec| match (key.begin, key.find) {
        (Begin::Index(first), Find::Range { last, step, limit: _ }) => {
            Some((first, if last < 0 { last } else { first + last }, step))
        }
        _ => None,
    };
    let mut fixed_specs = spec.keys.iter().map_while(fixed);
    let Some(mut range) = fixed_specs.next() else { return (0, 0, 0) };
    for (first, last, step) in fixed_specs {
        if range.1 < 0 || first != range.1 + 1 || step != range.2 {
            break;
        }
        range.1 = last;
    }
    range
}

/// The key that an option names anywhere behind the first argument (SORT key … STORE): the syntax knows the option. The
/// last one counts, as it does for the command.
fn behind_token(spec: &Spec, args: Args<'_>) -> Option<KeyAt> {
    let arguments = syntax::parse(spec).ok()?;
    let option = arguments
        .iter()
        .find(|argument| argument.kind == ArgumentKind::Key && argument.token.is_some())?;
    let unknown = spec.keys.iter().rfind(|key| matches!(key.begin, Begin::Unknown))?;
    let token = option.token?;
    let word = (2..args.len().checked_sub(1)?).rfind(|at| is_word(args.at(*at), token))?;
    Some(KeyAt { index: word + 1, access: unknown.access })
}

/// Whether a specification is for an option behind a word, of which the last one given counts (GEORADIUS key … STORE).
fn is_option(key: &KeySpec) -> bool {
    matches!(key.begin, Begin::Keyword(..)) && key.access.0 & Access::VARIABLE.0 != 0
}

/// The key of the last of such options.
fn last_option(spec: &Spec, args: Args<'_>) -> Option<KeyAt> {
    let options = || spec.keys.iter().filter(|key| is_option(key));
    options().next()?;
    let mut words = (1..args.len().checked_sub(1)?).rev();
    words.find_map(|at| {
        let is_it = |key: &&KeySpec| {
            matches!(key.begin, Begin::Keyword(word, from) if at as i64 >= i64::from(from) && is_word(args.at(at), word))
        };
        options().find(is_it).map(|key| KeyAt { index: at + 1, access: key.access })
    })
}

/// What is really done to a key where that depends on the arguments: without GET, SET does not read the old value, and
/// BITFIELD does nothing but read with only that.
fn settled(spec: &Spec, access: Access, args: Args<'_>) -> Access {
    let certain = Access(access.0 & !Access::VARIABLE.0);
    if spec.group == Group::Bitmap {
        return if only_gets(args.from(2)) { Access::RO.and(Access::ACCESS) } else { certain };
    }
    if args.from(2).iter().any(|word| is_word(word, "GET")) {
        certain
    } else {
        Access(certain.0 & !(Access::RW.0 | Access::ACCESS.0)).and(Access::OW)
    }
}

/// Whether operations of BITFIELD are all GET.
fn only_gets(args: Args<'_>) -> bool {
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += match word {
            _ if is_word(word, "GET") => 3,
            _ if is_word(word, "OVERFLOW") => 2,
            _ => return false,
        };
    }
    true
}

/// `None` when the arguments contradict the specification. `least`: the smallest count a counted one may give.
fn find(spec: &KeySpec, least: i64, args: Args<'_>, keys: &mut Vec<KeyAt>) -> Option<()> {
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
            let count =
                number::leading_integer(args.get(usize::try_from(start + i64::from(at)).ok()?)?);
            let count = i64::from(count as i32);
            if count < least || count > argc {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Group;
    use crate::ctx::Ctx;
    use crate::error::Outcome;

    fn nothing(_: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
        Ok(())
    }

    /// The keys of a line under such specifications.
    fn keys(syntax: &'static str, specs: &'static [KeySpec], line: &str) -> Vec<String> {
        let spec = Spec::new("X", Group::Generic, nothing, -2).keys(specs).doc(syntax, "", "", "");
        let mut spans = Vec::new();
        let mut start = 0;
        for word in line.split(' ') {
            spans.push((start, word.len() as u32));
            start += word.len() as u32 + 1;
        }
        let args = Args::new(line.as_bytes(), &spans);
        let found = keys_of(&spec, args);
        found.iter().map(|key| String::from_utf8_lossy(args.at(key.index)).into_owned()).collect()
    }

    #[test]
    fn counted_keys_fit_their_count() {
        const SPECS: &[KeySpec] = &[KeySpec::one(Access::OW, 1), KeySpec::counted(Access::RO, 2)];
        for (line, expected) in [
            ("x d 2 a b", vec!["d", "a", "b"]),
            ("x d 1 a WEIGHTS 3", vec!["d", "a"]),
            ("x d 0 a b", vec![]),
            ("x d -1 a b", vec![]),
            ("x d 5 a b", vec![]),
            ("x d 9223372036854775807 a", vec![]),
            ("x d many a", vec![]),
            ("x d +2x a b", vec!["d", "a", "b"]),
            ("x d 4294967297 a b", vec!["d", "a"]),
            ("x d 99999999999999999999 a", vec![]),
        ] {
            assert_eq!(keys("", SPECS, line), expected, "{line}");
        }
    }

    #[test]
    fn an_option_anywhere_names_a_key() {
        const SPECS: &[KeySpec] =
            &[KeySpec::one(Access::RO, 1), KeySpec::unknown(Access::OW.and(Access::UPDATE))];
        let sort = |line| keys("key [ALPHA] [STORE destination]", SPECS, line);
        assert_eq!(sort("x k"), ["k"]);
        assert_eq!(sort("x k ALPHA store d"), ["k", "d"]);
        assert_eq!(sort("x k STORE d STORE e"), ["k", "e"]);
        assert_eq!(sort("x k STORE"), ["k"]);
    }

    #[test]
    fn ranges_keywords_and_legacy_numbers() {
        const PAIRS: &[KeySpec] = &[KeySpec::range(Access::OW, 1, -1, 2)];
        assert_eq!(keys("", PAIRS, "x a 1 b 2"), ["a", "b"]);
        const ALL_BUT_LAST: &[KeySpec] = &[KeySpec::range(Access::RW, 1, -2, 1)];
        assert_eq!(keys("", ALL_BUT_LAST, "x a b 0"), ["a", "b"]);
        const BEHIND: &[KeySpec] = &[KeySpec::after(Access::RO, "FROM", 1)];
        assert_eq!(keys("", BEHIND, "x y from z"), ["z"]);
        assert_eq!(keys("", BEHIND, "x y from"), Vec::<String>::new());
        const TWO: &[KeySpec] = &[KeySpec::one(Access::RW, 1), KeySpec::one(Access::OW, 2)];
        let legacy = |specs| legacy_range(&Spec::new("X", Group::Generic, nothing, 3).keys(specs));
        assert_eq!(legacy(TWO), (1, 2, 1));
        assert_eq!(legacy(PAIRS), (1, -1, 2));
        assert_eq!(legacy(BEHIND), (0, 0, 0));
    }
}
