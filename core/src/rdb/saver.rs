//! Writing a snapshot, entry by entry: whoever knows the keys calls in the order of the file.
//!
//! ```text
//! "REDIS0010" | facts | per database: its index, its sizes, its entries | end | sum over all of it
//! ```
//!
//! Left out: which keys there are, and what is done with the bytes.

use super::writer::{State, Writer};
use super::{Sink, opcodes};
use crate::value::ValueRef;

/// A snapshot in the making. Its bytes go to the `sink` of each call, in chunks of at most [`crate::limits::RDB_CHUNK`].
#[derive(Clone, Debug)]
pub struct Saver(State);

/// What is remembered of a key's uses; which of them follows from the eviction policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uses {
    /// Seconds since the last one.
    Idle(u64),
    /// The logarithmic counter.
    Frequency(u8),
}

impl Saver {
    /// Begins a snapshot; `compress`: long strings as LZF; `deadlines`: fields of hashes have some, so that only Valkey reads
    /// it.
    pub fn new(compress: bool, deadlines: bool) -> Self {
        let mut saver = Saver(State::new(compress));
        let magic = if deadlines { b"VALKEY080" } else { b"REDIS0010" };
        Writer::new(&mut saver.0).bytes(magic);
        saver
    }

    /// A fact about the file or who wrote it: `redis-ver`, `ctime`, …
    pub fn fact(&mut self, name: &[u8], value: &[u8]) {
        let mut writer = Writer::new(&mut self.0);
        writer.byte(opcodes::AUX);
        writer.string(name);
        writer.string(value);
    }

    /// The source of a library of functions.
    pub fn function(&mut self, code: &[u8], sink: Sink<'_>) {
        let mut writer = Writer::to(&mut self.0, sink);
        writer.byte(opcodes::FUNCTION);
        writer.text(code);
    }

    /// The entries that follow are in this database, which has so many, with so many deadlines among them.
    pub fn database(&mut self, index: u64, entries: u64, deadlines: u64) {
        let mut writer = Writer::new(&mut self.0);
        writer.byte(opcodes::DATABASE);
        writer.length(index);
        writer.byte(opcodes::SIZES);
        writer.length(entries);
        writer.length(deadlines);
    }

    /// One key. `deadline`: milliseconds since the epoch. O(bytes).
    pub fn entry(
        &mut self,
        key: &[u8],
        value: ValueRef<'_>,
        deadline: Option<u64>,
        uses: Option<Uses>,
        sink: Sink<'_>,
    ) {
        let mut writer = Writer::to(&mut self.0, sink);
        if let Some(deadline) = deadline {
            writer.byte(opcodes::DEADLINE_MS);
            writer.number(deadline);
        }
        match uses {
            Some(Uses::Idle(seconds)) => {
                writer.byte(opcodes::IDLE);
                writer.length(seconds);
            }
            Some(Uses::Frequency(counter)) => writer.bytes(&[opcodes::FREQUENCY, counter]),
            None => {}
        }
        writer.byte(super::kind(value));
        writer.string(key);
        super::write(value, &mut writer);
    }

    /// Ends the snapshot and hands out the rest of it.
    pub fn end(mut self, sink: Sink<'_>) {
        let mut writer = Writer::to(&mut self.0, sink);
        writer.byte(opcodes::END);
        let sum = writer.sum();
        writer.number(sum);
        writer.flush();
    }
}
