//! MEMORY: what a key occupies. Reports about the allocator are the host's business and left out.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::is_word;

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("MEMORY", Group::Server, container, -2)
    .doc("", "Commands about memory.", "Depends on the subcommand.", "4.0.0")
    .subcommands(&[
        Spec::help(Group::Server, "4.0.0"),
        Spec::new("USAGE", Group::Server, usage, -3)
            .flags(Flags::READONLY)
            .keys(&[KeySpec::one(Access::RO, 2)])
            .doc(
                "key [SAMPLES count]",
                "Answers the bytes that a key and its value occupy.",
                "O(1), or O(N) with N the members of a value without a total",
                "4.0.0",
            ),
    ])];

/// MEMORY without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn usage(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // Sizes are known, not guessed from samples; the number is only checked.
    let mut options = args.from(3).iter();
    while let Some(word) = options.next() {
        let samples = options.next().filter(|_| is_word(word, "SAMPLES")).ok_or(Error::SYNTAX)?;
        if integer(samples)? < 0 {
            return Err(Error::SYNTAX);
        }
    }
    match ctx.keys.info(args.at(2)) {
        Some(info) => ctx.out.count(info.bytes),
        None => ctx.out.null(),
    }
    Ok(())
}
