//! Arrays and vector sets. How Redis 8 writes them is not documented, so they are written as a module of our own would
//! write its values: nobody else can read them, but anybody can say what they are and pass over them.
//!
//! ```text
//! array:       next, ring, count | (index, value)*
//! vector set:  dimension, quantization, links, projected from, added, count |
//!              (name, attributes, level, norm, range, components)*
//! ```
//!
//! Links between vectors are not written: reading adds the vectors one after the other, which makes the same set, though
//! perhaps not the same graph.

use super::modules::{self, Fields};
use super::reader::Reader;
use super::writer::Writer;
use super::{Refusal, types};
use crate::ds::hnsw::LEVELS;
use crate::ds::vectors::{Encoded, Quantization};
use crate::limits;
use crate::value::array::Array;
use crate::value::shared::Shared;
use crate::value::{Object, VectorSet};

const ARRAY: u64 = modules::number(b"redloop-a", 1);
const VECTORS: u64 = modules::number(b"redloop-v", 1);

/// Least bytes of an array's value with its index, and of a vector with its name.
const VALUE_MIN: usize = 4;
const VECTOR_MIN: usize = 19;

/// Candidates for links of a vector that is read: VADD's default.
const EFFORT: usize = 200;

/// The quantizations by their numbers.
const QUANTIZATIONS: [Quantization; 3] =
    [Quantization::Float, Quantization::Int8, Quantization::Binary];

/// Whether a value of type [`types::MODULE_2`] follows that is read here.
pub(super) fn is_next(kind: u8, reader: &Reader<'_>) -> bool {
    kind == types::MODULE_2 && matches!(reader.peek_length(), Ok(ARRAY | VECTORS))
}

/// Writes an array.
pub(super) fn write_array(array: &Array, writer: &mut Writer<'_>) {
    writer.length(ARRAY);
    let mut fields = Fields(writer);
    for number in [array.next, array.ring, array.len() as u64] {
        fields.unsigned(number);
    }
    array.values.walk(0, u64::MAX, &mut |index, value| {
        fields.unsigned(index);
        fields.item(value);
        true
    });
    fields.end();
}

/// Writes a vector set.
pub(super) fn write_vectors(set: &VectorSet, writer: &mut Writer<'_>) {
    writer.length(VECTORS);
    let mut fields = Fields(writer);
    let vectors = set.graph.vectors();
    let quantization = QUANTIZATIONS.iter().position(|it| *it == vectors.quantization());
    for number in [vectors.dim(), quantization.unwrap_or(0), set.graph.m(), set.projected_from] {
        fields.unsigned(number as u64);
    }
    fields.unsigned(set.added);
    fields.unsigned(set.len() as u64);
    for id in 0..set.len() as u32 {
        let (components, norm, range) = vectors.raw(id as usize);
        fields.text(set.name(id));
        fields.text(set.attributes(id));
        fields.unsigned(set.graph.layers(id) as u64 - 1);
        fields.float(norm);
        fields.float(range);
        fields.text(components);
    }
    fields.end();
}

/// Reads what [`is_next`] announced. O(n), of vectors O(n log n).
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Object, Refusal> {
    let value = match reader.length()? {
        ARRAY => Object::Array(Shared::new(read_array(reader)?)),
        _ => Object::VectorSet(Shared::new(read_vectors(reader)?)),
    };
    modules::end(reader)?;
    Ok(value)
}

fn read_array(reader: &mut Reader<'_>) -> Result<Array, Refusal> {
    let (next, ring) = (modules::unsigned(reader)?, modules::unsigned(reader)?);
    let mut array = Array { next, ring, ..Array::default() };
    let mut least = 0;
    for _ in 0..modules::count(reader, VALUE_MIN)? {
        let index = modules::unsigned(reader)?;
        if index < least || index > Array::INDEX_MAX {
            return Err(Refusal::Format);
        }
        array.values.set(index, modules::text(reader)?);
        least = index + 1;
    }
    Ok(array)
}

fn read_vectors(reader: &mut Reader<'_>) -> Result<VectorSet, Refusal> {
    let within = |number: u64, most: usize| {
        usize::try_from(number).ok().filter(|it| *it <= most).ok_or(Refusal::Format)
    };
    let dim = within(modules::unsigned(reader)?, limits::VECTOR_DIM_MAX)?;
    let quantization = within(modules::unsigned(reader)?, QUANTIZATIONS.len() - 1)?;
    let links = within(modules::unsigned(reader)?, limits::VECTOR_LINKS_MAX)?;
    let projected_from = within(modules::unsigned(reader)?, limits::VECTOR_DIM_MAX)?;
    let added = modules::unsigned(reader)?;
    if dim == 0 || links == 0 {
        return Err(Refusal::Format);
    }
    let quantization = QUANTIZATIONS[quantization];
    let mut set = VectorSet::new(dim, quantization, links, 0);
    set.projected_from = projected_from;
    for _ in 0..modules::count(reader, VECTOR_MIN)? {
        let name = modules::text(reader)?.to_vec();
        let attributes = modules::text(reader)?.to_vec();
        let level = within(modules::unsigned(reader)?, LEVELS - 1)?;
        let (norm, range) = (modules::float(reader)?, modules::float(reader)?);
        let components = modules::text(reader)?;
        let vector = Encoded::from_raw(components, norm, range, dim, quantization);
        if !set.add(&name, &vector.ok_or(Refusal::Format)?, level, EFFORT).0 {
            return Err(Refusal::Format);
        }
        set.set_attributes(&name, &attributes);
    }
    set.added = added.max(set.added);
    Ok(set)
}
