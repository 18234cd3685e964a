//! Connection commands: who the client is, which protocol it speaks, which database it uses.

use crate::command::{Acl, Flags, Group, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::server::REDIS_VERSION;
use crate::session::{Ending, ReplyMode};
use crate::util::{is_printable_word, is_word, number};

/// What AUTH, HELLO, QUIT and RESET share: they work at any time, before AUTH too.
const ALWAYS: Flags = Flags::NOSCRIPT
    .and(Flags::LOADING)
    .and(Flags::STALE)
    .and(Flags::FAST)
    .and(Flags::NO_AUTH)
    .and(Flags::ALLOW_BUSY);

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("AUTH", Group::Connection, auth, -2).flags(ALWAYS.and(Flags::SENSITIVE)).doc(
        "[username] password",
        "Says the password.",
        "O(1)",
        "1.0.0",
    ),
    Spec::new("ECHO", Group::Connection, echo, 2)
        .flags(Flags::LOADING.and(Flags::STALE).and(Flags::FAST))
        .doc("message", "Answers its argument.", "O(1)", "1.0.0"),
    Spec::new("HELLO", Group::Connection, hello, -1).flags(ALWAYS.and(Flags::SENSITIVE)).doc(
        "[protover [AUTH username password] [SETNAME clientname]]",
        "Chooses the protocol, and tells who answers.",
        "O(1)",
        "6.0.0",
    ),
    Spec::new("PING", Group::Connection, ping, -1)
        .flags(Flags::FAST.and(Flags::IN_SUBSCRIBED))
        .doc("[message]", "Answers PONG, or its argument: a sign of life.", "O(1)", "1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Spec::new("QUIT", Group::Connection, quit, -1)
        .flags(ALWAYS.and(Flags::IN_MULTI).and(Flags::IN_SUBSCRIBED))
        .doc("", "Closes the connection.", "O(1)", "1.0.0"),
    Spec::new("RESET", Group::Connection, reset, 1)
        .flags(ALWAYS.and(Flags::IN_MULTI).and(Flags::IN_SUBSCRIBED))
        .doc("", "Makes the connection as good as new.", "O(1)", "6.2.0"),
    Spec::new("SELECT", Group::Connection, select, 2)
        .flags(Flags::LOADING.and(Flags::STALE).and(Flags::FAST).and(Flags::ALLOW_BUSY))
        .doc("index", "Chooses the database.", "O(1)", "1.0.0"),
    Spec::new("SWAPDB", Group::Server, swapdb, 3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .acl(Acl::KEYSPACE.and(Acl::DANGEROUS))
        .doc(
            "index1 index2",
            "Exchanges the contents of two databases.",
            "O(N) with N the clients that watch or wait for keys of either",
            "4.0.0",
        ),
];

fn auth(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match args.len() {
        2 if ctx.server.config.requirepass.is_empty() => Err(Error::Static(
            "ERR AUTH <password> called without any password configured for the default user. \
             Are you sure your configuration is correct?",
        )),
        2 => authenticate(ctx, b"default", args.at(1)),
        3 => authenticate(ctx, args.at(1), args.at(2)),
        _ => Err(Error::SYNTAX),
    }?;
    ctx.out.ok();
    Ok(())
}

fn echo(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.out.bulk(args.at(1));
    Ok(())
}

fn hello(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let mut resp3 = ctx.session.resp3;
    if let Some(version) = args.get(1) {
        resp3 = match number::parse_i64(version) {
            Some(2) => false,
            Some(3) => true,
            Some(_) => return Err(Error::Static("NOPROTO unsupported protocol version")),
            None => {
                return Err(Error::Static(
                    "ERR Protocol version is not an integer or out of range",
                ));
            }
        };
    }
    let mut credentials = None;
    let mut name = None;
    let mut index = 2;
    while index < args.len() {
        let word = args.at(index);
        if is_word(word, "AUTH") && index + 2 < args.len() {
            credentials = Some((args.at(index + 1), args.at(index + 2)));
            index += 3;
        } else if is_word(word, "SETNAME") && index + 1 < args.len() {
            name = Some(client_name(args.at(index + 1))?);
            index += 2;
        } else {
            return Err(Error::quoting("ERR Syntax error in HELLO option '", word, "'"));
        }
    }
    if let Some((user, password)) = credentials {
        authenticate(ctx, user, password)?;
    }
    if !ctx.session.authenticated {
        return Err(Error::Static(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
             <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the \
             same time",
        ));
    }
    if let Some(name) = name {
        ctx.session.name = name.into();
    }
    ctx.session.resp3 = resp3;
    ctx.out.set_protocol(resp3);
    introduce(ctx);
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

fn quit(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.ok();
    ctx.session.end(Ending::AfterReplies);
    Ok(())
}

fn reset(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let id = ctx.session.id;
    ctx.session.forget_watched(&mut ctx.server.watch);
    ctx.server.pubsub.remove(ctx.session);
    ctx.server.monitors.retain(|monitor| *monitor != id);
    let open = ctx.server.config.requirepass.is_empty();
    let session = &mut *ctx.session;
    session.multi = None;
    session.subscriptions = None;
    session.forget_fieldsets();
    session.monitor = false;
    session.db = 0;
    session.resp3 = false;
    session.authenticated = open;
    session.name = Box::default();
    session.reply_mode = ReplyMode::On;
    session.no_evict = false;
    session.no_touch = false;
    ctx.out.set_protocol(false);
    ctx.out.simple("RESET");
    Ok(())
}

fn select(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let index = integer(args.at(1))?;
    if i32::try_from(index).is_err() {
        return Err(Error::Static(
            "ERR value is out of range, value must between -2147483648 and 2147483647",
        ));
    }
    ctx.session.db = database(ctx, index)?;
    ctx.out.ok();
    Ok(())
}

fn swapdb(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let index = |argument, text| {
        number::parse_i64(argument)
            .filter(|index| i32::try_from(*index).is_ok())
            .ok_or(Error::Static(text))
    };
    let first = index(args.at(1), "ERR invalid first DB index")?;
    let second = index(args.at(2), "ERR invalid second DB index")?;
    let (first, second) = (database(ctx, first)?, database(ctx, second)?);
    if first != second {
        for db in [first, second] {
            ctx.overturn(db, &[first, second]);
        }
        ctx.keys.swap(first, second);
    }
    ctx.server.effects.dirty += 1;
    ctx.out.ok();
    Ok(())
}

/// The database number, if there is such a one.
fn database(ctx: &Ctx<'_>, index: i64) -> Result<usize, Error> {
    usize::try_from(index)
        .ok()
        .filter(|index| *index < ctx.keys.databases())
        .ok_or(Error::DB_OUT_OF_RANGE)
}

/// There is one user, `default`; without a requirepass any password is its password.
fn authenticate(ctx: &mut Ctx<'_>, user: &[u8], password: &[u8]) -> Outcome {
    let required = &ctx.server.config.requirepass;
    if user != b"default" || !(required.is_empty() || same_secret(required, password)) {
        return Err(Error::WRONG_PASS);
    }
    ctx.session.authenticated = true;
    Ok(())
}

/// Compares in time that does not depend on where the two differ.
fn same_secret(secret: &[u8], given: &[u8]) -> bool {
    let difference = secret.iter().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b));
    secret.len() == given.len() && difference == 0
}

fn introduce(ctx: &mut Ctx<'_>) {
    let protocol = if ctx.session.resp3 { 3 } else { 2 };
    let out = &mut ctx.out;
    out.map(7);
    out.bulk(b"server");
    out.bulk(b"redloop");
    out.bulk(b"version");
    out.bulk(REDIS_VERSION.as_bytes());
    out.bulk(b"proto");
    out.integer(protocol);
    out.bulk(b"id");
    out.integer(ctx.session.id.0 as i64);
    out.bulk(b"mode");
    out.bulk(b"standalone");
    out.bulk(b"role");
    out.bulk(b"master");
    out.bulk(b"modules");
    out.array(0);
}

/// A name that fits into the one-line format of CLIENT LIST.
fn client_name(name: &[u8]) -> Result<&[u8], Error> {
    if is_printable_word(name) { Ok(name) } else { Err(Error::BAD_CLIENT_NAME) }
}
