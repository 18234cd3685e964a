//! Who is let in, and how fast: connections that come in a crowd wait and are served, those that are too many are told so
//! and closed.

use crate::{Model, info, start, until};
use redloop_tests::{
    crowd::{Crowd, connect_from},
    native::{Client, Native},
    resp::Value,
};
use std::{
    io::{ErrorKind, Read},
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

under_every_model!(
    a_crowd_comes_in_at_the_accept_rate,
    an_address_has_so_many_connections,
    one_client_too_many_is_told;
);

fn a_crowd_comes_in_at_the_accept_rate(model: Model) {
    const RATE: usize = 50;
    const COMING: usize = 100;
    // A tenth of a second's connections may come together after a quiet time.
    const TOGETHER: usize = RATE / 10;
    let (server, _folder) = start(model, &["--accept-rate", &RATE.to_string()]);
    let begin = Instant::now();
    let mut crowd = Crowd::connect(server.port(), COMING, 4);
    assert_eq!(crowd.ask(b"PING\r\n", is_pong), COMING, "all are served");
    let least = Duration::from_millis(((COMING - TOGETHER) * 1000 / RATE) as u64);
    // The clocks of two processes may differ by their resolution.
    let tolerance = Duration::from_millis(20);
    assert!(begin.elapsed() + tolerance >= least, "{:?}, not {least:?}", begin.elapsed());
    let mut client = server.client();
    assert_eq!(info(&mut client, "rejected_connections"), "0");
    assert_eq!(info(&mut client, "accepts_refused_per_ip"), "0");
    let throttled: usize = info(&mut client, "accepts_throttled").parse().unwrap();
    assert!((1..=COMING + 1).contains(&throttled), "{throttled} had to wait");

    assert_eq!(client.ask("CONFIG SET accept-rate 0"), "OK");
    let mut freely = Crowd::connect(server.port(), COMING, 4);
    assert_eq!(freely.ask(b"PING\r\n", is_pong), COMING);
    assert_eq!(info(&mut client, "accepts_throttled"), throttled.to_string(), "nobody waits now");
    assert_eq!(crowd.ask(b"PING\r\n", is_pong), COMING, "the others are still here");
}

fn is_pong(reply: &Value) -> bool {
    *reply == Value::Simple(b"PONG".to_vec())
}

fn an_address_has_so_many_connections(model: Model) {
    const TOO_MANY: &[u8] = b"-ERR max number of connections per address reached\r\n";
    const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
    let (server, _folder) = start(model, &["--max-connections-per-ip", "3"]);
    let mut here: Vec<Client> = (0..3).map(|_| served(&server)).collect();
    assert_eq!(server.client().rest(), TOO_MANY);
    let mut elsewhere = connect_from(OTHER, server.port()).unwrap();
    assert_eq!(ping(&mut elsewhere), "+PONG\r\n");
    assert_eq!(server.client().rest(), TOO_MANY, "it was not this address that got another one");

    // One leaves, and lets one in.
    drop(here.pop());
    until("there is room", || info(&mut here[0], "connected_clients") == "3");
    until("there is room for one", || {
        here.extend(attempt(&server));
        here.len() == 3
    });
    assert_eq!(server.client().rest(), TOO_MANY);

    // More by CONFIG SET; fewer close nobody, but nobody comes until there is room.
    assert_eq!(here[0].ask("CONFIG SET max-connections-per-ip 4"), "OK");
    here.push(served(&server));
    assert_eq!(server.client().rest(), TOO_MANY);
    assert_eq!(here[0].ask("CONFIG SET max-connections-per-ip 1"), "OK");
    assert_eq!(server.client().rest(), TOO_MANY);
    for client in &mut here {
        assert_eq!(client.ask("PING"), "PONG");
    }
    assert_eq!(here[0].ask("CONFIG SET max-connections-per-ip 0"), "OK");
    here.extend((0..10).map(|_| served(&server)));
    let refused: usize = info(&mut here[0], "accepts_refused_per_ip").parse().unwrap();
    assert!(refused >= 5, "{refused}");
    assert_eq!(info(&mut here[0], "rejected_connections"), "0", "that is for maxclients");
}

fn ping(socket: &mut std::net::TcpStream) -> String {
    use std::io::Write;
    socket.write_all(b"PING\r\n").unwrap();
    let mut reply = [0; 7];
    socket.read_exact(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

/// A client that was let in.
fn served(server: &Native) -> Client {
    let mut client = server.client();
    assert_eq!(client.ask("PING"), "PONG");
    client
}

/// A client, if it is let in.
fn attempt(server: &Native) -> Option<Client> {
    let client = Client::tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port())));
    let mut socket = client.socket();
    socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let mut reply = [0; 64];
    // Who is let in hears nothing until they ask.
    let silent = match socket.read(&mut reply) {
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        Ok(_) => false,
    };
    socket.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    silent.then_some(client)
}

fn one_client_too_many_is_told(model: Model) {
    const TOO_MANY: &[u8] = b"-ERR max number of clients reached\r\n";
    let (server, _folder) = start(model, &["--maxclients", "3"]);
    let mut here: Vec<Client> = (0..3).map(|_| served(&server)).collect();
    for _ in 0..20 {
        assert_eq!(server.client().rest(), TOO_MANY);
    }
    assert_eq!(info(&mut here[0], "rejected_connections"), "20");
    drop(here.pop());
    until("there is room", || info(&mut here[0], "connected_clients") == "2");
    here.push(served(&server));
    assert_eq!(server.client().rest(), TOO_MANY);
    until("the last is gone", || info(&mut here[0], "connected_clients") == "3");
    assert_eq!(here[0].ask("CONFIG SET maxclients 4"), "OK");
    here.push(served(&server));
    assert_eq!(server.client().rest(), TOO_MANY);
}
