//! The keyspace as a tree (`TreePage` in `types.ts`), for a panel that shows a window of a million keys.
//!
//! The keyspace is a hash and has no order, so a tree is one walk over all keys, in steps as small as the host likes.
//! A closed branch only counts; the keys in open ones go into a counted B-tree, which answers "rows 600 000 to 600 050"
//! in O(log n) and can follow single writes. Rows are filled in from the engine when they are asked for, so what they
//! say is always true, however old the walk is.
//!
//! Left out: when to walk again (the host measures what a walk costs).

use crate::json::Json;
use crate::keys;
use redloop_core::ds::ordered::Ordered;
use redloop_core::ds::ranked::Ranked;
use redloop_core::keyspace::{KeyInfo, Keyspace};
use redloop_core::util::{glob, order};

/// Levels of a tree; what is nested deeper stays in one name.
const DEPTH_MAX: usize = 32;
/// Branches of one level that are put in an order other than their names'.
const SORTED_MAX: usize = 10_000;

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Name,
    Bytes,
    Expiry,
    Recent,
}

/// What a tree is to show.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) db: usize,
    /// What branches are made of; empty: there are none.
    pub(crate) separator: Vec<u8>,
    /// A glob, or where it has no special character, a part of the name. Empty: all keys.
    pub(crate) pattern: Vec<u8>,
    /// Names of types with commas between; empty: all.
    pub(crate) types: String,
    pub(crate) order: Order,
    /// Whether branches are open unless listed, or closed unless listed.
    pub(crate) opened: bool,
    /// See `opened`: branches with their whole name, separator included.
    pub(crate) listed: Vec<Vec<u8>>,
}

/// A tree that is being walked, or has been.
#[derive(Debug)]
pub(crate) struct Tree {
    wanted: Wanted,
    literal: bool,
    cursor: u64,
    done: bool,
    seen: usize,
    /// Keys that are shown, or counted by a branch.
    matched: usize,
    /// By name: the open branches, and the root under the empty one.
    nodes: Named<Node>,
}

#[derive(Default)]
struct Node {
    branches: Named<Branch>,
    leaves: Ranked,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} branches, {} leaves", self.branches.0.len(), self.leaves.len())
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Branch {
    keys: usize,
    bytes: usize,
}

/// Things by name, in the names' order.
#[derive(Debug)]
struct Named<T>(Ordered<(Vec<u8>, T)>);

impl<T: Default> Named<T> {
    /// The thing of this name; a fresh one where there was none.
    fn or_default(&mut self, name: &[u8]) -> &mut T {
        let found = self.0.find(|(other, _)| other.as_slice().cmp(name));
        let place = match found {
            Ok(place) => place,
            Err(place) => self.0.insert_at(place, (name.to_vec(), T::default())),
        };
        &mut self.0.at_mut(place).1
    }

    fn get_mut(&mut self, name: &[u8]) -> Option<&mut T> {
        let place = self.0.find(|(other, _)| other.as_slice().cmp(name)).ok()?;
        Some(&mut self.0.at_mut(place).1)
    }

    fn remove(&mut self, name: &[u8]) {
        if let Ok(place) = self.0.find(|(other, _)| other.as_slice().cmp(name)) {
            self.0.remove_at(place);
        }
    }

    fn get(&self, name: &[u8]) -> Option<&T> {
        self.0.get(|(other, _)| other.as_slice().cmp(name)).map(|(_, thing)| thing)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(Ordered::new())
    }
}

/// A window on the rows while it is written.
struct Window<'a> {
    json: &'a mut Json,
    keys: &'a Keyspace,
    skip: usize,
    left: usize,
}

impl Tree {
    pub(crate) fn new(mut wanted: Wanted) -> Self {
        let literal = glob::is_literal(&wanted.pattern);
        wanted.listed.sort_unstable();
        let mut nodes = Named::default();
        nodes.or_default(&[]);
        Tree { wanted, literal, cursor: 0, done: false, seen: 0, matched: 0, nodes }
    }

