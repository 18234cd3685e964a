//! Connection commands.

use crate::command::{Flags, Group, Spec};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::resp::Args;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("ECHO", Group::Connection, echo, 2)
        .flags(Flags::LOADING.and(Flags::STALE).and(Flags::FAST))
        .doc("message", "Answers its argument.", "O(1)", "1.0.0"),
    Spec::new("PING", Group::Connection, ping, -1)
        .flags(Flags::FAST.and(Flags::IN_SUBSCRIBED))
        .doc("[message]", "Answers PONG, or its argument: a sign of life.", "O(1)", "1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
];

fn echo(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.out.bulk(args.at(1));
    Ok(())
}

fn ping(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 2 {
        return Err(Error::arity(ctx.name));
    }
    let message = args.get(1);
    if ctx.session.in_subscribed_mode() {
        ctx.out.array(2);
        ctx.out.bulk(b"pong");
        ctx.out.bulk(message.unwrap_or_default());
        return Ok(());
    }
    match message {
        None => ctx.out.simple("PONG"),
        Some(message) => ctx.out.bulk(message),
    }
    Ok(())
}
