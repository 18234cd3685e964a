//! Common commands of every family of data, beside the real servers: in a pipeline and one at a time.

use anyhow::Result;

use super::Options;
use super::load::Client;
use super::report::median;
use super::throughput::{self, Fill, Workload, list_100, nothing};

/// Deeper pipelines say nothing new of commands that do more than SET.
const DEPTH_MAX: u32 = 16;
/// Elements of the collections that are looked at.
const ELEMENTS: u64 = 10_000;
/// Elements in one command that fills them.
const WIDE: u64 = 500;
/// Members that ZRANK may ask for: those redis-benchmark makes up.
const MEMBERS: u64 = 100_000;

const WORKLOADS: &[Workload] = &[
    workload("ZADD", &["-t", "zadd"], nothing, 1),
    workload("ZRANGE_20", &["ZRANGE", "z", "5000", "5019"], zset, 2),
    workload("ZRANK", &["ZRANK", "z", "m:__rand_int__"], zset, 1),
    workload("HSET", &["-t", "hset"], nothing, 1),
    workload("HGETALL_10", &["HGETALL", "h"], hash, 2),
    workload("SADD", &["-t", "sadd"], nothing, 1),
    workload("SINTER_2x10k", &["SINTER", "a", "b"], sets, 1600),
    workload(
        "XADD",
        &["XADD", "s", "MAXLEN", "~", "100000", "*", "room", "kitchen", "at", "__rand_int__"],
        nothing,
        2,
    ),
    workload("XRANGE_100", &["XRANGE", "s", "-", "+", "COUNT", "100"], stream, 16),
    workload(
        "XREADGROUP",
        &["XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", "s", ">"],
        stream_with_group,
        4,
    ),
    workload("LRANGE_100", &["LRANGE", "mylist", "0", "99"], list_100, 8),
    workload(
        "GEOSEARCH",
        &["GEOSEARCH", "g", "FROMLONLAT", "13.4", "52.5", "BYRADIUS", "1", "km", "ASC"],
        places,
        16,
    ),
    workload("PFADD", &["PFADD", "p", "__rand_int__"], nothing, 1),
    workload("BITCOUNT_1MB", &["BITCOUNT", "b"], bits, 400),
    workload("SORT_10k", &["SORT", "l"], numbers, 4000),
];

const fn workload(
    name: &'static str,
    asks: &'static [&'static str],
    fill: Fill,
    heavier: u64,
) -> Workload {
    Workload { name, asks, fill, heavier }
}

pub(super) fn measure(options: &Options) -> Result<()> {
    let depths: Vec<u32> =
        options.pipeline.iter().copied().filter(|depth| *depth <= DEPTH_MAX).collect();
    let ratios = throughput::compare("families", WORKLOADS, &depths, options)?;
    if !ratios.is_empty() {
        println!("median of the ratios in CPU time: {:.2}", median(&ratios));
    }
    Ok(())
}

fn zset(client: &mut Client, _: u64) -> Result<()> {
    add(client, "ZADD z", MEMBERS, |at, words| {
        words.extend([(at * 37 % MEMBERS).to_string(), format!("m:{at:012}")]);
    })
}

fn hash(client: &mut Client, _: u64) -> Result<()> {
    add(client, "HSET h", 10, |at, words| {
        words.extend([format!("field{at}"), format!("value{at}")]);
    })
}

/// Two sets that have half of their members in common.
fn sets(client: &mut Client, _: u64) -> Result<()> {
    add(client, "SADD a", ELEMENTS, |at, words| words.push(format!("member:{at}")))?;
    let shift = ELEMENTS / 2;
    add(client, "SADD b", ELEMENTS, |at, words| words.push(format!("member:{}", at + shift)))
}

fn stream(client: &mut Client, _: u64) -> Result<()> {
    entries(client, ELEMENTS)
}

/// An entry for each request, which the group has still to read.
fn stream_with_group(client: &mut Client, requests: u64) -> Result<()> {
    entries(client, requests)?;
    client.call(&["XGROUP", "CREATE", "s", "g", "0"])
}

fn entries(client: &mut Client, count: u64) -> Result<()> {
    client.fill(count, |at, batch| {
        let value = at.to_string();
        batch.push_for_bulk(&[b"XADD", b"s", b"*", b"room", b"kitchen", b"at", value.as_bytes()]);
    })
}

/// Places around a city, in a grid of some 200 m.
fn places(client: &mut Client, _: u64) -> Result<()> {
    add(client, "GEOADD g", ELEMENTS, |at, words| {
        let (x, y) = (at % 100, at / 100);
        words.push(format!("{}", 13.25 + x as f64 * 0.003));
        words.push(format!("{}", 52.41 + y as f64 * 0.0018));
        words.push(format!("place:{at}"));
    })
}

fn bits(client: &mut Client, _: u64) -> Result<()> {
    let text: String = (0..16_384).map(|at| format!("{:064}", at * 2_654_435_761_u64)).collect();
    client.call(&["SET", "b", &text])
}

fn numbers(client: &mut Client, _: u64) -> Result<()> {
    add(client, "RPUSH l", ELEMENTS, |at, words| {
        words.push((at * 7_919 % ELEMENTS).to_string());
    })
}

/// Sends `command` with the words of so many elements, [`WIDE`] elements at a time.
fn add(
    client: &mut Client,
    command: &str,
    elements: u64,
    write: impl Fn(u64, &mut Vec<String>),
) -> Result<()> {
    client.fill(elements.div_ceil(WIDE), |number, batch| {
        let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        for at in number * WIDE..elements.min((number + 1) * WIDE) {
            write(at, &mut words);
        }
        batch.push(&words.iter().map(String::as_bytes).collect::<Vec<_>>());
    })
}
