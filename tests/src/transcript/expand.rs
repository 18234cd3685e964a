//! `${…}` in transcripts: bound names, and repeated text.
//!
//! - `${id}`: what an earlier `% let id` captured;
//! - `${ab*3}`: `ababab`; in it, `#` counts from 1: `${f# *3}` is `f1 f2 f3 `.
//!
//! Anything else stays as it is, so `$` needs no escape. One bound: [`EXPANDED_MAX`].

use std::collections::BTreeMap;

/// The longest text one `${…}` may become, in bytes.
pub(super) const EXPANDED_MAX: usize = 64 << 20;

/// Names bound by `% let`.
pub type Bindings = BTreeMap<String, String>;

/// `text` with every `${…}` filled in.
pub(super) fn expand(text: &str, bindings: &Bindings) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let (before, tail) = rest.split_at(start);
        let inner = &tail[2..length];
        out.push_str(before);
        match bindings.get(inner).cloned().or_else(|| repeat(inner)) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&tail[..=length]),
        }
        rest = &tail[length + 1..];
    }
    out.push_str(rest);
    out
}

fn repeat(inner: &str) -> Option<String> {
    let (text, count) = inner.rsplit_once('*')?;
    let count: usize = count.parse().ok()?;
    let widest = text.len() + text.matches('#').count() * 20;
    if text.is_empty() || widest.checked_mul(count)? > EXPANDED_MAX {
        return None;
    }
    Some((1..=count).map(|n| text.replace('#', &n.to_string())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_repeats_are_filled_and_the_rest_is_left() {
        let bindings = Bindings::from([("id".to_owned(), "42".to_owned())]);
        let filled = |text| expand(text, &bindings);
        assert_eq!(filled("CLIENT KILL ID ${id}"), "CLIENT KILL ID 42");
        assert_eq!(filled("SADD s ${m# *3}x"), "SADD s m1 m2 m3 x");
        assert_eq!(filled("${ab*0}${ab*2}"), "abab");
        assert_eq!(filled("${who} $5 ${"), "${who} $5 ${");
        assert_eq!(filled("${x*99999999999999}"), "${x*99999999999999}");
    }
}
