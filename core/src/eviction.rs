//! Keeping below maxmemory: before a command runs, keys go until the account of memory is within the bound, or as many
//! as maxmemory-eviction-tenacity grants a command. The rest goes with the commands that follow, and by a timer where
//! none do. What is refused then, and when, is the real servers' rule: commands that may need memory, only where nothing
//! can go.
//!
//! The account is that of keys and values (`ds::dict` says what they count for), since it is the same however a host cuts
//! bytes and whenever it takes replies; clients' buffers have bounds of their own. So a recording repeats everywhere.
//!
//! Left out: which key goes (`keyspace::evict`).

use crate::command::{Flags, Spec};
use crate::engine::Engine;
use crate::error::Error;
use crate::limits;
use crate::observer::Observer;
use crate::session::Session;
use crate::time::Timestamp;

/// What eviction counts.
#[derive(Clone, Debug, Default)]
pub struct Eviction {
    /// Keys removed to make room, ever.
    pub evicted_keys: u64,
    /// Since when the account has been above its bound, while keys can still go.
    pub exceeded_since: Option<Timestamp>,
    /// Microseconds it has been so before, in all.
    pub exceeded_us: u64,
    /// When the timer goes on; only while it is above.
    pub next: Option<Timestamp>,
}

impl<O: Observer> Engine<O> {
    /// Makes room before a command. An error: there is none to make, and the command may need some.
    #[cold]
    #[inline(never)]
    pub(crate) fn make_room(&mut self, session: &mut Session, spec: &Spec) -> Result<(), Error> {
        let grant = self.eviction_grant();
        self.server.memory_peak = self.server.memory_peak.max(self.keys.weight());
        let can = self.evict(grant);
        if self.keys.has_log() {
            self.settle_happenings(session);
        }
        if !can && self.may_need_memory(session, spec) { Err(Error::OOM) } else { Ok(()) }
    }

    /// The timer's part; how many keys went.
    pub(crate) fn go_on_evicting(&mut self) -> usize {
        let before = self.server.eviction.evicted_keys;
        self.evict(limits::EVICT_BATCH * limits::EVICT_TIMER_BATCHES);
        self.announce_happenings();
        (self.server.eviction.evicted_keys - before) as usize
    }

    /// Whether the account is above its bound.
    #[inline]
    pub(crate) fn is_over_memory(&self) -> bool {
        // In most engines there is no bound, and nothing to add up.
        self.server.config.maxmemory != 0 && self.server.config.is_exceeded_by(self.keys.weight())
    }

    /// Removes up to `most` keys while the account is above its bound. False: it still is, and no key may go.
    fn evict(&mut self, most: usize) -> bool {
        let config = &self.server.config;
        let (policy, samples) = (config.eviction_policy(), config.maxmemory_samples);
        let mut left = most;
        let can = loop {
            // While clients are paused keys stay.
            if left == 0 || !self.is_over_memory() || self.server.paused() {
                break true;
            }
            if !policy.is_some_and(|policy| self.keys.evict_one(policy, samples)) {
                break false;
            }
            self.server.eviction.evicted_keys += 1;
            self.server.effects.dirty += 1;
            left -= 1;
        };
        let now = self.server.now;
        let goes_on = can && self.is_over_memory();
        self.server.eviction.note(goes_on, now);
        can
    }

    /// Keys that one command may remove.
    fn eviction_grant(&self) -> usize {
        match self.server.config.eviction_tenacity {
            100 => usize::MAX,
            tenacity => limits::EVICT_BATCH * (1 + tenacity),
        }
    }

    /// Of EXEC, whether a queued command may.
    fn may_need_memory(&self, session: &Session, spec: &Spec) -> bool {
        let queued = session.multi.as_ref().filter(|_| spec.flags.has(Flags::RUNS_QUEUED));
        spec.flags.has(Flags::DENYOOM)
            || queued.is_some_and(|multi| {
                let mut ids = multi.commands.iter().map(|command| command.id);
                ids.any(|id| self.server.table.spec(id).flags.has(Flags::DENYOOM))
            })
    }
}

impl Eviction {
    /// Microseconds above the bound so far, this time.
    pub fn exceeding_us(&self, now: Timestamp) -> u64 {
        self.exceeded_since.map_or(0, |since| now.micros_since(since))
    }

    /// Settings changed: whether the account is above its bound is looked at without waiting for a command.
    pub fn look_soon(&mut self, now: Timestamp) {
        self.next = Some(now);
    }

    /// Counts again from zero.
    pub fn reset(&mut self) {
        (self.evicted_keys, self.exceeded_us) = (0, 0);
    }

    fn note(&mut self, goes_on: bool, now: Timestamp) {
        if goes_on {
            self.exceeded_since.get_or_insert(now);
            self.next = Some(now.plus_micros(limits::EVICT_INTERVAL_US));
        } else {
            self.exceeded_us += self.exceeding_us(now);
            (self.exceeded_since, self.next) = (None, None);
        }
    }
}
