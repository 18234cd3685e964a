//! Finding a command by name: the families' specs read once into numbered entries under a hash of the
//! upper-cased name. One probe for a command, one more for a subcommand; no allocation.

use super::{Spec, packed};
use crate::error::Error;
use crate::limits;
use crate::resp::Args;
use hashbrown::HashTable;
use std::sync::LazyLock;

/// A command's number in the table, for statistics kept in arrays. Subcommands have their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandId(pub u16);

/// One line of the table.
#[derive(Debug)]
pub struct TableEntry {
    /// What is known of it.
    pub spec: &'static Spec,
    /// The containing command, for subcommands.
    pub parent: Option<CommandId>,
    /// Lower case, `parent|name` for subcommands: how errors and statistics call it.
    pub full_name: Box<str>,
}

/// All commands, by number and by name.
#[derive(Debug)]
pub struct CommandTable {
    entries: Vec<TableEntry>,
    /// Numbers under the hash of parent and name.
    names: HashTable<u16>,
}

/// Longest command or subcommand name, bytes; longer words cannot be commands.
const NAME_MAX: usize = 24;

static SHARED: LazyLock<CommandTable> = LazyLock::new(CommandTable::build);

impl CommandTable {
    /// The table, built on first use.
    pub fn shared() -> &'static CommandTable {
        &SHARED
    }

    fn build() -> Self {
        let mut table = CommandTable { entries: Vec::new(), names: HashTable::new() };
        for spec in packed::unpack() {
            let id = table.add(spec, None);
            for subcommand in spec.subcommands {
                table.add(subcommand, Some(id));
            }
        }
        table
    }

    /// The command that `args` calls: the subcommand where the command has them.
    ///
    /// # Errors
    /// The unknown-command or unknown-subcommand text.
    pub fn lookup(&self, args: Args<'_>) -> Result<CommandId, Error> {
        let Some(id) = self.find(None, args.at(0)) else {
            return Err(unknown_command(args));
        };
        if args.len() > 1 && !self.spec(id).subcommands.is_empty() {
            return self
                .find(Some(id), args.at(1))
                .ok_or_else(|| self.unknown_subcommand(id, args));
        }
        Ok(id)
    }

    /// As [`CommandTable::lookup`], for a client that ran `last` before: mostly it is the same again.
    ///
    /// # Errors
    /// As [`CommandTable::lookup`].
    #[inline]
    pub fn lookup_after(
        &self,
        last: Option<CommandId>,
        args: Args<'_>,
    ) -> Result<CommandId, Error> {
        if let Some(id) = last {
            let entry = self.entry(id);
            let plain = entry.parent.is_none() && entry.spec.subcommands.is_empty();
            if plain && is_called(entry.spec.name.as_bytes(), args.at(0)) {
                return Ok(id);
            }
        }
        self.lookup(args)
    }

    /// The command called `name`, or `parent|name`, or nothing.
    pub fn by_name(&self, name: &[u8]) -> Option<CommandId> {
        match name.iter().position(|b| *b == b'|') {
            Some(bar) => self.find(Some(self.find(None, &name[..bar])?), &name[bar + 1..]),
            None => self.find(None, name),
        }
    }

    /// The spec of a command.
    #[inline]
    pub fn spec(&self, id: CommandId) -> &'static Spec {
        self.entries[usize::from(id.0)].spec
    }

    /// A line of the table.
    #[inline]
    pub fn entry(&self, id: CommandId) -> &TableEntry {
        &self.entries[usize::from(id.0)]
    }

    /// The subcommand `name` of `parent`, or a command where there is no parent.
    #[inline]
    pub fn find(&self, parent: Option<CommandId>, name: &[u8]) -> Option<CommandId> {
        if name.len() > NAME_MAX {
            return None;
        }
        let found = self.names.find(hash(parent, name), |id| {
            let entry = &self.entries[usize::from(*id)];
            entry.parent == parent && is_called(entry.spec.name.as_bytes(), name)
        });
        found.map(|id| CommandId(*id))
    }

    /// All lines, containers before their subcommands.
    pub fn iter(&self) -> impl Iterator<Item = (CommandId, &TableEntry)> {
        self.entries.iter().enumerate().map(|(i, entry)| (CommandId(i as u16), entry))
    }

    /// Lines in the table, subcommands included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Never: there are commands.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add(&mut self, spec: &'static Spec, parent: Option<CommandId>) -> CommandId {
        debug_assert!(spec.name.len() <= NAME_MAX, "{} is too long a name", spec.name);
        let id = CommandId(self.entries.len() as u16);
        let full_name = match parent {
            Some(parent) => format!("{}|{}", self.spec(parent).name, spec.name),
            None => spec.name.to_owned(),
        };
        self.entries.push(TableEntry {
            spec,
            parent,
            full_name: full_name.to_ascii_lowercase().into(),
        });
        let entries = &self.entries;
        let rehash = |id: &u16| {
            let entry = &entries[usize::from(*id)];
            hash(entry.parent, entry.spec.name.as_bytes())
        };
        self.names.insert_unique(hash(parent, spec.name.as_bytes()), id.0, rehash);
        id
    }

    fn unknown_subcommand(&self, id: CommandId, args: Args<'_>) -> Error {
        let mut text = b"ERR unknown subcommand '".to_vec();
        text.extend_from_slice(preview(args.at(1), limits::ERROR_PREVIEW_MAX));
        text.extend_from_slice(b"'. Try ");
        text.extend_from_slice(self.spec(id).name.as_bytes());
        text.extend_from_slice(b" HELP.");
        Error::Bytes(text.into())
    }
}

/// Whether `word` is the upper-case `name` in any case. Shorter than the general comparison for what mostly comes: the
/// name in upper case.
#[inline]
fn is_called(name: &[u8], word: &[u8]) -> bool {
    name.len() == word.len()
        && name.iter().zip(word).all(|(a, b)| a == b || (a.is_ascii_uppercase() && *b == a | 0x20))
}

/// Case-blind: the first and the last eight bytes, folded to one case, times an odd constant (Fibonacci hashing). Names
/// are few, short and ours, so no attacker can crowd a bucket.
#[inline]
fn hash(parent: Option<CommandId>, name: &[u8]) -> u64 {
    const FOLD: u64 = 0xdfdf_dfdf_dfdf_dfdf;
    let (head, tail) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => (name.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
    };
    let parent = parent.map_or(0, |id| u64::from(id.0) + 1);
    let mixed =
        (head & FOLD) ^ (tail & FOLD).rotate_left(29) ^ (name.len() as u64) << 56 ^ parent << 40;
    let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // The table takes places from the low bits and tags from the top ones.
    mixed ^ mixed >> 32
}

#[cold]
fn unknown_command(args: Args<'_>) -> Error {
    let mut text = b"ERR unknown command '".to_vec();
    text.extend_from_slice(preview(args.at(0), limits::ERROR_PREVIEW_MAX));
    text.extend_from_slice(b"', with args beginning with: ");
    let start = text.len();
    for argument in args.from(1).iter() {
        let shown = text.len() - start;
        if shown >= limits::ERROR_PREVIEW_MAX {
            break;
        }
        text.push(b'\'');
        text.extend_from_slice(preview(argument, limits::ERROR_PREVIEW_MAX - shown));
        text.extend_from_slice(b"' ");
    }
    Error::Bytes(text.into())
}

/// The start of an argument: at most `most` bytes, and like a C string it ends at a NUL.
fn preview(argument: &[u8], most: usize) -> &[u8] {
    let shown = &argument[..argument.len().min(most)];
    shown.split(|byte| *byte == 0).next().unwrap_or_default()
}
