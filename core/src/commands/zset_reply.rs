//! How members of sorted sets look in replies, with and without their scores: the one place where RESP2's flat lists and
//! RESP3's pairs differ for them.

use crate::ctx::write_item;
use crate::ds::listpack::Item;
use crate::resp::Reply;

/// How scores stand beside members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scores {
    /// Not at all.
    Without,
    /// WITHSCORES: pairs in RESP3, one flat array in RESP2.
    With,
    /// Pairs in both protocols.
    Paired,
}

/// Writes an array of members.
pub(super) fn write_members<'a>(
    out: &mut Reply<'_>,
    members: impl ExactSizeIterator<Item = (Item<'a>, f64)>,
    scores: Scores,
) {
    write_header(out, members.len(), scores);
    members.for_each(|(member, score)| write_member(out, member, score, scores));
}

/// Announces `count` members, which [`write_member`] has to write.
pub(super) fn write_header(out: &mut Reply<'_>, count: usize, scores: Scores) {
    let flat = scores == Scores::With && !out.is_resp3();
    out.array(if flat { count * 2 } else { count });
}

/// Writes one of the members announced.
#[inline]
pub(super) fn write_member(out: &mut Reply<'_>, member: Item<'_>, score: f64, scores: Scores) {
    if scores == Scores::Paired || (scores == Scores::With && out.is_resp3()) {
        out.array(2);
    }
    write_item(out, member);
    if scores != Scores::Without {
        out.double(score);
    }
}
