//! Keys that move between servers by MIGRATE: to and from real ones, refused, unanswered, and changed on the way.

use redloop_tests::{
    driver::{Driver, Flavour, TcpDriver, ask},
    render::{Order, render},
    resp, words,
};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    time::{Duration, Instant},
};

const CLIENT: &str = "a";

#[test]
fn keys_move_both_ways() {
    for other in [Flavour::Valkey9, Flavour::Redis7, Flavour::Redloop] {
        let (mut ours, mut theirs) = (start(Flavour::Redloop), start(other));
        say(&mut ours, "MSET text hello kept 1");
        say(&mut ours, "RPUSH list a b c");
        say(&mut ours, "ZADD z 1.5 m");
        say(&mut ours, "EXPIRE text 100");
        assert_eq!(say(&mut ours, &journey(&mut theirs, "text", 3, "")), "OK");
        assert_eq!(say(&mut ours, &journey(&mut theirs, "", 3, "KEYS list none z")), "OK");
        assert_eq!(say(&mut ours, &journey(&mut theirs, "kept", 3, "COPY")), "OK");
        assert_eq!(say(&mut ours, "KEYS *"), "1) \"kept\"");
        say(&mut theirs, "SELECT 3");
        assert_eq!(say(&mut theirs, "GET text"), "\"hello\"");
        let ttl = say(&mut theirs, "TTL text");
        assert!(ttl == "(integer) 100" || ttl.starts_with("(integer) 9"), "{ttl}");
        assert_eq!(say(&mut theirs, "LRANGE list 0 -1"), "1) \"a\"\n2) \"b\"\n3) \"c\"");
        assert_eq!(say(&mut theirs, "ZSCORE z m"), "\"1.5\"");
        // And back.
        say(&mut ours, "SELECT 2");
        assert_eq!(say(&mut theirs, &journey(&mut ours, "", 2, "KEYS list text")), "OK");
        assert_eq!(say(&mut ours, "LLEN list"), "(integer) 3");
        assert_eq!(say(&mut theirs, "EXISTS list text"), "(integer) 0");
    }
}

#[test]
fn what_the_other_server_refuses_stays() {
    let (mut ours, mut theirs) = (start(Flavour::Redloop), start(Flavour::Valkey9));
    say(&mut ours, "MSET a 1 b 2 c 3");
    say(&mut theirs, "SET b old");
    let busy =
        "(error) ERR Target instance replied with error: BUSYKEY Target key name already exists.";
    assert_eq!(say(&mut ours, &journey(&mut theirs, "", 0, "KEYS a b c")), busy);
    assert_eq!(say(&mut ours, "MGET a b c"), "1) (nil)\n2) \"2\"\n3) (nil)");
    assert_eq!(say(&mut ours, &journey(&mut theirs, "b", 0, "REPLACE")), "OK");
    assert_eq!(say(&mut theirs, "GET b"), "\"2\"");
    say(&mut ours, "SET d 4");
    let far = "(error) ERR Target instance replied with error: ERR DB index is out of range";
    assert_eq!(say(&mut ours, &journey(&mut theirs, "d", 99, "")), far);
    say(&mut theirs, "CONFIG SET requirepass secret");
    let closed = "(error) ERR Target instance replied with error: NOAUTH Authentication required.";
    assert_eq!(say(&mut ours, &journey(&mut theirs, "d", 0, "")), closed);
    let wrong = say(&mut ours, &journey(&mut theirs, "d", 0, "AUTH2 nobody secret"));
    assert!(wrong.contains("WRONGPASS"), "{wrong}");
    assert_eq!(say(&mut ours, "GET d"), "\"4\"");
    assert_eq!(say(&mut ours, &journey(&mut theirs, "d", 0, "AUTH secret")), "OK");
    say(&mut ours, "SET e 5");
    let auth = journey(&mut theirs, "e", 0, "AUTH2 default secret");
    assert_eq!(say(&mut ours, &auth), "OK");
    assert_eq!(say(&mut ours, "DBSIZE"), "(integer) 0");
}

#[test]
fn nobody_else_waits_and_what_changed_stays() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut ours = start(Flavour::Redloop);
    ours.connect("b").unwrap();
    say(&mut ours, "SET k v");
    let begun = Instant::now();
    let request = words::split(&format!("MIGRATE 127.0.0.1 {port} k 0 700")).unwrap();
    ours.send("a", &resp::encode_command(&request)).unwrap();
    // The other client is served at once, whatever the first one waits for.
    assert_eq!(say_as(&mut ours, "b", "APPEND k w"), "(integer) 2");
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    let late = heard(&mut ours, "a");
    assert_eq!(late, "(error) IOERR error or timeout reading to target instance");
    assert!(begun.elapsed() >= Duration::from_millis(650), "{:?}", begun.elapsed());
    assert_eq!(say(&mut ours, "GET k"), "\"vw\"");
    // It answers, but the key is another one by then.
    ours.send("a", &resp::encode_command(&request)).unwrap();
    // The journey before this one is still in the queue.
    let answer = || {
        let (mut stream, _) = silent.accept().unwrap();
        let mut bytes = [0; 4096];
        let _ = stream.read(&mut bytes).unwrap();
        stream.write_all(b"+OK\r\n+OK\r\n").map(|()| std::thread::sleep(Duration::from_millis(50)))
    };
    let _ = answer();
    assert_eq!(say_as(&mut ours, "b", "APPEND k x"), "(integer) 3");
    let _ = answer();
    assert_eq!(heard(&mut ours, "a"), "OK");
    assert_eq!(say(&mut ours, "GET k"), "\"vwx\"");
    // Nobody there at all.
    drop(silent);
    let refused = say(&mut ours, &format!("MIGRATE 127.0.0.1 {port} k 0 700"));
    assert_eq!(refused, "(error) IOERR error or timeout writing to target instance");
    assert_eq!(say(&mut ours, "MULTI"), "OK");
    say(&mut ours, &format!("MIGRATE 127.0.0.1 {port} k 0 700"));
    assert!(say(&mut ours, "EXEC").contains("outside of MULTI"));
}

fn journey(to: &mut TcpDriver, key: &str, db: u32, options: &str) -> String {
    let port = to.server().address().port();
    format!("MIGRATE 127.0.0.1 {port} \"{key}\" {db} 2000 {options}")
}

fn start(flavour: Flavour) -> TcpDriver {
    let mut driver = TcpDriver::start(flavour).unwrap();
    driver.connect(CLIENT).unwrap();
    driver
}

fn say(server: &mut dyn Driver, line: &str) -> String {
    say_as(server, CLIENT, line)
}

fn say_as(server: &mut dyn Driver, client: &str, line: &str) -> String {
    render(&ask(server, client, &words::split(line).unwrap()).unwrap(), Order::AsSent).join("\n")
}

/// The reply to what a client has sent.
fn heard(server: &mut dyn Driver, client: &str) -> String {
    let deadline = Instant::now() + server.patience();
    let mut bytes = Vec::new();
    loop {
        server.receive(client, &mut bytes).unwrap();
        if let Some((value, _)) = resp::decode(&bytes).unwrap() {
            return render(&value, Order::AsSent).join("\n");
        }
        assert!(Instant::now() < deadline, "no reply");
        std::thread::sleep(Duration::from_millis(5));
    }
}
