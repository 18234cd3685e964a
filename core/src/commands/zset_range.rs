//! Sorted set commands on stretches of members: by rank, by score, by member, from either end; answered, counted, stored
//! or removed.
//!
//! Every range argument is first read as `Selector`, then becomes a range of ranks, and LIMIT and REV are arithmetic on
//! ranks. ZREVRANGE, ZRANGEBYSCORE and their kin are ZRANGE with some options given.

use super::zset_reply::{Scores, write_members};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size};
use crate::ds::dict::Deadline;
use crate::ds::listpack::TextBuf;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::Args;
use crate::util::number;
use crate::value::zset_walk::{LexBound, LexRange, ScoreRange};
use crate::value::{Collection, ZSet};
use std::ops::Range;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("ZCOUNT", Group::SortedSet, zcount, 4)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc(
            "key min max",
            "Counts the members with scores in a range.",
            "O(log N), N the size of the sorted set",
            "2.0.0",
        ),
    Spec::new("ZLEXCOUNT", Group::SortedSet, zlexcount, 4)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc(
            "key min max",
            "Counts the members between two members, where all have one score.",
            "O(log N), N the size of the sorted set",
            "2.8.9",
        ),
    Spec::new("ZRANGE", Group::SortedSet, zrange, -4)
        .flags(Flags::READONLY)
        .keys(&[READ])
        .estimate(|keys, args| span_len(keys, args, None, None))
        .doc(
            "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
            "Answers the members in a range of ranks, scores or members.",
            COMPLEXITY,
            "1.2.0",
        ),
    Spec::new("ZRANGEBYLEX", Group::SortedSet, zrangebylex, -4)
        .estimate(|keys, args| span_len(keys, args, Some(By::Lex), Some(false)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key min max [LIMIT offset count]",
            "Answers the members between two members, where all have one score.",
            COMPLEXITY,
            "2.8.9",
        ),
    Spec::new("ZRANGEBYSCORE", Group::SortedSet, zrangebyscore, -4)
        .estimate(|keys, args| span_len(keys, args, Some(By::Score), Some(false)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key min max [WITHSCORES] [LIMIT offset count]",
            "Answers the members with scores in a range.",
            COMPLEXITY,
            "1.0.5",
        ),
    Spec::new("ZRANGESTORE", Group::SortedSet, zrangestore, -5)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[
            KeySpec::one(Access::OW.and(Access::UPDATE), 1),
            KeySpec::one(Access::RO.and(Access::ACCESS), 2),
        ])
        .doc(
            "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]",
            "Stores the members in a range of ranks, scores or members.",
            "O(log(N)+M) for M of N members",
            "6.2.0",
        ),
    Spec::new("ZREMRANGEBYLEX", Group::SortedSet, zremrangebylex, 4)
        .flags(Flags::WRITE)
        .keys(&[DELETE])
        .doc(
            "key min max",
            "Removes the members between two members, where all have one score.",
            COMPLEXITY,
            "2.8.9",
        ),
    Spec::new("ZREMRANGEBYRANK", Group::SortedSet, zremrangebyrank, 4)
        .flags(Flags::WRITE)
        .keys(&[DELETE])
        .doc("key start stop", "Removes the members in a range of ranks.", COMPLEXITY, "2.0.0"),
    Spec::new("ZREMRANGEBYSCORE", Group::SortedSet, zremrangebyscore, 4)
        .flags(Flags::WRITE)
        .keys(&[DELETE])
        .doc("key min max", "Removes the members with scores in a range.", COMPLEXITY, "1.2.0"),
    Spec::new("ZREVRANGE", Group::SortedSet, zrevrange, -4)
        .estimate(|keys, args| span_len(keys, args, Some(By::Rank), Some(true)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key start stop [WITHSCORES]",
            "Answers the members in a range of ranks, counted from the highest score.",
            COMPLEXITY,
            "1.2.0",
        ),
    Spec::new("ZREVRANGEBYLEX", Group::SortedSet, zrevrangebylex, -4)
        .estimate(|keys, args| span_len(keys, args, Some(By::Lex), Some(true)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key max min [LIMIT offset count]",
            "Answers the members between two members, where all have one score, backwards.",
            COMPLEXITY,
            "2.8.9",
        ),
    Spec::new("ZREVRANGEBYSCORE", Group::SortedSet, zrevrangebyscore, -4)
        .estimate(|keys, args| span_len(keys, args, Some(By::Score), Some(true)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key max min [WITHSCORES] [LIMIT offset count]",
            "Answers the members with scores in a range, from the highest.",
            COMPLEXITY,
            "2.2.0",
        ),
];

const READ: KeySpec = KeySpec::one(Access::RO.and(Access::ACCESS), 1);
const DELETE: KeySpec = KeySpec::one(Access::RW.and(Access::DELETE), 1);
const COMPLEXITY: &str = "O(log(N)+M) for M of N members";

const BOUND_NOT_FLOAT: Error = Error::Static("ERR min or max is not a float");
const BOUND_NOT_LEX: Error = Error::Static("ERR min or max not valid string range item");
const LIMIT_BY_RANK: Error = Error::Static(
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
);
const SCORES_BY_LEX: Error =
    Error::Static("ERR syntax error, WITHSCORES not supported in combination with BYLEX");

/// What a range counts by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// A range as it was asked for.
enum Selector<'a> {
    /// From rank to rank, negative from the end.
    Ranks(i64, i64),
    Scores(ScoreRange),
    Members(LexRange<'a>),
}

/// A whole request for a range.
struct Query<'a> {
    selector: Selector<'a>,
    reverse: bool,
    /// LIMIT: how many to pass over, and how many to show; negative: none, and all.
    limit: (i64, i64),
    with_scores: bool,
}

/// How many members the range of a command has that answers them; `by` and `reverse` as for [`Query::parse`].
fn span_len(keys: &Keyspace, args: Args<'_>, by: Option<By>, reverse: Option<bool>) -> u64 {
    match (keys.look_as::<ZSet>(args.at(1)), Query::parse(args.from(2), by, reverse, true)) {
        (Some(zset), Ok(query)) => query.span(zset).len() as u64,
        _ => 0,
    }
}

fn zcount(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    count(ctx, args, By::Score)
}

fn zlexcount(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    count(ctx, args, By::Lex)
}

fn zrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args.at(1), &Query::parse(args.from(2), None, None, true)?)
}

