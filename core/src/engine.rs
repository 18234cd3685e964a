//! The engine: three verbs. Nothing enters but by [`Engine::feed`], happens but in [`Engine::turn`], leaves but by
//! [`Engine::take_output`].
//!
//! A host feeds what arrived, turns until idle, drains the output, and sleeps until input comes or the time that
//! [`Turn::Idle`] names. Time and chance enter as arguments, so the same inputs give the same bytes, always.
//!
//! Left out: how a command runs (`dispatch`), what follows from it (`settle`).

use crate::command::CommandTable;
use crate::config::{Config, HostSettings};
use crate::ds::dict::HashKey;
use crate::job::{Done, Job};
use crate::keyspace::Keyspace;
use crate::limits;
use crate::migration::Migrated;
use crate::observer::{Event, EventKind, Observer, Silent};
use crate::offload;
use crate::queue::{EventQueue, Task, Timer};
use crate::resp::Reply;
use crate::resp::request::Span;
use crate::server::{HostFacts, HostFigures, HostLink, HostRequest, Pause, Server, random_id};
use crate::session::{ClientId, Ending, Peer, Session, Sessions};
use crate::settle::output_limit;
use crate::stats::Stats;
use crate::stopwatch::Stopwatch;
use crate::time::Timestamp;
use crate::util::rng::Rng;
use crate::value::{Object, Thresholds};
use std::collections::VecDeque;

/// What the host decides when it makes an engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything random follows from it.
    pub seed: u64,
    /// Logical databases.
    pub databases: usize,
    /// Commands of one client run by a single turn: 1 to watch, many for speed. The bytes are the same.
    pub commands_per_turn: usize,
    /// What commands cost on the modelled clock.
    pub pace: Pace,
    /// Nanoseconds of some monotonic clock, for commandstats; never seen by a reply otherwise.
    pub clock: Option<fn() -> u64>,
    /// Figures for INFO.
    pub probe: Option<fn() -> HostFigures>,
    /// Facts for INFO.
    pub host: HostFacts,
    /// Elements from which on a command that only reads leaves as an [`Output::Job`], which the host runs; `None`: never.
    /// From then on it is CONFIG's offload-threshold.
    pub offload_units: Option<u64>,
    /// Whether [`Output::Stream`] is wanted.
    pub streaming: bool,
}

/// The modelled cost of commands. Zero: the loop is never busy but for DEBUG SLEEP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Nanoseconds for any command.
    pub command_ns: u64,
    /// Nanoseconds for each element a command visits.
    pub unit_ns: u64,
}

impl Pace {
    /// What a command that visited `units` elements costs.
    #[inline]
    pub fn cost_ns(&self, units: u64) -> u64 {
        self.command_ns.saturating_add(self.unit_ns.saturating_mul(units))
    }
}

/// What enters.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A new connection.
    Connect {
        /// Its number, not in use.
        client: ClientId,
        /// Where from.
        peer: Peer,
    },
    /// Bytes from a connection.
    Bytes {
        /// Whose.
        client: ClientId,
        /// In order.
        bytes: &'a [u8],
    },
    /// A connection is gone; what it had is forgotten.
    Disconnect {
        /// Whose.
        client: ClientId,
    },
    /// So many reply bytes of those the host took have left it.
    Sent {
        /// Whose.
        client: ClientId,
        /// How many.
        bytes: usize,
    },
    /// What a job brought back.
    Done(Box<Done>),
    /// What came of a migration.
    Migrated(Box<Migrated>),
    /// Nothing but the time.
    Wake,
}

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// One task.
    Ran(Task),
    /// Nothing: call again after more input, or at `wake_at`.
    Idle {
        /// When something becomes due, if ever.
        wake_at: Option<Timestamp>,
    },
}

