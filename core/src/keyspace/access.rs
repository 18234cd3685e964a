//! Remembering use: 24 bits a key. Under LRU they are the second of last use, wrapping after 194 days; under LFU, 16
//! bits of the minute of last decay and an 8-bit logarithmic counter, as documented for Redis' `maxmemory-policy`.

use crate::time::Timestamp;
use crate::util::rng::Rng;

/// lfu-log-factor and lfu-decay-time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LfuParameters {
    /// How many uses it takes to saturate the counter.
    pub log_factor: u64,
    /// Minutes after which the counter loses one; 0: never.
    pub decay_minutes: u64,
}

/// The clock that marks keys, and the generator behind the probabilistic counter.
#[derive(Clone, Debug)]
pub struct AccessClock {
    seconds: u64,
    rng: Rng,
    /// `Some` while the eviction policy is one of the LFU ones.
    pub lfu: Option<LfuParameters>,
}

const BITS: u64 = (1 << 24) - 1;
/// The counter of a new key, so that it is not the first to go.
const LFU_INITIAL: u64 = 5;

impl AccessClock {
    pub(super) fn new(rng: Rng) -> Self {
        AccessClock { seconds: 0, rng, lfu: None }
    }

    pub(super) fn set_now(&mut self, now: Timestamp) {
        self.seconds = now.seconds();
    }

    /// The generator's next bits; the keyspace has one source of chance.
    pub(super) fn random(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A fair number below `bound`; `None` if there is none.
    pub(super) fn random_below(&mut self, bound: usize) -> Option<usize> {
        (bound > 0).then(|| self.rng.below(bound as u64) as usize)
    }

    /// The bits of a key that is made now.
    #[inline]
    pub(super) fn fresh(&self) -> u32 {
        match self.lfu {
            None => (self.seconds & BITS) as u32,
            Some(_) => ((self.minutes() << 8) | LFU_INITIAL) as u32,
        }
    }

    /// The bits of a key that had `bits` and is used now.
    #[inline]
    pub(super) fn touched(&mut self, bits: u32) -> u32 {
        match self.lfu {
            None => (self.seconds & BITS) as u32,
            Some(parameters) => self.touched_lfu(bits, parameters),
        }
    }

    /// The bits of a key that was used last so many seconds ago, or so often, whichever is remembered. `None`: it is the
    /// other one.
    pub(super) fn remembered(&self, idle: Option<u64>, frequency: Option<u8>) -> Option<u32> {
        let bits = match self.lfu {
            None => self.seconds.wrapping_sub(idle?),
            Some(_) => (self.minutes() << 8) | u64::from(frequency?),
        };
        Some((bits & BITS) as u32)
    }

    /// Second of last use.
    pub(super) fn last_used_s(&self, bits: u32) -> u64 {
        self.seconds.saturating_sub(self.idle_seconds(bits))
    }

    /// Seconds since last use.
    pub fn idle_seconds(&self, bits: u32) -> u64 {
        self.seconds.wrapping_sub(u64::from(bits)) & BITS
    }

    /// The decayed counter.
    pub fn frequency(&self, bits: u32) -> u8 {
        let counter = u64::from(bits & 0xff);
        let decay = self.lfu.map_or(0, |parameters| parameters.decay_minutes);
        let elapsed = self.minutes().wrapping_sub(u64::from(bits >> 8)) & 0xffff;
        counter.saturating_sub(elapsed.checked_div(decay).unwrap_or(0)) as u8
    }

    fn touched_lfu(&mut self, bits: u32, parameters: LfuParameters) -> u32 {
        let counter = u64::from(self.frequency(bits));
        let base = counter.saturating_sub(LFU_INITIAL);
        let chance = 1.0 / (base as f64 * parameters.log_factor as f64 + 1.0);
        let grown =
            if counter < 255 && self.rng.fraction() < chance { counter + 1 } else { counter };
        ((self.minutes() << 8) | grown) as u32
    }

    fn minutes(&self) -> u64 {
        (self.seconds / 60) & 0xffff
    }
}
