//! Beginnings that many entries have in common, kept once: `member:1`, `member:2`, … become a stem and what comes after it.
//!
//! This is ours, not the public specification's: a listpack with stems is written out as one without
//! ([`super::Listpack::to_spec`]). The table of stems stands between the header and the first entry:
//!
//! ```text
//! bytes of the table u8 | (length u8, stem)*
//! ```
//!
//! and an entry that begins with one names it: see `entry`.

use std::borrow::Cow;
use std::ops::Range;

use super::{HEADER, Item, SHARED, TOP};
use crate::ds::decimal;

/// Most stems of a listpack.
pub(super) const STEMS_MAX: usize = 4;
/// Longest stem: the table's length is one byte.
const STEM_MAX: usize = 60;
/// Shortest stem that is worth its place.
const STEM_MIN: usize = 3;
/// Entries that are looked at for what they have in common.
const SAMPLE: usize = 16;
/// Bytes that a stem must save among these.
const SAVED_MIN: usize = 12;

/// The stems of a listpack, without the table's length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stems<'a>(&'a [u8]);

impl<'a> Stems<'a> {
    /// Of a listpack that has none.
    pub(super) const NONE: Stems<'static> = Stems(&[]);

    /// Those of a listpack.
    #[inline]
    pub(super) fn of(blob: &'a [u8]) -> Self {
        match blob.get(TOP) {
            Some(top) if top & SHARED != 0 => Stems::read(&blob[HEADER..]),
            _ => Stems::NONE,
        }
    }

    /// From a table, and whatever comes after it.
    pub(super) fn read(table: &'a [u8]) -> Self {
        match table {
            [bytes, rest @ ..] => Stems(&rest[..usize::from(*bytes) - 1]),
            [] => Stems::NONE,
        }
    }

    /// Bytes of the whole table.
    #[inline]
    pub(super) fn bytes(self) -> usize {
        if self.0.is_empty() { 0 } else { self.0.len() + 1 }
    }

    /// Whether there are none.
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Where in its listpack the stem of this number is.
    pub(super) fn place(self, number: usize) -> Option<Range<usize>> {
        let mut start = HEADER + 2;
        for (at, stem) in self.iter().enumerate() {
            if at == number {
                return Some(start..start + stem.len());
            }
            start += stem.len() + 1;
        }
        None
    }

    /// The number of the longest stem that `element` begins with, and what comes after it.
    pub(super) fn best(self, element: &[u8]) -> Option<(u8, &[u8])> {
        let rests = self
            .iter()
            .zip(0u8..)
            .filter_map(|(stem, number)| element.strip_prefix(stem).map(|rest| (number, rest)));
        rests.min_by_key(|(_, rest)| rest.len())
    }

    /// What comes after each stem in `element`, where it begins with it.
    pub(super) fn rests(self, element: &[u8]) -> [Option<&[u8]>; STEMS_MAX] {
        let mut rests = [None; STEMS_MAX];
        for (rest, stem) in rests.iter_mut().zip(self.iter()) {
            *rest = element.strip_prefix(stem);
        }
        rests
    }

    fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let (&len, rest) = left.split_first()?;
            let (stem, after) = rest.split_at_checked(usize::from(len))?;
            left = after;
            Some(stem)
        })
    }
}

/// A table for these entries: what their texts begin with, as often and as long as possible. `None`: nothing that would be
/// worth it, or the stems that they have serve them well. O(1): few are looked at.
pub(super) fn gather<'a>(items: impl Iterator<Item = Item<'a>>) -> Option<Vec<u8>> {
    let mut texts: Vec<Cow<'a, [u8]>> = Vec::with_capacity(SAMPLE);
    let mut served = 0;
    for item in items.take(SAMPLE) {
        match item {
            Item::Int(_) => {}
            // Numbers stay numbers, whoever wrote them as bytes.
            Item::Bytes(bytes) if decimal::parse(bytes).is_some() => {}
            Item::Bytes(bytes) => texts.push(Cow::Borrowed(bytes)),
            Item::Joined { .. } => {
                served += 1;
                texts.push(Cow::Owned(item.to_vec()));
            }
        }
    }
    if served * 4 > texts.len() * 3 {
        return None;
    }
    texts.sort_unstable();
    let mut table = vec![0];
    for _ in 0..STEMS_MAX {
        let Some((from, to, len)) = most_in_common(&texts) else { break };
        table.push(len as u8);
        table.extend_from_slice(&texts[from][..len]);
        texts.drain(from..to);
    }
    let bytes = table.len();
    table[0] = bytes as u8;
    (bytes > 1).then_some(table)
}