/// What leaves.
#[derive(Clone, Debug)]
pub enum Output {
    /// A client has replies: [`Engine::swap_replies`] takes them.
    Reply(ClientId),
    /// Send what was taken, then close the connection and feed [`Input::Disconnect`].
    Close(ClientId),
    /// The engine asks something of its host.
    Request(HostRequest),
    /// Writes to keep or to send on, as a deterministic stream of RESP requests.
    Stream(Vec<u8>),
    /// A command to be run by [`Job::run`], wherever it holds up nobody. Its client waits for [`Input::Done`].
    Job(Box<Job>),
    /// Big values nobody needs any more: drop them where it holds up nobody.
    Garbage(Vec<Object>),
}

/// The command core. `O` watches it.
///
/// A clone is an independent engine in the same state: fed the same, it does the same, but for what INFO tells of memory,
/// since a copy has no room to spare. It costs a copy of all keys.
#[derive(Clone, Debug)]
pub struct Engine<O: Observer = Silent> {
    pub(crate) keys: Keyspace,
    pub(crate) clients: Sessions,
    pub(crate) server: Server,
    pub(crate) queue: EventQueue,
    pub(crate) observer: O,
    pub(crate) options: Options,
    pub(crate) outbox: VecDeque<Output>,
    pub(crate) postponed: Vec<ClientId>,
    pub(crate) done: VecDeque<Box<Done>>,
    pub(crate) migrated: VecDeque<Box<Migrated>>,
    pub(crate) next_clients_check: Timestamp,
    pub(crate) timers_ran: u8,
    pub(crate) spans: Vec<Span>,
    pub(crate) seq: u64,
    pub(crate) depth: u8,
    pub(crate) stream_db: Option<usize>,
    pub(crate) stopwatch: Stopwatch,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 0,
            databases: limits::DATABASES,
            commands_per_turn: 1,
            pace: Pace::default(),
            clock: None,
            probe: None,
            host: HostFacts::default(),
            offload_units: None,
            streaming: false,
        }
    }
}

impl Engine<Silent> {
    /// An engine nobody watches.
    pub fn new(now: Timestamp, options: Options) -> Self {
        Engine::with_observer(now, options, Silent)
    }
}

impl<O: Observer> Engine<O> {
    /// An engine that tells `observer` what it does.
    pub fn with_observer(now: Timestamp, options: Options, observer: O) -> Self {
        let mut rng = Rng::new(options.seed);
        let hash_key = HashKey(rng.next_u64(), rng.next_u64());
        let run_id = random_id(&mut rng);
        let table = CommandTable::shared();
        let stats = Stats::new(table.len());
        let mut keys = Keyspace::new(options.databases, hash_key, rng.next_u64());
        keys.set_now(now);
        let mut config = Config::new(Thresholds::new(hash_key));
        config.note_databases(options.databases);
        config.offload_units = options.offload_units.unwrap_or(0);
        let server = Server {
            now,
            started: now,
            run_id,
            rng,
            config,
            table,
            stats,
            slowlog: Default::default(),
            pubsub: Default::default(),
            watch: Default::default(),
            blocking: Default::default(),
            holds: Default::default(),
            effects: Default::default(),
            eviction: Default::default(),
            memory_peak: 0,
            pause: Pause::default(),
            monitors: Vec::new(),
            news: Vec::new(),
            over_soft_limit: 0,
            unblock: Vec::new(),
            requests: Vec::new(),
            migrated: None,
            host: options.host.clone(),
            probe: options.probe,
            host_settings: HostLink::default(),
            busy_until: Timestamp::default(),
            vector_sets: 0,
            last_save_s: now.seconds(),
        };
        let stopwatch = Stopwatch::new(options.clock);
        let mut engine = Engine {
            keys,
            clients: Sessions::default(),
            server,
            queue: EventQueue::new(),
            observer,
            options,
            outbox: VecDeque::new(),
            postponed: Vec::new(),
            done: VecDeque::new(),
            migrated: VecDeque::new(),
            next_clients_check: Timestamp::default(),
            timers_ran: 0,
            spans: Vec::new(),
            seq: 0,
            depth: 0,
            stream_db: None,
            stopwatch,
        };
        engine.server.effects.streaming = engine.options.streaming;
        engine.keys.log_fields = engine.options.streaming;
        engine
    }

