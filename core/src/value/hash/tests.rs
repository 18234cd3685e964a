//! A hash against a map, its deadlines included.

use super::*;
use crate::ds::dict::HashKey;
use crate::util::rng::Rng;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
    Set(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    let field = || prop_oneof!["[a-f]", "[0-9]{1,2}", "g{4,12}"].prop_map(String::into_bytes);
    let value = prop_oneof!["-?[0-9]{1,20}", "v{0,12}", "w{300}"].prop_map(String::into_bytes);
    prop_oneof![
        3 => (field(), value).prop_map(|(field, value)| Step::Set(field, value)),
        1 => field().prop_map(Step::Remove),
    ]
}

proptest! {
    #[test]
    fn behaves_as_a_map(steps in prop::collection::vec(step(), 0..120), seed: u64) {
        let mut t = Thresholds::new(HashKey(1, 2));
        (t.hash_max_listpack_entries, t.hash_max_listpack_value) = (12, 20);
        let (mut hash, mut model) = (Hash::empty(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Set(field, value) => {
                    let new = hash.set(&field, &value, &t);
                    prop_assert_eq!(new, model.insert(field, value).is_none());
                }
                Step::Remove(field) => {
                    prop_assert_eq!(hash.remove(&field), model.remove(&field).is_some());
                }
            }
            prop_assert_eq!(hash.len(), model.len());
        }
        for (field, value) in &model {
            prop_assert_eq!(hash.get(field).map(Item::to_vec), Some(value.clone()));
        }
        let owned = |(field, value): Pair<'_>| (field.to_vec(), value.to_vec());
        prop_assert_eq!(&hash.iter().map(owned).collect::<BTreeMap<_, _>>(), &model);
        let (mut cursor, mut scanned) = (0, Vec::new());
        loop {
            cursor = hash.scan(cursor, 3, |pair| scanned.push(owned(pair)));
            if cursor == 0 {
                break;
            }
        }
        prop_assert_eq!(scanned.len(), model.len());
        let mut rng = Rng::new(seed);
        for count in [0, 1, model.len() / 4, model.len(), model.len() + 1] {
            let mut sample = BTreeMap::new();
            hash.sample(count, &mut rng, |pair| sample.extend([owned(pair)]));
            prop_assert_eq!(sample.len(), count.min(model.len()));
            prop_assert!(sample.iter().all(|(field, value)| model.get(field) == Some(value)));
        }
        prop_assert_eq!(hash.random(&mut rng).is_some(), !model.is_empty());
    }
}
