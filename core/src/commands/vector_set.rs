//! Vector set commands about elements: in and out, their vectors, attributes and names. New in Redis 8; behaviour is that of
//! its command reference.
//!
//! CAS is read and means nothing: who else could change the set meanwhile.
//!
//! Left out: searching and looking at the graph (`vector_search`).

use super::vector_input::{self, Input};
use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, integer, repeated_picks};
use crate::ds::hnsw::LEVELS;
use crate::ds::ordered::Ordered;
use crate::ds::vectors::Quantization;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::limits;
use crate::resp::Args;
use crate::util::is_word;
use crate::util::rng::Rng;
use crate::value::{Kind, SharedVectors, VectorSet};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("VADD", Group::VectorSet, vadd, -5)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 1)])
        .doc(
            "key [REDUCE dim] <FP32 | VALUES num> vector element [CAS] [NOQUANT | Q8 | BIN] [EF build-exploration-factor] [SETATTR attributes] [M numlinks]",
            "Adds an element with its vector, or gives an element another vector.",
            "O(log(N)), N the number of elements",
            "8.0.0",
        ),
    Spec::new("VCARD", Group::VectorSet, vcard, 2)
        .flags(Flags::READONLY.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Answers how many elements a vector set has.", "O(1)", "8.0.0"),
    Spec::new("VDIM", Group::VectorSet, vdim, 2)
        .flags(Flags::READONLY.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key", "Answers how many components the kept vectors have.", "O(1)", "8.0.0"),
    Spec::new("VEMB", Group::VectorSet, vemb, -3)
        .flags(Flags::READONLY.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key element [RAW]",
            "Answers an element's vector, about as it was given or exactly as it is kept.",
            "O(D), D the number of components",
            "8.0.0",
        ),
    Spec::new("VGETATTR", Group::VectorSet, vgetattr, 3)
        .flags(Flags::READONLY.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc("key element", "Answers an element's attributes.", "O(1)", "8.0.0"),
    Spec::new("VISMEMBER", Group::VectorSet, vismember, 3)
        .flags(Flags::READONLY.and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc("key element", "Tells whether an element is in a vector set.", "O(1)", "8.2.0"),
    Spec::new("VRANDMEMBER", Group::VectorSet, vrandmember, -2)
        .flags(Flags::READONLY.and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key [count]",
            "Answers random elements of a vector set; a negative count may repeat them.",
            "O(N), N the count",
            "8.0.0",
        )
        .tips(&["nondeterministic_output"]),
    Spec::new("VRANGE", Group::VectorSet, vrange, -4)
        .estimate(listed)
        .flags(Flags::READONLY.and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key start end [count]",
            "Answers elements in the order of their bytes.",
            "O(log(N)+M), N the number of elements and M those answered",
            "8.4.0",
        ),
    Spec::new("VREM", Group::VectorSet, vrem, 3)
        .flags(Flags::WRITE.and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RW.and(Access::DELETE), 1)])
        .doc(
            "key element",
            "Removes an element, and with the last one the vector set.",
            "O(log(N)), N the number of elements",
            "8.0.0",
        ),
    Spec::new("VSETATTR", Group::VectorSet, vsetattr, 4)
        .flags(Flags::WRITE.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key element json",
            "Gives an element attributes, or with an empty text takes them away.",
            "O(1)",
            "8.0.0",
        ),
];

/// M and EF of VADD unless they are given: Redis' defaults.
const LINKS_DEFAULT: usize = 16;
const EFFORT_DEFAULT: usize = 200;

/// What may follow the element in VADD.
struct Options<'a> {
    quantization: Option<Quantization>,
    effort: usize,
    links: usize,
    attributes: Option<&'a [u8]>,
}

