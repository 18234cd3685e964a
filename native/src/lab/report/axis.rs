//! An axis of a chart: where its values are, on a linear or a logarithmic scale, and which of them are named.

use crate::lab::figure::Unit;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    first: f64,
    last: f64,
    logarithmic: bool,
    /// Values that are named, and how.
    names: Vec<(f64, String)>,
}

impl Axis {
    /// Of things that have names: measured points or categories. `first` may be greater than `last`, for an axis that runs backwards.
    pub(super) fn of_names(first: f64, last: f64, names: Vec<(f64, String)>) -> Self {
        Axis { first, last, logarithmic: false, names }
    }

    /// Of values from `low` to `high`, both above 0 if the scale is logarithmic, with about `ticks` of them named.
    pub(super) fn of_values(
        low: f64,
        high: f64,
        logarithmic: bool,
        unit: Unit,
        ticks: usize,
    ) -> Self {
        let ticks = if logarithmic {
            logarithmic_ticks(low, high, ticks)
        } else {
            linear_ticks(low, high, ticks)
        };
        let names = ticks.into_iter().map(|tick| (tick, short(unit, tick))).collect();
        Axis { first: low, last: high, logarithmic, names }
    }

    /// From 0 to 1 along the axis.
    fn part(&self, value: f64) -> f64 {
        if self.logarithmic {
            (value.max(f64::MIN_POSITIVE) / self.first).ln() / (self.last / self.first).ln()
        } else {
            (value - self.first) / (self.last - self.first)
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let along = self.part(*value).clamp(-1.0, 2.0);
        from + (f64::from(to - from) * along).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // There are no lines between those that are named.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.names.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.first..self.last
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let near = |at: f64| (at - value).abs() <= 1e-9 * at.abs().max(1.0);
        let named = self.names.iter().find(|(at, _)| near(*at));
        named.map_or(String::new(), |(_, name)| name.clone())
    }
}

/// 1, 2 and 5 of every power of ten in the range; where these are more than wanted, 1 alone, and where that is still too much, every
/// second power or fewer.
fn logarithmic_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let of = |steps: &[f64], every: usize| -> Vec<f64> {
        powers
            .clone()
            .step_by(every)
            .flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)))
            .filter(|tick| (low..=high).contains(tick))
            .collect()
    };
    let all = of(&[1.0, 2.0, 5.0], 1);
    if all.len() <= wanted.max(1) {
        return all;
    }
    let tens = of(&[1.0], 1);
    // Two are needed to read a scale.
    if tens.len() < 2 {
        return all.into_iter().step_by(2).collect();
    }
    of(&[1.0], tens.len().div_ceil(wanted.max(1)))
}

/// Multiples of 1, 2 or 5 of a power of ten.
fn linear_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let rough = (high - low) / wanted.max(1) as f64;
    let power = 10f64.powi(rough.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0, 10.0].map(|it| it * power).into_iter().find(|it| *it >= rough);
    let step = step.unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// A value as briefly as an axis needs it.
fn short(unit: Unit, value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let text = unit.show(value);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    format!("{number} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(logarithmic_ticks(1.5, 25.0, 5), [2.0, 5.0, 10.0, 20.0]);
        assert_eq!(logarithmic_ticks(1.0, 1e6, 8).len(), 7);
        assert_eq!(logarithmic_ticks(1.0, 1e6, 4), [1.0, 100.0, 1e4, 1e6]);
        assert_eq!(logarithmic_ticks(900.0, 9000.0, 2), [1000.0, 5000.0]);
        assert_eq!(linear_ticks(0.0, 24.0, 5), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(short(Unit::Microseconds, 2000.0), "2 ms");
        assert_eq!(short(Unit::Microseconds, 500.0), "500 µs");
        assert_eq!(short(Unit::Bytes, 0.0), "0");
    }

    #[test]
    fn values_have_their_places() {
        let axis = Axis::of_values(1.0, 100.0, true, Unit::Microseconds, 5);
        assert_eq!(axis.map(&10.0, (0, 100)), 50);
        let backwards = Axis::of_names(2.0, 0.0, vec![(1.0, "one".into())]);
        assert_eq!(backwards.map(&0.5, (0, 100)), 75);
        assert_eq!(backwards.format_ext(&1.0), "one");
    }
}