/// The stretch of sorted texts, and the length of their common beginning, that saves most.
fn most_in_common(texts: &[Cow<'_, [u8]>]) -> Option<(usize, usize, usize)> {
    let mut common = [0; SAMPLE];
    for (common, pair) in common.iter_mut().zip(texts.windows(2)) {
        *common = pair[0].iter().zip(pair[1].iter()).take_while(|(a, b)| a == b).count();
    }
    let common = &common[..texts.len().saturating_sub(1)];
    let stretches = common.iter().enumerate().filter(|(_, len)| **len >= STEM_MIN);
    let best = stretches.map(|(at, &len)| {
        let len = len.min(STEM_MAX);
        let before = common[..at].iter().rev().take_while(|other| **other >= len).count();
        let after = common[at..].iter().take_while(|other| **other >= len).count();
        let (from, to) = (at - before, at + after + 1);
        // Each text is shorter by the stem and longer by its number; the stem itself stands in the table.
        let saved = ((to - from) * (len - 1)).saturating_sub(len + 1);
        (saved, (from, to, len))
    });
    let (saved, stretch) = best.max_by_key(|(saved, _)| *saved)?;
    (saved >= SAVED_MIN).then_some(stretch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(texts: &[&str]) -> Vec<String> {
        let table = gather(texts.iter().map(|text| Item::of(text.as_bytes())));
        let table = table.unwrap_or_default();
        let stems = Stems::read(&table);
        assert_eq!(stems.bytes(), table.len());
        stems.iter().map(|stem| String::from_utf8_lossy(stem).into_owned()).collect()
    }

    #[test]
    fn what_many_begin_with_becomes_a_stem() {
        assert_eq!(gathered(&["member:1", "member:2", "member:30", "member:31"]), ["member:"]);
        assert_eq!(gathered(&["a", "b", "name", "email", "1", "2"]), [""; 0]);
        assert_eq!(gathered(&[]), [""; 0]);
        let fields = ["field1", "field2", "field3", "field4", "field5"];
        let mixed = fields.iter().flat_map(|field| [*field, "value"]).collect::<Vec<_>>();
        assert_eq!(gathered(&mixed), ["value", "field"]);
        let numbers = ["100000001", "100000002", "100000003", "100000004"];
        assert_eq!(gathered(&numbers), [""; 0]);
    }

    #[test]
    fn the_stem_that_saves_most_is_taken_and_long_ones_are_cut() {
        let nested = ["user:1:a", "user:1:b", "user:2:a", "user:2:b", "user:3:a", "user:3:b"];
        assert_eq!(gathered(&nested), ["user:"]);
        let long = "x".repeat(100);
        assert_eq!(gathered(&[&long, &long, &long]), ["x".repeat(STEM_MAX)]);
    }

    #[test]
    fn an_element_takes_its_longest_stem() {
        let table = [&[9, 2, b'a', b'b', 4][..], b"abcd"].concat();
        let stems = Stems::read(&table);
        assert_eq!(stems.best(b"abcde"), Some((1, &b"e"[..])));
        assert_eq!(stems.best(b"abc"), Some((0, &b"c"[..])));
        assert_eq!(stems.best(b"xab"), None);
        assert_eq!(stems.rests(b"abcd"), [Some(&b"cd"[..]), Some(&b""[..]), None, None]);
        let at = HEADER + 1;
        assert_eq!((stems.place(0), stems.place(1)), (Some(at + 1..at + 3), Some(at + 4..at + 8)));
        assert_eq!(stems.place(2), None);
    }
}
