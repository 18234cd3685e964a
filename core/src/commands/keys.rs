//! Keys as such, whatever they hold: removing, looking, naming, moving, copying.
//!
//! Looking counts as a hit or a miss but, except for TOUCH and COPY, not as a use of the key.
//! Left out: deadlines (`expire`), walks over all keys (`scan`), how values are kept (`object`).

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::Args;
use crate::util::is_word;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("COPY", Group::Generic, copy, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[
            KeySpec::one(Access::RO.and(Access::ACCESS), 1),
            KeySpec::one(Access::OW.and(Access::UPDATE), 2),
        ])
        .doc(
            "source destination [DB destination-db] [REPLACE]",
            "Copies a value with its deadline to another key, also of another database.",
            "O(N), N the elements of a collection; O(1) for a string",
            "6.2.0",
        ),
    Spec::new("DEL", Group::Generic, del, -2)
        .flags(Flags::WRITE)
        .keys(&[KeySpec::range(Access::RM.and(Access::DELETE), 1, -1, 1)])
        .doc(
            "key [key ...]",
            "Removes keys and answers how many there were.",
            "O(N), N the number of keys, and their elements where they hold collections",
            "1.0.0",
        )
        .tips(COUNTED_OVER_SHARDS),
    Spec::new("EXISTS", Group::Generic, exists, -2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::range(Access::RO, 1, -1, 1)])
        .doc(
            "key [key ...]",
            "Counts the keys that exist, each as often as it is named.",
            "O(N), N the number of keys",
            "1.0.0",
        )
        .tips(COUNTED_OVER_SHARDS),
    Spec::new("MOVE", Group::Generic, move_to, 3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc("key db", "Moves a key to another database if it is free there.", "O(1)", "1.0.0"),
    Spec::new("RENAME", Group::Generic, rename, 3)
        .flags(Flags::WRITE)
        .keys(&[
            KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 1),
            KeySpec::one(Access::OW.and(Access::UPDATE), 2),
        ])
        .doc(
            "key newkey",
            "Gives a key another name; what was there is overwritten.",
            "O(1)",
            "1.0.0",
        ),
    Spec::new("RENAMENX", Group::Generic, renamenx, 3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[
            KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 1),
            KeySpec::one(Access::OW.and(Access::INSERT), 2),
        ])
        .doc("key newkey", "Gives a key another name if that one is free.", "O(1)", "1.0.0"),
    Spec::new("TOUCH", Group::Generic, touch, -2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::range(Access::RO, 1, -1, 1)])
        .doc(
            "key [key ...]",
            "Marks keys as used just now and counts those that exist.",
            "O(N), N the number of keys",
            "3.2.1",
        )
        .tips(COUNTED_OVER_SHARDS),
    Spec::new("TYPE", Group::Generic, type_of, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Names the type of the value at a key.", "O(1)", "1.0.0"),
    Spec::new("UNLINK", Group::Generic, del, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::range(Access::RM.and(Access::DELETE), 1, -1, 1)])
        .doc(
            "key [key ...]",
            "Removes keys; large values are taken apart later.",
            "O(N), N the number of keys, whatever they hold",
            "4.0.0",
        )
        .tips(COUNTED_OVER_SHARDS),
];

/// Clients of a cluster ask each shard and add the answers up.
const COUNTED_OVER_SHARDS: &[&str] = &["request_policy:multi_shard", "response_policy:agg_sum"];

fn copy(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (source, destination) = (args.at(1), args.at(2));
    let here = ctx.keys.current();
    let mut db = here;
    let mut replace = false;
    let mut at = 3;
    while let Some(word) = args.get(at) {
        match args.get(at + 1) {
            _ if is_word(word, "REPLACE") => replace = true,
            Some(index) if is_word(word, "DB") => {
                db = database(ctx.keys, index)?;
                at += 1;
            }
            _ => return Err(Error::SYNTAX),
        }
        at += 1;
    }
    if db == here && source == destination {
        return Err(Error::SAME_OBJECT);
    }
    let copied =
        ctx.keys.read(source).is_some() && (!occupied(ctx.keys, db, destination) || replace);
    if copied && let Some((value, deadline)) = ctx.keys.copy_of(source) {
        ctx.keys.store(db, destination, value, deadline);
        ctx.changed_in(db, destination, Class::GENERIC, "copy_to");
    }
    ctx.out.flag(copied);
    Ok(())
}

