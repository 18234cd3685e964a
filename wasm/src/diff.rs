//! What two engines hold differently: the futures of one past, compared (`KeyChange` in `types.ts`).
//!
//! Left out: values themselves (`inspect` shows them). Two collections are the same when they have the same elements;
//! the order counts where it is part of the value, in lists and sorted sets. When a stream's entries were delivered does not
//! count: futures differ in their times.

use crate::json::Json;
use crate::keys;
use redloop_core::keyspace::{KeyInfo, Keyspace, ValueRef};
use redloop_core::value::stream::StreamId;
use redloop_core::value::{Kind, Object};

/// Keys that are looked at before the comparison gives up: a second or so.
const VISITED_MAX: usize = 2_000_000;
/// Keys looked at in one step.
const STEP: usize = 1000;

/// At most `most` keys of a database that `before` and `after` do not hold alike.
pub(crate) fn changes(before: &Keyspace, after: &Keyspace, db: usize, most: usize) -> String {
    let mut json = Json::default();
    json.open('[');
    let mut shown = 0;
    each_key(before, db, |key, info| {
        let same = match (before.look_at(db, key), after.look_at(db, key)) {
            (Some(one), Some(other)) => alike(&one, &other),
            _ => false,
        };
        if !same && shown < most {
            shown += 1;
            change(
                &mut json,
                key,
                Some(info),
                after.look_at(db, key).map(|(info, _)| info).as_ref(),
            );
        }
        shown < most
    });
    each_key(after, db, |key, info| {
        if shown < most && before.look_at(db, key).is_none() {
            shown += 1;
            change(&mut json, key, None, Some(info));
        }
        shown < most
    });
    json.close(']');
    json.finish()
}

fn each_key(keys: &Keyspace, db: usize, mut see: impl FnMut(&[u8], &KeyInfo) -> bool) {
    let (mut cursor, mut visited, mut goes_on) = (0, 0, true);
    loop {
        cursor = keys.look_through(db, cursor, STEP, |key, info| {
            visited += 1;
            goes_on = goes_on && see(key, &info);
        });
        if cursor == 0 || !goes_on || visited > VISITED_MAX {
            return;
        }
    }
}

fn change(json: &mut Json, key: &[u8], before: Option<&KeyInfo>, after: Option<&KeyInfo>) {
    json.open('{').name("key").bytes(key);
    for (name, info) in [("before", before), ("after", after)] {
        json.name(name);
        match info {
            Some(info) => {
                json.open('{');
                keys::row(json, key, info);
                json.close('}');
            }
            None => {
                json.null();
            }
        }
    }
    json.close('}');
}

fn alike(one: &(KeyInfo, ValueRef<'_>), other: &(KeyInfo, ValueRef<'_>)) -> bool {
    one.0.kind == other.0.kind
        && one.0.len == other.0.len
        && one.0.deadline == other.0.deadline
        && digest(one) == digest(other)
}

/// A hash of a value's elements: of their sequence where order counts, otherwise of all of them together.
fn digest((info, value): &(KeyInfo, ValueRef<'_>)) -> u64 {
    if let Some(text) = keys::string(value) {
        return fnv(OFFSET, &text);
    }
    let ordered =
        matches!(info.kind, Kind::List | Kind::ZSet | Kind::Stream | Kind::Array | Kind::VectorSet);
    let (mut all, mut element, mut items) = (OFFSET, OFFSET, 0);
    let width = if info.kind == Kind::Hash { 2 } else { 1 };
    keys::visit(value, 0, usize::MAX, &mut |item| {
        if ordered {
            all = fnv(fnv(all, item), &[0]);
            return;
        }
        element = fnv(fnv(element, item), &[0]);
        items += 1;
        if items % width == 0 {
            all = all.wrapping_add(element);
            element = OFFSET;
        }
    });
    match value {
        ValueRef::Object(object) => beside_elements(all, object),
        _ => all,
    }
}

/// What a value holds beside its elements: deadlines of fields, groups, places where it goes on, vectors.
fn beside_elements(all: u64, object: &Object) -> u64 {
    match object {
        Object::Hash(hash) if hash.deadlines() > 0 => {
            let with = hash.iter_with_deadlines().filter_map(|((field, _), at)| Some((field, at?)));
            with.fold(all, |all, (field, at)| {
                all.wrapping_add(fnv(fnv(OFFSET, &field.to_vec()), &at.to_le_bytes()))
            })
        }
        Object::Stream(stream) => {
            stream.groups().iter().fold(fnv(all, stream.last_id.text().bytes()), |all, group| {
                let all = fnv(fnv(all, group.name()), group.last_id.text().bytes());
                group.pending_from(StreamId::MIN).fold(all, |all, pending| {
                    let owned =
                        fnv(fnv(all, pending.id.text().bytes()), group.name_of(pending.owner));
                    fnv(owned, &pending.count.to_le_bytes())
                })
            })
        }
        Object::Array(array) => fnv(fnv(all, &array.next.to_le_bytes()), &array.ring.to_le_bytes()),
        Object::VectorSet(set) => {
            let vectors = set.graph.vectors();
            set.ids().fold(all, |all, id| fnv(all, vectors.raw(id as usize).0))
        }
        _ => all,
    }
}

/// FNV-1a, 64 bits: nobody attacks a comparison of one's own two futures.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
