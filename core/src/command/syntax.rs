//! The argument notation of the command reference, read as data: `key [NX | XX] [EX seconds | PX milliseconds]`.
//! COMMAND DOCS' argument tree, hints and generated test lines come from it.
//!
//! Grammar: a sequence of items; `[…]` may be left out, `<…>` must be there, `|` parts alternatives within either;
//! upper-case words are themselves (tokens), lower-case words stand for values; `name [name ...]` repeats. A token owns
//! the values behind it: all of its alternative when it opens one, else those up to the next token or option.
//! What the notation does not say, types and the names of alternatives, follows from naming conventions.

use super::{Flags, Spec};

/// One argument, or a group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: ArgumentKind,
    /// The word in front of it.
    pub token: Option<&'static str>,
    /// May be left out.
    pub optional: bool,
    /// May be repeated.
    pub multiple: bool,
    /// The word in front is repeated too.
    pub multiple_token: bool,
    /// Which of the command's key specifications finds it.
    pub key_spec: Option<usize>,
    /// What it consists of, or the alternatives.
    pub arguments: Vec<Argument>,
}

/// What an argument is, as COMMAND DOCS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the type's name")]
pub enum ArgumentKind {
    Key,
    String,
    Integer,
    Double,
    Pattern,
    UnixTime,
    PureToken,
    OneOf,
    Block,
}

/// Reads the notation of a command.
///
/// # Errors
/// What is wrong with the notation; a test sees to it that the table has no such thing.
pub fn parse(spec: &Spec) -> Result<Vec<Argument>, String> {
    let tokens = tokenize(spec.syntax);
    let mut parser = Parser { spec, tokens: &tokens, at: 0 };
    let mut arguments = parser.sequence(false)?;
    if parser.at < tokens.len() {
        return Err(format!("{}: nothing is open at '{}'", spec.name, tokens[parser.at]));
    }
    number_keys(spec, &mut arguments, &mut 0);
    Ok(arguments)
}

/// The fewest words that satisfy the arguments.
pub fn fewest_words(arguments: &[Argument]) -> usize {
    arguments.iter().filter(|argument| !argument.optional).map(Argument::words).sum()
}

struct Parser<'a> {
    spec: &'a Spec,
    tokens: &'a [&'static str],
    at: usize,
}

/// What stands between brackets.
struct Group {
    alternatives: Vec<Vec<Argument>>,
    repeats: bool,
}

