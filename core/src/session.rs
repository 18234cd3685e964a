//! Sessions: all the engine knows of one connected client, and the collection of them.

use crate::command::CommandId;
use crate::limits;
use crate::pubsub::Listeners;
use crate::resp::request::Span;
use crate::resp::{Args, Parser, Reply};
use crate::time::Timestamp;
use crate::value::Kind;
use crate::watch::Watch;
use hashbrown::HashTable;

/// A connection's number, chosen by the host: 1, 2, 3 … and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

/// Where a connection comes from, as CLIENT LIST shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// Remote `ip:port`, or the socket's path.
    pub addr: Box<str>,
    /// Local `ip:port`, or the socket's path.
    pub laddr: Box<str>,
    /// Whether it came through a unix socket.
    pub unix: bool,
    /// Whether it comes from this machine: protected mode lets it in.
    pub loopback: bool,
    /// The host's descriptor, for CLIENT LIST only.
    pub fd: i32,
}

/// Which replies the client wants (CLIENT REPLY).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyMode {
    /// All.
    #[default]
    On,
    /// None until further notice.
    Off,
    /// None for the command after this one.
    SkipNext,
    /// None for this one, then all.
    Skipping,
}

/// How the connection is going to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// It goes on.
    #[default]
    Open,
    /// It closes once its replies have left; what it still sends is ignored.
    AfterReplies,
    /// It closes now, unsent replies are dropped.
    Now,
}

/// A command kept for later: queued by MULTI, or of a blocked client.
#[derive(Clone, Debug)]
pub struct SavedCommand {
    /// Which.
    pub id: CommandId,
    buffer: Box<[u8]>,
    spans: Box<[Span]>,
}

/// A transaction being put together.
#[derive(Clone, Debug, Default)]
pub struct Multi {
    /// In order.
    pub commands: Vec<SavedCommand>,
    /// A command was refused while queueing: EXEC will abort.
    pub broken: bool,
}

/// A client that waits for keys.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// Runs again when one of the keys may satisfy it.
    pub command: SavedCommand,
    /// What it waits for, in its own database.
    pub keys: Vec<Box<[u8]>>,
    /// Only values of this type can satisfy it.
    pub kind: Kind,
    /// It wants to know of keys that are gone as well.
    pub on_loss: bool,
    /// When it gives up; [`Timestamp::NEVER`] without a timeout.
    pub deadline: Timestamp,
    /// When it is tried again although no key has changed; [`Timestamp::NEVER`]: not.
    pub again: Timestamp,
    /// Since when.
    pub since: Timestamp,
    /// What it is answered when it gives up.
    pub if_over: DeniedReply,
}

impl Blocked {
    /// When something happens to it by itself.
    pub fn stirs(&self) -> Timestamp {
        self.deadline.min(self.again)
    }
}

/// What a blocking command answers where it must not wait, within EXEC, and when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedReply {
    /// The null array.
    NullArray,
    /// The null bulk string; the null array when its time is over.
    Null,
    /// That nobody acknowledged anything: 0.
    Nobody,
    /// The same of this server's disk and of replicas: twice 0.
    NobodyTwice,
    /// That another server has not answered.
    NotMigrated,
}

/// Fields that hashes are going to be made of (HIMPORT PREPARE).
#[derive(Clone, Debug)]
pub struct Fieldset {
    /// What it is called.
    pub name: Box<[u8]>,
    /// In order, each once.
    pub fields: Box<[Box<[u8]>]>,
}

#[derive(Clone, Debug, Default)]
struct Fieldsets(Vec<Fieldset>);

