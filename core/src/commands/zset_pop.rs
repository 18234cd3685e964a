//! Taking members off either end of sorted sets: at once, from the first of several that has any, or waiting for one.

use super::zset_reply::{Scores, write_members};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size, write_item};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::session::DeniedReply;
use crate::value::{Kind, ZSet};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("BZMPOP", Group::SortedSet, bzmpop, -5)
        .flags(Flags::WRITE.and(Flags::BLOCKING).and(Flags::MOVABLE_KEYS))
        .keys(&[KeySpec::counted(TAKEN, 2)])
        .doc(
            "timeout numkeys key [key ...] <MIN | MAX> [COUNT count]",
            "Takes members off the first sorted set that has any, or waits for one.",
            "O(K)+O(M*log N) for K keys and M of N members",
            "7.0.0",
        ),
    Spec::new("BZPOPMAX", Group::SortedSet, bzpopmax, -3)
        .flags(Flags::WRITE.and(Flags::BLOCKING).and(Flags::FAST))
        .keys(&[KeySpec::range(TAKEN, 1, -2, 1)])
        .doc(
            "key [key ...] timeout",
            "Takes the member with the highest score off the first sorted set that has any, or waits for one.",
            "O(log N), N the size of the sorted set",
            "5.0.0",
        ),
    Spec::new("BZPOPMIN", Group::SortedSet, bzpopmin, -3)
        .flags(Flags::WRITE.and(Flags::BLOCKING).and(Flags::FAST))
        .keys(&[KeySpec::range(TAKEN, 1, -2, 1)])
        .doc(
            "key [key ...] timeout",
            "Takes the member with the lowest score off the first sorted set that has any, or waits for one.",
            "O(log N), N the size of the sorted set",
            "5.0.0",
        ),
    Spec::new("ZMPOP", Group::SortedSet, zmpop, -4)
        .flags(Flags::WRITE.and(Flags::MOVABLE_KEYS))
        .keys(&[KeySpec::counted(TAKEN, 1)])
        .doc(
            "numkeys key [key ...] <MIN | MAX> [COUNT count]",
            "Takes members off the first sorted set that has any.",
            "O(K)+O(M*log N) for K keys and M of N members",
            "7.0.0",
        ),
    Spec::new("ZPOPMAX", Group::SortedSet, zpopmax, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(TAKEN, 1)])
        .doc(
            "key [count]",
            "Takes out the members with the highest scores and answers them.",
            "O(M*log N) for M of N members",
            "5.0.0",
        ),
    Spec::new("ZPOPMIN", Group::SortedSet, zpopmin, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(TAKEN, 1)])
        .doc(
            "key [count]",
            "Takes out the members with the lowest scores and answers them.",
            "O(M*log N) for M of N members",
            "5.0.0",
        ),
];

const TAKEN: Access = Access::RW.and(Access::ACCESS).and(Access::DELETE);
const COUNT_NOT_POSITIVE: Error = Error::Static("ERR count should be greater than 0");

/// Which end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Min,
    Max,
}

/// How popped members stand in the reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One member, then its score, in an array that is open already.
    Single,
    /// An array of members with their scores.
    Many(Scores),
}

/// What ZMPOP and BZMPOP are to do.
struct Request<'a> {
    keys: Args<'a>,
    end: End,
    count: usize,
}

fn bzmpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = Request::parse(args.from(2))?;
    let deadline = ctx.deadline(args.at(1))?;
    if !pop_first(ctx, &request)? {
        ctx.wait(request.keys.iter(), Kind::ZSet, deadline, DeniedReply::NullArray);
    }
    Ok(())
}

fn bzpopmax(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    wait_to_pop(ctx, args, End::Max)
}

fn bzpopmin(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    wait_to_pop(ctx, args, End::Min)
}

fn zmpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = Request::parse(args.from(1))?;
    if !pop_first(ctx, &request)? {
        ctx.out.null_array();
    }
    Ok(())
}

fn zpopmax(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    pop(ctx, args, End::Max)
}

fn zpopmin(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    pop(ctx, args, End::Min)
}

