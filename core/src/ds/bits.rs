//! Bits of byte strings: counted, found, combined. Bit 0 is the highest of the first byte. Beyond its end a string
//! has zeros.
//!
//! Everything goes by blocks that compilers turn into vector code. Counting adds 64-bit words in carry-save form
//! (Harley and Seal; Muła, Kurz, Lemire, "Faster Population Counts Using AVX2 Instructions", 2018), so that the costly
//! count of a word's bits is taken once for eight words.
//!
//! Left out: numbers of several bits (`bitfield`).

use super::wide::widely;
use std::ops::Range;

/// How several strings become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// In all of them.
    And,
    /// In any of them.
    Or,
    /// In an odd number of them.
    Xor,
    /// Not in the first.
    Not,
    /// In the first and in no other.
    Diff,
    /// Not in the first but in another.
    Diff1,
    /// In the first and in another.
    AndOr,
    /// In exactly one of them.
    One,
}

/// Words that are added side by side.
const LANES: usize = 4;
/// Bytes of a round of adding: eight times all lanes.
const ROUND: usize = 8 * LANES * 8;
/// Fewer bytes are counted before a choice of vectors is made.
const WIDE_MIN: usize = 1024;
/// Bytes that are looked through at once.
const STRIDE: usize = 64;
/// Bytes combined before the next stretch: what stays in the nearest cache, for any number of sources.
const BLOCK: usize = 4096;

type Lanes = [u64; LANES];

/// Ones in all bytes. O(bytes).
pub fn count(bytes: &[u8]) -> u64 {
    if bytes.len() < WIDE_MIN {
        return count_here(bytes);
    }
    widely(
        #[inline(always)]
        || count_here(bytes),
    )
}

#[inline(always)]
fn count_here(bytes: &[u8]) -> u64 {
    let mut total = 0;
    let (mut ones, mut twos, mut fours) = ([0; LANES], [0; LANES], [0; LANES]);
    let mut rounds = bytes.chunks_exact(ROUND);
    for round in &mut rounds {
        let word = |at: usize| lanes(&round[at * LANES * 8..(at + 1) * LANES * 8]);
        let twos_a = add(&mut ones, word(0), word(1));
        let twos_b = add(&mut ones, word(2), word(3));
        let fours_a = add(&mut twos, twos_a, twos_b);
        let twos_a = add(&mut ones, word(4), word(5));
        let twos_b = add(&mut ones, word(6), word(7));
        let fours_b = add(&mut twos, twos_a, twos_b);
        total += 8 * ones_of(add(&mut fours, fours_a, fours_b));
    }
    total += 4 * ones_of(fours) + 2 * ones_of(twos) + ones_of(ones);
    total + rounds.remainder().iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>()
}

/// Ones among the bits of a range that lies within the string. O(bytes).
pub fn count_range(bytes: &[u8], bits: Range<u64>) -> u64 {
    if bits.is_empty() {
        return 0;
    }
    let (first, last) = ((bits.start / 8) as usize, ((bits.end - 1) / 8) as usize);
    let before = bytes[first] & !(0xff >> (bits.start % 8));
    let behind = bytes[last] & (0x7f >> ((bits.end - 1) % 8));
    count(&bytes[first..=last]) - u64::from(before.count_ones() + behind.count_ones())
}

/// The first bit of that value in a range that lies within the string. O(bytes).
pub fn find(bytes: &[u8], bits: Range<u64>, value: bool) -> Option<u64> {
    if bits.is_empty() {
        return None;
    }
    // Looked for are ones in what differs from bytes without any such bit.
    let without = if value { 0 } else { 0xff };
    let (first, last) = ((bits.start / 8) as usize, ((bits.end - 1) / 8) as usize);
    let at_first = (bytes[first] ^ without) & (0xff >> (bits.start % 8));
    let found = if at_first != 0 {
        (first as u64) * 8 + u64::from(at_first.leading_zeros())
    } else {
        let at = first + 1 + other_than(&bytes[first + 1..=last.max(first)], without)?;
        (at as u64) * 8 + u64::from((bytes[at] ^ without).leading_zeros())
    };
    bits.contains(&found).then_some(found)
}

/// The strings combined: as long as the longest. There must be one. O(bytes of all).
pub fn combine(how: Combine, sources: &[&[u8]]) -> Vec<u8> {
    let len = sources.iter().map(|source| source.len()).max().unwrap_or(0);
    let mut out = vec![0; len];
    let [first, others @ ..] = sources else { return out };
    let mut start = 0;
    for block in out.chunks_mut(BLOCK) {
        let end = start + block.len();
        let part =
            |source: &'_ [u8]| -> Range<usize> { start.min(source.len())..end.min(source.len()) };
        let first = &first[part(first)];
        let others = others.iter().map(|source| &source[part(source)]);
        combine_block(how, block, first, others);
        start = end;
    }
    out
}

