//! Strings read and written whole. One `store` stands behind SET and everything like it; options are read by
//! `string_options`. Parts of strings are in `string_parts`, numbers in `counter`.

use super::string_options::{Condition, Expiry, Options, Reader, Unit};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::{Args, Reply};
use crate::util::{is_word, number, xxh3};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("DELEX", Group::String, delex, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE).and(Access::VARIABLE), 1)])
        .doc(
            "key [IFEQ comparison-value | IFNE comparison-value | IFDEQ digest | IFDNE digest]",
            "Removes a key, if its string or the digest of its string is what it should be.",
            "O(1), O(N) for a digest of N bytes",
            "8.4.0",
        ),
    Spec::new("DELIFEQ", Group::String, delifeq, 3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RM.and(Access::DELETE), 1)])
        .doc("key value", "Removes a key whose string equals a value.", "O(1)", "9.0.0"),
    Spec::new("DIGEST", Group::String, digest, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key",
            "Answers the XXH3 digest of the string at a key as hexadecimal digits.",
            "O(N), N bytes",
            "8.4.0",
        ),
    Spec::new("GET", Group::String, get, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key", "Answers the string at a key.", "O(1)", "1.0.0"),
    Spec::new("GETDEL", Group::String, getdel, 2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 1)])
        .doc("key", "Answers the string at a key and removes the key.", "O(1)", "6.2.0"),
    Spec::new("GETEX", Group::String, getex, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)
            .noted("RW and UPDATE because it changes the TTL")])
        .doc(
            "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]",
            "Answers the string at a key and changes or removes its deadline.",
            "O(1)",
            "6.2.0",
        ),
    Spec::new("GETSET", Group::String, getset, 3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc("key value", "Sets the string at a key and answers the previous one.", "O(1)", "1.0.0"),
    Spec::new("MGET", Group::String, mget, -2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::range(Access::RO.and(Access::ACCESS), 1, -1, 1)])
        .doc("key [key ...]", "Answers the strings at several keys.", "O(N), N keys", "1.0.0")
        .tips(&["request_policy:multi_shard"]),
    Spec::new("MSET", Group::String, mset, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::range(Access::OW.and(Access::UPDATE), 1, -1, 2)])
        .doc("key value [key value ...]", "Sets the strings at several keys.", "O(N), N keys", "1.0.1")
        .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
    Spec::new("MSETEX", Group::String, msetex, -4)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::MOVABLE_KEYS))
        .keys(&[KeySpec {
            find: crate::command::Find::KeyNum { at: 0, first: 1, step: 2 },
            ..KeySpec::counted(Access::OW.and(Access::UPDATE), 1)
        }])
        .doc(
            "numkeys key value [key value ...] [NX | XX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]",
            "Sets the strings at several keys under one condition and with one deadline.",
            "O(N), N keys",
            "9.1.0",
        )
        .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
    Spec::new("MSETNX", Group::String, msetnx, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::range(Access::OW.and(Access::INSERT), 1, -1, 2)])
        .doc(
            "key value [key value ...]",
            "Sets the strings at several keys if none of them exists.",
            "O(N), N keys",
            "1.0.1",
        ),
    Spec::new("PSETEX", Group::String, psetex, 4)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::OW.and(Access::UPDATE), 1)])
        .doc(
            "key milliseconds value",
            "Sets the string at a key and its time to live in milliseconds.",
            "O(1)",
            "2.6.0",
        ),
    Spec::new("SET", Group::String, set, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(
            Access::RW.and(Access::ACCESS).and(Access::UPDATE).and(Access::VARIABLE),
            1,
        )
        .noted("RW and ACCESS due to the optional `GET` argument")])
        .doc(
            "key value [NX | XX | IFEQ comparison-value | IFNE comparison-value | IFDEQ digest | IFDNE digest] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]",
            "Sets the string at a key, whatever it held; on condition and with a deadline if asked to.",
            "O(1)",
            "1.0.0",
        ),
    Spec::new("SETEX", Group::String, setex, 4)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::OW.and(Access::UPDATE), 1)])
        .doc(
            "key seconds value",
            "Sets the string at a key and its time to live in seconds.",
            "O(1)",
            "2.0.0",
        ),
    Spec::new("SETNX", Group::String, setnx, 3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::OW.and(Access::INSERT), 1)])
        .doc("key value", "Sets the string at a key if the key does not exist.", "O(1)", "1.0.0"),
    Spec::new("STRLEN", Group::String, strlen, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Answers the length in bytes of the string at a key.", "O(1)", "2.2.0"),
];

