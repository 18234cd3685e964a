//! Data structures: bytes in, bytes out; they know nothing of Redis.

pub mod bitfield;
pub mod bits;
pub mod chunked_list;
pub mod decimal;
pub mod dict;
pub mod geo_shape;
pub mod geohash;
pub mod hnsw;
pub mod hyperloglog;
pub mod intset;
pub mod listpack;
pub mod ordered;
pub mod ranked;
pub mod sparse;
pub mod vectors;
mod wide;
