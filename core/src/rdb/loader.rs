//! Reading a snapshot from bytes that come in pieces of any size.
//!
//! What the file says comes out as [`Record`]s, one at a time, so a host can load in slices. A record is read once all of
//! its bytes are here: until then they pile up, so memory holds the encoded form of one key beside what was read. A try
//! that ends too early is not repeated before there is half as much again, so retries cost no more than reading does.

use super::crc64::Crc64;
use super::reader::Reader;
use super::saver::Uses;
use super::{ModuleName, Refusal, VALKEY_VERSION, modules, opcodes, own, types};
use crate::value::{Object, Thresholds};

/// A snapshot that is being read.
#[derive(Clone, Debug, Default)]
pub struct Loader {
    /// From the first byte that was not used up yet on.
    buffer: Vec<u8>,
    /// Bytes of the buffer that are used up and wait to be dropped.
    used: usize,
    /// Bytes dropped before the buffer.
    dropped: u64,
    /// Bytes that a new try needs, counted from `used`.
    wanted: usize,
    /// No more bytes will come.
    all_here: bool,
    version: Option<u32>,
    db: u64,
    crc: Crc64,
    ended: bool,
}

/// What a snapshot says.
#[derive(Clone, Debug)]
pub enum Record {
    /// A fact about the file or who wrote it.
    Fact {
        /// Such as `redis-ver`.
        name: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
    /// How many keys a database has, and how many deadlines among them: a hint.
    Sizes {
        /// The database.
        db: u64,
        /// Its keys.
        entries: u64,
        /// Those of them that have a deadline.
        deadlines: u64,
    },
    /// A library of functions.
    Function(Vec<u8>),
    /// A key.
    Entry(Box<Entry>),
    /// A key, or something beside the keys, that only a module can read. It was passed over.
    Foreign {
        /// The key; none if it is something beside them.
        key: Option<Vec<u8>>,
        /// Whose it is.
        module: ModuleName,
    },
    /// The end: everything was read, and the sum is right (or was left out).
    End,
}

/// A key of a snapshot.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its database.
    pub db: u64,
    /// Its name.
    pub key: Vec<u8>,
    /// What it holds.
    pub value: Object,
    /// Until when, milliseconds since the epoch; may be long past.
    pub deadline: Option<u64>,
    /// What is remembered of its uses.
    pub uses: Option<Uses>,
}

/// Why a snapshot cannot be read on, and where it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The byte of the file where the record begins.
    pub at: u64,
    /// Why.
    pub why: Refusal,
    /// The module whose value it is, where that is the reason.
    pub module: Option<ModuleName>,
}

/// Bytes of magic and version.
const MAGIC: usize = 9;
/// The first version that ends with a sum.
const SUMMED_VERSION: u32 = 5;
/// Used up bytes are dropped when there are so many, so that moving the rest is seldom.
const DROP_MIN: usize = 64 * 1024;

impl Loader {
    /// At the beginning of a file.
    pub fn new() -> Self {
        Loader::default()
    }

    /// More bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.used >= DROP_MIN.max(self.buffer.len() / 2) {
            self.buffer.drain(..self.used);
            self.dropped += self.used as u64;
            self.used = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// There are no more bytes: what was put off is tried now.
    pub fn finish(&mut self) {
        self.all_here = true;
    }

    /// The next record; `None`: more bytes are needed. After [`Record::End`] there is nothing more.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn next(&mut self, t: &Thresholds) -> Result<Option<Record>, LoadError> {
        let rest = &self.buffer[self.used..];
        if self.ended || (rest.len() < self.wanted && !self.all_here) {
            return Ok(None);
        }
        let mut reader = Reader::new(rest);
        let read = match self.version {
            None => version(&mut reader).map(|version| {
                self.version = Some(version);
                None
            }),
            Some(version) => Walk { version, db: &mut self.db, crc: &self.crc, bytes: rest }
                .record(&mut reader, t)
                .map(Some),
        };
        match read {
            Ok(record) => {
                let read = reader.at();
                self.crc.add(&rest[..read]);
                self.used += read;
                self.wanted = 0;
                match record {
                    None => self.next(t),
                    Some(record) => {
                        self.ended = matches!(record, Record::End);
                        Ok(Some(record))
                    }
                }
            }
            Err(Refusal::Cut) if !self.all_here => {
                self.wanted = reader.needed.max(rest.len() + rest.len() / 2);
                Ok(None)
            }
            Err(why) => {
                let at = self.dropped + self.used as u64;
                Err(LoadError { at, why, module: reader.module })
            }
        }
    }
}

