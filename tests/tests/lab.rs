//! `redloop lab` from outside: a quick run of everything, read back and checked by what must hold on any machine; going on with a run
//! that was cut off; and what it says when it cannot do what was asked.
#![cfg(target_os = "linux")]

use redloop_tests::tools;
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const MODELS: [&str; 3] = ["event-loop", "task-per-connection", "worker-pool"];
const SCENARIOS: [&str; 6] = ["connections", "cpu", "race", "moderate", "burst", "learning"];

/// Runs it with results in `folder`.
fn lab(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(tools::redloop().unwrap())
        .arg("lab")
        .args(["--port", &redloop_tests::ports::free_port().to_string(), "--out"])
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap()
}

/// What it says when it refuses.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = lab(folder, arguments);
    assert!(!output.status.success(), "{arguments:?} went well:\n{}", text(&output));
    text(&output)
}

fn figure(measurement: &Value, name: &str) -> f64 {
    measurement["figures"][name].as_f64().unwrap_or_else(|| panic!("no {name} in {measurement}"))
}

#[test]
fn a_quick_run_measures_every_scenario_under_every_model() {
    let folder = tempfile::tempdir().unwrap();
    let output = lab(folder.path(), &["--quick", "--repetitions", "1", "--html", "--markdown"]);
    assert!(output.status.success(), "{}", text(&output));
    for title in ["CPU-heavy commands among GETs", "Which model when", "All figures: "] {
        assert!(text(&output).contains(title), "{}", text(&output));
    }
    let results: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("lab.json")).unwrap()).unwrap();
    assert_eq!(results["quick"], true);
    assert!(results["machine"]["cores"].as_u64() > Some(0));
    assert_eq!(results["skipped"], Value::Array(vec![]));
    let measurements = results["measurements"].as_array().unwrap();
    for scenario in SCENARIOS {
        for model in MODELS {
            let found: Vec<&Value> = measurements
                .iter()
                .filter(|one| one["scenario"] == scenario && one["setup"] == model)
                .collect();
            assert!(!found.is_empty(), "{scenario} under {model} was not measured");
            for one in found {
                check(scenario, model, one);
            }
        }
    }
    // A race that loses nothing would be none.
    let lost: f64 = measurements
        .iter()
        .filter(|one| one["point"]["variant"] == "GET+SET, one key")
        .map(|one| figure(one, "updates_lost"))
        .sum();
    assert!(lost > 0.0, "GET+SET by several clients on one key lost nothing");

    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("The rule"), "{page}");
    for outside in ["<script", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "the report is not one file: {outside}");
    }

    let tables = fs::read_to_string(folder.path().join("report.md")).unwrap();
    for part in
        ["## CPU-heavy commands among GETs", "|-----", "| event-loop+offload", "## The rule"]
    {
        assert!(tables.contains(part), "no {part} in\n{tables}");
    }

    // The rule is not derived from such figures, unless one insists.
    let error = refused(folder.path(), &["--decide"]);
    assert!(error.contains("--quick") && error.contains("--force"), "{error}");
    let forced = lab(folder.path(), &["--decide", "--force"]);
    assert!(forced.status.success(), "{}", text(&forced));
    assert!(text(&forced).contains("single repetition"), "{}", text(&forced));
}

/// What holds for a measurement on any machine, however busy.
fn check(scenario: &str, model: &str, one: &Value) {
    let of = |name: &str| figure(one, name);
    let connections = one["point"]["connections"].as_f64().unwrap();
    if scenario == "learning" {
        assert!(of("code_lines") > 0.0 && of("code_concepts") > 0.0, "{one}");
        return;
    }
    assert!(of("latency_p50_us") > 0.0, "{one}");
    assert!(of("latency_p50_us") <= of("latency_p99_us"), "{one}");
    assert!(of("latency_p99_us") <= of("latency_p999_us"), "{one}");
    assert!(of("latency_p999_us") <= of("latency_max_us") * 1.001, "{one}");
    assert!((0.0..=1.000_001).contains(&of("fairness_jain")), "{one}");
    assert!(of("memory_peak_bytes") >= of("memory_resident_bytes"), "{one}");
    assert!(of("memory_resident_bytes") > 1e6, "{one}");
    assert!(of("memory_counted_per_connection_bytes") > 0.0, "{one}");
    if model == "task-per-connection" {
        assert!(of("lock_acquisitions") >= 0.0, "{one}");
    }
    if scenario == "race" {
        let way = one["point"]["variant"].as_str().unwrap();
        assert!(of("updates_acknowledged") > 0.0, "{one}");
        assert!((of("updates_per_s") > 0.0) && of("updates_lost") >= 0.0, "{one}");
        if !way.starts_with("GET+SET") {
            assert_eq!(of("updates_lost"), 0.0, "{way} promises that none is lost: {one}");
        }
        if way.starts_with("WATCH") {
            assert!(of("fairness_jain") > 0.4, "some win again and again: {one}");
        } else {
            assert_eq!(of("updates_retried"), 0.0, "{one}");
        }
        return;
    }
    assert!(of("requests") > 0.0 && of("throughput_per_s") > 0.0, "{one}");
    assert_eq!(of("errors"), 0.0, "{one}");
    let all = of("connects_opened")
        + of("connects_refused")
        + of("connects_failed")
        + of("connects_timed_out");
    assert_eq!(all, connections, "every connection was opened or was not: {one}");
    if scenario == "burst" {
        assert_eq!(of("connects_refused"), 0.0, "the limits admit all of them: {one}");
        if one["point"]["variant"] == "accept-rate" {
            // 2000 a second, of which a tenth of a second's may come together: the last 100 of 300 take 50 ms at least.
            assert!(of("all_served_seconds") > 0.04, "{one}");
        }
    }
    if scenario == "cpu" && one["point"]["heavy_percent"].as_f64() > Some(0.0) {
        assert!(of("heavy_p50_us") > 0.0 && of("heavy_time_percent") > 0.0, "{one}");
        assert!(of("heavy_throughput_per_s") < of("throughput_per_s"), "{one}");
    }
}

