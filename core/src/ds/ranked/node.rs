//! The nodes of the tree and how a change walks through them.
//!
//! An inner node holds its children, the number of keys below each, and a separator between each two: greater than all
//! keys to its left, not greater than any to its right. Separators are cut short: an empty member where the scores differ, else just
//! enough of the member. They outlive the keys they were made from, which does no harm.
//!
//! Nodes split when over their maximum; a node that a removal left small joins a neighbour if both fit one node, so
//! neighbours that removals touched are half full on average. All leaves are equally deep.

use super::run::{RUN_MAX, Run};

/// Most children of an inner node.
pub(super) const CHILDREN_MAX: usize = 64;

/// A node above leaves or other inner nodes.
#[derive(Clone, Debug)]
pub(super) struct Inner {
    separators: Run,
    counts: Vec<usize>,
    children: Children,
}

/// The children of an inner node, all of one kind, side by side in memory.
#[derive(Clone, Debug)]
enum Children {
    Leaves(Vec<Run>),
    Inners(Vec<Inner>),
}

/// What inserting into a node came to.
pub(super) enum Inserted {
    /// The key was there.
    Not,
    /// The key was added.
    Here,
    /// The key was added and the node became two: the separator and the right one.
    Split(f64, Vec<u8>, Inner),
}

/// Whether a node is the first or the last of its level: keys that come in order fill nodes there completely.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) first: bool,
    pub(super) last: bool,
}

impl Inner {
    /// A node with one empty leaf: an empty tree.
    pub(super) fn new() -> Self {
        Inner {
            separators: Run::default(),
            counts: vec![0],
            children: Children::Leaves(vec![Run::default()]),
        }
    }

    /// A node above two others.
    pub(super) fn above(left: Inner, score: f64, member: &[u8], right: Inner) -> Self {
        let mut separators = Run::default();
        separators.insert(0, score, member);
        let counts = vec![left.len(), right.len()];
        Inner { separators, counts, children: Children::Inners(vec![left, right]) }
    }

    /// Adds a key; `heap` is the running total of the tree.
    pub(super) fn insert(
        &mut self,
        score: f64,
        member: &[u8],
        edge: Edge,
        heap: &mut usize,
    ) -> Inserted {
        let index = self.route(score, member);
        let edge = Edge {
            first: edge.first && index == 0,
            last: edge.last && index + 1 == self.counts.len(),
        };
        let own = self.own_heap_bytes();
        match &mut self.children {
            Children::Leaves(leaves) => {
                let leaf = &mut leaves[index];
                let Err(at) = leaf.find(score, member) else { return Inserted::Not };
                let before = leaf.heap_bytes();
                if leaf.len() < RUN_MAX {
                    leaf.insert(at, score, member);
                    *heap = *heap + leaf.heap_bytes() - before;
                    self.counts[index] += 1;
                    return Inserted::Here;
                }
                let right = split_leaf(leaf, at, score, member, edge);
                *heap = *heap + leaf.heap_bytes() + right.heap_bytes() - before;
                let (left_len, right_len) = (leaf.len(), right.len());
                let (score, member) = separator(leaf.get(left_len - 1), right.get(0));
                self.separators.insert(index, score, &member);
                leaves.insert(index + 1, right);
                self.counts[index] = left_len;
                self.counts.insert(index + 1, right_len);
            }
            Children::Inners(inners) => match inners[index].insert(score, member, edge, heap) {
                Inserted::Not => return Inserted::Not,
                Inserted::Here => {
                    self.counts[index] += 1;
                    return Inserted::Here;
                }
                Inserted::Split(score, member, right) => {
                    self.counts[index] = inners[index].len();
                    self.counts.insert(index + 1, right.len());
                    self.separators.insert(index, score, &member);
                    inners.insert(index + 1, right);
                }
            },
        }
        let split = (self.counts.len() > CHILDREN_MAX).then(|| self.split(edge));
        *heap = *heap + self.own_heap_bytes() - own;
        match split {
            None => Inserted::Here,
            Some((score, member, right)) => {
                *heap += right.own_heap_bytes();
                Inserted::Split(score, member, right)
            }
        }
    }

    /// Removes a key; `false` when it is not there.
    pub(super) fn remove(&mut self, score: f64, member: &[u8], heap: &mut usize) -> bool {
        let index = self.route(score, member);
        match &mut self.children {
            Children::Leaves(leaves) => {
                let leaf = &mut leaves[index];
                let Ok(at) = leaf.find(score, member) else { return false };
                let before = leaf.heap_bytes();
                leaf.remove(at, at + 1);
                *heap = *heap + leaf.heap_bytes() - before;
            }
            Children::Inners(inners) => {
                if !inners[index].remove(score, member, heap) {
                    return false;
                }
            }
        }
        self.counts[index] -= 1;
        self.settle(index, heap);
        true
    }

