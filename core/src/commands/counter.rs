//! Numbers in strings: 64-bit integers, and floating point sums in extended precision (`util::extended`), which are
//! stored and propagated as their text, so that no replica has to add again.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;
use crate::util::extended::Extended;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    counter("DECR", decr, 2).doc(
        "key",
        "Subtracts one from the integer at a key, starting from 0.",
        "O(1)",
        "1.0.0",
    ),
    counter("DECRBY", decrby, 3).doc(
        "key decrement",
        "Subtracts from the integer at a key, starting from 0.",
        "O(1)",
        "1.0.0",
    ),
    counter("INCR", incr, 2).doc(
        "key",
        "Adds one to the integer at a key, starting from 0.",
        "O(1)",
        "1.0.0",
    ),
    counter("INCRBY", incrby, 3).doc(
        "key increment",
        "Adds to the integer at a key, starting from 0.",
        "O(1)",
        "1.0.0",
    ),
    counter("INCRBYFLOAT", incrbyfloat, 3).doc(
        "key increment",
        "Adds to the floating point number at a key, starting from 0.",
        "O(1)",
        "2.6.0",
    ),
];

const DECREMENT_OVERFLOW: Error = Error::Static("ERR decrement would overflow");

const KEYS: &[KeySpec] = &[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)];

/// What all of them have in common.
const fn counter(name: &'static str, handler: crate::command::Handler, arity: i16) -> Spec {
    Spec::new(name, Group::String, handler, arity)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(KEYS)
}

fn decr(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    add(ctx, args.at(1), -1)
}

fn decrby(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let delta = integer(args.at(2))?.checked_neg().ok_or(DECREMENT_OVERFLOW)?;
    add(ctx, args.at(1), delta)
}

fn incr(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    add(ctx, args.at(1), 1)
}

fn incrby(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let delta = integer(args.at(2))?;
    add(ctx, args.at(1), delta)
}

fn incrbyfloat(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let value = match ctx.keys.peek(key) {
        None => Some(Extended::ZERO),
        Some(ValueRef::Int(value)) => Extended::parse(itoa::Buffer::new().format(value).as_bytes()),
        Some(ValueRef::Bytes(bytes)) => Extended::parse(bytes),
        Some(ValueRef::Object(_)) => return Err(Error::WRONG_TYPE),
    };
    let value = value.ok_or(Error::NOT_FLOAT)?;
    let increment = Extended::parse(args.at(2)).ok_or(Error::NOT_FLOAT)?;
    let sum = value.checked_add(increment).ok_or(Error::NAN_OR_INFINITY)?;
    let mut text = Vec::new();
    sum.write(&mut text);
    ctx.keys.set_text(key, &text, false, Deadline::Keep);
    ctx.changed(key, Class::STRING, "incrbyfloat");
    ctx.replicate(&[b"SET", key, &text, b"KEEPTTL"]);
    ctx.out.bulk(&text);
    Ok(())
}

#[inline]
fn add(ctx: &mut Ctx<'_>, key: &[u8], delta: i64) -> Outcome {
    let value = ctx.keys.update_int(key, |old| old.checked_add(delta).ok_or(Error::OVERFLOW))?;
    ctx.changed(key, Class::STRING, "incrby");
    ctx.out.integer(value);
    Ok(())
}
