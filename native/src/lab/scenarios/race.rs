//! Many clients increment counters, each in one of three ways, and at the end the counters are compared with what the clients were
//! told. An update counts once its last reply has come; one under way when time is up is finished, so that acknowledged and stored
//! counts can be compared exactly.
//!
//! - `GET+SET` reads, adds one, writes: somebody else may write in between.
//! - `INCR` is one command.
//! - `WATCH` is GET and SET in a transaction that fails when somebody else wrote; then all of it is tried again.
//!
//! All clients are tasks of one thread, so updates per second are those of server and clients together.
//!
//! Left out: scripts, which the server does not have.

use super::{Answer, Bench, figures_of_latency, histogram};
use crate::lab::client::{Client, Reply, encode};
use crate::lab::figure::Figure;
use crate::lab::schedule::Job;
use crate::lab::stats;
use hdrhistogram::Histogram;
use redloop_core::util::rng::Rng;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A way to add one to a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    GetSet,
    Incr,
    Watch,
}

const WAYS: [Way; 3] = [Way::GetSet, Way::Incr, Way::Watch];
/// How many counters: everybody's one, or enough that clients seldom meet.
const COUNTERS: [usize; 2] = [1, 256];
/// Attempts at one update; far beyond what contention can explain.
const ATTEMPTS_MAX: u64 = 1_000_000;

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::GetSet => "GET+SET",
            Way::Incr => "INCR",
            Way::Watch => "WATCH",
        }
    }
}

fn variant(way: Way, counters: usize) -> String {
    let keys = if counters == 1 { "one key".to_owned() } else { format!("{counters} keys") };
    format!("{}, {keys}", way.name())
}

/// All variants of the scenario.
pub(crate) fn variants() -> Vec<String> {
    WAYS.iter().flat_map(|way| COUNTERS.map(|counters| variant(*way, counters))).collect()
}

/// What one client did.
struct Tally {
    /// Per counter.
    acknowledged: Vec<u64>,
    retries: u64,
    latency: Histogram<u64>,
}

/// Measures one variant.
///
/// # Errors
/// The server or a connection failed.
pub(super) async fn measure(bench: &Bench<'_>, job: &Job) -> Result<Answer, String> {
    let (way, counters) = WAYS
        .iter()
        .flat_map(|way| COUNTERS.map(|counters| (*way, counters)))
        .find(|(way, counters)| variant(*way, *counters) == job.point.variant)
        .ok_or_else(|| format!("there is no way to increment called '{}'", job.point.variant))?;
    let server = bench.start(job, job.point.connections, &[]).await?;
    let before = server.usage();
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(bench.measure_seconds);
    let mut clients = JoinSet::new();
    for number in 0..job.point.connections {
        let chance = Rng::new(bench.seed ^ number as u64);
        clients.spawn(run(server.address, way, counters, end, chance));
    }
    let mut acknowledged = vec![0; counters];
    let mut by_client = Vec::new();
    let mut retries = 0;
    let mut latency = histogram()?;
    while let Some(finished) = clients.join_next().await {
        let tally = finished.map_err(|error| format!("a client ended early: {error}"))??;
        by_client.push(tally.acknowledged.iter().sum());
        for (all, one) in acknowledged.iter_mut().zip(&tally.acknowledged) {
            *all += one;
        }
        retries += tally.retries;
        latency.add(&tally.latency).map_err(|error| format!("histograms differ: {error}"))?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let mut figures = figures_of_latency(&latency);
    let stored = stored(server.address, counters).await?;
    let sum: u64 = acknowledged.iter().sum();
    figures.extend([
        (Figure::UpdatesAcknowledged, sum as f64),
        (Figure::UpdatesPerS, sum as f64 / seconds),
        (Figure::UpdatesLost, sum as f64 - stored),
        (Figure::UpdatesRetried, retries as f64),
        (Figure::FairnessJain, stats::jain(&by_client)),
    ]);
    bench.finish(server, before, job.point.connections, sum, &mut figures).await?;
    Ok(Answer { figures, notes: Vec::new() })
}

/// The counters' sum.
async fn stored(address: SocketAddr, counters: usize) -> Result<f64, String> {
    let mut client = Client::connect(address).await?;
    let mut sum = 0;
    for counter in 0..counters {
        match client.ask(&[b"GET", &key(counter)]).await? {
            Reply::Null => {}
            reply => {
                sum += reply.number().ok_or_else(|| format!("a counter holds {reply:?}"))?;
            }
        }
    }
    Ok(sum as f64)
}

fn key(counter: usize) -> Vec<u8> {
    format!("lab:counter:{counter}").into_bytes()
}

/// One client, until `end`.
async fn run(
    address: SocketAddr,
    way: Way,
    counters: usize,
    end: Instant,
    mut chance: Rng,
) -> Result<Tally, String> {
    let mut client = Client::connect(address).await?;
    let mut tally = Tally { acknowledged: vec![0; counters], retries: 0, latency: histogram()? };
    let keys: Vec<Vec<u8>> = (0..counters).map(key).collect();
    while Instant::now() < end {
        let counter = chance.below(counters as u64) as usize;
        let started = Instant::now();
        let key = &keys[counter];
        match way {
            Way::Incr => {
                client.ask(&[b"INCR", key]).await?;
            }
            Way::GetSet => {
                let value = value(&client.ask(&[b"GET", key]).await?)?;
                client.ask(&[b"SET", key, (value + 1).to_string().as_bytes()]).await?;
            }
            Way::Watch => {
                while !try_watched(&mut client, key).await? {
                    tally.retries += 1;
                    if tally.retries > ATTEMPTS_MAX {
                        return Err(format!("a WATCH failed {ATTEMPTS_MAX} times"));
                    }
                }
            }
        }
        tally.acknowledged[counter] += 1;
        tally.latency.saturating_record(started.elapsed().as_nanos() as u64);
    }
    Ok(tally)
}

/// One attempt; whether it went through. WATCH and GET travel together, then the transaction does.
async fn try_watched(client: &mut Client, key: &[u8]) -> Result<bool, String> {
    let mut bytes = Vec::new();
    encode(&[b"WATCH", key], &mut bytes);
    encode(&[b"GET", key], &mut bytes);
    client.send(&bytes).await?;
    expect(client.reply().await?)?;
    let value = value(&expect(client.reply().await?)?)?;
    bytes.clear();
    encode(&[b"MULTI"], &mut bytes);
    encode(&[b"SET", key, (value + 1).to_string().as_bytes()], &mut bytes);
    encode(&[b"EXEC"], &mut bytes);
    client.send(&bytes).await?;
    expect(client.reply().await?)?;
    expect(client.reply().await?)?;
    Ok(expect(client.reply().await?)? != Reply::Null)
}

fn expect(reply: Reply) -> Result<Reply, String> {
    match reply {
        Reply::Error(error) => Err(error),
        reply => Ok(reply),
    }
}

/// A counter's value; 0 before its first update.
fn value(reply: &Reply) -> Result<i64, String> {
    match reply {
        Reply::Null => Ok(0),
        reply => reply.number().ok_or_else(|| format!("a counter holds {reply:?}")),
    }
}