fn vadd(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let (reduce, at) = match is_word(args.at(2), "REDUCE") {
        true => {
            (Some(vector_input::positive(args.at(3), Error::Static(vector_input::INVALID))?), 4)
        }
        false => (None, 2),
    };
    let (vector, next) = Input::parse(args, at)?;
    let Input::Values(values) = vector else {
        return Err(Error::Static(vector_input::INVALID));
    };
    let fits = |dim: &usize| {
        *dim <= values.len() && values.len().saturating_mul(*dim) <= limits::PROJECTION_MAX
    };
    if reduce.is_some_and(|dim| !fits(&dim)) {
        return Err(Error::Static(vector_input::INVALID));
    }
    let name = args.get(next).ok_or_else(|| Error::arity(ctx.name))?;
    let options = Options::parse(args.from(next + 1))?;
    let quantization = options.quantization.unwrap_or(Quantization::Int8);

    let known = ctx.keys.write_as::<SharedVectors>(key)?;
    let dim = match known {
        None => reduce.unwrap_or(values.len()),
        Some(set) => {
            vector_input::check(set, values.len())?;
            let dim = set.graph.vectors().dim();
            if reduce.is_some() && set.projected_from == 0 {
                return Err(Error::Static(
                    "ERR cannot add projection to existing set without projection",
                ));
            }
            if let Some(reduce) = reduce.filter(|reduce| *reduce != dim) {
                return Err(vector_input::mismatch(reduce, dim));
            }
            if set.graph.vectors().quantization() != quantization {
                return Err(Error::Static(
                    "ERR asked quantization mismatch with existing vector set",
                ));
            }
            if set.graph.m() != options.links {
                return Err(Error::Static("ERR asked M value mismatch with existing vector set"));
            }
            dim
        }
    };
    let level = level(&mut ctx.server.rng);
    let set = ctx.keys.write_or_create::<SharedVectors>(key)?;
    if set.is_empty() {
        ctx.server.vector_sets += 1;
        **set = VectorSet::new(dim, quantization, options.links, ctx.server.vector_sets);
        set.projected_from = if reduce.is_some() { values.len() } else { 0 };
    }
    let vector = vector_input::encode(set, values, &mut ctx.units);
    let (new, units) = set.add(name, &vector, level, options.effort);
    if let Some(attributes) = options.attributes {
        set.set_attributes(name, attributes);
    }
    ctx.units += units;
    ctx.changed(key, Class::MODULE, "vadd");
    ctx.out.boolean(new);
    Ok(())
}

fn vcard(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    ctx.out.count(set.map_or(0, |set| set.len()));
    Ok(())
}

fn vdim(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    let set = set.ok_or(Error::Static("ERR key does not exist"))?;
    ctx.out.count(set.graph.vectors().dim());
    Ok(())
}

fn vemb(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let raw = match args.get(3) {
        Some(word) if is_word(word, "RAW") && args.len() == 4 => true,
        None => false,
        _ => return Err(Error::SYNTAX),
    };
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    let Some((set, id)) = set.and_then(|set| Some((set, set.find(args.at(2))?))) else {
        ctx.out.null();
        return Ok(());
    };
    let vectors = set.graph.vectors();
    ctx.units += vectors.dim() as u64;
    if !raw {
        ctx.out.array(vectors.dim());
        for value in vectors.decode(id as usize) {
            ctx.out.double(value.into());
        }
        return Ok(());
    }
    let (bytes, norm, range) = vectors.raw(id as usize);
    let has_range = vectors.quantization() == Quantization::Int8;
    ctx.out.array(if has_range { 4 } else { 3 });
    ctx.out.simple(vectors.quantization().name());
    ctx.out.bulk(bytes);
    ctx.out.double(norm.into());
    if has_range {
        ctx.out.double(range.into());
    }
    Ok(())
}

fn vgetattr(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    let attributes = set.and_then(|set| Some(set.attributes(set.find(args.at(2))?)));
    vector_input::write_attributes(&mut ctx.out, attributes.unwrap_or_default());
    Ok(())
}

fn vismember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    ctx.out.boolean(set.is_some_and(|set| set.find(args.at(2)).is_some()));
    Ok(())
}

fn vrandmember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::arity(ctx.name));
    }
    let count = args.get(2).map(integer).transpose()?;
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    let (rng, out) = (&mut ctx.server.rng, &mut ctx.out);
    let Some(set) = set else {
        match count {
            None => out.null(),
            Some(_) => out.array(0),
        }
        return Ok(());
    };
    let len = set.len() as u64;
    match count {
        None => out.bulk(set.name(rng.below(len) as u32)),
        Some(count) if count < 0 => {
            let picks = repeated_picks(count)?;
            out.array(picks);
            (0..picks).for_each(|_| out.bulk(set.name(rng.below(len) as u32)));
            ctx.units += picks as u64;
        }
        Some(count) => {
            let count = (count as u64).min(len);
            out.array(count as usize);
            if count <= len / 2 {
                // Few: drawn until there are enough different ones.
                let mut drawn = Ordered::new();
                while (drawn.len() as u64) < count {
                    let id = rng.below(len) as u32;
                    if drawn.insert(id) {
                        out.bulk(set.name(id));
                    }
                }
                ctx.units += count;
                return Ok(());
            }
            // Many: of those left each is as likely as any, in one walk.
            let mut wanted = count;
            for id in 0..len {
                if rng.below(len - id) < wanted {
                    wanted -= 1;
                    out.bulk(set.name(id as u32));
                }
            }
            ctx.units += len;
        }
    }
    Ok(())
}

