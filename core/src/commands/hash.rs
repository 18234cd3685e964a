//! Hash commands. How a hash is kept is `value::Hash`'s business; here are arguments, replies and announcements.

use crate::command::scan::{self, ScanOptions, Scanned};
use crate::command::{Access, Flags, Group, Handler, KeySpec, Spec, work};
use crate::ctx::{Ctx, integer, repeated_picks, write_item};
use crate::ds::dict::Deadline;
use crate::ds::listpack::{Item, TextBuf};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::Args;
use crate::util::extended::Extended;
use crate::util::is_word;
use crate::value::{BULK, Hash, Kind};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    writing("HDEL", hdel, -3, &[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .flags(Flags::WRITE.and(Flags::FAST))
        .doc("key field [field ...]", "Removes fields of a hash; answers how many.", "O(N), N fields named", "2.0.0"),
    reading("HEXISTS", hexists, 3, LOOK)
        .doc("key field", "Answers whether a hash has a field.", "O(1)", "2.0.0"),
    reading("HGET", hget, 3, READ)
        .doc("key field", "Answers the value of a field of a hash.", "O(1)", "2.0.0"),
    reading("HGETALL", hgetall, 2, READ)
        .flags(Flags::READONLY)
        .estimate(all_pairs)
        .doc("key", "Answers all fields of a hash with their values.", "O(N), N fields", "2.0.0")
        .tips(&["nondeterministic_output_order"]),
    writing("HINCRBY", hincrby, 4, UPDATE).doc(
        "key field increment",
        "Adds to the integer in a field of a hash, starting from 0.",
        "O(1)",
        "2.0.0",
    ),
    writing("HINCRBYFLOAT", hincrbyfloat, 4, UPDATE).doc(
        "key field increment",
        "Adds to the floating point number in a field of a hash, starting from 0.",
        "O(1)",
        "2.6.0",
    ),
    reading("HKEYS", hkeys, 2, READ)
        .flags(Flags::READONLY)
        .estimate(all_pairs)
        .doc("key", "Answers all fields of a hash.", "O(N), N fields", "2.0.0")
        .tips(&["nondeterministic_output_order"]),
    reading("HLEN", hlen, 2, LOOK)
        .doc("key", "Answers how many fields a hash has.", "O(1)", "2.0.0"),
    reading("HMGET", hmget, -3, READ).doc(
        "key field [field ...]",
        "Answers the values of several fields of a hash.",
        "O(N), N fields named",
        "2.0.0",
    ),
    writing("HMSET", hmset, -4, &[KeySpec::one(Access::RW.and(Access::UPDATE), 1)]).doc(
        "key field value [field value ...]",
        "Sets several fields of a hash.",
        "O(N), N fields named",
        "2.0.0",
    ),
    reading("HRANDFIELD", hrandfield, -2, READ)
        .flags(Flags::READONLY)
        .doc(
            "key [count [WITHVALUES]]",
            "Answers one random field of a hash, or several: different ones, or with repetition if the count is negative.",
            "O(N), N fields answered",
            "6.2.0",
        )
        .tips(&["nondeterministic_output"]),
    reading("HSCAN", hscan, -3, READ)
        .flags(Flags::READONLY)
        .doc(
            "key cursor [MATCH pattern] [COUNT count] [NOVALUES]",
            "Walks through the fields of a hash, some at a time.",
            "O(1) a call, O(N) for a whole walk over N fields",
            "2.8.0",
        )
        .tips(&["nondeterministic_output"]),
    writing("HSET", hset, -4, &[KeySpec::one(Access::RW.and(Access::UPDATE), 1)]).doc(
        "key field value [field value ...]",
        "Sets fields of a hash; answers how many are new.",
        "O(N), N fields named",
        "2.0.0",
    ),
    writing("HSETNX", hsetnx, 4, &[KeySpec::one(Access::RW.and(Access::INSERT), 1)]).doc(
        "key field value",
        "Sets a field of a hash if it does not exist.",
        "O(1)",
        "2.0.0",
    ),
    reading("HSTRLEN", hstrlen, 3, LOOK).doc(
        "key field",
        "Answers the length in bytes of the value of a field of a hash.",
        "O(1)",
        "3.2.0",
    ),
    reading("HVALS", hvals, 2, READ)
        .flags(Flags::READONLY)
        .estimate(all_pairs)
        .doc("key", "Answers the values of all fields of a hash.", "O(N), N fields", "2.0.0")
        .tips(&["nondeterministic_output_order"]),
];

const LOOK: &[KeySpec] = &[KeySpec::one(Access::RO, 1)];
const READ: &[KeySpec] = &[KeySpec::one(Access::RO.and(Access::ACCESS), 1)];
const UPDATE: &[KeySpec] = &[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)];

