//! A segment's heap of records: pages of up to 2 KiB.
//!
//! Pages, and not one growing block, because every segment's block would grow through the same sizes at the same time:
//! measured with a million small entries, the holes that leaves in malloc's memory cost 40 % of the data. Pages of a few
//! sizes, each 8 bytes short of a round number for the allocator's own header, leave none. Only the last page is smaller
//! than a full one; a record never crosses pages.
//!
//! Records lie end to end. Free space between them is *filler*, which says its own length, so that a walk can step over
//! it. The largest few fillers are remembered and used again; a record may grow into filler right behind it; the rest
//! waits for the segment's rebuild.

use super::record::Layout;
use std::slice;

/// A position is `page << PAGE_BITS | byte in the page`.
const PAGE_BITS: u32 = 11;
const BYTE_MASK: usize = (1 << PAGE_BITS) - 1;
const PAGE_LEN: usize = (1 << PAGE_BITS) - 8;
/// Capacities a page grows through.
const STEPS: [usize; 6] = [120, 248, 504, 1016, 1528, PAGE_LEN];
/// Where a page other than the first begins: it will fill up.
const STEP_LATER: usize = 504;
/// Positions are kept as 16 bits in units of `1 << unit` bytes.
const OFFSETS: usize = 1 << u16::BITS;
/// At the largest unit every record has a page of its own.
pub(super) const UNIT_MAX: u8 = PAGE_BITS as u8;
/// Fillers remembered for reuse.
const HOLES: usize = 4;
/// Smaller fillers are not worth remembering.
const HOLE_MIN: usize = 8;
/// Garbage below this is not worth a rebuild by itself.
const GARBAGE_MIN: usize = 512;

/// First byte of filler: one byte of it, or this and the length in two more. Records begin with smaller bytes.
const FILLER_BYTE: u8 = 0x80;
const FILLER_RUN: u8 = 0x81;
const FILLER_RUN_MIN: usize = 3;

pub(super) struct Heap {
    pages: Vec<Vec<u8>>,
    /// Bytes in all pages, filler included.
    len: u32,
    /// Bytes of filler.
    garbage: u32,
    /// Capacity of all pages.
    capacity: u32,
    holes: [Hole; HOLES],
    unit: u8,
}

/// A filler to be used again. Length 0: none.
#[derive(Clone, Copy)]
struct Hole {
    offset: u16,
    len: u16,
}

const NO_HOLE: Hole = Hole { offset: 0, len: 0 };

impl Heap {
    pub(super) const fn new(unit: u8) -> Self {
        Self { pages: Vec::new(), len: 0, garbage: 0, capacity: 0, holes: [NO_HOLE; HOLES], unit }
    }

    /// Finds room for a record of `size` bytes and returns its position; the bytes are the caller's to write, at once.
    /// The caller has seen `exhausted` deny.
    pub(super) fn allocate(&mut self, size: usize) -> usize {
        let size = self.padded(size);
        let Some(hole) = self.best_hole(size) else {
            let (page, at) = self.extend(size, 0);
            page.resize((at & BYTE_MASK) + size, 0);
            return at;
        };
        let Hole { offset, len } = std::mem::replace(&mut self.holes[hole], NO_HOLE);
        let at = self.position(offset);
        self.garbage -= u32::from(len);
        self.fill(at + size, usize::from(len) - size);
        at
    }

    /// Copies a record to the end. For many in a row: new pages are allocated at full size, until `trim`.
    pub(super) fn append_copy(&mut self, record: &[u8]) -> usize {
        let size = self.padded(record.len());
        let (page, at) = self.extend(size, PAGE_LEN);
        page.extend_from_slice(record);
        page.resize((at & BYTE_MASK) + size, 0);
        at
    }

    /// Gives back what the last page does not use.
    pub(super) fn trim(&mut self) {
        if let Some(page) = self.pages.last_mut() {
            self.capacity -= page.capacity() as u32;
            page.shrink_to(step(page.len()));
            self.capacity += page.capacity() as u32;
        }
    }

    /// Frees a record of `size` bytes.
    pub(super) fn free(&mut self, at: usize, size: usize) {
        let size = self.padded(size);
        let start = at & BYTE_MASK;
        if at >> PAGE_BITS == self.pages.len() - 1 {
            let page = &mut self.pages[at >> PAGE_BITS];
            if start + size == page.len() {
                page.truncate(start);
                self.len -= size as u32;
                return;
            }
        }
        self.fill(at, size);
    }

