//! Commands that leave the engine as jobs: the same bytes as ever, in the same order, whatever happens to their clients
//! and to what they read meanwhile.

use proptest::prelude::*;
use redloop_core::{
    ClientId, Done, Engine, Helper, Input, Job, Options, Output, Peer, Timestamp,
    command::CommandTable,
};
use redloop_tests::{resp::encode_command, words};
use std::collections::BTreeMap;

const START: Timestamp = Timestamp(1_795_000_000_000_000);
/// Members of collections that are in their large forms.
const MANY: usize = 700;

/// An engine whose jobs are run when the test says so.
struct Host {
    engine: Engine,
    now: Timestamp,
    jobs: Vec<Job>,
    replies: BTreeMap<u64, Vec<u8>>,
    closed: Vec<u64>,
    /// What came back, to be fed to another engine.
    done: Vec<Done>,
}

impl Host {
    fn new(offload_units: Option<u64>) -> Self {
        let options = Options { seed: 7, offload_units, ..Options::default() };
        Host {
            engine: Engine::new(START, options),
            now: START,
            jobs: Vec::new(),
            replies: BTreeMap::new(),
            closed: Vec::new(),
            done: Vec::new(),
        }
    }

    fn connect(&mut self, client: u64) {
        let peer = Peer { loopback: true, ..Peer::default() };
        self.feed(Input::Connect { client: ClientId(client), peer });
    }

    /// Sends lines of commands in one piece.
    fn send(&mut self, client: u64, lines: &str) {
        let bytes: Vec<u8> = lines
            .lines()
            .flat_map(|line| encode_command(&words::split(line).expect("balanced quotes")))
            .collect();
        self.feed(Input::Bytes { client: ClientId(client), bytes: &bytes });
    }

    fn feed(&mut self, input: Input<'_>) {
        self.now = self.now.plus_micros(10);
        self.engine.feed(self.now, input);
        self.engine.run();
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(client) => {
                    let mut bytes = Vec::new();
                    self.engine.swap_replies(client, &mut bytes);
                    let sent = Input::Sent { client, bytes: bytes.len() };
                    self.engine.feed(self.now, sent);
                    self.replies.entry(client.0).or_default().extend(bytes);
                }
                Output::Close(client) => self.closed.push(client.0),
                Output::Job(job) => self.jobs.push(*job),
                _ => {}
            }
        }
    }

    /// Runs the oldest job that is out.
    fn finish_one(&mut self) {
        let done = self.jobs.remove(0).run(&mut Helper::new());
        self.done.push(done.clone());
        self.feed(Input::Done(Box::new(done)));
    }

    fn finish_all(&mut self) {
        while !self.jobs.is_empty() {
            self.finish_one();
        }
    }

    /// What a client was sent since the last call, as text.
    fn said(&mut self, client: u64) -> String {
        let bytes = self.replies.remove(&client).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The same for a command of somebody else, who does not stay.
    fn ask(&mut self, line: &str) -> String {
        self.connect(99);
        self.send(99, line);
        self.finish_all();
        let said = self.said(99);
        self.feed(Input::Disconnect { client: ClientId(99) });
        said
    }

    /// A large set at `key`.
    fn fill(&mut self, key: &str) {
        let members: Vec<_> = (0..MANY).map(|number| format!("m{number}")).collect();
        let reply = self.ask(&format!("SADD {key} {}", members.join(" ")));
        assert_eq!(reply, format!(":{MANY}\r\n"));
    }
}

/// A host with clients 1 to 4 and a large set at `big`.
fn with_big_set() -> Host {
    let mut host = Host::new(Some(100));
    host.fill("big");
    (1..=4).for_each(|client| host.connect(client));
    host
}

