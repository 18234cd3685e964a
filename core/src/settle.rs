//! What follows from a command, once, in a fixed order: keys that expired under it, then its changes in the order it
//! made them. Each goes to watchers, keyspace notifications, waiting clients, the propagation stream and the observer.
//! At the iteration's end, `before_sleep` hands the replies to the host.

use crate::command::{CommandId, Flags, Spec, secrets};
use crate::config::OutputLimit;
use crate::effects::{Change, Class, append_request};
use crate::engine::{Engine, Output};
use crate::keyspace::{Happening, What};
use crate::limits;
use crate::observer::{EventKind, Observer};
use crate::resp::{Args, Reply};
use crate::server::{HostRequest, Server};
use crate::session::ClientId;
use crate::session::{Ending, Peer, Session, write_to};
use crate::util::{number, quote};

impl<O: Observer> Engine<O> {
    /// Announces what the command that just ran did. `wrote`: it changed something.
    #[cold]
    pub(crate) fn settle(&mut self, session: &mut Session, args: Args<'_>, wrote: bool) {
        self.settle_happenings(session);
        for change in std::mem::take(&mut self.server.effects.changes) {
            self.settle_change(session, &change);
        }
        for (db, key) in std::mem::take(&mut self.server.effects.overturned) {
            for client in self.server.watch.of(db, &key) {
                break_watch(&mut self.clients, session, client);
            }
        }
        for db in std::mem::take(&mut self.server.effects.flushed) {
            self.server.blocking.wake_db(db);
        }
        for key in std::mem::take(&mut self.server.effects.watches) {
            self.begin_watch(session, key);
        }
        self.stream(session.db, args, wrote);
    }

    /// Keys that expired while no client's command ran.
    pub(crate) fn announce_happenings(&mut self) {
        // Nobody's session is out; a stand-in takes the place of the current client.
        let mut nobody = Session::new(ClientId(0), Peer::default(), self.server.now, false);
        self.settle_happenings(&mut nobody);
    }

    /// The iteration ends: whoever has replies is named to the host, whoever is to go as well.
    pub(crate) fn before_sleep(&mut self) {
        let mut news = std::mem::take(&mut self.server.news);
        for client in news.drain(..) {
            let Some((slot, mut session)) = self.clients.take(client) else { continue };
            session.has_news = false;
            self.enforce_output_limit(&mut session);
            if session.ending == Ending::Now {
                session.output.clear();
            }
            if !session.output.is_empty() {
                self.outbox.push_back(Output::Reply(client));
                self.emit(EventKind::Replied { client, bytes: session.output.len() });
            }
            if session.ending > session.close_told {
                session.close_told = session.ending;
                self.outbox.push_back(Output::Close(client));
            }
            self.clients.put_back(slot, session);
        }
        self.server.news = news;
        if self.server.stats.iterations.is_multiple_of(limits::PEAK_ITERATIONS) {
            self.server.memory_peak = self.server.memory_peak.max(self.keys.weight());
        }
        for request in self.server.requests.drain(..) {
            self.outbox.push_back(Output::Request(request));
        }
        let garbage = self.keys.take_garbage();
        if !garbage.is_empty() {
            self.outbox.push_back(Output::Garbage(garbage));
        }
    }

    /// Closes idle clients and those that stayed over their soft limit; how many.
    pub(crate) fn check_clients(&mut self) -> usize {
        let now = self.server.now;
        self.next_clients_check = now.plus_micros(limits::CLIENTS_CHECK_INTERVAL_US);
        let Server { config, news, requests, stats, .. } = &mut self.server;
        let timeout_us = config.timeout_s.saturating_mul(1_000_000);
        let mut closed = 0;
        for session in self.clients.iter_mut() {
            let listening = session.subscriptions.as_ref().is_some_and(|s| s.total() > 0);
            let idle = timeout_us > 0
                && !listening
                && session.blocked.is_none()
                && !session.away
                && !session.monitor
                && now.micros_since(session.last_interaction) > timeout_us;
            let limit = output_limit(&config.output_limits, session);
            let slow = session.over_soft_limit_since.is_some_and(|since| {
                now.micros_since(since) > limit.soft_seconds.saturating_mul(1_000_000)
            });
            if (idle && session.ending == Ending::Open) || (slow && session.ending != Ending::Now) {
                if slow {
                    stats.output_limit_closes += 1;
                    requests.push(closed_for_output(session));
                }
                session.end(Ending::Now);
                news.push(session.id);
                closed += 1;
            }
        }
        closed
    }

