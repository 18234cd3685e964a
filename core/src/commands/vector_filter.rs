//! Filters over the attributes of vectors: expressions like `.year >= 1980 and .genre in ["drama", "noir"]`, read once into
//! steps in the order in which they are done, then run over the attributes of each element that is looked at.
//!
//! A field that an element lacks, or a value of a type that an operator does not take, makes the element unwanted, whatever
//! else the expression says. There is no recursion: what is open waits in a list.
//!
//! Powers take nothing but multiplications, divisions and square roots, so that every host gets the same bits.

use crate::error::Error;
use crate::limits;
use crate::util::contains;
use crate::util::json::{self, Value};
use crate::util::number;
use std::borrow::Cow;

/// An expression, ready to be run.
#[derive(Debug)]
pub(super) struct Filter {
    steps: Vec<Step>,
}

/// What is done with a stack of values.
#[derive(Debug)]
enum Step {
    /// A literal is put on it.
    Push(Value<'static>),
    /// The value of a field is put on it.
    Field(Box<[u8]>),
    /// The last two, or the last one, are replaced by what comes of them.
    Apply(Operator),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
    Power,
    Not,
    /// Not an operator: what is open stays open up to here.
    Parenthesis,
}

/// Binary operators by their signs, longer ones before those they begin with; how tightly they bind.
const OPERATORS: [(&str, Operator, u8); 19] = [
    ("||", Operator::Or, 1),
    ("or", Operator::Or, 1),
    ("&&", Operator::And, 2),
    ("and", Operator::And, 2),
    ("==", Operator::Equal, 3),
    ("!=", Operator::Unequal, 3),
    ("<=", Operator::LessOrEqual, 3),
    ("<", Operator::Less, 3),
    (">=", Operator::GreaterOrEqual, 3),
    (">", Operator::Greater, 3),
    ("in", Operator::In, 3),
    ("+", Operator::Plus, 4),
    ("-", Operator::Minus, 4),
    ("**", Operator::Power, 6),
    ("*", Operator::Times, 5),
    ("/", Operator::Over, 5),
    ("%", Operator::Modulo, 5),
    ("!", Operator::Not, NOT),
    ("not", Operator::Not, NOT),
];
/// The tightest.
const NOT: u8 = 7;

struct Parser<'a> {
    /// What is not read yet.
    text: &'a [u8],
    steps: Vec<Step>,
    /// Operators that wait for their right side, and how tightly they bind.
    open: Vec<(Operator, u8)>,
}

impl Filter {
    /// Reads an expression. O(length).
    ///
    /// # Errors
    /// It is none, from some place on; or it is too long.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let mut parser = Parser { text, steps: Vec::new(), open: Vec::new() };
        if text.len() > limits::FILTER_MAX || parser.expression().is_none() {
            let rest = &parser.text[..parser.text.len().min(limits::ERROR_PREVIEW_MAX)];
            return Err(Error::quoting("ERR syntax error in FILTER expression near: ", rest, ""));
        }
        Ok(Filter { steps: parser.steps })
    }

    /// Whether an element with these attributes is wanted. O(steps × attributes).
    pub(super) fn accepts(&self, attributes: &[u8]) -> bool {
        self.run(attributes).is_some_and(|value| is_true(&value))
    }

    fn run<'a>(&'a self, attributes: &'a [u8]) -> Option<Value<'a>> {
        let mut stack: Vec<Cow<'a, Value<'a>>> = Vec::new();
        for step in &self.steps {
            let value = match step {
                Step::Push(value) => Cow::Borrowed(value),
                Step::Field(name) => Cow::Owned(json::field(attributes, name)?),
                Step::Apply(Operator::Not) => flag(!is_true(&*stack.pop()?)),
                Step::Apply(operator) => {
                    let (right, left) = (stack.pop()?, stack.pop()?);
                    apply(*operator, &left, &right)?
                }
            };
            stack.push(value);
        }
        stack.pop().map(Cow::into_owned)
    }
}

