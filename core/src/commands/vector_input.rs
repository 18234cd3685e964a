//! What vector set commands have in common: vectors as arguments, their dimension, and options that are numbers.

use crate::ctx::{float, integer, size};
use crate::ds::vectors::Encoded;
use crate::error::Error;
use crate::limits;
use crate::resp::{Args, Reply};
use crate::util::is_word;
use crate::value::VectorSet;
use crate::value::vector_set::project;

/// A vector that cannot be read.
pub(super) const INVALID: &str = "ERR invalid vector specification";

/// What a search compares with.
#[derive(Debug)]
pub(super) enum Input<'a> {
    /// Components.
    Values(Vec<f32>),
    /// The vector of this element.
    Element(&'a [u8]),
}

impl<'a> Input<'a> {
    /// The vector that begins at argument `at`, and where the arguments go on behind it: `FP32` with a text of floats,
    /// little end first; `VALUES` with their number and as many; `ELE` with a name.
    ///
    /// # Errors
    /// It does not parse, has no components or too many, or one that is not finite.
    pub(super) fn parse(args: Args<'a>, at: usize) -> Result<(Self, usize), Error> {
        let invalid = || Error::Static(INVALID);
        let word = args.get(at).ok_or_else(invalid)?;
        let first = args.get(at + 1).ok_or_else(invalid)?;
        let (values, next) = if is_word(word, "ELE") {
            return Ok((Input::Element(first), at + 2));
        } else if is_word(word, "FP32") {
            let (floats, []) = first.as_chunks::<4>() else { return Err(invalid()) };
            if floats.len() > limits::VECTOR_DIM_MAX {
                return Err(invalid());
            }
            (floats.iter().map(|float| f32::from_le_bytes(*float)).collect(), at + 2)
        } else if is_word(word, "VALUES") {
            let count = positive(first, invalid())?;
            let next = at + 2 + count.min(limits::VECTOR_DIM_MAX + 1);
            if count > limits::VECTOR_DIM_MAX || next > args.len() {
                return Err(invalid());
            }
            let read = |text| float(text).map(|value| value as f32).map_err(|_| invalid());
            (args.slice(at + 2..next).iter().map(read).collect::<Result<Vec<f32>, _>>()?, next)
        } else {
            return Err(invalid());
        };
        if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
            return Err(invalid());
        }
        Ok((Input::Values(values), next))
    }
}

/// Checks that vectors of `given` components are what `set` takes.
///
/// # Errors
/// They are not; the text says what it takes.
pub(super) fn check(set: &VectorSet, given: usize) -> Result<(), Error> {
    let dim = set.graph.vectors().dim();
    match set.projected_from {
        0 if given != dim => Err(mismatch(given, dim)),
        from if from != 0 && given != from => Err(counted(
            "ERR Input dimension mismatch for projection - got ",
            given,
            " but projection expects ",
            from,
        )),
        _ => Ok(()),
    }
}

/// The error for vectors of another dimension than the set's.
pub(super) fn mismatch(given: usize, dim: usize) -> Error {
    counted("ERR Vector dimension mismatch - got ", given, " but set has ", dim)
}

/// Components in the form of `set`, which they fit.
pub(super) fn encode(set: &VectorSet, values: Vec<f32>, units: &mut u64) -> Encoded {
    let vectors = set.graph.vectors();
    let values = match set.projected_from {
        0 => values,
        _ => {
            *units += (values.len() * vectors.dim()) as u64 / 64;
            project(&values, vectors.dim())
        }
    };
    Encoded::new(&values, vectors.quantization())
}

/// EF.
///
/// # Errors
/// No number of candidates.
pub(super) fn effort(text: &[u8]) -> Result<usize, Error> {
    let invalid = Error::Static("ERR invalid EF");
    match positive(text, invalid.clone())? {
        effort if effort <= limits::VECTOR_EFFORT_MAX => Ok(effort),
        _ => Err(invalid),
    }
}

/// A whole number above 0.
///
/// # Errors
/// `invalid`.
pub(super) fn positive(text: &[u8], invalid: Error) -> Result<usize, Error> {
    integer(text).ok().and_then(size).filter(|number| *number > 0).ok_or(invalid)
}

/// An element's attributes, or that there are none.
pub(super) fn write_attributes(out: &mut Reply<'_>, attributes: &[u8]) {
    if attributes.is_empty() {
        out.null();
    } else {
        out.bulk(attributes);
    }
}

fn counted(before: &str, a: usize, between: &str, b: usize) -> Error {
    let (mut first, mut second) = (itoa::Buffer::new(), itoa::Buffer::new());
    Error::Text([before, first.format(a), between, second.format(b)].concat().into())
}
