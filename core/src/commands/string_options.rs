//! The options that SET, GETEX, MSETEX, INCREX, DELEX, HGETEX and HSETEX share: conditions, what becomes of the old value,
//! and deadlines. One reader takes them all; each command says which words it knows.
//!
//! Options may come in any order and case. What excludes each other is a syntax error as soon as the second is read;
//! amounts are judged after all words are, so a bad word wins over a bad number.

use crate::ctx::{Ctx, integer};
use crate::ds::dict::Deadline;
use crate::error::Error;
use crate::resp::Args;
use crate::util::is_word;

/// When the command may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition<'a> {
    Always,
    /// NX
    Absent,
    /// XX
    Present,
    /// IFEQ
    Equal(&'a [u8]),
    /// IFNE
    Unequal(&'a [u8]),
    /// IFDEQ
    DigestEqual(&'a [u8]),
    /// IFDNE
    DigestUnequal(&'a [u8]),
}

/// What becomes of the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry<'a> {
    /// Nothing was said.
    Default,
    /// KEEPTTL
    Keep,
    /// PERSIST
    Persist,
    /// EX, PX, EXAT, PXAT and their argument.
    At(Unit, &'a [u8]),
}

/// How a deadline's argument is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) seconds: bool,
    pub(super) absolute: bool,
}

/// What was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options<'a> {
    pub(super) condition: Condition<'a>,
    /// FNX and FXX: the same for fields of a hash.
    pub(super) fields: Condition<'a>,
    pub(super) expiry: Expiry<'a>,
    /// GET
    pub(super) get: bool,
    reader: Reader,
}

/// Which command reads its options: a set of words it knows beside EX, PX, EXAT and PXAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reader(u8);

impl Reader {
    pub(super) const SET: Reader = Reader(NX_XX | KEEPTTL | GET | COMPARES);
    pub(super) const GETEX: Reader = Reader(PERSIST);
    pub(super) const INCREX: Reader = Reader(PERSIST);
    pub(super) const MSETEX: Reader = Reader(NX_XX | KEEPTTL);
    pub(super) const HGETEX: Reader = Reader(PERSIST | FROM_ZERO);
    pub(super) const HSETEX: Reader = Reader(NX_XX | FNX_FXX | KEEPTTL | FROM_ZERO);

    const fn knows(self, word: u8) -> bool {
        self.0 & word != 0
    }
}

const NX_XX: u8 = 1;
const FNX_FXX: u8 = 1 << 1;
const KEEPTTL: u8 = 1 << 2;
const PERSIST: u8 = 1 << 3;
const GET: u8 = 1 << 4;
/// IFEQ, IFNE, IFDEQ, IFDNE
const COMPARES: u8 = 1 << 5;
/// Amounts may be 0.
const FROM_ZERO: u8 = 1 << 6;

impl<'a> Options<'a> {
    /// Reads all of `args`.
    ///
    /// # Errors
    /// A syntax error.
    pub(super) fn read(args: Args<'a>, reader: Reader) -> Result<Options<'a>, Error> {
        let mut options = Options::none(reader);
        let mut at = 0;
        while let Some(word) = args.get(at) {
            at += options.read_one(word, args.get(at + 1))?;
        }
        Ok(options)
    }

    /// What holds before anything is read.
    pub(super) fn none(reader: Reader) -> Options<'a> {
        Options {
            condition: Condition::Always,
            fields: Condition::Always,
            expiry: Expiry::Default,
            get: false,
            reader,
        }
    }

    /// One option; how many arguments it took.
    ///
    /// # Errors
    /// A syntax error.
    pub(super) fn read_one(
        &mut self,
        word: &'a [u8],
        next: Option<&'a [u8]>,
    ) -> Result<usize, Error> {
        let knows = |words| self.reader.knows(words);
        if let (Some(unit), Some(amount)) = (Unit::by_word(word), next) {
            let same = matches!(self.expiry, Expiry::At(before, _) if before == unit);
            if self.expiry != Expiry::Default && !same {
                return Err(Error::SYNTAX);
            }
            self.expiry = Expiry::At(unit, amount);
            return Ok(2);
        }
        if is_word(word, "KEEPTTL") && knows(KEEPTTL) {
            self.set_expiry(Expiry::Keep)?;
        } else if is_word(word, "PERSIST") && knows(PERSIST) {
            self.set_expiry(Expiry::Persist)?;
        } else if is_word(word, "NX") && knows(NX_XX) {
            set_condition(&mut self.condition, Condition::Absent)?;
        } else if is_word(word, "XX") && knows(NX_XX) {
            set_condition(&mut self.condition, Condition::Present)?;
        } else if is_word(word, "FNX") && knows(FNX_FXX) {
            set_condition(&mut self.fields, Condition::Absent)?;
        } else if is_word(word, "FXX") && knows(FNX_FXX) {
            set_condition(&mut self.fields, Condition::Present)?;
        } else if is_word(word, "GET") && knows(GET) {
            self.get = true;
        } else if knows(COMPARES)
            && self.condition == Condition::Always
            && let Some(condition) = next.and_then(|value| Condition::comparing(word, value))
        {
            self.condition = condition;
            return Ok(2);
        } else {
            return Err(Error::SYNTAX);
        }
        Ok(1)
    }

    fn set_expiry(&mut self, expiry: Expiry<'a>) -> Result<(), Error> {
        if self.expiry != Expiry::Default && self.expiry != expiry {
            return Err(Error::SYNTAX);
        }
        self.expiry = expiry;
        Ok(())
    }

    /// The deadline as the keyspace takes it.
    ///
    /// # Errors
    /// The amount is no integer, too small, or past the end of time.
    pub(super) fn deadline(&self, ctx: &Ctx<'_>) -> Result<Deadline, Error> {
        Ok(match self.expiry {
            Expiry::Default | Expiry::Persist => Deadline::Clear,
            Expiry::Keep => Deadline::Keep,
            Expiry::At(unit, amount) => {
                let least = i64::from(!self.reader.knows(FROM_ZERO));
                Deadline::Set(unit.deadline(amount, least, ctx)?)
            }
        })
    }
}

impl<'a> Condition<'a> {
    /// IFEQ, IFNE, IFDEQ and IFDNE with what they compare with.
    pub(super) fn comparing(word: &[u8], with: &'a [u8]) -> Option<Self> {
        Some(match word {
            _ if is_word(word, "IFEQ") => Condition::Equal(with),
            _ if is_word(word, "IFNE") => Condition::Unequal(with),
            _ if is_word(word, "IFDEQ") => Condition::DigestEqual(with),
            _ if is_word(word, "IFDNE") => Condition::DigestUnequal(with),
            _ => return None,
        })
    }
}

fn set_condition<'a>(slot: &mut Condition<'a>, condition: Condition<'a>) -> Result<(), Error> {
    if *slot != Condition::Always && *slot != condition {
        return Err(Error::SYNTAX);
    }
    *slot = condition;
    Ok(())
}

impl Unit {
    pub(super) fn by_word(word: &[u8]) -> Option<Unit> {
        let (seconds, absolute) = match word.len() {
            2 if is_word(word, "EX") => (true, false),
            2 if is_word(word, "PX") => (false, false),
            4 if is_word(word, "EXAT") => (true, true),
            4 if is_word(word, "PXAT") => (false, true),
            _ => return None,
        };
        Some(Unit { seconds, absolute })
    }

    /// The deadline that `amount` means, milliseconds since the epoch.
    ///
    /// # Errors
    /// The amount is no integer, below `least`, or past the end of time.
    pub(super) fn deadline(self, amount: &[u8], least: i64, ctx: &Ctx<'_>) -> Result<u64, Error> {
        let amount = integer(amount)?;
        let now = if self.absolute { 0 } else { ctx.keys.now_ms() };
        Some(amount)
            .filter(|amount| *amount >= least)
            .and_then(|amount| amount.checked_mul(if self.seconds { 1000 } else { 1 }))
            .and_then(|millis| millis.checked_add_unsigned(now))
            .map(i64::unsigned_abs)
            .ok_or_else(|| Error::invalid_expire(ctx.name))
    }
}
