//! Reading on in streams: XREAD behind an ID, XREADGROUP as a consumer of a group. Both can wait for what is not there
//! yet.
//!
//! A command that waits runs again when one of its keys changes. What `$` meant when it was sent is put in its place, so
//! it means that still. A group's reader is also run again when a key is gone, and then says so.

use super::stream_parts::{
    digits, no_group, replicate_position, strict_id, write_entry, write_fields, write_id,
};
use crate::command::{Access, Begin, Find, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::{Args, Reply};
use crate::session::DeniedReply;
use crate::time::Timestamp;
use crate::util::is_word;
use crate::value::stream::{Pending, StreamId};
use crate::value::{Kind, Stream};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("XREAD", Group::Stream, xread, -4)
        .flags(Flags::READONLY.and(Flags::BLOCKING).and(Flags::MOVABLE_KEYS))
        .keys(&[keys_from(1)])
        .doc(
            "[COUNT count] [MAXCOUNT maxcount] [MAXSIZE maxsize] [BLOCK milliseconds] \
             <STREAMS key [key ...] id [id ...]>",
            "Answers the entries of streams behind given IDs; may wait until there are some.",
            "O(log(N)+M) for M of N entries, for each stream",
            "5.0.0",
        ),
    Spec::new("XREADGROUP", Group::Stream, xreadgroup, -7)
        .flags(Flags::WRITE.and(Flags::BLOCKING).and(Flags::MOVABLE_KEYS))
        .keys(&[keys_from(4)])
        .doc(
            "<GROUP group consumer> [COUNT count] [MAXCOUNT maxcount] [MAXSIZE maxsize] \
             [BLOCK milliseconds] [CLAIM min-idle-time] [NOACK] <STREAMS key [key ...] id [id ...]>",
            "Delivers new entries of streams to a consumer of a group, or shows it those it has not acknowledged.",
            "O(log(N)+M) for M of N entries, for each stream",
            "5.0.0",
        ),
];

/// Half of what follows STREAMS.
const fn keys_from(from: i16) -> KeySpec {
    KeySpec {
        access: Access::RO.and(Access::ACCESS),
        begin: Begin::Keyword("STREAMS", from),
        find: Find::Range { last: -1, step: 1, limit: 2 },
        notes: "",
    }
}

const TIMEOUT_NOT_INTEGER: Error = Error::Static("ERR timeout is not an integer or out of range");
const GROUP_MISSING: Error = Error::Static("ERR Missing GROUP option for XREADGROUP");
const NEW_WITHOUT_GROUP: Error = Error::Static(
    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
);

/// Least time from one try of a waiting CLAIM to the next, milliseconds.
const CLAIM_PAUSE_MS: u64 = 10;
/// Deliveries of entries deleted since that one claim forgets at most, beside what it takes over.
const FORGOTTEN_MAX: usize = 1000;

/// What was asked for.
struct Request<'a> {
    /// Group and consumer.
    reader: Option<(&'a [u8], &'a [u8])>,
    /// Entries of each stream.
    count: usize,
    /// Entries of all streams together.
    max_count: usize,
    /// Bytes of the reply.
    max_size: usize,
    until: Option<Timestamp>,
    /// Milliseconds after which others' deliveries are taken over.
    claim: Option<u64>,
    no_ack: bool,
    /// Where the keys begin.
    keys_at: usize,
    keys: Args<'a>,
    ids: Args<'a>,
}

/// From where a stream is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// Behind this ID; in a group, of what the consumer has not acknowledged.
    Behind(StreamId),
    /// What the group has not read.
    New,
    /// The last entry only, if it is still there.
    Last,
}

