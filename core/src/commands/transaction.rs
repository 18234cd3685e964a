//! Transactions: MULTI queues a client's commands, EXEC runs them with nobody in between, WATCH makes EXEC conditional.
//!
//! The queueing itself is `dispatch`'s: every command without the `IN_MULTI` flag is kept there while a transaction is
//! open. What a watched key means is `settle`'s.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::session::Multi;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("DISCARD", Group::Transactions, discard, 1).flags(CONTROL.and(Flags::IN_MULTI)).doc(
        "",
        "Forgets the open transaction and all watched keys.",
        "O(N), N the number of queued commands",
        "2.0.0",
    ),
    Spec::new("EXEC", Group::Transactions, exec, 1)
        .flags(
            Flags::NOSCRIPT
                .and(Flags::LOADING)
                .and(Flags::STALE)
                .and(Flags::SKIP_SLOWLOG)
                .and(Flags::IN_MULTI)
                .and(Flags::RUNS_QUEUED),
        )
        .doc(
            "",
            "Runs the queued commands as one.",
            "O(N) of the queued commands together",
            "1.2.0",
        ),
    Spec::new("MULTI", Group::Transactions, multi, 1).flags(CONTROL.and(Flags::NO_MULTI)).doc(
        "",
        "Opens a transaction: commands are queued until EXEC.",
        "O(1)",
        "1.2.0",
    ),
    Spec::new("UNWATCH", Group::Transactions, unwatch, 1)
        .flags(
            Flags::NOSCRIPT
                .and(Flags::LOADING)
                .and(Flags::STALE)
                .and(Flags::FAST)
                .and(Flags::ALLOW_BUSY),
        )
        .doc("", "Watches no key any more.", "O(1)", "2.2.0"),
    Spec::new("WATCH", Group::Transactions, watch, -2)
        .flags(CONTROL.and(Flags::NO_MULTI))
        .keys(&[KeySpec::range(Access::RO, 1, -1, 1)])
        .doc(
            "key [key ...]",
            "Makes the next EXEC depend on these keys staying as they are.",
            "O(N), N the number of keys",
            "2.2.0",
        ),
];

/// What the commands that steer a transaction share.
const CONTROL: Flags =
    Flags::NOSCRIPT.and(Flags::LOADING).and(Flags::STALE).and(Flags::FAST).and(Flags::ALLOW_BUSY);

fn discard(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    if ctx.session.multi.take().is_none() {
        return Err(Error::Static("ERR DISCARD without MULTI"));
    }
    forget_watched(ctx);
    ctx.out.ok();
    Ok(())
}

fn exec(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let Some(multi) = ctx.session.multi.take() else {
        return Err(Error::Static("ERR EXEC without MULTI"));
    };
    let changed = ctx.session.watch_broken || watched_key_expired(ctx);
    forget_watched(ctx);
    if multi.broken {
        return Err(Error::EXEC_ABORT);
    }
    if changed {
        ctx.out.null_array();
    } else {
        ctx.run_queued = Some(multi);
    }
    Ok(())
}

fn multi(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.session.multi = Some(Box::<Multi>::default());
    ctx.out.ok();
    Ok(())
}

fn unwatch(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    forget_watched(ctx);
    ctx.out.ok();
    Ok(())
}

fn watch(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // Once broken, more keys make no difference.
    if !ctx.session.watch_broken {
        for key in args.from(1).iter() {
            // A key whose time has passed counts as absent: it goes before it is watched, so that breaks nothing.
            ctx.keys.exists(key);
            ctx.server.effects.watches.push(key.into());
        }
    }
    ctx.out.ok();
    Ok(())
}

/// Whether the time of a watched key, or of one of its fields, has come without anybody noticing yet.
fn watched_key_expired(ctx: &mut Ctx<'_>) -> bool {
    let before = ctx.keys.expired_keys + ctx.keys.expired_fields;
    for (db, key) in &ctx.session.watched {
        ctx.keys.select(*db);
        ctx.keys.exists(key);
    }
    ctx.keys.select(ctx.session.db);
    ctx.keys.expired_keys + ctx.keys.expired_fields != before
}

fn forget_watched(ctx: &mut Ctx<'_>) {
    ctx.session.forget_watched(&mut ctx.server.watch);
}
