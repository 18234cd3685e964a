//! Walks over a stream's entries, from node to node, in either direction.
//!
//! A node is read forwards only. Going backwards, each of its entries is found once going forwards, and remembered.

use super::id::StreamId;
use super::node::{Entries, Entry, Node};
use crate::ds::ordered::{Ordered, Place};

/// Entries in ascending order.
#[derive(Debug)]
pub struct Range<'a> {
    nodes: &'a Ordered<Node>,
    /// The node that comes next.
    place: Place,
    entries: Option<Entries<'a>>,
    start: StreamId,
    end: StreamId,
}

/// Entries in descending order.
#[derive(Debug)]
pub struct Backwards<'a> {
    nodes: &'a Ordered<Node>,
    /// Behind the node that comes next.
    place: Place,
    /// Walks that stand before an entry each, of one node.
    found: Vec<Entries<'a>>,
    start: StreamId,
    end: StreamId,
}

impl<'a> Range<'a> {
    /// From `start` to `end`; no entry before the node at `place` may be in it.
    pub(super) fn new(
        nodes: &'a Ordered<Node>,
        place: Place,
        start: StreamId,
        end: StreamId,
    ) -> Self {
        Range { nodes, place, entries: None, start, end }
    }
}

impl<'a> Iterator for Range<'a> {
    type Item = Entry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            if let Some(entries) = &mut self.entries
                && let Some(entry) = entries.next()
            {
                if entry.id <= self.end {
                    return Some(entry);
                }
                self.entries = None;
                self.place = self.nodes.end();
                return None;
            }
            let node = self.nodes.element(self.place)?;
            if node.base() > self.end {
                return None;
            }
            let mut entries = node.entries();
            entries.skip_to(self.start);
            self.entries = Some(entries);
            self.place = self.nodes.after(self.place);
        }
    }
}

impl<'a> Backwards<'a> {
    pub(super) fn new(nodes: &'a Ordered<Node>, start: StreamId, end: StreamId) -> Self {
        // Nodes that begin behind the end are left out.
        let place = match nodes.find(|node| node.base().cmp(&end)) {
            Ok(place) => nodes.after(place),
            Err(place) => place,
        };
        Backwards { nodes, place, found: Vec::new(), start, end }
    }
}

impl<'a> Iterator for Backwards<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        while self.found.is_empty() {
            self.place = self.nodes.before(self.place)?;
            let node = self.nodes.element(self.place)?;
            if node.last() < self.start {
                return None;
            }
            let mut walk = node.entries();
            walk.skip_to(self.start);
            loop {
                let here = walk.clone();
                match walk.next() {
                    Some(entry) if entry.id <= self.end => self.found.push(here),
                    _ => break,
                }
            }
        }
        self.found.pop()?.next()
    }
}
