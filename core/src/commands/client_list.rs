//! CLIENT LIST, INFO and KILL: the one-line format of a connection, and the filters that LIST and KILL share.

use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::pubsub::Listeners;
use crate::resp::Args;
use crate::server::Server;
use crate::session::{ClientId, Ending, Session};
use crate::util::{is_word, number, order};

pub(super) const LIST_SYNTAX: &str = "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]] \
    [USER username] [ADDR addr] [LADDR laddr] [SKIPME <YES | NO>] [MAXAGE maxage] [NAME name] [IDLE idle] \
    [FLAGS flags] [LIB-NAME lib-name] [LIB-VER lib-ver] [DB db] [CAPA capa] [IP ip] \
    [NOT-TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [NOT-ID not-client-id [not-client-id ...]] \
    [NOT-USER not-username] [NOT-ADDR not-addr] [NOT-LADDR not-laddr] [NOT-NAME not-name] [NOT-FLAGS not-flags] \
    [NOT-LIB-NAME not-lib-name] [NOT-LIB-VER not-lib-ver] [NOT-DB not-db] [NOT-CAPA not-capa] [NOT-IP not-ip]";

pub(super) const KILL_SYNTAX: &str = "<old-format | <[ID client-id [client-id ...]] | \
    [TYPE <NORMAL | MASTER | PRIMARY | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR addr] | [LADDR laddr] | \
    [SKIPME <YES | NO>] | [MAXAGE maxage] | [NAME name] | [IDLE idle] | [FLAGS flags] | [LIB-NAME lib-name] | \
    [LIB-VER lib-ver] | [DB db] | [CAPA capa] | [IP ip] | \
    [NOT-TYPE <NORMAL | MASTER | PRIMARY | SLAVE | REPLICA | PUBSUB>] | \
    [NOT-ID not-client-id [not-client-id ...]] | [NOT-USER not-username] | [NOT-ADDR not-addr] | \
    [NOT-LADDR not-laddr] | [NOT-NAME not-name] | [NOT-FLAGS not-flags] | [NOT-LIB-NAME not-lib-name] | \
    [NOT-LIB-VER not-lib-ver] | [NOT-DB not-db] | [NOT-CAPA not-capa] | [NOT-IP not-ip] ...>>";

/// Letters that CLIENT LIST may show among a client's flags, all that Valkey knows.
const FLAG_LETTERS: &[u8] = b"ABEIMNOPRSTUbcdeirtux";

/// What kind of client, as TYPE names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClientType {
    Normal,
    Replica,
    PubSub,
    Primary,
}

