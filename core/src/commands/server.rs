//! Server commands: emptying databases, the clock, MONITOR and SHUTDOWN.

use crate::command::{Acl, Flags, Group, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::server::{HostRequest, VERSION};
use crate::session::Ending;
use crate::util::is_word;

const EVERY_SHARD: &[&str] = &["request_policy:all_shards", "response_policy:all_succeeded"];
const ADMIN: Flags = Flags::ADMIN.and(Flags::NOSCRIPT).and(Flags::LOADING).and(Flags::STALE);
const CLOCK: Flags = Flags::LOADING.and(Flags::STALE).and(Flags::FAST);

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("DBSIZE", Group::Server, dbsize, 1)
        .flags(Flags::READONLY.and(Flags::FAST))
        .acl(Acl::KEYSPACE)
        .doc("", "Counts the keys of the database.", "O(1)", "1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
    Spec::new("FLUSHALL", Group::Server, flushall, -1)
        .flags(Flags::WRITE)
        .acl(Acl::KEYSPACE.and(Acl::DANGEROUS))
        .doc(
            "[ASYNC | SYNC]",
            "Removes all keys of all databases.",
            "O(N) with N the number of keys",
            "1.0.0",
        )
        .tips(EVERY_SHARD),
    Spec::new("FLUSHDB", Group::Server, flushdb, -1)
        .flags(Flags::WRITE)
        .acl(Acl::KEYSPACE.and(Acl::DANGEROUS))
        .doc(
            "[ASYNC | SYNC]",
            "Removes all keys of the database.",
            "O(N) with N the number of keys",
            "1.0.0",
        )
        .tips(EVERY_SHARD),
    Spec::new("LASTSAVE", Group::Server, lastsave, 1)
        .flags(CLOCK)
        .acl(Acl::ADMIN.and(Acl::DANGEROUS))
        .doc("", "Answers when data was last saved, in Unix seconds.", "O(1)", "1.0.0")
        .tips(&["nondeterministic_output"]),
    Spec::new("LOLWUT", Group::Server, lolwut, -1)
        .flags(Flags::READONLY.and(Flags::FAST))
        .acl(Acl::READ)
        .doc(
            "[VERSION version] [columns [rows]]",
            "Draws a loop, and tells the version.",
            "O(N) with N columns times rows",
            "5.0.0",
        ),
    Spec::new("MONITOR", Group::Server, monitor, 1).flags(ADMIN).doc(
        "",
        "Receives every command that any client runs.",
        "O(1)",
        "1.0.0",
    ),
    Spec::new("SHUTDOWN", Group::Server, shutdown, -1)
        .flags(ADMIN.and(Flags::NO_MULTI).and(Flags::ALLOW_BUSY))
        .doc(
            "[[NOSAVE | SAVE] [NOW] [FORCE] [SAFE] [FAILOVER] | ABORT]",
            "Stops the server.",
            "O(1)",
            "1.0.0",
        ),
    Spec::new("TIME", Group::Server, time, 1)
        .flags(CLOCK)
        .doc("", "Answers the server's clock: Unix seconds and microseconds.", "O(1)", "2.6.0")
        .tips(&["nondeterministic_output"]),
];

fn dbsize(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.count(ctx.keys.len());
    Ok(())
}

fn flushall(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    check_flush_mode(args)?;
    for db in 0..ctx.keys.databases() {
        flush(ctx, db);
    }
    ctx.keys.select(ctx.session.db);
    // Propagated even where there was nothing to remove.
    ctx.server.effects.dirty += 1;
    ctx.out.ok();
    Ok(())
}

fn flushdb(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    check_flush_mode(args)?;
    flush(ctx, ctx.session.db);
    ctx.server.effects.dirty += 1;
    ctx.out.ok();
    Ok(())
}

fn lastsave(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.integer(ctx.server.last_save_s as i64);
    Ok(())
}

fn lolwut(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let mut sizes = args.from(1);
    if sizes.get(0).is_some_and(|word| is_word(word, "VERSION")) {
        integer(sizes.get(1).ok_or(Error::SYNTAX)?)?;
        sizes = sizes.from(2);
    }
    if sizes.len() > 2 {
        return Err(Error::SYNTAX);
    }
    let size = |index: usize, default: i64, most: i64| match sizes.get(index) {
        None => Ok(default),
        Some(text) => integer(text).map(|size| size.clamp(1, most)),
    };
    let (columns, rows) = (size(0, 46, COLUMNS_MAX)?, size(1, 15, ROWS_MAX)?);
    ctx.units += (columns * rows) as u64;
    let mut picture = draw_loop(columns, rows);
    picture.push_str(&format!("\nRedloop ver. {VERSION}\n"));
    ctx.out.verbatim(picture.as_bytes());
    Ok(())
}

fn monitor(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    if ctx.in_exec {
        return Err(Error::Static("ERR MONITOR isn't allowed for DENY BLOCKING client"));
    }
    if !std::mem::replace(&mut ctx.session.monitor, true) {
        ctx.server.monitors.push(ctx.session.id);
    }
    ctx.out.ok();
    Ok(())
}

fn shutdown(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (mut save, mut nosave, mut abort, mut others) = (false, false, false, false);
    for word in args.from(1).iter() {
        let is = |option| is_word(word, option);
        match () {
            () if is("SAVE") => save = true,
            () if is("NOSAVE") => nosave = true,
            () if is("ABORT") => abort = true,
            () if is("NOW") || is("FORCE") || is("SAFE") || is("FAILOVER") => others = true,
            () => return Err(Error::SYNTAX),
        }
    }
    if (save && nosave) || (abort && (save || nosave || others)) {
        return Err(Error::SYNTAX);
    }
    if abort {
        return Err(Error::Static("ERR No shutdown in progress."));
    }
    if save {
        return Err(Error::Static("ERR there are no snapshots to save yet; use SHUTDOWN NOSAVE"));
    }
    ctx.server.requests.push(HostRequest::Shutdown);
    ctx.session.end(Ending::Now);
    Ok(())
}

fn time(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let now = ctx.now();
    ctx.out.array(2);
    ctx.out.bulk_integer(now.seconds() as i64);
    ctx.out.bulk_integer((now.0 % 1_000_000) as i64);
    Ok(())
}

/// ASYNC and SYNC differ in when memory is given back; big values always leave as garbage here.
fn check_flush_mode(args: Args<'_>) -> Outcome {
    match args.get(1) {
        None => Ok(()),
        Some(mode) if args.len() == 2 && (is_word(mode, "ASYNC") || is_word(mode, "SYNC")) => {
            Ok(())
        }
        Some(_) => Err(Error::SYNTAX),
    }
}

fn flush(ctx: &mut Ctx<'_>, db: usize) {
    ctx.overturn(db, &[db]);
    ctx.keys.select(db);
    let removed = ctx.keys.flush() as u64;
    ctx.units += removed;
    ctx.server.effects.dirty += removed;
}

/// Widest picture, so that a client cannot ask for a huge reply.
const COLUMNS_MAX: i64 = 200;
/// Highest picture.
const ROWS_MAX: i64 = 100;

/// A ring with an arrow's head on it: cells whose distance from the middle is near the radius.
fn draw_loop(columns: i64, rows: i64) -> String {
    let mut picture = String::new();
    for row in 0..rows {
        for column in 0..columns {
            // Both axes in units of the ellipse's half axes.
            let x = (2 * column + 1 - columns) as f64 / columns as f64;
            let y = (2 * row + 1 - rows) as f64 / rows as f64;
            let radius = x * x + y * y;
            let head = x > 0.45 && (y + 0.05).abs() < (0.95 - x) * 0.6;
            picture.push(match radius {
                _ if head => '>',
                0.55..0.7 => '.',
                0.7..0.9 => 'o',
                0.9..1.0 => '.',
                _ => ' ',
            });
        }
        picture.truncate(picture.trim_end_matches(' ').len());
        picture.push('\n');
    }
    picture
}
