//! Allocations a command: the table that the counting-allocator test of `tests/` prints.

use anyhow::{Result, bail};
use serde_json::json;

use super::Options;
use super::report;
use crate::run;

pub(super) fn measure(_options: &Options) -> Result<()> {
    let mut test = run::cargo();
    test.args(["test", "--quiet", "-p", "redloop-tests", "--test", "allocations"]);
    let said = run::run_reading(test.args(["--", "--nocapture"]))?;
    let rows: Vec<_> = said.lines().filter_map(parse).collect();
    if rows.is_empty() {
        bail!("the test printed no line of the form `COMMAND: N allocations`");
    }
    let counts: serde_json::Map<_, _> =
        rows.into_iter().map(|(command, count)| (command.to_owned(), json!(count))).collect();
    report::write("allocations", &json!(counts))
}

/// A line of the test's table: `GET: 0 allocations`, possibly followed by more words.
fn parse(line: &str) -> Option<(&str, f64)> {
    let (command, rest) = line.trim().split_once(": ")?;
    let (count, unit) = rest.split_once(' ')?;
    let is_count = unit.starts_with("allocation");
    is_count.then(|| Some((command, count.parse().ok()?))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_table_lines_count() {
        assert_eq!(parse("GET: 0 allocations"), Some(("GET", 0.0)));
        assert_eq!(parse("  SET new key: 1.5 allocations a command"), Some(("SET new key", 1.5)));
        assert_eq!(parse("test result: ok. 1 passed"), None);
    }
}
