//! The observer: writes every event of the engine down as JSON (`LoopEvent` in `types.ts`) until the host takes it.
//!
//! Arguments are cut to a preview, and beyond a bound events are counted instead of written: a page draws what happens,
//! it does not keep it.

use crate::json::Json;
use redloop_core::resp::Args;
use redloop_core::{ClientId, Event, EventKind, Observer, Task, Timer, Timestamp};

/// Characters of events that wait for the host; more are dropped.
const EVENTS_MAX: usize = 8 * 1024 * 1024;
/// Arguments of a command that are told, and bytes of each.
const ARGS_MAX: usize = 8;
const ARG_BYTES_MAX: usize = 64;

/// Events as text.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    json: Json,
    /// Nobody wants to know.
    pub(crate) mute: bool,
}

impl Default for Trace {
    fn default() -> Self {
        let mut json = Json::default();
        json.open('[');
        Trace { json, mute: false }
    }
}

impl Trace {
    /// The events so far as a JSON array, and a fresh start.
    pub(crate) fn take(&mut self) -> String {
        self.json.close(']');
        let text = self.json.finish();
        self.json.open('[');
        text
    }
}

impl Observer for Trace {
    const ENABLED: bool = true;

    fn event(&mut self, event: Event<'_>) {
        if self.mute || self.json.len() > EVENTS_MAX {
            return;
        }
        let json = &mut self.json;
        json.open('{').name("seq").number(event.seq).name("at").number(event.at.0);
        json.name("depth").number(event.depth.into());
        detail(json, event.kind);
        json.close('}');
    }
}

fn detail(json: &mut Json, kind: EventKind<'_>) {
    match kind {
        EventKind::Connected { client } => of(json, "connected", client),
        EventKind::Disconnected { client } => of(json, "disconnected", client),
        EventKind::Arrived { client, bytes } => {
            of(json, "arrived", client);
            json.name("bytes").number(bytes as u64);
        }
        EventKind::Queued { client, length } => {
            of(json, "queued", client);
            json.name("length").number(length as u64);
        }
        EventKind::Iteration { number } => {
            json.name("kind").text("turn").name("n").number(number);
        }
        EventKind::TaskStarted { task: started } => {
            json.name("kind").text("task").name("task");
            task(json, started);
        }
        EventKind::CommandStarted { client, args, .. } => {
            of(json, "command", client);
            arguments(json, args);
        }
        EventKind::CommandQueued { client, args, length, .. } => {
            of(json, "collected", client);
            arguments(json, args);
            json.name("length").number(length as u64);
        }
        EventKind::CommandRefused { client, name } => {
            of(json, "refused", client);
            json.name("name").bytes(&name[..name.len().min(ARG_BYTES_MAX)]);
        }
        EventKind::CommandEnded { client, units, busy_until, reply, failed, .. } => {
            of(json, "done", client);
            json.name("units").number(units).name("bytes").number(reply.len() as u64);
            json.name("error").boolean(failed).name("until").number(busy_until.0);
        }
        EventKind::KeyTouched { db, key, event, .. } => {
            json.name("kind").text("key").name("db").number(db as u64);
            json.name("key").bytes(key).name("event").text(event);
        }
        EventKind::Blocked { client, keys, deadline } => {
            of(json, "blocked", client);
            key_list(json, keys);
            json.name("deadline").time(Some(deadline));
        }
        EventKind::Woken { client, key } => {
            of(json, "woken", client);
            json.name("key").bytes(key);
        }
        EventKind::Unblocked { client, timed_out } => {
            of(json, "unblocked", client);
            json.name("timedOut").boolean(timed_out);
        }
        EventKind::Postponed { client } => of(json, "postponed", client),
        EventKind::Expired { db, key } => {
            json.name("kind").text("expired").name("db").number(db as u64);
            json.name("key").bytes(key);
        }
        EventKind::Published { channel, receivers } => {
            json.name("kind").text("published").name("channel").bytes(channel);
            json.name("receivers").number(receivers as u64);
        }
        EventKind::TimerRan { timer, handled } => {
            json.name("kind").text("timer").name("timer").text(timer_name(timer));
            json.name("handled").number(handled as u64);
        }
        EventKind::Replied { client, bytes } => {
            of(json, "replied", client);
            json.name("bytes").number(bytes as u64);
        }
        EventKind::Idle { wake_at } => idle(json, wake_at),
    }
}

/// A `TaskView`.
pub(crate) fn task(json: &mut Json, task: Task) {
    json.open('{').name("task");
    match task {
        Task::Readable(client) => json.text("readable").name("client").number(client.0),
        Task::ServeWaiter(client) => json.text("serve").name("client").number(client.0),
        Task::Timer(timer) => json.text("timer").name("timer").text(timer_name(timer)),
        Task::BeforeSleep => json.text("before-sleep"),
    };
    json.close('}');
}

/// What the page calls a timer.
pub(crate) fn timer_name(timer: Timer) -> &'static str {
    match timer {
        Timer::ExpireKeys => "expire keys",
        Timer::BlockedTimeout => "give up waiting",
        Timer::PauseEnd => "end of pause",
        Timer::ClientsCheck => "check clients",
    }
}

/// The field `keys`.
pub(crate) fn key_list(json: &mut Json, keys: &[Box<[u8]>]) {
    json.name("keys").open('[');
    for key in keys.iter().take(ARGS_MAX) {
        json.bytes(key);
    }
    json.close(']');
}

fn of(json: &mut Json, kind: &str, client: ClientId) {
    json.name("kind").text(kind).name("client").number(client.0);
}

fn arguments(json: &mut Json, args: Args<'_>) {
    json.name("argv").open('[');
    for argument in args.iter().take(ARGS_MAX) {
        json.bytes(&argument[..argument.len().min(ARG_BYTES_MAX)]);
    }
    json.close(']');
}

fn idle(json: &mut Json, wake_at: Option<Timestamp>) {
    json.name("kind").text("idle").name("wake").time(wake_at);
}
