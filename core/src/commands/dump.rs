//! DUMP and RESTORE: a value leaves as bytes, with a version and a sum, and comes back from them, here or on another server.
//! The bytes are `rdb`'s; here is when they may become a key.

use crate::command::{Access, Acl, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::{Keyspace, ValueRef};
use crate::rdb::dump as payload;
use crate::resp::Args;
use crate::util::is_word;
use crate::value::Object;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("DUMP", Group::Generic, dump, 2)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .estimate(size)
        .doc(
            "key",
            "Answers a value as bytes that RESTORE takes.",
            "O(N), N the elements of a collection or the bytes of a string",
            "2.6.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("RESTORE", Group::Generic, restore, -4)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .acl(Acl::DANGEROUS)
        .keys(&[KeySpec::one(Access::OW.and(Access::UPDATE), 1)])
        .doc(
            "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
            "Creates a key from what DUMP answered.",
            "O(N), N the elements of a collection or the bytes of a string; O(N·log(N)) for a sorted set or a vector set",
            "2.6.0",
        ),
];

/// Bytes of a string that are as much work as one element.
const BYTES_A_UNIT: u64 = 64;

/// RESTORE's options.
#[derive(Default)]
struct Options {
    /// A key that is there is overwritten.
    replace: bool,
    /// The time to live is an instant.
    absolute: bool,
    /// Seconds since the last use.
    idle: Option<u64>,
    /// The counter of uses.
    frequency: Option<u8>,
}

fn dump(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let compress = ctx.server.config.rdb_compression;
    match ctx.keys.read(args.at(1)) {
        Some(value) => {
            ctx.units += units(value);
            ctx.out.bulk(&payload::dump(value, compress));
        }
        None => ctx.out.null(),
    }
    Ok(())
}

fn restore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, bytes) = (args.at(1), args.at(3));
    let options = Options::parse(args.from(4))?;
    let existed = ctx.keys.exists(key);
    if existed && !options.replace {
        return Err(BUSY_KEY);
    }
    let ttl = u64::try_from(integer(args.at(2))?).map_err(|_| INVALID_TTL)?;
    let verified = payload::verify(bytes).map_err(|_| BAD_PAYLOAD)?;
    let mut value = payload::restore(verified, ctx.thresholds()).map_err(|_| BAD_FORMAT)?;
    let now = ctx.now().millis();
    let mut past = false;
    if let Object::Hash(hash) = &mut value {
        hash.expire(now, usize::MAX, |_| ());
        past = hash.is_empty();
    }
    let deadline = match ttl {
        0 => None,
        instant if options.absolute => Some(instant),
        // A time to live past the end of time has wrapped around into the past on real servers.
        ttl if ttl > i64::MAX as u64 - now => Some(0),
        ttl => Some(now + ttl),
    };
    ctx.keys.remove(key);
    if past || deadline.is_some_and(|deadline| deadline <= now) {
        if existed {
            ctx.changed(key, Class::GENERIC, "del");
            ctx.replicate(&[b"UNLINK", key]);
        }
        ctx.out.ok();
        return Ok(());
    }
    ctx.units += value.len() as u64;
    if let Object::VectorSet(set) = &mut value {
        ctx.server.vector_sets += 1;
        set.uid = ctx.server.vector_sets;
    }
    ctx.keys.restore(key, value, deadline);
    ctx.keys.set_uses(key, options.idle, options.frequency);
    ctx.changed(key, Class::GENERIC, "restore");
    if let Some(deadline) = deadline.filter(|_| !options.absolute) {
        // The same with the instant at which the key ends.
        let mut ttl = itoa::Buffer::new();
        let mut request: Vec<&[u8]> = args.iter().collect();
        request[2] = ttl.format(deadline).as_bytes();
        request.push(b"ABSTTL");
        ctx.replicate(&request);
    }
    ctx.out.ok();
    Ok(())
}

impl Options {
    fn parse(words: Args<'_>) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            match words.get(at + 1) {
                _ if is_word(word, "REPLACE") => options.replace = true,
                _ if is_word(word, "ABSTTL") => options.absolute = true,
                Some(seconds) if is_word(word, "IDLETIME") && options.frequency.is_none() => {
                    let seconds = u64::try_from(integer(seconds)?).map_err(|_| INVALID_IDLETIME)?;
                    options.idle = Some(seconds);
                    at += 1;
                }
                Some(counter) if is_word(word, "FREQ") && options.idle.is_none() => {
                    let counter = u8::try_from(integer(counter)?).map_err(|_| INVALID_FREQ)?;
                    options.frequency = Some(counter);
                    at += 1;
                }
                _ => return Err(Error::SYNTAX),
            }
            at += 1;
        }
        Ok(options)
    }
}

fn size(keys: &Keyspace, args: Args<'_>) -> u64 {
    keys.look(args.at(1)).map_or(0, units)
}

fn units(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::Int(_) => 1,
        ValueRef::Bytes(bytes) => bytes.len() as u64 / BYTES_A_UNIT,
        ValueRef::Object(object) => object.len() as u64,
    }
}

const BUSY_KEY: Error = Error::Static("BUSYKEY Target key name already exists.");
const INVALID_TTL: Error = Error::Static("ERR Invalid TTL value, must be >= 0");
const INVALID_IDLETIME: Error = Error::Static("ERR Invalid IDLETIME value, must be >= 0");
const INVALID_FREQ: Error = Error::Static("ERR Invalid FREQ value, must be >= 0 and <= 255");
const BAD_PAYLOAD: Error = Error::Static("ERR DUMP payload version or checksum are wrong");
const BAD_FORMAT: Error = Error::Static("ERR Bad data format");
