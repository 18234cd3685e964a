//! The engine's visible state as JSON (`View` in `types.ts`): ready queue, clients, timers, databases.

use crate::json::Json;
use crate::trace::{ARGS_MAX, Trace, timer_name};
use redloop_core::session::Session;
use redloop_core::{Engine, Phase, Task, Timer, Timestamp};

/// Queue entries and clients that are shown; a page draws no more.
const SHOWN_MAX: usize = 1000;
/// Bytes of a client's unread requests that are shown: a few commands.
const INPUT_BYTES_MAX: usize = 512;

/// See the module.
pub(crate) fn view(engine: &Engine<Trace>, now: Timestamp) -> String {
    let mut json = Json::default();
    let server = engine.server();
    json.open('{').name("now").number(now.0);
    json.name("busyUntil").number(server.busy_until.0);
    json.name("turn").number(engine.queue().iterations());
    json.name("queue").open('[');
    for waiter in server.blocking.ready().take(SHOWN_MAX) {
        task(&mut json, Task::ServeWaiter(waiter.client));
    }
    for client in engine.queue().waiting().take(SHOWN_MAX) {
        task(&mut json, Task::Readable(client));
    }
    if matches!(engine.queue().phase(), Phase::Ready | Phase::Timers) {
        task(&mut json, Task::BeforeSleep);
    }
    json.close(']').name("clients").open('[');
    for session in engine.clients().iter().take(SHOWN_MAX) {
        client(&mut json, session);
    }
    json.close(']').name("timers").open('[');
    timers(&mut json, engine);
    json.close(']').name("databases").open('[');
    for index in 0..engine.keys().databases() {
        let db = engine.keys().db(index);
        if !db.is_empty() {
            json.open('{').name("db").number(index as u64).name("keys").number(db.len() as u64);
            json.name("expires").number(db.deadlines() as u64).close('}');
        }
    }
    json.close(']').close('}');
    json.finish()
}

fn client(json: &mut Json, session: &Session) {
    json.open('{').name("id").number(session.id.0).name("name").bytes(&session.name);
    json.name("db").number(session.db as u64);
    json.name("resp").number(if session.resp3 { 3 } else { 2 });
    json.name("multi");
    match &session.multi {
        Some(multi) => json.number(multi.commands.len() as u64),
        None => json.null(),
    };
    json.name("watching").number(session.watched.len() as u64);
    let subscriptions = session.subscriptions.as_ref().map_or(0, |s| s.total());
    json.name("subscriptions").number(subscriptions as u64);
    json.name("blocked");
    match &session.blocked {
        Some(blocked) => {
            json.open('{');
            key_list(json, &blocked.keys);
            json.name("deadline").time(Some(blocked.deadline)).close('}');
        }
        None => {
            json.null();
        }
    }
    json.name("paused").boolean(session.postponed);
    json.name("pending").number(session.input.len() as u64);
    json.name("input").bytes(&session.input[..session.input.len().min(INPUT_BYTES_MAX)]).close('}');
}

fn timers(json: &mut Json, engine: &Engine<Trace>) {
    let expiry = engine.keys().next_deadline().map(Timestamp::from_millis);
    let paused = engine.clients().iter().any(|session| session.postponed);
    let all = [
        (Timer::ExpireKeys, expiry.filter(|_| engine.server().config.active_expire)),
        (Timer::EvictKeys, engine.server().eviction.next),
        (Timer::BlockedTimeout, engine.server().blocking.next_deadline()),
        (Timer::PauseEnd, paused.then_some(engine.server().pause.until)),
    ];
    for (timer, at) in all {
        if let Some(at) = at {
            json.open('{').name("timer").text(timer_name(timer)).name("at").time(Some(at));
            json.close('}');
        }
    }
}

/// A `TaskView`.
fn task(json: &mut Json, task: Task) {
    json.open('{').name("task");
    match task {
        Task::Readable(client) => json.text("readable").name("client").number(client.0),
        Task::ServeWaiter(client) | Task::TakeBack(client) => {
            json.text("serve").name("client").number(client.0)
        }
        Task::Timer(timer) => json.text("timer").name("timer").text(timer_name(timer)),
        Task::BeforeSleep => json.text("before-sleep"),
    };
    json.close('}');
}

/// The field `keys`.
fn key_list(json: &mut Json, keys: &[Box<[u8]>]) {
    json.name("keys").open('[');
    for key in keys.iter().take(ARGS_MAX) {
        json.bytes(key);
    }
    json.close(']');
}
