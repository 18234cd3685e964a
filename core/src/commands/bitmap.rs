//! Strings as rows of bits: single ones, how many are set, and where the first is. Combining whole rows is in
//! `bitop`, numbers of several bits in `bitfield`.

use super::bit_offset::bit_offset;
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::bits;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;
use crate::util::is_word;
use std::ops::Range;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("BITCOUNT", Group::Bitmap, bitcount, -2).flags(Flags::READONLY).keys(&[READ]).doc(
        "key [start [end [BYTE | BIT]]]",
        "Counts the bits that are 1 in a string, or in a part of it.",
        "O(N), N bytes of the part",
        "2.6.0",
    ),
    Spec::new("BITPOS", Group::Bitmap, bitpos, -3).flags(Flags::READONLY).keys(&[READ]).doc(
        "key bit [start [end [BYTE | BIT]]]",
        "Answers where the first 1 or the first 0 is in a string, or in a part of it.",
        "O(N), N bytes of the part",
        "2.8.7",
    ),
    Spec::new("GETBIT", Group::Bitmap, getbit, 3)
        .flags(Flags::READONLY.and(Flags::FAST))
        .keys(&[READ])
        .doc("key offset", "Answers one bit of a string.", "O(1)", "2.2.0"),
    Spec::new("SETBIT", Group::Bitmap, setbit, 4)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
        .doc(
            "key offset value",
            "Sets one bit of a string, which grows as far as needed; answers what the bit was.",
            "O(1)",
            "2.2.0",
        ),
];

const READ: KeySpec = KeySpec::one(Access::RO.and(Access::ACCESS), 1);

const BIT_OUT_OF_RANGE: Error = Error::Static("ERR bit is not an integer or out of range");
const NO_BIT: Error = Error::Static("ERR The bit argument must be 1 or 0.");

/// A part of a string, as BITCOUNT and BITPOS take it.
struct Part {
    start: i64,
    end: Option<i64>,
    /// Offsets are bits, not bytes.
    of_bits: bool,
}

fn bitcount(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let part = Part::read(args.from(2))?;
    let mut digits = itoa::Buffer::new();
    let bytes = text(ctx.keys.read_string(args.at(1))?, &mut digits).unwrap_or_default();
    // Backwards from the end both, a part that is turned round is nothing, even where both ends would be cut to 0.
    let turned = part.end.is_some_and(|end| part.start < 0 && end < 0 && part.start > end);
    let range = if turned { 0..0 } else { part.bits(bytes.len()) };
    let ones = bits::count_range(bytes, range.clone());
    ctx.units += words(&range);
    ctx.out.integer(ones as i64);
    Ok(())
}

fn bitpos(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let value = match integer(args.at(2))? {
        0 => false,
        1 => true,
        _ => return Err(NO_BIT),
    };
    let part = Part::read(args.from(3))?;
    let mut digits = itoa::Buffer::new();
    let Some(bytes) = text(ctx.keys.read_string(args.at(1))?, &mut digits) else {
        ctx.out.integer(if value { -1 } else { 0 });
        return Ok(());
    };
    let range = part.bits(bytes.len());
    let found = match bits::find(bytes, range.clone(), value) {
        Some(at) => at as i64,
        // Without an end, the zeros behind the string count.
        None if !value && part.end.is_none() && !range.is_empty() => range.end as i64,
        None => -1,
    };
    ctx.units += words(&range);
    ctx.out.integer(found);
    Ok(())
}

fn getbit(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let offset = bit_offset(ctx, args.at(2), None)?;
    let mut digits = itoa::Buffer::new();
    let bytes = text(ctx.keys.read_string(args.at(1))?, &mut digits).unwrap_or_default();
    let byte = bytes.get((offset / 8) as usize).copied().unwrap_or(0);
    ctx.out.flag(byte & mask(offset) != 0);
    Ok(())
}

fn setbit(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, offset) = (args.at(1), bit_offset(ctx, args.at(2), None)?);
    let value = match args.at(3) {
        b"0" => false,
        b"1" => true,
        _ => return Err(BIT_OUT_OF_RANGE),
    };
    let at = (offset / 8) as usize;
    let (bytes, has_grown) = ctx.keys.string_of_at_least(key, at + 1)?;
    let byte = &mut bytes[at];
    let old = *byte & mask(offset) != 0;
    if old != value {
        *byte ^= mask(offset);
    }
    if has_grown || old != value {
        ctx.changed(key, Class::STRING, "setbit");
    }
    ctx.out.flag(old);
    Ok(())
}

impl Part {
    fn read(args: Args<'_>) -> Result<Part, Error> {
        if args.len() > 3 {
            return Err(Error::SYNTAX);
        }
        let start = args.get(0).map_or(Ok(0), integer)?;
        let of_bits = match args.get(2) {
            None => false,
            Some(unit) if is_word(unit, "BYTE") => false,
            Some(unit) if is_word(unit, "BIT") => true,
            Some(_) => return Err(Error::SYNTAX),
        };
        let end = args.get(1).map(integer).transpose()?;
        Ok(Part { start, end, of_bits })
    }

    /// The bits of it that a string of `len` bytes has.
    fn bits(&self, len: usize) -> Range<u64> {
        let scale = if self.of_bits { 1 } else { 8 };
        let units = (len as i64) * 8 / scale;
        let absolute = |at: i64| if at < 0 { at.saturating_add(units).max(0) } else { at };
        let start = absolute(self.start);
        let end = self.end.map_or(units, |end| absolute(end).saturating_add(1).min(units));
        if start >= end { 0..0 } else { (start * scale) as u64..(end * scale) as u64 }
    }
}

/// The string's bytes, with the digits of one that is kept as an integer.
fn text<'a>(value: Option<ValueRef<'a>>, digits: &'a mut itoa::Buffer) -> Option<&'a [u8]> {
    match value? {
        ValueRef::Int(value) => Some(digits.format(value).as_bytes()),
        ValueRef::Bytes(bytes) => Some(bytes),
        ValueRef::Object(_) => None,
    }
}

fn mask(offset: u64) -> u8 {
    0x80 >> (offset % 8)
}

/// 64-bit words that a range of bits takes.
fn words(range: &Range<u64>) -> u64 {
    (range.end - range.start) / 64
}
