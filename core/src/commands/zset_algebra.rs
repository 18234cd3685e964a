//! Union, intersection and difference of sorted sets and plain sets (whose members score 1): answered, stored, or only
//! counted.
//!
//! Unions and intersections take their sources smallest first, which also decides in which order scores are added up.

use super::zset_reply::{Scores, write_members};
use crate::command::work::Sizes;
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, float, integer};
use crate::ds::dict::Deadline;
use crate::ds::listpack::{Item, TextBuf};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::{Keyspace, ValueRef};
use crate::resp::Args;
use crate::util::order;
use crate::value::{Collection, Kind, Set, Thresholds, ZSet};
use std::ops::ControlFlow;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("ZDIFF", Group::SortedSet, zdiff, -3)
        .estimate(|keys, args| sizes(keys, args).difference())
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[SOURCES])
        .doc(
            "numkeys key [key ...] [WITHSCORES]",
            "Answers the members of the first sorted set that no other source has.",
            DIFF_COMPLEXITY,
            "6.2.0",
        ),
    Spec::new("ZDIFFSTORE", Group::SortedSet, zdiffstore, -4)
        .flags(STORE_FLAGS)
        .keys(&[DESTINATION, SOURCES_BEHIND])
        .doc(
            "destination numkeys key [key ...]",
            "Stores the members of the first sorted set that no other source has.",
            DIFF_COMPLEXITY,
            "6.2.0",
        ),
    Spec::new("ZINTER", Group::SortedSet, zinter, -3)
        .estimate(|keys, args| sizes(keys, args).intersection())
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[SOURCES])
        .doc(
            "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX | COUNT>] [WITHSCORES]",
            "Answers the members that all sources share.",
            INTER_COMPLEXITY,
            "6.2.0",
        ),
    Spec::new("ZINTERCARD", Group::SortedSet, zintercard, -3)
        .estimate(|keys, args| sizes(keys, args).intersection())
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[SOURCES])
        .doc(
            "numkeys key [key ...] [LIMIT limit]",
            "Counts the members that all sources share.",
            "O(N*K), N the members of the smallest of K sources",
            "7.0.0",
        ),
    Spec::new("ZINTERSTORE", Group::SortedSet, zinterstore, -4)
        .flags(STORE_FLAGS)
        .keys(&[DESTINATION, SOURCES_BEHIND])
        .doc(
            "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX | COUNT>]",
            "Stores the members that all sources share.",
            INTER_COMPLEXITY,
            "2.0.0",
        ),
    Spec::new("ZUNION", Group::SortedSet, zunion, -3)
        .estimate(|keys, args| sizes(keys, args).sum)
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .keys(&[SOURCES])
        .doc(
            "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX | COUNT>] [WITHSCORES]",
            "Answers the members that any of the sources has.",
            UNION_COMPLEXITY,
            "6.2.0",
        ),
    Spec::new("ZUNIONSTORE", Group::SortedSet, zunionstore, -4)
        .flags(STORE_FLAGS)
        .keys(&[DESTINATION, SOURCES_BEHIND])
        .doc(
            "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX | COUNT>]",
            "Stores the members that any of the sources has.",
            UNION_COMPLEXITY,
            "2.0.0",
        ),
];

const STORE_FLAGS: Flags = Flags::WRITE.and(Flags::DENYOOM).and(Flags::MOVABLE_KEYS);
const SOURCES: KeySpec = KeySpec::counted(Access::RO.and(Access::ACCESS), 1);
const SOURCES_BEHIND: KeySpec = KeySpec::counted(Access::RO.and(Access::ACCESS), 2);
const DESTINATION: KeySpec = KeySpec::one(Access::OW.and(Access::UPDATE), 1);
const DIFF_COMPLEXITY: &str = "O(L+M*log M), L the members of all sources, M those of the result";
const INTER_COMPLEXITY: &str =
    "O(N*K+M*log M), N the members of the smallest of K sources, M those of the result";