    /// Looks at about `count` more keys; `true` when all have been seen.
    pub(crate) fn walk(&mut self, keys: &Keyspace, count: usize) -> bool {
        if !self.done {
            let (db, cursor) = (self.wanted.db, self.cursor);
            self.cursor = keys.look_through(db, cursor, count, |key, info| {
                self.seen += 1;
                if self.matches(key, &info) {
                    self.add(key, &info);
                }
            });
            self.done = self.cursor == 0;
        }
        self.done
    }

    /// Follows a write to one key, where that can be done without another walk.
    pub(crate) fn follow(&mut self, keys: &Keyspace, key: &[u8]) {
        if self.wanted.order != Order::Name {
            return;
        }
        let place = self.branches_of(key);
        let closed = place.iter().any(|end| !self.is_open(&key[..*end]));
        if closed {
            return;
        }
        let home = place.last().map_or(0, |end| *end);
        match keys.look_at(self.wanted.db, key).filter(|(info, _)| self.matches(key, info)) {
            Some((info, _)) => {
                let known = self.nodes.get(&key[..home]).is_some_and(|node| {
                    node.leaves.rank_by(|_, other| other < key)
                        < node.leaves.rank_by(|_, other| other <= key)
                });
                if !known {
                    self.add(key, &info);
                }
            }
            None => {
                let removed = self
                    .nodes
                    .get_mut(&key[..home])
                    .is_some_and(|node| node.leaves.remove(0.0, key));
                if removed {
                    self.matched -= 1;
                    self.forget(key, &place);
                }
            }
        }
    }

    /// `count` rows from `offset` on, and how many there are.
    pub(crate) fn page(&self, keys: &Keyspace, offset: usize, count: usize) -> String {
        let mut json = Json::default();
        json.open('{').name("done").boolean(self.done).name("seen").number(self.seen as u64);
        json.name("matched").number(self.matched as u64);
        json.name("total").number(self.rows(&[], 0) as u64);
        json.name("offset").number(offset as u64).name("rows").open('[');
        self.write(&[], 1, &mut Window { json: &mut json, keys, skip: offset, left: count });
        json.close(']').close('}');
        json.finish()
    }

    fn matches(&self, key: &[u8], info: &KeyInfo) -> bool {
        let Wanted { pattern, types, .. } = &self.wanted;
        if !types.is_empty() && !types.split(',').any(|kind| kind == info.kind.name()) {
            return false;
        }
        if pattern.is_empty() {
            return true;
        }
        if self.literal {
            return key.windows(pattern.len()).any(|part| part.eq_ignore_ascii_case(pattern));
        }
        glob::matches(pattern, key, true)
    }

    fn is_open(&self, branch: &[u8]) -> bool {
        let listed = self.wanted.listed.binary_search_by(|name| name.as_slice().cmp(branch));
        self.wanted.opened != listed.is_ok()
    }

    /// Where the names of the branches end that a key lies in.
    fn branches_of(&self, key: &[u8]) -> Vec<usize> {
        let separator = &self.wanted.separator;
        let mut ends = Vec::new();
        let mut at = 0;
        while !separator.is_empty() && ends.len() < DEPTH_MAX {
            let found = key[at..].windows(separator.len()).position(|part| part == separator);
            let Some(found) = found else { break };
            at += found + separator.len();
            ends.push(at);
        }
        ends
    }

    fn add(&mut self, key: &[u8], info: &KeyInfo) {
        let score = match self.wanted.order {
            Order::Name => 0.0,
            Order::Bytes => -(info.bytes as f64),
            Order::Expiry => info.deadline.map_or(f64::MAX, |deadline| deadline as f64),
            Order::Recent => info.idle_seconds as f64,
        };
        self.matched += 1;
        let mut start = 0;
        for end in self.branches_of(key) {
            let name = &key[..end];
            let open = self.is_open(name);
            let node = self.node(&key[..start]);
            let branch = node.branches.or_default(name);
            branch.keys += 1;
            branch.bytes += info.bytes;
            if !open {
                return;
            }
            start = end;
        }
        self.node(&key[..start]).leaves.insert(score, key);
    }

