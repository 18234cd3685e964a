//! Replies come in the order of their commands, whatever comes in between; who is slow or greedy delays others and starves
//! nobody; who says no more gets all they are owed; who vanishes leaves nothing behind.

use crate::{MIB, Model, await_alone, info, start, until};
use redloop_core::util::rng::Rng;
use redloop_tests::{
    native::{Client, Native},
    resp::Value,
};
use socket2::SockRef;
use std::{
    io::Write,
    net::Shutdown,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

under_every_model!(
    replies_and_pushes_keep_their_orders,
    a_slow_command_delays_and_starves_nobody,
    greedy_pipelines_starve_nobody,
    half_closed_clients_get_all_their_replies,
    info_counts_what_workers_read;
    vanished_clients_leave_nothing_behind,
);

/// All that clients sent was read by some worker, and INFO says by which.
fn info_counts_what_workers_read(model: Model) {
    const PINGS: usize = 100;
    let (server, _folder) = start(model, &[]);
    let mut clients: Vec<Client> = (0..6).map(|_| server.client()).collect();
    for client in &mut clients {
        (0..PINGS).for_each(|_| assert_eq!(client.ask("PING"), "PONG"));
    }
    let sent = clients.len() * PINGS * b"PING\r\n".len();
    let info = server.client().ask("INFO model");
    let read: usize =
        info.lines().filter_map(|line| line.split("bytes_in=").nth(1)?.parse::<usize>().ok()).sum();
    assert!(read >= sent, "{read} of {sent} bytes:\n{info}");
}

fn replies_and_pushes_keep_their_orders(model: Model) {
    const LISTENERS: usize = 4;
    const ECHOES: usize = 3000;
    const MESSAGES: usize = 500;
    let (server, _folder) = start(model, &[]);
    let listening: Vec<Client> = (0..LISTENERS)
        .map(|_| {
            let mut client = server.client();
            client.ask("HELLO 3");
            for channel in ["one", "two"] {
                client.send(&format!("SUBSCRIBE {channel}"));
                assert!(matches!(client.value(), Value::Push(_)));
            }
            client
        })
        .collect();
    thread::scope(|scope| {
        for (number, mut client) in listening.into_iter().enumerate() {
            scope.spawn(move || {
                let mut writer = client.socket().try_clone().unwrap();
                thread::spawn(move || {
                    for nth in 0..ECHOES {
                        writer.write_all(format!("ECHO {number}:{nth}\r\n").as_bytes()).unwrap();
                    }
                });
                in_order(&mut client, number, ECHOES, MESSAGES);
            });
        }
        for channel in ["one", "two"] {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.client();
                for nth in 0..MESSAGES {
                    let told = client.ask(&format!("PUBLISH {channel} {nth}"));
                    assert_eq!(told, LISTENERS.to_string());
                }
            });
        }
    });
    await_alone(&mut server.client());
}

/// Reads all replies and all messages of two channels; each kind must be in its order.
fn in_order(client: &mut Client, number: usize, echoes: usize, messages: usize) {
    let (mut echoed, mut heard) = (0, [0, 0]);
    while echoed < echoes || heard != [messages; 2] {
        match client.value() {
            Value::Push(parts) => {
                let [kind, channel, Value::Bulk(message)] = &parts[..] else {
                    panic!("{parts:?}");
                };
                assert_eq!(*kind, Value::Bulk(b"message".to_vec()));
                let next = &mut heard[usize::from(*channel == Value::Bulk(b"two".to_vec()))];
                assert_eq!(message, next.to_string().as_bytes());
                *next += 1;
            }
            reply => {
                assert_eq!(reply, Value::Bulk(format!("{number}:{echoed}").into_bytes()));
                echoed += 1;
            }
        }
    }
}

