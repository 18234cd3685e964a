//! Lists: written as a sequence of listpacks (the form of Redis 7), read in that form and all older ones.
//!
//! Listpacks are kept as they come, so reading a list costs a check of its bytes. A list comes back in its small form if it
//! came as one listpack that is not too large for that.

use super::old;
use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, types};
use crate::ds::chunked_list::{ChunkedList, Limit};
use crate::ds::listpack::{self, Listpack};
use crate::value::list::{self, List, Side};
use crate::value::shared::Shared;
use crate::value::{Collection, Thresholds};

/// What a node of a list is.
const PLAIN: u64 = 1;
const PACKED: u64 = 2;

/// Writes what [`types::LIST_QUICKLIST_2`] announces.
pub(super) fn write(list: &List, writer: &mut Writer<'_>) {
    match list {
        List::Packed(pack) => {
            writer.length(1);
            node(pack, writer);
        }
        List::Chunked(chunked) => {
            let chunks = chunked.chunks();
            writer.length(chunks.len() as u64);
            chunks.for_each(|chunk| node(chunk, writer));
        }
    }
}

fn node(pack: &Listpack, writer: &mut Writer<'_>) {
    writer.length(PACKED);
    writer.text(&pack.to_spec());
}

/// Reads what a list's type announces. O(bytes).
pub(super) fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<List, Refusal> {
    let limit = list::limit(t);
    if kind == types::LIST {
        return elements(reader, limit);
    }
    let mut chunked = ChunkedList::new(limit);
    let mut all_packed = kind != types::LIST_ZIPLIST;
    let nodes = if kind == types::LIST_ZIPLIST { 1 } else { reader.count(1)? };
    for _ in 0..nodes {
        let pack = match kind {
            types::LIST_QUICKLIST_2 => match reader.length()? {
                PACKED => reader.listpack()?,
                PLAIN => {
                    all_packed = false;
                    plain(reader.string()?)?
                }
                _ => return Err(Refusal::Format),
            },
            _ => old::ziplist(reader.string()?)?,
        };
        chunked.push_chunk(pack);
    }
    if chunked.is_empty() {
        return Err(Refusal::Format);
    }
    Ok(if all_packed { small_if_fits(chunked, limit) } else { List::Chunked(Shared::new(chunked)) })
}

/// The oldest form: element by element.
fn elements(reader: &mut Reader<'_>, limit: Limit) -> Result<List, Refusal> {
    let mut list = List::empty();
    for _ in 0..reader.count(1)? {
        let element = reader.string()?;
        if element.len() > listpack::ELEMENT_MAX {
            return Err(Refusal::Format);
        }
        list.push(Side::Right, element, limit);
    }
    Ok(list)
}

/// A node that is one element.
fn plain(element: &[u8]) -> Result<Listpack, Refusal> {
    let mut pack = Listpack::new();
    // Real servers have no empty ones either.
    if element.is_empty() || !pack.push_back(element) {
        return Err(Refusal::Format);
    }
    Ok(pack)
}

fn small_if_fits(chunked: ChunkedList, limit: Limit) -> List {
    if chunked.chunks().len() > 1 {
        return List::Chunked(Shared::new(chunked));
    }
    match chunked.into_listpack_if(limit) {
        Ok(pack) => List::Packed(pack),
        Err(chunked) => List::Chunked(Shared::new(chunked)),
    }
}
