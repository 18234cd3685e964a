//! Keys and values as JSON (`KeyPage` and `KeyDetail` in `types.ts`), read without touching anything.

use crate::json::Json;
use redloop_core::Timestamp;
use redloop_core::ds::dict::Slot;
use redloop_core::ds::listpack::Listpack;
use redloop_core::keyspace::{KeyInfo, Keyspace, ValueRef};
use redloop_core::util::number;
use redloop_core::value::{Hash, List, Object, ZSet};

/// Bytes of a string that are shown.
const STRING_BYTES_MAX: usize = 4096;
/// Bytes of an element that are shown.
const ITEM_BYTES_MAX: usize = 512;
/// Keys that one search for names looks at: a few milliseconds, between two keystrokes.
const NAMES_VISITED_MAX: usize = 50_000;

/// The first `count` or so keys of a database.
pub(crate) fn page(keys: &Keyspace, db: usize, count: usize) -> String {
    let mut json = Json::default();
    json.open('{').name("rows").open('[');
    let mut shown = 0;
    let mut cursor = 0;
    loop {
        cursor = keys.look_through(db, cursor, count - shown, |key, info| {
            shown += 1;
            json.open('{');
            row(&mut json, key, &info);
            json.close('}');
        });
        if cursor == 0 || shown >= count {
            break;
        }
    }
    json.close(']').name("cursor").text(&cursor.to_string()).close('}');
    json.finish()
}

/// At most `count` keys of a database that begin with `prefix` and are of one of `types` (names with commas between;
/// none: of any), as rows. What lies beyond the bound is not found.
pub(crate) fn names(
    keys: &Keyspace,
    db: usize,
    prefix: &[u8],
    types: &str,
    count: usize,
) -> String {
    let wanted = |kind: &str| types.is_empty() || types.split(',').any(|each| each == kind);
    let mut json = Json::default();
    json.open('[');
    let (mut shown, mut visited, mut cursor) = (0, 0, 0);
    loop {
        cursor = keys.look_through(db, cursor, count, |key, info| {
            visited += 1;
            if shown < count && key.starts_with(prefix) && wanted(info.kind.name()) {
                shown += 1;
                json.open('{');
                row(&mut json, key, &info);
                json.close('}');
            }
        });
        if cursor == 0 || shown >= count || visited >= NAMES_VISITED_MAX {
            break;
        }
    }
    json.close(']');
    json.finish()
}

/// A key with some of its elements.
pub(crate) fn detail(keys: &Keyspace, db: usize, key: &[u8], items: usize) -> String {
    let mut json = Json::default();
    match keys.look_at(db, key) {
        Some((info, value)) => {
            json.open('{');
            row(&mut json, key, &info);
            json.name("items").open('[');
            let shown = elements(&mut json, value, items);
            json.close(']').name("more").number(info.len.saturating_sub(shown) as u64).close('}');
        }
        None => {
            json.null();
        }
    }
    json.finish()
}

fn row(json: &mut Json, key: &[u8], info: &KeyInfo) {
    json.name("key").bytes(key).name("type").text(info.kind.name());
    json.name("encoding").text(info.encoding);
    json.name("expires").time(info.deadline.map(Timestamp::from_millis));
    json.name("length").number(info.len as u64).name("bytes").number(info.bytes as u64);
}

/// Writes the first `most` elements; how many it wrote (bytes, of a string).
fn elements(json: &mut Json, value: ValueRef<'_>, most: usize) -> usize {
    match value {
        ValueRef::Int(value) => {
            let text = value.to_string();
            json.text(&text);
            text.len()
        }
        ValueRef::Bytes(bytes) => string(json, bytes),
        ValueRef::Object(Object::Str(bytes)) => string(json, bytes),
        ValueRef::Object(Object::List(list)) => match list {
            List::Packed(pack) => items(json, pack.iter().take(most).map(|item| item.to_vec())),
            List::Chunked(list) => items(json, list.iter().take(most).map(|item| item.to_vec())),
        },
        ValueRef::Object(Object::Hash(hash)) => match hash {
            Hash::Packed(pack) => pairs(json, pack, most),
            Hash::Table(dict) => {
                let entries = dict.iter().take(most);
                items(json, entries.flat_map(|e| [e.key.to_vec(), slot_bytes(&e.value).to_vec()]))
                    / 2
            }
        },
        ValueRef::Object(Object::Set(set)) => {
            items(json, set.iter().take(most).map(|item| item.to_vec()))
        }
        ValueRef::Object(Object::ZSet(zset)) => match zset {
            ZSet::Packed(pack) => pairs(json, pack, most),
            ZSet::Ordered(large) => {
                let entries = large.scores.iter().take(most);
                let score = |meta: [u8; 8]| {
                    let mut text = Vec::new();
                    number::write_f64(&mut text, f64::from_le_bytes(meta));
                    text
                };
                items(json, entries.flat_map(|e| [e.key.to_vec(), score(e.meta)])) / 2
            }
        },
    }
}

fn string(json: &mut Json, bytes: &[u8]) -> usize {
    let shown = bytes.len().min(STRING_BYTES_MAX);
    json.bytes(&bytes[..shown]);
    shown
}

fn items(json: &mut Json, items: impl Iterator<Item = Vec<u8>>) -> usize {
    let mut written = 0;
    for item in items {
        json.bytes(&item[..item.len().min(ITEM_BYTES_MAX)]);
        written += 1;
    }
    written
}

fn pairs(json: &mut Json, pack: &Listpack, most: usize) -> usize {
    items(json, pack.iter().take(most.saturating_mul(2)).map(|item| item.to_vec())) / 2
}

fn slot_bytes<'a>(slot: &'a Slot<'a, Vec<u8>>) -> &'a [u8] {
    match slot {
        Slot::Inline(bytes) => bytes,
        Slot::Spilled(bytes) => bytes,
    }
}
