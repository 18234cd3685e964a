//! What the EXPIRE commands of keys and those of hash fields share: how an argument becomes a millisecond of the epoch
//! and is shown again, and the conditions under which one deadline may replace another.

use crate::ctx::{Ctx, integer};
use crate::error::Error;
use crate::resp::Args;
use crate::time::Timestamp;
use crate::util::is_word;

/// What a deadline's number counts.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
}

/// Where it counts from.
#[derive(Clone, Copy)]
pub(super) enum From {
    Now,
    Epoch,
}

/// NX, XX, GT, LT: when the deadline may be set.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "the options as they are given")]
pub(super) struct Conditions {
    /// NX: only if there is none.
    absent: bool,
    /// XX: only if there is one.
    present: bool,
    /// GT: only if it is later.
    later: bool,
    /// LT: only if it is earlier.
    earlier: bool,
}

/// A deadline as a reply shows it; seconds are rounded to the nearest.
pub(super) fn shown(now: Timestamp, at: u64, from: From, unit: Unit) -> i64 {
    let ms = match from {
        From::Now => at.saturating_sub(now.millis()),
        From::Epoch => at,
    };
    // Deadlines come from signed 64-bit arguments, so this fits.
    match unit {
        Unit::Milliseconds => ms as i64,
        Unit::Seconds => (ms.saturating_add(500) / 1000) as i64,
    }
}

/// An argument as milliseconds since the epoch; may be negative.
pub(super) fn absolute(
    ctx: &Ctx<'_>,
    argument: &[u8],
    from: From,
    unit: Unit,
) -> Result<i64, Error> {
    let value = integer(argument)?;
    let ms = match unit {
        Unit::Seconds => value.checked_mul(1000),
        Unit::Milliseconds => Some(value),
    };
    let base = match from {
        From::Now => ctx.now().millis() as i64,
        From::Epoch => 0,
    };
    ms.and_then(|ms| ms.checked_add(base)).ok_or_else(|| Error::invalid_expire(ctx.name))
}

impl Conditions {
    pub(super) fn parse(options: Args<'_>) -> Result<Self, Error> {
        let mut conditions = Conditions::default();
        for word in options.iter() {
            let condition = if is_word(word, "NX") {
                &mut conditions.absent
            } else if is_word(word, "XX") {
                &mut conditions.present
            } else if is_word(word, "GT") {
                &mut conditions.later
            } else if is_word(word, "LT") {
                &mut conditions.earlier
            } else {
                return Err(unsupported(word));
            };
            *condition = true;
        }
        let Conditions { absent, present, later, earlier } = conditions;
        if absent && (present || later || earlier) {
            return Err(NX_EXCLUDES);
        }
        if later && earlier {
            return Err(GT_EXCLUDES_LT);
        }
        Ok(conditions)
    }

    /// Whether `at` may replace the `current` deadline. None at all counts as infinitely far.
    pub(super) fn allow(self, at: i64, current: Option<u64>) -> bool {
        match current {
            None => !self.present && !self.later,
            Some(current) => {
                let order = i128::from(at).cmp(&i128::from(current));
                !self.absent && (!self.later || order.is_gt()) && (!self.earlier || order.is_lt())
            }
        }
    }
}

const NX_EXCLUDES: Error =
    Error::Static("ERR NX and XX, GT or LT options at the same time are not compatible");
const GT_EXCLUDES_LT: Error =
    Error::Static("ERR GT and LT options at the same time are not compatible");

fn unsupported(word: &[u8]) -> Error {
    Error::Bytes([b"ERR Unsupported option ".as_slice(), word].concat().into())
}
