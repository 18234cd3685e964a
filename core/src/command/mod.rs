//! The command table's vocabulary: what can be said of a command, once, beside its handler.
//!
//! A family file opens with a static slice of [`Spec`]s. Arity checks, ACL categories, key extraction, COMMAND
//! INFO/DOCS/GETKEYS, hints, completion and help are all projections of it.
//!
//! Left out: the handlers (`commands/`) and the order in which a command's checks run (`dispatch`).

pub mod help;
pub mod keys;
mod packed;
pub mod scan;
pub mod secrets;
pub mod syntax;
mod table;
pub mod work;

pub use table::{CommandId, CommandTable, TableEntry};

use crate::ctx::Ctx;
use crate::error::Outcome;
use crate::resp::Args;
use work::Estimate;

/// What runs a command. Writes its reply through `ctx.out`; on `Err` what it wrote is taken back.
pub type Handler = fn(&mut Ctx<'_>, Args<'_>) -> Outcome;

/// Everything that is known of a command.
#[derive(Debug)]
pub struct Spec {
    /// Upper case. A subcommand's own word only.
    pub name: &'static str,
    /// What runs it; containers with subcommands answer the arity error themselves.
    pub handler: Handler,
    /// How much work it is going to be, if it may be sent away: it only reads, nothing but the keys that its specifications
    /// find, each once, and its reply follows from them alone.
    pub estimate: Option<Estimate>,
    /// Arguments, the name (and the subcommand's) included; negative: at least that many.
    pub arity: i16,
    /// Behaviour; see [`Flags`].
    pub flags: Flags,
    /// ACL categories beyond those that the flags imply.
    pub acl: Acl,
    /// Where its keys are.
    pub keys: &'static [KeySpec],
    /// The family, as COMMAND DOCS names it.
    pub group: Group,
    /// First Redis version with it.
    pub since: &'static str,
    /// Time complexity.
    pub complexity: &'static str,
    /// One sentence of what it does.
    pub summary: &'static str,
    /// Its arguments in the notation of the command reference, the names left out.
    pub syntax: &'static str,
    /// Hints to clients, as COMMAND INFO lists them.
    pub tips: &'static [&'static str],
    /// The commands it contains.
    pub subcommands: &'static [Spec],
    /// For a deprecated command: since when, and what to use.
    pub deprecated: Option<(&'static str, &'static str)>,
}

/// A set of behaviours, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// May change the keyspace.
    pub const WRITE: Flags = Flags(1);
    /// Reads the keyspace only.
    pub const READONLY: Flags = Flags(1 << 1);
    /// Refused when memory is short.
    pub const DENYOOM: Flags = Flags(1 << 2);
    /// For operators.
    pub const ADMIN: Flags = Flags(1 << 3);
    /// Pub/sub.
    pub const PUBSUB: Flags = Flags(1 << 4);
    /// Not from scripts.
    pub const NOSCRIPT: Flags = Flags(1 << 5);
    /// May park its client.
    pub const BLOCKING: Flags = Flags(1 << 6);
    /// Allowed while loading.
    pub const LOADING: Flags = Flags(1 << 7);
    /// Allowed on a stale replica.
    pub const STALE: Flags = Flags(1 << 8);
    /// Not shown to MONITOR.
    pub const SKIP_MONITOR: Flags = Flags(1 << 9);
    /// Not kept by SLOWLOG.
    pub const SKIP_SLOWLOG: Flags = Flags(1 << 10);
    /// Constant or logarithmic time.
    pub const FAST: Flags = Flags(1 << 11);
    /// Allowed before AUTH.
    pub const NO_AUTH: Flags = Flags(1 << 12);
    /// May be propagated although it reads.
    pub const MAY_REPLICATE: Flags = Flags(1 << 13);
    /// Not inside MULTI.
    pub const NO_MULTI: Flags = Flags(1 << 14);
    /// Keys cannot all be told from the key specs.
    pub const MOVABLE_KEYS: Flags = Flags(1 << 15);
    /// Allowed while a script runs for too long.
    pub const ALLOW_BUSY: Flags = Flags(1 << 16);
    /// Runs inside MULTI at once instead of being queued (EXEC, DISCARD, MULTI, WATCH, QUIT, RESET).
    pub const IN_MULTI: Flags = Flags(1 << 17);
    /// Allowed to a RESP2 client in subscribed mode.
    pub const IN_SUBSCRIBED: Flags = Flags(1 << 18);
    /// Arguments may hold secrets: never shown by observers in full.
    pub const SENSITIVE: Flags = Flags(1 << 19);
    /// Runs the queued commands of a transaction.
    pub const RUNS_QUEUED: Flags = Flags(1 << 20);
    /// Set-up and inspection that the modelled clock does not charge for (DEBUG).
    pub const NO_COST: Flags = Flags(1 << 21);
    /// Allowed as enable-debug-command says.
    pub const GUARDED: Flags = Flags(1 << 22);
    /// May be called without any key.
    pub const NO_MANDATORY_KEYS: Flags = Flags(1 << 23);
    /// What Redis has in a module.
    pub const MODULE: Flags = Flags(1 << 31);

    /// Both sets together.
    pub const fn and(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether any of `other`'s flags is set.
    #[inline]
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
}

