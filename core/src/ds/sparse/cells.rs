//! Values in eight bytes each: short texts and most integers whole, others by their place in a heap of texts end to end.
//!
//! Texts that were replaced stay in the heap until half of it is such; then it is written anew. Long ones stand
//! beside it, so that nothing large is ever moved.

use crate::ds::listpack::Item;
use crate::util::number;

/// A value, or nothing.
pub(super) type Cell = [u8; 8];

/// Nothing.
pub(super) const EMPTY: Cell = [0; 8];

/// The first byte: 1 + length of a text in the other seven; or one of these.
const INTEGER: u8 = 9;
const IN_HEAP: u8 = 10;
const BESIDE: u8 = 11;

/// Longest text in a cell.
const SHORT_MAX: usize = 7;
/// Longest text in the heap.
const HEAP_TEXT_MAX: usize = 512;
/// What the place of a longer one counts for in an account of memory.
const BESIDE_WEIGHT: usize = 32;
/// Bytes before a text in the heap: its length.
const LENGTH: usize = 2;
/// Bits of an integer in a cell.
const INTEGER_BITS: u32 = 56;
/// Longest text of such an integer.
const INTEGER_TEXT_MAX: usize = 18;
/// A smaller heap is not worth writing anew.
const HEAP_MIN: usize = 256;

/// What cells refer to.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    heap: Vec<u8>,
    /// Bytes of the heap that no cell refers to.
    garbage: usize,
    beside: Vec<Box<[u8]>>,
    /// Bytes of these.
    beside_bytes: usize,
    /// Free places there.
    free: Vec<u32>,
}

impl Texts {
    /// A cell that stands for `value`.
    pub(super) fn cell(&mut self, value: &[u8]) -> Cell {
        let len = value.len();
        if len <= SHORT_MAX {
            let mut cell = EMPTY;
            cell[0] = len as u8 + 1;
            cell[1..=len].copy_from_slice(value);
            return cell;
        }
        if len <= INTEGER_TEXT_MAX
            && let Some(integer) = number::parse_i64(value)
            && integer.unsigned_abs() < 1 << (INTEGER_BITS - 1)
        {
            return tagged(INTEGER, integer as u64);
        }
        if len <= HEAP_TEXT_MAX {
            let at = self.heap.len() as u64;
            self.heap.extend_from_slice(&(len as u16).to_le_bytes());
            self.heap.extend_from_slice(value);
            return tagged(IN_HEAP, at);
        }
        let at = self.free.pop().unwrap_or_else(|| {
            self.beside.push([].into());
            self.beside.len() as u32 - 1
        });
        self.beside[at as usize] = value.into();
        self.beside_bytes += len;
        tagged(BESIDE, u64::from(at))
    }

    /// What `cell` stands for.
    pub(super) fn value<'a>(&'a self, cell: &'a Cell) -> Option<Item<'a>> {
        Some(match cell[0] {
            0 => return None,
            INTEGER => Item::Int((untagged(cell) << 8) as i64 >> 8),
            IN_HEAP => Item::Bytes(self.text(untagged(cell) as usize)),
            BESIDE => Item::Bytes(&self.beside[untagged(cell) as usize]),
            len => Item::Bytes(&cell[1..usize::from(len)]),
        })
    }

    /// `cell` is not used any more; `others` are. Moves the heap when most of it is not either.
    pub(super) fn release(&mut self, cell: Cell, others: &mut [Cell]) {
        match cell[0] {
            BESIDE => {
                let text = std::mem::take(&mut self.beside[untagged(&cell) as usize]);
                self.beside_bytes -= text.len();
                self.free.push(untagged(&cell) as u32);
            }
            IN_HEAP => {
                self.garbage += LENGTH + self.text(untagged(&cell) as usize).len();
                if self.garbage > HEAP_MIN && self.garbage > self.heap.len() / 2 {
                    self.rewrite(others);
                }
            }
            _ => {}
        }
    }

    pub(super) fn weight(&self) -> usize {
        self.heap.len()
            + self.beside_bytes
            + self.beside.len() * BESIDE_WEIGHT
            + self.free.len() * size_of::<u32>()
    }

    fn rewrite(&mut self, cells: &mut [Cell]) {
        let mut heap = Vec::with_capacity(self.heap.len() - self.garbage);
        for cell in cells.iter_mut().filter(|cell| cell[0] == IN_HEAP) {
            let at = untagged(cell) as usize;
            let end = at + LENGTH + self.text(at).len();
            *cell = tagged(IN_HEAP, heap.len() as u64);
            heap.extend_from_slice(&self.heap[at..end]);
        }
        (self.heap, self.garbage) = (heap, 0);
    }

    fn text(&self, at: usize) -> &[u8] {
        let len = u16::from_le_bytes([self.heap[at], self.heap[at + 1]]);
        &self.heap[at + LENGTH..at + LENGTH + usize::from(len)]
    }
}

fn tagged(tag: u8, value: u64) -> Cell {
    (value << 8 | u64::from(tag)).to_le_bytes()
}

fn untagged(cell: &Cell) -> u64 {
    u64::from_le_bytes(*cell) >> 8
}