fn del(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let mut removed = 0;
    for key in args.from(1).iter() {
        if ctx.keys.remove(key) {
            ctx.changed(key, Class::GENERIC, "del");
            removed += 1;
        }
    }
    ctx.units += args.len() as u64 - 2;
    ctx.out.count(removed);
    Ok(())
}

fn exists(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.keys.no_touch = true;
    count_found(ctx, args)
}

fn move_to(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let here = ctx.keys.current();
    let there = database(ctx.keys, args.at(2))?;
    if here == there {
        return Err(Error::SAME_OBJECT);
    }
    let moves = ctx.keys.exists(key) && !occupied(ctx.keys, there, key);
    if moves && let Some((value, deadline)) = ctx.keys.take(key) {
        ctx.keys.store(there, key, value, deadline);
        ctx.changed(key, Class::GENERIC, "move_from");
        ctx.changed_in(there, key, Class::GENERIC, "move_to");
    }
    ctx.out.flag(moves);
    Ok(())
}

fn rename(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    rename_generic(ctx, args, true)?;
    ctx.out.ok();
    Ok(())
}

fn renamenx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let renamed = rename_generic(ctx, args, false)?;
    ctx.out.flag(renamed);
    Ok(())
}

fn touch(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // What CLIENT NO-TOUCH exempts is exactly this command.
    ctx.keys.no_touch = false;
    count_found(ctx, args)
}

fn type_of(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.keys.no_touch = true;
    let name = ctx.keys.read(args.at(1)).map_or("none", |value| value.kind().name());
    ctx.out.simple(name);
    Ok(())
}

/// How many of the keys named by `args` exist, each a hit or a miss.
fn count_found(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let found = args.from(1).iter().filter(|key| ctx.keys.read(key).is_some()).count();
    ctx.units += args.len() as u64 - 2;
    ctx.out.count(found);
    Ok(())
}

/// Renames key 1 to key 2, whether or not that one exists if `overwrite`. Whether the second name is now taken by it
/// and was not before; with `overwrite` the answer means nothing.
fn rename_generic(ctx: &mut Ctx<'_>, args: Args<'_>, overwrite: bool) -> Result<bool, Error> {
    let (from, to) = (args.at(1), args.at(2));
    if !ctx.keys.exists(from) {
        return Err(Error::NO_SUCH_KEY);
    }
    if from == to || (!overwrite && ctx.keys.exists(to)) {
        return Ok(false);
    }
    if let Some((value, deadline)) = ctx.keys.take(from) {
        ctx.keys.store(ctx.keys.current(), to, value, deadline);
        ctx.changed(from, Class::GENERIC, "rename_from");
        ctx.changed(to, Class::GENERIC, "rename_to");
    }
    Ok(true)
}

/// Whether `key` exists in another database than the selected one.
fn occupied(keys: &mut Keyspace, db: usize, key: &[u8]) -> bool {
    let here = keys.current();
    keys.select(db);
    let found = keys.exists(key);
    keys.select(here);
    found
}

/// The database that an argument names by its index.
fn database(keys: &Keyspace, argument: &[u8]) -> Result<usize, Error> {
    let index = integer(argument)?;
    if i32::try_from(index).is_err() {
        return Err(Error::out_of_range(i64::from(i32::MIN), i64::from(i32::MAX)));
    }
    usize::try_from(index)
        .ok()
        .filter(|index| *index < keys.databases())
        .ok_or(Error::DB_OUT_OF_RANGE)
}
