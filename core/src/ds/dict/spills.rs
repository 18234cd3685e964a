//! What of a segment's entries does not fit its heap: large values and long keys, in a vector that records index.
//!
//! A removal leaves a hole; holes are not handed out again but vanish when the segment is rebuilt, by the same rules
//! as the heap's garbage. So an index never needs to be found twice, and the vector shrinks with its segment.

/// Items with stable indices until the next rebuild.
pub(super) struct Spills<T> {
    items: Vec<Option<T>>,
    live: usize,
}

impl<T: Clone> Clone for Spills<T> {
    /// With the same room: when it is used up decides when a segment is rebuilt, and that which entry a random pick
    /// finds.
    fn clone(&self) -> Self {
        let mut items = Vec::with_capacity(self.items.capacity());
        items.extend(self.items.iter().cloned());
        Spills { items, ..*self }
    }
}

impl<T> Spills<T> {
    pub(super) const fn new() -> Self {
        Self { items: Vec::new(), live: 0 }
    }

    /// Makes room for what will be moved in and an eighth more.
    pub(super) fn reserve(&mut self, items: usize) {
        self.items.reserve_exact(items + items / 8);
    }

    /// Stores `item` and returns its index. Grows in small steps.
    pub(super) fn push(&mut self, item: T) -> usize {
        if self.items.len() == self.items.capacity() {
            self.items.reserve_exact(4.max(self.items.len() / 8));
        }
        self.live += 1;
        self.items.push(Some(item));
        self.items.len() - 1
    }

    /// Takes an item out for good.
    pub(super) fn take(&mut self, index: usize) -> Option<T> {
        let item = self.items.get_mut(index)?.take();
        self.live -= usize::from(item.is_some());
        item
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.items.get(index)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.items.get_mut(index)?.as_mut()
    }

    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// Whether a rebuild should come before growth: full, with an eighth or more of holes.
    pub(super) fn crowded_by_holes(&self) -> bool {
        let holes = self.items.len() - self.live;
        self.items.len() == self.items.capacity() && holes > 0 && holes * 8 >= self.items.len()
    }

    /// Whether holes outnumber items enough to be worth a rebuild by themselves.
    pub(super) fn mostly_holes(&self) -> bool {
        self.items.len() >= 16 && self.live * 2 < self.items.len()
    }

    /// Bytes of the vector; what the items own elsewhere is not counted.
    pub(super) fn bytes(&self) -> usize {
        self.items.capacity() * size_of::<Option<T>>()
    }
}
