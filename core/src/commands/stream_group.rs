//! Consumer groups: XGROUP makes and removes them and their consumers, XACK and XACKDEL end deliveries, XPENDING shows
//! them.

use super::stream_parts::{
    IdList, References, first_id, last_id, no_key_or_group, no_such_group, strict_id, write_id,
};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;
use crate::value::Stream;
use crate::value::stream::{Pending, StreamId};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("XACK", Group::Stream, xack, -4)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key group id [id ...]",
            "Acknowledges entries that were delivered to a group; answers how many.",
            "O(log N) an entry, N entries pending",
            "5.0.0",
        ),
    Spec::new("XACKDEL", Group::Stream, xackdel, -6)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE).and(Access::DELETE), 1)])
        .doc(
            "key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
            "Acknowledges entries of a group and deletes them.",
            "O(log N) an entry, N entries in the stream",
            "8.2.0",
        ),
    Spec::new("XGROUP", Group::Stream, container, -2)
        .doc("", "Commands about consumer groups.", "Depends on the subcommand.", "5.0.0")
        .subcommands(&[
            Spec::new("CREATE", Group::Stream, create, -5)
                .flags(Flags::WRITE.and(Flags::DENYOOM))
                .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 2)])
                .doc(
                    "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]",
                    "Makes a group that reads on behind an entry.",
                    "O(1)",
                    "5.0.0",
                ),
            Spec::new("CREATECONSUMER", Group::Stream, create_consumer, 5)
                .flags(Flags::WRITE.and(Flags::DENYOOM))
                .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 2)])
                .doc("key group consumer", "Makes a consumer of a group.", "O(1)", "6.2.0"),
            Spec::new("DELCONSUMER", Group::Stream, delete_consumer, 5)
                .flags(Flags::WRITE)
                .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 2)])
                .doc(
                    "key group consumer",
                    "Removes a consumer and its deliveries; answers how many were pending.",
                    "O(N) for N entries pending",
                    "5.0.0",
                ),
            Spec::new("DESTROY", Group::Stream, destroy, 4)
                .flags(Flags::WRITE)
                .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 2)])
                .doc("key group", "Removes a group.", "O(N) for N entries pending", "5.0.0"),
            Spec::help(Group::Stream, "5.0.0"),
            Spec::new("SETID", Group::Stream, set_id, -5)
                .flags(Flags::WRITE)
                .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 2)])
                .doc(
                    "key group <id | $> [ENTRIESREAD entries-read]",
                    "Sets the entry behind which a group reads on.",
                    "O(1)",
                    "5.0.0",
                ),
        ]),
    Spec::new("XPENDING", Group::Stream, xpending, -3)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key group [[IDLE min-idle-time] start end count [consumer]]",
            "Shows which entries were delivered to a group and not acknowledged, or how many.",
            "O(log(N)+M) for M of N entries pending",
            "5.0.0",
        )
        .tips(&["nondeterministic_output"]),
];

const KEY_NEEDED: Error = Error::Static(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM \
     option to create an empty stream automatically.",
);

/// Arguments that XGROUP CREATE takes at most, repeated options included.
const CREATE_ARGUMENTS_MAX: usize = 8;

/// XGROUP without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn xack(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let names = args.from(3);
    let mut removed = 0;
    ctx.keys.count_read(args.at(1));
    if let Some(stream) = ctx.keys.write_as::<Stream>(args.at(1))?
        && let Some(group) = stream.group_mut(args.at(2))
    {
        let ids = names.iter().map(strict_id).collect::<Result<Vec<_>, _>>()?;
        removed = ids.into_iter().filter(|id| group.remove(*id)).count();
    }
    ctx.units += names.len() as u64 - 1;
    if removed > 0 {
        ctx.noted();
    }
    ctx.out.count(removed);
    Ok(())
}

fn xackdel(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, group) = (args.at(1), args.at(2));
    let IdList { references, ids } = IdList::parse(args.from(3))?;
    ctx.units += ids.len() as u64 - 1;
    ctx.out.array(ids.len());
    let (mut acknowledged, mut deleted) = (false, false);
    let mut stream = ctx.keys.write_as::<Stream>(key)?;
    for id in ids {
        let Some(stream) = &mut stream else {
            ctx.out.integer(-1);
            continue;
        };
        if !stream.group_mut(group).is_some_and(|group| group.remove(id)) {
            ctx.out.integer(-1);
            continue;
        }
        acknowledged = true;
        if references == References::Acked && stream.is_awaited(id) {
            ctx.out.integer(2);
            continue;
        }
        if references == References::Delete {
            stream.forget_deliveries(id);
        }
        deleted |= stream.delete(id);
        ctx.out.integer(1);
    }
    if deleted {
        ctx.changed(key, Class::STREAM, "xdel");
    } else if acknowledged {
        ctx.noted();
    }
    Ok(())
}

