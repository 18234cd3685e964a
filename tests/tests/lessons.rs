//! Every lesson on every host: its examples say what servers say, its goals are reached by their solutions and by
//! nothing less. Why each run is made stands in `redloop_tests::lessons`.

use redloop_tests::{
    driver::Host,
    lessons::{self, Kind, Lesson, check, fix, parse},
};

#[test]
fn redis7_says_what_the_lessons_say() {
    all_hold(Host::Redis7);
}

#[test]
fn valkey9_says_what_the_lessons_say() {
    all_hold(Host::Valkey9);
}

#[test]
fn the_core_says_what_the_lessons_say() {
    all_hold(Host::Core);
}

#[test]
fn the_native_server_says_what_the_lessons_say() {
    all_hold(Host::Tcp);
}

#[test]
fn the_course_is_whole() {
    let course = course();
    assert!(course.len() >= 12, "{} lessons are no course", course.len());
    for lesson in &course {
        let kinds = |kind| lesson.blocks.iter().filter(|block| block.kind == kind).count();
        assert!(kinds(Kind::Example) > 0, "{}: nothing to run", lesson.path);
        assert!(lesson.exercises.len() >= 2, "{}: two exercises at least", lesson.path);
        assert!(
            kinds(Kind::Hint) >= lesson.exercises.len(),
            "{}: a hint for every exercise",
            lesson.path
        );
    }
}

/// What the checker must notice, each at the line where it is wrong.
#[test]
fn wrong_lessons_are_found_out() {
    const LESSON: &str = "# Keys\n\n```redis\n@a > SET k v\nOK\n```\n\n## Your turn\n\n```goal\n# k is gone\n@probe > EXISTS k\n\
        (integer) 0\n# w is there\n@probe > GET w\n\"1\"\n```\n\n```solution\n@a > DEL k\n...\n@a > SET w 1\nOK\n```\n";
    let found = |from: &str, to: &str| {
        let text = LESSON.replacen(from, to, 1);
        assert!(from.is_empty() || text != LESSON, "{from:?} is not in the lesson");
        check(&parse("l.md", &text).unwrap(), Host::Core).unwrap().concat()
    };
    assert_eq!(found("", ""), "");
    assert!(found("\nOK\n```\n\n## ", "\n(nil)\n```\n\n## ").starts_with("l.md:4: @a > SET k v\n"));
    let missed = found("SET w 1", "SET w 2");
    assert!(missed.starts_with(
        "the solution of line 19 does not reach the goal (on an empty server):\nl.md:15: "
    ));
    assert!(missed.contains("(after the examples above it)"));
    let unasked = found("# w is there\n@probe > GET w\n\"1\"\n", "");
    assert_eq!(
        unasked,
        "l.md:10: the goal is reached before anything was done (on an empty server)\n"
    );
}

/// Replies are put right where they are wrong; goals, patterns and text stay.
#[test]
fn replies_are_written_as_the_servers_say() {
    const LESSON: &str = "# Keys\n\n```redis\n@a > SET k v EX 9\nOK\n@a > TTL k\n(integer) ~ 1..9\n```\n\n## Your turn\n\n```given\n\
        # k is back\n@bob > SET k 1\nOK\n```\n\nBring it to 3.\n\n```goal\n# k is 3\n@probe > GET k\n\"3\"\n```\n\n```solution\n\
        @a   > INCR k\n(integer) 2\n@bob > INCR k\n(integer) 3\n```\n";
    let wrong =
        LESSON.replace("(integer) 3", "(nil)").replace("(integer) 2\n", "").replacen("OK\n", "", 1);
    assert_ne!(check(&parse("l.md", &wrong).unwrap(), Host::Core).unwrap(), Vec::<String>::new());
    let fixed = fix(&parse("l.md", &wrong).unwrap()).unwrap();
    assert_eq!(fixed.as_deref(), Some(LESSON));
    assert_eq!(fix(&parse("l.md", LESSON).unwrap()).unwrap(), None);
}

fn all_hold(host: Host) {
    let course = course();
    let wrong: Vec<String> = lessons::check_all(&course, host)
        .into_iter()
        .flat_map(|(lesson, outcome)| {
            outcome.unwrap_or_else(|error| vec![format!("{}: {error}\n", lesson.path)])
        })
        .collect();
    assert!(wrong.is_empty(), "lessons differ on {host:?}:\n{}", wrong.concat());
}

/// A translation runs the same blocks, so what was proved of the lesson holds for it.
#[test]
fn translations_differ_in_their_words_only() {
    let (translations, course) = everything();
    assert!(!translations.is_empty());
    for translation in translations {
        let original = translation.path.rsplit_once(".de.md").map(|(name, _)| format!("{name}.md"));
        let original = course.iter().find(|lesson| Some(&lesson.path) == original.as_ref());
        let original = original.unwrap_or_else(|| panic!("{}: of what?", translation.path));
        assert_eq!(without_words(&translation), without_words(original), "{}", translation.path);
    }
}

/// Every block but hints and plain text: its kind, and its lines without comments.
fn without_words(lesson: &Lesson) -> Vec<(Kind, Vec<&str>)> {
    let told = |kind| matches!(kind, Kind::Hint | Kind::Text);
    let blocks = lesson.blocks.iter().filter(|block| !told(block.kind));
    blocks
        .map(|block| {
            let lines = lesson.lines[block.line..block.end - 1].iter().map(String::as_str);
            (block.kind, lines.filter(|line| !line.starts_with('#')).collect())
        })
        .collect()
}

fn course() -> Vec<Lesson> {
    everything().1
}

/// The translations, and the lessons.
fn everything() -> (Vec<Lesson>, Vec<Lesson>) {
    let files = lessons::files(&[lessons::directory()]).unwrap();
    let all = files.iter().map(|file| lessons::load(file).unwrap());
    all.partition(|lesson| lesson.path.contains(".de."))
}
