//! Client libraries people use, against the native server: redis-py, ioredis, node-redis.
//!
//! The programs in `tests/clients` take a port and end with 0. They also run against Valkey, so that a failure here
//! is ours and not theirs.

use redloop_tests::{
    driver::{Flavour, Server},
    tools,
};
use std::{path::PathBuf, process::Command};

#[test]
fn redis_py() {
    run(&tools::python().unwrap(), "redis_py.py");
}

#[test]
fn ioredis() {
    run(&node(), "ioredis.mjs");
}

#[test]
fn node_redis() {
    run(&node(), "node_redis.mjs");
}

fn run(program: &PathBuf, script: &str) {
    let folder = tools::root().join("tests/clients");
    for flavour in [Flavour::Valkey9, Flavour::Redloop] {
        let server = Server::start(flavour, &[]).unwrap();
        let output = Command::new(program)
            .arg(folder.join(script))
            .arg(server.address().port().to_string())
            .output()
            .unwrap_or_else(|error| {
                panic!("{}: {error}: run `cargo xtask setup`", program.display())
            });
        assert!(
            output.status.success(),
            "{script} on {flavour:?}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn node() -> PathBuf {
    let installed = tools::root().join("tests/clients/node_modules/ioredis");
    assert!(installed.is_dir(), "{} is missing: run `cargo xtask setup`", installed.display());
    PathBuf::from("node")
}
