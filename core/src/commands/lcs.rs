//! LCS: the longest common subsequence of two strings, by the textbook table of prefix solutions (Wagner and Fischer,
//! 1974). Of the table only the row in work is kept; walking back takes one bit a cell: whether the prefix shorter in
//! the first string is the better one. So it takes a 32nd of the memory that a full table would, and the bound on that
//! table, which clients can see as an error, holds all the more.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::keyspace::{Keyspace, ValueRef};
use crate::resp::Args;
use crate::util::is_word;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("LCS", Group::String, lcs, -3)
    .flags(Flags::READONLY)
    .estimate(table_size)
    .keys(&[KeySpec::range(Access::RO.and(Access::ACCESS), 1, 2, 1)])
    .doc(
        "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
        "Answers the longest subsequence that the strings at two keys share, its length, or where it lies.",
        "O(N*M), N and M bytes long",
        "7.0.0",
    )];

const NOT_STRINGS: Error = Error::Static("ERR The specified keys must contain string values");
const LEN_AND_IDX: Error =
    Error::Static("ERR If you want both the length and indexes, please just use IDX.");
const TOO_LARGE: Error =
    Error::Static("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");

/// Bytes of a full table's cell, by which the bound on the strings' lengths is defined.
const CELL: u64 = 4;

/// Cells that are filled while other commands visit one element, as the example `offload` measures it.
const CELLS_A_UNIT: u64 = 16;

#[derive(Default)]
struct Options {
    len: bool,
    indexes: bool,
    min_match: usize,
    with_match_len: bool,
}

/// A run of bytes that both strings have, where each begins.
struct Match {
    a: usize,
    b: usize,
    len: usize,
}

/// Cells of the table for the strings at both keys, in the time it takes to visit an element elsewhere.
fn table_size(keys: &Keyspace, args: Args<'_>) -> u64 {
    let len = |key| match keys.look(key) {
        None => Some(0),
        Some(ValueRef::Int(value)) => Some(itoa::Buffer::new().format(value).len() as u64),
        Some(ValueRef::Bytes(bytes)) => Some(bytes.len() as u64),
        Some(ValueRef::Object(_)) => None,
    };
    let options = Options::read(args.from(3));
    match (len(args.at(1)), len(args.at(2))) {
        (Some(a), Some(b)) if options.is_ok() => a.saturating_mul(b).div_ceil(CELLS_A_UNIT),
        _ => 0,
    }
}

fn lcs(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let a = text(ctx, args.at(1));
    let b = text(ctx, args.at(2));
    let (Some(a), Some(b)) = (a, b) else { return Err(NOT_STRINGS) };
    let options = Options::read(args.from(3))?;
    let cells = (a.len() as u64 + 1).saturating_mul(b.len() as u64 + 1);
    if cells.saturating_mul(CELL) > ctx.server.config.proto_max_bulk_len.unsigned_abs() {
        return Err(TOO_LARGE);
    }
    ctx.units += cells;
    if options.len {
        let table = Table::fill(&a, &b, false);
        ctx.out.count(table.len);
        return Ok(());
    }
    let table = Table::fill(&a, &b, true);
    let matches = table.matches(&a, &b);
    if options.indexes {
        write_indexes(ctx, &options, &matches, table.len);
    } else {
        let mut common = Vec::with_capacity(table.len);
        for found in matches.iter().rev() {
            common.extend_from_slice(&a[found.a..found.a + found.len]);
        }
        ctx.out.bulk(&common);
    }
    Ok(())
}

impl Options {
    fn read(args: Args<'_>) -> Result<Options, Error> {
        let mut options = Options::default();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            if is_word(word, "LEN") {
                options.len = true;
            } else if is_word(word, "IDX") {
                options.indexes = true;
            } else if is_word(word, "WITHMATCHLEN") {
                options.with_match_len = true;
            } else if is_word(word, "MINMATCHLEN") {
                let len = integer(words.next().ok_or(Error::SYNTAX)?)?;
                options.min_match = usize::try_from(len.max(0)).unwrap_or(usize::MAX);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        if options.len && options.indexes { Err(LEN_AND_IDX) } else { Ok(options) }
    }
}

/// What is left of the table of prefix solutions.
struct Table {
    /// Length of the longest common subsequence.
    len: usize,
    /// A bit for each pair of prefixes, by rows of `a`: without the last byte of `a` there is more in common than
    /// without that of `b`. Empty if nobody will walk back.
    drop_a: Vec<u64>,
    columns: usize,
}

impl Table {
    fn fill(a: &[u8], b: &[u8], walk: bool) -> Table {
        let columns = b.len();
        let words = if walk { (a.len() * columns).div_ceil(64) } else { 0 };
        let mut drop_a = vec![0u64; words];
        let mut row = vec![0u32; columns + 1];
        let mut cell = 0;
        for x in a {
            // Solutions of the row above, one column to the left, and of this row, one column to the left.
            let (mut diagonal, mut left) = (0, 0);
            for (y, above) in b.iter().zip(&mut row[1..]) {
                let up = *above;
                let best = if x == y { diagonal + 1 } else { up.max(left) };
                if walk {
                    drop_a[cell / 64] |= u64::from(up > left) << (cell % 64);
                    cell += 1;
                }
                *above = best;
                (diagonal, left) = (up, best);
            }
        }
        Table { len: row[columns] as usize, drop_a, columns }
    }

    /// The common runs, the last one first.
    fn matches(&self, a: &[u8], b: &[u8]) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        let (mut i, mut j) = (a.len(), b.len());
        while i > 0 && j > 0 {
            let cell = (i - 1) * self.columns + j - 1;
            if a[i - 1] == b[j - 1] {
                (i, j) = (i - 1, j - 1);
                match matches.last_mut() {
                    Some(run) if run.a == i + 1 && run.b == j + 1 => {
                        *run = Match { a: i, b: j, len: run.len + 1 };
                    }
                    _ => matches.push(Match { a: i, b: j, len: 1 }),
                }
            } else if self.drop_a[cell / 64] >> (cell % 64) & 1 == 1 {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        matches
    }
}

fn write_indexes(ctx: &mut Ctx<'_>, options: &Options, matches: &[Match], len: usize) {
    let shown = || matches.iter().filter(|found| found.len >= options.min_match);
    ctx.out.map(2);
    ctx.out.bulk(b"matches");
    ctx.out.array(shown().count());
    for found in shown() {
        ctx.out.array(if options.with_match_len { 3 } else { 2 });
        for start in [found.a, found.b] {
            ctx.out.array(2);
            ctx.out.count(start);
            ctx.out.count(start + found.len - 1);
        }
        if options.with_match_len {
            ctx.out.count(found.len);
        }
    }
    ctx.out.bulk(b"len");
    ctx.out.count(len);
}

/// A copy of the string at `key`, empty if there is none; `None` for another type.
fn text(ctx: &mut Ctx<'_>, key: &[u8]) -> Option<Vec<u8>> {
    match ctx.keys.read(key) {
        None => Some(Vec::new()),
        Some(ValueRef::Int(value)) => Some(itoa::Buffer::new().format(value).as_bytes().to_vec()),
        Some(ValueRef::Bytes(bytes)) => Some(bytes.to_vec()),
        Some(ValueRef::Object(_)) => None,
    }
}
