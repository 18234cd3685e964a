//! Deadlines: giving a key one, taking it away, reading it back.
//!
//! The four EXPIRE commands are one: a number in seconds or milliseconds, from now or from the epoch, becomes an absolute
//! millisecond, which is what the keyspace keeps and what is propagated. A deadline that has passed already removes the
//! key at once. How keys go when their time comes is the keyspace's; fields have `hash_deadlines`.

use super::deadline::{Conditions, From, Unit, absolute, shown};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::effects::Class;
use crate::error::Outcome;
use crate::resp::Args;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("EXPIRE", Group::Generic, expire, -3).flags(SETS).keys(WRITTEN).doc(
        "key seconds [NX | XX | GT | LT]",
        "Lets a key live for so many seconds more.",
        "O(1)",
        "1.0.0",
    ),
    Spec::new("EXPIREAT", Group::Generic, expireat, -3).flags(SETS).keys(WRITTEN).doc(
        "key unix-time-seconds [NX | XX | GT | LT]",
        "Lets a key live until a Unix time in seconds.",
        "O(1)",
        "1.2.0",
    ),
    Spec::new("EXPIRETIME", Group::Generic, expiretime, 2).flags(READS).keys(READ).doc(
        "key",
        "Answers until when a key lives, as a Unix time in seconds.",
        "O(1)",
        "7.0.0",
    ),
    Spec::new("PERSIST", Group::Generic, persist, 2).flags(SETS).keys(WRITTEN).doc(
        "key",
        "Takes a key's deadline away.",
        "O(1)",
        "2.2.0",
    ),
    Spec::new("PEXPIRE", Group::Generic, pexpire, -3).flags(SETS).keys(WRITTEN).doc(
        "key milliseconds [NX | XX | GT | LT]",
        "Lets a key live for so many milliseconds more.",
        "O(1)",
        "2.6.0",
    ),
    Spec::new("PEXPIREAT", Group::Generic, pexpireat, -3).flags(SETS).keys(WRITTEN).doc(
        "key unix-time-milliseconds [NX | XX | GT | LT]",
        "Lets a key live until a Unix time in milliseconds.",
        "O(1)",
        "2.6.0",
    ),
    Spec::new("PEXPIRETIME", Group::Generic, pexpiretime, 2).flags(READS).keys(READ).doc(
        "key",
        "Answers until when a key lives, as a Unix time in milliseconds.",
        "O(1)",
        "7.0.0",
    ),
    Spec::new("PTTL", Group::Generic, pttl, 2)
        .flags(READS)
        .keys(READ)
        .doc("key", "Answers how long a key has to live, in milliseconds.", "O(1)", "2.6.0")
        .tips(&["nondeterministic_output"]),
    Spec::new("TTL", Group::Generic, ttl, 2)
        .flags(READS)
        .keys(READ)
        .doc("key", "Answers how long a key has to live, in seconds.", "O(1)", "1.0.0")
        .tips(&["nondeterministic_output"]),
];

const SETS: Flags = Flags::WRITE.and(Flags::FAST);
const READS: Flags = Flags::READONLY.and(Flags::FAST);
const WRITTEN: &[KeySpec] = &[KeySpec::one(Access::RW.and(Access::UPDATE), 1)];
const READ: &[KeySpec] = &[KeySpec::one(Access::RO.and(Access::ACCESS), 1)];

fn expire(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Now, Unit::Seconds)
}

fn expireat(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Epoch, Unit::Seconds)
}

fn expiretime(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadline(ctx, args.at(1), From::Epoch, Unit::Seconds)
}

fn persist(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let had = matches!(ctx.keys.deadline(key), Some(Some(_)));
    if had {
        ctx.keys.set_deadline(key, None);
        ctx.changed(key, Class::GENERIC, "persist");
    }
    ctx.out.flag(had);
    Ok(())
}

fn pexpire(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Now, Unit::Milliseconds)
}

fn pexpireat(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Epoch, Unit::Milliseconds)
}

fn pexpiretime(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadline(ctx, args.at(1), From::Epoch, Unit::Milliseconds)
}

fn pttl(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadline(ctx, args.at(1), From::Now, Unit::Milliseconds)
}

fn ttl(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadline(ctx, args.at(1), From::Now, Unit::Seconds)
}

fn expire_generic(ctx: &mut Ctx<'_>, args: Args<'_>, from: From, unit: Unit) -> Outcome {
    let key = args.at(1);
    let conditions = Conditions::parse(args.from(3))?;
    let at = absolute(ctx, args.at(2), from, unit)?;
    let set = match ctx.keys.deadline(key) {
        None => false,
        Some(current) => conditions.allow(at, current),
    };
    if set {
        match u64::try_from(at) {
            Ok(at) if at > ctx.now().millis() => live_until(ctx, key, at),
            _ => end(ctx, key),
        }
    }
    ctx.out.flag(set);
    Ok(())
}

fn live_until(ctx: &mut Ctx<'_>, key: &[u8], at: u64) {
    ctx.keys.set_deadline(key, Some(at));
    ctx.changed(key, Class::GENERIC, "expire");
    ctx.replicate(&[b"PEXPIREAT", key, itoa::Buffer::new().format(at).as_bytes()]);
}

/// The key's time has come by being set in the past.
fn end(ctx: &mut Ctx<'_>, key: &[u8]) {
    ctx.keys.remove(key);
    ctx.keys.expired_keys += 1;
    ctx.changed(key, Class::EXPIRED, "expired");
    ctx.replicate(&[b"UNLINK", key]);
}

/// Replies with a key's deadline; -1: it has none, -2: there is no key. Seconds are rounded to the nearest.
fn read_deadline(ctx: &mut Ctx<'_>, key: &[u8], from: From, unit: Unit) -> Outcome {
    ctx.keys.no_touch = true;
    ctx.keys.read(key);
    let reply = match ctx.keys.deadline(key) {
        None => -2,
        Some(None) => -1,
        Some(Some(at)) => shown(ctx.now(), at, from, unit),
    };
    ctx.out.integer(reply);
    Ok(())
}
