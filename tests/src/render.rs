//! Replies as redis-cli prints them on a terminal, so that a transcript looks like a session one could have had.
//!
//! Blanks at the end of a line are dropped. Three more deliberate differences, where redis-cli hides something a test must see: out-of-band RESP3 messages are
//! numbered with `>` (redis-cli prints them like arrays), verbatim strings are quoted and named `(verbatim txt)`,
//! and big numbers, which redis-cli 7.0 cannot print, are `(big number) n`.
//!
//! What cannot be seen here, as in redis-cli: which of RESP2's two nulls was sent. The transcript tests compare
//! those between engines on the values themselves.

use crate::{resp::Value, words::escape};

/// Order applied before printing, for replies whose order means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As sent.
    #[default]
    AsSent,
    /// Elements of every aggregate sorted by how they print.
    Sorted,
    /// As `Sorted`, but arrays of strings are taken as field/value pairs which stay together.
    SortedPairs,
}

/// The lines redis-cli would print for `value`.
pub fn render(value: &Value, order: Order) -> Vec<String> {
    let ordered;
    let value = if order == Order::AsSent {
        value
    } else {
        ordered = sort(value.clone(), order);
        &ordered
    };
    let mut text = String::new();
    print(value, 0, &mut text);
    // Only a status or an error can hold a bare line end, and neither can on the wire.
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Puts the elements of every aggregate into the order of their printed form.
pub fn sort(value: Value, order: Order) -> Value {
    if order == Order::AsSent {
        return value;
    }
    let all = |items: Vec<Value>| -> Vec<Value> {
        items.into_iter().map(|item| sort(item, order)).collect()
    };
    match value {
        Value::Array(items) => {
            let items = all(items);
            let scalars = items.iter().all(|item| !is_aggregate(item));
            let group =
                if order == Order::SortedPairs && scalars && items.len() % 2 == 0 { 2 } else { 1 };
            Value::Array(sort_groups(&items, group))
        }
        Value::Set(items) => Value::Set(sort_groups(&all(items), 1)),
        Value::Map(pairs) => {
            let mut pairs: Vec<_> =
                pairs.into_iter().map(|(k, v)| (sort(k, order), sort(v, order))).collect();
            pairs.sort();
            Value::Map(pairs)
        }
        other => other,
    }
}

fn sort_groups(items: &[Value], group: usize) -> Vec<Value> {
    let mut groups: Vec<&[Value]> = items.chunks(group).collect();
    groups.sort();
    groups.concat()
}

fn is_aggregate(value: &Value) -> bool {
    matches!(
        value,
        Value::Array(_) | Value::Set(_) | Value::Push(_) | Value::Map(_) | Value::Attributed(..)
    )
}

fn print(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Simple(text) => out.push_str(&printable(text)),
        Value::Error(text) => out.push_str(&format!("(error) {}", printable(text))),
        Value::Integer(n) => out.push_str(&format!("(integer) {n}")),
        Value::Bulk(text) => out.push_str(&escape(text)),
        Value::NullBulk | Value::NullArray | Value::Null => out.push_str("(nil)"),
        Value::Bool(b) => out.push_str(if *b { "(true)" } else { "(false)" }),
        Value::Double(text) => out.push_str(&format!("(double) {}", printable(text))),
        Value::BigNumber(text) => out.push_str(&format!("(big number) {}", printable(text))),
        Value::Verbatim(format, text) => {
            out.push_str(&format!("(verbatim {}) {}", printable(format), escape(text)));
        }
        Value::Array(items) => print_items(items, ')', "(empty array)", indent, out),
        Value::Set(items) => print_items(items, '~', "(empty set)", indent, out),
        Value::Push(items) => print_items(items, '>', "(empty push)", indent, out),
        Value::Map(pairs) => print_pairs(pairs, '#', indent, out),
        Value::Attributed(pairs, value) => {
            print_pairs(pairs, '|', indent, out);
            newline(indent, out);
            print(value, indent, out);
        }
    }
}

fn print_items(items: &[Value], mark: char, empty: &str, indent: usize, out: &mut String) {
    if items.is_empty() {
        return out.push_str(empty);
    }
    let width = items.len().to_string().len();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            newline(indent, out);
        }
        out.push_str(&format!("{:>width$}{mark} ", i + 1));
        print(item, indent + width + 2, out);
    }
}

fn print_pairs(pairs: &[(Value, Value)], mark: char, indent: usize, out: &mut String) {
    if pairs.is_empty() {
        return out.push_str("(empty hash)");
    }
    let width = pairs.len().to_string().len();
    for (i, (key, value)) in pairs.iter().enumerate() {
        if i > 0 {
            newline(indent, out);
        }
        out.push_str(&format!("{:>width$}{mark} ", i + 1));
        let inner = indent + width + 2;
        print(key, inner, out);
        out.push_str(" => ");
        // What takes several lines begins on one of its own.
        let mut text = String::new();
        print(value, inner, &mut text);
        if text.contains('\n') {
            newline(inner, out);
        }
        out.push_str(&text);
    }
}

fn newline(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Status and error lines are text by agreement; what is not printable shows escaped.
fn printable(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => {
            let quoted = escape(text);
            quoted[1..quoted.len() - 1].to_owned()
        }
    }
}
