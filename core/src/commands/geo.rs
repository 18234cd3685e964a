//! Places kept in sorted sets: each member's score is its geohash. Looking for what is near is in `geo_search`.

use super::geo_reply::{place, unit, write_distance, write_place};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::ds::geo_shape::Origin;
use crate::ds::geohash::Place;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;
use crate::value::ZSet;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("GEOADD", Group::Geo, geoadd, -5)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[KeySpec::one(Access::RW.and(Access::UPDATE), 1)])
        .doc(
            "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]",
            "Adds places under names, or moves them.",
            "O(M*log(N)), M places added to N",
            "3.2.0",
        ),
    Spec::new("GEODIST", Group::Geo, geodist, -4).flags(Flags::READONLY).keys(&[READ]).doc(
        "key member1 member2 [M | KM | FT | MI]",
        "Answers how far two places lie apart.",
        "O(1)",
        "3.2.0",
    ),
    Spec::new("GEOHASH", Group::Geo, geohash, -2).flags(Flags::READONLY).keys(&[READ]).doc(
        "key [member [member ...]]",
        "Answers places as geohash texts.",
        "O(1) for each place",
        "3.2.0",
    ),
    Spec::new("GEOPOS", Group::Geo, geopos, -2).flags(Flags::READONLY).keys(&[READ]).doc(
        "key [member [member ...]]",
        "Answers the longitude and the latitude of places.",
        "O(1) for each place",
        "3.2.0",
    ),
];

const READ: KeySpec = KeySpec::one(Access::RO.and(Access::ACCESS), 1);

fn geoadd(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (mut absent, mut present, mut count_changed) = (false, false, false);
    let mut first = 2;
    while let Some(word) = args.get(first) {
        if is_word(word, "NX") {
            absent = true;
        } else if is_word(word, "XX") {
            present = true;
        } else if is_word(word, "CH") {
            count_changed = true;
        } else {
            break;
        }
        first += 1;
    }
    let triples = args.from(first);
    if !triples.len().is_multiple_of(3) || (absent && present) {
        return Err(Error::SYNTAX);
    }
    let key = args.at(1);
    let places = (0..triples.len())
        .step_by(3)
        .map(|at| Ok((place(triples.at(at), triples.at(at + 1))?.bits(), triples.at(at + 2))));
    let places = places.collect::<Result<Vec<(u64, &[u8])>, Error>>()?;
    ctx.units += places.len() as u64;
    let thresholds = &ctx.server.config.thresholds;
    let (mut added, mut moved) = (0, 0);
    let exists = ctx.keys.write_as::<ZSet>(key)?.is_some();
    if !places.is_empty() && (exists || !present) {
        let zset = ctx.keys.write_or_create::<ZSet>(key)?;
        for &(bits, member) in &places {
            let updated = zset.update(member, thresholds, |before| match before {
                Some(_) if absent => None,
                None if present => None,
                _ => Some(bits as f64),
            });
            match (updated.before, updated.after) {
                (None, Some(_)) => added += 1,
                (Some(before), Some(after)) if before != after => moved += 1,
                _ => {}
            }
        }
    }
    if added + moved > 0 {
        ctx.changed(key, Class::ZSET, "zadd");
        if ctx.server.effects.streaming {
            replicate_places(ctx, key, args.slice(2..first), &places);
        }
    }
    ctx.out.count(if count_changed { added + moved } else { added });
    Ok(())
}

/// Places leave as the scores that they are.
fn replicate_places(ctx: &mut Ctx<'_>, key: &[u8], options: Args<'_>, places: &[(u64, &[u8])]) {
    let scores: Vec<String> = places.iter().map(|(bits, _)| bits.to_string()).collect();
    let mut request: Vec<&[u8]> = vec![b"ZADD", key];
    request.extend(options.iter());
    for (score, (_, member)) in scores.iter().zip(places) {
        request.extend([score.as_bytes(), member]);
    }
    ctx.replicate(&request);
}

fn geodist(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let metres = match args.len() {
        4 => 1.0,
        5 => unit(args.at(4))?,
        _ => return Err(Error::SYNTAX),
    };
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    let of = |member| zset?.score(member).map(Place::of_score);
    match (of(args.at(2)), of(args.at(3))) {
        (Some(a), Some(b)) => {
            let origin = Origin::new(a);
            write_distance(&mut ctx.out, &origin, b, origin.haversine(b), metres);
        }
        _ => ctx.out.null(),
    }
    Ok(())
}

fn geohash(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    each_place(ctx, args, |ctx, place| match place {
        Some(place) => ctx.out.bulk(&place.text()),
        None => ctx.out.null(),
    })
}

fn geopos(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    each_place(ctx, args, |ctx, place| match place {
        Some(place) => write_place(&mut ctx.out, place),
        None => ctx.out.null_array(),
    })
}

/// Writes an array with something for each member asked for.
fn each_place(
    ctx: &mut Ctx<'_>,
    args: Args<'_>,
    write: fn(&mut Ctx<'_>, Option<Place>),
) -> Outcome {
    let members = args.from(2);
    let zset = ctx.keys.read_as::<ZSet>(args.at(1))?;
    let score = |member| zset.and_then(|zset| zset.score(member)).map(Place::of_score);
    let places: Vec<Option<Place>> = members.iter().map(score).collect();
    ctx.units += members.len() as u64;
    ctx.out.array(places.len());
    places.into_iter().for_each(|place| write(ctx, place));
    Ok(())
}
