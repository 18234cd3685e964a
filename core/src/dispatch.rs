//! The path of a command: its client's input → request → `admit` (a flat list of checks) → handler → `settle`.

use crate::blocking::Wait;
use crate::command::{CommandId, Flags, Spec, TableEntry, secrets};
use crate::config::DebugCommand;
use crate::ctx::Ctx;
use crate::engine::Engine;
use crate::error::Error;
use crate::limits;
use crate::migration::Migrated;
use crate::observer::{EventKind, Observer};
use crate::offload;
use crate::queue::Task;
use crate::resp::{Args, Parsed, Reply, RequestLimits};
use crate::server::HostRequest;
use crate::session::{
    Blocked, ClientId, DeniedReply, Ending, Multi, ReplyMode, SavedCommand, Session,
};
use crate::stopwatch::{FINE_THRESHOLD_US, HEAVY_BYTES, HEAVY_UNITS};
use crate::time::Timestamp;

/// What becomes of a request.
enum Verdict {
    /// It runs.
    Run(CommandId),
    /// MULTI keeps it for EXEC.
    Queue(CommandId),
    /// CLIENT PAUSE holds the client back; the request is read again later.
    Postpone,
    /// The same, and it is a job that holds it back.
    AwaitJobs,
}

/// What a command's run led to.
enum Ran {
    /// A reply, or an error.
    Done,
    /// The client waits.
    Waits(Wait),
}

impl<O: Observer> Engine<O> {
    /// Runs commands of a client's input: so many, up to its quantum, or the end of what is whole. False: there was nothing
    /// to run, so no task was.
    pub(crate) fn run_client(&mut self, id: ClientId, commands: usize) -> bool {
        let Some((slot, mut session)) = self.clients.take(id) else { return false };
        session.ready = false;
        let high = session.output_bytes() > limits::OUTPUT_HIGH_WATER;
        if high || session.is_held_up() || session.ending != Ending::Open {
            self.clients.put_back(slot, session);
            return false;
        }
        self.begin(Task::Readable(id));
        let input = std::mem::take(&mut session.input);
        let mut output = std::mem::take(&mut session.output);
        let mut spans = std::mem::take(&mut self.spans);
        let mut left = commands;
        self.stopwatch.start();
        let goes_on = loop {
            let before = session.parser.consumed();
            let limits = RequestLimits {
                bulk_max: self.server.config.proto_max_bulk_len,
                authenticated: session.authenticated,
            };
            let parsed = session.parser.next(&input, &mut spans, limits);
            let done = match parsed {
                Ok(Parsed::Command) => {
                    self.request(&mut session, &mut output, Args::new(&input, &spans))
                }
                Ok(Parsed::Inline(text)) => {
                    self.request(&mut session, &mut output, Args::new(&text, &spans))
                }
                Ok(Parsed::Incomplete) => break false,
                Err(text) => {
                    self.refuse_protocol(&mut session, &mut output, &text);
                    break false;
                }
            };
            if !done {
                session.parser.rewind(before);
                session.postponed = true;
                self.emit(EventKind::Postponed { client: id });
                break false;
            }
            let used = session.parser.consumed() - before;
            session.quantum = session.quantum.saturating_sub(used);
            left -= 1;
            if session.ending != Ending::Open || session.blocked.is_some() || session.away {
                break false;
            }
            let yields = left == 0
                || session.quantum == 0
                || self.server.blocking.has_ready()
                || self.server.busy_until > self.server.now
                || output.len() > limits::OUTPUT_HIGH_WATER;
            if yields {
                break session.parser.consumed() < input.len();
            }
        };
        if let Some((command, nanoseconds)) = self.stopwatch.stop() {
            self.server.stats.command(command).nanoseconds += nanoseconds;
        }
        session.input = input;
        session.output = output;
        self.spans = spans;
        drop_consumed(&mut session);
        if goes_on {
            session.ready = true;
            if session.quantum > 0 {
                self.queue.push_front(id);
            } else {
                session.quantum = limits::READ_QUANTUM;
                self.queue.push_back(id);
            }
        }
        self.note_news(&mut session);
        self.clients.put_back(slot, session);
        true
    }

