//! Commands as they are typed, made into requests that only need their numbers put in: everything else of a request
//! was encoded when the template was made, so sending one is a copy and a few digits.

use redloop_core::util::quote::split_words;
use std::fmt;

/// Digits of a number in a request, zeros in front: the same for all, so that no length depends on it.
pub(crate) const DIGITS: usize = 12;

/// One more than the largest number that fits.
pub(crate) const NUMBER_LIMIT: u64 = 10_u64.pow(DIGITS as u32);

/// The placeholders' names, as users see them.
pub(crate) const PLACEHOLDERS: &str = "{key}, {seq}, {connection} and {data}";

/// A number that differs from request to request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    /// Drawn from the key space.
    Key,
    /// Counts up.
    Sequence,
    /// The connection's number.
    Connection,
}

/// Where the numbers come from.
pub(crate) trait Numbers {
    /// A key's number.
    fn key(&mut self) -> u64;
    /// The next of a sequence in which no number comes twice.
    fn sequence(&mut self) -> u64;
    /// The connection that sends.
    fn connection(&self) -> u64;
}

/// Why a text is no command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemplateError {
    /// Nothing in it.
    Empty,
    /// A quote that is not closed.
    Quotes,
    /// A brace that is not closed, or a name that is none, with its braces.
    Placeholder(String),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there is no command in it"),
            Self::Quotes => write!(f, "its quotes are not balanced"),
            Self::Placeholder(name) => write!(
                f,
                "'{name}' is no placeholder; there are {PLACEHOLDERS}, and '{{{{' is a brace"
            ),
        }
    }
}

/// An encoded request with holes for numbers.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    /// Where [`DIGITS`] digits stand.
    holes: Holes,
}

/// Holes, with where they begin.
type Holes = Vec<(usize, Hole)>;

impl Template {
    /// Encodes a command: words as in redis-cli, with [`PLACEHOLDERS`]; `data` is what `{data}` stands for.
    ///
    /// # Errors
    /// When the text is no command.
    pub(crate) fn new(text: &str, data: &[u8]) -> Result<Self, TemplateError> {
        let words = split_words(text.as_bytes()).ok_or(TemplateError::Quotes)?;
        if words.is_empty() {
            return Err(TemplateError::Empty);
        }
        let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
        let mut holes = Vec::new();
        for word in words {
            let (content, inside) = fill_in(&word, data)?;
            bytes.extend(format!("${}\r\n", content.len()).bytes());
            holes.extend(inside.into_iter().map(|(at, hole)| (bytes.len() + at, hole)));
            bytes.extend(content);
            bytes.extend(b"\r\n");
        }
        Ok(Self { bytes, holes })
    }

    /// Appends a request.
    pub(crate) fn write(&self, numbers: &mut impl Numbers, out: &mut Vec<u8>) {
        let begin = out.len();
        out.extend_from_slice(&self.bytes);
        for (at, hole) in &self.holes {
            let number = match hole {
                Hole::Key => numbers.key(),
                Hole::Sequence => numbers.sequence(),
                Hole::Connection => numbers.connection(),
            };
            let at = begin + at;
            put_digits(number, &mut out[at..at + DIGITS]);
        }
    }

    /// Bytes of a request.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Replaces the placeholders of a word; its content, and where numbers go.
fn fill_in(word: &[u8], data: &[u8]) -> Result<(Vec<u8>, Holes), TemplateError> {
    let mut content = Vec::with_capacity(word.len());
    let mut holes = Vec::new();
    let mut rest = word;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'{' {
            content.push(byte);
            continue;
        }
        if let Some(after) = rest.strip_prefix(b"{") {
            content.push(b'{');
            rest = after;
            continue;
        }
        let end = rest.iter().position(|byte| *byte == b'}');
        let name = &rest[..end.unwrap_or(rest.len())];
        let hole = match name {
            b"data" if end.is_some() => None,
            b"key" if end.is_some() => Some(Hole::Key),
            b"seq" if end.is_some() => Some(Hole::Sequence),
            b"connection" if end.is_some() => Some(Hole::Connection),
            _ => {
                let text = format!("{{{}", String::from_utf8_lossy(name));
                let closing = if end.is_some() { "}" } else { "" };
                return Err(TemplateError::Placeholder(text + closing));
            }
        };
        match hole {
            None => content.extend_from_slice(data),
            Some(hole) => {
                holes.push((content.len(), hole));
                content.extend([b'0'; DIGITS]);
            }
        }
        rest = &rest[name.len() + 1..];
    }
    Ok((content, holes))
}

/// Writes a number in decimal, zeros in front; what does not fit is cut off at the front.
fn put_digits(mut number: u64, into: &mut [u8]) {
    for digit in into.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u64);

    impl Numbers for Fixed {
        fn key(&mut self) -> u64 {
            self.0 += 1;
            self.0
        }
        fn sequence(&mut self) -> u64 {
            999_999_999_999
        }
        fn connection(&self) -> u64 {
            7
        }
    }

    fn written(text: &str) -> String {
        let mut out = b"before".to_vec();
        Template::new(text, b"\r\ndata").expect("a command").write(&mut Fixed(40), &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn numbers_and_data_are_put_in() {
        assert_eq!(
            written("MSET k:{key} {data} {seq}:{connection} 'a b'"),
            "before*5\r\n$4\r\nMSET\r\n$14\r\nk:000000000041\r\n$6\r\n\r\ndata\r\n\
             $25\r\n999999999999:000000000007\r\n$3\r\na b\r\n"
        );
        assert_eq!(
            written("GET {key}{key}"),
            "before*2\r\n$3\r\nGET\r\n$24\r\n000000000041000000000042\r\n"
        );
        assert_eq!(
            written("GET {{tag}x ''"),
            "before*3\r\n$3\r\nGET\r\n$6\r\n{tag}x\r\n$0\r\n\r\n"
        );
    }

    #[test]
    fn what_is_no_command_says_why() {
        let refusal =
            |text: &str| Template::new(text, b"").map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(refusal("  "), Err("there is no command in it".into()));
        assert_eq!(refusal("GET 'a"), Err("its quotes are not balanced".into()));
        let unknown = |name: &str| {
            Err(format!(
                "'{name}' is no placeholder; there are {{key}}, {{seq}}, {{connection}} and {{data}}, and '{{{{' is a brace"
            ))
        };
        assert_eq!(refusal("GET {kay}"), unknown("{kay}"));
        assert_eq!(refusal("GET a{kay"), unknown("{kay"));
        assert_eq!(refusal("GET {key"), unknown("{key"));
    }
}
