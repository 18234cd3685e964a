//! A stream as JSON (`StreamDetail` in `types.ts`): some of its entries, and what its groups know.

use crate::json::Json;
use crate::keys::ITEM_BYTES_MAX;
use redloop_core::Timestamp;
use redloop_core::ds::listpack::Item;
use redloop_core::value::Stream;
use redloop_core::value::stream::{Group, StreamId};

/// Groups that are shown, consumers of each, and words of an entry: a page draws no more.
const SHOWN_MAX: usize = 100;

/// `most` entries from `from` on, the groups, and of each `most` deliveries.
pub(crate) fn detail(json: &mut Json, stream: &Stream, from: usize, most: usize) {
    json.open('{').name("entries").open('[');
    for entry in stream.range(StreamId::MIN, StreamId::MAX).skip(from).take(most) {
        json.open('[').bytes(entry.id.text().bytes());
        for (name, value) in entry.fields.take(SHOWN_MAX / 2) {
            word(json, name);
            word(json, value);
        }
        json.close(']');
    }
    json.close(']');
    id(json.name("last"), stream.last_id);
    id(json.name("deleted"), stream.max_deleted);
    json.name("added").number(stream.entries_added);
    json.name("nodes").number(stream.node_count() as u64).name("groups").open('[');
    let groups = stream.groups();
    groups.iter().take(SHOWN_MAX).for_each(|group| one_group(json, stream, group, most));
    let more = groups.len().saturating_sub(SHOWN_MAX);
    json.close(']').name("groupsMore").number(more as u64).close('}');
}

fn one_group(json: &mut Json, stream: &Stream, group: &Group, most: usize) {
    json.open('{').name("name").bytes(group.name());
    id(json.name("last"), group.last_id);
    match stream.lag(group) {
        Some(lag) => json.name("lag").signed(lag),
        None => json.name("lag").null(),
    };
    json.name("waiting").number(group.pending_count() as u64).name("consumers").open('[');
    for (_, consumer) in group.consumers().take(SHOWN_MAX) {
        json.open('{').name("name").bytes(&consumer.name);
        json.name("seen").time(Some(Timestamp::from_millis(consumer.seen_ms)));
        json.name("active").time(consumer.active_ms.map(Timestamp::from_millis));
        json.name("waiting").number(consumer.pending as u64).close('}');
    }
    json.close(']').name("pending").open('[');
    let longest = group.by_time().take(most).filter_map(|(_, id)| group.pending(id));
    for pending in longest {
        id(json.open('{').name("id"), pending.id);
        json.name("consumer").bytes(group.name_of(pending.owner));
        json.name("at").time(Some(Timestamp::from_millis(pending.at_ms)));
        json.name("count").number(pending.count);
        json.name("gone").boolean(stream.get(pending.id).is_none()).close('}');
    }
    json.close(']').close('}');
}

fn word(json: &mut Json, item: Item<'_>) {
    let text = item.to_vec();
    json.bytes(&text[..text.len().min(ITEM_BYTES_MAX)]);
}

fn id(json: &mut Json, id: StreamId) {
    json.bytes(id.text().bytes());
}
