//! Events for JavaScript, written down compactly as they happen: `web/src/worker/events.ts` turns them into the
//! `LoopEvent`s of `types.ts`. As JSON they took six times as long to write, carry over and read as their commands
//! took to run.
//!
//! A record is a head byte, then a stamp where one is needed, then the fields of its kind in the order of `types.ts`.
//! Head: the kind's number ([`Kind`]), and flags: [`INNER`], depth 1; [`STAMPED`], a stamp follows, which is the event's
//! number and time; without one it is the number after the last event's, and its time. Numbers are seven bits a byte,
//! least significant first, the eighth bit set on all but the last. Times are doubles (NaN: never), little endian. Bytes
//! come after their count.
//!
//! Left out: names of fields, and whatever could tell a reader of the wrong version; both sides ship as one file each.

use redloop_core::resp::Args;
use redloop_core::{ClientId, Event, EventKind, Observer, Task, Timer, Timestamp};

/// Bytes of events that wait for the host; what happens then is not told.
const EVENTS_MAX: usize = 4 * 1024 * 1024;
/// Arguments of a command that are told, and bytes of each.
pub(crate) const ARGS_MAX: usize = 8;
const ARG_BYTES_MAX: usize = 64;

/// Flag of the head: within EXEC.
const INNER: u8 = 1 << 5;
/// Flag of the head: number and time follow.
const STAMPED: u8 = 1 << 6;

/// The kinds by number.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Connected,
    Disconnected,
    Arrived,
    Queued,
    Turn,
    Task,
    Command,
    Key,
    Collected,
    Refused,
    Done,
    Blocked,
    Woken,
    Unblocked,
    Postponed,
    Expired,
    Published,
    Timer,
    Replied,
    Idle,
}

/// Events that wait for the host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    records: Vec<u8>,
    /// The last event's number and time, as far as the reader knows.
    seq: u64,
    at: Timestamp,
    /// Nobody wants to know.
    pub(crate) mute: bool,
}