/// One client.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts of a client")]
pub struct Session {
    /// Its number.
    pub id: ClientId,
    /// Where from.
    pub peer: Peer,
    /// Since when.
    pub created: Timestamp,
    /// When it last sent something or was answered.
    pub last_interaction: Timestamp,
    /// Selected database.
    pub db: usize,
    /// Speaks RESP3.
    pub resp3: bool,
    /// May run commands: no password is asked for, or it gave it.
    pub authenticated: bool,
    /// CLIENT SETNAME
    pub name: Box<[u8]>,
    /// CLIENT SETINFO LIB-NAME
    pub lib_name: Box<[u8]>,
    /// CLIENT SETINFO LIB-VER
    pub lib_version: Box<[u8]>,
    /// CLIENT CAPA REDIRECT: it could follow a redirection.
    pub capable_of_redirect: bool,
    /// CLIENT REPLY
    pub reply_mode: ReplyMode,
    /// CLIENT NO-EVICT
    pub no_evict: bool,
    /// CLIENT NO-TOUCH
    pub no_touch: bool,
    /// Receives every command (MONITOR).
    pub monitor: bool,
    /// Between MULTI and EXEC.
    pub multi: Option<Box<Multi>>,
    /// WATCHed keys with their database.
    pub watched: Vec<(usize, Box<[u8]>)>,
    /// A watched key changed: EXEC will answer null.
    pub watch_broken: bool,
    /// What it listens to.
    pub subscriptions: Option<Box<Listeners>>,
    /// Waits for keys.
    pub blocked: Option<Box<Blocked>>,
    /// What HIMPORT prepared; away from here, since few clients have any and sessions are moved often.
    fieldsets: Option<Box<Fieldsets>>,
    /// Held back by CLIENT PAUSE, or by a job that reads what it would change.
    pub postponed: bool,
    /// Its command runs elsewhere, as a job; what it sends meanwhile waits.
    pub away: bool,
    /// How the connection ends.
    pub ending: Ending,
    /// The command that ran last.
    pub last_command: Option<CommandId>,
    /// Commands it has run.
    pub commands_total: u64,
    /// Bytes it has sent.
    pub bytes_in: u64,
    /// Bytes it has been sent.
    pub bytes_out: u64,
    /// Input not yet parsed.
    pub input: Vec<u8>,
    /// Place in `input`.
    pub parser: Parser,
    /// Replies not yet taken by the host.
    pub output: Vec<u8>,
    /// Messages to itself, which follow the reply of the command that caused them.
    pub own_pushes: Vec<u8>,
    /// Reply bytes that the host took and has not yet reported as sent.
    pub in_flight: usize,
    /// Since when its output has been over the soft limit.
    pub over_soft_limit_since: Option<Timestamp>,
    /// Is in the ready queue.
    pub(crate) ready: bool,
    /// Is in the list of clients with output to announce.
    pub(crate) has_news: bool,
    /// Input bytes it may still use before it goes to the queue's end.
    pub(crate) quantum: usize,
    /// The host was told to close it so.
    pub(crate) close_told: Ending,
}

/// All sessions: slots by number. The one whose command runs is taken out of its slot for that time.
#[derive(Debug, Default)]
pub struct Sessions {
    slots: Vec<Option<Box<Session>>>,
    free: Vec<u32>,
    by_id: HashTable<(u64, u32)>,
}

/// The copies have the originals' room to grow, too: CLIENT LIST tells of it.
impl Clone for Sessions {
    fn clone(&self) -> Self {
        let copy = |session: &Session| {
            let mut copy = session.clone();
            for (new, old) in [
                (&mut copy.input, &session.input),
                (&mut copy.output, &session.output),
                (&mut copy.own_pushes, &session.own_pushes),
            ] {
                new.reserve_exact(old.capacity() - old.len());
            }
            Box::new(copy)
        };
        Sessions {
            slots: self.slots.iter().map(|slot| slot.as_deref().map(copy)).collect(),
            free: self.free.clone(),
            by_id: self.by_id.clone(),
        }
    }
}

impl SavedCommand {
    /// Copies `args`.
    pub fn new(id: CommandId, args: Args<'_>) -> Self {
        Self::copy(id, args.extent(), args.len(), &mut args.iter())
    }

    /// Of these arguments, name included.
    pub fn of_words(id: CommandId, words: &[Box<[u8]>]) -> Self {
        Self::copy(id, 0, words.len(), &mut words.iter().map(|word| &**word))
    }

    fn copy(
        id: CommandId,
        bytes: usize,
        len: usize,
        words: &mut dyn Iterator<Item = &[u8]>,
    ) -> Self {
        let mut buffer = Vec::with_capacity(bytes);
        let mut spans = Vec::with_capacity(len);
        for argument in words {
            spans.push((buffer.len() as u32, argument.len() as u32));
            buffer.extend_from_slice(argument);
        }
        SavedCommand { id, buffer: buffer.into(), spans: spans.into() }
    }

    /// The arguments, name included.
    pub fn args(&self) -> Args<'_> {
        Args::new(&self.buffer, &self.spans)
    }

    /// Bytes it keeps.
    pub fn bytes(&self) -> usize {
        self.buffer.len() + size_of_val(&*self.spans)
    }
}

impl Session {
    /// A new client.
    pub fn new(id: ClientId, peer: Peer, now: Timestamp, authenticated: bool) -> Self {
        Session {
            id,
            peer,
            created: now,
            last_interaction: now,
            db: 0,
            resp3: false,
            authenticated,
            name: Box::default(),
            lib_name: Box::default(),
            lib_version: Box::default(),
            capable_of_redirect: false,
            reply_mode: ReplyMode::On,
            no_evict: false,
            no_touch: false,
            monitor: false,
            multi: None,
            watched: Vec::new(),
            watch_broken: false,
            subscriptions: None,
            blocked: None,
            fieldsets: None,
            postponed: false,
            away: false,
            ending: Ending::Open,
            last_command: None,
            commands_total: 0,
            bytes_in: 0,
            bytes_out: 0,
            input: Vec::new(),
            parser: Parser::default(),
            output: Vec::new(),
            own_pushes: Vec::new(),
            in_flight: 0,
            over_soft_limit_since: None,
            ready: false,
            has_news: false,
            quantum: 0,
            close_told: Ending::Open,
        }
    }

    /// Whether its input waits for something else to happen first.
    #[inline]
    pub fn is_held_up(&self) -> bool {
        self.blocked.is_some() || self.postponed || self.away
    }

