//! When requests are due in an open loop: at instants that are settled before the server has a say. A request that
//! could not leave in time is still due when it was, so nothing needs to be stored for those that wait.

use super::plan::Arrivals;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, Exp1};
use std::time::{Duration, Instant};

/// The instants of one thread.
#[derive(Debug)]
pub(crate) struct Schedule {
    begin: Instant,
    interval_seconds: f64,
    arrivals: Arrivals,
    random: SmallRng,
    /// How many were taken.
    taken: u64,
    /// From `begin` to the next, in seconds.
    next_seconds: f64,
}

impl Schedule {
    /// `per_second` batches from `begin`; thread `index` of `threads` stands as far into the interval as the others
    /// need, so that together they are regular.
    pub(crate) fn new(
        begin: Instant,
        per_second: f64,
        arrivals: Arrivals,
        seed: u64,
        index: usize,
        threads: usize,
    ) -> Self {
        let mut schedule = Self {
            begin,
            interval_seconds: 1.0 / per_second,
            arrivals,
            random: SmallRng::seed_from_u64(seed.wrapping_add(index as u64)),
            taken: 0,
            next_seconds: 0.0,
        };
        let phase = index as f64 / threads as f64;
        match arrivals {
            Arrivals::Fixed => {
                let shift = schedule.interval_seconds * phase;
                schedule.begin += Duration::from_secs_f64(shift);
            }
            Arrivals::Poisson => schedule.next_seconds = schedule.gap(),
        }
        schedule
    }

    /// Takes the next instant.
    pub(crate) fn take(&mut self) -> Instant {
        let due = self.next();
        self.taken += 1;
        self.next_seconds = match self.arrivals {
            // Multiplied, not added up: no rounding grows.
            Arrivals::Fixed => self.taken as f64 * self.interval_seconds,
            Arrivals::Poisson => self.next_seconds + self.gap(),
        };
        due
    }

    /// The next instant.
    pub(crate) fn next(&self) -> Instant {
        self.begin + Duration::from_secs_f64(self.next_seconds)
    }

    /// How many more are due before `end`; of random ones, how many are to be expected.
    pub(crate) fn left_before(&self, end: Instant) -> u64 {
        let left = end.saturating_duration_since(self.next()).as_secs_f64();
        (left / self.interval_seconds).ceil() as u64
    }

    fn gap(&mut self) -> f64 {
        let gap: f64 = Exp1.sample(&mut self.random);
        gap * self.interval_seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(schedule: &mut Schedule, end: Instant) -> Vec<Instant> {
        let mut taken = Vec::new();
        while schedule.next() < end {
            taken.push(schedule.take());
        }
        taken
    }

    #[test]
    fn fixed_arrivals_are_as_many_as_the_rate_says() {
        let begin = Instant::now();
        let end = begin + Duration::from_secs(3);
        let mut schedule = Schedule::new(begin, 1000.0, Arrivals::Fixed, 1, 0, 1);
        assert_eq!(schedule.left_before(end), 3000);
        let taken = until(&mut schedule, end);
        assert_eq!(taken.len(), 3000);
        assert_eq!(taken[2999] - begin, Duration::from_millis(2999));
        assert_eq!(schedule.left_before(end), 0);
    }

    #[test]
    fn two_threads_take_turns() {
        let begin = Instant::now();
        let mut first = Schedule::new(begin, 500.0, Arrivals::Fixed, 1, 0, 2);
        let mut second = Schedule::new(begin, 500.0, Arrivals::Fixed, 1, 1, 2);
        let gaps = [first.take(), second.take(), first.take()].map(|due| due - begin);
        assert_eq!(gaps, [0, 1, 2].map(Duration::from_millis));
    }

    #[test]
    fn random_arrivals_have_the_rate_and_the_spread() {
        let begin = Instant::now();
        let mut schedule = Schedule::new(begin, 1000.0, Arrivals::Poisson, 1, 0, 1);
        let taken = until(&mut schedule, begin + Duration::from_secs(20));
        assert!((taken.len() as i64 - 20_000).abs() < 600, "{}", taken.len());
        // Of exponential gaps, 1 - 1/e = 0.632 are shorter than the mean.
        let short =
            taken.windows(2).filter(|pair| pair[1] - pair[0] < Duration::from_millis(1)).count();
        let share = short as f64 / taken.len() as f64;
        assert!((share - 0.632).abs() < 0.02, "{share}");
    }
}
