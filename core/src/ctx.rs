//! What a handler may touch: the keyspace, its client's session, the server's state, and the reply writer. Handlers
//! cannot reach the engine, so they cannot decide what happens next; they say what they want and the engine decides.

use crate::blocking::Wait;
use crate::ds::listpack::Item;
use crate::effects::Class;
use crate::error::Error;
use crate::keyspace::Keyspace;
use crate::limits;
use crate::resp::{Args, Reply};
use crate::server::Server;
use crate::session::{ClientId, DeniedReply, Multi, Session, Sessions};
use crate::time::Timestamp;
use crate::util::extended::Extended;
use crate::util::{is_word, number};
use crate::value::{Kind, Thresholds};

/// A running command's surroundings.
#[derive(Debug)]
pub struct Ctx<'a> {
    /// The keys; the client's database is selected.
    pub keys: &'a mut Keyspace,
    /// The client that runs the command.
    pub session: &'a mut Session,
    /// The other clients.
    pub clients: &'a mut Sessions,
    /// Everything else.
    pub server: &'a mut Server,
    /// Its reply.
    pub out: Reply<'a>,
    /// Elements visited so far: the honest N of the command's complexity. Handlers that loop add to it.
    pub units: u64,
    /// Runs within EXEC: must not block.
    pub in_exec: bool,
    /// The handler's wish to wait; see [`Ctx::wait`].
    pub wait: Option<Wait>,
    /// The transaction to run now (EXEC).
    pub run_queued: Option<Box<Multi>>,
    /// Lower-case name of the command that runs, `parent|name` for a subcommand.
    pub name: &'a str,
}

