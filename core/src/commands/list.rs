//! Lists: pushing, popping, reading and changing elements by position or value. Those that may wait are in
//! `list_blocking`, which shares the cores that are here.

use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, integer, place, size, write_item};
use crate::ds::listpack::{Item, Needle};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::Args;
use crate::util::{is_word, number, window};
use crate::value::BULK;
use crate::value::list::{self, Side};
use crate::value::{Kind, List};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("LINDEX", Group::List, lindex, 3).flags(Flags::READONLY).keys(READ).doc(
        "key index",
        "Answers the element at a position.",
        "O(N), N the distance to the nearer end",
        "1.0.0",
    ),
    Spec::new("LINSERT", Group::List, linsert, 5).flags(GROW).keys(INSERT).doc(
        "key <BEFORE | AFTER> pivot element",
        "Inserts an element beside the first one equal to the pivot.",
        "O(N), N the elements before the pivot",
        "2.2.0",
    ),
    Spec::new("LLEN", Group::List, llen, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Counts the elements.", "O(1)", "1.0.0"),
    Spec::new("LMOVE", Group::List, lmove, 5).flags(GROW).keys(MOVE).doc(
        "source destination <LEFT | RIGHT> <LEFT | RIGHT>",
        "Takes an element from an end of one list and puts it at an end of another.",
        "O(1)",
        "6.2.0",
    ),
    Spec::new("LMPOP", Group::List, lmpop, -4)
        .flags(Flags::WRITE.and(Flags::MOVABLE_KEYS))
        .keys(&[KeySpec::counted(TAKE, 1)])
        .doc(
            "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
            "Removes and answers elements of the first list that has any.",
            "O(N+M), N the number of keys, M the elements taken",
            "7.0.0",
        ),
    Spec::new("LPOP", Group::List, lpop, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(TAKE, 1)])
        .doc(
            "key [count]",
            "Removes and answers the first elements.",
            "O(N), N the elements taken",
            "1.0.0",
        ),
    Spec::new("LPOS", Group::List, lpos, -3).flags(Flags::READONLY).keys(READ).doc(
        "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
        "Answers where elements equal to the argument are.",
        "O(N), N the elements compared",
        "6.0.6",
    ),
    Spec::new("LPUSH", Group::List, lpush, -3).flags(GROW.and(Flags::FAST)).keys(INSERT).doc(
        "key element [element ...]",
        "Puts elements before the first; makes the list.",
        EACH,
        "1.0.0",
    ),
    Spec::new("LPUSHX", Group::List, lpushx, -3).flags(GROW.and(Flags::FAST)).keys(INSERT).doc(
        "key element [element ...]",
        "Puts elements before the first of an existing list.",
        EACH,
        "2.2.0",
    ),
    Spec::new("LRANGE", Group::List, lrange, 4)
        .flags(Flags::READONLY)
        .keys(READ)
        .estimate(elements_in_range)
        .doc(
            "key start stop",
            "Answers the elements from one position to another.",
            "O(S+N), S the distance of start from the nearer end, N the elements answered",
            "1.0.0",
        ),
    Spec::new("LREM", Group::List, lrem, 4)
        .flags(Flags::WRITE)
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key count element",
            "Removes elements equal to the argument: the first, the last, or all.",
            "O(N+M), N the length of the list, M the elements removed",
            "1.0.0",
        ),
    Spec::new("LSET", Group::List, lset, 4)
        .flags(GROW)
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key index element",
            "Replaces the element at a position.",
            "O(N), N the distance to the nearer end",
            "1.0.0",
        ),
    Spec::new("LTRIM", Group::List, ltrim, 4)
        .flags(Flags::WRITE)
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key start stop",
            "Keeps only the elements from one position to another.",
            "O(N), N the elements removed",
            "1.0.0",
        ),
    Spec::new("RPOP", Group::List, rpop, -2)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(TAKE, 1)])
        .doc(
            "key [count]",
            "Removes and answers the last elements.",
            "O(N), N the elements taken",
            "1.0.0",
        ),
    Spec::new("RPOPLPUSH", Group::List, rpoplpush, 3)
        .flags(GROW)
        .keys(MOVE)
        .doc(
            "source destination",
            "Takes the last element of one list and puts it first in another.",
            "O(1)",
            "1.2.0",
        )
        .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments"),
    Spec::new("RPUSH", Group::List, rpush, -3).flags(GROW.and(Flags::FAST)).keys(INSERT).doc(
        "key element [element ...]",
        "Puts elements after the last; makes the list.",
        EACH,
        "1.0.0",
    ),
    Spec::new("RPUSHX", Group::List, rpushx, -3).flags(GROW.and(Flags::FAST)).keys(INSERT).doc(
        "key element [element ...]",
        "Puts elements after the last of an existing list.",
        EACH,
        "2.2.0",
    ),
];

