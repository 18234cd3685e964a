//! Heavy reads on the native server: with `--offload yes` others are served while one runs, under every model; without,
//! nobody is. What is observed is an order of things, never how long they took.
#![cfg(target_os = "linux")]

use redloop_tests::{
    native::{Client, Native},
    resp::encode_command,
    words,
};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const MODELS: [&str; 3] = ["event-loop", "task-per-connection", "worker-pool"];
/// Enough numbers to keep a helper busy for many rounds of questions.
const NUMBERS: usize = 400_000;

fn start(model: &str, arguments: &[&str]) -> (Native, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["--model", model, "--workers", "2"], arguments].concat();
    (Native::start(folder.path(), &arguments).unwrap(), folder)
}

fn fill(client: &mut Client) {
    let numbers: Vec<_> = (0..NUMBERS).map(|n| (n * 7919 % NUMBERS).to_string()).collect();
    for some in numbers.chunks(20_000) {
        client.ask(&format!("RPUSH list {}", some.join(" ")));
    }
}

/// Whether another client saw the moment at which the sort had started and what its client sends behind it had not.
fn others_are_served_meanwhile(server: &Native) -> bool {
    let (mut sorting, mut other) = (server.client(), server.client());
    fill(&mut other);
    // In one piece: without helpers nothing comes in between.
    let both = ["SORT_RO list LIMIT 0 2", "SET flag done"];
    let both: Vec<u8> =
        both.iter().flat_map(|line| encode_command(&words::split(line).unwrap())).collect();
    sorting.write(&both).unwrap();
    let mut seen = false;
    loop {
        // Within a transaction: one instant.
        other.ask("MULTI");
        other.ask("INFO commandstats");
        other.ask("GET flag");
        let instant = other.ask("EXEC");
        if instant.ends_with("done") {
            break;
        }
        seen |= instant.contains("cmdstat_sort_ro:calls=1");
    }
    assert_eq!(sorting.reply(), "0 1");
    assert_eq!(sorting.reply(), "OK");
    seen
}

fn info(client: &mut Client, name: &str) -> Option<u64> {
    let info = client.ask("INFO model");
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.parse().ok()
}

#[test]
fn with_helpers_others_are_served_while_a_command_runs() {
    for model in MODELS {
        let (server, _folder) = start(model, &["--offload", "yes"]);
        assert!(others_are_served_meanwhile(&server), "{model}");
        let mut client = server.client();
        assert_eq!(info(&mut client, "offloaded_jobs"), Some(1), "{model}");
        assert!(info(&mut client, "offload_queue_max") >= Some(1), "{model}");
    }
}

#[test]
fn without_helpers_nobody_is() {
    for model in MODELS {
        let (server, _folder) = start(model, &["--offload", "no"]);
        assert!(!others_are_served_meanwhile(&server), "{model}");
        assert_eq!(info(&mut server.client(), "offloaded_jobs"), Some(0), "{model}");
    }
}

#[test]
fn a_write_waits_for_the_command_that_reads_what_it_changes() {
    for model in MODELS {
        let (server, _folder) = start(model, &["--offload", "yes"]);
        let (mut reader, mut writer) = (server.client(), server.client());
        fill(&mut reader);
        reader.send("SORT_RO list LIMIT 0 2");
        while info(&mut writer, "offloaded_jobs") == Some(0) {}
        // If the sort is done already, on a machine that forgot this thread, the write need not wait.
        assert_eq!(writer.ask("RPUSH list -1"), (NUMBERS + 1).to_string(), "{model}");
        assert_eq!(reader.reply(), "0 1", "{model}");
        assert_eq!(reader.ask("SORT_RO list LIMIT 0 2"), "-1 0", "{model}");
    }
}

#[test]
fn a_crowd_that_no_queue_holds_is_answered() {
    const CLIENTS: usize = 300;
    for model in MODELS {
        let (server, _folder) = start(model, &["--offload", "yes", "--offload-threshold", "1"]);
        let mut first = server.client();
        let members: Vec<_> = (0..2000).map(|number| format!("m{number}")).collect();
        first.ask(&format!("SADD set {}", members.join(" ")));
        let expected = first.ask("SMEMBERS set");
        let mut clients: Vec<_> = (0..CLIENTS).map(|_| server.client()).collect();
        for client in &mut clients {
            client.send("SMEMBERS set");
            client.send("PING");
        }
        for client in &mut clients {
            assert_eq!(client.reply(), expected, "{model}");
            assert_eq!(client.reply(), "PONG", "{model}");
        }
        assert_eq!(info(&mut first, "offloaded_jobs"), Some(CLIENTS as u64 + 1), "{model}");
        assert!(info(&mut first, "offload_queue_max") <= info(&mut first, "offload_queue_limit"));
        assert_eq!(info(&mut first, "offload_queue"), Some(0), "{model}");
    }
}

#[test]
fn who_hangs_up_meanwhile_harms_nobody() {
    for model in MODELS {
        let (server, _folder) = start(model, &["--offload", "yes"]);
        let mut client = server.client();
        fill(&mut client);
        client.send("SORT list");
        drop(client);
        let mut other = server.client();
        while info(&mut other, "offloaded_jobs") == Some(0) {}
        assert_eq!(other.ask("RPUSH list 1"), (NUMBERS + 1).to_string(), "{model}");
        assert_eq!(info(&mut other, "offloaded_jobs_out"), Some(0), "{model}");
    }
}

#[test]
fn a_threshold_without_helpers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.conf"), "offload-threshold 10\n").unwrap();
    for arguments in [&["--offload-threshold", "10"][..], &["a.conf"]] {
        assert!(refused(folder.path(), arguments).contains("Start the server with --offload yes"));
    }
    let (server, _folder) = start("event-loop", &["--offload", "no"]);
    let mut client = server.client();
    assert_eq!(client.ask("CONFIG GET offload-threshold"), "offload-threshold 0");
    let said = client.ask("CONFIG SET offload-threshold 10");
    assert!(said.contains("Start the server with --offload yes"), "{said}");
    let (server, _folder) = start("event-loop", &["--offload", "yes"]);
    let mut client = server.client();
    assert_eq!(client.ask("CONFIG SET offload-threshold 10"), "OK");
    assert_eq!(client.ask("CONFIG GET offload-threshold"), "offload-threshold 10");
    assert_eq!(client.ask("CONFIG SET offload-threshold 0"), "OK");
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let program = redloop_tests::tools::redloop().unwrap();
    let output =
        Command::new(program).args(arguments).args(["--port", "0"]).current_dir(folder).output();
    let output = output.unwrap();
    assert!(!output.status.success(), "{arguments:?} started");
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}