#[test]
fn replies_come_in_their_order_and_others_go_on() {
    let mut host = with_big_set();
    host.send(1, "PING\nSMEMBERS big\nECHO after\nSCARD big");
    assert_eq!((host.said(1).as_str(), host.jobs.len()), ("+PONG\r\n", 1));
    host.send(1, "ECHO later");
    host.send(2, "SCARD big\nGET nothing");
    assert_eq!(host.said(2), format!(":{MANY}\r\n$-1\r\n"));
    assert_eq!(host.said(1), "");
    host.finish_all();
    let said = host.said(1);
    assert!(said.starts_with(&format!("*{MANY}\r\n$")), "{said:.40}");
    assert!(said.ends_with(&format!("$5\r\nafter\r\n:{MANY}\r\n$5\r\nlater\r\n")));
}

#[test]
fn small_work_stays() {
    let mut host = with_big_set();
    host.ask("SADD small a b c");
    host.send(1, "SMEMBERS small\nLRANGE none 0 -1\nSINTER big small");
    assert!(host.jobs.is_empty());
    host.send(
        1,
        "SMEMBERS nothing\nSINTER big nothing\nSORT big BY w_* ALPHA\nSORT big ALPHA STORE there",
    );
    assert!(host.jobs.is_empty(), "nothing to do, or other keys are read or written");
}

#[test]
fn writers_wait_first_come_first_served_and_others_do_not() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big");
    host.send(2, "SADD big x\nSCARD big");
    host.send(3, "SREM big x\nPING");
    host.send(4, "SADD other y\nSISMEMBER big x");
    assert_eq!(host.said(4), ":1\r\n:0\r\n");
    assert_eq!((host.said(2), host.said(3)), (String::new(), String::new()));
    assert!(host.ask("INFO clients").contains("blocked_clients:0"));
    host.finish_all();
    assert!(host.said(1).starts_with(&format!("*{MANY}\r\n")));
    assert_eq!(host.said(2), format!(":1\r\n:{}\r\n", MANY + 1));
    assert_eq!(host.said(3), ":1\r\n+PONG\r\n");
    assert_eq!(host.engine.server().stats.offload_postponed_writes, 2);
    assert!(!host.engine.server().holds.any());
}

#[test]
fn a_waiting_writer_is_not_overtaken_by_who_comes_later() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big");
    host.send(2, "SADD big x");
    // All in one go: the job's end and a later writer.
    let done = host.jobs.remove(0).run(&mut Helper::new());
    let late = encode_command(&words::split("SREM big x").unwrap());
    host.engine.feed(host.now, Input::Bytes { client: ClientId(3), bytes: &late });
    host.feed(Input::Done(Box::new(done)));
    assert_eq!((host.said(2), host.said(3)), (":1\r\n".into(), ":1\r\n".into()));
}

#[test]
fn while_a_writer_waits_no_job_starts_on_its_key() {
    let mut host = with_big_set();
    host.fill("other");
    host.send(1, "SMEMBERS big");
    host.send(2, "SADD big x");
    host.send(3, "SMEMBERS big");
    assert_eq!(host.jobs.len(), 1);
    assert!(host.said(3).starts_with(&format!("*{MANY}\r\n")), "read on the loop");
    host.send(3, "SMEMBERS other");
    assert_eq!(host.jobs.len(), 2, "another key is nobody's concern");
    host.finish_one();
    assert_eq!(host.said(2), ":1\r\n");
    host.send(4, "SMEMBERS big");
    assert_eq!(host.jobs.len(), 2);
}

#[test]
fn several_jobs_hold_a_key_until_the_last_is_done() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big");
    host.send(2, "SMEMBERS big");
    host.send(3, "SADD big x");
    host.finish_one();
    assert_eq!(host.said(3), "");
    host.finish_one();
    assert_eq!(host.said(3), ":1\r\n");
}

#[test]
fn what_drops_or_replaces_a_value_does_not_wait() {
    for (drops, reply) in [
        ("DEL big", ":1\r\n"),
        ("UNLINK big", ":1\r\n"),
        ("SET big text", "+OK\r\n"),
        ("SINTERSTORE big none", ":0\r\n"),
        ("FLUSHALL", "+OK\r\n"),
        ("FLUSHDB", "+OK\r\n"),
        ("SWAPDB 0 1", "+OK\r\n"),
    ] {
        let mut host = with_big_set();
        host.send(1, "SMEMBERS big");
        host.send(2, drops);
        assert_eq!(host.said(2), reply, "{drops}");
        host.send(2, "DEL big\nSADD big new");
        assert!(host.said(2).ends_with(":1\r\n"), "{drops}");
        host.finish_all();
        let said = host.said(1);
        assert!(said.starts_with(&format!("*{MANY}\r\n")), "{drops}: {said:.40}");
        assert!(!said.contains("new"), "{drops}");
        assert!(!host.engine.server().holds.any());
    }
}

