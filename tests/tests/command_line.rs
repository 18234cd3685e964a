//! redis-cli's own tools against the native server: bulk loading, and the walks over all keys. They say about ours what they
//! say about Valkey.

use redloop_tests::{
    driver::{Flavour, Server},
    resp, tools,
};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Keys of every type that both servers have, of known sizes.
const DATA: &[&str] = &[
    "SET word hello",
    "SETRANGE long 9999 x",
    "RPUSH list a b c d",
    "SADD set a b c",
    "HSET hash f1 v1 f2 v2",
    "ZADD zset 1 a 2 b 3 c 4 d 5 e",
    "XADD stream 1-1 f v",
];
/// Strings loaded besides.
const STRINGS: usize = 5000;

#[test]
fn pipe_loads_and_counts() {
    for flavour in [Flavour::Valkey9, Flavour::Redloop] {
        let server = Server::start(flavour, &[]).unwrap();
        let said = load(&server);
        let all = STRINGS + DATA.len();
        assert!(said.contains(&format!("errors: 0, replies: {all}")), "{flavour:?}: {said}");
        assert_eq!(ask(&server, &["DBSIZE"]).trim(), all.to_string());
        let mut bad = resp::encode_command(&["INCR", "word"]);
        bad.extend(resp::encode_command(&["SET", "after", "1"]));
        let said = cli(&server, &["--pipe"], &bad);
        assert!(said.contains("errors: 1, replies: 2"), "{flavour:?}: {said}");
    }
}

#[test]
fn scan_finds_every_key() {
    for flavour in [Flavour::Valkey9, Flavour::Redloop] {
        let server = Server::start(flavour, &[]).unwrap();
        load(&server);
        let said = ask(&server, &["--scan"]);
        let mut keys: Vec<&str> = said.lines().collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), STRINGS + DATA.len(), "{flavour:?}");
        let said = ask(&server, &["--scan", "--pattern", "key:1?"]);
        assert_eq!(said.lines().count(), 10, "{flavour:?}: {said}");
    }
}

#[test]
fn bigkeys_finds_the_same() {
    let [theirs, ours] = [Flavour::Valkey9, Flavour::Redloop].map(|flavour| {
        let server = Server::start(flavour, &[]).unwrap();
        load(&server);
        summary(&ask(&server, &["--bigkeys"]))
    });
    assert_eq!(ours, theirs);
    let biggest = "Biggest string found '\"long\"' has 10000 bytes";
    assert!(ours.iter().any(|line| line == biggest), "{ours:?}");
}

#[test]
fn memkeys_finds_the_same_keys() {
    let [theirs, ours] = [Flavour::Valkey9, Flavour::Redloop].map(|flavour| {
        let server = Server::start(flavour, &[]).unwrap();
        load(&server);
        let said = summary(&ask(&server, &["--memkeys"]));
        // How many bytes a key takes is each server's own.
        let named = said.iter().filter(|line| line.starts_with("Biggest"));
        named.map(|line| line.split(" has ").next().unwrap_or_default().to_owned()).collect()
    });
    let ours: Vec<String> = ours;
    assert_eq!(ours, theirs);
    assert!(ours.len() >= 6, "{ours:?}");
}

#[test]
fn hotkeys_finds_what_is_used_most() {
    for flavour in [Flavour::Valkey9, Flavour::Redloop] {
        let server = Server::start(flavour, &[]).unwrap();
        ask(&server, &["CONFIG", "SET", "maxmemory-policy", "allkeys-lfu"]);
        load(&server);
        let mut gets = Vec::new();
        (0..3000).for_each(|_| gets.extend(resp::encode_command(&["GET", "key:77"])));
        cli(&server, &["--pipe"], &gets);
        let said = ask(&server, &["--hotkeys"]);
        let first = said.lines().find(|line| line.starts_with("hot key found")).unwrap_or_default();
        assert!(first.contains("key:77"), "{flavour:?}: {said}");
    }
}

/// The lines of the summary, without those that depend on time.
fn summary(said: &str) -> Vec<String> {
    let mut lines: Vec<String> = said
        .lines()
        .skip_while(|line| !line.contains("summary"))
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect();
    assert!(lines.len() > 8, "{said}");
    lines.sort_unstable();
    lines
}

fn load(server: &Server) -> String {
    let mut bytes = Vec::new();
    for line in DATA {
        let words: Vec<&str> = line.split(' ').collect();
        bytes.extend(resp::encode_command(&words));
    }
    for index in 0..STRINGS {
        bytes.extend(resp::encode_command(&["SET", &format!("key:{index}"), "value"]));
    }
    cli(server, &["--pipe"], &bytes)
}

fn ask(server: &Server, arguments: &[&str]) -> String {
    cli(server, arguments, b"")
}

/// What redis-cli prints, which must end well.
fn cli(server: &Server, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(tools::redis_cli().unwrap())
        .args(["-p", &server.address().port().to_string()])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() || arguments == ["--pipe"],
        "redis-cli {arguments:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}
