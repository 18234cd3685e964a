//! What must hold for an engine after every turn, checked from outside, by the simulation and by fuzzing.
//!
//! Each fact that is kept twice for speed (who waits for a key, who listens to a channel, who watches) must be kept
//! alike on both sides. Linear in clients and registrations.

use redloop_core::{ClientId, Engine, Observer, session::Ending};
use std::collections::{BTreeMap, BTreeSet};

/// Checks everything.
///
/// # Errors
/// With the first thing that does not hold.
pub fn check<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    queue_holds_living_clients_once(engine)?;
    waiters_are_registered(engine)?;
    listeners_are_registered(engine)?;
    watchers_are_registered(engine)?;
    let monitors: BTreeSet<ClientId> = engine.server().monitors.iter().copied().collect();
    let monitoring: BTreeSet<ClientId> =
        engine.clients().iter().filter(|it| it.monitor).map(|it| it.id).collect();
    same("monitors", &monitors, &monitoring)
}

/// Checks that a quiet engine without clients remembers none.
///
/// # Errors
/// With what is left behind.
pub fn check_deserted<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let server = engine.server();
    let left: Vec<&str> = [
        ("clients", engine.clients().is_empty()),
        ("ready clients", engine.queue().waiting().next().is_none()),
        ("waiters", server.blocking.is_empty()),
        ("channels", server.pubsub.channels.is_empty()),
        ("patterns", server.pubsub.patterns.is_empty()),
        ("shard channels", server.pubsub.shard_channels.is_empty()),
        ("watched keys", server.watch.is_empty()),
        ("monitors", server.monitors.is_empty()),
        ("soft limit offenders", server.over_soft_limit == 0),
    ]
    .into_iter()
    .filter_map(|(what, gone)| (!gone).then_some(what))
    .collect();
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!("left behind by clients that are gone: {}", left.join(", ")))
    }
}

fn queue_holds_living_clients_once<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for client in engine.queue().waiting() {
        if engine.clients().get(client).is_none() {
            return Err(format!("client {} is ready but gone", client.0));
        }
        if !seen.insert(client) {
            return Err(format!("client {} is ready twice", client.0));
        }
    }
    Ok(())
}

fn waiters_are_registered<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let mut registered = BTreeSet::new();
    for (db, key, waiters) in engine.server().blocking.iter() {
        for client in waiters {
            if !registered.insert((db, key.to_vec(), *client)) {
                return Err(format!("client {} waits twice for one key", client.0));
            }
        }
    }
    let mut waiting = BTreeSet::new();
    for session in engine.clients().iter() {
        for key in session.blocked.iter().flat_map(|blocked| &blocked.keys) {
            waiting.insert((session.db, key.to_vec(), session.id));
        }
    }
    same("waiters", &registered, &waiting)
}

fn listeners_are_registered<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let pubsub = &engine.server().pubsub;
    let of_clients = |pick: fn(&redloop_core::session::Subscriptions) -> &BTreeSet<Box<[u8]>>| {
        let mut listeners: BTreeMap<Box<[u8]>, BTreeSet<ClientId>> = BTreeMap::new();
        for session in engine.clients().iter() {
            for name in session.subscriptions.iter().flat_map(|it| pick(it)) {
                listeners.entry(name.clone()).or_default().insert(session.id);
            }
        }
        listeners
    };
    same("channels", &pubsub.channels, &of_clients(|it| &it.channels))?;
    same("patterns", &pubsub.patterns, &of_clients(|it| &it.patterns))?;
    same("shard channels", &pubsub.shard_channels, &of_clients(|it| &it.shard_channels))
}

fn watchers_are_registered<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let watch = &engine.server().watch;
    let mut count = BTreeSet::new();
    for session in engine.clients().iter() {
        for (db, key) in &session.watched {
            if !watch.of(*db, key).any(|client| client == session.id) {
                return Err(format!("client {} watches a key that does not know it", session.id.0));
            }
            count.insert((*db, key.clone()));
        }
        if session.ending == Ending::Open && session.output.len() > (1 << 30) {
            return Err(format!(
                "client {} holds {} bytes of replies",
                session.id.0,
                session.output.len()
            ));
        }
    }
    same("number of watched keys", &watch.len(), &count.len())
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    registry: &T,
    clients: &T,
) -> Result<(), String> {
    if registry == clients {
        return Ok(());
    }
    Err(format!("{what}: the registry has {registry:?}, the clients have {clients:?}"))
}
