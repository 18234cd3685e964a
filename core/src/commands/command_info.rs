//! COMMAND: the command table told to clients. Nothing here knows a fact about any command; it only formats specs.

use crate::command::keys::{self, KeyAt};
use crate::command::syntax::{self, Argument};
use crate::command::{
    Access, Acl, Begin, CommandId, Find, Flags, Group, KeySpec, Spec, TableEntry,
};
use crate::ctx::Ctx;
use crate::error::{Error, Outcome};
use crate::resp::{Args, Reply};
use crate::util::{glob, is_word};

const LOOK: Flags = Flags::LOADING.and(Flags::STALE);
const UNORDERED: &[&str] = &["nondeterministic_output_order"];

/// The family's table.
pub static COMMANDS: &[Spec] = &[Spec::new("COMMAND", Group::Server, command, -1)
    .flags(LOOK)
    .acl(Acl::CONNECTION)
    .doc("", "Describes all commands.", "O(N) with N the number of commands", "2.8.13")
    .tips(UNORDERED)
    .subcommands(&[
        Spec::new("COUNT", Group::Server, count, 2).flags(LOOK).acl(Acl::CONNECTION).doc(
            "",
            "Counts the commands.",
            "O(1)",
            "2.8.13",
        ),
        Spec::new("DOCS", Group::Server, docs, -2)
            .flags(LOOK)
            .acl(Acl::CONNECTION)
            .doc(
                "[command-name [command-name ...]]",
                "Documents commands, or all of them.",
                "O(N) with N the number of commands asked for",
                "7.0.0",
            )
            .tips(UNORDERED),
        Spec::new("GETKEYS", Group::Server, getkeys, -3).flags(LOOK).acl(Acl::CONNECTION).doc(
            "command [arg [arg ...]]",
            "Answers which words of a command are keys.",
            "O(N) with N the number of words",
            "2.8.13",
        ),
        Spec::new("GETKEYSANDFLAGS", Group::Server, getkeysandflags, -3)
            .flags(LOOK)
            .acl(Acl::CONNECTION)
            .doc(
                "command [arg [arg ...]]",
                "Answers which words of a command are keys, and what becomes of them.",
                "O(N) with N the number of words",
                "7.0.0",
            ),
        Spec::help(Group::Server, "5.0.0").acl(Acl::CONNECTION),
        Spec::new("INFO", Group::Server, info, -2)
            .flags(LOOK)
            .acl(Acl::CONNECTION)
            .doc(
                "[command-name [command-name ...]]",
                "Describes commands, or all of them.",
                "O(N) with N the number of commands asked for",
                "2.8.13",
            )
            .tips(UNORDERED),
        Spec::new("LIST", Group::Server, list, -2)
            .flags(LOOK)
            .acl(Acl::CONNECTION)
            .doc(
                "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
                "Names the commands, or those that match.",
                "O(N) with N the number of commands",
                "7.0.0",
            )
            .tips(UNORDERED),
    ])];

/// The flags that COMMAND INFO shows, in its order.
const FLAGS: [(Flags, &str); 18] = [
    (Flags::WRITE, "write"),
    (Flags::READONLY, "readonly"),
    (Flags::DENYOOM, "denyoom"),
    (Flags::ADMIN, "admin"),
    (Flags::PUBSUB, "pubsub"),
    (Flags::BLOCKING, "blocking"),
    (Flags::NOSCRIPT, "noscript"),
    (Flags::LOADING, "loading"),
    (Flags::STALE, "stale"),
    (Flags::FAST, "fast"),
    (Flags::MODULE, "module"),
    (Flags::NO_AUTH, "no_auth"),
    (Flags::NO_MULTI, "no_multi"),
    (Flags::ALLOW_BUSY, "allow_busy"),
    (Flags::SKIP_SLOWLOG, "skip_commandlog"),
    (Flags::SKIP_MONITOR, "skip_monitor"),
    (Flags::NO_MANDATORY_KEYS, "no_mandatory_keys"),
    (Flags::MOVABLE_KEYS, "movablekeys"),
];

/// Whether COMMAND LIST shows a line of the table.
type Passes<'a> = Box<dyn Fn(&TableEntry) -> bool + 'a>;

fn command(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    let table = ctx.server.table;
    let commands = || table.iter().filter(|(_, entry)| entry.parent.is_none());
    ctx.out.array(commands().count());
    for (id, _) in commands() {
        ctx.units += 1;
        write_info(ctx, id);
    }
    Ok(())
}

fn count(ctx: &mut Ctx<'_>, _: Args<'_>) -> Outcome {
    ctx.out.count(ctx.server.table.iter().filter(|(_, entry)| entry.parent.is_none()).count());
    Ok(())
}

fn docs(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let table = ctx.server.table;
    let ids: Vec<CommandId> = if args.len() == 2 {
        table.iter().filter(|(_, entry)| entry.parent.is_none()).map(|(id, _)| id).collect()
    } else {
        args.from(2).iter().filter_map(|name| table.by_name(name)).collect()
    };
    ctx.units += ids.len() as u64;
    ctx.out.map(ids.len());
    for id in ids {
        ctx.out.bulk(table.entry(id).full_name.as_bytes());
        write_docs(ctx, id);
    }
    Ok(())
}