/// A set of ACL categories, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acl(pub u32);

impl Acl {
    /// None beyond what the flags imply.
    pub const NONE: Acl = Acl(0);
    /// `@keyspace`
    pub const KEYSPACE: Acl = Acl(1);
    /// `@read`
    pub const READ: Acl = Acl(1 << 1);
    /// `@write`
    pub const WRITE: Acl = Acl(1 << 2);
    /// `@set`
    pub const SET: Acl = Acl(1 << 3);
    /// `@sortedset`
    pub const SORTED_SET: Acl = Acl(1 << 4);
    /// `@list`
    pub const LIST: Acl = Acl(1 << 5);
    /// `@hash`
    pub const HASH: Acl = Acl(1 << 6);
    /// `@string`
    pub const STRING: Acl = Acl(1 << 7);
    /// `@bitmap`
    pub const BITMAP: Acl = Acl(1 << 8);
    /// `@hyperloglog`
    pub const HYPERLOGLOG: Acl = Acl(1 << 9);
    /// `@geo`
    pub const GEO: Acl = Acl(1 << 10);
    /// `@stream`
    pub const STREAM: Acl = Acl(1 << 11);
    /// `@pubsub`
    pub const PUBSUB: Acl = Acl(1 << 12);
    /// `@admin`
    pub const ADMIN: Acl = Acl(1 << 13);
    /// `@fast`
    pub const FAST: Acl = Acl(1 << 14);
    /// `@slow`
    pub const SLOW: Acl = Acl(1 << 15);
    /// `@blocking`
    pub const BLOCKING: Acl = Acl(1 << 16);
    /// `@dangerous`
    pub const DANGEROUS: Acl = Acl(1 << 17);
    /// `@connection`
    pub const CONNECTION: Acl = Acl(1 << 18);
    /// `@transaction`
    pub const TRANSACTION: Acl = Acl(1 << 19);
    /// `@scripting`
    pub const SCRIPTING: Acl = Acl(1 << 20);
    /// `@array`
    pub const ARRAY: Acl = Acl(1 << 21);

    /// The categories' names in the order COMMAND INFO lists them.
    pub const NAMES: [&'static str; 22] = [
        "keyspace",
        "read",
        "write",
        "set",
        "sortedset",
        "list",
        "hash",
        "string",
        "bitmap",
        "hyperloglog",
        "geo",
        "stream",
        "pubsub",
        "admin",
        "fast",
        "slow",
        "blocking",
        "dangerous",
        "connection",
        "transaction",
        "scripting",
        "array",
    ];

    /// Both sets together.
    pub const fn and(self, other: Acl) -> Acl {
        Acl(self.0 | other.0)
    }

    /// Whether any of `other`'s categories is in.
    pub const fn has(self, other: Acl) -> bool {
        self.0 & other.0 != 0
    }
}

/// The families of the command reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the family's name")]
pub enum Group {
    Generic,
    String,
    Bitmap,
    HyperLogLog,
    Geo,
    List,
    Set,
    SortedSet,
    Hash,
    Stream,
    PubSub,
    Transactions,
    Connection,
    Server,
    Array,
    VectorSet,
}

