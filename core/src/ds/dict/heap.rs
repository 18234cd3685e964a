//! A segment's heap of records: pages of up to 2 KiB.
//!
//! Pages, and not one growing block, because every segment's block would grow through the same sizes at the same time:
//! measured with a million small entries, the holes that leaves in malloc's memory cost 40 % of the data. Pages of a few
//! sizes, each 8 bytes short of a round number for the allocator's own header, leave none. Only the last page is smaller
//! than a full one; a record never crosses pages.

use super::record::Layout;

/// A position is `page << PAGE_BITS | byte in the page`.
const PAGE_BITS: u32 = 11;
const PAGE_LEN: usize = (1 << PAGE_BITS) - 8;
/// Capacities a page grows through.
const STEPS: [usize; 6] = [120, 248, 504, 1016, 1528, PAGE_LEN];
/// Where a page other than the first begins: it will fill up.
const STEP_LATER: usize = 504;
/// Positions are 16 bits in units of `1 << unit` bytes.
const OFFSETS: usize = 1 << u16::BITS;
/// At the largest unit every record has a page of its own.
pub(super) const UNIT_MAX: u8 = PAGE_BITS as u8;

#[derive(Clone)]
pub(super) struct Heap {
    pages: Vec<Vec<u8>>,
    /// Bytes in all pages.
    len: u32,
    /// Capacity of all pages.
    capacity: u32,
    unit: u8,
}

impl Heap {
    pub(super) const fn new(unit: u8) -> Self {
        Self { pages: Vec::new(), len: 0, capacity: 0, unit }
    }

    /// Starts a record of `size` bytes: the page to append them to, and the record's position. `bulk`: more will follow
    /// at once, so a new page is allocated at full size, see `trim`. The caller has seen `exhausted` deny.
    pub(super) fn start(&mut self, size: usize, bulk: bool) -> (&mut Vec<u8>, usize) {
        let size = self.padded(size);
        if self.pages.last().is_none_or(|page| page.len() + size > PAGE_LEN) {
            self.pages.reserve_exact(usize::from(self.pages.len() == self.pages.capacity()));
            self.pages.push(Vec::new());
        }
        let last = self.pages.len() - 1;
        let page = &mut self.pages[last];
        let needed = page.len() + size;
        if needed > page.capacity() {
            let least = if bulk { PAGE_LEN } else { usize::from(last > 0) * STEP_LATER };
            self.capacity -= page.capacity() as u32;
            page.reserve_exact(step(needed.max(least)) - page.len());
            self.capacity += page.capacity() as u32;
        }
        self.len += size as u32;
        let at = last << PAGE_BITS | page.len();
        (page, at)
    }

    /// Pads the record just appended to the unit.
    pub(super) fn finish(&mut self) {
        if self.unit > 0
            && let Some(page) = self.pages.last_mut()
        {
            let mask = (1 << self.unit) - 1;
            page.resize(((page.len() + mask) & !mask).min(PAGE_LEN), 0);
        }
    }

    /// After filling in bulk: gives back what the last page does not use.
    pub(super) fn trim(&mut self) {
        if let Some(page) = self.pages.last_mut() {
            self.capacity -= page.capacity() as u32;
            page.shrink_to(step(page.len()));
            self.capacity += page.capacity() as u32;
        }
    }

    /// Cuts off the record at `at` if it is the last one.
    pub(super) fn pop(&mut self, at: usize, size: usize) -> bool {
        let size = self.padded(size);
        let last = self.pages.len().wrapping_sub(1);
        if at >> PAGE_BITS != last {
            return false;
        }
        let page = &mut self.pages[last];
        let start = at & ((1 << PAGE_BITS) - 1);
        if start + size != page.len() {
            return false;
        }
        page.truncate(start);
        self.len -= size as u32;
        true
    }

    pub(super) fn record_mut(&mut self, at: usize) -> &mut [u8] {
        &mut self.pages[at >> PAGE_BITS][at & ((1 << PAGE_BITS) - 1)..]
    }

    /// The record at `at`, and whatever follows it in its page.
    #[inline]
    pub(super) fn record(&self, at: usize) -> &[u8] {
        &self.pages[at >> PAGE_BITS][at & ((1 << PAGE_BITS) - 1)..]
    }

    /// The live record at or after `at`, and the position behind it.
    #[inline]
    pub(super) fn next<const META: usize>(&self, mut at: usize) -> Option<(usize, usize)> {
        loop {
            let page = self.pages.get(at >> PAGE_BITS)?;
            match page.get(at & ((1 << PAGE_BITS) - 1)..) {
                None | Some([]) => at = ((at >> PAGE_BITS) + 1) << PAGE_BITS,
                Some(record) => {
                    let layout = Layout::<META>::read(record);
                    let next = at + self.padded(layout.size());
                    if !layout.dead() {
                        return Some((at, next));
                    }
                    at = next;
                }
            }
        }
    }

    /// Drops a page all records of which have been moved elsewhere.
    pub(super) fn release(&mut self, page: usize) {
        self.pages[page] = Vec::new();
    }

    /// Whether a record of `size` bytes fits without allocating.
    #[inline]
    pub(super) fn fits(&self, size: usize) -> bool {
        self.pages.last().is_some_and(|page| page.len() + self.padded(size) <= page.capacity())
    }

    /// Whether offsets cannot address another record of `size` bytes.
    pub(super) fn exhausted(&self, size: usize) -> bool {
        self.pages.len() << PAGE_BITS >> self.unit >= OFFSETS
            && self.pages.last().is_some_and(|page| page.len() + self.padded(size) > PAGE_LEN)
    }

    /// What a record of `size` bytes occupies. A whole page at most, which holds any record.
    #[inline]
    pub(super) fn padded(&self, size: usize) -> usize {
        let mask = (1 << self.unit) - 1;
        ((size + mask) & !mask).min(PAGE_LEN)
    }

    /// Bytes in use, garbage included.
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    pub(super) fn unit(&self) -> u8 {
        self.unit
    }

    /// Bytes allocated. O(1).
    pub(super) fn bytes(&self) -> usize {
        self.capacity as usize + self.pages.capacity() * size_of::<Vec<u8>>()
    }
}

/// The smallest capacity for `bytes`.
fn step(bytes: usize) -> usize {
    STEPS.into_iter().find(|&step| step >= bytes).unwrap_or(PAGE_LEN)
}

/// The page a position is in.
pub(super) fn page_of(at: usize) -> usize {
    at >> PAGE_BITS
}
