//! Sets: integers as they are kept, everything else member by member. A small set of texts is a listpack in newer files; it
//! is only read, since Redis 7.0 does not know it.

use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, packed, types};
use crate::ds::intset::Intset;
use crate::value::{Collection, Set, Thresholds};

/// The type under which a set is written.
pub(super) fn kind(set: &Set) -> u8 {
    if let Set::Ints(_) = set { types::SET_INTSET } else { types::SET }
}

/// Writes what [`kind`] announces.
pub(super) fn write(set: &Set, writer: &mut Writer<'_>) {
    if let Set::Ints(ints) = set {
        return writer.text(ints.as_bytes());
    }
    writer.length(set.len() as u64);
    set.iter().for_each(|member| writer.item(member));
}

/// Reads what a set's type announces. O(bytes).
pub(super) fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Set, Refusal> {
    match kind {
        types::SET => members(reader, t),
        types::SET_INTSET => {
            let ints = Intset::validate(reader.string()?).map_err(|_| Refusal::Format)?;
            if ints.is_empty() {
                return Err(Refusal::Format);
            }
            let mut set = Set::Ints(ints);
            set.expect(set.len(), t);
            Ok(set)
        }
        _ => {
            let mut pack = reader.listpack()?;
            if pack.is_empty() || !packed::unique(&pack, 1, t) {
                return Err(Refusal::Format);
            }
            pack.share_stems(1);
            let mut set = Set::Packed(pack);
            set.expect(set.len(), t);
            Ok(set)
        }
    }
}

fn members(reader: &mut Reader<'_>, t: &Thresholds) -> Result<Set, Refusal> {
    let count = reader.count(1)?;
    // As the real servers: integers until a member is none, unless there are too many for that.
    let mut set = Set::empty();
    set.expect(count, t);
    for _ in 0..count {
        if !set.add(reader.string()?, t) {
            return Err(Refusal::Format);
        }
    }
    Ok(set)
}
