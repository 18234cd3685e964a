//! Areas on the earth: whether a place is in one, how far from its middle, and which cells of the grid to look through.
//!
//! The earth is a sphere. Distances are great circles, by the haversine formula. Most places are so clearly inside or
//! outside, and nearer or farther, that a quick haversine tells; the formula with all its digits is left for the rest.

use super::geohash::{Cell, Place};
use crate::util::trig;
use std::cmp::Ordering;
use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::Range;

/// Mean radius of the earth that the servers use, metres.
const RADIUS: f64 = 6_372_797.560_856;
/// Half the width of the Mercator map of it, metres.
const MERCATOR_HALF: f64 = 20_037_726.37;
const DEGREE: f64 = PI / 180.0;
/// Latitudes beyond which cells are so narrow that larger ones are looked through.
const NARROW: [f64; 2] = [66.0, 80.0];

/// How far two results of different formulas for one thing may lie apart, as a part of them.
const DOUBT: f64 = 2e-13;
/// Haversines beyond which the quick distance is not good enough: nearly the other end of the world.
const FAR: f64 = 0.98;

/// What is searched.
#[derive(Clone, Debug)]
pub struct Area {
    origin: Origin,
    shape: Shape,
    /// The haversine of the radius, or of half the width.
    limit: f64,
}

/// An area's form. Lengths are metres.
#[derive(Clone, Debug)]
pub enum Shape {
    /// As far as this.
    Circle(f64),
    /// So wide and so high.
    Box(f64, f64),
    /// Within these corners.
    Polygon(Vec<Place>),
}

/// Where distances begin, with what is needed again and again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin {
    place: Place,
    longitude: f64,
    latitude: f64,
    cosine: f64,
}

/// The distance of two places, metres.
fn distance(a: Place, b: Place) -> f64 {
    let (longitude_a, longitude_b) = (a.longitude * DEGREE, b.longitude * DEGREE);
    let v = trig::sin((longitude_b - longitude_a) / 2.0);
    if v == 0.0 {
        return meridian_distance(a.latitude, b.latitude);
    }
    let (latitude_a, latitude_b) = (a.latitude * DEGREE, b.latitude * DEGREE);
    let u = trig::sin((latitude_b - latitude_a) / 2.0);
    let square = u * u + trig::cos(latitude_a) * trig::cos(latitude_b) * v * v;
    2.0 * RADIUS * trig::asin(square.sqrt())
}

fn meridian_distance(latitude_a: f64, latitude_b: f64) -> f64 {
    RADIUS * (latitude_b * DEGREE - latitude_a * DEGREE).abs()
}

impl Origin {
    /// A place as the one from which distances are taken.
    pub fn new(place: Place) -> Origin {
        let (longitude, latitude) = (place.longitude * DEGREE, place.latitude * DEGREE);
        Origin { place, longitude, latitude, cosine: trig::cos(latitude) }
    }

    /// The distance to another place, metres.
    pub fn distance(&self, place: Place) -> f64 {
        distance(self.place, place)
    }

    /// The haversine of the angle to another place: grows with the distance, and is quickly found.
    #[inline]
    pub fn haversine(&self, place: Place) -> f64 {
        let latitude = place.latitude * DEGREE;
        let u = trig::quick_sin((latitude - self.latitude) / 2.0);
        u * u + self.cosine * trig::quick_cos(latitude) * self.meridians_haversine(place)
    }

    /// The haversine of the angle between the meridians.
    #[inline]
    fn meridians_haversine(&self, place: Place) -> f64 {
        let half = (place.longitude * DEGREE - self.longitude) / 2.0;
        let v = if half.abs() < FRAC_PI_2 { trig::quick_sin(half) } else { trig::sin(half) };
        v * v
    }

    /// The distance to a place in ten-thousandths of a unit, rounded, ties to even; `haversine` is that of the place. Digits
    /// are those of [`Origin::distance`], which is only asked where the quick way leaves doubts.
    pub fn rounded_distance(&self, place: Place, haversine: f64, unit: f64) -> i64 {
        let scale = |distance: f64| distance / unit * 10_000.0;
        let quick = scale(2.0 * RADIUS * trig::quick_asin(haversine.min(1.0).sqrt()));
        let to_tie = (quick.fract() - 0.5).abs();
        let certain = haversine < FAR && to_tie > quick * DOUBT * 2.0;
        let scaled = if certain { quick } else { scale(distance(self.place, place)) };
        scaled.round_ties_even() as i64
    }

    /// Which of two places, each with its haversine, is nearer.
    pub fn compare(&self, a: (Place, f64), b: (Place, f64)) -> Ordering {
        if (a.1 - b.1).abs() > a.1.max(b.1) * DOUBT {
            return a.1.total_cmp(&b.1);
        }
        distance(self.place, a.0).total_cmp(&distance(self.place, b.0))
    }
}

