//! What producers have sent lately, so that what they send again is not added again: by producer, the idempotent IDs
//! of its latest entries, as long as a stream is told to remember them.
//!
//! How old one is, its entry's ID says: nothing else needs to be kept, and a copy of the stream forgets at the same time.
//! Looking one up is linear in what its producer may have, [`MAX_SIZE`] at most, over hashes side by side.

use super::id::StreamId;
use std::collections::VecDeque;

/// Longest time that an ID can be remembered, seconds: a day.
pub const DURATION_MAX: i64 = 86_400;
/// Most IDs that can be remembered of a producer.
pub const MAX_SIZE: i64 = 10_000;
/// Default of both the seconds and the number.
const DEFAULT: u32 = 100;
/// Producers whose old IDs are dropped when another one adds: more than it adds, so that none stays for good.
const SWEPT: usize = 2;

/// What all of this, a producer and an ID count for in the account of memory, their bytes aside.
const WEIGHT: usize = 80;
const PRODUCER_WEIGHT: usize = 64;
const SENT_WEIGHT: usize = 56;

/// See the module.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Seconds that an ID is remembered.
    pub duration_s: u32,
    /// IDs that are remembered of a producer.
    pub max_size: u32,
    /// By name.
    producers: Vec<Producer>,
    /// Where sweeping goes on.
    swept: usize,
    /// What the producers count for in the account of memory.
    producers_weight: usize,
    /// Entries ever added with an ID.
    pub added: u64,
    /// Entries that were not added again.
    pub duplicates: u64,
}

#[derive(Clone, Debug)]
struct Producer {
    name: Box<[u8]>,
    /// Oldest first.
    sent: VecDeque<Sent>,
}

#[derive(Clone, Debug)]
struct Sent {
    hash: u64,
    iid: Box<[u8]>,
    id: StreamId,
}

impl Idempotency {
    /// The entry that this producer sent under this ID, if it is remembered. O(remembered of the producer).
    pub fn find(&self, producer: &[u8], iid: &[u8], now_ms: u64) -> Option<StreamId> {
        let place = self.place(producer).ok()?;
        let hash = fnv(iid);
        let mut sent = self.producers[place].sent.iter().rev();
        let sent = sent.find(|sent| sent.hash == hash && *sent.iid == *iid)?;
        self.is_fresh(sent, now_ms).then_some(sent.id)
    }

    /// Remembers an entry. O(producers) for a new one, otherwise O(log producers).
    pub fn add(&mut self, producer: &[u8], iid: &[u8], id: StreamId, now_ms: u64) {
        for _ in 0..SWEPT {
            if self.producers.is_empty() {
                break;
            }
            self.swept = if self.swept + 1 < self.producers.len() { self.swept + 1 } else { 0 };
            self.sweep(self.swept, now_ms);
        }
        let place = self.place(producer).unwrap_or_else(|place| {
            self.producers.insert(place, Producer { name: producer.into(), sent: VecDeque::new() });
            self.producers_weight += PRODUCER_WEIGHT + producer.len();
            place
        });
        self.producers[place].sent.push_back(Sent { hash: fnv(iid), iid: iid.into(), id });
        self.producers_weight += SENT_WEIGHT + iid.len();
        while self.producers[place].sent.len() > self.max_size as usize {
            self.forget_oldest(place);
        }
        self.added += 1;
    }

    /// Other bounds, which begin with nothing remembered unless they are the same.
    pub fn configure(&mut self, duration_s: u32, max_size: u32) {
        if (self.duration_s, self.max_size) != (duration_s, max_size) {
            (self.duration_s, self.max_size) = (duration_s, max_size);
            self.producers.clear();
            self.producers_weight = 0;
        }
    }

    /// Producers of which something is remembered, and how much of all. O(remembered).
    pub fn tracked(&self, now_ms: u64) -> (usize, usize) {
        let fresh =
            |it: &Producer| it.sent.iter().filter(|sent| self.is_fresh(sent, now_ms)).count();
        let counts = self.producers.iter().map(fresh).filter(|count| *count > 0);
        counts.fold((0, 0), |(producers, all), count| (producers + 1, all + count))
    }

    /// What is remembered: producer, ID, entry; oldest first of each producer.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8], StreamId)> {
        self.producers.iter().flat_map(|producer| {
            producer.sent.iter().map(|sent| (&*producer.name, &*sent.iid, sent.id))
        })
    }

    /// Bytes it counts for in the account of memory. O(1).
    #[inline]
    pub(super) fn weight(&self) -> usize {
        WEIGHT + self.producers_weight
    }

    fn forget_oldest(&mut self, place: usize) {
        if let Some(sent) = self.producers[place].sent.pop_front() {
            self.producers_weight -= SENT_WEIGHT + sent.iid.len();
        }
    }

    fn sweep(&mut self, place: usize, now_ms: u64) {
        while let Some(sent) = self.producers[place].sent.front()
            && !self.is_fresh(sent, now_ms)
        {
            self.forget_oldest(place);
        }
        if self.producers[place].sent.is_empty() {
            let gone = self.producers.remove(place);
            self.producers_weight -= PRODUCER_WEIGHT + gone.name.len();
        }
    }

    fn is_fresh(&self, sent: &Sent, now_ms: u64) -> bool {
        sent.id.ms.saturating_add(u64::from(self.duration_s) * 1000) > now_ms
    }

    fn place(&self, producer: &[u8]) -> Result<usize, usize> {
        self.producers.binary_search_by(|other| (*other.name).cmp(producer))
    }
}

impl Default for Idempotency {
    fn default() -> Self {
        Idempotency {
            duration_s: DEFAULT,
            max_size: DEFAULT,
            producers: Vec::new(),
            swept: 0,
            producers_weight: 0,
            added: 0,
            duplicates: 0,
        }
    }
}

/// FNV-1a, 64 bits: it only saves comparisons, so it may be guessed.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
