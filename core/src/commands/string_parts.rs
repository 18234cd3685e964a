//! Parts of strings by byte offset. Ranges are inclusive, negative offsets count from the end; what lies outside is cut
//! off. Strings that are changed in place move out of the keyspace's records to where they can grow.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("APPEND", Group::String, append, 3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 1)])
        .doc(
            "key value",
            "Adds bytes at the end of the string at a key; answers its length.",
            "O(1) amortized for short additions: room grows in proportion",
            "2.0.0",
        ),
    Spec::new("GETRANGE", Group::String, getrange, 4)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key start end",
            "Answers the bytes of a string between two offsets.",
            "O(N), N bytes answered",
            "2.4.0",
        ),
    Spec::new("SETRANGE", Group::String, setrange, 4)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key offset value",
            "Overwrites part of a string from an offset on, filling a gap with zero bytes.",
            "O(N), N bytes written, the gap included",
            "2.2.0",
        ),
    Spec::new("SUBSTR", Group::String, getrange, 4)
        .flags(Flags::READONLY)
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key start end",
            "Answers the bytes of a string between two offsets, as GETRANGE.",
            "O(N), N bytes answered",
            "1.0.0",
        ),
];

const OFFSET_OUT_OF_RANGE: Error = Error::Static("ERR offset is out of range");

fn append(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (args.at(1), args.at(2));
    let max = max_len(ctx);
    let len = match ctx.keys.peek(key) {
        None => None,
        Some(ValueRef::Object(_)) => return Err(Error::WRONG_TYPE),
        Some(ValueRef::Bytes(bytes)) => Some(bytes.len()),
        Some(ValueRef::Int(value)) => Some(itoa::Buffer::new().format(value).len()),
    };
    if len.is_some_and(|len| (len as u64).saturating_add(value.len() as u64) > max) {
        return Err(Error::STRING_TOO_LONG);
    }
    let len = match ctx.keys.string_mut(key)? {
        Some(bytes) => {
            bytes.extend_from_slice(value);
            bytes.len()
        }
        None => {
            ctx.keys.set_bytes(key, value, Deadline::Clear);
            value.len()
        }
    };
    ctx.changed(key, Class::STRING, "append");
    ctx.out.count(len);
    Ok(())
}

fn getrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (start, end) = (integer(args.at(2))?, integer(args.at(3))?);
    let mut digits = itoa::Buffer::new();
    let bytes = match ctx.keys.read_string(args.at(1))? {
        Some(ValueRef::Int(value)) => digits.format(value).as_bytes(),
        Some(ValueRef::Bytes(bytes)) => bytes,
        Some(ValueRef::Object(_)) | None => &[],
    };
    ctx.out.bulk(part(bytes, start, end));
    Ok(())
}

fn setrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (args.at(1), args.at(3));
    let offset = u64::try_from(integer(args.at(2))?).map_err(|_| OFFSET_OUT_OF_RANGE)?;
    let too_long = offset.saturating_add(value.len() as u64) > max_len(ctx);
    let len = match ctx.keys.peek(key) {
        None => 0,
        Some(ValueRef::Object(_)) => return Err(Error::WRONG_TYPE),
        Some(ValueRef::Bytes(bytes)) => bytes.len(),
        Some(ValueRef::Int(value)) => itoa::Buffer::new().format(value).len(),
    };
    if value.is_empty() {
        ctx.out.count(len);
        return Ok(());
    }
    if too_long {
        return Err(Error::STRING_TOO_LONG);
    }
    let offset = offset as usize;
    let end = offset + value.len();
    let len = match ctx.keys.string_mut(key)? {
        Some(bytes) => {
            overwrite(bytes, offset, value);
            bytes.len()
        }
        None => {
            let mut bytes = Vec::with_capacity(end);
            overwrite(&mut bytes, offset, value);
            ctx.keys.set_text(key, &bytes, true, Deadline::Clear);
            end
        }
    };
    ctx.changed(key, Class::STRING, "setrange");
    ctx.out.count(len);
    Ok(())
}

/// The bytes from `start` to `end`, both included, counted from the end where negative.
fn part(bytes: &[u8], start: i64, end: i64) -> &[u8] {
    let len = bytes.len() as i64;
    if start < 0 && end < 0 && start > end {
        return &[];
    }
    // A negative offset before the first byte means the first byte, for the end too.
    let absolute = |offset: i64| if offset < 0 { (offset + len).max(0) } else { offset };
    let (start, end) = (absolute(start), absolute(end).min(len - 1));
    if start > end { &[] } else { &bytes[start as usize..=end as usize] }
}

fn overwrite(bytes: &mut Vec<u8>, offset: usize, value: &[u8]) {
    let end = offset + value.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(value);
}

/// Longest string that may arise, bytes.
fn max_len(ctx: &Ctx<'_>) -> u64 {
    ctx.server.config.proto_max_bulk_len.unsigned_abs()
}
