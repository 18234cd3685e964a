//! Sine, cosine and arc sine that give the same bits on every host: the browser's, the C library's and the compiler's
//! own differ in last digits, and replies show them.
//!
//! Series of Taylor in pairs of doubles (Dekker, "A floating-point technique for extending the available precision",
//! 1971): what is rounded to a double at the end is off by less than a thousandth of its last place, so that good
//! libraries agree in nearly every case.
//!
//! The `quick` ones do without pairs: to sort out what is far from any border.
//!
//! Left out: angles of more than a few thousand turns, which come out as if they were exact multiples.

use std::f64::consts::FRAC_PI_2;

/// A number as the sum of two doubles, the second smaller than the first one's last place.
#[derive(Clone, Copy, Debug)]
struct Pair {
    high: f64,
    low: f64,
}

/// π / 2
const QUARTER: Pair = Pair { high: FRAC_PI_2, low: 6.123_233_995_736_766e-17 };
/// The coefficients of z¹ and z² where those of higher powers, as doubles, follow.
struct Series {
    first: Pair,
    second: Pair,
    rest: [f64; 7],
}

/// sin x / x in z = x²
const SINE: Series = Series {
    first: Pair { high: -1.0 / 6.0, low: -9.251_858_538_542_97e-18 },
    second: Pair { high: 1.0 / 120.0, low: 1.156_482_317_317_871_4e-19 },
    rest: [
        -1.0 / 5_040.0,
        1.0 / 362_880.0,
        -1.0 / 39_916_800.0,
        1.0 / 6_227_020_800.0,
        -1.0 / 1_307_674_368_000.0,
        1.0 / 355_687_428_096_000.0,
        -1.0 / 121_645_100_408_832_000.0,
    ],
};
/// cos x in z = x²
const COSINE: Series = Series {
    first: Pair { high: -0.5, low: 0.0 },
    second: Pair { high: 1.0 / 24.0, low: 2.312_964_634_635_742_7e-18 },
    rest: [
        -1.0 / 720.0,
        1.0 / 40_320.0,
        -1.0 / 3_628_800.0,
        1.0 / 479_001_600.0,
        -1.0 / 87_178_291_200.0,
        1.0 / 20_922_789_888_000.0,
        -1.0 / 6_402_373_705_728_000.0,
    ],
};
/// (asin x - x) / x³ in z = x² up to x = 1/2, to eleven digits: interpolated at Chebyshev's nodes.
const ARC_SINE: [f64; 8] = [
    0.166_666_666_652_141_3,
    0.075_000_007_250_030_09,
    0.044_642_267_692_396_45,
    0.030_400_048_653_087_115,
    0.022_102_220_542_509_796,
    0.019_498_623_320_921_97,
    0.004_840_848_202_613_493,
    0.030_041_278_880_901_6,
];

/// The sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    sin_of_pair(x).high
}

/// The cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    cos_of_pair(x).high
}

/// The angle, 0 to π/2, whose sine is `x`, 0 to 1.
pub fn asin(x: f64) -> f64 {
    if x >= 1.0 {
        return FRAC_PI_2;
    }
    let near = near_asin(x);
    // One step of Newton's method, with the curvature: what is left is far below the last place.
    let (sine, cosine) = (sin_of_pair(near), cos(near));
    let step = ((x - sine.high) - sine.low) / cosine;
    near + (step + 0.5 * step * step * sine.high / cosine)
}

/// The sine of an angle within a quarter turn, fast: to a few last places.
#[inline]
pub fn quick_sin(x: f64) -> f64 {
    x * quick(&SINE, x * x)
}

/// The cosine of a latitude that places may have, fast: to a hundred last places.
#[inline]
pub fn quick_cos(x: f64) -> f64 {
    quick(&COSINE, x * x)
}

/// As [`asin`], fast: to a few last places up to a sine of 0.99.
pub fn quick_asin(x: f64) -> f64 {
    let near = near_asin(x);
    near + (x - quick_sin(near)) / quick_cos(near)
}

fn sin_of_pair(x: f64) -> Pair {
    let (quarter, rest) = reduce(x);
    match quarter {
        0 => odd(rest),
        1 => even(rest),
        2 => negated(odd(rest)),
        _ => negated(even(rest)),
    }
}

fn cos_of_pair(x: f64) -> Pair {
    let (quarter, rest) = reduce(x);
    match quarter {
        0 => even(rest),
        1 => negated(odd(rest)),
        2 => negated(even(rest)),
        _ => odd(rest),
    }
}

/// The angle as quarter turns, of which whole turns are left out, and the rest of at most an eighth turn.
fn reduce(x: f64) -> (u8, Pair) {
    let quarters = (x / FRAC_PI_2).round_ties_even();
    if quarters == 0.0 {
        return (0, Pair { high: x, low: 0.0 });
    }
    let away = product(quarters, QUARTER.high);
    let rest = sum(x, -away.high);
    let low = rest.low - away.low - quarters * QUARTER.low;
    ((quarters % 4.0) as i8 as u8 & 3, sum(rest.high, low))
}

