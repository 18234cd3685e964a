//! What must hold for an engine after every turn, checked from outside, by the simulation and by fuzzing.
//!
//! Each fact that is kept twice for speed (who waits for a key, who listens to a channel, who watches) must be kept
//! alike on both sides. A client that is being closed may be forgotten by the registries already, since nothing more
//! reaches it; it may not be remembered after it is gone. Linear in clients and registrations.

use crate::words;
use redloop_core::{
    ClientId, Engine, Observer,
    keyspace::ValueRef,
    session::{Ending, Session},
    value::Object,
};
use std::{collections::BTreeSet, fmt::Debug};

/// Checks everything.
///
/// # Errors
/// With the first thing that does not hold.
pub fn check<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    queue_holds_living_clients_once(engine)?;
    memory_adds_up(engine)?;
    let server = engine.server();

    let mut waiters = BTreeSet::new();
    for (db, key, clients) in server.blocking.iter() {
        for client in clients {
            if !waiters.insert((db, key.to_vec(), *client)) {
                return Err(format!("client {} waits twice for one key", client.0));
            }
        }
    }
    alike(engine, "waiters", &waiters, |session| {
        let keys = session.blocked.iter().flat_map(|blocked| &blocked.keys);
        keys.map(|key| (session.db, key.to_vec(), session.id)).collect()
    })?;

    let pubsub = &server.pubsub;
    let registries = [
        ("channels", &pubsub.channels, 0),
        ("patterns", &pubsub.patterns, 1),
        ("shard channels", &pubsub.shard_channels, 2),
    ];
    for (what, registry, index) in registries {
        let registered = registry
            .iter()
            .flat_map(|(name, clients)| {
                clients.iter().map(move |client| (Box::from(name), *client))
            })
            .collect();
        alike(engine, what, &registered, |session| {
            let names = session
                .subscriptions
                .iter()
                .flat_map(|it| [&it.channels, &it.patterns, &it.shard_channels][index].iter());
            names.map(|(name, _)| (Box::<[u8]>::from(name), session.id)).collect()
        })?;
    }

    let monitors = server.monitors.iter().copied().collect();
    alike(engine, "monitors", &monitors, |session| {
        session.monitor.then_some(session.id).into_iter().collect()
    })?;
    hashes_are_filed(engine)?;
    watchers_are_registered(engine)
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

/// A hash is filed under the earliest deadline of its fields, and nothing else is.
fn hashes_are_filed<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let keys = engine.keys();
    for index in 0..keys.databases() {
        let db = keys.db(index);
        if db.hashes_with_deadlines() == 0 {
            continue;
        }
        let (mut cursor, mut names) = (0, Vec::new());
        loop {
            cursor = keys.look_through(index, cursor, 1000, |key, _| names.push(key.to_vec()));
            if cursor == 0 {
                break;
            }
        }
        let mut filed = 0;
        for name in names {
            let Some((_, ValueRef::Object(Object::Hash(hash)))) = keys.look_at(index, &name) else {
                continue;
            };
            if hash.filed() != hash.next_deadline() {
                return Err(format!("the hash {} is not filed anew", words::escape(&name)));
            }
            filed += usize::from(hash.filed().is_some());
        }
        // Those that are due but not yet gone are not seen here.
        if filed > db.hashes_with_deadlines() {
            return Err(format!("{filed} hashes have deadlines, fewer are filed"));
        }
    }
    Ok(())
}

/// The account of memory that is kept is the one that a walk over all keys finds.
fn memory_adds_up<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let (kept, walked) = (engine.keys().weight(), engine.keys().weight_by_walk());
    if kept == walked {
        return Ok(());
    }
    Err(format!("the account of memory says {kept} bytes, a walk over all keys {walked}"))
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

/// A registry holds what the open clients say of themselves, and nothing that no client says.
fn alike<O: Observer, T: Ord + Debug>(
    engine: &Engine<O>,
    what: &str,
    registry: &BTreeSet<T>,
    said_by: impl Fn(&Session) -> BTreeSet<T>,
) -> Result<(), String> {
    let mut said = BTreeSet::new();
    for session in engine.clients().iter() {
        let of_session = said_by(session);
        if session.ending == Ending::Open
            && let Some(missing) = of_session.iter().find(|it| !registry.contains(it))
        {
            return Err(format!("{what}: a client says {missing:?}, the registry does not"));
        }
        said.extend(of_session);
    }
    match registry.iter().find(|it| !said.contains(it)) {
        Some(stale) => Err(format!("{what}: the registry says {stale:?}, no client does")),
        None => Ok(()),
    }
}

fn watchers_are_registered<O: Observer>(engine: &Engine<O>) -> Result<(), String> {
    let watch = &engine.server().watch;
    let mut watched: BTreeSet<(usize, Box<[u8]>)> = BTreeSet::new();
    for session in engine.clients().iter() {
        for (db, key) in &session.watched {
            let known = |client: ClientId| watch.of(*db, key).any(|it| it == client);
            if session.ending == Ending::Open && !known(session.id) {
                return Err(format!("client {} watches a key that does not know it", session.id.0));
            }
            watched.insert((*db, key.clone()));
        }
    }
    if watch.len() > watched.len() {
        return Err(format!("{} keys are watched, clients watch {}", watch.len(), watched.len()));
    }
    Ok(())
}