const NOT_INTEGER: Error = Error::Static("ERR hash value is not an integer");
const NOT_FLOAT: Error = Error::Static("ERR hash value is not a float");
const INCREMENT_INFINITE: Error = Error::Static("ERR value is NaN or Infinity");
const COUNT_OUT_OF_RANGE: Error = Error::Static(
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);

/// A command that only reads, fast unless its own flags say otherwise.
const fn reading(
    name: &'static str,
    handler: Handler,
    arity: i16,
    keys: &'static [KeySpec],
) -> Spec {
    Spec::new(name, Group::Hash, handler, arity).flags(Flags::READONLY.and(Flags::FAST)).keys(keys)
}

/// A command that writes and may need memory, unless its own flags say otherwise.
const fn writing(
    name: &'static str,
    handler: Handler,
    arity: i16,
    keys: &'static [KeySpec],
) -> Spec {
    Spec::new(name, Group::Hash, handler, arity)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(keys)
}

fn all_pairs(keys: &Keyspace, args: Args<'_>) -> u64 {
    work::whole(keys, args.at(1), Kind::Hash)
}

fn hdel(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, fields) = (args.at(1), args.from(2));
    let (mut removed, mut misfiled) = (0, false);
    if let Some(hash) = ctx.keys.write_as::<Hash>(key)? {
        removed = fields.iter().filter(|field| hash.remove(field)).count();
        misfiled = hash.is_misfiled();
    }
    ctx.units += fields.len() as u64 - 1;
    if misfiled {
        ctx.keys.refile(key);
    }
    if removed > 0 {
        ctx.changed(key, Class::HASH, "hdel");
        ctx.drop_if_empty(key);
    }
    ctx.out.count(removed);
    Ok(())
}

fn hexists(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let exists = field(ctx, args)?.is_some();
    ctx.out.flag(exists);
    Ok(())
}

fn hget(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let value = ctx.keys.read_as::<Hash>(args.at(1))?.and_then(|hash| hash.get(args.at(2)));
    match value {
        Some(value) => write_item(&mut ctx.out, value),
        None => ctx.out.null(),
    }
    Ok(())
}

fn hgetall(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys.read_as::<Hash>(args.at(1))?;
    let len = hash.map_or(0, Hash::len);
    ctx.units += len as u64;
    ctx.out.map(len);
    for (field, value) in hash.into_iter().flat_map(Hash::iter) {
        write_item(&mut ctx.out, field);
        write_item(&mut ctx.out, value);
    }
    Ok(())
}

fn hincrby(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (args.at(1), args.at(2));
    let increment = integer(args.at(3))?;
    let hash = ctx.keys.write_or_create::<Hash>(key)?;
    let old = match hash.get(field) {
        None => 0,
        Some(value) => value.as_int().ok_or(NOT_INTEGER)?,
    };
    let sum = old.checked_add(increment).ok_or(Error::OVERFLOW)?;
    let mut text = itoa::Buffer::new();
    let text = text.format(sum).as_bytes();
    let (has_deadlines, deadline) = (hash.deadlines() > 0, hash.deadline(field).flatten());
    hash.set_until(field, text, Deadline::Keep, &ctx.server.config.thresholds);
    ctx.changed(key, Class::HASH, "hincrby");
    if has_deadlines {
        replicate_field(ctx, key, field, text, deadline);
    }
    ctx.out.integer(sum);
    Ok(())
}

