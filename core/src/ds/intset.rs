//! A set of integers as one sorted array: what a small set of numbers is made of.
//!
//! ```text
//! width u32 LE (2, 4 or 8) | length u32 LE | length integers of that width, LE, ascending
//! ```
//!
//! which is also the form snapshots and dumps use, so writing one is a copy. All elements share the width the widest
//! needs; it only ever grows. Lookup is a binary search, O(log n); insertion and removal move the elements after, O(n).
//!
//! Left out: when a set stops being one of integers, or too long for this; that is the caller's.

#[cfg(test)]
mod tests;

use core::iter::FusedIterator;

/// Most elements: at the widest they take 1 GiB, which offsets of 32 bits can still reach.
pub const LEN_MAX: usize = 1 << 27;

/// Bytes before the first element.
const HEADER: usize = 8;
/// The header of an empty set: two bytes an element, no elements.
const EMPTY: [u8; HEADER] = [2, 0, 0, 0, 0, 0, 0, 0];
/// Least spare elements made when the array must grow.
const GROW_MIN: usize = 4;
/// Arrays of up to this many bytes are never shrunk.
const SHRINK_ABOVE: usize = 256;

/// A sorted array of unique integers; see the module.
#[derive(Clone)]
pub struct Intset {
    /// Header and elements; empty until the first insertion.
    buf: Vec<u8>,
    width: Width,
}

/// Why bytes are not an integer set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Corrupt {
    /// The element width is not 2, 4 or 8.
    Width,
    /// The size does not match width and length.
    Size,
    /// The element at this index is not greater than the one before.
    Order(usize),
}

/// Bytes an element takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Width {
    Two = 2,
    Four = 4,
    Eight = 8,
}

impl Intset {
    /// An empty set. Allocates on the first insertion only.
    pub const fn new() -> Self {
        Intset { buf: Vec::new(), width: Width::Two }
    }

    /// Adopts bytes of unknown origin after a check of every element. O(n).
    pub fn validate(bytes: &[u8]) -> Result<Intset, Corrupt> {
        let (header, elements) = bytes.split_first_chunk::<HEADER>().ok_or(Corrupt::Size)?;
        let [a, b, c, d, e, f, g, h] = *header;
        let width = match u32::from_le_bytes([a, b, c, d]) {
            2 => Width::Two,
            4 => Width::Four,
            8 => Width::Eight,
            _ => return Err(Corrupt::Width),
        };
        let len = u32::from_le_bytes([e, f, g, h]) as usize;
        if len > LEN_MAX || elements.len() != len * width as usize {
            return Err(Corrupt::Size);
        }
        let adopted = Intset { buf: bytes.to_vec(), width };
        match (1..len).find(|&index| adopted.at(index - 1) >= adopted.at(index)) {
            Some(index) => Err(Corrupt::Order(index)),
            None => Ok(adopted),
        }
    }

    /// Adds `value`; `false` when it was there, or the set is full ([`LEN_MAX`]). O(n).
    pub fn insert(&mut self, value: i64) -> bool {
        let index = match self.position(value) {
            Ok(_) => return false,
            Err(index) => index,
        };
        if self.len() >= LEN_MAX {
            return false;
        }
        if self.buf.is_empty() {
            self.buf.extend_from_slice(&EMPTY);
        }
        if Width::of(value) > self.width {
            self.widen(Width::of(value));
        }
        let width = self.width as usize;
        if self.buf.capacity() - self.buf.len() < width {
            self.buf.reserve_exact(width * (self.len() / 4).max(GROW_MIN));
        }
        let (at, end) = (HEADER + index * width, self.buf.len());
        self.buf.extend_from_slice(&value.to_le_bytes()[..width]);
        if at < end {
            self.buf.copy_within(at..end, at + width);
            self.buf[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
        }
        self.seal();
        true
    }

    /// Removes `value`; `false` when it was not there. O(n).
    pub fn remove(&mut self, value: i64) -> bool {
        match self.position(value) {
            Ok(index) => self.remove_at(index).is_some(),
            Err(_) => false,
        }
    }

    /// Removes and returns the element at `index`. O(n).
    pub fn remove_at(&mut self, index: usize) -> Option<i64> {
        let value = self.get(index)?;
        let width = self.width as usize;
        let at = HEADER + index * width;
        self.buf.copy_within(at + width.., at);
        self.buf.truncate(self.buf.len() - width);
        let used = self.buf.len();
        if self.buf.capacity() > SHRINK_ABOVE && used < self.buf.capacity() / 4 {
            self.buf.shrink_to(used + used / 4);
        }
        self.seal();
        Some(value)
    }

    /// Removes every element and frees the array.
    pub fn clear(&mut self) {
        *self = Intset::new();
    }

    /// Number of elements. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.buf.len().saturating_sub(HEADER) / self.width as usize
    }

