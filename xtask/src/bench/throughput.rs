//! Requests a second and server CPU time a command, under `redis-benchmark`.
//!
//! All servers run at once but only one is asked at a time, in the order A B C A B C …, so that a
//! slow minute of the machine hits them alike. Ratios to each of the real servers are taken within a
//! round; their median over the rounds counts, of the server to which it is the lower. (The better of
//! the others in each round would be one that the machine favoured just then: it makes equals look slow.)

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::Options;
use super::load::Client;
use super::report::{self, Table, median};
use super::server::{Kind, Server};
use crate::budgets::{self, Speed};
use crate::{run, setup};

/// Connections of `redis-benchmark`.
const CLIENTS: &str = "50";

/// Random keys (or members, or fields) are drawn from this many.
const KEY_SPACE: u64 = 100_000;

/// From this depth on only commands with a goal are measured.
const DEPTH_OF_FEW: u32 = 128;

/// Elements in one LPUSH.
const WIDE: usize = 500;

/// A command that is measured.
pub(super) struct Workload {
    pub(super) name: &'static str,
    /// What `redis-benchmark` is told to send.
    pub(super) asks: &'static [&'static str],
    /// Puts in what the server holds before so many requests.
    pub(super) fill: Fill,
    /// How many times fewer requests than usual in a pipeline, for commands that do more.
    pub(super) heavier: u64,
}

/// See [`Workload::fill`].
pub(super) type Fill = fn(&mut Client, u64) -> Result<()>;

const WORKLOADS: &[Workload] = &[
    plain("PING_MBULK", &["-t", "ping_mbulk"], nothing),
    plain("SET", &["-t", "set"], nothing),
    plain("GET", &["-t", "get"], keys),
    plain("INCR", &["-t", "incr"], nothing),
    plain("LPUSH", &["-t", "lpush"], nothing),
    plain("LPOP", &["-t", "lpop"], long_list),
    plain("SADD", &["-t", "sadd"], nothing),
    plain("HSET", &["-t", "hset"], nothing),
    plain("ZADD", &["-t", "zadd"], nothing),
    Workload {
        name: "LRANGE_100",
        asks: &["LRANGE", "mylist", "0", "99"],
        fill: list_100,
        heavier: 8,
    },
];

const fn plain(name: &'static str, asks: &'static [&'static str], fill: Fill) -> Workload {
    Workload { name, asks, fill, heavier: 1 }
}

pub(super) fn nothing(_: &mut Client, _: u64) -> Result<()> {
    Ok(())
}

/// Every key that GET may ask for, under the names that redis-benchmark makes up.
fn keys(client: &mut Client, _: u64) -> Result<()> {
    client.fill(KEY_SPACE, |number, batch| {
        batch.push(&[b"SET", format!("key:{number:012}").as_bytes(), b"xxx"]);
    })
}

/// A list with an element for each request.
fn long_list(client: &mut Client, requests: u64) -> Result<()> {
    client.fill(requests.div_ceil(WIDE as u64), |_, batch| batch.push(&lpush(WIDE)))
}

pub(super) fn list_100(client: &mut Client, _: u64) -> Result<()> {
    client.fill(1, |_, batch| batch.push(&lpush(100)))
}

fn lpush(elements: usize) -> Vec<&'static [u8]> {
    let mut words = vec![b"LPUSH".as_slice(), b"mylist"];
    words.resize(2 + elements, b"xxx");
    words
}

/// What one run of `redis-benchmark` showed.
pub(super) struct Sample {
    pub(super) requests_per_second: f64,
    pub(super) cpu_ns: f64,
}

/// The samples of one workload at one depth, by server, one for each round.
type Samples = BTreeMap<Kind, Vec<Sample>>;

pub(super) fn measure(options: &Options) -> Result<()> {
    compare("throughput", WORKLOADS, &options.pipeline, options).map(|_| ())
}

/// Measures `workloads` at these depths, prints a table of each, and writes it all down under `name`. Our ratios, in CPU time a
/// command.
pub(super) fn compare(
    name: &str,
    workloads: &'static [Workload],
    depths: &[u32],
    options: &Options,
) -> Result<Vec<f64>> {
    let goals = budgets::read()?.bench.speed;
    let workloads = chosen(workloads, &options.workload)?;
    let servers =
        options.servers.iter().map(|kind| Server::start(*kind)).collect::<Result<Vec<_>>>()?;
    let (mut results, mut cpu_ratios) = (Vec::new(), Vec::new());
    for depth in depths {
        let mut table = Table::new(&headings(&options.servers));
        // At the greatest depth only what has a goal there.
        let has_goal = |workload: &&&Workload| goal(&goals, workload.name, *depth).is_some();
        let deep = *depth >= DEPTH_OF_FEW;
        for workload in workloads.iter().filter(|workload| !deep || has_goal(workload)) {
            eprintln!("  {} at P={depth}", workload.name);
            let samples = rounds(&servers, workload, *depth, options)?;
            let ratios = ratios(&samples);
            let goal = goal(&goals, workload.name, *depth);
            table.row(cells(workload, &samples, ratios.as_ref(), goal));
            cpu_ratios.extend(ratios.as_ref().map(|ratios| ratios.cpu));
            results.push(record(workload, *depth, &samples, ratios.as_ref(), goal));
        }
        println!("\nP={depth}, {CLIENTS} clients, {KEY_SPACE} random keys");
        table.print();
    }
    println!(
        "\nreq/s: requests a second; ns: server CPU time a command; x: ours against the better of \
         the others, more than 1 is faster"
    );
    report::write(name, &json!(results))?;
    Ok(cpu_ratios)
}