    /// Changes the size of a record where it is; `can_resize` has agreed. Bytes it gains are the caller's to write.
    pub(super) fn resize(&mut self, at: usize, from: usize, to: usize) {
        let (from, to) = (self.padded(from), self.padded(to));
        let filler = filler_len(&self.record(at)[from..]);
        if to > from {
            let offset = self.offset(at + from);
            for hole in &mut self.holes {
                if hole.len > 0 && hole.offset == offset {
                    *hole = NO_HOLE;
                }
            }
            self.garbage -= filler as u32;
            self.fill(at + to, from + filler - to);
        } else {
            self.fill(at + to, from - to);
        }
    }

    pub(super) fn record_mut(&mut self, at: usize) -> &mut [u8] {
        &mut self.pages[at >> PAGE_BITS][at & BYTE_MASK..]
    }

    /// Takes the pages out, to be copied elsewhere.
    pub(super) fn take_pages(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.pages)
    }

    /// The record at `at`, and whatever follows it in its page.
    #[inline]
    pub(super) fn record(&self, at: usize) -> &[u8] {
        &self.pages[at >> PAGE_BITS][at & BYTE_MASK..]
    }

    /// All records, in the order of their positions.
    pub(super) fn records<const META: usize>(&self) -> Records<'_, META> {
        Records { rest: &[], pages: self.pages.iter(), unit: self.unit }
    }

    /// Whether a record can change its size in place: it shrinks, or there is enough filler behind it.
    pub(super) fn can_resize(&self, at: usize, from: usize, to: usize) -> bool {
        let (from, to) = (self.padded(from), self.padded(to));
        to <= from || from + filler_len(&self.record(at)[from..]) >= to
    }

    /// Whether a rebuild should come before a record of `size` bytes: it would cost memory, and an eighth is garbage.
    pub(super) fn crowded(&self, size: usize) -> bool {
        self.garbage * 8 > self.len && {
            let size = self.padded(size);
            self.best_hole(size).is_none()
                && self.pages.last().is_none_or(|page| page.len() + size > page.capacity())
        }
    }

    /// Whether more than half is garbage.
    pub(super) fn mostly_garbage(&self) -> bool {
        self.len as usize >= GARBAGE_MIN && self.garbage * 2 > self.len
    }

    /// Whether no record of `size` bytes can be added, because positions would not fit their 16 bits.
    #[inline]
    pub(super) fn exhausted(&self, size: usize) -> bool {
        self.pages.len() << PAGE_BITS >> self.unit >= OFFSETS
            && self.pages.last().is_some_and(|page| page.len() + self.padded(size) > PAGE_LEN)
            && self.best_hole(self.padded(size)).is_none()
    }

    /// The 16-bit form of a position.
    pub(super) fn offset(&self, at: usize) -> u16 {
        (at >> self.unit) as u16
    }

    #[inline]
    pub(super) fn position(&self, offset: u16) -> usize {
        usize::from(offset) << self.unit
    }

    pub(super) fn unit(&self) -> u8 {
        self.unit
    }

    /// Bytes of records.
    pub(super) fn live(&self) -> usize {
        (self.len - self.garbage) as usize
    }

    /// Bytes allocated. O(1).
    pub(super) fn bytes(&self) -> usize {
        self.capacity as usize + self.pages.capacity() * size_of::<Vec<u8>>()
    }

    /// The page for `size` more bytes, which the caller pushes, and the position they begin at. Where that takes an
    /// allocation, the page gets a capacity of `least` at least.
    #[inline]
    fn extend(&mut self, size: usize, least: usize) -> (&mut Vec<u8>, usize) {
        if self.pages.last().is_none_or(|page| page.len() + size > page.capacity()) {
            self.make_room(size, least);
        }
        self.len += size as u32;
        let last = self.pages.len() - 1;
        let page = &mut self.pages[last];
        let at = last << PAGE_BITS | page.len();
        (page, at)
    }

    fn make_room(&mut self, size: usize, least: usize) {
        if self.pages.last().is_none_or(|page| page.len() + size > PAGE_LEN) {
            self.pages.reserve_exact(1);
            self.pages.push(Vec::new());
        }
        let least = if self.pages.len() > 1 { least.max(STEP_LATER) } else { least };
        if let Some(page) = self.pages.last_mut() {
            self.capacity -= page.capacity() as u32;
            page.reserve_exact(step(least.max(page.len() + size)) - page.len());
            self.capacity += page.capacity() as u32;
        }
    }

    /// Makes `len` bytes filler and remembers it, in place of the smallest that is.
    fn fill(&mut self, at: usize, len: usize) {
        if len == 0 {
            return;
        }
        self.garbage += len as u32;
        let bytes = &mut self.record_mut(at)[..len];
        if len < FILLER_RUN_MIN {
            bytes.fill(FILLER_BYTE);
            return;
        }
        bytes[0] = FILLER_RUN;
        bytes[1..3].copy_from_slice(&(len as u16).to_le_bytes());
        let offset = self.offset(at);
        if len >= HOLE_MIN
            && let Some(least) = self.holes.iter_mut().min_by_key(|hole| hole.len)
            && usize::from(least.len) < len
        {
            *least = Hole { offset, len: len as u16 };
        }
    }

    /// The smallest hole that holds `size` bytes.
    #[inline]
    fn best_hole(&self, size: usize) -> Option<usize> {
        if self.garbage == 0 {
            return None;
        }
        let fitting =
            self.holes.iter().enumerate().filter(|(_, hole)| usize::from(hole.len) >= size);
        fitting.min_by_key(|(_, hole)| hole.len).map(|(index, _)| index)
    }

    #[inline]
    fn padded(&self, size: usize) -> usize {
        padded(size, self.unit)
    }
}