impl Ctx<'_> {
    /// A write to `key` in the client's database that notifies as `event`. Exactly one per change that clients can see.
    #[inline]
    pub fn changed(&mut self, key: &[u8], class: Class, event: &'static str) {
        self.changed_in(self.keys.current(), key, class, event);
    }

    /// As [`Ctx::changed`] for a key of another database.
    #[inline]
    pub fn changed_in(&mut self, db: usize, key: &[u8], class: Class, event: &'static str) {
        self.announce_new();
        self.server.effects.changed(db, key, class, event);
    }

    /// Keys that are new are told of before what made them.
    #[inline(never)]
    fn announce_new(&mut self) {
        for (db, key) in self.keys.take_created() {
            self.server.effects.announce(db, &key, Class::NEW, "new");
        }
    }

    /// An event of `key` that is no write of its own: it goes with one that [`Ctx::changed`] tells of, or nothing has
    /// changed after all.
    pub fn announce(&mut self, key: &[u8], class: Class, event: &'static str) {
        self.announce_new();
        self.server.effects.announce(self.keys.current(), key, class, event);
    }

    /// A write that breaks no WATCH and notifies nobody: what a stream's group knows has changed, not the stream.
    pub fn noted(&mut self) {
        self.announce_new();
        self.server.effects.dirty += 1;
    }

    /// The same, but it notifies; `wakes`: clients that wait for the key are tried.
    pub fn noted_as(&mut self, key: &[u8], class: Class, event: &'static str, wakes: bool) {
        self.server.effects.noted(self.keys.current(), key, class, event, wakes);
    }

    /// Removes `key`, to which a command would give a deadline that is past. Nothing happens without such a key.
    pub fn expire_at_once(&mut self, key: &[u8]) {
        if self.keys.remove(key) {
            self.keys.expired_keys += 1;
            self.changed(key, Class::EXPIRED, "expired");
            self.replicate(&[b"UNLINK", key]);
        }
    }

    /// Removes `key` if the collection it holds became empty, announcing `del`.
    pub fn drop_if_empty(&mut self, key: &[u8]) {
        if self.keys.remove_if_empty(key) {
            self.server.effects.announce(self.keys.current(), key, Class::GENERIC, "del");
        }
    }

    /// Fields of the hash at `key` got a deadline: files it anew, tells of it and propagates it for those in `names`.
    pub fn fields_live_until(&mut self, key: &[u8], names: &[&[u8]], at: u64) {
        self.keys.refile(key);
        self.changed(key, Class::HASH, "hexpire");
        let mut text = itoa::Buffer::new();
        self.replicate_fields(&[b"HPEXPIREAT", key, text.format(at).as_bytes()], names);
    }

    /// Fields of the hash at `key` were removed because they would have got a deadline that is past; the key goes with the
    /// last one.
    pub fn fields_gone(&mut self, key: &[u8], names: &[&[u8]]) {
        self.keys.refile(key);
        self.changed(key, Class::HASH, "hexpired");
        self.drop_if_empty(key);
        if self.server.effects.streaming {
            let mut request = vec![&b"HDEL"[..], key];
            request.extend_from_slice(names);
            self.replicate(&request);
        }
    }

    /// Propagates `command` with `FIELDS numfields field …` behind it.
    pub fn replicate_fields(&mut self, command: &[&[u8]], names: &[&[u8]]) {
        if self.server.effects.streaming {
            let mut count = itoa::Buffer::new();
            let mut request = command.to_vec();
            request.extend_from_slice(&[b"FIELDS", count.format(names.len()).as_bytes()]);
            request.extend_from_slice(names);
            self.replicate(&request);
        }
    }

    /// Database `db` is about to be emptied or exchanged: notes those of its watched keys that exist in one of `contents`.
    /// Linear in the watched keys.
    pub fn overturn(&mut self, db: usize, contents: &[usize]) {
        if !self.server.watch.is_empty() {
            let watched: Vec<Box<[u8]>> =
                self.server.watch.of_db(db).map(|(key, _)| key.into()).collect();
            for key in watched {
                let exists = contents.iter().any(|content| {
                    self.keys.select(*content);
                    self.keys.exists(&key)
                });
                if exists {
                    self.server.effects.overturned.push((db, key));
                }
            }
            self.keys.select(self.session.db);
        }
        self.server.effects.flushed.push(db);
    }

    /// The command cannot be satisfied yet: wait on `keys` for a value of `kind`, then run it again. The engine decides
    /// what comes of it; the handler returns without a reply.
    pub fn wait<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k [u8]>,
        kind: Kind,
        deadline: Timestamp,
        if_denied: DeniedReply,
    ) {
        let keys = keys.map(Into::into).collect();
        self.wait = Some(Wait {
            keys,
            kind,
            deadline,
            if_denied,
            on_loss: false,
            again: Timestamp::NEVER,
            command: None,
        });
    }

    /// Propagates `request` in place of the command: needed where running the command again would do something else
    /// (relative times, random picks). Several calls add up.
    pub fn replicate(&mut self, request: &[&[u8]]) {
        self.server.effects.rewrite(request);
    }

    /// Writes a message to all who listen to `channel`; how many they are.
    pub fn publish(&mut self, channel: &[u8], message: &[u8], shard: bool) -> usize {
        let Server { pubsub, news, .. } = &mut *self.server;
        pubsub.publish(channel, message, shard, self.clients, self.session, news)
    }

    /// Ends another client's connection, or this one's after its reply.
    pub fn kill(&mut self, client: ClientId) {
        if client == self.session.id {
            self.session.end(crate::session::Ending::AfterReplies);
        } else if let Some(session) = self.clients.get_mut(client) {
            session.end(crate::session::Ending::Now);
            self.server.forget(session);
            self.server.tell_news(client);
        }
    }

    /// The turn's time.
    pub fn now(&self) -> Timestamp {
        self.server.now
    }

    /// The packed-form thresholds in force.
    pub fn thresholds(&self) -> &Thresholds {
        &self.server.config.thresholds
    }

    /// A blocking command's timeout argument, seconds with a fraction, as its deadline. 0 is never.
    ///
    /// # Errors
    /// The texts for timeouts that do not parse, are negative or lie out of range.
    pub fn deadline(&self, timeout: &[u8]) -> Result<Timestamp, Error> {
        let seconds = Extended::parse(timeout).ok_or(Error::TIMEOUT_NOT_FLOAT)?;
        // A timeout below a millisecond still is one: it rounds up.
        match u64::try_from(seconds.ceil_times(1000)).map_err(|_| Error::TIMEOUT_NEGATIVE)? {
            0 => Ok(Timestamp::NEVER),
            millis if millis > i64::MAX as u64 - self.server.now.millis() => {
                Err(Error::TIMEOUT_OUT_OF_RANGE)
            }
            millis => Ok(self.server.now.plus_micros(millis.saturating_mul(1000))),
        }
    }

    /// As [`Ctx::deadline`] for a timeout in whole milliseconds; 0 is now.
    ///
    /// # Errors
    /// The texts for timeouts that do not parse, are negative or lie out of range.
    pub fn deadline_millis(&self, timeout: &[u8]) -> Result<Timestamp, Error> {
        let millis = number::parse_i64(timeout).ok_or(Error::TIMEOUT_NOT_INTEGER)?;
        let millis = u64::try_from(millis).map_err(|_| Error::TIMEOUT_NEGATIVE)?;
        if millis > i64::MAX as u64 - self.server.now.millis() {
            return Err(Error::TIMEOUT_OUT_OF_RANGE);
        }
        Ok(self.server.now.plus_micros(millis.saturating_mul(1000)))
    }
}