impl<'a> Request<'a> {
    fn parse(ctx: &Ctx<'_>, args: Args<'a>, in_group: bool) -> Result<Self, Error> {
        let mut request = Request {
            reader: None,
            count: usize::MAX,
            max_count: usize::MAX,
            max_size: usize::MAX,
            until: None,
            claim: None,
            no_ack: false,
            keys_at: 0,
            keys: args,
            ids: args,
        };
        let mut at = 1;
        while request.keys_at == 0 {
            let Some(word) = args.get(at) else { return Err(Error::SYNTAX) };
            let value = args.get(at + 1);
            at += 2;
            match value {
                Some(value) if is_word(word, "BLOCK") => request.until = Some(until(ctx, value)?),
                Some(value) if is_word(word, "COUNT") => {
                    // None and fewer is all.
                    let count = size(integer(value)?).unwrap_or(0);
                    request.count = if count == 0 { usize::MAX } else { count };
                }
                Some(value) if is_word(word, "MAXCOUNT") => {
                    request.max_count = positive(value, "ERR MAXCOUNT must be a positive integer")?;
                }
                Some(value) if is_word(word, "MAXSIZE") => {
                    request.max_size = positive(value, "ERR MAXSIZE must be a positive integer")?;
                }
                Some(value) if in_group && is_word(word, "CLAIM") => {
                    let idle = integer(value).ok().and_then(|idle| u64::try_from(idle).ok());
                    request.claim = Some(
                        idle.ok_or(Error::Static("ERR min-idle-time must be a positive integer"))?,
                    );
                }
                Some(group) if is_word(word, "GROUP") && at < args.len() => {
                    if !in_group {
                        return Err(only_in_group("GROUP"));
                    }
                    request.reader = Some((group, args.at(at)));
                    at += 1;
                }
                Some(_) if is_word(word, "STREAMS") => request.keys_at = at - 1,
                _ if is_word(word, "NOACK") => {
                    if !in_group {
                        return Err(only_in_group("NOACK"));
                    }
                    request.no_ack = true;
                    at -= 1;
                }
                _ => return Err(Error::SYNTAX),
            }
        }
        let streams = args.len() - request.keys_at;
        if streams % 2 == 1 {
            return Err(Error::Static(if in_group {
                "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified."
            } else {
                "ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified."
            }));
        }
        if in_group && request.reader.is_none() {
            return Err(GROUP_MISSING);
        }
        if request.max_count < request.count && request.count != usize::MAX {
            return Err(Error::Static("ERR MAXCOUNT must be greater than or equal to COUNT"));
        }
        let middle = request.keys_at + streams / 2;
        request.keys = args.slice(request.keys_at..middle);
        request.ids = args.from(middle);
        Ok(request)
    }

    /// When a delivery may first have waited long enough to be taken over: what another consumer gets from now on will
    /// not have before all of that time is over.
    fn claimable_at(&self, ctx: &Ctx<'_>) -> Timestamp {
        let (Some(min_idle), Some((group, _))) = (self.claim, self.reader) else {
            return Timestamp::NEVER;
        };
        let oldest = self.keys.iter().filter_map(|key| {
            let stream = ctx.keys.look_as::<Stream>(key)?;
            stream.group(group)?.by_time().next().map(|(at, _)| at)
        });
        let now_ms = ctx.now().millis();
        let at = oldest.chain([now_ms]).min().unwrap_or(now_ms).saturating_add(min_idle);
        Timestamp::from_millis(at.max(now_ms + CLAIM_PAUSE_MS))
    }

    /// From where each stream is read, in order.
    fn resolve(&self, ctx: &mut Ctx<'_>) -> Result<Vec<From>, Error> {
        let mut all = Vec::with_capacity(self.keys.len());
        for (key, id) in self.keys.iter().zip(self.ids.iter()) {
            let stream = ctx.keys.read_as::<Stream>(key)?;
            if let Some((group, _)) = self.reader
                && stream.and_then(|stream| stream.group(group)).is_none()
            {
                return Err(no_group(key, group, b" in XREADGROUP with GROUP option"));
            }
            all.push(match (id, self.reader) {
                (b"$" | b"+", Some(_)) => return Err(meaningless(id)),
                (b"$", None) => From::Behind(stream.map_or(StreamId::MIN, |it| it.last_id)),
                (b"+", None) => From::Last,
                (b">", Some(_)) => From::New,
                (b">", None) => return Err(NEW_WITHOUT_GROUP),
                _ => From::Behind(strict_id(id)?),
            });
        }
        Ok(all)
    }
}

fn xread(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args, false)
}

fn xreadgroup(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args, true)
}

