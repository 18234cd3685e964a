//! Which numbers go into requests: keys by their distribution, sequences, the connection's own.

use super::template::Numbers;
use rand::{Rng, RngExt, SeedableRng, rngs::SmallRng};
use rand_distr::{Distribution as _, Zipf};

/// How keys are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Distribution {
    /// All alike.
    Uniform,
    /// The key of rank n is drawn in proportion to 1 / n^exponent; key 0 is the most frequent.
    Zipf {
        /// More than 0; web traffic is said to be near 1.
        exponent: f64,
    },
    /// One after the other, each thread its own part; for filling.
    Sequential,
}

/// The numbers of one thread.
#[derive(Debug)]
pub(crate) struct Sources {
    random: SmallRng,
    keys: Keys,
    space: u64,
    sequence: u64,
    /// From one number of a sequence to the thread's next.
    step: u64,
    /// The connection that sends now.
    pub(crate) connection: u64,
}

#[derive(Debug)]
enum Keys {
    Uniform,
    Zipf(Zipf<f64>),
    Sequential { next: u64 },
}

impl Sources {
    /// Those of the thread `index` of `threads`, keys from 0 to `space`, at least 1. A Zipf exponent that is none
    /// makes the keys uniform; plans are checked before.
    pub(crate) fn new(
        distribution: Distribution,
        space: u64,
        seed: u64,
        index: usize,
        threads: usize,
    ) -> Self {
        let keys = match distribution {
            Distribution::Uniform => Keys::Uniform,
            Distribution::Zipf { exponent } => {
                Zipf::new(space as f64, exponent).map_or(Keys::Uniform, Keys::Zipf)
            }
            Distribution::Sequential => Keys::Sequential { next: index as u64 },
        };
        // Far apart, whatever the seed is.
        let seed = seed.wrapping_add((index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self {
            random: SmallRng::seed_from_u64(seed),
            keys,
            space: space.max(1),
            sequence: index as u64,
            step: threads as u64,
            connection: 0,
        }
    }

    /// The generator of chance, for whatever else is drawn.
    pub(crate) fn random(&mut self) -> &mut impl Rng {
        &mut self.random
    }
}

impl Numbers for Sources {
    fn key(&mut self) -> u64 {
        match &mut self.keys {
            Keys::Uniform => self.random.random_range(0..self.space),
            // Ranks begin at 1.
            Keys::Zipf(zipf) => (zipf.sample(&mut self.random) as u64).saturating_sub(1),
            Keys::Sequential { next } => {
                let key = *next % self.space;
                *next += self.step;
                key
            }
        }
    }

    fn sequence(&mut self) -> u64 {
        let number = self.sequence;
        self.sequence += self.step;
        number
    }

    fn connection(&self) -> u64 {
        self.connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(distribution: Distribution, index: usize) -> Vec<u64> {
        let mut sources = Sources::new(distribution, 1000, 7, index, 2);
        (0..10_000).map(|_| sources.key()).collect()
    }

    #[test]
    fn keys_are_as_frequent_as_their_distribution_says() {
        let share = |keys: &[u64], below: u64| {
            keys.iter().filter(|key| **key < below).count() as f64 / keys.len() as f64
        };
        let uniform = drawn(Distribution::Uniform, 0);
        assert!((share(&uniform, 100) - 0.1).abs() < 0.02);
        // Of 1000 keys with exponent 1, the first has 1 / H(1000) = 0.1336 and the first hundred 0.693.
        let zipf = drawn(Distribution::Zipf { exponent: 1.0 }, 0);
        assert!((share(&zipf, 1) - 0.1336).abs() < 0.02, "{}", share(&zipf, 1));
        assert!((share(&zipf, 100) - 0.693).abs() < 0.03);
        assert!(uniform.iter().chain(&zipf).all(|key| *key < 1000));
    }

    #[test]
    fn threads_draw_other_keys_and_runs_the_same() {
        assert_eq!(drawn(Distribution::Uniform, 1), drawn(Distribution::Uniform, 1));
        assert_ne!(drawn(Distribution::Uniform, 0), drawn(Distribution::Uniform, 1));
    }

    #[test]
    fn sequences_of_threads_do_not_meet() {
        assert_eq!(drawn(Distribution::Sequential, 0)[..3], [0, 2, 4]);
        assert_eq!(drawn(Distribution::Sequential, 1)[499..501], [999, 1]);
        let mut sources = Sources::new(Distribution::Uniform, 1, 0, 1, 2);
        assert_eq!([sources.sequence(), sources.sequence()], [1, 3]);
    }
}
