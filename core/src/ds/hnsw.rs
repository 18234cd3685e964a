//! Nearest neighbours by a hierarchical navigable small world graph (Malkov and Yashunin, "Efficient and robust approximate
//! nearest neighbor search using Hierarchical Navigable Small World graphs", 2016, arXiv:1603.09320).
//!
//! Every node is in layer 0, a quarter of them also in layer 1, and so on. A search walks greedily down the sparse layers
//! and then looks around in layer 0 with a list of the best found. Other than in the paper every link goes both ways
//! and knows its length, and a link is only given up when its ends still have a neighbour in common. So each layer stays
//! connected whatever is added and removed, removals find all that point at a node in its own list, and choosing what to
//! give up takes no distance to be computed.
//!
//! Nodes are numbered without gaps: the last one takes a removed one's number, and the caller is told.
//!
//! Left out: names, attributes (`value/vector_set`); chance: the caller draws the level of what it adds.

mod links;
mod search;
#[cfg(test)]
mod tests;

pub use links::{LEVELS, Link};
pub use search::{Filter, Found};

use super::vectors::{Encoded, Quantization, Vectors, View};
use links::Links;
use std::collections::BinaryHeap;

/// See the module.
#[derive(Clone, Debug)]
pub struct Hnsw {
    vectors: Vectors,
    nodes: Vec<Links>,
    /// Links that a new node gets in each layer, and has at most in the upper ones; twice as many in layer 0.
    m: usize,
    /// Where searches start: a node of the highest level.
    entry: u32,
    /// Its level.
    top: usize,
    /// Ways of all links together.
    ways: usize,
    /// Layers above the lowest that nodes are in, all together.
    upper: usize,
}

/// What a node and each of its upper layers count for in an account of memory, links and vector aside.
const NODE_WEIGHT: usize = 64;
const LAYER_WEIGHT: usize = 40;

/// Candidates for links that are considered, beside some for each link.
const CHOICE_MIN: usize = 128;

impl Hnsw {
    /// An empty graph for vectors of `dim` components.
    pub fn new(dim: usize, quantization: Quantization, m: usize) -> Self {
        let vectors = Vectors::new(dim, quantization);
        Hnsw { vectors, nodes: Vec::new(), m, entry: 0, top: 0, ways: 0, upper: 0 }
    }

    /// Adds a vector as the last node, in layers 0 to `level` (below [`LEVELS`]), looking at the `effort` best candidates
    /// for its links. How many distances were computed. O(log n) expected.
    pub fn add(&mut self, vector: &Encoded, level: usize, effort: usize) -> u64 {
        let id = self.nodes.len() as u32;
        self.vectors.push(vector);
        self.nodes.push(Links::new(level));
        self.upper += level;
        if id == 0 {
            (self.entry, self.top) = (0, level);
            return 0;
        }
        let mut units = 0;
        let near = self.descend(vector.view(), level, &mut units);
        let mut found = vec![near];
        for layer in (0..=level.min(self.top)).rev() {
            found = self.look_around(vector.view(), &found, layer, effort, None, &mut units);
            for near in self.choose(&found, &mut units) {
                self.connect(layer, id, near.node, near.distance);
            }
        }
        if level > self.top {
            (self.entry, self.top) = (id, level);
        }
        units
    }

    /// Removes a node; the last one takes its number. How many distances were computed.
    pub fn remove(&mut self, id: u32) -> u64 {
        let mut units = 0;
        let mut heir = None;
        self.upper -= self.layers(id) - 1;
        for layer in (0..self.nodes[id as usize].layers()).rev() {
            let around = self.nodes[id as usize].take(layer);
            for link in &around {
                self.nodes[link.to as usize].cut(layer, id);
            }
            self.ways -= 2 * around.len();
            heir = heir.or_else(|| around.first().map(|link| (link.to, layer)));
            self.unite(layer, &around, &mut units);
        }
        if id == self.entry {
            (self.entry, self.top) = heir.unwrap_or((0, 0));
        }
        let last = self.nodes.len() as u32 - 1;
        if id != last {
            for layer in 0..self.nodes[last as usize].layers() {
                let around = self.nodes[last as usize].take(layer);
                for link in &around {
                    self.nodes[link.to as usize].rename(layer, last, id);
                }
                self.nodes[last as usize].put(layer, around);
            }
            if self.entry == last {
                self.entry = id;
            }
        }
        self.nodes.swap_remove(id as usize);
        self.vectors.swap_remove(id as usize);
        units
    }

    /// Nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The vectors, under the nodes' numbers.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Links that a new node gets.
    pub fn m(&self) -> usize {
        self.m
    }

    /// The highest layer.
    pub fn top(&self) -> usize {
        self.top
    }

    /// How many layers a node is in.
    pub fn layers(&self, id: u32) -> usize {
        self.nodes[id as usize].layers()
    }

    /// A node's neighbours in one of its layers.
    pub fn links(&self, id: u32, layer: usize) -> &[Link] {
        self.nodes[id as usize].get(layer)
    }

