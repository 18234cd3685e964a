//! From how much work on is sending a command away cheaper for the engine's thread than running it? For each family of
//! commands, and for growing values, both are timed: the command on the loop, and what is left of it for the loop when a
//! helper thread runs it: taking shares, queueing the job and waking the helper, being woken, and answering. The helper's
//! own time does not count, nor does what others take of a busy machine: what is read is the thread's own clock.
//!
//! `cargo run --release -p redloop-core --example offload` prints a table, and for each family the smallest estimate from
//! which on sending away was always cheaper. Waking is one byte through a socket each way, which is what waking an
//! event loop costs.

use nix::time::{ClockId, clock_gettime};
use redloop_core::{ClientId, Engine, Helper, Input, Job, Options, Output, Peer, Timestamp};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const CLIENT: ClientId = ClientId(1);
/// Runs of which the median counts.
const RUNS: usize = 101;
/// Elements of the values that are tried.
const SIZES: [usize; 10] = [32, 64, 128, 256, 512, 1024, 2048, 4096, 16_384, 65_536];

/// A family: its name, what makes its values of so many elements, and the command.
type Family = (&'static str, fn(usize) -> Vec<String>, &'static str);

const FAMILIES: &[Family] = &[
    ("SMEMBERS", |n| vec![fill("SADD a", n, 1, |i| format!("member:{i}"))], "SMEMBERS a"),
    ("HGETALL", |n| vec![fill("HSET a", n, 1, |i| format!("field:{i} value:{i}"))], "HGETALL a"),
    ("LRANGE", |n| vec![fill("RPUSH a", n, 1, |i| format!("element:{i}"))], "LRANGE a 0 -1"),
    ("ZRANGE", |n| vec![fill("ZADD a", n, 1, |i| format!("{i} member:{i}"))], "ZRANGE a 0 -1"),
    ("SINTER", two_sets, "SINTER a b"),
    ("SINTERCARD", two_sets, "SINTERCARD 2 a b"),
    ("SUNION", two_sets, "SUNION a b"),
    ("SDIFF", two_sets, "SDIFF a b"),
    ("ZUNION", two_zsets, "ZUNION 2 a b"),
    ("ZINTER", two_zsets, "ZINTER 2 a b"),
    ("SORT", |n| vec![fill("RPUSH a", n, 1, |i| (i * 7919 % 10_007).to_string())], "SORT a"),
    ("LCS", two_strings, "LCS a b LEN"),
];

fn two_sets(len: usize) -> Vec<String> {
    ["a", "b"]
        .iter()
        .zip(1..)
        .map(|(key, step)| fill(&format!("SADD {key}"), len, step, |i| format!("member:{i}")))
        .collect()
}

fn two_zsets(len: usize) -> Vec<String> {
    ["a", "b"]
        .iter()
        .zip(1..)
        .map(|(key, step)| fill(&format!("ZADD {key}"), len, step, |i| format!("{i} member:{i}")))
        .collect()
}

/// Strings whose table has about `cells` cells.
fn two_strings(cells: usize) -> Vec<String> {
    let text: String = "abcdefgh".chars().cycle().take(cells.isqrt().max(1)).collect();
    vec![format!("SET a {text}"), format!("SET b {}x", &text[1..])]
}

fn fill(command: &str, len: usize, step: usize, element: impl Fn(usize) -> String) -> String {
    let elements: Vec<_> = (0..len).map(|number| element(number * step)).collect();
    format!("{command} {}", elements.join(" "))
}

/// An engine and the thread that runs its jobs.
struct Host {
    engine: Engine,
    now: Timestamp,
    jobs: Sender<Box<Job>>,
    wake_helper: UnixStream,
    done: Receiver<Input<'static>>,
    woken: UnixStream,
    replies: Vec<u8>,
}

