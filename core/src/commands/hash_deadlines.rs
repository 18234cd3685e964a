//! Deadlines of a hash's fields: giving them one, taking it away, reading it back.
//!
//! Each command is one for keys with `FIELDS numfields field …` behind it and an answer for every field. Where servers
//! differ it is Valkey that is followed: a negative time is refused, and seconds are rounded to the nearest. What is
//! propagated names the fields that really changed, with an absolute time. How fields go when their time comes is the
//! keyspace's.

use super::deadline::{Conditions, From, Unit, absolute, shown};
use crate::command::{Access, Flags, Group, Handler, KeySpec, Spec};
use crate::ctx::{Ctx, counted_fields, fields_from};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;
use crate::value::Hash;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    setting("HEXPIRE", hexpire).doc(
        "key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
        "Lets fields of a hash live for so many seconds more.",
        EACH,
        "9.0.0",
    ),
    setting("HEXPIREAT", hexpireat).doc(
        "key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
        "Lets fields of a hash live until a Unix time in seconds.",
        EACH,
        "9.0.0",
    ),
    reading("HEXPIRETIME", hexpiretime).doc(
        FIELDS,
        "Answers until when fields of a hash live, as Unix times in seconds.",
        EACH,
        "9.0.0",
    ),
    Spec::new("HPERSIST", Group::Hash, hpersist, -5).flags(SETS).keys(WRITTEN).doc(
        FIELDS,
        "Takes the deadlines of fields of a hash away.",
        EACH,
        "9.0.0",
    ),
    setting("HPEXPIRE", hpexpire).doc(
        "key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
        "Lets fields of a hash live for so many milliseconds more.",
        EACH,
        "9.0.0",
    ),
    setting("HPEXPIREAT", hpexpireat).doc(
        "key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
        "Lets fields of a hash live until a Unix time in milliseconds.",
        EACH,
        "9.0.0",
    ),
    reading("HPEXPIRETIME", hpexpiretime).doc(
        FIELDS,
        "Answers until when fields of a hash live, as Unix times in milliseconds.",
        EACH,
        "9.0.0",
    ),
    reading("HPTTL", hpttl).doc(
        FIELDS,
        "Answers how long fields of a hash have to live, in milliseconds.",
        EACH,
        "9.0.0",
    ),
    reading("HTTL", httl).doc(
        FIELDS,
        "Answers how long fields of a hash have to live, in seconds.",
        EACH,
        "9.0.0",
    ),
];

const FIELDS: &str = "key FIELDS numfields field [field ...]";
const EACH: &str = "O(N), N fields named";
const SETS: Flags = Flags::WRITE.and(Flags::FAST);
const READ: &[KeySpec] = &[KeySpec::one(Access::RO.and(Access::ACCESS), 1)];
const WRITTEN: &[KeySpec] = &[KeySpec::one(Access::RW.and(Access::UPDATE), 1)];

/// What becomes of a field, as the replies number it.
mod answer {
    pub(super) const NO_FIELD: i64 = -2;
    pub(super) const NO_DEADLINE: i64 = -1;
    pub(super) const REFUSED: i64 = 0;
    pub(super) const DONE: i64 = 1;
    /// Its new deadline is past: it is gone.
    pub(super) const GONE: i64 = 2;
}

const fn setting(name: &'static str, handler: Handler) -> Spec {
    Spec::new(name, Group::Hash, handler, -6).flags(SETS).keys(WRITTEN)
}

const fn reading(name: &'static str, handler: Handler) -> Spec {
    Spec::new(name, Group::Hash, handler, -5).flags(Flags::READONLY.and(Flags::FAST)).keys(READ)
}

fn hexpire(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Now, Unit::Seconds)
}

fn hexpireat(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Epoch, Unit::Seconds)
}

fn hexpiretime(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadlines(ctx, args, From::Epoch, Unit::Seconds)
}

