//! SORT and SORT_RO: the elements of a list, set or sorted set in order of themselves or of weights kept elsewhere,
//! answered or stored, each as itself or as what it leads to.
//!
//! Elements are copied once, their weights are read once, and what is sorted are their numbers.

use crate::command::work::Sizes;
use crate::command::{Access, Acl, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size};
use crate::ds::dict::Deadline;
use crate::ds::listpack::Item;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::{Keyspace, ValueRef};
use crate::resp::Args;
use crate::util::{is_word, number, order};
use crate::value::{Collection, Hash, Kind, List, Object, list};
use std::cmp::Ordering;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("SORT", Group::Generic, sort, -2)
        .estimate(|keys, args| comparisons(keys, args, true))
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::MOVABLE_KEYS))
        .acl(TYPES)
        .keys(&[SORTED, PATTERNS, STORED])
        .doc(
            "key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]",
            "Puts the elements of a list, set or sorted set in order, to answer or to store them.",
            COMPLEXITY,
            "1.0.0",
        ),
    Spec::new("SORT_RO", Group::Generic, sort_ro, -2)
        .estimate(|keys, args| comparisons(keys, args, false))
        .flags(Flags::READONLY.and(Flags::MOVABLE_KEYS))
        .acl(TYPES)
        .keys(&[SORTED, PATTERNS])
        .doc(
            "key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA]",
            "Answers the elements of a list, set or sorted set in order.",
            COMPLEXITY,
            "7.0.0",
        ),
];

const TYPES: Acl = Acl::SET.and(Acl::SORTED_SET).and(Acl::LIST).and(Acl::DANGEROUS);
const SORTED: KeySpec = KeySpec::one(Access::RO.and(Access::ACCESS), 1);
const PATTERNS: KeySpec = KeySpec::unknown(Access::RO.and(Access::ACCESS))
    .noted("The keys of BY and GET follow from the elements.");
const STORED: KeySpec =
    KeySpec::unknown(Access::OW.and(Access::UPDATE)).noted("STORE may stand anywhere.");
const COMPLEXITY: &str = "O(N+M*log(M)), N the elements sorted, M those answered; O(N) unsorted";

/// What the options say.
struct Request<'a> {
    by: Option<&'a [u8]>,
    /// BY a pattern without a place for the element: the order they are in stays.
    unsorted: bool,
    offset: i64,
    count: i64,
    get: Vec<&'a [u8]>,
    descending: bool,
    alpha: bool,
    destination: Option<&'a [u8]>,
}

/// What elements are compared by.
enum Weights {
    Numbers(Vec<f64>),
    Texts(Vec<Option<Vec<u8>>>),
    /// By themselves, as bytes.
    Own,
}

/// About how many comparisons answering takes; none where other keys are read, or written.
fn comparisons(keys: &Keyspace, args: Args<'_>, may_store: bool) -> u64 {
    let Ok(request) = Request::parse(args, may_store) else { return 0 };
    let mut patterns = request.get.iter().chain(&request.by);
    if request.destination.is_some() || patterns.any(|pattern| pattern.contains(&b'*')) {
        return 0;
    }
    let sortable = |kind| matches!(kind, Kind::List | Kind::Set | Kind::ZSet);
    let len = Sizes::of(keys, args.slice(1..2), sortable).sum;
    // The base-two logarithm, rounded up: a merge sort's rounds.
    let rounds = if request.unsorted { 0 } else { u64::BITS - len.leading_zeros() };
    len.saturating_mul(u64::from(rounds) + 1)
}

fn sort(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = Request::parse(args, true)?;
    run(ctx, args.at(1), request)
}

fn sort_ro(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = Request::parse(args, false)?;
    run(ctx, args.at(1), request)
}

impl<'a> Request<'a> {
    fn parse(args: Args<'a>, may_store: bool) -> Result<Self, Error> {
        let mut request = Request {
            by: None,
            unsorted: false,
            offset: 0,
            count: -1,
            get: Vec::new(),
            descending: false,
            alpha: false,
            destination: None,
        };
        let mut i = 2;
        while i < args.len() {
            let word = args.at(i);
            let (first, second) = (args.get(i + 1), args.get(i + 2));
            i += 1;
            match (first, second) {
                _ if is_word(word, "ASC") => request.descending = false,
                _ if is_word(word, "DESC") => request.descending = true,
                _ if is_word(word, "ALPHA") => request.alpha = true,
                (Some(offset), Some(count)) if is_word(word, "LIMIT") => {
                    (request.offset, request.count) = (integer(offset)?, integer(count)?);
                    i += 2;
                }
                (Some(key), _) if is_word(word, "STORE") && may_store => {
                    request.destination = Some(key);
                    i += 1;
                }
                (Some(pattern), _) if is_word(word, "BY") => {
                    request.by = Some(pattern);
                    request.unsorted |= !pattern.contains(&b'*');
                    i += 1;
                }
                (Some(pattern), _) if is_word(word, "GET") => {
                    request.get.push(pattern);
                    i += 1;
                }
                _ => return Err(Error::SYNTAX),
            }
        }
        Ok(request)
    }

    /// The part of `len` elements that LIMIT names.
    fn window(&self, len: usize) -> std::ops::Range<usize> {
        let start = size(self.offset).unwrap_or(0).min(len);
        let end = size(self.count).map_or(len, |count| start.saturating_add(count).min(len));
        start..end
    }
}

