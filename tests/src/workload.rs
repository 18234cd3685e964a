//! Random commands, valid and not, from a seed: food for the differential test and the simulation.
//!
//! A template is a command line with holes: `{l}` a key that is mostly a list, `{i}` an integer, `{A|B}` a choice.
//! Keys are few, so that commands meet; values sit at the edges of what is kept and parsed differently. One command
//! in twenty is then damaged: an argument lost, doubled or replaced.
//!
//! Sorted sets named `y…` hold one score only: ranges by member mean nothing otherwise. What is named `u…` is always a list
//! and what is named `w…` a sorted set: SORT without an order answers the one that they have, which a set has not.
//!
//! Left out on purpose: what no two servers answer alike (random picks from larger sets, times, memory).

mod payloads;
mod templates;

pub use templates::{NEWER, SOCIAL, TEMPLATES, Template};

use crate::render::Order;
use redloop_core::command::Group;

/// Chance out of 100 that a command is damaged.
const DAMAGE_PERCENT: u64 = 5;
/// Chance out of 100 that a typed hole gets a key of any type.
const WRONG_TYPE_PERCENT: u64 = 6;

/// The types that a key may have, as its name begins.
const TYPES: &[&str] = &["s", "l", "h", "S", "z", "P", "g", "st", "ar", "ve"];

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Rng(u64);

/// A command to send, and how to compare what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The words.
    pub words: Vec<Vec<u8>>,
    /// The order in which replies are compared.
    pub order: Order,
    /// How far integers may lie apart: for times to live.
    pub tolerance: u64,
    /// The reply holds times of deliveries.
    pub timed: bool,
}

impl Rng {
    /// A generator for this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// True so often out of 100.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.below(items.len() as u64);
        &items[usize::try_from(index).unwrap_or(0)]
    }
}

/// The templates a stream is made from.
#[derive(Clone, Debug)]
pub struct Mix {
    templates: Vec<&'static Template>,
    /// What a key of any type is one of.
    keys: &'static [&'static str],
}

/// Commands that belong together, to be tried among themselves: they meet more often than among all others.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// As the command reference calls it.
    pub name: &'static str,
    /// The holes of its keys.
    holes: &'static [&'static str],
    /// The types of its keys.
    keys: &'static [&'static str],
    /// Only commands of this group, where several groups share the keys.
    only: Option<Group>,
}

/// All of them that another server has.
pub const FAMILIES: &[Family] = &[
    family("string", &["{s}"], &["s"]),
    Family { only: Some(Group::Bitmap), ..family("bitmap", &["{s}"], &["s"]) },
    family("hyperloglog", &["{P}"], &["P"]),
    family("geo", &["{g}"], &["g"]),
    family("list", &["{l}", "{u}"], &["l"]),
    family("hash", &["{h}"], &["h"]),
    family("set", &["{S}"], &["S"]),
    // Those of one score are nobody else's.
    family("sorted-set", &["{z}", "{y}", "{w}"], &["z"]),
    family("stream", &["{st}"], &["st"]),
];

const fn family(
    name: &'static str,
    holes: &'static [&'static str],
    keys: &'static [&'static str],
) -> Family {
    Family { name, holes, keys, only: None }
}

/// Of a family's stream, so much out of 100 are its own commands; the rest are those that any key takes, and none.
const OWN_PERCENT: usize = 70;

impl Family {
    fn has(self, template: &Template) -> bool {
        self.holes.iter().any(|hole| template.line.contains(hole))
            && self.only.is_none_or(|group| template.group() == Some(group))
    }
}

impl Mix {
    /// All whose replies can be compared.
    pub fn all() -> Self {
        Self::from(TEMPLATES.iter().collect())
    }

    /// These, and what no server at hand has.
    pub fn newest() -> Self {
        Self::from(TEMPLATES.iter().chain(NEWER).collect())
    }

    /// These, and as many of the others, which wait, listen, pick at random and hang up.
    pub fn social() -> Self {
        let Self { mut templates, keys } = Self::newest();
        let most = 2 * templates.len();
        while templates.len() < most {
            templates.extend(SOCIAL);
        }
        Self { templates, keys }
    }

    /// A family's own commands, on few keys, and those that go with any.
    pub fn of_family(family: &Family) -> Self {
        let typed = |template: &&Template| FAMILIES.iter().any(|other| other.has(template));
        let own: Vec<_> = TEMPLATES.iter().filter(|template| family.has(template)).collect();
        let common: Vec<_> = TEMPLATES.iter().filter(|template| !typed(template)).collect();
        let mut templates = own.clone();
        while templates.len() * (100 - OWN_PERCENT) < common.len() * OWN_PERCENT {
            templates.extend(&own);
        }
        templates.extend(common);
        Self { templates, keys: family.keys }
    }

