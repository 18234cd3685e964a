//! A hash against a map, its deadlines included.

use super::*;
use crate::ds::dict::HashKey;
use crate::util::rng::Rng;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>;

#[derive(Clone, Debug)]
enum Step {
    Set(Vec<u8>, Vec<u8>),
    SetUntil(Vec<u8>, Vec<u8>, u64),
    Update(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    Deadline(Vec<u8>, Option<u64>),
    Expire(u64, usize),
    File,
}

fn step() -> impl Strategy<Value = Step> {
    let field = || prop_oneof!["[a-f]", "[0-9]{1,2}", "g{4,12}"].prop_map(String::into_bytes);
    let value = || prop_oneof!["-?[0-9]{1,20}", "v{0,12}", "w{300}"].prop_map(String::into_bytes);
    prop_oneof![
        6 => (field(), value()).prop_map(|(field, value)| Step::Set(field, value)),
        1 => (field(), value(), 0..20u64).prop_map(|(f, v, at)| Step::SetUntil(f, v, at)),
        2 => (field(), value()).prop_map(|(field, value)| Step::Update(field, value)),
        2 => field().prop_map(Step::Remove),
        2 => (field(), prop::option::of(0..20u64)).prop_map(|(f, at)| Step::Deadline(f, at)),
        1 => (0..20u64, 0..4usize).prop_map(|(now, most)| Step::Expire(now, most)),
        1 => Just(Step::File),
    ]
}

fn expire(hash: &mut Hash, model: &mut Model, now: u64, most: usize) {
    let due = model.values().filter(|(_, at)| at.is_some_and(|at| at <= now)).count();
    let all = due == model.len();
    let mut seen = Vec::new();
    let expired = hash.expire(now, most, |name| seen.push(name.to_vec()));
    if all {
        assert_eq!((expired, seen.len()), (due, 0), "all go at once, unnamed");
        model.clear();
        return;
    }
    assert_eq!((expired, seen.len()), (due.min(most), due.min(most)));
    let latest = seen.iter().map(|name| model.remove(name).unwrap().1).max().flatten();
    let left = model.values().filter_map(|(_, at)| *at).min();
    assert!(latest.is_none() || left.is_none() || latest <= left, "the earliest go first");
}

proptest! {
    #[test]
    fn behaves_as_a_map(steps in prop::collection::vec(step(), 0..120), seed: u64) {
        let mut t = Thresholds::new(HashKey(1, 2));
        (t.hash_max_listpack_entries, t.hash_max_listpack_value) = (12, 20);
        let (mut hash, mut model) = (Hash::empty(), Model::new());
        let mut filed = None;
        for step in steps {
            match step {
                Step::Set(field, value) => {
                    let new = hash.set(&field, &value, &t);
                    prop_assert_eq!(new, model.insert(field, (value, None)).is_none());
                }
                Step::SetUntil(field, value, at) => {
                    let new = hash.set_until(&field, &value, Deadline::Set(at), &t);
                    prop_assert_eq!(new, model.insert(field, (value, Some(at))).is_none());
                }
                Step::Update(field, value) => {
                    let new = hash.set_until(&field, &value, Deadline::Keep, &t);
                    let before = model.get(&field).map(|(_, at)| *at);
                    prop_assert_eq!(new, before.is_none());
                    model.insert(field, (value, before.flatten()));
                }
                Step::Remove(field) => {
                    prop_assert_eq!(hash.remove(&field), model.remove(&field).is_some());
                }
                Step::Deadline(field, at) => {
                    let before = model.get_mut(&field).map(|(_, old)| std::mem::replace(old, at));
                    prop_assert_eq!(hash.set_deadline(&field, at, &t), before);
                }
                Step::Expire(now, most) => expire(&mut hash, &mut model, now, most),
                Step::File => {
                    prop_assert_eq!(hash.file(), filed);
                    filed = hash.next_deadline();
                    prop_assert_eq!(hash.filed(), filed);
                }
            }
            prop_assert_eq!(hash.len(), model.len());
            let deadlines = model.values().filter_map(|(_, at)| *at);
            prop_assert_eq!(hash.next_deadline(), deadlines.clone().min());
            prop_assert_eq!(hash.deadlines(), deadlines.clone().count());
            let last = deadlines.max().unwrap_or(0);
            let all = !model.is_empty() && hash.deadlines() == model.len();
            prop_assert_eq!(hash.is_spent(last), all);
            prop_assert!(last == 0 || !hash.is_spent(last - 1));
        }
        for (field, (value, at)) in &model {
            prop_assert_eq!(hash.get(field).map(Item::to_vec), Some(value.clone()));
            prop_assert_eq!(hash.deadline(field), Some(*at));
        }
        let copy: Model = hash
            .iter_with_deadlines()
            .map(|((field, value), at)| (field.to_vec(), (value.to_vec(), at)))
            .collect();
        prop_assert_eq!(&copy, &model);
        looks_like(&hash, &model, seed)?;
    }
}

fn looks_like(hash: &Hash, model: &Model, seed: u64) -> Result<(), TestCaseError> {
    let owned = |(field, value): Pair<'_>| (field.to_vec(), value.to_vec());
    let plain: BTreeMap<_, _> = model.iter().map(|(f, (v, _))| (f.clone(), v.clone())).collect();
    prop_assert_eq!(&hash.iter().map(owned).collect::<BTreeMap<_, _>>(), &plain);
    let (mut cursor, mut scanned) = (0, Vec::new());
    loop {
        cursor = hash.scan(cursor, 3, |pair| scanned.push(owned(pair)));
        if cursor == 0 {
            break;
        }
    }
    prop_assert_eq!(scanned.len(), plain.len());
    let mut rng = Rng::new(seed);
    for count in [0, 1, plain.len() / 4, plain.len(), plain.len() + 1] {
        let mut sample = BTreeMap::new();
        hash.sample(count, &mut rng, |pair| sample.extend([owned(pair)]));
        prop_assert_eq!(sample.len(), count.min(plain.len()));
        prop_assert!(sample.iter().all(|(field, value)| plain.get(field) == Some(value)));
    }
    prop_assert_eq!(hash.random(&mut rng).is_some(), !plain.is_empty());
    Ok(())
}

#[test]
fn deadlines_cost_nothing_where_there_are_none() {
    let t = Thresholds::new(HashKey(1, 2));
    let mut hash = Hash::empty();
    hash.set(b"a", b"1", &t);
    assert_eq!(hash.set_deadline(b"a", None, &t), Some(None));
    assert_eq!(hash.set_deadline(b"b", Some(1), &t), None);
    assert_eq!(hash.encoding(), "listpack");
    hash.set_deadline(b"a", Some(1), &t);
    assert_eq!(hash.encoding(), "hashtable");
    // A field with a deadline takes its record, eight bytes more, and sixteen in the order.
    for at in 0..10_000_u64 {
        hash.set(at.to_string().as_bytes(), b"value", &t);
    }
    let before = hash.weight();
    for at in 0..10_000_u64 {
        hash.set_deadline(at.to_string().as_bytes(), Some(1_000_000 + at), &t);
    }
    assert_eq!(hash.weight() - before, 10_000 * (8 + 16));
}
