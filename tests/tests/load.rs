//! `redloop bench` against real servers: what it says it sent is what the server counted, an open loop keeps to its
//! schedule, a stall shows, and whatever goes wrong is counted and told.
#![cfg(target_os = "linux")]

use redloop_tests::{
    native::{Client, Native},
    ports::free_port,
    tools,
};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

fn start(arguments: &[&str]) -> (Native, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Native::start(folder.path(), arguments).unwrap(), folder)
}

/// `redloop bench` with these arguments, parted by blanks; `'` keeps blanks together.
fn command(port: u16, arguments: &str) -> Command {
    let mut command = Command::new(tools::redloop().unwrap());
    command.args(["bench", "--port", &port.to_string()]);
    for word in redloop_tests::words::split(arguments).unwrap() {
        command.arg(String::from_utf8(word).unwrap());
    }
    command.env_remove("REDISCLI_AUTH").stdin(Stdio::null());
    command
}

/// Its report, and what it said beside that.
fn report_of(output: &Output) -> (Value, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    (serde_json::from_slice(&output.stdout).expect("JSON"), said)
}

fn bench(port: u16, arguments: &str) -> (Value, String) {
    report_of(&command(port, arguments).arg("--json").output().unwrap())
}

/// What it says when it cannot.
fn refusal(port: u16, arguments: &str) -> String {
    let output = command(port, arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments}: {said}");
    assert_eq!(output.stdout, b"", "{arguments}");
    said
}

fn number(report: &Value, path: &str) -> f64 {
    let value = report.pointer(path).unwrap_or_else(|| panic!("no {path} in {report:#}"));
    value.as_f64().unwrap_or_else(|| panic!("{path} is {value}"))
}

/// How often the server has run a command.
fn calls(client: &mut Client, name: &str) -> f64 {
    let info = client.ask("INFO commandstats");
    let begin = format!("cmdstat_{name}:calls=");
    let line = info.lines().find_map(|line| line.strip_prefix(begin.as_str()));
    line.map_or(0.0, |line| line.split(',').next().unwrap().parse().unwrap())
}

