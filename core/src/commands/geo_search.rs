//! Which places lie in an area. One request stands behind GEOSEARCH and its older forms, which only differ in where
//! middle and radius stand.

use super::geo_reply::{place, unit, write_distance, write_place};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer, size, write_item};
use crate::ds::dict::Deadline;
use crate::ds::geo_shape::{Area, Origin, Shape};
use crate::ds::geohash::Place;
use crate::ds::listpack::{Item, TextBuf};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::Keyspace;
use crate::resp::{Args, Reply};
use crate::util::{is_word, number, order};
use crate::value::zset_walk::ScoreRange;
use crate::value::{Collection, ZSet};
use std::ops::Range;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("GEORADIUS", Group::Geo, georadius, -6)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::MOVABLE_KEYS))
        .keys(&[READ, STORED_6, DISTANCES_6])
        .doc(
            "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]",
            "Answers or stores the places around a point.",
            COMPLEXITY,
            "3.2.0",
        ),
    Spec::new("GEORADIUSBYMEMBER", Group::Geo, georadiusbymember, -5)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::MOVABLE_KEYS))
        .keys(&[READ, STORED_5, DISTANCES_5])
        .doc(
            "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]",
            "Answers or stores the places around another one.",
            COMPLEXITY,
            "3.2.0",
        ),
    Spec::new("GEORADIUSBYMEMBER_RO", Group::Geo, georadiusbymember_ro, -5)
        .estimate(|keys, args| places(keys, args, Form::Member(false)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
            "Answers the places around another one.",
            COMPLEXITY,
            "3.2.10",
        ),
    Spec::new("GEORADIUS_RO", Group::Geo, georadius_ro, -6)
        .estimate(|keys, args| places(keys, args, Form::Point(false)))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
            "Answers the places around a point.",
            COMPLEXITY,
            "3.2.10",
        ),
    Spec::new("GEOSEARCH", Group::Geo, geosearch, -7)
        .estimate(|keys, args| places(keys, args, Form::Search))
        .flags(Flags::READONLY)
        .keys(&[READ])
        .doc(
            "key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI> | BYPOLYGON num-vertices longitude latitude [longitude latitude ...]> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
            "Answers the places in a circle, a box or a polygon.",
            COMPLEXITY,
            "6.2.0",
        ),
    Spec::new("GEOSEARCHSTORE", Group::Geo, geosearchstore, -8)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[
            KeySpec::one(Access::OW.and(Access::UPDATE), 1),
            KeySpec::one(Access::RO.and(Access::ACCESS), 2),
        ])
        .doc(
            "destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI> | BYPOLYGON num-vertices longitude latitude [longitude latitude ...]> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]",
            "Stores the places in a circle, a box or a polygon, or their distances.",
            COMPLEXITY,
            "6.2.0",
        ),
];

const READ: KeySpec = KeySpec::one(Access::RO.and(Access::ACCESS), 1);
const STORE: Access = Access::OW.and(Access::UPDATE).and(Access::VARIABLE);
const STORED_6: KeySpec = KeySpec::after(STORE, "STORE", 6);
const DISTANCES_6: KeySpec = KeySpec::after(STORE, "STOREDIST", 6);
const STORED_5: KeySpec = KeySpec::after(STORE, "STORE", 5);
const DISTANCES_5: KeySpec = KeySpec::after(STORE, "STOREDIST", 5);
const COMPLEXITY: &str = "O(N+log(M)), N the places in the cells around the area, M all places";

const RADIUS_NOT_NUMERIC: Error = Error::Static("ERR need numeric radius");
const WIDTH_NOT_NUMERIC: Error = Error::Static("ERR need numeric width");
const HEIGHT_NOT_NUMERIC: Error = Error::Static("ERR need numeric height");
const RADIUS_NEGATIVE: Error = Error::Static("ERR radius cannot be negative");
const BOX_NEGATIVE: Error = Error::Static("ERR height or width cannot be negative");
const CORNERS_NOT_NUMERIC: Error = Error::Static("ERR invalid number of vertices");
const TOO_FEW_CORNERS: Error =
    Error::Static("ERR GEOSEARCH BYPOLYGON must have at least 3 vertices");
const COUNT_NOT_POSITIVE: Error = Error::Static("ERR COUNT must be > 0");
const ANY_ALONE: Error = Error::Static("ERR the ANY argument requires COUNT argument");
const STORE_WITH: Error = Error::Static(
    "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
);
const SEARCHSTORE_WITH: Error = Error::Static(
    "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
);

