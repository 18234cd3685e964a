//! What else the page shows of a value besides its elements (`KeyDetail` in `types.ts`): deadlines of a hash's fields, the
//! registers of a HyperLogLog, a few hundred numbers however many there are, how an array is laid out, and which elements of a
//! vector set are near each other.

use crate::json::Json;
use crate::keys::string;
use redloop_core::Timestamp;
use redloop_core::ds::hyperloglog::{self, REGISTERS};
use redloop_core::keyspace::ValueRef;
use redloop_core::value::{Array, Hash, Object, VectorSet};

/// Neighbouring registers that are shown as one, the largest of them.
const TOGETHER: usize = 64;
/// Values that a register can have.
const VALUES: usize = 64;
/// Neighbours that are shown of an element: the nearest of those it is linked to.
const NEIGHBOURS: usize = 8;
/// Parts that similarities are told in.
const PARTS: f32 = 10_000.0;

/// Writes what there is of it, as further fields of the object that is open.
pub(crate) fn describe(json: &mut Json, value: ValueRef<'_>, from: usize, most: usize) {
    match value {
        ValueRef::Object(Object::Hash(hash)) => deadlines(json, hash, from, most),
        ValueRef::Object(Object::Array(array)) => layout(json, array),
        ValueRef::Object(Object::VectorSet(set)) => vectors(json, set, from, most),
        ValueRef::Int(_) => {}
        other => {
            if let Some(bytes) = string(&other).filter(|bytes| hyperloglog::is_valid(bytes)) {
                sketch(json, &bytes);
            }
        }
    }
}

/// The deadlines of the fields that are shown; nothing where no field has one.
fn deadlines(json: &mut Json, hash: &Hash, from: usize, most: usize) {
    if hash.deadlines() == 0 {
        return;
    }
    json.name("deadlines").open('[');
    for (_, deadline) in hash.iter_with_deadlines().skip(from).take(most) {
        json.time(deadline.map(Timestamp::from_millis));
    }
    json.close(']');
}

fn layout(json: &mut Json, array: &Array) {
    let layout = array.values.layout();
    json.name("array").open('{').name("next");
    match array.next {
        Array::EXHAUSTED => json.null(),
        next => json.text(&next.to_string()),
    };
    json.name("ring").text(&array.ring.to_string());
    json.name("stretches").number(layout.dense as u64);
    json.name("pairs").number(layout.sparse as u64).close('}');
}

fn vectors(json: &mut Json, set: &VectorSet, from: usize, most: usize) {
    let (graph, vectors) = (&set.graph, set.graph.vectors());
    json.name("vectors").open('{').name("dimension").number(vectors.dim() as u64);
    json.name("quantization").text(vectors.quantization().name());
    json.name("layers").number(graph.top() as u64 + 1).name("neighbours").open('[');
    for id in set.ids().skip(from).take(most) {
        let mut links = graph.links(id, 0).to_vec();
        links.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        json.open('[');
        for link in links.iter().take(NEIGHBOURS) {
            let similarity = (1.0 - link.distance / 2.0).clamp(0.0, 1.0);
            json.open('{').name("element").bytes(set.name(link.to));
            json.name("similarity").number((similarity * PARTS).round() as u64).close('}');
        }
        json.close(']');
    }
    json.close(']').close('}');
}

fn sketch(json: &mut Json, bytes: &[u8]) {
    let mut registers = [0; REGISTERS];
    json.name("sketch");
    if hyperloglog::raise_registers(&mut registers, bytes).is_err() {
        json.null();
        return;
    }
    let mut histogram = [0u64; VALUES];
    registers.iter().for_each(|value| histogram[usize::from(*value) % VALUES] += 1);
    json.open('{').name("estimate").number(hyperloglog::estimate(&registers));
    json.name("dense").boolean(hyperloglog::is_dense(bytes));
    json.name("kept").boolean(hyperloglog::answer(bytes).is_some());
    json.name("histogram").open('[');
    let used = histogram.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
    for count in &histogram[..used] {
        json.number(*count);
    }
    json.close(']').name("strip").open('[');
    for part in registers.chunks(TOGETHER) {
        json.number(u64::from(part.iter().copied().max().unwrap_or(0)));
    }
    json.close(']').close('}');
}