    /// A key left the open branches that it was counted in.
    fn forget(&mut self, key: &[u8], place: &[usize]) {
        let mut start = 0;
        for end in place {
            let name = &key[..*end];
            let node = self.node(&key[..start]);
            if let Some(branch) = node.branches.get_mut(name) {
                branch.keys = branch.keys.saturating_sub(1);
                if branch.keys == 0 {
                    node.branches.remove(name);
                }
            }
            start = *end;
        }
    }

    fn node(&mut self, name: &[u8]) -> &mut Node {
        self.nodes.or_default(name)
    }

    /// The rows below a branch, which has none while it is closed.
    fn inside(&self, branch: &[u8], depth: usize) -> usize {
        if self.is_open(branch) { self.rows(branch, depth + 1) } else { 0 }
    }

    fn rows(&self, name: &[u8], depth: usize) -> usize {
        let Some(node) = self.nodes.get(name).filter(|_| depth <= DEPTH_MAX) else { return 0 };
        // Most levels are closed: then nothing has to be looked at to count them.
        let nested = self.nodes.0.len() > 1;
        let below = if nested {
            node.branches.0.iter().map(|(name, _)| self.inside(name, depth)).sum()
        } else {
            0
        };
        node.branches.0.len() + below + node.leaves.len()
    }

    /// The branches of a level in their order.
    fn sorted<'a>(&self, node: &'a Node) -> Vec<&'a (Vec<u8>, Branch)> {
        let branches: Vec<_> = node.branches.0.iter().collect();
        if self.wanted.order != Order::Bytes || branches.len() > SORTED_MAX {
            return branches;
        }
        order::sorted_by_key(&branches, |(_, branch)| u64::MAX - branch.bytes as u64)
    }

    fn write(&self, name: &[u8], level: usize, window: &mut Window<'_>) {
        let Some(node) = self.nodes.get(name).filter(|_| level <= DEPTH_MAX + 1) else { return };
        let size = node.branches.0.len() + node.leaves.len();
        for (at, (branch, counted)) in self.sorted(node).into_iter().enumerate() {
            if window.left == 0 {
                return;
            }
            let open = self.is_open(branch);
            if window.skip > 0 {
                window.skip -= 1;
            } else {
                window.left -= 1;
                let Branch { keys, bytes } = *counted;
                window.json.open('{').name("branch").bytes(branch).name("open").boolean(open);
                window.json.name("keys").number(keys as u64).name("bytes").number(bytes as u64);
                place(window.json, level, at, size);
            }
            if open {
                let rows = if window.skip > 0 { self.rows(branch, level) } else { 0 };
                if rows > window.skip || window.skip == 0 {
                    self.write(branch, level + 1, window);
                } else {
                    window.skip -= rows;
                }
            }
        }
        let skipped = window.skip.min(node.leaves.len());
        window.skip -= skipped;
        let shown = window.left.min(node.leaves.len() - skipped);
        window.left -= shown;
        for (at, (_, key)) in node.leaves.range(skipped, shown).enumerate() {
            window.json.open('{');
            match window.keys.look_at(self.wanted.db, key) {
                Some((info, _)) => keys::row(window.json, key, &info),
                None => {
                    window.json.name("key").bytes(key).name("gone").boolean(true);
                }
            }
            place(window.json, level, node.branches.0.len() + skipped + at, size);
        }
    }
}

/// Where a row stands among its siblings; closes it.
fn place(json: &mut Json, level: usize, at: usize, size: usize) {
    json.name("level").number(level as u64).name("at").number(at as u64 + 1);
    json.name("of").number(size as u64).close('}');
}

#[cfg(test)]
mod tests;