fn chosen(workloads: &'static [Workload], names: &[String]) -> Result<Vec<&'static Workload>> {
    let known = |name: &&String| workloads.iter().any(|workload| workload.name == **name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<_> = workloads.iter().map(|workload| workload.name).collect();
        bail!("no workload {unknown}; there are {}", all.join(", "));
    }
    let wanted =
        |workload: &&Workload| names.is_empty() || names.iter().any(|name| name == workload.name);
    Ok(workloads.iter().filter(wanted).collect())
}

fn rounds(
    servers: &[Server],
    workload: &Workload,
    depth: u32,
    options: &Options,
) -> Result<Samples> {
    let mut samples = Samples::new();
    let requests = requests(depth, workload.heavier) / if options.quick { 4 } else { 1 };
    for _ in 0..options.rounds() {
        for server in servers {
            let sample = sample(server, workload, depth, requests)
                .with_context(|| format!("{} with {}", workload.name, server.kind))?;
            samples.entry(server.kind).or_default().push(sample);
        }
    }
    Ok(samples)
}

/// Enough for half a second or more. One at a time, what a command does hardly matters, unless it does very much.
pub(super) fn requests(depth: u32, heavier: u64) -> u64 {
    match depth {
        0..=1 if heavier > 8 => 800_000 / heavier,
        0..=1 => 100_000,
        2..=31 => 800_000 / heavier,
        32..=127 => 1_600_000 / heavier,
        _ => 3_200_000 / heavier,
    }
}

fn sample(server: &Server, workload: &Workload, depth: u32, requests: u64) -> Result<Sample> {
    let mut client = server.connect()?;
    client.call(&["FLUSHALL"])?;
    (workload.fill)(&mut client, requests)?;
    ask(server, workload.asks, depth, requests)
}

/// Has `redis-benchmark` send what `asks` says.
pub(super) fn ask(server: &Server, asks: &[&str], depth: u32, requests: u64) -> Result<Sample> {
    let mut client = Command::new(setup::tool("REDIS_BENCHMARK")?);
    client.args(["-h", "127.0.0.1", "-p", &server.port.to_string(), "-c", CLIENTS]);
    client.args(["-n", &requests.to_string(), "-P", &depth.to_string()]);
    client.args(["-r", &KEY_SPACE.to_string(), "--csv"]).args(asks);
    let before = server.cpu_ns()?;
    let said = run::output(&mut client)?;
    let cpu_ns = (server.cpu_ns()? - before) as f64 / requests as f64;
    let requests_per_second = parse_csv(&said)
        .with_context(|| format!("redis-benchmark said something unexpected: {said}"))?;
    Ok(Sample { requests_per_second, cpu_ns })
}

/// The second field of the last line: `"SET","123456.79","0.271",…`.
fn parse_csv(said: &str) -> Option<f64> {
    said.trim().lines().last()?.split(',').nth(1)?.trim_matches('"').parse().ok()
}

/// Ours against the better of the others, above 1 when we are faster.
struct Ratios {
    requests: f64,
    cpu: f64,
}

fn ratios(samples: &Samples) -> Option<Ratios> {
    let ours = samples.get(&Kind::Redloop)?;
    let others: Vec<_> = samples.iter().filter(|(kind, _)| **kind != Kind::Redloop).collect();
    if others.is_empty() {
        return None;
    }
    let least = |ratio: fn(&Sample, &Sample) -> f64| {
        let over_rounds = |theirs: &[Sample]| {
            median(
                &ours.iter().zip(theirs).map(|(our, their)| ratio(our, their)).collect::<Vec<_>>(),
            )
        };
        others.iter().map(|(_, theirs)| over_rounds(theirs)).fold(f64::INFINITY, f64::min)
    };
    Some(Ratios {
        requests: least(|our, their| our.requests_per_second / their.requests_per_second),
        cpu: least(|our, their| their.cpu_ns / our.cpu_ns),
    })
}

/// The ratio to reach, if one is set; a goal for one workload comes before one for all.
fn goal(goals: &[Speed], workload: &str, depth: u32) -> Option<f64> {
    let at_depth = || goals.iter().filter(|goal| goal.pipeline == depth);
    let named = at_depth().find(|goal| goal.workload.as_deref() == Some(workload));
    let goal = named.or_else(|| at_depth().find(|goal| goal.workload.is_none()))?;
    Some(goal.ratio_min)
}

fn medians(samples: &[Sample]) -> (f64, f64) {
    let rates: Vec<_> = samples.iter().map(|sample| sample.requests_per_second).collect();
    let times: Vec<_> = samples.iter().map(|sample| sample.cpu_ns).collect();
    (median(&rates), median(&times))
}

fn headings(servers: &[Kind]) -> Vec<&'static str> {
    let mut headings = vec![""];
    let mut servers = servers.to_vec();
    servers.sort_unstable();
    for server in servers {
        headings.extend([server.name(), "ns"]);
    }
    headings.extend(["req/s x", "ns x", "goal", ""]);
    headings
}