    /// Removes the keys of ranks `from..to`, but not all there are, showing each to `gone` in order.
    pub(super) fn remove_range(
        &mut self,
        from: usize,
        to: usize,
        gone: &mut dyn FnMut(f64, &[u8]),
        heap: &mut usize,
    ) {
        let mut base = 0;
        // Children that lose all their keys are neighbours and go in one piece.
        let mut whole = 0..0;
        let mut first = None;
        for index in 0..self.counts.len() {
            let count = self.counts[index];
            let low = from.saturating_sub(base).min(count);
            let high = to.saturating_sub(base).min(count);
            base += count;
            if low == high {
                continue;
            }
            first = first.or(Some(index));
            if high - low == count {
                self.visit_child(index, gone);
                whole.start = if whole.is_empty() { index } else { whole.start };
                whole.end = index + 1;
            } else {
                self.remove_from_child(index, low, high, gone, heap);
                self.counts[index] -= high - low;
            }
        }
        self.drop_children(whole, heap);
        // Only the two children beside the gap can have become small. The later one first: joining moves those after.
        let Some(first) = first else { return };
        for index in [first + 1, first] {
            if index < self.counts.len() {
                self.settle(index, heap);
            }
        }
    }

    /// The only child, when it is an inner node itself: a root with one child is not needed.
    pub(super) fn take_only_child(&mut self) -> Option<Inner> {
        match &mut self.children {
            Children::Inners(inners) if inners.len() == 1 => inners.pop(),
            _ => None,
        }
    }

    /// The rank of a key.
    pub(super) fn rank_of(&self, score: f64, member: &[u8]) -> Option<usize> {
        let (mut node, mut rank) = (self, 0);
        loop {
            let index = node.route(score, member);
            rank += node.counts[..index].iter().sum::<usize>();
            match &node.children {
                Children::Leaves(leaves) => {
                    return leaves[index].find(score, member).ok().map(|at| rank + at);
                }
                Children::Inners(inners) => node = &inners[index],
            }
        }
    }

    /// The first rank whose key `before` answers `false` for.
    pub(super) fn rank_by(&self, before: &mut impl FnMut(f64, &[u8]) -> bool) -> usize {
        let (mut node, mut rank) = (self, 0);
        loop {
            let index = node.separators.partition(before);
            rank += node.counts[..index].iter().sum::<usize>();
            match &node.children {
                Children::Leaves(leaves) => return rank + leaves[index].partition(before),
                Children::Inners(inners) => node = &inners[index],
            }
        }
    }

    /// The leaf of the key at `rank`, which exists, and the index there.
    pub(super) fn leaf_at(&self, rank: usize) -> (&Run, usize) {
        let (mut node, mut rest) = (self, rank);
        loop {
            let mut index = 0;
            while rest >= node.counts[index] {
                rest -= node.counts[index];
                index += 1;
            }
            match &node.children {
                Children::Leaves(leaves) => return (&leaves[index], rest),
                Children::Inners(inners) => node = &inners[index],
            }
        }
    }

