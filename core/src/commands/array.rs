//! Array commands by index, and those that append. New in Redis 8.8; behaviour is that of its command reference.
//!
//! Every argument is read before anything is changed.
//!
//! Left out: what goes over ranges (`array_range`), and searching for texts (`array_grep`).

use super::array_input::{self, index, write_index, write_value};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size};
use crate::ds::sparse::OFFSETS;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;
use crate::util::number::parse_u64;
use crate::value::{Array, SharedArray};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("ARCOUNT", Group::Array, arcount, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key", "Answers how many values an array has.", "O(1)", "8.8.0"),
    Spec::new("ARDEL", Group::Array, ardel, -3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key index [index ...]",
            "Empties indexes of an array, and with the last value removes it.",
            "O(N), N the number of indexes",
            "8.8.0",
        ),
    Spec::new("ARGET", Group::Array, arget, 3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key index", "Answers the value at an index.", "O(1)", "8.8.0"),
    Spec::new("ARINFO", Group::Array, arinfo, -2)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key [FULL]",
            "Describes an array: its size and how it is kept.",
            "O(1), with FULL O(N), N the number of slices",
            "8.8.0",
        ),
    Spec::new("ARINSERT", Group::Array, arinsert, -3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key value [value ...]",
            "Appends values behind the last one appended.",
            "O(N), N the number of values",
            "8.8.0",
        ),
    Spec::new("ARLASTITEMS", Group::Array, arlastitems, -3)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key count [REV]",
            "Answers the values appended last.",
            "O(N), N the count",
            "8.8.0",
        ),
    Spec::new("ARLEN", Group::Array, arlen, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key", "Answers the largest index with a value, plus one.", "O(1)", "8.8.0"),
    Spec::new("ARMGET", Group::Array, armget, -3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key index [index ...]",
            "Answers the values at several indexes.",
            "O(N), N the number of indexes",
            "8.8.0",
        ),
    Spec::new("ARMSET", Group::Array, armset, -4)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key index value [index value ...]",
            "Stores values at indexes.",
            "O(N), N the number of values",
            "8.8.0",
        ),
    Spec::new("ARNEXT", Group::Array, arnext, 2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key", "Answers the index that ARINSERT would use next.", "O(1)", "8.8.0"),
    Spec::new("ARRING", Group::Array, arring, -4)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key size value [value ...]",
            "Appends values to a ring of so many slots, over the oldest ones.",
            "O(M), or O(N+M) where the ring changes its size; N is what it holds, M the number of values",
            "8.8.0",
        ),
    Spec::new("ARSEEK", Group::Array, arseek, 3)
        .flags(Flags::WRITE.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc("key index", "Says where ARINSERT and ARRING go on.", "O(1)", "8.8.0"),
    Spec::new("ARSET", Group::Array, arset, -4)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key index value [value ...]",
            "Stores values from an index on.",
            "O(N), N the number of values",
            "8.8.0",
        ),
];

fn arset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, first, values) = (args.at(1), index(args.at(2))?, args.from(3));
    let last = first.checked_add(values.len() as u64 - 1);
    last.filter(|last| *last <= Array::INDEX_MAX).ok_or(array_input::INVALID_INDEX)?;
    let array = ctx.keys.write_or_create::<SharedArray>(key)?;
    let set = |(index, value)| usize::from(array.values.set(index, value));
    let new: usize = (first..).zip(values.iter()).map(set).sum();
    ctx.units += values.len() as u64 - 1;
    ctx.changed(key, Class::MODULE, "arset");
    ctx.out.count(new);
    Ok(())
}

fn armset(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, pairs) = (args.at(1), args.from(2));
    if !pairs.len().is_multiple_of(2) {
        return Err(Error::arity(ctx.name));
    }
    let indexes = array_input::indexes(pairs, 2)?;
    let array = ctx.keys.write_or_create::<SharedArray>(key)?;
    let values = pairs.iter().skip(1).step_by(2);
    let set = |(index, value): (&u64, &[u8])| usize::from(array.values.set(*index, value));
    let new: usize = indexes.iter().zip(values).map(set).sum();
    ctx.units += indexes.len() as u64 - 1;
    ctx.changed(key, Class::MODULE, "arset");
    ctx.out.count(new);
    Ok(())
}

fn arget(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let index = index(args.at(2))?;
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    write_value(&mut ctx.out, array.and_then(|array| array.values.get(index)));
    Ok(())
}

fn armget(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let indexes = array_input::indexes(args.from(2), 1)?;
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    ctx.out.array(indexes.len());
    for index in &indexes {
        write_value(&mut ctx.out, array.and_then(|array| array.values.get(*index)));
    }
    ctx.units += indexes.len() as u64 - 1;
    Ok(())
}

fn ardel(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let indexes = array_input::indexes(args.from(2), 1)?;
    let mut removed = 0;
    if let Some(array) = ctx.keys.write_as::<SharedArray>(key)?
        && indexes.iter().any(|index| array.values.get(*index).is_some())
    {
        removed = indexes.iter().filter(|index| array.values.remove(**index)).count();
        ctx.changed(key, Class::MODULE, "ardel");
        ctx.drop_if_empty(key);
    }
    ctx.units += indexes.len() as u64 - 1;
    ctx.out.count(removed);
    Ok(())
}

