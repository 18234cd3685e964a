//! Vectors of one set, as they are compared: normalized to length one, then kept as floats, as signed bytes of a range, or
//! as signs. What is lost of a vector by that is lost when it is encoded; queries are encoded the same way.
//!
//! Sums go over a fixed number of lanes that are added up in a fixed order, so that compilers may use whatever vector
//! instructions the machine has and every host gets the same bits.
//!
//! Left out: which vector belongs to whom, and how near ones are found (`hnsw`).

/// How components are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantization {
    /// Four bytes each.
    Float,
    /// One byte each, times a range that every vector has its own of.
    Int8,
    /// One bit each: the sign.
    Binary,
}

/// A vector in the form that a set keeps.
#[derive(Clone, Debug)]
pub struct Encoded {
    bytes: Vec<u8>,
    /// What the largest byte stands for.
    range: f32,
    /// Length before it was made one.
    norm: f32,
}

/// A borrowed [`Encoded`].
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    bytes: &'a [u8],
    range: f32,
}

/// The vectors, by number.
#[derive(Clone, Debug)]
pub struct Vectors {
    quantization: Quantization,
    dim: usize,
    /// Bytes of a vector, padding included.
    stride: usize,
    /// Vectors end to end, so many a chunk: growing never moves what is in a full one.
    chunks: Vec<Vec<u8>>,
    /// Range and norm of each.
    scales: Vec<(f32, f32)>,
}

/// Vectors in a chunk.
const CHUNK: usize = 256;
/// Partial sums of a product; see the module.
const LANES: usize = 8;
/// Bytes of a float.
const FLOAT: usize = 4;
/// How far the sum of squares of a vector of length one may be off.
const UNIT_TOLERANCE: f64 = 1e-4;
/// What the range is divided into, either side of zero.
const STEPS: f32 = 127.0;

impl Quantization {
    /// As VINFO calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Quantization::Float => "fp32",
            Quantization::Int8 => "int8",
            Quantization::Binary => "bin",
        }
    }

    /// Bytes that components take.
    const fn len(self, dim: usize) -> usize {
        match self {
            Quantization::Float => dim * FLOAT,
            Quantization::Int8 => dim,
            Quantization::Binary => dim.div_ceil(8),
        }
    }

    /// Bytes that components take, padded so that loops have no rest.
    const fn stride(self, dim: usize) -> usize {
        match self {
            Quantization::Float => dim.next_multiple_of(LANES) * FLOAT,
            Quantization::Int8 => dim.next_multiple_of(2 * LANES),
            Quantization::Binary => dim.div_ceil(8).next_multiple_of(8),
        }
    }
}

impl Encoded {
    /// Encodes components, which must be finite.
    pub fn new(values: &[f32], quantization: Quantization) -> Self {
        let squares: f64 = values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
        let norm = (squares.sqrt() as f32).min(f32::MAX);
        // A vector of zeros has no direction: it stays what it is.
        let unit = |value: f32| if norm > 0.0 { value / norm } else { 0.0 };
        let mut bytes = vec![0; quantization.stride(values.len())];
        let mut range = 0.0f32;
        match quantization {
            Quantization::Float => {
                for (place, value) in bytes.as_chunks_mut::<FLOAT>().0.iter_mut().zip(values) {
                    *place = unit(*value).to_le_bytes();
                }
            }
            Quantization::Int8 => {
                range = values.iter().fold(range, |most, value| most.max(unit(*value).abs()));
                for (byte, value) in bytes.iter_mut().zip(values) {
                    let steps = if range > 0.0 { unit(*value) / range * STEPS } else { 0.0 };
                    *byte = (steps + 0.5f32.copysign(steps)) as i8 as u8;
                }
            }
            Quantization::Binary => {
                for (at, _) in values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
                    bytes[at / 8] |= 1 << (at % 8);
                }
            }
        }
        Encoded { bytes, range, norm }
    }

    /// What [`Vectors::raw`] showed of a vector; `None`: it did not. O(dim).
    pub fn from_raw(
        components: &[u8],
        norm: f32,
        range: f32,
        dim: usize,
        quantization: Quantization,
    ) -> Option<Self> {
        let within = |value: f32, most: f32| (0.0..=most).contains(&value);
        let spare_bits = (dim / 8..components.len()).any(|at| components[at] >> (dim % 8) != 0);
        let sound = match quantization {
            Quantization::Float => {
                let floats =
                    components.as_chunks::<FLOAT>().0.iter().map(|it| f64::from(float(*it)));
                let squares: f64 = floats.map(|value| value * value).sum();
                squares == 0.0 || (squares - 1.0).abs() < UNIT_TOLERANCE
            }
            Quantization::Int8 => components.iter().all(|byte| *byte as i8 != i8::MIN),
            Quantization::Binary => !spare_bits,
        };
        let whole = components.len() == quantization.len(dim);
        if !(whole && sound && within(norm, f32::MAX) && within(range, 1.0)) {
            return None;
        }
        let mut bytes = components.to_vec();
        bytes.resize(quantization.stride(dim), 0);
        Some(Encoded { bytes, range, norm })
    }

    /// To be compared.
    pub fn view(&self) -> View<'_> {
        View { bytes: &self.bytes, range: self.range }
    }
}

