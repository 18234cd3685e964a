//! Ten thousand connections at once: whoever the limits admit is served, what each costs has a bound, and a second crowd
//! lives on what the first one left.
//!
//! Resident memory does not fall when a crowd goes: what a connection costs are small blocks, which the system's allocator
//! keeps for the next ones. So what is shown is that a second crowd needs no more than the first.

use crate::{Model, alone, await_alone, grown, info, start};
use redloop_tests::{
    crowd::Crowd,
    native::{Client, Native},
    resp::Value,
};
use std::time::Instant;

under_every_model!(ten_thousand_at_once_are_all_served;);

const COMING: usize = 10_000;
/// Threads that connect at the same time.
const THREADS: usize = 8;
/// Connections that may wait to be let in. With the usual 511 all are let in as well, but those that the system had no room
/// for try again only after a second.
const BACKLOG: &str = "4096";

/// Resident bytes of the server that a connection may cost, whose one command was small. Release builds need 1.4 KB
/// (`worker-pool`: 1.7 KB): the engine's session, the connection, its task, what the runtime keeps for the socket, and a
/// buffer each for input and replies. The rest is room for other allocators and page sizes. The kernel's own socket buffers
/// are not the server's memory.
const PER_CONNECTION_MAX: usize = 3 * 1024;
/// What a second crowd may cost beyond the first, of what the first one did: the allocator's blocks lie in other places.
const SECOND_CROWD_MAX: f64 = 1.25;

fn ten_thousand_at_once_are_all_served(model: Model) {
    let _alone = alone();
    let maxclients = (COMING + 1).to_string();
    let (server, _folder) = start(model, &["--maxclients", &maxclients, "--tcp-backlog", BACKLOG]);
    let mut client = server.client();
    assert_eq!(client.ask("PING"), "PONG");
    let before = server.resident_bytes();
    let first = come_and_go(&server, &mut client, before);
    assert!(first / COMING <= PER_CONNECTION_MAX, "{} bytes a connection", first / COMING);
    let second = come_and_go(&server, &mut client, before);
    assert!(
        second as f64 <= first as f64 * SECOND_CROWD_MAX,
        "a second crowd: {} bytes a connection",
        second / COMING
    );
}

/// Ten thousand come, are served, and leave; how much the server has grown while they were there.
fn come_and_go(server: &Native, client: &mut Client, before: u64) -> usize {
    let begin = Instant::now();
    let mut crowd = Crowd::connect(server.port(), COMING, THREADS);
    let connected = begin.elapsed();
    let pongs = crowd.ask(b"PING\r\n", |reply| *reply == Value::Simple(b"PONG".to_vec()));
    assert_eq!(pongs, COMING, "all are served");
    let served = begin.elapsed();
    let most = grown(server, before);
    assert_eq!(info(client, "connected_clients"), (COMING + 1).to_string());
    assert_eq!(info(client, "rejected_connections"), "0");
    assert_eq!(info(client, "accepts_refused_per_ip"), "0");
    drop(crowd);
    await_alone(client);
    println!(
        "connected in {connected:.1?}, served after {served:.1?}, {} bytes each, {} after they have gone",
        most / COMING,
        grown(server, before) / COMING
    );
    most
}