/// Which command asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// GEORADIUS: a point, and whether it may store.
    Point(bool),
    /// GEORADIUSBYMEMBER: a member, and whether it may store.
    Member(bool),
    Search,
    SearchStore,
}

/// What is asked for.
#[derive(Default)]
struct Request<'a> {
    /// The middle, once it is known that there is one.
    from: Option<Place>,
    from_member: bool,
    from_point: bool,
    shape: Option<Shape>,
    /// Metres of the unit that distances are in.
    unit: f64,
    with_distance: bool,
    with_score: bool,
    with_place: bool,
    /// Nearest first, or farthest first.
    ascending: Option<bool>,
    count: usize,
    any: bool,
    destination: Option<&'a [u8]>,
    store_distances: bool,
}

/// A place in the area.
struct Found<'a> {
    member: Item<'a>,
    score: f64,
    place: Place,
    haversine: f64,
}

/// How many places a command is going to look at.
fn places(keys: &Keyspace, args: Args<'_>, form: Form) -> u64 {
    let Some(zset) = keys.look_as::<ZSet>(args.at(1)) else { return 0 };
    let area = Request::parse(args, form, Some(zset)).ok().and_then(|request| request.area());
    let spans = area.into_iter().flat_map(|area| area.ranges());
    spans.map(|range| span(zset, &range).len() as u64).sum()
}

fn georadius(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, Form::Point(true))
}

fn georadius_ro(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, Form::Point(false))
}

fn georadiusbymember(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, Form::Member(true))
}

fn georadiusbymember_ro(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, Form::Member(false))
}

fn geosearch(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, Form::Search)
}

fn geosearchstore(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    run(ctx, args, Form::SearchStore)
}

fn run(ctx: &mut Ctx<'_>, args: Args<'_>, form: Form) -> Outcome {
    let source = args.at(if form == Form::SearchStore { 2 } else { 1 });
    let Ctx { keys, out, units, server, .. } = ctx;
    let zset = keys.read_as::<ZSet>(source)?;
    let request = Request::parse(args, form, zset)?;
    let area = request.area();
    // Of no meaning where nothing is found.
    let origin = area.as_ref().map(|area| *area.origin()).unwrap_or_default();
    let mut found = Vec::new();
    if let (Some(zset), Some(area)) = (zset, area) {
        *units += search(zset, &area, request.limit_of_any(), &mut found);
    }
    let chosen = request.choose(&found, &origin);
    let chosen = chosen.iter().map(|at| &found[*at as usize]);
    let Some(destination) = request.destination else {
        out.array(chosen.len());
        chosen.for_each(|found| request.write(out, found, &origin));
        return Ok(());
    };
    let thresholds = &server.config.thresholds;
    let mut result = ZSet::empty();
    let longest = chosen.clone().map(|found| found.member.len()).max().unwrap_or(0);
    result.expect(chosen.len(), longest, thresholds);
    for found in chosen {
        let score = if request.store_distances {
            origin.distance(found.place) / request.unit
        } else {
            found.score
        };
        result.update(found.member.text(&mut TextBuf::default()), thresholds, |_| Some(score));
    }
    out.count(result.len());
    if !result.is_empty() {
        let event = if form == Form::SearchStore { "geosearchstore" } else { "georadiusstore" };
        ctx.keys.put(destination, result.into_object(), Deadline::Clear);
        ctx.changed(destination, Class::ZSET, event);
    } else if ctx.keys.remove(destination) {
        ctx.changed(destination, Class::GENERIC, "del");
    }
    Ok(())
}

/// Gathers what lies in the area, `limit` at most (0: all); how many places were looked at.
fn search<'a>(zset: &'a ZSet, area: &Area, limit: usize, found: &mut Vec<Found<'a>>) -> u64 {
    let mut visited = 0;
    for range in area.ranges() {
        for (member, score) in zset.members(span(zset, &range), false) {
            visited += 1;
            let place = Place::of_score(score);
            if let Some(haversine) = area.haversine_within(place) {
                found.push(Found { member, score, place, haversine });
                if found.len() == limit {
                    return visited;
                }
            }
        }
    }
    visited
}

