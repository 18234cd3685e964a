//! OBJECT: how a value is kept and when it was used. Looking counts as a hit or a miss, but neither as a use nor as a
//! keymiss event.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::keyspace::KeyInfo;
use crate::resp::Args;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("OBJECT", Group::Generic, container, -2)
    .doc("", "Looks at how values are kept.", "Depends on the subcommand", "2.2.3")
    .subcommands(&[
        looks("ENCODING", encoding).doc(
            "key",
            "Names the form a value is kept in.",
            "O(1)",
            "2.2.3",
        ),
        looks("FREQ", freq).doc(
            "key",
            "Answers the logarithmic counter of a key's uses (LFU policies only).",
            "O(1)",
            "4.0.0",
        ),
        Spec::help(Group::Generic, "6.2.0"),
        looks("IDLETIME", idletime).doc(
            "key",
            "Answers how many seconds ago a key was last used (not under LFU policies).",
            "O(1)",
            "2.2.3",
        ),
        looks("REFCOUNT", refcount).doc(
            "key",
            "Answers how many places share a value: always one.",
            "O(1)",
            "2.2.3",
        ),
    ])];

const LOOKED_AT: &[KeySpec] = &[KeySpec::one(Access::RO, 2)];

/// A subcommand with a key.
const fn looks(name: &'static str, handler: crate::command::Handler) -> Spec {
    Spec::new(name, Group::Generic, handler, 3)
        .flags(Flags::READONLY)
        .keys(LOOKED_AT)
        .tips(&["nondeterministic_output"])
}

fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn encoding(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match look(ctx, args) {
        Some(info) => ctx.out.bulk(info.encoding.as_bytes()),
        None => ctx.out.null(),
    }
    Ok(())
}

fn freq(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match look(ctx, args) {
        Some(_) if !counts_uses(ctx) => return Err(NO_FREQUENCY),
        Some(info) => ctx.out.integer(i64::from(info.frequency)),
        None => ctx.out.null(),
    }
    Ok(())
}

fn idletime(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match look(ctx, args) {
        Some(_) if counts_uses(ctx) => return Err(NO_IDLE_TIME),
        Some(info) => ctx.out.count(info.idle_seconds as usize),
        None => ctx.out.null(),
    }
    Ok(())
}

fn refcount(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match look(ctx, args) {
        Some(_) => ctx.out.integer(1),
        None => ctx.out.null(),
    }
    Ok(())
}

fn look(ctx: &mut Ctx<'_>, args: Args<'_>) -> Option<KeyInfo> {
    let info = ctx.keys.info(args.at(2));
    let figure = if info.is_some() { &mut ctx.keys.hits } else { &mut ctx.keys.misses };
    *figure += 1;
    info
}

/// Whether the eviction policy is one of the LFU ones, so that keys carry a counter instead of a time.
fn counts_uses(ctx: &Ctx<'_>) -> bool {
    ctx.keys.access.lfu.is_some()
}

const NO_FREQUENCY: Error = Error::Static(
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between \
     policies at runtime LRU and LFU data will take some time to adjust.",
);
const NO_IDLE_TIME: Error = Error::Static(
    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at \
     runtime LRU and LFU data will take some time to adjust.",
);
