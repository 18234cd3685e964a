//! Both forms against a sorted vector.

use super::*;
use crate::ds::dict::HashKey;
use crate::value::zset_walk::{LexBound, LexRange, ScoreRange};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Put(u8, i8),
    Refuse(u8),
    Remove(u8),
    RemoveSpan(u8, u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (any::<u8>(), any::<i8>()).prop_map(|(member, score)| Op::Put(member, score)),
        1 => any::<u8>().prop_map(Op::Refuse),
        2 => any::<u8>().prop_map(Op::Remove),
        1 => (any::<u8>(), 0..9u8).prop_map(|(start, len)| Op::RemoveSpan(start, len)),
    ]
}

/// Numbers and words, some of them long.
fn member(id: u8) -> Vec<u8> {
    match id % 4 {
        0 => id.to_string().into_bytes(),
        1 => vec![b'm', id],
        2 => vec![id; 300],
        _ => vec![b'm'; usize::from(id)],
    }
}

fn thresholds(entries: usize) -> Thresholds {
    let mut thresholds = Thresholds::new(HashKey(1, 2));
    thresholds.zset_max_listpack_entries = entries;
    thresholds.zset_max_listpack_value = 1000;
    thresholds
}

fn contents(zset: &ZSet, span: Range<usize>, reverse: bool) -> Vec<(f64, Vec<u8>)> {
    zset.members(span, reverse).map(|(member, score)| (score, member.to_vec())).collect()
}

proptest! {
    #[test]
    fn every_form_is_a_sorted_vector(
        ops in prop::collection::vec(op(), 1..120),
        entries in prop_oneof![Just(0), Just(7), Just(usize::MAX)],
        bounds: (i8, i8, bool, bool),
        skip in 0..5usize,
    ) {
        let t = thresholds(entries);
        let mut zset = ZSet::empty();
        let mut model: Vec<(f64, Vec<u8>)> = Vec::new();
        for op in ops {
            match op {
                Op::Put(id, score) => {
                    let (member, score) = (member(id), f64::from(score) / 4.0);
                    let at = model.iter().position(|(_, m)| *m == member);
                    let before = at.map(|at| model.remove(at).0);
                    let updated = zset.update(&member, &t, |found| {
                        assert_eq!(found, before);
                        Some(score)
                    });
                    prop_assert_eq!(updated, Updated { before, after: Some(score) });
                    model.push((score, member));
                    model.sort_by(|a, b| a.partial_cmp(b).unwrap());
                }
                Op::Refuse(id) => {
                    zset.update(&member(id), &t, |_| None);
                }
                Op::Remove(id) => {
                    let member = member(id);
                    let at = model.iter().position(|(_, m)| *m == member);
                    prop_assert_eq!(zset.remove(&member), at.map(|at| model.remove(at).0));
                }
                Op::RemoveSpan(start, len) => {
                    let start = usize::from(start).min(model.len());
                    let end = (start + usize::from(len)).min(model.len());
                    model.drain(start..end);
                    prop_assert_eq!(zset.remove_span(start..end), end - start);
                }
            }
            prop_assert_eq!(zset.len(), model.len());
        }
        let len = model.len();
        prop_assert_eq!(contents(&zset, 0..len, false), model.clone());
        prop_assert_eq!(
            contents(&zset, len / 3..len, true),
            model[len / 3..].iter().rev().cloned().collect::<Vec<_>>()
        );
        for (rank, (score, member)) in model.iter().enumerate() {
            prop_assert_eq!(zset.rank(member), Some((rank, *score)));
            prop_assert_eq!(zset.score(member), Some(*score));
        }
        let range = ScoreRange {
            min: f64::from(bounds.0) / 4.0,
            min_open: bounds.2,
            max: f64::from(bounds.1) / 4.0,
            max_open: bounds.3,
        };
        let fits = |score: f64| !range.is_above(score) && range.reaches(score);
        let expected: Vec<_> = model.iter().filter(|(score, _)| fits(*score)).cloned().collect();
        for reverse in [false, true] {
            let span =
                zset.span(|s, _| range.is_above(s), |s, _| range.reaches(s), reverse, skip);
            let mut found = contents(&zset, span, false);
            let kept = expected.len().saturating_sub(skip);
            let wanted = if reverse { &expected[..kept] } else { &expected[expected.len() - kept..] };
            prop_assert_eq!(&found, &wanted);
            found.clear();
        }
        let mut shown = Vec::new();
        let mut cursor = 0;
        loop {
            cursor = zset.scan(cursor, 3, |member, score| shown.push((score, member.to_vec())));
            if cursor == 0 {
                break;
            }
        }
        shown.sort_by(|a, b| a.partial_cmp(b).unwrap());
        prop_assert_eq!(shown, model);
    }

    #[test]
    fn members_of_one_score_are_found_by_their_bytes(
        ids: std::collections::BTreeSet<u8>,
        ends: (u8, u8, bool, bool),
        large: bool,
    ) {
        let t = thresholds(if large { 0 } else { usize::MAX });
        let mut zset = ZSet::empty();
        let mut model: Vec<Vec<u8>> = ids.into_iter().map(member).collect();
        model.sort();
        model.dedup();
        for member in &model {
            zset.update(member, &t, |_| Some(0.0));
        }
        let (low, high) = (member(ends.0), member(ends.1));
        let range = LexRange {
            min: if ends.2 { LexBound::Open(&low) } else { LexBound::Closed(&low) },
            max: if ends.3 { LexBound::Open(&high) } else { LexBound::Closed(&high) },
        };
        let expected: Vec<_> = model
            .into_iter()
            .filter(|m| (*m > low || (!ends.2 && *m == low)) && (*m < high || (!ends.3 && *m == high)))
            .collect();
        let span = zset.span(|_, m| range.is_above(m), |_, m| range.reaches(m), false, 0);
        let found: Vec<_> = contents(&zset, span, false).into_iter().map(|(_, m)| m).collect();
        prop_assert_eq!(found, expected);
    }
}