const SMALL: [&str; 8] = [
    "--quick",
    "--repetitions",
    "2",
    "--scenario",
    "race,learning",
    "--models",
    "event-loop",
    "--json",
];

#[test]
fn a_run_goes_on_where_it_was_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let json = |output: &Output| -> Value { serde_json::from_slice(&output.stdout).unwrap() };
    let first = lab(folder.path(), &SMALL);
    assert!(first.status.success(), "{}", text(&first));
    let parts = folder.path().join("measurements");
    let gone = parts.join("race-c4-h0-incr--one-key-event-loop-r2.json");
    fs::remove_file(&gone).unwrap();

    let error = refused(folder.path(), &SMALL);
    assert!(error.contains("has measurements already") && error.contains("--resume"), "{error}");

    let resume: Vec<&str> = [&SMALL[..], &["--resume"]].concat();
    let second = lab(folder.path(), &resume);
    assert!(second.status.success(), "{}", text(&second));
    assert!(
        text(&second).contains("13 measurements are there already, 1 to go"),
        "{}",
        text(&second)
    );
    assert!(gone.exists());
    let summary = &json(&second)["summaries"][0]["figures"]["updates_per_s"];
    assert_eq!(summary["repetitions"], 2, "{summary}");
    let (low, high) = (&summary["mean_interval"]["low"], &summary["mean_interval"]["high"]);
    assert!(low.as_f64() <= summary["mean"].as_f64() && summary["mean"].as_f64() <= high.as_f64());
    assert_eq!(summary["median_confidence"], 0.5, "{summary}");
    // All but that one are the same to the last digit.
    let kept = |results: &Value| -> Vec<String> {
        let all = results["measurements"].as_array().unwrap().iter();
        let others =
            all.filter(|one| one["point"]["variant"] != "INCR, one key" || one["repetition"] != 2);
        let mut texts: Vec<String> = others.map(Value::to_string).collect();
        texts.sort();
        texts
    };
    assert_eq!(kept(&json(&first)), kept(&json(&second)));

    fs::write(&gone, "{\"conditions\": {").unwrap();
    let error = refused(folder.path(), &resume);
    assert!(error.contains("race-c4-h0-incr--one-key-event-loop-r2.json"), "{error}");
    assert!(error.contains("delete this file"), "{error}");
    fs::remove_file(&gone).unwrap();
    let other: Vec<&str> = [&resume[..], &["--seconds", "0.3"]].concat();
    let error = refused(folder.path(), &other);
    assert!(error.contains("different: --seconds"), "{error}");
}

#[test]
fn what_cannot_be_done_says_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let refuses = |arguments: &[&str], part: &str| {
        let error = refused(folder.path(), arguments);
        assert!(error.contains(part), "{arguments:?}: {error}");
    };
    refuses(&["--models", "foo"], "there are event-loop, task-per-connection and worker-pool");
    refuses(&["--scenario", "foo"], "there is no scenario 'foo'");
    refuses(&["--repetitions", "0"], "from 1 to 1000 are possible");
    refuses(&["--repetitions", "many"], "invalid value 'many'");
    refuses(&["--seconds", "nan"], "from 0.05 to 3600 seconds");
    refuses(&["--workers", "0"], "1..=1024");
    refuses(&["--server-cores", "0-99999"], "there is no core 99999 here");
    refuses(&["--decide"], "measure first with: redloop lab");
    let broken = folder.path().join("broken.json");
    fs::write(&broken, "[1, 2").unwrap();
    refuses(&["--decide", broken.to_str().unwrap()], "these are no results of redloop lab");
    // More files than any system opens: it says so, and that nothing is left to measure.
    let many = ["--quick", "--scenario", "connections", "--connections", "2000000000"];
    refuses(&many, "2000000256 open files are needed");
    refuses(&[&many[..], &["--resume"]].concat(), "nothing could be measured");
}

#[test]
fn a_run_that_is_told_to_end_takes_its_server_along() {
    let folder = tempfile::tempdir().unwrap();
    let port = redloop_tests::ports::free_port();
    let mut child = Command::new(tools::redloop().unwrap())
        .args(["lab", "--scenario", "moderate", "--connections", "10", "--seconds", "600"])
        .args(["--port", &port.to_string(), "--out"])
        .arg(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first measurement lasts for ten minutes, so that it is surely under way once there is a server.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(std::time::Instant::now() < end, "no server");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(1));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert!(said.contains("go on with: redloop lab --resume"), "{said}");
    assert!(
        std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
        "the server is still there"
    );
}