const UNION_COMPLEXITY: &str = "O(N+M*log M), N the members of all sources, M those of the result";

const WEIGHT_NOT_FLOAT: Error = Error::Static("ERR weight value is not a float");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Inter,
    Diff,
}

/// What becomes of the result; some options belong to one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Answer,
    Store,
    Count,
}

/// What becomes of the scores that a member has in several sources.
#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
    /// Whatever the scores are: the sum of the weights of the sources that have the member.
    Count,
}

/// The options behind the keys.
struct Options {
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
    limit: u64,
}

/// A key that was asked for.
#[derive(Clone, Copy)]
enum Source<'a> {
    Nothing,
    Plain(&'a Set),
    Scored(&'a ZSet),
}

/// The sizes of the sets that are counted and named from the second argument on.
fn sizes(keys: &Keyspace, args: Args<'_>) -> Sizes {
    let fits = |kind| matches!(kind, Kind::Set | Kind::ZSet);
    counted("", args.from(1))
        .map_or_else(|_| Sizes::default(), |(names, _)| Sizes::of(keys, names, fits))
}

fn zdiff(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args, Operation::Diff)
}

fn zdiffstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    store(ctx, args, Operation::Diff, "zdiffstore")
}

fn zinter(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args, Operation::Inter)
}

fn zintercard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (names, rest) = counted(ctx.name, args.from(1))?;
    let sources = sources(ctx.keys, names)?;
    let options = Options::parse(rest, names.len(), Operation::Inter, Aim::Count)?;
    let mut shared = 0;
    ctx.units += intersect(&sources, &options, |_, _| {
        shared += 1;
        if shared == options.limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    ctx.out.integer(shared as i64);
    Ok(())
}

fn zinterstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    store(ctx, args, Operation::Inter, "zinterstore")
}

fn zunion(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    answer(ctx, args, Operation::Union)
}

fn zunionstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    store(ctx, args, Operation::Union, "zunionstore")
}

fn answer(ctx: &mut Ctx<'_>, args: Args<'_>, operation: Operation) -> Outcome {
    let (result, options) = compute(ctx, args.from(1), operation, Aim::Answer)?;
    let scores = if options.with_scores { Scores::With } else { Scores::Without };
    write_members(&mut ctx.out, result.members(0..result.len(), false), scores);
    Ok(())
}

/// Puts the result at the destination; an empty one removes what is there.
fn store(ctx: &mut Ctx<'_>, args: Args<'_>, operation: Operation, event: &'static str) -> Outcome {
    let (mut result, _) = compute(ctx, args.from(2), operation, Aim::Store)?;
    result.tighten(&ctx.server.config.thresholds);
    let (key, len) = (args.at(1), result.len());
    if len > 0 {
        ctx.keys.put(key, result.into_object(), Deadline::Clear);
        ctx.changed(key, Class::ZSET, event);
    } else if ctx.keys.remove(key) {
        ctx.changed(key, Class::GENERIC, "del");
    }
    ctx.out.count(len);
    Ok(())
}

/// Runs `operation` on the keys counted and named in `args`.
fn compute(
    ctx: &mut Ctx<'_>,
    args: Args<'_>,
    operation: Operation,
    aim: Aim,
) -> Result<(ZSet, Options), Error> {
    let (names, rest) = counted(ctx.name, args)?;
    let sources = sources(ctx.keys, names)?;
    let options = Options::parse(rest, names.len(), operation, aim)?;
    let thresholds = &ctx.server.config.thresholds;
    let mut result = ZSet::ordered(thresholds);
    ctx.units += match operation {
        Operation::Union => unite(&sources, &options, &mut result, thresholds),
        Operation::Diff => subtract(&sources, &mut result, thresholds),
        Operation::Inter => intersect(&sources, &options, |member, score| {
            result.update(member.text(&mut TextBuf::default()), thresholds, |_| Some(score));
            ControlFlow::Continue(())
        }),
    };
    Ok((result, options))
}