    /// Shows every key in order.
    pub(super) fn visit(&self, see: &mut dyn FnMut(f64, &[u8])) {
        (0..self.counts.len()).for_each(|index| self.visit_child(index, see));
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Bytes of heap held by this node and all below.
    pub(super) fn heap_bytes(&self) -> usize {
        let below: usize = (0..self.counts.len()).map(|index| self.child_heap_bytes(index)).sum();
        self.own_heap_bytes() + below
    }

    /// Bytes of heap held by this node alone.
    pub(super) fn own_heap_bytes(&self) -> usize {
        let children = match &self.children {
            Children::Leaves(leaves) => leaves.capacity() * size_of::<Run>(),
            Children::Inners(inners) => inners.capacity() * size_of::<Inner>(),
        };
        children + self.counts.capacity() * size_of::<usize>() + self.separators.heap_bytes()
    }

    /// The child a key belongs to.
    #[inline]
    fn route(&self, score: f64, member: &[u8]) -> usize {
        match self.separators.find(score, member) {
            // A separator may equal the first key to its right.
            Ok(index) => index + 1,
            Err(index) => index,
        }
    }

    fn visit_child(&self, index: usize, see: &mut dyn FnMut(f64, &[u8])) {
        match &self.children {
            Children::Leaves(leaves) => leaves[index].visit(0, leaves[index].len(), see),
            Children::Inners(inners) => inners[index].visit(see),
        }
    }

    fn remove_from_child(
        &mut self,
        index: usize,
        from: usize,
        to: usize,
        gone: &mut dyn FnMut(f64, &[u8]),
        heap: &mut usize,
    ) {
        match &mut self.children {
            Children::Leaves(leaves) => {
                let leaf = &mut leaves[index];
                leaf.visit(from, to, gone);
                let before = leaf.heap_bytes();
                leaf.remove(from, to);
                *heap = *heap + leaf.heap_bytes() - before;
            }
            Children::Inners(inners) => inners[index].remove_range(from, to, gone, heap),
        }
    }

    /// Splits a node that has one child too many.
    fn split(&mut self, edge: Edge) -> (f64, Vec<u8>, Inner) {
        let len = self.counts.len();
        let cut = match edge {
            Edge { last: true, .. } => len - 1,
            Edge { first: true, .. } => 1,
            _ => len / 2,
        };
        let (score, member) = self.separators.get(cut - 1);
        let member = member.to_vec();
        let separators = self.separators.split_off(cut);
        self.separators.remove(cut - 1, cut);
        let counts = self.counts.split_off(cut);
        self.counts.shrink_to_fit();
        let children = match &mut self.children {
            Children::Leaves(leaves) => {
                let right = leaves.split_off(cut);
                leaves.shrink_to_fit();
                Children::Leaves(right)
            }
            Children::Inners(inners) => {
                let right = inners.split_off(cut);
                inners.shrink_to_fit();
                Children::Inners(right)
            }
        };
        (score, member, Inner { separators, counts, children })
    }

    /// After the child at `index` lost keys: drops it when empty, joins it with a neighbour when small.
    fn settle(&mut self, index: usize, heap: &mut usize) {
        if self.counts.len() == 1 {
            return;
        }
        if self.counts[index] == 0 {
            return self.drop_children(index..index + 1, heap);
        }
        let width = |index: usize| match &self.children {
            Children::Leaves(leaves) => (leaves[index].len(), RUN_MAX),
            Children::Inners(inners) => (inners[index].counts.len(), CHILDREN_MAX),
        };
        let left = index.saturating_sub(1);
        let (small, most) = width(index);
        // A quarter stays free, so that the next insertion does not split what was just joined.
        if small < most / 4 && width(left).0 + width(left + 1).0 <= most - most / 4 {
            self.join(left, heap);
        }
    }

    /// Makes one child of those at `left` and `left + 1`.
    fn join(&mut self, left: usize, heap: &mut usize) {
        let before =
            self.own_heap_bytes() + self.child_heap_bytes(left) + self.child_heap_bytes(left + 1);
        self.counts[left] += self.counts.remove(left + 1);
        match &mut self.children {
            Children::Leaves(leaves) => {
                let right = leaves.remove(left + 1);
                leaves[left].append(right);
            }
            Children::Inners(inners) => {
                let right = inners.remove(left + 1);
                let (score, member) = self.separators.get(left);
                inners[left].append(score, member, right);
            }
        }
        self.separators.remove(left, left + 1);
        *heap = *heap + self.own_heap_bytes() + self.child_heap_bytes(left) - before;
    }

    /// Adds the children of `right`, which a separator divides from those here.
    fn append(&mut self, score: f64, member: &[u8], right: Inner) {
        self.separators.insert(self.separators.len(), score, member);
        self.separators.append(right.separators);
        self.counts.extend(right.counts);
        match (&mut self.children, right.children) {
            (Children::Leaves(here), Children::Leaves(more)) => here.extend(more),
            (Children::Inners(here), Children::Inners(more)) => here.extend(more),
            _ => unreachable!("neighbours are equally deep"),
        }
    }

    /// Drops neighbouring children with all below, but never all there are.
    fn drop_children(&mut self, gone: core::ops::Range<usize>, heap: &mut usize) {
        if gone.is_empty() {
            return;
        }
        let own = self.own_heap_bytes();
        let below: usize = gone.clone().map(|index| self.child_heap_bytes(index)).sum();
        // The separator to the left goes with each child; the first child has none and takes that to its right.
        let left = gone.start.saturating_sub(1);
        self.separators.remove(left, left + gone.len());
        self.counts.drain(gone.clone());
        match &mut self.children {
            Children::Leaves(leaves) => drop(leaves.drain(gone)),
            Children::Inners(inners) => drop(inners.drain(gone)),
        }
        *heap = *heap + self.own_heap_bytes() - own - below;
    }

    fn child_heap_bytes(&self, index: usize) -> usize {
        match &self.children {
            Children::Leaves(leaves) => leaves[index].heap_bytes(),
            Children::Inners(inners) => inners[index].heap_bytes(),
        }
    }
}

/// Adds a key to a full leaf, which becomes two; returns the right one.
fn split_leaf(leaf: &mut Run, at: usize, score: f64, member: &[u8], edge: Edge) -> Run {
    let len = leaf.len();
    let cut = match edge {
        Edge { last: true, .. } if at == len => len,
        Edge { first: true, .. } if at == 0 => 0,
        _ => len / 2,
    };
    let mut right = leaf.split_off(cut);
    if at < cut || cut == 0 {
        leaf.insert(at, score, member);
    } else {
        right.insert(at - cut, score, member);
    }
    right
}

/// The shortest key greater than `left` and not greater than `right`.
fn separator(left: (f64, &[u8]), right: (f64, &[u8])) -> (f64, Vec<u8>) {
    if left.0 < right.0 {
        return (right.0, Vec::new());
    }
    let common = left.1.iter().zip(right.1).take_while(|(a, b)| a == b).count();
    (right.0, right.1[..common + 1].to_vec())
}
