//! Reads Rust source as far as counting needs it: without comments, the insides of strings, and tests. It knows this project's way of
//! writing (formatted by rustfmt, tests at the end), not all of the language.

/// Lines with something on them.
pub(super) fn code_lines(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

/// Names and keywords.
pub(super) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// A Rust source without comments, the insides of strings, and the tests at its end.
pub(super) fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = skip(rest);
        if skipped > 0 {
            // Lines stay lines.
            code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            rest = &rest[skipped..];
            continue;
        }
        code.push(first);
        rest = &rest[first.len_utf8()..];
    }
    code
}

/// How many bytes at the beginning are a comment or a literal's inside; 0: none.
fn skip(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return text.find("*/").map_or(text.len(), |end| end + 2);
    }
    if text.starts_with('"') {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return at + 1,
                _ => {}
            }
        }
        return text.len();
    }
    // A character that would look like the beginning of one of those; lifetimes have no closing quote there.
    for quoted in ["'\"'", "'\\\"'", "'/'", "'\\''"] {
        if text.starts_with(quoted) {
            return quoted.len();
        }
    }
    0
}

/// Fields of structs and variants of enums: what one has to keep in mind of the types.
pub(super) fn states(code: &str) -> usize {
    let mut count = 0;
    let mut rest = code;
    while let Some((at, word)) = first_word(rest) {
        rest = &rest[at + word.len()..];
        if matches!(word, "struct" | "enum") {
            let body = rest.find(['{', '(', ';']).unwrap_or(rest.len());
            count += items(&rest[body..]);
        }
    }
    count
}

/// The next name or keyword and where it begins.
fn first_word(code: &str) -> Option<(usize, &str)> {
    let word = words(code).next()?;
    Some((code.find(word)?, word))
}

/// Items, parted by commas, between the bracket that `text` begins with and the one that closes it.
fn items(text: &str) -> usize {
    let mut depth = 0;
    let mut count = 0;
    let mut something = false;
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '{' | '(' | '[' | '<' => depth += 1,
            // Not the end of an arrow.
            '>' if matches!(last, '-' | '=') => {}
            '}' | ')' | ']' | '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return count + usize::from(something);
        }
        if depth == 1 && c == ',' {
            count += 1;
            something = false;
        } else if c.is_alphanumeric() {
            something = true;
        }
        last = c;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_tests_are_no_code() {
        let text = "//! Arc\nuse std::rc::Rc; // Mutex\n/* Cell\n */\nlet a = \"Waker \\\" // Arc\";\nlet q = '\"'; let r: Rc<u8>;\n\n#[cfg(test)]\nmod tests {\n    use Arc;\n}\n";
        let code = code(text);
        let found: Vec<&str> = words(&code).collect();
        assert_eq!(
            found,
            ["use", "std", "rc", "Rc", "let", "a", "let", "q", "let", "r", "Rc", "u8"]
        );
        assert_eq!(code_lines(&code), 3);
    }

    #[test]
    fn fields_and_variants_are_states() {
        let code = "struct A { x: Map<u8, (u8, u8)>, y: fn(u8) -> u8 }\nstruct Unit;\nstruct B(u8, u8);\nenum C<'a> {\n    D,\n    E { z: u8 },\n    F(&'a str),\n}\nfn f(instructor: u8, structure: u8) {}";
        assert_eq!(states(code), 2 + 2 + 3);
        assert_eq!(states("let a = b;"), 0);
    }
}
