//! INCREX: a counter with bounds and a deadline in one step. What would leave the bounds is not done, or is done as far as
//! they allow.
//!
//! From the public documentation of Redis 8.8. It does not give the texts of errors that are particular to it: those here
//! are our own. Sums of floating point numbers are in extended precision, as INCRBYFLOAT's.

use super::string_options::{Expiry, Options, Reader};
use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::ds::dict::Deadline;
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;
use crate::util::extended::Extended;
use crate::util::{is_word, number};

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("INCREX", Group::String, increx, -2)
    .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
    .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::UPDATE), 1)])
    .doc(
        "key [BYFLOAT float | BYINT integer] [LBOUND lowerbound] [UBOUND upperbound] [SATURATE] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] [ENX]",
        "Adds to the number at a key within bounds and sets its deadline; answers the number and what was added.",
        "O(1)",
        "8.8.0",
    )];

const ENX_ALONE: Error = Error::Static("ERR ENX needs one of EX, PX, EXAT and PXAT");
const BOUNDS_CROSSED: Error = Error::Static("ERR LBOUND can't be greater than UBOUND");

/// The options as they are given.
struct Request<'a> {
    by: Option<&'a [u8]>,
    float: bool,
    least: Option<&'a [u8]>,
    most: Option<&'a [u8]>,
    saturate: bool,
    /// ENX: a deadline only where there is none.
    unless_any: bool,
    options: Options<'a>,
}

/// What comes of it: the value and what was added to reach it, or that nothing happens.
enum Sum<N> {
    Within(N, N),
    Outside(N),
}

fn increx(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let request = Request::parse(args.from(2))?;
    let deadline = request.options.deadline(ctx)?;
    if request.float {
        let mut text = Vec::new();
        match request.add_floats(ctx, key)? {
            Sum::Outside(value) => {
                ctx.out.array(2);
                value.write(&mut text);
                ctx.out.double_text(&text);
                ctx.out.double_text(b"0");
                return Ok(());
            }
            Sum::Within(value, added) => {
                ctx.out.array(2);
                value.write(&mut text);
                ctx.out.double_text(&text);
                let mut difference = Vec::new();
                added.write(&mut difference);
                ctx.out.double_text(&difference);
            }
        }
        ctx.keys.set_text(key, &text, false, Deadline::Keep);
        ctx.changed(key, Class::STRING, "incrbyfloat");
        settle_deadline(ctx, key, &text, &request, deadline);
    } else {
        ctx.out.array(2);
        let value = match request.add_integers(ctx, key)? {
            Sum::Outside(value) => {
                ctx.out.integer(value);
                ctx.out.integer(0);
                return Ok(());
            }
            Sum::Within(value, added) => {
                ctx.out.integer(value);
                ctx.out.integer(added);
                value
            }
        };
        ctx.keys.set_int(key, value, Deadline::Keep);
        ctx.changed(key, Class::STRING, "incrby");
        let mut text = itoa::Buffer::new();
        settle_deadline(ctx, key, text.format(value).as_bytes(), &request, deadline);
    }
    Ok(())
}

/// What becomes of the deadline of a key that now holds `text`; both are propagated together.
fn settle_deadline(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    text: &[u8],
    request: &Request<'_>,
    deadline: Deadline,
) {
    let has_one = ctx.keys.deadline(key).flatten().is_some();
    match (request.options.expiry, deadline) {
        (Expiry::At(..), Deadline::Set(at)) if !(request.unless_any && has_one) => {
            if at <= ctx.keys.now_ms() {
                return ctx.expire_at_once(key);
            }
            ctx.keys.set_deadline(key, Some(at));
            ctx.announce(key, Class::GENERIC, "expire");
            let mut until = itoa::Buffer::new();
            ctx.replicate(&[b"SET", key, text, b"PXAT", until.format(at).as_bytes()]);
        }
        (Expiry::Persist, _) if has_one => {
            ctx.keys.set_deadline(key, None);
            ctx.announce(key, Class::GENERIC, "persist");
            ctx.replicate(&[b"SET", key, text]);
        }
        _ => ctx.replicate(&[b"SET", key, text, b"KEEPTTL"]),
    }
}