fn answer(ctx: &mut Ctx<'_>, args: Args<'_>, in_group: bool) -> Outcome {
    let request = Request::parse(ctx, args, in_group)?;
    let from = request.resolve(ctx)?;
    let begin = ctx.out.mark();
    let about = ctx.out.pairs_about(from.len());
    let mut budget = Budget { left: request.max_count, bytes: request.max_size, begin, any: false };
    let mut streams = 0;
    for (key, from) in request.keys.iter().zip(&from) {
        let mark = ctx.out.mark();
        if !ctx.out.is_resp3() {
            ctx.out.array(2);
        }
        ctx.out.bulk(key);
        // Once when its position was looked up, and once now.
        ctx.keys.count_read(key);
        let shown = match (request.reader, from) {
            (Some(reader), From::Behind(id)) => {
                history(ctx, key, reader, *id, request.count, &mut budget)?;
                true
            }
            (Some(reader), _) => deliver(ctx, &request, key, reader, &mut budget)?,
            (None, _) => read(ctx, key, *from, request.count, &mut budget),
        };
        if shown {
            streams += 1;
        } else {
            ctx.out.rewind(mark);
        }
    }
    if streams > 0 {
        ctx.out.close_about(about, streams);
        return Ok(());
    }
    ctx.out.rewind(begin);
    match request.until {
        Some(until) => wait(ctx, args, &request, &from, until),
        None => ctx.out.null_array(),
    }
    Ok(())
}

/// What the whole reply may still hold.
struct Budget {
    left: usize,
    bytes: usize,
    begin: usize,
    /// There is an entry already: one is always shown.
    any: bool,
}

impl Budget {
    /// An entry was written from `mark` on: whether it may stay.
    fn takes(&mut self, out: &mut Reply<'_>, mark: usize) -> bool {
        if self.any && out.mark() - self.begin > self.bytes {
            out.rewind(mark);
            self.left = 0;
            return false;
        }
        self.any = true;
        self.left -= 1;
        true
    }
}

/// Writes entries; whether there are any.
fn read(ctx: &mut Ctx<'_>, key: &[u8], from: From, count: usize, budget: &mut Budget) -> bool {
    let Some(stream) = ctx.keys.look_as::<Stream>(key) else { return false };
    let (start, most) = match from {
        From::Behind(id) => match id.next() {
            Some(start) => (start, count.min(budget.left)),
            None => return false,
        },
        _ => (stream.last_id, budget.left.min(1)),
    };
    if start > stream.last_entry_id() || stream.is_empty() || most == 0 {
        return false;
    }
    let about = ctx.out.array_about(most.min(stream.len()));
    let mut written = 0;
    for entry in stream.range(start, StreamId::MAX).take(most) {
        let mark = ctx.out.mark();
        write_entry(&mut ctx.out, entry);
        if !budget.takes(&mut ctx.out, mark) {
            break;
        }
        written += 1;
    }
    ctx.out.close_about(about, written);
    ctx.units += written as u64;
    written > 0
}

/// Writes what a consumer has not acknowledged behind an ID, which counts as delivering it again.
fn history(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    reader: (&[u8], &[u8]),
    behind: StreamId,
    count: usize,
    budget: &mut Budget,
) -> Outcome {
    let number = seen(ctx, key, reader)?;
    let now_ms = ctx.now().millis();
    let most = count.min(budget.left);
    let stream = ctx.keys.write_as::<Stream>(key)?;
    let ids: Vec<StreamId> = match (&stream, behind.next()) {
        (Some(stream), Some(start)) => {
            let owned = stream.group(reader.0).map(|group| group.owned(number, start));
            owned.into_iter().flatten().take(most).collect()
        }
        _ => Vec::new(),
    };
    let about = ctx.out.array_about(ids.len());
    let mut written = 0;
    for id in ids {
        let mark = ctx.out.mark();
        let Some(stream) = ctx.keys.write_as::<Stream>(key)? else { break };
        ctx.out.array(2);
        write_id(&mut ctx.out, id);
        let exists = match stream.get(id) {
            Some(entry) => {
                write_fields(&mut ctx.out, entry.fields);
                true
            }
            None => {
                ctx.out.null_array();
                false
            }
        };
        if exists
            && let Some(group) = stream.group_mut(reader.0)
            && let Some(pending) = group.pending(id).copied()
        {
            group.put(Pending { at_ms: now_ms, count: pending.count.saturating_add(1), ..pending });
        }
        if !budget.takes(&mut ctx.out, mark) {
            break;
        }
        written += 1;
    }
    ctx.out.close_about(about, written);
    ctx.units += written as u64;
    Ok(())
}

