//! Vector set commands that look for near elements, or at what is linked to what. New in Redis 8; behaviour is that of its
//! command reference.
//!
//! NOTHREAD is read and means nothing here: what leaves the loop is the engine's decision, told by the work to expect.

use super::vector_filter::Filter;
use super::vector_input::{self, Input};
use crate::command::{Access, Flags, Group, KeySpec, Spec, work};
use crate::ctx::{Ctx, float, integer, size};
use crate::ds::hnsw::{self, Found};
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::{Args, Reply};
use crate::util::is_word;
use crate::value::{Kind, SharedVectors, VectorSet};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("VINFO", Group::VectorSet, vinfo, 2)
        .flags(Flags::READONLY.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO, 1)])
        .doc(
            "key",
            "Describes a vector set: its size, how vectors are kept, its graph.",
            "O(1)",
            "8.0.0",
        ),
    Spec::new("VLINKS", Group::VectorSet, vlinks, -3)
        .flags(Flags::READONLY.and(Flags::FAST).and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key element [WITHSCORES]",
            "Answers the elements that one is linked to, layer by layer from the top.",
            "O(M), M the number of links",
            "8.0.0",
        ),
    Spec::new("VSIM", Group::VectorSet, vsim, -4)
        .estimate(looked_at)
        .flags(Flags::READONLY.and(Flags::MODULE))
        .keys(&[KeySpec::one(Access::RO.and(Access::ACCESS), 1)])
        .doc(
            "key <ELE | FP32 | VALUES num> <vector | element> [WITHSCORES] [WITHATTRIBS] [COUNT num] [EPSILON delta] [EF search-exploration-factor] [FILTER expression] [FILTER-EF max-filtering-effort] [TRUTH] [NOTHREAD]",
            "Answers the elements whose vectors are most similar to a vector or to an element's.",
            "O(log(N)), N the number of elements",
            "8.0.0",
        ),
];

/// COUNT of VSIM unless it is given: Redis' default.
const COUNT_DEFAULT: usize = 10;
/// EF of VSIM unless it is given: of ten thousand random vectors with a hundred components, which have hardly any near ones,
/// it finds 96 of 100 that are among the nearest ten.
const EFFORT_DEFAULT: usize = 200;
/// Elements that a filter is asked about for each that is wanted, unless FILTER-EF says otherwise: Redis' default.
const FILTERED_A_RESULT: usize = 100;

/// What may follow the vector in VSIM.
struct Options {
    count: usize,
    effort: usize,
    scores: bool,
    attributes: bool,
    /// Least score.
    least: f64,
    filter: Option<Filter>,
    filter_effort: Option<usize>,
    truth: bool,
}

/// All elements with TRUTH, few of them without.
fn looked_at(keys: &Keyspace, args: Args<'_>) -> u64 {
    let Ok((_, options)) = request(args) else { return 0 };
    let whole = work::whole(keys, args.at(1), Kind::VectorSet);
    if options.truth { whole } else { whole.min(EFFORT_DEFAULT as u64) }
}

fn request<'a>(args: Args<'a>) -> Result<(Input<'a>, Options), Error> {
    let (input, next) = Input::parse(args, 2)?;
    Ok((input, Options::parse(args.from(next))?))
}

fn vsim(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (input, options) = request(args)?;
    let Some(set) = ctx.keys.read_as::<SharedVectors>(args.at(1))? else {
        ctx.out.array(0);
        return Ok(());
    };
    let query = match input {
        Input::Element(name) => {
            let id = set.find(name).ok_or(Error::Static("ERR element not found in set"))?;
            set.graph.vectors().encoded(id as usize)
        }
        Input::Values(values) => {
            vector_input::check(set, values.len())?;
            vector_input::encode(set, values, &mut ctx.units)
        }
    };
    let mut asked = 0;
    let mut accepts = |node| {
        asked += 1;
        options.filter.as_ref().is_none_or(|filter| filter.accepts(set.attributes(node)))
    };
    let default = options.count.saturating_mul(FILTERED_A_RESULT);
    let filter = options.filter.as_ref().map(|_| hnsw::Filter {
        accepts: &mut accepts,
        effort: options.filter_effort.unwrap_or(default),
    });
    let count = options.count.min(set.len());
    let mut units = 0;
    let found = match options.truth {
        true => set.graph.search_all(query.view(), count, filter, &mut units),
        false => set.graph.search(query.view(), count, options.effort, filter, &mut units),
    };
    let near = found.partition_point(|near| score(near.distance) >= options.least);
    write_found(&mut ctx.out, set, &found[..near], &options);
    ctx.units += units + asked;
    Ok(())
}

