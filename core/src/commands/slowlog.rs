//! SLOWLOG: which commands took long. What is kept of them is `slowlog`'s.

use crate::command::{Flags, Group, Spec};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::number;

const LOOK: Flags = Flags::ADMIN.and(Flags::LOADING).and(Flags::STALE);

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("SLOWLOG", Group::Server, container, -2)
    .doc("", "Commands about slow commands.", "Depends on the subcommand.", "2.2.12")
    .subcommands(&[
        Spec::new("GET", Group::Server, get, -2)
            .flags(LOOK)
            .doc(
                "[count]",
                "Answers the latest slow commands: 10, so many, or with -1 all.",
                "O(N) with N the number of entries answered",
                "2.2.12",
            )
            .tips(&["request_policy:all_nodes", "nondeterministic_output"]),
        Spec::help(Group::Server, "6.2.0"),
        Spec::new("LEN", Group::Server, len, 2)
            .flags(LOOK)
            .doc("", "Counts the entries.", "O(1)", "2.2.12")
            .tips(&[
                "request_policy:all_nodes",
                "response_policy:agg_sum",
                "nondeterministic_output",
            ]),
        Spec::new("RESET", Group::Server, reset, 2)
            .flags(LOOK)
            .doc("", "Forgets all entries.", "O(N) with N the number of entries", "2.2.12")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    ])];

/// Entries answered when no number is given.
const COUNT: i64 = 10;

/// SLOWLOG without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn get(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::subcommand_or_arity(args));
    }
    let count = args.get(2).map_or(Some(COUNT), number::parse_i64).filter(|count| *count >= -1);
    let count = count.ok_or(Error::Static("ERR count should be greater than or equal to -1"))?;
    let log = &ctx.server.slowlog;
    let shown = usize::try_from(count).unwrap_or(usize::MAX).min(log.len());
    ctx.out.array(shown);
    for entry in log.iter().take(shown) {
        ctx.out.array(6);
        ctx.out.integer(entry.id as i64);
        ctx.out.integer(entry.at_s as i64);
        ctx.out.integer(entry.micros as i64);
        ctx.out.array(entry.words.len());
        entry.words.iter().for_each(|word| ctx.out.bulk(word));
        ctx.out.bulk(entry.addr.as_bytes());
        ctx.out.bulk(&entry.client);
    }
    ctx.units += shown as u64;
    Ok(())
}

fn len(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.count(ctx.server.slowlog.len());
    Ok(())
}

fn reset(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.server.slowlog.reset();
    ctx.out.ok();
    Ok(())
}