#[test]
fn a_key_whose_time_comes_goes_and_its_job_reads_on() {
    let mut host = with_big_set();
    host.ask("PEXPIRE big 5000");
    host.send(1, "SMEMBERS big");
    host.now = host.now.plus_micros(6_000_000);
    host.feed(Input::Wake);
    assert_eq!(host.ask("DBSIZE"), ":0\r\n");
    host.send(2, "SADD big new");
    assert_eq!(host.said(2), ":1\r\n", "what the job reads is not what stands there now");
    host.finish_all();
    assert!(host.said(1).starts_with(&format!("*{MANY}\r\n")));
}

#[test]
fn what_takes_a_value_elsewhere_waits_or_the_next_write_would_copy() {
    for (moves, reply) in [("RENAME big new", "+OK\r\n"), ("MOVE big 1", ":1\r\n")] {
        let mut host = with_big_set();
        host.send(1, "SMEMBERS big");
        host.send(2, moves);
        assert_eq!(host.said(2), "", "{moves}");
        host.finish_all();
        assert_eq!(host.said(2), reply, "{moves}");
    }
}

#[test]
fn a_write_that_need_not_wait_changes_a_value_of_its_own() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big");
    host.send(2, "SWAPDB 0 1\nSELECT 1\nSADD big new\nSCARD big");
    assert_eq!(host.said(2), format!("+OK\r\n+OK\r\n:1\r\n:{}\r\n", MANY + 1));
    host.finish_all();
    assert!(host.said(1).starts_with(&format!("*{MANY}\r\n")));
}

#[test]
fn transactions_never_leave_and_wait_as_a_whole() {
    let mut host = with_big_set();
    host.send(1, "MULTI\nSMEMBERS big\nPING\nEXEC");
    assert!(host.jobs.is_empty());
    assert!(host.said(1).ends_with("+PONG\r\n"));
    host.send(1, "SMEMBERS big");
    host.send(2, "MULTI\nSET a 1\nSADD big x\nEXEC");
    assert_eq!(host.said(2), "+OK\r\n+QUEUED\r\n+QUEUED\r\n");
    assert_eq!(host.ask("GET a"), "$-1\r\n");
    host.finish_all();
    assert_eq!(host.said(2), "*2\r\n+OK\r\n:1\r\n");
}

#[test]
fn who_is_gone_gets_nothing_and_holds_nothing_for_ever() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big\nSET a 1");
    host.send(2, "SADD big x");
    host.send(3, "SADD big y");
    host.feed(Input::Disconnect { client: ClientId(1) });
    host.feed(Input::Disconnect { client: ClientId(2) });
    assert_eq!(host.said(3), "", "the job still reads");
    host.finish_all();
    assert_eq!(host.said(3), ":1\r\n");
    assert_eq!((host.said(1), host.said(2)), (String::new(), String::new()));
    assert_eq!(host.ask("SISMEMBER big x"), ":0\r\n");
    assert_eq!(host.ask("GET a"), "$-1\r\n");
}

#[test]
fn who_is_killed_meanwhile_gets_nothing() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big");
    host.send(2, "CLIENT KILL ID 1");
    assert_eq!((host.said(2).as_str(), &host.closed[..]), (":1\r\n", &[1][..]));
    host.finish_all();
    assert_eq!(host.said(1), "");
    host.send(2, "SADD big x");
    assert_eq!(host.said(2), ":1\r\n");
}