/// Magic and version.
fn version(reader: &mut Reader<'_>) -> Result<u32, Refusal> {
    let magic = reader.take(MAGIC as u64)?;
    let digits = magic
        .strip_prefix(b"REDIS")
        .or_else(|| magic.strip_prefix(b"VALKEY"))
        .ok_or(Refusal::Version)?;
    let mut version = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(Refusal::Version);
        }
        version = version * 10 + u32::from(digit - b'0');
    }
    let valkey = digits.len() == 3;
    if super::is_known(version) && valkey == (version == VALKEY_VERSION) {
        Ok(version)
    } else {
        Err(Refusal::Version)
    }
}

/// One try at a record.
struct Walk<'a> {
    version: u32,
    db: &'a mut u64,
    crc: &'a Crc64,
    bytes: &'a [u8],
}

impl Walk<'_> {
    fn record(&mut self, reader: &mut Reader<'_>, t: &Thresholds) -> Result<Record, Refusal> {
        let (mut deadline, mut uses) = (None, None);
        loop {
            match reader.byte()? {
                opcodes::DEADLINE_MS => {
                    // A signed number: before the epoch is long past too.
                    deadline = Some(i64::from_le_bytes(reader.array()?).max(0) as u64);
                }
                opcodes::DEADLINE => {
                    let seconds = u32::from_le_bytes(reader.array()?);
                    deadline = Some(u64::from(seconds) * 1000);
                }
                opcodes::IDLE => uses = Some(Uses::Idle(reader.length()?)),
                opcodes::FREQUENCY => uses = Some(Uses::Frequency(reader.byte()?)),
                opcodes::DATABASE => *self.db = reader.length()?,
                opcodes::SIZES => {
                    let (entries, deadlines) = (reader.length()?, reader.length()?);
                    return Ok(Record::Sizes { db: *self.db, entries, deadlines });
                }
                opcodes::SLOT => {
                    // Slot, keys, deadlines: hints for clusters.
                    for _ in 0..3 {
                        reader.length()?;
                    }
                }
                opcodes::AUX => {
                    return Ok(Record::Fact { name: reader.owned()?, value: reader.owned()? });
                }
                opcodes::FUNCTION => return reader.owned().map(Record::Function),
                opcodes::MODULE_AUX => {
                    let module = modules::skip(reader)?;
                    return Ok(Record::Foreign { key: None, module });
                }
                opcodes::END => return self.end(reader),
                kind => {
                    let key = reader.owned()?;
                    if kind == types::MODULE_2 && !own::is_next(kind, reader) {
                        let module = modules::skip(reader)?;
                        return Ok(Record::Foreign { key: Some(key), module });
                    }
                    let value = super::read(kind, reader, t)?;
                    let entry = Entry { db: *self.db, key, value, deadline, uses };
                    return Ok(Record::Entry(Box::new(entry)));
                }
            }
        }
    }

    fn end(&self, reader: &mut Reader<'_>) -> Result<Record, Refusal> {
        if self.version >= SUMMED_VERSION {
            let mut crc = self.crc.clone();
            crc.add(&self.bytes[..reader.at()]);
            let sum = reader.number()?;
            // 0: its writer was told to leave it out.
            if sum != 0 && sum != crc.sum() {
                return Err(Refusal::Checksum);
            }
        }
        Ok(Record::End)
    }
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at byte {}: {}", self.at, self.why)?;
        match self.module {
            Some(ModuleName(name)) => write!(f, ": {}", String::from_utf8_lossy(&name)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LoadError {}
