//! Stream commands on entries: adding, reading ranges, deleting, trimming; and the counters. How a stream is kept is
//! `value::Stream`'s business.
//!
//! Left out: reading on (`stream_read`), consumer groups (`stream_group`, `stream_claim`), XINFO (`stream_info`).

use super::stream_parts::{
    IdList, References, first_id, last_id, strict_id, write_entry, write_id,
};
use super::stream_trim::{TrimOptions, Trimming};
use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, integer, size};
use crate::ds::dict::{Dict, HashKey};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::Args;
use crate::util::is_word;
use crate::value::stream::{StreamId, idempotency};
use crate::value::{Kind, Object, Stream};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("XADD", Group::Stream, xadd, -5)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)
            .noted("updates rather than inserts, since it may trim as well")])
        .doc(
            "key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [IDMPAUTO pid | IDMP pid iid] \
             [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]",
            "Appends an entry to a stream, which is made if there is none; answers its ID.",
            "O(1), and O(N) for N entries trimmed",
            "5.0.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("XCFGSET", Group::Stream, xcfgset, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key [IDMP-DURATION duration] [IDMP-MAXSIZE maxsize]",
            "Sets how long and how many idempotent IDs a stream remembers of a producer.",
            "O(1)",
            "8.6.0",
        ),
    Spec::new("XDEL", Group::Stream, xdel, -3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key id [id ...]",
            "Deletes entries of a stream; answers how many.",
            "O(log N) an entry, N entries in the stream",
            "5.0.0",
        ),
    Spec::new("XDELEX", Group::Stream, xdelex, -5)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
            "Deletes entries of a stream, with their deliveries or only if they are acknowledged.",
            "O(log N) an entry, N entries in the stream",
            "8.2.0",
        ),
    Spec::new("XIDMPRECORD", Group::Stream, xidmprecord, 5)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key pid iid stream-id",
            "Notes under which idempotent ID an entry was added; used internally.",
            "O(1)",
            "8.6.2",
        ),
    Spec::new("XLEN", Group::Stream, xlen, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Answers how many entries a stream has.", "O(1)", "5.0.0"),
    Spec::new("XRANGE", Group::Stream, xrange, -4)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .estimate(range_size)
        .doc(
            "key start end [COUNT count]",
            "Answers the entries of a stream with IDs in a range.",
            "O(log(N)+M) for M of N entries",
            "5.0.0",
        ),
    Spec::new("XREVRANGE", Group::Stream, xrevrange, -4)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .estimate(range_size)
        .doc(
            "key end start [COUNT count]",
            "Answers the entries of a stream with IDs in a range, last ones first.",
            "O(log(N)+M) for M of N entries",
            "5.0.0",
        ),
    Spec::new("XSETID", Group::Stream, xsetid, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]",
            "Sets a stream's last ID and counters; used internally.",
            "O(1)",
            "5.0.0",
        ),
    Spec::new("XTRIM", Group::Stream, xtrim, -4)
        .flags(Flags::WRITE)
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]",
            "Removes the first entries of a stream: all but so many, or those before an ID.",
            "O(N) for N entries removed",
            "5.0.0",
        )
        .tips(&["nondeterministic_output"]),
];

const EXHAUSTED: Error =
    Error::Static("ERR The stream has exhausted the last possible ID, unable to add more items");
const ID_ZERO: Error = Error::Static("ERR The ID specified in XADD must be greater than 0-0");
const ID_TOO_SMALL: Error = Error::Static(
    "ERR The ID specified in XADD is equal or smaller than the target stream top item",
);
const IDMP_EMPTY: Error = Error::Static("ERR Producer ID and idempotent ID must not be empty");
const IDMP_WITH_ID: Error =
    Error::Static("ERR IDMP and IDMPAUTO can be used only with auto-generated IDs");
const IDMP_CONFLICT: Error =
    Error::Static("ERR The idempotent ID is already used for another entry");

/// What XADD was asked for.
struct Addition<'a> {
    create: bool,
    trimming: Option<Trimming>,
    producer: Option<(&'a [u8], Vec<u8>)>,
    id: Wish,
    fields: Args<'a>,
}

/// The ID that a new entry is to have.
#[derive(Clone, Copy)]
enum Wish {
    Any,
    In(u64),
    Exactly(StreamId),
}

