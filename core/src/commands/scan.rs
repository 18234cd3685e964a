//! Walks over the keys of a database: KEYS in one go, SCAN in steps, RANDOMKEY to a single one.
//!
//! SCAN's cursor is a place in hash order (see `ds::dict`), so no key that stays is missed or shown twice. A key past its
//! deadline is never shown; SCAN removes it on the way if it would have been, KEYS passes it over. The walks over the
//! elements of a collection are their own families'.

use crate::command::scan::{ScanOptions, Scanned, cursor};
use crate::command::{Acl, Flags, Group, Spec};
use crate::ctx::Ctx;
use crate::error::Outcome;
use crate::resp::{Args, Reply};
use crate::util::glob;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("KEYS", Group::Generic, keys, 2)
        .flags(Flags::READONLY)
        .acl(Acl::DANGEROUS)
        .doc(
            "pattern",
            "Lists all keys that match a pattern.",
            "O(N), N the number of keys in the database",
            "1.0.0",
        )
        .tips(&["request_policy:all_shards", "nondeterministic_output_order"]),
    Spec::new("RANDOMKEY", Group::Generic, randomkey, 1)
        .flags(Flags::READONLY)
        .doc("", "Picks one of the database's keys by chance.", "O(1)", "1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:special", "nondeterministic_output"]),
    Spec::new("SCAN", Group::Generic, scan, -2)
        .flags(Flags::READONLY)
        .doc(
            "cursor [MATCH pattern] [COUNT count] [TYPE type]",
            "Walks over the database's keys, some at a call.",
            "O(COUNT) a call, O(N) for the whole walk over N keys",
            "2.8.0",
        )
        .tips(&["nondeterministic_output", "request_policy:special", "response_policy:special"]),
];

fn keys(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let pattern = args.at(1);
    let all = pattern == b"*";
    let Ctx { keys, out, units, .. } = ctx;
    let later = out.array_later();
    let mut shown = 0;
    keys.for_each(|key, _| {
        *units += 1;
        if all || glob::matches(pattern, key, false) {
            out.bulk(key);
            shown += 1;
        }
    });
    out.close_array(later, shown);
    Ok(())
}

fn randomkey(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    match ctx.keys.random_key() {
        Some(key) => ctx.out.bulk(&key),
        None => ctx.out.null(),
    }
    Ok(())
}

fn scan(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let from = cursor(args.at(1))?;
    let options = ScanOptions::parse(args.from(2), Scanned::Keys)?;
    let mut found = Vec::new();
    let mut dead = Vec::new();
    let mut shown = 0;
    let Ctx { keys, out, units, .. } = ctx;
    let next = keys.scan(from, options.count, |key, kind, alive| {
        *units += 1;
        if !options.kind.includes(kind) || !options.shows(key) {
            return;
        }
        if alive {
            Reply::new(&mut found, false).bulk(key);
            shown += 1;
        } else {
            dead.push(key.to_vec());
        }
    });
    out.array(2);
    let mut text = itoa::Buffer::new();
    out.bulk(text.format(next).as_bytes());
    out.array(shown);
    out.raw(&found);
    for key in &dead {
        // Looking at a key past its deadline removes it.
        keys.exists(key);
    }
    Ok(())
}
