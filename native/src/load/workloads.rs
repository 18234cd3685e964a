//! The commands that have names, and what must be there before they have something to do. Lists, sets and the like
//! have fixed keys; strings and counters are spread over the key space.

/// A command with a name.
#[derive(Debug)]
pub(crate) struct Workload {
    /// As in `--mix`.
    pub(crate) name: &'static str,
    /// As it would be typed, with placeholders.
    pub(crate) text: &'static str,
    /// What creates the keys that it reads, in order.
    pub(crate) fills: &'static [Fill],
}

/// A command that is sent some times before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fill {
    /// As it would be typed, with placeholders; `{key}` counts up.
    pub(crate) text: &'static str,
    /// How many times.
    pub(crate) times: Times,
}

/// How many times something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// So many.
    Fixed(u64),
    /// Once for every key.
    EveryKey,
    /// Once for every request, if their number is known and no more than [`CONSUMED_MAX`]; else once for every key.
    EveryRequest,
}

/// Most elements that are put into a collection for a workload to take out.
pub(crate) const CONSUMED_MAX: u64 = 20_000_000;

const fn times(text: &'static str, times: u64) -> Fill {
    Fill { text, times: Times::Fixed(times) }
}

const fn every_key(text: &'static str) -> Fill {
    Fill { text, times: Times::EveryKey }
}

const fn every_request(text: &'static str) -> Fill {
    Fill { text, times: Times::EveryRequest }
}

const fn workload(name: &'static str, text: &'static str, fills: &'static [Fill]) -> Workload {
    Workload { name, text, fills }
}

const STRINGS: &[Fill] = &[every_key("SET key:{key} {data}")];
const LIST: &[Fill] = &[times("DEL bench:list", 1), every_request("RPUSH bench:list {data}")];
const SET: &[Fill] = &[times("DEL bench:set", 1), every_key("SADD bench:set member:{key}")];
const CONSUMED_SET: &[Fill] =
    &[times("DEL bench:set", 1), every_request("SADD bench:set member:{seq}")];
const HASH: &[Fill] =
    &[times("DEL bench:hash", 1), every_key("HSET bench:hash field:{key} {data}")];
const ZSET: &[Fill] =
    &[times("DEL bench:zset", 1), every_key("ZADD bench:zset {key} member:{key}")];
const CONSUMED_ZSET: &[Fill] =
    &[times("DEL bench:zset", 1), every_request("ZADD bench:zset {seq} member:{seq}")];
/// Long enough for the longest range.
const RANGE: &[Fill] = &[times("DEL bench:range", 1), times("RPUSH bench:range {data}", 1000)];
const NUMBERS: &[Fill] = &[times("DEL bench:numbers", 1), times("RPUSH bench:numbers {key}", 1000)];
/// A set of two thousand, and one of half its members.
const TWO_SETS: &[Fill] = &[
    times("DEL bench:large bench:small", 1),
    times("SADD bench:large {seq} {seq}", 1000),
    times("SADD bench:small {seq}", 1000),
];

/// All that have names.
pub(crate) const WORKLOADS: &[Workload] = &[
    workload("ping", "PING", &[]),
    workload("echo", "ECHO {data}", &[]),
    workload("set", "SET key:{key} {data}", &[]),
    workload("get", "GET key:{key}", STRINGS),
    workload("getset", "GETSET key:{key} {data}", STRINGS),
    workload("append", "APPEND log:{key} {data}", &[]),
    workload("incr", "INCR counter:{key}", &[]),
    workload("del", "DEL key:{key}", STRINGS),
    workload("exists", "EXISTS key:{key}", STRINGS),
    workload("expire", "EXPIRE key:{key} 3600", STRINGS),
    workload("setex", "SETEX session:{key} 3600 {data}", &[]),
    workload(
        "mset",
        "MSET key:{key} {data} key:{key} {data} key:{key} {data} key:{key} {data} key:{key} {data} key:{key} {data} \
         key:{key} {data} key:{key} {data} key:{key} {data} key:{key} {data}",
        &[],
    ),
    workload(
        "mget",
        "MGET key:{key} key:{key} key:{key} key:{key} key:{key} key:{key} key:{key} key:{key} key:{key} key:{key}",
        STRINGS,
    ),
    workload("lpush", "LPUSH bench:list {data}", &[]),
    workload("rpush", "RPUSH bench:list {data}", &[]),
    workload("lpop", "LPOP bench:list", LIST),
    workload("rpop", "RPOP bench:list", LIST),
    workload("llen", "LLEN bench:list", LIST),
    workload("lrange_100", "LRANGE bench:range 0 99", RANGE),
    workload("lrange_300", "LRANGE bench:range 0 299", RANGE),
    workload("lrange_500", "LRANGE bench:range 0 499", RANGE),
    workload("lrange_600", "LRANGE bench:range 0 599", RANGE),
    workload("sadd", "SADD bench:set member:{key}", &[]),
    workload("srem", "SREM bench:set member:{key}", SET),
    workload("sismember", "SISMEMBER bench:set member:{key}", SET),
    workload("spop", "SPOP bench:set", CONSUMED_SET),
    workload("hset", "HSET bench:hash field:{key} {data}", &[]),
    workload("hget", "HGET bench:hash field:{key}", HASH),
    workload("zadd", "ZADD bench:zset {key} member:{key}", &[]),
    workload("zscore", "ZSCORE bench:zset member:{key}", ZSET),
    workload("zrank", "ZRANK bench:zset member:{key}", ZSET),
    workload("zrange_100", "ZRANGE bench:zset 0 99", ZSET),
    workload("zpopmin", "ZPOPMIN bench:zset", CONSUMED_ZSET),
    workload("sort", "SORT bench:numbers DESC", NUMBERS),
    workload("sinter", "SINTER bench:large bench:small", TWO_SETS),
];

/// The one of this name.
pub(crate) fn named(name: &str) -> Option<&'static Workload> {
    WORKLOADS.iter().find(|workload| workload.name == name)
}

/// All names, for error texts and help.
pub(crate) fn names() -> String {
    WORKLOADS.iter().map(|workload| workload.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::template::Template;

    #[test]
    fn all_of_them_are_commands_with_names_of_their_own() {
        for (at, workload) in WORKLOADS.iter().enumerate() {
            let fills = workload.fills.iter().map(|fill| fill.text);
            for text in fills.chain([workload.text]) {
                assert!(Template::new(text, b"").is_ok(), "{text}");
            }
            let first = WORKLOADS.iter().position(|other| other.name == workload.name);
            assert_eq!(first, Some(at), "{}", workload.name);
        }
    }
}
