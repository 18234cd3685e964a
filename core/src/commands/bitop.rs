//! BITOP: whole strings combined bit by bit, and kept.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::ds::bits::{self, Combine};
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;
use crate::util::is_word;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("BITOP", Group::Bitmap, bitop, -4)
    .flags(Flags::WRITE.and(Flags::DENYOOM))
    .keys(&[
        KeySpec::one(Access::OW.and(Access::UPDATE), 2),
        KeySpec::range(Access::RO.and(Access::ACCESS), 3, -1, 1),
    ])
    .doc(
        "<AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey key [key ...]",
        "Combines strings bit by bit and stores the result; answers its length in bytes.",
        "O(N), N bytes of all strings",
        "2.6.0",
    )];

const NOT_OF_SEVERAL: Error =
    Error::Static("ERR BITOP NOT must be called with a single source key.");

const OPERATIONS: [(&str, Combine); 8] = [
    ("AND", Combine::And),
    ("OR", Combine::Or),
    ("XOR", Combine::Xor),
    ("NOT", Combine::Not),
    ("DIFF", Combine::Diff),
    ("DIFF1", Combine::Diff1),
    ("ANDOR", Combine::AndOr),
    ("ONE", Combine::One),
];

fn bitop(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (destination, names) = (args.at(2), args.from(3));
    let operation = OPERATIONS.iter().find(|(word, _)| is_word(args.at(1), word));
    let (word, how) = operation.ok_or(Error::SYNTAX)?;
    match how {
        Combine::Not if names.len() > 1 => return Err(NOT_OF_SEVERAL),
        Combine::Diff | Combine::Diff1 | Combine::AndOr if names.len() < 2 => {
            let text = " must be called with at least two source keys.";
            return Err(Error::quoting("ERR BITOP ", word.as_bytes(), text));
        }
        _ => {}
    }
    for name in names.iter() {
        ctx.keys.read_string(name)?;
    }
    // The texts of strings that are kept as integers, in the order of their keys.
    let mut digits = Vec::new();
    for name in names.iter() {
        if let Some(ValueRef::Int(value)) = ctx.keys.look(name) {
            digits.push(itoa::Buffer::new().format(value).as_bytes().to_vec());
        }
    }
    let mut texts = digits.iter();
    let sources: Vec<&[u8]> = names
        .iter()
        .map(|name| match ctx.keys.look(name) {
            Some(ValueRef::Int(_)) => texts.next().map_or(&[][..], Vec::as_slice),
            Some(ValueRef::Bytes(bytes)) => bytes,
            Some(ValueRef::Object(_)) | None => &[],
        })
        .collect();
    let result = bits::combine(*how, &sources);
    let len = result.len();
    ctx.units += (len / 8) as u64 * names.len() as u64;
    if len > 0 {
        ctx.keys.set_built(destination, result, Deadline::Clear);
        ctx.changed(destination, Class::STRING, "set");
    } else if ctx.keys.remove(destination) {
        ctx.changed(destination, Class::GENERIC, "del");
    }
    ctx.out.count(len);
    Ok(())
}