    /// Takes in what arrived. Only queues: no command runs here. Time never goes back.
    pub fn feed(&mut self, now: Timestamp, input: Input<'_>) {
        if now > self.server.now {
            self.server.now = now;
            self.keys.set_now(now);
        }
        match input {
            Input::Connect { client, peer } => self.connect(client, peer),
            Input::Bytes { client, bytes } => self.receive(client, bytes),
            Input::Disconnect { client } => self.disconnect(client),
            Input::Sent { client, bytes } => self.sent(client, bytes),
            Input::Done(done) => self.done.push_back(done),
            Input::Migrated(back) => self.migrated.push_back(back),
            Input::Wake => {}
        }
    }

    /// Runs exactly one task, if there is one.
    pub fn turn(&mut self) -> Turn {
        self.turn_of(self.options.commands_per_turn)
    }

    /// The same with as many commands of a client in one turn as the caller says: for a host that watches only at times.
    pub fn turn_of(&mut self, commands: usize) -> Turn {
        if self.server.busy_until > self.server.now {
            return self.idle();
        }
        if let Some(client) = self.next_waiter() {
            let task = Task::ServeWaiter(client);
            self.begin(task);
            self.serve(client);
            return Turn::Ran(task);
        }
        if offload::ENABLED
            && let Some(done) = self.done.pop_front()
        {
            let task = Task::TakeBack(done.client);
            self.begin(task);
            self.take_back(*done);
            return Turn::Ran(task);
        }
        if let Some(back) = self.migrated.pop_front() {
            let task = Task::TakeBack(back.migration.client);
            self.begin(task);
            self.take_back_migration(back);
            return Turn::Ran(task);
        }
        let iterations = self.queue.iterations();
        while let Some(client) = self.queue.next_ready() {
            self.note_iteration(iterations);
            if self.run_client(client, commands) {
                return Turn::Ran(Task::Readable(client));
            }
        }
        if let Some(timer) = self.due_timer() {
            self.queue.enter_timers();
            self.note_iteration(iterations);
            let task = Task::Timer(timer);
            self.begin(task);
            self.timers_ran |= timer_bit(timer);
            let handled = self.run_timer(timer);
            self.emit(EventKind::TimerRan { timer, handled });
            return Turn::Ran(task);
        }
        if self.queue.enter_before_sleep() || !self.server.news.is_empty() {
            self.begin(Task::BeforeSleep);
            self.before_sleep();
            self.queue.wrap();
            self.timers_ran = 0;
            return Turn::Ran(Task::BeforeSleep);
        }
        self.idle()
    }

    /// The next thing that leaves, until there is nothing.
    pub fn take_output(&mut self) -> Option<Output> {
        self.outbox.pop_front()
    }

    /// Exchanges a client's replies for `buffer`, which must be empty: its capacity serves the next replies. Report what
    /// was sent with [`Input::Sent`].
    pub fn swap_replies(&mut self, client: ClientId, buffer: &mut Vec<u8>) {
        debug_assert!(buffer.is_empty(), "unsent replies would be mixed up");
        if let Some(session) = self.clients.get_mut(client) {
            std::mem::swap(&mut session.output, buffer);
            session.in_flight += buffer.len();
        }
    }

    /// Runs turns until there is nothing to do; the time to wake up at.
    pub fn run(&mut self) -> Option<Timestamp> {
        loop {
            if let Turn::Idle { wake_at } = self.turn() {
                return wake_at;
            }
        }
    }

    /// The settings, for a host that reads its configuration file. CONFIG SET is the way in while clients are served.
    pub fn config_mut(&mut self) -> &mut Config {
        &mut self.server.config
    }

    /// From now on, CONFIG SET and CONFIG REWRITE ask `host`.
    pub fn set_host_settings(&mut self, host: Box<dyn HostSettings>) {
        self.server.host_settings.0 = Some(host);
    }

    /// Server state: settings, counters, registries.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The clients.
    pub fn clients(&self) -> &Sessions {
        &self.clients
    }

    /// The event queue.
    pub fn queue(&self) -> &EventQueue {
        &self.queue
    }

    /// The keys.
    pub fn keys(&self) -> &Keyspace {
        &self.keys
    }

