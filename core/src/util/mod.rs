//! Small pure helpers: numbers as text, glob patterns, the random generator, quoting.

pub mod glob;
pub mod number;
pub mod quote;
pub mod rng;

/// ASCII case-insensitive equality against an upper- or lower-case literal.
#[inline]
pub fn is_word(bytes: &[u8], word: &str) -> bool {
    bytes.eq_ignore_ascii_case(word.as_bytes())
}
