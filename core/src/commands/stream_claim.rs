//! Deliveries that change hands: XCLAIM and XAUTOCLAIM take them over, XNACK gives them back.

use super::stream_parts::{
    counted_ids, digits, first_id, no_key_or_group, replicate_position, strict_id, with_group,
    write_entry, write_id,
};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;
use crate::value::stream::group::NOBODY;
use crate::value::stream::{Pending, StreamId};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("XAUTOCLAIM", Group::Stream, xautoclaim, -6)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key group consumer min-idle-time start [COUNT count] [JUSTID]",
            "Takes over entries that were delivered long ago, some at a time.",
            "O(log(N)+M) for M of N entries pending",
            "6.2.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("XCLAIM", Group::Stream, xclaim, -6)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] \
             [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]",
            "Takes over entries that were delivered to another consumer.",
            "O(log N) an entry, N entries pending",
            "5.0.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("XNACK", Group::Stream, xnack, -7)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key group <SILENT | FAIL | FATAL> IDS numids id [id ...] [RETRYCOUNT count] [FORCE]",
            "Gives entries back that were delivered, for any consumer to claim at once.",
            "O(log N) an entry, N entries pending",
            "8.8.0",
        ),
];

/// Entries that XAUTOCLAIM takes over unless it is told otherwise.
const COUNT: i64 = 100;
/// Entries that XAUTOCLAIM looks at for each that it may take over: so no call lasts long.
const LOOKED_AT: usize = 10;
/// Most that XAUTOCLAIM may be told to take over: what a reply's IDs fit into.
const COUNT_MAX: i64 = i64::MAX / 16;

/// How XCLAIM changes the deliveries it takes over.
struct Claim {
    at_ms: u64,
    count: Option<u64>,
    force: bool,
    just_id: bool,
    last_id: Option<StreamId>,
}

fn xclaim(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, group, now_ms) = (args.at(1), args.at(2), ctx.now().millis());
    ctx.keys.count_read(key);
    with_group(ctx.keys, key, group, no_key_or_group)?;
    let min_idle = integer(args.at(4))
        .map_err(|_| Error::Static("ERR Invalid min-idle-time argument for XCLAIM"))?;
    let ids: Vec<StreamId> = args.from(5).iter().map_while(|id| StreamId::parse(id, 0)).collect();
    let claim = Claim::parse(args.from(5 + ids.len()), now_ms)?;
    if let Some(last) = claim.last_id
        && let Some(group) = with_group(ctx.keys, key, group, no_key_or_group)?.group_mut(group)
        && last > group.last_id
    {
        group.last_id = last;
        let read = group.entries_read;
        ctx.noted();
        replicate_position(ctx, key, args.at(2), last, read);
    }
    let mut claimer = Claimer::new(ctx, args, min_idle)?;
    let about = ctx.out.array_about(ids.len());
    let mut written = 0;
    for id in &ids {
        written += usize::from(claimer.take(ctx, *id, &claim)? == Taken::Yes);
    }
    ctx.out.close_about(about, written);
    ctx.units += ids.len() as u64;
    claimer.finish(ctx)
}

fn xautoclaim(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, group) = (args.at(1), args.at(2));
    ctx.keys.count_read(key);
    let min_idle = integer(args.at(4))
        .map_err(|_| Error::Static("ERR Invalid min-idle-time argument for XAUTOCLAIM"))?;
    let start = first_id(args.at(5))?;
    let (mut count, mut just_id) = (COUNT, false);
    let mut at = 6;
    while at < args.len() {
        if is_word(args.at(at), "COUNT") && at + 1 < args.len() {
            let value = integer(args.at(at + 1)).ok();
            count = value
                .filter(|count| (1..=COUNT_MAX).contains(count))
                .ok_or(Error::Static("ERR COUNT must be > 0"))?;
            at += 2;
        } else if is_word(args.at(at), "JUSTID") {
            just_id = true;
            at += 1;
        } else {
            return Err(Error::SYNTAX);
        }
    }
    let stream = with_group(ctx.keys, key, group, no_key_or_group)?;
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    let attempts = left.saturating_mul(LOOKED_AT);
    let pending = stream.group(group).into_iter().flat_map(|group| group.pending_from(start));
    let ids: Vec<StreamId> = pending.take(attempts.saturating_add(1)).map(|it| it.id).collect();
    let now_ms = ctx.now().millis();
    let claim = Claim { at_ms: now_ms, count: None, force: false, just_id, last_id: None };
    let mut claimer = Claimer::new(ctx, args, min_idle)?;
    ctx.out.array(3);
    let mark = ctx.out.mark();
    let mut entries = Vec::new();
    let (mut written, mut looked, mut deleted) = (0, 0, Vec::new());
    while left > 0 && looked < attempts && looked < ids.len() {
        let id = ids[looked];
        looked += 1;
        match claimer.take(ctx, id, &claim)? {
            Taken::No => {}
            Taken::Yes => {
                written += 1;
                left -= 1;
            }
            Taken::Deleted => {
                deleted.push(id);
                left -= 1;
            }
        }
    }
    // The cursor stands before the entries, and is known after them.
    entries.extend_from_slice(ctx.out.since(mark));
    ctx.out.rewind(mark);
    write_id(&mut ctx.out, ids.get(looked).copied().unwrap_or(StreamId::MIN));
    ctx.out.array(written);
    ctx.out.raw(&entries);
    ctx.out.array(deleted.len());
    deleted.iter().for_each(|id| write_id(&mut ctx.out, *id));
    ctx.units += looked as u64;
    claimer.finish(ctx)
}