fn a_slow_command_delays_and_starves_nobody(model: Model) {
    const ELEMENTS: usize = 100_000;
    let (server, _folder) = start(model, &["--enable-debug-command", "local"]);
    let mut slow = server.client();
    for first in (0..ELEMENTS).step_by(1000) {
        // Backwards, so that there is something to sort.
        let numbers = (first..first + 1000).map(|number| (ELEMENTS - number).to_string());
        slow.ask(&format!("RPUSH l {}", numbers.collect::<Vec<_>>().join(" ")));
    }
    for command in ["DEBUG SLEEP 0.3", "SORT l"] {
        let mut others: Vec<Client> = (0..20).map(|_| server.client()).collect();
        let begin = Instant::now();
        slow.send(command);
        for (number, other) in others.iter_mut().enumerate() {
            other.write(format!("INCR n{number}\r\n").repeat(50).as_bytes()).unwrap();
        }
        for (number, other) in others.iter_mut().enumerate() {
            for nth in 1..=50 {
                assert_eq!(other.value(), Value::Integer(nth), "client {number}");
            }
        }
        println!("{command}: the others were served after {:.1?}", begin.elapsed());
        match slow.value() {
            Value::Simple(ok) => {
                assert_eq!(ok, b"OK");
                assert!(begin.elapsed() >= Duration::from_millis(300), "it slept");
            }
            Value::Array(sorted) => {
                assert_eq!(sorted.len(), ELEMENTS);
                assert_eq!(sorted[0], Value::Bulk(b"1".to_vec()));
                assert_eq!(sorted[ELEMENTS - 1], Value::Bulk(ELEMENTS.to_string().into_bytes()));
            }
            other => panic!("{other:?}"),
        }
        let names: Vec<_> = (0..20).map(|number| format!("n{number}")).collect();
        assert_eq!(slow.ask(&format!("DEL {}", names.join(" "))), "20");
    }
}

fn greedy_pipelines_starve_nobody(model: Model) {
    const GREEDY: usize = 3;
    const ROUNDS: usize = 200;
    let (server, _folder) = start(model, &[]);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let greedy: Vec<_> = (0..GREEDY)
            .map(|_| {
                let (server, over) = (&server, &over);
                scope.spawn(move || {
                    let mut client = server.client();
                    let mut rounds = 0;
                    while !over.load(Ordering::Relaxed) {
                        client.write(&b"INCR greedy\r\n".repeat(1000)).unwrap();
                        (0..1000).for_each(|_| drop(client.value()));
                        rounds += 1;
                    }
                    rounds
                })
            })
            .collect();
        let mut modest = server.client();
        for nth in 1..=ROUNDS {
            assert_eq!(modest.ask("INCR modest"), nth.to_string());
        }
        // They too: the loop goes on until each of them was served.
        until("the greedy are served", || modest.ask("GET greedy").parse::<usize>().is_ok());
        over.store(true, Ordering::Relaxed);
        for thread in greedy {
            assert!(thread.join().unwrap() > 0);
        }
    });
}

fn half_closed_clients_get_all_their_replies(model: Model) {
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB))), "OK");
    let big = format!("${MIB}\r\n{}\r\n", "x".repeat(MIB)).into_bytes();

    // More replies than sockets hold, of requests that come with the end of the connection.
    for round in 0..5 {
        // It reads nothing for a while: the server is stuck in the middle of it.
        let pause = Duration::from_millis(20 * round);
        let owed = half_closed(&server, &b"GET big\r\n".repeat(60), pause);
        assert_eq!(owed.len(), big.len() * 60, "round {round}");
        assert!(owed.chunks(big.len()).all(|reply| reply == big), "round {round}");
    }
    // More requests than are read at once.
    let owed = half_closed(&server, &b"INCR n\r\n".repeat(200_000), Duration::ZERO);
    let expected: Vec<u8> = (1..=200_000).flat_map(|n| format!(":{n}\r\n").into_bytes()).collect();
    assert!(owed == expected, "{} of {} bytes", owed.len(), expected.len());
    // Small, large, small; and what is not whole gets no reply.
    let mixed = b"PING\r\nGET big\r\nMULTI\r\nGET big\r\nGET big\r\nEXEC\r\nPING\r\n*2\r\n$3\r\nGET\r\n$9\r\nbi";
    let owed = half_closed(&server, mixed, Duration::ZERO);
    let exec = [b"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n", &big[..], &big[..]].concat();
    assert!(owed == [b"+PONG\r\n", &big[..], &exec[..], b"+PONG\r\n"].concat());
    // Who waits, or listens, hears no more.
    for (request, owed) in [
        ("PING\r\nBLPOP nothing 0\r\n", "+PONG\r\n"),
        ("SUBSCRIBE news\r\n", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n"),
        ("", ""),
    ] {
        let told = half_closed(&server, request.as_bytes(), Duration::ZERO);
        assert_eq!(String::from_utf8_lossy(&told), owed, "{request:?}");
    }
    await_alone(&mut other);
    assert_eq!(info(&mut other, "blocked_clients"), "0");
}