    /// The next waiter whose key holds what it waits for.
    pub(crate) fn next_waiter(&mut self) -> Option<ClientId> {
        while let Some(ready) = self.server.blocking.next_ready() {
            let waits = self.clients.get(ready.client).and_then(|waiter| waiter.blocked.as_ref());
            self.keys.select(ready.db);
            match self.keys.peek(ready.key) {
                None if waits.is_some_and(|waits| waits.on_loss) => return Some(ready.client),
                None => self.server.blocking.exhausted(),
                Some(value) if waits.is_some_and(|it| it.on_loss || it.kind == value.kind()) => {
                    return Some(ready.client);
                }
                Some(_) => self.server.blocking.tried(),
            }
        }
        None
    }

    /// Runs a woken client's command again. It stays in line if it is still not satisfied.
    pub(crate) fn serve(&mut self, client: ClientId) {
        let Some((slot, mut session)) = self.clients.take(client) else { return };
        if let Some(mut blocked) = session.blocked.take() {
            if O::ENABLED {
                let key = self.server.blocking.ready().next().map(|ready| Box::from(ready.key));
                self.emit(EventKind::Woken { client, key: key.as_deref().unwrap_or_default() });
            }
            self.server.blocking.tried();
            let mut output = std::mem::take(&mut session.output);
            let mark = output.len();
            let args = blocked.command.args();
            let ran = self.call(&mut session, &mut output, blocked.command.id, args, false);
            finish_reply(&mut session, &mut output, mark);
            session.output = output;
            match ran {
                Ran::Waits(wait) => {
                    self.server.blocking.put_off(client, &mut blocked, wait.again);
                    session.blocked = Some(blocked);
                }
                Ran::Done => self.unblocked(&mut session, &blocked, false),
            }
        }
        let wants_turn = session.blocked.is_none();
        self.note_news(&mut session);
        self.clients.put_back(slot, session);
        if wants_turn {
            self.make_ready_if_input(client);
        }
        self.settle_unblocks();
    }

    /// Has a client's MIGRATE go on with what came of it. Nothing happens if it does not wait for that any more.
    pub(crate) fn take_back_migration(&mut self, back: Box<Migrated>) {
        let (client, since) = (back.migration.client, back.migration.since);
        let waits = self.clients.get(client).and_then(|session| session.blocked.as_ref());
        if waits.is_some_and(|it| it.since == since && it.if_over == DeniedReply::NotMigrated) {
            self.server.migrated = Some(back);
            self.serve(client);
        }
    }

    /// Answers the clients whose wait is over, and has those that asked for it tried again; how many.
    pub(crate) fn time_out_blocked(&mut self) -> usize {
        let now = self.server.now;
        let mut handled = 0;
        while handled < limits::TIMER_BATCH {
            let Some(client) = self.server.blocking.next_stirred(now) else { break };
            let session = self.clients.get_mut(client);
            match session.and_then(|session| Some((session.db, session.blocked.as_mut()?))) {
                Some((db, blocked)) if blocked.deadline > now => {
                    self.server.blocking.put_off(client, blocked, Timestamp::NEVER);
                    blocked.keys.iter().for_each(|key| self.server.blocking.wake(db, key));
                }
                _ => self.give_up(client, None),
            }
            handled += 1;
        }
        handled
    }

    /// Ends a client's wait with its timeout reply, or with `error`.
    pub(crate) fn give_up(&mut self, client: ClientId, error: Option<&Error>) {
        let Some((slot, mut session)) = self.clients.take(client) else { return };
        if let Some(blocked) = session.blocked.take() {
            let resp3 = session.resp3;
            let mut out = Reply::new(&mut session.output, resp3);
            match error {
                Some(error) => {
                    out.error(error);
                    self.server.stats.error(&error.code());
                }
                None => write_over(&mut out, blocked.if_over),
            }
            self.unblocked(&mut session, &blocked, true);
        }
        self.note_news(&mut session);
        self.clients.put_back(slot, session);
        self.make_ready_if_input(client);
    }

