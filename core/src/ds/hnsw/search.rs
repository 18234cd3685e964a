//! Looking for the nearest nodes: down the layers, then around; or all of them, to know better.

use super::Hnsw;
use crate::ds::vectors::View;
use std::collections::BinaryHeap;

/// A node that was found, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its number.
    pub node: u32,
    /// Its distance to what was looked for.
    pub distance: f32,
}

/// Which nodes are wanted.
pub struct Filter<'a> {
    /// Whether this one is.
    pub accepts: &'a mut dyn FnMut(u32) -> bool,
    /// Nodes that are asked about at most.
    pub effort: usize,
}

/// The best `most` of what was seen: a heap of numbers that order by distance, then by node.
struct Best {
    heap: BinaryHeap<u64>,
    most: usize,
}

impl Hnsw {
    /// About the nearest `count` nodes that the filter accepts, nearest first, keeping `effort` candidates on the way.
    /// O(log n) expected; with a filter that accepts few, as many nodes as its effort allows.
    pub fn search(
        &self,
        query: View<'_>,
        count: usize,
        effort: usize,
        filter: Option<Filter<'_>>,
        units: &mut u64,
    ) -> Vec<Found> {
        if self.is_empty() {
            return Vec::new();
        }
        let near = self.descend(query, 0, units);
        let mut found =
            self.look_around(query, &[near], 0, effort.max(count).max(1), filter, units);
        found.truncate(count);
        found
    }

    /// The nearest `count` nodes that the filter accepts, nearest first, by looking at all. O(n).
    pub fn search_all(
        &self,
        query: View<'_>,
        count: usize,
        mut filter: Option<Filter<'_>>,
        units: &mut u64,
    ) -> Vec<Found> {
        let mut best = Best::new(count.min(self.len()));
        for node in 0..self.len() as u32 {
            let distance = self.distance(query, node);
            if best.wants(distance) && filter.as_mut().is_none_or(|it| (it.accepts)(node)) {
                best.add(Found { node, distance });
            }
        }
        *units += self.len() as u64;
        best.finish()
    }

    /// From the entry down to the layer above `level`, each time to the nearest: where to go on from.
    pub(super) fn descend(&self, query: View<'_>, level: usize, units: &mut u64) -> Found {
        let mut near = Found { node: self.entry, distance: self.distance(query, self.entry) };
        for layer in (level + 1..=self.top).rev() {
            loop {
                let mut nearer = near;
                for link in self.links(near.node, layer) {
                    let distance = self.distance(query, link.to);
                    if distance < nearer.distance {
                        nearer = Found { node: link.to, distance };
                    }
                    *units += 1;
                }
                if nearer.node == near.node {
                    break;
                }
                near = nearer;
            }
        }
        near
    }

    /// The nearest nodes of a layer that can be found from some of it, nearest first: as long as there are candidates
    /// nearer than the farthest of `effort` results.
    pub(super) fn look_around(
        &self,
        query: View<'_>,
        from: &[Found],
        layer: usize,
        effort: usize,
        mut filter: Option<Filter<'_>>,
        units: &mut u64,
    ) -> Vec<Found> {
        let mut seen = vec![0u64; self.len().div_ceil(64)];
        let mut is_new = |node: u32| {
            let (word, bit) = (&mut seen[node as usize / 64], 1 << (node % 64));
            let new = *word & bit == 0;
            *word |= bit;
            new
        };
        let mut best = Best::new(effort.min(self.len()));
        // The nearest is to come first: the order is turned round.
        let mut candidates = BinaryHeap::new();
        let mut add = |found: Found, best: &mut Best, candidates: &mut BinaryHeap<u64>| {
            candidates.push(!found.rank());
            match &mut filter {
                None => best.add(found),
                Some(filter) if filter.effort == 0 => return false,
                Some(filter) => {
                    filter.effort -= 1;
                    if (filter.accepts)(found.node) {
                        best.add(found);
                    }
                }
            }
            true
        };
        for found in from {
            is_new(found.node);
            add(*found, &mut best, &mut candidates);
        }
        while let Some(rank) = candidates.pop() {
            let near = Found::of(!rank);
            if !best.wants(near.distance) {
                break;
            }
            for link in self.links(near.node, layer) {
                if !is_new(link.to) {
                    continue;
                }
                let found = Found { node: link.to, distance: self.distance(query, link.to) };
                *units += 1;
                if best.wants(found.distance) && !add(found, &mut best, &mut candidates) {
                    return best.finish();
                }
            }
        }
        best.finish()
    }
}

impl std::fmt::Debug for Filter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("effort", &self.effort).finish_non_exhaustive()
    }
}

impl Found {
    /// Smaller for what is nearer. Distances are not negative, so that their bits order as they do.
    fn rank(self) -> u64 {
        u64::from(self.distance.to_bits()) << 32 | u64::from(self.node)
    }

    fn of(rank: u64) -> Self {
        Found { node: rank as u32, distance: f32::from_bits((rank >> 32) as u32) }
    }
}

impl Best {
    fn new(most: usize) -> Self {
        Best { heap: BinaryHeap::with_capacity(most + 1), most }
    }

    fn add(&mut self, found: Found) {
        self.heap.push(found.rank());
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    /// Whether something that far would be among them. (Not if it only is as far as the last: the search would not end
    /// among equals.)
    fn wants(&self, distance: f32) -> bool {
        self.heap.len() < self.most
            || self.heap.peek().is_some_and(|last| distance < Found::of(*last).distance)
    }

    fn finish(self) -> Vec<Found> {
        self.heap.into_sorted_vec().into_iter().map(Found::of).collect()
    }
}