fn create(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, name) = (args.at(2), args.at(3));
    let (mut make, mut read) = (false, None);
    let mut at = 5;
    while at < args.len() {
        if is_word(args.at(at), "MKSTREAM") {
            make = true;
            at += 1;
        } else {
            read = entries_read(args, at)?;
            at += 2;
        }
    }
    let exists = ctx.keys.write_as::<Stream>(key)?.map(|stream| stream.last_id);
    if exists.is_none() && !make {
        return Err(KEY_NEEDED);
    }
    if args.len() > CREATE_ARGUMENTS_MAX {
        return Err(Error::subcommand_or_arity(args));
    }
    let id = group_id(args.at(4), exists.unwrap_or_default())?;
    let stream = ctx.keys.write_or_create::<Stream>(key)?;
    if stream.add_group(name, id, read).is_none() {
        return Err(Error::Static("BUSYGROUP Consumer Group name already exists"));
    }
    match exists {
        Some(_) => ctx.noted_as(key, Class::STREAM, "xgroup-create", false),
        None => ctx.changed(key, Class::STREAM, "xgroup-create"),
    }
    ctx.out.ok();
    Ok(())
}

fn create_consumer(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, now_ms) = (args.at(2), ctx.now().millis());
    let stream = existing(ctx, args)?;
    let group = stream.group_mut(args.at(3)).ok_or_else(|| no_such_group(key, args.at(3)))?;
    let (_, created) = group.add_consumer(args.at(4), now_ms);
    if created {
        ctx.noted_as(key, Class::STREAM, "xgroup-createconsumer", false);
    }
    ctx.out.flag(created);
    Ok(())
}

fn delete_consumer(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(2);
    let stream = existing(ctx, args)?;
    let group = stream.group_mut(args.at(3)).ok_or_else(|| no_such_group(key, args.at(3)))?;
    let removed = group.remove_consumer(args.at(4));
    if let Some(pending) = removed {
        ctx.units += pending as u64;
        ctx.noted_as(key, Class::STREAM, "xgroup-delconsumer", false);
    }
    ctx.out.count(removed.unwrap_or(0));
    Ok(())
}

fn destroy(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(2);
    let removed = existing(ctx, args)?.remove_group(args.at(3));
    if removed {
        // Who waits for it has to hear.
        ctx.noted_as(key, Class::STREAM, "xgroup-destroy", true);
    }
    ctx.out.flag(removed);
    Ok(())
}

fn set_id(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, name) = (args.at(2), args.at(3));
    let mut read = None;
    for at in (5..args.len()).step_by(2) {
        read = entries_read(args, at)?;
    }
    let stream = existing(ctx, args)?;
    let last = stream.last_id;
    let group = stream.group_mut(name).ok_or_else(|| no_such_group(key, name))?;
    group.last_id = group_id(args.at(4), last)?;
    group.entries_read = read;
    ctx.noted_as(key, Class::STREAM, "xgroup-setid", false);
    ctx.out.ok();
    Ok(())
}

/// The stream of an XGROUP subcommand.
fn existing<'c>(ctx: &'c mut Ctx<'_>, args: Args<'_>) -> Result<&'c mut Stream, Error> {
    ctx.keys.write_as::<Stream>(args.at(2))?.ok_or(KEY_NEEDED)
}

/// Where a group reads on: `$` is the end.
fn group_id(text: &[u8], last: StreamId) -> Result<StreamId, Error> {
    if text == b"$" { Ok(last) } else { strict_id(text) }
}

/// The counter that ENTRIESREAD at `at` sets; `None` for -1.
fn entries_read(args: Args<'_>, at: usize) -> Result<Option<u64>, Error> {
    match args.get(at + 1) {
        Some(value) if is_word(args.at(at), "ENTRIESREAD") => match integer(value)? {
            -1 => Ok(None),
            read => u64::try_from(read)
                .map(Some)
                .map_err(|_| Error::Static("ERR value for ENTRIESREAD must be positive or -1")),
        },
        _ => Err(Error::subcommand_or_arity(args)),
    }
}