pub(super) const GROW: Flags = Flags::WRITE.and(Flags::DENYOOM);
pub(super) const TAKE: Access = Access::RW.and(Access::ACCESS).and(Access::DELETE);
const READ: &[KeySpec] = &[KeySpec::one(Access::RO.and(Access::ACCESS), 1)];
const INSERT: &[KeySpec] = &[KeySpec::one(Access::RW.and(Access::INSERT), 1)];
pub(super) const MOVE: &[KeySpec] =
    &[KeySpec::one(TAKE, 1), KeySpec::one(Access::RW.and(Access::INSERT), 2)];
const EACH: &str = "O(1) for each element";

fn lindex(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // The index is judged only if there is a list.
    match ctx.keys.read_as::<List>(args.at(1))? {
        None => ctx.out.null(),
        Some(list) => {
            let index = integer(args.at(2))?;
            match list.get(place(index)) {
                None => ctx.out.null(),
                Some(item) => write_item(&mut ctx.out, item),
            }
            let distance = if index < 0 { index.unsigned_abs() } else { index as u64 };
            ctx.units += distance.min(list.len() as u64);
        }
    }
    Ok(())
}

fn linsert(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let before = match args.at(2) {
        word if is_word(word, "BEFORE") => true,
        word if is_word(word, "AFTER") => false,
        _ => return Err(Error::SYNTAX),
    };
    let key = args.at(1);
    let limit = list::limit(ctx.thresholds());
    let Some(list) = ctx.keys.write_as::<List>(key)? else {
        ctx.out.integer(0);
        return Ok(());
    };
    let inserted = list.insert(args.at(3), before, args.at(4), limit);
    let len = list.len();
    ctx.units += len as u64;
    if inserted {
        ctx.changed(key, Class::LIST, "linsert");
        ctx.out.count(len);
    } else {
        ctx.out.integer(-1);
    }
    Ok(())
}

fn llen(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let len = ctx.keys.read_as::<List>(args.at(1))?.map_or(0, List::len);
    ctx.out.count(len);
    Ok(())
}

fn lmove(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let from = side(args.at(3))?;
    let to = side(args.at(4))?;
    if !try_move(ctx, args.at(1), args.at(2), from, to)? {
        ctx.out.null();
    }
    Ok(())
}

fn lmpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = MultiPop::parse(args.from(1))?;
    if !request.try_pop(ctx)? {
        ctx.out.null_array();
    }
    Ok(())
}

fn lpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    pop(ctx, args, Side::Left)
}

fn lpos(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (mut rank, mut count, mut max_len) = (1i64, None, 0usize);
    let mut i = 3;
    while i < args.len() {
        let value = args.get(i + 1).ok_or(Error::SYNTAX)?;
        let natural = |text| match number::parse_i64(value) {
            Some(number) => size(number).ok_or(Error::Static(text)),
            None => Err(Error::Static(text)),
        };
        match args.at(i) {
            word if is_word(word, "RANK") => {
                rank = bounded(value)?;
                if rank == 0 {
                    return Err(Error::Static(RANK_ZERO));
                }
            }
            word if is_word(word, "COUNT") => count = Some(natural("ERR COUNT can't be negative")?),
            word if is_word(word, "MAXLEN") => max_len = natural("ERR MAXLEN can't be negative")?,
            _ => return Err(Error::SYNTAX),
        }
        i += 2;
    }
    let Some(list) = ctx.keys.read_as::<List>(args.at(1))? else {
        if count.is_some() {
            ctx.out.array(0);
        } else {
            ctx.out.null();
        }
        return Ok(());
    };
    let most = match count {
        None => 1,
        Some(0) => usize::MAX,
        Some(count) => count,
    };
    let len = list.len();
    let compared = if max_len == 0 { len } else { max_len.min(len) };
    let needle = Needle::new(args.at(2));
    let skip = usize::try_from(rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let later = ctx.out.array_later();
    let mut found = 0;
    let mut visited = 0;
    let mut look = |(at, item): (usize, Item<'_>), matched: &mut usize| {
        visited += 1;
        if needle.matches(item) {
            *matched += 1;
            if *matched > skip {
                ctx.out.count(at);
                found += 1;
            }
        }
        found < most
    };
    let mut matched = 0;
    if rank > 0 {
        let _ = list.iter().take(compared).enumerate().all(|entry| look(entry, &mut matched));
    } else {
        let _ = list
            .rev()
            .take(compared)
            .enumerate()
            .all(|(i, item)| look((len - 1 - i, item), &mut matched));
    }
    ctx.units += visited;
    match (count, found) {
        (Some(_), found) => ctx.out.close_array(later, found),
        (None, 0) => ctx.out.null(),
        (None, _) => {}
    }
    Ok(())
}

const RANK_ZERO: &str = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... \
                         or use negative to start from the end of the list";

fn lpush(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    push(ctx, args, Side::Left, false)
}

fn lpushx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    push(ctx, args, Side::Left, true)
}