#[test]
fn a_pause_neither_stops_what_runs_nor_lets_writers_through() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big");
    host.send(2, "SADD big x");
    host.send(3, "CLIENT PAUSE 1000 WRITE");
    host.finish_all();
    assert!(host.said(1).starts_with(&format!("*{MANY}\r\n")));
    assert_eq!(host.said(2), "");
    host.now = host.now.plus_micros(1_000_000);
    host.feed(Input::Wake);
    assert_eq!(host.said(2), ":1\r\n");
}

#[test]
fn reset_and_reply_modes_come_in_their_turn() {
    let mut host = with_big_set();
    host.send(1, "CLIENT REPLY SKIP\nSMEMBERS big\nSMEMBERS big\nRESET\nPING");
    host.finish_one();
    assert_eq!(host.said(1), "");
    host.finish_one();
    let said = host.said(1);
    assert!(said.starts_with(&format!("*{MANY}\r\n")) && said.ends_with("+RESET\r\n+PONG\r\n"));
    host.send(1, "CLIENT REPLY OFF\nSMEMBERS big\nCLIENT REPLY ON");
    host.finish_all();
    assert_eq!(host.said(1), "+OK\r\n");
}

#[test]
fn an_idle_client_is_not_closed_while_it_is_away() {
    let mut host = with_big_set();
    host.send(1, "CONFIG SET timeout 10");
    host.send(1, "SMEMBERS big");
    for _ in 0..40 {
        host.now = host.now.plus_micros(1_000_000);
        host.feed(Input::Wake);
    }
    assert!(!host.closed.contains(&1) && host.closed.contains(&2));
    host.finish_all();
    assert!(host.said(1).contains("$2\r\nm1\r\n"));
}

#[test]
fn uses_are_counted_once_and_where_they_belong() {
    let (mut plain, mut sent) = (Host::new(None), Host::new(Some(1)));
    for host in [&mut plain, &mut sent] {
        host.fill("a");
        host.ask("PEXPIRE a 100000");
        host.ask("RPUSH words x y");
        host.connect(1);
        host.connect(2);
        host.send(2, "CONFIG SET notify-keyspace-events KEmg\nSUBSCRIBE __keyevent@0__:keymiss");
        host.send(
            1,
            "SMEMBERS a\nSUNION a none a\nSORT words\nSORT_RO words ALPHA DESC\nSMEMBERS words\nSINTER none a",
        );
        host.finish_all();
    }
    assert!(sent.engine.server().stats.offloaded_jobs >= 4);
    assert_eq!(plain.said(1), sent.said(1));
    assert_eq!(plain.said(2), sent.said(2));
    for section in ["commandstats", "errorstats", "stats"] {
        let lines = |host: &mut Host| {
            let info = host.ask(&format!("INFO {section}"));
            let wanted = |line: &&str| {
                line.starts_with("cmdstat_s")
                    || line.starts_with("errorstat")
                    || line.starts_with("keyspace_")
            };
            info.lines().filter(wanted).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines(&mut plain), lines(&mut sent), "{section}");
    }
}

#[test]
fn a_recording_with_what_jobs_brought_back_repeats() {
    let mut host = with_big_set();
    host.send(1, "SMEMBERS big\nPING");
    host.send(2, "SADD big x");
    let mut copy = Host::new(None);
    (copy.engine, copy.now) = (host.engine.clone(), host.now);
    host.finish_all();
    // The copy runs no job: it is told what came of it.
    copy.feed(Input::Done(Box::new(host.done.remove(0))));
    for client in [1, 2] {
        assert_eq!(host.said(client), copy.said(client));
    }
    assert_eq!(host.ask("SCARD big"), copy.ask("SCARD big"));
}

#[test]
fn every_command_with_an_estimate_can_be_run_elsewhere() {
    let table = CommandTable::shared();
    let with: Vec<_> = table
        .iter()
        .filter(|(_, entry)| entry.spec.estimate.is_some())
        .map(|(_, entry)| entry.spec.name)
        .collect();
    let tried: Vec<&str> = COMMANDS.iter().map(|line| line.split(' ').next().unwrap()).collect();
    for name in &with {
        assert!(tried.contains(name), "{name} is not in the property test's list");
    }
    assert!(with.len() >= 20);
}