    /// Whether a command did enough for its time to be looked at by itself.
    #[inline]
    fn is_heavy(&self, units: u64, args: Args<'_>, reply_bytes: usize, busy: Timestamp) -> bool {
        units > HEAVY_UNITS
            || reply_bytes.max(args.extent()) > HEAVY_BYTES
            || self.server.busy_until != busy
            || (0..FINE_THRESHOLD_US).contains(&self.server.config.slowlog_slower_than_us)
    }

    /// Counts a heavy command's time, and keeps the command if it was slow. `busy`: until when the loop stood still
    /// before it; what it added, by its modelled cost or DEBUG SLEEP, counts as its time.
    #[cold]
    fn note_heavy(&mut self, session: &Session, id: CommandId, args: Args<'_>, busy: Timestamp) {
        let stood_still_us = self.server.busy_until.micros_since(busy.max(self.server.now));
        let nanoseconds = self.stopwatch.lap() + stood_still_us * 1000;
        self.note_time(session, id, args, nanoseconds);
    }

    /// Counts a command's time, and keeps the command if it was slow.
    pub(crate) fn note_time(
        &mut self,
        session: &Session,
        id: CommandId,
        args: Args<'_>,
        nanoseconds: u64,
    ) {
        self.server.stats.command(id).nanoseconds += nanoseconds;
        let slow = self.server.config.slowlog_slower_than_us;
        let micros = nanoseconds / 1000;
        let spec = self.server.table.spec(id);
        if slow >= 0 && micros >= slow as u64 && !spec.flags.has(Flags::SKIP_SLOWLOG) {
            let most = self.server.config.slowlog_max_len;
            self.server.slowlog.add(session, spec, args, self.server.now, micros, most);
        }
    }

    /// One request. False: the client is held back and the request is to be read again later.
    #[inline]
    fn request(&mut self, session: &mut Session, output: &mut Vec<u8>, args: Args<'_>) -> bool {
        let mark = output.len();
        match self.admit(session, args) {
            Ok(Verdict::Run(id)) => {
                if self.is_sent_away(session, id, args) {
                    return true;
                }
                let ran = self.call(session, output, id, args, false);
                self.show_monitors(session, id, args);
                if let Ran::Waits(wait) = ran {
                    self.block(session, id, args, wait);
                }
            }
            Ok(Verdict::Queue(id)) => self.enqueue(session, output, id, args),
            Ok(Verdict::Postpone) => {
                self.postponed.push(session.id);
                return false;
            }
            Ok(Verdict::AwaitJobs) => return false,
            Err(_) if is_http(args.at(0)) => self.hang_up_on_browser(session),
            Err(error) => {
                self.emit(EventKind::CommandRefused { client: session.id, name: args.at(0) });
                self.refuse(session, output, args, &error);
            }
        }
        finish_reply(session, output, mark);
        if !self.server.unblock.is_empty() {
            self.settle_unblocks();
        }
        true
    }

    /// The checks before a command runs, in Redis' order.
    #[inline]
    fn admit(&mut self, session: &mut Session, args: Args<'_>) -> Result<Verdict, Error> {
        let id = match self.server.table.lookup_after(session.last_command, args) {
            Ok(id) => id,
            Err(_) if !session.authenticated => return Err(Error::NO_AUTH),
            Err(error) => return Err(error),
        };
        let spec = self.server.table.spec(id);
        if !session.authenticated && !spec.flags.has(Flags::NO_AUTH) {
            self.server.stats.command(id).rejected += 1;
            return Err(Error::NO_AUTH);
        }
        if !spec.accepts(args.len()) {
            self.server.stats.command(id).rejected += 1;
            return Err(Error::arity(&self.server.table.entry(id).full_name));
        }
        let refusal = if spec.flags.has(Flags::GUARDED) && !self.debug_allowed(session) {
            Some(Error::DEBUG_NOT_ALLOWED)
        } else if self.is_over_memory()
            && let Err(error) = self.make_room(session, spec)
        {
            Some(error)
        } else if session.multi.is_some() && spec.flags.has(Flags::NO_MULTI) {
            Some(Error::not_in_multi(&self.server.table.entry(id).full_name))
        } else if session.in_subscribed_mode() && !spec.flags.has(Flags::IN_SUBSCRIBED) {
            Some(Error::only_subscribed(&self.server.table.entry(id).full_name))
        } else if session.monitor && spec.flags.has(Flags::READONLY.and(Flags::WRITE)) {
            Some(Error::MONITORS)
        } else {
            None
        };
        if let Some(error) = refusal {
            self.server.stats.command(id).rejected += 1;
            return Err(error);
        }
        if self.server.paused() && self.held_by_pause(session, spec) {
            return Ok(Verdict::Postpone);
        }
        if session.multi.is_some() && !spec.flags.has(Flags::IN_MULTI) {
            return Ok(Verdict::Queue(id));
        }
        if offload::ENABLED && self.server.holds.any() && self.awaits_jobs(session, spec, args) {
            return Ok(Verdict::AwaitJobs);
        }
        Ok(Verdict::Run(id))
    }

