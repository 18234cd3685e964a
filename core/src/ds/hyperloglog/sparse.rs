//! The sparse form: registers in order as runs of equal values.
//!
//! `00nnnnnn` are n + 1 zeros, `01nnnnnn nnnnnnnn` as well, and `1vvvvvnn` is n + 1 times the value v + 1. A register is
//! raised by splitting the run it is in, into three at most; then neighbours of one value become one run again, from the
//! run before on and not further than five runs: as the real servers do, so that the same additions give the same bytes.

use super::{Corrupted, HEADER, REGISTERS};

/// The runs of a HyperLogLog without elements.
pub(super) const EMPTY: [u8; 2] = [0x7f, 0xff];

/// Longest run of zeros in one byte.
const ZEROS_MAX: usize = 64;
/// Longest run of a value.
const VALUE_RUN_MAX: usize = 4;
/// Largest value.
const VALUE_MAX: u8 = 32;
/// Bytes that a run may become: zeros, the value, zeros.
const SPLIT_MAX: usize = 5;
/// Runs looked at for neighbours of one value.
const JOINED_MAX: usize = 5;

/// A run of equal registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Zeros, in one byte.
    Zeros(usize),
    /// Zeros, in two bytes.
    ManyZeros(usize),
    /// A value, so many times.
    Value(u8, usize),
}

/// A few runs' bytes.
#[derive(Default)]
struct Split {
    bytes: [u8; SPLIT_MAX],
    len: usize,
}

/// The runs of a sparse HyperLogLog, up to the first that is not whole.
pub fn runs(bytes: &[u8]) -> impl Iterator<Item = Result<Run, Corrupted>> {
    let mut at = HEADER;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let run = Run::read(bytes, at);
        at += run.map_or(bytes.len(), Run::bytes);
        Some(run)
    })
}

/// Raises one register; whether it was lower, `None` where only the dense form can: for the value, or because more than
/// `bytes_max` bytes would be needed. O(bytes).
pub(super) fn raise(
    bytes: &mut Vec<u8>,
    index: usize,
    value: u8,
    bytes_max: usize,
) -> Result<Option<bool>, Corrupted> {
    if value > VALUE_MAX {
        return Ok(None);
    }
    let (mut at, mut first, mut before) = (HEADER, 0, HEADER);
    let (run, len) = loop {
        if at >= bytes.len() {
            return Err(Corrupted);
        }
        let run = Run::read(bytes, at)?;
        let len = run.len();
        if index < first + len {
            break (run, len);
        }
        (before, at, first) = (at, at + run.bytes(), first + len);
    };
    let mut split = Split::default();
    let (ahead, behind) = (index - first, first + len - 1 - index);
    match run {
        Run::Value(old, _) if old >= value => return Ok(Some(false)),
        Run::Value(old, _) => {
            split.push_value(old, ahead);
            split.push_value(value, 1);
            split.push_value(old, behind);
        }
        Run::Zeros(_) | Run::ManyZeros(_) => {
            split.push_zeros(ahead);
            split.push_value(value, 1);
            split.push_zeros(behind);
        }
    }
    let grown = bytes.len() + split.len - run.bytes();
    if split.len > run.bytes() && grown > bytes_max {
        return Ok(None);
    }
    replace(bytes, at, run.bytes(), &split.bytes[..split.len]);
    join_equal(bytes, before);
    Ok(Some(true))
}

impl Run {
    /// Registers in it.
    pub fn len(self) -> usize {
        match self {
            Run::Zeros(len) | Run::ManyZeros(len) | Run::Value(_, len) => len,
        }
    }

    /// Whether there are none in it: never.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn read(bytes: &[u8], at: usize) -> Result<Run, Corrupted> {
        let byte = bytes[at];
        Ok(match byte >> 6 {
            0 => Run::Zeros(usize::from(byte) + 1),
            1 => {
                let low = *bytes.get(at + 1).ok_or(Corrupted)?;
                Run::ManyZeros((usize::from(byte & 0x3f) << 8 | usize::from(low)) + 1)
            }
            _ => Run::Value((byte >> 2 & 0x1f) + 1, usize::from(byte & 3) + 1),
        })
    }

    /// Bytes it takes.
    fn bytes(self) -> usize {
        if matches!(self, Run::ManyZeros(_)) { 2 } else { 1 }
    }
}

impl Split {
    fn push_zeros(&mut self, len: usize) {
        match len {
            0 => {}
            1..=ZEROS_MAX => self.push(len as u8 - 1),
            _ => {
                let len = (len.min(REGISTERS) - 1) as u16;
                self.push(0x40 | (len >> 8) as u8);
                self.push(len as u8);
            }
        }
    }

    fn push_value(&mut self, value: u8, len: usize) {
        if len > 0 {
            self.push(value_byte(value, len));
        }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }
}

fn value_byte(value: u8, len: usize) -> u8 {
    0x80 | (value - 1) << 2 | (len as u8 - 1)
}

/// Joins neighbours of one value from the run at `at` on.
fn join_equal(bytes: &mut Vec<u8>, mut at: usize) {
    for _ in 0..JOINED_MAX {
        let Some(Ok(run)) = (at < bytes.len()).then(|| Run::read(bytes, at)) else { return };
        let next = (at + 1 < bytes.len()).then(|| Run::read(bytes, at + 1));
        match (run, next) {
            (Run::Value(value, len), Some(Ok(Run::Value(other, more))))
                if value == other && len + more <= VALUE_RUN_MAX =>
            {
                replace(bytes, at, 2, &[value_byte(value, len + more)]);
            }
            _ => at += run.bytes(),
        }
    }
}

fn replace(bytes: &mut Vec<u8>, at: usize, old: usize, new: &[u8]) {
    let (end, rest) = (bytes.len(), at + old);
    if new.len() > old {
        bytes.resize(end + new.len() - old, 0);
    }
    bytes.copy_within(rest..end, at + new.len());
    bytes.truncate(end + new.len() - old);
    bytes[at..at + new.len()].copy_from_slice(new);
}
