//! Sorted sets: a listpack as it is, or members with binary scores; scores as text and ziplists are only read.
//!
//! A listpack that is not in order is put in order: real servers believe it and answer in the wrong one.

use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, old, packed, types};
use crate::ds::listpack::{Item, Listpack, TextBuf};
use crate::util::number;
use crate::value::zset::PACK_BYTES_MAX;
use crate::value::{Thresholds, ZSet};

/// Lengths of a score as text that stand for what has no digits.
const NAN: u8 = 253;
const INFINITY: u8 = 254;
const MINUS_INFINITY: u8 = 255;

/// The type under which a sorted set is written.
pub(super) fn kind(zset: &ZSet) -> u8 {
    if let ZSet::Packed(_) = zset { types::ZSET_LISTPACK } else { types::ZSET_2 }
}

/// Writes what [`kind`] announces.
pub(super) fn write(zset: &ZSet, writer: &mut Writer<'_>) {
    if let ZSet::Packed(pack) = zset {
        return writer.text(&pack.to_spec());
    }
    writer.length(zset.len() as u64);
    for (member, score) in zset.members(0..zset.len(), false) {
        writer.item(member);
        writer.number(score.to_bits());
    }
}

/// Reads what a sorted set's type announces. O(bytes · log members).
pub(super) fn read(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<ZSet, Refusal> {
    match kind {
        types::ZSET | types::ZSET_2 => members(kind, reader, t),
        types::ZSET_ZIPLIST => adopt(old::ziplist(reader.string()?)?, t),
        _ => adopt(reader.listpack()?, t),
    }
}

fn members(kind: u8, reader: &mut Reader<'_>, t: &Thresholds) -> Result<ZSet, Refusal> {
    let count = reader.count(if kind == types::ZSET { 2 } else { 9 })?;
    let mut zset = ZSet::ordered(t);
    let mut member = Vec::new();
    for _ in 0..count {
        member.clear();
        member.extend_from_slice(reader.string()?);
        let score = if kind == types::ZSET {
            text_score(reader)?
        } else {
            f64::from_bits(reader.number()?)
        };
        add(&mut zset, &member, score, t)?;
    }
    zset.tighten(t);
    Ok(zset)
}

/// A listpack as the small form if it is one already.
fn adopt(mut pack: Listpack, t: &Thresholds) -> Result<ZSet, Refusal> {
    if pack.len() / 2 <= t.zset_max_listpack_entries && pack.bytes() <= PACK_BYTES_MAX {
        packed::check_pairs(&pack, t)?;
        if is_in_order(&pack)? {
            pack.share_stems(2);
            return Ok(ZSet::Packed(pack));
        }
    }
    let mut zset = ZSet::ordered(t);
    let mut items = pack.iter();
    while let Some(member) = items.next() {
        let score = score(items.next().ok_or(Refusal::Format)?)?;
        add(&mut zset, member.text(&mut TextBuf::default()), score, t)?;
    }
    if pack.is_empty() {
        return Err(Refusal::Format);
    }
    zset.tighten(t);
    Ok(zset)
}

/// Whether pairs of members and scores ascend. An error: one of them has no score.
fn is_in_order(pack: &Listpack) -> Result<bool, Refusal> {
    let mut items = pack.iter();
    let mut before: Option<(f64, Item<'_>)> = None;
    while let (Some(member), Some(text)) = (items.next(), items.next()) {
        let score = score(text)?;
        let (mut a, mut b) = (TextBuf::default(), TextBuf::default());
        if before.is_some_and(|(last_score, last)| {
            last_score > score || (last_score == score && last.text(&mut a) > member.text(&mut b))
        }) {
            return Ok(false);
        }
        before = Some((score, member));
    }
    Ok(true)
}

fn add(zset: &mut ZSet, member: &[u8], score: f64, t: &Thresholds) -> Result<(), Refusal> {
    if score.is_nan() || !zset.add(member, score, t) {
        return Err(Refusal::Format);
    }
    Ok(())
}

fn score(item: Item<'_>) -> Result<f64, Refusal> {
    match item {
        Item::Int(value) => Ok(value as f64),
        _ => number::read_f64(item.text(&mut TextBuf::default())).ok_or(Refusal::Format),
    }
}

/// The oldest form of a score: a length byte and so much text.
fn text_score(reader: &mut Reader<'_>) -> Result<f64, Refusal> {
    match reader.byte()? {
        NAN => Err(Refusal::Format),
        INFINITY => Ok(f64::INFINITY),
        MINUS_INFINITY => Ok(f64::NEG_INFINITY),
        length => score(Item::Bytes(reader.take(u64::from(length))?)),
    }
}
