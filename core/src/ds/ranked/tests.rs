//! The tree against a sorted vector.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

type Key = (f64, Vec<u8>);

fn order(a: &Key, b: &Key) -> Ordering {
    a.0.partial_cmp(&b.0).unwrap().then_with(|| a.1.cmp(&b.1))
}

#[derive(Default)]
struct Model(Vec<Key>);

impl Model {
    fn insert(&mut self, key: Key) -> bool {
        match self.0.binary_search_by(|other| order(other, &key)) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, key);
                true
            }
        }
    }

    fn remove(&mut self, key: &Key) -> bool {
        let found = self.0.binary_search_by(|other| order(other, key));
        found.map(|at| self.0.remove(at)).is_ok()
    }
}

fn owned((score, member): (f64, &[u8])) -> Key {
    (score, member.to_vec())
}

/// Contents, both directions, and the running total.
fn assert_same(ranked: &Ranked, model: &Model) {
    assert_eq!(ranked.len(), model.0.len());
    assert_eq!(ranked.is_empty(), model.0.is_empty());
    assert!(ranked.iter().map(owned).eq(model.0.iter().cloned()));
    assert!(ranked.iter().rev().map(owned).eq(model.0.iter().rev().cloned()));
    assert_eq!(ranked.bytes(), size_of::<Ranked>() + ranked.root.heap_bytes());
}

/// Every question about every key and between all keys.
fn assert_ranks(ranked: &Ranked, model: &Model) {
    for (rank, (score, member)) in model.0.iter().enumerate() {
        assert_eq!(ranked.rank_of(*score, member), Some(rank));
        assert_eq!(ranked.select(rank), Some((*score, member.as_slice())));
        let key = (*score, member.clone());
        assert_eq!(ranked.rank_by(|s, m| order(&owned((s, m)), &key).is_lt()), rank);
        assert_eq!(ranked.rank_by(|s, m| order(&owned((s, m)), &key).is_le()), rank + 1);
        assert_eq!(
            ranked.rank_by(|s, _| s < *score),
            model.0.partition_point(|key| key.0 < *score)
        );
        assert_eq!(
            ranked.rank_by(|s, _| s <= *score),
            model.0.partition_point(|key| key.0 <= *score)
        );
    }
    assert_eq!(ranked.select(model.0.len()), None);
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (0i32..6).prop_map(f64::from),
        4 => any::<i16>().prop_map(f64::from),
        1 => prop::sample::select(vec![0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, f64::MAX, -1e-300]),
    ]
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => "[ab]{0,5}".prop_map(String::into_bytes),
        4 => prop::collection::vec(any::<u8>(), 0..20),
        2 => (126usize..131, 0u8..3).prop_map(|(len, byte)| vec![byte; len]),
        1 => (0u8..3).prop_map(|byte| vec![byte; 70_000]),
    ]
}

#[derive(Clone, Debug)]
enum Op {
    Insert(f64, Vec<u8>),
    /// Many keys in ascending, descending or scattered order.
    Bulk {
        from: i32,
        count: i32,
        step: i32,
        score_div: i32,
    },
    Remove(f64, Vec<u8>),
    RemoveRank(usize),
    RemoveRange(usize, usize),
    ThinOut(usize),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (score(), member()).prop_map(|(score, member)| Op::Insert(score, member)),
        2 => (-500i32..500, 1i32..700, prop::sample::select(vec![1, -1, 37, -211]), prop::sample::select(vec![1, 20, 100_000]))
            .prop_map(|(from, count, step, score_div)| Op::Bulk { from, count, step, score_div }),
        2 => (score(), member()).prop_map(|(score, member)| Op::Remove(score, member)),
        6 => any::<usize>().prop_map(Op::RemoveRank),
        2 => (any::<usize>(), 0usize..600).prop_map(|(start, count)| Op::RemoveRange(start, count)),
        1 => (2usize..40).prop_map(Op::ThinOut),
    ]
}