fn xpending(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 3 {
        return summary(ctx, args);
    }
    let mut at = 3;
    let mut min_idle = 0;
    if !(6..=9).contains(&args.len()) {
        return Err(Error::SYNTAX);
    }
    if is_word(args.at(3), "IDLE") {
        min_idle = integer(args.at(4))?;
        if args.len() < 8 {
            return Err(Error::SYNTAX);
        }
        at = 5;
    }
    let count = size(integer(args.at(at + 2))?).unwrap_or(0);
    let (start, end) = (first_id(args.at(at))?, last_id(args.at(at + 1))?);
    let asked = Asked { start, end, count, min_idle: min_idle.max(0) as u64 };
    list(ctx, args, &asked, args.get(at + 3))
}

fn summary(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, name) = (args.at(1), args.at(2));
    let stream = ctx.keys.read_as::<Stream>(key)?;
    let group = stream.and_then(|stream| stream.group(name));
    let group = group.ok_or_else(|| no_key_or_group(key, name))?;
    ctx.out.array(4);
    ctx.out.count(group.pending_count());
    let first = group.pending_from(StreamId::MIN).next();
    let (Some(first), Some(last)) = (first, group.last_pending()) else {
        ctx.out.null();
        ctx.out.null();
        ctx.out.null_array();
        return Ok(());
    };
    write_id(&mut ctx.out, first.id);
    write_id(&mut ctx.out, last.id);
    let busy = || group.consumers().filter(|(_, consumer)| consumer.pending > 0);
    ctx.out.array(busy().count());
    for (_, consumer) in busy() {
        ctx.out.array(2);
        ctx.out.bulk(&consumer.name);
        ctx.out.bulk_integer(consumer.pending as i64);
    }
    ctx.units += group.consumer_count() as u64;
    Ok(())
}

/// Which deliveries are asked for.
struct Asked {
    start: StreamId,
    end: StreamId,
    count: usize,
    min_idle: u64,
}

fn list(ctx: &mut Ctx<'_>, args: Args<'_>, asked: &Asked, consumer: Option<&[u8]>) -> Outcome {
    let (key, name) = (args.at(1), args.at(2));
    let now_ms = ctx.now().millis();
    let stream = ctx.keys.read_as::<Stream>(key)?;
    let group = stream.and_then(|stream| stream.group(name));
    let group = group.ok_or_else(|| no_key_or_group(key, name))?;
    let about = ctx.out.array_about(asked.count.min(group.pending_count()));
    // Nothing is looked through if nothing has waited that long.
    let any = group.by_time().next().is_some_and(|(at, _)| is_idle(at, now_ms, asked.min_idle));
    let (mut visited, mut written) = (0, 0);
    let mut show = |pending: &Pending| {
        visited += 1;
        if !is_idle(pending.at_ms, now_ms, asked.min_idle) {
            return true;
        }
        if written == asked.count {
            return false;
        }
        written += 1;
        ctx.out.array(4);
        write_id(&mut ctx.out, pending.id);
        ctx.out.bulk(group.name_of(pending.owner));
        // What was given back was never delivered, as far as anybody is concerned.
        let idle = if group.consumer(pending.owner).is_none() {
            -1
        } else {
            now_ms as i64 - pending.at_ms as i64
        };
        ctx.out.integer(idle.max(-1));
        ctx.out.integer(pending.count as i64);
        true
    };
    match consumer {
        _ if !any || asked.count == 0 => {}
        None => {
            let range = group.pending_from(asked.start);
            range.take_while(|it| it.id <= asked.end).all(&mut show);
        }
        Some(consumer) => {
            let number = group.number_of(consumer);
            let ids = number.into_iter().flat_map(|number| group.owned(number, asked.start));
            ids.take_while(|id| *id <= asked.end).filter_map(|id| group.pending(id)).all(&mut show);
        }
    }
    ctx.out.close_about(about, written);
    ctx.units += visited;
    Ok(())
}

fn is_idle(at_ms: u64, now_ms: u64, min_idle: u64) -> bool {
    min_idle == 0 || now_ms.saturating_sub(at_ms) >= min_idle
}
