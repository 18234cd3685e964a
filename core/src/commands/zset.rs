//! Sorted set commands on single members: scores in and out, ranks, random picks, ZSCAN.
//!
//! Left out: stretches of members (`zset_range`), pops (`zset_pop`), algebra (`zset_algebra`).

use super::zset_reply::{Scores, write_header, write_member, write_members};
use crate::command::scan::{self, ScanOptions, Scanned};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, float, integer, repeated_picks, write_item};
use crate::ds::ordered::Ordered;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::number;
use crate::util::rng::Rng;
use crate::value::{BULK, ZSet};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("ZADD", Group::SortedSet, zadd, -4)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]",
            "Adds members to a sorted set or gives them new scores.",
            "O(log N) a member, N the size of the sorted set",
            "1.2.0",
        ),
    Spec::new("ZCARD", Group::SortedSet, zcard, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Answers how many members a sorted set has.", "O(1)", "1.2.0"),
    Spec::new("ZINCRBY", Group::SortedSet, zincrby, 4)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc(
            "key increment member",
            "Adds to a member's score, starting from 0.",
            "O(log N), N the size of the sorted set",
            "1.2.0",
        ),
    Spec::new("ZMSCORE", Group::SortedSet, zmscore, -3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc(
            "key member [member ...]",
            "Answers the scores of several members.",
            "O(N), N the number of members asked for",
            "6.2.0",
        ),
    Spec::new("ZRANDMEMBER", Group::SortedSet, zrandmember, -2)
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key [count [WITHSCORES]]",
            "Answers random members; a negative count may repeat them.",
            "O(N), N the number of members answered",
            "6.2.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("ZRANK", Group::SortedSet, zrank, -3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc(
            "key member [WITHSCORE]",
            "Answers a member's place, counted from the lowest score.",
            "O(log N), N the size of the sorted set",
            "2.0.0",
        ),
    Spec::new("ZREM", Group::SortedSet, zrem, -3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key member [member ...]",
            "Removes members of a sorted set, and with the last one the sorted set.",
            "O(M*log N) for M of N members",
            "1.2.0",
        ),
    Spec::new("ZREVRANK", Group::SortedSet, zrevrank, -3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc(
            "key member [WITHSCORE]",
            "Answers a member's place, counted from the highest score.",
            "O(log N), N the size of the sorted set",
            "2.0.0",
        ),
    Spec::new("ZSCAN", Group::SortedSet, zscan, -3)
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key cursor [MATCH pattern] [COUNT count] [NOSCORES]",
            "Walks through the members and scores of a sorted set step by step.",
            "O(1) a call, O(N) for a whole walk over N members",
            "2.8.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("ZSCORE", Group::SortedSet, zscore, 3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc("key member", "Answers a member's score.", "O(1)", "1.2.0"),
];

const READ: KeySpec = KeySpec::one(Access::RO.and(Access::ACCESS), 1);

const RESULT_NAN: Error = Error::Static("ERR resulting score is not a number (NaN)");
const NX_AND_XX: Error = Error::Static("ERR XX and NX options at the same time are not compatible");
const GT_LT_NX: Error =
    Error::Static("ERR GT, LT, and/or NX options at the same time are not compatible");
const INCR_ONE_PAIR: Error =
    Error::Static("ERR INCR option supports a single increment-element pair");
/// Below this fraction of a sorted set (1/n), distinct random members are drawn one by one.
const SPARSE_SAMPLE: usize = 3;

/// The options of ZADD.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
struct Adding {
    only_new: bool,
    only_present: bool,
    only_greater: bool,
    only_less: bool,
    count_changes: bool,
    increment: bool,
}

fn zadd(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (options, first) = Adding::parse(args);
    let pairs = args.from(first);
    if pairs.is_empty() || !pairs.len().is_multiple_of(2) {
        return Err(Error::SYNTAX);
    }
    options.check(pairs)?;
    add(ctx, args.at(1), pairs, options)
}

fn zcard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = ctx.keys.read_as::<ZSet>(args.at(1))?.map_or(0, ZSet::len);
    ctx.out.count(len);
    Ok(())
}

fn zincrby(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    add(ctx, args.at(1), args.from(2), Adding { increment: true, ..Adding::default() })
}

fn zmscore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let members = args.from(2);
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    ctx.out.array(members.len());
    for member in members.iter() {
        match zset.and_then(|zset| zset.score(member)) {
            Some(score) => ctx.out.double(score),
            None => ctx.out.null(),
        }
    }
    ctx.units += members.len() as u64 - 1;
    Ok(())
}

