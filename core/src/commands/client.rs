//! CLIENT: what a connection is told about itself and asks of the server, and what operators do to others.
//!
//! LIST, INFO and KILL, with the filters they share, are in `client_list`. Client-side caching (tracking) is left out:
//! it is always off, and asking for it is an error.

use super::client_list;
use crate::command::{Flags, Group, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::session::{ClientId, ReplyMode};
use crate::util::{is_printable_word, is_word};

const PLAIN: Flags = Flags::NOSCRIPT.and(Flags::LOADING).and(Flags::STALE);
const BUSY: Flags = PLAIN.and(Flags::ALLOW_BUSY);
const ADMIN: Flags = PLAIN.and(Flags::ADMIN);
const EVERY_NODE: &[&str] = &["request_policy:all_nodes", "response_policy:all_succeeded"];

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("CLIENT", Group::Connection, container, -2)
    .doc("", "Commands about client connections.", "Depends on the subcommand.", "2.4.0")
    .subcommands(&[
        Spec::new("CACHING", Group::Connection, caching, 3).flags(BUSY).doc(
            "<YES | NO>",
            "Whether to track the keys of the next command; tracking is not available here.",
            "O(1)",
            "6.0.0",
        ),
        Spec::new("CAPA", Group::Connection, capa, -3).flags(BUSY).doc(
            "capability [capability ...]",
            "Tells what the client is capable of: REDIRECT, or words that mean nothing here.",
            "O(1)",
            "8.0.0",
        ),
        Spec::new("GETNAME", Group::Connection, getname, 2).flags(BUSY).doc(
            "",
            "Answers the connection's name.",
            "O(1)",
            "2.6.9",
        ),
        Spec::new("GETREDIR", Group::Connection, getredir, 2).flags(BUSY).doc(
            "",
            "Answers the client that receives this one's invalidation messages: -1, none.",
            "O(1)",
            "6.0.0",
        ),
        Spec::help(Group::Connection, "5.0.0"),
        Spec::new("ID", Group::Connection, id, 2).flags(BUSY).doc(
            "",
            "Answers the connection's number.",
            "O(1)",
            "5.0.0",
        ),
        Spec::new("IMPORT-SOURCE", Group::Connection, import_source, 3).flags(PLAIN).doc(
            "<ON | OFF>",
            "Marks a source of imported data; there is no import mode here.",
            "O(1)",
            "8.1.0",
        ),
        Spec::new("INFO", Group::Connection, client_list::info, 2)
            .flags(PLAIN)
            .doc("", "Describes this connection in one line.", "O(1)", "6.2.0")
            .tips(&["nondeterministic_output"]),
        Spec::new("KILL", Group::Connection, client_list::kill, -3).flags(ADMIN).doc(
            client_list::KILL_SYNTAX,
            "Closes connections.",
            "O(N) with N the number of clients",
            "2.4.0",
        ),
        Spec::new("LIST", Group::Connection, client_list::list, -2)
            .flags(ADMIN)
            .doc(
                client_list::LIST_SYNTAX,
                "Describes connections, one line each.",
                "O(N) with N the number of clients",
                "2.4.0",
            )
            .tips(&["nondeterministic_output"]),
        Spec::new("NO-EVICT", Group::Connection, no_evict, 3)
            .flags(ADMIN.and(Flags::ALLOW_BUSY))
            .doc("<ON | OFF>", "Exempts this connection from client eviction.", "O(1)", "7.0.0"),
        Spec::new("NO-TOUCH", Group::Connection, no_touch, 3).flags(BUSY).doc(
            "<ON | OFF>",
            "Lets this connection use keys without their idle time or frequency noticing.",
            "O(1)",
            "7.2.0",
        ),
        Spec::new("PAUSE", Group::Connection, pause, -3).flags(ADMIN).doc(
            "timeout [WRITE | ALL]",
            "Holds commands, or only those that write, for some milliseconds.",
            "O(1)",
            "3.0.0",
        ),
        Spec::new("REPLY", Group::Connection, reply, 3).flags(BUSY.and(Flags::NO_MULTI)).doc(
            "<ON | OFF | SKIP>",
            "Chooses which commands are answered: all, none, or all but the next.",
            "O(1)",
            "3.2.0",
        ),
        Spec::new("SETINFO", Group::Connection, setinfo, 4)
            .flags(BUSY)
            .doc(
                "<LIB-NAME libname | LIB-VER libver>",
                "Tells the client library's name or version.",
                "O(1)",
                "7.2.0",
            )
            .tips(EVERY_NODE),
        Spec::new("SETNAME", Group::Connection, setname, 3)
            .flags(BUSY)
            .doc("connection-name", "Names the connection.", "O(1)", "2.6.9")
            .tips(EVERY_NODE),
        Spec::new("TRACKING", Group::Connection, tracking, -3).flags(PLAIN).doc(
            "<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]",
            "Client-side caching; not available here, it can only be turned off.",
            "O(1)",
            "6.0.0",
        ),
        Spec::new("TRACKINGINFO", Group::Connection, trackinginfo, 2).flags(PLAIN).doc(
            "",
            "Answers the state of client-side caching: off.",
            "O(1)",
            "6.2.0",
        ),
        Spec::new("UNBLOCK", Group::Connection, unblock, -3).flags(ADMIN).doc(
            "client-id [TIMEOUT | ERROR]",
            "Ends another client's wait in a blocking command.",
            "O(log N) with N the number of clients",
            "5.0.0",
        ),
        Spec::new("UNPAUSE", Group::Connection, unpause, 2).flags(ADMIN).doc(
            "",
            "Ends a pause.",
            "O(N) with N the number of clients held back",
            "6.2.0",
        ),
    ])];

