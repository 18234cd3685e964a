//! Who listens to which channel. Delivery writes straight into the listeners' output buffers.

use crate::registry::Registry;
use crate::session::{ClientId, Session, Sessions, write_to};
use crate::util::glob;

/// Listeners by channel, pattern and shard channel: those of the whole server, and in each client's session those that
/// the client itself is. Ordered, so that delivery is deterministic.
#[derive(Clone, Debug, Default)]
pub struct Listeners {
    /// SUBSCRIBE
    pub channels: Registry,
    /// PSUBSCRIBE
    pub patterns: Registry,
    /// SSUBSCRIBE
    pub shard_channels: Registry,
}

/// The three ways to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A channel by its name.
    Channel,
    /// Every channel that matches.
    Pattern,
    /// A shard channel by its name.
    Shard,
}

impl Listeners {
    /// `client` listens to `name` from now on. False: it did already.
    pub fn subscribe(&mut self, scope: Scope, name: &[u8], client: ClientId) -> bool {
        self.of_mut(scope).add(name, client)
    }

    /// `client` no longer listens to `name`. False: it did not.
    pub fn unsubscribe(&mut self, scope: Scope, name: &[u8], client: ClientId) -> bool {
        self.of_mut(scope).remove(name, client).is_some()
    }

    /// Removes a client that leaves.
    pub fn remove(&mut self, session: &Session) {
        let Some(subscriptions) = &session.subscriptions else { return };
        for scope in [Scope::Channel, Scope::Pattern, Scope::Shard] {
            for (name, _) in subscriptions.of(scope).iter() {
                self.unsubscribe(scope, name, session.id);
            }
        }
    }

    /// Channels and patterns, which together make subscribed mode.
    pub fn count(&self) -> usize {
        self.channels.len() + self.patterns.len()
    }

    /// All three kinds.
    pub fn total(&self) -> usize {
        self.count() + self.shard_channels.len()
    }

    /// Writes `message` to all who listen to `channel`, `current` (which is taken out of `sessions`) among them; the
    /// clients written to are added to `reached`. How many deliveries there were.
    pub fn publish(
        &self,
        channel: &[u8],
        message: &[u8],
        shard: bool,
        sessions: &mut Sessions,
        current: &mut Session,
        reached: &mut Vec<ClientId>,
    ) -> usize {
        let mut count = 0;
        let mut deliver = |client: ClientId, parts: &[&[u8]]| {
            count += 1;
            if client == current.id {
                let resp3 = current.resp3;
                push(&mut crate::resp::Reply::new(&mut current.own_pushes, resp3), parts);
            } else if let Some(session) = sessions.get_mut(client) {
                write_to(session, |out| push(out, parts));
                if !std::mem::replace(&mut session.has_news, true) {
                    reached.push(client);
                }
            }
        };
        let (listeners, word): (_, &[u8]) = if shard {
            (self.shard_channels.of(channel), b"smessage")
        } else {
            (self.channels.of(channel), b"message")
        };
        for client in listeners {
            deliver(*client, &[word, channel, message]);
        }
        if !shard {
            for (pattern, listeners) in self.patterns.iter() {
                if glob::matches(pattern, channel, false) {
                    for client in listeners {
                        deliver(*client, &[b"pmessage", pattern, channel, message]);
                    }
                }
            }
        }
        count
    }

    /// Those of one kind, by name.
    pub fn of(&self, scope: Scope) -> &Registry {
        match scope {
            Scope::Channel => &self.channels,
            Scope::Pattern => &self.patterns,
            Scope::Shard => &self.shard_channels,
        }
    }

    /// Whether a message on any channel could reach anybody.
    pub fn has_listeners(&self) -> bool {
        !self.channels.is_empty() || !self.patterns.is_empty()
    }

    fn of_mut(&mut self, scope: Scope) -> &mut Registry {
        match scope {
            Scope::Channel => &mut self.channels,
            Scope::Pattern => &mut self.patterns,
            Scope::Shard => &mut self.shard_channels,
        }
    }
}

fn push(out: &mut crate::resp::Reply<'_>, parts: &[&[u8]]) {
    out.push(parts.len());
    for part in parts {
        out.bulk(part);
    }
}
