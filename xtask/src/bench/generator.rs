//! Whether `redloop bench` measures what `redis-benchmark` measures: both ask the same server for the same, in turn.
//!
//! With many connections the cheaper generator keeps the server busier, so more requests a second come with longer
//! latencies; with one connection there is nothing to queue for, and both must see the same latency.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Options;
use super::report::{self, Table, median};
use super::server::{Kind, Server};
use crate::{run, setup};

/// Random keys are drawn from this many, by both.
const KEY_SPACE: u64 = 100_000;
/// Bytes of a value, of both.
const VALUE_BYTES: usize = 64;
/// Connections of both, beside the single one.
const CONNECTIONS: u32 = 50;
/// Ratios this near to 1 are agreement.
const TOLERANCE: f64 = 0.05;
/// What `redis-benchmark` tells latencies apart by: all its percentiles are one less than a multiple of this.
const THEIR_STEP_US: f64 = 8.0;

/// The two that are compared.
#[derive(Clone, Copy)]
enum Generator {
    RedisBenchmark,
    Ours,
}

/// What both are asked to do.
#[derive(Clone, Copy)]
struct Case {
    command: &'static str,
    pipeline: u32,
    connections: u32,
    requests: u64,
}

/// What one run showed.
struct Sample {
    requests_per_second: f64,
    p50_us: f64,
}

/// The samples of a case, one for each round.
#[derive(Default)]
struct Samples {
    theirs: Vec<Sample>,
    ours: Vec<Sample>,
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let mut table = Table::new(&[
        "",
        "P",
        "connections",
        "redis-benchmark req/s",
        "redloop bench req/s",
        "ratio",
        "p50 us",
        "p50 us",
        "ratio",
        "",
    ]);
    let mut results = Vec::new();
    for kind in &options.servers {
        // One at a time: nobody but its client is to wake it.
        let server = Server::start(*kind)?;
        fill(&server)?;
        for case in cases(options) {
            eprintln!(
                "  {kind}: {} at P={} with {} connections",
                case.command, case.pipeline, case.connections
            );
            let samples = rounds(&server, case, options.rounds())?;
            table.row(cells(*kind, case, &samples));
            results.push(record(*kind, case, &samples));
        }
    }
    table.print();
    println!(
        "\nratio: redloop bench against redis-benchmark, medians of {} rounds; the last column is about requests a \
         second; with one connection p50 must be the same as well",
        options.rounds()
    );
    report::write("generator", &json!(results))
}

/// The keys that GET asks for, by the names that both make up.
fn fill(server: &Server) -> Result<()> {
    let value = [b'x'; VALUE_BYTES];
    server.connect()?.fill(KEY_SPACE, |number, batch| {
        batch.push(&[b"SET", format!("key:{number:012}").as_bytes(), &value]);
    })
}

fn cases(options: &Options) -> Vec<Case> {
    let share = if options.quick { 4 } else { 1 };
    let single = [(1, 1, 40_000)];
    let many = options.pipeline.iter().map(|depth| {
        let requests = match depth {
            0..=1 => 200_000,
            2..=31 => 1_000_000,
            _ => 2_000_000,
        };
        (*depth, CONNECTIONS, requests)
    });
    let depths: Vec<(u32, u32, u64)> = single.into_iter().chain(many).collect();
    ["get", "set"]
        .into_iter()
        .flat_map(|command| {
            depths.iter().map(move |&(pipeline, connections, requests)| Case {
                command,
                pipeline,
                connections,
                requests: requests / share,
            })
        })
        .collect()
}

fn rounds(server: &Server, case: Case, rounds: usize) -> Result<Samples> {
    let mut samples = Samples::default();
    for round in 0..rounds {
        // Whoever comes second finds the server warm, so they take turns at that.
        let mut order = [Generator::RedisBenchmark, Generator::Ours];
        order.rotate_left(round % 2);
        for generator in order {
            match generator {
                Generator::RedisBenchmark => samples.theirs.push(theirs(server, case)?),
                Generator::Ours => samples.ours.push(ours(server, case)?),
            }
        }
    }
    Ok(samples)
}

fn theirs(server: &Server, case: Case) -> Result<Sample> {
    let mut client = Command::new(setup::tool("REDIS_BENCHMARK")?);
    client.args(["-h", "127.0.0.1", "-p", &server.port.to_string(), "--csv", "-t", case.command]);
    client.args(["-c", &case.connections.to_string(), "-n", &case.requests.to_string()]);
    client.args(["-P", &case.pipeline.to_string(), "-r", &KEY_SPACE.to_string()]);
    client.args(["-d", &VALUE_BYTES.to_string()]);
    let said = run::output(&mut client)?;
    parse_csv(&said).with_context(|| format!("redis-benchmark said something unexpected: {said}"))
}

fn ours(server: &Server, case: Case) -> Result<Sample> {
    let mut client = Command::new(setup::tool("REDLOOP_BIN")?);
    client.args(["bench", "--port", &server.port.to_string(), "--json", "--mix", case.command]);
    client.args(["--connections", &case.connections.to_string()]);
    client.args(["--requests", &case.requests.to_string()]);
    client.args(["--pipeline", &case.pipeline.to_string()]);
    client.args(["--keyspace", &KEY_SPACE.to_string(), "--size", &VALUE_BYTES.to_string()]);
    let said = run::output(&mut client)?;
    parse_json(&said).with_context(|| format!("redloop bench said something unexpected: {said}"))
}

