//! Streams: their nodes as the listpacks that Redis keeps, their counters, and their groups with what waits.
//!
//! ```text
//! node:  entries | deleted | fields | name* | 0 | entry*
//! entry: flags | ms and seq past the node's ID | [fields] | value* or (name value)* | items before this one
//! ```
//!
//! The flags: 1, the entry was deleted; 2, its names are the node's, and only values follow. Nodes are read entry by entry
//! into nodes of our own kind.
//!
//! An entry that waits and that nobody owns (XNACK) goes out as it is, which servers without that command refuse.
//!
//! Left out: the idempotent IDs of producers, for which no form has been made public.

use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, types};
use crate::ds::listpack::{self, Item, Listpack, TextBuf};
use crate::value::Thresholds;
use crate::value::stream::group::NOBODY;
use crate::value::stream::{Entry, Group, Node, Pending, Stream, StreamId};

const DELETED: i64 = 1;
const SAME_NAMES: i64 = 2;
/// Instead of the time at which a consumer last got anything: never.
const NEVER: u64 = u64::MAX;
/// Bytes of an ID, of an entry that waits, and of a consumer, at least.
const ID: usize = 16;
const PENDING_MIN: usize = ID + 8 + 1;
const CONSUMER_MIN: usize = 1 + 8 + 1;

/// The type under which a stream is written: the one that Redis 7.0 reads, unless a consumer got nothing when it last asked.
pub(super) fn kind(stream: &Stream) -> u8 {
    let consumers = stream.groups().iter().flat_map(|group| group.consumers());
    let plain = |seen: u64, active: Option<u64>| active == Some(seen);
    let mut all = consumers.map(|(_, consumer)| plain(consumer.seen_ms, consumer.active_ms));
    if all.all(|plain| plain) { types::STREAM_2 } else { types::STREAM_3 }
}

/// Writes what `kind` announces.
pub(super) fn write(stream: &Stream, writer: &mut Writer<'_>) {
    let kind = kind(stream);
    writer.length(stream.node_count() as u64);
    for node in stream.nodes() {
        let pack = pack(node);
        writer.text(&raw(node.base()));
        writer.text(&pack.to_spec());
    }
    writer.length(stream.len() as u64);
    write_id(stream.last_id, writer);
    write_id(stream.first_id(), writer);
    write_id(stream.max_deleted, writer);
    writer.length(stream.entries_added);
    writer.length(stream.groups().len() as u64);
    for group in stream.groups() {
        write_group(kind, group, writer);
    }
}

/// Reads what a stream's type announces. O(bytes).
pub(super) fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Stream, Refusal> {
    let mut stream = Stream::default();
    let mut words = Words::default();
    for _ in 0..reader.length()? {
        let id: [u8; ID] = reader.string()?.try_into().map_err(|_| Refusal::Format)?;
        let pack = reader.listpack()?;
        // The last one stays open: what is added next goes into it if there is room.
        stream.end_node();
        unpack(&pack, id_of(id), &mut stream, &mut words, t)?;
    }
    if reader.length()? != stream.len() as u64 {
        return Err(Refusal::Format);
    }
    stream.last_id = stream.last_id.max(read_id(reader)?);
    if kind != types::STREAM {
        // The first entry's ID, which is known.
        read_id(reader)?;
        stream.max_deleted = read_id(reader)?;
        stream.entries_added = reader.length()?;
    }
    for _ in 0..reader.length()? {
        read_group(kind, reader, &mut stream)?;
    }
    Ok(stream)
}

/// A node as a listpack.
fn pack(node: &Node) -> Listpack {
    let mut pack = Listpack::with_capacity(node.bytes());
    let mut buf = TextBuf::default();
    let mut push = |item: Item<'_>| {
        pack.push_back(item.text(&mut buf));
    };
    let names: Vec<Item<'_>> = node.names().collect();
    push(Item::Int(node.len() as i64));
    push(Item::Int(0));
    push(Item::Int(names.len() as i64));
    names.iter().for_each(|name| push(*name));
    push(Item::Int(0));
    for Entry { id, fields } in node.entries() {
        let count = fields.len();
        let same = fields.clone().map(|(name, _)| name).eq(names.iter().copied());
        push(Item::Int(if same { SAME_NAMES } else { 0 }));
        push(Item::Int(id.ms.wrapping_sub(node.base().ms) as i64));
        push(Item::Int(id.seq.wrapping_sub(node.base().seq) as i64));
        if !same {
            push(Item::Int(count as i64));
        }
        for (name, value) in fields {
            if !same {
                push(name);
            }
            push(value);
        }
        push(Item::Int((if same { count + 3 } else { 2 * count + 4 }) as i64));
    }
    pack
}

/// The words of one entry, names and values in turn, side by side.
#[derive(Default)]
struct Words {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Words {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn push(&mut self, item: Item<'_>) {
        item.write_to(&mut self.text);
        self.ends.push(self.text.len());
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.text[*start..*end])
    }
}