fn pop(ctx: &mut Ctx<'_>, args: Args<'_>, end: End) -> Outcome {
    if args.len() > 3 {
        return Err(Error::SYNTAX);
    }
    let (count, shape) = match args.get(2) {
        None => (1, Shape::Single),
        Some(count) => {
            let count = integer(count).ok().and_then(size);
            (count.ok_or(Error::NOT_POSITIVE)?, Shape::Many(Scores::With))
        }
    };
    let key = args.at(1);
    if ctx.keys.write_as::<ZSet>(key)?.is_none() || count == 0 {
        ctx.out.array(0);
        return Ok(());
    }
    if shape == Shape::Single {
        ctx.out.array(2);
    }
    take(ctx, key, end, count, shape)
}

fn wait_to_pop(ctx: &mut Ctx<'_>, args: Args<'_>, end: End) -> Outcome {
    let last = args.len() - 1;
    let deadline = ctx.deadline(args.at(last))?;
    let keys = args.slice(1..last);
    for key in keys.iter() {
        ctx.units += 1;
        if ctx.keys.write_as::<ZSet>(key)?.is_some() {
            ctx.out.array(3);
            ctx.out.bulk(key);
            ctx.replicate(&[end.command(), key]);
            return take(ctx, key, end, 1, Shape::Single);
        }
    }
    ctx.wait(keys.iter(), Kind::ZSet, deadline, DeniedReply::NullArray);
    Ok(())
}

/// Pops from the first key that holds a sorted set, if any does.
fn pop_first(ctx: &mut Ctx<'_>, request: &Request<'_>) -> Result<bool, Error> {
    for key in request.keys.iter() {
        ctx.units += 1;
        let Some(zset) = ctx.keys.write_as::<ZSet>(key)? else { continue };
        let count = request.count.min(zset.len());
        ctx.out.array(2);
        ctx.out.bulk(key);
        let text = itoa::Buffer::new().format(count).as_bytes().to_vec();
        ctx.replicate(&[request.end.command(), key, &text]);
        take(ctx, key, request.end, count, Shape::Many(Scores::Paired))?;
        return Ok(true);
    }
    Ok(false)
}

/// Takes up to `count` members off the sorted set at `key` and writes them.
fn take(ctx: &mut Ctx<'_>, key: &[u8], end: End, count: usize, shape: Shape) -> Outcome {
    let Some(zset) = ctx.keys.write_as::<ZSet>(key)? else { return Ok(()) };
    let len = zset.len();
    let count = count.min(len);
    let span = if end == End::Min { 0..count } else { len - count..len };
    let mut members = zset.members(span.clone(), end == End::Max);
    match shape {
        Shape::Many(scores) => write_members(&mut ctx.out, members, scores),
        Shape::Single => {
            if let Some((member, score)) = members.next() {
                write_item(&mut ctx.out, member);
                ctx.out.double(score);
            }
        }
    }
    zset.remove_span(span);
    ctx.units += count as u64;
    ctx.changed(key, Class::ZSET, if end == End::Min { "zpopmin" } else { "zpopmax" });
    ctx.drop_if_empty(key);
    Ok(())
}

impl End {
    /// The command that pops this end.
    fn command(self) -> &'static [u8] {
        match self {
            End::Min => b"ZPOPMIN",
            End::Max => b"ZPOPMAX",
        }
    }
}

impl<'a> Request<'a> {
    /// Reads `numkeys key … MIN | MAX [COUNT count]`.
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let keys = integer(args.at(0)).ok().filter(|keys| *keys > 0);
        let keys = usize::try_from(keys.ok_or(Error::NO_KEYS_COUNTED)?).unwrap_or(usize::MAX);
        // Behind the keys there is at least the end to pop from.
        if keys > args.len() - 2 {
            return Err(Error::SYNTAX);
        }
        let end = match args.at(keys + 1) {
            word if word.eq_ignore_ascii_case(b"MIN") => End::Min,
            word if word.eq_ignore_ascii_case(b"MAX") => End::Max,
            _ => return Err(Error::SYNTAX),
        };
        let options = args.from(keys + 2);
        let count = match (options.len(), options.get(0)) {
            (0, _) => 1,
            (2.., Some(word)) if word.eq_ignore_ascii_case(b"COUNT") => {
                let count = integer(options.at(1)).ok().filter(|count| *count > 0);
                let count = count.ok_or(COUNT_NOT_POSITIVE)?;
                if options.len() > 2 {
                    return Err(Error::SYNTAX);
                }
                usize::try_from(count).unwrap_or(usize::MAX)
            }
            _ => return Err(Error::SYNTAX),
        };
        Ok(Request { keys: args.slice(1..keys + 1), end, count })
    }
}
