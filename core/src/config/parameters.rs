//! The table of parameters: every name CONFIG knows, its kind, default and typed field.
//!
//! Where a parameter has a typed field, that field is the truth and its default is [`Config::new`]'s. All others are
//! kept as text: some for the host (port, logfile, …), most because configuration files and clients name them.

use super::kinds::{Kind, Setting, Value};
use super::{Config, DebugCommand};
use crate::util::glob;

/// A line of the table.
#[derive(Debug)]
pub struct Parameter {
    /// As CONFIG GET names it.
    pub name: &'static str,
    /// An older name of the same thing.
    pub alias: Option<&'static str>,
    /// Of parameters without a typed field.
    pub default: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether CONFIG SET may change it.
    pub change: Change,
    /// Its typed field.
    pub setting: Option<Setting>,
}

/// Whether CONFIG SET may change a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// At any time.
    Free,
    /// Only before the server starts.
    Immutable,
    /// By a host that can do it; without one, only before the server starts.
    Host,
    /// Never by a client: it would let clients choose files.
    Protected,
}

const MIB: u64 = 1 << 20;
const INT: i64 = i32::MAX as i64;
const LONG: i64 = i64::MAX;
const ANY: u64 = i64::MAX as u64;
const POLICIES: &[&str] = &[
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
];
const NO_AOF: &str = "there is no append-only file yet; only no is possible";
const NO_CLUSTER: &str = "there is no cluster mode; only no is possible";
const NO_DEFRAG: &str = "nothing here needs active defragmentation; only no is possible";
const NO_DAEMON: &str = "the server stays in the foreground; only no is possible";

