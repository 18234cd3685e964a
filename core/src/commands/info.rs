//! INFO: figures about the running server, in sections. Every figure is measured or counted; what is not known here
//! (forks, replicas, defragmentation …) is left out, but for the few constants that clients wait for.

use crate::account::Account;
use crate::command::{Acl, Flags, Group, Spec};
use crate::ctx::Ctx;
use crate::error::Outcome;
use crate::resp::Args;
use crate::server::{HostFigures, REDIS_VERSION, VERSION};
use crate::util::is_word;
use crate::util::number::Fixed;
use std::fmt::Write;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("INFO", Group::Server, info, -1)
    .flags(Flags::LOADING.and(Flags::STALE))
    .acl(Acl::DANGEROUS)
    .doc(
        "[section [section ...]]",
        "Tells figures about the server.",
        "O(N) with N the number of clients and databases",
        "1.0.0",
    )
    .tips(&["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])];

/// A section: its title, whether it is shown without being asked for, and what writes its lines.
type Section = (&'static str, bool, fn(&mut Ctx<'_>, &HostFigures, &mut Lines));

const SECTIONS: &[Section] = &[
    ("Server", true, server),
    ("Clients", true, clients),
    ("Memory", true, memory),
    ("Persistence", true, persistence),
    ("Stats", true, stats),
    ("Replication", true, replication),
    ("CPU", true, cpu),
    ("Modules", true, |_, _, _| {}),
    ("Commandstats", false, command_stats),
    ("Errorstats", true, error_stats),
    ("Cluster", true, |_, _, lines| lines.put("cluster_enabled", 0)),
    ("Keyspace", true, keyspace),
    ("Model", true, model),
];

/// `name:value` lines.
#[derive(Default)]
struct Lines {
    text: String,
}

fn info(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let asked = |title: &str| args.from(1).iter().any(|word| is_word(word, title));
    let everything = asked("all") || asked("everything");
    let default = args.len() == 1 || asked("default");
    let figures = ctx.server.probe.map(|probe| probe()).unwrap_or_default();
    let mut lines = Lines::default();
    for (title, by_default, write) in SECTIONS {
        if !(everything || (default && *by_default) || asked(title)) {
            continue;
        }
        if !lines.text.is_empty() {
            lines.text.push_str("\r\n");
        }
        lines.title(title);
        write(ctx, &figures, &mut lines);
    }
    ctx.out.verbatim(lines.text.as_bytes());
    Ok(())
}

fn server(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    let server = &*ctx.server;
    let up = server.now.micros_since(server.started) / 1_000_000;
    lines.put("redis_version", REDIS_VERSION);
    lines.put("server_name", "redloop");
    lines.put("redloop_version", VERSION);
    lines.put("redis_mode", "standalone");
    lines.put("server_mode", "standalone");
    lines.put("os", &server.host.os);
    lines.put("arch_bits", usize::BITS);
    lines.put("concurrency_model", server.host.model);
    lines.put("process_id", server.host.process_id);
    lines.put("run_id", &server.run_id);
    lines.put("tcp_port", String::from_utf8_lossy(&server.config.named("port")));
    lines.put("server_time_usec", server.now.0);
    lines.put("uptime_in_seconds", up);
    lines.put("uptime_in_days", up / 86_400);
    lines.put("lru_clock", server.now.seconds() & 0xff_ffff);
    lines.put("executable", &server.host.executable);
    lines.put("config_file", &server.host.config_file);
}

/// What only the host can tell: how it brings connections and the engine together, and at what cost.
fn model(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    let Some(host) = &ctx.server.host_settings.0 else { return };
    let all = ctx.clients.iter().chain(std::iter::once(&*ctx.session));
    let bytes: usize = all.map(|session| session.memory_bytes()).sum();
    for (name, value) in host.model(bytes / ctx.clients.len().max(1)) {
        lines.put(&name, value);
    }
    lines.put("offloaded_jobs", ctx.server.stats.offloaded_jobs);
    lines.put("offloaded_jobs_out", ctx.server.holds.jobs());
    lines.put("offload_postponed_writes", ctx.server.stats.offload_postponed_writes);
}

fn clients(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    let all = || ctx.clients.iter().chain(std::iter::once(&*ctx.session));
    let now = ctx.server.now;
    let pause = ctx.server.pause;
    let paused = ctx.server.paused();
    let timeouts = all().filter(|session| {
        session.blocked.as_ref().is_some_and(|blocked| blocked.deadline != crate::Timestamp::NEVER)
    });
    lines.put("connected_clients", ctx.clients.len());
    lines.put("maxclients", ctx.server.config.maxclients);
    lines.put("blocked_clients", all().filter(|session| session.blocked.is_some()).count());
    lines.put("tracking_clients", 0);
    lines.put("pubsub_clients", all().filter(|session| session.subscriptions.is_some()).count());
    lines.put("watching_clients", all().filter(|session| !session.watched.is_empty()).count());
    lines.put("clients_in_timeout_table", timeouts.count());
    lines.put("total_watched_keys", all().map(|session| session.watched.len()).sum::<usize>());
    lines.put("total_blocking_keys", ctx.server.blocking.keys());
    lines.put("paused_reason", if paused { "client_pause" } else { "none" });
    lines.put(
        "paused_actions",
        match (paused, pause.all) {
            (false, _) => "none",
            (true, true) => "all",
            (true, false) => "write",
        },
    );
    lines.put("paused_timeout_milliseconds", pause.until.micros_since(now) / 1000);
    ctx.units += ctx.clients.len() as u64;
}

fn memory(ctx: &mut Ctx<'_>, figures: &HostFigures, lines: &mut Lines) {
    let clients = ctx.clients.iter().chain(std::iter::once(&*ctx.session));
    let account = Account::of(ctx.keys, clients, ctx.server, figures);
    lines.bytes("used_memory", account.used);
    lines.bytes("used_memory_rss", account.resident);
    lines.bytes("used_memory_peak", account.peak);
    lines.put("used_memory_peak_perc", format_args!("{}%", Fixed(account.peak_percent(), 2)));
    lines.put("used_memory_overhead", account.overhead);
    lines.put("used_memory_startup", 0);
    lines.put("used_memory_dataset", account.dataset);
    lines.put("used_memory_dataset_perc", format_args!("{}%", Fixed(account.dataset_percent(), 2)));
    lines.put("allocator_allocated", account.used);
    lines.put("allocator_active", account.resident);
    lines.put("allocator_resident", account.resident);
    lines.put("used_memory_keys_tables", account.tables);
    lines.bytes("total_system_memory", account.system);
    lines.bytes("maxmemory", ctx.server.config.maxmemory);
    lines.put("maxmemory_policy", ctx.server.config.maxmemory_policy);
    lines.put("allocator_frag_ratio", "1.00");
    lines.put("allocator_rss_ratio", "1.00");
    lines.put("mem_fragmentation_ratio", Fixed(account.fragmentation(), 2));
    lines.put("mem_fragmentation_bytes", account.fragmentation_bytes());
    lines.put("mem_not_counted_for_evict", account.clients);
    lines.zeros(&[
        "mem_replication_backlog",
        "mem_total_replication_buffers",
        "mem_clients_slaves",
    ]);
    lines.put("mem_clients_normal", account.clients);
    lines.zeros(&["mem_cluster_links", "mem_aof_buffer"]);
    lines.put("mem_allocator", "system");
    lines.zeros(&["active_defrag_running", "lazyfree_pending_objects", "lazyfreed_objects"]);
}

fn persistence(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    lines.put("loading", 0);
    lines.put("async_loading", 0);
    lines.put("rdb_changes_since_last_save", ctx.server.effects.dirty);
    lines.put("rdb_bgsave_in_progress", 0);
    lines.put("rdb_last_save_time", ctx.server.last_save_s);
    lines.put("aof_enabled", 0);
    lines.put("aof_rewrite_in_progress", 0);
}

fn stats(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    let stats = &ctx.server.stats;
    let pubsub = &ctx.server.pubsub;
    lines.put("total_connections_received", stats.connections);
    lines.put("total_commands_processed", stats.commands);
    lines.put("total_net_input_bytes", stats.input_bytes);
    lines.put("total_net_output_bytes", stats.output_bytes);
    lines.put("rejected_connections", stats.rejected_connections);
    lines.put("expired_keys", ctx.keys.expired_keys);
    lines.put("expired_fields", ctx.keys.expired_fields);
    let eviction = &ctx.server.eviction;
    let exceeding = eviction.exceeding_us(ctx.server.now);
    lines.put("evicted_keys", eviction.evicted_keys);
    lines.put("evicted_clients", 0);
    lines.put("total_eviction_exceeded_time", (eviction.exceeded_us + exceeding) / 1000);
    lines.put("current_eviction_exceeded_time", exceeding / 1000);
    lines.put("keyspace_hits", ctx.keys.hits);
    lines.put("keyspace_misses", ctx.keys.misses);
    lines.put("pubsub_channels", pubsub.channels.len());
    lines.put("pubsub_patterns", pubsub.patterns.len());
    lines.put("pubsubshard_channels", pubsub.shard_channels.len());
    lines.put("total_error_replies", stats.errors);
    lines.put("client_query_buffer_limit_disconnections", stats.query_limit_closes);
    lines.put("client_output_buffer_limit_disconnections", stats.output_limit_closes);
    lines.put("eventloop_cycles", stats.iterations);
}

fn replication(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    lines.put("role", "master");
    lines.put("connected_slaves", 0);
    lines.put("master_failover_state", "no-failover");
    lines.put("master_replid", &ctx.server.run_id);
    lines.put("master_repl_offset", 0);
    lines.put("repl_backlog_active", 0);
}

fn cpu(_: &mut Ctx<'_>, figures: &HostFigures, lines: &mut Lines) {
    lines.put("used_cpu_sys", Fixed(figures.cpu_system_s, 6));
    lines.put("used_cpu_user", Fixed(figures.cpu_user_s, 6));
}

fn command_stats(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    for (id, entry) in ctx.server.table.iter() {
        let stats = ctx.server.stats.by_command[usize::from(id.0)];
        if stats.calls == 0 && stats.rejected == 0 {
            continue;
        }
        let micros = stats.nanoseconds / 1000;
        let each = Fixed(stats.nanoseconds as f64 / 1000.0 / stats.calls.max(1) as f64, 2);
        lines.put(
            &format!("cmdstat_{}", entry.full_name),
            format_args!(
                "calls={},usec={micros},usec_per_call={each},rejected_calls={},failed_calls={}",
                stats.calls, stats.rejected, stats.failed
            ),
        );
    }
}

fn error_stats(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    for (code, count) in &ctx.server.stats.by_error {
        lines.put(&format!("errorstat_{code}"), format_args!("count={count}"));
    }
}

fn keyspace(ctx: &mut Ctx<'_>, _: &HostFigures, lines: &mut Lines) {
    for index in 0..ctx.keys.databases() {
        let db = ctx.keys.db(index);
        ctx.units += 1;
        if !db.is_empty() {
            let ttl = db.average_ttl_ms(ctx.keys.now_ms());
            let hashes = db.hashes_with_deadlines();
            lines.put(
                &format!("db{index}"),
                format_args!(
                    "keys={},expires={},avg_ttl={ttl},keys_with_volatile_items={hashes}",
                    db.len(),
                    db.deadlines()
                ),
            );
        }
    }
}

impl Lines {
    fn title(&mut self, title: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "# {title}\r\n");
    }

    fn put(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = write!(self.text, "{name}:{value}\r\n");
    }

    /// What uses no memory here, since there is none of it.
    fn zeros(&mut self, names: &[&str]) {
        for name in names {
            self.put(name, 0);
        }
    }

    /// A size, and once more for people.
    fn bytes(&mut self, name: &str, bytes: u64) {
        self.put(name, bytes);
        self.put(&format!("{name}_human"), human(bytes));
    }
}

/// `1723544` as `1.64M`.
fn human(bytes: u64) -> String {
    let mut size = bytes as f64;
    let mut units = ["B", "K", "M", "G", "T", "P"].iter();
    let mut unit = units.next().unwrap_or(&"");
    while size >= 1024.0
        && let Some(next) = units.next()
    {
        size /= 1024.0;
        unit = next;
    }
    if bytes < 1024 { format!("{bytes}B") } else { format!("{}{unit}", Fixed(size, 2)) }
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn sizes_for_people() {
        assert_eq!(human(0), "0B");
        assert_eq!(human(1023), "1023B");
        assert_eq!(human(1_723_544), "1.64M");
        assert_eq!(human(25_276_502_016), "23.54G");
    }
}