impl Vectors {
    /// No vectors, of `dim` components each.
    pub fn new(dim: usize, quantization: Quantization) -> Self {
        let stride = quantization.stride(dim);
        Vectors { quantization, dim, stride, chunks: Vec::new(), scales: Vec::new() }
    }

    /// Adds a vector of this form as the last.
    pub fn push(&mut self, vector: &Encoded) {
        if self.len().is_multiple_of(CHUNK) {
            self.chunks.push(Vec::new());
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.extend_from_slice(&vector.bytes);
        }
        self.scales.push((vector.range, vector.norm));
    }

    /// Removes a vector; the last one takes its number.
    pub fn swap_remove(&mut self, number: usize) {
        let last = self.len() - 1;
        let moved = self.bytes(last).to_vec();
        let at = self.start(number);
        self.chunks[number / CHUNK][at..at + self.stride].copy_from_slice(&moved);
        let end = self.start(last);
        self.chunks[last / CHUNK].truncate(end);
        if end == 0 {
            self.chunks.pop();
        }
        self.scales.swap_remove(number);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Components of each.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How they are kept.
    pub fn quantization(&self) -> Quantization {
        self.quantization
    }

    /// A vector, to be compared.
    #[inline]
    pub fn view(&self, number: usize) -> View<'_> {
        View { bytes: self.bytes(number), range: self.scales[number].0 }
    }

    /// A copy of a vector, as it was encoded.
    pub fn encoded(&self, number: usize) -> Encoded {
        let (range, norm) = self.scales[number];
        Encoded { bytes: self.bytes(number).to_vec(), range, norm }
    }

    /// How far apart two are: 0 for one direction, 2 for opposite ones. O(components).
    #[inline]
    pub fn distance(&self, a: View<'_>, b: View<'_>) -> f32 {
        let distance = match self.quantization {
            Quantization::Float => 1.0 - product_of_floats(a.bytes, b.bytes),
            Quantization::Int8 => {
                1.0 - product_of_bytes(a.bytes, b.bytes) as f32
                    * (a.range * b.range / (STEPS * STEPS))
            }
            Quantization::Binary => differences(a.bytes, b.bytes) as f32 * 2.0 / self.dim as f32,
        };
        // Rounding may go past the ends. This also takes a zero's sign, which order depends on.
        if distance > 0.0 { distance.min(2.0) } else { 0.0 }
    }

    /// About the components that were encoded; the signs of binary ones.
    pub fn decode(&self, number: usize) -> Vec<f32> {
        let (range, norm) = self.scales[number];
        let bytes = self.bytes(number);
        let component = |at: usize| match self.quantization {
            Quantization::Float => float(bytes.as_chunks().0[at]) * norm,
            Quantization::Int8 => f32::from(bytes[at] as i8) * range / STEPS * norm,
            Quantization::Binary => {
                if bytes[at / 8] >> (at % 8) & 1 == 1 {
                    1.0
                } else {
                    -1.0
                }
            }
        };
        (0..self.dim).map(component).collect()
    }

    /// A vector as it is kept, without padding; its norm; its range.
    pub fn raw(&self, number: usize) -> (&[u8], f32, f32) {
        let len = self.quantization.len(self.dim);
        let (range, norm) = self.scales[number];
        (&self.bytes(number)[..len], norm, range)
    }