/// All parameters, by name.
pub static PARAMETERS: &[Parameter] = &[
    number("accept-rate", "0", 0, INT).by_host(),
    text("acl-pubsub-default", "resetchannels"),
    text("aclfile", "").immutable(),
    number("acllog-max-len", "128", 0, LONG),
    number("active-defrag-cycle-max", "25", 1, 99),
    number("active-defrag-cycle-min", "1", 1, 99),
    memory("active-defrag-ignore-bytes", "104857600", 1, ANY),
    number("active-defrag-max-scan-fields", "1000", 1, LONG),
    number("active-defrag-threshold-lower", "10", 0, 1000),
    number("active-defrag-threshold-upper", "100", 0, 1000),
    number("active-expire-effort", "1", 1, 10),
    of("activedefrag", "no", Kind::Off(NO_DEFRAG)),
    flag("activerehashing", "yes"),
    flag("always-show-logo", "no").immutable(),
    flag("aof-load-truncated", "yes"),
    flag("aof-rewrite-incremental-fsync", "yes"),
    flag("aof-timestamp-enabled", "no"),
    flag("aof-use-rdb-preamble", "yes"),
    text("appenddirname", "appendonlydir").immutable(),
    text("appendfilename", "appendonly.aof").immutable(),
    choice("appendfsync", "everysec", &["everysec", "always", "no"]),
    of("appendonly", "no", Kind::Off(NO_AOF)),
    memory("auto-aof-rewrite-min-size", "67108864", 0, ANY),
    number("auto-aof-rewrite-percentage", "100", 0, INT),
    of("bind", "* -::*", Kind::Words).by_host(),
    text("bind-source-addr", ""),
    number("busy-reply-threshold", "5000", 0, LONG).alias("lua-time-limit"),
    of("client-output-buffer-limit", "", Kind::OutputLimits).held(
        |config| Value::Limits(config.output_limits.map(Some)),
        |config, value| {
            if let Value::Limits(limits) = value {
                for (old, new) in config.output_limits.iter_mut().zip(limits) {
                    *old = new.unwrap_or(*old);
                }
            }
        },
    ),
    memory("client-query-buffer-limit", "", MIB, ANY).held(
        |config| Value::Memory(config.query_buffer_max as u64),
        |config, value| {
            config.query_buffer_max = value.as_count();
        },
    ),
    of("cluster-enabled", "no", Kind::Off(NO_CLUSTER)).immutable(),
    flag("crash-log-enabled", "yes"),
    flag("crash-memcheck-enabled", "yes"),
    of("daemonize", "no", Kind::Off(NO_DAEMON)).immutable(),
    number("databases", "16", 1, INT).immutable(),
    text("dbfilename", "dump.rdb").protected(),
    text("dir", ".").protected(),
    flag("disable-thp", "yes").immutable(),
    flag("dynamic-hz", "yes"),
    choice("enable-debug-command", "", &["no", "local", "yes"]).immutable().held(
        |config| {
            Value::Choice(match config.enable_debug_command {
                DebugCommand::No => "no",
                DebugCommand::Local => "local",
                DebugCommand::Yes => "yes",
            })
        },
        |config, value| {
            config.enable_debug_command = match value.word() {
                "yes" => DebugCommand::Yes,
                "local" => DebugCommand::Local,
                _ => DebugCommand::No,
            }
        },
    ),
    choice("enable-module-command", "no", &["no", "local", "yes"]).immutable(),
    choice("enable-protected-configs", "no", &["no", "local", "yes"]).immutable(),
    number("hash-max-listpack-entries", "", 0, LONG).alias("hash-max-ziplist-entries").held(
        |config| Value::count(config.thresholds.hash_max_listpack_entries),
        |config, value| config.thresholds.hash_max_listpack_entries = value.as_count(),
    ),
    memory("hash-max-listpack-value", "", 0, ANY).alias("hash-max-ziplist-value").held(
        |config| Value::bytes(config.thresholds.hash_max_listpack_value),
        |config, value| config.thresholds.hash_max_listpack_value = value.as_count(),
    ),
    memory("hll-sparse-max-bytes", "", 0, ANY).held(
        |config| Value::bytes(config.hll_sparse_max_bytes),
        |config, value| config.hll_sparse_max_bytes = value.as_count(),
    ),
    of("hz", "10", Kind::Clamped(1, 500)),
    of("ignore-warnings", "", Kind::Words),
    number("io-threads", "1", 1, 128),
    flag("io-threads-do-reads", "yes"),
    flag("jemalloc-bg-thread", "yes"),
    number("latency-monitor-threshold", "0", 0, LONG),
    flag("latency-tracking", "yes"),
    of("latency-tracking-info-percentiles", "50 99 99.9", Kind::Percentiles),
    flag("lazyfree-lazy-eviction", "yes"),
    flag("lazyfree-lazy-expire", "yes"),
    flag("lazyfree-lazy-server-del", "yes"),
    flag("lazyfree-lazy-user-del", "yes"),
    flag("lazyfree-lazy-user-flush", "yes"),
    number("lfu-decay-time", "", 0, INT).held(
        |config| Value::Number(config.lfu_decay_minutes as i64),
        |config, value| config.lfu_decay_minutes = value.size(),
    ),
    number("lfu-log-factor", "", 0, INT).held(
        |config| Value::Number(config.lfu_log_factor as i64),
        |config, value| config.lfu_log_factor = value.size(),
    ),
    number("list-compress-depth", "0", 0, INT),
    number("list-max-listpack-size", "", i32::MIN as i64, INT).alias("list-max-ziplist-size").held(
        |config| Value::Number(config.thresholds.list_max_listpack_size),
        |config, value| {
            if let Value::Number(number) = value {
                config.thresholds.list_max_listpack_size = *number;
            }
        },
    ),
    text("locale-collate", ""),
    text("logfile", "").immutable(),
    choice("loglevel", "notice", &["debug", "verbose", "notice", "warning", "nothing"]),
    number("max-connections-per-ip", "0", 0, INT).by_host(),
    number("maxclients", "", 1, u32::MAX as i64).held(
        |config| Value::count(config.maxclients),
        |config, value| config.maxclients = value.as_count(),
    ),
    memory("maxmemory", "", 0, u64::MAX).held(
        |config| Value::Memory(config.maxmemory),
        |config, value| config.maxmemory = value.size(),
    ),
    of("maxmemory-clients", "0", Kind::MemoryOrPercent),
    number("maxmemory-eviction-tenacity", "", 0, 100).held(
        |config| Value::count(config.eviction_tenacity),
        |config, value| config.eviction_tenacity = value.as_count(),
    ),
    choice("maxmemory-policy", "", POLICIES).held(
        |config| Value::Choice(config.maxmemory_policy),
        |config, value| config.maxmemory_policy = value.word(),
    ),
    number("maxmemory-samples", "", 1, 64).held(
        |config| Value::count(config.maxmemory_samples),
        |config, value| config.maxmemory_samples = value.as_count(),
    ),
    number("min-replicas-max-lag", "10", 0, INT).alias("min-slaves-max-lag"),
    number("min-replicas-to-write", "0", 0, INT).alias("min-slaves-to-write"),
    text("model", "event-loop").immutable(),
    flag("no-appendfsync-on-rewrite", "no"),
    of("notify-keyspace-events", "", Kind::EventClasses).held(
        |config| Value::Classes(config.notify),
        |config, value| {
            if let Value::Classes(classes) = value {
                config.notify = *classes;
            }
        },
    ),
    flag("offload", "no").immutable(),
    number("offload-threshold", "", 0, LONG).by_host().held(
        |config| Value::Number(i64::try_from(config.offload_units).unwrap_or(i64::MAX)),
        |config, value| config.offload_units = value.size(),
    ),
    choice("oom-score-adj", "no", &["no", "yes", "relative", "absolute"]),
    of("oom-score-adj-values", "0 200 800", Kind::Words),
    text("pidfile", "").immutable(),
    number("port", "6379", 0, 65_535).by_host(),
    text("proc-title-template", "{title} {listen-addr} {server-mode}"),
    flag("protected-mode", "").held(
        |config| Value::Flag(config.protected_mode),
        |config, value| config.protected_mode = *value == Value::Flag(true),
    ),
    memory("proto-max-bulk-len", "", MIB, ANY).held(
        |config| Value::Memory(config.proto_max_bulk_len as u64),
        |config, value| config.proto_max_bulk_len = value.size() as i64,
    ),
    flag("rdb-del-sync-files", "no"),
    flag("rdb-save-incremental-fsync", "yes"),
    flag("rdbchecksum", "yes").immutable(),
    flag("rdbcompression", "").held(
        |config| Value::Flag(config.rdb_compression),
        |config, value| config.rdb_compression = *value == Value::Flag(true),
    ),
    memory("repl-backlog-size", "10485760", 1, ANY),
    number("repl-backlog-ttl", "3600", 0, LONG),
    flag("repl-disable-tcp-nodelay", "no"),
    choice("repl-diskless-load", "disabled", &["disabled", "on-empty-db", "swapdb"]),
    flag("repl-diskless-sync", "yes"),
    number("repl-diskless-sync-delay", "5", 0, INT),
    number("repl-diskless-sync-max-replicas", "0", 0, INT),
    number("repl-ping-replica-period", "10", 1, INT).alias("repl-ping-slave-period"),
    number("repl-timeout", "60", 1, INT),
    flag("replica-lazy-flush", "yes").alias("slave-lazy-flush"),
    number("replica-priority", "100", 0, INT).alias("slave-priority"),
    flag("replica-read-only", "yes").alias("slave-read-only"),
    flag("replica-serve-stale-data", "yes").alias("slave-serve-stale-data"),
    text("requirepass", "").held(
        |config| Value::Text(config.requirepass.clone()),
        |config, value| {
            if let Value::Text(password) = value {
                config.requirepass.clone_from(password);
            }
        },
    ),
    choice("sanitize-dump-payload", "no", &["no", "yes", "clients"]),
    of("save", "", Kind::SavePoints),
    number("set-max-intset-entries", "", 0, LONG).held(
        |config| Value::count(config.thresholds.set_max_intset_entries),
        |config, value| config.thresholds.set_max_intset_entries = value.as_count(),
    ),
    number("set-max-listpack-entries", "", 0, LONG).held(
        |config| Value::count(config.thresholds.set_max_listpack_entries),
        |config, value| config.thresholds.set_max_listpack_entries = value.as_count(),
    ),
    number("set-max-listpack-value", "", 0, LONG).held(
        |config| Value::count(config.thresholds.set_max_listpack_value),
        |config, value| config.thresholds.set_max_listpack_value = value.as_count(),
    ),
    flag("set-proc-title", "yes").immutable(),
    of("shutdown-on-sigint", "default", Kind::Words),
    of("shutdown-on-sigterm", "default", Kind::Words),
    number("shutdown-timeout", "10", 0, INT),
    number("slowlog-log-slower-than", "", -1, LONG).alias("commandlog-execution-slower-than").held(
        |config| Value::Number(config.slowlog_slower_than_us),
        |config, value| {
            if let Value::Number(micros) = value {
                config.slowlog_slower_than_us = *micros;
            }
        },
    ),
    number("slowlog-max-len", "", 0, LONG).alias("commandlog-slow-execution-max-len").held(
        |config| Value::count(config.slowlog_max_len),
        |config, value| config.slowlog_max_len = value.as_count(),
    ),
    flag("stop-writes-on-bgsave-error", "yes"),
    memory("stream-node-max-bytes", "", 0, ANY).held(
        |config| Value::bytes(config.thresholds.stream_node_max_bytes),
        |config, value| config.thresholds.stream_node_max_bytes = value.as_count(),
    ),
    number("stream-node-max-entries", "", 0, LONG).held(
        |config| Value::count(config.thresholds.stream_node_max_entries),
        |config, value| config.thresholds.stream_node_max_entries = value.as_count(),
    ),
    choice("supervised", "no", &["upstart", "systemd", "auto", "no"]).immutable(),
    flag("syslog-enabled", "no").immutable(),
    text("syslog-facility", "local0").immutable(),
    text("syslog-ident", "redloop").immutable(),
    number("tcp-backlog", "511", 0, INT).immutable(),
    number("tcp-keepalive", "", 0, INT).held(
        |config| Value::Number(config.tcp_keepalive_s as i64),
        |config, value| config.tcp_keepalive_s = value.size(),
    ),
    number("timeout", "", 0, INT).held(
        |config| Value::Number(config.timeout_s as i64),
        |config, value| config.timeout_s = value.size(),
    ),
    number("tls-port", "0", 0, 0).immutable(),
    number("tracking-table-max-keys", "1000000", 0, LONG),
    text("unixsocket", "").immutable(),
    // Octal digits read as decimal ones.
    number("unixsocketperm", "0", 0, 777).immutable(),
    text("workers", "").immutable(),
    number("zset-max-listpack-entries", "", 0, LONG).alias("zset-max-ziplist-entries").held(
        |config| Value::count(config.thresholds.zset_max_listpack_entries),
        |config, value| config.thresholds.zset_max_listpack_entries = value.as_count(),
    ),
    memory("zset-max-listpack-value", "", 0, ANY).alias("zset-max-ziplist-value").held(
        |config| Value::bytes(config.thresholds.zset_max_listpack_value),
        |config, value| config.thresholds.zset_max_listpack_value = value.as_count(),
    ),
];