fn zrandmember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let count = args.get(2).map(integer).transpose()?;
    if count == Some(i64::MIN) {
        return Err(Error::out_of_range(-i64::MAX, i64::MAX));
    }
    let scores = match args.get(3) {
        None => Scores::Without,
        Some(word) if args.len() == 4 && word.eq_ignore_ascii_case(b"WITHSCORES") => Scores::With,
        Some(_) => return Err(Error::SYNTAX),
    };
    if scores == Scores::With && count.is_some_and(|count| count.unsigned_abs() >= 1 << 62) {
        return Err(Error::OUT_OF_RANGE);
    }
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    let (out, rng) = (&mut ctx.out, &mut ctx.server.rng);
    match (zset, count) {
        (None, None) => out.null(),
        (None, Some(_)) => out.array(0),
        (Some(zset), None) => {
            let rank = random_rank(zset, rng);
            zset.members(rank..rank + 1, false).for_each(|(member, _)| write_item(out, member));
        }
        (Some(zset), Some(count)) if count < 0 => {
            let picks = repeated_picks(count)?;
            write_header(out, picks, scores);
            for _ in 0..picks {
                let rank = random_rank(zset, rng);
                zset.members(rank..rank + 1, false)
                    .for_each(|(member, score)| write_member(out, member, score, scores));
            }
            ctx.units += picks as u64;
        }
        (Some(zset), Some(count)) => {
            let len = zset.len();
            let count = usize::try_from(count).unwrap_or(usize::MAX).min(len);
            if count == len {
                write_members(out, zset.members(0..len, true), scores);
            } else {
                write_header(out, count, scores);
                for rank in distinct_ranks(len, count, rng) {
                    zset.members(rank..rank + 1, false)
                        .for_each(|(member, score)| write_member(out, member, score, scores));
                }
            }
            ctx.units += count as u64;
        }
    }
    Ok(())
}

fn zrank(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    rank(ctx, args, false)
}

fn zrem(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, members) = (args.at(1), args.from(2));
    let mut removed = 0;
    if let Some(zset) = ctx.keys.write_as::<ZSet>(key)? {
        removed = members.iter().filter(|member| zset.remove(member).is_some()).count();
    }
    ctx.units += members.len() as u64 - 1;
    if removed > 0 {
        ctx.changed(key, Class::ZSET, "zrem");
        ctx.drop_if_empty(key);
    }
    ctx.out.count(removed);
    Ok(())
}

fn zrevrank(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    rank(ctx, args, true)
}

fn zscan(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let cursor = scan::cursor(args.at(2))?;
    let Some(zset) = ctx.keys.read_as::<ZSet>(args.at(1))? else {
        scan::write_nothing(&mut ctx.out);
        return Ok(());
    };
    let options = ScanOptions::parse(args.from(3), Scanned::ZSet)?;
    let (mut looked_at, mut members) = (0, Vec::new());
    let next = zset.scan(cursor, options.count, |member, score| {
        looked_at += 1;
        if options.shows_item(member) {
            members.push((member, score));
        }
    });
    ctx.out.array(2);
    ctx.out.bulk_unsigned(next);
    ctx.out.array(if options.bare { members.len() } else { members.len() * 2 });
    let mut text = Vec::new();
    for (member, score) in members {
        write_item(&mut ctx.out, member);
        if !options.bare {
            text.clear();
            // What the real servers do: only their small form shows the text that is stored.
            match zset {
                ZSet::Packed(_) => number::write_f64(&mut text, score),
                ZSet::Ordered(_) => number::write_f64_17(&mut text, score),
            }
            ctx.out.bulk(&text);
        }
    }
    ctx.units += looked_at;
    Ok(())
}

fn zscore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    match zset.and_then(|zset| zset.score(args.at(2))) {
        Some(score) => ctx.out.double(score),
        None => ctx.out.null(),
    }
    Ok(())
}

/// Adds pairs of score and member, all of them checked first.
fn add(ctx: &mut Ctx<'_>, key: &[u8], pairs: Args<'_>, options: Adding) -> Outcome {
    let count = pairs.len() / 2;
    let (first, mut longest) = (float(pairs.at(0))?, pairs.at(1).len());
    for pair in 1..count {
        float(pairs.at(pair * 2))?;
        longest = longest.max(pairs.at(pair * 2 + 1).len());
    }
    let thresholds = &ctx.server.config.thresholds;
    let zset = if options.only_present {
        match ctx.keys.write_as::<ZSet>(key)? {
            Some(zset) => zset,
            None if options.increment => {
                ctx.out.null();
                return Ok(());
            }
            None => {
                ctx.out.integer(0);
                return Ok(());
            }
        }
    } else {
        ctx.keys.write_or_create::<ZSet>(key)?
    };
    zset.expect(count, longest, thresholds);
    let (mut added, mut updated, mut result) = (0, 0, None);
    for pair in 0..count {
        let score = if pair == 0 { first } else { float(pairs.at(pair * 2))? };
        let member = pairs.at(pair * 2 + 1);
        let done = zset.update(member, thresholds, |before| {
            result = options.decide(before, score);
            match (before, result) {
                // Equal is not always the same: a negative zero stays.
                (Some(before), Some(after)) if before == after => Some(before),
                _ => result.filter(|after| !after.is_nan()),
            }
        });
        if result.is_some_and(f64::is_nan) {
            // Only a present member has a score to which an increment cannot be added, and there is only one increment.
            return Err(RESULT_NAN);
        }
        match (done.before, done.after) {
            (None, Some(_)) => added += 1,
            (Some(before), Some(after)) if before != after => updated += 1,
            _ => {}
        }
    }
    if count >= BULK {
        zset.give_back_room();
    }
    ctx.units += count as u64 - 1;
    if added + updated > 0 {
        ctx.changed(key, Class::ZSET, if options.increment { "zincr" } else { "zadd" });
    }
    match result {
        Some(score) if options.increment => ctx.out.double(score),
        None if options.increment => ctx.out.null(),
        _ if options.count_changes => ctx.out.count(added + updated),
        _ => ctx.out.count(added),
    }
    Ok(())
}

