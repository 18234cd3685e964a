//! How the command table is kept in the program: its texts end to end and its numbers as bytes, written by the compiler
//! from the families' tables and read back once, when the table is built. A [`Spec`] is mostly pointers and padding:
//! kept as it is written, the table is a third larger in the browser's download.
//!
//! Writer and reader stand side by side and name the fields in one order. Sizes are found by writing into nothing.

use super::work::Estimate;
use super::{Access, Acl, Begin, Find, Flags, Group, Handler, KeySpec, Spec};
use crate::commands::FAMILIES;

/// Ends every text.
const END: u8 = b'\n';

/// Families by their numbers.
const GROUPS: [Group; 16] = [
    Group::Generic,
    Group::String,
    Group::Bitmap,
    Group::HyperLogLog,
    Group::Geo,
    Group::List,
    Group::Set,
    Group::SortedSet,
    Group::Hash,
    Group::Stream,
    Group::PubSub,
    Group::Transactions,
    Group::Connection,
    Group::Server,
    Group::Array,
    Group::VectorSet,
];

/// The packed table: `T` bytes of texts, `N` of numbers, `H` handlers.
struct Packed<const T: usize, const N: usize, const H: usize> {
    texts: [u8; T],
    texts_len: usize,
    numbers: [u8; N],
    numbers_len: usize,
    handlers: [Handler; H],
    handlers_len: usize,
    /// Beside their handlers.
    estimates: [Option<Estimate>; H],
}

const SIZES: Packed<0, 0, 0> = Packed::of_families();
static PACKED: Packed<{ SIZES.texts_len }, { SIZES.numbers_len }, { SIZES.handlers_len }> =
    Packed::of_families();

/// All families' commands in order, each with its subcommands. They stay for good: call it once.
pub(super) fn unpack() -> &'static [Spec] {
    let mut reader = Reader {
        texts: &PACKED.texts,
        numbers: PACKED.numbers.iter(),
        handlers: PACKED.handlers.iter().zip(&PACKED.estimates),
    };
    let commands = reader.number() as usize;
    reader.list(commands, Reader::spec)
}

impl<const T: usize, const N: usize, const H: usize> Packed<T, N, H> {
    const fn of_families() -> Self {
        let mut packed = Packed {
            texts: [0; T],
            texts_len: 0,
            numbers: [0; N],
            numbers_len: 0,
            handlers: [FAMILIES[0][0].handler; H],
            handlers_len: 0,
            estimates: [None; H],
        };
        let (mut commands, mut family) = (0, 0);
        while family < FAMILIES.len() {
            commands += FAMILIES[family].len();
            family += 1;
        }
        packed.number(commands as u32);
        family = 0;
        while family < FAMILIES.len() {
            packed.specs(FAMILIES[family]);
            family += 1;
        }
        packed
    }

    const fn specs(&mut self, specs: &[Spec]) {
        let mut at = 0;
        while at < specs.len() {
            self.spec(&specs[at]);
            at += 1;
        }
    }

    const fn spec(&mut self, spec: &Spec) {
        self.text(spec.name);
        self.handler(spec);
        self.signed(spec.arity);
        self.number(spec.flags.0);
        self.number(spec.acl.0);
        self.byte(spec.group as u8);
        self.text(spec.syntax);
        self.text(spec.summary);
        self.text(spec.complexity);
        self.text(spec.since);
        self.byte(spec.deprecated.is_some() as u8);
        if let Some((since, replaced_by)) = spec.deprecated {
            self.text(since);
            self.text(replaced_by);
        }
        self.count(spec.keys.len());
        let mut at = 0;
        while at < spec.keys.len() {
            self.key(&spec.keys[at]);
            at += 1;
        }
        self.count(spec.tips.len());
        at = 0;
        while at < spec.tips.len() {
            self.text(spec.tips[at]);
            at += 1;
        }
        self.count(spec.subcommands.len());
        self.specs(spec.subcommands);
    }

    const fn key(&mut self, key: &KeySpec) {
        self.number(key.access.0 as u32);
        match key.begin {
            Begin::Unknown => self.byte(0),
            Begin::Index(index) => {
                self.byte(1);
                self.signed(index);
            }
            Begin::Keyword(word, from) => {
                self.byte(2);
                self.text(word);
                self.signed(from);
            }
        }
        let (form, numbers) = match key.find {
            Find::Unknown => (0, [0; 3]),
            Find::Range { last, step, limit } => (1, [last, step, limit]),
            Find::KeyNum { at, first, step } => (2, [at, first, step]),
        };
        self.byte(form);
        self.signed(numbers[0]);
        self.signed(numbers[1]);
        self.signed(numbers[2]);
        self.text(key.notes);
    }