impl Area {
    /// The area of this form around a place.
    pub fn new(center: Place, shape: Shape) -> Area {
        let length = match shape {
            Shape::Circle(radius) => radius,
            Shape::Box(width, _) => width / 2.0,
            Shape::Polygon(_) => 0.0,
        };
        let half = length / RADIUS / 2.0;
        let limit = if half < FRAC_PI_2 { trig::sin(half).powi(2) } else { 2.0 };
        Area { origin: Origin::new(center), shape, limit }
    }

    /// The area within a polygon of at least three corners. Its middle is that of the corners as points in space.
    pub fn polygon(corners: Vec<Place>) -> Area {
        let (mut x, mut y, mut z) = (0.0, 0.0, 0.0);
        for corner in &corners {
            let (longitude, latitude) = (corner.longitude * DEGREE, corner.latitude * DEGREE);
            x += trig::cos(latitude) * trig::cos(longitude);
            y += trig::cos(latitude) * trig::sin(longitude);
            z += trig::sin(latitude);
        }
        let level = (x * x + y * y).sqrt();
        let center = Place { longitude: angle(y, x) / DEGREE, latitude: angle(z, level) / DEGREE };
        Area::new(center, Shape::Polygon(corners))
    }

    /// Its middle.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The haversine of the angle from the middle to a place; `None`: it is not in the area.
    pub fn haversine_within(&self, place: Place) -> Option<f64> {
        let center = self.origin.place;
        match &self.shape {
            Shape::Circle(radius) => {
                let haversine = self.origin.haversine(place);
                let within = || distance(center, place) <= *radius;
                self.is_within(haversine, within).then_some(haversine)
            }
            Shape::Box(width, height) => {
                if meridian_distance(place.latitude, center.latitude) > height / 2.0 {
                    return None;
                }
                let cosine = trig::quick_cos(place.latitude * DEGREE);
                let aside = cosine * cosine * self.origin.meridians_haversine(place);
                let beside = Place { longitude: center.longitude, ..place };
                let within = || distance(place, beside) <= width / 2.0;
                self.is_within(aside, within).then(|| self.origin.haversine(place))
            }
            Shape::Polygon(corners) => {
                encloses(corners, place).then(|| self.origin.haversine(place))
            }
        }
    }

    /// Whether a haversine is within the limit; `exactly` says it where that leaves doubts.
    #[inline]
    fn is_within(&self, haversine: f64, exactly: impl Fn() -> bool) -> bool {
        if (haversine - self.limit).abs() > self.limit * DOUBT {
            haversine < self.limit
        } else {
            exactly()
        }
    }

    /// The ranges of scores to look through, in the order in which the servers do: the cell around the middle, then
    /// north, south, east, west, and the corners.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        let (radius, least, most) = self.bounds();
        let mut steps = estimated_steps(radius, self.origin.place.latitude);
        let mut cell = Cell::around(self.origin.place, steps);
        if steps > 1 && outgrows(least, most, cell) {
            steps -= 1;
            cell = Cell::around(self.origin.place, steps);
        }
        let (mut west, mut east, mut south, mut north) = (true, true, true, true);
        if steps >= 2 {
            let area = cell.area();
            south = area.least.latitude >= least.latitude;
            north = area.most.latitude <= most.latitude;
            west = area.least.longitude >= least.longitude;
            east = area.most.longitude <= most.longitude;
        }
        let around = [
            (0, 0, true),
            (0, 1, north),
            (0, -1, south),
            (1, 0, east),
            (-1, 0, west),
            (1, 1, north && east),
            (-1, 1, north && west),
            (1, -1, south && east),
            (-1, -1, south && west),
        ];
        let mut ranges = Vec::with_capacity(around.len());
        for (x, y, _) in around.into_iter().filter(|(_, _, wanted)| *wanted) {
            let range = cell.moved(x, y).scores();
            // A small world's neighbours on both sides are one cell.
            if ranges.len() < 2 || ranges.last() != Some(&range) {
                ranges.push(range);
            }
        }
        ranges
    }

    /// A circle around the area, and the corners of a box of degrees.
    fn bounds(&self) -> (f64, Place, Place) {
        let (radius, width, height) = match &self.shape {
            Shape::Circle(radius) => (*radius, *radius, *radius),
            Shape::Box(width, height) => {
                let (width, height) = (width / 2.0, height / 2.0);
                ((width * width + height * height).sqrt(), width, height)
            }
            Shape::Polygon(corners) => return self.bounds_of_polygon(corners),
        };
        let Place { longitude, latitude } = self.origin.place;
        let up = height / RADIUS / DEGREE;
        // Where it is wider: towards the pole.
        let wide = if latitude < 0.0 { latitude - up } else { latitude + up };
        let aside = width / RADIUS / trig::cos(wide * DEGREE) / DEGREE;
        (
            radius,
            Place { longitude: longitude - aside, latitude: latitude - up },
            Place { longitude: longitude + aside, latitude: latitude + up },
        )
    }

    fn bounds_of_polygon(&self, corners: &[Place]) -> (f64, Place, Place) {
        let (mut least, mut most) = (corners[0], corners[0]);
        for Place { longitude, latitude } in corners {
            least.longitude = least.longitude.min(*longitude);
            least.latitude = least.latitude.min(*latitude);
            most.longitude = most.longitude.max(*longitude);
            most.latitude = most.latitude.max(*latitude);
        }
        let aside = [
            least,
            most,
            Place { latitude: most.latitude, ..least },
            Place { latitude: least.latitude, ..most },
        ];
        let far = aside.into_iter().map(|corner| distance(self.origin.place, corner));
        (far.fold(0.0, f64::max), least, most)
    }
}