    /// Those of the commands named, separated by commas or blanks.
    pub fn of(names: &str) -> Self {
        let names: Vec<&str> = names.split([',', ' ']).collect();
        let named = |template: &&Template| {
            names.iter().any(|name| name.eq_ignore_ascii_case(template.command()))
        };
        Self::from(TEMPLATES.iter().chain(NEWER).filter(named).collect())
    }

    fn from(templates: Vec<&'static Template>) -> Self {
        Self { templates, keys: TYPES }
    }

    /// The next command. The mix must not be empty.
    pub fn command(&self, rng: &mut Rng) -> Command {
        let template = *rng.pick::<&Template>(&self.templates);
        let mut words: Vec<Vec<u8>> = Vec::new();
        for word in template.line.split(' ') {
            self.fill(word, rng, &mut words);
        }
        if rng.percent(DAMAGE_PERCENT) {
            damage(&mut words, rng);
        }
        let Template { order, tolerance, timed, .. } = *template;
        Command { words, order, tolerance, timed }
    }

    /// Fills one word of a template: text, holes, or `hole...` which stands for one to four of them.
    fn fill(&self, word: &str, rng: &mut Rng, words: &mut Vec<Vec<u8>>) {
        if let Some(repeated) = word.strip_suffix("...") {
            for _ in 0..=rng.below(4) {
                for part in repeated.split(',') {
                    self.fill(part, rng, words);
                }
            }
            return;
        }
        if let Some(optional) = word.strip_prefix("[").and_then(|word| word.strip_suffix(']')) {
            if rng.percent(40) {
                for part in optional.split(',') {
                    self.fill(part, rng, words);
                }
            }
            return;
        }
        let mut out = Vec::new();
        let mut rest = word;
        while let Some(start) = rest.find('{') {
            let Some(end) = rest[start..].find('}') else { break };
            out.extend_from_slice(&rest.as_bytes()[..start]);
            out.extend(match &rest[start + 1..start + end] {
                "k" => {
                    let kind = *rng.pick::<&str>(self.keys);
                    key(kind, rng)
                }
                name => hole(name, rng),
            });
            rest = &rest[start + end + 1..];
        }
        out.extend_from_slice(rest.as_bytes());
        words.push(out);
    }
}

fn hole(name: &str, rng: &mut Rng) -> Vec<u8> {
    if name.contains('|') {
        let choices: Vec<&str> = name.split('|').collect();
        return rng.pick(&choices).as_bytes().to_vec();
    }
    match name {
        "s" | "l" | "h" | "S" | "z" | "P" | "g" | "st" | "ar" | "ve" => key(name, rng),
        "u" | "w" | "y" => format!("{name}{}", rng.below(2)).into_bytes(),
        "v" => rng.pick(VALUES).to_vec(),
        "m" => {
            let member = rng.below(12);
            if rng.percent(50) {
                member.to_string().into_bytes()
            } else {
                format!("m{member}").into_bytes()
            }
        }
        "q" => format!("element{}", rng.below(1000)).into_bytes(),
        "o" => rng.pick(BIT_OFFSETS).as_bytes().to_vec(),
        "F" => rng.pick(BIT_FORMATS).as_bytes().to_vec(),
        "X" => degrees(180, LONGITUDES, rng),
        "Y" => degrees(85, LATITUDES, rng),
        "r" => rng.pick(RADII).as_bytes().to_vec(),
        "i" => rng.pick(INTEGERS).as_bytes().to_vec(),
        "t" => rng.pick(DURATIONS).as_bytes().to_vec(),
        "n" => rng.below(6).to_string().into_bytes(),
        "x" => (i64::try_from(rng.below(14)).unwrap_or(0) - 7).to_string().into_bytes(),
        "f" => rng.pick(FLOATS).as_bytes().to_vec(),
        "b" => rng.pick(BOUNDS).as_bytes().to_vec(),
        "d" => rng.pick(payloads::PAYLOADS).to_vec(),
        "L" => rng.pick(LEX_BOUNDS).as_bytes().to_vec(),
        "p" => rng.pick(PATTERNS).as_bytes().to_vec(),
        "I" => rng.pick(IDS).as_bytes().to_vec(),
        "ri" => rng.pick(RANGE_IDS).as_bytes().to_vec(),
        "e" => rng.pick(INDEXES).as_bytes().to_vec(),
        "at" => rng.pick(ATTRIBUTES).as_bytes().to_vec(),
        _ => unreachable!("the template has an unknown hole {name:?}"),
    }
}

