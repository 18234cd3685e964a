//! MIGRATE, in two parts: the first writes down what another server is to be sent and lets the client wait; the second runs
//! when the host is back with the replies, and removes what has arrived. Sending is the host's (`migration`).

use crate::command::{Access, Acl, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::effects::{Class, append_request};
use crate::error::{Error, Outcome};
use crate::migration::{Migrated, Migration, Sent, Trouble};
use crate::rdb::dump::dump;
use crate::resp::Args;
use crate::server::HostRequest;
use crate::session::DeniedReply;
use crate::time::Timestamp;
use crate::util::is_word;
use crate::value::Kind;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("MIGRATE", Group::Generic, migrate, -6)
    .flags(Flags::WRITE.and(Flags::MOVABLE_KEYS))
    .acl(Acl::DANGEROUS)
    .keys(&[
        KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::DELETE), 3),
        KeySpec::after(
            Access::RW.and(Access::ACCESS).and(Access::DELETE).and(Access::INCOMPLETE),
            "KEYS",
            -2,
        )
        .to_end(),
    ])
    .doc(
        "host port <key | \"\"> destination-db timeout [COPY] [REPLACE] \
         [<AUTH password | AUTH2 username password>] [KEYS key [key ...]]",
        "Moves keys to another server.",
        "O(N), N the elements or bytes of the values",
        "2.6.0",
    )
    .tips(&["nondeterministic_output"])];

/// Milliseconds to wait for the other server where none are given.
const TIMEOUT_MS: u64 = 1000;

/// What the arguments say.
struct Request<'a> {
    copy: bool,
    replace: bool,
    /// AUTH's words.
    credentials: Vec<&'a [u8]>,
    keys: Args<'a>,
    timeout_ms: u64,
    db: i64,
}

impl<'a> Request<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let mut request = Request {
            copy: false,
            replace: false,
            credentials: Vec::new(),
            keys: args.slice(3..4),
            timeout_ms: 0,
            db: 0,
        };
        let mut at = 6;
        while let Some(word) = args.get(at) {
            let left = args.len() - at - 1;
            if is_word(word, "COPY") {
                request.copy = true;
            } else if is_word(word, "REPLACE") {
                request.replace = true;
            } else if is_word(word, "AUTH") && left >= 1 {
                request.credentials = vec![args.at(at + 1)];
                at += 1;
            } else if is_word(word, "AUTH2") && left >= 2 {
                request.credentials = vec![args.at(at + 1), args.at(at + 2)];
                at += 2;
            } else if is_word(word, "KEYS") {
                if !args.at(3).is_empty() {
                    return Err(Error::Static(
                        "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
                    ));
                }
                request.keys = args.from(at + 1);
                break;
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        request.timeout_ms = match integer(args.at(5))? {
            ..=0 => TIMEOUT_MS,
            millis => millis.unsigned_abs(),
        };
        request.db = integer(args.at(4))?;
        Ok(request)
    }
}

fn migrate(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    match ctx.server.migrated.take() {
        Some(back) => arrived(ctx, args, &back),
        None => depart(ctx, args),
    }
}

/// Writes down what is to be sent, and waits.
fn depart(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = Request::parse(args)?;
    if ctx.in_exec {
        return Err(Error::Static(
            "ERR MIGRATE waits for another server, which a transaction must not: send it outside of MULTI",
        ));
    }
    let now = ctx.now();
    let mut migration = Box::new(Migration {
        client: ctx.session.id,
        since: now,
        host: String::from_utf8_lossy(args.at(1)).into_owned(),
        port: String::from_utf8_lossy(args.at(2)).into_owned(),
        greeting: Vec::new(),
        greetings: 1,
        request: Vec::new(),
        timeout_ms: request.timeout_ms,
        keys: Vec::new(),
    });
    let bytes = &mut migration.greeting;
    if !request.credentials.is_empty() {
        let words = [&[&b"AUTH"[..]], request.credentials.as_slice()].concat();
        append_request(bytes, &words);
        migration.greetings += 1;
    }
    append_request(bytes, &[b"SELECT", itoa::Buffer::new().format(request.db).as_bytes()]);
    let compress = ctx.server.config.rdb_compression;
    for key in request.keys.iter() {
        let Some(value) = ctx.keys.read(key) else { continue };
        let payload = dump(value, compress);
        ctx.units += 1;
        let deadline = ctx.keys.deadline(key).flatten();
        let ttl = deadline.map_or(0, |at| at.saturating_sub(now.millis()).max(1));
        let (mut text, bytes) = (itoa::Buffer::new(), &mut migration.request);
        let mut words = vec![&b"RESTORE"[..], key, text.format(ttl).as_bytes(), &payload];
        let mut behind = b"\r\n".len();
        if request.replace {
            words.push(b"REPLACE");
            behind += b"$7\r\nREPLACE\r\n".len();
        }
        append_request(bytes, &words);
        let end = bytes.len() - behind;
        migration.keys.push(Sent { key: key.to_vec(), payload: end - payload.len()..end });
    }
    if migration.keys.is_empty() {
        ctx.out.simple("NOKEY");
        return Ok(());
    }
    ctx.server.requests.push(HostRequest::Migrate(migration));
    ctx.wait(std::iter::empty(), Kind::String, Timestamp::NEVER, DeniedReply::NotMigrated);
    Ok(())
}

/// Removes what the other server has, and says how it went.
fn arrived(ctx: &mut Ctx<'_>, args: Args<'_>, back: &Migrated) -> Outcome {
    let Migrated { migration, replies } = back;
    let replies = match replies {
        Ok(replies) => replies,
        Err(Trouble::Host) => {
            return Err(Error::Static("IOERR error or timeout connecting to the client"));
        }
        Err(Trouble::Writing) => {
            return Err(Error::Static("IOERR error or timeout writing to target instance"));
        }
        Err(Trouble::Reading) => return Err(Error::MIGRATION_UNANSWERED),
    };
    let copy = Request::parse(args)?.copy;
    let refused = |reply: &[u8]| reply.first() == Some(&b'-');
    let of_keys = replies.get(migration.greetings..).unwrap_or_default();
    let mut gone: Vec<&[u8]> = vec![b"DEL"];
    let compress = ctx.server.config.rdb_compression;
    for (sent, reply) in migration.keys.iter().zip(of_keys) {
        if copy || refused(reply) {
            continue;
        }
        let payload = &migration.request[sent.payload.clone()];
        let unchanged = ctx.keys.read(&sent.key).is_some_and(|it| dump(it, compress) == payload);
        if unchanged && ctx.keys.remove(&sent.key) {
            ctx.changed(&sent.key, Class::GENERIC, "del");
            gone.push(&sent.key);
        }
    }
    if gone.len() > 1 {
        ctx.replicate(&gone);
    }
    match replies.iter().find(|reply| refused(reply)) {
        Some(reply) => {
            Err(Error::quoting("ERR Target instance replied with error: ", &reply[1..], ""))
        }
        None => {
            ctx.out.ok();
            Ok(())
        }
    }
}