fn getkeys(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let keys = find_keys(ctx, args)?;
    ctx.out.array(keys.len());
    for KeyAt { index, .. } in keys {
        ctx.out.bulk(args.at(2 + index));
    }
    Ok(())
}

fn getkeysandflags(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let keys = find_keys(ctx, args)?;
    ctx.out.array(keys.len());
    for KeyAt { index, access } in keys {
        ctx.out.array(2);
        ctx.out.bulk(args.at(2 + index));
        write_access(&mut ctx.out, access);
    }
    Ok(())
}

fn info(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 2 {
        return command(ctx, args);
    }
    ctx.out.array(args.len() - 2);
    for name in args.from(2).iter() {
        ctx.units += 1;
        match ctx.server.table.by_name(name) {
            Some(id) => write_info(ctx, id),
            None => ctx.out.null(),
        }
    }
    Ok(())
}

fn list(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let passes: Passes<'_> = match args.len() {
        2 => Box::new(|_| true),
        5 if is_word(args.at(2), "FILTERBY") => filter(args.at(3), args.at(4))?,
        _ => return Err(Error::SYNTAX),
    };
    let later = ctx.out.array_later();
    let mut count = 0;
    for (_, entry) in ctx.server.table.iter() {
        ctx.units += 1;
        if passes(entry) {
            ctx.out.bulk(entry.full_name.as_bytes());
            count += 1;
        }
    }
    ctx.out.close_array(later, count);
    Ok(())
}

fn filter<'a>(by: &[u8], value: &'a [u8]) -> Result<Passes<'a>, Error> {
    if is_word(by, "PATTERN") {
        Ok(Box::new(move |entry| glob::matches(value, entry.full_name.as_bytes(), true)))
    } else if is_word(by, "ACLCAT") {
        let category = Acl::NAMES.iter().position(|name| is_word(value, name));
        let wanted = Acl(category.map_or(0, |bit| 1 << bit));
        Ok(Box::new(move |entry| entry.spec.categories().has(wanted)))
    } else if is_word(by, "MODULE") {
        // There are no modules.
        Ok(Box::new(|_| false))
    } else {
        Err(Error::SYNTAX)
    }
}

/// The keys of the command behind the first two words.
fn find_keys(ctx: &mut Ctx<'_>, args: Args<'_>) -> Result<Vec<KeyAt>, Error> {
    let command = args.from(2);
    ctx.units += command.len() as u64;
    let id = ctx.server.table.lookup(command);
    let spec =
        ctx.server.table.spec(id.map_err(|_| Error::Static("ERR Invalid command specified"))?);
    if spec.keys.iter().all(|key| key.access == Access::NOT_KEY) {
        return Err(Error::Static("ERR The command has no key arguments"));
    }
    if !spec.accepts(command.len()) {
        return Err(Error::Static("ERR Invalid number of arguments specified for command"));
    }
    let found = keys::keys_of(spec, command);
    if found.is_empty() && !spec.flags.has(Flags::NO_MANDATORY_KEYS) {
        return Err(Error::Static("ERR Invalid arguments specified for command"));
    }
    Ok(found)
}

/// COMMAND INFO's ten elements.
fn write_info(ctx: &mut Ctx<'_>, id: CommandId) {
    let table = ctx.server.table;
    let TableEntry { spec, full_name, .. } = table.entry(id);
    let out = &mut ctx.out;
    out.array(10);
    out.bulk(full_name.as_bytes());
    out.integer(spec.arity.into());
    write_words(out, FLAGS.iter().filter(|(flag, _)| spec.flags.has(*flag)).map(|(_, name)| *name));
    let (first, last, step) = keys::legacy_range(spec);
    [first, last, step].into_iter().for_each(|number| out.integer(number.into()));
    let categories = spec.categories();
    let named = Acl::NAMES.iter().enumerate().filter(|(bit, _)| categories.has(Acl(1 << bit)));
    let named: Vec<_> = named.map(|(_, name)| *name).collect();
    out.set(named.len());
    named.iter().for_each(|name| out.simple(&format!("@{name}")));
    out.set(spec.tips.len());
    spec.tips.iter().for_each(|tip| out.bulk(tip.as_bytes()));
    out.set(spec.keys.len());
    spec.keys.iter().for_each(|key| write_key_spec(out, key));
    out.array(spec.subcommands.len());
    for subcommand in spec.subcommands {
        if let Some(id) = table.find(Some(id), subcommand.name.as_bytes()) {
            write_info(ctx, id);
        }
    }
}

fn write_words<'w>(out: &mut Reply<'_>, words: impl Iterator<Item = &'w str>) {
    let later = out.array_later();
    let mut count = 0;
    for word in words {
        out.simple(word);
        count += 1;
    }
    out.close_set(later, count);
}

