//! The renderer against the real redis-cli, as it prints on a terminal (`--no-raw`).
//!
//! A Redis 7.0 is asked the same question twice: by a socket whose replies are rendered here, and by redis-cli.
//! Left out: what the renderer shows differently on purpose (messages out of band, verbatim strings, big numbers).

use redloop_tests::{
    driver::{Flavour, Server},
    render::{Order, render},
    resp, tools, words,
};
use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
};

const PREPARED: &[&str] = &[
    r#"SET k "a\x00\x01\n\r\t\a\b\"\\é\x7f\xff""#,
    "RPUSH l 1 2 3 4 5 6 7 8 9 10 11",
    "HSET h f v g w",
    "SADD s m",
    "ZADD z 1.5 a 2 b",
];

const ASKED: &[&str] = &[
    "PING",
    "GET nokey",
    "GET k",
    "STRLEN k",
    "NOSUCH a b",
    "LRANGE l 0 -1",
    "LRANGE l 0 2",
    "LRANGE nokey 0 -1",
    "HGETALL h",
    "HGETALL nokey",
    "SMEMBERS s",
    "SMEMBERS nokey",
    "ZRANGE z 0 -1 WITHSCORES",
    "ZSCORE z a",
    "COMMAND INFO get lmove",
    "COMMAND DOCS set",
    "COMMAND GETKEYSANDFLAGS LMOVE a b LEFT RIGHT",
    "DEBUG PROTOCOL map",
    "DEBUG PROTOCOL set",
    "DEBUG PROTOCOL double",
    "DEBUG PROTOCOL true",
    "DEBUG PROTOCOL false",
    "DEBUG PROTOCOL null",
    "DEBUG PROTOCOL array",
    "CONFIG GET maxmemory*",
    "TYPE l",
    "SCAN 0 COUNT 1000 MATCH l",
    "EVAL 'redis.setresp(3); return {map={a={1}, b={}, c={1,2}, d={map={x=1}}, e={map={x=1,y={2,3}}}}}' 0",
    "EVAL 'return {1, {2, {3, 4}}, {}}' 0",
];

#[test]
fn renders_as_redis_cli_does() {
    for protocol in ["2", "3"] {
        let server = Server::start(Flavour::Redis7, &[]).unwrap();
        let mut socket = TcpStream::connect(server.address()).unwrap();
        ask(&mut socket, &format!("HELLO {protocol}"));
        for command in PREPARED {
            ask(&mut socket, command);
        }
        for command in ASKED {
            let ours = render(&ask(&mut socket, command), Order::AsSent);
            assert_eq!(ours, redis_cli(&server, protocol, command), "RESP{protocol}: {command}");
        }
    }
}

fn ask(socket: &mut TcpStream, command: &str) -> resp::Value {
    socket.write_all(&resp::encode_command(&words::split(command).unwrap())).unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((value, _)) = resp::decode(&bytes).unwrap() {
            return value;
        }
        let length = socket.read(&mut buffer).unwrap();
        assert!(length > 0, "the server hung up");
        bytes.extend_from_slice(&buffer[..length]);
    }
}

fn redis_cli(server: &Server, protocol: &str, command: &str) -> Vec<String> {
    let output = Command::new(tools::redis_cli().unwrap())
        .arg(format!("-{protocol}"))
        .args(["-p", &server.address().port().to_string(), "--no-raw", "--quoted-input"])
        .args(words::split(command).unwrap().iter().map(|word| words::escape(word)))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end().to_owned()).collect()
}
