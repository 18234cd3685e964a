//! DEBUG: what tests, lessons and curious operators need, and only that. Whether it may be used at all is decided before
//! it runs, by enable-debug-command.
//!
//! Left out: everything that crashes the server on purpose, and what pokes at disks, clusters or C structures.

use crate::command::{Flags, Group, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::dict::Deadline;
use crate::error::{Error, Outcome};
use crate::limits;
use crate::resp::Args;
use crate::server::HostRequest;
use crate::util::{is_word, number};

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("DEBUG", Group::Server, debug, -2)
    .flags(
        Flags::ADMIN
            .and(Flags::NOSCRIPT)
            .and(Flags::LOADING)
            .and(Flags::STALE)
            .and(Flags::NO_COST)
            .and(Flags::GUARDED),
    )
    .doc("", "Commands for debugging.", "Depends on the subcommand.", "1.0.0")];

/// A word behind DEBUG, how many arguments it takes at least and at most (DEBUG and itself included), and what runs it.
type Word = (&'static str, usize, usize, fn(&mut Ctx<'_>, Args<'_>) -> Outcome);

const WORDS: &[Word] = &[
    ("CHANGE-REPL-ID", 2, 2, change_repl_id),
    ("ERROR", 3, 3, error),
    ("HELP", 2, 2, help),
    ("LOG", 3, 3, log),
    ("OBJECT", 3, 4, object),
    ("POPULATE", 3, 5, populate),
    ("PROTOCOL", 3, 3, protocol),
    ("SET-ACTIVE-EXPIRE", 3, 3, set_active_expire),
    ("SLEEP", 3, 3, sleep),
];

const HELP: &[(&str, &str)] = &[
    ("CHANGE-REPL-ID", "Give this run another identity."),
    ("ERROR <text>", "Answer this error."),
    ("LOG <message>", "Write a line to the server's log."),
    ("OBJECT <key> [fast]", "Tell how a key's value is kept."),
    (
        "POPULATE <count> [<prefix>] [<size>]",
        "Create so many string keys called <prefix>:<number>.",
    ),
    (
        "PROTOCOL <type>",
        "Answer a value of a type: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, \
         true, false.",
    ),
    ("SET-ACTIVE-EXPIRE <0|1>", "Whether keys expire without being looked at."),
    ("SLEEP <seconds>", "Let the loop stand still; fractions allowed."),
    ("HELP", "List these words."),
];

fn debug(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let found = WORDS.iter().find(|(word, least, most, _)| {
        is_word(args.at(1), word) && (*least..=*most).contains(&args.len())
    });
    match found {
        Some((.., run)) => run(ctx, args),
        None => Err(Error::subcommand_or_arity(args)),
    }
}

fn change_repl_id(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.server.new_run_id();
    ctx.out.ok();
    Ok(())
}

fn error(_: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    Err(Error::Bytes(args.at(2).into()))
}

fn help(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.array(HELP.len() * 2 + 1);
    ctx.out.simple("DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (syntax, summary) in HELP {
        ctx.out.simple(syntax);
        ctx.out.simple(&format!("    {summary}"));
    }
    Ok(())
}

fn log(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let message = String::from_utf8_lossy(args.at(2));
    ctx.server.requests.push(HostRequest::Log(format!("DEBUG LOG: {message}")));
    ctx.out.ok();
    Ok(())
}

fn object(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let Some(info) = ctx.keys.info(args.at(2)) else { return Err(Error::NO_SUCH_KEY) };
    let fast = args.get(3).is_some_and(|word| is_word(word, "fast"));
    // There are no addresses to show: values move with their records.
    let mut line = format!("Value at:0x0 refcount:1 encoding:{}", info.encoding);
    if !fast {
        line.push_str(&format!(" serializedlength:{}", info.bytes));
    }
    line.push_str(&format!(" lru:{} lru_seconds_idle:{}", info.access_bits, info.idle_seconds));
    ctx.out.simple(&line);
    Ok(())
}

fn populate(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let size = |index: usize| match args.get(index) {
        None => Ok(0),
        Some(text) => number::parse_i64(text)
            .and_then(|size| usize::try_from(size).ok())
            .ok_or(Error::NOT_POSITIVE),
    };
    let (count, length) = (size(2)?, size(4)?);
    if count > POPULATE_MAX {
        return Err(Error::NOT_POSITIVE);
    }
    if length > limits::BULK_MAX as usize {
        return Err(Error::STRING_TOO_LONG);
    }
    let prefix = args.get(3).unwrap_or(b"key");
    let mut key = Vec::with_capacity(prefix.len() + 21);
    let mut value = Vec::new();
    for index in 0..count {
        key.clear();
        key.extend_from_slice(prefix);
        key.push(b':');
        number::write_i64(&mut key, index as i64);
        if ctx.keys.exists(&key) {
            continue;
        }
        value.clear();
        value.extend_from_slice(b"value:");
        number::write_i64(&mut value, index as i64);
        if args.len() == 5 {
            // A size pads or cuts.
            value.resize(length, 0);
        }
        ctx.keys.set_text(&key, &value, false, Deadline::Clear);
        ctx.units += 1;
    }
    ctx.out.ok();
    Ok(())
}

#[allow(clippy::approx_constant, reason = "clients' tests expect these digits")]
fn protocol(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let kind = args.at(2).to_ascii_lowercase();
    let out = &mut ctx.out;
    match kind.as_slice() {
        b"string" => out.bulk(b"Hello World"),
        b"integer" => out.integer(12_345),
        b"double" => out.double(3.141),
        b"bignum" => out.big_number("1234567999999999999999999999999999999"),
        b"null" => out.null(),
        b"array" => {
            out.array(3);
            (0..3).for_each(|number| out.integer(number));
        }
        b"set" => {
            out.set(3);
            (0..3).for_each(|number| out.integer(number));
        }
        b"map" => {
            out.map(3);
            for number in 0..3 {
                out.integer(number);
                out.boolean(number == 1);
            }
        }
        b"attrib" => {
            if out.is_resp3() {
                out.attribute(1);
                out.bulk(b"key-popularity");
                out.array(2);
                out.bulk(b"key:123");
                out.integer(90);
            }
            // Attributes are optional by design: RESP2 clients get the reply alone.
            out.bulk(b"Some real reply following the attribute");
        }
        b"push" => {
            if !out.is_resp3() {
                return Err(Error::Static("ERR RESP2 is not supported by this command"));
            }
            out.bulk(b"Some real reply following the push reply");
            out.push(2);
            out.bulk(b"server-cpu-usage");
            out.integer(42);
        }
        b"verbatim" => out.verbatim(b"This is a verbatim\nstring"),
        b"true" => out.boolean(true),
        b"false" => out.boolean(false),
        _ => {
            return Err(Error::Static(
                "ERR Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    }
    Ok(())
}

fn set_active_expire(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // Read as C's atoi does: what is no number is 0.
    ctx.server.config.active_expire = integer(args.at(2)).unwrap_or(0) != 0;
    ctx.out.ok();
    Ok(())
}

fn sleep(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let seconds = number::parse_f64(args.at(2)).unwrap_or(0.0).clamp(0.0, SLEEP_MAX_S);
    let micros = (seconds * 1_000_000.0) as u64;
    let from = ctx.server.busy_until.max(ctx.now());
    ctx.server.busy_until = from.plus_micros(micros);
    ctx.out.ok();
    Ok(())
}

/// Most keys one call creates: more than this fits no machine, and the loop would stand still for minutes.
const POPULATE_MAX: usize = 1_000_000_000;
/// A year: longer sleeps say nothing new.
const SLEEP_MAX_S: f64 = 365.0 * 24.0 * 3600.0;