fn key(kind: &str, rng: &mut Rng) -> Vec<u8> {
    let kind = if rng.percent(WRONG_TYPE_PERCENT) {
        *rng.pick(&["s", "l", "h", "S", "z", "P", "g", "st", "ar", "ve", "none"])
    } else {
        kind
    };
    format!("{kind}{}", rng.below(3)).into_bytes()
}

/// Mostly anywhere, so that no two places are equally far from a third.
fn degrees(most: i64, edges: &[&str], rng: &mut Rng) -> Vec<u8> {
    if rng.percent(15) {
        return rng.pick(edges).as_bytes().to_vec();
    }
    let most = if rng.percent(50) { most } else { 2 } * 1_000_000;
    let millionths = i64::try_from(rng.below(2 * most.unsigned_abs())).unwrap_or(0) - most;
    format!("{}", millionths as f64 / 1e6).into_bytes()
}

fn damage(words: &mut Vec<Vec<u8>>, rng: &mut Rng) {
    let set_apart = words.iter().any(|word| word.len() == 2 && b"uwy".contains(&word[0]));
    if set_apart || UNDAMAGED.contains(&&words[0][..]) {
        return;
    }
    let at = usize::try_from(rng.below(words.len() as u64)).unwrap_or(0);
    // Valkey takes a key called FIELDS for the word, and announces HSETEX of one that is called as an option wrongly.
    if at == 1 && (words[0] == b"HSETEX" || words.get(2).is_some_and(|word| word == b"FIELDS")) {
        return;
    }
    // Of LSET's index it takes the low 32 bits; Redis 7.0 does not.
    if at == 2 && words[0] == b"LSET" {
        return;
    }
    let kinds = if TIMED.contains(&&words[0][..]) { 2 } else { 4 };
    match rng.below(kinds) {
        0 => {
            words.remove(at);
            if words.is_empty() {
                words.push(b"PING".to_vec());
            }
        }
        1 => words.insert(at, words[at].clone()),
        2 if at > 0 => words[at] = rng.pick(VALUES).to_vec(),
        _ => words.push(rng.pick(VALUES).to_vec()),
    }
}

const LONG: &[u8] = &[b'x'; 70];
const VERY_LONG: &[u8] = &[b'y'; 9000];

const VALUES: &[&[u8]] = &[
    b"",
    b"a",
    b"b",
    b"abc",
    b"0",
    b"1",
    b"-1",
    b"10",
    b"007",
    b" 1",
    b"1 ",
    b"1.5",
    b"-0",
    b"+1",
    b"3.0",
    b"1e3",
    b"inf",
    b"nan",
    b"127",
    b"128",
    b"-128",
    b"-129",
    b"4095",
    b"4096",
    b"32767",
    b"32768",
    b"8388607",
    b"8388608",
    b"2147483647",
    b"2147483648",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    // Valkey sorts texts only up to a zero byte, and what is equal so far in no order: not to be confused with "".
    b"n\x00l",
    b"\xff\xfe",
    b"a\r\nb",
    b"hello world",
    LONG,
    LONG,
    VERY_LONG,
];

const INTEGERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "5",
    "-3",
    "10",
    "100",
    "-100",
    "1000000",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "abc",
    "1.5",
    "",
];

/// Of arrays: within slices, around their ends, at the last index and beyond.
const INDEXES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "40",
    "4095",
    "4096",
    "9000",
    "1000000000000",
    "18446744073709551614",
    "18446744073709551615",
    "-1",
    "abc",
];

/// Of elements of vector sets: with and without fields, and what is no JSON.
const ATTRIBUTES: &[&str] =
    &["{\"a\":1}", "{\"a\":2.5,\"b\":[1]}", "{\"a\":\"x\"}", "{\"b\":true}", "{", ""];

/// Far away, at once, or none at all: no stream lasts long enough to see one end.
const DURATIONS: &[&str] = &[
    "100000",
    "200000",
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "abc",
    "1.5",
    "",
];

/// Commands that would take a stray small number for a time to live that ends within the stream.
const TIMED: &[&[u8]] = &[
    b"SET",
    b"SETEX",
    b"PSETEX",
    b"GETEX",
    b"MSETEX",
    b"EXPIRE",
    b"PEXPIRE",
    b"EXPIREAT",
    b"PEXPIREAT",
    b"HEXPIRE",
    b"HPEXPIRE",
    b"HEXPIREAT",
    b"HPEXPIREAT",
    b"HSETEX",
    b"HGETEX",
    b"RESTORE",
];