impl Host {
    fn new(offload_units: Option<u64>) -> std::io::Result<Self> {
        let now = Timestamp(1_700_000_000_000_000);
        let mut engine = Engine::new(now, Options { offload_units, ..Options::default() });
        let peer = Peer { loopback: true, ..Peer::default() };
        engine.feed(now, Input::Connect { client: CLIENT, peer });
        let (jobs, queue) = channel::<Box<Job>>();
        let (results, done) = channel();
        let (wake_helper, mut helper_woken) = UnixStream::pair()?;
        let (mut wake_loop, woken) = UnixStream::pair()?;
        std::thread::spawn(move || {
            let mut helper = Helper::new();
            let mut byte = [0];
            while helper_woken.read_exact(&mut byte).is_ok()
                && let Ok(job) = queue.recv()
                && results.send(Input::Done(Box::new(job.run(&mut helper)))).is_ok()
                && wake_loop.write_all(&byte).is_ok()
            {}
        });
        Ok(Host { engine, now, jobs, wake_helper, done, woken, replies: Vec::new() })
    }

    /// What one command takes of the loop's time, its estimate if it was sent away, and its reply's length.
    fn exchange(&mut self, request: &[u8]) -> std::io::Result<(Duration, u64, usize)> {
        self.now.0 += 10;
        self.replies = Vec::new();
        let begun = cpu_time()?;
        self.engine.feed(self.now, Input::Bytes { client: CLIENT, bytes: request });
        let Some(job) = self.run() else { return Ok((cpu_time()? - begun, 0, self.replies.len())) };
        let units = job.units();
        if self.jobs.send(job).is_err() {
            return Err(std::io::Error::other("the helper is gone"));
        }
        self.wake_helper.write_all(&[0])?;
        let before = cpu_time()? - begun;
        let done = self.done.recv().map_err(std::io::Error::other)?;
        let begun = cpu_time()?;
        self.woken.read_exact(&mut [0])?;
        self.engine.feed(self.now, done);
        self.run();
        Ok((before + cpu_time()? - begun, units, self.replies.len()))
    }

    fn run(&mut self) -> Option<Box<Job>> {
        self.engine.run();
        let mut left = None;
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(client) => {
                    self.engine.swap_replies(client, &mut self.replies);
                    let bytes = self.replies.len();
                    self.engine.feed(self.now, Input::Sent { client, bytes });
                }
                Output::Job(job) => left = Some(job),
                _ => {}
            }
        }
        left
    }

    /// Medians of several runs.
    fn median(&mut self, request: &[u8]) -> std::io::Result<(Duration, u64, usize)> {
        let mut runs = (0..RUNS).map(|_| self.exchange(request)).collect::<Result<Vec<_>, _>>()?;
        runs.sort();
        Ok(runs[RUNS / 2])
    }
}

/// What this thread has had of a processor.
fn cpu_time() -> std::io::Result<Duration> {
    Ok(Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?))
}

fn main() -> std::io::Result<()> {
    println!("{:<12}{:>10}{:>12}{:>12}{:>12}", "command", "elements", "units", "on loop", "away");
    let mut summary = Vec::new();
    for (name, make, command) in FAMILIES {
        let mut least = None;
        for size in SIZES {
            let (mut here, mut away) = (Host::new(None)?, Host::new(Some(1))?);
            for line in make(size) {
                here.exchange(&request(&line))?;
                away.exchange(&request(&line))?;
            }
            let request = request(command);
            let (on_loop, _, reply) = here.median(&request)?;
            let (left, units, same) = away.median(&request)?;
            assert_eq!(reply, same, "{name}: the replies differ");
            println!(
                "{name:<12}{size:>10}{units:>12}{:>9.1} µs{:>9.1} µs",
                on_loop.as_secs_f64() * 1e6,
                left.as_secs_f64() * 1e6
            );
            least = if left < on_loop { least.or(Some(units)) } else { None };
        }
        summary.push((name, least));
    }
    println!("\ncheaper away from on, units:");
    for (name, least) in summary {
        match least {
            Some(units) => println!("{name:<12}{units:>10}"),
            None => println!("{name:<12}{:>10}", "never"),
        }
    }
    Ok(())
}

fn request(line: &str) -> Vec<u8> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut text = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        text.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
    text
}
