//! The structure against a naive model: entries as a map, deliveries as a map.

use super::group::NOBODY;
use super::*;
use crate::ds::dict::HashKey;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Words = Vec<Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Add(u64, u64, Words),
    Delete(usize),
    Trim(Trim),
    EndNode,
}

fn words() -> impl Strategy<Value = Words> {
    let word = prop_oneof!["[ab]", "-?[0-9]{1,20}", "w{0,200}"].prop_map(String::into_bytes);
    let own =
        (1usize..4).prop_flat_map(move |pairs| prop::collection::vec(word.clone(), pairs * 2));
    let value = prop_oneof!["[0-9]{1,4}", "v{0,8}"].prop_map(String::into_bytes);
    let alike = (value.clone(), value)
        .prop_map(|(one, two)| vec![b"name".to_vec(), one, b"other".to_vec(), two]);
    prop_oneof![1 => own, 3 => alike]
}

fn step() -> impl Strategy<Value = Step> {
    let keep = prop_oneof![
        (0usize..30).prop_map(Keep::Last),
        (0u64..60, 0u64..3).prop_map(|(ms, seq)| Keep::From(StreamId::new(ms, seq))),
    ];
    let trim = (keep, any::<bool>(), 0usize..8).prop_map(|(keep, approximate, limit)| Trim {
        keep,
        approximate,
        limit: if approximate { limit } else { 0 },
    });
    prop_oneof![
        8 => (prop_oneof![Just(0), 0u64..3, Just(70u64)], 1u64..4, words())
            .prop_map(|(ms, seq, words)| Step::Add(ms, seq, words)),
        3 => any::<usize>().prop_map(Step::Delete),
        1 => trim.prop_map(Step::Trim),
        1 => Just(Step::EndNode),
    ]
}

fn of(entry: Entry<'_>) -> (StreamId, Words) {
    let words = entry.fields.flat_map(|(name, value)| [name.to_vec(), value.to_vec()]);
    (entry.id, words.collect())
}

proptest! {
    #[test]
    fn entries_are_a_map(
        steps in prop::collection::vec(step(), 0..120),
        entries_max in 0usize..6,
        bounds in prop::collection::vec((0u64..80, 0u64..4), 2),
    ) {
        let mut thresholds = Thresholds::new(HashKey(1, 2));
        thresholds.stream_node_max_entries = entries_max;
        let (mut stream, mut model) = (Stream::default(), BTreeMap::<StreamId, Words>::new());
        for step in steps {
            match step {
                Step::Add(ms, seq, words) => {
                    let last = stream.last_id;
                    let id = StreamId::new(last.ms + ms, if ms == 0 { last.seq + seq } else { seq - 1 });
                    stream.append(id, words.iter().map(Vec::as_slice), &thresholds);
                    model.insert(id, words);
                }
                Step::Delete(at) => {
                    let id = model.keys().nth(at % model.len().max(1)).copied();
                    let id = id.unwrap_or(StreamId::new(9, 9));
                    prop_assert_eq!(stream.delete(id), model.remove(&id).is_some());
                    prop_assert!(!stream.delete(id));
                }
                Step::Trim(trim) => {
                    let mut seen = Vec::new();
                    let removed = stream.trim(&trim, &mut |id| seen.push(id));
                    prop_assert_eq!(removed, seen.len());
                    for id in seen {
                        prop_assert_eq!(model.first_entry().map(|first| *first.key()), Some(id));
                        model.remove(&id);
                    }
                    let more = match trim.keep {
                        Keep::Last(most) => model.len() > most,
                        Keep::From(id) => model.first_key_value().is_some_and(|(first, _)| *first < id),
                    };
                    prop_assert!(trim.approximate || !more);
                }
                Step::EndNode => stream.end_node(),
            }
            let weight: usize = stream.nodes().map(|node| NODE_WEIGHT + node.bytes()).sum();
            prop_assert_eq!(stream.weight(), weight);
            prop_assert_eq!(stream.len(), model.len());
            prop_assert_eq!(stream.first_id(), model.keys().next().copied().unwrap_or_default());
            prop_assert_eq!(stream.last_entry_id(), model.keys().next_back().copied().unwrap_or_default());
        }
        let (a, b) = (StreamId::new(bounds[0].0, bounds[0].1), StreamId::new(bounds[1].0, bounds[1].1));
        for (start, end) in [(StreamId::MIN, StreamId::MAX), (a, b), (b, a), (a, a)] {
            let found: Vec<_> = stream.range(start, end).map(of).collect();
            let mut expected: Vec<_> = if start <= end {
                model.range(start..=end).map(|(id, words)| (*id, words.clone())).collect()
            } else {
                Vec::new()
            };
            prop_assert_eq!(&found, &expected);
            expected.reverse();
            prop_assert_eq!(stream.backwards(start, end).map(of).collect::<Vec<_>>(), expected);
        }
        for (id, words) in &model {
            prop_assert_eq!(stream.get(*id).map(of), Some((*id, words.clone())));
        }
        prop_assert_eq!(stream.nodes().map(Node::len).sum::<usize>(), model.len());
        prop_assert!(stream.nodes().all(|node| !node.is_empty() && node.added() >= node.len()));
    }

    #[test]
    fn deliveries_are_a_map(steps in prop::collection::vec((0u8..5, 0u64..40, 0u32..4, 0u64..9), 0..200)) {
        let mut group = Group::new(b"g", StreamId::MIN, None);
        let mut model = BTreeMap::<StreamId, Pending>::new();
        for (what, ms, owner, at_ms) in steps {
            let id = StreamId::new(ms, 0);
            let name = [b'a' + owner as u8];
            match what {
                0 | 1 => {
                    let owner = if owner == 3 { NOBODY } else { group.add_consumer(&name, at_ms).0 };
                    let pending = Pending { id, at_ms, count: ms, owner };
                    group.put(pending);
                    model.insert(id, pending);
                }
                2 | 3 => prop_assert_eq!(group.remove(id), model.remove(&id).is_some()),
                _ => {
                    let number = group.number_of(&name);
                    let before = model.len();
                    model.retain(|_, pending| Some(pending.owner) != number);
                    prop_assert_eq!(group.remove_consumer(&name), number.map(|_| before - model.len()));
                }
            }
            prop_assert!(group.pending_from(StreamId::MIN).eq(model.values()));
            prop_assert_eq!(group.pending_count(), model.len());
            prop_assert_eq!(group.last_pending(), model.values().next_back());
            let mut times: Vec<_> = model.values().map(|it| (it.at_ms, it.id)).collect();
            times.sort_unstable();
            prop_assert_eq!(group.by_time().collect::<Vec<_>>(), times);
            for (number, consumer) in group.consumers() {
                let owned: Vec<_> = model.values().filter(|it| it.owner == number).map(|it| it.id).collect();
                prop_assert_eq!(consumer.pending, owned.len());
                prop_assert_eq!(group.owned(number, StreamId::MIN).collect::<Vec<_>>(), owned);
            }
        }
    }
}