/// Delivers what has waited long enough with others, then what is new; whether there was anything.
fn deliver(
    ctx: &mut Ctx<'_>,
    request: &Request<'_>,
    key: &[u8],
    reader: (&[u8], &[u8]),
    budget: &mut Budget,
) -> Result<bool, Error> {
    let known =
        ctx.keys.look_as::<Stream>(key).and_then(|it| it.group(reader.0)?.number_of(reader.1));
    let number = seen(ctx, key, reader)?;
    let begin = ctx.out.mark();
    let most = request.count.min(budget.left);
    let len = ctx.keys.look_as::<Stream>(key).map_or(0, Stream::len);
    let about = ctx.out.array_about(most.min(len));
    let mut claimed = Vec::new();
    if let Some(min_idle) = request.claim {
        claimed = claim(ctx, key, reader, (number, min_idle, most), budget)?;
    }
    let new = deliver_new(ctx, key, reader.0, most - claimed.len(), budget)?;
    let written = claimed.len() + new.len();
    let now_ms = ctx.now().millis();
    let Some(stream) = ctx.keys.write_as::<Stream>(key)? else { return Ok(false) };
    new.iter().for_each(|id| stream.advance(reader.0, *id));
    let Some(group) = stream.group_mut(reader.0) else { return Ok(false) };
    if !request.no_ack {
        for id in &new {
            group.put(Pending { id: *id, at_ms: now_ms, count: 1, owner: number });
        }
    }
    let acknowledges_none = claimed.is_empty() && (request.no_ack || new.is_empty());
    if !acknowledges_none && let Some(consumer) = group.consumer_mut(number) {
        consumer.active_ms = Some(now_ms);
    }
    let (last, read) = (group.last_id, group.entries_read);
    if written > 0 {
        ctx.noted();
    }
    if ctx.server.effects.streaming {
        if known.is_none() && acknowledges_none {
            ctx.replicate(&[b"XGROUP", b"CREATECONSUMER", key, reader.0, reader.1]);
        }
        if !request.no_ack && !new.is_empty() {
            replicate_claim(ctx, key, reader, &new, now_ms, 1);
        }
        if !new.is_empty() {
            replicate_position(ctx, key, reader.0, last, read);
        }
    }
    ctx.units += written as u64;
    if written == 0 {
        ctx.out.rewind(begin);
        return Ok(false);
    }
    ctx.out.close_about(about, written);
    Ok(true)
}