    /// Whether [`Engine::check_clients`] could find anybody.
    pub(crate) fn clients_check_wanted(&self) -> bool {
        (self.server.config.timeout_s > 0 && !self.clients.is_empty())
            || self.server.over_soft_limit > 0
    }

    /// Shows a command that ran to the clients in MONITOR mode; one of them may have run it.
    #[inline]
    pub(crate) fn show_monitors(&mut self, session: &mut Session, id: CommandId, args: Args<'_>) {
        if !self.server.monitors.is_empty() {
            self.write_monitors(session, self.server.table.spec(id), args);
        }
    }

    #[cold]
    fn write_monitors(&mut self, session: &mut Session, spec: &Spec, args: Args<'_>) {
        if spec.flags.has(Flags::SKIP_MONITOR.and(Flags::ADMIN)) {
            return;
        }
        let now = self.server.now;
        let mut line =
            format!("+{}.{:06} [{} ", now.seconds(), now.0 % 1_000_000, session.db).into_bytes();
        line.extend_from_slice(if session.peer.unix { b"unix:" } else { b"" });
        line.extend_from_slice(session.peer.addr.as_bytes());
        line.push(b']');
        for (index, argument) in args.iter().enumerate() {
            line.push(b' ');
            if secrets::is_secret(spec, args, index) {
                line.extend_from_slice(b"\"(redacted)\"");
            } else {
                quote::quote(&mut line, argument);
            }
        }
        line.extend_from_slice(b"\r\n");
        for monitor in &self.server.monitors {
            if *monitor == session.id {
                session.own_pushes.extend_from_slice(&line);
            } else if let Some(monitor) = self.clients.get_mut(*monitor) {
                write_to(monitor, |out| out.raw(&line));
                if !std::mem::replace(&mut monitor.has_news, true) {
                    self.server.news.push(monitor.id);
                }
            }
        }
    }

    /// Everything until [`Engine::end_stream_transaction`] belongs together.
    pub(crate) fn begin_stream_transaction(&mut self) {
        if self.server.effects.streaming {
            let mut request = Vec::new();
            append_request(&mut request, &[b"MULTI"]);
            self.outbox.push_back(Output::Stream(request));
        }
    }

    pub(crate) fn end_stream_transaction(&mut self) {
        if self.server.effects.streaming {
            let mut request = Vec::new();
            append_request(&mut request, &[b"EXEC"]);
            self.outbox.push_back(Output::Stream(request));
        }
    }

    pub(crate) fn settle_happenings(&mut self, session: &mut Session) {
        for Happening { db, key, what } in self.keys.take_log() {
            let (class, event) = match what {
                What::Expired => (Class::EXPIRED, "expired"),
                What::FieldsExpired { .. } => (Class::HASH, "hexpired"),
                What::Evicted => (Class::EVICTED, "evicted"),
                What::Missed => (Class::MISS, "keymiss"),
            };
            let write = what != What::Missed;
            let emptied = matches!(what, What::FieldsExpired { emptied: true, .. });
            if emptied || what == What::Expired {
                self.emit(EventKind::Expired { db, key: &key });
            }
            if write && self.server.effects.streaming {
                self.stream_happening(db, &key, &what);
            }
            let mut change = Change { db, key: key.into(), class, event, write, wakes: write };
            self.settle_change(session, &change);
            if emptied {
                (change.class, change.event, change.write) = (Class::GENERIC, "del", false);
                self.settle_change(session, &change);
            }
        }
    }

    /// What went by itself goes elsewhere, too.
    fn stream_happening(&mut self, db: usize, key: &[u8], what: &What) {
        let mut request = Vec::new();
        self.select_in_stream(db, &mut request);
        match what {
            What::FieldsExpired { names, emptied: false } => {
                let names = names.iter().map(Vec::as_slice);
                let words: Vec<&[u8]> = [b"HDEL", key].into_iter().chain(names).collect();
                append_request(&mut request, &words);
            }
            _ => append_request(&mut request, &[b"DEL", key]),
        }
        self.outbox.push_back(Output::Stream(request));
    }

