//! Where a bit is: what commands on single bits and on fields of several read alike.

use crate::ctx::Ctx;
use crate::error::Error;
use crate::util::number;

const OFFSET_OUT_OF_RANGE: Error =
    Error::Static("ERR bit offset is not an integer or out of range");

/// A bit offset. With a width, `#n` is the `n`th field of so many bits.
///
/// # Errors
/// Not a number, or beyond the longest string.
pub(super) fn bit_offset(ctx: &Ctx<'_>, text: &[u8], width: Option<u32>) -> Result<u64, Error> {
    let offset = match (text, width) {
        // The servers multiply without asking whether it fits.
        ([b'#', index @ ..], Some(width)) => {
            number::parse_i64(index).map(|index| index.wrapping_mul(i64::from(width)))
        }
        _ => number::parse_i64(text),
    };
    let longest = ctx.server.config.proto_max_bulk_len.unsigned_abs();
    offset
        .and_then(|offset| u64::try_from(offset).ok())
        .filter(|offset| offset / 8 < longest)
        .ok_or(OFFSET_OUT_OF_RANGE)
}
