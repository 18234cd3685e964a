//! Glob patterns as KEYS, SCAN MATCH, PSUBSCRIBE and CONFIG GET understand them: `*`, `?`, `[a-c]`, `[^x]`, `\x`.
//!
//! One pass with a single remembered star: on a mismatch only the latest `*` can usefully take one byte more, so the
//! worst case is pattern × text steps, never exponential, and nothing recurses.

/// Whether all of `text` matches `pattern`; bytes, not characters.
pub fn matches(pattern: &[u8], text: &[u8], ignore_case: bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p + 1, t));
            p += 1;
            continue;
        }
        if t == text.len() {
            return p == pattern.len();
        }
        if p < pattern.len()
            && let Some(next) = match_one(&pattern[p..], text[t], ignore_case)
        {
            p += next;
            t += 1;
            continue;
        }
        match star {
            Some((after, from)) => {
                star = Some((after, from + 1));
                p = after;
                t = from + 1;
            }
            None => return false,
        }
    }
}

/// Whether `pattern` has no special byte, so that it can only match itself.
pub fn is_literal(pattern: &[u8]) -> bool {
    !pattern.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'\\'))
}

/// Matches one text byte against the pattern's first element; the element's length if it does.
fn match_one(pattern: &[u8], byte: u8, ignore_case: bool) -> Option<usize> {
    let fold = |b: u8| if ignore_case { b.to_ascii_lowercase() } else { b };
    match pattern[0] {
        b'?' => Some(1),
        b'[' => {
            let (hit, length) = match_class(pattern, fold(byte), fold);
            hit.then_some(length)
        }
        b'\\' if pattern.len() > 1 => (fold(pattern[1]) == fold(byte)).then_some(2),
        literal => (fold(literal) == fold(byte)).then_some(1),
    }
}

/// A `[...]` class: does `byte` belong, and how long is it. A class without its `]` reaches to the end.
fn match_class(pattern: &[u8], byte: u8, fold: impl Fn(u8) -> u8) -> (bool, usize) {
    let mut i = 1;
    let negated = pattern.get(i) == Some(&b'^');
    if negated {
        i += 1;
    }
    let mut hit = false;
    while i < pattern.len() && pattern[i] != b']' {
        if pattern[i] == b'\\' && i + 1 < pattern.len() {
            hit |= fold(pattern[i + 1]) == byte;
            i += 2;
        } else if i + 2 < pattern.len() && pattern[i + 1] == b'-' {
            let (a, b) = (fold(pattern[i]), fold(pattern[i + 2]));
            hit |= (a.min(b)..=a.max(b)).contains(&byte);
            i += 3;
        } else {
            hit |= fold(pattern[i]) == byte;
            i += 1;
        }
    }
    (hit != negated, (i + 1).min(pattern.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("h?llo", "hello", true),
            ("h?llo", "hllo", false),
            ("h*llo", "heeeello", true),
            ("h[ae]llo", "hallo", true),
            ("h[^e]llo", "hello", false),
            ("h[a-c]llo", "hbllo", true),
            ("h[c-a]llo", "hbllo", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("*a*b*", "xxaxxbxx", true),
            ("", "", true),
            ("", "a", false),
            ("[", "a", false),
            ("a***", "a", true),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), text.as_bytes(), false),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(matches(b"FOO[A-C]", b"foob", true));
        let hostile = "a*".repeat(40) + "b";
        assert!(!matches(hostile.as_bytes(), "a".repeat(2000).as_bytes(), false));
    }
}