#[test]
fn what_producers_sent_is_forgotten_in_time_and_beyond_number() {
    let mut known = Idempotency::default();
    known.configure(1, 2);
    let id = |ms| StreamId::new(ms, 0);
    for (iid, ms) in [(b"a", 1000), (b"b", 1500), (b"c", 1900)] {
        known.add(b"p", iid, id(ms), ms);
    }
    assert_eq!(known.find(b"p", b"a", 1900), None, "the third took its place");
    assert_eq!(known.find(b"p", b"b", 1900), Some(id(1500)));
    assert_eq!(known.find(b"q", b"b", 1900), None);
    assert_eq!(known.find(b"p", b"b", 2500), None, "a second has passed");
    assert_eq!(known.tracked(2500), (1, 1));
    known.add(b"q", b"x", id(9000), 9000);
    assert_eq!(known.iter().count(), 1, "what was forgotten is swept");
    known.configure(1, 2);
    assert_eq!(known.iter().count(), 1);
    known.configure(2, 2);
    assert_eq!((known.iter().count(), known.added), (0, 4));
}

#[test]
fn a_thousand_entries_are_small() {
    let thresholds = Thresholds::new(HashKey(1, 2));
    let mut stream = Stream::default();
    for at in 0..1000u64 {
        let (temperature, text) = ((at % 40).to_string(), format!("sensor-{at}"));
        let words = ["temperature", &temperature, "name", &text];
        let id = StreamId::new(1_716_300_000_000 + at * 7, 0);
        stream.append(id, words.into_iter().map(str::as_bytes), &thresholds);
    }
    assert_eq!(stream.node_count(), 10);
    let held: usize = stream.nodes().map(Node::heap_bytes).sum();
    assert!(held < 16_500, "{held}");
    assert!((held..held + 1500).contains(&stream.weight()), "{held} {}", stream.weight());
}

#[test]
fn groups_and_producers_count_as_long_as_they_are_there() {
    let mut stream = Stream::default();
    let mut step = |weight: usize, change: &mut dyn FnMut(&mut Stream)| {
        change(&mut stream);
        assert_eq!(stream.weight(), weight);
    };
    let id = |ms| StreamId::new(ms, 0);
    let put = |group: &mut Group, ms| {
        group.put(Pending { id: id(ms), at_ms: 1, count: 1, owner: 0 });
    };
    step(225, &mut |it| assert!(it.add_group(b"a", StreamId::MIN, None).is_some()));
    step(451, &mut |it| assert!(it.add_group(b"bc", StreamId::MIN, None).is_some()));
    step(534, &mut |it| assert!(it.group_mut(b"a").unwrap().add_consumer(b"one", 1).1));
    step(710, &mut |it| (1..3).for_each(|ms| put(it.group_mut(b"a").unwrap(), ms)));
    step(798, &mut |it| put(it.group_mut(b"bc").unwrap(), 1));
    step(622, &mut |it| it.forget_deliveries(id(1)));
    step(451, &mut |it| assert_eq!(it.group_mut(b"a").unwrap().remove_consumer(b"one"), Some(1)));
    step(225, &mut |it| assert!(it.remove_group(b"bc")));
    step(305, &mut |it| it.idempotency = Some(Box::default()));
    step(426, &mut |it| it.idempotency.as_mut().unwrap().add(b"p", b"", id(1), 1));
    step(485, &mut |it| it.idempotency.as_mut().unwrap().add(b"p", b"iid", id(2), 1));
    step(305, &mut |it| it.idempotency.as_mut().unwrap().configure(1, 1));
    step(427, &mut |it| it.idempotency.as_mut().unwrap().add(b"p", b"4", id(3), 1));
    step(427, &mut |it| it.idempotency.as_mut().unwrap().add(b"p", b"5", id(4), 1));
}