/// The parameter called so, in any case, by either name.
pub fn find(name: &[u8]) -> Option<&'static Parameter> {
    PARAMETERS.iter().find(|parameter| {
        parameter.both_names().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// The parameters with the names that match, old names too, in the table's order.
pub fn matching(pattern: &[u8]) -> impl Iterator<Item = (&'static str, &'static Parameter)> {
    PARAMETERS
        .iter()
        .flat_map(|parameter| parameter.both_names().map(move |name| (name, parameter)))
        .filter(move |(name, _)| glob::matches(pattern, name.as_bytes(), true))
}

/// All names, old ones too.
pub fn names() -> impl Iterator<Item = &'static str> {
    PARAMETERS.iter().flat_map(Parameter::both_names)
}

impl Parameter {
    const fn alias(mut self, alias: &'static str) -> Parameter {
        self.alias = Some(alias);
        self
    }

    const fn immutable(mut self) -> Parameter {
        self.change = Change::Immutable;
        self
    }

    const fn by_host(mut self) -> Parameter {
        self.change = Change::Host;
        self
    }

    const fn protected(mut self) -> Parameter {
        self.change = Change::Protected;
        self
    }

    const fn held(
        mut self,
        read: fn(&Config) -> Value,
        write: fn(&mut Config, &Value),
    ) -> Parameter {
        self.setting = Some(Setting { read, write });
        self
    }

    fn both_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [Some(self.name), self.alias].into_iter().flatten()
    }
}

