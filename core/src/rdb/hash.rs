//! Hashes: a listpack as it is, or fields and values one after the other; older packed forms are only read.

use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, old, packed, types};
use crate::ds::listpack::{IntBuf, Listpack};
use crate::value::{Collection, Hash, Thresholds};

/// The type under which a hash is written.
pub(super) fn kind(hash: &Hash) -> u8 {
    if let Hash::Packed(_) = hash { types::HASH_LISTPACK } else { types::HASH }
}

/// Writes what [`kind`] announces.
pub(super) fn write(hash: &Hash, writer: &mut Writer<'_>) {
    if let Hash::Packed(pack) = hash {
        return writer.text(pack.as_bytes());
    }
    writer.length(hash.len() as u64);
    for (field, value) in hash.iter() {
        writer.item(field);
        writer.item(value);
    }
}

/// Reads what a hash's type announces. O(bytes).
pub(super) fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Hash, Refusal> {
    match kind {
        types::HASH => fields(reader, t),
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

/// A listpack as the small form, or as the large one if there are too many pairs.
fn adopt(pack: Listpack, t: &Thresholds) -> Result<Hash, Refusal> {
    if pack.len() / 2 > t.hash_max_listpack_entries {
        return spread(&pack, t);
    }
    packed::check_pairs(&pack, t)?;
    Ok(Hash::Packed(pack))
}

/// Sets the pairs one by one.
fn spread(pack: &Listpack, t: &Thresholds) -> Result<Hash, Refusal> {
    let mut hash = Hash::empty();
    hash.expect(pack.len() / 2, t);
    let mut items = pack.iter();
    while let Some(field) = items.next() {
        let value = items.next().ok_or(Refusal::Format)?;
        let (mut a, mut b) = (IntBuf::default(), IntBuf::default());
        if !hash.set(field.text(&mut a), value.text(&mut b), t) {
            return Err(Refusal::Format);
        }
    }
    if hash.is_empty() { Err(Refusal::Format) } else { Ok(hash) }
}
