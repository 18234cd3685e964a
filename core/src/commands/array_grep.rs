//! ARGREP: the indexes of an array whose values look like something. New in Redis 8.8; behaviour is that of its command
//! reference.

use super::array_input::{self, index, write_index};
use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, write_item};
use crate::ds::listpack::TextBuf;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::limits;
use crate::resp::Args;
use crate::util::regex::Regex;
use crate::util::{contains, glob, is_word};
use crate::value::{Array, Kind, SharedArray};

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("ARGREP", Group::Array, argrep, -6)
    .estimate(looked_at)
    .flags(Flags::READONLY)
    .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
    .doc(
        "key start end <EXACT string | MATCH string | GLOB pattern | RE pattern> [<EXACT string | MATCH string | GLOB pattern | RE pattern> ...] [AND | OR] [LIMIT limit] [WITHVALUES] [NOCASE]",
        "Answers the indexes of a range whose values fit one or all of several descriptions.",
        "O(N*P), N the number of values in the range and P what trying one costs",
        "8.8.0",
    )];

/// What a value must be like.
enum Predicate<'a> {
    Exact(&'a [u8]),
    Contains(&'a [u8]),
    Glob(&'a [u8]),
    Regex(Regex),
}

struct Query<'a> {
    predicates: Vec<Predicate<'a>>,
    all: bool,
    ignore_case: bool,
    values: bool,
    limit: u64,
}

/// The ends of the range, and what is looked for in it.
fn request<'a>(args: Args<'a>) -> Result<(u64, u64, Query<'a>), Error> {
    let (from, to) = (bound(args.at(2))?, bound(args.at(3))?);
    Ok((from, to, Query::parse(args.from(4))?))
}

fn looked_at(keys: &Keyspace, args: Args<'_>) -> u64 {
    request(args).map_or(0, |_| work::whole(keys, args.at(1), Kind::Array))
}

fn argrep(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (from, to, query) = request(args)?;
    let Some(array) = ctx.keys.read_as::<SharedArray>(args.at(1))? else {
        ctx.out.array(0);
        return Ok(());
    };
    let (later, mut written, mut units) = (ctx.out.array_later(), 0, 0);
    array.values.walk(from, to, &mut |index, value| {
        let mut digits = TextBuf::default();
        if query.fits(value.text(&mut digits), &mut units) {
            if query.values {
                ctx.out.array(2);
            }
            write_index(&mut ctx.out, index);
            if query.values {
                write_item(&mut ctx.out, value);
            }
            written += 1;
        }
        written < query.limit
    });
    ctx.out.close_array(later, written as usize);
    ctx.units += units;
    Ok(())
}

/// An index, or one of the ends.
fn bound(text: &[u8]) -> Result<u64, Error> {
    match text {
        b"-" => Ok(0),
        b"+" => Ok(Array::INDEX_MAX),
        _ => index(text),
    }
}

impl<'a> Query<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let mut query = Query {
            predicates: Vec::new(),
            all: false,
            ignore_case: false,
            values: false,
            limit: u64::MAX,
        };
        let mut regexes = Vec::new();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(Error::SYNTAX);
            if is_word(word, "EXACT") {
                query.predicates.push(Predicate::Exact(value()?));
            } else if is_word(word, "MATCH") {
                query.predicates.push(Predicate::Contains(value()?));
            } else if is_word(word, "GLOB") {
                query.predicates.push(Predicate::Glob(value()?));
            } else if is_word(word, "RE") {
                regexes.push(value()?);
            } else if is_word(word, "AND") {
                query.all = true;
            } else if is_word(word, "OR") {
                query.all = false;
            } else if is_word(word, "NOCASE") {
                query.ignore_case = true;
            } else if is_word(word, "WITHVALUES") {
                query.values = true;
            } else if is_word(word, "LIMIT") {
                query.limit = array_input::positive(value()?)?;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        match query.predicates.len() + regexes.len() {
            0 => return Err(Error::SYNTAX),
            1..=limits::PREDICATES_MAX => {}
            _ => return Err(Error::Static("ERR too many predicates, there may be 250")),
        }
        // Case is known when everything is read.
        for text in regexes {
            let regex = Regex::new(text, query.ignore_case);
            let regex = regex.ok_or(Error::Static("ERR invalid regular expression"))?;
            query.predicates.push(Predicate::Regex(regex));
        }
        Ok(query)
    }

    fn fits(&self, value: &[u8], units: &mut u64) -> bool {
        let mut fits = |predicate: &Predicate<'_>| {
            *units += predicate.cost(value);
            predicate.fits(value, self.ignore_case)
        };
        let mut predicates = self.predicates.iter();
        if self.all { predicates.all(&mut fits) } else { predicates.any(&mut fits) }
    }
}

impl Predicate<'_> {
    fn fits(&self, value: &[u8], ignore_case: bool) -> bool {
        match self {
            Predicate::Exact(text) if ignore_case => value.eq_ignore_ascii_case(text),
            Predicate::Exact(text) => value == *text,
            Predicate::Contains(text) if ignore_case => {
                let (value, text) = (value.to_ascii_lowercase(), text.to_ascii_lowercase());
                contains(&value, &text)
            }
            Predicate::Contains(text) => contains(value, text),
            Predicate::Glob(pattern) => glob::matches(pattern, value, ignore_case),
            Predicate::Regex(regex) => regex.is_match(value),
        }
    }

    /// One, and more where each byte of a value costs.
    fn cost(&self, value: &[u8]) -> u64 {
        match self {
            Predicate::Regex(regex) => 1 + (value.len() * regex.cost()) as u64 / 64,
            _ => 1 + value.len() as u64 / 64,
        }
    }
}