impl Parser<'_> {
    /// Items up to a closing bracket, a bar or the end. `opens`: a token at the start owns all of it.
    fn sequence(&mut self, opens: bool) -> Result<Vec<Argument>, String> {
        if opens && let Some(token) = self.peek().filter(|word| is_token(word)) {
            self.at += 1;
            let values = self.items(false)?;
            return Ok(vec![owned_by(token, values)]);
        }
        self.items(false)
    }

    /// Items up to where the sequence ends; `values_only`: up to the next token or option, too.
    fn items(&mut self, values_only: bool) -> Result<Vec<Argument>, String> {
        let mut items: Vec<Argument> = Vec::new();
        while let Some(word) = self.peek() {
            match word {
                "]" | ">" | "|" => break,
                "..." => {
                    self.at += 1;
                    // Before the end of a choice it is the choice that repeats.
                    if self.peek() != Some(">") {
                        let last = items.last_mut();
                        last.ok_or_else(|| self.error("nothing to repeat"))?.multiple = true;
                    }
                }
                "[" => {
                    if values_only && !self.repetition_ahead() {
                        break;
                    }
                    self.at += 1;
                    let group = self.group("]")?;
                    if group.repeats {
                        self.repeat(&mut items, group)?;
                    } else {
                        let mut argument = one_of(group.alternatives);
                        argument.optional = true;
                        items.push(argument);
                    }
                }
                "<" => {
                    if values_only && !items.is_empty() {
                        break;
                    }
                    self.at += 1;
                    let group = self.group(">")?;
                    let repeats = group.repeats;
                    let mut argument = one_of(group.alternatives);
                    argument.multiple |= repeats;
                    items.push(argument);
                }
                token if is_token(token) => {
                    if values_only {
                        break;
                    }
                    self.at += 1;
                    let values = self.items(true)?;
                    items.push(owned_by(token, values));
                }
                name => {
                    self.at += 1;
                    items.push(leaf(self.spec, name));
                }
            }
        }
        Ok(items)
    }

    /// The alternatives up to `close`, which is used up.
    fn group(&mut self, close: &str) -> Result<Group, String> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.sequence(true)?);
            match self.peek() {
                Some("|") => self.at += 1,
                Some(word) if word == close => break,
                _ => return Err(self.error(&format!("'{close}' is missing"))),
            }
        }
        let repeats = self.at > 0 && self.tokens[self.at - 1] == "...";
        self.at += 1;
        Ok(Group { alternatives, repeats })
    }

    /// `a b [a b ...]`: the group repeats what stands in front of it.
    fn repeat(&self, items: &mut Vec<Argument>, group: Group) -> Result<(), String> {
        let again = group.alternatives.into_iter().next().unwrap_or_default();
        let start = items.len().checked_sub(again.len());
        let start =
            start.ok_or_else(|| self.error("a repetition repeats what is in front of it"))?;
        if !items[start..].iter().zip(&again).all(|(first, again)| first.name == again.name) {
            return Err(self.error("a repetition repeats what is in front of it"));
        }
        if let ([only], [again]) = (&mut items[start..], again.as_slice()) {
            only.multiple = true;
            only.multiple_token = again.token.is_some();
        } else {
            let parts = items.split_off(start);
            items.push(Argument { multiple: true, ..block("data", parts) });
        }
        Ok(())
    }

    /// Whether the bracket ahead is a repetition: its `...` comes before it closes or opens another.
    fn repetition_ahead(&self) -> bool {
        self.tokens[self.at + 1..]
            .iter()
            .find(|word| matches!(**word, "..." | "]" | "[" | "|"))
            .is_some_and(|word| *word == "...")
    }

    fn peek(&self) -> Option<&'static str> {
        self.tokens.get(self.at).copied()
    }

    fn error(&self, text: &str) -> String {
        format!("{}, word {} of '{}': {text}", self.spec.name, self.at, self.spec.syntax)
    }
}

impl Argument {
    fn new(name: impl Into<String>, kind: ArgumentKind) -> Self {
        Argument {
            name: name.into(),
            kind,
            token: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            key_spec: None,
            arguments: Vec::new(),
        }
    }

    /// The fewest words it takes where it is given.
    fn words(&self) -> usize {
        let own = usize::from(self.token.is_some());
        match self.kind {
            ArgumentKind::PureToken => 1,
            ArgumentKind::OneOf => {
                own + self.arguments.iter().map(Argument::words).min().unwrap_or(0)
            }
            ArgumentKind::Block => own + fewest_words(&self.arguments),
            _ => own + 1,
        }
    }
}

impl ArgumentKind {
    /// As COMMAND DOCS spells it.
    pub fn name(self) -> &'static str {
        match self {
            ArgumentKind::Key => "key",
            ArgumentKind::String => "string",
            ArgumentKind::Integer => "integer",
            ArgumentKind::Double => "double",
            ArgumentKind::Pattern => "pattern",
            ArgumentKind::UnixTime => "unix-time",
            ArgumentKind::PureToken => "pure-token",
            ArgumentKind::OneOf => "oneof",
            ArgumentKind::Block => "block",
        }
    }
}

fn tokenize(syntax: &'static str) -> Vec<&'static str> {
    let mut tokens = Vec::new();
    for word in syntax.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['[', ']', '<', '>', '|'])
            && let Some((before, mark)) = rest.split_at_checked(at)
            && let Some((mark, after)) = mark.split_at_checked(1)
        {
            if at > 0 {
                tokens.push(before);
            }
            tokens.push(mark);
            rest = after;
        }
        if !rest.is_empty() {
            tokens.push(rest);
        }
    }
    tokens
}

/// Words without a lower-case letter stand for themselves.
/// The empty string, as a word that may be given.
const NOTHING: &str = "\"\"";