    /// Ends the connection this way, or the more abrupt of this and what was already decided.
    pub fn end(&mut self, ending: Ending) {
        self.ending = self.ending.max(ending);
    }

    /// Watches no key any more.
    pub fn forget_watched(&mut self, watch: &mut Watch) {
        for (db, key) in self.watched.drain(..) {
            watch.remove(db, &key, self.id);
        }
        self.watch_broken = false;
    }

    /// Whether it may only use the commands of subscribed mode.
    pub fn in_subscribed_mode(&self) -> bool {
        !self.resp3 && self.subscriptions.as_ref().is_some_and(|s| s.total() > 0)
    }

    /// Whether it has sent requests that are still to run, while the engine is idle: it is held back by its unread replies,
    /// by a pause, or by a loop that stands still. A request that is not whole, or waits for a key, does not count.
    pub fn is_behind(&self) -> bool {
        let held_back = self.output_bytes() >= limits::OUTPUT_HIGH_WATER;
        self.ready || self.postponed || (held_back && !self.input.is_empty())
    }

    /// Heap bytes of its buffers and its own record.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Session>()
            + self.input.capacity()
            + self.output.capacity()
            + self.own_pushes.capacity()
            + self.in_flight
            + self.fieldsets_bytes()
    }

    /// Bytes of its fieldsets.
    pub fn fieldsets_bytes(&self) -> usize {
        self.fieldsets().iter().map(Fieldset::bytes).sum()
    }

    /// What HIMPORT prepared.
    pub fn fieldsets(&self) -> &[Fieldset] {
        self.fieldsets.as_ref().map_or(&[], |fieldsets| &fieldsets.0)
    }

    /// There are none any more.
    pub fn forget_fieldsets(&mut self) {
        self.fieldsets = None;
    }

    /// The same, to be changed.
    pub fn fieldsets_mut(&mut self) -> &mut Vec<Fieldset> {
        &mut self.fieldsets.get_or_insert_default().0
    }

    /// Reply bytes that have not left yet.
    pub fn output_bytes(&self) -> usize {
        self.output.len() + self.in_flight
    }
}

impl Fieldset {
    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        let names: usize = self.fields.iter().map(|field| field.len() + size_of_val(field)).sum();
        size_of::<Fieldset>() + self.name.len() + names
    }
}

impl Sessions {
    /// Adds a client; `false` if its number is already connected.
    pub fn insert(&mut self, session: Session) -> bool {
        let id = session.id;
        if self.slot(id).is_some() {
            return false;
        }
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(Box::new(session));
                slot
            }
            None => {
                self.slots.push(Some(Box::new(session)));
                (self.slots.len() - 1) as u32
            }
        };
        self.by_id.insert_unique(spread(id), (id.0, slot), |(id, _)| spread(ClientId(*id)));
        true
    }

    /// Takes a session out while its command runs. [`Sessions::put_back`] must follow.
    #[inline]
    pub fn take(&mut self, id: ClientId) -> Option<(u32, Box<Session>)> {
        let slot = self.slot(id)?;
        Some((slot, self.slots[slot as usize].take()?))
    }

    /// Ends a [`Sessions::take`].
    #[inline]
    pub fn put_back(&mut self, slot: u32, session: Box<Session>) {
        self.slots[slot as usize] = Some(session);
    }

    /// Forgets a client.
    pub fn remove(&mut self, id: ClientId) -> Option<Box<Session>> {
        let entry = self.by_id.find_entry(spread(id), |(other, _)| *other == id.0).ok()?;
        let ((_, slot), _) = entry.remove();
        self.free.push(slot);
        self.slots[slot as usize].take()
    }

    /// A client, unless it is the one taken out.
    #[inline]
    pub fn get_mut(&mut self, id: ClientId) -> Option<&mut Session> {
        let slot = self.slot(id)?;
        self.slots[slot as usize].as_deref_mut()
    }

    /// As [`Sessions::get_mut`], to look.
    pub fn get(&self, id: ClientId) -> Option<&Session> {
        self.slots[self.slot(id)? as usize].as_deref()
    }

    /// Every client but the one taken out, in no promised order (it is deterministic).
    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.slots.iter().flatten().map(|session| &**session)
    }

    /// As [`Sessions::iter`], to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        self.slots.iter_mut().flatten().map(|session| &mut **session)
    }

    /// Connected clients, one taken out included.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    #[inline]
    fn slot(&self, id: ClientId) -> Option<u32> {
        self.by_id.find(spread(id), |(other, _)| *other == id.0).map(|(_, slot)| *slot)
    }
}

/// Client numbers are consecutive; a multiplication spreads them over the table (Knuth's Fibonacci hashing).
#[inline]
fn spread(id: ClientId) -> u64 {
    id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Appends to a client's output through the reply writer of its protocol.
pub fn write_to(session: &mut Session, write: impl FnOnce(&mut Reply<'_>)) {
    let resp3 = session.resp3;
    write(&mut Reply::new(&mut session.output, resp3));
}
