//! Data structures: bytes in, bytes out; they know nothing of Redis.