impl<'a> Addition<'a> {
    fn parse(ctx: &Ctx<'_>, args: Args<'a>) -> Result<Self, Error> {
        let mut options = TrimOptions::default();
        let (mut create, mut producer) = (true, None);
        let mut at = 2;
        let id = loop {
            let Some(word) = args.get(at) else { return Err(Error::arity(ctx.name)) };
            let more = args.len() - 1 - at;
            if word == b"*" {
                break Wish::Any;
            }
            let used = options.read(args, at)?;
            if used > 0 {
                at += used;
            } else if is_word(word, "NOMKSTREAM") {
                create = false;
                at += 1;
            } else if is_word(word, "IDMPAUTO") && more > 0 && producer.is_none() {
                producer = Some((args.at(at + 1), None));
                at += 2;
            } else if is_word(word, "IDMP") && more > 1 && producer.is_none() {
                producer = Some((args.at(at + 1), Some(args.at(at + 2))));
                at += 3;
            } else if let Some(ms) = StreamId::parse_open(word) {
                break Wish::In(ms);
            } else {
                break Wish::Exactly(strict_id(word)?);
            }
        };
        let trimming = options.finish(ctx.thresholds(), false)?;
        let fields = args.from(at + 1);
        if fields.is_empty() || fields.len() % 2 == 1 {
            return Err(Error::arity(ctx.name));
        }
        let producer = match producer {
            None => None,
            Some(_) if !matches!(id, Wish::Any) => return Err(IDMP_WITH_ID),
            Some((b"", _) | (_, Some(b""))) => return Err(IDMP_EMPTY),
            Some((pid, Some(iid))) => Some((pid, iid.to_vec())),
            Some((pid, None)) => Some((pid, digest(fields))),
        };
        if matches!(id, Wish::Exactly(StreamId::MIN)) {
            return Err(ID_ZERO);
        }
        Ok(Addition { create, trimming, producer, id, fields })
    }
}

impl Wish {
    /// The ID, in a stream whose last one was `last`.
    fn settle(self, last: StreamId, now_ms: u64) -> Result<StreamId, Error> {
        if last == StreamId::MAX {
            return Err(EXHAUSTED);
        }
        let next = last.next().unwrap_or(last);
        match self {
            Wish::Any if now_ms > last.ms => Ok(StreamId::new(now_ms, 0)),
            Wish::Any => Ok(next),
            Wish::In(ms) if ms > last.ms => Ok(StreamId::new(ms, 0)),
            Wish::In(ms) if ms == next.ms => Ok(next),
            Wish::Exactly(id) if id > last => Ok(id),
            Wish::In(_) | Wish::Exactly(_) => Err(ID_TOO_SMALL),
        }
    }
}

fn xadd(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let addition = Addition::parse(ctx, args)?;
    let now_ms = ctx.now().millis();
    let last = match ctx.keys.write_as::<Stream>(key)? {
        Some(stream) => {
            if let (Some((pid, iid)), Some(known)) = (&addition.producer, &mut stream.idempotency)
                && let Some(id) = known.find(pid, iid, now_ms)
            {
                known.duplicates += 1;
                write_id(&mut ctx.out, id);
                return Ok(());
            }
            stream.last_id
        }
        None if !addition.create => {
            ctx.out.null();
            return Ok(());
        }
        None => StreamId::MIN,
    };
    let id = addition.id.settle(last, now_ms)?;
    let stream = ctx.keys.write_or_create::<Stream>(key)?;
    stream.append(id, addition.fields.iter(), &ctx.server.config.thresholds);
    if let Some((pid, iid)) = &addition.producer {
        stream.idempotency.get_or_insert_default().add(pid, iid, id, now_ms);
    }
    let trimmed = addition.trimming.as_ref().map_or(0, |trimming| trimming.run(stream));
    let len = stream.len();
    ctx.units += trimmed as u64;
    ctx.changed(key, Class::STREAM, "xadd");
    if trimmed > 0 {
        ctx.announce(key, Class::STREAM, "xtrim");
    }
    if ctx.server.effects.streaming {
        replicate_addition(ctx, args, &addition, id, len);
    }
    write_id(&mut ctx.out, id);
    Ok(())
}

/// With the ID that was given, and with what was trimmed rather than what might be.
fn replicate_addition(
    ctx: &mut Ctx<'_>,
    args: Args<'_>,
    addition: &Addition<'_>,
    id: StreamId,
    len: usize,
) {
    let text = id.text();
    let trim = addition.trimming.as_ref().map_or_else(Vec::new, |trimming| trimming.exact(len));
    let mut request: Vec<&[u8]> = vec![b"XADD", args.at(1)];
    request.extend(trim.iter().map(Vec::as_slice));
    request.push(text.bytes());
    request.extend(addition.fields.iter());
    ctx.replicate(&request);
    if let Some((pid, iid)) = &addition.producer {
        ctx.replicate(&[b"XIDMPRECORD", args.at(1), pid, iid, text.bytes()]);
    }
}