fn vlinks(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let scores = match args.get(3) {
        Some(word) if is_word(word, "WITHSCORES") && args.len() == 4 => true,
        None => false,
        _ => return Err(Error::SYNTAX),
    };
    let set = ctx.keys.read_as::<SharedVectors>(args.at(1))?;
    let Some((set, id)) = set.and_then(|set| Some((set, set.find(args.at(2))?))) else {
        ctx.out.null();
        return Ok(());
    };
    let layers = set.graph.layers(id);
    ctx.out.array(layers);
    for layer in (0..layers).rev() {
        let links = set.graph.links(id, layer);
        if scores {
            ctx.out.map(links.len());
        } else {
            ctx.out.array(links.len());
        }
        for link in links {
            ctx.out.bulk(set.name(link.to));
            if scores {
                ctx.out.double(score(link.distance));
            }
        }
        ctx.units += links.len() as u64;
    }
    Ok(())
}

fn vinfo(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let Some(set) = ctx.keys.read_as::<SharedVectors>(args.at(1))? else {
        ctx.out.null_array();
        return Ok(());
    };
    let vectors = set.graph.vectors();
    let numbers = [
        ("hnsw-m", set.graph.m() as u64),
        ("vector-dim", vectors.dim() as u64),
        ("projection-input-dim", set.projected_from as u64),
        ("size", set.len() as u64),
        ("max-level", set.graph.top() as u64),
        ("attributes-count", set.with_attributes() as u64),
        ("vset-uid", set.uid),
        ("hnsw-max-node-uid", set.added),
    ];
    ctx.out.map(1 + numbers.len());
    ctx.out.simple("quant-type");
    ctx.out.simple(vectors.quantization().name());
    for (name, number) in numbers {
        ctx.out.simple(name);
        ctx.out.integer(number as i64);
    }
    Ok(())
}

/// Names, with what was asked for beside them: a map in RESP3, one after the other in RESP2.
fn write_found(out: &mut Reply<'_>, set: &VectorSet, found: &[Found], options: &Options) {
    let beside = usize::from(options.scores) + usize::from(options.attributes);
    match beside {
        0 => out.array(found.len()),
        _ if out.is_resp3() => out.map(found.len()),
        _ => out.array(found.len() * (1 + beside)),
    }
    for near in found {
        out.bulk(set.name(near.node));
        if beside == 2 && out.is_resp3() {
            out.array(2);
        }
        if options.scores {
            out.double(score(near.distance));
        }
        if options.attributes {
            vector_input::write_attributes(out, set.attributes(near.node));
        }
    }
}

/// How similar vectors of that distance are: from 1, the same direction, to 0, the opposite one.
fn score(distance: f32) -> f64 {
    1.0 - f64::from(distance) / 2.0
}

impl Options {
    fn parse(args: Args<'_>) -> Result<Self, Error> {
        let mut options = Options {
            count: COUNT_DEFAULT,
            effort: EFFORT_DEFAULT,
            scores: false,
            attributes: false,
            least: 0.0,
            filter: None,
            filter_effort: None,
            truth: false,
        };
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(Error::SYNTAX);
            if is_word(word, "WITHSCORES") {
                options.scores = true;
            } else if is_word(word, "WITHATTRIBS") {
                options.attributes = true;
            } else if is_word(word, "TRUTH") {
                options.truth = true;
            } else if is_word(word, "NOTHREAD") {
            } else if is_word(word, "COUNT") {
                let invalid = Error::Static("ERR invalid COUNT");
                options.count = vector_input::positive(value()?, invalid)?;
            } else if is_word(word, "EF") {
                options.effort = vector_input::effort(value()?)?;
            } else if is_word(word, "EPSILON") {
                let delta = float(value()?).ok().filter(|delta| *delta > 0.0);
                let delta = delta.ok_or(Error::Static("ERR invalid EPSILON"))?;
                options.least = 1.0 - delta;
            } else if is_word(word, "FILTER") {
                options.filter = Some(Filter::parse(value()?)?);
            } else if is_word(word, "FILTER-EF") {
                let effort = integer(value()?).ok().and_then(size);
                let effort = effort.ok_or(Error::Static("ERR invalid FILTER-EF"))?;
                options.filter_effort = Some(if effort == 0 { usize::MAX } else { effort });
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(options)
    }
}
