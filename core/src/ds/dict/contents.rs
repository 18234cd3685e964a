//! What the index of a segment leads to: the heap of records, and beside it what does not fit records.

use super::heap::Heap;
use super::record::{self, Layout};
use super::spills::Spills;
use super::{Entry, Slot};

#[derive(Clone)]
pub(super) struct Contents<V> {
    pub(super) heap: Heap,
    pub(super) values: Spills<V>,
    pub(super) keys: Spills<Box<[u8]>>,
}

impl<V> Contents<V> {
    pub(super) fn new(unit: u8) -> Self {
        Self { heap: Heap::new(unit), values: Spills::new(), keys: Spills::new() }
    }

    #[inline]
    pub(super) fn entry<'a, const META: usize>(
        &'a self,
        record: &'a [u8],
    ) -> Option<Entry<'a, V, META>> {
        let layout = Layout::<META>::read(record);
        let mut meta = [0; META];
        meta.copy_from_slice(&record[layout.meta()]);
        let value = &record[layout.value()];
        let value = if layout.value_spilled() {
            Slot::Spilled(self.values.get(record::index(value))?)
        } else {
            Slot::Inline(value)
        };
        let key = self.key(layout, record);
        Some(Entry { key, meta, deadline: layout.deadline(record), value })
    }

    pub(super) fn take_value<const META: usize>(
        &mut self,
        layout: Layout<META>,
        at: usize,
    ) -> Option<V> {
        if !layout.value_spilled() {
            return None;
        }
        self.values.take(record::index(&self.heap.record(at)[layout.value()]))
    }

    #[inline]
    pub(super) fn key<'a, const META: usize>(
        &'a self,
        layout: Layout<META>,
        record: &'a [u8],
    ) -> &'a [u8] {
        let bytes = &record[layout.key()];
        if layout.key_spilled() {
            self.keys.get(record::index(bytes)).map_or(&[], |key| key)
        } else {
            bytes
        }
    }
}
