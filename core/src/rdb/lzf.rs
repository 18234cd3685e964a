//! LZF, the compression of long strings in dumps and snapshots.
//!
//! The format (Marc Lehmann's LibLZF; any encoder that keeps to it will do) is a sequence of
//!
//! ```text
//! 000nnnnn                          n + 1 bytes follow as they are
//! nnnooooo oooooooo                 copy n + 2 bytes from o + 1 bytes back; n is 1 to 6
//! 111ooooo nnnnnnnn oooooooo        copy n + 9 bytes from o + 1 bytes back
//! ```
//!
//! The encoder is greedy: a table remembers where three bytes were seen last. Where nothing repeats it looks at ever fewer
//! places, so that what cannot be compressed costs little.

/// Most bytes that one byte of compressed input can stand for: three bytes copy 264.
pub(super) const GROWTH_MAX: usize = 88;

/// Longest run of bytes as they are.
const LITERALS_MAX: usize = 32;
/// Shortest and longest copy.
const COPY_MIN: usize = 3;
const COPY_MAX: usize = 264;
/// Farthest copy, bytes back.
const BACK_MAX: usize = 8192;
/// Bits of the largest and of the smallest table.
const BITS_MAX: u32 = 14;
const BITS_MIN: u32 = 8;
/// Places without a find after which every second one is skipped, then two of three, …
const PATIENCE_BITS: u32 = 6;

/// Compresses strings one after the other. The table is not cleared in between: places of earlier strings are below `base`.
#[derive(Clone, Debug, Default)]
pub(super) struct Compressor {
    seen: Vec<u32>,
    base: usize,
}