fn cells(
    workload: &Workload,
    samples: &Samples,
    ratios: Option<&Ratios>,
    goal: Option<f64>,
) -> Vec<String> {
    let mut cells = vec![workload.name.to_owned()];
    for samples in samples.values() {
        let (rate, time) = medians(samples);
        cells.extend([format!("{rate:.0}"), format!("{time:.0}")]);
    }
    let Some(ratios) = ratios else { return cells };
    cells.extend([format!("{:.2}", ratios.requests), format!("{:.2}", ratios.cpu)]);
    let Some(goal) = goal else { return cells };
    let verdict = match (ratios.requests >= goal, ratios.cpu >= goal) {
        (true, true) => "reached",
        (true, false) => "in req/s only",
        (false, true) => "in CPU only",
        (false, false) => "missed",
    };
    cells.extend([format!("{goal:.2}"), verdict.to_owned()]);
    cells
}

fn record(
    workload: &Workload,
    depth: u32,
    samples: &Samples,
    ratios: Option<&Ratios>,
    goal: Option<f64>,
) -> serde_json::Value {
    let servers = samples.iter().map(|(kind, samples)| {
        let (rate, time) = medians(samples);
        let rates: Vec<_> = samples.iter().map(|sample| sample.requests_per_second).collect();
        let times: Vec<_> = samples.iter().map(|sample| sample.cpu_ns).collect();
        let values = json!({
            "requests_per_second": rate, "cpu_ns_per_command": time,
            "rounds": { "requests_per_second": rates, "cpu_ns_per_command": times },
        });
        (kind.name().to_owned(), values)
    });
    json!({
        "workload": workload.name,
        "pipeline": depth,
        "servers": servers.collect::<serde_json::Map<_, _>>(),
        "requests_ratio": ratios.map(|ratios| ratios.requests),
        "cpu_ratio": ratios.map(|ratios| ratios.cpu),
        "goal": goal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_the_last_line() {
        let said = "\"test\",\"rps\",\"avg\"\n\"GET\",\"98039.22\",\"0.3\"\n";
        assert_eq!(parse_csv(said), Some(98_039.22));
        assert_eq!(parse_csv(""), None);
    }

    #[test]
    fn ratios_are_taken_within_a_round_and_the_better_of_the_others_counts() {
        let sample = |requests_per_second, cpu_ns| Sample { requests_per_second, cpu_ns };
        let samples = Samples::from([
            (Kind::Redloop, vec![sample(200.0, 10.0), sample(20.0, 100.0), sample(60.0, 30.0)]),
            (Kind::Redis, vec![sample(100.0, 30.0), sample(10.0, 300.0), sample(60.0, 30.0)]),
            (Kind::Valkey, vec![sample(50.0, 20.0), sample(40.0, 50.0), sample(15.0, 60.0)]),
        ]);
        let ratios = ratios(&samples).expect("all are there");
        assert_eq!((ratios.requests, ratios.cpu), (2.0, 2.0));
    }

    #[test]
    fn noise_makes_no_equal_look_slow() {
        let sample = |requests_per_second| Sample { requests_per_second, cpu_ns: 1.0 };
        let samples = Samples::from([
            (Kind::Redloop, [100.0, 100.0, 100.0].map(sample).into()),
            (Kind::Redis, [125.0, 100.0, 80.0].map(sample).into()),
            (Kind::Valkey, [80.0, 100.0, 125.0].map(sample).into()),
        ]);
        assert_eq!(ratios(&samples).expect("all are there").requests, 1.0);
    }

    #[test]
    fn a_named_goal_comes_before_the_general_one() {
        let speed = |workload: Option<&str>, ratio_min| Speed {
            workload: workload.map(str::to_owned),
            pipeline: 16,
            ratio_min,
        };
        let goals = [speed(None, 1.0), speed(Some("GET"), 1.1)];
        assert_eq!(goal(&goals, "GET", 16), Some(1.1));
        assert_eq!(goal(&goals, "SET", 16), Some(1.0));
        assert_eq!(goal(&goals, "SET", 64), None);
    }
}
