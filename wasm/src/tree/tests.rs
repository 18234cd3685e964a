//! The tree against what is plainly in the keyspace, and what it costs at a million keys.

use super::{Order, Tree, Wanted};
use redloop_core::ds::dict::{Deadline, HashKey};
use redloop_core::keyspace::Keyspace;
use std::time::{Duration, Instant};

fn keyspace(names: &[&str]) -> Keyspace {
    let mut keys = Keyspace::new(2, HashKey(1, 2), 3);
    for name in names {
        keys.set_text(name.as_bytes(), b"value", false, Deadline::Clear);
    }
    keys
}

fn wanted(opened: bool, listed: &[&str]) -> Wanted {
    Wanted {
        db: 0,
        separator: b":".to_vec(),
        pattern: Vec::new(),
        types: String::new(),
        order: Order::Name,
        opened,
        listed: listed.iter().map(|name| name.as_bytes().to_vec()).collect(),
    }
}

fn walked(keys: &Keyspace, wanted: Wanted) -> Tree {
    let mut tree = Tree::new(wanted);
    while !tree.walk(keys, 10) {}
    tree
}

/// The rows as a person reads them: `+` closed, `-` open, names after as many spaces as they are deep.
fn rows(tree: &Tree, keys: &Keyspace, offset: usize, count: usize) -> Vec<String> {
    let page = tree.page(keys, offset, count);
    let rows = page.split_once("\"rows\":[").map_or("", |(_, rows)| rows);
    let field = |row: &str, name: &str| {
        let after = row.split_once(&format!("\"{name}\":"))?.1;
        Some(after.split([',', '}']).next()?.trim_matches('"').to_owned())
    };
    rows.split("},{")
        .filter(|row| row.contains("level"))
        .map(|row| {
            let level: usize =
                field(row, "level").and_then(|level| level.parse().ok()).unwrap_or(0);
            let indent = " ".repeat(level - 1);
            match field(row, "branch") {
                Some(branch) => {
                    let open = field(row, "open").is_some_and(|open| open == "true");
                    let sign = if open { '-' } else { '+' };
                    format!("{indent}{sign}{branch} {}", field(row, "keys").unwrap_or_default())
                }
                None => format!("{indent}{}", field(row, "key").unwrap_or_default()),
            }
        })
        .collect()
}

const NAMES: &[&str] = &["user:1:name", "user:1:mail", "user:2:name", "jobs", "user:", "a:b"];

#[test]
fn closed_branches_count_and_open_ones_show_what_is_in_them() {
    let keys = keyspace(NAMES);
    let closed = walked(&keys, wanted(false, &[]));
    assert_eq!(rows(&closed, &keys, 0, 99), ["+a: 1", "+user: 4", "jobs"]);
    let user = walked(&keys, wanted(false, &["user:"]));
    assert_eq!(
        rows(&user, &keys, 0, 99),
        ["+a: 1", "-user: 4", " +user:1: 2", " +user:2: 1", " user:", "jobs"]
    );
    let all = walked(&keys, wanted(true, &["user:2:"]));
    let shown = rows(&all, &keys, 0, 99);
    assert_eq!(
        shown,
        [
            "-a: 1",
            " a:b",
            "-user: 4",
            " -user:1: 2",
            "  user:1:mail",
            "  user:1:name",
            " +user:2: 1",
            " user:",
            "jobs"
        ]
    );
    for offset in 0..shown.len() {
        for count in 0..4 {
            let end = shown.len().min(offset + count);
            assert_eq!(rows(&all, &keys, offset, count), shown[offset..end], "{offset}, {count}");
        }
    }
}

#[test]
fn a_list_has_no_branches_and_a_filter_leaves_out() {
    let keys = keyspace(NAMES);
    let list = walked(&keys, Wanted { separator: Vec::new(), ..wanted(false, &[]) });
    assert_eq!(rows(&list, &keys, 0, 3), ["a:b", "jobs", "user:"]);
    for (pattern, found) in [("NAME", 2), ("user:*", 4), ("user:?:mail", 1), ("none", 0)] {
        let tree = walked(&keys, Wanted { pattern: pattern.into(), ..wanted(true, &[]) });
        assert_eq!(tree.matched, found, "{pattern}");
    }
    let lists = walked(&keys, Wanted { types: "list,zset".to_owned(), ..wanted(true, &[]) });
    assert_eq!(lists.matched, 0);
}

#[test]
fn writes_are_followed_where_the_branch_is_open() {
    let mut keys = keyspace(NAMES);
    let mut tree = walked(&keys, wanted(false, &["user:", "user:1:"]));
    keys.remove(b"user:1:mail");
    keys.remove(b"jobs");
    keys.set_text(b"user:1:age", b"7", false, Deadline::Clear);
    for key in ["user:1:mail", "jobs", "user:1:age", "user:1:age", "user:2:name"] {
        tree.follow(&keys, key.as_bytes());
    }
    let fresh = walked(&keys, wanted(false, &["user:", "user:1:"]));
    assert_eq!(rows(&tree, &keys, 0, 99), rows(&fresh, &keys, 0, 99));
}

#[test]
fn a_million_keys_are_walked_in_small_steps_and_read_anywhere() {
    let mut keys = Keyspace::new(1, HashKey(1, 2), 3);
    for n in 0..1_000_000 {
        keys.set_text(format!("key:{n}").as_bytes(), b"value", false, Deadline::Clear);
    }
    for (name, listed) in [("closed", &[][..]), ("open", &["key:"][..])] {
        let mut tree = Tree::new(wanted(false, listed));
        let (mut steps, mut longest, begun) = (0, Duration::ZERO, Instant::now());
        loop {
            let step = Instant::now();
            let done = tree.walk(&keys, 500);
            longest = longest.max(step.elapsed());
            steps += 1;
            if done {
                break;
            }
        }
        let all = begun.elapsed();
        let page = Instant::now();
        let rows = rows(&tree, &keys, 600_000, 100).len();
        println!(
            "{name}: {all:?} in {steps} steps, longest {longest:?}; a page {:?}",
            page.elapsed()
        );
        assert_eq!((tree.seen, tree.matched), (1_000_000, 1_000_000));
        assert_eq!(rows, if listed.is_empty() { 0 } else { 100 });
    }
}
