//! Ports for servers under test.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU32, Ordering},
};

/// A port nobody listens on at the moment: each caller gets another one, and none that the system could give to a
/// connecting socket meanwhile.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    /// Below the ephemeral ports, above those of well-known services.
    const PORTS: std::ops::Range<u16> = 20_000..32_000;
    /// How many ports a process is away from the next, so that two at a time seldom look at the same ones.
    const STRIDE: u32 = 89;
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let count = u32::from(PORTS.end - PORTS.start);
    let begin = std::process::id().wrapping_mul(STRIDE);
    (0..count)
        .map(|_| begin.wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed)) % count)
        .filter_map(|offset| u16::try_from(offset).ok())
        .map(|offset| PORTS.start + offset)
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .expect("a free port")
}
