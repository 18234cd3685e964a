//! HyperLogLog: how many different elements were added, told from 16 384 registers with a standard error of 0.81 %.
//!
//! The bytes are those of the real servers: a header, then the registers, packed (`dense`) or as runs (`sparse`) while
//! few are set. An element's hash picks a register by its lower 14 bits; a register keeps the longest run of zeros seen
//! above them. The header remembers the last answer until something changes.
//!
//! Hash: MurmurHash64A (Austin Appleby, public domain). Method: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", 2007,
//! with the estimator of `estimate`.

mod dense;
mod estimate;
mod sparse;
#[cfg(test)]
mod tests;

pub use estimate::estimate;
pub use sparse::{Run, runs};

/// Registers of a HyperLogLog.
pub const REGISTERS: usize = 1 << INDEX_BITS;

/// Bits of a hash that pick the register.
const INDEX_BITS: u32 = 14;
/// Bits of a hash that are left.
const RANK_BITS: u32 = 64 - INDEX_BITS;
const MAGIC: &[u8] = b"HYLL";
/// Magic, form, three bytes of no meaning, and the last answer.
const HEADER: usize = 16;
/// Where the form stands.
const FORM: usize = 4;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// The last answer: 64 bits, the lowest byte first; its highest bit says that it does not hold any more.
const CACHE: std::ops::Range<usize> = 8..16;
const SEED: u64 = 0xadc8_3b19;

/// The runs do not describe all registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupted;

/// One register for each byte.
pub type Registers = [u8; REGISTERS];

/// One without elements, in the sparse form.
pub fn empty() -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes[..MAGIC.len()].copy_from_slice(MAGIC);
    bytes[FORM] = SPARSE;
    bytes.extend_from_slice(&sparse::EMPTY);
    forget_answer(&mut bytes);
    bytes
}

/// Whether the bytes look like one. Runs are not checked.
pub fn is_valid(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER
        && bytes.starts_with(MAGIC)
        && match bytes[FORM] {
            DENSE => bytes.len() == HEADER + dense::BYTES,
            form => form == SPARSE,
        }
}

/// Adds an element; whether that changed a register. A sparse one of more than `sparse_max` bytes becomes dense. O(1)
/// dense, O(bytes) sparse.
///
/// # Errors
/// [`Corrupted`]
pub fn add(bytes: &mut Vec<u8>, element: &[u8], sparse_max: usize) -> Result<bool, Corrupted> {
    let hash = hash(element);
    let index = hash as usize % REGISTERS;
    // The bit on top ends every run.
    let rank = (hash >> INDEX_BITS | 1 << RANK_BITS).trailing_zeros() as u8 + 1;
    raise(bytes, index, rank, sparse_max)
}

/// Raises each register to that of `registers`.
///
/// # Errors
/// [`Corrupted`]
pub fn raise_all(
    bytes: &mut Vec<u8>,
    registers: &Registers,
    sparse_max: usize,
) -> Result<(), Corrupted> {
    for (index, value) in registers.iter().enumerate().filter(|(_, value)| **value > 0) {
        if is_dense(bytes) {
            let mut own = [0; REGISTERS];
            dense::raise(&mut own, &bytes[HEADER..]);
            raise_bytes(&mut own, registers);
            dense::pack(&own, &mut bytes[HEADER..]);
            return Ok(());
        }
        raise(bytes, index, *value, sparse_max)?;
    }
    Ok(())
}

/// Raises `registers` to those of a HyperLogLog. O(registers).
///
/// # Errors
/// [`Corrupted`]
pub fn raise_registers(registers: &mut Registers, bytes: &[u8]) -> Result<(), Corrupted> {
    if is_dense(bytes) {
        dense::raise(registers, &bytes[HEADER..]);
        return Ok(());
    }
    let mut index = 0;
    for run in runs(bytes) {
        let end = index + run?.len();
        let part = registers.get_mut(index..end).ok_or(Corrupted)?;
        if let Ok(Run::Value(value, _)) = run {
            part.iter_mut().for_each(|register| *register = (*register).max(value));
        }
        index = end;
    }
    if index == REGISTERS { Ok(()) } else { Err(Corrupted) }
}

/// Brings it into the dense form; whether it was not.
///
/// # Errors
/// [`Corrupted`]
pub fn make_dense(bytes: &mut Vec<u8>) -> Result<bool, Corrupted> {
    if is_dense(bytes) {
        return Ok(false);
    }
    let mut registers = [0; REGISTERS];
    raise_registers(&mut registers, bytes)?;
    bytes.resize(HEADER + dense::BYTES, 0);
    bytes[FORM] = DENSE;
    dense::pack(&registers, &mut bytes[HEADER..]);
    Ok(true)
}

/// About how many different elements were added. O(registers).
///
/// # Errors
/// [`Corrupted`]
pub fn count(bytes: &[u8]) -> Result<u64, Corrupted> {
    let mut registers = [0; REGISTERS];
    raise_registers(&mut registers, bytes)?;
    Ok(estimate(&registers))
}

/// The answer that was kept, if it still holds.
pub fn answer(bytes: &[u8]) -> Option<u64> {
    let cache = u64::from_le_bytes(bytes[CACHE].try_into().ok()?);
    (cache >> 63 == 0).then_some(cache)
}

/// Keeps an answer.
pub fn keep_answer(bytes: &mut [u8], answer: u64) {
    bytes[CACHE].copy_from_slice(&answer.to_le_bytes());
}

/// The answer does not hold any more.
pub fn forget_answer(bytes: &mut [u8]) {
    bytes[CACHE.end - 1] |= 0x80;
}

/// Which of the two forms it is in.
pub fn is_dense(bytes: &[u8]) -> bool {
    bytes[FORM] == DENSE
}

/// Raises one register; whether it was lower.
fn raise(
    bytes: &mut Vec<u8>,
    index: usize,
    value: u8,
    sparse_max: usize,
) -> Result<bool, Corrupted> {
    if !is_dense(bytes) {
        match sparse::raise(bytes, index, value, sparse_max)? {
            Some(raised) => return Ok(raised),
            None => make_dense(bytes)?,
        };
    }
    Ok(dense::raise_one(&mut bytes[HEADER..], index, value))
}

fn raise_bytes(registers: &mut [u8], others: &[u8]) {
    registers.iter_mut().zip(others).for_each(|(own, other)| *own = (*own).max(*other));
}

fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
    const SHIFT: u32 = 47;
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let mut word = u64::from_le_bytes(*word).wrapping_mul(FACTOR);
        word ^= word >> SHIFT;
        hash = (hash ^ word.wrapping_mul(FACTOR)).wrapping_mul(FACTOR);
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = (hash ^ u64::from_le_bytes(last)).wrapping_mul(FACTOR);
    }
    hash = (hash ^ hash >> SHIFT).wrapping_mul(FACTOR);
    hash ^ hash >> SHIFT
}
