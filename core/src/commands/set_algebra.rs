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
use crate::util::{is_word, order};
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
    Spec::new("SDIFFCARD", Group::Set, sdiffcard, -3)
        .estimate(|keys, args| counted(keys, args).difference())
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[COUNTED])
        .doc(
            "numkeys key [key ...] [LIMIT limit]",
            "Counts the members of the first set that no other set has.",
            UNION_COMPLEXITY,
            "8.10.0",
        ),
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
        .estimate(|keys, args| counted(keys, args).intersection())
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[COUNTED])
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
    Spec::new("SUNIONCARD", Group::Set, sunioncard, -3)
        .estimate(|keys, args| counted(keys, args).sum)
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[COUNTED])
        .doc(
            "numkeys key [key ...] [APPROX] [LIMIT limit]",
            "Counts the members that any of the sets has; about, if that will do.",
            UNION_COMPLEXITY,
            "8.10.0",
        ),
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
const COUNTED: KeySpec = KeySpec::counted(Access::RO.and(Access::ACCESS), 1);
const DESTINATION: KeySpec = KeySpec::one(Access::OW.and(Access::UPDATE), 1);
const UNORDERED: &[&str] = &["nondeterministic_output_order"];
const INTER_COMPLEXITY: &str = "O(N*M), N the members of the smallest of M sets";
const UNION_COMPLEXITY: &str = "O(N), N the members of all sets together";

/// The sizes of the sets that all arguments name.
fn named(keys: &Keyspace, args: Args<'_>) -> Sizes {
    Sizes::of(keys, args.from(1), is_set)
}

/// The sizes of the sets that are counted and named; none where the count is wrong.
fn counted(keys: &Keyspace, args: Args<'_>) -> Sizes {
    match counted_keys(args, 1) {
        Ok((names, _)) => Sizes::of(keys, names, is_set),
        Err(_) => Sizes::default(),
    }
}

fn is_set(kind: Kind) -> bool {
    kind == Kind::Set
}

fn sdiff(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let result = difference(ctx, args.from(1))?;
    write_set(ctx, &result);
    Ok(())
}

fn sdiffcard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (names, limit) = limited(args, "")?;
    let mut left = 0;
    subtract(ctx, names, |_, _| {
        left += 1;
        if left == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    ctx.out.integer(left as i64);
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
    let (names, limit) = limited(args, "")?;
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

fn sunioncard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // Counting exactly is a legitimate estimate, and gathering members here costs little more than reading them.
    let (names, limit) = limited(args, "APPROX")?;
    let thresholds = &ctx.server.config.thresholds;
    let sets = sources(ctx.keys, names)?;
    let mut gathered = Set::empty();
    'sets: for set in sets.into_iter().flatten() {
        for member in set.iter() {
            ctx.units += 1;
            gathered.add_item(member, thresholds);
            if gathered.len() as u64 == limit {
                break 'sets;
            }
        }
    }
    ctx.out.count(gathered.len());
    Ok(())
}

fn sunionstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let result = union(ctx, args.from(2))?;
    store(ctx, args.at(1), result, "sunionstore");
    Ok(())
}

/// `numkeys key … [LIMIT limit]`, and perhaps the word `also`: the keys and the limit, 0 for none.
fn limited<'a>(args: Args<'a>, also: &str) -> Result<(Args<'a>, u64), Error> {
    let (names, mut options) = counted_keys(args, 1)?;
    let mut limit = 0;
    while let Some(word) = options.get(0) {
        if !also.is_empty() && is_word(word, also) {
            options = options.from(1);
            continue;
        }
        let value = options.get(1).filter(|_| is_word(word, "LIMIT")).ok_or(Error::SYNTAX)?;
        let value = integer(value).ok().and_then(|limit| u64::try_from(limit).ok());
        limit = value.ok_or(Error::LIMIT_NEGATIVE)?;
        options = options.from(2);
    }
    Ok((names, limit))
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
    let mut result = Set::empty();
    subtract(ctx, names, |member, thresholds| {
        result.add_item(member, thresholds);
        ControlFlow::Continue(())
    })?;
    Ok(result)
}

/// Shows the members of the first set that no other set has, until told to stop.
fn subtract(
    ctx: &mut Ctx<'_>,
    names: Args<'_>,
    mut visit: impl FnMut(Item<'_>, &Thresholds) -> ControlFlow<()>,
) -> Outcome {
    let thresholds = &ctx.server.config.thresholds;
    let sets = sources(ctx.keys, names)?;
    let Some((Some(first), others)) = sets.split_first() else { return Ok(()) };
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
        if !elsewhere && visit(member, thresholds).is_break() {
            break;
        }
    }
    Ok(())
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