/// The argument as an integer.
///
/// # Errors
/// Not an integer or out of range.
#[inline]
pub fn integer(argument: &[u8]) -> Result<i64, Error> {
    number::parse_i64(argument).ok_or(Error::NOT_INTEGER)
}

/// The argument as a floating point number.
///
/// # Errors
/// Not a valid float.
pub fn float(argument: &[u8]) -> Result<f64, Error> {
    number::parse_f64(argument).ok_or(Error::NOT_FLOAT)
}

/// A count as this machine can have it: where addresses are shorter, more than there can be of anything is the most.
/// `None`: it is negative.
pub fn size(count: i64) -> Option<usize> {
    u64::try_from(count).ok().map(|count| usize::try_from(count).unwrap_or(usize::MAX))
}

/// The same for an index or a count that may be negative: beyond both ends there is nothing.
pub fn place(index: i64) -> isize {
    isize::try_from(index).unwrap_or(if index < 0 { isize::MIN } else { isize::MAX })
}

/// A count of keys at `index` with that many keys behind it, and the arguments that follow them.
///
/// # Errors
/// The count is none, or more than there are arguments.
pub fn counted_keys<'a>(args: Args<'a>, index: usize) -> Result<(Args<'a>, Args<'a>), Error> {
    let count = integer(args.at(index)).ok().filter(|count| *count > 0);
    let count = count.ok_or(Error::NO_KEYS_COUNTED)?;
    let (first, end) = (index + 1, args.len());
    match usize::try_from(count) {
        Ok(count) if count <= end - first => {
            Ok((args.slice(first..first + count), args.from(first + count)))
        }
        _ => Err(Error::TOO_MANY_KEYS_COUNTED),
    }
}

/// The arguments from `from` up to FIELDS, and those behind it.
///
/// # Errors
/// FIELDS is nowhere, or nothing follows it.
pub fn fields_from(args: Args<'_>, from: usize) -> Result<(Args<'_>, Args<'_>), Error> {
    let at = (from..args.len() - 1).find(|at| is_word(args.at(*at), "FIELDS"));
    let at = at.ok_or(Error::FIELDS_COUNTED)?;
    Ok((args.slice(from..at), args.from(at + 1)))
}

/// The fields behind a count of them, each of `width` arguments; nothing else follows.
///
/// # Errors
/// The count is no integer, or `miscounted`: there are not as many.
pub fn counted_fields(args: Args<'_>, width: usize, miscounted: Error) -> Result<Args<'_>, Error> {
    let fields = args.from(1);
    let count = size(integer(args.at(0))?).filter(|count| *count > 0);
    match count.and_then(|count| count.checked_mul(width)) {
        Some(arguments) if arguments == fields.len() => Ok(fields),
        _ => Err(miscounted),
    }
}

/// How many picks with repetition a negative `count` asks for.
///
/// # Errors
/// More than a reply may hold.
pub fn repeated_picks(count: i64) -> Result<usize, Error> {
    let picks = count.unsigned_abs();
    if picks > limits::REPEATED_PICKS_MAX {
        return Err(Error::OUT_OF_RANGE);
    }
    Ok(picks as usize)
}

/// Writes one element of a collection as a bulk string.
#[inline]
pub fn write_item(out: &mut Reply<'_>, item: Item<'_>) {
    match item {
        Item::Int(value) => out.bulk_integer(value),
        Item::Bytes(bytes) => out.bulk(bytes),
        Item::Joined { .. } => write_joined(out, item),
    }
}

/// Not part of [`write_item`], so that writing what most elements are stays small.
#[inline(never)]
fn write_joined(out: &mut Reply<'_>, item: Item<'_>) {
    out.bulk_joined(item.pieces());
}
