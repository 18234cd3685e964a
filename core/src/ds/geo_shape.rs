//! Areas on the earth: whether a place is in one, how far from its middle, and which cells of the grid to look through.
//!
//! The earth is a sphere. Distances are great circles, by the haversine formula.

use super::geohash::{Cell, Place};
use crate::util::trig;
use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::Range;

/// Mean radius of the earth that the servers use, metres.
const RADIUS: f64 = 6_372_797.560_856;
/// Half the width of the Mercator map of it, metres.
const MERCATOR_HALF: f64 = 20_037_726.37;
const DEGREE: f64 = PI / 180.0;
/// Latitudes beyond which cells are so narrow that larger ones are looked through.
const NARROW: [f64; 2] = [66.0, 80.0];

/// What is searched.
#[derive(Clone, Debug)]
pub struct Area {
    /// Its middle.
    pub center: Place,
    /// Around it.
    pub shape: Shape,
}

/// See [`Area`]. Lengths are metres.
#[derive(Clone, Debug)]
pub enum Shape {
    /// As far as this.
    Circle(f64),
    /// So wide and so high.
    Box(f64, f64),
    /// Within these corners.
    Polygon(Vec<Place>),
}

/// The distance of two places, metres.
pub fn distance(a: Place, b: Place) -> f64 {
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

impl Area {
    /// The area within a polygon of at least three corners. Its middle is that of the corners as points in space.
    pub fn polygon(corners: Vec<Place>) -> Area {
        let (mut x, mut y, mut z) = (0.0, 0.0, 0.0);
        for corner in &corners {
            let (longitude, latitude) = (corner.longitude * DEGREE, corner.latitude * DEGREE);
            x += trig::cos(latitude) * trig::cos(longitude);
            y += trig::cos(latitude) * trig::sin(longitude);
            z += trig::sin(latitude);
        }
        let center = Place {
            longitude: angle(y, x) / DEGREE,
            latitude: angle(z, (x * x + y * y).sqrt()) / DEGREE,
        };
        Area { center, shape: Shape::Polygon(corners) }
    }

    /// How far from the middle a place is; `None`: it is not in the area.
    pub fn distance_within(&self, place: Place) -> Option<f64> {
        let center = self.center;
        match &self.shape {
            Shape::Circle(radius) => Some(distance(center, place)).filter(|it| it <= radius),
            Shape::Box(width, height) => {
                if meridian_distance(place.latitude, center.latitude) > height / 2.0 {
                    return None;
                }
                let beside = Place { longitude: center.longitude, ..place };
                (distance(place, beside) <= width / 2.0).then(|| distance(center, place))
            }
            Shape::Polygon(corners) => encloses(corners, place).then(|| distance(center, place)),
        }
    }

    /// The ranges of scores to look through, in the order in which the servers do: the cell around the middle, then
    /// north, south, east, west, and the corners.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        let (radius, least, most) = self.bounds();
        let mut steps = estimated_steps(radius, self.center.latitude);
        let mut cell = Cell::around(self.center, steps);
        if steps > 1 && outgrows(least, most, cell) {
            steps -= 1;
            cell = Cell::around(self.center, steps);
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
        let Place { longitude, latitude } = self.center;
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
        let far = aside.into_iter().map(|corner| distance(self.center, corner));
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
