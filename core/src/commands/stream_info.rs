//! XINFO: what is known of a stream, its groups and their consumers.
//!
//! Streams elsewhere lie in a radix tree, and clients know its figures by name: keys are our packed nodes, and nodes
//! are those and the index above them.

use super::stream_parts::{no_such_group, write_entry, write_id};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size};
use crate::error::{Error, Outcome};
use crate::resp::{Args, Reply};
use crate::util::is_word;
use crate::value::Stream;
use crate::value::stream::group::NOBODY;
use crate::value::stream::{self, Consumer, StreamId};

const LOOK: &[KeySpec] = &[KeySpec::one(Access::RO.and(Access::ACCESS), 2)];

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("XINFO", Group::Stream, container, -2)
    .doc("", "Commands that show what is known of a stream.", "Depends on the subcommand.", "5.0.0")
    .subcommands(&[
        Spec::new("CONSUMERS", Group::Stream, consumers, 4)
            .flags(Flags::READONLY)
            .keys(LOOK)
            .doc("key group", "Shows the consumers of a group.", "O(N) for N consumers", "5.0.0")
            .tips(&["nondeterministic_output"]),
        Spec::new("GROUPS", Group::Stream, groups, 3).flags(Flags::READONLY).keys(LOOK).doc(
            "key",
            "Shows the groups of a stream.",
            "O(N) for N groups",
            "5.0.0",
        ),
        Spec::help(Group::Stream, "5.0.0"),
        Spec::new("STREAM", Group::Stream, stream, -3).flags(Flags::READONLY).keys(LOOK).doc(
            "key [FULL [COUNT count]]",
            "Shows a stream's figures; with FULL also its entries, and all that its groups know.",
            "O(1), and O(N) for N entries and deliveries shown",
            "5.0.0",
        ),
    ])];

/// Entries and deliveries that FULL shows when no number is given.
const COUNT: usize = 10;

/// XINFO without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn consumers(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = ctx.now().millis() as i64;
    let stream = ctx.keys.read_as::<Stream>(args.at(2))?.ok_or(Error::NO_SUCH_KEY)?;
    let group = stream.group(args.at(3)).ok_or_else(|| no_such_group(args.at(2), args.at(3)))?;
    ctx.out.array(group.consumer_count());
    for (_, consumer) in group.consumers() {
        ctx.out.map(4);
        ctx.out.bulk(b"name");
        ctx.out.bulk(&consumer.name);
        count(&mut ctx.out, b"pending", consumer.pending);
        number(&mut ctx.out, b"idle", (now_ms - consumer.seen_ms as i64).max(0));
        let inactive = consumer.active_ms.map_or(-1, |at| (now_ms - at as i64).max(0));
        number(&mut ctx.out, b"inactive", inactive);
    }
    ctx.units += group.consumer_count() as u64;
    Ok(())
}

fn groups(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let stream = ctx.keys.read_as::<Stream>(args.at(2))?.ok_or(Error::NO_SUCH_KEY)?;
    ctx.out.array(stream.groups().len());
    for group in stream.groups() {
        ctx.out.map(6);
        ctx.out.bulk(b"name");
        ctx.out.bulk(group.name());
        count(&mut ctx.out, b"consumers", group.consumer_count());
        count(&mut ctx.out, b"pending", group.pending_count());
        position(&mut ctx.out, stream, group);
    }
    ctx.units += stream.groups().len() as u64;
    Ok(())
}

fn stream(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let now_ms = ctx.now().millis();
    let stream = ctx.keys.read_as::<Stream>(args.at(2))?.ok_or(Error::NO_SUCH_KEY)?;
    let full = full_count(args)?;
    let out = &mut ctx.out;
    let idempotency = stream.idempotency.as_deref();
    let fields = if full.is_some() { 9 } else { 10 };
    out.map(fields + if idempotency.is_some() { 6 } else { 0 });
    count(out, b"length", stream.len());
    count(out, b"radix-tree-keys", stream.node_count());
    count(out, b"radix-tree-nodes", stream.node_count() + 1);
    id(out, b"last-generated-id", stream.last_id);
    id(out, b"max-deleted-entry-id", stream.max_deleted);
    number(out, b"entries-added", stream.entries_added as i64);
    id(out, b"recorded-first-entry-id", stream.first_id());
    if let Some(known) = idempotency {
        let (producers, all) = known.tracked(now_ms);
        number(out, b"idmp-duration", i64::from(known.duration_s));
        number(out, b"idmp-maxsize", i64::from(known.max_size));
        count(out, b"pids-tracked", producers);
        count(out, b"iids-tracked", all);
        number(out, b"iids-added", known.added as i64);
        number(out, b"iids-duplicates", known.duplicates as i64);
        ctx.units += all as u64;
    }
    let Some(most) = full else {
        count(out, b"groups", stream.groups().len());
        for (name, mut entries) in [
            (&b"first-entry"[..], stream.range(StreamId::MIN, StreamId::MAX)),
            (b"last-entry", stream.range(stream.last_entry_id(), StreamId::MAX)),
        ] {
            out.bulk(name);
            match entries.next() {
                Some(entry) => write_entry(out, entry),
                None => out.null(),
            }
        }
        return Ok(());
    };
    out.bulk(b"entries");
    let shown = most.min(stream.len());
    out.array(shown);
    let entries = stream.range(StreamId::MIN, StreamId::MAX).take(shown);
    entries.for_each(|entry| write_entry(out, entry));
    ctx.units += shown as u64;
    out.bulk(b"groups");
    out.array(stream.groups().len());
    for group in stream.groups() {
        ctx.units += full_group(out, stream, group, most);
    }
    Ok(())
}