/// The keys that the first argument counts, and what follows them.
fn counted<'a>(command: &str, args: Args<'a>) -> Result<(Args<'a>, Args<'a>), Error> {
    let count = integer(args.at(0))?;
    if count < 1 {
        let text = format!("ERR at least 1 input key is needed for '{command}' command");
        return Err(Error::Text(text.into()));
    }
    match usize::try_from(count) {
        Ok(count) if count < args.len() => Ok((args.slice(1..count + 1), args.from(count + 1))),
        _ => Err(Error::SYNTAX),
    }
}

/// The sets at `names`, sorted or plain; each counts as read, and a key of another type is refused wherever it stands.
fn sources<'k>(keys: &'k mut Keyspace, names: Args<'_>) -> Result<Vec<Source<'k>>, Error> {
    let mut kinds = Vec::with_capacity(names.len());
    for name in names.iter() {
        kinds.push(match keys.read(name).map(|value: ValueRef<'_>| value.kind()) {
            kind @ (None | Some(Kind::Set | Kind::ZSet)) => kind,
            Some(_) => return Err(Error::WRONG_TYPE),
        });
    }
    let keys = &*keys;
    let found = names.iter().zip(kinds).map(|(name, kind)| match kind {
        Some(Kind::Set) => keys.look_as::<Set>(name).map_or(Source::Nothing, Source::Plain),
        _ => keys.look_as::<ZSet>(name).map_or(Source::Nothing, Source::Scored),
    });
    Ok(found.collect())
}