fn until(mut met: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(15);
    while !met() {
        assert!(Instant::now() < end, "never");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_was_sent_is_what_the_server_counted() {
    let (server, _folder) = start(&[]);
    let arguments = "-n 20001 -c 7 -P 4 -t 2 -m get=3,set=1 --keyspace 1000";
    let (report, said) = bench(server.port(), arguments);
    assert_eq!(number(&report, "/requests"), 20_001.0);
    let mut client = server.client();
    for (index, name) in ["get", "set"].iter().enumerate() {
        let requests = number(&report, &format!("/commands/{index}/requests"));
        assert_eq!(requests, calls(&mut client, name), "{name}");
        assert_eq!(requests, number(&report, &format!("/commands/{index}/latency/count")));
    }
    // Three quarters, and five standard deviations.
    let gets = number(&report, "/commands/0/requests");
    assert!((gets - 15_000.0).abs() < 310.0, "{gets}");
    let sum = |path: &str| -> f64 {
        let counts = report.pointer(path).unwrap().as_array().unwrap();
        counts.iter().map(|count| count.as_f64().unwrap()).sum()
    };
    assert_eq!(sum("/requests_per_connection"), 20_001.0);
    assert_eq!(sum("/timeline/requests"), 20_001.0);
    assert_eq!(number(&report, "/connects/opened"), 7.0);
    assert_eq!(number(&report, "/errors/count"), 0.0);
    assert_eq!(number(&report, "/settings/pipeline"), 4.0);
    let version = report.pointer("/versions/server").unwrap().as_str().unwrap();
    assert!(version.starts_with("redloop "), "{version}");
    // Neither a warning about what was lost, nor a progress bar where there is no terminal.
    assert!(
        !said.contains("lost") && !said.contains("never") && !said.contains('\u{1b}'),
        "{said}"
    );
}

#[test]
fn the_warm_up_does_not_count() {
    let (server, _folder) = start(&[]);
    let (report, _) = bench(server.port(), "-n 100 -c 2 --warmup 0.2 -m incr --keyspace 1");
    assert_eq!(number(&report, "/requests"), 100.0);
    let mut client = server.client();
    assert!(calls(&mut client, "incr") > 110.0, "{}", calls(&mut client, "incr"));
}

#[test]
fn an_open_loop_sends_what_is_due() {
    let (server, _folder) = start(&[]);
    let (report, _) = bench(server.port(), "-d 1 --rate 2000 -c 10 -t 2 -m ping");
    assert_eq!(number(&report, "/schedule/requests_due"), 2000.0);
    let never = number(&report, "/requests_unsent");
    assert_eq!(number(&report, "/requests") + never, 2000.0);
    assert!(number(&report, "/seconds") > 0.9, "{}", number(&report, "/seconds"));

    // Random arrivals of one seed are always the same.
    let arguments = "-d 1 --rate 2000 --arrivals poisson -c 10 -m ping --seed 7";
    let due = |report: &Value| number(report, "/schedule/requests_due");
    let (report, _) = bench(server.port(), arguments);
    assert!((due(&report) - 2000.0).abs() < 225.0, "{}", due(&report));

    // Requests that leave together are due together.
    let (report, _) = bench(server.port(), "-n 999 --rate 5000 -P 10 -c 10 -m ping");
    assert_eq!((due(&report), number(&report, "/requests")), (999.0, 999.0));
}

#[test]
fn a_stall_shows_in_the_percentiles_and_not_only_in_one_sample() {
    let (server, _folder) = start(&["--enable-debug-command", "local"]);
    let mut running = command(server.port(), "-d 2 --rate 1000 -c 4 -m get --json");
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut client = server.client();
    until(|| calls(&mut client, "get") > 0.0);
    assert_eq!(client.ask("DEBUG SLEEP 1"), "OK");
    let (report, _) = report_of(&running.wait_with_output().unwrap());
    let due = number(&report, "/latency/p90_us");
    assert!(due > 300_000.0, "a tenth was due while the server slept: {due}");
    // Those who only look at what they sent saw four slow requests.
    assert!(number(&report, "/service/max_us") > 800_000.0);
    let sent = number(&report, "/service/p90_us");
    assert!(sent < due / 2.0, "{sent} of {due}");
    assert!(number(&report, "/schedule/requests_that_waited_for_a_connection") > 500.0);
}

#[test]
fn a_rate_that_is_too_much_is_told() {
    let (server, _folder) = start(&["--enable-debug-command", "local"]);
    let arguments = "-d 0.5 --rate 1000 -c 1 --command 'DEBUG SLEEP 0.01'";
    let (report, said) = bench(server.port(), arguments);
    let never = number(&report, "/requests_unsent");
    assert!(never > 100.0, "{never}");
    assert_eq!(number(&report, "/requests") + never, 500.0);
    assert!(said.contains("of 500 requests that were due were never sent"), "{said}");
}

#[test]
fn errors_are_counted_and_shown() {
    let (server, _folder) = start(&[]);
    assert_eq!(server.client().ask("SET text abc"), "OK");
    let arguments = "-n 300 -c 3 --command 'INCR text' --command '2=ECHO {connection}'";
    let (report, said) = bench(server.port(), arguments);
    let errors = number(&report, "/errors/count");
    assert_eq!(errors, number(&report, "/commands/0/requests"));
    assert!((50.0..150.0).contains(&errors), "a third of 300: {errors}");
    let text = "ERR value is not an integer or out of range";
    assert_eq!(report.pointer("/errors/first/0/text").unwrap().as_str(), Some(text));
    assert!(said.contains(&format!("the server answered {errors} times: {text}")), "{said}");
}

#[test]
fn refused_connections_are_counted_and_the_others_go_on() {
    let (server, _folder) = start(&["--maxclients", "10"]);
    let (report, said) = bench(server.port(), "-n 500 -c 12 --idle 3 -m ping");
    let of = |path: &str| number(&report, &format!("/connects/{path}"));
    assert_eq!((of("opened"), of("refused/count"), of("failed/count")), (10.0, 5.0, 0.0));
    let text = "ERR max number of clients reached";
    assert_eq!(report.pointer("/connects/refused/first/0/text").unwrap().as_str(), Some(text));
    assert_eq!(number(&report, "/requests"), 500.0);
    assert!(said.contains("5 of 15 connections could not be opened: ERR max number"), "{said}");
}

#[test]
fn passwords_are_asked_for_and_given() {
    let (server, _folder) = start(&["--requirepass", "secret"]);
    let said = refusal(server.port(), "-n 1");
    assert!(said.contains("NOAUTH") && said.contains("give --password"), "{said}");
    let said = refusal(server.port(), "-n 1 --password wrong");
    assert!(said.contains("WRONGPASS") && said.contains("see --password"), "{said}");
    for arguments in ["-n 50 -a secret", "-n 50 -a secret --user default --resp3 --db 3"] {
        let (report, _) = bench(server.port(), arguments);
        assert_eq!(number(&report, "/errors/count"), 0.0);
        assert!(report.pointer("/versions/server").unwrap().is_string());
    }
    let mut by_variable = command(server.port(), "-n 50 --json");
    let (report, _) = report_of(&by_variable.env("REDISCLI_AUTH", "secret").output().unwrap());
    assert_eq!(number(&report, "/requests"), 50.0);
    let mut client = server.client();
    assert_eq!(client.ask("AUTH secret"), "OK");
    assert!(client.ask("INFO keyspace").contains("db3:keys="), "SELECT was sent");
}

#[test]
fn each_impossible_argument_says_what_is_possible() {
    for (arguments, part) in [
        ("--connections 0", "0 connections are not possible; from 1 to"),
        ("--connections -1", "this is no whole number from 0 upwards"),
        ("--connections 2 --threads 3", "3 threads are not possible; from 1 to 2 are"),
        ("--pipeline 0", "0 commands in a pipeline are not possible; from 1 to 100000"),
        ("--sources 0", "0 source addresses are not possible"),
        ("--rate -5", "this is no number above 0"),
        ("--rate nan", "this is no number above 0"),
        ("--rate 1e9", "1000000000 requests a second are not possible"),
        ("--connect-rate 0", "this is no number above 0"),
        ("--duration 0", "a duration of 0 s is not possible"),
        ("--duration -1", "this is no number of seconds"),
        ("--duration 5 --requests 5", "cannot be used with"),
        ("--requests 0", "0 requests are not possible"),
        ("--warmup 1e9", "a warm-up of 1000000000 s is not possible"),
        ("--mix got=1", "no workload is named 'got'; there are ping, echo, set, get"),
        ("--mix get=much", "'much' in 'get=much' is no weight"),
        ("--mix get=0", "there is nothing to send"),
        ("--command 'GET {kay}'", "'{kay}' is no placeholder; there are {key}"),
        ("--command ''", "there is no command in it"),
        ("--keyspace 0", "0 keys are not possible"),
        ("--distribution gauss", "there are uniform, zipf, zipf:EXPONENT and sequential"),
        ("--distribution zipf:11", "a Zipf exponent of 11 is not possible"),
        ("--size 999999999999", "999999999999 bytes of data are not possible"),
        ("-c 1000 --size 100000000 -m set", "fewer connections or less data"),
        ("-c 3000000", "local ports than 1 source address have"),
        ("--host 192.0.2.1 --sources 2", "several source addresses are 127.0.0.1 and those"),
        ("--host no.such.host.invalid", "cannot find the host 'no.such.host.invalid'"),
        ("--arrivals poisson", "--rate"),
        ("--user ann", "--password"),
        ("--json /no/such/folder/file", "cannot write /no/such/folder/file"),
    ] {
        let said = refusal(1, arguments);
        assert!(said.contains(part), "{arguments}: {said}");
    }
    let said = refusal(free_port(), "-n 1");
    assert!(said.contains("nobody listens there; start a server"), "{said}");
    let mut no_socket = Command::new(tools::redloop().unwrap());
    let output = no_socket.args(["bench", "--socket", "/no/such/socket"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no such unix socket"), "{said}");
}

#[test]
fn every_named_command_finds_what_it_reads() {
    let (server, _folder) = start(&[]);
    // The error text names them all.
    let said = refusal(server.port(), "--mix nothing");
    let names = said.split("there are ").nth(1).unwrap().split("; ").next().unwrap();
    assert!(names.split(", ").count() > 30, "{names}");
    for name in names.split(", ") {
        let mut client = server.client();
        client.ask("FLUSHALL");
        client.ask("CONFIG RESETSTAT");
        let arguments = format!("-n 400 -c 4 -P 4 --keyspace 200 --prefill -m {name}");
        let (report, said) = bench(server.port(), &arguments);
        assert_eq!(number(&report, "/requests"), 400.0, "{name}: {said}");
        assert_eq!(number(&report, "/errors/count"), 0.0, "{name}: {said}");
        // Nobody looked for something that was not there; what DEL took is gone.
        if name != "del" {
            let info = client.ask("INFO stats");
            assert!(info.contains("keyspace_misses:0\r\n"), "{name}: {info}");
        }
    }
}

#[test]
fn large_pipelines_of_large_values_go_through() {
    let (server, _folder) = start(&[]);
    let arguments = "-n 4000 -c 2 -P 1000 --size 20000 -m set,get --keyspace 10 --prefill";
    let (report, _) = bench(server.port(), arguments);
    assert_eq!(number(&report, "/requests"), 4000.0);
    assert!(
        number(&report, "/bytes_received") > 20_000.0 * number(&report, "/commands/1/requests")
    );
}

#[test]
fn connections_come_from_many_addresses_and_some_only_sit_there() {
    let (server, _folder) = start(&[]);
    let mut running = command(server.port(), "-d 1 -c 3 --idle 6 --sources 3 --rate 100 --json");
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut client = server.client();
    until(|| {
        let list = client.ask("CLIENT LIST");
        let from = |ip: &str| list.matches(&format!(" addr={ip}:")).count();
        // The one that asks is from the first.
        from("127.0.0.1") == 4 && from("127.0.0.2") == 3 && from("127.0.0.3") == 3
    });
    let (report, _) = report_of(&running.wait_with_output().unwrap());
    assert_eq!(number(&report, "/connects/opened"), 9.0);
    assert_eq!(number(&report, "/idle_connections_lost"), 0.0);
    assert_eq!(report.pointer("/requests_per_connection").unwrap().as_array().unwrap().len(), 3);
}

#[test]
fn the_limit_of_open_files_is_raised_or_the_error_says_what_to_do() {
    let (server, _folder) = start(&[]);
    let limited = |limits: &str, arguments: &str| {
        let program = tools::redloop().unwrap();
        let line = format!("{limits}; exec \"$0\" bench --port {} {arguments}", server.port());
        Command::new("sh").args(["-c", &line]).arg(program).output().unwrap()
    };
    let output = limited("ulimit -Sn 64", "-n 200 -c 100 --json");
    let (report, said) = report_of(&output);
    assert_eq!(number(&report, "/connects/opened"), 100.0);
    assert!(said.contains("the limit of open files was 64; raised to "), "{said}");

    let output = limited("ulimit -n 64", "-n 200 -c 100 --json");
    let said = String::from_utf8_lossy(&output.stderr);
    let privileged =
        Command::new("sh").args(["-c", "ulimit -n 64 && ulimit -Hn 128"]).output().unwrap();
    if privileged.status.success() {
        assert!(said.contains("the limit of open files was 64; raised to "), "{said}");
    } else {
        assert!(!output.status.success());
        assert!(said.contains("100 connections need as many open files"), "{said}");
        assert!(said.contains("raise the hard limit (`ulimit -Hn`"), "{said}");
    }
}

#[test]
fn requests_whose_connections_are_missing_are_told() {
    let (server, _folder) = start(&["--maxclients", "1"]);
    // One of the two threads has no connection for its half.
    let (report, said) = bench(server.port(), "-n 100 -c 2 -t 2 -m ping");
    assert_eq!((number(&report, "/requests"), number(&report, "/requests_unsent")), (50.0, 50.0));
    assert!(said.contains("50 requests were never sent: their connections could not be"), "{said}");
}

#[test]
fn connections_can_be_opened_at_a_rate() {
    let (server, _folder) = start(&[]);
    let (report, _) = bench(server.port(), "-n 10 -c 10 -t 2 --connect-rate 50 --in-flight 2");
    let seconds = number(&report, "/connects/seconds");
    assert!(seconds > 0.17, "the tenth is due after 180 ms: {seconds}");
    assert_eq!(number(&report, "/connects/latency/count"), 10.0);
}

#[test]
fn a_unix_socket_does_as_well_and_json_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _server = Native::start(folder.path(), &["--unixsocket", path.to_str().unwrap()]).unwrap();
    let file = folder.path().join("report.json");
    let mut bench = Command::new(tools::redloop().unwrap());
    bench.arg("bench").arg("--socket").arg(&path).arg("--json").arg(&file);
    let output = bench.args(["-n", "1000", "-P", "8"]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("1000 requests in ") && shown.contains("p99.99"), "{shown}");
    let report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(number(&report, "/requests"), 1000.0);
    assert_eq!(report.pointer("/settings/target").unwrap().as_str(), path.to_str());
}

#[test]
fn connections_that_are_lost_are_told() {
    let (server, _folder) = start(&[]);
    let mut running = command(server.port(), "-d 60 -c 5 --idle 2 -m get --json");
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut client = server.client();
    until(|| calls(&mut client, "get") > 100.0);
    drop(server);
    let (report, said) = report_of(&running.wait_with_output().unwrap());
    assert_eq!(number(&report, "/connections_lost/count"), 5.0);
    assert_eq!(number(&report, "/idle_connections_lost"), 2.0);
    assert!(number(&report, "/requests") > 100.0);
    assert!(said.contains("connections were lost while running: "), "{said}");
    assert!(said.contains("2 connections were closed by the end"), "{said}");
}

/// Answers the first `read` of every connection with `answer`, and is silent from then on.
fn silent_server(answer: &'static [u8]) -> u16 {
    let port = free_port();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    thread::spawn(move || {
        let mut held: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 100]);
            let _ = stream.write_all(answer);
            held.push(stream);
        }
    });
    port
}

#[test]
fn a_server_that_is_silent_is_given_up() {
    let port = silent_server(b"+PONG\r\n");
    let (report, said) = bench(port, "-d 0.2 -c 3 -P 2 --timeout 0.5 -m get");
    assert_eq!(number(&report, "/requests"), 0.0);
    assert_eq!(number(&report, "/requests_unanswered"), 6.0);
    assert!(
        said.contains("3 connections were lost while running: no reply within 0.5 s"),
        "{said}"
    );
    // One whose backlog is full, or that is stuck, never answers the greeting.
    let said = refusal(silent_server(b""), "-n 1 -c 2 --connect-timeout 0.3");
    assert!(said.contains("the server accepts too slowly, or is stuck"), "{said}");
}

#[test]
fn a_server_that_is_none_is_told() {
    let said = refusal(silent_server(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "-n 1 -c 1");
    assert!(said.contains("this is no Redis server"), "{said}");
}
