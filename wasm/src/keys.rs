//! Keys and values as JSON (`KeyPage` and `KeyDetail` in `types.ts`), read without touching anything.

use crate::inside;
use crate::json::Json;
use crate::stream;
use redloop_core::Timestamp;
use redloop_core::ds::dict::Slot;
use redloop_core::keyspace::{KeyInfo, Keyspace, ValueRef};
use redloop_core::util::number;
use redloop_core::value::stream::StreamId;
use redloop_core::value::{Hash, Kind, Object, Thresholds};
use std::borrow::Cow;

/// Bytes of a string that are shown.
const STRING_BYTES_MAX: usize = 4096;
/// Bytes of an element that are shown.
pub(crate) const ITEM_BYTES_MAX: usize = 512;
/// Longest string that is kept in one piece with its key.
const EMBSTR_BYTES_MAX: usize = 44;
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
pub(crate) fn detail(
    keys: &Keyspace,
    thresholds: &Thresholds,
    (db, key): (usize, &[u8]),
    from: usize,
    items: usize,
) -> String {
    let mut json = Json::default();
    match keys.look_at(db, key) {
        Some((info, value)) => {
            json.open('{');
            row(&mut json, key, &info);
            json.name("idle").number(info.idle_seconds).name("limit");
            limit(&mut json, &info, thresholds);
            let from = from.min(info.len);
            json.name("from").number(from as u64).name("items").open('[');
            let stream = match value {
                ValueRef::Object(Object::Stream(stream)) => Some(stream),
                _ => None,
            };
            let shown = match stream {
                // Its entries stand beside its groups.
                Some(_) => items.min(info.len - from),
                None => elements(&mut json, value, from, items),
            };
            json.close(']').name("more").number((info.len - from).saturating_sub(shown) as u64);
            if let Some(stream) = stream {
                stream::detail(json.name("stream"), stream, from, items);
            }
            inside::describe(&mut json, value, from, items);
            json.close('}');
        }
        None => {
            json.null();
        }
    }
    json.finish()
}

/// The fields of a `KeyRow`.
pub(crate) fn row(json: &mut Json, key: &[u8], info: &KeyInfo) {
    json.name("key").bytes(key).name("type").text(info.kind.name());
    json.name("encoding").text(info.encoding);
    json.name("expires").time(info.deadline.map(Timestamp::from_millis));
    json.name("length").number(info.len as u64).name("bytes").number(info.bytes as u64);
}

/// The CONFIG parameter that keeps a value in its small form, and how much it allows; `null`: it is in its large form.
fn limit(json: &mut Json, info: &KeyInfo, t: &Thresholds) {
    let limit = match (info.kind, info.encoding) {
        (Kind::Hash, "listpack") => {
            ("hash-max-listpack-entries", t.hash_max_listpack_entries, t.hash_max_listpack_value)
        }
        (Kind::ZSet, "listpack") => {
            ("zset-max-listpack-entries", t.zset_max_listpack_entries, t.zset_max_listpack_value)
        }
        (Kind::Set, "listpack") => {
            ("set-max-listpack-entries", t.set_max_listpack_entries, t.set_max_listpack_value)
        }
        (Kind::Set, "intset") => ("set-max-intset-entries", t.set_max_intset_entries, 0),
        (Kind::List, "listpack") => {
            ("list-max-listpack-size", usize::try_from(t.list_max_listpack_size).unwrap_or(0), 0)
        }
        (Kind::String, "embstr") => ("", EMBSTR_BYTES_MAX, 0),
        _ => {
            json.null();
            return;
        }
    };
    json.open('{').name("parameter").text(limit.0).name("most").number(limit.1 as u64);
    json.name("value").number(limit.2 as u64).close('}');
}

/// Writes `most` elements from `from` on; how many it wrote (bytes, of a string).
fn elements(json: &mut Json, value: ValueRef<'_>, from: usize, most: usize) -> usize {
    if let Some(text) = string(&value) {
        let shown = &text[from..text.len().min(from + STRING_BYTES_MAX)];
        json.bytes(shown);
        return shown.len();
    }
    let mut written = 0;
    let width = visit(&value, from, most, &mut |item| {
        json.bytes(&item[..item.len().min(ITEM_BYTES_MAX)]);
        written += 1;
    });
    written / width
}

/// A string's bytes; `None`: the value is a collection.
pub(crate) fn string<'a>(value: &ValueRef<'a>) -> Option<Cow<'a, [u8]>> {
    match value {
        ValueRef::Int(value) => Some(value.to_string().into_bytes().into()),
        ValueRef::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        ValueRef::Object(Object::Str(bytes)) => Some(Cow::Borrowed(bytes)),
        ValueRef::Object(_) => None,
    }
}

/// Shows `most` elements of a collection to `see` from `from` on, one item after the other; how many items an element
/// has: two in hashes (field, value), sorted sets (member, score), arrays (index, value) and vector sets (element,
/// attributes), otherwise one. (Of a stream's entry: ID, fields and values.) Of a string it shows nothing.
/// Lists and sorted sets, which have an order, get there in O(log n) or in the number of their nodes.
pub(crate) fn visit(
    value: &ValueRef<'_>,
    from: usize,
    most: usize,
    see: &mut dyn FnMut(&[u8]),
) -> usize {
    let ValueRef::Object(object) = value else { return 1 };
    match object {
        Object::Str(_) => 1,
        Object::List(list) => {
            let count = list.len().saturating_sub(from).min(most);
            list.range(from.min(list.len()), count).for_each(|item| see(&item.to_vec()));
            1
        }
        Object::Hash(Hash::Packed(pack)) => {
            let (skip, take) = (from.saturating_mul(2), most.saturating_mul(2));
            pack.iter().skip(skip).take(take).for_each(|item| see(&item.to_vec()));
            2
        }
        Object::Hash(Hash::Table(table)) => {
            for entry in table.dict().iter().skip(from).take(most) {
                see(entry.key);
                see(slot_bytes(&entry.value));
            }
            2
        }
        Object::Set(set) => {
            set.iter().skip(from).take(most).for_each(|item| see(&item.to_vec()));
            1
        }
        Object::Stream(stream) => {
            let entries = stream.range(StreamId::MIN, StreamId::MAX).skip(from).take(most);
            for entry in entries {
                see(entry.id.text().bytes());
                for (name, value) in entry.fields {
                    see(&name.to_vec());
                    see(&value.to_vec());
                }
            }
            1
        }
        Object::ZSet(zset) => {
            let from = from.min(zset.len());
            let mut text = Vec::new();
            for (member, score) in zset.members(from..from + most.min(zset.len() - from), false) {
                see(&member.to_vec());
                text.clear();
                number::write_f64(&mut text, score);
                see(&text);
            }
            2
        }
        Object::Array(array) => {
            let mut left = most;
            let mut skipped = 0;
            array.values.walk(0, u64::MAX, &mut |index, value| {
                skipped += 1;
                if skipped > from && left > 0 {
                    left -= 1;
                    see(index.to_string().as_bytes());
                    see(&value.to_vec());
                }
                left > 0
            });
            2
        }
        Object::VectorSet(set) => {
            for id in set.ids().skip(from).take(most) {
                see(set.name(id));
                see(set.attributes(id));
            }
            2
        }
    }
}

fn slot_bytes<'a>(slot: &'a Slot<'a, Vec<u8>>) -> &'a [u8] {
    match slot {
        Slot::Inline(bytes) => bytes,
        Slot::Spilled(bytes) => bytes,
    }
}