    fn debug_allowed(&self, session: &Session) -> bool {
        match self.server.config.enable_debug_command {
            DebugCommand::No => false,
            DebugCommand::Local => session.peer.loopback || session.peer.unix,
            DebugCommand::Yes => true,
        }
    }

    /// A pause for writes holds EXEC back too when its transaction writes.
    fn held_by_pause(&self, session: &Session, spec: &Spec) -> bool {
        let writes = Flags::WRITE.and(Flags::MAY_REPLICATE);
        let queued_write = spec.flags.has(Flags::RUNS_QUEUED)
            && session.multi.as_ref().is_some_and(|multi| {
                multi
                    .commands
                    .iter()
                    .any(|command| self.server.table.spec(command.id).flags.has(writes))
            });
        self.server.pause.all || spec.flags.has(writes) || queued_write
    }

    /// Runs a command's handler, writes its reply or error, and settles what it did.
    #[inline]
    fn call(
        &mut self,
        session: &mut Session,
        output: &mut Vec<u8>,
        id: CommandId,
        args: Args<'_>,
        in_exec: bool,
    ) -> Ran {
        let entry = self.begin_command(session, id, args);
        let spec = entry.spec;
        let busy = self.server.busy_until;
        let dirty = self.server.effects.dirty;
        let mark = output.len();
        let resp3 = session.resp3;
        let mut ctx = Ctx {
            keys: &mut self.keys,
            session,
            clients: &mut self.clients,
            server: &mut self.server,
            out: Reply::new(output, resp3),
            units: 1,
            in_exec,
            wait: None,
            run_queued: None,
            name: &entry.full_name,
        };
        let outcome = (spec.handler)(&mut ctx, args);
        let Ctx { units, wait, run_queued, .. } = ctx;
        let failed = outcome.is_err();
        if let Err(error) = outcome {
            output.truncate(mark);
            Reply::new(output, session.resp3).error(&error);
            self.server.stats.command(id).failed += 1;
            self.server.stats.error(&error.code());
        }
        if let Some(queued) = run_queued {
            self.run_queued(session, output, &queued);
            session.last_command = Some(id);
        }
        self.spend(units, spec);
        if self.is_heavy(units, args, output.len() - mark, busy) {
            self.note_heavy(session, id, args, busy);
        }
        if O::ENABLED {
            let cost_ns = self.options.pace.cost_ns(units);
            self.emit(EventKind::CommandEnded {
                client: session.id,
                name: &entry.full_name,
                units,
                cost_ns,
                busy_until: self.server.busy_until,
                reply: &output[mark..],
                failed,
            });
        }
        let wrote = self.server.effects.dirty != dirty;
        let streams = wrote && self.server.effects.streaming;
        if streams || self.keys.has_log() || self.server.effects.has_news() {
            self.settle(session, args, wrote);
        }
        match wait {
            None => Ran::Done,
            Some(wait) if in_exec => {
                write_denied(&mut Reply::new(output, session.resp3), wait.if_denied);
                Ran::Done
            }
            Some(wait) => Ran::Waits(wait),
        }
    }