fn xnack(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, group) = (args.at(1), args.at(2));
    let mode = ["SILENT", "FAIL", "FATAL"].iter().position(|mode| is_word(args.at(3), mode));
    let mode = mode.ok_or(Error::SYNTAX)?;
    let (mut ids, mut count, mut force) = (None, None, false);
    let mut at = 4;
    while at < args.len() {
        let more = at + 1 < args.len();
        if is_word(args.at(at), "IDS") && more && ids.is_none() {
            let list = counted_ids(args, at + 1)?;
            at += 2 + list.len();
            ids = Some(list);
        } else if is_word(args.at(at), "RETRYCOUNT") && more {
            let value = integer(args.at(at + 1)).ok().and_then(|count| u64::try_from(count).ok());
            count = Some(
                value.ok_or(Error::Static("ERR Invalid RETRYCOUNT option argument for XNACK"))?,
            );
            at += 2;
        } else if is_word(args.at(at), "FORCE") {
            force = true;
            at += 1;
        } else {
            return Err(Error::SYNTAX);
        }
    }
    let ids = ids.ok_or(Error::SYNTAX)?;
    ctx.units += ids.len() as u64 - 1;
    let stream = with_group(ctx.keys, key, group, no_key_or_group)?;
    let mut released = 0;
    for id in ids {
        let exists = force && stream.get(id).is_some();
        let Some(group) = stream.group_mut(group) else { break };
        let known = group.pending(id).map(|pending| pending.count);
        let Some(delivered) = known.or(exists.then_some(0)) else { continue };
        let count = count.unwrap_or(match mode {
            0 => delivered.saturating_sub(1),
            1 => delivered,
            _ => i64::MAX as u64,
        });
        group.put(Pending { id, at_ms: 0, count, owner: NOBODY });
        released += 1;
    }
    if released > 0 {
        ctx.noted();
    }
    ctx.out.count(released);
    Ok(())
}

impl Claim {
    fn parse(options: Args<'_>, now_ms: u64) -> Result<Self, Error> {
        let mut claim =
            Claim { at_ms: now_ms, count: None, force: false, just_id: false, last_id: None };
        let mut at = 0;
        while at < options.len() {
            let (word, value) = (options.at(at), options.get(at + 1));
            at += 2;
            match value {
                Some(value) if is_word(word, "IDLE") => {
                    let idle = integer(value).map_err(|_| invalid("IDLE"))?;
                    claim.at_ms = settled(i128::from(now_ms) - i128::from(idle), now_ms);
                }
                Some(value) if is_word(word, "TIME") => {
                    let time = integer(value).map_err(|_| invalid("TIME"))?;
                    claim.at_ms = settled(i128::from(time), now_ms);
                }
                Some(value) if is_word(word, "RETRYCOUNT") => {
                    let count = integer(value).map_err(|_| invalid("RETRYCOUNT"))?;
                    claim.count = u64::try_from(count).ok();
                }
                Some(value) if is_word(word, "LASTID") => claim.last_id = Some(strict_id(value)?),
                _ => {
                    at -= 1;
                    if is_word(word, "FORCE") {
                        claim.force = true;
                    } else if is_word(word, "JUSTID") {
                        claim.just_id = true;
                    } else {
                        return Err(Error::quoting("ERR Unrecognized XCLAIM option '", word, "'"));
                    }
                }
            }
        }
        Ok(claim)
    }
}

fn invalid(option: &str) -> Error {
    Error::quoting("ERR Invalid ", option.as_bytes(), " option argument for XCLAIM")
}

