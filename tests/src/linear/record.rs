//! Records a history: clients that begin together, each on a connection and a thread of its own, all looking at one clock.
//! What is sent together is a pipeline: all of it is under way until its replies come.

use super::{Operation, keys::Request};
use crate::{
    native::{Client, Native},
    resp::{Value, encode_command},
    words,
};
use std::{sync::Barrier, thread, time::Instant};

/// What was recorded.
pub type History = Vec<Operation<Request, Value>>;

/// Runs the clients' pipelines, each client's one after the other, until every reply is there.
///
/// # Panics
/// When a connection ends, or a transaction is not queued.
pub fn record(server: &Native, clients: &[Vec<Vec<Request>>]) -> History {
    let begin = Instant::now();
    let together = Barrier::new(clients.len());
    thread::scope(|scope| {
        let threads: Vec<_> = clients
            .iter()
            .enumerate()
            .map(|(number, pipelines)| {
                let together = &together;
                scope.spawn(move || {
                    let mut client = server.client();
                    together.wait();
                    run(&mut client, number, pipelines, begin)
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("replies")).collect()
    })
}

fn run(client: &mut Client, number: usize, pipelines: &[Vec<Request>], begin: Instant) -> History {
    let now = || u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let mut history = Vec::new();
    for pipeline in pipelines {
        let bytes: Vec<u8> = pipeline.iter().flat_map(encode).collect();
        let sent_ns = now();
        client.write(&bytes).expect("the server reads");
        for request in pipeline {
            let reply = reply(client, request);
            history.push(Operation {
                client: number,
                sent_ns,
                answered_ns: now(),
                command: request.clone(),
                reply,
            });
        }
    }
    history
}

fn encode(request: &Request) -> Vec<u8> {
    let command = |text: &str| encode_command(&words::split(text).expect("balanced quotes"));
    match request {
        Request::One(text) => command(text),
        Request::Transaction(texts) => {
            let queued = texts.iter().flat_map(|text| command(text));
            command("MULTI").into_iter().chain(queued).chain(command("EXEC")).collect()
        }
    }
}

fn reply(client: &mut Client, request: &Request) -> Value {
    if let Request::Transaction(texts) = request {
        assert_eq!(client.reply(), "OK", "MULTI");
        for text in texts {
            assert_eq!(client.reply(), "QUEUED", "{text}");
        }
    }
    client.value()
}