fn odd(x: Pair) -> Pair {
    times(x, series(&SINE, times(x, x)))
}

fn even(x: Pair) -> Pair {
    series(&COSINE, times(x, x))
}

/// 1 + z · (first + z · (second + z · rest))
fn series(series: &Series, z: Pair) -> Pair {
    let inner = plus(series.second, polynomial(&series.rest, z.high) * z.high);
    let inner = times(z, inner);
    let inner = plus(plus(series.first, inner.high), inner.low);
    let inner = times(z, inner);
    plus(sum(1.0, inner.high), inner.low)
}

#[inline]
fn quick(series: &Series, z: f64) -> f64 {
    let rest = polynomial(&series.rest, z);
    1.0 + z * (series.first.high + z * (series.second.high + z * rest))
}

/// To eleven digits.
fn near_asin(x: f64) -> f64 {
    let series = |x: f64| x + x * x * x * polynomial(&ARC_SINE, x * x);
    if x <= 0.5 { series(x) } else { FRAC_PI_2 - 2.0 * series(((1.0 - x) * 0.5).sqrt()) }
}

#[inline]
fn polynomial(coefficients: &[f64], z: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * z + coefficient)
}

fn negated(x: Pair) -> Pair {
    Pair { high: -x.high, low: -x.low }
}

/// The exact sum.
#[inline]
fn sum(a: f64, b: f64) -> Pair {
    let high = a + b;
    let of_b = high - a;
    Pair { high, low: (a - (high - of_b)) + (b - of_b) }
}

/// The exact product.
#[inline]
fn product(a: f64, b: f64) -> Pair {
    // Halves of 26 bits.
    let split = |x: f64| {
        let large = x * 134_217_729.0;
        let upper = large - (large - x);
        (upper, x - upper)
    };
    let high = a * b;
    let ((a, a_low), (b, b_low)) = (split(a), split(b));
    Pair { high, low: ((a * b - high) + a * b_low + a_low * b) + a_low * b_low }
}

#[inline]
fn plus(a: Pair, b: f64) -> Pair {
    let total = sum(a.high, b);
    sum(total.high, total.low + a.low)
}

#[inline]
fn times(a: Pair, b: Pair) -> Pair {
    let whole = product(a.high, b.high);
    sum(whole.high, whole.low + (a.high * b.low + a.low * b.high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How many doubles lie between.
    fn apart(a: f64, b: f64) -> u64 {
        if (a < 0.0) == (b < 0.0) { a.to_bits().abs_diff(b.to_bits()) } else { u64::MAX }
    }

    #[test]
    fn known_angles() {
        assert_eq!((sin(0.0), cos(0.0), asin(0.0), asin(1.0)), (0.0, 1.0, 0.0, FRAC_PI_2));
        assert_eq!(sin(FRAC_PI_2), 1.0);
        assert_eq!(cos(FRAC_PI_2), 6.123_233_995_736_766e-17);
        assert_eq!(sin(-std::f64::consts::PI), -1.224_646_799_147_353_2e-16);
        assert_eq!(asin(0.5), std::f64::consts::FRAC_PI_6);
        assert!(cos(1e300).is_finite() || cos(1e300).is_nan());
    }

    #[test]
    fn the_library_agrees_nearly_always() {
        let mut rng = crate::util::rng::Rng::new(1);
        let mut differ = 0;
        for _ in 0..20_000 {
            let x = (rng.fraction() - 0.5) * 7.0;
            differ += u32::from(sin(x) != x.sin()) + u32::from(cos(x) != x.cos());
            let x = rng.fraction();
            differ += u32::from(asin(x) != x.asin());
        }
        // Of 60 000; any library is at most a last place off.
        assert!(differ < 600, "{differ}");
    }

    proptest! {
        #[test]
        fn the_library_is_never_far(x in -50.0..50.0f64, y in 0.0..1.0f64) {
            prop_assert!(apart(sin(x), x.sin()) <= 1);
            prop_assert!(apart(cos(x), x.cos()) <= 1);
            prop_assert!(apart(asin(y), y.asin()) <= 1);
            let small = y * 1e-8;
            prop_assert!(apart(sin(small), small.sin()) <= 1 && apart(asin(small), small.asin()) <= 1);
            let (angle, latitude, sine) = ((y - 0.5) * 3.1, (y - 0.5) * 2.97, y * 0.99);
            prop_assert!(apart(quick_sin(angle), angle.sin()) <= 8);
            prop_assert!(apart(quick_cos(latitude), latitude.cos()) <= 200);
            prop_assert!(apart(quick_asin(sine), sine.asin()) <= 100);
        }
    }
}