/// Patterns of commands; `K` is a key, `N` a small number, `B` a score, `L` a bound of members.
const COMMANDS: &[&str] = &[
    "SMEMBERS K",
    "HGETALL K",
    "HKEYS K",
    "HVALS K",
    "SINTER K K K",
    "SUNION K K",
    "SDIFF K K K",
    "SINTERCARD 2 K K LIMIT N",
    "SUNIONCARD 2 K K LIMIT N",
    "SUNIONCARD 2 K K APPROX",
    "SDIFFCARD 2 K K LIMIT N",
    "ZUNION 2 K K WITHSCORES",
    "ZUNION 2 K K WEIGHTS 2 N AGGREGATE MAX",
    "ZUNION 1 K NONSENSE",
    "ZINTER 2 K K WITHSCORES",
    "ZDIFF 2 K K WITHSCORES",
    "ZINTERCARD 2 K K LIMIT N",
    "GEORADIUS_RO K 0 0 30000 km COUNT N ANY",
    "GEORADIUSBYMEMBER_RO K mN 30000 km WITHCOORD WITHDIST",
    "GEOSEARCH K FROMLONLAT -180 -85 BYRADIUS 30000 km",
    "GEOSEARCH K FROMLONLAT -180 -85 BYBOX 10 N km ASC WITHHASH",
    "GEOSEARCH K BYPOLYGON 3 -180 -85 -170 -85 -180 -80 COUNT N",
    "DUMP K",
    "LCS K K",
    "LCS K K LEN",
    "LCS K K IDX WITHMATCHLEN",
    "LCS K K LEN IDX",
    "SORT K",
    "SORT K ALPHA DESC LIMIT N N",
    "SORT K BY nosort GET # GET #",
    "SORT_RO K ALPHA",
    "SORT_RO K BY nosort DESC",
    "LRANGE K N -N",
    "LRANGE K 0 -1",
    "ZRANGE K N -1 REV WITHSCORES",
    "ZRANGE K B B BYSCORE LIMIT N N",
    "ZRANGE K 0 -1",
    "ZREVRANGE K 0 -N WITHSCORES",
    "ZRANGEBYSCORE K B +inf WITHSCORES",
    "ZREVRANGEBYSCORE K +inf B LIMIT N N",
    "ZRANGEBYLEX K L +",
    "ZREVRANGEBYLEX K + L",
    "XRANGE K - +",
    "XRANGE K N (30 COUNT N",
    "XREVRANGE K + N COUNT N",
    "ARSCAN K 0 N",
    "ARSCAN K N 0 LIMIT N",
    "AROP K 0 1000 SUM",
    "AROP K N N XOR",
    "ARGREP K - + MATCH N WITHVALUES",
    "ARGREP K + - RE [1-3]$ LIMIT N",
    "ARGREP K - N RE ( LIMIT N",
    "VRANGE K - +",
    "VRANGE K nonsense +",
    "VSIM K ELE eN WITHSCORES",
    "VSIM K VALUES 2 N N TRUTH COUNT N WITHATTRIBS",
];

/// Keys of every kind and size.
const KEYS: &[&str] = &[
    "ints", "words", "table", "list", "biglist", "numbers", "hash", "bighash", "zset", "bigzset",
    "array", "vectors", "text", "longtext", "number", "stream", "missing",
];