    /// Bytes they count for in an account of memory. O(1).
    pub fn weight(&self) -> usize {
        self.len() * (self.stride + size_of::<(f32, f32)>())
    }

    fn bytes(&self, number: usize) -> &[u8] {
        let at = self.start(number);
        &self.chunks[number / CHUNK][at..at + self.stride]
    }

    fn start(&self, number: usize) -> usize {
        number % CHUNK * self.stride
    }
}

fn float(bytes: [u8; FLOAT]) -> f32 {
    f32::from_le_bytes(bytes)
}

fn product_of_floats(a: &[u8], b: &[u8]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (a, b) = (a.as_chunks::<{ LANES * FLOAT }>().0, b.as_chunks::<{ LANES * FLOAT }>().0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a.as_chunks::<FLOAT>().0, b.as_chunks::<FLOAT>().0);
        for lane in 0..LANES {
            sums[lane] += float(a[lane]) * float(b[lane]);
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

fn product_of_bytes(a: &[u8], b: &[u8]) -> i32 {
    let (a, b) = (a.as_chunks::<{ 2 * LANES }>().0, b.as_chunks::<{ 2 * LANES }>().0);
    let mut sum = 0;
    for (a, b) in a.iter().zip(b) {
        for lane in 0..2 * LANES {
            sum += i32::from(i16::from(a[lane] as i8) * i16::from(b[lane] as i8));
        }
    }
    sum
}

fn differences(a: &[u8], b: &[u8]) -> u32 {
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    a.iter().zip(b).map(|(a, b)| (word(a) ^ word(b)).count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(quantization: Quantization, vectors: &[&[f32]]) -> Vectors {
        let mut all = Vectors::new(vectors[0].len(), quantization);
        vectors.iter().for_each(|vector| all.push(&Encoded::new(vector, quantization)));
        all
    }

    #[test]
    fn what_the_documentation_shows_comes_back() {
        let vector: &[f32] = &[1.262_185, 1.958_231];
        let shown = |quantization| -> Vec<f64> {
            set(quantization, &[vector]).decode(0).into_iter().map(f64::from).collect()
        };
        assert_eq!(shown(Quantization::Int8), [1.264_369_487_762_451_2, 1.958_230_972_290_039]);
        assert_eq!(shown(Quantization::Float), [1.262_184_977_531_433, 1.958_230_972_290_039]);
        assert_eq!(shown(Quantization::Binary), [1.0, 1.0]);
        let ones = set(Quantization::Int8, &[&[1.0, 1.0], &[-1.0, -1.0]]);
        assert_eq!(f64::from(ones.decode(0)[0]), 0.999_999_940_395_355_2);
        assert_eq!(f64::from(ones.decode(1)[1]), -0.999_999_940_395_355_2);
    }

    #[test]
    fn distances_are_those_of_directions() {
        for quantization in [Quantization::Float, Quantization::Int8] {
            let all = set(quantization, &[&[1.0, 1.0], &[-3.0, -3.0], &[2.0, -2.0], &[0.0, 0.0]]);
            let distance = |a, b| all.distance(all.view(a), all.view(b));
            assert!(distance(0, 0) < 1e-6 && (distance(0, 1) - 2.0).abs() < 1e-6);
            assert!((distance(0, 2) - 1.0).abs() < 1e-6 && distance(3, 3) == 1.0);
        }
        let signs = set(Quantization::Binary, &[&[1.0, -1.0, 1.0], &[1.0, 1.0, 1.0]]);
        assert_eq!(signs.distance(signs.view(0), signs.view(1)), 2.0 / 3.0);
    }

    #[test]
    fn the_last_takes_a_removed_one_s_number() {
        let mut all = Vectors::new(3, Quantization::Float);
        for i in 0..600 {
            all.push(&Encoded::new(&[i as f32, 1.0, 0.0], Quantization::Float));
        }
        all.swap_remove(7);
        assert_eq!((all.len(), all.decode(7)[0].round()), (599, 599.0));
        while all.len() > 1 {
            all.swap_remove(0);
        }
        all.swap_remove(0);
        assert!(all.is_empty() && all.chunks.is_empty());
    }
}
