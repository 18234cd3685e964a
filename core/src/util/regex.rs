//! Regular expressions over bytes: POSIX extended ones, with `\d \w \s` and their opposites, `\b`, `\B` and classes like
//! `[[:alpha:]]`. Whether a text has a match is all they tell.
//!
//! An expression becomes steps of a machine that is in all of its possible states at once (Thompson, "Regular expression
//! search algorithm", CACM 1968): time is at most steps × bytes, whatever the expression.
//!
//! Left out: back references, which no such machine has, and which of several matches is meant.

/// An expression, ready to be run.
#[derive(Debug)]
pub struct Regex {
    steps: Vec<Step>,
}

/// A set of bytes, one bit each.
type Bytes = [u64; 4];

#[derive(Clone, Debug)]
enum Step {
    /// Takes one of these bytes.
    Take(Box<Bytes>),
    /// Goes on here and there; distances, so that steps can be copied.
    Fork(i32, i32),
    /// Goes on there.
    Jump(i32),
    /// Goes on if the place is one of these.
    Assert(Place),
    /// The end.
    Match,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    End,
    /// Between a letter and none.
    Border,
    /// Elsewhere.
    Inside,
}

/// Longest expression, bytes.
const LENGTH_MAX: usize = 2048;
/// Most steps it is compiled to: counted repetitions multiply, and every byte of a text may visit all of them.
const STEPS_MAX: usize = 4096;
/// Parentheses in each other at most: they are read by recursion.
const DEPTH_MAX: usize = 100;
/// Largest number in `{n,m}`: POSIX' own.
const REPEAT_MAX: usize = 255;

struct Parser<'a> {
    text: &'a [u8],
    ignore_case: bool,
    depth: usize,
}

/// A running machine's states, each once.
struct States {
    active: Vec<u32>,
    /// When each step was entered last.
    entered: Vec<u32>,
    pending: Vec<u32>,
}

impl Regex {
    /// Reads an expression; `None`: it is none, or too long, or becomes too many steps.
    pub fn new(text: &[u8], ignore_case: bool) -> Option<Self> {
        if text.len() > LENGTH_MAX {
            return None;
        }
        let mut parser = Parser { text, ignore_case, depth: 0 };
        let mut steps = parser.alternatives()?;
        if !parser.text.is_empty() {
            return None;
        }
        steps.push(Step::Match);
        Some(Regex { steps })
    }

    /// Steps: what one byte costs at most.
    pub fn cost(&self) -> usize {
        self.steps.len()
    }

