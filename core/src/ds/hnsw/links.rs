//! A node's links, layer by layer. Most nodes are in layer 0 only.

/// Layers at most: a quarter of the nodes of one are in the next, so four thousand million nodes fill these.
pub const LEVELS: usize = 16;

/// One way of a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The node it leads to.
    pub to: u32,
    /// How far that is.
    pub distance: f32,
}

/// All links of a node.
#[derive(Clone, Debug)]
pub(super) struct Links {
    base: Vec<Link>,
    upper: Vec<Vec<Link>>,
}

impl Links {
    /// None yet, in layers 0 to `level`.
    pub(super) fn new(level: usize) -> Self {
        Links { base: Vec::new(), upper: vec![Vec::new(); level] }
    }

    pub(super) fn link(&mut self, layer: usize, link: Link) {
        let list = self.list(layer);
        // Lists grow by quarters: doubled ones would be half empty.
        if list.len() == list.capacity() {
            list.reserve_exact(list.len() / 4 + 4);
        }
        list.push(link);
    }

    pub(super) fn cut(&mut self, layer: usize, to: u32) {
        self.list(layer).retain(|link| link.to != to);
    }

    pub(super) fn rename(&mut self, layer: usize, from: u32, to: u32) {
        self.list(layer).iter_mut().filter(|link| link.to == from).for_each(|link| link.to = to);
    }

    pub(super) fn take(&mut self, layer: usize) -> Vec<Link> {
        std::mem::take(self.list(layer))
    }

    pub(super) fn put(&mut self, layer: usize, links: Vec<Link>) {
        *self.list(layer) = links;
    }

    pub(super) fn layers(&self) -> usize {
        1 + self.upper.len()
    }

    pub(super) fn get(&self, layer: usize) -> &[Link] {
        if layer == 0 { &self.base } else { self.upper.get(layer - 1).map_or(&[], Vec::as_slice) }
    }

    pub(super) fn knows(&self, layer: usize, to: u32) -> bool {
        self.get(layer).iter().any(|link| link.to == to)
    }

    fn list(&mut self, layer: usize) -> &mut Vec<Link> {
        if layer == 0 { &mut self.base } else { &mut self.upper[layer - 1] }
    }
}