/// The ranks of the places in a cell.
fn span(zset: &ZSet, scores: &Range<u64>) -> Range<usize> {
    let (min, max) = (scores.start as f64, scores.end as f64);
    let range = ScoreRange { min, min_open: false, max, max_open: true };
    zset.span(|score, _| range.is_above(score), |score, _| range.reaches(score), false, 0)
}

impl<'a> Request<'a> {
    fn parse(args: Args<'a>, form: Form, zset: Option<&ZSet>) -> Result<Self, Error> {
        let mut request = Request { unit: 1.0, ..Request::default() };
        let options = match form {
            Form::Point(_) => {
                request.from = Some(place(args.at(2), args.at(3))?);
                request.set_circle(args.at(4), args.at(5))?;
                args.from(6)
            }
            Form::Member(_) => {
                // Where there is nothing, nothing is read of what to look for.
                if let Some(zset) = zset {
                    request.from = Some(place_of(zset, args.at(2))?);
                    request.set_circle(args.at(3), args.at(4))?;
                }
                args.from(5)
            }
            Form::Search => args.from(2),
            Form::SearchStore => {
                request.destination = Some(args.at(1));
                args.from(3)
            }
        };
        let mut at = 0;
        while at < options.len() {
            at += request.option(options.from(at), form, zset)?;
        }
        request.check(args.at(0), form)?;
        Ok(request)
    }

    /// Reads the option that the arguments begin with; how many it takes.
    fn option(&mut self, args: Args<'a>, form: Form, zset: Option<&ZSet>) -> Result<usize, Error> {
        let searches = matches!(form, Form::Search | Form::SearchStore);
        let word = args.at(0);
        // With so many arguments behind it.
        let is = |name: &str, values: usize| is_word(word, name) && args.len() > values;
        if is("WITHDIST", 0) {
            self.with_distance = true;
        } else if is("WITHHASH", 0) {
            self.with_score = true;
        } else if is("WITHCOORD", 0) {
            self.with_place = true;
        } else if is("ANY", 0) {
            self.any = true;
        } else if is("ASC", 0) {
            self.ascending = Some(true);
        } else if is("DESC", 0) {
            self.ascending = Some(false);
        } else if is("COUNT", 1) {
            let count = size(integer(args.at(1))?);
            self.count = count.filter(|count| *count > 0).ok_or(COUNT_NOT_POSITIVE)?;
            return Ok(2);
        } else if is("STOREDIST", 0) && form == Form::SearchStore {
            self.store_distances = true;
        } else if (is("STORE", 1) || is("STOREDIST", 1))
            && matches!(form, Form::Point(true) | Form::Member(true))
        {
            self.destination = Some(args.at(1));
            self.store_distances = is_word(word, "STOREDIST");
            return Ok(2);
        } else if searches {
            return self.area_option(args, zset);
        } else {
            return Err(Error::SYNTAX);
        }
        Ok(1)
    }

    /// As [`Request::option`], for those that only searches have.
    fn area_option(&mut self, args: Args<'a>, zset: Option<&ZSet>) -> Result<usize, Error> {
        let word = args.at(0);
        let is = |name: &str, values: usize| is_word(word, name) && args.len() > values;
        let polygon = matches!(self.shape, Some(Shape::Polygon(_)));
        if is("FROMMEMBER", 1) && !self.from_point && !polygon {
            if let Some(zset) = zset {
                self.from = Some(place_of(zset, args.at(1))?);
            }
            self.from_member = true;
            Ok(2)
        } else if is("FROMLONLAT", 2) && !self.from_member && !polygon {
            self.from = Some(place(args.at(1), args.at(2))?);
            self.from_point = true;
            Ok(3)
        } else if is("BYRADIUS", 2) && matches!(self.shape, None | Some(Shape::Circle(_))) {
            self.set_circle(args.at(1), args.at(2))?;
            Ok(3)
        } else if is("BYBOX", 3) && matches!(self.shape, None | Some(Shape::Box(..))) {
            let width = number::parse_f64(args.at(1)).ok_or(WIDTH_NOT_NUMERIC)?;
            let height = number::parse_f64(args.at(2)).ok_or(HEIGHT_NOT_NUMERIC)?;
            if width < 0.0 || height < 0.0 {
                return Err(BOX_NEGATIVE);
            }
            self.unit = unit(args.at(3))?;
            self.shape = Some(Shape::Box(width * self.unit, height * self.unit));
            Ok(4)
        } else if is("BYPOLYGON", 1)
            && !self.from_member
            && !self.from_point
            && (self.shape.is_none() || polygon)
        {
            let corners = corners(args)?;
            let used = 2 + 2 * corners.len();
            self.shape = Some(Shape::Polygon(corners));
            Ok(used)
        } else {
            Err(Error::SYNTAX)
        }
    }