fn hincrbyfloat(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (args.at(1), args.at(2));
    let increment = Extended::parse(args.at(3)).ok_or(Error::NOT_FLOAT)?;
    if increment.is_infinite() {
        return Err(INCREMENT_INFINITE);
    }
    let hash = ctx.keys.write_or_create::<Hash>(key)?;
    let old = match hash.get(field) {
        None => Extended::ZERO,
        Some(value) => Extended::parse(value.text(&mut TextBuf::default())).ok_or(NOT_FLOAT)?,
    };
    let sum = old.checked_add(increment).ok_or(Error::NAN_OR_INFINITY)?;
    let mut text = Vec::new();
    sum.write(&mut text);
    let deadline = hash.deadline(field).flatten();
    hash.set_until(field, &text, Deadline::Keep, &ctx.server.config.thresholds);
    ctx.changed(key, Class::HASH, "hincrbyfloat");
    replicate_field(ctx, key, field, &text, deadline);
    ctx.out.bulk(&text);
    Ok(())
}

/// A field leaves as what it became, with the instant of its end.
fn replicate_field(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    field: &[u8],
    value: &[u8],
    deadline: Option<u64>,
) {
    match deadline {
        None => ctx.replicate(&[b"HSET", key, field, value]),
        Some(at) => {
            let mut text = itoa::Buffer::new();
            let at = text.format(at).as_bytes();
            ctx.replicate(&[b"HSETEX", key, b"PXAT", at, b"FIELDS", b"1", field, value]);
        }
    }
}

fn hkeys(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    write_column(ctx, args, |(field, _)| field)
}

fn hlen(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = ctx.keys.read_as::<Hash>(args.at(1))?.map_or(0, Hash::len);
    ctx.out.count(len);
    Ok(())
}

fn hmget(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let hash = ctx.keys.read_as::<Hash>(args.at(1))?;
    let fields = args.from(2);
    ctx.units += fields.len() as u64 - 1;
    ctx.out.array(fields.len());
    for field in fields.iter() {
        match hash.and_then(|hash| hash.get(field)) {
            Some(value) => write_item(&mut ctx.out, value),
            None => ctx.out.null(),
        }
    }
    Ok(())
}

fn hmset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    set_fields(ctx, args)?;
    ctx.out.ok();
    Ok(())
}

fn hrandfield(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let Some(count) = args.get(2) else {
        let hash = ctx.keys.read_as::<Hash>(args.at(1))?;
        match hash.and_then(|hash| hash.random(&mut ctx.server.rng)) {
            Some((field, _)) => write_item(&mut ctx.out, field),
            None => ctx.out.null(),
        }
        return Ok(());
    };
    let count = integer(count)?;
    let with_values = args.len() > 3;
    if count == i64::MIN {
        return Err(COUNT_OUT_OF_RANGE);
    }
    if args.len() > 4 || (with_values && !is_word(args.at(3), "WITHVALUES")) {
        return Err(Error::SYNTAX);
    }
    if with_values && count.unsigned_abs() > i64::MAX as u64 / 2 {
        return Err(Error::OUT_OF_RANGE);
    }
    random_fields(ctx, args.at(1), count, with_values)
}

fn hscan(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let cursor = scan::cursor(args.at(2))?;
    let Some(hash) = ctx.keys.read_as::<Hash>(args.at(1))? else {
        scan::write_nothing(&mut ctx.out);
        return Ok(());
    };
    let options = ScanOptions::parse(args.from(3), Scanned::Hash)?;
    let (mut looked_at, mut items) = (0, Vec::new());
    let next = hash.scan(cursor, options.count, |(field, value)| {
        looked_at += 1;
        if options.shows_item(field) {
            items.push(field);
            if !options.bare {
                items.push(value);
            }
        }
    });
    ctx.out.array(2);
    ctx.out.bulk_unsigned(next);
    ctx.out.array(items.len());
    items.into_iter().for_each(|item| write_item(&mut ctx.out, item));
    ctx.units += looked_at;
    Ok(())
}