    /// Whether there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `value` is in the set. O(log n).
    #[inline]
    pub fn contains(&self, value: i64) -> bool {
        self.position(value).is_ok()
    }

    /// The element at `index` in ascending order. O(1): a fair random element is one at a random index.
    #[inline]
    pub fn get(&self, index: usize) -> Option<i64> {
        (index < self.len()).then(|| self.at(index))
    }

    /// The index of `value`, or the one it would have. O(log n).
    pub fn position(&self, value: i64) -> Result<usize, usize> {
        let len = self.len();
        if Width::of(value) > self.width {
            return Err(if value < 0 { 0 } else { len });
        }
        let (mut low, mut high) = (0, len);
        // Numbers often come in ascending order.
        if len > 0 && value > self.at(len - 1) {
            return Err(len);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle) < value {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if self.get(low) == Some(value) { Ok(low) } else { Err(low) }
    }

    /// All elements in ascending order, from either end.
    pub fn iter(&self) -> Iter<'_> {
        Iter { set: self, from: 0, to: self.len() }
    }

    /// Size of header and elements. O(1).
    pub fn bytes(&self) -> usize {
        self.buf.len().max(HEADER)
    }

    /// Bytes of heap held, spare room included. O(1).
    pub fn heap_bytes(&self) -> usize {
        self.buf.capacity()
    }

    /// Header and elements, as a dump has them.
    pub fn as_bytes(&self) -> &[u8] {
        if self.buf.is_empty() { &EMPTY } else { &self.buf }
    }

    /// The element at an index known to exist.
    #[inline]
    fn at(&self, index: usize) -> i64 {
        let start = HEADER + index * self.width as usize;
        let bytes = &self.buf[start..start + self.width as usize];
        match *bytes {
            [a, b] => i64::from(i16::from_le_bytes([a, b])),
            [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => unreachable!("widths are 2, 4 and 8"),
        }
    }

    /// Rewrites every element in a wider form.
    fn widen(&mut self, width: Width) {
        let len = self.len();
        let mut buf = Vec::with_capacity(HEADER + (len + GROW_MIN) * width as usize);
        buf.extend_from_slice(&EMPTY);
        for value in self.iter() {
            buf.extend_from_slice(&value.to_le_bytes()[..width as usize]);
        }
        *self = Intset { buf, width };
        self.seal();
    }

    /// Writes the header anew after a change.
    fn seal(&mut self) {
        let len = self.len() as u32;
        let width = self.width as u32;
        if let Some(header) = self.buf.first_chunk_mut::<HEADER>() {
            header[..4].copy_from_slice(&width.to_le_bytes());
            header[4..].copy_from_slice(&len.to_le_bytes());
        }
    }
}

impl Width {
    #[inline]
    fn of(value: i64) -> Width {
        if i16::try_from(value).is_ok() {
            Width::Two
        } else if i32::try_from(value).is_ok() {
            Width::Four
        } else {
            Width::Eight
        }
    }
}

/// The elements of an [`Intset`], ascending or reversed.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    set: &'a Intset,
    from: usize,
    to: usize,
}

impl Iterator for Iter<'_> {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        if self.from == self.to {
            return None;
        }
        self.from += 1;
        Some(self.set.at(self.from - 1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<i64> {
        if self.from == self.to {
            return None;
        }
        self.to -= 1;
        Some(self.set.at(self.to))
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Intset {
    type Item = i64;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl PartialEq for Intset {
    /// Equal elements: the width is a matter of history.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Intset {}

impl Default for Intset {
    fn default() -> Self {
        Intset::new()
    }
}

impl core::fmt::Debug for Intset {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl core::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Corrupt::Width => f.write_str("an element must take 2, 4 or 8 bytes"),
            Corrupt::Size => f.write_str("the size does not match the number of elements"),
            Corrupt::Order(index) => {
                write!(f, "element {index} is not greater than the one before")
            }
        }
    }
}

impl core::error::Error for Corrupt {}
