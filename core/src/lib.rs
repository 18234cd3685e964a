//! Redloop's core: a deterministic, single-threaded, Redis-compatible engine that knows neither sockets nor clocks.
//!
//! ```
//! use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};
//!
//! let mut engine = Engine::new(Timestamp(0), Options::default());
//! let client = ClientId(1);
//! engine.feed(Timestamp(0), Input::Connect { client, peer: Peer { loopback: true, ..Peer::default() } });
//! engine.feed(Timestamp(5), Input::Bytes { client, bytes: b"PING\r\n" });
//! engine.run();
//! let mut replies = Vec::new();
//! while let Some(output) = engine.take_output() {
//!     if let Output::Reply(client) = output {
//!         engine.swap_replies(client, &mut replies);
//!     }
//! }
//! assert_eq!(replies, b"+PONG\r\n");
//! ```

pub mod account;
pub mod blocking;
pub mod command;
pub mod commands;
pub mod config;
pub mod ctx;
mod dispatch;
pub mod ds;
pub mod effects;
pub mod engine;
pub mod error;
pub mod eviction;
pub mod holds;
mod job;
pub mod keyspace;
pub mod limits;
pub mod migration;
pub mod observer;
mod offload;
pub mod pubsub;
pub mod queue;
pub mod rdb;
pub mod registry;
pub mod resp;
pub mod server;
pub mod session;
mod settle;
pub mod slowlog;
pub mod snapshot;
pub mod stats;
mod stopwatch;
pub mod time;
pub mod util;
pub mod value;
pub mod watch;

pub use engine::{Engine, Input, Options, Output, Pace, Turn};
pub use error::Error;
pub use job::{Done, Helper, Job};
pub use migration::{Migrated, Migration, Trouble};
pub use observer::{Event, EventKind, Observer, Silent};
pub use queue::{Phase, Task, Timer};
pub use session::{ClientId, Peer};
pub use time::Timestamp;