    fn settle_change(&mut self, session: &mut Session, change: &Change) {
        let Change { db, key, class, event, write, wakes } = change;
        self.emit(EventKind::KeyTouched { db: *db, key, class: *class, event });
        if *write && !self.server.watch.is_empty() {
            for client in self.server.watch.of(*db, key) {
                break_watch(&mut self.clients, session, client);
            }
        }
        if *wakes && !self.server.blocking.is_empty() {
            self.server.blocking.wake(*db, key);
        }
        if self.server.config.notify.has(*class) {
            self.notify(session, *db, key, event);
        }
    }

    /// Publishes a keyspace event on its two channels.
    fn notify(&mut self, session: &mut Session, db: usize, key: &[u8], event: &str) {
        let notify = self.server.config.notify;
        let mut channel = Vec::with_capacity(32 + key.len());
        if notify.has(Class::KEYSPACE) {
            channel.extend_from_slice(b"__keyspace@");
            number::write_i64(&mut channel, db as i64);
            channel.extend_from_slice(b"__:");
            channel.extend_from_slice(key);
            self.publish_event(session, &channel, event.as_bytes());
        }
        if notify.has(Class::KEYEVENT) {
            channel.clear();
            channel.extend_from_slice(b"__keyevent@");
            number::write_i64(&mut channel, db as i64);
            channel.extend_from_slice(b"__:");
            channel.extend_from_slice(event.as_bytes());
            self.publish_event(session, &channel, key);
        }
    }

    fn publish_event(&mut self, session: &mut Session, channel: &[u8], message: &[u8]) {
        let Server { pubsub, news, .. } = &mut self.server;
        let receivers = pubsub.publish(channel, message, false, &mut self.clients, session, news);
        if receivers > 0 {
            self.emit(EventKind::Published { channel, receivers });
        }
    }

    fn begin_watch(&mut self, session: &mut Session, key: Box<[u8]>) {
        let watched = (session.db, key);
        if !session.watched.contains(&watched) {
            self.server.watch.add(watched.0, &watched.1, session.id);
            session.watched.push(watched);
        }
    }

    /// Sends the command, or what replaces it, down the propagation stream.
    fn stream(&mut self, db: usize, args: Args<'_>, wrote: bool) {
        let rewritten = self.server.effects.rewritten.take();
        if !self.server.effects.streaming || (!wrote && rewritten.is_none()) {
            return;
        }
        let mut request = Vec::new();
        self.select_in_stream(db, &mut request);
        match rewritten {
            Some(instead) => request.extend_from_slice(&instead),
            None => {
                let mut reply = Reply::new(&mut request, false);
                reply.array(args.len());
                args.iter().for_each(|argument| reply.bulk(argument));
            }
        }
        self.outbox.push_back(Output::Stream(request));
    }

    fn select_in_stream(&mut self, db: usize, request: &mut Vec<u8>) {
        if self.stream_db != Some(db) {
            self.stream_db = Some(db);
            append_request(request, &[b"SELECT", db.to_string().as_bytes()]);
        }
    }

    fn enforce_output_limit(&mut self, session: &mut Session) {
        let limit = output_limit(&self.server.config.output_limits, session);
        let bytes = session.output_bytes() as u64;
        if limit.hard > 0 && bytes > limit.hard && session.ending != Ending::Now {
            session.end(Ending::Now);
            self.server.stats.output_limit_closes += 1;
            self.server.requests.push(closed_for_output(session));
        }
        let over = limit.soft > 0 && bytes > limit.soft;
        match (over, session.over_soft_limit_since) {
            (true, None) => {
                session.over_soft_limit_since = Some(self.server.now);
                self.server.over_soft_limit += 1;
            }
            (false, Some(_)) => {
                session.over_soft_limit_since = None;
                self.server.over_soft_limit -= 1;
            }
            _ => {}
        }
    }
}

fn closed_for_output(session: &Session) -> HostRequest {
    HostRequest::Log(format!(
        "Client id={} closed for overcoming of output buffer limits.",
        session.id.0
    ))
}

/// A client's bound on unsent output, by its class.
pub(crate) fn output_limit(output_limits: &[OutputLimit; 3], session: &Session) -> OutputLimit {
    let listening = session.subscriptions.as_ref().is_some_and(|s| s.total() > 0);
    output_limits[if session.monitor {
        1
    } else if listening {
        2
    } else {
        0
    }]
}

fn break_watch(clients: &mut crate::session::Sessions, current: &mut Session, client: ClientId) {
    if client == current.id {
        current.watch_broken = true;
    } else if let Some(session) = clients.get_mut(client) {
        session.watch_broken = true;
    }
}
