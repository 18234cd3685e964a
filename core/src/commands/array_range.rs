//! Array commands over ranges of indexes. New in Redis 8.8; behaviour is that of its command reference.
//!
//! Left out: searching for texts (`array_grep`).

use super::array_input::{self, index, write_index};
use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, write_item};
use crate::ds::listpack::{Item, TextBuf};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::limits;
use crate::resp::Args;
use crate::util::is_word;
use crate::util::number;
use crate::value::{Kind, SharedArray};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("ARDELRANGE", Group::Array, ardelrange, -4)
        .flags(Flags::WRITE)
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key start end [start end ...]",
            "Empties ranges of indexes, and with the last value removes the array.",
            "O(N), N the number of values removed and of slices they are in",
            "8.8.0",
        ),
    Spec::new("ARGETRANGE", Group::Array, argetrange, 4)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key start end",
            "Answers what is at every index of a range, in either direction.",
            "O(N), N the length of the range",
            "8.8.0",
        ),
    Spec::new("AROP", Group::Array, arop, -5)
        .estimate(|keys, args| fold(args).map_or(0, |_| values(keys, args)))
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key start end <SUM | MIN | MAX | AND | OR | XOR | MATCH value | USED>",
            "Answers what the values of a range come to.",
            "O(N), N the number of values in the range",
            "8.8.0",
        ),
    Spec::new("ARSCAN", Group::Array, arscan, -4)
        .estimate(|keys, args| scan(args).map_or(0, |_| values(keys, args)))
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key start end [LIMIT limit]",
            "Answers the indexes and values that a range has, in either direction.",
            "O(N), N the number of values in the range",
            "8.8.0",
        ),
];

/// What AROP makes of values.
enum Operation<'a> {
    Sum,
    Min,
    Max,
    And,
    Or,
    Xor,
    Match(&'a [u8]),
    Used,
}

fn values(keys: &Keyspace, args: Args<'_>) -> u64 {
    work::whole(keys, args.at(1), Kind::Array)
}

fn ardelrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    if !args.len().is_multiple_of(2) {
        return Err(Error::arity(ctx.name));
    }
    let bounds = array_input::indexes(args.from(2), 1)?;
    let mut removed = 0;
    if let Some(array) = ctx.keys.write_as::<SharedArray>(key)? {
        for range in bounds.chunks_exact(2) {
            let (from, to) = (range[0].min(range[1]), range[0].max(range[1]));
            // Looked for first: what is shared is only copied to be changed.
            if array.values.next(from).is_some_and(|index| index <= to) {
                removed += array.values.remove_range(from, to);
            }
        }
    }
    if removed > 0 {
        ctx.units += removed as u64;
        ctx.changed(key, Class::MODULE, "ardelrange");
        ctx.drop_if_empty(key);
    }
    ctx.out.count(removed);
    Ok(())
}

fn argetrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (index(args.at(2))?, index(args.at(3))?);
    let len = from.abs_diff(to).saturating_add(1);
    if len > limits::ARRAY_RANGE_MAX {
        return Err(Error::Static("ERR range exceeds maximum of 1000000 items"));
    }
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    ctx.out.array(len as usize);
    // Whatever is at an index, those before it that have nothing are nulls.
    let mut written = 0;
    if let Some(array) = array {
        array.values.walk(from, to, &mut |index, value| {
            for _ in written..from.abs_diff(index) {
                ctx.out.null();
            }
            written = from.abs_diff(index) + 1;
            write_item(&mut ctx.out, value);
            true
        });
    }
    for _ in written..len {
        ctx.out.null();
    }
    ctx.units += len;
    Ok(())
}

/// The ends of ARSCAN's range, and how many values at most.
fn scan(args: Args<'_>) -> Result<(u64, u64, u64), Error> {
    let (from, to) = (index(args.at(2))?, index(args.at(3))?);
    let limit = match args.get(4) {
        None => u64::MAX,
        Some(word) if is_word(word, "LIMIT") && args.len() == 6 => {
            array_input::positive(args.at(5))?
        }
        Some(_) => return Err(Error::SYNTAX),
    };
    Ok((from, to, limit))
}

fn arscan(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (from, to, limit) = scan(args)?;
    let Some(array) = ctx.keys.read_as::<SharedArray>(args.at(1))? else {
        ctx.out.array(0);
        return Ok(());
    };
    let (later, mut written) = (ctx.out.array_later(), 0);
    array.values.walk(from, to, &mut |index, value| {
        ctx.out.array(2);
        write_index(&mut ctx.out, index);
        write_item(&mut ctx.out, value);
        written += 1;
        written < limit
    });
    ctx.out.close_array(later, written as usize);
    ctx.units += written;
    Ok(())
}

/// The ends of AROP's range, and what to make of its values.
fn fold<'a>(args: Args<'a>) -> Result<(u64, u64, Operation<'a>), Error> {
    let (from, to) = (index(args.at(2))?, index(args.at(3))?);
    Ok((from, to, Operation::parse(args.from(4))?))
}

fn arop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (from, to, operation) = fold(args)?;
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    let (mut count, mut visited) = (0, 0);
    let (mut real, mut whole) = (None, None);
    let mut see = |_, value: Item<'_>| {
        visited += 1;
        let mut digits = TextBuf::default();
        match &operation {
            Operation::Used => count += 1,
            Operation::Match(text) => count += u64::from(value.text(&mut digits) == *text),
            _ => {
                if let Some(number) = number::parse_f64(value.text(&mut digits)) {
                    let exact = value.as_int().unwrap_or(number as i64);
                    operation.fold(&mut real, number, &mut whole, exact);
                }
            }
        }
        true
    };
    if let Some(array) = array {
        array.values.walk(from.min(to), from.max(to), &mut see);
    }
    ctx.units += visited;
    match (&operation, real, whole) {
        (Operation::Used | Operation::Match(_), ..) => ctx.out.count(count as usize),
        (_, _, Some(whole)) => ctx.out.integer(whole),
        (_, Some(real), None) => {
            let mut text = Vec::new();
            number::write_f64(&mut text, real);
            ctx.out.bulk(&text);
        }
        (_, None, None) => ctx.out.null(),
    }
    Ok(())
}

impl<'a> Operation<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let word = args.at(0);
        let operation = match args.get(1) {
            Some(text) if is_word(word, "MATCH") && args.len() == 2 => Operation::Match(text),
            Some(_) => return Err(Error::SYNTAX),
            None if is_word(word, "SUM") => Operation::Sum,
            None if is_word(word, "MIN") => Operation::Min,
            None if is_word(word, "MAX") => Operation::Max,
            None if is_word(word, "AND") => Operation::And,
            None if is_word(word, "OR") => Operation::Or,
            None if is_word(word, "XOR") => Operation::Xor,
            None if is_word(word, "USED") => Operation::Used,
            None => return Err(Error::SYNTAX),
        };
        Ok(operation)
    }

    /// Takes one number more into what came of those before.
    fn fold(&self, real: &mut Option<f64>, number: f64, whole: &mut Option<i64>, exact: i64) {
        let (a, b) = (real.unwrap_or(number), whole.unwrap_or(exact));
        match self {
            Operation::Sum => *real = Some(real.map_or(number, |sum| sum + number)),
            Operation::Min => *real = Some(a.min(number)),
            Operation::Max => *real = Some(a.max(number)),
            Operation::And => *whole = Some(b & exact),
            Operation::Or => *whole = Some(b | exact),
            Operation::Xor => *whole = Some(whole.map_or(exact, |bits| bits ^ exact)),
            Operation::Match(_) | Operation::Used => {}
        }
    }
}