/// Sends `requests` and no more, and waits for `pause`; all that comes then, until the server closes.
fn half_closed(server: &Native, requests: &[u8], pause: Duration) -> Vec<u8> {
    let client = server.client();
    let mut writer = client.socket().try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            writer.write_all(requests).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        thread::sleep(pause);
        client.rest()
    })
}

fn vanished_clients_leave_nothing_behind(model: Model) {
    const THREADS: u64 = 6;
    const ROUNDS: usize = 80;
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    assert_eq!(other.ask(&format!("SET big {}", "x".repeat(MIB / 2))), "OK");
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let server = &server;
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                (0..ROUNDS).for_each(|_| vanish(server, &mut rng));
            });
        }
        for _ in 0..50 {
            assert_eq!(other.ask("PING"), "PONG");
            thread::sleep(Duration::from_millis(2));
        }
    });
    await_alone(&mut other);
    for gauge in ["blocked_clients", "pubsub_channels", "pubsub_patterns", "watching_clients"] {
        assert_eq!(info(&mut other, gauge), "0", "{gauge}");
    }
    if model.contains(&"worker-pool") {
        assert_eq!(info(&mut other, "queue_depth"), "0");
    }
    let list = other.ask("CLIENT LIST");
    assert_eq!(list.lines().count(), 1, "{list}");
}

/// Connects, begins something, and vanishes in the middle of it.
fn vanish(server: &Native, rng: &mut Rng) {
    let mut client = server.client();
    for _ in 0..=rng.below(3) {
        let begun: Vec<u8> = match rng.below(11) {
            0 => b"INCR n\r\n".repeat(1 + rng.below(5000) as usize),
            1 => b"GET big\r\n".repeat(1 + rng.below(20) as usize),
            2 => b"MULTI\r\nSET a 1\r\n".to_vec(),
            3 => b"WATCH a b\r\n".to_vec(),
            4 => b"BLPOP nothing 0\r\n".to_vec(),
            5 => b"BLPOP nothing nowhere 1\r\n".to_vec(),
            6 => b"SUBSCRIBE c\r\n".to_vec(),
            7 => b"PSUBSCRIBE c*\r\n".to_vec(),
            8 => b"MONITOR\r\n".to_vec(),
            9 => b"*2\r\n$3\r\nGET\r\n$1000000\r\nx".to_vec(),
            _ => b"PUBLISH c message\r\n".repeat(100),
        };
        // The server may have closed it: nonsense follows a request that is not whole, and what waits may be too much.
        client.socket().set_write_timeout(Some(Duration::from_millis(50))).unwrap();
        let _ = client.write(&begun);
    }
    match rng.below(4) {
        // With all that is under way.
        0 => SockRef::from(client.socket()).set_linger(Some(Duration::ZERO)).unwrap(),
        1 => client.socket().shutdown(Shutdown::Write).unwrap_or(()),
        2 => thread::sleep(Duration::from_millis(rng.below(5))),
        _ => {}
    }
}
