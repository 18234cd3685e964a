//! LMOVEM and BLMOVEM: several elements from an end of one list to an end of another, in either order, and with EXACTLY
//! all of them or none.
//!
//! From the public documentation of Redis 8.10; the text for a bad count is LMPOP's.

use super::list::{GROW, MOVE, pop_event, push_event, side};
use crate::command::{Flags, Group, Spec};
use crate::ctx::{Ctx, size};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::session::DeniedReply;
use crate::util::{is_word, number};
use crate::value::list::Side;
use crate::value::{Kind, List, list};

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("BLMOVEM", Group::List, blmovem, -6)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::BLOCKING))
        .keys(MOVE)
        .doc(
            "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout [<COUNT count | EXACTLY count> <OBO | BULK>]",
            "LMOVEM that waits until the source has elements, with EXACTLY as many as asked for.",
            "O(N), N elements moved",
            "8.10.0",
        ),
    Spec::new("LMOVEM", Group::List, lmovem, -5).flags(GROW).keys(MOVE).doc(
        "source destination <LEFT | RIGHT> <LEFT | RIGHT> [<COUNT count | EXACTLY count> <OBO | BULK>]",
        "Takes elements from an end of one list, puts them at an end of another and answers them as they stand there.",
        "O(N), N elements moved",
        "8.10.0",
    ),
];

/// LMOVEM and BLMOVEM: `source destination LEFT|RIGHT LEFT|RIGHT` and how many, in which order.
struct MultiMove<'a> {
    source: &'a [u8],
    destination: &'a [u8],
    from: Side,
    to: Side,
    count: usize,
    /// EXACTLY: fewer are not moved at all.
    exact: bool,
    /// OBO: each goes before the next is taken. BULK: they stay in the order they had.
    one_by_one: bool,
}

fn blmovem(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = MultiMove::parse(args, args.from(6))?;
    let deadline = ctx.deadline(args.at(5))?;
    if request.try_move(ctx)? {
        let moved = [args.slice(1..5), args.from(6)];
        let words = moved.iter().flat_map(Args::iter);
        let instead: Vec<&[u8]> = std::iter::once(&b"LMOVEM"[..]).chain(words).collect();
        ctx.replicate(&instead);
    } else {
        let source = std::iter::once(request.source);
        ctx.wait(source, Kind::List, deadline, DeniedReply::NullArray);
    }
    Ok(())
}

fn lmovem(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let request = MultiMove::parse(args, args.from(5))?;
    if !request.try_move(ctx)? {
        if request.exact { ctx.out.null_array() } else { ctx.out.array(0) }
    }
    Ok(())
}

impl<'a> MultiMove<'a> {
    /// `how_many` is what stands behind everything else.
    fn parse(args: Args<'a>, how_many: Args<'a>) -> Result<Self, Error> {
        let mut request = MultiMove {
            source: args.at(1),
            destination: args.at(2),
            from: side(args.at(3))?,
            to: side(args.at(4))?,
            count: 1,
            exact: false,
            one_by_one: true,
        };
        if how_many.is_empty() {
            return Ok(request);
        }
        if how_many.len() != 3 {
            return Err(Error::SYNTAX);
        }
        request.exact = match how_many.at(0) {
            word if is_word(word, "COUNT") => false,
            word if is_word(word, "EXACTLY") => true,
            _ => return Err(Error::SYNTAX),
        };
        request.one_by_one = match how_many.at(2) {
            word if is_word(word, "OBO") => true,
            word if is_word(word, "BULK") => false,
            _ => return Err(Error::SYNTAX),
        };
        let count = number::parse_i64(how_many.at(1)).filter(|count| *count > 0);
        let count = count.and_then(size);
        request.count = count.ok_or(Error::Static("ERR count should be greater than 0"))?;
        Ok(request)
    }

    /// Whether there was enough to move; the reply is written if so.
    fn try_move(&self, ctx: &mut Ctx<'_>) -> Result<bool, Error> {
        let (source, destination, to) = (self.source, self.destination, self.to);
        let len = ctx.keys.read_as::<List>(source)?.map_or(0, List::len);
        if len == 0 || (self.exact && len < self.count) {
            return Ok(false);
        }
        // The destination is judged before anything is taken.
        ctx.keys.write_as::<List>(destination)?;
        let limit = list::limit(ctx.thresholds());
        let count = self.count.min(len);
        let mut moved: Vec<Vec<u8>> = Vec::with_capacity(count);
        if let Some(list) = ctx.keys.write_as::<List>(source)? {
            moved.extend((0..count).filter_map(|_| list.pop(self.from, |item| item.to_vec())));
        }
        // From here on in the order in which they are going to stand.
        let reversed = if self.one_by_one { to } else { self.from };
        if (reversed == Side::Left) == self.one_by_one {
            moved.reverse();
        }
        let list = ctx.keys.write_or_create::<List>(destination)?;
        ctx.out.array(moved.len());
        for element in &moved {
            ctx.out.bulk(element);
        }
        match to {
            Side::Left => moved.iter().rev().for_each(|element| list.push(to, element, limit)),
            Side::Right => moved.iter().for_each(|element| list.push(to, element, limit)),
        }
        ctx.units += moved.len() as u64 - 1;
        ctx.changed(destination, Class::LIST, push_event(to));
        ctx.changed(source, Class::LIST, pop_event(self.from));
        ctx.drop_if_empty(source);
        Ok(true)
    }
}
