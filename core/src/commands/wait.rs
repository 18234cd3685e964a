//! WAIT and WAITAOF: waiting until others have what was written. There are no others here, and no append-only file, so
//! whoever asks for an acknowledgement waits until the time is over and learns that none came.
//!
//! Left out: counting acknowledgements, which needs somebody who gives them.

use crate::command::{Acl, Flags, Group, Spec};
use crate::ctx::{Ctx, integer};
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::session::DeniedReply;
use crate::time::Timestamp;
use crate::value::Kind;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("WAIT", Group::Generic, wait, 3)
        .flags(Flags::BLOCKING)
        .acl(Acl::CONNECTION)
        .doc(
            "numreplicas timeout",
            "Waits until so many replicas have everything the connection wrote; answers how many do.",
            "O(1)",
            "3.0.0",
        )
        .tips(TIPS),
    Spec::new("WAITAOF", Group::Generic, waitaof, 4)
        .flags(Flags::BLOCKING)
        .acl(Acl::CONNECTION)
        .doc(
            "numlocal numreplicas timeout",
            "Waits until everything the connection wrote is on the disk here and on so many replicas'; answers on how many.",
            "O(1)",
            "7.2.0",
        )
        .tips(TIPS),
];

const TIPS: &[&str] = &["request_policy:all_shards", "response_policy:agg_min"];

const NO_APPEND_ONLY_FILE: Error =
    Error::Static("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");

fn wait(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let replicas = integer(args.at(1))?;
    let deadline = deadline(ctx, args.at(2))?;
    if replicas > 0 {
        ctx.wait(std::iter::empty(), Kind::String, deadline, DeniedReply::Nobody);
    } else {
        ctx.out.integer(0);
    }
    Ok(())
}

fn waitaof(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let local = integer(args.at(1))?;
    if !(0..=1).contains(&local) {
        return Err(Error::out_of_range(0, 1));
    }
    let replicas = integer(args.at(2)).ok().filter(|replicas| *replicas >= 0);
    let replicas = replicas.ok_or(Error::NOT_POSITIVE)?;
    let deadline = deadline(ctx, args.at(3))?;
    if local > 0 {
        return Err(NO_APPEND_ONLY_FILE);
    }
    if replicas > 0 {
        ctx.wait(std::iter::empty(), Kind::String, deadline, DeniedReply::NobodyTwice);
    } else {
        ctx.out.array(2);
        ctx.out.integer(0);
        ctx.out.integer(0);
    }
    Ok(())
}

/// Milliseconds from now; 0 is never.
fn deadline(ctx: &Ctx<'_>, timeout: &[u8]) -> Result<Timestamp, Error> {
    let deadline = ctx.deadline_millis(timeout)?;
    Ok(if deadline == ctx.now() { Timestamp::NEVER } else { deadline })
}