impl Compressor {
    /// Appends `input` compressed to `out` if that takes fewer than `most` bytes; otherwise `out` stays as it is. O(length).
    pub(super) fn compress(&mut self, input: &[u8], most: usize, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let bits = input.len().max(1).ilog2().clamp(BITS_MIN, BITS_MAX);
        if self.seen.len() < 1 << bits {
            self.seen.resize(1 << bits, 0);
        }
        if self.base + input.len() >= u32::MAX as usize {
            self.seen.fill(0);
            self.base = 0;
        }
        let base = self.base;
        self.base += input.len();
        let (mut at, mut copied, mut misses) = (0, 0, 0u32);
        while let Some([a, b, c]) = input.get(at..).and_then(<[u8]>::first_chunk) {
            let key = u32::from_le_bytes([*a, *b, *c, 0]);
            let place = &mut self.seen[(key.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize];
            // One more than the place, so that 0 is none.
            let before = (*place as usize).wrapping_sub(base + 1);
            *place = (base + at + 1) as u32;
            if before >= at || at - before > BACK_MAX || input[before..before + 3] != [*a, *b, *c] {
                misses += 1;
                at += 1 + (misses >> PATIENCE_BITS) as usize;
                continue;
            }
            misses = 0;
            let len = COPY_MIN + same(&input[before + COPY_MIN..], &input[at + COPY_MIN..]);
            write_literals(&input[copied..at], out);
            write_copy(at - before - 1, len, out);
            at += len;
            copied = at;
            if out.len() - start >= most {
                break;
            }
        }
        write_literals(&input[copied..], out);
        if out.len() - start >= most {
            out.truncate(start);
            return false;
        }
        true
    }
}

/// Replaces `out` by what `input` stands for, which must be `len` bytes. False: it is something else, or nothing at all.
/// Allocates as bytes come to be, not on the word of `len`.
pub(super) fn decompress(mut input: &[u8], len: usize, out: &mut Vec<u8>) -> bool {
    out.clear();
    if len > input.len().saturating_mul(GROWTH_MAX) {
        return false;
    }
    while let Some((&head, rest)) = input.split_first() {
        let high = usize::from(head >> 5);
        if high == 0 {
            let Some((literals, rest)) = rest.split_at_checked(usize::from(head) + 1) else {
                return false;
            };
            out.extend_from_slice(literals);
            input = rest;
        } else {
            let (more, rest) = match rest.split_first() {
                Some((more, rest)) if high == 7 => (usize::from(*more), rest),
                _ => (0, rest),
            };
            let Some((low, rest)) = rest.split_first() else { return false };
            let back = (usize::from(head & 31) << 8 | usize::from(*low)) + 1;
            let Some(from) = out.len().checked_sub(back) else { return false };
            copy_within(out, from, high + more + 2);
            input = rest;
        }
        if out.len() > len {
            return false;
        }
    }
    out.len() == len
}

/// How far two texts are the same, up to the longest copy.
fn same(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take(COPY_MAX - COPY_MIN).take_while(|(a, b)| a == b).count()
}

fn write_literals(bytes: &[u8], out: &mut Vec<u8>) {
    for run in bytes.chunks(LITERALS_MAX) {
        out.push(run.len() as u8 - 1);
        out.extend_from_slice(run);
    }
}

fn write_copy(back: usize, len: usize, out: &mut Vec<u8>) {
    let (high, low) = ((back >> 8) as u8, back as u8);
    if len < 9 {
        out.extend_from_slice(&[(len as u8 - 2) << 5 | high, low]);
    } else {
        out.extend_from_slice(&[7 << 5 | high, (len - 9) as u8, low]);
    }
}

/// Appends `len` bytes from `from` on; what is appended may be among them.
fn copy_within(out: &mut Vec<u8>, from: usize, mut len: usize) {
    while len > 0 {
        let part = len.min(out.len() - from);
        out.extend_from_within(from..from + part);
        len -= part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::rng::Rng;
    use proptest::prelude::*;

    fn pack(input: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert!(Compressor::default().compress(input, usize::MAX, &mut out));
        out
    }

    fn unpack(input: &[u8], len: usize) -> Option<Vec<u8>> {
        let mut out = b"before".to_vec();
        decompress(input, len, &mut out).then_some(out)
    }

    #[test]
    fn the_format_is_as_described() {
        assert_eq!(unpack(b"\x00a\x20\x00", 4), Some(b"aaaa".to_vec()));
        assert_eq!(unpack(b"\x00a\xe0\x00\x00", 10), Some(b"a".repeat(10)));
        assert_eq!(unpack(b"\x02abc\x40\x02", 7), Some(b"abcabca".to_vec()));
        for (bad, len) in [
            (&b"\x00a\x20\x00"[..], 5),
            (b"\x00a\x20\x00", 3),
            (b"\x00a\x20\x01", 4),
            (b"\x05a", 6),
            (b"\x00a\xe0\x00", 10),
            (b"\x00a\xe0", 10),
            (b"\x00a\x20", 4),
            (b"\x20\x00", 3),
            (b"\x00a", 1 << 40),
        ] {
            assert_eq!(unpack(bad, len), None, "{bad:?}");
        }
    }

    #[test]
    fn repetition_is_found_and_noise_is_given_up() {
        assert!(pack(&b"abcdefgh".repeat(1000)).len() < 200);
        let mut rng = Rng::new(1);
        let noise: Vec<u8> = (0..5000).map(|_| rng.next_u64() as u8).collect();
        let mut out = b"kept".to_vec();
        assert!(!Compressor::default().compress(&noise, noise.len() - 4, &mut out));
        assert_eq!(out, b"kept");
    }

    #[test]
    fn a_compressor_that_wraps_around_forgets() {
        let mut compressor = Compressor { base: u32::MAX as usize - 300, ..Compressor::default() };
        for length in [50usize, 100, 200, 300, 64] {
            let text = b"0123456789".repeat(length / 10);
            let mut out = Vec::new();
            assert!(compressor.compress(&text, text.len(), &mut out));
            assert_eq!(unpack(&out, text.len()), Some(text));
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_unpacks(
            parts in prop::collection::vec(("[a-c]{1,9}", 1usize..200), 0..40),
            more in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut compressor = Compressor::default();
            let mut text: Vec<u8> = more;
            for (part, times) in parts {
                text.extend(part.repeat(times).into_bytes());
            }
            for text in [&text[..], &text[text.len() / 3..]] {
                let mut out = Vec::new();
                prop_assert!(compressor.compress(text, usize::MAX, &mut out));
                prop_assert_eq!(unpack(&out, text.len()), Some(text.to_vec()));
            }
        }

        #[test]
        fn hostile_input_is_refused_or_read(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            len in 0usize..4000,
        ) {
            if let Some(out) = unpack(&bytes, len) {
                prop_assert_eq!(out.len(), len);
            }
        }
    }
}
