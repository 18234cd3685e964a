//! Geohashes: places on the earth as cells of a grid that is halved alternately from west to east and from south to
//! north, so that the bits of both coordinates, interleaved, name a cell, and cells in one cell have numbers in one range.
//!
//! Sorted sets keep places as scores: 26 halvings of each coordinate, the 52 bits that a double holds exactly. The latitude
//! ends where the square Mercator map does. The text form halves all of it, to the poles.

use std::ops::Range;

/// Largest longitude, degrees.
pub const LONGITUDE_MAX: f64 = 180.0;
/// Largest latitude of a place, degrees.
pub const LATITUDE_MAX: f64 = 85.051_128_78;
/// Halvings of each coordinate in a score.
pub const STEPS: u32 = 26;

/// Largest latitude of the text form.
const POLE: f64 = 90.0;
/// The alphabet of the text form.
const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// Characters of the text form. The last one stands for bits that a score does not have.
const TEXT: usize = 11;

/// A place, in degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// East of Greenwich.
    pub longitude: f64,
    /// North of the equator.
    pub latitude: f64,
}

/// A cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// From the west.
    pub x: u32,
    /// From the south.
    pub y: u32,
    /// Halvings of each coordinate.
    pub steps: u32,
}

/// What a cell covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Its south-western corner.
    pub least: Place,
    /// Its north-eastern corner.
    pub most: Place,
}

impl Place {
    /// Whether it can be kept.
    pub fn is_valid(self) -> bool {
        self.longitude.abs() <= LONGITUDE_MAX && self.latitude.abs() <= LATITUDE_MAX
    }

    /// The score that stands for it.
    pub fn score(self) -> f64 {
        self.bits() as f64
    }

    /// The bits of that score: at the eastern edge one more than a double holds.
    pub fn bits(self) -> u64 {
        Cell::of(self, STEPS, LATITUDE_MAX).bits()
    }

    /// The middle of the cell that a score means. Any number is one.
    pub fn of_score(score: f64) -> Place {
        const TWO_63: f64 = (1u64 << 63) as f64;
        // As the servers' conversion to 64 bits has it: what is too large is 0.
        let bits = match score {
            _ if score < TWO_63 => score as i64 as u64,
            _ if score < 2.0 * TWO_63 => score as u64,
            _ => 0,
        };
        let Area { least, most } = Cell::of_bits(bits, STEPS).area();
        let middle = |a: f64, b: f64, max: f64| ((a + b) / 2.0).clamp(-max, max);
        Place {
            longitude: middle(least.longitude, most.longitude, LONGITUDE_MAX),
            latitude: middle(least.latitude, most.latitude, LATITUDE_MAX),
        }
    }

    /// The text form.
    pub fn text(self) -> [u8; TEXT] {
        let bits = Cell::of(self, STEPS, POLE).bits();
        let mut text = [ALPHABET[0]; TEXT];
        for (at, letter) in text[..TEXT - 1].iter_mut().enumerate() {
            *letter = ALPHABET[(bits >> (2 * STEPS as usize - 5 * (at + 1)) & 31) as usize];
        }
        text
    }
}

impl Cell {
    /// The cell around a place.
    pub fn around(place: Place, steps: u32) -> Cell {
        Cell::of(place, steps, LATITUDE_MAX)
    }

    /// The cell so far east and north, on the other side of the world's end if need be.
    pub fn moved(self, east: i32, north: i32) -> Cell {
        let mask = (1u32 << self.steps) - 1;
        let step = |at: u32, by: i32| if by == 0 { at } else { at.wrapping_add_signed(by) & mask };
        Cell { x: step(self.x, east), y: step(self.y, north), ..self }
    }

    /// The scores of the places in it.
    pub fn scores(self) -> Range<u64> {
        let shift = 2 * (STEPS - self.steps);
        let bits = self.bits();
        bits << shift..(bits + 1) << shift
    }

    /// What it covers.
    pub fn area(self) -> Area {
        let parts = f64::from(1u32 << self.steps);
        let edge = |at: f64, max: f64| -max + at / parts * (max - -max);
        let corner = |more: f64| Place {
            longitude: edge(f64::from(self.x) + more, LONGITUDE_MAX),
            latitude: edge(f64::from(self.y) + more, LATITUDE_MAX),
        };
        Area { least: corner(0.0), most: corner(1.0) }
    }

    fn of(place: Place, steps: u32, latitude_max: f64) -> Cell {
        let parts = f64::from(1u32 << steps);
        // Places on the eastern and on the northern edge come out one too far, as they do on the servers.
        let at = |value: f64, max: f64| ((value - -max) / (max - -max) * parts) as u32;
        Cell { x: at(place.longitude, LONGITUDE_MAX), y: at(place.latitude, latitude_max), steps }
    }

    fn bits(self) -> u64 {
        spread(self.y) | spread(self.x) << 1
    }

    fn of_bits(bits: u64, steps: u32) -> Cell {
        Cell { x: gather(bits >> 1), y: gather(bits), steps }
    }
}

/// Bits to every other place.
fn spread(bits: u32) -> u64 {
    let mut x = u64::from(bits);
    x = (x | x << 16) & 0x0000_ffff_0000_ffff;
    x = (x | x << 8) & 0x00ff_00ff_00ff_00ff;
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | x << 2) & 0x3333_3333_3333_3333;
    (x | x << 1) & 0x5555_5555_5555_5555
}

/// The inverse of [`spread`]; other bits do not count.
fn gather(bits: u64) -> u32 {
    let mut x = bits & 0x5555_5555_5555_5555;
    x = (x | x >> 1) & 0x3333_3333_3333_3333;
    x = (x | x >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | x >> 4) & 0x00ff_00ff_00ff_00ff;
    x = (x | x >> 8) & 0x0000_ffff_0000_ffff;
    (x | x >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_everybody_knows() {
        let palermo = Place { longitude: 13.361389, latitude: 38.115556 };
        assert_eq!(palermo.score(), 3_479_099_956_230_698.0);
        let kept = Place::of_score(palermo.score());
        assert_eq!(&kept.text(), b"sqc8b49rny0");
    }

    proptest! {
        #[test]
        fn a_place_is_in_its_cells(longitude in -180.0..180.0f64, latitude in -85.05..85.05f64, steps in 1u32..=26) {
            let place = Place { longitude, latitude };
            let cell = Cell::around(place, steps);
            let Area { least, most } = cell.area();
            prop_assert!(least.longitude <= longitude && longitude <= most.longitude + 1e-9);
            prop_assert!(least.latitude <= latitude && latitude <= most.latitude + 1e-9);
            prop_assert!(cell.scores().contains(&(place.score() as u64)));
            prop_assert_eq!(cell.moved(1, -1).moved(-1, 1), cell);
            let kept = Place::of_score(place.score());
            prop_assert!((kept.longitude - longitude).abs() < 1e-5 && (kept.latitude - latitude).abs() < 1e-5);
        }

        #[test]
        fn any_score_is_some_place(bits: u64) {
            let place = Place::of_score(f64::from_bits(bits));
            prop_assert!(place.is_valid());
        }
    }
}