    /// Whether it matches anywhere in `text`. O(steps × text).
    pub fn is_match(&self, text: &[u8]) -> bool {
        let new = || States {
            active: Vec::new(),
            entered: vec![0; self.steps.len()],
            pending: Vec::new(),
        };
        let (mut now, mut next) = (new(), new());
        for at in 0..=text.len() {
            // A match may begin anywhere.
            if self.enter(&mut now, 0, text, at) {
                return true;
            }
            let Some(byte) = text.get(at) else { break };
            for state in now.active.drain(..) {
                if let Step::Take(bytes) = &self.steps[state as usize]
                    && has(bytes, *byte)
                    && self.enter(&mut next, state + 1, text, at + 1)
                {
                    return true;
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        false
    }

    /// Enters a step and all that follow from it before the next byte; whether the end is among them.
    fn enter(&self, states: &mut States, step: u32, text: &[u8], at: usize) -> bool {
        let time = at as u32 + 1;
        states.pending.push(step);
        while let Some(step) = states.pending.pop() {
            if std::mem::replace(&mut states.entered[step as usize], time) == time {
                continue;
            }
            let to = |distance: i32| step.wrapping_add_signed(distance);
            match &self.steps[step as usize] {
                Step::Match => {
                    states.pending.clear();
                    return true;
                }
                Step::Take(_) => states.active.push(step),
                Step::Jump(distance) => states.pending.push(to(*distance)),
                Step::Fork(here, there) => states.pending.extend([to(*there), to(*here)]),
                Step::Assert(place) => {
                    if place.is_at(text, at) {
                        states.pending.push(step + 1);
                    }
                }
            }
        }
        false
    }
}

impl Place {
    fn is_at(self, text: &[u8], at: usize) -> bool {
        let letter = |at: Option<usize>| {
            at.and_then(|at| text.get(at)).is_some_and(|byte| is_of_word(*byte))
        };
        match self {
            Place::Start => at == 0,
            Place::End => at == text.len(),
            _ => (letter(at.checked_sub(1)) != letter(Some(at))) == (self == Place::Border),
        }
    }
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Option<Vec<Step>> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut steps = self.sequence()?;
        while self.take(b'|') {
            let more = self.sequence()?;
            let (first, second) = (steps.len() as i32, more.len() as i32);
            steps.insert(0, Step::Fork(1, first + 2));
            steps.push(Step::Jump(second + 1));
            steps.extend(more);
            fits(&steps)?;
        }
        self.depth -= 1;
        Some(steps)
    }

    fn sequence(&mut self) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        while !matches!(self.text.first(), None | Some(b'|' | b')')) {
            let atom = self.atom()?;
            steps.extend(self.repetitions(atom)?);
            fits(&steps)?;
        }
        Some(steps)
    }

    fn atom(&mut self) -> Option<Vec<Step>> {
        let byte = self.next()?;
        let step = match byte {
            b'(' => {
                // What is only grouped looks like this elsewhere.
                if let Some(rest) = self.text.strip_prefix(b"?:") {
                    self.text = rest;
                }
                let steps = self.alternatives()?;
                return self.take(b')').then_some(steps);
            }
            b'^' => Step::Assert(Place::Start),
            b'$' => Step::Assert(Place::End),
            b'.' => self.bytes([u64::MAX; 4]),
            b'[' => {
                let set = self.class()?;
                self.bytes(set)
            }
            b'*' | b'+' | b'?' | b'{' => return None,
            b'\\' => match self.next()? {
                b'b' => Step::Assert(Place::Border),
                b'B' => Step::Assert(Place::Inside),
                b'1'..=b'9' => return None,
                letter => {
                    let set = self.escape(letter)?;
                    self.bytes(set)
                }
            },
            byte => self.bytes(only(byte)),
        };
        Some(vec![step])
    }

    /// What follows an atom: how often it may come. A `?` behind that makes no difference to whether there is a match.
    fn repetitions(&mut self, mut atom: Vec<Step>) -> Option<Vec<Step>> {
        loop {
            let (least, most) = match self.text.first() {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => {
                    self.text = &self.text[1..];
                    let least = self.number();
                    let most = if self.take(b',') { self.number() } else { Some(least?) };
                    let least = least.unwrap_or(0);
                    if self.text.first() != Some(&b'}') || most.is_some_and(|most| most < least) {
                        return None;
                    }
                    (least, most)
                }
                _ => return Some(atom),
            };
            self.text = &self.text[1..];
            self.take(b'?');
            if least.max(most.unwrap_or(0)) > REPEAT_MAX {
                return None;
            }
            atom = repeat(&atom, least, most)?;
        }
    }

    /// A set in brackets, the first of which has been read.
    fn class(&mut self) -> Option<Bytes> {
        let negated = self.take(b'^');
        let mut set = [0; 4];
        let mut first = true;
        loop {
            let byte = self.next()?;
            if byte == b']' && !first {
                break;
            }
            first = false;
            if byte == b'['
                && let Some(rest) = self.text.strip_prefix(b":")
            {
                let end = rest.windows(2).position(|it| it == b":]")?;
                unite(&mut set, named(&rest[..end])?);
                self.text = &rest[end + 2..];
                continue;
            }
            let from = if byte == b'\\' {
                let letter = self.next()?;
                let escaped = self.escape(letter)?;
                let Some(only) = single(&escaped) else {
                    unite(&mut set, escaped);
                    continue;
                };
                only
            } else {
                byte
            };
            let mut to = from;
            if let [b'-', end, ..] = self.text
                && *end != b']'
            {
                self.text = &self.text[1..];
                to = self.next()?;
                if to == b'\\' {
                    let letter = self.next()?;
                    to = single(&self.escape(letter)?)?;
                }
            }
            if from > to {
                return None;
            }
            (from..=to).for_each(|byte| unite(&mut set, only(byte)));
        }
        if self.ignore_case {
            set = fold(&set);
        }
        Some(if negated { set.map(|word| !word) } else { set })
    }

    /// What a letter behind a backslash stands for.
    fn escape(&mut self, letter: u8) -> Option<Bytes> {
        let class: fn(u8) -> bool = match letter.to_ascii_lowercase() {
            b'd' => |byte| byte.is_ascii_digit(),
            b'w' => is_of_word,
            b's' => |byte| matches!(byte, b'\t'..=b'\r' | b' '),
            _ => {
                return Some(only(match letter {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'f' => 12,
                    b'v' => 11,
                    b'a' => 7,
                    b'e' => 27,
                    b'x' => {
                        let digit = |byte: u8| char::from(byte).to_digit(16);
                        (digit(self.next()?)? << 4 | digit(self.next()?)?) as u8
                    }
                    other => other,
                }));
            }
        };
        let set = of(class);
        Some(if letter.is_ascii_uppercase() { set.map(|word| !word) } else { set })
    }

    fn bytes(&self, set: Bytes) -> Step {
        Step::Take(Box::new(if self.ignore_case { fold(&set) } else { set }))
    }

    /// Digits, if there are any. Too many of them are more than any number that is allowed.
    fn number(&mut self) -> Option<usize> {
        let len = self.text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.text.split_at(len);
        self.text = rest;
        let add = |value: usize, digit: &u8| (value * 10 + usize::from(digit - b'0')).min(1 << 20);
        (len > 0).then(|| digits.iter().fold(0, add))
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.text.split_first()?;
        self.text = rest;
        Some(*byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.text.first() == Some(&byte);
        self.text = &self.text[usize::from(taken)..];
        taken
    }
}

/// `atom` so many times at least, and at most.
fn repeat(atom: &[Step], least: usize, most: Option<usize>) -> Option<Vec<Step>> {
    let len = atom.len() as i32;
    if atom.len() * (least.max(most.unwrap_or(0)) + 1) > STEPS_MAX {
        return None;
    }
    let mut steps = Vec::new();
    (0..least).for_each(|_| steps.extend_from_slice(atom));
    match most {
        None => {
            steps.push(Step::Fork(1, len + 2));
            steps.extend_from_slice(atom);
            steps.push(Step::Jump(-len - 1));
        }
        Some(most) => {
            for _ in least..most {
                steps.push(Step::Fork(1, len + 1));
                steps.extend_from_slice(atom);
            }
        }
    }
    fits(&steps)?;
    Some(steps)
}

fn fits(steps: &[Step]) -> Option<()> {
    (steps.len() <= STEPS_MAX).then_some(())
}

fn named(name: &[u8]) -> Option<Bytes> {
    let class: fn(u8) -> bool = match name {
        b"alpha" => |byte| byte.is_ascii_alphabetic(),
        b"digit" => |byte| byte.is_ascii_digit(),
        b"alnum" => |byte| byte.is_ascii_alphanumeric(),
        b"upper" => |byte| byte.is_ascii_uppercase(),
        b"lower" => |byte| byte.is_ascii_lowercase(),
        b"space" => |byte| matches!(byte, b'\t'..=b'\r' | b' '),
        b"blank" => |byte| matches!(byte, b'\t' | b' '),
        b"punct" => |byte| byte.is_ascii_punctuation(),
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"graph" => |byte| byte.is_ascii_graphic(),
        b"cntrl" => |byte| byte.is_ascii_control(),
        b"xdigit" => |byte| byte.is_ascii_hexdigit(),
        _ => return None,
    };
    Some(of(class))
}

fn of(class: fn(u8) -> bool) -> Bytes {
    let mut set = [0; 4];
    (0..=u8::MAX).filter(|byte| class(*byte)).for_each(|byte| unite(&mut set, only(byte)));
    set
}

fn only(byte: u8) -> Bytes {
    let mut set = [0; 4];
    set[usize::from(byte / 64)] = 1 << (byte % 64);
    set
}

fn single(set: &Bytes) -> Option<u8> {
    let mut bytes = (0..=u8::MAX).filter(|byte| has(set, *byte));
    bytes.next().filter(|_| bytes.next().is_none())
}

/// With both cases of each letter.
fn fold(set: &Bytes) -> Bytes {
    let mut folded = *set;
    for byte in (0..=u8::MAX).filter(|byte| has(set, *byte)) {
        unite(&mut folded, only(byte.to_ascii_lowercase()));
        unite(&mut folded, only(byte.to_ascii_uppercase()));
    }
    folded
}

fn unite(set: &mut Bytes, other: Bytes) {
    set.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
}

fn has(set: &Bytes, byte: u8) -> bool {
    set[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Regex::new(pattern.as_bytes(), false).expect(pattern).is_match(text.as_bytes())
    }

    #[test]
    fn expressions_match_what_they_say() {
        for (pattern, yes, no) in [
            ("abc", "xabcx", "abxc"),
            ("^abc$", "abc", "abcd"),
            ("^(a|bc)+$", "abcbca", "abb"),
            ("a{2,3}b", "xaab", "ab"),
            ("^a{2}$", "aa", "aaa"),
            ("^a{2,}$", "aaaaa", "a"),
            ("^a{,2}$", "", "aaa"),
            ("^[a-cx]+$", "abcx", "abd"),
            ("^[^a-c]+$", "xyz", "xaz"),
            ("^[]a]+$", "]a]", "b"),
            ("^[a-]+$", "a-a", "b"),
            ("^[[:digit:][:space:]]+$", "1 2", "1 x"),
            (r"^\d+\.\d*$", "12.5", "12x5"),
            (r"^[\d\-]+$", "1-2", "1x"),
            (r"\bcat\b", "a cat!", "concat"),
            (r"\Bcat", "concat", "cat"),
            (r"^\S+\s\w+$", "a- b_1", "a b c"),
            ("^(|a)b$", "b", "aab"),
            ("^(a*)*$", "aaa", "b"),
            ("^(?:x|y)z?$", "yz", "zz"),
            (r"^\x41\\$", "A\\", "41"),
            ("^.$", "\n", ""),
        ] {
            assert!(matches(pattern, yes) && !matches(pattern, no), "{pattern}");
        }
        let folded = Regex::new(b"^[a-c]x\\.$", true).unwrap();
        assert!(folded.is_match(b"BX.") && !folded.is_match(b"DX."));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for pattern in [
            "(",
            ")",
            "a)",
            "[a",
            "[b-a]",
            "*a",
            "a{2",
            "a{3,2}",
            "a{x}",
            r"(a)\1",
            "\\",
            "[[:foo:]]",
            r"\xg1",
            "a{256}",
        ] {
            assert!(Regex::new(pattern.as_bytes(), false).is_none(), "{pattern}");
        }
        assert!(Regex::new(&vec![b'a'; LENGTH_MAX + 1], false).is_none());
        assert!(Regex::new(b"((((a{200}){200}){200}){200})", false).is_none());
        assert!(Regex::new("(".repeat(1000).as_bytes(), false).is_none());
    }

    #[test]
    fn nothing_takes_long() {
        let text = vec![b'a'; 2000];
        assert!(!Regex::new(b"^(a|a)*(a?){100}b$", false).unwrap().is_match(&text));
    }

    proptest! {
        #[test]
        fn nothing_is_too_odd(pattern in "[()\\[\\]{}*+?|^$.\\\\a-c0-3,:dwb-]{0,20}", text in "[a-c0-3 ]{0,20}") {
            if let Some(regex) = Regex::new(pattern.as_bytes(), true) {
                regex.is_match(text.as_bytes());
            }
        }

        #[test]
        fn literals_are_found_as_texts_are(pattern in "[ab]{0,4}", text in "[ab]{0,12}") {
            prop_assert_eq!(matches(&pattern, &text), text.contains(&pattern));
        }

        #[test]
        fn stars_agree_with_counting(text in "[ab]{0,12}") {
            let runs = text.split('b').all(|run| run.len() % 2 == 0);
            prop_assert_eq!(matches("^((aa)*b)*(aa)*$", &text), runs);
        }
    }
}
