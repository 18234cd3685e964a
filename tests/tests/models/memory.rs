//! Memory has bounds whatever clients do: not reading, sending without end, being many with much.
//!
//! Each bound stands here with what it is made of. They are the same for every model but for the batches of `worker-pool`.

use crate::{MIB, Model, alone, await_alone, grown, info, start, until};
use redloop_tests::{
    crowd::Crowd,
    native::{Client, Native},
    resp::Value,
};
use std::{
    io::ErrorKind,
    thread,
    time::{Duration, Instant},
};

under_every_model!(
    slow_readers_are_bounded,
    a_million_commands_without_reading_are_bounded,
    half_sent_requests_are_bounded,
    a_stuck_subscriber_is_bounded,
    idle_clients_give_their_buffers_back,
);

fn slow_readers_are_bounded(model: Model) {
    let _alone = alone();
    const READERS: usize = 10;
    const ASKED: usize = 200;
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let before = server.resident_bytes();
    let mut readers: Vec<Client> = (0..READERS).map(|_| server.client()).collect();
    for reader in &mut readers {
        reader.write(&b"GET big\r\n".repeat(ASKED)).unwrap();
    }
    for _ in 0..50 {
        assert_eq!(other.ask("PING"), "PONG");
        thread::sleep(Duration::from_millis(10));
    }
    let most = grown(&server, before);
    println!("{model:?} slow readers {} MiB", most as f64 / MIB as f64);
    for reader in &mut readers {
        for _ in 0..ASKED {
            assert_eq!(reader.reply().len(), MIB);
        }
    }
    println!("   after {} MiB", grown(&server, before) as f64 / MIB as f64);
}

fn a_million_commands_without_reading_are_bounded(model: Model) {
    let _alone = alone();
    const COMMANDS: usize = 1_000_000;
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    let before = server.resident_bytes();
    let mut lazy = server.client();
    let batch = b"INCR n\r\n".repeat(1000);
    let whole = COMMANDS * 8;
    let mut sent = 0;
    lazy.socket().set_nonblocking(true).unwrap();
    let mut quiet = Instant::now();
    while sent < whole && quiet.elapsed() < Duration::from_millis(300) {
        match lazy.write_some(&batch[sent % batch.len()..]) {
            Ok(more) => {
                sent += more;
                quiet = Instant::now();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(2))
            }
            Err(error) => panic!("{error}"),
        }
    }
    println!(
        "{model:?} lazy: sent {sent} of {whole}, {} MiB",
        grown(&server, before) as f64 / MIB as f64
    );
    lazy.socket().set_nonblocking(false).unwrap();
    let mut writer = lazy.socket().try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            use std::io::Write;
            let mut sent = sent;
            while sent < whole {
                sent += writer.write(&batch[sent % batch.len()..]).unwrap();
            }
        });
        for nth in 1..=COMMANDS {
            assert_eq!(lazy.value(), Value::Integer(nth as i64));
        }
    });
    println!("   after {} MiB", grown(&server, before) as f64 / MIB as f64);
    assert_eq!(other.ask("GET n"), COMMANDS.to_string());
}

fn half_sent_requests_are_bounded(model: Model) {
    let _alone = alone();
    let (server, _folder) = start(model, &["--client-query-buffer-limit", "4mb"]);
    let mut other = server.client();
    let before = server.resident_bytes();
    let mut halves: Vec<Client> = (0..20)
        .map(|_| {
            let mut client = server.client();
            client.write(b"*2\r\n$3\r\nGET\r\n$500000000\r\n").unwrap();
            client.write(&vec![b'x'; 3 * MIB]).unwrap();
            client
        })
        .collect();
    for _ in 0..30 {
        assert_eq!(other.ask("PING"), "PONG");
        thread::sleep(Duration::from_millis(10));
    }
    println!("{model:?} halves {} MiB", grown(&server, before) as f64 / MIB as f64);
    for half in &mut halves {
        let part = vec![b'x'; MIB];
        let failed = (0..100).find_map(|_| half.write(&part).err());
        assert!(failed.is_some());
    }
    drop(halves);
    await_alone(&mut other);
    println!("   after {} MiB", grown(&server, before) as f64 / MIB as f64);
}

fn a_stuck_subscriber_is_bounded(model: Model) {
    let _alone = alone();
    let (server, _folder) =
        start(model, &["--client-output-buffer-limit", "pubsub", "8mb", "0", "0"]);
    let mut other = server.client();
    let before = server.resident_bytes();
    let mut stuck: Vec<Client> = (0..5).map(|_| server.client()).collect();
    for client in &mut stuck {
        assert_eq!(client.ask("SUBSCRIBE news"), "subscribe news 1");
    }
    let message = "x".repeat(MIB / 4);
    let mut most = 0;
    let mut n = 0;
    until("closed", || {
        let gone = other.ask(&format!("PUBLISH news {message}")) == "0";
        most = most.max(grown(&server, before));
        n += 1;
        gone
    });
    await_alone(&mut other);
    println!("{model:?} stuck {n} {} MiB", most as f64 / MIB as f64);
    println!("   after {} MiB", grown(&server, before) as f64 / MIB as f64);
}

fn idle_clients_give_their_buffers_back(model: Model) {
    let _alone = alone();
    const CLIENTS: usize = 200;
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let before = server.resident_bytes();
    let mut crowd = Crowd::connect(server.port(), CLIENTS, 4);
    let ok = |reply: &Value| *reply == Value::Simple(b"OK".to_vec());
    let big = |reply: &Value| matches!(reply, Value::Bulk(bytes) if bytes.len() == MIB);
    assert_eq!(crowd.ask(b"PING\r\n", |_| true), CLIENTS);
    println!("{model:?} idle {} KiB each", grown(&server, before) / CLIENTS / 1024);
    for round in 0..3 {
        let pipeline = [b"SET other ".to_vec(), vec![b'y'; MIB], b"\r\n".to_vec()].concat();
        let request = redloop_tests::resp::encode_command(&[
            b"SET".to_vec(),
            b"other".to_vec(),
            vec![b'y'; MIB],
        ]);
        let _ = pipeline;
        assert_eq!(crowd.ask(&request, ok), CLIENTS);
        println!("   after set {} KiB each", grown(&server, before) / CLIENTS / 1024);
        assert_eq!(crowd.ask(b"GET big\r\n", big), CLIENTS);
        println!("   after get {} KiB each", grown(&server, before) / CLIENTS / 1024);
        thread::sleep(Duration::from_millis(500));
        let list = other.ask("CLIENT LIST");
        println!(
            "   {round} later {} KiB each {}",
            grown(&server, before) / CLIENTS / 1024,
            list.lines().nth(100).unwrap()
        );
    }
    println!("{}", info(&mut other, "connected_clients"));
}
