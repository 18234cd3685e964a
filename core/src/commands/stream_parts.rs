//! What the files of the stream family share: IDs as arguments, entries as replies, the texts that several of them answer.

use crate::ctx::{Ctx, integer, write_item};
use crate::error::Error;
use crate::keyspace::Keyspace;
use crate::resp::{Args, Reply};
use crate::util::is_word;
use crate::value::Stream;
use crate::value::stream::{Entry, Fields, StreamId};

/// An argument is no ID.
pub(super) const INVALID_ID: Error =
    Error::Static("ERR Invalid stream ID specified as stream command argument");

/// What becomes of deliveries when entries are removed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    /// They stay: the entry is shown as deleted.
    Keep,
    /// They go, in every group.
    Delete,
    /// Only entries that no group awaits are removed.
    Acked,
}

impl References {
    /// The option that `word` is.
    pub(super) fn of(word: &[u8]) -> Option<Self> {
        const WORDS: [(&str, References); 3] = [
            ("KEEPREF", References::Keep),
            ("DELREF", References::Delete),
            ("ACKED", References::Acked),
        ];
        WORDS.iter().find(|(name, _)| is_word(word, name)).map(|(_, references)| *references)
    }

    /// The option as it is propagated.
    pub(super) fn word(self) -> &'static [u8] {
        match self {
            References::Keep => b"KEEPREF",
            References::Delete => b"DELREF",
            References::Acked => b"ACKED",
        }
    }
}

/// Entries to delete, and what becomes of their deliveries.
pub(super) struct IdList {
    pub references: References,
    pub ids: Vec<StreamId>,
}

impl IdList {
    /// Reads `[KEEPREF | DELREF | ACKED] IDS numids id [id …]`, in any order.
    pub(super) fn parse(args: Args<'_>) -> Result<IdList, Error> {
        let (mut references, mut ids) = (None, None);
        let mut at = 0;
        while at < args.len() {
            let word = args.at(at);
            if let Some(option) = References::of(word)
                && references.is_none()
            {
                references = Some(option);
                at += 1;
            } else if is_word(word, "IDS") && ids.is_none() && at + 1 < args.len() {
                let list = counted_ids(args, at + 1)?;
                at += 2 + list.len();
                ids = Some(list);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        let ids = ids.ok_or(Error::SYNTAX)?;
        Ok(IdList { references: references.unwrap_or(References::Keep), ids })
    }
}

/// A count of IDs at `index` and that many IDs behind it.
pub(super) fn counted_ids(args: Args<'_>, index: usize) -> Result<Vec<StreamId>, Error> {
    const NOT_POSITIVE: Error = Error::Static("ERR Number of IDs must be a positive integer");
    const UNBALANCED: Error =
        Error::Static("ERR The `numids` parameter must match the number of arguments");
    let count = integer(args.at(index)).ok().filter(|count| *count > 0).ok_or(NOT_POSITIVE)?;
    let left = args.len() - index - 1;
    let count = usize::try_from(count).ok().filter(|count| *count <= left).ok_or(UNBALANCED)?;
    args.slice(index + 1..index + 1 + count).iter().map(strict_id).collect()
}

/// An ID whose missing sequence number is 0.
pub(super) fn strict_id(text: &[u8]) -> Result<StreamId, Error> {
    StreamId::parse(text, 0).ok_or(INVALID_ID)
}

/// The first ID of a range: `-`, `+`, an ID, or behind `(` one that is not in it.
pub(super) fn first_id(text: &[u8]) -> Result<StreamId, Error> {
    match range_id(text, 0)? {
        (id, false) => Ok(id),
        (id, true) => id.next().ok_or(Error::Static("ERR invalid start ID for the interval")),
    }
}

/// The last ID of a range, as [`first_id`].
pub(super) fn last_id(text: &[u8]) -> Result<StreamId, Error> {
    match range_id(text, u64::MAX)? {
        (id, false) => Ok(id),
        (id, true) => id.previous().ok_or(Error::Static("ERR invalid end ID for the interval")),
    }
}

fn range_id(text: &[u8], seq: u64) -> Result<(StreamId, bool), Error> {
    match text {
        b"-" => Ok((StreamId::MIN, false)),
        b"+" => Ok((StreamId::MAX, false)),
        [b'(', text @ ..] => Ok((StreamId::parse(text, seq).ok_or(INVALID_ID)?, true)),
        _ => Ok((StreamId::parse(text, seq).ok_or(INVALID_ID)?, false)),
    }
}

/// An ID as a bulk string.
#[inline]
pub(super) fn write_id(out: &mut Reply<'_>, id: StreamId) {
    out.bulk(id.text().bytes());
}

/// An entry: its ID and its fields.
#[inline]
pub(super) fn write_entry(out: &mut Reply<'_>, entry: Entry<'_>) {
    out.array(2);
    write_id(out, entry.id);
    write_fields(out, entry.fields);
}

/// The fields of an entry, flat in both protocols.
#[inline]
pub(super) fn write_fields(out: &mut Reply<'_>, fields: Fields<'_>) {
    out.array(fields.len() * 2);
    for (name, value) in fields {
        write_item(out, name);
        write_item(out, value);
    }
}

/// The stream at `key`, which must have the group.
///
/// # Errors
/// WRONGTYPE, or what the command says when there is no such group.
pub(super) fn with_group<'k>(
    keys: &'k mut Keyspace,
    key: &[u8],
    group: &[u8],
    missing: fn(&[u8], &[u8]) -> Error,
) -> Result<&'k mut Stream, Error> {
    match keys.write_as::<Stream>(key)? {
        Some(stream) if stream.group(group).is_some() => Ok(stream),
        _ => Err(missing(key, group)),
    }
}

/// There is no such group, or no such key.
pub(super) fn no_key_or_group(key: &[u8], group: &[u8]) -> Error {
    no_group(key, group, b"")
}

/// The same, with where it was named.
pub(super) fn no_group(key: &[u8], group: &[u8], after: &[u8]) -> Error {
    let parts =
        [b"NOGROUP No such key '", shown(key), b"' or consumer group '", shown(group), b"'", after];
    Error::Bytes(parts.concat().into())
}

/// The key is there, but has no such group.
pub(super) fn no_such_group(key: &[u8], group: &[u8]) -> Error {
    let parts: [&[u8]; 5] =
        [b"NOGROUP No such consumer group '", shown(group), b"' for key name '", shown(key), b"'"];
    Error::Bytes(parts.concat().into())
}

/// A name as errors show it: up to the first NUL, as C strings are.
fn shown(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Propagates how far a group has read.
pub(super) fn replicate_position(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    group: &[u8],
    last: StreamId,
    read: Option<u64>,
) {
    let (last, read) = (last.text(), read.map_or_else(|| b"-1".to_vec(), digits));
    ctx.replicate(&[b"XGROUP", b"SETID", key, group, last.bytes(), b"ENTRIESREAD", &read]);
}

/// A number in decimal, for requests that are propagated.
pub(super) fn digits(number: u64) -> Vec<u8> {
    itoa::Buffer::new().format(number).as_bytes().to_vec()
}
