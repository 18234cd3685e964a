//! SORT and SORT_RO: the elements of a list, set or sorted set in order of themselves or of weights kept elsewhere,
//! answered or stored, each as itself or as what it leads to.
//!
//! Elements are copied once, their weights are read once, and what is sorted are their positions: beside the weights where
//! those are numbers.

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
use crate::value::{Collection, Hash, Kind, List, Object, ZSet, list};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("SORT", Group::Generic, sort, -2)
        .estimate(|keys, args| work(keys, args, true))
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
        .estimate(|keys, args| work(keys, args, false))
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

/// Comparisons that are made while other commands visit one element, as the example `offload` measures it.
const COMPARISONS_A_UNIT: u64 = 6;

/// About how much work answering is; none where other keys are read, or written.
fn work(keys: &Keyspace, args: Args<'_>, may_store: bool) -> u64 {
    let Ok(request) = Request::parse(args, may_store) else { return 0 };
    let mut patterns = request.get.iter().chain(&request.by);
    if request.destination.is_some() || patterns.any(|pattern| pattern.contains(&b'*')) {
        return 0;
    }
    // Sorting changes the form of a small sorted set, which a copy cannot do.
    if keys.look_as::<ZSet>(args.at(1)).is_some_and(ZSet::is_small) {
        return 0;
    }
    let sortable = |kind| matches!(kind, Kind::List | Kind::Set | Kind::ZSet);
    let len = Sizes::of(keys, args.slice(1..2), sortable).sum;
    // The base-two logarithm, rounded up: a merge sort's rounds.
    let rounds = if request.unsorted { 0 } else { u64::BITS - len.leading_zeros() };
    len.saturating_add(len.saturating_mul(u64::from(rounds)) / COMPARISONS_A_UNIT)
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
    } else if request.alpha {
        let weights = texts_of(ctx.keys, &elements, &request);
        order::sort(&mut order, &|a, b| {
            let by_weight = match &weights {
                Some(texts) => texts[a].cmp(&texts[b]),
                None => elements.get(a).cmp(elements.get(b)),
            };
            if request.descending { by_weight.reverse() } else { by_weight }
        });
    } else {
        order = by_numbers(numbers_of(ctx.keys, &elements, &request)?, &elements);
        // Only equal elements have no order, so the whole can be turned round.
        if request.descending {
            order.reverse();
        }
    }
    let chosen = &order[request.window(order.len())];
    ctx.units += elements.len() as u64 + chosen.len() as u64 * request.get.len() as u64;
    match request.destination {
        None => answer(ctx, &elements, chosen, &request.get),
        Some(destination) => store(ctx, destination, &elements, chosen, &request.get),
    }
    Ok(())
}

/// Copies of elements, one behind the other.
#[derive(Default)]
struct Elements {
    texts: Vec<u8>,
    /// Where each one ends.
    ends: Vec<usize>,
}

impl Elements {
    fn push(&mut self, item: Item<'_>) {
        item.write_to(&mut self.texts);
        self.ends.push(self.texts.len());
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[start..self.ends[at]]
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// The elements in their own order, and whether they are a set's.
fn elements_of(ctx: &mut Ctx<'_>, key: &[u8]) -> Result<(Elements, bool), Error> {
    let mut elements = Elements::default();
    let object = match ctx.keys.read(key) {
        None => return Ok((elements, false)),
        Some(ValueRef::Object(object)) => object,
        Some(_) => return Err(Error::WRONG_TYPE),
    };
    match object {
        Object::List(list) => list.iter().for_each(|item| elements.push(item)),
        Object::Set(set) => set.iter().for_each(|item| elements.push(item)),
        Object::ZSet(zset) => {
            zset.members(0..zset.len(), false).for_each(|(member, _)| elements.push(member));
        }
        _ => return Err(Error::WRONG_TYPE),
    }
    let is_set = matches!(object, Object::Set(_));
    let is_small = ZSet::of(object).is_some_and(ZSet::is_small);
    // As in the real servers, being sorted makes it large for good.
    if is_small && let Some(zset) = ctx.keys.write_as::<ZSet>(key)? {
        zset.enlarge(&ctx.server.config.thresholds);
    }
    Ok((elements, is_set))
}

/// What BY leads to for each element; `None`: they are compared themselves.
fn texts_of(
    keys: &mut Keyspace,
    elements: &Elements,
    request: &Request<'_>,
) -> Option<Vec<Option<Vec<u8>>>> {
    let pattern = request.by?;
    Some(elements.iter().map(|element| follow(keys, pattern, element)).collect())
}

fn numbers_of(
    keys: &mut Keyspace,
    elements: &Elements,
    request: &Request<'_>,
) -> Result<Vec<f64>, Error> {
    let mut numbers = Vec::with_capacity(elements.len());
    // All are looked up, whatever the first ones are.
    let mut all_are_numbers = true;
    for element in elements.iter() {
        let weight = match request.by {
            None => weight_of(element),
            // What is missing weighs nothing.
            Some(pattern) => match follow(keys, pattern, element) {
                None => Some(0.0),
                Some(text) => weight_of(&text),
            },
        };
        all_are_numbers &= weight.is_some();
        numbers.push(weight.unwrap_or_default());
    }
    if all_are_numbers { Ok(numbers) } else { Err(NOT_NUMBERS) }
}

/// The number that a text begins with; a zero byte ends it, as in the real servers.
fn weight_of(text: &[u8]) -> Option<f64> {
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    number::parse_f64(&text[..end])
}

const NOT_NUMBERS: Error = Error::Static("ERR One or more scores can't be converted into double");

/// The positions of numbers in ascending order. Of equal ones the elements themselves decide. O(n log n).
fn by_numbers(numbers: Vec<f64>, elements: &Elements) -> Vec<u32> {
    let keys = numbers.into_iter().map(sortable);
    let mut keyed: Vec<(u64, u32)> = keys.zip(0u32..).collect();
    keyed.sort_unstable();
    let mut order: Vec<u32> = keyed.iter().map(|(_, at)| *at).collect();
    let mut start = 0;
    for equal in keyed.chunk_by(|(a, _), (b, _)| a == b) {
        let run = start..start + equal.len();
        start = run.end;
        if equal.len() > 1 {
            let compare = |a, b| elements.get(a).cmp(elements.get(b));
            order::sort(&mut order[run], &compare);
        }
    }
    order
}

/// A number that compares as the double does, which is not NaN; both zeros are one.
fn sortable(number: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = (number + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
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

fn answer(ctx: &mut Ctx<'_>, elements: &Elements, chosen: &[u32], get: &[&[u8]]) {
    ctx.out.array(chosen.len() * get.len().max(1));
    for number in chosen {
        let element = elements.get(*number as usize);
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
    elements: &Elements,
    chosen: &[u32],
    get: &[&[u8]],
) {
    let limit = list::limit(ctx.thresholds());
    let mut result = List::empty();
    for number in chosen {
        let element = elements.get(*number as usize);
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
