//! Text → [`Lesson`]. Only what checking needs is read: headings and fences. The rest of the Markdown is the page's.
//!
//! A fence stands at the beginning of a line and is three backticks; what it is for is the one word after them. A
//! word that is not in the format is refused: a typing slip must not become a block that nobody checks.

use super::{Block, Exercise, Kind, Lesson};
use crate::transcript::{self, Action, Item, Step, SyntaxError, Transcript};
use redloop_core::command::{CommandTable, Flags};

/// Commands for operators that only look.
const LOOKING: &[&str] = &["client|list", "config|get", "slowlog|get", "slowlog|len"];

/// Reads a lesson; `path` is for messages.
///
/// # Errors
/// With the first line that is not in the format.
pub fn parse(path: &str, text: &str) -> Result<Lesson, SyntaxError> {
    let slip = |line: usize, what: String| SyntaxError { path: path.to_owned(), line, what };
    let lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    let title = lines.first().and_then(|line| line.strip_prefix("# ")).map(str::to_owned);
    let title = title.ok_or_else(|| slip(1, "the first line is the title: `# Title`".into()))?;
    let mut lesson =
        Lesson { path: path.to_owned(), title, lines, blocks: Vec::new(), exercises: Vec::new() };
    let mut section = Section { line: 1, ..Section::default() };
    let mut open: Option<(Kind, usize)> = None;
    for (i, line) in lesson.lines.iter().enumerate() {
        let number = i + 1;
        if let Some(word) = line.strip_prefix("```") {
            match open.take() {
                Some((kind, from)) if word.is_empty() => {
                    section.blocks.push((kind, lesson.blocks.len()));
                    lesson.blocks.push(Block { kind, line: from, end: number });
                }
                Some((_, from)) => {
                    return Err(slip(number, format!("the block of line {from} is still open")));
                }
                None => open = Some((kind(word).map_err(|what| slip(number, what))?, number)),
            }
        } else if open.is_none() && line.starts_with("## ") {
            let next = Section { line: number, title: line[3..].to_owned(), ..Section::default() };
            let done = std::mem::replace(&mut section, next);
            lesson.exercises.extend(done.exercise().map_err(|(line, what)| slip(line, what))?);
        }
    }
    if let Some((_, from)) = open {
        return Err(slip(from, "the block is never closed: end it with ```".into()));
    }
    lesson.exercises.extend(section.exercise().map_err(|(line, what)| slip(line, what))?);
    for (at, block) in lesson.blocks.iter().enumerate() {
        if matches!(block.kind, Kind::Hint | Kind::Text) {
            continue;
        }
        let read = transcript::parse(path, &lesson.transcript(&[at]))?;
        playable(block, &read).map_err(|(line, what)| slip(line, what))?;
    }
    Ok(lesson)
}

type Slip = (usize, String);

#[derive(Default)]
struct Section {
    line: usize,
    title: String,
    blocks: Vec<(Kind, usize)>,
}

impl Section {
    fn exercise(&self) -> Result<Option<Exercise>, Slip> {
        let slip = |what: &str| (self.line, what.to_owned());
        let goal = self.only(Kind::Goal)?;
        let solution = self.only(Kind::Solution)?;
        let given = self.only(Kind::Given)?;
        let hints = self.blocks.iter().any(|(kind, _)| *kind == Kind::Hint);
        match (goal, solution) {
            (Some(_), _) if self.title.is_empty() => {
                Err(slip("an exercise is a section of its own: put a `## Heading` before it"))
            }
            (Some(goal), Some(solution)) => Ok(Some(Exercise {
                line: self.line,
                title: self.title.clone(),
                given,
                goal,
                solution,
            })),
            (Some(_), None) => Err(slip("an exercise with a goal needs a ```solution")),
            (None, None) if given.is_none() && !hints => Ok(None),
            (None, _) => {
                Err(slip("hint, given and solution belong to a ```goal, which is missing"))
            }
        }
    }

    fn only(&self, kind: Kind) -> Result<Option<usize>, Slip> {
        let mut found = self.blocks.iter().filter(|(other, _)| *other == kind);
        let first = found.next().map(|(_, at)| *at);
        if found.next().is_some() {
            return Err((
                self.line,
                format!("an exercise has one {kind:?} block at most").to_lowercase(),
            ));
        }
        Ok(first)
    }
}

fn kind(word: &str) -> Result<Kind, String> {
    match word {
        "redis" => Ok(Kind::Example),
        "given" => Ok(Kind::Given),
        "goal" => Ok(Kind::Goal),
        "hint" => Ok(Kind::Hint),
        "solution" => Ok(Kind::Solution),
        "text" => Ok(Kind::Text),
        other => {
            Err(format!("unknown block {other:?}: redis, given, goal, hint, solution or text"))
        }
    }
}