/// Whether the cells around do not reach as far as the box. (Those beyond the world's end never do.)
fn outgrows(least: Place, most: Place, cell: Cell) -> bool {
    cell.moved(0, 1).area().most.latitude < most.latitude
        || cell.moved(0, -1).area().least.latitude > least.latitude
        || cell.moved(1, 0).area().most.longitude < most.longitude
        || cell.moved(-1, 0).area().least.longitude > least.longitude
}

/// How many halvings leave cells as large as the radius.
fn estimated_steps(mut radius: f64, latitude: f64) -> u32 {
    const STEPS: i32 = super::geohash::STEPS as i32;
    if radius == 0.0 {
        return STEPS as u32;
    }
    let mut steps = -1;
    // Of no interest beyond what is the most anyway.
    while radius < MERCATOR_HALF && steps < STEPS + 4 {
        radius *= 2.0;
        steps += 1;
    }
    steps -= NARROW.iter().filter(|narrow| latitude.abs() > **narrow).count() as i32;
    steps.clamp(1, STEPS) as u32
}

/// Whether a ray to the east of the place crosses an odd number of edges.
fn encloses(corners: &[Place], place: Place) -> bool {
    let mut inside = false;
    let mut before = corners[corners.len() - 1];
    for corner in corners {
        if (corner.latitude > place.latitude) != (before.latitude > place.latitude) {
            let slope = (before.longitude - corner.longitude) / (before.latitude - corner.latitude);
            let crossing = slope * (place.latitude - corner.latitude) + corner.longitude;
            inside ^= place.longitude < crossing;
        }
        before = *corner;
    }
    inside
}

/// The direction of a point, -π to π.
fn angle(y: f64, x: f64) -> f64 {
    let length = (x * x + y * y).sqrt();
    if length == 0.0 {
        return 0.0;
    }
    // Of sine and cosine, the smaller one tells the angle more exactly.
    let turned = if y.abs() <= x.abs() {
        trig::asin((y / length).abs())
    } else {
        FRAC_PI_2 - trig::asin((x / length).abs())
    };
    let turned = if x < 0.0 { PI - turned } else { turned };
    if y < 0.0 { -turned } else { turned }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places() -> impl Strategy<Value = Place> {
        let near = (10.0..10.001f64, 50.0..50.001f64);
        let far = (-180.0..=180.0f64, -85.05..=85.05f64);
        prop_oneof![near, far].prop_map(|(longitude, latitude)| Place { longitude, latitude })
    }

    proptest! {
        #[test]
        fn the_quick_way_comes_to_the_same(a in places(), b in places(), c in places(), unit in prop::sample::select(vec![1.0, 1000.0, 0.3048])) {
            let origin = Origin::new(a);
            let exact = (distance(a, b) / unit * 10_000.0).round_ties_even() as i64;
            prop_assert_eq!(origin.rounded_distance(b, origin.haversine(b), unit), exact);
            let order = distance(a, b).total_cmp(&distance(a, c));
            prop_assert_eq!(origin.compare((b, origin.haversine(b)), (c, origin.haversine(c))), order);
            // The border is where the other place is.
            let radius = distance(a, b);
            for radius in [radius, radius.next_up(), radius.next_down(), radius * 1.001, radius * 0.999] {
                let area = Area::new(a, Shape::Circle(radius));
                prop_assert_eq!(area.haversine_within(b).is_some(), distance(a, b) <= radius);
            }
        }

        #[test]
        fn what_is_in_an_area_is_in_its_cells(a in places(), b in places(), radius in 0.0..3e7f64, width in 0.0..3e7f64) {
            let corners = vec![a, b, Place { longitude: a.longitude, latitude: b.latitude }];
            for area in [
                Area::new(a, Shape::Circle(radius)),
                Area::new(a, Shape::Circle(distance(a, b) * 1.5)),
                Area::polygon(corners),
            ] {
                let place = Place::of_score(b.score());
                if area.haversine_within(place).is_some() {
                    let score = b.score() as u64;
                    prop_assert!(area.ranges().iter().any(|range| range.contains(&score)));
                }
            }
            let in_box = Area::new(a, Shape::Box(width, radius)).haversine_within(b).is_some();
            let beside = Place { longitude: a.longitude, ..b };
            let expected = meridian_distance(a.latitude, b.latitude) <= radius / 2.0
                && distance(b, beside) <= width / 2.0;
            prop_assert_eq!(in_box, expected);
        }
    }
}
