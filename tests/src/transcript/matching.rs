//! Expected lines against actual ones, with patterns for what no run repeats.
//!
//! A line is compared as text, unless what follows its numbering (` 1) `, `2# "key" => `) begins with `~ `:
//! - `~ (integer) 5..10`, `~ (integer) 5..`, `~ (double) 0.5..1`: a number in a range, ends included;
//! - `~ "a*b"`: text in which `*` stands for anything;
//! - `~ "a" | "b"`: one of several.
//!
//! `(integer) ~ 5..10` is the same as `~ (integer) 5..10`. A line `...` stands for any lines at all.

use super::expand::{Bindings, expand};

/// The first difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Index of the expected line that found no counterpart; past the end when something came uncalled for.
    pub expected: usize,
    /// Index of the actual line there; past the end when nothing came.
    pub actual: usize,
}

/// Compares what came with what should have.
///
/// # Errors
/// With the first difference.
pub fn compare(
    expected: &[String],
    actual: &[String],
    bindings: &Bindings,
) -> Result<(), Mismatch> {
    for (i, line) in expected.iter().enumerate() {
        if line == "..." {
            return skip(expected, actual, i, bindings);
        }
        if !actual.get(i).is_some_and(|actual| line_matches(line, actual, bindings)) {
            return Err(Mismatch { expected: i, actual: i.min(actual.len()) });
        }
    }
    if actual.len() > expected.len() {
        return Err(Mismatch { expected: expected.len(), actual: expected.len() });
    }
    Ok(())
}

/// What follows `...` may begin at any later line.
fn skip(
    expected: &[String],
    actual: &[String],
    i: usize,
    bindings: &Bindings,
) -> Result<(), Mismatch> {
    let mut closest = Mismatch { expected: i + 1, actual: actual.len() };
    for from in (i..=actual.len()).rev() {
        match compare(&expected[i + 1..], &actual[from..], bindings) {
            Ok(()) => return Ok(()),
            Err(found) if i + 1 + found.expected > closest.expected => {
                closest =
                    Mismatch { expected: i + 1 + found.expected, actual: from + found.actual };
            }
            Err(_) => {}
        }
    }
    Err(closest)
}

fn line_matches(expected: &str, actual: &str, bindings: &Bindings) -> bool {
    let expected = expand(expected, bindings);
    if expected == actual {
        return true;
    }
    let numbering = |text: &str| text.len() - strip_numbering(text).len();
    let (prefix, pattern) = expected.split_at(numbering(&expected));
    let Some(text) = actual.strip_prefix(prefix) else { return false };
    let pattern =
        match pattern.strip_prefix("(integer) ~ ").map(|range| format!("~ (integer) {range}")) {
            Some(moved) => moved,
            None => pattern.to_owned(),
        };
    let Some(pattern) = pattern.strip_prefix("~ ") else { return false };
    pattern.split(" | ").any(|choice| choice_matches(choice, text))
}

fn choice_matches(choice: &str, text: &str) -> bool {
    for kind in ["(integer) ", "(double) "] {
        if let (Some(range), Some(number)) = (choice.strip_prefix(kind), text.strip_prefix(kind))
            && let Some((low, high)) = range.split_once("..")
        {
            return in_range(low, high, number);
        }
    }
    if let (Some(range), Some(number)) = (unquote(choice), unquote(text))
        && let Some((low, high)) = range.split_once("..")
        && (low.parse::<f64>().is_ok() || high.parse::<f64>().is_ok())
    {
        return in_range(low, high, number);
    }
    glob(choice.as_bytes(), text.as_bytes())
}

fn unquote(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

fn in_range(low: &str, high: &str, number: &str) -> bool {
    let Ok(number) = number.parse::<f64>() else { return false };
    let bound =
        |text: &str, none: f64| if text.is_empty() { Some(none) } else { text.parse().ok() };
    match (bound(low, f64::NEG_INFINITY), bound(high, f64::INFINITY)) {
        (Some(low), Some(high)) => low <= number && number <= high,
        _ => false,
    }
}

/// `*` stands for any bytes; greedy with one point to come back to, so linear in practice.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// What follows the numbering of nested replies.
fn strip_numbering(text: &str) -> &str {
    let mut rest = text;
    loop {
        let digits = rest.trim_start_matches(' ');
        let mark = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = mark.len() < digits.len();
        match mark.split_at_checked(2) {
            Some((")\u{20}" | "~\u{20}" | ">\u{20}", tail)) if numbered => rest = tail,
            Some(("#\u{20}" | "|\u{20}", tail)) if numbered => match tail.find(" => ") {
                Some(at) => rest = &tail[at + 4..],
                None => return tail,
            },
            _ => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expected: &[&str], actual: &[&str]) -> bool {
        let own = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
        compare(&own(expected), &own(actual), &Bindings::new()).is_ok()
    }

    #[test]
    fn patterns() {
        assert!(matches(&["(integer) ~ 1..10"], &["(integer) 10"]));
        assert!(!matches(&["(integer) ~ 1..10"], &["(integer) 11"]));
        assert!(matches(&["~ (integer) -5.."], &["(integer) 7"]));
        assert!(!matches(&["~ (integer) 1.."], &["(nil)"]));
        assert!(matches(&["1) ~ \"id=* name=x *\""], &["1) \"id=3 name=x age=0\""]));
        assert!(!matches(&["1) ~ \"id=*\""], &["2) \"id=3\""]));
        assert!(matches(&["~ \"a\" | \"b\""], &["\"b\""]));
        assert!(matches(&["2# \"id\" => ~ (integer) 1.."], &["2# \"id\" => (integer) 3"]));
        assert!(matches(&["~ \"1..2\""], &["\"1.5\""]));
        assert!(matches(&["   10) 1) ~ *"], &["   10) 1) \"x\""]));
    }

    #[test]
    fn dots_stand_for_any_lines() {
        assert!(matches(&["..."], &[]));
        assert!(matches(&["1) a", "...", "9) z"], &["1) a", "2) b", "9) z"]));
        assert!(matches(&["...", "2) b", "..."], &["1) a", "2) b", "3) c"]));
        assert!(!matches(&["...", "2) x", "..."], &["1) a", "2) b", "3) c"]));
    }

    #[test]
    fn text_is_text() {
        assert!(matches(&["\"*\""], &["\"*\""]));
        assert!(!matches(&["\"*\""], &["\"a\""]));
        assert!(!matches(&["OK"], &["OK", "OK"]));
        assert!(!matches(&["OK", "OK"], &["OK"]));
    }
}
