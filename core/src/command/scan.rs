//! What SCAN, HSCAN, SSCAN and ZSCAN have in common: the cursor and the options.

use crate::ctx::{integer, size};
use crate::ds::listpack::{Item, TextBuf};
use crate::error::Error;
use crate::resp::{Args, Reply};
use crate::util::glob;
use crate::value::Kind;

/// Which of the commands asks: some options belong to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// SCAN: `TYPE type`.
    Keys,
    /// HSCAN: `NOVALUES`.
    Hash,
    /// SSCAN.
    Set,
    /// ZSCAN: `NOSCORES`.
    ZSet,
}

/// The options of a scan.
#[derive(Clone, Copy, Debug)]
pub struct ScanOptions<'a> {
    /// COUNT: about how many elements to look at; at least 1.
    pub count: usize,
    /// MATCH; `None` where everything matches.
    pub pattern: Option<&'a [u8]>,
    /// TYPE.
    pub kind: Wanted,
    /// NOVALUES or NOSCORES.
    pub bare: bool,
}

/// What SCAN's TYPE names.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// It was not given.
    Any,
    /// This type.
    Only(Kind),
    /// A type that exists but that no key can have here.
    None,
}

/// Elements a scan looks at unless COUNT says otherwise: Redis' default.
const COUNT_DEFAULT: usize = 10;

/// The cursor argument. Like the C library's `strtoull`, it may begin with blanks and a sign.
///
/// # Errors
/// Not a number of 64 bits.
pub fn cursor(argument: &[u8]) -> Result<u64, Error> {
    let text = argument.trim_ascii_start();
    let digits = text.strip_prefix(b"+").or(text.strip_prefix(b"-")).unwrap_or(text);
    let value = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse::<u64>().ok());
    match value {
        Some(value) if value == 0 || !text.starts_with(b"-") => Ok(value),
        _ => Err(Error::INVALID_CURSOR),
    }
}

/// The reply of a walk that is over before it began.
pub fn write_nothing(out: &mut Reply<'_>) {
    out.array(2);
    out.bulk(b"0");
    out.array(0);
}

impl Wanted {
    /// Whether a key of this type is wanted.
    pub fn includes(self, kind: Kind) -> bool {
        match self {
            Wanted::Any => true,
            Wanted::Only(wanted) => kind == wanted,
            Wanted::None => false,
        }
    }

    fn parse(name: &[u8]) -> Result<Self, Error> {
        match Kind::by_name(name) {
            Some(kind) => Ok(Wanted::Only(kind)),
            None => Err(Error::quoting("ERR unknown type name '", name, "'")),
        }
    }
}

impl<'a> ScanOptions<'a> {
    /// Reads the options in `args`, which has nothing else.
    ///
    /// # Errors
    /// Unknown or incomplete options, a count that is none, options of the sister commands.
    pub fn parse(args: Args<'a>, scanned: Scanned) -> Result<Self, Error> {
        let mut options =
            ScanOptions { count: COUNT_DEFAULT, pattern: None, kind: Wanted::Any, bare: false };
        let mut at = 0;
        while let Some(word) = args.get(at) {
            let value = args.get(at + 1);
            match (word.to_ascii_uppercase().as_slice(), value) {
                (b"COUNT", Some(value)) => {
                    let count = integer(value)?;
                    options.count = size(count).filter(|count| *count > 0).ok_or(Error::SYNTAX)?;
                    at += 2;
                }
                (b"MATCH", Some(value)) => {
                    options.pattern = (value != b"*").then_some(value);
                    at += 2;
                }
                (b"TYPE", Some(value)) if scanned == Scanned::Keys => {
                    options.kind = Wanted::parse(value)?;
                    at += 2;
                }
                (b"NOVALUES", _) => {
                    options.bare = scanned == Scanned::Hash;
                    if !options.bare {
                        return Err(NOVALUES_ELSEWHERE);
                    }
                    at += 1;
                }
                (b"NOSCORES", _) => {
                    options.bare = scanned == Scanned::ZSet;
                    if !options.bare {
                        return Err(NOSCORES_ELSEWHERE);
                    }
                    at += 1;
                }
                _ => return Err(Error::SYNTAX),
            }
        }
        Ok(options)
    }

    /// As [`ScanOptions::shows`] for an element of a collection.
    pub fn shows_item(&self, item: Item<'_>) -> bool {
        self.pattern.is_none() || self.shows(item.text(&mut TextBuf::default()))
    }

    /// Whether an element of this name is to be shown.
    pub fn shows(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, name, false))
    }
}

const NOVALUES_ELSEWHERE: Error = Error::Static("ERR NOVALUES option can only be used in HSCAN");
const NOSCORES_ELSEWHERE: Error = Error::Static("ERR NOSCORES option can only be used in ZSCAN");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors() {
        for (text, value) in [
            ("0", 0),
            ("007", 7),
            ("+5", 5),
            (" 1", 1),
            ("-0", 0),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(cursor(text.as_bytes()), Ok(value), "{text:?}");
        }
        for text in ["", " ", "-1", "1 ", "0x1", "++1", "18446744073709551616", "a"] {
            assert_eq!(cursor(text.as_bytes()), Err(Error::INVALID_CURSOR), "{text:?}");
        }
    }
}
