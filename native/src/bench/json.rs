//! What a run showed, for programs: every figure with its unit in its name.

use crate::load::{
    Arrivals, Connects, Distribution, Latencies, Pace, Plan, Report, STEP, Stop, Texts,
};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// Quantiles with names.
const QUANTILES: [(&str, f64); 6] = [
    ("p50_us", 0.5),
    ("p90_us", 0.9),
    ("p95_us", 0.95),
    ("p99_us", 0.99),
    ("p99_9_us", 0.999),
    ("p99_99_us", 0.9999),
];

/// Steps of the list of quantiles for each halving of the distance to 100 %.
const QUANTILE_STEPS: u32 = 4;

/// The whole document, with a line end.
pub(super) fn document(plan: &Plan, report: &Report, server: Option<&str>) -> String {
    let commands: Vec<Value> = report
        .commands
        .iter()
        .zip(&plan.mix.shares)
        .map(|(command, share)| {
            json!({
                "name": command.name,
                "command": share.text,
                "weight": share.weight,
                "requests": command.latency.len(),
                "latency": latencies(&command.latency),
            })
        })
        .collect();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let document = json!({
        "versions": { "redloop": env!("CARGO_PKG_VERSION"), "server": server },
        "finished_unix_seconds": now.map(|since| since.as_secs()).ok(),
        "settings": settings(plan),
        "requests": report.requests,
        "seconds": report.seconds,
        "requests_per_second": report.per_second(),
        "errors": texts(&report.errors),
        "latency": latencies(&report.latency),
        "service": latencies(&report.service),
        "commands": commands,
        "fairness_jain": report.fairness(),
        "requests_per_connection": report.per_connection,
        "connects": connects(&report.connects),
        "connections_lost": texts(&report.lost),
        "idle_connections_lost": report.idle_lost,
        "requests_unanswered": report.unanswered,
        "requests_unsent": report.unsent,
        "bytes_sent": report.bytes.sent,
        "bytes_received": report.bytes.received,
        "schedule": report.punctuality.as_ref().map(|punctuality| json!({
            "requests_due": punctuality.due,
            "requests_that_waited_for_a_connection": punctuality.waited,
            "generator_is_behind": punctuality.is_behind(),
            "generator_lateness": latencies(&punctuality.lag),
        })),
        "generator_busiest_thread_share": report.busiest_thread,
        "open_files_max": report.files_max,
        "timeline": { "step_ms": STEP.as_millis() as u64, "requests": report.timeline },
    });
    format!("{document:#}\n")
}

fn settings(plan: &Plan) -> Value {
    let (pace, rate, arrivals) = match plan.pace {
        Pace::Closed => ("closed", None, None),
        Pace::Open { per_second, arrivals: Arrivals::Fixed } => {
            ("open", Some(per_second), Some("fixed"))
        }
        Pace::Open { per_second, arrivals: Arrivals::Poisson } => {
            ("open", Some(per_second), Some("poisson"))
        }
    };
    let (duration, requests) = match plan.stop {
        Stop::After(duration) => (Some(duration.as_secs_f64()), None),
        Stop::Requests(requests) => (None, Some(requests)),
    };
    let (distribution, exponent) = match plan.distribution {
        Distribution::Uniform => ("uniform", None),
        Distribution::Zipf { exponent } => ("zipf", Some(exponent)),
        Distribution::Sequential => ("sequential", None),
    };
    json!({
        "target": plan.target.to_string(),
        "user": plan.greeting.user,
        "authenticated": plan.greeting.password.is_some(),
        "resp": if plan.greeting.resp3 { 3 } else { 2 },
        "database": plan.greeting.database,
        "connections": plan.connections,
        "idle_connections": plan.idle,
        "source_addresses": plan.sources,
        "threads": plan.threads,
        "pipeline": plan.pipeline,
        "loop": pace,
        "rate_per_second": rate,
        "arrivals": arrivals,
        "duration_seconds": duration,
        "requests": requests,
        "warmup_seconds": plan.warmup.as_secs_f64(),
        "keyspace": plan.keyspace,
        "distribution": distribution,
        "zipf_exponent": exponent,
        "data_bytes": plan.data_bytes,
        "prefill": plan.prefill,
        "connects_per_second": plan.connect.per_second,
        "connects_in_flight_max": plan.connect.in_flight,
        "connect_timeout_seconds": plan.connect.timeout.as_secs_f64(),
        "reply_timeout_seconds": plan.reply_timeout.as_secs_f64(),
        "seed": plan.seed,
    })
}

fn connects(connects: &Connects) -> Value {
    json!({
        "opened": connects.opened,
        "refused": texts(&connects.refused),
        "failed": texts(&connects.failed),
        "timed_out": connects.timed_out,
        "seconds": connects.seconds,
        "latency": latencies(&connects.latency),
    })
}

fn texts(texts: &Texts) -> Value {
    let first: Vec<Value> =
        texts.first.iter().map(|(text, count)| json!({ "text": text, "count": count })).collect();
    json!({ "count": texts.count, "first": first })
}

fn latencies(latencies: &Latencies) -> Value {
    let mut object = Map::new();
    object.insert("count".into(), json!(latencies.len()));
    object.insert("mean_us".into(), json!(latencies.mean() / 1e3));
    object.insert("min_us".into(), us(latencies.min()));
    for (name, quantile) in QUANTILES {
        object.insert(name.into(), us(latencies.value_at_quantile(quantile)));
    }
    object.insert("max_us".into(), us(latencies.max()));
    let quantiles: Vec<Value> = latencies
        .iter_quantiles(QUANTILE_STEPS)
        .map(|value| {
            let up_to = latencies.count_between(0, value.value_iterated_to());
            json!([value.quantile_iterated_to(), value.value_iterated_to() as f64 / 1e3, up_to])
        })
        .collect();
    object.insert("quantile_us_count".into(), Value::Array(quantiles));
    Value::Object(object)
}

fn us(ns: u64) -> Value {
    json!(ns as f64 / 1e3)
}