impl Clone for Heap {
    /// Pages keep their capacity: it is counted, and a heap that goes on growing needs it.
    fn clone(&self) -> Self {
        let copy = |page: &Vec<u8>| {
            let mut copy = Vec::with_capacity(page.capacity());
            copy.extend_from_slice(page);
            copy
        };
        let mut pages = Vec::with_capacity(self.pages.capacity());
        pages.extend(self.pages.iter().map(copy));
        Self { pages, ..*self }
    }
}

/// The records of a page.
pub(super) fn records<const META: usize>(page: &[u8], unit: u8) -> Records<'_, META> {
    Records { rest: page, pages: [].iter(), unit }
}

/// Records of pages in order.
pub(super) struct Records<'a, const META: usize> {
    /// Of the current page.
    rest: &'a [u8],
    pages: slice::Iter<'a, Vec<u8>>,
    unit: u8,
}

impl<'a, const META: usize> Iterator for Records<'a, META> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if self.rest.is_empty() {
                self.rest = self.pages.next()?;
                continue;
            }
            let filler = filler_len(self.rest);
            if filler > 0 {
                self.rest = &self.rest[filler..];
                continue;
            }
            let size = Layout::<META>::read(self.rest).size();
            let record = &self.rest[..size];
            self.rest = &self.rest[padded(size, self.unit)..];
            return Some(record);
        }
    }
}

/// The length of the filler that `bytes` begins with; 0: it begins with a record, or is empty.
#[inline]
fn filler_len(bytes: &[u8]) -> usize {
    match *bytes {
        [FILLER_BYTE, ..] => 1,
        [FILLER_RUN, low, high, ..] => usize::from(u16::from_le_bytes([low, high])),
        _ => 0,
    }
}

/// What a record of `size` bytes occupies. A page at most, which holds any record.
#[inline]
fn padded(size: usize, unit: u8) -> usize {
    let mask = (1 << unit) - 1;
    ((size + mask) & !mask).min(PAGE_LEN)
}

/// The smallest capacity for `bytes`.
fn step(bytes: usize) -> usize {
    STEPS.into_iter().find(|&step| step >= bytes).unwrap_or(PAGE_LEN)
}

#[cfg(test)]
impl Heap {
    /// Every byte is a record's or filler's, the totals are true, and holes are filler.
    pub(super) fn check<const META: usize>(&self) {
        let used: usize = self.pages.iter().map(Vec::len).sum();
        assert_eq!(used, self.len as usize);
        let records = self.records::<META>().map(|record| self.padded(record.len()));
        assert_eq!(records.sum::<usize>(), self.live());
        let capacity: usize = self.pages.iter().map(Vec::capacity).sum();
        assert_eq!(capacity, self.capacity as usize);
        for hole in self.holes.iter().filter(|hole| hole.len > 0) {
            let filler = filler_len(self.record(self.position(hole.offset)));
            assert_eq!(filler, usize::from(hole.len));
        }
    }
}