/// What of the transcript format the page plays; a goal is narrower still.
fn playable(block: &Block, read: &Transcript) -> Result<(), Slip> {
    if read.steps().next().is_none() {
        return Err((block.line, "the block has no step: `@name > COMMAND`".into()));
    }
    if !read.scope.is_open() || !read.config.is_empty() {
        return Err((block.line, "`!` lines are not for lessons".into()));
    }
    for step in read.steps() {
        if !matches!(step.action, Action::Commands { .. } | Action::Wait(_)) {
            return Err((step.line, "lessons have commands and waits only".into()));
        }
        if step.capture.is_some() || !step.scope.is_open() {
            return Err((step.line, "of `%` lines, lessons have only `% sorted`".into()));
        }
        if commands(step).iter().any(|line| line.contains("${")) {
            return Err((
                step.line,
                "lessons have no `${…}`: people are to type what they see".into(),
            ));
        }
    }
    if block.kind == Kind::Goal { goal(read) } else { Ok(()) }
}

fn goal(read: &Transcript) -> Result<(), Slip> {
    // The title is the first comment, and no label.
    let mut labelled = false;
    for item in read.items.iter().skip(1) {
        match item {
            Item::Comment(_) => labelled = true,
            Item::Step(step) if !labelled => {
                let what = "say in a `# comment` above the probe what is to be reached";
                return Err((step.line, what.into()));
            }
            Item::Step(step) => probe(step).map_err(|what| (step.line, what))?,
            Item::Blank | Item::Header(_) => {}
        }
    }
    Ok(())
}

fn probe(step: &Step) -> Result<(), String> {
    let [line] = commands(step) else {
        return Err("a goal has probes only: one command and its reply each".into());
    };
    let sender = step.action.client().unwrap_or_default();
    if step.expected.is_empty() || step.expected.iter().any(|it| it.client != sender) {
        return Err("a probe needs the reply that is to be reached, and nobody else's".into());
    }
    if step.order != crate::render::Order::AsSent {
        return Err("no `%` in goals: ask something that answers in order".into());
    }
    let mut words = line.split_whitespace().map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    let table = CommandTable::shared();
    let command = table.find(None, first.to_uppercase().as_bytes());
    let second = words.next().unwrap_or_default().to_uppercase();
    let id = command.map(|id| table.find(Some(id), second.as_bytes()).unwrap_or(id));
    let id = id.ok_or_else(|| format!("{first:?} is no command"))?;
    let (flags, name) = (table.spec(id).flags, &*table.entry(id).full_name);
    let disturbs = [Flags::BLOCKING, Flags::NO_MULTI, Flags::IN_MULTI, Flags::IN_SUBSCRIBED];
    let disturbs = disturbs.into_iter().fold(Flags::WRITE, Flags::and);
    if flags.has(disturbs) || (flags.has(Flags::ADMIN) && !LOOKING.contains(&name)) {
        return Err(format!("{name:?} does more than look: a probe only reads"));
    }
    Ok(())
}

fn commands(step: &Step) -> &[String] {
    if let Action::Commands { lines, .. } = &step.action { lines } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "# Keys\n\nA key has a value.\n\n```redis\n@a > SET k v\nOK\n```\n\n## Your turn\n\n```goal\n# k is gone\n\
        @probe > EXISTS k\n(integer) 0\n```\n\n```hint\nDEL\n```\n\n```solution\n@a > DEL k\n...\n```\n\n## Later\n\n```redis\n@a > PING\nPONG\n```\n";

    #[test]
    fn blocks_and_exercises_are_found() {
        let lesson = parse("l.md", LESSON).unwrap();
        assert_eq!(lesson.title, "Keys");
        let kinds: Vec<_> = lesson.blocks.iter().map(|block| (block.kind, block.line)).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Example, 5),
                (Kind::Goal, 12),
                (Kind::Hint, 18),
                (Kind::Solution, 22),
                (Kind::Example, 29)
            ]
        );
        let exercise =
            Exercise { line: 10, title: "Your turn".into(), given: None, goal: 1, solution: 3 };
        assert_eq!(lesson.exercises, [exercise]);
        assert_eq!(lesson.examples_before(10), [0]);
        let text = lesson.transcript(&[0]);
        assert_eq!(text.lines().nth(5), Some("@a > SET k v"));
        assert_eq!(text.lines().filter(|line| !line.is_empty()).count(), 3);
    }

    #[test]
    fn slips_are_refused_with_their_line() {
        for (from, to, line) in [
            ("# Keys", "Keys", 1),
            ("```goal", "```goals", 12),
            ("```hint", "hint", 20),
            ("@a > SET k v", "@a ? SET k v", 6),
            ("@a > SET k v", "@a >> \"x\"", 6),
            ("@a > SET k v", "@a > SET ${x*9} v", 6),
            ("@probe > EXISTS k", "@probe > DEL k", 14),
            ("@probe > EXISTS k", "@probe > CONFIG SET a b", 14),
            ("@probe > EXISTS k", "@probe > NOSUCH k", 14),
            ("@probe > EXISTS k", "@probe > SUBSCRIBE k", 14),
            ("# k is gone\n", "", 13),
            ("(integer) 0\n", "", 14),
            ("```solution", "```text", 10),
            ("```solution", "```goal", 10),
            ("## Your turn", "Your turn", 1),
        ] {
            let text = LESSON.replacen(from, to, 1);
            assert_eq!(parse("l.md", &text).map_err(|error| error.line), Err(line), "{to}");
        }
    }
}
