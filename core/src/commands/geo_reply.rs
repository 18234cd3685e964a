//! How places and lengths stand in arguments and replies of geo commands.

use crate::ctx::float;
use crate::ds::geo_shape::Origin;
use crate::ds::geohash::Place;
use crate::error::Error;
use crate::resp::Reply;
use crate::util::extended::Extended;
use crate::util::{is_word, number};

const BAD_UNIT: Error = Error::Static("ERR unsupported unit provided. please use M, KM, FT, MI");

/// The units of length and their metres.
const UNITS: [(&str, f64); 4] = [("M", 1.0), ("KM", 1000.0), ("FT", 0.3048), ("MI", 1609.34)];

/// A longitude and a latitude.
///
/// # Errors
/// Not numbers, or no place that can be kept.
pub(super) fn place(longitude: &[u8], latitude: &[u8]) -> Result<Place, Error> {
    let place = Place { longitude: float(longitude)?, latitude: float(latitude)? };
    if place.is_valid() {
        return Ok(place);
    }
    let mut pair = Vec::new();
    number::write_f64_fixed(&mut pair, place.longitude, 6);
    pair.push(b',');
    number::write_f64_fixed(&mut pair, place.latitude, 6);
    Err(Error::quoting("ERR invalid longitude,latitude pair ", &pair, ""))
}

/// The metres of a unit of length.
///
/// # Errors
/// No such unit.
pub(super) fn unit(word: &[u8]) -> Result<f64, Error> {
    let found = UNITS.iter().find(|(name, _)| is_word(word, name));
    found.map(|(_, metres)| *metres).ok_or(BAD_UNIT)
}

/// Writes both coordinates, to more digits than they have.
pub(super) fn write_place(out: &mut Reply<'_>, place: Place) {
    out.array(2);
    for coordinate in [place.longitude, place.latitude] {
        let mut digits = Vec::new();
        Extended::from(coordinate).write(&mut digits);
        out.double_text(&digits);
    }
}

/// Writes the distance to a place, whose haversine is known, with four decimals: a string in both protocols.
pub(super) fn write_distance(
    out: &mut Reply<'_>,
    origin: &Origin,
    place: Place,
    haversine: f64,
    unit: f64,
) {
    const ONE: i64 = 10_000;
    let scaled = origin.rounded_distance(place, haversine, unit);
    let mut digits = Vec::with_capacity(24);
    number::write_i64(&mut digits, scaled / ONE);
    digits.push(b'.');
    let mut place = ONE / 10;
    while place > 0 {
        digits.push(b'0' + (scaled / place % 10) as u8);
        place /= 10;
    }
    out.bulk(&digits);
}