/// The ends of VRANGE, and how many names at most.
fn range<'a>(args: Args<'a>) -> Result<(Bound<'a>, Bound<'a>, usize), Error> {
    let (start, end) = (Bound::parse(args.at(2), b'-')?, Bound::parse(args.at(3), b'+')?);
    let count = args.get(4).map_or(Ok(-1), integer)?;
    Ok((start, end, usize::try_from(count).unwrap_or(usize::MAX)))
}

fn listed(keys: &Keyspace, args: Args<'_>) -> u64 {
    let fails = args.len() > 5 || range(args).is_err();
    if fails { 0 } else { work::whole(keys, args.at(1), Kind::VectorSet) }
}

fn vrange(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 5 {
        return Err(Error::arity(ctx.name));
    }
    let (start, end, most) = range(args)?;
    let Some(set) = ctx.keys.read_as::<SharedVectors>(args.at(1))? else {
        ctx.out.array(0);
        return Ok(());
    };
    let names = set.names_from(|name| match start {
        Bound::End => false,
        Bound::Including(first) => name < first,
        Bound::Excluding(last) => name <= last,
    });
    let names = names.take_while(|name| match end {
        Bound::End => true,
        Bound::Including(last) => *name <= last,
        Bound::Excluding(first) => *name < first,
    });
    let (later, mut written) = (ctx.out.array_later(), 0);
    for name in names.take(most) {
        ctx.out.bulk(name);
        written += 1;
    }
    ctx.out.close_array(later, written);
    ctx.units += written as u64;
    Ok(())
}

fn vrem(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let set = ctx.keys.write_as::<SharedVectors>(key)?;
    // Looked for first: what is shared is only copied to be changed.
    let set = set.filter(|set| set.find(args.at(2)).is_some());
    let units = set.and_then(|set| set.remove(args.at(2)));
    if let Some(units) = units {
        ctx.units += units;
        ctx.changed(key, Class::MODULE, "vrem");
        ctx.drop_if_empty(key);
    }
    ctx.out.boolean(units.is_some());
    Ok(())
}

fn vsetattr(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let set = ctx.keys.write_as::<SharedVectors>(key)?;
    let set = set.filter(|set| set.find(args.at(2)).is_some());
    let set_now = set.is_some_and(|set| set.set_attributes(args.at(2), args.at(3)));
    if set_now {
        ctx.changed(key, Class::MODULE, "vsetattr");
    }
    ctx.out.boolean(set_now);
    Ok(())
}

impl<'a> Options<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let mut options = Options {
            quantization: None,
            effort: EFFORT_DEFAULT,
            links: LINKS_DEFAULT,
            attributes: None,
        };
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let form = match word {
                _ if is_word(word, "NOQUANT") => Some(Quantization::Float),
                _ if is_word(word, "Q8") => Some(Quantization::Int8),
                _ if is_word(word, "BIN") => Some(Quantization::Binary),
                _ => None,
            };
            if form.is_some() {
                if options.quantization.is_some_and(|before| Some(before) != form) {
                    return Err(Error::SYNTAX);
                }
                options.quantization = form;
            } else if is_word(word, "CAS") {
            } else if is_word(word, "EF") {
                let effort = words.next().ok_or(Error::SYNTAX)?;
                options.effort = vector_input::effort(effort)?;
            } else if is_word(word, "SETATTR") {
                options.attributes = Some(words.next().ok_or(Error::SYNTAX)?);
            } else if is_word(word, "M") {
                let invalid = Error::Static("ERR invalid M");
                let links =
                    vector_input::positive(words.next().ok_or(Error::SYNTAX)?, invalid.clone())?;
                if !(LINKS_MIN..=limits::VECTOR_LINKS_MAX).contains(&links) {
                    return Err(invalid);
                }
                options.links = links;
            } else {
                return Err(Error::Static("ERR invalid option after element"));
            }
        }
        Ok(options)
    }
}

/// Fewer would make a line of a graph.
const LINKS_MIN: usize = 4;

/// Where a range of names ends.
#[derive(Clone, Copy)]
enum Bound<'a> {
    /// Where they all do.
    End,
    Including(&'a [u8]),
    Excluding(&'a [u8]),
}

impl<'a> Bound<'a> {
    fn parse(text: &'a [u8], end: u8) -> Result<Self, Error> {
        match text {
            [byte] if *byte == end => Ok(Bound::End),
            [b'-' | b'+'] => {
                Err(Error::Static("ERR '-' can only be used as first argument, '+' only as second"))
            }
            [b'[', name @ ..] => Ok(Bound::Including(name)),
            [b'(', name @ ..] => Ok(Bound::Excluding(name)),
            _ => Err(Error::Static("ERR min or max not valid string range item")),
        }
    }
}

/// Draws a level: a quarter of each layer's elements are in the next one too.
fn level(rng: &mut Rng) -> usize {
    (rng.next_u64().trailing_zeros() as usize / 2).min(LEVELS - 1)
}