/// Writes what the group has not read; which entries.
fn deliver_new(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    group: &[u8],
    most: usize,
    budget: &mut Budget,
) -> Result<Vec<StreamId>, Error> {
    let mut ids = Vec::new();
    let Some(stream) = ctx.keys.write_as::<Stream>(key)? else { return Ok(ids) };
    let start = stream.group(group).and_then(|group| group.last_id.next());
    let most = most.min(budget.left);
    if let Some(start) = start
        && start <= stream.last_entry_id()
    {
        for entry in stream.range(start, StreamId::MAX).take(most) {
            let (mark, id) = (ctx.out.mark(), entry.id);
            write_entry(&mut ctx.out, entry);
            if !budget.takes(&mut ctx.out, mark) {
                break;
            }
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Takes over and writes deliveries that have waited long enough, longest first, each with its idle time and its count of
/// deliveries before; which entries. What was deleted since is forgotten.
fn claim(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    reader: (&[u8], &[u8]),
    (number, min_idle, most): (u32, u64, usize),
    budget: &mut Budget,
) -> Result<Vec<StreamId>, Error> {
    let now_ms = ctx.now().millis();
    let mut claimed = Vec::new();
    let due: Vec<StreamId> = match ctx.keys.look_as::<Stream>(key).and_then(|it| it.group(reader.0))
    {
        Some(group) => {
            let due = group.by_time().take_while(|(at, _)| now_ms.saturating_sub(*at) >= min_idle);
            due.map(|(_, id)| id).take(most.saturating_add(FORGOTTEN_MAX)).collect()
        }
        None => Vec::new(),
    };
    for id in due {
        if claimed.len() >= most || budget.left == 0 {
            break;
        }
        ctx.units += 1;
        let Some(stream) = ctx.keys.write_as::<Stream>(key)? else { break };
        let mark = ctx.out.mark();
        ctx.out.array(4);
        let exists = stream.get(id).map(|entry| {
            write_id(&mut ctx.out, entry.id);
            write_fields(&mut ctx.out, entry.fields);
        });
        let Some(group) = stream.group_mut(reader.0) else { break };
        let Some(old) = group.pending(id).copied() else { continue };
        if exists.is_none() {
            group.remove(id);
            ctx.out.rewind(mark);
            ctx.noted();
            ctx.replicate(&[b"XACK", key, reader.0, id.text().bytes()]);
            continue;
        }
        ctx.out.integer(now_ms.saturating_sub(old.at_ms) as i64);
        ctx.out.integer(old.count as i64);
        if !budget.takes(&mut ctx.out, mark) {
            break;
        }
        let count = old.count.saturating_add(1).min(i64::MAX as u64);
        let Some(stream) = ctx.keys.write_as::<Stream>(key)? else { break };
        if let Some(group) = stream.group_mut(reader.0) {
            group.put(Pending { id, at_ms: now_ms, count, owner: number });
        }
        if ctx.server.effects.streaming {
            replicate_claim(ctx, key, reader, &[id], now_ms, count);
        }
        claimed.push(id);
    }
    Ok(claimed)
}

/// The consumer's number; it is made if it is new, and was seen.
fn seen(ctx: &mut Ctx<'_>, key: &[u8], reader: (&[u8], &[u8])) -> Result<u32, Error> {
    let now_ms = ctx.now().millis();
    let stream = ctx.keys.write_as::<Stream>(key)?;
    let group = stream.and_then(|stream| stream.group_mut(reader.0));
    let group =
        group.ok_or_else(|| no_group(key, reader.0, b" in XREADGROUP with GROUP option"))?;
    let (number, created) = group.add_consumer(reader.1, now_ms);
    if let Some(consumer) = group.consumer_mut(number) {
        consumer.seen_ms = now_ms;
    }
    if created {
        ctx.noted_as(key, Class::STREAM, "xgroup-createconsumer", false);
    }
    Ok(number)
}

/// Deliveries at the same time, as one claim.
fn replicate_claim(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    reader: (&[u8], &[u8]),
    ids: &[StreamId],
    at_ms: u64,
    count: u64,
) {
    let (at, count) = (digits(at_ms), digits(count));
    let texts: Vec<_> = ids.iter().map(|id| id.text()).collect();
    let mut request: Vec<&[u8]> = vec![b"XCLAIM", key, reader.0, reader.1, b"0"];
    request.extend(texts.iter().map(|text| text.bytes()));
    let rest: [&[u8]; 6] = [b"TIME", &at, b"RETRYCOUNT", &count, b"FORCE", b"JUSTID"];
    request.extend(rest);
    ctx.replicate(&request);
}

/// Nothing is there: the client waits, for what is behind the ends of the streams now.
fn wait(ctx: &mut Ctx<'_>, args: Args<'_>, request: &Request<'_>, from: &[From], until: Timestamp) {
    let again = request.claimable_at(ctx);
    ctx.wait(request.keys.iter(), Kind::Stream, until, DeniedReply::NullArray);
    let Some(wait) = &mut ctx.wait else { return };
    wait.on_loss = request.reader.is_some();
    wait.again = again;
    if request.ids.iter().any(|id| id == b"$") {
        let mut words: Vec<Box<[u8]>> = args.iter().map(Into::into).collect();
        let ids_at = request.keys_at + request.keys.len();
        for (word, from) in words[ids_at..].iter_mut().zip(from) {
            if let From::Behind(id) = from {
                *word = id.text().bytes().into();
            }
        }
        wait.command = Some(words);
    }
}

/// BLOCK's argument, milliseconds.
fn until(ctx: &Ctx<'_>, value: &[u8]) -> Result<Timestamp, Error> {
    let millis = integer(value).map_err(|_| TIMEOUT_NOT_INTEGER)?;
    match u64::try_from(millis).map_err(|_| Error::TIMEOUT_NEGATIVE)? {
        0 => Ok(Timestamp::NEVER),
        millis if millis > i64::MAX as u64 - ctx.now().millis() => Err(Error::TIMEOUT_OUT_OF_RANGE),
        millis => Ok(ctx.now().plus_micros(millis.saturating_mul(1000))),
    }
}

fn positive(value: &[u8], error: &'static str) -> Result<usize, Error> {
    let value = integer(value).ok().and_then(size);
    value.filter(|value| *value > 0).ok_or(Error::Static(error))
}

fn only_in_group(option: &str) -> Error {
    let after = " option is only supported by XREADGROUP. You called XREAD instead.";
    Error::quoting("ERR The ", option.as_bytes(), after)
}

/// `$` and `+` say nothing in a group.
fn meaningless(id: &[u8]) -> Error {
    let parts = [
        &b"ERR The "[..],
        id,
        b" ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying \
          a proper ID, or use the > ID to get new messages. The ",
        id,
        b" ID would just return an empty result set.",
    ];
    Error::Bytes(parts.concat().into())
}