/// Adds every source's members to `result`; how many it looked at.
fn unite(
    sources: &[Source<'_>],
    options: &Options,
    result: &mut ZSet,
    thresholds: &Thresholds,
) -> u64 {
    let mut looked_at = 0;
    for (source, weight) in smallest_first(sources, options) {
        looked_at += source.len() as u64;
        source.visit(|member, score| {
            let score = zero_for_none(options.aggregate.weighted(score, weight));
            result.update(member.text(&mut TextBuf::default()), thresholds, |before| {
                Some(before.map_or(score, |before| options.aggregate.apply(before, score)))
            });
            ControlFlow::Continue(())
        });
    }
    looked_at
}

/// Shows the members that all sources share, with their scores, until told to stop; how many members it looked at.
fn intersect(
    sources: &[Source<'_>],
    options: &Options,
    mut visit: impl FnMut(Item<'_>, f64) -> ControlFlow<()>,
) -> u64 {
    let sources = smallest_first(sources, options);
    let Some(((smallest, weight), others)) = sources.split_first() else { return 0 };
    let mut looked_at = 0;
    smallest.visit(|member, score| {
        looked_at += 1;
        let mut total = zero_for_none(options.aggregate.weighted(score, *weight));
        let mut buf = TextBuf::default();
        let text = member.text(&mut buf);
        for (other, weight) in others {
            looked_at += 1;
            let Some(score) = other.score(text) else { return ControlFlow::Continue(()) };
            // What is no number is not taken for 0 here, unlike in a union: a sum with it is 0, MIN and MAX pass it over.
            total = options.aggregate.apply(total, options.aggregate.weighted(score, *weight));
        }
        visit(member, total)
    });
    looked_at
}

/// Adds those members of the first source to `result` that no other has; how many members it looked at.
fn subtract(sources: &[Source<'_>], result: &mut ZSet, thresholds: &Thresholds) -> u64 {
    let Some((first, others)) = sources.split_first() else { return 0 };
    // The largest is the likeliest to have a member.
    let others = order::sorted_by_key(others, |other| u64::MAX - other.len() as u64);
    let mut looked_at = 0;
    first.visit(|member, score| {
        looked_at += 1;
        let mut buf = TextBuf::default();
        let text = member.text(&mut buf);
        let elsewhere = others.iter().any(|other| {
            looked_at += 1;
            other.score(text).is_some()
        });
        if !elsewhere {
            result.update(text, thresholds, |_| Some(score));
        }
        ControlFlow::Continue(())
    });
    looked_at
}

fn smallest_first<'a>(sources: &[Source<'a>], options: &Options) -> Vec<(Source<'a>, f64)> {
    let sources: Vec<_> = sources.iter().copied().zip(options.weights.iter().copied()).collect();
    order::sorted_by_key(&sources, |(source, _)| source.len() as u64)
}

/// 0 times infinity, and the sum of opposite infinities, count as 0.
fn zero_for_none(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

impl Options {
    fn parse(
        args: Args<'_>,
        sources: usize,
        operation: Operation,
        aim: Aim,
    ) -> Result<Self, Error> {
        let mut options = Options {
            weights: vec![1.0; sources],
            aggregate: Aggregate::Sum,
            with_scores: false,
            limit: 0,
        };
        let combines = operation != Operation::Diff && aim != Aim::Count;
        let mut at = 0;
        while let Some(word) = args.get(at) {
            let values = args.len() - at - 1;
            if combines && word.eq_ignore_ascii_case(b"WEIGHTS") && values >= sources {
                for (weight, value) in options.weights.iter_mut().zip(args.from(at + 1).iter()) {
                    *weight = float(value).map_err(|_| WEIGHT_NOT_FLOAT)?;
                }
                at += sources;
            } else if combines && word.eq_ignore_ascii_case(b"AGGREGATE") && values >= 1 {
                options.aggregate = Aggregate::parse(args.at(at + 1))?;
                at += 1;
            } else if aim == Aim::Answer && word.eq_ignore_ascii_case(b"WITHSCORES") {
                options.with_scores = true;
            } else if aim == Aim::Count && word.eq_ignore_ascii_case(b"LIMIT") && values >= 1 {
                let limit = integer(args.at(at + 1)).ok();
                let limit = limit.and_then(|limit| u64::try_from(limit).ok());
                options.limit = limit.ok_or(Error::LIMIT_NEGATIVE)?;
                at += 1;
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        Ok(options)
    }
}

impl Aggregate {
    fn parse(word: &[u8]) -> Result<Self, Error> {
        match word {
            _ if word.eq_ignore_ascii_case(b"SUM") => Ok(Aggregate::Sum),
            _ if word.eq_ignore_ascii_case(b"MIN") => Ok(Aggregate::Min),
            _ if word.eq_ignore_ascii_case(b"MAX") => Ok(Aggregate::Max),
            _ if word.eq_ignore_ascii_case(b"COUNT") => Ok(Aggregate::Count),
            _ => Err(Error::SYNTAX),
        }
    }

    /// What a member brings along from a source.
    fn weighted(self, score: f64, weight: f64) -> f64 {
        match self {
            Aggregate::Count => weight,
            _ => score * weight,
        }
    }

    /// Puts what another source brings to what there is.
    fn apply(self, total: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum | Aggregate::Count => zero_for_none(total + other),
            Aggregate::Min if other < total => other,
            Aggregate::Max if other > total => other,
            Aggregate::Min | Aggregate::Max => total,
        }
    }
}

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Source::Nothing => 0,
            Source::Plain(set) => set.len(),
            Source::Scored(zset) => zset.len(),
        }
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            Source::Nothing => None,
            Source::Plain(set) => set.contains(member).then_some(1.0),
            Source::Scored(zset) => zset.score(member),
        }
    }

    /// Shows every member with its score until told to stop.
    fn visit(&self, mut visit: impl FnMut(Item<'_>, f64) -> ControlFlow<()>) {
        // Whether it was stopped makes no difference here.
        let _ = match self {
            Source::Nothing => ControlFlow::Continue(()),
            Source::Plain(set) => set.iter().try_for_each(|member| visit(member, 1.0)),
            Source::Scored(zset) => zset
                .members(0..zset.len(), false)
                .try_for_each(|(member, score)| visit(member, score)),
        };
    }
}
