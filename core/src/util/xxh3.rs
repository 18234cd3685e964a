//! XXH3, 64 bits, with the default secret and without a seed: what DIGEST answers. From the algorithm's specification
//! (Yann Collet, <https://github.com/Cyan4973/xxHash>, doc/xxhash_spec.md).
//!
//! Short inputs are mixed as a whole, by one of four formulas for their length. From 241 bytes on eight accumulators take
//! 64 bytes at a time and are scrambled after each block.
//!
//! Left out: seeds, other secrets, 128 bits, and hashing in pieces.

/// The bytes that everything is mixed with.
const SECRET: [u8; 192] = [
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
];

const PRIME32: [u64; 3] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d];
const PRIME64: [u64; 5] = [
    0x9e37_79b1_85eb_ca87,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x85eb_ca77_c2b2_ae63,
    0x27d4_eb2f_1656_67c5,
];
const MIX: [u64; 2] = [0x1656_6791_9e37_79f9, 0x9fb2_1c65_1e98_df25];

/// Bytes that the accumulators take at a time.
const STRIPE: usize = 64;
/// How far the secret advances from stripe to stripe.
const SECRET_STEP: usize = 8;
/// The part of the secret that scrambles, and bounds a block.
const SECRET_LAST: usize = SECRET.len() - STRIPE;

/// The hash of `bytes`. O(bytes).
pub fn hash(bytes: &[u8]) -> u64 {
    match bytes.len() {
        0 => avalanche_64(word(&SECRET, 56) ^ word(&SECRET, 64)),
        1..=3 => up_to_3(bytes),
        4..=8 => up_to_8(bytes),
        9..=16 => up_to_16(bytes),
        17..=128 => up_to_128(bytes),
        129..=240 => up_to_240(bytes),
        _ => long(bytes),
    }
}

fn up_to_3(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let (first, middle, last) = (bytes[0], bytes[len / 2], bytes[len - 1]);
    let combined =
        u64::from(last) | (len as u64) << 8 | u64::from(first) << 16 | u64::from(middle) << 24;
    avalanche_64(combined ^ half(&SECRET, 0) ^ half(&SECRET, 4))
}

fn up_to_8(bytes: &[u8]) -> u64 {
    let len = bytes.len() as u64;
    let (first, last) = (half(bytes, 0), half(bytes, bytes.len() - 4));
    let mut value = (last | first << 32) ^ word(&SECRET, 8) ^ word(&SECRET, 16);
    value ^= value.rotate_left(49) ^ value.rotate_left(24);
    value = value.wrapping_mul(MIX[1]);
    value ^= (value >> 35).wrapping_add(len);
    value = value.wrapping_mul(MIX[1]);
    value ^ value >> 28
}

fn up_to_16(bytes: &[u8]) -> u64 {
    let low = word(bytes, 0) ^ word(&SECRET, 24) ^ word(&SECRET, 32);
    let high = word(bytes, bytes.len() - 8) ^ word(&SECRET, 40) ^ word(&SECRET, 48);
    let sum = (bytes.len() as u64).wrapping_add(low.swap_bytes()).wrapping_add(high);
    avalanche(sum.wrapping_add(folded(low, high)))
}

fn up_to_128(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let mut sum = (len as u64).wrapping_mul(PRIME64[0]);
    for round in 0..=(len - 1) / 32 {
        sum = sum.wrapping_add(mixed(bytes, 16 * round, 32 * round));
        sum = sum.wrapping_add(mixed(bytes, len - 16 * (round + 1), 32 * round + 16));
    }
    avalanche(sum)
}

fn up_to_240(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let mut sum = (len as u64).wrapping_mul(PRIME64[0]);
    for round in 0..8 {
        sum = sum.wrapping_add(mixed(bytes, 16 * round, 16 * round));
    }
    sum = avalanche(sum);
    for round in 8..len / 16 {
        sum = sum.wrapping_add(mixed(bytes, 16 * round, 16 * (round - 8) + 3));
    }
    avalanche(sum.wrapping_add(mixed(bytes, len - 16, 136 - 17)))
}