impl<'a> Request<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let mut request = Request {
            by: None,
            float: false,
            least: None,
            most: None,
            saturate: false,
            unless_any: false,
            options: Options::none(Reader::INCREX),
        };
        let mut at = 0;
        while let Some(word) = args.get(at) {
            let next = args.get(at + 1);
            let float = is_word(word, "BYFLOAT");
            at += if (float || is_word(word, "BYINT")) && request.by.is_none() {
                request.by = Some(next.ok_or(Error::SYNTAX)?);
                request.float = float;
                2
            } else if is_word(word, "LBOUND") && request.least.is_none() {
                request.least = Some(next.ok_or(Error::SYNTAX)?);
                2
            } else if is_word(word, "UBOUND") && request.most.is_none() {
                request.most = Some(next.ok_or(Error::SYNTAX)?);
                2
            } else if is_word(word, "SATURATE") {
                request.saturate = true;
                1
            } else if is_word(word, "ENX") {
                request.unless_any = true;
                1
            } else {
                request.options.read_one(word, next)?
            };
        }
        if request.unless_any && !matches!(request.options.expiry, Expiry::At(..)) {
            return Err(ENX_ALONE);
        }
        Ok(request)
    }

    fn add_integers(&self, ctx: &mut Ctx<'_>, key: &[u8]) -> Result<Sum<i64>, Error> {
        let or = |text: Option<&[u8]>, otherwise| text.map_or(Ok(otherwise), integer);
        let by = or(self.by, 1)?;
        let (least, most) = (or(self.least, i64::MIN)?, or(self.most, i64::MAX)?);
        if least > most {
            return Err(BOUNDS_CROSSED);
        }
        let value = match ctx.keys.peek(key) {
            None => 0,
            Some(ValueRef::Int(value)) => value,
            Some(ValueRef::Bytes(bytes)) => number::parse_i64(bytes).ok_or(Error::NOT_INTEGER)?,
            Some(ValueRef::Object(_)) => return Err(Error::WRONG_TYPE),
        };
        let sum = i128::from(value) + i128::from(by);
        let within = sum.clamp(i128::from(least), i128::from(most));
        if within != sum && !self.saturate {
            return Ok(Sum::Outside(value));
        }
        let added = i64::try_from(within - i128::from(value)).map_err(|_| Error::OVERFLOW)?;
        // It lies between two 64-bit integers.
        Ok(Sum::Within(within as i64, added))
    }

    fn add_floats(&self, ctx: &mut Ctx<'_>, key: &[u8]) -> Result<Sum<Extended>, Error> {
        let read = |text| Extended::parse(text).ok_or(Error::NOT_FLOAT);
        let by = read(self.by.unwrap_or_default())?;
        let least = self.least.map(read).transpose()?;
        let most = self.most.map(read).transpose()?;
        if let (Some(least), Some(most)) = (least, most)
            && least.compare(most).is_gt()
        {
            return Err(BOUNDS_CROSSED);
        }
        let value = match ctx.keys.peek(key) {
            None => Extended::ZERO,
            Some(ValueRef::Int(value)) => read(itoa::Buffer::new().format(value).as_bytes())?,
            Some(ValueRef::Bytes(bytes)) => read(bytes)?,
            Some(ValueRef::Object(_)) => return Err(Error::WRONG_TYPE),
        };
        if by.is_infinite() || value.is_infinite() {
            return Err(Error::NAN_OR_INFINITY);
        }
        // A sum that overflows lies beyond whatever bound there is on its side.
        let sum = value.checked_add(by);
        let rises = by.compare(Extended::ZERO).is_gt();
        let above = |most: Extended| sum.map_or(rises, |sum| sum.compare(most).is_gt());
        let below = |least: Extended| sum.map_or(!rises, |sum| sum.compare(least).is_lt());
        let bound = most.filter(|most| above(*most)).or(least.filter(|least| below(*least)));
        let within = match (sum, bound) {
            (_, Some(bound)) if self.saturate => bound,
            (Some(sum), None) => return Ok(Sum::Within(sum, by)),
            (None, None) if self.saturate => return Err(Error::NAN_OR_INFINITY),
            _ => return Ok(Sum::Outside(value)),
        };
        let added = within.checked_add(value.negated()).ok_or(Error::NAN_OR_INFINITY)?;
        Ok(Sum::Within(within, added))
    }
}