fn apply(ranked: &mut Ranked, model: &mut Model, op: Op) {
    match op {
        Op::Insert(score, member) => {
            assert_eq!(ranked.insert(score, &member), model.insert((score, member)));
        }
        Op::Bulk { from, count, step, score_div } => {
            for turn in 0..count {
                let number = from + turn * step;
                let key =
                    (f64::from(number / score_div), format!("member:{number:06}").into_bytes());
                assert_eq!(ranked.insert(key.0, &key.1), model.insert(key));
            }
        }
        Op::Remove(score, member) => {
            let key = (score, member);
            assert_eq!(ranked.remove(key.0, &key.1), model.remove(&key));
        }
        Op::RemoveRank(rank) => {
            let Some(rank) = rank.checked_rem(model.0.len()) else { return };
            let key = model.0.remove(rank);
            assert!(ranked.remove(key.0, &key.1));
            assert!(!ranked.remove(key.0, &key.1));
        }
        Op::RemoveRange(start, count) => {
            let start = start % (model.0.len() + 1);
            let end = (start + count).min(model.0.len());
            let expected: Vec<_> = model.0.drain(start..end).collect();
            let mut gone = Vec::new();
            assert_eq!(
                ranked.remove_range(start, count, |s, m| gone.push(owned((s, m)))),
                expected.len()
            );
            assert_eq!(gone, expected);
        }
        Op::ThinOut(n) => {
            let (keep, gone): (Vec<_>, Vec<_>) = core::mem::take(&mut model.0)
                .into_iter()
                .enumerate()
                .partition(|(at, _)| at % n == 0);
            model.0 = keep.into_iter().map(|(_, key)| key).collect();
            for (_, (score, member)) in gone {
                assert!(ranked.remove(score, &member));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_changes_agrees_with_a_sorted_vector(ops in prop::collection::vec(op(), 1..50)) {
        let (mut ranked, mut model) = (Ranked::new(), Model::default());
        for op in ops {
            apply(&mut ranked, &mut model, op);
            assert_same(&ranked, &model);
        }
        assert_ranks(&ranked, &model);
        assert_same(&ranked.clone(), &model);
    }

    #[test]
    fn ranges_agree_from_both_ends(bulk in 0i32..1500, start in 0usize..1600, count in 0usize..1600, turns: u64) {
        let (mut ranked, mut model) = (Ranked::new(), Model::default());
        apply(&mut ranked, &mut model, Op::Bulk { from: 0, count: bulk, step: 7, score_div: 50 });
        let from = start.min(model.0.len());
        let mut expected: std::collections::VecDeque<_> =
            model.0[from..(from + count).min(model.0.len())].iter().cloned().collect();
        let mut range = ranked.range(start, count);
        for turn in 0.. {
            prop_assert_eq!(range.len(), expected.len());
            let (got, wanted) = if turns >> (turn % 64) & 1 == 0 {
                (range.next(), expected.pop_front())
            } else {
                (range.next_back(), expected.pop_back())
            };
            prop_assert_eq!(got.map(owned), wanted);
            if got.is_none() {
                break;
            }
        }
    }
}

/// Enough keys for three levels of inner nodes, in scattered order, then taken out again.
#[test]
fn a_deep_tree_grows_and_shrinks() {
    let count = 400_000u64;
    // A multiplier prime to the count visits every number once.
    let number = |turn: u64| turn * 7_919 % count;
    let mut ranked = Ranked::new();
    let member = |number: u64| format!("m{number:08}").into_bytes();
    for turn in 0..count {
        assert!(ranked.insert((number(turn) / 3) as f64, &member(number(turn))));
    }
    assert_eq!(ranked.len() as u64, count);
    assert_eq!(ranked.bytes(), size_of::<Ranked>() + ranked.root.heap_bytes());
    let per_key = ranked.bytes() / ranked.len();
    assert!(per_key <= 30, "{per_key} bytes for a score, nine bytes and an offset");
    for rank in (0..count).step_by(997) {
        let (score, found) = ranked.select(rank as usize).unwrap();
        assert_eq!((score, found), ((rank / 3) as f64, member(rank).as_slice()));
        assert_eq!(ranked.rank_of(score, found), Some(rank as usize));
    }
    let mut seen = 100;
    ranked.remove_range(100, 300_000, |_, found| {
        assert_eq!(found, member(seen));
        seen += 1;
    });
    assert_eq!(ranked.len(), 100_000);
    assert_eq!(ranked.select(100).map(owned), Some((100_033.0, member(300_100))));
    for turn in 0..count {
        let number = number(turn);
        let expected = !(100..300_100).contains(&number);
        assert_eq!(ranked.remove((number / 3) as f64, &member(number)), expected);
    }
    assert!(ranked.is_empty());
    assert_eq!(ranked.bytes(), Ranked::new().bytes());
}

#[test]
fn removed_ranges_give_their_memory_back() {
    let mut ranked = Ranked::new();
    for number in 0..200_000u32 {
        ranked.insert(f64::from(number), format!("{number:010}").as_bytes());
    }
    // Three of every 60 keys stay, so that hardly a leaf keeps more than a few.
    for group in 0..200_000 / 60 {
        assert_eq!(ranked.remove_range(group * 3, 57, |_, _| {}), 57);
    }
    let per_key = ranked.bytes() / ranked.len();
    assert!(per_key <= 48, "{per_key} bytes a key");
}

#[test]
fn members_alone_can_be_asked_about_where_scores_are_equal() {
    let mut ranked = Ranked::new();
    // Other scores come and go first, so that their separators are left behind.
    for score in [1.0, 5.0, 9.0] {
        for number in 0..2_000 {
            ranked.insert(score, format!("{number:05}").as_bytes());
        }
    }
    ranked.remove_range(0, 2_000, |_, _| {});
    ranked.remove_range(2_000, 2_000, |_, _| {});
    for number in 0..2_000 {
        let member = format!("{number:05}").into_bytes();
        let asked = |score: f64| assert_eq!(score, 5.0, "only scores that are there");
        let below = ranked.rank_by(|score, other| {
            asked(score);
            other < member.as_slice()
        });
        assert_eq!(below, number);
    }
}

#[test]
fn keys_in_order_fill_their_nodes() {
    for descending in [false, true] {
        let mut ranked = Ranked::new();
        for turn in 0..100_000u32 {
            let number = if descending { 100_000 - turn } else { turn };
            ranked.insert(f64::from(number), format!("{number:010}").as_bytes());
        }
        // 8 + 10 + 2 bytes a key, and at most a quarter for everything else.
        assert!(ranked.bytes() <= 100_000 * 25, "{} bytes", ranked.bytes());
    }
}

#[test]
fn zeros_are_one_score() {
    let mut ranked = Ranked::new();
    assert!(ranked.insert(0.0, b"a"));
    assert!(!ranked.insert(-0.0, b"a"));
    assert!(ranked.insert(-0.0, b"b"));
    assert_eq!(ranked.rank_of(0.0, b"b"), Some(1));
    assert!(ranked.remove(-0.0, b"a"));
    assert_eq!(ranked.len(), 1);
}
