//! The values of 4096 neighbouring indexes: pairs of offset and cell in order, or cells alone for a stretch of offsets,
//! whichever is smaller. One becomes the other well past the point where they are equal, so that it does not happen often.

use super::cells::{Cell, EMPTY, Texts};
use crate::ds::listpack::Item;

/// Indexes of a slice.
pub const OFFSETS: usize = 4096;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Slice {
    /// The offsets of the cells, in order; `None`: they are those from `base` on, and some are empty.
    offsets: Option<Vec<u16>>,
    base: u16,
    cells: Vec<Cell>,
    len: u16,
    texts: Texts,
}

impl Slice {
    pub(super) fn set(&mut self, offset: u16, value: &[u8]) -> bool {
        if self.is_empty() {
            *self = Slice { base: offset, ..Slice::default() };
        }
        let cell = self.texts.cell(value);
        if let Ok(at) = self.find(offset) {
            let old = std::mem::replace(&mut self.cells[at], cell);
            self.texts.release(old, &mut self.cells);
            self.len += u16::from(old == EMPTY);
            return old == EMPTY;
        }
        // A stretch that would mostly be empty becomes pairs.
        let (first, last) = self.ends();
        let span = usize::from(last.max(offset)) - usize::from(first.min(offset)) + 1;
        if self.offsets.is_none() && span > 2 * (self.len() + 1) {
            self.scatter();
        }
        match &mut self.offsets {
            Some(offsets) => {
                let at = offsets.partition_point(|it| *it < offset);
                offsets.insert(at, offset);
                self.cells.insert(at, cell);
            }
            None if offset < self.base => {
                let more = usize::from(self.base - offset);
                self.cells.splice(0..0, std::iter::repeat_n(EMPTY, more));
                self.base = offset;
                self.cells[0] = cell;
            }
            None => {
                self.cells.resize(usize::from(offset - self.base), EMPTY);
                self.cells.push(cell);
            }
        }
        self.len += 1;
        // Ten bytes a pair, eight a place.
        if self.offsets.is_some() && span * 8 <= self.len() * 10 {
            self.gather();
        }
        true
    }

    pub(super) fn remove(&mut self, offset: u16) -> bool {
        let Ok(at) = self.find(offset).and_then(|at| self.cells.get(at).map(|_| at).ok_or(at))
        else {
            return false;
        };
        let old = match &mut self.offsets {
            Some(offsets) => {
                offsets.remove(at);
                self.cells.remove(at)
            }
            None => std::mem::replace(&mut self.cells[at], EMPTY),
        };
        if old == EMPTY {
            return false;
        }
        self.len -= 1;
        self.texts.release(old, &mut self.cells);
        if self.offsets.is_none() {
            while self.cells.last() == Some(&EMPTY) {
                self.cells.pop();
            }
            if self.cells.len() > 4 * self.len() {
                self.scatter();
            }
        }
        true
    }

    pub(super) fn get(&self, offset: u16) -> Option<Item<'_>> {
        let at = self.find(offset).ok()?;
        self.texts.value(&self.cells[at])
    }

    /// The first offset with a value from this one on.
    pub(super) fn next(&self, offset: u16) -> Option<u16> {
        match &self.offsets {
            Some(offsets) => offsets.get(offsets.partition_point(|it| *it < offset)).copied(),
            None => {
                let skipped = usize::from(offset.saturating_sub(self.base));
                let rest = self.cells.get(skipped..)?;
                let at = rest.iter().position(|cell| *cell != EMPTY)?;
                Some(self.base + (skipped + at) as u16)
            }
        }
    }

    /// The last offset with a value up to this one.
    pub(super) fn previous(&self, offset: u16) -> Option<u16> {
        match &self.offsets {
            Some(offsets) => {
                let behind = offsets.partition_point(|it| *it <= offset);
                behind.checked_sub(1).map(|at| offsets[at])
            }
            None => {
                let len = usize::from(offset.checked_sub(self.base)?) + 1;
                let cells = &self.cells[..len.min(self.cells.len())];
                let at = cells.iter().rposition(|cell| *cell != EMPTY)?;
                Some(self.base + at as u16)
            }
        }
    }

    /// Values.
    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Places of the stretch, empty ones included; `None`: it is pairs.
    pub(super) fn places(&self) -> Option<usize> {
        self.offsets.is_none().then_some(self.cells.len())
    }

    /// Bytes it counts for in an account of memory: of lengths, not capacities.
    pub(super) fn weight(&self) -> usize {
        let offsets = self.offsets.as_ref().map_or(0, Vec::len);
        offsets * size_of::<u16>() + self.cells.len() * size_of::<Cell>() + self.texts.weight()
    }

    /// Where the offset's cell is; an error where there is none.
    fn find(&self, offset: u16) -> Result<usize, usize> {
        match &self.offsets {
            Some(offsets) => offsets.binary_search(&offset),
            None => {
                let at = usize::from(offset.checked_sub(self.base).ok_or(0usize)?);
                if at < self.cells.len() { Ok(at) } else { Err(at) }
            }
        }
    }

    /// First and last offset with a cell. There must be one, or the base stands for both.
    fn ends(&self) -> (u16, u16) {
        match &self.offsets {
            Some(offsets) => {
                (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0))
            }
            None => (self.base, self.base + (self.cells.len() as u16).saturating_sub(1)),
        }
    }

    /// From a stretch to pairs.
    fn scatter(&mut self) {
        let used = |(at, cell): (usize, &Cell)| (*cell != EMPTY).then(|| self.base + at as u16);
        let offsets = self.cells.iter().enumerate().filter_map(used).collect();
        self.cells.retain(|cell| *cell != EMPTY);
        self.cells.shrink_to_fit();
        self.offsets = Some(offsets);
    }

    /// From pairs to a stretch.
    fn gather(&mut self) {
        let Some(offsets) = self.offsets.take() else { return };
        self.base = offsets.first().copied().unwrap_or(0);
        let mut cells = Vec::new();
        for (offset, cell) in offsets.iter().zip(&self.cells) {
            cells.resize(usize::from(offset - self.base), EMPTY);
            cells.push(*cell);
        }
        self.cells = cells;
    }
}