fn zrangebylex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args.at(1), &Query::parse(args.from(2), Some(By::Lex), Some(false), true)?)
}

fn zrangebyscore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args.at(1), &Query::parse(args.from(2), Some(By::Score), Some(false), true)?)
}

fn zrangestore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let query = Query::parse(args.from(3), None, None, false)?;
    let thresholds = &ctx.server.config.thresholds;
    let mut result = ZSet::empty();
    if let Some(zset) = ctx.keys.read_as::<ZSet>(args.at(2))? {
        let span = query.span(zset);
        result.expect(span.len(), 0, thresholds);
        for (member, score) in zset.members(span, query.reverse) {
            result.update(member.text(&mut TextBuf::default()), thresholds, |_| Some(score));
        }
    }
    let (key, len) = (args.at(1), result.len());
    ctx.units += len as u64;
    if len > 0 {
        ctx.keys.put(key, result.into_object(), Deadline::Clear);
        ctx.changed(key, Class::ZSET, "zrangestore");
    } else if ctx.keys.remove(key) {
        ctx.changed(key, Class::GENERIC, "del");
    }
    ctx.out.count(len);
    Ok(())
}

fn zremrangebylex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    remove(ctx, args, By::Lex, "zremrangebylex")
}

fn zremrangebyrank(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    remove(ctx, args, By::Rank, "zremrangebyrank")
}

fn zremrangebyscore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    remove(ctx, args, By::Score, "zremrangebyscore")
}

fn zrevrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args.at(1), &Query::parse(args.from(2), Some(By::Rank), Some(true), true)?)
}

fn zrevrangebylex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args.at(1), &Query::parse(args.from(2), Some(By::Lex), Some(true), true)?)
}

fn zrevrangebyscore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args.at(1), &Query::parse(args.from(2), Some(By::Score), Some(true), true)?)
}

fn answer(ctx: &mut Ctx<'_>, key: &[u8], query: &Query<'_>) -> Outcome {
    let Some(zset) = ctx.keys.read_as::<ZSet>(key)? else {
        ctx.out.array(0);
        return Ok(());
    };
    let scores = if query.with_scores { Scores::With } else { Scores::Without };
    let members = zset.members(query.span(zset), query.reverse);
    ctx.units += members.len() as u64;
    write_members(&mut ctx.out, members, scores);
    Ok(())
}

fn count(ctx: &mut Ctx<'_>, args: Args<'_>, by: By) -> Outcome {
    let selector = Selector::parse(by, args.at(2), args.at(3))?;
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    ctx.out.count(zset.map_or(0, |zset| selector.span(zset, false, 0).len()));
    Ok(())
}

fn remove(ctx: &mut Ctx<'_>, args: Args<'_>, by: By, event: &'static str) -> Outcome {
    let (key, selector) = (args.at(1), Selector::parse(by, args.at(2), args.at(3))?);
    let mut removed = 0;
    if let Some(zset) = ctx.keys.write_as::<ZSet>(key)? {
        removed = zset.remove_span(selector.span(zset, false, 0));
    }
    ctx.units += removed as u64;
    if removed > 0 {
        ctx.changed(key, Class::ZSET, event);
        ctx.drop_if_empty(key);
    }
    ctx.out.count(removed);
    Ok(())
}

