//! Writing lengths, strings and numbers as `reader` reads them, with the sum over all of it.
//!
//! What is written piles up in a buffer. With a sink it leaves in chunks, between elements too, so that a snapshot of any
//! size passes through a bounded buffer; without one (DUMP) it stays.

use super::crc64::Crc64;
use super::{Sink, lzf, reader};
use crate::ds::decimal;
use crate::ds::listpack::{Item, TextBuf};
use crate::limits;

/// What lasts between one call for a snapshot and the next.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Written and not yet handed out.
    out: Vec<u8>,
    /// Over what was handed out.
    crc: Crc64,
    compress: bool,
    compressor: lzf::Compressor,
    packed: Vec<u8>,
}

/// Appends to a [`State`].
pub(super) struct Writer<'s> {
    state: &'s mut State,
    sink: Option<Sink<'s>>,
}

/// Strings up to this long are not worth compressing, bytes: as the real servers do.
const COMPRESS_ABOVE: usize = 20;
/// Bytes that compression must save.
const SAVING_MIN: usize = 4;
/// Longest text of an integer of 32 bits.
const INT_TEXT_MAX: usize = 11;

impl State {
    /// Nothing is written yet. `compress`: long strings as LZF where that is shorter.
    pub(super) fn new(compress: bool) -> Self {
        State { compress, ..State::default() }
    }

    /// All that was written, when there was no sink.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}

impl<'s> Writer<'s> {
    /// A writer whose bytes stay.
    pub(super) fn new(state: &'s mut State) -> Self {
        Writer { state, sink: None }
    }

    /// A writer whose bytes go to `sink` in chunks of at most [`limits::RDB_CHUNK`].
    pub(super) fn to(state: &'s mut State, sink: Sink<'s>) -> Self {
        Writer { state, sink: Some(sink) }
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        if let Some(sink) = &mut self.sink
            && self.state.out.len() + bytes.len() > limits::RDB_CHUNK
        {
            hand_out(self.state, *sink);
            let mut chunks = bytes.chunks(limits::RDB_CHUNK);
            let last = chunks.next_back().unwrap_or_default();
            for chunk in chunks {
                self.state.crc.add(chunk);
                sink(chunk);
            }
            self.state.out.extend_from_slice(last);
        } else {
            self.state.out.extend_from_slice(bytes);
        }
    }

    /// One byte.
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    /// A little-endian number of 64 bits.
    pub(super) fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// A length, index or count.
    pub(super) fn length(&mut self, length: u64) {
        match length {
            0..64 => self.byte(length as u8),
            64..0x4000 => self.bytes(&(length as u16 | 0x4000).to_be_bytes()),
            0x4000..=0xffff_ffff => {
                self.byte(0x80);
                self.bytes(&(length as u32).to_be_bytes());
            }
            _ => {
                self.byte(0x81);
                self.bytes(&length.to_be_bytes());
            }
        }
    }

    /// A string in its shortest form.
    pub(super) fn string(&mut self, string: &[u8]) {
        let int = if string.len() <= INT_TEXT_MAX { decimal::parse(string) } else { None };
        match int.and_then(|value| i32::try_from(value).ok()) {
            Some(value) => self.integer(value),
            None => self.text(string),
        }
    }

    /// An element of a collection as a string.
    pub(super) fn item(&mut self, item: Item<'_>) {
        match item {
            Item::Bytes(bytes) => self.string(bytes),
            Item::Int(value) => match i32::try_from(value) {
                Ok(value) => self.integer(value),
                Err(_) => self.text(item.text(&mut TextBuf::default())),
            },
            Item::Joined { .. } => self.text(&item.to_vec()),
        }
    }

    /// A string that is no integer.
    pub(super) fn text(&mut self, text: &[u8]) {
        if self.state.compress && text.len() > COMPRESS_ABOVE {
            let State { compressor, packed, .. } = &mut *self.state;
            packed.clear();
            if compressor.compress(text, text.len() - SAVING_MIN, packed) {
                let packed = std::mem::take(packed);
                self.byte(0xc0 | reader::LZF);
                self.length(packed.len() as u64);
                self.length(text.len() as u64);
                self.bytes(&packed);
                self.state.packed = packed;
                return;
            }
        }
        self.length(text.len() as u64);
        self.bytes(text);
    }

    /// The sum over all that was written.
    pub(super) fn sum(&mut self) -> u64 {
        let mut crc = self.state.crc.clone();
        crc.add(&self.state.out);
        crc.sum()
    }

    /// Hands out what is left.
    pub(super) fn flush(&mut self) {
        if let Some(sink) = &mut self.sink {
            hand_out(self.state, *sink);
        }
    }

    fn integer(&mut self, value: i32) {
        let bytes = value.to_le_bytes();
        let (form, width) = match value {
            -0x80..=0x7f => (reader::INT_8, 1),
            -0x8000..=0x7fff => (reader::INT_16, 2),
            _ => (reader::INT_32, 4),
        };
        self.byte(0xc0 | form);
        self.bytes(&bytes[..width]);
    }
}

fn hand_out(state: &mut State, sink: Sink<'_>) {
    if !state.out.is_empty() {
        state.crc.add(&state.out);
        sink(&state.out);
        state.out.clear();
    }
}