fn rank(ctx: &mut Ctx<'_>, args: Args<'_>, reverse: bool) -> Outcome {
    if args.len() > 4 {
        return Err(Error::arity(ctx.name));
    }
    let with_score = args.get(3).is_some();
    if args.get(3).is_some_and(|word| !word.eq_ignore_ascii_case(b"WITHSCORE")) {
        return Err(Error::SYNTAX);
    }
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    let found = zset.and_then(|zset| {
        let (rank, score) = zset.rank(args.at(2))?;
        Some((if reverse { zset.len() - 1 - rank } else { rank }, score))
    });
    match found {
        None if with_score => ctx.out.null_array(),
        None => ctx.out.null(),
        Some((rank, score)) if with_score => {
            ctx.out.array(2);
            ctx.out.count(rank);
            ctx.out.double(score);
        }
        Some((rank, _)) => ctx.out.count(rank),
    }
    Ok(())
}

impl Adding {
    /// The options before the pairs, and where the pairs begin.
    fn parse(args: Args<'_>) -> (Self, usize) {
        let mut options = Adding::default();
        let mut at = 2;
        while let Some(word) = args.get(at) {
            // Scores come right behind the options, so most words are none: one look at the first letter tells.
            let option = match word.first().map(u8::to_ascii_uppercase) {
                Some(b'N') if word.eq_ignore_ascii_case(b"NX") => &mut options.only_new,
                Some(b'X') if word.eq_ignore_ascii_case(b"XX") => &mut options.only_present,
                Some(b'G') if word.eq_ignore_ascii_case(b"GT") => &mut options.only_greater,
                Some(b'L') if word.eq_ignore_ascii_case(b"LT") => &mut options.only_less,
                Some(b'C') if word.eq_ignore_ascii_case(b"CH") => &mut options.count_changes,
                Some(b'I') if word.eq_ignore_ascii_case(b"INCR") => &mut options.increment,
                _ => break,
            };
            *option = true;
            at += 1;
        }
        (options, at)
    }

    fn check(self, pairs: Args<'_>) -> Outcome {
        let Adding { only_new, only_present, only_greater, only_less, increment, .. } = self;
        if only_new && only_present {
            Err(NX_AND_XX)
        } else if [only_new, only_greater, only_less].into_iter().filter(|set| *set).count() > 1 {
            Err(GT_LT_NX)
        } else if increment && pairs.len() > 2 {
            Err(INCR_ONE_PAIR)
        } else {
            Ok(())
        }
    }

    /// The score that a member with the score `before` is to have; `None`: it is left alone.
    fn decide(self, before: Option<f64>, score: f64) -> Option<f64> {
        let Some(before) = before else { return (!self.only_present).then_some(score) };
        let after = if self.increment { before + score } else { score };
        let refused = self.only_new
            || (self.only_greater && after <= before)
            || (self.only_less && after >= before);
        (!refused).then_some(after)
    }
}

/// A fairly chosen rank of a sorted set, which is never empty while it is stored.
fn random_rank(zset: &ZSet, rng: &mut Rng) -> usize {
    rng.below(zset.len().max(1) as u64) as usize
}

/// `count` fairly chosen ranks below `len`, each once.
fn distinct_ranks(len: usize, count: usize, rng: &mut Rng) -> Vec<usize> {
    if count < len / SPARSE_SAMPLE {
        // Floyd's method (Bentley, Programming Pearls, 1987): one draw a rank.
        let mut drawn = Ordered::new();
        let mut ranks = Vec::with_capacity(count);
        for last in len - count..len {
            let rank = rng.below(last as u64 + 1) as usize;
            let rank = if drawn.insert((rank as u64, 0u64)) { rank } else { last };
            drawn.insert((rank as u64, 0u64));
            ranks.push(rank);
        }
        return ranks;
    }
    let mut ranks: Vec<usize> = (0..len).collect();
    for at in 0..count {
        let other = at + rng.below((len - at) as u64) as usize;
        ranks.swap(at, other);
    }
    ranks.truncate(count);
    ranks
}
