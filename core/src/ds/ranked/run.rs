//! A short sorted run of `(score, member)` keys, packed: the leaf of the tree, and the separators of an inner node.
//!
//! Scores lie side by side, so that searching them touches few cache lines; members lie end to end in one buffer.
//! A long member is kept in an allocation of its own, so that moving a run's bytes stays cheap and offsets fit 15 bits.

use core::cmp::Ordering;

/// Most keys of a run. With [`PACKED_MAX`] it bounds the packed bytes to less than [`LARGE`].
pub(super) const RUN_MAX: usize = 64;
/// Longest member kept in the common buffer.
pub(super) const PACKED_MAX: usize = 128;

/// Set in an end offset: this member is the next of `large`, and takes no bytes of the buffer.
const LARGE: u16 = 1 << 15;
/// Keys for which room is made when a run must grow.
const GROW: usize = 8;

const _: () = assert!((RUN_MAX + 1) * PACKED_MAX < LARGE as usize);

/// Sorted keys; see the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    scores: Vec<f64>,
    /// Where each member ends in `bytes`; it begins where the one before ends.
    ends: Vec<u16>,
    bytes: Vec<u8>,
    /// Long members, in order.
    large: Vec<Box<[u8]>>,
}

impl Run {
    /// Puts a key at `index`.
    pub(super) fn insert(&mut self, index: usize, score: f64, member: &[u8]) {
        if self.scores.len() == self.scores.capacity() {
            self.scores.reserve_exact(GROW);
            self.ends.reserve_exact(GROW);
        }
        let start = self.start(index);
        self.scores.insert(index, score);
        if member.len() > PACKED_MAX {
            self.large.insert(self.large_before(index), member.into());
            self.ends.insert(index, start as u16 | LARGE);
            return;
        }
        let (size, len) = (member.len(), self.bytes.len());
        if self.bytes.capacity() - len < size {
            self.bytes.reserve_exact(size.max(len / 8));
        }
        self.bytes.extend_from_slice(member);
        if start < len {
            self.bytes.copy_within(start..len, start + size);
            self.bytes[start..start + size].copy_from_slice(member);
        }
        self.ends.insert(index, start as u16);
        for end in &mut self.ends[index..] {
            *end += size as u16;
        }
    }

    /// Removes the keys `from..to`.
    pub(super) fn remove(&mut self, from: usize, to: usize) {
        let (start, end) = (self.start(from), self.start(to));
        let large = self.large_before(from)..self.large_before(to);
        self.large.drain(large);
        self.bytes.drain(start..end);
        self.scores.drain(from..to);
        self.ends.drain(from..to);
        for offset in &mut self.ends[from..] {
            *offset -= (end - start) as u16;
        }
        self.shrink();
    }

    /// Takes the keys from `index` on.
    pub(super) fn split_off(&mut self, index: usize) -> Run {
        let start = self.start(index);
        let large = self.large_before(index);
        let mut ends = self.ends.split_off(index);
        for end in &mut ends {
            *end -= start as u16;
        }
        let tail = Run {
            scores: self.scores.split_off(index),
            ends,
            bytes: self.bytes.split_off(start),
            large: self.large.split_off(large),
        };
        self.shrink();
        tail
    }

    /// Adds the keys of `other`, all of which are greater.
    pub(super) fn append(&mut self, mut other: Run) {
        let shift = self.bytes.len() as u16;
        self.scores.append(&mut other.scores);
        self.ends.extend(other.ends.iter().map(|end| end + shift));
        self.bytes.append(&mut other.bytes);
        self.large.append(&mut other.large);
    }

    /// Number of keys.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.scores.len()
    }

    /// The key at `index`.
    #[inline]
    pub(super) fn get(&self, index: usize) -> (f64, &[u8]) {
        (self.scores[index], self.member(index))
    }

    /// Shows the keys `from..to` in order.
    pub(super) fn visit(&self, from: usize, to: usize, see: &mut dyn FnMut(f64, &[u8])) {
        for index in from..to {
            let (score, member) = self.get(index);
            see(score, member);
        }
    }

    /// The index of a key, or the one it would have.
    #[inline]
    pub(super) fn find(&self, score: f64, member: &[u8]) -> Result<usize, usize> {
        // Counting all scores beats a binary search: the loads do not wait for each other, and the loop is vectorised.
        let (mut low, mut high) = (0, 0);
        for &other in &self.scores {
            low += usize::from(other < score);
            high += usize::from(other <= score);
        }
        // Members decide only among equal scores.
        while low < high {
            let middle = (low + high) / 2;
            match self.member(middle).cmp(member) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle),
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// The first index whose key `before` answers `false` for; it must answer `true` for no key after that one.
    pub(super) fn partition(&self, before: &mut impl FnMut(f64, &[u8]) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            let (score, member) = self.get(middle);
            if before(score, member) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Bytes of heap held.
    pub(super) fn heap_bytes(&self) -> usize {
        let large: usize = self.large.iter().map(|member| member.len()).sum();
        self.scores.capacity() * size_of::<f64>()
            + self.ends.capacity() * size_of::<u16>()
            + self.bytes.capacity()
            + self.large.capacity() * size_of::<Box<[u8]>>()
            + large
    }

    #[inline]
    fn member(&self, index: usize) -> &[u8] {
        let end = self.ends[index];
        if end & LARGE != 0 {
            return &self.large[self.large_before(index)];
        }
        &self.bytes[self.start(index)..usize::from(end)]
    }

    /// Where the packed bytes of the key at `index` begin.
    #[inline]
    fn start(&self, index: usize) -> usize {
        match index {
            0 => 0,
            _ => usize::from(self.ends[index - 1] & !LARGE),
        }
    }

    /// How many long members come before `index`.
    fn large_before(&self, index: usize) -> usize {
        match self.large.len() {
            0 => 0,
            _ => self.ends[..index].iter().filter(|&end| end & LARGE != 0).count(),
        }
    }

    /// Gives back room once much is unused.
    fn shrink(&mut self) {
        if self.scores.capacity() > self.scores.len() + 2 * GROW {
            self.scores.shrink_to(self.scores.len() + GROW);
            self.ends.shrink_to(self.ends.len() + GROW);
            self.bytes.shrink_to(self.bytes.len() + self.bytes.len() / 8);
            self.large.shrink_to_fit();
        }
    }
}