impl Value {
    fn count(count: usize) -> Value {
        Value::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn bytes(bytes: usize) -> Value {
        Value::Memory(bytes as u64)
    }

    /// A number or size that is known not to be negative.
    fn size(&self) -> u64 {
        match self {
            Value::Number(number) => u64::try_from(*number).unwrap_or(0),
            Value::Memory(bytes) => *bytes,
            _ => 0,
        }
    }

    fn as_count(&self) -> usize {
        usize::try_from(self.size()).unwrap_or(usize::MAX)
    }

    fn word(&self) -> &'static str {
        if let Value::Choice(word) = self { word } else { "" }
    }
}

const fn of(name: &'static str, default: &'static str, kind: Kind) -> Parameter {
    Parameter { name, alias: None, default, kind, change: Change::Free, setting: None }
}

const fn flag(name: &'static str, default: &'static str) -> Parameter {
    of(name, default, Kind::Flag)
}

const fn choice(
    name: &'static str,
    default: &'static str,
    choices: &'static [&'static str],
) -> Parameter {
    of(name, default, Kind::Choice(choices))
}

const fn number(name: &'static str, default: &'static str, least: i64, most: i64) -> Parameter {
    of(name, default, Kind::Number(least, most))
}

const fn memory(name: &'static str, default: &'static str, least: u64, most: u64) -> Parameter {
    of(name, default, Kind::Memory(least, most))
}

const fn text(name: &'static str, default: &'static str) -> Parameter {
    of(name, default, Kind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ds::dict::HashKey;
    use crate::value::Thresholds;

    /// Every default is a value of its own kind, and reading what is printed changes nothing.
    #[test]
    fn every_parameter_round_trips() {
        let mut config = Config::new(Thresholds::new(HashKey(1, 2)));
        for parameter in PARAMETERS {
            let text = config.text(parameter);
            let value = parameter.kind.parse(&text);
            let value = value.unwrap_or_else(|error| panic!("{}: {error}", parameter.name));
            config.put(parameter, &value);
            assert_eq!(config.text(parameter), text, "{}", parameter.name);
            for name in parameter.both_names() {
                assert_eq!(find(name.as_bytes()).unwrap().name, parameter.name);
            }
        }
        assert!(PARAMETERS.windows(2).all(|pair| pair[0].name < pair[1].name), "sorted by name");
    }
}