    /// What comes before any command, wherever it runs.
    #[inline(always)]
    pub(crate) fn begin_command(
        &mut self,
        session: &mut Session,
        id: CommandId,
        args: Args<'_>,
    ) -> &'static TableEntry {
        let table = self.server.table;
        let entry = table.entry(id);
        session.last_command = Some(id);
        session.commands_total += 1;
        self.server.stats.commands += 1;
        self.server.stats.command(id).calls += 1;
        if let Some((ran, nanoseconds)) = self.stopwatch.begin(id) {
            self.server.stats.command(ran).nanoseconds += nanoseconds;
        }
        if O::ENABLED {
            let shown = secrets::shown(entry.spec, args);
            self.emit(EventKind::CommandStarted {
                client: session.id,
                name: &entry.full_name,
                args: shown,
            });
        }
        self.keys.select(session.db);
        self.keys.no_touch = session.no_touch;
        self.server.effects.watched = O::ENABLED
            || self.server.config.notify.0 != 0
            || !self.server.watch.is_empty()
            || !self.server.blocking.is_empty();
        entry
    }

    /// EXEC's commands, one after the other with nobody in between.
    fn run_queued(&mut self, session: &mut Session, output: &mut Vec<u8>, multi: &Multi) {
        Reply::new(output, session.resp3).array(multi.commands.len());
        self.depth += 1;
        self.begin_stream_transaction();
        for command in &multi.commands {
            // A queued RESET or CLIENT KILL may end it all.
            self.call(session, output, command.id, command.args(), true);
            self.show_monitors(session, command.id, command.args());
        }
        self.end_stream_transaction();
        self.depth -= 1;
    }

    /// MULTI keeps the command for EXEC.
    fn enqueue(
        &mut self,
        session: &mut Session,
        output: &mut Vec<u8>,
        id: CommandId,
        args: Args<'_>,
    ) {
        let Some(multi) = &mut session.multi else { return };
        multi.commands.push(SavedCommand::new(id, args));
        let length = multi.commands.len();
        Reply::new(output, session.resp3).simple("QUEUED");
        if O::ENABLED {
            let entry = self.server.table.entry(id);
            let shown = secrets::shown(entry.spec, args);
            self.emit(EventKind::CommandQueued {
                client: session.id,
                name: &entry.full_name,
                args: shown,
                length,
            });
        }
    }

    /// A request that does not run. Within MULTI it spoils the transaction.
    #[cold]
    fn refuse(
        &mut self,
        session: &mut Session,
        output: &mut Vec<u8>,
        args: Args<'_>,
        error: &Error,
    ) {
        let runs_queued = self
            .server
            .table
            .by_name(args.at(0))
            .is_some_and(|id| self.server.table.spec(id).flags.has(Flags::RUNS_QUEUED));
        if runs_queued {
            // The transaction ends here, and the error says so.
            let error = Error::discarded_because(error);
            Reply::new(output, session.resp3).error(&error);
            self.server.stats.error(&error.code());
            session.multi = None;
            session.forget_watched(&mut self.server.watch);
            return;
        }
        Reply::new(output, session.resp3).error(error);
        self.server.stats.error(&error.code());
        if let Some(multi) = &mut session.multi {
            multi.broken = true;
        }
    }

    /// A web page can make a browser send what it likes to a port: it gets no second line.
    #[cold]
    fn hang_up_on_browser(&mut self, session: &mut Session) {
        session.end(Ending::Now);
        self.server.requests.push(HostRequest::Log(format!(
            "Closing client that speaks HTTP, perhaps a browser misled into it: id={} addr={}",
            session.id.0, session.peer.addr
        )));
    }

    #[cold]
    fn refuse_protocol(&mut self, session: &mut Session, output: &mut Vec<u8>, text: &str) {
        let error = Error::Text(format!("ERR {text}").into());
        Reply::new(output, session.resp3).error(&error);
        self.server.stats.error("ERR");
        session.end(Ending::AfterReplies);
    }

    /// The client waits from now on.
    fn block(&mut self, session: &mut Session, id: CommandId, args: Args<'_>, wait: Wait) {
        let blocked = Box::new(Blocked {
            command: match wait.command {
                Some(words) => SavedCommand::of_words(id, &words),
                None => SavedCommand::new(id, args),
            },
            keys: wait.keys,
            kind: wait.kind,
            on_loss: wait.on_loss,
            deadline: wait.deadline,
            again: wait.again,
            since: self.server.now,
            if_over: wait.if_denied,
        });
        self.server.blocking.add(session.id, session.db, &blocked);
        self.emit(EventKind::Blocked {
            client: session.id,
            keys: &blocked.keys,
            deadline: blocked.deadline,
        });
        session.blocked = Some(blocked);
    }

    /// The client waits no longer.
    fn unblocked(&mut self, session: &mut Session, blocked: &Blocked, timed_out: bool) {
        self.server.blocking.remove(session.id, session.db, blocked);
        self.emit(EventKind::Unblocked { client: session.id, timed_out });
    }

    /// CLIENT UNBLOCK takes effect once its own command is done.
    fn settle_unblocks(&mut self) {
        for (client, is_error) in std::mem::take(&mut self.server.unblock) {
            self.give_up(client, is_error.then_some(&Error::UNBLOCKED));
        }
    }

    pub(crate) fn make_ready_if_input(&mut self, client: ClientId) {
        if self.clients.get(client).is_some_and(|session| !session.input.is_empty()) {
            self.make_ready(client);
        }
    }

    /// The modelled clock stands still for the host until the command's cost is paid.
    #[inline]
    fn spend(&mut self, units: u64, spec: &Spec) {
        let cost_ns = self.options.pace.cost_ns(units);
        if cost_ns > 0 && !spec.flags.has(Flags::NO_COST) {
            let from = self.server.busy_until.max(self.server.now);
            // Costs are counted in whole microseconds, at least one.
            self.server.busy_until = from.plus_micros(cost_ns.div_ceil(1000));
        }
    }

    /// Notes that a client has replies for the host.
    #[inline]
    pub(crate) fn note_news(&mut self, session: &mut Session) {
        if !session.has_news && (!session.output.is_empty() || session.ending != Ending::Open) {
            session.has_news = true;
            self.server.news.push(session.id);
        }
    }
}

