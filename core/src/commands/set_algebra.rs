//! Intersection, union and difference of sets: answered, stored, or only counted.
//!
//! Intersections walk through the smallest set and ask the others, smallest first. Differences either ask every other
//! set about each member of the first, or gather the others once and ask about each member once, whichever is less work.

use crate::command::work::Sizes;
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, counted_keys, integer, write_item};
use crate::ds::dict::Deadline;
use crate::ds::listpack::Item;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::Args;
use crate::util::order;
use crate::value::{Collection, Kind, Set, Thresholds};
use std::ops::ControlFlow;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("SDIFF", Group::Set, sdiff, -2)
        .estimate(|keys, args| named(keys, args).difference())
        .flags(Flags::READONLY)
        .keys(&[SOURCES])
        .doc(
            "key [key ...]",
            "Answers the members of the first set that no other set has.",
            UNION_COMPLEXITY,
            "1.0.0",
        )
        .tips(UNORDERED),
    Spec::new("SDIFFSTORE", Group::Set, sdiffstore, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[DESTINATION, SOURCES_BEHIND])
        .doc(
            "destination key [key ...]",
            "Stores the members of the first set that no other set has.",
            UNION_COMPLEXITY,
            "1.0.0",
        ),
    Spec::new("SINTER", Group::Set, sinter, -2)
        .estimate(|keys, args| named(keys, args).intersection())
        .flags(Flags::READONLY)
        .keys(&[SOURCES])
        .doc("key [key ...]", "Answers the members that all sets share.", INTER_COMPLEXITY, "1.0.0")
        .tips(UNORDERED),
    Spec::new("SINTERCARD", Group::Set, sintercard, -3)
        .estimate(|keys, args| match counted_keys(args, 1) {
            Ok((names, _)) => Sizes::of(keys, names, is_set).intersection(),
            Err(_) => 0,
        })
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[KeySpec::counted(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "numkeys key [key ...] [LIMIT limit]",
            "Counts the members that all sets share.",
            INTER_COMPLEXITY,
            "7.0.0",
        ),
    Spec::new("SINTERSTORE", Group::Set, sinterstore, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[DESTINATION, SOURCES_BEHIND])
        .doc(
            "destination key [key ...]",
            "Stores the members that all sets share.",
            INTER_COMPLEXITY,
            "1.0.0",
        ),
    Spec::new("SUNION", Group::Set, sunion, -2)
        .estimate(|keys, args| named(keys, args).sum)
        .flags(Flags::READONLY)
        .keys(&[SOURCES])
        .doc(
            "key [key ...]",
            "Answers the members that any of the sets has.",
            UNION_COMPLEXITY,
            "1.0.0",
        )
        .tips(UNORDERED),
    Spec::new("SUNIONSTORE", Group::Set, sunionstore, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[DESTINATION, SOURCES_BEHIND])
        .doc(
            "destination key [key ...]",
            "Stores the members that any of the sets has.",
            UNION_COMPLEXITY,
            "1.0.0",
        ),
];

const SOURCES: KeySpec = KeySpec::range(Access::RO.and(Access::ACCESS), 1, -1, 1);
const SOURCES_BEHIND: KeySpec = KeySpec::range(Access::RO.and(Access::ACCESS), 2, -1, 1);
const DESTINATION: KeySpec = KeySpec::one(Access::OW.and(Access::UPDATE), 1);
const UNORDERED: &[&str] = &["nondeterministic_output_order"];
const INTER_COMPLEXITY: &str = "O(N*M), N the members of the smallest of M sets";
const UNION_COMPLEXITY: &str = "O(N), N the members of all sets together";

/// The sizes of the sets that all arguments name.
fn named(keys: &Keyspace, args: Args<'_>) -> Sizes {
    Sizes::of(keys, args.from(1), is_set)
}

fn is_set(kind: Kind) -> bool {
    kind == Kind::Set
}

fn sdiff(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let result = difference(ctx, args.from(1))?;
    write_set(ctx, &result);
    Ok(())
}

fn sdiffstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let result = difference(ctx, args.from(2))?;
    store(ctx, args.at(1), result, "sdiffstore");
    Ok(())
}

fn sinter(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let Ctx { keys, out, units, .. } = ctx;
    let sets = sources(keys, args.from(1))?;
    let later = out.array_later();
    let mut shared = 0;
    *units += intersect(&sets, |member| {
        shared += 1;
        write_item(out, member);
        ControlFlow::Continue(())
    });
    out.close_set(later, shared);
    Ok(())
}

