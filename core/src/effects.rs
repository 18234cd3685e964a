//! What a command did to the keyspace, collected while it runs and announced by `settle` when it is done: to watchers,
//! keyspace notifications, blocked clients, the propagation stream and the observer. Handlers know none of them; they
//! say `changed(key, class, event)` once per write.

/// Keyspace event classes, the letters of notify-keyspace-events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(pub u16);

impl Class {
    /// Never announced.
    pub const NONE: Class = Class(0);
    /// `K`: publish on `__keyspace@<db>__:<key>`.
    pub const KEYSPACE: Class = Class(1);
    /// `E`: publish on `__keyevent@<db>__:<event>`.
    pub const KEYEVENT: Class = Class(1 << 1);
    /// `g`
    pub const GENERIC: Class = Class(1 << 2);
    /// `$`
    pub const STRING: Class = Class(1 << 3);
    /// `l`
    pub const LIST: Class = Class(1 << 4);
    /// `s`
    pub const SET: Class = Class(1 << 5);
    /// `h`
    pub const HASH: Class = Class(1 << 6);
    /// `z`
    pub const ZSET: Class = Class(1 << 7);
    /// `x`
    pub const EXPIRED: Class = Class(1 << 8);
    /// `e`
    pub const EVICTED: Class = Class(1 << 9);
    /// `t`
    pub const STREAM: Class = Class(1 << 10);
    /// `m`: not part of `A`.
    pub const MISS: Class = Class(1 << 11);
    /// `d`
    pub const MODULE: Class = Class(1 << 13);
    /// `n`: not part of `A`.
    pub const NEW: Class = Class(1 << 14);
    /// `A`: all classes but misses and new keys.
    pub const ALL: Class = Class(
        Self::GENERIC.0
            | Self::STRING.0
            | Self::LIST.0
            | Self::SET.0
            | Self::HASH.0
            | Self::ZSET.0
            | Self::EXPIRED.0
            | Self::EVICTED.0
            | Self::STREAM.0
            | Self::MODULE.0,
    );

    /// Whether any of `other`'s classes is in.
    #[inline]
    pub const fn has(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    pub const fn and(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }
}

/// One announcement.
#[derive(Clone, Debug)]
pub struct Change {
    /// Database index.
    pub db: usize,
    /// The key.
    pub key: Box<[u8]>,
    /// Which letter announces it.
    pub class: Class,
    /// The event's name.
    pub event: &'static str,
    /// A write, as opposed to a mere announcement.
    pub write: bool,
    /// Clients that wait for the key are tried.
    pub wakes: bool,
}

/// What the running command has done so far.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Writes since the server started.
    pub dirty: u64,
    /// Somebody wants to know of each change; if not, only `dirty` counts.
    pub watched: bool,
    /// In the order they happened.
    pub changes: Vec<Change>,
    /// The host keeps the propagation stream.
    pub streaming: bool,
    /// What is propagated instead of the command itself, as RESP requests; `Some(empty)`: nothing.
    pub rewritten: Option<Vec<u8>>,
    /// Databases emptied or exchanged as a whole.
    pub flushed: Vec<usize>,
    /// Watched keys that this emptied, filled or exchanged.
    pub overturned: Vec<(usize, Box<[u8]>)>,
    /// Keys of its database that the client watches as soon as what happened before is settled.
    pub watches: Vec<Box<[u8]>>,
}

impl Effects {
    /// A write of `count` changes to `key`.
    #[inline]
    pub fn changed(&mut self, db: usize, key: &[u8], class: Class, event: &'static str) {
        self.dirty += 1;
        if self.watched {
            self.changes.push(Change {
                db,
                key: key.into(),
                class,
                event,
                write: true,
                wakes: true,
            });
        }
    }

    /// An announcement that is no write.
    pub fn announce(&mut self, db: usize, key: &[u8], class: Class, event: &'static str) {
        self.tell(db, key, class, event, false);
    }

    /// A write that breaks no WATCH: of what is known about a value rather than of the value.
    pub fn noted(&mut self, db: usize, key: &[u8], class: Class, event: &'static str, wakes: bool) {
        self.dirty += 1;
        self.tell(db, key, class, event, wakes);
    }

    fn tell(&mut self, db: usize, key: &[u8], class: Class, event: &'static str, wakes: bool) {
        if self.watched {
            self.changes.push(Change { db, key: key.into(), class, event, write: false, wakes });
        }
    }

    /// Whether anything but `dirty` is to be settled.
    #[inline]
    pub fn has_news(&self) -> bool {
        !self.changes.is_empty()
            || !self.flushed.is_empty()
            || !self.watches.is_empty()
            || self.rewritten.is_some()
    }

    /// Propagates `request` in place of the command; several calls add up.
    pub fn rewrite(&mut self, request: &[&[u8]]) {
        if self.streaming {
            append_request(self.rewritten.get_or_insert_default(), request);
        }
    }
}

/// Appends a request in RESP.
pub fn append_request(out: &mut Vec<u8>, request: &[&[u8]]) {
    let mut reply = crate::resp::Reply::new(out, false);
    reply.array(request.len());
    for argument in request {
        reply.bulk(argument);
    }
}