    fn set_circle(&mut self, radius: &[u8], metres: &[u8]) -> Result<(), Error> {
        let radius = number::parse_f64(radius).ok_or(RADIUS_NOT_NUMERIC)?;
        if radius < 0.0 {
            return Err(RADIUS_NEGATIVE);
        }
        self.unit = unit(metres)?;
        self.shape = Some(Shape::Circle(radius * self.unit));
        Ok(())
    }

    /// What the options mean together; `name` is how the client spelled the command.
    fn check(&self, name: &[u8], form: Form) -> Result<(), Error> {
        if self.destination.is_some() && (self.with_distance || self.with_score || self.with_place)
        {
            return Err(if form == Form::SearchStore { SEARCHSTORE_WITH } else { STORE_WITH });
        }
        if matches!(form, Form::Search | Form::SearchStore) {
            let polygon = matches!(self.shape, Some(Shape::Polygon(_)));
            if !self.from_member && !self.from_point && !polygon {
                let text = "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ";
                return Err(Error::quoting(text, name, ""));
            }
            if self.shape.is_none() {
                let text = "ERR exactly one of BYRADIUS, BYBOX and BYPOLYGON can be specified for ";
                return Err(Error::quoting(text, name, ""));
            }
        }
        if self.any && self.count == 0 { Err(ANY_ALONE) } else { Ok(()) }
    }

    fn area(&self) -> Option<Area> {
        match (&self.shape, self.from) {
            (Some(Shape::Polygon(corners)), _) => Some(Area::polygon(corners.clone())),
            (Some(shape), Some(center)) => Some(Area::new(center, shape.clone())),
            _ => None,
        }
    }

    /// How many to look for where any will do; 0: all have to be known.
    fn limit_of_any(&self) -> usize {
        if self.any { self.count } else { 0 }
    }

    /// The places to answer, in their order.
    fn choose(&self, found: &[Found<'_>], origin: &Origin) -> Vec<u32> {
        let mut chosen: Vec<u32> = (0..found.len() as u32).collect();
        let nearest_wanted = self.count > 0 && !self.any;
        if let Some(ascending) = self.ascending.or(nearest_wanted.then_some(true)) {
            let far = |at: usize| (found[at].place, found[at].haversine);
            order::sort(&mut chosen, &|a, b| {
                let (a, b) = if ascending { (a, b) } else { (b, a) };
                origin.compare(far(a), far(b))
            });
        }
        if self.count > 0 {
            chosen.truncate(self.count);
        }
        chosen
    }

    fn write(&self, out: &mut Reply<'_>, found: &Found<'_>, origin: &Origin) {
        let extras = [self.with_distance, self.with_score, self.with_place];
        let extras = extras.into_iter().filter(|extra| *extra).count();
        if extras > 0 {
            out.array(1 + extras);
        }
        write_item(out, found.member);
        if self.with_distance {
            write_distance(out, origin, found.place, found.haversine, self.unit);
        }
        if self.with_score {
            out.integer(found.score as i64);
        }
        if self.with_place {
            write_place(out, found.place);
        }
    }
}

fn place_of(zset: &ZSet, member: &[u8]) -> Result<Place, Error> {
    let score = zset.score(member);
    let missing = || Error::quoting("ERR member ", member, " does not exist");
    score.map(Place::of_score).ok_or_else(missing)
}

/// The corners of BYPOLYGON, their number in front of them.
fn corners(args: Args<'_>) -> Result<Vec<Place>, Error> {
    let count = number::parse_i64(args.at(1)).and_then(|count| i32::try_from(count).ok());
    let count = count.ok_or(CORNERS_NOT_NUMERIC)?;
    let values = args.from(2);
    if count < 3 || (values.len() as i64) < 2 * i64::from(count) {
        return Err(TOO_FEW_CORNERS);
    }
    let values = values.slice(0..2 * count as usize);
    (0..values.len()).step_by(2).map(|at| place(values.at(at), values.at(at + 1))).collect()
}