/// The last line's second and fifth fields: `"GET","123456.79","0.271","0.1","0.255",…`, latencies in ms.
fn parse_csv(said: &str) -> Option<Sample> {
    let fields: Vec<&str> =
        said.trim().lines().last()?.split(',').map(|field| field.trim_matches('"')).collect();
    let p50_ms: f64 = fields.get(4)?.parse().ok()?;
    Some(Sample { requests_per_second: fields.get(1)?.parse().ok()?, p50_us: p50_ms * 1000.0 })
}

fn parse_json(said: &str) -> Option<Sample> {
    let report: Value = serde_json::from_str(said).ok()?;
    Some(Sample {
        requests_per_second: report.pointer("/requests_per_second")?.as_f64()?,
        p50_us: report.pointer("/latency/p50_us")?.as_f64()?,
    })
}

/// Medians of requests a second and of p50.
fn medians(samples: &[Sample]) -> (f64, f64) {
    let rates: Vec<_> = samples.iter().map(|sample| sample.requests_per_second).collect();
    let latencies: Vec<_> = samples.iter().map(|sample| sample.p50_us).collect();
    (median(&rates), median(&latencies))
}

/// Ours against theirs within a round, and the median of that: requests a second, and p50.
fn ratios(samples: &Samples) -> (f64, f64) {
    let pairs = || samples.ours.iter().zip(&samples.theirs);
    let rates: Vec<_> = pairs()
        .map(|(ours, theirs)| ours.requests_per_second / theirs.requests_per_second)
        .collect();
    let latencies: Vec<_> = pairs().map(|(ours, theirs)| ours.p50_us / theirs.p50_us).collect();
    (median(&rates), median(&latencies))
}

fn verdict(case: Case, samples: &Samples) -> &'static str {
    let (rate, p50) = ratios(samples);
    let near = |ratio: f64| (ratio - 1.0).abs() <= TOLERANCE;
    let step = (medians(&samples.ours).1 - medians(&samples.theirs).1).abs() <= THEIR_STEP_US;
    if case.connections == 1 && !near(p50) && !step {
        "other p50"
    } else if near(rate) {
        "agree"
    } else if rate > 1.0 {
        "more"
    } else {
        "less"
    }
}

fn cells(kind: Kind, case: Case, samples: &Samples) -> Vec<String> {
    let (their_rate, their_p50) = medians(&samples.theirs);
    let (our_rate, our_p50) = medians(&samples.ours);
    let ratios = ratios(samples);
    vec![
        format!("{kind} {}", case.command.to_uppercase()),
        case.pipeline.to_string(),
        case.connections.to_string(),
        format!("{their_rate:.0}"),
        format!("{our_rate:.0}"),
        format!("{:.2}", ratios.0),
        format!("{their_p50:.0}"),
        format!("{our_p50:.0}"),
        format!("{:.2}", ratios.1),
        verdict(case, samples).to_owned(),
    ]
}

fn record(kind: Kind, case: Case, samples: &Samples) -> Value {
    let rounds = |samples: &[Sample]| {
        let rates: Vec<_> = samples.iter().map(|sample| sample.requests_per_second).collect();
        let latencies: Vec<_> = samples.iter().map(|sample| sample.p50_us).collect();
        json!({ "requests_per_second": rates, "p50_us": latencies })
    };
    let ratios = ratios(samples);
    json!({
        "server": kind.name(),
        "command": case.command,
        "pipeline": case.pipeline,
        "connections": case.connections,
        "requests": case.requests,
        "redis_benchmark_rounds": rounds(&samples.theirs),
        "redloop_bench_rounds": rounds(&samples.ours),
        "requests_per_second_ratio": ratios.0,
        "p50_ratio": ratios.1,
        "verdict": verdict(case, samples),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_are_read() {
        let csv = "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\"\n\
                   \"GET\",\"98039.22\",\"0.3\",\"0.1\",\"0.255\",\"0.4\"\n";
        let sample = parse_csv(csv).expect("fields");
        assert_eq!((sample.requests_per_second, sample.p50_us), (98_039.22, 255.0));
        let json = r#"{ "requests_per_second": 5.5, "latency": { "p50_us": 40.1 } }"#;
        let sample = parse_json(json).expect("fields");
        assert_eq!((sample.requests_per_second, sample.p50_us), (5.5, 40.1));
        assert!(parse_csv("").is_none() && parse_json("{}").is_none());
    }

    #[test]
    fn one_connection_must_agree_in_latency_too() {
        let judged = |connections, rate, p50_us| {
            let case = Case { command: "get", pipeline: 1, connections, requests: 1 };
            let sample = |requests_per_second, p50_us| Sample { requests_per_second, p50_us };
            let samples =
                Samples { theirs: vec![sample(100.0, 500.0)], ours: vec![sample(rate, p50_us)] };
            verdict(case, &samples)
        };
        assert_eq!(judged(1, 101.0, 490.0), "agree");
        assert_eq!(judged(1, 101.0, 600.0), "other p50");
        assert_eq!(judged(50, 101.0, 600.0), "agree");
        assert_eq!(judged(50, 120.0, 500.0), "more");
        assert_eq!(judged(50, 90.0, 500.0), "less");
    }
}
