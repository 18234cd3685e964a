//! Fields of a hash together with their deadlines, or their removal: HGETEX, HSETEX, HGETDEL.
//!
//! Left out: deadlines alone (`hash_deadlines`), and everything that knows none (`hash`).

use super::string_options::{Condition, Expiry, Options, Reader};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, counted_fields, fields_from, write_item};
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;
use crate::value::Hash;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("HGETDEL", Group::Hash, hgetdel, -5)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 1)])
        .doc(
            "key FIELDS numfields field [field ...]",
            "Answers the values of fields of a hash and removes the fields.",
            "O(N), N fields named",
            "9.1.0",
        ),
    Spec::new("HGETEX", Group::Hash, hgetex, -5)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc(
            "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]",
            "Answers the values of fields of a hash and changes or removes their deadlines.",
            "O(N), N fields named",
            "9.0.0",
        ),
    Spec::new("HSETEX", Group::Hash, hsetex, -6)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 1)])
        .doc(
            "key [NX | XX] [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]",
            "Sets fields of a hash under conditions and with one deadline.",
            "O(N), N fields named",
            "9.0.0",
        ),
];

fn hgetdel(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if !is_word(args.at(2), "FIELDS") {
        return Err(Error::SYNTAX);
    }
    let fields = counted_fields(args.from(3), 1, Error::FIELDS_COUNTED)?;
    let key = args.at(1);
    let Ctx { keys, out, .. } = ctx;
    let mut hash = keys.write_as::<Hash>(key)?;
    let mut removed = false;
    out.array(fields.len());
    for field in fields.iter() {
        match hash.as_ref().and_then(|hash| hash.get(field)) {
            Some(value) => write_item(out, value),
            None => out.null(),
        }
        removed |= hash.as_mut().is_some_and(|hash| hash.remove(field));
    }
    ctx.units += fields.len() as u64 - 1;
    if removed {
        ctx.keys.refile(key);
        ctx.changed(key, Class::HASH, "hdel");
        ctx.drop_if_empty(key);
    }
    Ok(())
}

fn hgetex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let (options, counted) = fields_from(args, 2)?;
    let options = Options::read(options, Reader::HGETEX)?;
    let fields = counted_fields(counted, 1, Error::FIELDS_COUNTED)?;
    ctx.keys.read_as::<Hash>(key)?;
    let deadline = options.deadline(ctx)?;
    let past = matches!(deadline, Deadline::Set(at) if at <= ctx.now().millis());
    let Ctx { keys, out, server, .. } = ctx;
    let streaming = server.effects.streaming;
    let mut hash = keys.write_as::<Hash>(key)?;
    let (mut changed, mut names) = (false, Vec::new());
    out.array(fields.len());
    for field in fields.iter() {
        match hash.as_ref().and_then(|hash| hash.get(field)) {
            Some(value) => write_item(out, value),
            None => out.null(),
        }
        let Some(hash) = &mut hash else { continue };
        let concerned = match (options.expiry, deadline) {
            (Expiry::Default, _) => false,
            (_, Deadline::Set(_)) if past => hash.remove(field),
            (_, Deadline::Set(at)) => {
                hash.set_deadline(field, Some(at), &server.config.thresholds).is_some()
            }
            _ => matches!(hash.set_deadline(field, None, &server.config.thresholds), Some(Some(_))),
        };
        if concerned {
            changed = true;
            if streaming {
                names.push(field);
            }
        }
    }
    ctx.units += fields.len() as u64 - 1;
    match (changed, deadline) {
        (false, _) => {}
        (true, Deadline::Set(_)) if past => ctx.fields_gone(key, &names),
        (true, Deadline::Set(at)) => ctx.fields_live_until(key, &names, at),
        (true, _) => {
            ctx.keys.refile(key);
            ctx.changed(key, Class::HASH, "hpersist");
            ctx.replicate_fields(&[b"HPERSIST", key], &names);
        }
    }
    Ok(())
}

fn hsetex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let (options, counted) = fields_from(args, 2)?;
    let options = Options::read(options, Reader::HSETEX)?;
    let pairs = counted_fields(counted, 2, Error::FIELDS_COUNTED)?;
    let exists = ctx.keys.write_as::<Hash>(key)?.is_some();
    let key_fits = match options.condition {
        Condition::Absent => !exists,
        Condition::Present => exists,
        _ => true,
    };
    if !key_fits {
        ctx.out.flag(false);
        return Ok(());
    }
    let deadline = options.deadline(ctx)?;
    let goes_on = options.fields == Condition::Always || {
        let wanted = options.fields == Condition::Present;
        let hash = ctx.keys.write_as::<Hash>(key)?;
        let mut fields = pairs.iter().step_by(2);
        match hash {
            None => !wanted,
            Some(hash) => fields.all(|field| hash.get(field).is_some() == wanted),
        }
    };
    ctx.out.flag(goes_on);
    ctx.units += pairs.len() as u64 / 2 - 1;
    if goes_on {
        set_fields(ctx, key, pairs, deadline)?;
    }
    Ok(())
}

fn set_fields(ctx: &mut Ctx<'_>, key: &[u8], pairs: Args<'_>, deadline: Deadline) -> Outcome {
    let thresholds = &ctx.server.config.thresholds;
    if let Deadline::Set(at) = deadline
        && at <= ctx.keys.now_ms()
    {
        return set_and_lose(ctx, key, pairs);
    }
    let hash = ctx.keys.write_or_create::<Hash>(key)?;
    hash.expect(pairs.len() / 2, thresholds);
    for at in (0..pairs.len()).step_by(2) {
        hash.set_until(pairs.at(at), pairs.at(at + 1), deadline, thresholds);
    }
    ctx.keys.refile(key);
    ctx.changed(key, Class::HASH, "hset");
    if matches!(deadline, Deadline::Set(_)) {
        ctx.announce(key, Class::HASH, "hexpire");
    }
    if ctx.server.effects.streaming {
        replicate_fields_set(ctx, key, pairs, deadline);
    }
    Ok(())
}

/// Without conditions, which were met, and with the instant of the fields' end.
fn replicate_fields_set(ctx: &mut Ctx<'_>, key: &[u8], pairs: Args<'_>, deadline: Deadline) {
    let mut request: Vec<&[u8]> = vec![b"HSETEX", key];
    let mut until = itoa::Buffer::new();
    match deadline {
        Deadline::Set(at) => {
            request.push(b"PXAT");
            request.push(until.format(at).as_bytes());
        }
        Deadline::Keep => request.push(b"KEEPTTL"),
        Deadline::Clear => {}
    }
    let mut count = itoa::Buffer::new();
    request.push(b"FIELDS");
    request.push(count.format(pairs.len() / 2).as_bytes());
    request.extend(pairs.iter());
    ctx.replicate(&request);
}

/// Fields that are set with a deadline that is past: they are there for the time of this line.
fn set_and_lose(ctx: &mut Ctx<'_>, key: &[u8], pairs: Args<'_>) -> Outcome {
    let hash = ctx.keys.write_or_create::<Hash>(key)?;
    let names: Vec<&[u8]> = pairs.iter().step_by(2).collect();
    let lost = names.iter().filter(|name| hash.remove(name)).count();
    ctx.announce(key, Class::HASH, "hset");
    ctx.announce(key, Class::HASH, "hexpire");
    if lost > 0 {
        ctx.fields_gone(key, &names);
        return Ok(());
    }
    // All is as it was.
    ctx.announce(key, Class::HASH, "hexpired");
    ctx.drop_if_empty(key);
    Ok(())
}