const INVALID_NUMKEYS: Error = Error::Static("ERR invalid numkeys value or out of range");

fn delex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let condition = match args.len() {
        2 => Condition::Always,
        4 => Condition::comparing(args.at(2), args.at(3)).ok_or(Error::SYNTAX)?,
        _ => return Err(Error::SYNTAX),
    };
    let removed = ctx.keys.exists(key) && is_met(ctx, key, condition)? && ctx.keys.remove(key);
    if removed {
        ctx.changed(key, Class::GENERIC, "del");
        ctx.replicate(&[b"DEL", key]);
    }
    ctx.out.flag(removed);
    Ok(())
}

fn delifeq(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, expected) = (args.at(1), args.at(2));
    let equal = holds(ctx, key, expected)?;
    if equal && ctx.keys.remove(key) {
        ctx.changed(key, Class::GENERIC, "del");
        ctx.replicate(&[b"DEL", key]);
    }
    ctx.out.flag(equal);
    Ok(())
}

fn digest(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match digest_of(ctx.keys.read(args.at(1)))? {
        Some(digest) => ctx.out.bulk(&digest),
        None => ctx.out.null(),
    }
    Ok(())
}

fn get(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let value = ctx.keys.read_string(args.at(1))?;
    write_string(&mut ctx.out, value);
    Ok(())
}

fn getdel(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    get(ctx, args)?;
    if ctx.keys.remove(key) {
        ctx.changed(key, Class::GENERIC, "del");
        ctx.replicate(&[b"DEL", key]);
    }
    Ok(())
}

fn getex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let options = Options::read(args.from(2), Reader::GETEX)?;
    let deadline = options.deadline(ctx)?;
    let value = ctx.keys.read_string(key)?;
    let exists = value.is_some();
    write_string(&mut ctx.out, value);
    match (options.expiry, deadline) {
        _ if !exists => {}
        (_, Deadline::Set(at)) if at <= ctx.keys.now_ms() => ctx.expire_at_once(key),
        (_, Deadline::Set(at)) => {
            ctx.keys.set_deadline(key, Some(at));
            ctx.changed(key, Class::GENERIC, "expire");
            ctx.replicate(&[b"PEXPIREAT", key, itoa::Buffer::new().format(at).as_bytes()]);
        }
        (Expiry::Persist, _) if ctx.keys.deadline(key).flatten().is_some() => {
            ctx.keys.set_deadline(key, None);
            ctx.changed(key, Class::GENERIC, "persist");
            ctx.replicate(&[b"PERSIST", key]);
        }
        _ => {}
    }
    Ok(())
}

fn getset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    get(ctx, args)?;
    store(ctx, args.at(1), args.at(2), Deadline::Clear);
    ctx.replicate(&[b"SET", args.at(1), args.at(2)]);
    Ok(())
}

fn mget(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let keys = args.from(1);
    ctx.units += keys.len() as u64 - 1;
    ctx.out.array(keys.len());
    for key in keys.iter() {
        let value = ctx.keys.read(key);
        write_string(&mut ctx.out, value);
    }
    Ok(())
}

fn mset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let pairs = pairs(ctx, args)?;
    store_pairs(ctx, pairs, Deadline::Clear);
    ctx.out.ok();
    Ok(())
}