fn elements_in_range(keys: &Keyspace, args: Args<'_>) -> u64 {
    let len = work::whole(keys, args.at(1), Kind::List) as usize;
    match (integer(args.at(2)), integer(args.at(3))) {
        (Ok(start), Ok(stop)) => window(start, stop, len).map_or(0, |(_, count)| count as u64),
        _ => 0,
    }
}

fn lrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (start, stop) = (integer(args.at(2))?, integer(args.at(3))?);
    let Some(list) = ctx.keys.read_as::<List>(args.at(1))? else {
        ctx.out.array(0);
        return Ok(());
    };
    let (start, count) = window(start, stop, list.len()).unwrap_or((0, 0));
    ctx.out.array(count);
    for item in list.range(start, count) {
        write_item(&mut ctx.out, item);
    }
    ctx.units += count as u64;
    Ok(())
}

fn lrem(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let count = bounded(args.at(2))?;
    let Some(list) = ctx.keys.write_as::<List>(key)? else {
        ctx.out.integer(0);
        return Ok(());
    };
    ctx.units += list.len() as u64;
    let removed = list.remove_matching(args.at(3), place(count));
    if removed > 0 {
        ctx.changed(key, Class::LIST, "lrem");
        ctx.drop_if_empty(key);
    }
    ctx.out.count(removed);
    Ok(())
}

fn lset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let limit = list::limit(ctx.thresholds());
    let list = ctx.keys.write_as::<List>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    let index = integer(args.at(2))?;
    if !list.set(place(index), args.at(3), limit) {
        return Err(Error::INDEX_OUT_OF_RANGE);
    }
    ctx.changed(key, Class::LIST, "lset");
    ctx.out.ok();
    Ok(())
}

fn ltrim(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (start, stop) = (integer(args.at(2))?, integer(args.at(3))?);
    let key = args.at(1);
    if let Some(list) = ctx.keys.write_as::<List>(key)? {
        let len = list.len();
        let (start, count) = window(start, stop, len).unwrap_or((0, 0));
        list.trim(start, count);
        ctx.units += (len - count) as u64;
        if count == len {
            ctx.announce(key, Class::LIST, "ltrim");
        } else {
            ctx.changed(key, Class::LIST, "ltrim");
        }
        ctx.drop_if_empty(key);
    }
    ctx.out.ok();
    Ok(())
}

fn rpop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    pop(ctx, args, Side::Right)
}

fn rpoplpush(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if !try_move(ctx, args.at(1), args.at(2), Side::Right, Side::Left)? {
        ctx.out.null();
    }
    Ok(())
}

fn rpush(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    push(ctx, args, Side::Right, false)
}

fn rpushx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    push(ctx, args, Side::Right, true)
}

fn push(ctx: &mut Ctx<'_>, args: Args<'_>, side: Side, only_existing: bool) -> Outcome {
    let key = args.at(1);
    let limit = list::limit(ctx.thresholds());
    let list = if only_existing {
        match ctx.keys.write_as::<List>(key)? {
            Some(list) => list,
            None => {
                ctx.out.integer(0);
                return Ok(());
            }
        }
    } else {
        ctx.keys.write_or_create::<List>(key)?
    };
    let elements = args.from(2);
    if elements.len() > 1 {
        list.expect(elements.len(), elements.iter().map(<[u8]>::len).sum(), limit);
    }
    for element in elements.iter() {
        list.push(side, element, limit);
    }
    if elements.len() >= BULK {
        list.give_back_room();
    }
    let len = list.len();
    ctx.changed(key, Class::LIST, push_event(side));
    ctx.out.count(len);
    Ok(())
}

fn pop(ctx: &mut Ctx<'_>, args: Args<'_>, side: Side) -> Outcome {
    let key = args.at(1);
    let count = match args.get(2) {
        None => None,
        _ if args.len() > 3 => return Err(Error::arity(ctx.name)),
        Some(text) => match number::parse_i64(text) {
            Some(count) if count >= 0 => Some(count as usize),
            _ => return Err(Error::NOT_POSITIVE),
        },
    };
    let Some(list) = ctx.keys.write_as::<List>(key)? else {
        if count.is_some() {
            ctx.out.null_array();
        } else {
            ctx.out.null();
        }
        return Ok(());
    };
    if count == Some(0) {
        ctx.out.array(0);
        return Ok(());
    }
    let taken = count.unwrap_or(1).min(list.len());
    if count.is_some() {
        ctx.out.array(taken);
    }
    take(ctx, key, side, taken)
}