/// `block` is all zeros; each source is what it has there.
fn combine_block<'a>(
    how: Combine,
    block: &mut [u8],
    first: &'a [u8],
    others: impl Iterator<Item = &'a [u8]>,
) {
    match how {
        Combine::Not => {
            block.fill(0xff);
            each(block, first, |out, byte| *out = !byte);
        }
        Combine::And => {
            block[..first.len()].copy_from_slice(first);
            others.for_each(|source| keep(block, source));
        }
        Combine::Or | Combine::Xor | Combine::Diff => {
            block[..first.len()].copy_from_slice(first);
            for source in others {
                match how {
                    Combine::Or => each(block, source, |out, byte| *out |= byte),
                    Combine::Xor => each(block, source, |out, byte| *out ^= byte),
                    _ => each(block, source, |out, byte| *out &= !byte),
                }
            }
        }
        Combine::Diff1 | Combine::AndOr => {
            others.for_each(|source| each(block, source, |out, byte| *out |= byte));
            if how == Combine::AndOr {
                keep(block, first);
            } else {
                each(block, first, |out, byte| *out &= !byte);
            }
        }
        Combine::One => {
            let mut several = [0; BLOCK];
            for source in std::iter::once(first).chain(others) {
                for ((any, several), byte) in block.iter_mut().zip(&mut several).zip(source) {
                    *several |= *any & byte;
                    *any |= byte;
                }
            }
            each(block, &several, |any, several| *any &= !several);
        }
    }
}

/// Only what the source has as well.
fn keep(block: &mut [u8], source: &[u8]) {
    each(block, source, |out, byte| *out &= byte);
    block[source.len()..].fill(0);
}

#[inline]
fn each(block: &mut [u8], source: &[u8], change: impl Fn(&mut u8, u8)) {
    block.iter_mut().zip(source).for_each(|(out, byte)| change(out, *byte));
}

/// The first byte that is not `usual`.
fn other_than(bytes: &[u8], usual: u8) -> Option<usize> {
    let usual_so_far = bytes
        .chunks_exact(STRIDE)
        .take_while(|stride| stride.iter().fold(0, |all, byte| all | (byte ^ usual)) == 0)
        .count()
        * STRIDE;
    let at = bytes[usual_so_far..].iter().position(|byte| *byte != usual)?;
    Some(usual_so_far + at)
}

#[inline(always)]
fn lanes(bytes: &[u8]) -> Lanes {
    let mut lanes = [0; LANES];
    for (lane, word) in lanes.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *lane = u64::from_ne_bytes(*word);
    }
    lanes
}

/// Adds three columns of bits: the sum's lower digit stays in `sum`, the carry is the upper one.
#[inline(always)]
fn add(sum: &mut Lanes, a: Lanes, b: Lanes) -> Lanes {
    let mut carry = [0; LANES];
    for ((carry, sum), (a, b)) in carry.iter_mut().zip(sum).zip(a.into_iter().zip(b)) {
        let half = *sum ^ a;
        *carry = (*sum & a) | (half & b);
        *sum = half ^ b;
    }
    carry
}

#[inline(always)]
fn ones_of(lanes: Lanes) -> u64 {
    lanes.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bit(bytes: &[u8], at: u64) -> bool {
        bytes.get((at / 8) as usize).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0)
    }

    proptest! {
        #[test]
        fn counting_is_counting(bytes in prop::collection::vec(any::<u8>(), 0..900), ends: (u64, u64)) {
            prop_assert_eq!(count(&bytes), bytes.iter().map(|b| u64::from(b.count_ones())).sum::<u64>());
            let len = bytes.len() as u64 * 8 + 1;
            let range = ends.0 % len..ends.1 % len;
            let expected = range.clone().filter(|at| bit(&bytes, *at)).count() as u64;
            prop_assert_eq!(count_range(&bytes, range), expected);
        }

        #[test]
        fn finding_is_looking_at_each(
            usual in prop::sample::select(vec![0u8, 0xff]),
            len in 0usize..300,
            odd in prop::collection::vec((0usize..300, any::<u8>()), 0..3),
            ends: (u64, u64),
            value: bool,
        ) {
            let mut bytes = vec![usual; len];
            for (at, byte) in odd {
                if at < len { bytes[at] = byte; }
            }
            let len = len as u64 * 8 + 1;
            let range = ends.0 % len..ends.1 % len;
            let expected = range.clone().find(|at| bit(&bytes, *at) == value);
            prop_assert_eq!(find(&bytes, range, value), expected);
        }

        #[test]
        fn combining_is_done_bit_by_bit(
            sources in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5),
            pad in prop::sample::select(vec![0usize, 4090, 9000]),
        ) {
            let sources: Vec<Vec<u8>> = sources.into_iter().map(|s| [vec![0x5a; pad], s].concat()).collect();
            let slices: Vec<&[u8]> = sources.iter().map(Vec::as_slice).collect();
            let len = slices.iter().map(|s| s.len()).max().unwrap();
            for how in [Combine::And, Combine::Or, Combine::Xor, Combine::Not, Combine::Diff, Combine::Diff1, Combine::AndOr, Combine::One] {
                let out = combine(how, &slices);
                prop_assert_eq!(out.len(), len);
                for at in (pad as u64 * 8).saturating_sub(3)..len as u64 * 8 {
                    let first = bit(slices[0], at);
                    let set = slices.iter().filter(|s| bit(s, at)).count();
                    let other = set - usize::from(first) > 0;
                    let expected = match how {
                        Combine::And => set == slices.len(),
                        Combine::Or => set > 0,
                        Combine::Xor => set % 2 == 1,
                        Combine::Not => !first,
                        Combine::Diff => first && !other,
                        Combine::Diff1 => !first && other,
                        Combine::AndOr => first && other,
                        Combine::One => set == 1,
                    };
                    prop_assert_eq!(bit(&out, at), expected, "{:?} at {}", how, at);
                }
            }
        }
    }
}
