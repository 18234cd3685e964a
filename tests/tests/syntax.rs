//! What the command table says can be typed can be typed: lines made from each data command's notation never answer that
//! their syntax is wrong. What else they answer is the transcripts' business.

use redloop_core::command::{CommandTable, syntax};
use redloop_tests::{
    driver::{Driver, EngineDriver},
    lines,
    resp::{self, Value},
    workload::Rng,
};

/// Lines of each command: enough for every pair of options of the longest notation, nearly always.
const LINES: usize = 200;

/// How errors begin that say that a line is not one of the command's.
const REFUSALS: &[&str] = &[
    "ERR wrong number of arguments",
    "ERR unknown",
    "ERR Unsupported option",
    "ERR numkeys",
    "ERR numfields",
    "ERR Number of keys",
    "ERR invalid numkeys",
];

/// Commands whose notation, as the real servers give it, allows options together that exclude each other.
const LOOSE: &[&str] = &["restore"];

#[test]
fn valid_lines_are_no_syntax_errors() {
    let mut rng = Rng::new(1);
    let mut refused = Vec::new();
    for (_, entry) in CommandTable::shared().iter() {
        let loose = LOOSE.contains(&&*entry.full_name);
        if loose || !lines::is_about_data(entry.spec) || !entry.spec.subcommands.is_empty() {
            continue;
        }
        let notation = syntax::parse(entry.spec).unwrap();
        for _ in 0..LINES {
            let mut words: Vec<String> =
                entry.full_name.split('|').map(str::to_uppercase).collect();
            words.extend(lines::arguments(&notation, &mut rng));
            if let Some(error) = refusal(&words) {
                refused.push(format!("{}: {error}", words.join(" ")));
                break;
            }
        }
    }
    assert!(
        refused.is_empty(),
        "the notation allows what the command does not take:\n{}",
        refused.join("\n")
    );
}

/// The error that says that this is no line of the command's; on an empty server, where it may also wait.
fn refusal(words: &[String]) -> Option<String> {
    let mut driver = EngineDriver::new(1);
    driver.connect("a").unwrap();
    driver.send("a", &resp::encode_command(words)).unwrap();
    driver.settle().unwrap();
    let mut bytes = Vec::new();
    driver.receive("a", &mut bytes).unwrap();
    let replies = resp::drain(&mut bytes).unwrap();
    let Some(Value::Error(error)) = replies.into_iter().next() else { return None };
    let error = String::from_utf8(error).unwrap();
    let refused =
        error == "ERR syntax error" || REFUSALS.iter().any(|start| error.starts_with(start));
    refused.then_some(error)
}