impl Parser<'_> {
    /// The whole text: operands with operators between them.
    fn expression(&mut self) -> Option<()> {
        loop {
            self.operand()?;
            loop {
                self.text = self.text.trim_ascii_start();
                match self.text.first() {
                    None => {
                        self.close(0);
                        return self.open.is_empty().then_some(());
                    }
                    Some(b')') => {
                        self.close(0);
                        // The parenthesis that it closes.
                        self.open.pop()?;
                        self.text = &self.text[1..];
                    }
                    Some(_) => break,
                }
            }
            let (len, operator, binding) = self.operator().filter(|it| it.2 != NOT)?;
            // What binds as tightly comes first, but for powers, which go from right to left.
            self.close(if operator == Operator::Power { binding + 1 } else { binding });
            self.open.push((operator, binding));
            self.text = &self.text[len..];
        }
    }

    /// What may stand before an operand, and the operand.
    fn operand(&mut self) -> Option<()> {
        loop {
            self.text = self.text.trim_ascii_start();
            if self.text.first() == Some(&b'(') {
                self.open.push((Operator::Parenthesis, 0));
                self.text = &self.text[1..];
            } else if let Some((len, operator, NOT)) = self.operator() {
                self.open.push((operator, NOT));
                self.text = &self.text[len..];
            } else {
                break;
            }
        }
        let step = match self.text.first()? {
            b'.' if self.text.get(1).is_some_and(|byte| !byte.is_ascii_digit()) => {
                let rest = &self.text[1..];
                let len = rest.iter().position(|byte| !is_of_name(*byte)).unwrap_or(rest.len());
                if len == 0 {
                    return None;
                }
                self.text = &rest[len..];
                Step::Field(rest[..len].into())
            }
            b'[' => {
                self.text = &self.text[1..];
                Step::Push(Value::List(self.list()?))
            }
            _ => Step::Push(self.literal()?),
        };
        self.steps.push(step);
        Some(())
    }

    fn list(&mut self) -> Option<Vec<Value<'static>>> {
        let mut items = Vec::new();
        loop {
            self.text = self.text.trim_ascii_start();
            match self.text.first()? {
                b']' => break,
                b',' if !items.is_empty() => {
                    self.text = self.text[1..].trim_ascii_start();
                    items.push(self.literal()?);
                }
                _ if items.is_empty() => items.push(self.literal()?),
                _ => return None,
            }
        }
        self.text = &self.text[1..];
        Some(items)
    }

    /// A number, `true`, `false` or a string in quotes of either kind.
    fn literal(&mut self) -> Option<Value<'static>> {
        let quote = *self.text.first()?;
        if quote != b'"' && quote != b'\'' {
            let len = number_len(self.text);
            let (word, rest) = self.text.split_at(len);
            let value = match word {
                b"true" => 1.0,
                b"false" => 0.0,
                _ => number::read_f64(word).filter(|_| !word[0].is_ascii_alphabetic())?,
            };
            self.text = rest;
            return Some(Value::Number(value));
        }
        let mut text = Vec::new();
        let mut bytes = self.text[1..].iter();
        loop {
            match bytes.next()? {
                b'\\' => text.push(*bytes.next()?),
                byte if *byte == quote => break,
                byte => text.push(*byte),
            }
        }
        self.text = bytes.as_slice();
        Some(Value::Text(Cow::Owned(text)))
    }

    /// The operator that comes next, with its length.
    fn operator(&self) -> Option<(usize, Operator, u8)> {
        let is_next = |sign: &str| {
            let len = sign.len();
            let is_sign =
                self.text.get(..len).is_some_and(|it| it.eq_ignore_ascii_case(sign.as_bytes()));
            // A word ends where a name would.
            let is_word = sign.as_bytes()[0].is_ascii_alphabetic();
            is_sign && !(is_word && self.text.get(len).is_some_and(|byte| is_of_name(*byte)))
        };
        let found = OPERATORS.iter().find(|(sign, ..)| is_next(sign));
        found.map(|(sign, operator, binding)| (sign.len(), *operator, *binding))
    }

    /// Operators that are open and bind at least that tightly are done, back to a parenthesis.
    fn close(&mut self, binding: u8) {
        while let Some((operator, _)) = self
            .open
            .pop_if(|(operator, bound)| *operator != Operator::Parenthesis && *bound >= binding)
        {
            self.steps.push(Step::Apply(operator));
        }
    }
}

fn apply<'a>(
    operator: Operator,
    left: &Value<'a>,
    right: &Value<'a>,
) -> Option<Cow<'a, Value<'a>>> {
    match operator {
        Operator::Or => return Some(flag(is_true(left) || is_true(right))),
        Operator::And => return Some(flag(is_true(left) && is_true(right))),
        Operator::Equal => return Some(flag(left == right)),
        Operator::Unequal => return Some(flag(left != right)),
        Operator::In => {
            return Some(flag(match (left, right) {
                (Value::List(_), _) => return None,
                (_, Value::List(items)) => items.contains(left),
                (Value::Text(part), Value::Text(whole)) => contains(whole, part),
                _ => false,
            }));
        }
        _ => {}
    }
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return None };
    let (left, right) = (*left, *right);
    Some(match operator {
        Operator::Less => flag(left < right),
        Operator::LessOrEqual => flag(left <= right),
        Operator::Greater => flag(left > right),
        Operator::GreaterOrEqual => flag(left >= right),
        _ => Cow::Owned(Value::Number(match operator {
            Operator::Plus => left + right,
            Operator::Minus => left - right,
            Operator::Times => left * right,
            Operator::Over => left / right,
            Operator::Modulo => left % right,
            _ => power(left, right),
        })),
    })
}

