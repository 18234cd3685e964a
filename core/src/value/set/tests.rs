//! Every form against an ordered set; random picks against chance.

use super::*;
use crate::ds::dict::HashKey;
use crate::util::rng::Rng;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Integers, words and long members.
fn member(id: u16) -> Vec<u8> {
    match id % 8 {
        7 => vec![b'x'; usize::from(id)],
        6 => vec![b'm', id as u8],
        _ => (i64::from(id) - 300).to_string().into_bytes(),
    }
}

fn thresholds(ints: usize, entries: usize) -> Thresholds {
    let mut thresholds = Thresholds::new(HashKey(3, 4));
    thresholds.set_max_intset_entries = ints;
    thresholds.set_max_listpack_entries = entries;
    thresholds
}

proptest! {
    #[test]
    fn every_form_is_a_set(
        ops in prop::collection::vec((0..400u16, 0..4u8), 1..200),
        ints in prop_oneof![Just(0usize), Just(6), Just(500)],
        entries in prop_oneof![Just(0usize), Just(9), Just(500)],
        taken in 0..30usize,
        seed: u64,
    ) {
        let t = thresholds(ints, entries);
        let mut rng = Rng::new(seed);
        let mut set = Set::sized(&member(ops[0].0), 1, &t);
        let mut model = BTreeSet::new();
        for (id, op) in ops {
            let member = member(id);
            if op == 0 {
                prop_assert_eq!(set.remove(&member), model.remove(&member));
            } else {
                prop_assert_eq!(set.add(&member, &t), model.insert(member.clone()));
            }
            prop_assert_eq!(set.contains(&member), model.contains(&member));
            prop_assert_eq!(set.len(), model.len());
        }
        let all = |set: &Set| set.iter().map(Item::to_vec).collect::<BTreeSet<_>>();
        prop_assert_eq!(&all(&set), &model);

        let mut sampled = Vec::new();
        set.sample(taken, &mut rng, |item| sampled.push(item.to_vec()));
        prop_assert_eq!(sampled.len(), taken.min(model.len()));
        let distinct: BTreeSet<_> = sampled.into_iter().collect();
        prop_assert_eq!(distinct.len(), taken.min(model.len()));
        prop_assert!(distinct.is_subset(&model));

        let mut scanned = Vec::new();
        let mut cursor = 0;
        loop {
            cursor = set.scan(cursor, 5, |item| scanned.push(item.to_vec()));
            if cursor == 0 {
                break;
            }
        }
        prop_assert_eq!(scanned.len(), model.len());

        let mut tight = set.clone();
        tight.tighten(&t);
        prop_assert_eq!(&all(&tight), &model);

        set.pop_many(taken, &mut rng, |item| assert!(model.remove(&item.to_vec())));
        prop_assert_eq!(&all(&set), &model);
        if let Some(popped) = set.pop(&mut rng) {
            prop_assert!(model.remove(&popped));
        }
        prop_assert_eq!(all(&set), model);
    }
}

#[test]
fn picks_are_fair() {
    const DRAWS: u32 = 20_000;
    for (ints, entries) in [(500, 500), (0, 500), (0, 0)] {
        let t = thresholds(ints, entries);
        let mut set = Set::sized(b"0", 1, &t);
        for id in 0..10 {
            set.add(id.to_string().as_bytes(), &t);
        }
        let mut rng = Rng::new(7);
        let mut counts: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        for _ in 0..DRAWS {
            set.sample(3, &mut rng, |item| *counts.entry(item.to_vec()).or_default() += 1);
        }
        // Three tenths each, with a standard deviation of about 65.
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|count| count.abs_diff(DRAWS * 3 / 10) < 400), "{counts:?}");
    }
}
