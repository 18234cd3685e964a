//! A command that runs away from the engine: on whatever thread the host likes, on shares of the values it reads. The
//! command's own handler runs there; there is no second way to do anything.
//!
//! What a job may not do is what its handler's `Ctx` would let it do to others: only commands that read and answer, and
//! that read nothing but the keys they name, are sent away.

use crate::ctx::Ctx;
use crate::engine::{Engine, Options};
use crate::keyspace::Owned;
use crate::resp::Reply;
use crate::session::{ClientId, Peer, SavedCommand, Session};
use crate::time::Timestamp;
use crate::value::Thresholds;

/// See the module.
#[derive(Clone, Debug)]
pub struct Job {
    pub(crate) client: ClientId,
    pub(crate) command: SavedCommand,
    pub(crate) resp3: bool,
    pub(crate) units: u64,
    /// The keys it reads that exist, with their values.
    pub(crate) values: Vec<(Box<[u8]>, Owned)>,
    pub(crate) thresholds: Thresholds,
    pub(crate) proto_max_bulk_len: i64,
    pub(crate) rdb_compression: bool,
    pub(crate) clock: Option<fn() -> u64>,
}

/// What came of a job.
#[derive(Clone, Debug)]
pub struct Done {
    pub(crate) client: ClientId,
    pub(crate) command: SavedCommand,
    pub(crate) reply: Vec<u8>,
    /// The first word of the error it answered.
    pub(crate) failure: Option<Box<str>>,
    pub(crate) units: u64,
    pub(crate) nanoseconds: u64,
}

/// A place to run jobs: an engine without clients, empty but for the values of the job that runs. Making one costs some
/// microseconds, so a thread keeps its own.
#[derive(Debug)]
pub struct Helper {
    engine: Engine,
}

impl Job {
    /// Runs the command. Takes as long as it would have held up the engine.
    pub fn run(self, helper: &mut Helper) -> Done {
        let clock = || self.clock.map_or(0, |clock| clock());
        let begun = clock();
        let engine = &mut helper.engine;
        engine.server.config.thresholds = self.thresholds;
        engine.server.config.proto_max_bulk_len = self.proto_max_bulk_len;
        engine.server.config.rdb_compression = self.rdb_compression;
        for (key, value) in self.values {
            engine.keys.store(0, &key, value, None);
        }
        let entry = engine.server.table.entry(self.command.id);
        let mut session = Session::new(self.client, Peer::default(), engine.server.now, true);
        session.resp3 = self.resp3;
        let mut reply = Vec::new();
        let mut ctx = Ctx {
            keys: &mut engine.keys,
            session: &mut session,
            clients: &mut engine.clients,
            server: &mut engine.server,
            out: Reply::new(&mut reply, self.resp3),
            units: 1,
            in_exec: false,
            wait: None,
            run_queued: None,
            name: &entry.full_name,
        };
        let outcome = (entry.spec.handler)(&mut ctx, self.command.args());
        let units = ctx.units;
        let failure = outcome.err().map(|error| {
            reply.clear();
            Reply::new(&mut reply, self.resp3).error(&error);
            error.code().into()
        });
        // Here, values that nobody else holds any more are taken apart.
        engine.keys.flush();
        let nanoseconds = clock().saturating_sub(begun);
        Done { client: self.client, command: self.command, reply, failure, units, nanoseconds }
    }

    /// Whose command it is.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// Elements it is going to visit, about.
    pub fn units(&self) -> u64 {
        self.units
    }
}

impl Helper {
    /// One for any number of jobs.
    pub fn new() -> Self {
        let options = Options { databases: 1, ..Options::default() };
        Helper { engine: Engine::new(Timestamp::default(), options) }
    }
}

impl Default for Helper {
    fn default() -> Self {
        Self::new()
    }
}