fn arcount(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    ctx.out.count(array.map_or(0, |array| array.len()));
    Ok(())
}

fn arlen(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    write_index(&mut ctx.out, array.map_or(0, |array| array.len_of_indexes()));
    Ok(())
}

fn arinsert(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, values) = (args.at(1), args.from(2));
    let array = ctx.keys.write_as::<SharedArray>(key)?;
    let first = array.map_or(0, |array| array.next);
    let next = first.checked_add(values.len() as u64);
    let next = next.ok_or(Error::Static("ERR insert index overflow"))?;
    let array = ctx.keys.write_or_create::<SharedArray>(key)?;
    for (index, value) in (first..next).zip(values.iter()) {
        array.values.set(index, value);
    }
    array.next = next;
    ctx.units += values.len() as u64 - 1;
    ctx.changed(key, Class::MODULE, "arinsert");
    write_index(&mut ctx.out, next - 1);
    Ok(())
}

fn arring(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, values) = (args.at(1), args.from(3));
    let size = array_input::positive(args.at(2))?;
    let array = ctx.keys.write_or_create::<SharedArray>(key)?;
    ctx.units += array.make_ring(size) as u64 + values.len() as u64 - 1;
    let mut last = 0;
    for value in values.iter() {
        last = array.push_to_ring(size, value);
    }
    ctx.changed(key, Class::MODULE, "arring");
    write_index(&mut ctx.out, last);
    Ok(())
}

fn arnext(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?;
    match array.map_or(0, |array| array.next) {
        Array::EXHAUSTED => ctx.out.null(),
        next => write_index(&mut ctx.out, next),
    }
    Ok(())
}

fn arseek(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    // The place behind the last index can be sought too: nothing can be inserted there.
    let next = parse_u64(args.at(2)).ok_or(array_input::INVALID_INDEX)?;
    let array = ctx.keys.write_as::<SharedArray>(key)?;
    let found = array.is_some();
    if let Some(array) = array {
        array.next = next;
        ctx.changed(key, Class::MODULE, "arseek");
    }
    ctx.out.flag(found);
    Ok(())
}

fn arlastitems(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let reversed = match args.get(3) {
        Some(word) if is_word(word, "REV") && args.len() == 4 => true,
        None => false,
        _ => return Err(Error::SYNTAX),
    };
    let count = size(integer(args.at(2))?).ok_or(Error::NOT_POSITIVE)?;
    let Some(array) = ctx.keys.read_as::<SharedArray>(args.at(1))? else {
        ctx.out.array(0);
        return Ok(());
    };
    // From the latest backwards; from the first index to the last one.
    let count = count.min(array.len());
    let len = array.len_of_indexes();
    let mut indexes = Vec::with_capacity(count);
    let mut at = array.anchor();
    for _ in 0..count {
        indexes.push(at);
        at = at.checked_sub(1).unwrap_or(len - 1);
    }
    if !reversed {
        indexes.reverse();
    }
    ctx.out.array(count);
    indexes.iter().for_each(|index| write_value(&mut ctx.out, array.values.get(*index)));
    ctx.units += count as u64;
    Ok(())
}

fn arinfo(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let full = match args.get(2) {
        Some(word) if is_word(word, "FULL") && args.len() == 3 => true,
        None => false,
        _ => return Err(Error::SYNTAX),
    };
    let array = ctx.keys.read_as::<SharedArray>(args.at(1))?.ok_or(Error::NO_SUCH_KEY)?;
    let slices = array.values.slices() as u64;
    let next = if array.next == Array::EXHAUSTED { 0 } else { array.next };
    let facts = [
        ("count", array.len() as u64),
        ("len", array.len_of_indexes()),
        ("next-insert-index", next),
        ("slices", slices),
        ("directory-size", slices),
        ("super-dir-entries", 0),
        ("slice-size", OFFSETS as u64),
    ];
    ctx.out.map(facts.len() + if full { 5 } else { 0 });
    for (name, value) in facts {
        ctx.out.bulk(name.as_bytes());
        write_index(&mut ctx.out, value);
    }
    if full {
        let layout = array.values.layout();
        let average = |sum: usize, of: usize| if of == 0 { 0.0 } else { sum as f64 / of as f64 };
        for (name, value) in [("dense-slices", layout.dense), ("sparse-slices", layout.sparse)] {
            ctx.out.bulk(name.as_bytes());
            ctx.out.count(value);
        }
        for (name, value) in [
            ("avg-dense-size", average(layout.dense_places, layout.dense)),
            ("avg-dense-fill", average(layout.dense_values, layout.dense_places)),
            ("avg-sparse-size", average(layout.sparse_values, layout.sparse)),
        ] {
            ctx.out.bulk(name.as_bytes());
            ctx.out.double(value);
        }
        ctx.units += slices;
    }
    Ok(())
}