/// CLIENT without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn caching(_: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::Static(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
    ))
}

fn capa(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.from(2).iter().any(|word| is_word(word, "REDIRECT")) {
        ctx.session.capable_of_redirect = true;
    }
    ctx.out.ok();
    Ok(())
}

fn getname(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    if ctx.session.name.is_empty() {
        ctx.out.null();
    } else {
        ctx.out.bulk(&ctx.session.name);
    }
    Ok(())
}

fn getredir(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.integer(-1);
    Ok(())
}

fn id(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.integer(ctx.session.id.0 as i64);
    Ok(())
}

fn import_source(_: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::Static("ERR Server is not in import mode"))
}

fn no_evict(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.session.no_evict = on_or_off(args.at(2))?;
    ctx.out.ok();
    Ok(())
}

fn no_touch(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    ctx.session.no_touch = on_or_off(args.at(2))?;
    ctx.out.ok();
    Ok(())
}

fn pause(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // The mode is looked at only where it is the last word.
    let all = match args.get(3) {
        Some(mode) if args.len() == 4 => {
            if is_word(mode, "WRITE") {
                false
            } else if is_word(mode, "ALL") {
                true
            } else {
                return Err(Error::Static("ERR CLIENT PAUSE mode must be WRITE or ALL"));
            }
        }
        _ => true,
    };
    let until = ctx.deadline_millis(args.at(2))?;
    let paused = ctx.server.paused();
    let pause = &mut ctx.server.pause;
    // A pause in force is only ever made longer and stricter.
    pause.all = all || (paused && pause.all);
    pause.until = pause.until.max(until);
    ctx.out.ok();
    Ok(())
}

fn reply(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let mode = args.at(2);
    if is_word(mode, "ON") {
        ctx.session.reply_mode = ReplyMode::On;
        ctx.out.ok();
    } else if is_word(mode, "OFF") {
        ctx.session.reply_mode = ReplyMode::Off;
    } else if is_word(mode, "SKIP") {
        if ctx.session.reply_mode != ReplyMode::Off {
            ctx.session.reply_mode = ReplyMode::SkipNext;
        }
    } else {
        return Err(Error::SYNTAX);
    }
    Ok(())
}

fn setinfo(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (option, value) = (args.at(2), args.at(3));
    let (name, field) = if is_word(option, "lib-name") {
        ("lib-name", &mut ctx.session.lib_name)
    } else if is_word(option, "lib-ver") {
        ("lib-ver", &mut ctx.session.lib_version)
    } else {
        return Err(Error::quoting("ERR Unrecognized option '", option, "'"));
    };
    if !is_printable_word(value) {
        return Err(Error::Text(
            format!("ERR {name} cannot contain spaces, newlines or special characters.").into(),
        ));
    }
    *field = value.into();
    ctx.out.ok();
    Ok(())
}

fn setname(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if !is_printable_word(args.at(2)) {
        return Err(Error::BAD_CLIENT_NAME);
    }
    ctx.session.name = args.at(2).into();
    ctx.out.ok();
    Ok(())
}

fn tracking(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if on_or_off(args.at(2))? {
        return Err(Error::Static("ERR client-side caching (tracking) is not available here"));
    }
    ctx.out.ok();
    Ok(())
}

fn trackinginfo(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let out = &mut ctx.out;
    out.map(3);
    out.bulk(b"flags");
    out.set(1);
    out.bulk(b"off");
    out.bulk(b"redirect");
    out.integer(-1);
    out.bulk(b"prefixes");
    out.array(0);
    Ok(())
}

fn unblock(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // As with PAUSE, words behind the reason switch it off.
    let is_error = match args.get(3) {
        Some(reason) if args.len() == 4 => {
            if is_word(reason, "TIMEOUT") {
                false
            } else if is_word(reason, "ERROR") {
                true
            } else {
                return Err(Error::Static("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"));
            }
        }
        _ => false,
    };
    let id = integer(args.at(2))?;
    let client = u64::try_from(id).ok().map(ClientId);
    let waiting = client.filter(|client| {
        ctx.clients.get(*client).is_some_and(|session| session.blocked.is_some())
            && !ctx.server.unblock.iter().any(|(other, _)| other == client)
    });
    if let Some(client) = waiting {
        ctx.server.unblock.push((client, is_error));
    }
    ctx.out.flag(waiting.is_some());
    Ok(())
}

fn unpause(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.server.pause = Default::default();
    ctx.out.ok();
    Ok(())
}

fn on_or_off(word: &[u8]) -> Result<bool, Error> {
    if is_word(word, "ON") {
        Ok(true)
    } else if is_word(word, "OFF") {
        Ok(false)
    } else {
        Err(Error::SYNTAX)
    }
}