fn write_access(out: &mut Reply<'_>, access: Access) {
    let names = Access::NAMES.iter().enumerate();
    write_words(out, names.filter(|(bit, _)| access.0 & (1 << bit) != 0).map(|(_, name)| *name));
}

fn write_key_spec(out: &mut Reply<'_>, key: &KeySpec) {
    out.map(3 + usize::from(!key.notes.is_empty()));
    if !key.notes.is_empty() {
        out.bulk(b"notes");
        out.bulk(key.notes.as_bytes());
    }
    out.bulk(b"flags");
    write_access(out, key.access);
    out.bulk(b"begin_search");
    match key.begin {
        Begin::Index(index) => write_step(out, "index", &[("index", index)]),
        Begin::Keyword(word, from) => {
            write_type(out, "keyword");
            out.map(2);
            out.bulk(b"keyword");
            out.bulk(word.as_bytes());
            out.bulk(b"startfrom");
            out.integer(from.into());
        }
        Begin::Unknown => write_step(out, "unknown", &[]),
    }
    out.bulk(b"find_keys");
    match key.find {
        Find::Range { last, step, limit } => {
            write_step(out, "range", &[("lastkey", last), ("keystep", step), ("limit", limit)]);
        }
        Find::KeyNum { at, first, step } => {
            write_step(out, "keynum", &[("keynumidx", at), ("firstkey", first), ("keystep", step)]);
        }
        Find::Unknown => write_step(out, "unknown", &[]),
    }
}

fn write_step(out: &mut Reply<'_>, kind: &str, numbers: &[(&str, i16)]) {
    write_type(out, kind);
    out.map(numbers.len());
    for (name, number) in numbers {
        out.bulk(name.as_bytes());
        out.integer((*number).into());
    }
}

/// `type`, and the name of what comes next.
fn write_type(out: &mut Reply<'_>, kind: &str) {
    out.map(2);
    out.bulk(b"type");
    out.bulk(kind.as_bytes());
    out.bulk(b"spec");
}

/// COMMAND DOCS' map of one command.
fn write_docs(ctx: &mut Ctx<'_>, id: CommandId) {
    let table = ctx.server.table;
    let spec = table.spec(id);
    // A test sees to it that every notation can be read.
    let arguments = syntax::parse(spec).unwrap_or_default();
    let out = &mut ctx.out;
    let system = spec.flags.has(Flags::GUARDED);
    let fields = 4
        + usize::from(system)
        + 2 * usize::from(spec.deprecated.is_some())
        + usize::from(!arguments.is_empty())
        + usize::from(!spec.subcommands.is_empty());
    out.map(fields);
    let text = |out: &mut Reply<'_>, name: &str, value: &str| {
        out.bulk(name.as_bytes());
        out.bulk(value.as_bytes());
    };
    text(out, "summary", spec.summary);
    text(out, "since", spec.since);
    text(out, "group", spec.group.name());
    text(out, "complexity", spec.complexity);
    if system {
        out.bulk(b"doc_flags");
        out.set(1);
        out.simple("syscmd");
    }
    if let Some((since, replaced_by)) = spec.deprecated {
        text(out, "deprecated_since", since);
        text(out, "replaced_by", replaced_by);
    }
    if !arguments.is_empty() {
        out.bulk(b"arguments");
        write_arguments(out, &arguments);
    }
    if !spec.subcommands.is_empty() {
        out.bulk(b"subcommands");
        out.map(spec.subcommands.len());
        for subcommand in spec.subcommands {
            if let Some(id) = table.find(Some(id), subcommand.name.as_bytes()) {
                ctx.out.bulk(table.entry(id).full_name.as_bytes());
                write_docs(ctx, id);
            }
        }
    }
}

fn write_arguments(out: &mut Reply<'_>, arguments: &[Argument]) {
    out.array(arguments.len());
    for argument in arguments {
        let leaf = argument.arguments.is_empty();
        let flags = [
            (argument.optional, "optional"),
            (argument.multiple, "multiple"),
            (argument.multiple_token, "multiple_token"),
        ];
        let flagged = flags.iter().any(|(set, _)| *set);
        let fields = 3
            + usize::from(argument.key_spec.is_some())
            + usize::from(argument.token.is_some())
            + usize::from(flagged);
        out.map(fields);
        out.bulk(b"name");
        out.bulk(argument.name.as_bytes());
        out.bulk(b"type");
        out.bulk(argument.kind.name().as_bytes());
        if leaf {
            out.bulk(b"display_text");
            out.bulk(argument.name.as_bytes());
        }
        if let Some(index) = argument.key_spec {
            out.bulk(b"key_spec_index");
            out.count(index);
        }
        if let Some(token) = argument.token {
            out.bulk(b"token");
            out.bulk(token.as_bytes());
        }
        if flagged {
            out.bulk(b"flags");
            write_words(out, flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name));
        }
        if !leaf {
            out.bulk(b"arguments");
            write_arguments(out, &argument.arguments);
        }
    }
}
