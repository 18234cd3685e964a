//! The command table against Valkey's: COMMAND INFO, COUNT, LIST and DOCS describe the same commands alike.
//!
//! Compared for every command Redloop has: names, arity, flags, keys, categories, tips; of the documentation what is
//! fact (since, group, the tokens of the syntax), not its wording. Sets are compared as sets.

use redloop_tests::{
    driver::{Driver, EngineDriver, Flavour, TcpDriver, ask},
    resp::Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Commands of later servers than Valkey 9.1, with arity and flags as Redis' command reference has them.
const LATER: &[(&str, &str, &str)] = &[
    ("arcount", "2", "fast readonly"),
    ("ardel", "-3", "fast write"),
    ("ardelrange", "-4", "write"),
    ("arget", "3", "fast readonly"),
    ("argetrange", "4", "readonly"),
    ("argrep", "-6", "readonly"),
    ("arinfo", "-2", "readonly"),
    ("arinsert", "-3", "denyoom fast write"),
    ("arlastitems", "-3", "readonly"),
    ("arlen", "2", "fast readonly"),
    ("armget", "-3", "fast readonly"),
    ("armset", "-4", "denyoom fast write"),
    ("arnext", "2", "fast readonly"),
    ("arop", "-5", "readonly"),
    ("arring", "-4", "denyoom write"),
    ("arscan", "-4", "readonly"),
    ("arseek", "3", "fast write"),
    ("arset", "-4", "denyoom fast write"),
    ("blmovem", "-6", "blocking denyoom write"),
    ("delex", "-2", "fast write"),
    ("digest", "2", "fast readonly"),
    ("himport", "-2", ""),
    ("increx", "-2", "denyoom fast write"),
    ("lmovem", "-5", "denyoom write"),
    ("sdiffcard", "-3", "movablekeys readonly"),
    ("sunioncard", "-3", "movablekeys readonly"),
    ("vadd", "-5", "denyoom module write"),
    ("vcard", "2", "fast module readonly"),
    ("vdim", "2", "fast module readonly"),
    ("vemb", "-3", "fast module readonly"),
    ("vgetattr", "3", "fast module readonly"),
    ("vinfo", "2", "fast module readonly"),
    ("vismember", "3", "module readonly"),
    ("vlinks", "-3", "fast module readonly"),
    ("vrandmember", "-2", "module readonly"),
    ("vrange", "-4", "module readonly"),
    ("vrem", "3", "module write"),
    ("vsetattr", "4", "fast module write"),
    ("vsim", "-4", "module readonly"),
    ("xackdel", "-6", "fast write"),
    ("xcfgset", "-2", "fast write"),
    ("xdelex", "-5", "fast write"),
    ("xidmprecord", "5", "denyoom fast write"),
    ("xnack", "-7", "fast write"),
];
/// Options of later servers.
const LATER_OPTIONS: &[(&str, &[&str])] = &[
    ("bitop", &["DIFF", "DIFF1", "ANDOR", "ONE"]),
    ("set", &["IFNE", "IFDEQ", "IFDNE"]),
    ("zinter", &["COUNT"]),
    ("zinterstore", &["COUNT"]),
    ("zunion", &["COUNT"]),
    ("zunionstore", &["COUNT"]),
    ("xadd", &["KEEPREF", "DELREF", "ACKED", "IDMP", "IDMPAUTO"]),
    ("xread", &["MAXCOUNT", "MAXSIZE"]),
    ("xreadgroup", &["CLAIM", "MAXCOUNT", "MAXSIZE"]),
    ("xtrim", &["KEEPREF", "DELREF", "ACKED"]),
];

#[test]
fn command_info_is_valkeys() {
    let (ours, theirs) = (all_info(&mut redloop()), all_info(&mut valkey()));
    let mut differences = Vec::new();
    for (name, info) in &ours {
        let container = name.split('|').next().unwrap_or_default();
        let later = LATER.iter().find(|(later, ..)| *later == container);
        if let Some((_, arity, flags)) = later.filter(|(later, ..)| later == name) {
            assert_eq!((&*info["arity"], &*info["flags"]), (*arity, *flags), "{name}");
        }
        match theirs.get(name) {
            None if later.is_some() => {}
            Some(_) if later.is_some() => differences.push(format!("{name}: Valkey has it by now")),
            None => differences.push(format!("{name}: Valkey has no such command")),
            Some(expected) => {
                for (field, value) in info {
                    let expected = expected.get(field);
                    if expected != Some(value) {
                        differences.push(format!(
                            "{name}: {field}\n  redloop {value}\n  valkey  {}",
                            expected.map_or("nothing", |it| it)
                        ));
                    }
                }
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences in COMMAND INFO:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn command_docs_have_the_same_facts() {
    let mut redloop = redloop();
    let names: Vec<String> =
        all_info(&mut redloop).into_keys().filter(|name| !name.contains('|')).collect();
    let (ours, theirs) = (all_docs(&mut redloop), all_docs(&mut valkey()));
    let mut differences = Vec::new();
    for name in names.iter().filter(|name| LATER.iter().all(|(later, ..)| later != name)) {
        let (Some(ours), Some(theirs)) = (ours.get(name), theirs.get(name)) else {
            differences.push(format!("{name}: COMMAND DOCS does not have it"));
            continue;
        };
        compare_docs(name, ours, theirs, &mut differences);
    }
    assert!(
        differences.is_empty(),
        "{} differences in COMMAND DOCS:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn count_list_and_info_agree() {
    let mut redloop = redloop();
    let all: BTreeSet<String> = all_info(&mut redloop).into_keys().collect();
    let commands = all.iter().filter(|name| !name.contains('|')).count();
    let count = ask(&mut redloop, "a", &["COMMAND", "COUNT"]).unwrap();
    assert_eq!(count, Value::Integer(i64::try_from(commands).unwrap()));
    let list = ask(&mut redloop, "a", &["COMMAND", "LIST"]).unwrap();
    let listed: BTreeSet<String> = items(&list).iter().map(text).collect();
    assert_eq!(listed, all, "COMMAND LIST names subcommands too");
}

fn redloop() -> EngineDriver {
    let mut driver = EngineDriver::new(1);
    driver.connect("a").unwrap();
    driver
}

fn valkey() -> TcpDriver {
    let mut driver = TcpDriver::start(Flavour::Valkey9).unwrap();
    driver.connect("a").unwrap();
    driver
}

/// Field by field, of every command and subcommand.
fn all_info(driver: &mut dyn Driver) -> BTreeMap<String, BTreeMap<&'static str, String>> {
    let mut all = BTreeMap::new();
    for info in items(&ask(driver, "a", &["COMMAND", "INFO"]).unwrap()) {
        collect_info(&info, &mut all);
    }
    all
}

fn collect_info(info: &Value, all: &mut BTreeMap<String, BTreeMap<&'static str, String>>) {
    let fields = items(info);
    assert_eq!(fields.len(), 10, "{info:?}");
    let set = |value: &Value| {
        items(value)
            .iter()
            .map(text)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let described = BTreeMap::from([
        ("arity", text(&fields[1])),
        ("flags", set(&fields[2])),
        ("first key", text(&fields[3])),
        ("last key", text(&fields[4])),
        ("step", text(&fields[5])),
        ("categories", set(&fields[6])),
        ("tips", set(&fields[7])),
        (
            "key specifications",
            items(&fields[8]).iter().map(key_spec).collect::<Vec<_>>().join("; "),
        ),
    ]);
    all.insert(text(&fields[0]), described);
    for subcommand in items(&fields[9]) {
        collect_info(&subcommand, all);
    }
}

/// Everything but the notes, which are prose.
fn key_spec(spec: &Value) -> String {
    let fields = pairs(spec);
    let mut flags: Vec<String> = items(&fields["flags"]).iter().map(text).collect();
    flags.sort();
    format!("{} {:?} {:?}", flags.join(" "), fields["begin_search"], fields["find_keys"])
}

fn all_docs(driver: &mut dyn Driver) -> BTreeMap<String, Value> {
    pairs(&ask(driver, "a", &["COMMAND", "DOCS"]).unwrap())
}

fn compare_docs(name: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    let (ours, theirs) = (pairs(ours), pairs(theirs));
    for field in ["since", "group"] {
        if ours.get(field) != theirs.get(field) {
            differences.push(format!(
                "{name}: {field}: redloop {:?}, valkey {:?}",
                ours.get(field),
                theirs.get(field)
            ));
        }
    }
    for field in ["summary", "complexity"] {
        if theirs.contains_key(field) && ours.get(field).is_none_or(|value| text(value).is_empty())
        {
            differences.push(format!("{name}: no {field}"));
        }
    }
    let tokens = |docs: &BTreeMap<String, Value>| {
        let mut found = BTreeSet::new();
        if let Some(arguments) = docs.get("arguments") {
            collect_tokens(arguments, &mut found);
        }
        found
    };
    let (mine, mut expected) = (tokens(&ours), tokens(&theirs));
    for (_, later) in LATER_OPTIONS.iter().filter(|(command, _)| *command == name) {
        for option in *later {
            if !expected.insert((*option).to_owned()) {
                differences.push(format!("{name}: Valkey has {option} by now"));
            }
        }
    }
    if mine != expected {
        differences
            .push(format!("{name}: tokens of the syntax: redloop {mine:?}, valkey {expected:?}"));
    }
    let subcommands =
        |docs: &BTreeMap<String, Value>| docs.get("subcommands").map(pairs).unwrap_or_default();
    let theirs = subcommands(&theirs);
    for (name, docs) in subcommands(&ours) {
        match theirs.get(&name) {
            Some(expected) => compare_docs(&name, &docs, expected, differences),
            None => differences.push(format!("{name}: Valkey has no such subcommand")),
        }
    }
}

fn collect_tokens(arguments: &Value, found: &mut BTreeSet<String>) {
    for argument in items(arguments) {
        let argument = pairs(&argument);
        if let Some(token) = argument.get("token") {
            found.insert(text(token).to_uppercase());
        }
        if let Some(inner) = argument.get("arguments") {
            collect_tokens(inner, found);
        }
    }
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) | Value::Set(items) => items.clone(),
        other => panic!("not a list: {other:?}"),
    }
}

fn pairs(value: &Value) -> BTreeMap<String, Value> {
    items(value).chunks(2).map(|pair| (text(&pair[0]), pair[1].clone())).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Simple(text) | Value::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
        Value::Integer(n) => n.to_string(),
        other => panic!("not a text: {other:?}"),
    }
}