/// `base` to the power of `exponent`: its whole part by squaring, what is behind the point by square roots.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent < 0.0 {
        return 1.0 / power(base, -exponent);
    }
    // Beyond this, what is not 0, 1 or -1 is infinite or nothing.
    let exponent = exponent.min(9_007_199_254_740_992.0);
    let (mut whole, mut rest) = (exponent as u64, exponent.fract());
    let (mut result, mut factor) = (1.0, base);
    while whole > 0 {
        if whole & 1 == 1 {
            result *= factor;
        }
        factor *= factor;
        whole >>= 1;
    }
    let mut root = base;
    while rest > 0.0 {
        (rest, root) = (rest * 2.0, root.sqrt());
        if rest >= 1.0 {
            rest -= 1.0;
            result *= root;
        }
    }
    result
}

fn flag<'a>(value: bool) -> Cow<'a, Value<'a>> {
    Cow::Owned(Value::Number(f64::from(u8::from(value))))
}

fn is_true(value: &Value<'_>) -> bool {
    match value {
        Value::Number(value) => *value != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Bytes of the number, or the word, that a text begins with: a sign stands first or behind an `e` only.
fn number_len(text: &[u8]) -> usize {
    let mut len = 0;
    while let Some(byte) = text.get(len) {
        let sign = matches!(byte, b'+' | b'-')
            && (len == 0 || (text[0] <= b'9' && matches!(text[len - 1], b'e' | b'E')));
        if !sign && !byte.is_ascii_alphanumeric() && *byte != b'.' {
            break;
        }
        len += 1;
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ATTRIBUTES: &[u8] =
        br#"{"year":1984,"rating":7.5,"genre":"drama","tags":["a","b",3],"seen":true,"no":null,"s":""}"#;

    fn wanted(expression: &str) -> bool {
        Filter::parse(expression.as_bytes()).expect(expression).accepts(ATTRIBUTES)
    }

    #[test]
    fn expressions_mean_what_they_say() {
        for expression in [
            ".year >= 1980 and .year < 1990",
            ".genre == 'drama' && .rating > 7",
            "(.year - 2000) ** 2 < 300 and .rating / 2 > 3.7",
            "not (.year == 2000) and !(.rating < 1)",
            ".genre in [\"noir\", \"drama\"]",
            "\"ram\" in .genre",
            "3 in .tags and 'a' in .tags and not ('c' in .tags)",
            ".seen",
            ".seen == true",
            "2 + 3 * 4 == 14 and (2 + 3) * 4 == 20",
            "2 ** 3 ** 2 == 512",
            "10 % 4 == 2 and -10 % 4 == -2",
            "4 ** 0.5 == 2 and 2 ** -1 == 0.5 and 2 ** 0 == 1 and 0 ** 0 == 1",
            "1-1 == 0 and 5 -2 == 3 and 5 - -2 == 7",
            "1e3 == 1000 and .5 < 1 and 1e-2 == 0.01",
            "1 or 0 and 0",
            "'it\\'s' == \"it's\"",
            ".genre != 3 and 3 != .genre",
            "NOT 0 AND .tags",
        ] {
            assert!(wanted(expression), "{expression}");
        }
        for expression in [
            ".year > 1984",
            ".missing",
            ".missing == 1 or 1",
            "1 or .missing",
            ".no == 0",
            ".genre > 3",
            ".genre + 1",
            "not .missing",
            ".s",
            "[] ",
            "1 in 2",
            "1 / 0 < 1",
        ] {
            assert!(!wanted(expression), "{expression}");
        }
        assert!(Filter::parse(b"1").unwrap().accepts(b""));
    }

    #[test]
    fn what_is_no_expression_is_shown_from_there_on() {
        for (expression, rest) in [
            ("", ""),
            (".", "."),
            ("1 +", ""),
            ("1 + )", ")"),
            ("(1", ""),
            ("1)", ")"),
            ("1 2", "2"),
            (".a @ 2", "@ 2"),
            ("nota", "nota"),
            ("'open", "'open"),
            ("[1, ]", "]"),
            ("[1 2]", "2]"),
            (".a.b", ".b"),
            ("inf", "inf"),
            ("1 not 2", "not 2"),
        ] {
            let text = format!("ERR syntax error in FILTER expression near: {rest}");
            let error = Filter::parse(expression.as_bytes()).expect_err(expression);
            assert_eq!(error.text(), text.as_bytes(), "{expression}");
        }
        let deep =
            "(".repeat(limits::FILTER_MAX / 2 - 1) + "1" + &")".repeat(limits::FILTER_MAX / 2 - 1);
        assert!(wanted(&deep));
        assert!(Filter::parse(&vec![b'1'; limits::FILTER_MAX + 1]).is_err());
    }

    proptest! {
        #[test]
        fn nothing_is_too_odd(expression in "[-+*/%!<>=&|()\\[\\], .'\"a1e0not]{0,24}") {
            if let Ok(filter) = Filter::parse(expression.as_bytes()) {
                filter.accepts(ATTRIBUTES);
            }
        }

        #[test]
        fn powers_are_about_right(base in 0.01f64..50.0, exponent in -20.0f64..20.0) {
            let expected = base.powf(exponent);
            prop_assert!((power(base, exponent) / expected - 1.0).abs() < 1e-12);
        }
    }
}
