//! MEMORY: what a key counts for, and the account of all memory. Sizes are known, not guessed from samples.

use crate::account::Account;
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("MEMORY", Group::Server, container, -2)
    .doc("", "Commands about memory.", "Depends on the subcommand.", "4.0.0")
    .subcommands(&[
        Spec::new("DOCTOR", Group::Server, doctor, 2)
            .doc("", "Says in words what is wrong with the use of memory.", "O(1)", "4.0.0")
            .tips(EVERY_SHARD),
        Spec::help(Group::Server, "4.0.0"),
        Spec::new("MALLOC-STATS", Group::Server, malloc_stats, 2)
            .flags(Flags::LOADING)
            .doc(
                "",
                "Answers what the allocator tells of itself.",
                "Depends on how much memory is allocated",
                "4.0.0",
            )
            .tips(EVERY_SHARD),
        Spec::new("PURGE", Group::Server, purge, 2)
            .flags(Flags::LOADING)
            .doc(
                "",
                "Asks the allocator to give unused memory back.",
                "Depends on how much memory is allocated",
                "4.0.0",
            )
            .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
        Spec::new("STATS", Group::Server, stats, 2)
            .doc("", "Answers the account of memory.", "O(N) with N the clients", "4.0.0")
            .tips(EVERY_SHARD),
        Spec::new("USAGE", Group::Server, usage, -3)
            .flags(Flags::READONLY)
            .keys(&[KeySpec::one(Access::RO, 2)])
            .doc(
                "key [SAMPLES count]",
                "Answers the bytes that a key and its value count for.",
                "O(1)",
                "4.0.0",
            ),
    ])];

const EVERY_SHARD: &[&str] =
    &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"];

/// Below this there is nothing to be said about ratios.
const DOCTOR_USED_MIN: u64 = 5 << 20;

/// MEMORY without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn usage(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let mut options = args.from(3).iter();
    while let Some(word) = options.next() {
        let samples = options.next().filter(|_| is_word(word, "SAMPLES")).ok_or(Error::SYNTAX)?;
        if integer(samples)? < 0 {
            return Err(Error::SYNTAX);
        }
    }
    match ctx.keys.info(args.at(2)) {
        Some(info) => ctx.out.count(info.bytes),
        None => ctx.out.null(),
    }
    Ok(())
}

fn stats(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let account = ctx.account();
    let with_keys = |keys: &&usize| !ctx.keys.db(**keys).is_empty();
    let all: Vec<usize> = (0..ctx.keys.databases()).collect();
    let dbs: Vec<usize> = all.iter().filter(with_keys).copied().collect();
    let whole = |value: i64| (value, None);
    let part = |value: f64| (0, Some(value));
    let ratio = account.fragmentation();
    let begin = [
        ("peak.allocated", whole(account.peak as i64)),
        ("total.allocated", whole(account.used as i64)),
        ("startup.allocated", whole(0)),
        ("replication.backlog", whole(0)),
        ("clients.slaves", whole(0)),
        ("clients.normal", whole(account.clients as i64)),
        ("cluster.links", whole(0)),
        ("aof.buffer", whole(0)),
        ("lua.caches", whole(0)),
        ("functions.caches", whole(0)),
    ];
    let end = [
        ("overhead.total", whole(account.overhead as i64)),
        ("keys.count", whole(account.keys as i64)),
        ("keys.bytes-per-key", whole((account.used / account.keys.max(1)) as i64)),
        ("dataset.bytes", whole(account.dataset as i64)),
        ("dataset.percentage", part(account.dataset_percent())),
        ("peak.percentage", part(account.peak_percent())),
        ("allocator.allocated", whole(account.used as i64)),
        ("allocator.active", whole(account.resident as i64)),
        ("allocator.resident", whole(account.resident as i64)),
        ("allocator-fragmentation.ratio", part(1.0)),
        ("allocator-fragmentation.bytes", whole(0)),
        ("allocator-rss.ratio", part(1.0)),
        ("allocator-rss.bytes", whole(0)),
        ("rss-overhead.ratio", part(1.0)),
        ("rss-overhead.bytes", whole(0)),
        ("fragmentation", part(ratio)),
        ("fragmentation.bytes", whole(account.fragmentation_bytes())),
    ];
    let out = &mut ctx.out;
    out.map(begin.len() + dbs.len() + end.len());
    let write = |out: &mut crate::resp::Reply<'_>, rows: &[(&str, (i64, Option<f64>))]| {
        for (name, value) in rows {
            out.bulk(name.as_bytes());
            match value {
                (_, Some(part)) => out.double(*part),
                (whole, None) => out.integer(*whole),
            }
        }
    };
    write(out, &begin);
    for index in dbs {
        let db = ctx.keys.db(index);
        out.bulk([b"db.", itoa::Buffer::new().format(index).as_bytes()].concat().as_slice());
        out.map(2);
        let expires = db.deadlines_overhead() as i64;
        write(
            out,
            &[
                ("overhead.hashtable.main", whole(db.overhead() as i64 - expires)),
                ("overhead.hashtable.expires", whole(expires)),
            ],
        );
    }
    write(out, &end);
    ctx.units += (ctx.clients.len() + all.len()) as u64;
    Ok(())
}

fn doctor(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let account = ctx.account();
    let text: &[u8] = if account.used < DOCTOR_USED_MIN {
        b"There is next to no data here, so there is nothing to say about its memory yet.\n"
    } else if account.peak > account.used * 3 / 2 {
        b"Much more memory was in use at the peak than is now. What the allocator has not given back since will be \
          used again before the process grows.\n"
    } else if account.fragmentation() > 1.4 {
        b"The process is much larger than what it uses. Values of changing sizes leave holes; a restart would close \
          them.\n"
    } else {
        b"Nothing is wrong with the use of memory.\n"
    };
    ctx.out.verbatim(text);
    Ok(())
}

fn malloc_stats(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.bulk(b"Stats not supported for the current allocator");
    Ok(())
}

/// The allocator is the host's, and gives pages back by itself.
fn purge(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.ok();
    Ok(())
}

impl Ctx<'_> {
    /// The account of memory, this client included.
    fn account(&self) -> Account {
        let figures = self.server.probe.map(|probe| probe()).unwrap_or_default();
        let clients = self.clients.iter().chain(std::iter::once(&*self.session));
        Account::of(self.keys, clients, self.server, &figures)
    }
}
