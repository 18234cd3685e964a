//! Tables and the rule in Markdown, for somebody's own page.

use super::{columns, conditions, notes, table};
use crate::lab::decide::Decision;
use crate::lab::results::Results;
use comfy_table::presets;
use std::fmt::Write as _;

/// All tables with what has to be known to read them, and the rule if one follows.
pub(crate) fn document(results: &Results, decision: Option<&Decision>) -> String {
    let mut text = String::from("# Concurrency models, measured\n\n");
    let _ = writeln!(text, "Made by `redloop lab --markdown`.\n");
    bullets(&mut text, conditions(results));
    for scenario in results.scenarios() {
        let rows = results.rows(scenario);
        let shown = columns::shown(scenario, &rows);
        let _ = writeln!(text, "\n## {}\n\n{}\n", scenario.title(), scenario.question());
        let _ = writeln!(text, "{}\n", table(&rows, &shown, presets::ASCII_MARKDOWN));
        let further = columns::further(scenario, &rows);
        if !further.is_empty() {
            let all = table(&rows, &further, presets::ASCII_MARKDOWN);
            let _ = writeln!(
                text,
                "<details><summary>All other figures</summary>\n\n{all}\n\n</details>\n"
            );
        }
        bullets(&mut text, notes(&rows));
    }
    if !results.skipped.is_empty() {
        let _ = writeln!(text, "\n## Not measured\n");
        bullets(&mut text, results.skipped.iter().map(|it| format!("{}: {}", it.what, it.why)));
    }
    if let Some(decision) = decision {
        let _ = writeln!(text, "\n## The rule\n\nJudged by: {}.\n", decision.criterion);
        bullets(&mut text, &decision.sentences);
        if !decision.doubts.is_empty() {
            let _ = writeln!(text, "\nWhat makes this less sure:\n");
            bullets(&mut text, &decision.doubts);
        }
    }
    text
}

fn bullets(text: &mut String, lines: impl IntoIterator<Item = impl AsRef<str>>) {
    for line in lines {
        let _ = writeln!(text, "- {}", line.as_ref());
    }
}
