//! Walking through a stretch of a sorted set, whatever its form, from either end; and the bounds that ranges by score and
//! by member are given in.

use super::zset::score_of;
use crate::ds::listpack::{self, Item, Listpack};
use crate::ds::ranked::{self, Ranked};
use std::ops::Range;

/// Members with their scores; see [`super::ZSet::members`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    walk: Walk<'a>,
    left: usize,
    reverse: bool,
}

#[derive(Clone, Debug)]
enum Walk<'a> {
    Packed(Option<listpack::Iter<'a>>),
    Ordered(ranked::Range<'a>),
}

/// A range of scores. Either bound may be left out of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRange {
    /// Lower bound.
    pub min: f64,
    /// The lower bound itself is not in the range.
    pub min_open: bool,
    /// Upper bound.
    pub max: f64,
    /// The upper bound itself is not in the range.
    pub max_open: bool,
}

/// One bound of a range of members, which are ordered by their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexBound<'a> {
    /// Before all members.
    Least,
    /// Behind all members.
    Greatest,
    /// This one, in the range.
    Closed(&'a [u8]),
    /// This one, not in the range.
    Open(&'a [u8]),
}

/// A range of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LexRange<'a> {
    /// Lower bound.
    pub min: LexBound<'a>,
    /// Upper bound.
    pub max: LexBound<'a>,
}

impl<'a> Members<'a> {
    pub(super) fn of_pack(pack: &'a Listpack, span: Range<usize>, reverse: bool) -> Self {
        let end = if reverse { span.end * 2 } else { span.start * 2 + 1 };
        let items = end.checked_sub(1).and_then(|index| pack.seek(index as isize));
        let items = items.map(|at| if reverse { pack.iter_to(at) } else { pack.iter_from(at) });
        Members { walk: Walk::Packed(items), left: span.len(), reverse }
    }

    pub(super) fn of_order(order: &'a Ranked, span: Range<usize>, reverse: bool) -> Self {
        let left = span.len();
        Members { walk: Walk::Ordered(order.range(span.start, left)), left, reverse }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Item<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        match &mut self.walk {
            Walk::Packed(items) => {
                let items = items.as_mut()?;
                if self.reverse {
                    let score = score_of(items.next_back()?);
                    Some((items.next_back()?, score))
                } else {
                    Some((items.next()?, score_of(items.next()?)))
                }
            }
            Walk::Ordered(range) => {
                let next = if self.reverse { range.next_back() } else { range.next() };
                next.map(|(score, member)| (Item::Bytes(member), score))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Members<'_> {}

impl ScoreRange {
    /// Whether a score lies before the range.
    #[inline]
    pub fn is_above(&self, score: f64) -> bool {
        score < self.min || (self.min_open && score == self.min)
    }

    /// Whether a score does not lie behind the range.
    #[inline]
    pub fn reaches(&self, score: f64) -> bool {
        score < self.max || (!self.max_open && score == self.max)
    }
}

impl LexRange<'_> {
    /// Whether a member lies before the range.
    pub fn is_above(&self, member: Item<'_>) -> bool {
        match self.min {
            LexBound::Least => false,
            LexBound::Greatest => true,
            LexBound::Closed(bound) => member.cmp_bytes(bound).is_lt(),
            LexBound::Open(bound) => member.cmp_bytes(bound).is_le(),
        }
    }

    /// Whether a member does not lie behind the range.
    pub fn reaches(&self, member: Item<'_>) -> bool {
        match self.max {
            LexBound::Least => false,
            LexBound::Greatest => true,
            LexBound::Closed(bound) => member.cmp_bytes(bound).is_le(),
            LexBound::Open(bound) => member.cmp_bytes(bound).is_lt(),
        }
    }
}