fn xcfgset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, options) = (args.at(1), args.from(2));
    let (mut duration, mut max_size) = (None, None);
    for at in (0..options.len()).step_by(2) {
        let value = options.get(at + 1).ok_or(Error::SYNTAX)?;
        let bounded = |most: i64, error: &'static str| {
            let value = integer(value).ok().filter(|value| (1..=most).contains(value));
            value.map(|value| value as u32).ok_or(Error::Static(error))
        };
        if is_word(options.at(at), "IDMP-DURATION") {
            let error = "ERR IDMP-DURATION must be between 1 and 86400 seconds";
            duration = Some(bounded(idempotency::DURATION_MAX, error)?);
        } else if is_word(options.at(at), "IDMP-MAXSIZE") {
            let error = "ERR IDMP-MAXSIZE must be between 1 and 10000 entries";
            max_size = Some(bounded(idempotency::MAX_SIZE, error)?);
        } else {
            return Err(Error::SYNTAX);
        }
    }
    if duration.is_none() && max_size.is_none() {
        return Err(Error::SYNTAX);
    }
    let stream = ctx.keys.write_as::<Stream>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    let known = stream.idempotency.get_or_insert_default();
    known.configure(duration.unwrap_or(known.duration_s), max_size.unwrap_or(known.max_size));
    ctx.changed(key, Class::STREAM, "xcfgset");
    ctx.out.ok();
    Ok(())
}

fn xdel(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, names) = (args.at(1), args.from(2));
    let mut deleted = 0;
    if let Some(stream) = ctx.keys.write_as::<Stream>(key)? {
        let ids = names.iter().map(strict_id).collect::<Result<Vec<_>, _>>()?;
        deleted = ids.into_iter().filter(|id| stream.delete(*id)).count();
    }
    ctx.units += names.len() as u64 - 1;
    if deleted > 0 {
        ctx.changed(key, Class::STREAM, "xdel");
    }
    ctx.out.count(deleted);
    Ok(())
}

fn xdelex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let IdList { references, ids } = IdList::parse(args.from(2))?;
    ctx.units += ids.len() as u64 - 1;
    ctx.out.array(ids.len());
    let Some(stream) = ctx.keys.write_as::<Stream>(key)? else {
        ids.iter().for_each(|_| ctx.out.integer(-1));
        return Ok(());
    };
    let mut changed = false;
    for id in ids {
        let awaited = references == References::Acked
            && (stream.groups().is_empty() || stream.is_awaited(id))
            && stream.get(id).is_some();
        if awaited {
            ctx.out.integer(2);
            continue;
        }
        if references == References::Delete {
            stream.forget_deliveries(id);
        }
        let deleted = stream.delete(id);
        changed |= deleted || references == References::Delete;
        ctx.out.integer(if deleted { 1 } else { -1 });
    }
    if changed {
        ctx.changed(key, Class::STREAM, "xdel");
    }
    Ok(())
}

fn xidmprecord(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, pid, iid) = (args.at(1), args.at(2), args.at(3));
    let id = strict_id(args.at(4))?;
    if pid.is_empty() || iid.is_empty() {
        return Err(IDMP_EMPTY);
    }
    let now_ms = ctx.now().millis();
    let stream = ctx.keys.write_as::<Stream>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    if stream.get(id).is_none() {
        return Err(Error::Static("ERR The stream has no entry with the specified ID"));
    }
    let known = stream.idempotency.get_or_insert_default();
    match known.find(pid, iid, now_ms) {
        Some(other) if other != id => return Err(IDMP_CONFLICT),
        Some(_) => {}
        None => {
            known.add(pid, iid, id, now_ms);
            ctx.changed(key, Class::STREAM, "xidmprecord");
        }
    }
    ctx.out.ok();
    Ok(())
}

fn xlen(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = ctx.keys.read_as::<Stream>(args.at(1))?.map_or(0, Stream::len);
    ctx.out.count(len);
    Ok(())
}

fn xrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (start, end) = (first_id(args.at(2))?, last_id(args.at(3))?);
    answer_range(ctx, args, start, end, false)
}

fn xrevrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (start, end) = (first_id(args.at(3))?, last_id(args.at(2))?);
    answer_range(ctx, args, start, end, true)
}

