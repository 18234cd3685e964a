//! The server's own state, beside the keyspace and the sessions: settings, counters, registries.

use crate::blocking::Blocking;
use crate::command::CommandTable;
use crate::config::{Config, HostSettings};
use crate::effects::Effects;
use crate::eviction::Eviction;
use crate::holds::Holds;
use crate::migration::{Migrated, Migration};
use crate::pubsub::Listeners;
use crate::session::{ClientId, Session};
use crate::slowlog::Slowlog;
use crate::stats::Stats;
use crate::time::Timestamp;
use crate::util::rng::Rng;
use crate::watch::Watch;

/// The Redis release whose command set clients may count on: what HELLO and INFO call the version.
pub const REDIS_VERSION: &str = "7.2.4";
/// This program's own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// See the module.
#[derive(Clone, Debug)]
pub struct Server {
    /// The turn's time.
    pub now: Timestamp,
    /// When the engine was made.
    pub started: Timestamp,
    /// 40 random hexadecimal digits that name this run.
    pub run_id: String,
    /// Chance for commands (SPOP, SRANDMEMBER, …).
    pub rng: Rng,
    /// Settings.
    pub config: Config,
    /// All commands.
    pub table: &'static CommandTable,
    /// Counters.
    pub stats: Stats,
    /// Slow commands.
    pub slowlog: Slowlog,
    /// Listeners.
    pub pubsub: Listeners,
    /// WATCHed keys.
    pub watch: Watch,
    /// Waiting clients.
    pub blocking: Blocking,
    /// Jobs that are out, and who waits for them.
    pub holds: Holds,
    /// What the running command did.
    pub effects: Effects,
    /// Keys that made room.
    pub eviction: Eviction,
    /// The highest account of memory that was seen, bytes.
    pub memory_peak: usize,
    /// CLIENT PAUSE.
    pub pause: Pause,
    /// Clients in MONITOR mode.
    pub monitors: Vec<ClientId>,
    /// Clients with output that the host has not been told of.
    pub news: Vec<ClientId>,
    /// How many clients are over their soft output limit.
    pub over_soft_limit: usize,
    /// Clients to unblock, by CLIENT UNBLOCK, with whether that is an error for them.
    pub unblock: Vec<(ClientId, bool)>,
    /// What the host is to do.
    pub requests: Vec<HostRequest>,
    /// What came of the migration that the running command waited for.
    pub migrated: Option<Box<Migrated>>,
    /// What the host says of itself.
    pub host: HostFacts,
    /// Asks the host for figures that change; `None`: they read 0.
    pub probe: Option<fn() -> HostFigures>,
    /// Does what settings mean to the host.
    pub host_settings: HostLink,
    /// The loop stands still until then: DEBUG SLEEP, or the modelled cost of a command.
    pub busy_until: Timestamp,
    /// Vector sets made so far: each has a number of its own.
    pub vector_sets: u64,
    /// Second of the last save, for LASTSAVE; start until there is durability.
    pub last_save_s: u64,
}

/// The host's part in settings; `None`: they mean nothing to it. A copy of an engine has no host of its own, so it gets
/// `None`: what is tried on the copy must not reach the original's sockets and files.
#[derive(Debug, Default)]
pub struct HostLink(pub Option<Box<dyn HostSettings>>);

impl Clone for HostLink {
    fn clone(&self) -> Self {
        HostLink(None)
    }
}

/// CLIENT PAUSE in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Over at this time; past: no pause.
    pub until: Timestamp,
    /// Holds every command, not only writes.
    pub all: bool,
}

/// What the engine asks of its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostRequest {
    /// Stop the server.
    Shutdown,
    /// Something for the operator's log.
    Log(String),
    /// Send keys to another server, and bring back [`Input::Migrated`](crate::Input::Migrated).
    Migrate(Box<Migration>),
}

/// What the host is, for INFO.
#[derive(Clone, Debug, Default)]
pub struct HostFacts {
    /// Operating system and architecture.
    pub os: String,
    /// Process number.
    pub process_id: u32,
    /// Path of the program.
    pub executable: String,
    /// Path of the configuration file, or empty.
    pub config_file: String,
    /// Concurrency model's name.
    pub model: &'static str,
}

/// What the host measures, for INFO.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostFigures {
    /// Bytes in use; resident ones where the allocator does not tell. 0: not known.
    pub allocated_bytes: u64,
    /// Resident bytes.
    pub resident_bytes: u64,
    /// Highest resident bytes so far.
    pub resident_peak_bytes: u64,
    /// Bytes of memory the machine has.
    pub system_memory_bytes: u64,
    /// Seconds of processor time in the kernel.
    pub cpu_system_s: f64,
    /// Seconds of processor time in the program.
    pub cpu_user_s: f64,
}

/// Forty random hexadecimal digits.
pub fn random_id(rng: &mut Rng) -> String {
    (0..40).map(|_| char::from(b"0123456789abcdef"[rng.below(16) as usize])).collect()
}

impl Server {
    /// Another identity for this run (DEBUG CHANGE-REPL-ID).
    pub fn new_run_id(&mut self) {
        self.run_id = random_id(&mut self.rng);
    }

    /// Whether a pause is in force.
    pub fn paused(&self) -> bool {
        self.pause.until > self.now
    }

    /// Takes a client that leaves out of every registry.
    pub fn forget(&mut self, session: &mut Session) {
        if let Some(blocked) = session.blocked.take() {
            self.blocking.remove(session.id, session.db, &blocked);
        }
        if session.postponed {
            self.holds.forget_writer(session.id);
        }
        session.forget_watched(&mut self.watch);
        self.pubsub.remove(session);
        session.subscriptions = None;
        self.monitors.retain(|monitor| *monitor != session.id);
    }

    /// Tells the host that `client` has output, once per announcement.
    pub fn tell_news(&mut self, client: ClientId) {
        self.news.push(client);
    }
}