fn long(bytes: &[u8]) -> u64 {
    let mut sums = [
        PRIME32[2], PRIME64[0], PRIME64[1], PRIME64[2], PRIME64[3], PRIME32[1], PRIME64[4],
        PRIME32[0],
    ];
    let stripes_a_block = SECRET_LAST / SECRET_STEP;
    let stripes = (bytes.len() - 1) / STRIPE;
    for stripe in 0..stripes {
        let place = stripe % stripes_a_block;
        accumulate(&mut sums, &bytes[stripe * STRIPE..], &SECRET[place * SECRET_STEP..]);
        if place + 1 == stripes_a_block {
            scramble(&mut sums);
        }
    }
    accumulate(&mut sums, &bytes[bytes.len() - STRIPE..], &SECRET[SECRET_LAST - 7..]);
    let mut result = (bytes.len() as u64).wrapping_mul(PRIME64[0]);
    for pair in 0..4 {
        let at = 11 + 16 * pair;
        result = result.wrapping_add(folded(
            sums[2 * pair] ^ word(&SECRET, at),
            sums[2 * pair + 1] ^ word(&SECRET, at + 8),
        ));
    }
    avalanche(result)
}

fn accumulate(sums: &mut [u64; 8], stripe: &[u8], secret: &[u8]) {
    for lane in 0..8 {
        let data = word(stripe, 8 * lane);
        let keyed = data ^ word(secret, 8 * lane);
        sums[lane ^ 1] = sums[lane ^ 1].wrapping_add(data);
        sums[lane] = sums[lane].wrapping_add((keyed & 0xffff_ffff).wrapping_mul(keyed >> 32));
    }
}

fn scramble(sums: &mut [u64; 8]) {
    for (lane, sum) in sums.iter_mut().enumerate() {
        *sum ^= *sum >> 47;
        *sum ^= word(&SECRET, SECRET_LAST + 8 * lane);
        *sum = sum.wrapping_mul(PRIME32[0]);
    }
}

/// Sixteen bytes mixed with sixteen of the secret.
fn mixed(bytes: &[u8], at: usize, secret_at: usize) -> u64 {
    folded(
        word(bytes, at) ^ word(&SECRET, secret_at),
        word(bytes, at + 8) ^ word(&SECRET, secret_at + 8),
    )
}

/// The halves of the 128-bit product, one over the other.
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

fn avalanche(mut value: u64) -> u64 {
    value ^= value >> 37;
    value = value.wrapping_mul(MIX[0]);
    value ^ value >> 32
}

/// The last step of XXH64.
fn avalanche_64(mut value: u64) -> u64 {
    value ^= value >> 33;
    value = value.wrapping_mul(PRIME64[1]);
    value ^= value >> 29;
    value = value.wrapping_mul(PRIME64[2]);
    value ^ value >> 32
}

fn word(bytes: &[u8], at: usize) -> u64 {
    half(bytes, at) | half(bytes, at + 4) << 32
}

fn half(bytes: &[u8], at: usize) -> u64 {
    let [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    u64::from(u32::from_le_bytes([a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use super::hash;

    /// Values of the reference implementation's port in the `xxhash-rust` crate.
    #[test]
    fn every_length_up_to_four_blocks() {
        let data: Vec<u8> =
            (0..4200_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for (len, expected) in [
            (0, 0x2d06_8005_38d3_94c2),
            (3, 0xe140_90f5_54a5_ea90),
            (8, 0xcd1c_7f88_482f_caef),
            (16, 0x81e9_eb86_3446_0bb9),
            (128, 0x75ec_a5c5_d559_4884),
            (240, 0x5eb2_467c_8c9e_3969),
            (241, 0x2d43_1e98_4c44_1f15),
            (1025, 0x83cb_a9b3_71e4_e7f4),
        ] {
            assert_eq!(hash(&data[..len]), expected, "{len} bytes");
        }
        let all = (0..=data.len()).fold(0_u64, |all, len| all.rotate_left(1) ^ hash(&data[..len]));
        assert_eq!(all, 0xe6b8_96b0_9380_eaf4);
    }
}