/// How many entries FULL shows; `None`: it is not asked for.
fn full_count(args: Args<'_>) -> Result<Option<usize>, Error> {
    match args.len() {
        3 => Ok(None),
        4 if is_word(args.at(3), "FULL") => Ok(Some(COUNT)),
        6 if is_word(args.at(3), "FULL") && is_word(args.at(4), "COUNT") => {
            match integer(args.at(5))? {
                0 => Ok(Some(usize::MAX)),
                most => Ok(Some(size(most).unwrap_or(COUNT))),
            }
        }
        _ => Err(Error::subcommand_or_arity(args)),
    }
}

/// A group with its deliveries and consumers; how many of both.
fn full_group(out: &mut Reply<'_>, stream: &Stream, group: &stream::Group, most: usize) -> u64 {
    let released = group.owned(NOBODY, StreamId::MIN).count();
    out.map(if released > 0 { 8 } else { 7 });
    out.bulk(b"name");
    out.bulk(group.name());
    position(out, stream, group);
    count(out, b"pel-count", group.pending_count());
    if released > 0 {
        count(out, b"nacked-count", released);
    }
    out.bulk(b"pending");
    let shown = most.min(group.pending_count());
    out.array(shown);
    for pending in group.pending_from(StreamId::MIN).take(shown) {
        out.array(4);
        write_id(out, pending.id);
        out.bulk(group.name_of(pending.owner));
        out.integer(pending.at_ms as i64);
        out.integer(pending.count as i64);
    }
    let mut units = (shown + released) as u64;
    out.bulk(b"consumers");
    out.array(group.consumer_count());
    for (of, consumer) in group.consumers() {
        full_consumer(out, group, of, consumer, most);
        units += 1 + most.min(consumer.pending) as u64;
    }
    units
}

fn full_consumer(
    out: &mut Reply<'_>,
    group: &stream::Group,
    of: u32,
    consumer: &Consumer,
    most: usize,
) {
    out.map(5);
    out.bulk(b"name");
    out.bulk(&consumer.name);
    number(out, b"seen-time", consumer.seen_ms as i64);
    number(out, b"active-time", consumer.active_ms.map_or(-1, |at| at as i64));
    count(out, b"pel-count", consumer.pending);
    out.bulk(b"pending");
    let shown = most.min(consumer.pending);
    out.array(shown);
    let deliveries = group.owned(of, StreamId::MIN).take(shown);
    for pending in deliveries.filter_map(|id| group.pending(id)) {
        out.array(3);
        write_id(out, pending.id);
        out.integer(pending.at_ms as i64);
        out.integer(pending.count as i64);
    }
}

/// How far a group has read.
fn position(out: &mut Reply<'_>, stream: &Stream, group: &stream::Group) {
    id(out, b"last-delivered-id", group.last_id);
    for (name, value) in [
        (&b"entries-read"[..], group.entries_read.map(|read| read as i64)),
        (b"lag", stream.lag(group)),
    ] {
        match value {
            Some(value) => number(out, name, value),
            None => {
                out.bulk(name);
                out.null();
            }
        }
    }
}

fn id(out: &mut Reply<'_>, name: &[u8], id: StreamId) {
    out.bulk(name);
    write_id(out, id);
}

fn count(out: &mut Reply<'_>, name: &[u8], value: usize) {
    number(out, name, value as i64);
}

fn number(out: &mut Reply<'_>, name: &[u8], value: i64) {
    out.bulk(name);
    out.integer(value);
}