    /// The keys, to look at them the way OBJECT does; changes made here are announced to nobody.
    pub fn keys_mut(&mut self) -> &mut Keyspace {
        &mut self.keys
    }

    /// The observer.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    fn connect(&mut self, client: ClientId, peer: Peer) {
        let open = self.server.config.requirepass.is_empty();
        let refused = if self.clients.len() >= self.server.config.maxclients {
            self.server.stats.rejected_connections += 1;
            Some(crate::error::Error::MAX_CLIENTS)
        } else if self.server.config.protected_mode && open && !peer.loopback && !peer.unix {
            Some(crate::error::Error::PROTECTED)
        } else {
            None
        };
        let session = Session::new(client, peer, self.server.now, open);
        if !self.clients.insert(session) {
            return;
        }
        // What a host configured before anybody came takes effect now.
        self.server.config.tell(&mut self.keys);
        self.server.stats.connections += 1;
        self.emit(EventKind::Connected { client });
        if let Some(error) = refused
            && let Some(session) = self.clients.get_mut(client)
        {
            Reply::new(&mut session.output, false).error(&error);
            session.end(Ending::AfterReplies);
            self.server.tell_news(client);
        }
    }

    fn receive(&mut self, client: ClientId, bytes: &[u8]) {
        let query_buffer_max = self.server.config.query_buffer_max;
        let Some(session) = self.clients.get_mut(client) else { return };
        if session.ending != Ending::Open {
            return;
        }
        session.bytes_in += bytes.len() as u64;
        session.last_interaction = self.server.now;
        self.server.stats.input_bytes += bytes.len() as u64;
        if session.input.len() + bytes.len() > query_buffer_max {
            session.end(Ending::Now);
            self.server.stats.query_limit_closes += 1;
            self.server.requests.push(HostRequest::Log(format!(
                "Closing client that reached max query buffer length: id={}",
                client.0
            )));
            self.server.tell_news(client);
            return;
        }
        session.input.extend_from_slice(bytes);
        self.emit(EventKind::Arrived { client, bytes: bytes.len() });
        self.make_ready(client);
    }

    fn disconnect(&mut self, client: ClientId) {
        let Some(mut session) = self.clients.remove(client) else { return };
        self.server.forget(&mut session);
        self.postponed.retain(|other| *other != client);
        if session.over_soft_limit_since.is_some() {
            self.server.over_soft_limit -= 1;
        }
        if session.ready {
            self.queue.remove(client);
        }
        self.emit(EventKind::Disconnected { client });
    }

    fn sent(&mut self, client: ClientId, bytes: usize) {
        let now = self.server.now;
        let Some(session) = self.clients.get_mut(client) else { return };
        session.in_flight = session.in_flight.saturating_sub(bytes);
        session.bytes_out += bytes as u64;
        session.last_interaction = now;
        self.server.stats.output_bytes += bytes as u64;
        if session.over_soft_limit_since.is_some() {
            let limit = output_limit(&self.server.config.output_limits, session);
            if session.output_bytes() as u64 <= limit.soft {
                session.over_soft_limit_since = None;
                self.server.over_soft_limit -= 1;
            }
        }
        if !session.input.is_empty() && session.output_bytes() < limits::OUTPUT_HIGH_WATER {
            self.make_ready(client);
        }
    }

    /// Puts a client that has something to do into the ready queue.
    pub(crate) fn make_ready(&mut self, client: ClientId) {
        self.enqueue_client(client, EventQueue::push_back);
    }

    /// The same, before all others.
    pub(crate) fn make_ready_first(&mut self, client: ClientId) {
        self.enqueue_client(client, EventQueue::push_front);
    }

    #[inline]
    fn enqueue_client(&mut self, client: ClientId, push: fn(&mut EventQueue, ClientId)) {
        let Some(session) = self.clients.get_mut(client) else { return };
        if session.ready || session.is_held_up() || session.ending != Ending::Open {
            return;
        }
        session.ready = true;
        session.quantum = limits::READ_QUANTUM;
        push(&mut self.queue, client);
        if O::ENABLED {
            let length = self.queue.waiting().count();
            self.emit(EventKind::Queued { client, length });
        }
    }

    fn idle(&mut self) -> Turn {
        let wake_at = self.next_wake();
        self.emit(EventKind::Idle { wake_at });
        Turn::Idle { wake_at }
    }

    fn next_wake(&self) -> Option<Timestamp> {
        let now = self.server.now;
        if self.server.busy_until > now {
            return Some(self.server.busy_until);
        }
        // While clients are paused keys stay: waking for them would be for nothing.
        let earliest =
            if self.server.paused() { self.server.pause.until } else { Timestamp::default() };
        let expiry = self.keys.next_deadline().filter(|_| self.server.config.active_expire);
        let expiry = expiry.map(|at| Timestamp::from_millis(at).max(earliest));
        let pause = (!self.postponed.is_empty()).then_some(self.server.pause.until);
        let check = self.clients_check_wanted().then_some(self.next_clients_check);
        let next = [expiry, self.server.blocking.next_deadline(), pause, check]
            .into_iter()
            .flatten()
            .min();
        match self.server.eviction.next.map(|at| at.max(earliest)) {
            None => next,
            Some(at) => Some(next.map_or(at, |next| next.min(at))),
        }
    }

    fn due_timer(&self) -> Option<Timer> {
        let now = self.server.now;
        let due = |timer, is_due: bool| {
            (is_due && self.timers_ran & timer_bit(timer) == 0).then_some(timer)
        };
        due(Timer::BlockedTimeout, self.server.blocking.next_deadline().is_some_and(|at| at <= now))
            .or_else(|| due(Timer::PauseEnd, !self.postponed.is_empty() && !self.server.paused()))
            .or_else(|| {
                let expiry = self.server.config.active_expire && !self.server.paused();
                due(
                    Timer::ExpireKeys,
                    expiry && self.keys.next_deadline().is_some_and(|at| at <= now.millis()),
                )
            })
            .or_else(|| {
                let next = self.server.eviction.next.filter(|_| !self.server.paused());
                due(Timer::EvictKeys, next.is_some_and(|at| at <= now))
            })
            .or_else(|| {
                due(
                    Timer::ClientsCheck,
                    self.next_clients_check <= now && self.clients_check_wanted(),
                )
            })
    }

    fn run_timer(&mut self, timer: Timer) -> usize {
        match timer {
            Timer::ExpireKeys => {
                let removed = self.keys.expire_due(limits::EXPIRE_BATCH);
                self.announce_happenings();
                removed
            }
            Timer::EvictKeys => self.go_on_evicting(),
            Timer::BlockedTimeout => self.time_out_blocked(),
            Timer::PauseEnd => {
                let postponed = std::mem::take(&mut self.postponed);
                for client in &postponed {
                    if let Some(session) = self.clients.get_mut(*client) {
                        session.postponed = false;
                    }
                    self.make_ready(*client);
                }
                postponed.len()
            }
            Timer::ClientsCheck => self.check_clients(),
        }
    }

    fn note_iteration(&mut self, before: u64) {
        let number = self.queue.iterations();
        if number != before {
            self.server.stats.iterations += 1;
            self.emit(EventKind::Iteration { number });
        }
    }

    pub(crate) fn begin(&mut self, task: Task) {
        self.emit(EventKind::TaskStarted { task });
    }

    /// Tells the observer; compiles to nothing without one.
    #[inline]
    pub(crate) fn emit(&mut self, kind: EventKind<'_>) {
        if O::ENABLED {
            self.seq += 1;
            self.observer.event(Event {
                seq: self.seq,
                at: self.server.now,
                depth: self.depth,
                kind,
            });
        }
    }
}

/// Each timer runs once an iteration, so that a flood of due keys cannot keep clients waiting.
fn timer_bit(timer: Timer) -> u8 {
    match timer {
        Timer::ExpireKeys => 1,
        Timer::BlockedTimeout => 2,
        Timer::PauseEnd => 4,
        Timer::ClientsCheck => 8,
        Timer::EvictKeys => 16,
    }
}
