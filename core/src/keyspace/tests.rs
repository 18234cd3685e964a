//! The index of field deadlines against the hashes themselves, whatever is done to keys.

use super::*;
use crate::ds::dict::{Deadline, Slot};
use crate::value::{Hash, Object, Thresholds};
use proptest::prelude::*;

const HASH_KEY: HashKey = HashKey(3, 4);

#[derive(Clone, Copy, Debug)]
enum Step {
    Set(u8, u8),
    Until(u8, u8, u64),
    Remove(u8, u8),
    Drop(u8),
    Text(u8),
    Move(u8, u8),
    Copy(u8, u8),
    Key(u8, u64),
    Swap,
    Flush,
    Select(bool),
    Pass(u64),
    Expire(usize),
    Read(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..5_u8;
    prop_oneof![
        4 => (key(), key()).prop_map(|(k, f)| Step::Set(k, f)),
        8 => (key(), key(), 1..40_u64).prop_map(|(k, f, at)| Step::Until(k, f, at)),
        2 => (key(), key()).prop_map(|(k, f)| Step::Remove(k, f)),
        1 => key().prop_map(Step::Drop),
        1 => key().prop_map(Step::Text),
        2 => (key(), key()).prop_map(|(a, b)| Step::Move(a, b)),
        2 => (key(), key()).prop_map(|(a, b)| Step::Copy(a, b)),
        1 => (key(), 1..40_u64).prop_map(|(k, at)| Step::Key(k, at)),
        1 => Just(Step::Swap),
        1 => Just(Step::Flush),
        1 => any::<bool>().prop_map(Step::Select),
        2 => (0..6_u64).prop_map(Step::Pass),
        2 => (1..4_usize).prop_map(Step::Expire),
        2 => key().prop_map(Step::Read),
    ]
}

fn run(keys: &mut Keyspace, now: &mut u64, step: Step, t: &Thresholds) {
    let name = |key: u8| [b'k', key];
    match step {
        Step::Set(key, field) => {
            if let Ok(hash) = keys.write_or_create::<Hash>(&name(key)) {
                hash.set(&[field], b"v", t);
                keys.refile(&name(key));
            }
        }
        Step::Until(key, field, at) => {
            if let Ok(hash) = keys.write_or_create::<Hash>(&name(key)) {
                hash.set_until(&[field], b"v", Deadline::Set(*now + at), t);
                keys.refile(&name(key));
            }
        }
        Step::Remove(key, field) => {
            if let Ok(Some(hash)) = keys.write_as::<Hash>(&name(key)) {
                hash.remove(&[field]);
                keys.refile(&name(key));
                keys.remove_if_empty(&name(key));
            }
        }
        Step::Drop(key) => {
            keys.remove(&name(key));
        }
        Step::Text(key) => keys.set_bytes(&name(key), b"text", Deadline::Keep),
        Step::Move(from, to) => {
            if let Some((value, deadline)) = keys.take(&name(from)) {
                keys.store(usize::from(to) % 2, &name(to), value, deadline);
            }
        }
        Step::Copy(from, to) => {
            if let Some((value, deadline)) = keys.copy_of(&name(from)) {
                keys.store(usize::from(to) % 2, &name(to), value, deadline);
            }
        }
        Step::Key(key, at) => {
            keys.set_deadline(&name(key), Some(*now + at));
        }
        Step::Swap => keys.swap(0, 1),
        Step::Flush => {
            keys.flush();
        }
        Step::Select(other) => keys.select(usize::from(other)),
        Step::Pass(ms) => {
            *now += ms;
            keys.set_now(Timestamp::from_millis(*now));
        }
        Step::Expire(most) => assert!(keys.expire_due(most) <= most.max(5), "bounded work"),
        Step::Read(key) => {
            if let Ok(Some(hash)) = keys.read_as::<Hash>(&name(key)) {
                assert!(hash.next_deadline().is_none_or(|at| at > *now), "nobody sees what is due");
                assert!(!hash.is_empty());
            }
        }
    }
}

proptest! {
    #[test]
    fn every_hash_with_deadlines_is_filed_under_its_earliest(
        steps in prop::collection::vec(step(), 0..200),
    ) {
        let t = Thresholds::new(HASH_KEY);
        let mut keys = Keyspace::new(2, HASH_KEY, 1);
        let mut now = 1000;
        keys.set_now(Timestamp::from_millis(now));
        for step in steps {
            run(&mut keys, &mut now, step, &t);
            for db in &keys.dbs {
                let mut expected = 0;
                for entry in db.dict.iter() {
                    let Slot::Spilled(Object::Hash(hash)) = entry.value else { continue };
                    prop_assert_eq!(hash.filed(), hash.next_deadline());
                    if let Some(at) = hash.filed() {
                        expected += 1;
                        prop_assert!(db.is_filed(at, db.dict.hash_of(entry.key)));
                    }
                }
                prop_assert_eq!(db.hashes_with_deadlines(), expected);
            }
        }
        // In the end everything that has a deadline goes, at most so much at a time.
        keys.set_now(Timestamp::from_millis(now + 1000));
        while keys.expire_due(3) > 0 {}
        prop_assert!(keys.dbs.iter().all(|db| db.next_deadline().is_none()));
    }
}