fn fill_all(host: &mut Host, salt: u64) {
    let many = |prefix: &str, count: u64| {
        let member = |n: u64| format!("{prefix}{}", (n * 7 + salt) % (count * 2));
        (0..count).map(member).collect::<Vec<_>>().join(" ")
    };
    let pairs = |prefix: &str, count: u64| {
        let pair = |n: u64| format!("{} {prefix}{}", n % 17, (n * 5 + salt) % (count * 2));
        (0..count).map(pair).collect::<Vec<_>>().join(" ")
    };
    for line in [
        format!("SADD ints {}", many("", 40)),
        format!("SADD words {}", many("w", 30)),
        format!("SADD table {}", many("w", 400)),
        format!("RPUSH list {}", many("", 20)),
        format!(
            "RPUSH biglist {}",
            many("a longer element ", 1500)
                .replace("r e", "r_e")
                .replace("t ", "t_")
                .replace("a l", "a_l")
        ),
        format!("RPUSH numbers {}", many("", 2000)),
        format!("HSET hash {}", pairs("v", 15)),
        format!("HSET bighash {}", many("f", 1600)),
        format!("ZADD zset {}", pairs("w", 40)),
        format!("ZADD bigzset {}", pairs("w", 600)),
        format!("ARSET array 7 {}", many("", 60)),
        format!("VADD vectors VALUES 2 1 {salt} e1 SETATTR {{}}"),
        "VADD vectors VALUES 2 3 1 e2".to_owned(),
        "VADD vectors VALUES 2 -1 2 e3".to_owned(),
        format!("SET text text{salt}"),
        format!("SET longtext {}", many("", 100).replace(' ', "")),
        "SET number 12345".to_owned(),
    ] {
        let reply = host.ask(&line);
        assert!(!reply.starts_with('-'), "{line:.40}: {reply}");
    }
    for number in 1..150 {
        host.ask(&format!("XADD stream {}-{} field {}", number / 5, number % 5 + 1, number + salt));
    }
}

fn commands() -> impl Strategy<Value = Vec<String>> {
    let slot = (0..KEYS.len(), 0..30u32);
    let line = (0..COMMANDS.len(), proptest::collection::vec(slot, 8));
    let line = line.prop_map(|(command, slots)| {
        let mut slots = slots.into_iter();
        let fill = |word: &str| {
            let (key, number) = slots.next().unwrap_or((0, 0));
            match word {
                "K" => KEYS[key].to_owned(),
                "N" | "B" => number.to_string(),
                "-N" => format!("-{number}"),
                "L" => format!("[w{number}"),
                "eN" => format!("e{}", number % 5),
                word => word.to_owned(),
            }
        };
        COMMANDS[command].split(' ').map(fill).collect::<Vec<_>>().join(" ")
    });
    proptest::collection::vec(line, 1..12)
}

/// What commands have left behind in the figures: keys that were found and not found, errors by their code.
fn figures(host: &Host) -> (u64, u64, Vec<(Box<str>, u64)>) {
    let keys = host.engine.keys();
    (keys.hits, keys.misses, host.engine.server().stats.by_error.clone())
}

#[test]
fn what_is_going_to_fail_is_not_sent_and_finds_no_key() {
    for line in [
        "VSIM vectors VALUES 2 0 0 TRUTH COUNT 0",
        "VSIM vectors ELE",
        "VRANGE vectors nonsense +",
        "VRANGE vectors - + 1 2",
        "ARSCAN array 0 -1",
        "ARSCAN array 0 9 LIMIT 0",
        "AROP array 0 9 MEAN",
        "ARGREP array - + RE (",
        "SORT numbers LIMIT x 1",
        "LCS text longtext LEN IDX",
        "ZRANGE bigzset a b",
    ] {
        let (mut plain, mut sent) = (Host::new(None), Host::new(Some(1)));
        for host in [&mut plain, &mut sent] {
            fill_all(host, 0);
            host.connect(1);
            host.send(1, line);
        }
        assert!(sent.jobs.is_empty(), "{line}");
        assert_eq!(plain.said(1), sent.said(1), "{line}");
        assert_eq!(figures(&plain), figures(&sent), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_command_answers_the_same_bytes_wherever_it_runs(
        lines in commands(),
        salt in 0..50u64,
        resp3 in any::<bool>(),
        units in 1..40u64,
    ) {
        let (mut plain, mut sent) = (Host::new(None), Host::new(Some(units)));
        for host in [&mut plain, &mut sent] {
            fill_all(host, salt);
            host.connect(1);
            if resp3 {
                host.send(1, "HELLO 3");
                host.said(1);
            }
            host.send(1, &lines.join("\n"));
            host.finish_all();
        }
        prop_assert_eq!(plain.said(1), sent.said(1));
        prop_assert_eq!(figures(&plain), figures(&sent));
        prop_assert!(plain.jobs.is_empty() && !sent.engine.server().holds.any());
    }
}
