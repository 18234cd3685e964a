//! Who is let in, and how fast: a token bucket for accepts, and a limit on one address' connections. Connections that
//! have to wait do so in the system's queue of the listening socket, which `tcp-backlog` bounds; nobody is dropped for
//! coming in a crowd.
//!
//! Left out: `maxclients`, which is the engine's.

use redloop_core::config::Config;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What an address with too many connections is told.
pub(crate) const TOO_MANY: &[u8] = b"-ERR max number of connections per address reached\r\n";

/// The rules at the door, and who is inside. CONFIG SET may change the rules at any time.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// Seconds between probes of silent peers; 0: none.
    keepalive_s: AtomicU64,
    /// Connections let in per second; 0: as many as come.
    rate: AtomicU64,
    /// Connections from one address; 0: any number.
    per_address: AtomicU64,
    inside: Mutex<HashMap<IpAddr, u64>>,
    waited: AtomicU64,
    refused: AtomicU64,
}

/// One connection of an address; counts as long as it lives.
#[derive(Debug)]
pub(crate) struct Guest {
    admission: Arc<Admission>,
    address: IpAddr,
}

/// Admissions that may happen at once, and when the next one may. A tenth of a second's may happen together.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Admission {
    /// Takes over what the settings say now.
    pub(crate) fn follow(&self, config: &Config) {
        let number =
            |name| String::from_utf8_lossy(&config.named(name)).parse::<u64>().unwrap_or_default();
        self.keepalive_s.store(config.tcp_keepalive_s, Ordering::Relaxed);
        self.rate.store(number("accept-rate"), Ordering::Relaxed);
        self.per_address.store(number("max-connections-per-ip"), Ordering::Relaxed);
    }

    /// Seconds between probes of silent peers; 0: none.
    pub(crate) fn keepalive_s(&self) -> u64 {
        self.keepalive_s.load(Ordering::Relaxed)
    }

    /// Lets a connection of `address` in, if it has not too many.
    pub(crate) fn let_in(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        let most = self.per_address.load(Ordering::Relaxed);
        let mut inside = self.inside();
        let connections = inside.entry(address).or_default();
        if most > 0 && *connections >= most {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *connections += 1;
        Some(Guest { admission: Arc::clone(self), address })
    }

    /// Takes a token out of `bucket`; how long to wait before the connection may come in.
    pub(crate) fn pace(&self, bucket: &mut Bucket, now: Instant) -> Duration {
        let wait = match self.rate.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            rate => bucket.take(rate as f64, now),
        };
        if !wait.is_zero() {
            self.waited.fetch_add(1, Ordering::Relaxed);
        }
        wait
    }

    /// Connections that had to wait because too many came at once.
    pub(crate) fn waited(&self) -> u64 {
        self.waited.load(Ordering::Relaxed)
    }

    /// Connections that were refused because their address had too many.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn inside(&self) -> MutexGuard<'_, HashMap<IpAddr, u64>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut inside = self.admission.inside();
        if let Some(connections) = inside.get_mut(&self.address) {
            *connections -= 1;
            if *connections == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

impl Bucket {
    /// An empty one: the first connection may come at once, a crowd may not.
    pub(crate) fn new(now: Instant) -> Self {
        Bucket { tokens: 1.0, filled: now }
    }

    fn take(&mut self, rate: f64, now: Instant) -> Duration {
        let most = (rate / 10.0).max(1.0);
        let since = now.saturating_duration_since(self.filled);
        self.tokens = (self.tokens + since.as_secs_f64() * rate).min(most);
        self.filled = now;
        self.tokens -= 1.0;
        Duration::from_secs_f64((-self.tokens / rate).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_crowd_comes_in_at_the_rate() {
        let begin = Instant::now();
        let mut bucket = Bucket::new(begin);
        let mut now = begin;
        for _ in 0..=1000 {
            now += bucket.take(100.0, now);
        }
        let took = now - begin;
        assert!((9.9..10.1).contains(&took.as_secs_f64()), "{took:?}");
    }

    #[test]
    fn a_tenth_of_a_second_may_come_together_after_a_quiet_time() {
        let begin = Instant::now();
        let mut bucket = Bucket::new(begin);
        let later = begin + Duration::from_secs(3600);
        let at_once = (0..100).take_while(|_| bucket.take(100.0, later).is_zero()).count();
        assert_eq!(at_once, 10);
    }

    #[test]
    fn an_address_has_so_many_and_another_when_one_leaves() {
        let admission = Arc::new(Admission::default());
        admission.per_address.store(2, Ordering::Relaxed);
        let first = admission.let_in(HERE);
        let second = admission.let_in(HERE);
        assert!(first.is_some() && second.is_some());
        assert!(admission.let_in(HERE).is_none());
        assert!(admission.let_in(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2))).is_some());
        drop(first);
        assert!(admission.let_in(HERE).is_some());
        assert_eq!(admission.refused(), 1);
        drop(second);
        assert_eq!(admission.inside().len(), 0, "nobody stays behind");
    }
}
