//! Opens a thread's connections: all at once or at a rate, so many at a time, each with a limit on its time. One is
//! open when the server has answered its greeting; that is also how a server that accepts and then refuses is found.

use super::{
    plan::{Greeting, Plan},
    replies::ReplyCounter,
    report::{Connects, record},
    stream::Stream,
};
use std::{
    future::poll_fn,
    io,
    net::Ipv4Addr,
    rc::Rc,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet};

/// Bytes that are read at once while greeting: the longest answer is HELLO's, of a few hundred.
const GREETING_BYTES: usize = 1024;

/// A thread's connections.
pub(super) struct Opened {
    /// Those that send, with their numbers, in order.
    pub(super) active: Vec<(usize, Stream)>,
    /// Those that only sit there.
    pub(super) idle: Vec<Stream>,
    /// How it went.
    pub(super) connects: Connects,
}

/// How opening one ended.
enum Outcome {
    Open(Stream),
    /// The server answered an error.
    Refused(String),
    Failed(String),
    TimedOut,
}

/// What all connections of a run share.
struct Opening {
    plan: Arc<Plan>,
    greeting: Vec<u8>,
    /// Replies to the greeting.
    replies: usize,
}

/// Opens the connections of thread `index`, counting those that are open, or will not be, in `settled`.
pub(super) async fn open_all(plan: &Arc<Plan>, index: usize, settled: &AtomicU64) -> Opened {
    let (greeting, replies) = encode(&plan.greeting);
    let opening = Rc::new(Opening { plan: Arc::clone(plan), greeting, replies });
    let in_flight = Arc::new(Semaphore::new(plan.connect.in_flight.div_ceil(plan.threads)));
    let mut opened = Opened { active: Vec::new(), idle: Vec::new(), connects: Connects::default() };
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for number in (index..plan.all_connections()).step_by(plan.threads) {
        let mut due = begin;
        if let Some(per_second) = plan.connect.per_second {
            due += Duration::from_secs_f64(number as f64 / per_second);
            tokio::time::sleep_until(due.into()).await;
        }
        // Nobody closes it.
        let Ok(permit) = Arc::clone(&in_flight).acquire_owned().await else { break };
        let opening = Rc::clone(&opening);
        tasks.spawn_local(async move {
            let outcome = opening.open(number).await;
            drop(permit);
            (number, outcome, due.elapsed())
        });
        while let Some(Ok((number, outcome, took))) = tasks.try_join_next() {
            opened.note(plan, number, outcome, took);
            settled.fetch_add(1, Ordering::Relaxed);
        }
    }
    while let Some(Ok((number, outcome, took))) = tasks.join_next().await {
        opened.note(plan, number, outcome, took);
        settled.fetch_add(1, Ordering::Relaxed);
    }
    opened.connects.seconds = begin.elapsed().as_secs_f64();
    opened.active.sort_unstable_by_key(|(number, _)| *number);
    opened
}

impl Opened {
    fn note(&mut self, plan: &Plan, number: usize, outcome: Outcome, took: Duration) {
        match outcome {
            Outcome::Open(stream) => {
                self.connects.opened += 1;
                record(&mut self.connects.latency, took, 1);
                if number < plan.connections {
                    self.active.push((number, stream));
                } else {
                    self.idle.push(stream);
                }
            }
            Outcome::Refused(text) => self.connects.refused.add(&text),
            Outcome::Failed(text) => self.connects.failed.add(&text),
            Outcome::TimedOut => self.connects.timed_out += 1,
        }
    }
}

impl Opening {
    async fn open(&self, number: usize) -> Outcome {
        let attempt = async {
            let mut stream = Stream::connect(&self.plan.target, self.source(number)).await?;
            Ok(match self.greet(&mut stream).await? {
                None => Outcome::Open(stream),
                Some(error) => Outcome::Refused(error),
            })
        };
        match tokio::time::timeout(self.plan.connect.timeout, attempt).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome::Failed(reason(&error)),
            Err(_) => Outcome::TimedOut,
        }
    }

    /// Connections take the source addresses in turn.
    fn source(&self, number: usize) -> Option<Ipv4Addr> {
        let which = u32::try_from(number % self.plan.sources).unwrap_or(0);
        let first = u32::from(Ipv4Addr::LOCALHOST);
        (self.plan.sources > 1).then(|| Ipv4Addr::from(first + which))
    }

    /// Says the greeting and waits for what is said to it; the first error among that.
    async fn greet(&self, stream: &mut Stream) -> io::Result<Option<String>> {
        let mut replies = ReplyCounter::default();
        let mut missing = self.replies;
        let mut error = None;
        let mut to_write = self.greeting.as_slice();
        let mut buffer = [0; GREETING_BYTES];
        poll_fn(|context| {
            while !to_write.is_empty() {
                match stream.poll_write(context, to_write) {
                    Poll::Ready(Ok(written)) => to_write = &to_write[written..],
                    // Why it was closed may still be there to be read.
                    Poll::Ready(Err(_)) => to_write = &[],
                    Poll::Pending => break,
                }
            }
            while missing > 0 && error.is_none() {
                let read = match stream.poll_read(context, &mut buffer) {
                    Poll::Ready(Ok(0)) => {
                        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                    }
                    Poll::Ready(Ok(read)) => read,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => return Poll::Pending,
                };
                let on_error = |text: &[u8]| {
                    error.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
                };
                match replies.feed(&buffer[..read], on_error) {
                    Ok(replies) => missing = missing.saturating_sub(replies),
                    Err(_) => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                }
            }
            Poll::Ready(Ok(()))
        })
        .await?;
        Ok(error)
    }
}

/// What is said first, and how many replies that has.
fn encode(greeting: &Greeting) -> (Vec<u8>, usize) {
    let database = greeting.database.to_string();
    let mut commands: Vec<Vec<&str>> = Vec::new();
    if let Some(password) = &greeting.password {
        let mut auth = vec!["AUTH"];
        auth.extend(greeting.user.as_deref());
        auth.push(password);
        commands.push(auth);
    }
    if greeting.resp3 {
        commands.push(vec!["HELLO", "3"]);
    }
    if greeting.database != 0 {
        commands.push(vec!["SELECT", &database]);
    }
    commands.push(vec!["PING"]);
    let mut bytes = Vec::new();
    for words in &commands {
        bytes.extend(format!("*{}\r\n", words.len()).bytes());
        for word in words {
            bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
        }
    }
    (bytes, commands.len())
}

/// The system's error as text.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed the connection".into(),
        io::ErrorKind::InvalidData => "the answer is not RESP: this is no Redis server".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_says_what_is_asked_for() {
        let (bytes, replies) = encode(&Greeting::default());
        assert_eq!((bytes.as_slice(), replies), (b"*1\r\n$4\r\nPING\r\n".as_slice(), 1));
        let all = Greeting {
            user: Some("ann".into()),
            password: Some("secret".into()),
            resp3: true,
            database: 12,
        };
        let (bytes, replies) = encode(&all);
        let expected = "*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$6\r\nsecret\r\n*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n\
                        *2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n*1\r\n$4\r\nPING\r\n";
        assert_eq!((String::from_utf8_lossy(&bytes).as_ref(), replies), (expected, 4));
    }
}
