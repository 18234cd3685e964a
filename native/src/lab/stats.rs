//! What can be said from a few repetitions.
//!
//! **Means** have a 95 % interval by Student's t, which allows for as few as two repetitions when these scatter like a bell.
//! **Medians** have the interval between two order statistics, which supposes nothing about how they scatter: the narrowest
//! symmetric pair that covers the median with at least 95 %. Below six repetitions no pair does; then it is the smallest and the
//! largest, and `confidence` says what that covers (five repetitions: 93.75 %).
//!
//! Left out: the removal of outliers. A slow minute is part of what was measured.

use redloop_core::util::rng::Rng;
use serde::{Deserialize, Serialize};

/// How sure an interval is to be.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// Bounds of what is probable, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    /// Whether both have a value in common.
    pub(crate) fn overlaps(self, other: Interval) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// Repetitions of one figure in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) repetitions: usize,
    pub(crate) mean: f64,
    /// 95 %, by Student's t; none for a single repetition.
    pub(crate) mean_interval: Option<Interval>,
    pub(crate) median: f64,
    /// Between order statistics; none for a single repetition.
    pub(crate) median_interval: Option<Interval>,
    /// What the median's interval covers, from 0 to 1.
    pub(crate) median_confidence: f64,
}

impl Summary {
    /// Of at least one value.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let median = median(values)?;
        let (median_interval, median_confidence) = median_interval(values);
        Some(Summary {
            repetitions: values.len(),
            mean: mean(values),
            mean_interval: mean_interval(values),
            median,
            median_interval,
            median_confidence,
        })
    }

    /// Half the width of the mean's interval.
    pub(crate) fn mean_error(&self) -> Option<f64> {
        self.mean_interval.map(|interval| (interval.high - interval.low) / 2.0)
    }
}

/// The arithmetic mean; NaN of nothing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The interval that covers the mean with [`CONFIDENCE`], if these values scatter normally. None for fewer than two.
pub(crate) fn mean_interval(values: &[f64]) -> Option<Interval> {
    let count = values.len();
    if count < 2 {
        return None;
    }
    let mean = mean(values);
    let variance =
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
    let quantile = distrs::StudentsT::ppf((1.0 + CONFIDENCE) / 2.0, (count - 1) as f64);
    let half = quantile * (variance / count as f64).sqrt();
    Some(Interval { low: mean - half, high: mean + half })
}

/// The value in the middle, or between the two in the middle. None of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// The interval between order statistics that covers the median, and how surely. See the module.
pub(crate) fn median_interval(values: &[f64]) -> (Option<Interval>, f64) {
    let count = values.len();
    if count < 2 {
        return (None, 0.0);
    }
    let sorted = sorted(values);
    // Leaving out `out` values on either side covers the median unless that many or fewer fell on one side of it.
    let mut out = 0;
    let mut confidence = 1.0 - 2.0 * binomial_half(count, 0);
    loop {
        let next = confidence - 2.0 * binomial_half(count, out + 1);
        if next < CONFIDENCE || 2 * (out + 1) >= count {
            break;
        }
        (out, confidence) = (out + 1, next);
    }
    (Some(Interval { low: sorted[out], high: sorted[count - 1 - out] }), confidence)
}

/// The probability of exactly `hits` in `count` throws of a fair coin.
fn binomial_half(count: usize, hits: usize) -> f64 {
    let ways: f64 = (0..hits).map(|i| (count - i) as f64 / (i + 1) as f64).product();
    ways * 0.5f64.powf(count as f64)
}

/// Jain's index of how equally `counts` are spread: 1 when all are equal, 1/n when one has all (Jain, Chiu and Hawe, "A
/// quantitative measure of fairness", 1984). Nothing to share is shared fairly.
pub(crate) fn jain(counts: &[u64]) -> f64 {
    let sum: f64 = counts.iter().map(|count| *count as f64).sum();
    let squares: f64 = counts.iter().map(|count| (*count as f64).powi(2)).sum();
    if squares == 0.0 { 1.0 } else { sum * sum / (counts.len() as f64 * squares) }
}

/// Values drawn from `values` with replacement, as many as there are: a resample of the bootstrap.
pub(crate) fn resample(values: &[f64], chance: &mut Rng) -> Vec<f64> {
    let count = values.len() as u64;
    values.iter().map(|_| values[chance.below(count) as usize]).collect()
}

/// The value below which `quantile` of the sorted values lie, by nearest rank.
pub(crate) fn nearest_rank(sorted: &[f64], quantile: f64) -> Option<f64> {
    let rank = (quantile * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).or(sorted.last()).copied()
}

/// In ascending order.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within, "{a} is not {b}");
    }

    #[test]
    fn the_mean_has_the_interval_of_the_tables() {
        // t for 4 degrees of freedom is 2.776445; the standard deviation of 1 to 5 is the root of 2.5.
        let interval = mean_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let half = 2.776_445 * (2.5f64 / 5.0).sqrt();
        close(interval.low, 3.0 - half, 1e-4);
        close(interval.high, 3.0 + half, 1e-4);
        // One degree of freedom: 12.7062.
        let interval = mean_interval(&[0.0, 2.0]).unwrap();
        close(interval.high, 1.0 + 12.7062, 1e-3);
        assert_eq!(mean_interval(&[7.0]), None);
        assert_eq!(mean_interval(&[7.0; 3]), Some(Interval { low: 7.0, high: 7.0 }));
    }

    #[test]
    fn the_median_has_the_narrowest_interval_that_is_sure_enough() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        let ascending: Vec<f64> = (1..=10).map(f64::from).collect();
        // Known from tables of the sign test: n = 10, the 2nd to the 9th, 97.85 %.
        let (interval, confidence) = median_interval(&ascending);
        assert_eq!(interval, Some(Interval { low: 2.0, high: 9.0 }));
        close(confidence, 0.978_515_6, 1e-6);
        let (interval, confidence) = median_interval(&ascending[..5]);
        assert_eq!(interval, Some(Interval { low: 1.0, high: 5.0 }));
        close(confidence, 0.9375, 1e-12);
        assert_eq!(median_interval(&[1.0]), (None, 0.0));
        close(median_interval(&[1.0, 2.0]).1, 0.5, 1e-12);
    }

    #[test]
    fn fairness_is_jains() {
        close(jain(&[5, 5, 5, 5]), 1.0, 1e-12);
        close(jain(&[8, 0, 0, 0]), 0.25, 1e-12);
        close(jain(&[1, 2, 3]), 36.0 / (3.0 * 14.0), 1e-12);
        close(jain(&[0, 0]), 1.0, 1e-12);
    }

    #[test]
    fn ranks_and_resamples_stay_among_the_values() {
        assert_eq!(nearest_rank(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.0));
        assert_eq!(nearest_rank(&[1.0, 2.0, 3.0, 4.0], 0.0), Some(1.0));
        assert_eq!(nearest_rank(&[1.0, 2.0, 3.0, 4.0], 1.0), Some(4.0));
        assert_eq!(nearest_rank(&[], 0.5), None);
        let drawn = resample(&[1.0, 2.0], &mut Rng::new(1));
        assert!(drawn.len() == 2 && drawn.iter().all(|value| [1.0, 2.0].contains(value)));
    }
}