/// A time of delivery: none lies in the future.
fn settled(at_ms: i128, now_ms: u64) -> u64 {
    u64::try_from(at_ms).map_or(now_ms, |at_ms| at_ms.min(now_ms))
}

/// What came of taking over an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    No,
    /// The entry was deleted, and the delivery is forgotten.
    Deleted,
}

/// One who takes over deliveries.
struct Claimer<'a> {
    key: &'a [u8],
    group: &'a [u8],
    consumer: &'a [u8],
    number: u32,
    /// It was not there before.
    created: bool,
    min_idle: u64,
    claimed: bool,
}

impl<'a> Claimer<'a> {
    /// Makes the consumer if it is new, and notes that it was seen.
    fn new(ctx: &mut Ctx<'_>, args: Args<'a>, min_idle: i64) -> Result<Self, Error> {
        let (key, group, consumer) = (args.at(1), args.at(2), args.at(3));
        let now_ms = ctx.now().millis();
        let stream = with_group(ctx.keys, key, group, no_key_or_group)?;
        let (mut number, mut created) = (NOBODY, false);
        if let Some(group) = stream.group_mut(group) {
            (number, created) = group.add_consumer(consumer, now_ms);
            if let Some(consumer) = group.consumer_mut(number) {
                consumer.seen_ms = now_ms;
            }
        }
        if created {
            ctx.noted_as(key, Class::STREAM, "xgroup-createconsumer", false);
        }
        let min_idle = min_idle.max(0) as u64;
        Ok(Claimer { key, group, consumer, number, created, min_idle, claimed: false })
    }

    /// Takes over one entry, if it has waited long enough, and writes it.
    fn take(&mut self, ctx: &mut Ctx<'_>, id: StreamId, claim: &Claim) -> Result<Taken, Error> {
        let now_ms = ctx.now().millis();
        let stream = with_group(ctx.keys, self.key, self.group, no_key_or_group)?;
        let exists = stream.get(id).is_some();
        let Some(group) = stream.group_mut(self.group) else { return Ok(Taken::No) };
        let old = match group.pending(id) {
            Some(pending) => *pending,
            // As if it had been delivered once, to nobody.
            None if claim.force && exists => Pending { id, at_ms: 0, count: 1, owner: NOBODY },
            None => return Ok(Taken::No),
        };
        if !exists {
            group.remove(id);
            ctx.noted();
            ctx.replicate(&[b"XACK", self.key, self.group, id.text().bytes()]);
            return Ok(Taken::Deleted);
        }
        let idle = now_ms.saturating_sub(old.at_ms);
        if old.owner != NOBODY && self.min_idle > 0 && idle < self.min_idle {
            return Ok(Taken::No);
        }
        let again = if claim.just_id { 0 } else { 1 };
        let most = i64::MAX as u64;
        let count = claim.count.unwrap_or(old.count.saturating_add(again).min(most));
        let new = Pending { id, at_ms: claim.at_ms, count, owner: self.number };
        group.put(new);
        if let Some(consumer) = group.consumer_mut(self.number) {
            consumer.active_ms = Some(now_ms);
        }
        match stream.get(id) {
            Some(entry) if !claim.just_id => write_entry(&mut ctx.out, entry),
            _ => write_id(&mut ctx.out, id),
        }
        self.claimed = true;
        if ctx.server.effects.streaming {
            self.replicate(ctx, &new)?;
        }
        Ok(Taken::Yes)
    }

    /// The claim as it came out. What follows from it alone, the counter of the group included, is not in question.
    fn replicate(&self, ctx: &mut Ctx<'_>, new: &Pending) -> Outcome {
        let stream = with_group(ctx.keys, self.key, self.group, no_key_or_group)?;
        let last = stream.group(self.group).map_or(StreamId::MIN, |group| group.last_id).text();
        let (at, count) = (digits(new.at_ms), digits(new.count));
        let id = new.id.text();
        ctx.replicate(&[
            b"XCLAIM",
            self.key,
            self.group,
            self.consumer,
            b"0",
            id.bytes(),
            b"TIME",
            &at,
            b"RETRYCOUNT",
            &count,
            b"FORCE",
            b"JUSTID",
            b"LASTID",
            last.bytes(),
        ]);
        Ok(())
    }

    /// A consumer that got nothing is propagated by itself; and what changed nothing, not at all.
    fn finish(self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.claimed {
            ctx.noted();
        } else if self.created {
            ctx.replicate(&[b"XGROUP", b"CREATECONSUMER", self.key, self.group, self.consumer]);
        }
        Ok(())
    }
}