fn run(ctx: &mut Ctx<'_>, key: &[u8], mut request: Request<'_>) -> Outcome {
    let (elements, is_set) = elements_of(ctx, key)?;
    // A set has no order of its own to store: the result would depend on chance.
    if request.unsorted && is_set && request.destination.is_some() {
        (request.unsorted, request.alpha, request.by) = (false, true, None);
    }
    let mut order: Vec<u32> = (0..elements.len() as u32).collect();
    if request.unsorted {
        if request.descending && !is_set {
            order.reverse();
        }
    } else {
        let weights = weights_of(ctx.keys, &elements, &request)?;
        order::sort(&mut order, &|a, b| {
            let by_weight = compare(&elements, &weights, a, b);
            if request.descending { by_weight.reverse() } else { by_weight }
        });
    }
    let chosen = &order[request.window(order.len())];
    ctx.units += elements.len() as u64 + chosen.len() as u64 * request.get.len() as u64;
    match request.destination {
        None => answer(ctx, &elements, chosen, &request.get),
        Some(destination) => store(ctx, destination, &elements, chosen, &request.get),
    }
    Ok(())
}

/// Copies of the elements in their own order, and whether they are a set's.
fn elements_of(ctx: &mut Ctx<'_>, key: &[u8]) -> Result<(Vec<Vec<u8>>, bool), Error> {
    let object = match ctx.keys.read(key) {
        None => return Ok((Vec::new(), false)),
        Some(ValueRef::Object(object)) => object,
        Some(_) => return Err(Error::WRONG_TYPE),
    };
    match object {
        Object::List(list) => Ok((list.iter().map(Item::to_vec).collect(), false)),
        Object::Set(set) => Ok((set.iter().map(Item::to_vec).collect(), true)),
        Object::ZSet(zset) => {
            let members = zset.members(0..zset.len(), false);
            Ok((members.map(|(member, _)| member.to_vec()).collect(), false))
        }
        _ => Err(Error::WRONG_TYPE),
    }
}

fn weights_of(
    keys: &mut Keyspace,
    elements: &[Vec<u8>],
    request: &Request<'_>,
) -> Result<Weights, Error> {
    if request.alpha {
        let Some(pattern) = request.by else { return Ok(Weights::Own) };
        return Ok(Weights::Texts(elements.iter().map(|e| follow(keys, pattern, e)).collect()));
    }
    let mut numbers = Vec::with_capacity(elements.len());
    for element in elements {
        let weight = match request.by {
            None => number::parse_f64(element),
            // What is missing weighs nothing.
            Some(pattern) => match follow(keys, pattern, element) {
                None => Some(0.0),
                Some(text) => number::parse_f64(&text),
            },
        };
        numbers.push(weight.ok_or(NOT_NUMBERS)?);
    }
    Ok(Weights::Numbers(numbers))
}

const NOT_NUMBERS: Error = Error::Static("ERR One or more scores can't be converted into double");

fn compare(elements: &[Vec<u8>], weights: &Weights, a: usize, b: usize) -> Ordering {
    match weights {
        // Equal numbers: the elements themselves decide.
        Weights::Numbers(numbers) => {
            let by_number = numbers[a].partial_cmp(&numbers[b]).unwrap_or(Ordering::Equal);
            by_number.then_with(|| elements[a].cmp(&elements[b]))
        }
        Weights::Texts(texts) => texts[a].cmp(&texts[b]),
        Weights::Own => elements[a].cmp(&elements[b]),
    }
}

/// What a pattern leads to for an element: `#` the element itself, `prefix*suffix` the string at that key, with
/// `->field` behind it the field of the hash there. `None`: nothing, or nothing of that type.
fn follow(keys: &mut Keyspace, pattern: &[u8], element: &[u8]) -> Option<Vec<u8>> {
    if pattern == b"#" {
        return Some(element.to_vec());
    }
    let star = pattern.iter().position(|byte| *byte == b'*')?;
    let (prefix, rest) = (&pattern[..star], &pattern[star + 1..]);
    let arrow = rest.windows(2).position(|pair| pair == b"->").filter(|at| at + 2 < rest.len());
    let (suffix, field) = match arrow {
        Some(at) => (&rest[..at], Some(&rest[at + 2..])),
        None => (rest, None),
    };
    let key = [prefix, element, suffix].concat();
    match (keys.read(&key)?, field) {
        (ValueRef::Int(value), None) => Some(value.to_string().into_bytes()),
        (ValueRef::Bytes(bytes), None) => Some(bytes.to_vec()),
        (ValueRef::Object(object), Some(field)) => Hash::of(object)?.get(field).map(Item::to_vec),
        _ => None,
    }
}

fn answer(ctx: &mut Ctx<'_>, elements: &[Vec<u8>], chosen: &[u32], get: &[&[u8]]) {
    ctx.out.array(chosen.len() * get.len().max(1));
    for number in chosen {
        let element = &elements[*number as usize];
        if get.is_empty() {
            ctx.out.bulk(element);
        }
        for pattern in get {
            match follow(ctx.keys, pattern, element) {
                Some(value) => ctx.out.bulk(&value),
                None => ctx.out.null(),
            }
        }
    }
}

/// Stores the result as a list; what is missing becomes an empty string.
fn store(
    ctx: &mut Ctx<'_>,
    destination: &[u8],
    elements: &[Vec<u8>],
    chosen: &[u32],
    get: &[&[u8]],
) {
    let limit = list::limit(ctx.thresholds());
    let mut result = List::empty();
    for number in chosen {
        let element = &elements[*number as usize];
        if get.is_empty() {
            result.push(list::Side::Right, element, limit);
        }
        for pattern in get {
            let value = follow(ctx.keys, pattern, element).unwrap_or_default();
            result.push(list::Side::Right, &value, limit);
        }
    }
    ctx.out.count(result.len());
    if !result.is_empty() {
        ctx.keys.put(destination, result.into_object(), Deadline::Clear);
        ctx.changed(destination, Class::LIST, "sortstore");
    } else if ctx.keys.remove(destination) {
        ctx.changed(destination, Class::GENERIC, "del");
    }
}