fn msetex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let count = number::parse_i64(args.at(1))
        .and_then(|count| i32::try_from(count).ok())
        .filter(|count| *count > 0)
        .ok_or(INVALID_NUMKEYS)? as usize;
    let end = count.saturating_mul(2).saturating_add(2);
    if end > args.len() {
        return Err(Error::SYNTAX);
    }
    let pairs = args.slice(2..end);
    let options = Options::read(args.from(end), Reader::MSETEX)?;
    let deadline = options.deadline(ctx)?;
    let mut keys = pairs.iter().step_by(2);
    let goes_on = match options.condition {
        Condition::Absent => keys.all(|key| !ctx.keys.exists(key)),
        Condition::Present => keys.all(|key| ctx.keys.exists(key)),
        _ => true,
    };
    if goes_on {
        store_pairs(ctx, pairs, deadline);
        if let Deadline::Set(at) = deadline {
            let mut text = itoa::Buffer::new();
            let instant: [&[u8]; 2] = [b"PXAT", text.format(at).as_bytes()];
            let request: Vec<&[u8]> = args.slice(0..end).iter().chain(instant).collect();
            ctx.replicate(&request);
        }
    }
    ctx.out.flag(goes_on);
    Ok(())
}

fn msetnx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let pairs = pairs(ctx, args)?;
    let fresh = pairs.iter().step_by(2).all(|key| !ctx.keys.exists(key));
    if fresh {
        store_pairs(ctx, pairs, Deadline::Clear);
    }
    ctx.out.flag(fresh);
    Ok(())
}

fn psetex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    set_for(ctx, args, Unit { seconds: false, absolute: false })
}

fn set(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return set_with_options(ctx, args);
    }
    store(ctx, args.at(1), args.at(2), Deadline::Clear);
    ctx.out.ok();
    Ok(())
}

fn setex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    set_for(ctx, args, Unit { seconds: true, absolute: false })
}

fn setnx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let fresh = !ctx.keys.exists(args.at(1));
    if fresh {
        store(ctx, args.at(1), args.at(2), Deadline::Clear);
    }
    ctx.out.flag(fresh);
    Ok(())
}

fn strlen(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = match ctx.keys.read_string(args.at(1))? {
        Some(ValueRef::Int(value)) => itoa::Buffer::new().format(value).len(),
        Some(ValueRef::Bytes(bytes)) => bytes.len(),
        Some(ValueRef::Object(_)) | None => 0,
    };
    ctx.out.count(len);
    Ok(())
}

fn set_with_options(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (args.at(1), args.at(2));
    let options = Options::read(args.from(3), Reader::SET)?;
    let deadline = options.deadline(ctx)?;
    if options.get {
        let old = ctx.keys.read_string(key)?;
        write_string(&mut ctx.out, old);
    }
    let goes_on = is_met(ctx, key, options.condition)?;
    if goes_on {
        store_until(ctx, key, value, deadline);
        let leaves_as_it_is = !matches!(deadline, Deadline::Set(_));
        if options.get && leaves_as_it_is && ctx.server.effects.streaming {
            replicate_without_get(ctx, args);
        }
    }
    match (options.get, goes_on) {
        (true, _) => {}
        (false, true) => ctx.out.ok(),
        (false, false) => ctx.out.null(),
    }
    Ok(())
}

/// Nobody reads the old value where the command goes.
#[cold]
fn replicate_without_get(ctx: &mut Ctx<'_>, args: Args<'_>) {
    let mut request = Vec::new();
    for at in 0..args.len() {
        let word = args.at(at);
        // Behind IFEQ and its kin is a value, whatever it says.
        if at < 3 || matches!(args.at(at - 1), [b'I' | b'i', ..]) || !is_word(word, "GET") {
            request.push(word);
        }
    }
    ctx.replicate(&request);
}

/// SETEX and PSETEX.
fn set_for(ctx: &mut Ctx<'_>, args: Args<'_>, unit: Unit) -> Outcome {
    let deadline = unit.deadline(args.at(2), 1, ctx)?;
    store_until(ctx, args.at(1), args.at(3), Deadline::Set(deadline));
    ctx.out.ok();
    Ok(())
}