/// Appends a node's entries.
fn unpack(
    pack: &Listpack,
    base: StreamId,
    stream: &mut Stream,
    words: &mut Words,
    t: &Thresholds,
) -> Result<(), Refusal> {
    let mut items = pack.iter();
    let (mut live, mut deleted) = (count(&mut items)?, count(&mut items)?);
    let gone = if live > 0 { deleted } else { 0 };
    let fields = count(&mut items)?;
    let names = items.clone();
    for _ in 0..fields {
        items.next().ok_or(Refusal::Format)?;
    }
    if number(&mut items)? != 0 {
        return Err(Refusal::Format);
    }
    while live > 0 || deleted > 0 {
        let flags = number(&mut items)?;
        let id = StreamId {
            ms: base.ms.wrapping_add(number(&mut items)? as u64),
            seq: base.seq.wrapping_add(number(&mut items)? as u64),
        };
        let same = flags & SAME_NAMES != 0;
        let own = if same { fields } else { count(&mut items)? };
        let mut names = names.clone();
        words.clear();
        for _ in 0..own {
            let name = if same { names.next() } else { items.next() };
            words.push(name.ok_or(Refusal::Format)?);
            words.push(items.next().ok_or(Refusal::Format)?);
        }
        let behind = if same { own + 3 } else { 2 * own + 4 };
        if count(&mut items)? != behind {
            return Err(Refusal::Format);
        }
        let left = if flags & DELETED != 0 { &mut deleted } else { &mut live };
        *left = left.checked_sub(1).ok_or(Refusal::Format)?;
        if flags & DELETED == 0 {
            if id <= stream.last_id || own == 0 {
                return Err(Refusal::Format);
            }
            stream.append(id, words.iter(), t);
        }
    }
    stream.count_gone(gone);
    if items.next().is_some() { Err(Refusal::Format) } else { Ok(()) }
}

fn write_group(kind: u8, group: &Group, writer: &mut Writer<'_>) {
    writer.string(group.name());
    write_id(group.last_id, writer);
    writer.length(group.entries_read.unwrap_or(u64::MAX));
    writer.length(group.pending_count() as u64);
    for pending in group.pending_from(StreamId::MIN) {
        writer.bytes(&raw(pending.id));
        writer.number(pending.at_ms);
        writer.length(pending.count);
    }
    writer.length(group.consumer_count() as u64);
    for (number, consumer) in group.consumers() {
        writer.string(&consumer.name);
        writer.number(consumer.seen_ms);
        if kind == types::STREAM_3 {
            writer.number(consumer.active_ms.unwrap_or(NEVER));
        }
        writer.length(consumer.pending as u64);
        for id in group.owned(number, StreamId::MIN) {
            writer.bytes(&raw(id));
        }
    }
}

fn read_group(kind: u8, reader: &mut Reader<'_>, stream: &mut Stream) -> Result<(), Refusal> {
    let name = reader.owned()?;
    let last_id = read_id(reader)?;
    let entries_read = if kind == types::STREAM { None } else { Some(reader.length()?) };
    // -1: nobody can tell.
    let entries_read = entries_read.filter(|read| i64::try_from(*read).is_ok());
    let group = stream.add_group(&name, last_id, entries_read).ok_or(Refusal::Format)?;
    for _ in 0..reader.count_or_none(PENDING_MIN)? {
        let id = id_of(reader.array()?);
        let (at_ms, count) = (reader.number()?, reader.length()?);
        if group.pending(id).is_some() {
            return Err(Refusal::Format);
        }
        group.put(Pending { id, at_ms, count, owner: NOBODY });
    }
    for _ in 0..reader.count_or_none(CONSUMER_MIN)? {
        read_consumer(kind, reader, group)?;
    }
    Ok(())
}

fn read_consumer(kind: u8, reader: &mut Reader<'_>, group: &mut Group) -> Result<(), Refusal> {
    let name = reader.owned()?;
    let seen_ms = reader.number()?;
    let active_ms = if kind == types::STREAM_3 { reader.number()? } else { seen_ms };
    let (owner, new) = group.add_consumer(&name, seen_ms);
    if !new {
        return Err(Refusal::Format);
    }
    if let Some(consumer) = group.consumer_mut(owner) {
        consumer.active_ms = (active_ms != NEVER).then_some(active_ms);
    }
    for _ in 0..reader.count_or_none(ID)? {
        let id = id_of(reader.array()?);
        let pending = group.pending(id).copied().filter(|pending| pending.owner == NOBODY);
        group.put(Pending { owner, ..pending.ok_or(Refusal::Format)? });
    }
    Ok(())
}

/// A whole number of a node.
fn number(items: &mut listpack::Iter<'_>) -> Result<i64, Refusal> {
    items.next().and_then(|item| item.as_int()).ok_or(Refusal::Format)
}

fn count(items: &mut listpack::Iter<'_>) -> Result<usize, Refusal> {
    usize::try_from(number(items)?).map_err(|_| Refusal::Format)
}

fn write_id(id: StreamId, writer: &mut Writer<'_>) {
    writer.length(id.ms);
    writer.length(id.seq);
}

fn read_id(reader: &mut Reader<'_>) -> Result<StreamId, Refusal> {
    Ok(StreamId { ms: reader.length()?, seq: reader.length()? })
}

/// An ID in its order-preserving form: two big-endian numbers.
fn raw(id: StreamId) -> [u8; ID] {
    (u128::from(id.ms) << 64 | u128::from(id.seq)).to_be_bytes()
}

fn id_of(raw: [u8; ID]) -> StreamId {
    let number = u128::from_be_bytes(raw);
    StreamId { ms: (number >> 64) as u64, seq: number as u64 }
}
