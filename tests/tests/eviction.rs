//! How good eviction is: the hit ratio of a cache under a Zipf workload, beside that of exact LRU and LFU with room for as
//! many keys, and that the keys that go are those of the policy. Prints the figures (`--nocapture`).

use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};
use redloop_tests::{resp, workload::Rng};
use std::collections::{BTreeMap, BTreeSet};

const CLIENT: ClientId = ClientId(1);
const START: Timestamp = Timestamp(1_795_000_000_000_000);
/// Keys there are, and how many of them the cache holds.
const KEYS: usize = 5_000;
const HELD: usize = 500;
const REQUESTS: usize = 60_000;
/// Requests before hits are counted.
const WARM_UP: usize = 10_000;
/// Time from one request to the next: use is remembered to the second.
const PACE_US: u64 = 20_000;
const VALUE: [u8; 100] = [b'v'; 100];

#[test]
fn hit_ratios_are_close_to_exact_ones() {
    let trace = zipf_trace(1);
    let exact_lru = exact_hit_ratio(&trace, |_, at| at as u64);
    let exact_lfu = exact_hit_ratio(&trace, |uses, at| (uses << 32) | at as u64);
    let ours = |policy| hit_ratio(&trace, policy, 5);
    let (lru, lfu, random) = (ours("allkeys-lru"), ours("allkeys-lfu"), ours("allkeys-random"));
    let lru_10 = hit_ratio(&trace, "allkeys-lru", 10);
    println!("exact LRU {exact_lru:.4}, allkeys-lru {lru:.4}, with 10 samples {lru_10:.4}");
    println!("exact LFU {exact_lfu:.4}, allkeys-lfu {lfu:.4}, allkeys-random {random:.4}");
    assert!(lru > exact_lru - 0.01 && lru_10 > exact_lru - 0.01);
    assert!(lfu > exact_lfu - 0.04);
    assert!(lru > random + 0.03 && lfu > random + 0.06);
}

#[test]
fn keys_in_use_survive_a_scan() {
    for policy in ["allkeys-lru", "volatile-lru", "allkeys-lfu", "volatile-lfu"] {
        let mut cache = Cache::new(policy, 5);
        for hot in 0..HELD / 5 {
            cache.request(&["SET", &format!("hot:{hot}"), "1", "EX", "100000"]);
        }
        for cold in 0..10 * HELD {
            cache.request(&["SET", &format!("cold:{cold}"), "1", "EX", "100000"]);
            cache.request(&["GET", &format!("hot:{}", cold % (HELD / 5))]);
        }
        let survivors = (0..HELD / 5)
            .filter(|hot| cache.request(&["EXISTS", &format!("hot:{hot}")]) == b":1\r\n")
            .count();
        println!("{policy}: {survivors} of {} keys in use survive", HELD / 5);
        assert!(survivors >= HELD / 5 * 97 / 100);
    }
}

struct Cache {
    engine: Engine,
    now: Timestamp,
}

impl Cache {
    fn new(policy: &str, samples: usize) -> Self {
        let mut engine = Engine::new(START, Options { seed: 7, ..Options::default() });
        let each = {
            let mut probe = Cache { engine: Engine::new(START, Options::default()), now: START };
            probe.connect();
            probe.set(KEYS / 2);
            probe.engine.keys().weight()
        };
        let maxmemory = (each * HELD).to_string();
        for (name, value) in [
            ("maxmemory", &*maxmemory),
            ("maxmemory-policy", policy),
            ("maxmemory-samples", &*samples.to_string()),
            ("lfu-log-factor", "1"),
            ("lfu-decay-time", "10"),
        ] {
            engine.config_mut().apply(name, &[value.as_bytes()]).expect("a setting");
        }
        let mut cache = Cache { engine, now: START };
        cache.connect();
        cache
    }

    fn connect(&mut self) {
        let peer = Peer { loopback: true, ..Peer::default() };
        self.engine.feed(self.now, Input::Connect { client: CLIENT, peer });
    }

    fn get(&mut self, key: usize) -> bool {
        self.request(&["GET", &format!("key:{key:05}")]) != b"$-1\r\n"
    }

    fn set(&mut self, key: usize) {
        let value = String::from_utf8_lossy(&VALUE);
        assert_eq!(self.request(&["SET", &format!("key:{key:05}"), &value]), b"+OK\r\n");
    }

    fn request(&mut self, words: &[&str]) -> Vec<u8> {
        self.now = self.now.plus_micros(PACE_US);
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let bytes = resp::encode_command(&words);
        self.engine.feed(self.now, Input::Bytes { client: CLIENT, bytes: &bytes });
        self.engine.run();
        let mut reply = Vec::new();
        while let Some(output) = self.engine.take_output() {
            if let Output::Reply(client) = output {
                self.engine.swap_replies(client, &mut reply);
                self.engine.feed(self.now, Input::Sent { client, bytes: reply.len() });
            }
        }
        reply
    }
}

/// Reads through the cache: what is not there is put there.
fn hit_ratio(trace: &[usize], policy: &str, samples: usize) -> f64 {
    let mut cache = Cache::new(policy, samples);
    let mut hits = 0;
    for (at, key) in trace.iter().enumerate() {
        if cache.get(*key) {
            hits += usize::from(at >= WARM_UP);
        } else {
            cache.set(*key);
        }
    }
    let held = cache.engine.keys().len();
    assert!((HELD - 5..=HELD + 5).contains(&held), "{held} keys are held");
    hits as f64 / (trace.len() - WARM_UP) as f64
}

/// The same with a cache that always drops the key of the least rank, which follows from how often and when it was used.
fn exact_hit_ratio(trace: &[usize], rank: impl Fn(u64, usize) -> u64) -> f64 {
    let mut uses = vec![0_u64; KEYS];
    let mut held = BTreeMap::new();
    let mut order = BTreeSet::new();
    let mut hits = 0;
    for (at, key) in trace.iter().enumerate() {
        uses[*key] += 1;
        let rank = rank(uses[*key], at);
        if let Some(old) = held.insert(*key, rank) {
            hits += usize::from(at >= WARM_UP);
            order.remove(&(old, *key));
        } else if held.len() > HELD
            && let Some((_, gone)) = order.pop_first()
        {
            held.remove(&gone);
        }
        order.insert((rank, *key));
    }
    hits as f64 / (trace.len() - WARM_UP) as f64
}

/// Requests of which the k-th key gets a share of 1/k.
fn zipf_trace(seed: u64) -> Vec<usize> {
    let mut sums = Vec::with_capacity(KEYS);
    let mut sum = 0.0;
    for k in 1..=KEYS {
        sum += 1.0 / k as f64;
        sums.push(sum);
    }
    let mut rng = Rng::new(seed);
    let mut draw = || rng.below(1 << 40) as f64 / (1_u64 << 40) as f64 * sum;
    // Numbers scattered over the keys, so that neighbours are not alike.
    (0..REQUESTS)
        .map(|_| {
            let at = draw();
            sums.partition_point(|s| *s < at).min(KEYS - 1) * 1_237 % KEYS
        })
        .collect()
}
