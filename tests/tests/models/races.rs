//! Many clients change the same keys. What the engine promises to be whole is: counters lose nothing, transactions with
//! WATCH lose nothing, every element is handed out once and in line. What it does not promise is only counted.

use crate::{Model, await_alone, info, start, until};
use redloop_tests::native::{Client, Native};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc,
    thread,
    time::Duration,
};

under_every_model!(
    incr_loses_nothing,
    watch_with_retries_loses_nothing,
    get_and_set_do_what_they_do,
    waiting_clients_are_served_in_line,
    racing_clients_share_a_queue;
);

const CLIENTS: usize = 8;

/// Has eight clients do the same at the same time; what each of them came to.
fn together<T: Send>(server: &Native, work: impl Fn(&mut Client, usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..CLIENTS)
            .map(|number| scope.spawn(move || work(&mut server.client(), number)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn incr_loses_nothing(model: Model) {
    const BATCHES: usize = 100;
    const BATCH: usize = 20;
    let (server, _folder) = start(model, &[]);
    let seen = together(&server, |client, _| {
        let mut seen = Vec::new();
        for _ in 0..BATCHES {
            client.write(&b"INCR n\r\n".repeat(BATCH)).unwrap();
            seen.extend((0..BATCH).map(|_| client.reply().parse::<usize>().unwrap()));
        }
        seen
    });
    let total = CLIENTS * BATCHES * BATCH;
    for own in &seen {
        assert!(own.is_sorted(), "a client's counter went back");
    }
    let all: BTreeSet<usize> = seen.into_iter().flatten().collect();
    assert_eq!(all, (1..=total).collect(), "every number once");
    assert_eq!(server.client().ask("GET n"), total.to_string());
}

fn watch_with_retries_loses_nothing(model: Model) {
    const ROUNDS: usize = 60;
    let (server, _folder) = start(model, &[]);
    let retries: usize = together(&server, |client, _| {
        let mut retries = 0;
        for _ in 0..ROUNDS {
            loop {
                assert_eq!(client.ask("WATCH n"), "OK");
                let before = client.ask("GET n").parse().unwrap_or(0);
                assert_eq!(client.ask("MULTI"), "OK");
                assert_eq!(client.ask(&format!("SET n {}", before + 1)), "QUEUED");
                match client.ask("EXEC").as_str() {
                    "OK" => break,
                    "nil" => retries += 1,
                    other => panic!("{other}"),
                }
            }
        }
        retries
    })
    .into_iter()
    .sum();
    println!("{retries} retries for {} updates", CLIENTS * ROUNDS);
    assert_eq!(server.client().ask("GET n"), (CLIENTS * ROUNDS).to_string());
}

/// Reading and then writing is two commands: others come in between, under every model. That is the client's affair; the
/// value is still one that a client has written.
fn get_and_set_do_what_they_do(model: Model) {
    const ROUNDS: usize = 200;
    let (server, _folder) = start(model, &[]);
    together(&server, |client, _| {
        for _ in 0..ROUNDS {
            let before: usize = client.ask("GET n").parse().unwrap_or(0);
            assert_eq!(client.ask(&format!("SET n {}", before + 1)), "OK");
        }
    });
    let total = CLIENTS * ROUNDS;
    let came_to: usize = server.client().ask("GET n").parse().unwrap();
    println!("{} of {total} updates lost", total - came_to);
    // A client's own last round added to something that at least its first read.
    assert!((1..=total).contains(&came_to), "{came_to}");
}

fn waiting_clients_are_served_in_line(model: Model) {
    const WAITING: usize = 30;
    let (server, _folder) = start(model, &[]);
    let mut other = server.client();
    let mut waiting = Vec::new();
    for number in 0..WAITING {
        let mut client = server.client();
        client.send("BLPOP jobs 0");
        // The next comes when this one stands in line.
        until("it waits", || info(&mut other, "blocked_clients") == (number + 1).to_string());
        waiting.push(client);
    }
    // One by one, several at once, and from several clients in one pipeline.
    for number in 0..WAITING / 3 {
        assert_eq!(other.ask(&format!("RPUSH jobs {number}")), "1");
    }
    let names: Vec<_> = (WAITING / 3..WAITING / 2).map(|number| number.to_string()).collect();
    assert_eq!(other.ask(&format!("RPUSH jobs {}", names.join(" "))), names.len().to_string());
    let rest = WAITING / 2..WAITING;
    let pushes: String = rest.clone().map(|number| format!("RPUSH jobs {number}\r\n")).collect();
    other.write(pushes.as_bytes()).unwrap();
    for _ in rest {
        assert_eq!(other.reply(), "1");
    }
    for (number, client) in waiting.iter_mut().enumerate() {
        assert_eq!(client.reply(), format!("jobs {number}"), "in line");
    }
    assert_eq!(other.ask("EXISTS jobs"), "0");
    drop(waiting);
    await_alone(&mut other);
}

fn racing_clients_share_a_queue(model: Model) {
    const ELEMENTS: usize = 4000;
    let (server, _folder) = start(model, &[]);
    let (sender, taken) = mpsc::channel();
    thread::scope(|scope| {
        for worker in 0..CLIENTS {
            let (server, sender) = (&server, sender.clone());
            scope.spawn(move || {
                let mut client = server.client();
                loop {
                    let element = client.ask("BLPOP jobs 0");
                    if element == "jobs end" {
                        break;
                    }
                    sender.send((worker, element)).unwrap();
                }
            });
        }
        let mut pusher = server.client();
        for first in (0..ELEMENTS).step_by(50) {
            let batch = (first..first + 50).map(|number| format!("RPUSH jobs {number}\r\n"));
            pusher.write(batch.collect::<String>().as_bytes()).unwrap();
            (0..50).for_each(|_| drop(pusher.reply()));
            if first % 1000 == 0 {
                // Now and then all of them wait.
                thread::sleep(Duration::from_millis(5));
            }
        }
        for _ in 0..CLIENTS {
            pusher.ask("RPUSH jobs end");
        }
    });
    drop(sender);
    let mut by_worker: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (worker, element) in taken {
        let number = element.strip_prefix("jobs ").and_then(|number| number.parse().ok());
        by_worker.entry(worker).or_default().push(number.unwrap());
    }
    assert!(by_worker.values().all(|own| own.is_sorted()), "first in, first out");
    let all: Vec<usize> = by_worker.into_values().flatten().collect();
    assert_eq!(all.len(), ELEMENTS, "none twice");
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), (0..ELEMENTS).collect(), "all of them");
}