fn sintercard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (names, options) = counted_keys(args, 1)?;
    let mut limit = 0;
    let mut at = 0;
    while let Some(word) = options.get(at) {
        let Some(value) = options.get(at + 1).filter(|_| word.eq_ignore_ascii_case(b"LIMIT"))
        else {
            return Err(Error::SYNTAX);
        };
        let value = integer(value).ok().and_then(|limit| u64::try_from(limit).ok());
        limit = value.ok_or(Error::LIMIT_NEGATIVE)?;
        at += 2;
    }
    let sets = sources(ctx.keys, names)?;
    let mut shared = 0;
    ctx.units += intersect(&sets, |_| {
        shared += 1;
        if shared == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    ctx.out.integer(shared as i64);
    Ok(())
}

fn sinterstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let thresholds = &ctx.server.config.thresholds;
    let sets = sources(ctx.keys, args.from(2))?;
    let mut result = Set::packed();
    ctx.units += intersect(&sets, |member| {
        result.add_item(member, thresholds);
        ControlFlow::Continue(())
    });
    result.tighten(thresholds);
    store(ctx, args.at(1), result, "sinterstore");
    Ok(())
}

fn sunion(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let result = union(ctx, args.from(1))?;
    write_set(ctx, &result);
    Ok(())
}

fn sunionstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let result = union(ctx, args.from(2))?;
    store(ctx, args.at(1), result, "sunionstore");
    Ok(())
}

/// The sets at `names`; every key counts as read, and one of another type is refused wherever it stands.
fn sources<'k>(keys: &'k mut Keyspace, names: Args<'_>) -> Result<Vec<Option<&'k Set>>, Error> {
    for name in names.iter() {
        keys.read_as::<Set>(name)?;
    }
    let keys = &*keys;
    Ok(names.iter().map(|name| keys.look_as::<Set>(name)).collect())
}

/// Shows the members that all sets share until told to stop; how many members it looked at.
fn intersect(sets: &[Option<&Set>], mut visit: impl FnMut(Item<'_>) -> ControlFlow<()>) -> u64 {
    let Some(sets) = sets.iter().copied().collect::<Option<Vec<_>>>() else { return 0 };
    let sets = order::sorted_by_key(&sets, |set| set.len() as u64);
    let Some((smallest, others)) = sets.split_first() else { return 0 };
    let mut looked_at = 0;
    for member in smallest.iter() {
        looked_at += 1;
        let shared = others.iter().all(|other| {
            looked_at += 1;
            other.contains_item(member)
        });
        if shared && visit(member).is_break() {
            break;
        }
    }
    looked_at
}

fn union(ctx: &mut Ctx<'_>, names: Args<'_>) -> Result<Set, Error> {
    let thresholds = &ctx.server.config.thresholds;
    let sets = sources(ctx.keys, names)?;
    let mut result = Set::empty();
    ctx.units += add_all(&mut result, sets.into_iter().flatten(), thresholds);
    Ok(result)
}

fn difference(ctx: &mut Ctx<'_>, names: Args<'_>) -> Result<Set, Error> {
    let thresholds = &ctx.server.config.thresholds;
    let sets = sources(ctx.keys, names)?;
    let mut result = Set::empty();
    let Some((Some(first), others)) = sets.split_first() else { return Ok(result) };
    let mut others: Vec<&Set> = others.iter().flatten().copied().collect();
    let gathered: usize = others.iter().map(|set| set.len()).sum();
    let mut gathering = Set::empty();
    // Adding to a set costs about twice as much as asking one.
    if first.len().saturating_mul(others.len()) > gathered.saturating_mul(2) + first.len() {
        ctx.units += add_all(&mut gathering, others.drain(..), thresholds);
        others.push(&gathering);
    }
    // The largest is the likeliest to have a member.
    let others = order::sorted_by_key(&others, |set| u64::MAX - set.len() as u64);
    for member in first.iter() {
        ctx.units += 1;
        let elsewhere = others.iter().any(|other| {
            ctx.units += 1;
            other.contains_item(member)
        });
        if !elsewhere {
            result.add_item(member, thresholds);
        }
    }
    Ok(result)
}

/// Adds the members of `sets` to `result`; how many it looked at.
fn add_all<'s>(
    result: &mut Set,
    sets: impl Iterator<Item = &'s Set>,
    thresholds: &Thresholds,
) -> u64 {
    let mut looked_at = 0;
    for set in sets {
        looked_at += set.len() as u64;
        set.iter().for_each(|member| {
            result.add_item(member, thresholds);
        });
    }
    looked_at
}

fn write_set(ctx: &mut Ctx<'_>, set: &Set) {
    ctx.out.set(set.len());
    set.iter().for_each(|member| write_item(&mut ctx.out, member));
}

/// Puts a result at `key`; an empty one removes what is there.
fn store(ctx: &mut Ctx<'_>, key: &[u8], result: Set, event: &'static str) {
    ctx.out.count(result.len());
    if !result.is_empty() {
        ctx.keys.put(key, result.into_object(), Deadline::Clear);
        ctx.changed(key, Class::SET, event);
    } else if ctx.keys.remove(key) {
        ctx.changed(key, Class::GENERIC, "del");
    }
}