    /// Bytes it counts for in an account of memory: of lengths, not capacities. O(1).
    pub fn weight(&self) -> usize {
        self.ways * size_of::<Link>()
            + self.upper * LAYER_WEIGHT
            + self.nodes.len() * NODE_WEIGHT
            + self.vectors.weight()
    }

    fn distance(&self, from: View<'_>, to: u32) -> f32 {
        self.vectors.distance(from, self.vectors.view(to as usize))
    }

    /// Links a node has in a layer at most, if it can be helped.
    fn most(&self, layer: usize) -> usize {
        if layer == 0 { 2 * self.m } else { self.m }
    }

    /// Of candidates in order of their distance, those to link to: first the ones that are nearer to the new node than to
    /// any chosen before (the paper's heuristic: links go in different directions), then the nearest of the rest.
    fn choose(&self, found: &[Found], units: &mut u64) -> Vec<Found> {
        let mut chosen: Vec<Found> = Vec::with_capacity(self.m);
        let mut rest = Vec::new();
        // All of them would be too many where a client asked for that effort.
        for near in found.iter().take(CHOICE_MIN + 8 * self.m) {
            if chosen.len() == self.m {
                break;
            }
            let view = self.vectors.view(near.node as usize);
            let apart = chosen.iter().all(|other| {
                *units += 1;
                self.distance(view, other.node) > near.distance
            });
            if apart {
                chosen.push(*near);
            } else if rest.len() < self.m {
                rest.push(*near);
            }
        }
        let room = self.m - chosen.len();
        chosen.extend(rest.into_iter().take(room));
        chosen
    }

    /// Links two nodes of a layer, unless they are.
    fn connect(&mut self, layer: usize, a: u32, b: u32, distance: f32) {
        if a == b || self.nodes[a as usize].knows(layer, b) {
            return;
        }
        self.nodes[a as usize].link(layer, Link { to: b, distance });
        self.nodes[b as usize].link(layer, Link { to: a, distance });
        self.ways += 2;
        self.trim(layer, b);
        self.trim(layer, a);
    }

    /// Gives up one link of a node that has too many, if one can be spared. If none can, there are more than there should
    /// be: of all links together each addition makes `m` at most, and a removal as many as it takes.
    fn trim(&mut self, layer: usize, id: u32) {
        if self.links(id, layer).len() <= self.most(layer) {
            return;
        }
        if let Some(other) = self.spare(layer, id) {
            self.nodes[id as usize].cut(layer, other);
            self.nodes[other as usize].cut(layer, id);
            self.ways -= 2;
        }
    }

    /// The longest link of a node that leads to where another neighbour leads too: preferably one that is nearer there.
    fn spare(&self, layer: usize, id: u32) -> Option<u32> {
        let links = self.links(id, layer);
        let (mut short, mut long) = (None::<Link>, None::<Link>);
        for link in links {
            let is_longer =
                |other: Option<Link>| other.is_none_or(|it| it.distance < link.distance);
            if !is_longer(short) && !is_longer(long) {
                continue;
            }
            for way in self.links(link.to, layer) {
                if links.iter().any(|other| other.to == way.to) {
                    if way.distance < link.distance && is_longer(short) {
                        short = Some(*link);
                        break;
                    }
                    if is_longer(long) {
                        long = Some(*link);
                    }
                }
            }
        }
        short.or(long).map(|link| link.to)
    }

    /// Connects the neighbours of a node that is gone: all of them in one piece again, shortest ways first, and those that
    /// have few links with each other.
    fn unite(&mut self, layer: usize, around: &[Link], units: &mut u64) {
        // In order of their distance, then of their places: bits of numbers that are not negative order as they do.
        let mut pairs = BinaryHeap::new();
        let mut piece: Vec<usize> = (0..around.len()).collect();
        let mut pieces = around.len();
        for (i, a) in around.iter().enumerate() {
            let view = self.vectors.view(a.to as usize);
            for (j, b) in around.iter().enumerate().skip(i + 1) {
                if self.nodes[a.to as usize].knows(layer, b.to) {
                    pieces -= usize::from(join(&mut piece, i, j));
                } else {
                    let distance = u64::from(self.distance(view, b.to).to_bits());
                    pairs.push(distance << 32 | (i as u64 & 0xffff) << 16 | (j as u64 & 0xffff));
                    *units += 1;
                }
            }
        }
        for pair in pairs.into_sorted_vec() {
            let (i, j) = ((pair >> 16) as usize & 0xffff, pair as usize & 0xffff);
            let (a, b) = (around[i].to, around[j].to);
            let poor = |id: u32| self.links(id, layer).len() < self.m;
            let apart = pieces > 1 && join(&mut piece, i, j);
            pieces -= usize::from(apart);
            if apart || (poor(a) && poor(b)) {
                self.connect(layer, a, b, f32::from_bits((pair >> 32) as u32));
            }
        }
    }
}

/// Makes the pieces of two one. Whether they were not. Linear in the members, which are few.
fn join(piece: &mut [usize], a: usize, b: usize) -> bool {
    let (a, b) = (piece[a], piece[b]);
    if a == b {
        return false;
    }
    piece.iter_mut().filter(|it| **it == b).for_each(|it| *it = a);
    true
}
