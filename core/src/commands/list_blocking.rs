//! List commands that wait for an element. Each only tries; with nothing to take it asks to wait, and the engine runs it
//! again when one of its keys has become a list.

use super::list::{MOVE, MultiPop, TAKE, pop_command, side, take, try_move};
use crate::command::{Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::error::Outcome;
use crate::resp::Args;
use crate::session::DeniedReply;
use crate::value::list::Side;
use crate::value::{Kind, List};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("BLMOVE", Group::List, blmove, 6)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::BLOCKING))
        .keys(MOVE)
        .doc(
            "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout",
            "LMOVE that waits until the source has an element.",
            "O(1)",
            "6.2.0",
        ),
    Spec::new("BLMPOP", Group::List, blmpop, -5)
        .flags(Flags::WRITE.and(Flags::BLOCKING).and(Flags::MOVABLE_KEYS))
        .keys(&[KeySpec::counted(TAKE, 2)])
        .doc(
            "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
            "LMPOP that waits until one of the lists has elements.",
            "O(N+M), N the number of keys, M the elements taken",
            "7.0.0",
        ),
    Spec::new("BLPOP", Group::List, blpop, -3)
        .flags(Flags::WRITE.and(Flags::BLOCKING))
        .keys(&[KeySpec::range(TAKE, 1, -2, 1)])
        .doc(
            "key [key ...] timeout",
            "LPOP from the first list that has an element; waits until one has.",
            "O(N), N the number of keys",
            "2.0.0",
        ),
    Spec::new("BRPOP", Group::List, brpop, -3)
        .flags(Flags::WRITE.and(Flags::BLOCKING))
        .keys(&[KeySpec::range(TAKE, 1, -2, 1)])
        .doc(
            "key [key ...] timeout",
            "RPOP from the first list that has an element; waits until one has.",
            "O(N), N the number of keys",
            "2.0.0",
        ),
    Spec::new("BRPOPLPUSH", Group::List, brpoplpush, 4)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::BLOCKING))
        .keys(MOVE)
        .doc(
            "source destination timeout",
            "RPOPLPUSH that waits until the source has an element.",
            "O(1)",
            "2.2.0",
        )
        .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments"),
];

fn blmove(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (side(args.at(3))?, side(args.at(4))?);
    wait_to_move(ctx, args, from, to, args.at(5))
}

fn blmpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let deadline = ctx.deadline(args.at(1))?;
    let request = MultiPop::parse(args.from(2))?;
    if !request.try_pop(ctx)? {
        ctx.wait(request.keys.iter(), Kind::List, deadline, DeniedReply::NullArray);
    }
    Ok(())
}

fn blpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    wait_to_pop(ctx, args, Side::Left)
}

fn brpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    wait_to_pop(ctx, args, Side::Right)
}

fn brpoplpush(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    wait_to_move(ctx, args, Side::Right, Side::Left, args.at(3))
}

fn wait_to_pop(ctx: &mut Ctx<'_>, args: Args<'_>, side: Side) -> Outcome {
    let last = args.len() - 1;
    let deadline = ctx.deadline(args.at(last))?;
    let keys = args.slice(1..last);
    for key in keys.iter() {
        ctx.units += 1;
        if ctx.keys.write_as::<List>(key)?.is_some() {
            ctx.out.array(2);
            ctx.out.bulk(key);
            ctx.replicate(&[pop_command(side), key]);
            return take(ctx, key, side, 1);
        }
    }
    ctx.wait(keys.iter(), Kind::List, deadline, DeniedReply::NullArray);
    Ok(())
}

fn wait_to_move(
    ctx: &mut Ctx<'_>,
    args: Args<'_>,
    from: Side,
    to: Side,
    timeout: &[u8],
) -> Outcome {
    let deadline = ctx.deadline(timeout)?;
    if !try_move(ctx, args.at(1), args.at(2), from, to)? {
        ctx.wait(std::iter::once(args.at(1)), Kind::List, deadline, DeniedReply::Null);
    }
    Ok(())
}
