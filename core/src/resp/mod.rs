//! The Redis serialization protocol: requests in, replies out. Nothing else in the core knows the wire.

pub mod reply;
pub mod request;

pub use reply::Reply;
pub use request::{Args, Parsed, Parser, RequestLimits};
