//! Publish and subscribe: channels, patterns, and the separate world of shard channels.
//!
//! A (un)subscription is confirmed with one message per channel, even to a client that wants no replies. Who listens to
//! what is kept twice, in the registry by channel and in the session by client; both change only here and when a client
//! leaves.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::pubsub::Scope;
use crate::resp::{Args, Reply};
use crate::session::ReplyMode;
use crate::util::glob;

const LISTEN: Flags = Flags::PUBSUB
    .and(Flags::NOSCRIPT)
    .and(Flags::LOADING)
    .and(Flags::STALE)
    .and(Flags::IN_SUBSCRIBED);
const SPEAK: Flags =
    Flags::PUBSUB.and(Flags::LOADING).and(Flags::STALE).and(Flags::FAST).and(Flags::MAY_REPLICATE);
const LOOK: Flags = Flags::PUBSUB.and(Flags::LOADING).and(Flags::STALE);
const SHARD_CHANNELS: &[KeySpec] = &[KeySpec::range(Access::NOT_KEY, 1, -1, 1)];

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("PSUBSCRIBE", Group::PubSub, psubscribe, -2).flags(LISTEN).doc(
        "pattern [pattern ...]",
        "Receives every message on channels whose names match.",
        "O(N) with N the number of patterns given",
        "2.0.0",
    ),
    Spec::new("PUBLISH", Group::PubSub, publish, 3).flags(SPEAK).doc(
        "channel message",
        "Sends a message to all who listen to a channel.",
        "O(N+M) with N listeners of the channel and M patterns of any client",
        "2.0.0",
    ),
    Spec::new("PUBSUB", Group::PubSub, container, -2)
        .doc("", "Commands that tell who listens to what.", "Depends on the subcommand.", "2.8.0")
        .subcommands(&[
            Spec::new("CHANNELS", Group::PubSub, channels, -2).flags(LOOK).doc(
                "[pattern]",
                "Lists the channels somebody listens to.",
                "O(N) with N the number of channels",
                "2.8.0",
            ),
            Spec::help(Group::PubSub, "6.2.0"),
            Spec::new("NUMPAT", Group::PubSub, numpat, 2).flags(LOOK).doc(
                "",
                "Counts the different patterns that clients listen to.",
                "O(1)",
                "2.8.0",
            ),
            Spec::new("NUMSUB", Group::PubSub, numsub, -2).flags(LOOK).doc(
                "[channel [channel ...]]",
                "Counts the listeners of channels, those by pattern left out.",
                "O(N) with N the number of channels given",
                "2.8.0",
            ),
            Spec::new("SHARDCHANNELS", Group::PubSub, shardchannels, -2).flags(LOOK).doc(
                "[pattern]",
                "Lists the shard channels somebody listens to.",
                "O(N) with N the number of shard channels",
                "7.0.0",
            ),
            Spec::new("SHARDNUMSUB", Group::PubSub, shardnumsub, -2).flags(LOOK).doc(
                "[shardchannel [shardchannel ...]]",
                "Counts the listeners of shard channels.",
                "O(N) with N the number of shard channels given",
                "7.0.0",
            ),
        ]),
    Spec::new("PUNSUBSCRIBE", Group::PubSub, punsubscribe, -1).flags(LISTEN).doc(
        "[pattern [pattern ...]]",
        "Stops listening to patterns, or to all of them.",
        "O(N) with N the number of patterns left",
        "2.0.0",
    ),
    Spec::new("SPUBLISH", Group::PubSub, spublish, 3)
        .flags(SPEAK)
        .keys(&[KeySpec::one(Access::NOT_KEY, 1)])
        .doc(
            "shardchannel message",
            "Sends a message to all who listen to a shard channel.",
            "O(N) with N the number of listeners",
            "7.0.0",
        ),
    Spec::new("SSUBSCRIBE", Group::PubSub, ssubscribe, -2).flags(LISTEN).keys(SHARD_CHANNELS).doc(
        "shardchannel [shardchannel ...]",
        "Receives every message on shard channels.",
        "O(N) with N the number of shard channels given",
        "7.0.0",
    ),
    Spec::new("SUBSCRIBE", Group::PubSub, subscribe, -2).flags(LISTEN).doc(
        "channel [channel ...]",
        "Receives every message on channels.",
        "O(N) with N the number of channels given",
        "2.0.0",
    ),
    Spec::new("SUNSUBSCRIBE", Group::PubSub, sunsubscribe, -1)
        .flags(LISTEN)
        .keys(SHARD_CHANNELS)
        .doc(
            "[shardchannel [shardchannel ...]]",
            "Stops listening to shard channels, or to all of them.",
            "O(N) with N the number of shard channels left",
            "7.0.0",
        ),
    Spec::new("UNSUBSCRIBE", Group::PubSub, unsubscribe, -1).flags(LISTEN).doc(
        "[channel [channel ...]]",
        "Stops listening to channels, or to all of them.",
        "O(N) with N the number of channels left",
        "2.0.0",
    ),
];

fn psubscribe(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    listen(ctx, Scope::Pattern, "psubscribe", args);
    Ok(())
}

fn publish(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    speak(ctx, args, false);
    Ok(())
}

/// PUBSUB without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn channels(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    list(ctx, args, Scope::Channel)
}

fn numpat(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.count(ctx.server.pubsub.patterns.len());
    Ok(())
}