/// One condition; all must hold.
enum Condition<'a> {
    Ids(Vec<u64>),
    Type(ClientType),
    Addr(&'a [u8]),
    Laddr(&'a [u8]),
    Ip(&'a [u8]),
    /// There is one user, so this holds for every client that has authenticated.
    User,
    Name(&'a [u8]),
    LibName(&'a [u8]),
    LibVersion(&'a [u8]),
    Flags(&'a [u8]),
    Capa,
    Db(usize),
    MaxAge(u64),
    Idle(u64),
}

/// The filters of one call.
struct Filter<'a> {
    conditions: Vec<(Condition<'a>, bool)>,
    skip_me: bool,
}

pub(super) fn list(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let filter = Filter::parse(ctx, args, false)?;
    let mut text = Vec::new();
    for client in chosen(ctx, &filter) {
        match ctx.clients.get(client) {
            Some(session) => describe(&mut text, session, ctx.server, false),
            None => describe(&mut text, ctx.session, ctx.server, true),
        }
    }
    ctx.out.verbatim(&text);
    Ok(())
}

pub(super) fn info(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let mut text = Vec::new();
    describe(&mut text, ctx.session, ctx.server, true);
    ctx.out.verbatim(&text);
    Ok(())
}

pub(super) fn kill(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let by_address = args.len() == 3;
    let filter = if by_address {
        Filter { conditions: vec![(Condition::Addr(args.at(2)), true)], skip_me: false }
    } else {
        Filter::parse(ctx, args, true)?
    };
    let victims = chosen(ctx, &filter);
    for client in &victims {
        ctx.kill(*client);
    }
    if !by_address {
        ctx.out.count(victims.len());
    } else if victims.is_empty() {
        return Err(Error::Static("ERR No such client"));
    } else {
        ctx.out.ok();
    }
    Ok(())
}

/// The clients that pass, oldest first. The running client's session is not among the others, so it is looked at on its
/// own.
fn chosen(ctx: &mut Ctx<'_>, filter: &Filter<'_>) -> Vec<ClientId> {
    let passes = |session: &Session| filter.passes(session, ctx.server);
    let mut chosen: Vec<_> = ctx
        .clients
        .iter()
        .filter(|session| session.ending != Ending::Now && passes(session))
        .map(|session| session.id)
        .collect();
    if !filter.skip_me && passes(ctx.session) {
        chosen.push(ctx.session.id);
    }
    ctx.units += ctx.clients.len() as u64;
    order::sorted_by_key(&chosen, |id| id.0)
}

impl<'a> Filter<'a> {
    fn parse(ctx: &Ctx<'_>, args: Args<'a>, skip_me: bool) -> Result<Self, Error> {
        let mut filter = Filter { conditions: Vec::new(), skip_me };
        let mut index = 2;
        while index < args.len() {
            let (option, negated) = match args.at(index) {
                [b'n' | b'N', b'o' | b'O', b't' | b'T', b'-', rest @ ..] => (rest, true),
                option => (option, false),
            };
            if is_word(option, "ID") {
                let (ids, next) = parse_ids(args, index + 1)?;
                filter.conditions.push((Condition::Ids(ids), !negated));
                index = next;
                continue;
            }
            let value = args.get(index + 1).ok_or(Error::SYNTAX)?;
            if !negated && is_word(option, "SKIPME") {
                filter.skip_me = yes_or_no(value)?;
            } else {
                let condition = Condition::parse(ctx, option, value, negated)?;
                // A repeated option replaces what it said before.
                filter.conditions.retain(|(old, wanted)| {
                    *wanted == negated
                        || std::mem::discriminant(old) != std::mem::discriminant(&condition)
                });
                filter.conditions.push((condition, !negated));
            }
            index += 2;
        }
        Ok(filter)
    }

    fn passes(&self, session: &Session, server: &Server) -> bool {
        self.conditions
            .iter()
            .all(|(condition, wanted)| condition.holds(session, server) == *wanted)
    }
}

impl<'a> Condition<'a> {
    fn parse(ctx: &Ctx<'_>, option: &[u8], value: &'a [u8], negated: bool) -> Result<Self, Error> {
        let is = |word| is_word(option, word);
        let refuse = |what: &str, filter: &str| {
            let place = if negated { format!("NOT-{filter}") } else { "provided".to_owned() };
            Err(Error::quoting(
                &format!("ERR Unknown {what} found in the {place} filter: "),
                value,
                "",
            ))
        };
        Ok(if is("TYPE") {
            Condition::Type(client_type(value)?)
        } else if is("ADDR") {
            Condition::Addr(value)
        } else if is("LADDR") {
            Condition::Laddr(value)
        } else if is("IP") {
            Condition::Ip(value)
        } else if is("USER") {
            if value != b"default" {
                return Err(Error::quoting("ERR No such user '", value, "'"));
            }
            Condition::User
        } else if is("NAME") {
            Condition::Name(value)
        } else if is("LIB-NAME") {
            Condition::LibName(value)
        } else if is("LIB-VER") {
            Condition::LibVersion(value)
        } else if is("FLAGS") {
            if !value.iter().all(|letter| FLAG_LETTERS.contains(letter)) {
                return refuse("flags", "FLAGS");
            }
            Condition::Flags(value)
        } else if is("CAPA") {
            if !value.iter().all(|letter| *letter == b'r') {
                return refuse("capa", "CAPA");
            }
            Condition::Capa
        } else if is("DB") {
            Condition::Db(database(ctx, value, negated)?)
        } else if !negated && is("MAXAGE") {
            Condition::MaxAge(seconds("maxage", value)?)
        } else if !negated && is("IDLE") {
            Condition::Idle(seconds("idle", value)?)
        } else {
            return Err(Error::SYNTAX);
        })
    }

    fn holds(&self, session: &Session, server: &Server) -> bool {
        let named = |name: &[u8], wanted: &[u8]| !name.is_empty() && name == wanted;
        match self {
            Condition::Ids(ids) => ids.contains(&session.id.0),
            Condition::Type(kind) => client_type_of(session) == *kind,
            Condition::Addr(addr) => addr_of(session, &session.peer.addr) == *addr,
            Condition::Laddr(addr) => addr_of(session, &session.peer.laddr) == *addr,
            Condition::Ip(ip) => host_of(&session.peer.addr) == *ip,
            Condition::User => session.authenticated,
            Condition::Name(name) => named(&session.name, name),
            Condition::LibName(name) => named(&session.lib_name, name),
            Condition::LibVersion(version) => named(&session.lib_version, version),
            Condition::Flags(letters) => {
                let flags = flags_of(session);
                letters.iter().all(|letter| flags.contains(letter))
            }
            Condition::Capa => session.capable_of_redirect,
            Condition::Db(db) => session.db == *db,
            Condition::MaxAge(least) => age_s(session, server) >= *least,
            Condition::Idle(least) => idle_s(session, server) >= *least,
        }
    }
}

/// Consecutive numbers from `start` on, and where they end. They may be missing only behind other options.
fn parse_ids(args: Args<'_>, start: usize) -> Result<(Vec<u64>, usize), Error> {
    if start == 3 && args.len() == 3 {
        return Err(Error::SYNTAX);
    }
    let mut ids = Vec::new();
    for argument in args.from(start).iter() {
        let Some(id) = number::parse_i64(argument) else { break };
        if id < 1 {
            return Err(Error::Static("ERR client-id should be greater than 0"));
        }
        ids.push(id as u64);
    }
    let next = start + ids.len();
    Ok((ids, next))
}

fn client_type(name: &[u8]) -> Result<ClientType, Error> {
    let is = |word| is_word(name, word);
    if is("normal") {
        Ok(ClientType::Normal)
    } else if is("replica") || is("slave") {
        Ok(ClientType::Replica)
    } else if is("pubsub") {
        Ok(ClientType::PubSub)
    } else if is("master") || is("primary") {
        Ok(ClientType::Primary)
    } else {
        Err(Error::quoting("ERR Unknown client type '", name, "'"))
    }
}

fn client_type_of(session: &Session) -> ClientType {
    let listens = session.subscriptions.as_ref().is_some_and(|s| s.total() > 0);
    if listens { ClientType::PubSub } else { ClientType::Normal }
}

fn yes_or_no(word: &[u8]) -> Result<bool, Error> {
    if is_word(word, "YES") {
        Ok(true)
    } else if is_word(word, "NO") {
        Ok(false)
    } else {
        Err(Error::SYNTAX)
    }
}

fn database(ctx: &Ctx<'_>, index: &[u8], negated: bool) -> Result<usize, Error> {
    let name = if negated { "NOT-DB" } else { "DB" };
    let text = |rest: &str| Error::Text(format!("ERR {name} {rest}").into());
    let index =
        number::parse_i64(index).ok_or_else(|| text("is not an integer or out of range"))?;
    usize::try_from(index).ok().filter(|index| *index < ctx.keys.databases()).ok_or_else(|| {
        text(&format!("number should be between 0 and {}", ctx.keys.databases() - 1))
    })
}

fn seconds(name: &str, text: &[u8]) -> Result<u64, Error> {
    let value = number::parse_i64(text).ok_or_else(|| {
        Error::Text(format!("ERR {name} is not an integer or out of range").into())
    })?;
    u64::try_from(value)
        .ok()
        .filter(|value| *value > 0)
        .ok_or_else(|| Error::Text(format!("ERR {name} should be greater than 0").into()))
}

/// A unix socket's path is shown, and looked for, with the port 0.
fn addr_of(session: &Session, addr: &str) -> Vec<u8> {
    if session.peer.unix { format!("{addr}:0").into_bytes() } else { addr.as_bytes().to_vec() }
}

fn host_of(addr: &str) -> &[u8] {
    addr.rsplit_once(':').map_or(addr, |(host, _)| host).as_bytes()
}

fn age_s(session: &Session, server: &Server) -> u64 {
    server.now.micros_since(session.created) / 1_000_000
}

fn idle_s(session: &Session, server: &Server) -> u64 {
    server.now.micros_since(session.last_interaction) / 1_000_000
}

/// The letters of a client's state, `N` for none.
fn flags_of(session: &Session) -> Vec<u8> {
    let letters = [
        (session.monitor, b'O'),
        (session.subscriptions.as_ref().is_some_and(|s| s.total() > 0), b'P'),
        (session.multi.is_some(), b'x'),
        (session.blocked.is_some(), b'b'),
        (session.watch_broken, b'd'),
        (session.ending == Ending::AfterReplies, b'c'),
        (session.ending == Ending::Now, b'A'),
        (session.peer.unix, b'U'),
        (session.no_evict, b'e'),
        (session.no_touch, b'T'),
    ];
    let flags: Vec<u8> =
        letters.iter().filter(|(set, _)| *set).map(|(_, letter)| *letter).collect();
    if flags.is_empty() { vec![b'N'] } else { flags }
}

/// One client's line, in the order and with the names of Valkey 9. `running`: its own CLIENT command is under way and
/// not counted yet.
fn describe(out: &mut Vec<u8>, session: &Session, server: &Server, running: bool) {
    let subscriptions = session.subscriptions.as_deref();
    let count = |kind: fn(&Listeners) -> usize| subscriptions.map_or(0, kind) as i64;
    let queued = session.multi.as_deref().map(|multi| &multi.commands);
    let queued_bytes: usize = queued.map_or(0, |commands| commands.iter().map(|c| c.bytes()).sum());
    let unread = session.input.len().saturating_sub(session.parser.consumed());
    let command = session.last_command.map_or("NULL", |id| &*server.table.entry(id).full_name);
    let mut line = Line { out };
    line.number("id", session.id.0 as i64);
    line.text("addr", &addr_of(session, &session.peer.addr));
    line.text("laddr", &addr_of(session, &session.peer.laddr));
    line.number("fd", i64::from(session.peer.fd));
    line.text("name", &session.name);
    line.number("age", age_s(session, server) as i64);
    line.number("idle", idle_s(session, server) as i64);
    line.text("flags", &flags_of(session));
    line.text("capa", if session.capable_of_redirect { b"r" } else { b"" });
    line.number("db", session.db as i64);
    line.number("sub", count(|s| s.channels.len()));
    line.number("psub", count(|s| s.patterns.len()));
    line.number("ssub", count(|s| s.shard_channels.len()));
    line.number("multi", queued.map_or(-1, |commands| commands.len() as i64));
    line.number("watch", session.watched.len() as i64);
    line.number("qbuf", unread as i64);
    line.number("qbuf-free", (session.input.capacity() - session.input.len()) as i64);
    line.number("argv-mem", session.blocked.as_ref().map_or(0, |b| b.command.bytes()) as i64);
    line.number("multi-mem", queued_bytes as i64);
    line.number("rbs", session.output.capacity() as i64);
    line.number("rbp", session.output_bytes() as i64);
    line.number("obl", session.output.len() as i64);
    line.number("oll", 0);
    line.number("omem", session.in_flight as i64);
    line.number("tot-mem", (session.memory_bytes() + queued_bytes) as i64);
    line.text("events", b"r");
    line.text("cmd", command.as_bytes());
    line.text("user", b"default");
    line.number("redir", -1);
    line.number("resp", if session.resp3 { 3 } else { 2 });
    line.text("lib-name", &session.lib_name);
    line.text("lib-ver", &session.lib_version);
    line.number("tot-net-in", session.bytes_in as i64);
    line.number("tot-net-out", session.bytes_out as i64);
    line.number("tot-cmds", (session.commands_total - u64::from(running)) as i64);
    line.end();
}

/// `field=value` pairs with blanks between them.
struct Line<'a> {
    out: &'a mut Vec<u8>,
}

impl Line<'_> {
    fn text(&mut self, field: &str, value: &[u8]) {
        self.out.extend_from_slice(field.as_bytes());
        self.out.push(b'=');
        self.out.extend_from_slice(value);
        self.out.push(b' ');
    }

    fn number(&mut self, field: &str, value: i64) {
        self.text(field, value.to_string().as_bytes());
    }

    /// The last blank becomes the line's end.
    fn end(self) {
        self.out.pop();
        self.out.push(b'\n');
    }
}
