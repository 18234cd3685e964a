//! CONFIG: the settings by name. The names, kinds and checks are `config::parameters`'.

use crate::command::{Flags, Group, Spec};
use crate::config::Refusal;
use crate::config::parameters::{self, Parameter};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::resp::Args;
use crate::util::glob;

const ADMIN: Flags = Flags::ADMIN.and(Flags::NOSCRIPT).and(Flags::LOADING).and(Flags::STALE);
const EVERY_NODE: &[&str] = &["request_policy:all_nodes", "response_policy:all_succeeded"];

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("CONFIG", Group::Server, container, -2)
    .doc("", "Commands about the server's settings.", "Depends on the subcommand.", "2.0.0")
    .subcommands(&[
        Spec::new("GET", Group::Server, get, -3).flags(ADMIN).doc(
            "parameter [parameter ...]",
            "Answers the parameters whose names match.",
            "O(N) with N the number of patterns",
            "2.0.0",
        ),
        Spec::help(Group::Server, "5.0.0"),
        Spec::new("RESETSTAT", Group::Server, resetstat, 2)
            .flags(ADMIN)
            .doc("", "Sets the counters of INFO back to zero.", "O(1)", "2.0.0")
            .tips(EVERY_NODE),
        Spec::new("REWRITE", Group::Server, rewrite, 2)
            .flags(ADMIN)
            .doc("", "Writes the settings in force to the configuration file.", "O(1)", "2.8.0")
            .tips(EVERY_NODE),
        Spec::new("SET", Group::Server, set, -4)
            .flags(ADMIN.and(Flags::SENSITIVE))
            .doc(
                "parameter value [parameter value ...]",
                "Changes parameters, all or none.",
                "O(N) with N the number of parameters",
                "2.0.0",
            )
            .tips(EVERY_NODE),
    ])];

/// CONFIG without a subcommand never gets past the arity check.
fn container(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    Err(Error::arity(ctx.name))
}

fn get(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    // A plain name is answered as the client spells it.
    let mut found: Vec<(&[u8], &Parameter)> = Vec::new();
    for pattern in args.from(2).iter() {
        if glob::is_literal(pattern) {
            found.extend(parameters::find(pattern).map(|parameter| (pattern, parameter)));
        } else {
            found.extend(parameters::matching(pattern).map(|(name, it)| (name.as_bytes(), it)));
        }
    }
    let mut shown: Vec<(&[u8], &Parameter)> = Vec::new();
    for (name, parameter) in found {
        ctx.units += 1;
        if !shown.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            shown.push((name, parameter));
        }
    }
    ctx.out.map(shown.len());
    for (name, parameter) in shown {
        ctx.out.bulk(name);
        ctx.out.bulk(&ctx.server.config.text(parameter));
    }
    Ok(())
}

fn resetstat(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.server.stats.reset();
    ctx.keys.hits = 0;
    ctx.keys.misses = 0;
    ctx.keys.expired_keys = 0;
    ctx.keys.expired_fields = 0;
    ctx.server.eviction.reset();
    ctx.out.ok();
    Ok(())
}

fn rewrite(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let server = &mut *ctx.server;
    match &mut server.host_settings.0 {
        Some(host) if !server.host.config_file.is_empty() => host
            .rewrite(&server.config)
            .map_err(|why| Error::Text(format!("ERR Rewriting config file: {why}").into()))?,
        _ => return Err(Error::Static("ERR The server is running without a config file")),
    }
    ctx.out.ok();
    Ok(())
}

fn set(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let words = args.from(2);
    if !words.len().is_multiple_of(2) {
        return Err(Error::SYNTAX);
    }
    let pairs = (0..words.len()).step_by(2).map(|i| (words.at(i), words.at(i + 1)));
    let server = &mut *ctx.server;
    server.config.set_all(pairs, server.host_settings.0.as_deref_mut()).map_err(|refusal| {
        match refusal {
            Refusal::Unknown(name) => Error::quoting(
                "ERR Unknown option or number of arguments for CONFIG SET - '",
                &name,
                "'",
            ),
            Refusal::Failed(name, why) => Error::quoting(
                "ERR CONFIG SET failed (possibly related to argument '",
                &name,
                &format!("') - {why}"),
            ),
        }
    })?;
    server.config.tell(ctx.keys);
    if server.config.is_exceeded_by(ctx.keys.weight()) {
        server.eviction.look_soon(server.now);
    }
    ctx.out.ok();
    Ok(())
}
