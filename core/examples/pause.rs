//! How long inserting keys holds the engine up while its keyspace grows: `pause KEYS`. Prints, in nanoseconds, the longest
//! and the median batch.
//!
//! The same keys are set in several engines of the same seed, which therefore do the same at the same key. What the engine
//! causes comes back in each of them; what the machine does in between hardly strikes the same batch every time. So for
//! each batch the quickest run counts, and the longest of those is the engine's own.

use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};
use std::fmt::Write;
use std::time::Instant;

const CLIENT: ClientId = ClientId(1);
const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
/// Engines that are filled, one after the other.
const RUNS: usize = 5;
/// Keys in one batch, as in `cargo xtask bench --only pause`.
const BATCH: usize = 50;

fn main() -> Result<(), String> {
    let keys = std::env::args().nth(1).and_then(|keys| keys.parse::<usize>().ok());
    let keys = keys.filter(|keys| *keys >= BATCH);
    let keys = keys.ok_or_else(|| format!("usage: pause KEYS, at least {BATCH}"))?;
    let mut quickest = vec![u64::MAX; keys / BATCH];
    for _ in 0..RUNS {
        fill(&mut quickest)?;
    }
    quickest.sort_unstable();
    let longest = quickest.last().copied().unwrap_or_default();
    println!("{longest} {}", quickest[quickest.len() / 2]);
    Ok(())
}

/// Fills an engine, and keeps of each batch the time if it is shorter than before.
fn fill(quickest: &mut [u64]) -> Result<(), String> {
    let mut engine = Engine::new(NOW, Options::default());
    let peer = Peer { loopback: true, ..Peer::default() };
    engine.feed(NOW, Input::Connect { client: CLIENT, peer });
    let (mut batch, mut replies) = (String::new(), Vec::new());
    for (number, quickest) in quickest.iter_mut().enumerate() {
        batch.clear();
        for key in number * BATCH..(number + 1) * BATCH {
            let key = format!("key:{key}");
            let _ = write!(
                batch,
                "*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n$16\r\nvalue-of-16-byte\r\n",
                key.len()
            );
        }
        let begun = Instant::now();
        engine.feed(NOW, Input::Bytes { client: CLIENT, bytes: batch.as_bytes() });
        engine.run();
        while let Some(output) = engine.take_output() {
            if let Output::Reply(client) = output {
                replies.clear();
                engine.swap_replies(client, &mut replies);
                engine.feed(NOW, Input::Sent { client, bytes: replies.len() });
            }
        }
        let took = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if replies.len() != BATCH * "+OK\r\n".len() {
            return Err(format!(
                "batch {number} was answered {}",
                String::from_utf8_lossy(&replies)
            ));
        }
        *quickest = took.min(*quickest);
    }
    Ok(())
}
