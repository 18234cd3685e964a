//! The options that SET, GETEX and MSETEX share: conditions, what becomes of the old value, and deadlines. One reader
//! takes them all; each command says which words it knows.
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
    pub(super) expiry: Expiry<'a>,
    /// GET
    pub(super) get: bool,
}

/// Which command reads its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Set,
    GetEx,
    MSetEx,
}

impl<'a> Options<'a> {
    /// Reads all of `args`.
    ///
    /// # Errors
    /// A syntax error.
    pub(super) fn read(args: Args<'a>, reader: Reader) -> Result<Options<'a>, Error> {
        let mut options =
            Options { condition: Condition::Always, expiry: Expiry::Default, get: false };
        let mut at = 0;
        while let Some(word) = args.get(at) {
            at += options.read_one(word, args.get(at + 1), reader)?;
        }
        Ok(options)
    }

    /// One option; how many arguments it took.
    fn read_one(
        &mut self,
        word: &'a [u8],
        next: Option<&'a [u8]>,
        reader: Reader,
    ) -> Result<usize, Error> {
        let sets = reader != Reader::GetEx;
        if let (Some(unit), Some(amount)) = (Unit::by_word(word), next) {
            let same = matches!(self.expiry, Expiry::At(before, _) if before == unit);
            if self.expiry != Expiry::Default && !same {
                return Err(Error::SYNTAX);
            }
            self.expiry = Expiry::At(unit, amount);
            return Ok(2);
        }
        if is_word(word, "KEEPTTL") && sets {
            self.set_expiry(Expiry::Keep)?;
        } else if is_word(word, "PERSIST") && !sets {
            self.set_expiry(Expiry::Persist)?;
        } else if is_word(word, "NX") && sets {
            self.set_condition(Condition::Absent)?;
        } else if is_word(word, "XX") && sets {
            self.set_condition(Condition::Present)?;
        } else if is_word(word, "GET") && reader == Reader::Set {
            self.get = true;
        } else if is_word(word, "IFEQ")
            && reader == Reader::Set
            && self.condition == Condition::Always
        {
            self.condition = Condition::Equal(next.ok_or(Error::SYNTAX)?);
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

    fn set_condition(&mut self, condition: Condition<'a>) -> Result<(), Error> {
        if self.condition != Condition::Always && self.condition != condition {
            return Err(Error::SYNTAX);
        }
        self.condition = condition;
        Ok(())
    }

    /// The deadline as the keyspace takes it.
    ///
    /// # Errors
    /// The amount is no integer, not above 0, or past the end of time.
    pub(super) fn deadline(&self, ctx: &Ctx<'_>) -> Result<Deadline, Error> {
        Ok(match self.expiry {
            Expiry::Default | Expiry::Persist => Deadline::Clear,
            Expiry::Keep => Deadline::Keep,
            Expiry::At(unit, amount) => Deadline::Set(unit.deadline(amount, ctx)?),
        })
    }
}

impl Unit {
    fn by_word(word: &[u8]) -> Option<Unit> {
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
    /// The amount is no integer, not above 0, or past the end of time.
    pub(super) fn deadline(self, amount: &[u8], ctx: &Ctx<'_>) -> Result<u64, Error> {
        let amount = integer(amount)?;
        let now = if self.absolute { 0 } else { ctx.keys.now_ms() };
        Some(amount)
            .filter(|amount| *amount > 0)
            .and_then(|amount| amount.checked_mul(if self.seconds { 1000 } else { 1 }))
            .and_then(|millis| millis.checked_add_unsigned(now))
            .map(i64::unsigned_abs)
            .ok_or_else(|| Error::invalid_expire(ctx.name))
    }
}
