//! Heavy reading leaves the engine's thread: a command whose estimate is large enough becomes a [`Job`] on shares of the
//! values it reads, and its client is away until the job is done. Everybody else goes on meanwhile.
//!
//! To clients it is the command it always was. Its keys are read when it starts, with all that reading means (uses,
//! hits and misses, keys that expire, MONITOR), its reply comes in its place of the pipeline, and its time counts.
//! A transaction's commands never leave: nobody may come between them.
//!
//! Writers of a key that a job reads wait (`holds`). Who waits is told by the table: commands that read a value and
//! change it. What replaces or drops a value as a whole only drops a share.

use crate::command::{Access, CommandId, Flags, Spec, keys};
use crate::dispatch::finish_reply;
use crate::engine::{Engine, Output};
use crate::job::{Done, Job};
use crate::keyspace::ValueRef;
use crate::observer::{EventKind, Observer};
use crate::resp::Args;
use crate::session::{Ending, SavedCommand, Session};

/// Whether this build can send commands away at all.
pub(crate) const ENABLED: bool = cfg!(feature = "jobs");

impl<O: Observer> Engine<O> {
    /// Whether the command is worth sending away, and is. O(1) for most commands; where nothing is sent away, one
    /// comparison.
    #[inline]
    pub(crate) fn is_sent_away(
        &mut self,
        session: &mut Session,
        id: CommandId,
        args: Args<'_>,
    ) -> bool {
        ENABLED && self.server.config.offload_units != 0 && self.send_away(session, id, args)
    }

    #[cold]
    #[inline(never)]
    fn send_away(&mut self, session: &mut Session, id: CommandId, args: Args<'_>) -> bool {
        let spec = self.server.table.spec(id);
        let Some(estimate) = spec.estimate else { return false };
        let db = session.db;
        self.keys.select(db);
        let units = estimate(&self.keys, args);
        if units < self.server.config.offload_units {
            return false;
        }
        let names = keys::keys_of(spec, args);
        let names = || names.iter().map(|key| args.at(key.index));
        if names().any(|name| self.server.holds.is_wanted(db, name)) {
            return false;
        }
        self.begin_command(session, id, args);
        let mut values = Vec::new();
        let mut held = Vec::new();
        for name in names() {
            if self.keys.read(name).is_none() {
                continue;
            }
            let Some((value, _)) = self.keys.copy_of(name) else { continue };
            if value.is_shareable() {
                held.push(name.into());
            }
            values.push((name.into(), value));
        }
        self.emit(EventKind::Away { client: session.id, units, held: held.len() });
        self.server.holds.hold(session.id, db, held);
        self.server.stats.offloaded_jobs += 1;
        session.away = true;
        self.outbox.push_back(Output::Job(Box::new(Job {
            client: session.id,
            command: SavedCommand::new(id, args),
            resp3: session.resp3,
            units,
            values,
            thresholds: self.server.config.thresholds.clone(),
            rdb_compression: self.server.config.rdb_compression,
            proto_max_bulk_len: self.server.config.proto_max_bulk_len,
            clock: self.options.clock,
        })));
        if self.keys.has_log() {
            self.settle(session, args, false);
        }
        self.show_monitors(session, id, args);
        true
    }

    /// Answers a client whose job is done, if it is still there, and lets the writers go on that waited for it.
    pub(crate) fn take_back(&mut self, done: Done) {
        let Done { client, command, mut reply, failure, units, nanoseconds } = done;
        // Whoever goes to the front last is the first.
        for writer in self.server.holds.release(client).into_iter().rev() {
            if let Some(session) = self.clients.get_mut(writer) {
                session.postponed = false;
            }
            self.make_ready_first(writer);
        }
        let Some((slot, mut session)) = self.clients.take(client) else { return };
        session.away = false;
        if session.ending != Ending::Now {
            let entry = self.server.table.entry(command.id);
            if let Some(code) = &failure {
                self.server.stats.command(command.id).failed += 1;
                self.server.stats.error(code);
            }
            self.note_time(&session, command.id, command.args(), nanoseconds);
            self.emit(EventKind::CommandEnded {
                client,
                name: &entry.full_name,
                units,
                cost_ns: self.options.pace.cost_ns(units),
                busy_until: self.server.busy_until,
                reply: &reply,
                failed: failure.is_some(),
            });
            let mut output = std::mem::take(&mut session.output);
            let mark = output.len();
            if output.is_empty() {
                output = reply;
            } else {
                output.append(&mut reply);
            }
            finish_reply(&mut session, &mut output, mark);
            session.output = output;
        }
        self.note_news(&mut session);
        self.clients.put_back(slot, session);
        self.make_ready_if_input(client);
    }

    /// Whether the command, or a queued one that it runs, would change a value that a job reads; the client waits then.
    /// (A SELECT among queued commands is not followed: behind it, a write copies.)
    #[cold]
    #[inline(never)]
    pub(crate) fn awaits_jobs(&mut self, session: &Session, spec: &Spec, args: Args<'_>) -> bool {
        let mut awaited = Vec::new();
        self.keys.select(session.db);
        self.add_held(session, spec, args, &mut awaited);
        if spec.flags.has(Flags::RUNS_QUEUED)
            && let Some(multi) = &session.multi
        {
            for queued in &multi.commands {
                let spec = self.server.table.spec(queued.id);
                self.add_held(session, spec, queued.args(), &mut awaited);
            }
        }
        if awaited.is_empty() {
            return false;
        }
        self.server.holds.wait(session.id, session.db, awaited);
        self.server.stats.offload_postponed_writes += 1;
        true
    }

    /// Adds the keys that a command changes in place and whose values a job holds, not only their names.
    fn add_held(
        &self,
        session: &Session,
        spec: &Spec,
        args: Args<'_>,
        awaited: &mut Vec<Box<[u8]>>,
    ) {
        if !spec.flags.has(Flags::WRITE) {
            return;
        }
        for key in keys::keys_of(spec, args) {
            let name = args.at(key.index);
            let held = key.access.0 & Access::RW.0 != 0
                && self.server.holds.is_held(session.db, name)
                && matches!(self.keys.look(name), Some(ValueRef::Object(it)) if it.is_shared());
            if held {
                awaited.push(name.into());
            }
        }
    }
}
