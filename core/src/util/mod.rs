//! Small pure helpers: numbers as text, glob patterns, the random generator, quoting.

mod digits;
pub mod extended;
pub mod glob;
mod natural;
pub mod number;
pub mod quote;
pub mod rng;

/// ASCII case-insensitive equality against an upper- or lower-case literal.
#[inline]
pub fn is_word(bytes: &[u8], word: &str) -> bool {
    bytes.eq_ignore_ascii_case(word.as_bytes())
}

/// Whether `bytes` are printable ASCII without blanks: what may stand in a line of `field=value` pairs.
pub fn is_printable_word(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_graphic)
}
