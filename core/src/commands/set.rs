//! Set commands over one set: members in, members out, random picks, SSCAN; and SMOVE between two.
//!
//! Left out: algebra over several sets (`set_algebra`).

use crate::command::scan::{self, ScanOptions, Scanned};
use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, integer, repeated_picks, size, write_item};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::value::{BULK, Kind, Set};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("SADD", Group::Set, sadd, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 1)])
        .doc(
            "key member [member ...]",
            "Adds members to a set, which is made if there is none.",
            "O(1) a member",
            "1.0.0",
        ),
    Spec::new("SCARD", Group::Set, scard, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Answers how many members a set has.", "O(1)", "1.0.0"),
    Spec::new("SISMEMBER", Group::Set, sismember, 3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key member", "Tells whether something is a member of a set.", "O(1)", "1.0.0"),
    Spec::new("SMEMBERS", Group::Set, smembers, 2)
        .estimate(|keys, args| work::whole(keys, args.at(1), Kind::Set))
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key", "Answers all members of a set.", "O(N), N the number of members", "1.0.0")
        .tips(&["nondeterministic_output_order"]),
    Spec::new("SMISMEMBER", Group::Set, smismember, -3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key member [member ...]",
            "Tells of several things whether they are members of a set.",
            "O(N), N the number of things asked for",
            "6.2.0",
        ),
    Spec::new("SMOVE", Group::Set, smove, 4)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[
            KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 1),
            KeySpec::one(Access::RW.and(Access::INSERT), 2),
        ])
        .doc("source destination member", "Moves a member to another set.", "O(1)", "1.0.0"),
    Spec::new("SPOP", Group::Set, spop, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 1)])
        .doc(
            "key [count]",
            "Takes random members out of a set and answers them.",
            "O(1), or O(N) with N the count",
            "1.0.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("SRANDMEMBER", Group::Set, srandmember, -2)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key [count]",
            "Answers random members of a set; a negative count may repeat them.",
            "O(1), or O(N) with N the count",
            "1.0.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("SREM", Group::Set, srem, -3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key member [member ...]",
            "Removes members of a set, and with the last one the set.",
            "O(N), N the number of members to remove",
            "1.0.0",
        ),
    Spec::new("SSCAN", Group::Set, sscan, -3)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key cursor [MATCH pattern] [COUNT count]",
            "Walks through the members of a set step by step.",
            "O(1) a call, O(N) for a whole walk over N members",
            "2.8.0",
        )
        .tips(&["nondeterministic_output"]),
];

/// Members that one propagated SREM takes out at most.
const PROPAGATED_BATCH: usize = 1024;

fn sadd(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, members) = (args.at(1), args.from(2));
    let thresholds = &ctx.server.config.thresholds;
    let set = ctx.keys.write_or_create::<Set>(key)?;
    if set.is_empty() {
        *set = Set::sized(members.at(0), members.len(), thresholds);
    } else {
        set.expect(members.len(), thresholds);
    }
    let mut added = 0;
    for member in members.iter() {
        added += usize::from(set.add(member, thresholds));
    }
    if members.len() >= BULK {
        set.give_back_room();
    }
    ctx.units += members.len() as u64 - 1;
    if added > 0 {
        ctx.changed(key, Class::SET, "sadd");
    }
    ctx.out.count(added);
    Ok(())
}

fn scard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = ctx.keys.read_as::<Set>(args.at(1))?.map_or(0, Set::len);
    ctx.out.count(len);
    Ok(())
}

fn sismember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys.read_as::<Set>(args.at(1))?;
    ctx.out.flag(set.is_some_and(|set| set.contains(args.at(2))));
    Ok(())
}

fn smembers(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let Some(set) = ctx.keys.read_as::<Set>(args.at(1))? else {
        ctx.out.set(0);
        return Ok(());
    };
    ctx.out.set(set.len());
    set.iter().for_each(|member| write_item(&mut ctx.out, member));
    ctx.units += set.len() as u64;
    Ok(())
}

fn smismember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let members = args.from(2);
    let set = ctx.keys.read_as::<Set>(args.at(1))?;
    ctx.out.array(members.len());
    for member in members.iter() {
        ctx.out.flag(set.is_some_and(|set| set.contains(member)));
    }
    ctx.units += members.len() as u64 - 1;
    Ok(())
}

