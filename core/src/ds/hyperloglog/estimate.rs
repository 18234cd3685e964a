//! The estimator of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017,
//! arXiv:1702.01284), Algorithm 6: good over the whole range, without tables of corrections.
//!
//! Sums are made in the order of the paper, so that all digits are those of other implementations.

use super::{RANK_BITS, REGISTERS, Registers};

/// 1 / (2 ln 2)
const ALPHA: f64 = 0.721_347_520_444_481_7;
/// Values that six bits can have.
const VALUES: usize = 64;
/// Counters that are filled in turn: the same one twice in a row would wait for itself.
const COUNTERS: usize = 4;

/// How many different elements such registers tell of. O(registers).
pub fn estimate(registers: &Registers) -> u64 {
    let mut counters = [[0u32; VALUES]; COUNTERS];
    for group in registers.chunks_exact(COUNTERS) {
        for (counter, value) in counters.iter_mut().zip(group) {
            counter[*value as usize % VALUES] += 1;
        }
    }
    let with = |value: usize| f64::from(counters.iter().map(|counter| counter[value]).sum::<u32>());
    let all = REGISTERS as f64;
    let most = RANK_BITS as usize;
    let mut z = all * tau((all - with(most + 1)) / all);
    for value in (1..=most).rev() {
        z = 0.5 * (z + with(value));
    }
    z += all * sigma(with(0) / all);
    // Ties away from zero; infinitely few elements are none.
    (ALPHA * all * all / z).round() as u64
}

fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}