    const fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at <= bytes.len() {
            let byte = if at < bytes.len() { bytes[at] } else { END };
            assert!(at == bytes.len() || byte != END, "a text of the command table is one line");
            if self.texts_len < T {
                self.texts[self.texts_len] = byte;
            }
            self.texts_len += 1;
            at += 1;
        }
    }

    const fn handler(&mut self, spec: &Spec) {
        if self.handlers_len < H {
            self.handlers[self.handlers_len] = spec.handler;
            self.estimates[self.handlers_len] = spec.estimate;
        }
        self.handlers_len += 1;
    }

    const fn number(&mut self, number: u32) {
        let bytes = number.to_le_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self.byte(bytes[at]);
            at += 1;
        }
    }

    const fn signed(&mut self, number: i16) {
        let byte = number as i8;
        assert!(byte as i16 == number, "places of arguments are small");
        self.byte(byte as u8);
    }

    const fn count(&mut self, count: usize) {
        assert!(count <= u8::MAX as usize, "a command has few of everything");
        self.byte(count as u8);
    }

    const fn byte(&mut self, byte: u8) {
        if self.numbers_len < N {
            self.numbers[self.numbers_len] = byte;
        }
        self.numbers_len += 1;
    }
}

/// What was not read yet.
struct Reader {
    texts: &'static [u8],
    numbers: std::slice::Iter<'static, u8>,
    handlers: std::iter::Zip<
        std::slice::Iter<'static, Handler>,
        std::slice::Iter<'static, Option<Estimate>>,
    >,
}

impl Reader {
    fn spec(&mut self) -> Spec {
        let name = self.text();
        let (handler, estimate) = self.handlers.next().expect("a handler for every command");
        let arity = self.signed();
        let (flags, acl) = (Flags(self.number()), Acl(self.number()));
        let group = self.byte();
        Spec {
            estimate: *estimate,
            flags,
            acl,
            syntax: self.text(),
            summary: self.text(),
            complexity: self.text(),
            since: self.text(),
            deprecated: (self.byte() != 0).then(|| (self.text(), self.text())),
            keys: self.counted(Self::key),
            tips: self.counted(Self::text),
            subcommands: self.counted(Self::spec),
            ..Spec::new(name, GROUPS[usize::from(group)], *handler, arity)
        }
    }

    fn key(&mut self) -> KeySpec {
        KeySpec {
            access: Access(self.number() as u16),
            begin: match self.byte() {
                0 => Begin::Unknown,
                1 => Begin::Index(self.signed()),
                _ => Begin::Keyword(self.text(), self.signed()),
            },
            find: match (self.byte(), self.signed(), self.signed(), self.signed()) {
                (0, ..) => Find::Unknown,
                (1, last, step, limit) => Find::Range { last, step, limit },
                (_, at, first, step) => Find::KeyNum { at, first, step },
            },
            notes: self.text(),
        }
    }

    fn counted<V>(&mut self, read: fn(&mut Self) -> V) -> &'static [V] {
        let count = usize::from(self.byte());
        self.list(count, read)
    }

    fn list<V>(&mut self, count: usize, read: fn(&mut Self) -> V) -> &'static [V] {
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            list.push(read(self));
        }
        Vec::leak(list)
    }

    fn text(&mut self) -> &'static str {
        let end = self.texts.iter().position(|byte| *byte == END).unwrap_or(0);
        let (text, rest) = self.texts.split_at(end);
        self.texts = &rest[1..];
        // It was text when it was written.
        str::from_utf8(text).unwrap_or_default()
    }

    fn number(&mut self) -> u32 {
        (0..4).fold(0, |number, place| number | u32::from(self.byte()) << (8 * place))
    }

    fn signed(&mut self) -> i16 {
        i16::from(self.byte() as i8)
    }

    fn byte(&mut self) -> u8 {
        *self.numbers.next().expect("what was written is read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_families_say_is_what_is_read() {
        let written: Vec<_> = FAMILIES.iter().copied().flatten().collect();
        let read: Vec<_> = unpack().iter().collect();
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
    }
}