fn numsub(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    count(ctx, args, Scope::Channel);
    Ok(())
}

fn shardchannels(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    list(ctx, args, Scope::Shard)
}

fn shardnumsub(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    count(ctx, args, Scope::Shard);
    Ok(())
}

fn punsubscribe(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    stop_listening(ctx, Scope::Pattern, "punsubscribe", args);
    Ok(())
}

fn spublish(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    speak(ctx, args, true);
    Ok(())
}

fn ssubscribe(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if ctx.in_exec {
        return Err(Error::Static("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"));
    }
    listen(ctx, Scope::Shard, "ssubscribe", args);
    Ok(())
}

fn subscribe(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    listen(ctx, Scope::Channel, "subscribe", args);
    Ok(())
}

fn sunsubscribe(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    stop_listening(ctx, Scope::Shard, "sunsubscribe", args);
    Ok(())
}

fn unsubscribe(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    stop_listening(ctx, Scope::Channel, "unsubscribe", args);
    Ok(())
}

/// (S)PUBLISH: the reply comes first, a message to oneself behind it.
fn speak(ctx: &mut Ctx<'_>, args: Args<'_>, shard: bool) {
    let receivers = ctx.publish(args.at(1), args.at(2), shard);
    ctx.units += receivers as u64;
    ctx.replicate(&[args.at(0), args.at(1), args.at(2)]);
    ctx.out.count(receivers);
}

/// (P|S)SUBSCRIBE: one confirmation a name.
fn listen(ctx: &mut Ctx<'_>, scope: Scope, word: &str, args: Args<'_>) {
    for name in args.from(1).iter() {
        let subscriptions = ctx.session.subscriptions.get_or_insert_default();
        subscriptions.subscribe(scope, name, ctx.session.id);
        ctx.server.pubsub.subscribe(scope, name, ctx.session.id);
        confirm(ctx, word, Some(name), scope);
    }
    ctx.units += args.len() as u64 - 2;
}

/// (P|S)UNSUBSCRIBE: one confirmation a name, or one without a name where there is nothing to stop.
fn stop_listening(ctx: &mut Ctx<'_>, scope: Scope, word: &str, args: Args<'_>) {
    if args.len() > 1 {
        for name in args.from(1).iter() {
            stop_one(ctx, scope, word, name);
        }
        return;
    }
    let all: Vec<_> = match &ctx.session.subscriptions {
        Some(subscriptions) => {
            subscriptions.of(scope).iter().map(|(name, _)| Box::<[u8]>::from(name)).collect()
        }
        None => Vec::new(),
    };
    ctx.units += all.len() as u64;
    if all.is_empty() {
        confirm(ctx, word, None, scope);
    }
    for name in all {
        stop_one(ctx, scope, word, &name);
    }
}

fn stop_one(ctx: &mut Ctx<'_>, scope: Scope, word: &str, name: &[u8]) {
    if let Some(subscriptions) = &mut ctx.session.subscriptions {
        subscriptions.unsubscribe(scope, name, ctx.session.id);
        if subscriptions.total() == 0 {
            ctx.session.subscriptions = None;
        }
    }
    ctx.server.pubsub.unsubscribe(scope, name, ctx.session.id);
    confirm(ctx, word, Some(name), scope);
}

/// What changed and how many subscriptions are left: shard channels are counted on their own.
fn confirm(ctx: &mut Ctx<'_>, word: &str, name: Option<&[u8]>, scope: Scope) {
    let left = ctx.session.subscriptions.as_deref().map_or(0, |subscriptions| match scope {
        Scope::Shard => subscriptions.shard_channels.len(),
        Scope::Channel | Scope::Pattern => subscriptions.count(),
    });
    let write = |out: &mut Reply<'_>| {
        out.push(3);
        out.bulk(word.as_bytes());
        match name {
            Some(name) => out.bulk(name),
            None => out.null(),
        }
        out.count(left);
    };
    // A client that muted its replies still hears what it subscribed to.
    if ctx.session.reply_mode == ReplyMode::On {
        write(&mut ctx.out);
    } else {
        let resp3 = ctx.session.resp3;
        write(&mut Reply::new(&mut ctx.session.own_pushes, resp3));
    }
}

/// PUBSUB (SHARD)CHANNELS
fn list(ctx: &mut Ctx<'_>, args: Args<'_>, scope: Scope) -> Outcome {
    if args.len() > 3 {
        return Err(Error::subcommand_or_arity(args));
    }
    let pattern = args.get(2);
    let later = ctx.out.array_later();
    let mut count = 0;
    for (name, _) in ctx.server.pubsub.of(scope).iter() {
        ctx.units += 1;
        if pattern.is_none_or(|pattern| glob::matches(pattern, name, false)) {
            ctx.out.bulk(name);
            count += 1;
        }
    }
    ctx.out.close_array(later, count);
    Ok(())
}

/// PUBSUB (SHARD)NUMSUB
fn count(ctx: &mut Ctx<'_>, args: Args<'_>, scope: Scope) {
    let names = args.from(2);
    // Flat pairs in either protocol.
    ctx.out.array(names.len() * 2);
    for name in names.iter() {
        ctx.out.bulk(name);
        ctx.out.count(ctx.server.pubsub.of(scope).of(name).len());
    }
    ctx.units += names.len() as u64;
}
