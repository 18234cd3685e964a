//! Hashes: a listpack as it is, or fields and values one after the other; older packed forms are only read.
//!
//! With deadlines of fields a hash goes out as Valkey 9 has it: field, value, deadline. What Redis has had since 7.4 is
//! read: after the earliest deadline of all, either each field's own counted from that (and one more, so that 0 is none),
//! field, value; or a listpack of fields, values and deadlines.

use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, old, packed, types};
use crate::ds::dict::Deadline;
use crate::ds::listpack::{Listpack, TextBuf};
use crate::value::{Collection, Hash, Thresholds};

/// Instead of a field's deadline: none.
const NEVER: u64 = u64::MAX;

/// The type under which a hash is written.
pub(super) fn kind(hash: &Hash) -> u8 {
    match hash {
        Hash::Packed(_) => types::HASH_LISTPACK,
        Hash::Table(_) if hash.deadlines() > 0 => types::HASH_VALKEY,
        Hash::Table(_) => types::HASH,
    }
}

/// Writes what [`kind`] announces.
pub(super) fn write(hash: &Hash, writer: &mut Writer<'_>) {
    if let Hash::Packed(pack) = hash {
        return writer.text(&pack.to_spec());
    }
    writer.length(hash.len() as u64);
    let with_deadlines = hash.deadlines() > 0;
    for ((field, value), deadline) in hash.iter_with_deadlines() {
        writer.item(field);
        writer.item(value);
        if with_deadlines {
            writer.number(deadline.unwrap_or(NEVER));
        }
    }
}

/// Reads what a hash's type announces. O(bytes).
pub(super) fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Hash, Refusal> {
    match kind {
        types::HASH => fields(reader, t),
        types::HASH_VALKEY | types::HASH_METADATA => deadlines(kind, reader, t),
        types::HASH_LISTPACK_EX => {
            // The earliest deadline, which is known.
            reader.number()?;
            triplets(&reader.listpack()?, t)
        }
        types::HASH_ZIPMAP => {
            // Once as small as this form got, so thresholds matter anew.
            let pack = old::zipmap(reader.string()?)?;
            packed::check_pairs(&pack, t)?;
            spread(&pack, t)
        }
        types::HASH_ZIPLIST => adopt(old::ziplist(reader.string()?)?, t),
        _ => adopt(reader.listpack()?, t),
    }
}

fn fields(reader: &mut Reader<'_>, t: &Thresholds) -> Result<Hash, Refusal> {
    let count = reader.count(2)?;
    let mut hash = Hash::empty();
    hash.expect(count, t);
    let mut field = Vec::new();
    for _ in 0..count {
        field.clear();
        field.extend_from_slice(reader.string()?);
        if !hash.set(&field, reader.string()?, t) {
            return Err(Refusal::Format);
        }
    }
    Ok(hash)
}

/// Fields, values and deadlines one after the other, in Valkey's way or in Redis'.
fn deadlines(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Hash, Refusal> {
    let valkey = kind == types::HASH_VALKEY;
    let earliest = if valkey { 0 } else { reader.number()? };
    let count = reader.count(3)?;
    let mut hash = Hash::empty();
    hash.expect(count, t);
    let (mut field, mut value) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let after = if valkey { 0 } else { reader.length()? };
        field.clear();
        field.extend_from_slice(reader.string()?);
        value.clear();
        value.extend_from_slice(reader.string()?);
        let deadline = match after {
            _ if valkey => Some(reader.number()?).filter(|at| *at != NEVER),
            0 => None,
            after => Some(earliest.checked_add(after - 1).ok_or(Refusal::Format)?),
        };
        add(&mut hash, &field, &value, deadline, t)?;
    }
    Ok(hash)
}

/// A listpack of fields, values and deadlines, 0 for none.
fn triplets(pack: &Listpack, t: &Thresholds) -> Result<Hash, Refusal> {
    let mut hash = Hash::empty();
    hash.expect(pack.len() / 3, t);
    let mut items = pack.iter();
    while let Some(field) = items.next() {
        let value = items.next().ok_or(Refusal::Format)?;
        let at = items.next().and_then(|at| at.as_int()).ok_or(Refusal::Format)?;
        let deadline = u64::try_from(at).map_err(|_| Refusal::Format)?;
        let (mut a, mut b) = (TextBuf::default(), TextBuf::default());
        let (field, value) = (field.text(&mut a), value.text(&mut b));
        add(&mut hash, field, value, Some(deadline).filter(|at| *at > 0), t)?;
    }
    if hash.is_empty() { Err(Refusal::Format) } else { Ok(hash) }
}

fn add(
    hash: &mut Hash,
    field: &[u8],
    value: &[u8],
    deadline: Option<u64>,
    t: &Thresholds,
) -> Result<(), Refusal> {
    // Real servers count in signed numbers.
    if deadline.is_some_and(|at| i64::try_from(at).is_err()) {
        return Err(Refusal::Format);
    }
    let deadline = deadline.map_or(Deadline::Clear, Deadline::Set);
    if hash.set_until(field, value, deadline, t) { Ok(()) } else { Err(Refusal::Format) }
}

/// A listpack as the small form, or as the large one if there are too many pairs.
fn adopt(mut pack: Listpack, t: &Thresholds) -> Result<Hash, Refusal> {
    if pack.len() / 2 > t.hash_max_listpack_entries {
        return spread(&pack, t);
    }
    packed::check_pairs(&pack, t)?;
    pack.share_stems(1);
    Ok(Hash::Packed(pack))
}

/// Sets the pairs one by one.
fn spread(pack: &Listpack, t: &Thresholds) -> Result<Hash, Refusal> {
    let mut hash = Hash::empty();
    hash.expect(pack.len() / 2, t);
    let mut items = pack.iter();
    while let Some(field) = items.next() {
        let value = items.next().ok_or(Refusal::Format)?;
        let (mut a, mut b) = (TextBuf::default(), TextBuf::default());
        if !hash.set(field.text(&mut a), value.text(&mut b), t) {
            return Err(Refusal::Format);
        }
    }
    if hash.is_empty() { Err(Refusal::Format) } else { Ok(hash) }
}