/// Whether there was an element to move; its reply is written if so.
pub(super) fn try_move(
    ctx: &mut Ctx<'_>,
    source: &[u8],
    destination: &[u8],
    from: Side,
    to: Side,
) -> Result<bool, Error> {
    if ctx.keys.write_as::<List>(source)?.is_none() {
        return Ok(false);
    }
    // The destination is judged before anything is taken.
    ctx.keys.write_as::<List>(destination)?;
    let limit = list::limit(ctx.thresholds());
    let element =
        ctx.keys.write_as::<List>(source)?.and_then(|list| list.pop(from, |item| item.to_vec()));
    let Some(element) = element else { return Ok(false) };
    ctx.keys.write_or_create::<List>(destination)?.push(to, &element, limit);
    ctx.changed(destination, Class::LIST, push_event(to));
    ctx.changed(source, Class::LIST, pop_event(from));
    ctx.drop_if_empty(source);
    ctx.out.bulk(&element);
    Ok(true)
}

/// LMPOP and BLMPOP: `numkeys key… LEFT|RIGHT [COUNT n]`.
pub(super) struct MultiPop<'a> {
    pub(super) keys: Args<'a>,
    side: Side,
    count: usize,
}

impl<'a> MultiPop<'a> {
    pub(super) fn parse(args: Args<'a>) -> Result<Self, Error> {
        let positive = |text: &[u8], error| match number::parse_i64(text) {
            Some(number) if number > 0 => size(number).ok_or(Error::Static(error)),
            _ => Err(Error::Static(error)),
        };
        let numkeys = positive(args.at(0), "ERR numkeys should be greater than 0")?;
        if numkeys >= args.len() - 1 {
            return Err(Error::SYNTAX);
        }
        let keys = args.slice(1..1 + numkeys);
        let side = side(args.at(1 + numkeys))?;
        let mut count = None;
        let mut rest = args.from(2 + numkeys);
        while !rest.is_empty() {
            let is_count = is_word(rest.at(0), "COUNT") && count.is_none();
            let value = rest.get(1).filter(|_| is_count).ok_or(Error::SYNTAX)?;
            count = Some(positive(value, "ERR count should be greater than 0")?);
            rest = rest.from(2);
        }
        Ok(MultiPop { keys, side, count: count.unwrap_or(1) })
    }

    /// Whether a list had elements; the reply is written if so.
    pub(super) fn try_pop(&self, ctx: &mut Ctx<'_>) -> Result<bool, Error> {
        for key in self.keys.iter() {
            ctx.units += 1;
            if let Some(list) = ctx.keys.write_as::<List>(key)? {
                let taken = self.count.min(list.len());
                ctx.out.array(2);
                ctx.out.bulk(key);
                ctx.out.array(taken);
                take(ctx, key, self.side, taken)?;
                let mut text = itoa::Buffer::new();
                ctx.replicate(&[pop_command(self.side), key, text.format(taken).as_bytes()]);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What takes elements from one end.
pub(super) fn pop_command(side: Side) -> &'static [u8] {
    match side {
        Side::Left => b"LPOP",
        Side::Right => b"RPOP",
    }
}

/// Removes `count` elements from one end and writes them.
pub(super) fn take(ctx: &mut Ctx<'_>, key: &[u8], side: Side, count: usize) -> Outcome {
    let Some(list) = ctx.keys.write_as::<List>(key)? else { return Ok(()) };
    for _ in 0..count {
        list.pop(side, |item| write_item(&mut ctx.out, item));
    }
    let empty = list.is_empty();
    ctx.units += count as u64;
    ctx.changed(key, Class::LIST, pop_event(side));
    if empty {
        ctx.drop_if_empty(key);
    }
    Ok(())
}

pub(super) fn side(word: &[u8]) -> Result<Side, Error> {
    match word {
        word if is_word(word, "LEFT") => Ok(Side::Left),
        word if is_word(word, "RIGHT") => Ok(Side::Right),
        _ => Err(Error::SYNTAX),
    }
}

/// An integer whose negation is one too.
fn bounded(argument: &[u8]) -> Result<i64, Error> {
    match integer(argument)? {
        i64::MIN => Err(Error::Static(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        )),
        value => Ok(value),
    }
}

pub(super) fn push_event(side: Side) -> &'static str {
    match side {
        Side::Left => "lpush",
        Side::Right => "rpush",
    }
}

pub(super) fn pop_event(side: Side) -> &'static str {
    match side {
        Side::Left => "lpop",
        Side::Right => "rpop",
    }
}
