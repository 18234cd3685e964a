//! Small pure helpers: numbers as text, glob patterns, the random generator, quoting.

mod digits;
mod double;
pub mod extended;
pub mod glob;
pub mod json;
mod natural;
pub mod number;
pub mod order;
pub mod quote;
pub mod regex;
pub mod rng;
pub mod trig;
pub mod xxh3;

/// ASCII case-insensitive equality against an upper- or lower-case literal.
#[inline]
pub fn is_word(bytes: &[u8], word: &str) -> bool {
    bytes.eq_ignore_ascii_case(word.as_bytes())
}

/// Whether `part` is in `text`. At worst part × text, as with patterns; searching in linear time takes more code.
pub fn contains(text: &[u8], part: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else { return true };
    memchr::memchr_iter(*first, text).any(|at| text[at + 1..].starts_with(rest))
}

/// Whether `bytes` are printable ASCII without blanks: what may stand in a line of `field=value` pairs.
pub fn is_printable_word(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_graphic)
}

/// The part that `start..=stop` names of something `len` long, negative positions counted from the end: first position
/// and length. `None` when nothing is in it.
pub fn window(start: i64, stop: i64, len: usize) -> Option<(usize, usize)> {
    let len = len as i64;
    let from_end =
        |position: i64| if position < 0 { position.saturating_add(len) } else { position };
    let start = from_end(start).max(0);
    let stop = from_end(stop).min(len - 1);
    (start <= stop).then(|| (start as usize, (stop - start + 1) as usize))
}