fn is_token(word: &str) -> bool {
    !matches!(word, "[" | "]" | "<" | ">" | "|" | "...")
        && !word.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn owned_by(token: &'static str, mut values: Vec<Argument>) -> Argument {
    let own_word = values.first().is_some_and(|value| {
        value.token.is_some() || value.kind == ArgumentKind::PureToken || value.optional
    });
    match values.len() {
        0 if token == NOTHING => {
            Argument { token: Some(""), ..Argument::new("empty-string", ArgumentKind::PureToken) }
        }
        0 => Argument {
            token: Some(token),
            ..Argument::new(token.to_ascii_lowercase(), ArgumentKind::PureToken)
        },
        1 if !own_word => Argument { token: Some(token), ..values.remove(0) },
        _ => Argument { token: Some(token), ..block(&token.to_ascii_lowercase(), values) },
    }
}

fn block(name: &str, arguments: Vec<Argument>) -> Argument {
    Argument { arguments, ..Argument::new(name, ArgumentKind::Block) }
}

fn one_of(mut alternatives: Vec<Vec<Argument>>) -> Argument {
    let single = |mut parts: Vec<Argument>| {
        if parts.len() == 1 { parts.remove(0) } else { block("data", parts) }
    };
    if alternatives.len() == 1 {
        return single(alternatives.remove(0));
    }
    let arguments: Vec<_> = alternatives.into_iter().map(single).collect();
    let name = choice_name(&arguments);
    Argument { arguments, ..Argument::new(name, ArgumentKind::OneOf) }
}

/// What a choice is about, told by one of its words.
fn choice_name(alternatives: &[Argument]) -> &'static str {
    const CHOICES: [(&str, &str); 21] = [
        ("NX", "condition"),
        ("GT", "comparison"),
        ("EX", "expiration"),
        ("PXAT", "expiration"),
        ("ASC", "order"),
        ("BYSCORE", "sortby"),
        ("BEFORE", "where"),
        ("LEFT", "where"),
        ("SUM", "aggregate"),
        ("MIN", "where"),
        ("ASYNC", "flush-type"),
        ("KM", "unit"),
        ("BYTE", "unit"),
        ("AND", "operation"),
        ("GET", "operation"),
        ("STORE", "store"),
        ("FROMMEMBER", "from"),
        ("BYRADIUS", "by"),
        ("ON", "enabled"),
        ("TIMEOUT", "unblock-type"),
        ("WRITE", "mode"),
    ];
    let has = |word: &str| alternatives.iter().any(|one| one.token == Some(word));
    CHOICES.iter().find(|(word, _)| has(word)).map_or("choice", |(_, name)| name)
}