fn hpersist(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let fields = named_fields(args, Error::FIELDS_COUNTED)?;
    let key = args.at(1);
    let Ctx { keys, out, server, .. } = ctx;
    let mut hash = keys.write_as::<Hash>(key)?;
    let mut persisted = false;
    out.array(fields.len());
    for field in fields.iter() {
        let before = hash
            .as_mut()
            .and_then(|hash| hash.set_deadline(field, None, &server.config.thresholds));
        persisted |= matches!(before, Some(Some(_)));
        out.integer(match before {
            None => answer::NO_FIELD,
            Some(None) => answer::NO_DEADLINE,
            Some(Some(_)) => answer::DONE,
        });
    }
    ctx.units += fields.len() as u64 - 1;
    if persisted {
        ctx.keys.refile(key);
        ctx.changed(key, Class::HASH, "hpersist");
    }
    Ok(())
}

fn hpexpire(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Now, Unit::Milliseconds)
}

fn hpexpireat(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    expire_generic(ctx, args, From::Epoch, Unit::Milliseconds)
}

fn hpexpiretime(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadlines(ctx, args, From::Epoch, Unit::Milliseconds)
}

fn hpttl(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadlines(ctx, args, From::Now, Unit::Milliseconds)
}

fn httl(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    read_deadlines(ctx, args, From::Now, Unit::Seconds)
}

fn expire_generic(ctx: &mut Ctx<'_>, args: Args<'_>, from: From, unit: Unit) -> Outcome {
    let key = args.at(1);
    let (options, counted) = fields_from(args, 3)?;
    let conditions = Conditions::parse(options)?;
    let fields = counted_fields(counted, 1, Error::FIELDS_COUNTED)?;
    let at = absolute(ctx, args.at(2), from, unit)?;
    if at < 0 || args.at(2).starts_with(b"-") {
        return Err(Error::invalid_expire(ctx.name));
    }
    let deadline = at.unsigned_abs();
    let past = deadline <= ctx.now().millis();
    let Ctx { keys, out, server, .. } = ctx;
    let mut hash = keys.write_as::<Hash>(key)?;
    let streaming = server.effects.streaming;
    let (mut changed, mut names) = (false, Vec::new());
    out.array(fields.len());
    for field in fields.iter() {
        let outcome = match &mut hash {
            None => answer::NO_FIELD,
            Some(hash) => match hash.deadline(field) {
                None => answer::NO_FIELD,
                Some(current) if !conditions.allow(at, current) => answer::REFUSED,
                Some(_) if past => {
                    hash.remove(field);
                    answer::GONE
                }
                Some(_) => {
                    hash.set_deadline(field, Some(deadline), &server.config.thresholds);
                    answer::DONE
                }
            },
        };
        if outcome > answer::REFUSED {
            changed = true;
            if streaming {
                names.push(field);
            }
        }
        out.integer(outcome);
    }
    ctx.units += fields.len() as u64 - 1;
    match (changed, past) {
        (false, _) => {}
        (true, true) => ctx.fields_gone(key, &names),
        (true, false) => ctx.fields_live_until(key, &names, deadline),
    }
    Ok(())
}

/// Replies with fields' deadlines; -1: it has none, -2: there is no such field.
fn read_deadlines(ctx: &mut Ctx<'_>, args: Args<'_>, from: From, unit: Unit) -> Outcome {
    let fields = named_fields(args, Error::SYNTAX)?;
    let now = ctx.now();
    let Ctx { keys, out, .. } = ctx;
    let hash = keys.read_as::<Hash>(args.at(1))?;
    out.array(fields.len());
    for field in fields.iter() {
        out.integer(match hash.and_then(|hash| hash.deadline(field)) {
            None => answer::NO_FIELD,
            Some(None) => answer::NO_DEADLINE,
            Some(Some(at)) => shown(now, at, from, unit),
        });
    }
    ctx.units += fields.len() as u64 - 1;
    Ok(())
}

/// `key FIELDS numfields field …` and nothing else.
fn named_fields(args: Args<'_>, miscounted: Error) -> Result<Args<'_>, Error> {
    if !is_word(args.at(2), "FIELDS") {
        return Err(Error::SYNTAX);
    }
    counted_fields(args.from(3), 1, miscounted)
}