impl Group {
    /// As COMMAND DOCS spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Generic => "generic",
            Group::String => "string",
            Group::Bitmap => "bitmap",
            Group::HyperLogLog => "hyperloglog",
            Group::Geo => "geo",
            Group::List => "list",
            Group::Set => "set",
            Group::SortedSet => "sorted-set",
            Group::Hash => "hash",
            Group::Stream => "stream",
            Group::PubSub => "pubsub",
            Group::Transactions => "transactions",
            Group::Connection => "connection",
            Group::Server => "server",
            Group::Array => "array",
            Group::VectorSet => "vector_set",
        }
    }

    /// The ACL category that every command of the family is in.
    const fn acl(self) -> Acl {
        match self {
            Group::Generic => Acl::KEYSPACE,
            Group::String => Acl::STRING,
            Group::Bitmap => Acl::BITMAP,
            Group::HyperLogLog => Acl::HYPERLOGLOG,
            Group::Geo => Acl::GEO,
            Group::List => Acl::LIST,
            Group::Set => Acl::SET,
            Group::SortedSet => Acl::SORTED_SET,
            Group::Hash => Acl::HASH,
            Group::Stream => Acl::STREAM,
            Group::Transactions => Acl::TRANSACTION,
            Group::Connection => Acl::CONNECTION,
            // The PUBSUB flag decides there.
            Group::PubSub | Group::Server => Acl::NONE,
            Group::Array => Acl::ARRAY,
            Group::VectorSet => Acl::NONE,
        }
    }
}

/// Where some of a command's keys are and what happens to them, as the key specifications of COMMAND INFO.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// What the command does with these keys.
    pub access: Access,
    /// Where the search starts.
    pub begin: Begin,
    /// Which arguments from there are keys.
    pub find: Find,
    /// A remark for COMMAND DOCS readers, or empty.
    pub notes: &'static str,
}

/// The flags of a key specification, one bit each, in the order COMMAND INFO lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access(pub u16);

impl Access {
    /// Reads and writes.
    pub const RW: Access = Access(1);
    /// Reads only.
    pub const RO: Access = Access(1 << 1);
    /// Overwrites without reading.
    pub const OW: Access = Access(1 << 2);
    /// Removes.
    pub const RM: Access = Access(1 << 3);
    /// The value is returned, copied or moved.
    pub const ACCESS: Access = Access(1 << 4);
    /// The value is changed depending on what it was.
    pub const UPDATE: Access = Access(1 << 5);
    /// Data is added.
    pub const INSERT: Access = Access(1 << 6);
    /// Data is deleted.
    pub const DELETE: Access = Access(1 << 7);
    /// Not a key but treated as one in cluster mode.
    pub const NOT_KEY: Access = Access(1 << 8);
    /// The specification may not find all keys.
    pub const INCOMPLETE: Access = Access(1 << 9);
    /// What is done depends on the arguments.
    pub const VARIABLE: Access = Access(1 << 10);

    /// The flags' names in order.
    pub const NAMES: [&'static str; 11] = [
        "RW",
        "RO",
        "OW",
        "RM",
        "access",
        "update",
        "insert",
        "delete",
        "not_key",
        "incomplete",
        "variable_flags",
    ];

    /// Both sets together.
    pub const fn and(self, other: Access) -> Access {
        Access(self.0 | other.0)
    }
}

/// Where a key specification starts to look.
#[derive(Clone, Copy, Debug)]
pub enum Begin {
    /// At this argument.
    Index(i16),
    /// Behind this word, searched from argument `from` (negative: backwards from the end).
    Keyword(&'static str, i16),
    /// Only the command's own parser knows.
    Unknown,
}

/// Which arguments are keys, relative to the start.
#[derive(Clone, Copy, Debug)]
pub enum Find {
    /// From the start to `last` (relative; negative: from the end), every `step`th; `limit` > 1 takes only that fraction.
    Range {
        /// Last key, relative to the first, or from the end if negative.
        last: i16,
        /// Distance from key to key.
        step: i16,
        /// 0 or 1: all; n: the first 1/n of the arguments.
        limit: i16,
    },
    /// An argument says how many keys follow.
    KeyNum {
        /// Where the number is, relative to the start.
        at: i16,
        /// Where the first key is, relative to the start.
        first: i16,
        /// Distance from key to key.
        step: i16,
    },
    /// Only the command's own parser knows.
    Unknown,
}

impl KeySpec {
    /// Keys from argument `first` to `last` (absolute; negative from the end) every `step`th.
    pub const fn range(access: Access, first: i16, last: i16, step: i16) -> KeySpec {
        let last = if last < 0 { last } else { last - first };
        KeySpec {
            access,
            begin: Begin::Index(first),
            find: Find::Range { last, step, limit: 0 },
            notes: "",
        }
    }

    /// The key at argument `index`.
    pub const fn one(access: Access, index: i16) -> KeySpec {
        KeySpec::range(access, index, index, 1)
    }

    /// A count at argument `index` and that many keys behind it.
    pub const fn counted(access: Access, index: i16) -> KeySpec {
        KeySpec {
            access,
            begin: Begin::Index(index),
            find: Find::KeyNum { at: 0, first: 1, step: 1 },
            notes: "",
        }
    }