/// Whether the letters of `part` stand somewhere in `text`. The standard library's search is better, and larger.
fn has(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

/// A value, its type told by its name.
fn leaf(spec: &Spec, name: &str) -> Argument {
    let lexical = has(spec.name, "LEX") || has(spec.syntax, "BYLEX");
    let kind = match name {
        "key" | "key1" | "key2" | "newkey" | "destkey" | "sourcekey" | "source" | "destination"
        | "src" | "dst"
            if !spec.keys.is_empty() =>
        {
            ArgumentKind::Key
        }
        "pattern" => ArgumentKind::Pattern,
        "increment" if has(spec.name, "FLOAT") => ArgumentKind::Double,
        "timeout" if spec.flags.has(Flags::BLOCKING) => ArgumentKind::Double,
        "score" | "longitude" | "latitude" | "radius" | "width" | "height" => ArgumentKind::Double,
        "min" | "max" if !lexical => ArgumentKind::Double,
        "start" | "stop" if lexical => ArgumentKind::String,
        name if name.starts_with("unix-time") => ArgumentKind::UnixTime,
        name if INTEGERS.contains(&name.strip_prefix("not-").unwrap_or(name)) => {
            ArgumentKind::Integer
        }
        _ => ArgumentKind::String,
    };
    Argument::new(name, kind)
}

/// Names of whole numbers.
const INTEGERS: &[&str] = &[
    "bit",
    "client-id",
    "columns",
    "count",
    "cursor",
    "db",
    "decrement",
    "destination-db",
    "end",
    "idle",
    "increment",
    "index",
    "index1",
    "index2",
    "len",
    "limit",
    "maxage",
    "maxlen",
    "milliseconds",
    "min-match-len",
    "num-matches",
    "numfields",
    "num-vertices",
    "numkeys",
    "offset",
    "protover",
    "rank",
    "rows",
    "seconds",
    "start",
    "stop",
    "timeout",
    "version",
    "weight",
];

/// Gives the keys the numbers of the specifications that find them, in order.
fn number_keys(spec: &Spec, arguments: &mut [Argument], next: &mut usize) {
    for argument in arguments {
        if argument.kind == ArgumentKind::Key {
            argument.key_spec = Some((*next).min(spec.keys.len() - 1));
            *next += 1;
        }
        number_keys(spec, &mut argument.arguments, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::CommandTable;

    /// Every command's notation can be read and asks for as many words as its arity does.
    #[test]
    fn notation_and_arity_agree() {
        let mut wrong = Vec::new();
        for (_, entry) in CommandTable::shared().iter() {
            let spec = entry.spec;
            match parse(spec) {
                Err(error) => wrong.push(error),
                // Containers and DEBUG take words that are no arguments of theirs.
                Ok(_) if !spec.subcommands.is_empty() || spec.flags.has(Flags::GUARDED) => {}
                Ok(arguments) => {
                    let names = if entry.parent.is_some() { 2 } else { 1 };
                    let fewest = names + fewest_words(&arguments);
                    if fewest != usize::from(spec.arity.unsigned_abs()) {
                        wrong.push(format!(
                            "{}: arity {} but '{}'",
                            entry.full_name, spec.arity, spec.syntax
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn tree(syntax: &'static str) -> Vec<Argument> {
        fn nothing(_: &mut crate::ctx::Ctx<'_>, _: crate::resp::Args<'_>) -> crate::error::Outcome {
            Ok(())
        }
        let spec =
            Spec::new("X", super::super::Group::Generic, nothing, -1).doc(syntax, "", "", "");
        parse(&spec).unwrap()
    }

    fn shape(arguments: &[Argument]) -> String {
        let one = |argument: &Argument| {
            let token = argument.token.map_or(String::new(), |token| format!("{token}:"));
            let marks: String = [
                (argument.optional, "?"),
                (argument.multiple, "*"),
                (argument.multiple_token, "+"),
            ]
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, mark)| *mark)
            .collect();
            let inner = if argument.arguments.is_empty() {
                argument.name.clone()
            } else {
                format!("{}({})", argument.kind.name(), shape(&argument.arguments))
            };
            format!("{token}{inner}{marks}")
        };
        arguments.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn shapes() {
        for (syntax, expected) in [
            ("", ""),
            ("key value", "key value"),
            ("key [key ...]", "key*"),
            ("[key [key ...]]", "key?*"),
            ("key value [key value ...]", "block(key value)*"),
            ("key [NX | XX] [GET]", "key oneof(NX:nx XX:xx)? GET:get?"),
            ("[EX seconds | PERSIST]", "oneof(EX:seconds PERSIST:persist)?"),
            ("[LIMIT offset count]", "LIMIT:block(offset count)?"),
            ("[GET pattern [GET pattern ...]]", "GET:pattern?*+"),
            ("[WEIGHTS weight [weight ...]]", "WEIGHTS:weight?*"),
            ("[AGGREGATE <SUM | MIN>]", "AGGREGATE:oneof(SUM:sum MIN:min)?"),
            ("key FIELDS n field [field ...] [NX]", "key FIELDS:block(n field*) NX:nx?"),
            ("[v [AUTH u p] [SETNAME n]]", "block(v AUTH:block(u p)? SETNAME:n?)?"),
            ("<LEFT | RIGHT> [COUNT count]", "oneof(LEFT:left RIGHT:right) COUNT:count?"),
        ] {
            assert_eq!(shape(&tree(syntax)), expected, "{syntax}");
        }
        assert_eq!(fewest_words(&tree("a <B | C d> [e] f [f ...] G h")), 5);
    }
}