/// What follows a command's reply: replies the client does not want are taken back, messages to itself are appended.
#[inline]
pub(crate) fn finish_reply(session: &mut Session, output: &mut Vec<u8>, mark: usize) {
    match session.reply_mode {
        ReplyMode::On => {}
        ReplyMode::Off => output.truncate(mark),
        ReplyMode::SkipNext => {
            output.truncate(mark);
            session.reply_mode = ReplyMode::Skipping;
        }
        ReplyMode::Skipping => {
            output.truncate(mark);
            session.reply_mode = ReplyMode::On;
        }
    }
    if !session.own_pushes.is_empty() {
        output.append(&mut session.own_pushes);
    }
}

/// Drops the input that has been used up: all of it at once, or a long part.
#[inline]
fn drop_consumed(session: &mut Session) {
    let consumed = session.parser.consumed();
    if consumed == session.input.len() {
        session.parser.take_consumed();
        session.input.clear();
        if session.input.capacity() > limits::IDLE_BUFFER_KEEP {
            session.input = Vec::new();
        }
    } else if consumed >= limits::CONSUMED_DROP_MIN {
        session.parser.take_consumed();
        session.input.drain(..consumed);
    }
}

fn write_denied(out: &mut Reply<'_>, reply: DeniedReply) {
    match reply {
        DeniedReply::NullArray => out.null_array(),
        DeniedReply::Null => out.null(),
        DeniedReply::Nobody => out.integer(0),
        DeniedReply::NobodyTwice => {
            out.array(2);
            out.integer(0);
            out.integer(0);
        }
        DeniedReply::NotMigrated => out.error(&Error::MIGRATION_UNANSWERED),
    }
}

fn write_over(out: &mut Reply<'_>, reply: DeniedReply) {
    match reply {
        DeniedReply::Null => out.null_array(),
        reply => write_denied(out, reply),
    }
}

/// Whether a command's name is how an HTTP request or its header begins.
fn is_http(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"POST") || name.eq_ignore_ascii_case(b"Host:")
}
