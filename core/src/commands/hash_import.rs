//! HIMPORT: many hashes with the same fields. The names are said once and stay with the connection, as a fieldset;
//! then each hash is a key and its values.
//!
//! From the public documentation of Redis 8.10. It does not give the texts of errors: those here are our own. What is
//! propagated is the hash, since nobody else knows the fieldset.
//!
//! Left out: keeping the names of such hashes once in memory. They are hashes like any other.

use crate::command::{Access, Acl, Flags, Group, Handler, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::limits;
use crate::resp::Args;
use crate::session::Fieldset;
use crate::util::order;
use crate::value::{Collection, Hash};

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("HIMPORT", Group::Hash, container, -2)
    .acl(Acl::HASH)
    .doc("", "Makes hashes that share their fields' names.", "Depends on the subcommand", SINCE)
    .subcommands(&[
        subcommand("DISCARD", discard, 3)
            .doc(
                "fieldset-name",
                "Forgets a fieldset of the connection; answers whether there was one.",
                "O(N), N fieldsets of the connection",
                SINCE,
            )
            .tips(ON_EVERY_SHARD),
        subcommand("DISCARDALL", discardall, 2)
            .doc(
                "",
                "Forgets all fieldsets of the connection; answers how many there were.",
                "O(N), N fieldsets of the connection",
                SINCE,
            )
            .tips(ON_EVERY_SHARD),
        subcommand("PREPARE", prepare, -4)
            .flags(Flags::DENYOOM)
            .doc(
                "fieldset-name field [field ...]",
                "Names the fields, in order, of hashes that the connection is going to make.",
                "O(N*log(N)), N fields",
                SINCE,
            )
            .tips(ON_EVERY_SHARD),
        subcommand("SET", set, -5)
            .flags(Flags::WRITE.and(Flags::DENYOOM))
            .keys(&[KeySpec::one(Access::OW.and(Access::UPDATE), 2)])
            .doc(
                "key fieldset-name value [value ...]",
                "Makes a hash of a fieldset and values, whatever the key held.",
                "O(N), N fields",
                SINCE,
            ),
    ])];

const SINCE: &str = "8.10.0";
const ON_EVERY_SHARD: &[&str] = &["request_policy:all_shards"];

const NAMED_TWICE: Error = Error::Static("ERR a fieldset must not name a field twice");
const NO_FIELDSET: Error = Error::Static("ERR no such fieldset on this connection");
const VALUES_MISCOUNTED: Error =
    Error::Static("ERR the number of values must be the number of fields in the fieldset");
const TOO_MANY: Error = Error::Static("ERR the fieldsets of this connection are too large");

const fn subcommand(name: &'static str, handler: Handler, arity: i16) -> Spec {
    Spec::new(name, Group::Hash, handler, arity)
}

fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn discard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let at = place(ctx, args.at(2));
    if let Some(at) = at {
        ctx.session.fieldsets_mut().remove(at);
    }
    ctx.out.flag(at.is_some());
    Ok(())
}

fn discardall(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.count(ctx.session.fieldsets().len());
    ctx.session.forget_fieldsets();
    Ok(())
}

fn prepare(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (name, fields) = (args.at(2), args.from(3));
    ctx.units += fields.len() as u64 - 1;
    let mut sorted: Vec<u32> = (0..fields.len() as u32).collect();
    order::sort(&mut sorted, &|a, b| fields.at(a).cmp(fields.at(b)));
    if sorted.windows(2).any(|two| fields.at(two[0] as usize) == fields.at(two[1] as usize)) {
        return Err(NAMED_TWICE);
    }
    let fieldset = Fieldset { name: name.into(), fields: fields.iter().map(Into::into).collect() };
    let before = place(ctx, name);
    let replaced = before.map_or(0, |at| ctx.session.fieldsets()[at].bytes());
    let bytes = ctx.session.fieldsets_bytes() - replaced + fieldset.bytes();
    if bytes > limits::FIELDSETS_BYTES_MAX {
        return Err(TOO_MANY);
    }
    match before {
        Some(at) => ctx.session.fieldsets_mut()[at] = fieldset,
        None => ctx.session.fieldsets_mut().push(fieldset),
    }
    ctx.out.ok();
    Ok(())
}

fn set(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, values) = (args.at(2), args.from(4));
    let at = place(ctx, args.at(3)).ok_or(NO_FIELDSET)?;
    let fields = &ctx.session.fieldsets()[at].fields;
    if fields.len() != values.len() {
        return Err(VALUES_MISCOUNTED);
    }
    let thresholds = &ctx.server.config.thresholds;
    let mut hash = Hash::empty();
    hash.expect(fields.len(), thresholds);
    for (field, value) in fields.iter().zip(values.iter()) {
        hash.set(field, value, thresholds);
    }
    ctx.units += values.len() as u64 - 1;
    if ctx.server.effects.streaming {
        let mut request = vec![&b"HSET"[..], key];
        for (field, value) in fields.iter().zip(values.iter()) {
            request.extend_from_slice(&[field, value]);
        }
        if ctx.keys.exists(key) {
            ctx.server.effects.rewrite(&[b"DEL", key]);
        }
        ctx.server.effects.rewrite(&request);
    }
    ctx.keys.put(key, hash.into_object(), Deadline::Clear);
    ctx.changed(key, Class::HASH, "hset");
    ctx.out.ok();
    Ok(())
}

/// Where the connection's fieldset of this name is.
fn place(ctx: &Ctx<'_>, name: &[u8]) -> Option<usize> {
    ctx.session.fieldsets().iter().position(|fieldset| *fieldset.name == *name)
}