/// Stores a string with a deadline, which is propagated as an instant.
fn store_until(ctx: &mut Ctx<'_>, key: &[u8], value: &[u8], deadline: Deadline) {
    match deadline {
        Deadline::Set(at) if at <= ctx.keys.now_ms() => ctx.expire_at_once(key),
        Deadline::Set(at) => {
            store(ctx, key, value, deadline);
            ctx.announce(key, Class::GENERIC, "expire");
            ctx.replicate(&[
                b"SET",
                key,
                value,
                b"PXAT",
                itoa::Buffer::new().format(at).as_bytes(),
            ]);
        }
        Deadline::Keep | Deadline::Clear => store(ctx, key, value, deadline),
    }
}

#[inline]
fn store(ctx: &mut Ctx<'_>, key: &[u8], value: &[u8], deadline: Deadline) {
    ctx.keys.set_bytes(key, value, deadline);
    ctx.changed(key, Class::STRING, "set");
}

fn store_pairs(ctx: &mut Ctx<'_>, pairs: Args<'_>, deadline: Deadline) {
    ctx.units += (pairs.len() / 2) as u64 - 1;
    for at in (0..pairs.len()).step_by(2) {
        let (key, value) = (pairs.at(at), pairs.at(at + 1));
        store(ctx, key, value, deadline);
        if matches!(deadline, Deadline::Set(_)) {
            ctx.announce(key, Class::GENERIC, "expire");
        }
    }
}

/// The arguments as keys with their values.
fn pairs<'a>(ctx: &Ctx<'_>, args: Args<'a>) -> Result<Args<'a>, Error> {
    if args.len().is_multiple_of(2) { Err(Error::arity(ctx.name)) } else { Ok(args.from(1)) }
}

/// Whether the string at `key` is `expected`; counts as no use of the key.
fn holds(ctx: &mut Ctx<'_>, key: &[u8], expected: &[u8]) -> Result<bool, Error> {
    match ctx.keys.peek(key) {
        None => Ok(false),
        Some(ValueRef::Int(value)) => Ok(number::parse_i64(expected) == Some(value)),
        Some(ValueRef::Bytes(bytes)) => Ok(bytes == expected),
        Some(ValueRef::Object(_)) => Err(Error::WRONG_TYPE),
    }
}

/// Whether the key is as a condition wants it; counts as no use of it.
fn is_met(ctx: &mut Ctx<'_>, key: &[u8], condition: Condition<'_>) -> Result<bool, Error> {
    Ok(match condition {
        Condition::Always => true,
        Condition::Absent => !ctx.keys.exists(key),
        Condition::Present => ctx.keys.exists(key),
        Condition::Equal(expected) => holds(ctx, key, expected)?,
        Condition::Unequal(expected) => !holds(ctx, key, expected)?,
        Condition::DigestEqual(expected) => has_digest(ctx, key, expected)?,
        Condition::DigestUnequal(expected) => !has_digest(ctx, key, expected)?,
    })
}

/// Whether the string at `key` has this digest; counts as no use of the key.
fn has_digest(ctx: &mut Ctx<'_>, key: &[u8], expected: &[u8]) -> Result<bool, Error> {
    let digest = digest_of(ctx.keys.peek(key))?;
    Ok(digest.is_some_and(|digest| expected.eq_ignore_ascii_case(&digest)))
}

/// The digest of a string: 16 hexadecimal digits.
fn digest_of(value: Option<ValueRef<'_>>) -> Result<Option<[u8; 16]>, Error> {
    let digest = match value {
        None => return Ok(None),
        Some(ValueRef::Int(value)) => xxh3::hash(itoa::Buffer::new().format(value).as_bytes()),
        Some(ValueRef::Bytes(bytes)) => xxh3::hash(bytes),
        Some(ValueRef::Object(_)) => return Err(Error::WRONG_TYPE),
    };
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    Ok(Some(std::array::from_fn(|at| DIGITS[(digest >> (60 - 4 * at)) as usize & 15])))
}

/// A string, an integer as its text, or null.
#[inline]
fn write_string(out: &mut Reply<'_>, value: Option<ValueRef<'_>>) {
    match value {
        Some(ValueRef::Int(value)) => out.bulk_integer(value),
        Some(ValueRef::Bytes(bytes)) => out.bulk(bytes),
        Some(ValueRef::Object(_)) | None => out.null(),
    }
}