fn smove(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (source, destination, member) = (args.at(1), args.at(2), args.at(3));
    let Some(from) = ctx.keys.write_as::<Set>(source)? else {
        ctx.out.flag(false);
        return Ok(());
    };
    let found = from.contains(member);
    ctx.keys.write_as::<Set>(destination)?;
    ctx.out.flag(found);
    if !found || source == destination {
        return Ok(());
    }
    if let Some(from) = ctx.keys.write_as::<Set>(source)? {
        from.remove(member);
    }
    ctx.changed(source, Class::SET, "srem");
    ctx.drop_if_empty(source);
    let thresholds = &ctx.server.config.thresholds;
    let to = ctx.keys.write_or_create::<Set>(destination)?;
    if to.is_empty() {
        *to = Set::sized(member, 1, thresholds);
    }
    if to.add(member, thresholds) {
        ctx.changed(destination, Class::SET, "sadd");
    }
    Ok(())
}

fn spop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    if let Some(count) = args.get(2) {
        if args.len() > 3 {
            return Err(Error::SYNTAX);
        }
        let count = integer(count).ok().and_then(size);
        return pop_many(ctx, key, count.ok_or(Error::NOT_POSITIVE)?);
    }
    let set = ctx.keys.write_as::<Set>(key)?;
    let Some(member) = set.and_then(|set| set.pop(&mut ctx.server.rng)) else {
        ctx.out.null();
        return Ok(());
    };
    ctx.out.bulk(&member);
    ctx.replicate(&[b"SREM", key, &member]);
    ctx.changed(key, Class::SET, "spop");
    ctx.drop_if_empty(key);
    Ok(())
}

fn pop_many(ctx: &mut Ctx<'_>, key: &[u8], count: usize) -> Outcome {
    let set = ctx.keys.write_as::<Set>(key)?.filter(|_| count > 0);
    let Some(set) = set else {
        ctx.out.set(0);
        return Ok(());
    };
    let popped = count.min(set.len());
    let all = popped == set.len();
    let remember = ctx.server.effects.streaming && !all;
    let mut gone = Vec::new();
    ctx.out.set(popped);
    set.pop_many(popped, &mut ctx.server.rng, |member| {
        write_item(&mut ctx.out, member);
        if remember {
            gone.push(member.to_vec());
        }
    });
    ctx.units += popped as u64;
    if all {
        ctx.replicate(&[b"UNLINK", key]);
    }
    for batch in gone.chunks(PROPAGATED_BATCH) {
        let mut request: Vec<&[u8]> = vec![b"SREM", key];
        request.extend(batch.iter().map(Vec::as_slice));
        ctx.replicate(&request);
    }
    ctx.changed(key, Class::SET, "spop");
    ctx.drop_if_empty(key);
    Ok(())
}

fn srandmember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::SYNTAX);
    }
    let count = args.get(2).map(integer).transpose()?;
    if count == Some(i64::MIN) {
        return Err(Error::out_of_range(-i64::MAX, i64::MAX));
    }
    let set = ctx.keys.read_as::<Set>(args.at(1))?;
    let rng = &mut ctx.server.rng;
    let out = &mut ctx.out;
    match (set, count) {
        (None, None) => out.null(),
        (None, Some(_)) => out.array(0),
        (Some(set), None) => match set.random(rng) {
            Some(member) => write_item(out, member),
            None => out.null(),
        },
        (Some(set), Some(count)) if count < 0 => {
            let picks = repeated_picks(count)?;
            out.array(picks);
            (0..picks).filter_map(|_| set.random(rng)).for_each(|m| write_item(out, m));
            ctx.units += picks as u64;
        }
        (Some(set), Some(count)) => {
            let count = usize::try_from(count).unwrap_or(usize::MAX).min(set.len());
            out.array(count);
            if count > 0 {
                ctx.units += set.sample(count, rng, |member| write_item(out, member)) as u64;
            }
        }
    }
    Ok(())
}

fn srem(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, members) = (args.at(1), args.from(2));
    let mut removed = 0;
    if let Some(set) = ctx.keys.write_as::<Set>(key)? {
        removed = members.iter().filter(|member| set.remove(member)).count();
    }
    ctx.units += members.len() as u64 - 1;
    if removed > 0 {
        ctx.changed(key, Class::SET, "srem");
        ctx.drop_if_empty(key);
    }
    ctx.out.count(removed);
    Ok(())
}

fn sscan(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let cursor = scan::cursor(args.at(2))?;
    let Some(set) = ctx.keys.read_as::<Set>(args.at(1))? else {
        scan::write_nothing(&mut ctx.out);
        return Ok(());
    };
    let options = ScanOptions::parse(args.from(3), Scanned::Set)?;
    let (mut looked_at, mut members) = (0, Vec::new());
    let next = set.scan(cursor, options.count, |member| {
        looked_at += 1;
        if options.shows_item(member) {
            members.push(member);
        }
    });
    ctx.out.array(2);
    ctx.out.bulk_unsigned(next);
    ctx.out.array(members.len());
    members.into_iter().for_each(|member| write_item(&mut ctx.out, member));
    ctx.units += looked_at;
    Ok(())
}