    /// The key behind `word`, looked for from argument `from`.
    pub const fn after(access: Access, word: &'static str, from: i16) -> KeySpec {
        KeySpec {
            access,
            begin: Begin::Keyword(word, from),
            find: Find::Range { last: 0, step: 1, limit: 0 },
            notes: "",
        }
    }

    /// From there on all that follow.
    pub const fn to_end(mut self) -> KeySpec {
        self.find = Find::Range { last: -1, step: 1, limit: 0 };
        self
    }

    /// Keys that only the arguments' meaning tells.
    pub const fn unknown(access: Access) -> KeySpec {
        KeySpec { access, begin: Begin::Unknown, find: Find::Unknown, notes: "" }
    }

    /// With a remark.
    pub const fn noted(mut self, notes: &'static str) -> KeySpec {
        self.notes = notes;
        self
    }
}

impl Spec {
    /// A command with its handler and arity; the rest follows by the builder methods.
    pub const fn new(name: &'static str, group: Group, handler: Handler, arity: i16) -> Spec {
        Spec {
            name,
            handler,
            estimate: None,
            arity,
            flags: Flags::NONE,
            acl: Acl::NONE,
            keys: &[],
            group,
            since: "1.0.0",
            complexity: "O(1)",
            summary: "",
            syntax: "",
            tips: &[],
            subcommands: &[],
            deprecated: None,
        }
    }

    /// Makes it one that may be sent away; see [`Spec::estimate`].
    pub const fn estimate(mut self, estimate: Estimate) -> Spec {
        self.estimate = Some(estimate);
        self
    }

    /// Sets the flags.
    pub const fn flags(mut self, flags: Flags) -> Spec {
        self.flags = flags;
        self
    }

    /// Adds ACL categories that neither flags nor family imply.
    pub const fn acl(mut self, acl: Acl) -> Spec {
        self.acl = acl;
        self
    }

    /// Says where the keys are.
    pub const fn keys(mut self, keys: &'static [KeySpec]) -> Spec {
        self.keys = keys;
        self
    }

    /// Argument syntax, one-sentence summary, complexity, first version.
    pub const fn doc(
        mut self,
        syntax: &'static str,
        summary: &'static str,
        complexity: &'static str,
        since: &'static str,
    ) -> Spec {
        self.syntax = syntax;
        self.summary = summary;
        self.complexity = complexity;
        self.since = since;
        self
    }

    /// Hints to clients.
    pub const fn tips(mut self, tips: &'static [&'static str]) -> Spec {
        self.tips = tips;
        self
    }

    /// The commands it contains.
    pub const fn subcommands(mut self, subcommands: &'static [Spec]) -> Spec {
        self.subcommands = subcommands;
        self
    }

    /// Deprecated since a version, with what to use instead.
    pub const fn deprecated(mut self, since: &'static str, replaced_by: &'static str) -> Spec {
        self.deprecated = Some((since, replaced_by));
        self
    }

    /// Whether `argc` arguments, names included, are acceptable.
    #[inline]
    pub const fn accepts(&self, argc: usize) -> bool {
        let argc = argc as i64;
        if self.arity >= 0 { argc == self.arity as i64 } else { argc >= -(self.arity as i64) }
    }

    /// All ACL categories: those given and those that flags and family imply.
    pub const fn categories(&self) -> Acl {
        // A container is no command of its family: only its subcommands are.
        let container = !self.subcommands.is_empty() && self.flags.0 == 0;
        // A generic command that names what it is for is about that, not about the keyspace.
        let about = Acl::LIST.and(Acl::CONNECTION);
        let typed = matches!(self.group, Group::Generic) && self.acl.has(about);
        let own = container || typed;
        let mut acl = if own { self.acl } else { self.acl.and(self.group.acl()) };
        if self.flags.has(Flags::WRITE) {
            acl = acl.and(Acl::WRITE);
        }
        // Administrative and scripting commands read no user data, whatever their flags.
        if self.flags.has(Flags::READONLY) && !acl.has(Acl::SCRIPTING) {
            acl = acl.and(Acl::READ);
        }
        if self.flags.has(Flags::ADMIN) {
            acl = acl.and(Acl::ADMIN).and(Acl::DANGEROUS);
        }
        if self.flags.has(Flags::PUBSUB) {
            acl = acl.and(Acl::PUBSUB);
        }
        if self.flags.has(Flags::BLOCKING) {
            acl = acl.and(Acl::BLOCKING);
        }
        acl.and(if self.flags.has(Flags::FAST) { Acl::FAST } else { Acl::SLOW })
    }
}