/// Commands that are left as they are: asked for less than everything they pick at random or go by cursors; CONFIG
/// and CLIENT read arguments as C strings; a stray number would be a bit half a gigabyte away; WAIT would wait. PFDEBUG
/// SIMD of anything gets two replies from Valkey.
const UNDAMAGED: &[&[u8]] = &[
    b"SPOP",
    b"SRANDMEMBER",
    b"HRANDFIELD",
    b"ZRANDMEMBER",
    b"SCAN",
    b"SSCAN",
    b"HSCAN",
    b"ZSCAN",
    b"CONFIG",
    b"CLIENT",
    b"SETBIT",
    b"BITFIELD",
    b"PFDEBUG",
    b"WAIT",
    b"WAITAOF",
];

const FLOATS: &[&str] = &[
    "0",
    "1",
    "-1",
    "1.5",
    "-2.25",
    "3",
    "10",
    "0.1",
    "1e3",
    "1e17",
    "123456789.125",
    "-0",
    "inf",
    "-inf",
    "abc",
    "",
];

const BOUNDS: &[&str] =
    &["0", "1", "(1", "2", "-1", "(3", "10", "-inf", "+inf", "inf", "(inf", "1.5", "abc"];

const LEX_BOUNDS: &[&str] = &["-", "+", "[m1", "(m1", "[m5", "(m7", "[5", "[", "(", "[abc", "abc"];

const BIT_OFFSETS: &[&str] = &[
    "0",
    "1",
    "7",
    "8",
    "9",
    "31",
    "63",
    "64",
    "100",
    "#0",
    "#1",
    "#2",
    "#100",
    "-1",
    "#-1",
    "4294967295",
    "4294967296",
    "#",
    "abc",
];

const BIT_FORMATS: &[&str] = &[
    "u1", "u8", "i8", "u5", "i13", "u16", "i32", "u63", "i64", "i1", "u64", "i65", "u0", "8", "i",
    "x8",
];

const LONGITUDES: &[&str] = &["180", "-180", "0", "181", "179.999999", "abc", "inf", "1e400", "90"];

const LATITUDES: &[&str] =
    &["85.05112878", "-85.05112878", "0", "85.06", "84.999999", "-66", "abc", "", "80"];

const RADII: &[&str] = &["0", "1", "100", "150.5", "5000", "25000", "1e6", "0.01", "-1", "abc"];

const PATTERNS: &[&str] =
    &["*", "s*", "l?", "[sh]*", "[^s]*", "m*", "1*", "*0", "none*", "", "\\*", "m[0-5]", "**1"];

/// IDs of stream entries: few, so that they meet, at the edges, and none.
const IDS: &[&str] = &[
    "0",
    "0-1",
    "1",
    "1-0",
    "1-1",
    "1-2",
    "2",
    "2-1",
    "3-0",
    "3-1",
    "4",
    "5-5",
    "7-0",
    "9",
    "9-1",
    "0-0",
    "18446744073709551615-18446744073709551615",
    "18446744073709551615",
    "5-",
    "-5",
    "abc",
    "",
];

const RANGE_IDS: &[&str] = &[
    "-", "+", "-", "+", "0", "1", "1-1", "2", "(2", "3-0", "(3-0", "4", "5", "(9", "abc", "(-",
    "(0-0",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_commands() {
        let stream = |seed| {
            let mut rng = Rng::new(seed);
            (0..1000).map(|_| Mix::all().command(&mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(stream(7), stream(7));
        assert_ne!(stream(7), stream(8));
    }

    #[test]
    fn every_template_is_some_familys_or_everybodys() {
        for family in FAMILIES {
            let mix = Mix::of_family(family);
            let own = mix.templates.iter().filter(|template| family.has(template)).count();
            let share = own * 100 / mix.templates.len();
            assert!(
                (OWN_PERCENT..=OWN_PERCENT + 15).contains(&share),
                "{}: {share} %",
                family.name
            );
        }
        let of_any = |template: &Template| {
            FAMILIES.iter().any(|family| {
                Mix::of_family(family).templates.iter().any(|one| one.line == template.line)
            })
        };
        assert!(TEMPLATES.iter().all(of_any));
    }

    #[test]
    fn every_template_can_be_filled() {
        let mut rng = Rng::new(1);
        for template in TEMPLATES.iter().chain(SOCIAL) {
            let mut words = Vec::new();
            for word in template.line.split(' ') {
                Mix::all().fill(word, &mut rng, &mut words);
            }
            assert!(words.iter().all(|word| !word.contains(&b'{')), "{}", template.line);
        }
    }
}
