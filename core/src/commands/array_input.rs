//! What array commands have in common: indexes as arguments, and indexes and values as replies.

use crate::ctx::{integer, write_item};
use crate::ds::listpack::Item;
use crate::error::Error;
use crate::resp::{Args, Reply};
use crate::util::number::parse_u64;
use crate::value::Array;

/// An index that is none.
pub(super) const INVALID_INDEX: Error = Error::Static("ERR invalid array index");

/// The argument as an index.
///
/// # Errors
/// It is none.
pub(super) fn index(text: &[u8]) -> Result<u64, Error> {
    parse_u64(text).filter(|index| *index <= Array::INDEX_MAX).ok_or(INVALID_INDEX)
}

/// Every `step`th argument as an index.
///
/// # Errors
/// One of them is none.
pub(super) fn indexes(args: Args<'_>, step: usize) -> Result<Vec<u64>, Error> {
    args.iter().step_by(step).map(index).collect()
}

/// A size or limit: a whole number above 0.
///
/// # Errors
/// It is none.
pub(super) fn positive(text: &[u8]) -> Result<u64, Error> {
    match integer(text)? {
        number if number > 0 => Ok(number as u64),
        _ => Err(Error::NOT_POSITIVE),
    }
}

/// An index as an integer, and beyond 63 bits as what can hold it: a big number in RESP3, a bulk string in RESP2.
pub(super) fn write_index(out: &mut Reply<'_>, index: u64) {
    match i64::try_from(index) {
        Ok(index) => out.integer(index),
        Err(_) => out.big_number(itoa::Buffer::new().format(index)),
    }
}

/// A value, or that there is none.
pub(super) fn write_value(out: &mut Reply<'_>, value: Option<Item<'_>>) {
    match value {
        Some(value) => write_item(out, value),
        None => out.null(),
    }
}