impl<'a> Query<'a> {
    /// Reads both bounds and the options behind them. `by` and `reverse` are options too unless the command's name says
    /// it; `answers`: scores can be asked for.
    fn parse(
        args: Args<'a>,
        by: Option<By>,
        reverse: Option<bool>,
        answers: bool,
    ) -> Result<Self, Error> {
        let (mut chosen, mut reversed) = (by, reverse);
        let (mut limit, mut with_scores) = ((0, -1), false);
        let mut at = 2;
        while let Some(word) = args.get(at) {
            if answers && word.eq_ignore_ascii_case(b"WITHSCORES") {
                with_scores = true;
            } else if word.eq_ignore_ascii_case(b"LIMIT") && args.len() > at + 2 {
                limit = (integer(args.at(at + 1))?, integer(args.at(at + 2))?);
                at += 2;
            } else if reversed.is_none() && word.eq_ignore_ascii_case(b"REV") {
                reversed = Some(true);
            } else if chosen.is_none() && word.eq_ignore_ascii_case(b"BYLEX") {
                chosen = Some(By::Lex);
            } else if chosen.is_none() && word.eq_ignore_ascii_case(b"BYSCORE") {
                chosen = Some(By::Score);
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        let (by, reverse) = (chosen.unwrap_or(By::Rank), reversed.unwrap_or(false));
        if limit.1 != -1 && by == By::Rank {
            return Err(LIMIT_BY_RANK);
        }
        if with_scores && by == By::Lex {
            return Err(SCORES_BY_LEX);
        }
        let (mut min, mut max) = (args.at(0), args.at(1));
        if reverse && by != By::Rank {
            // Backwards, the higher bound comes first.
            std::mem::swap(&mut min, &mut max);
        }
        let selector = Selector::parse(by, min, max)?;
        Ok(Query { selector, reverse, limit, with_scores })
    }

    /// The ranks it asks for, ascending.
    fn span(&self, zset: &ZSet) -> Range<usize> {
        if matches!(self.selector, Selector::Ranks(..)) {
            return self.selector.span(zset, self.reverse, 0);
        }
        let Some(skip) = size(self.limit.0) else { return 0..0 };
        let Range { start, end } = self.selector.span(zset, self.reverse, skip);
        let shown = size(self.limit.1).map_or(end - start, |n| n.min(end - start));
        if self.reverse { end - shown..end } else { start..start + shown }
    }
}

impl<'a> Selector<'a> {
    fn parse(by: By, min: &'a [u8], max: &'a [u8]) -> Result<Self, Error> {
        Ok(match by {
            By::Rank => Selector::Ranks(integer(min)?, integer(max)?),
            By::Score => {
                let ((min, min_open), (max, max_open)) = (score_bound(min)?, score_bound(max)?);
                Selector::Scores(ScoreRange { min, min_open, max, max_open })
            }
            By::Lex => Selector::Members(LexRange { min: lex_bound(min)?, max: lex_bound(max)? }),
        })
    }

    /// The ranks it means, ascending; `reverse`: it was asked for from the highest score on.
    /// `skip` does not count for ranks.
    fn span(&self, zset: &ZSet, reverse: bool, skip: usize) -> Range<usize> {
        match self {
            Selector::Scores(range) => zset.span(
                |score, _| range.is_above(score),
                |score, _| range.reaches(score),
                reverse,
                skip,
            ),
            Selector::Members(range) => {
                zset.span(|_, m| range.is_above(m), |_, m| range.reaches(m), reverse, skip)
            }
            Selector::Ranks(first, last) => {
                let len = zset.len();
                let from_start = |index: i64| match size(index) {
                    Some(index) => Some(index),
                    None => {
                        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
                        len.checked_sub(back)
                    }
                };
                let first = from_start(*first).unwrap_or(0).min(len);
                let end = from_start(*last).map_or(0, |last| last.saturating_add(1)).min(len);
                let end = end.max(first);
                if reverse { len - end..len - first } else { first..end }
            }
        }
    }
}

/// A bound of a range of scores, `(` before it leaves it out of the range. Other than a score, it may be too large or too
/// small for a double, what follows a zero byte is not read, and nothing at all is 0: what the C library's `strtod` makes
/// of it.
fn score_bound(text: &[u8]) -> Result<(f64, bool), Error> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or(text);
    let (text, open) = match text {
        [b'(', text @ ..] => (text, true),
        text => (text, false),
    };
    if text.is_empty() {
        return Ok((0.0, open));
    }
    number::read_f64(text).map(|value| (value, open)).ok_or(BOUND_NOT_FLOAT)
}

fn lex_bound(text: &[u8]) -> Result<LexBound<'_>, Error> {
    match text {
        b"-" => Ok(LexBound::Least),
        b"+" => Ok(LexBound::Greatest),
        [b'[', member @ ..] => Ok(LexBound::Closed(member)),
        [b'(', member @ ..] => Ok(LexBound::Open(member)),
        _ => Err(BOUND_NOT_LEX),
    }
}
