//! String commands.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::{Args, Reply};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("GET", Group::String, get, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key", "Answers the string at a key.", "O(1)", "1.0.0"),
    Spec::new("SET", Group::String, set, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::OW.and(Access::UPDATE), 1)])
        .doc("key value", "Sets the string at a key.", "O(1)", "1.0.0"),
    Spec::new("INCR", Group::String, incr, 2)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc("key", "Adds one to the integer at a key, starting from 0.", "O(1)", "1.0.0"),
    Spec::new("INCRBY", Group::String, incrby, 3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc("key increment", "Adds to the integer at a key, starting from 0.", "O(1)", "1.0.0"),
];

fn get(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let value = ctx.keys.read_string(args.at(1))?;
    write_string(&mut ctx.out, value);
    Ok(())
}

fn set(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.keys.set_bytes(args.at(1), args.at(2), Deadline::Clear);
    ctx.changed(args.at(1), Class::STRING, "set");
    ctx.out.ok();
    Ok(())
}

fn incr(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    add(ctx, args.at(1), 1)
}

fn incrby(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let delta = integer(args.at(2))?;
    add(ctx, args.at(1), delta)
}

fn add(ctx: &mut Ctx<'_>, key: &[u8], delta: i64) -> Outcome {
    let value = ctx.keys.update_int(key, |old| old.checked_add(delta).ok_or(Error::OVERFLOW))?;
    ctx.changed(key, Class::STRING, "incrby");
    ctx.out.integer(value);
    Ok(())
}

/// A string, an integer as its text, or null.
fn write_string(out: &mut Reply<'_>, value: Option<ValueRef<'_>>) {
    match value {
        Some(ValueRef::Int(value)) => out.bulk_integer(value),
        Some(ValueRef::Bytes(bytes)) => out.bulk(bytes),
        Some(ValueRef::Object(_)) | None => out.null(),
    }
}