fn answer_range(
    ctx: &mut Ctx<'_>,
    args: Args<'_>,
    start: StreamId,
    end: StreamId,
    backwards: bool,
) -> Outcome {
    let count = range_count(args)?;
    let stream = ctx.keys.read_as::<Stream>(args.at(1))?;
    let Some(stream) = stream else {
        ctx.out.array(0);
        return Ok(());
    };
    if count == Some(0) {
        ctx.out.null_array();
        return Ok(());
    }
    let most = count.unwrap_or(usize::MAX);
    let about = ctx.out.array_about(most.min(stream.len()));
    let mut written = 0;
    let mut write = |entry| {
        written += 1;
        write_entry(&mut ctx.out, entry);
    };
    if backwards {
        stream.backwards(start, end).take(most).for_each(&mut write);
    } else {
        stream.range(start, end).take(most).for_each(&mut write);
    }
    ctx.out.close_about(about, written);
    ctx.units += written as u64;
    Ok(())
}

/// COUNT of a range; a negative one is 0.
fn range_count(args: Args<'_>) -> Result<Option<usize>, Error> {
    let mut count = None;
    let mut options = args.from(4).iter();
    while let Some(word) = options.next() {
        match options.next() {
            Some(value) if is_word(word, "COUNT") => {
                count = Some(size(integer(value)?).unwrap_or(0));
            }
            _ => return Err(Error::SYNTAX),
        }
    }
    Ok(count)
}

/// Entries that a range has at most.
fn range_size(keys: &Keyspace, args: Args<'_>) -> u64 {
    let all = work::whole(keys, args.at(1), Kind::Stream);
    match range_count(args) {
        Ok(Some(count)) => all.min(count as u64),
        Ok(None) => all,
        Err(_) => 0,
    }
}

fn xsetid(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, id) = (args.at(1), strict_id(args.at(2))?);
    let (mut added, mut max_deleted) = (None, None);
    let mut options = args.from(3).iter();
    while let Some(word) = options.next() {
        match options.next() {
            Some(value) if is_word(word, "ENTRIESADDED") => {
                let value = u64::try_from(integer(value)?);
                added =
                    Some(value.map_err(|_| Error::Static("ERR entries_added must be positive"))?);
            }
            Some(value) if is_word(word, "MAXDELETEDID") => {
                let value = strict_id(value)?;
                if id < value {
                    return Err(Error::Static(
                        "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
                    ));
                }
                max_deleted = Some(value);
            }
            _ => return Err(Error::SYNTAX),
        }
    }
    let stream = ctx.keys.write_as::<Stream>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    if id < stream.max_deleted {
        return Err(Error::Static(
            "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
        ));
    }
    if id < stream.last_entry_id() {
        return Err(Error::Static(
            "ERR The ID specified in XSETID is smaller than the target stream top item",
        ));
    }
    if added.is_some_and(|added| added < stream.len() as u64) {
        return Err(Error::Static(
            "ERR The entries_added specified in XSETID is smaller than the target stream length",
        ));
    }
    stream.last_id = id;
    stream.entries_added = added.unwrap_or(stream.entries_added);
    // 0-0 is no ID that could have been deleted.
    let max_deleted = max_deleted.filter(|id| *id != StreamId::MIN);
    stream.max_deleted = max_deleted.unwrap_or(stream.max_deleted);
    ctx.noted_as(key, Class::STREAM, "xsetid", false);
    ctx.out.ok();
    Ok(())
}

fn xtrim(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let mut options = TrimOptions::default();
    let mut at = 2;
    while at < args.len() {
        match options.read(args, at)? {
            0 => return Err(Error::SYNTAX),
            used => at += used,
        }
    }
    let trimming = options.finish(ctx.thresholds(), true)?.ok_or(Error::SYNTAX)?;
    let (mut trimmed, mut len) = (0, 0);
    if let Some(stream) = ctx.keys.write_as::<Stream>(key)? {
        trimmed = trimming.run(stream);
        len = stream.len();
    }
    ctx.units += trimmed as u64;
    if trimmed > 0 {
        ctx.changed(key, Class::STREAM, "xtrim");
        if trimming.is_approximate() {
            let exact = trimming.exact(len);
            let mut request: Vec<&[u8]> = vec![b"XTRIM", key];
            request.extend(exact.iter().map(Vec::as_slice));
            ctx.replicate(&request);
        }
    }
    ctx.out.count(trimmed);
    Ok(())
}

/// The idempotent ID of an entry that has none: a hash of its fields and values, 128 bits.
fn digest(fields: Args<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(fields.extent() + 8 * fields.len());
    for word in fields.iter() {
        text.extend_from_slice(&(word.len() as u64).to_le_bytes());
        text.extend_from_slice(word);
    }
    // Two keys that are always the same: equal entries have equal digests everywhere.
    let halves = [HashKey(1, 2), HashKey(3, 4)];
    halves.map(|key| Dict::<Object, 4>::new(key).hash_of(&text).to_le_bytes()).concat()
}