fn hset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let added = set_fields(ctx, args)?;
    ctx.out.count(added);
    Ok(())
}

fn hsetnx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, field, value) = (args.at(1), args.at(2), args.at(3));
    let hash = ctx.keys.write_or_create::<Hash>(key)?;
    let fresh = hash.get(field).is_none();
    if fresh {
        let has_deadlines = hash.deadlines() > 0;
        hash.set(field, value, &ctx.server.config.thresholds);
        ctx.changed(key, Class::HASH, "hset");
        if has_deadlines {
            replicate_field(ctx, key, field, value, None);
        }
    }
    ctx.out.flag(fresh);
    Ok(())
}

fn hstrlen(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = field(ctx, args)?.map_or(0, |value| value.len());
    ctx.out.count(len);
    Ok(())
}

fn hvals(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    write_column(ctx, args, |(_, value)| value)
}

/// The value of the field that the second argument names, of the hash that the first one names.
fn field<'c>(ctx: &'c mut Ctx<'_>, args: Args<'_>) -> Result<Option<Item<'c>>, Error> {
    Ok(ctx.keys.read_as::<Hash>(args.at(1))?.and_then(|hash| hash.get(args.at(2))))
}

/// HSET and HMSET; how many fields are new.
fn set_fields(ctx: &mut Ctx<'_>, args: Args<'_>) -> Result<usize, Error> {
    let (key, pairs) = (args.at(1), args.from(2));
    if !pairs.len().is_multiple_of(2) {
        return Err(Error::arity(ctx.name));
    }
    let thresholds = &ctx.server.config.thresholds;
    let hash = ctx.keys.write_or_create::<Hash>(key)?;
    hash.expect(pairs.len() / 2, thresholds);
    let mut added = 0;
    for at in (0..pairs.len()).step_by(2) {
        added += usize::from(hash.set(pairs.at(at), pairs.at(at + 1), thresholds));
    }
    if pairs.len() / 2 >= BULK {
        hash.give_back_room();
    }
    ctx.units += pairs.len() as u64 / 2 - 1;
    if hash.is_misfiled() {
        ctx.keys.refile(key);
    }
    ctx.changed(key, Class::HASH, "hset");
    Ok(added)
}

/// HKEYS and HVALS.
fn write_column(
    ctx: &mut Ctx<'_>,
    args: Args<'_>,
    column: for<'i> fn((Item<'i>, Item<'i>)) -> Item<'i>,
) -> Outcome {
    let hash = ctx.keys.read_as::<Hash>(args.at(1))?;
    let len = hash.map_or(0, Hash::len);
    ctx.units += len as u64;
    ctx.out.array(len);
    for pair in hash.into_iter().flat_map(Hash::iter) {
        write_item(&mut ctx.out, column(pair));
    }
    Ok(())
}

/// HRANDFIELD with a count. RESP3 shows each field and its value as an array of their own.
fn random_fields(ctx: &mut Ctx<'_>, key: &[u8], count: i64, with_values: bool) -> Outcome {
    let Ctx { keys, server, out, units, .. } = ctx;
    let Some(hash) = keys.read_as::<Hash>(key)? else {
        out.array(0);
        return Ok(());
    };
    let repeated = count < 0;
    let picks = if repeated {
        repeated_picks(count)?
    } else {
        usize::try_from(count).unwrap_or(usize::MAX).min(hash.len())
    };
    let nested = with_values && out.is_resp3();
    out.array(if with_values && !nested { picks * 2 } else { picks });
    let mut show = |(field, value)| {
        if nested {
            out.array(2);
        }
        write_item(out, field);
        if with_values {
            write_item(out, value);
        }
    };
    if repeated {
        (0..picks).filter_map(|_| hash.random(&mut server.rng)).for_each(show);
        *units += picks as u64;
    } else if picks > 0 {
        *units += hash.sample(picks, &mut server.rng, &mut show) as u64;
    }
    Ok(())
}
