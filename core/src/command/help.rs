//! HELP of every command with subcommands: written from the table's own syntax and summaries, so that it cannot say
//! anything else than what is there.

use super::{CommandId, CommandTable, Flags, Group, Spec};
use crate::ctx::Ctx;
use crate::error::Outcome;
use crate::resp::{Args, Reply};

impl Spec {
    /// The HELP subcommand of a container, in the container's own family.
    pub const fn help(group: Group, since: &'static str) -> Spec {
        Spec::new("HELP", group, help, 2).flags(Flags::LOADING.and(Flags::STALE)).doc(
            "",
            "Lists the subcommands.",
            "O(1)",
            since,
        )
    }
}

/// Handler of every HELP subcommand.
fn help(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let parent = ctx.name.split('|').next().unwrap_or(ctx.name);
    if let Some(id) = ctx.server.table.by_name(parent.as_bytes()) {
        write_help(&mut ctx.out, ctx.server.table, id);
    }
    Ok(())
}

/// Writes the help of the container `id`: a headline, then syntax and summary of each subcommand.
fn write_help(out: &mut Reply<'_>, table: &CommandTable, id: CommandId) {
    let Spec { name, subcommands, .. } = table.spec(id);
    out.array(1 + 2 * subcommands.len());
    out.simple(&format!("{name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
    for Spec { name, syntax, summary, .. } in *subcommands {
        out.simple(format!("{name} {syntax}").trim_end());
        out.simple(&format!("    {summary}"));
    }
}