impl Trace {
    /// Forgets what was told; the next event is stamped.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
    }

    /// What happened since it was cleared.
    pub(crate) fn records(&self) -> &[u8] {
        &self.records
    }

    fn begin(&mut self, kind: Kind, event: &Event<'_>) {
        let follows = !self.records.is_empty() && event.seq == self.seq + 1 && event.at == self.at;
        let inner = if event.depth > 0 { INNER } else { 0 };
        self.records.push(kind as u8 | inner | if follows { 0 } else { STAMPED });
        if !follows {
            self.number(event.seq);
            self.time(Some(event.at));
        }
        (self.seq, self.at) = (event.seq, event.at);
    }

    fn number(&mut self, value: u64) -> &mut Self {
        let mut rest = value;
        while rest >= 0x80 {
            self.records.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.records.push(rest as u8);
        self
    }

    fn client(&mut self, client: ClientId) -> &mut Self {
        self.number(client.0)
    }

    fn boolean(&mut self, value: bool) -> &mut Self {
        self.number(value.into())
    }

    fn time(&mut self, time: Option<Timestamp>) -> &mut Self {
        let micros = match time {
            Some(time) if time != Timestamp::NEVER => time.0 as f64,
            _ => f64::NAN,
        };
        self.records.extend_from_slice(&micros.to_le_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.records.extend_from_slice(bytes);
        self
    }

    fn arguments(&mut self, args: Args<'_>) -> &mut Self {
        self.number(args.iter().take(ARGS_MAX).count() as u64);
        for argument in args.iter().take(ARGS_MAX) {
            self.bytes(cut(argument));
        }
        self
    }

    fn task(&mut self, task: Task) {
        match task {
            Task::Readable(client) => self.number(0).client(client),
            // The page runs everything itself: nothing is ever taken back.
            Task::ServeWaiter(client) | Task::TakeBack(client) => self.number(1).client(client),
            Task::Timer(timer) => self.number(2).bytes(timer_name(timer).as_bytes()),
            Task::BeforeSleep => self.number(3),
        };
    }
}

impl Observer for Trace {
    const ENABLED: bool = true;

    fn event(&mut self, event: Event<'_>) {
        if self.mute || self.records.len() > EVENTS_MAX {
            return;
        }
        let mut of = |kind, client| {
            self.begin(kind, &event);
            self.client(client);
        };
        match event.kind {
            EventKind::Connected { client } => of(Kind::Connected, client),
            EventKind::Disconnected { client } => of(Kind::Disconnected, client),
            EventKind::Arrived { client, bytes } => {
                of(Kind::Arrived, client);
                self.number(bytes as u64);
            }
            EventKind::Queued { client, length } => {
                of(Kind::Queued, client);
                self.number(length as u64);
            }
            EventKind::Iteration { number } => {
                self.begin(Kind::Turn, &event);
                self.number(number);
            }
            EventKind::TaskStarted { task } => {
                self.begin(Kind::Task, &event);
                self.task(task);
            }
            EventKind::CommandStarted { client, args, .. } => {
                of(Kind::Command, client);
                self.arguments(args);
            }
            EventKind::CommandQueued { client, args, length, .. } => {
                of(Kind::Collected, client);
                self.arguments(args).number(length as u64);
            }
            EventKind::CommandRefused { client, name } => {
                of(Kind::Refused, client);
                self.bytes(cut(name));
            }
            EventKind::CommandEnded { client, units, busy_until, reply, failed, .. } => {
                of(Kind::Done, client);
                self.number(units).number(reply.len() as u64).boolean(failed);
                self.time(Some(busy_until));
            }
            EventKind::KeyTouched { db, key, event: name, .. } => {
                self.begin(Kind::Key, &event);
                self.number(db as u64).bytes(key).bytes(name.as_bytes());
            }
            EventKind::Blocked { client, keys, deadline } => {
                of(Kind::Blocked, client);
                self.number(keys.len().min(ARGS_MAX) as u64);
                for key in keys.iter().take(ARGS_MAX) {
                    self.bytes(key);
                }
                self.time(Some(deadline));
            }
            EventKind::Woken { client, key } => {
                of(Kind::Woken, client);
                self.bytes(key);
            }
            EventKind::Unblocked { client, timed_out } => {
                of(Kind::Unblocked, client);
                self.boolean(timed_out);
            }
            EventKind::Away { client, .. } | EventKind::Postponed { client } => {
                of(Kind::Postponed, client);
            }
            EventKind::Expired { db, key } => {
                self.begin(Kind::Expired, &event);
                self.number(db as u64).bytes(key);
            }
            EventKind::Published { channel, receivers } => {
                self.begin(Kind::Published, &event);
                self.bytes(channel).number(receivers as u64);
            }
            EventKind::TimerRan { timer, handled } => {
                self.begin(Kind::Timer, &event);
                self.bytes(timer_name(timer).as_bytes()).number(handled as u64);
            }
            EventKind::Replied { client, bytes } => {
                of(Kind::Replied, client);
                self.number(bytes as u64);
            }
            EventKind::Idle { wake_at } => {
                self.begin(Kind::Idle, &event);
                self.time(wake_at);
            }
        }
    }
}

/// What the page calls a timer.
pub(crate) fn timer_name(timer: Timer) -> &'static str {
    match timer {
        Timer::ExpireKeys => "expire keys",
        Timer::EvictKeys => "evict keys",
        Timer::BlockedTimeout => "give up waiting",
        Timer::PauseEnd => "end of pause",
        Timer::ClientsCheck => "check clients",
    }
}

fn cut(argument: &[u8]) -> &[u8] {
    &argument[..argument.len().min(ARG_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::{Kind, STAMPED, Trace};
    use redloop_core::{ClientId, Event, EventKind, Observer, Timestamp};

    fn told(trace: &mut Trace, seq: u64, depth: u8, kind: EventKind<'_>) {
        trace.event(Event { seq, at: Timestamp(9), depth, kind });
    }

    #[test]
    fn only_the_first_of_several_events_is_stamped() {
        let mut trace = Trace::default();
        told(&mut trace, 300, 0, EventKind::Arrived { client: ClientId(1), bytes: 200 });
        told(&mut trace, 301, 0, EventKind::Woken { client: ClientId(1), key: b"k" });
        let mut wanted = vec![Kind::Arrived as u8 | STAMPED, 0xac, 0x02];
        wanted.extend(9f64.to_le_bytes());
        wanted.extend([1, 0xc8, 0x01]);
        wanted.extend([Kind::Woken as u8, 1, 1, b'k']);
        assert_eq!(trace.records(), wanted);
        trace.clear();
        told(&mut trace, 302, 0, EventKind::Postponed { client: ClientId(1) });
        assert_eq!(trace.records().first(), Some(&(Kind::Postponed as u8 | STAMPED)));
    }

    #[test]
    fn a_gap_is_stamped() {
        let mut trace = Trace::default();
        told(&mut trace, 1, 0, EventKind::Postponed { client: ClientId(1) });
        trace.mute = true;
        told(&mut trace, 2, 0, EventKind::Postponed { client: ClientId(1) });
        trace.mute = false;
        let before = trace.records().len();
        told(&mut trace, 3, 0, EventKind::Postponed { client: ClientId(1) });
        assert_eq!(trace.records()[before], Kind::Postponed as u8 | STAMPED);
        assert_eq!(trace.records()[before + 1], 3);
    }
}
