//! Trimming: the options that XADD and XTRIM share, and what they do to deliveries.

use super::stream_parts::{References, strict_id};
use crate::ctx::{integer, size};
use crate::error::Error;
use crate::resp::Args;
use crate::util::is_word;
use crate::value::stream::{Keep, StreamId, Trim};
use crate::value::{Stream, Thresholds};

const MAXLEN_NEGATIVE: Error = Error::Static("ERR The MAXLEN argument must be >= 0.");
const LIMIT_NEGATIVE: Error = Error::Static("ERR The LIMIT argument must be >= 0.");
const TWICE: Error =
    Error::Static("ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
const LIMIT_ALONE: Error =
    Error::Static("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
const NOTHING: Error =
    Error::Static("ERR syntax error, XTRIM must be called with a trimming strategy");
const LIMIT_EXACT: Error =
    Error::Static("ERR syntax error, LIMIT cannot be used without the special ~ option");

/// Nodes whose entries an approximate trim removes at most, unless LIMIT says otherwise.
const NODES_MAX: usize = 100;
/// Bounds of that number of entries.
const DEFAULT_LIMIT: usize = 10_000;
const LIMIT_MAX: usize = 1_000_000;

/// The options as they were read so far.
#[derive(Default)]
pub(super) struct TrimOptions {
    keep: Option<Keep>,
    approximate: bool,
    limit: Option<usize>,
    references: Option<References>,
}

impl TrimOptions {
    /// Reads the option at `at`; how many arguments it takes, 0 if it is none of these.
    pub(super) fn read(&mut self, args: Args<'_>, at: usize) -> Result<usize, Error> {
        let (word, more) = (args.at(at), args.len() - 1 - at);
        let by_length = is_word(word, "MAXLEN");
        if more > 0 && (by_length || is_word(word, "MINID")) {
            if self.keep.is_some() {
                return Err(TWICE);
            }
            let mut used = 1;
            if more > 1 && matches!(args.at(at + 1), b"~" | b"=") {
                self.approximate = args.at(at + 1) == b"~";
                used = 2;
            }
            let threshold = args.at(at + used);
            self.keep = Some(if by_length {
                let most = integer(threshold)?;
                Keep::Last(size(most).ok_or(MAXLEN_NEGATIVE)?)
            } else {
                Keep::From(strict_id(threshold)?)
            });
            return Ok(used + 1);
        }
        if more > 0 && is_word(word, "LIMIT") {
            let limit = integer(args.at(at + 1))?;
            self.limit = Some(size(limit).ok_or(LIMIT_NEGATIVE)?);
            return Ok(2);
        }
        if let Some(references) = References::of(word)
            && self.references.is_none()
        {
            self.references = Some(references);
            return Ok(1);
        }
        Ok(0)
    }

    /// All options are read: what is to be trimmed, if anything; `needed`: something has to be.
    pub(super) fn finish(
        &self,
        thresholds: &Thresholds,
        needed: bool,
    ) -> Result<Option<Trimming>, Error> {
        if self.keep.is_none() && self.limit.is_some_and(|limit| limit > 0) {
            return Err(LIMIT_ALONE);
        }
        if self.keep.is_none() && needed {
            return Err(NOTHING);
        }
        if self.limit.is_some() && !self.approximate {
            return Err(LIMIT_EXACT);
        }
        let Some(keep) = self.keep else { return Ok(None) };
        let limit = match (self.limit, thresholds.stream_node_max_entries) {
            (Some(limit), _) => limit,
            (None, _) if !self.approximate => 0,
            (None, 0) => DEFAULT_LIMIT,
            (None, entries) => entries.saturating_mul(NODES_MAX).min(LIMIT_MAX),
        };
        let trim = Trim { keep, approximate: self.approximate, limit };
        Ok(Some(Trimming { trim, references: self.references }))
    }
}

/// What to trim, and what to do to deliveries.
pub(super) struct Trimming {
    trim: Trim,
    references: Option<References>,
}

impl Trimming {
    /// Trims; how many entries are gone.
    pub(super) fn run(&self, stream: &mut Stream) -> usize {
        match self.references {
            Some(References::Delete) => {
                let mut ids = Vec::new();
                let removed = stream.trim(&self.trim, &mut |id| ids.push(id));
                ids.into_iter().for_each(|id| stream.forget_deliveries(id));
                removed
            }
            Some(References::Acked) if !stream.groups().is_empty() => self.run_acked(stream),
            _ => stream.trim(&self.trim, &mut |_| {}),
        }
    }

    /// Whether only the trimming itself says how much it takes, so that its result is propagated instead.
    pub(super) fn is_approximate(&self) -> bool {
        self.trim.approximate
    }

    /// The options that do the same to an equal stream, `len` entries long afterwards.
    pub(super) fn exact(&self, len: usize) -> Vec<Vec<u8>> {
        let (word, threshold): (&[u8], _) = match self.trim.keep {
            Keep::From(id) if !self.trim.approximate => (b"MINID", id.text().bytes().to_vec()),
            Keep::Last(most) if !self.trim.approximate => {
                (b"MAXLEN", super::stream_parts::digits(most as u64))
            }
            _ => (b"MAXLEN", super::stream_parts::digits(len as u64)),
        };
        let mut words = vec![word.to_vec(), b"=".to_vec(), threshold];
        words.extend(self.references.map(|references| references.word().to_vec()));
        words
    }

    /// Removes entries that nobody awaits, first ones first, whatever stands between them. O(entries looked at).
    fn run_acked(&self, stream: &mut Stream) -> usize {
        let end = match self.trim.keep {
            Keep::From(id) => id.previous(),
            Keep::Last(_) => Some(StreamId::MAX),
        };
        let Some(end) = end else { return 0 };
        let mut most = match self.trim.keep {
            Keep::Last(most) => stream.len().saturating_sub(most),
            Keep::From(_) => usize::MAX,
        };
        if self.trim.limit > 0 {
            most = most.min(self.trim.limit);
        }
        let entries = stream.range(StreamId::MIN, end).map(|entry| entry.id);
        let ids: Vec<_> = entries.filter(|id| !stream.is_awaited(*id)).take(most).collect();
        let deleted = stream.max_deleted;
        ids.iter().for_each(|id| _ = stream.delete(*id));
        if ids.iter().all(|id| *id < stream.first_id()) {
            // Trimmed from the front, as without groups.
            stream.max_deleted = deleted;
        }
        ids.len()
    }
}
