//! BITFIELD: numbers of any width at any place of a string, read and changed, several at a time.

use super::bit_offset::bit_offset;
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::bitfield::{Format, Overflow};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;
use crate::util::{is_word, number};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("BITFIELD", Group::Bitmap, bitfield, -2)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(
            Access::RW.and(Access::ACCESS).and(Access::UPDATE).and(Access::VARIABLE),
            1,
        )
        .noted("This command allows both access and modification of the key")])
        .doc(
            "key [<GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...>]",
            "Reads and changes numbers of any width at any place of a string.",
            "O(1) for each operation",
            "3.2.0",
        ),
    Spec::new("BITFIELD_RO", Group::Bitmap, bitfield_ro, -2)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key [<GET encoding offset ...>]",
            "Reads numbers of any width at any place of a string.",
            "O(1) for each operation",
            "6.0.0",
        ),
];

const BAD_TYPE: Error = Error::Static(
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const BAD_OVERFLOW: Error = Error::Static("ERR Invalid OVERFLOW type specified");
const ONLY_GET: Error = Error::Static("ERR BITFIELD_RO only supports the GET subcommand");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Get,
    Set(i64),
    Add(i64),
}

#[derive(Clone, Copy)]
struct Operation {
    action: Action,
    format: Format,
    offset: u64,
    overflow: Overflow,
}

fn bitfield(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, false)
}

fn bitfield_ro(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, true)
}

fn run(ctx: &mut Ctx<'_>, args: Args<'_>, only_get: bool) -> Outcome {
    let operations = parse(ctx, args.from(2))?;
    let written = operations.iter().filter(|operation| operation.action != Action::Get);
    let end = written.map(|operation| operation.offset + u64::from(operation.format.bits)).max();
    ctx.units += operations.len() as u64;
    match end {
        Some(_) if only_get => Err(ONLY_GET),
        Some(end) => write(ctx, args.at(1), &operations, end.div_ceil(8) as usize),
        None => read(ctx, args.at(1), &operations),
    }
}

fn read(ctx: &mut Ctx<'_>, key: &[u8], operations: &[Operation]) -> Outcome {
    let mut digits = itoa::Buffer::new();
    let bytes = match ctx.keys.read_string(key)? {
        Some(ValueRef::Int(value)) => digits.format(value).as_bytes(),
        Some(ValueRef::Bytes(bytes)) => bytes,
        Some(ValueRef::Object(_)) | None => &[],
    };
    ctx.out.array(operations.len());
    for Operation { format, offset, .. } in operations {
        ctx.out.integer(format.get(bytes, *offset));
    }
    Ok(())
}

/// The string grows to `len` bytes first, whether or not anything is then written.
fn write(ctx: &mut Ctx<'_>, key: &[u8], operations: &[Operation], len: usize) -> Outcome {
    let (bytes, has_grown) = ctx.keys.string_of_at_least(key, len)?;
    let mut changed = false;
    let mut results = Vec::with_capacity(operations.len());
    for &Operation { action, format, offset, overflow } in operations {
        let old = format.get(bytes, offset);
        let new = match action {
            Action::Get => Some(old),
            Action::Set(value) => format.fit(value, overflow),
            Action::Add(increment) => format.sum(old, increment, overflow),
        };
        if let Some(new) = new.filter(|_| action != Action::Get) {
            format.set(bytes, offset, new);
            changed |= has_grown || old != new;
        }
        results.push(new.map(|new| if matches!(action, Action::Set(_)) { old } else { new }));
    }
    if changed {
        ctx.changed(key, Class::STRING, "setbit");
    } else if has_grown {
        // Made longer, and nothing written: no event, but not what it was.
        ctx.noted();
    }
    ctx.out.array(results.len());
    for result in results {
        match result {
            Some(value) => ctx.out.integer(value),
            None => ctx.out.null(),
        }
    }
    Ok(())
}

fn parse(ctx: &Ctx<'_>, args: Args<'_>) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut overflow = Overflow::Wrap;
    let mut at = 0;
    while let Some(word) = args.get(at) {
        let left = args.len() - at - 1;
        if is_word(word, "OVERFLOW") && left > 0 {
            overflow = parse_overflow(args.at(at + 1))?;
            at += 2;
            continue;
        }
        let get = is_word(word, "GET") && left > 1;
        let set = is_word(word, "SET") && left > 2;
        let add = is_word(word, "INCRBY") && left > 2;
        if !(get || set || add) {
            return Err(Error::SYNTAX);
        }
        let format = parse_format(args.at(at + 1))?;
        let offset = bit_offset(ctx, args.at(at + 2), Some(format.bits))?;
        let action = if get {
            Action::Get
        } else {
            let value = integer(args.at(at + 3))?;
            if set { Action::Set(value) } else { Action::Add(value) }
        };
        operations.push(Operation { action, format, offset, overflow });
        at += if get { 3 } else { 4 };
    }
    Ok(operations)
}

fn parse_overflow(word: &[u8]) -> Result<Overflow, Error> {
    [("WRAP", Overflow::Wrap), ("SAT", Overflow::Saturate), ("FAIL", Overflow::Fail)]
        .into_iter()
        .find_map(|(name, overflow)| is_word(word, name).then_some(overflow))
        .ok_or(BAD_OVERFLOW)
}

/// `i` or `u` and the width.
fn parse_format(text: &[u8]) -> Result<Format, Error> {
    let (signed, digits) = match text {
        [b'i', digits @ ..] => (true, digits),
        [b'u', digits @ ..] => (false, digits),
        _ => return Err(BAD_TYPE),
    };
    match number::parse_i64(digits) {
        Some(bits) if bits >= 1 && bits <= if signed { 64 } else { 63 } => {
            Ok(Format { signed, bits: bits as u32 })
        }
        _ => Err(BAD_TYPE),
    }
}
