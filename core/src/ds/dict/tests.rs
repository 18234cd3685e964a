//! The dictionary against naive models, and its promises about SCAN, fairness, memory and pathological hashes.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Model = BTreeMap<Vec<u8>, (u32, Option<u64>, Vec<u8>, bool)>;
type Small = Dict<Vec<u8>, 4>;

const KEY: HashKey = HashKey(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210);

#[derive(Clone, Debug)]
enum Op {
    Put { key: Vec<u8>, meta: u32, value: Vec<u8>, spill: bool, deadline: Deadline },
    Remove(Vec<u8>),
    SetDeadline(Vec<u8>, Option<u64>),
    Rewrite(Vec<u8>, u8),
    RemoveMany(u8),
    GoOnWithAClone,
    Clear,
}

fn dict_with_mask(mask: u64) -> Small {
    Dict::with_hasher(Hasher { key: KEY, mask })
}

fn put(dict: &mut Small, key: &[u8], value: &[u8]) {
    dict.put(dict.hash_of(key), key, [0; 4], Payload::Inline(value), Deadline::Keep);
}

fn remove(dict: &mut Small, key: &[u8]) -> bool {
    dict.remove(dict.hash_of(key), key).is_some()
}

fn name(number: usize) -> Vec<u8> {
    format!("key:{number}").into_bytes()
}

fn text(value: &Slot<'_, Vec<u8>>) -> (Vec<u8>, bool) {
    match value {
        Slot::Inline(bytes) => (bytes.to_vec(), false),
        Slot::Spilled(bytes) => ((*bytes).clone(), true),
    }
}

fn keys() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(b'a'..=b'e', 0..4),
        2 => (126usize..132, b'a'..=b'b').prop_map(|(length, byte)| vec![byte; length]),
    ]
}

fn ops() -> impl Strategy<Value = Op> {
    let deadline = prop_oneof![
        Just(Deadline::Keep),
        (0..9_u64).prop_map(Deadline::Set),
        Just(Deadline::Clear)
    ];
    let value = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::collection::vec(any::<u8>(), 200..300),
    ];
    prop_oneof![
        12 => (keys(), any::<u32>(), value, prop::bool::weighted(0.2), deadline).prop_map(
            |(key, meta, value, spill, deadline)| {
                let spill = spill || !Small::fits_inline(key.len(), value.len());
                Op::Put { key, meta, value, spill, deadline }
            }
        ),
        4 => keys().prop_map(Op::Remove),
        3 => (keys(), prop::option::of(0..9_u64)).prop_map(|(key, at)| Op::SetDeadline(key, at)),
        2 => (keys(), any::<u8>()).prop_map(|(key, byte)| Op::Rewrite(key, byte)),
        1 => (2..8_u8).prop_map(Op::RemoveMany),
        1 => Just(Op::GoOnWithAClone),
        1 => Just(Op::Clear),
    ]
}

/// Runs one operation on both and compares what it returns.
fn apply(dict: &mut Small, model: &mut Model, op: Op) {
    match op {
        Op::Put { key, meta, value, spill, deadline } => {
            let hash = dict.hash_of(&key);
            let payload =
                if spill { Payload::Spilled(value.clone()) } else { Payload::Inline(&value) };
            let removed = dict.put(hash, &key, meta.to_le_bytes(), payload, deadline);
            let before = model.get(&key).cloned();
            let kept = deadline.over(before.as_ref().and_then(|entry| entry.1));
            model.insert(key, (meta, kept, value, spill));
            assert_eq!(removed, before.map(released));
        }
        Op::Remove(key) => {
            let removed = dict.remove(dict.hash_of(&key), &key);
            assert_eq!(removed, model.remove(&key).map(released));
        }
        Op::SetDeadline(key, deadline) => {
            let before = dict.set_deadline(dict.hash_of(&key), &key, deadline);
            let expected =
                model.get_mut(&key).map(|entry| std::mem::replace(&mut entry.1, deadline));
            assert_eq!(before, expected);
        }
        Op::Rewrite(key, byte) => {
            let entry = dict.get_mut(dict.hash_of(&key), &key);
            let expected = model.get_mut(&key);
            assert_eq!(entry.is_some(), expected.is_some());
            if let (Some(entry), Some(expected)) = (entry, expected) {
                assert_eq!(entry.deadline, expected.1);
                *entry.meta = [byte; 4];
                expected.0 = u32::from_le_bytes([byte; 4]);
                expected.2.fill(byte);
                match entry.value {
                    SlotMut::Inline(bytes) => bytes.fill(byte),
                    SlotMut::Spilled(bytes) => {
                        bytes.fill(byte);
                        // Behind the dictionary's back, it counts for more now.
                        bytes.push(byte);
                        expected.2.push(byte);
                    }
                }
                assert_eq!(dict.weight(), dict.weight_by_walk());
            }
        }
        Op::RemoveMany(every) => {
            let gone: Vec<_> =
                model.keys().enumerate().filter(|(i, _)| i % usize::from(every) != 0).collect();
            let gone: Vec<_> = gone.into_iter().map(|(_, key)| key.clone()).collect();
            for key in gone {
                apply(dict, model, Op::Remove(key));
            }
        }
        Op::GoOnWithAClone => {
            let clone = dict.clone();
            assert!(clone.iter().eq(dict.iter()));
            *dict = clone;
        }
        Op::Clear => {
            let old = dict.clear();
            assert_eq!(old.len(), model.len());
            model.clear();
        }
    }
}

fn released((_, deadline, value, spill): (u32, Option<u64>, Vec<u8>, bool)) -> Removed<Vec<u8>> {
    Removed { deadline, spilled: spill.then_some(value) }
}

/// Everything that must hold between operations.
fn check(dict: &Small, model: &Model) {
    assert_eq!(dict.len(), model.len());
    assert_eq!(dict.is_empty(), model.is_empty());
    assert_eq!(dict.deadlines(), model.values().filter(|entry| entry.1.is_some()).count());
    let mut seen = BTreeSet::new();
    for entry in dict.iter() {
        let expected = &model[entry.key];
        assert_eq!(u32::from_le_bytes(entry.meta), expected.0);
        assert_eq!(entry.deadline, expected.1);
        assert_eq!(text(&entry.value), (expected.2.clone(), expected.3));
        assert!(seen.insert(entry.key.to_vec()), "iteration repeated an entry");
        let hash = dict.hash_of(entry.key);
        assert_eq!(dict.get(hash, entry.key).as_ref(), Some(&entry));
        if let Some(deadline) = entry.deadline {
            let due = dict.due(hash, deadline).expect("an entry is due");
            assert_eq!((dict.hash_of(due.key), due.deadline), (hash, Some(deadline)));
        }
    }
    assert_eq!(seen.len(), model.len());
    check_structure(dict);
}

/// The directory names each segment where it belongs, and the running totals are true.
fn check_structure(dict: &Small) {
    let mut index = 0;
    let mut segments = BTreeSet::new();
    while index < dict.directory.len() {
        let id = dict.directory[index] as usize;
        let segment = &dict.segments[id];
        assert!(segments.insert(id));
        assert_eq!(dict.directory_index(segment.prefix()), index);
        let places = 1 << (dict.depth - u32::from(segment.depth()));
        assert!(dict.directory[index..index + places].iter().all(|&other| other as usize == id));
        index += places;
    }
    assert_eq!(segments.len(), dict.segments.len());
    dict.segments.iter().for_each(|segment| segment.check(dict.hasher));
    let deepest = dict.segments.iter().filter(|s| u32::from(s.depth()) == dict.depth).count();
    assert_eq!(deepest, dict.deepest as usize);
    assert_eq!(dict.segments.iter().map(|s| s.live()).sum::<usize>(), dict.len());
    let long: usize = dict.iter().map(|e| e.key.len()).filter(|&n| n > KEY_INLINE_MAX).sum();
    assert_eq!(dict.segments.iter().map(|s| s.bytes()).sum::<usize>() + long, dict.bytes);
    assert_eq!(dict.weight(), dict.weight_by_walk());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agrees_with_a_map(
        ops in prop::collection::vec(ops(), 1..250),
        mask in prop_oneof![Just(u64::MAX), Just(0), Just(7 << 61), Just(0xffff)],
    ) {
        let mut dict = dict_with_mask(mask);
        let mut model = Model::new();
        for (step, op) in ops.into_iter().enumerate() {
            apply(&mut dict, &mut model, op);
            if step % 16 == 0 {
                check(&dict, &model);
            }
        }
        check(&dict, &model);
    }

    /// Entries that stay are seen exactly once, others at most once, however the dictionary grows and shrinks.
    #[test]
    fn scan_keeps_its_promise(
        stay in 1usize..800,
        rounds in prop::collection::vec((any::<bool>(), 0usize..2000, 1usize..60), 1..30),
        mask in prop_oneof![3 => Just(u64::MAX), 1 => Just(0xff << 56)],
    ) {
        let mut dict = dict_with_mask(mask);
        for number in 0..stay {
            put(&mut dict, &name(number), b"stays");
        }
        let mut seen = BTreeSet::new();
        let mut cursor = 0;
        let mut rounds = rounds.into_iter();
        loop {
            let mut visited = 0;
            let (grow, many, count) = rounds.next().unwrap_or((false, 0, 10));
            cursor = dict.scan(cursor, count, |entry| {
                visited += 1;
                assert!(seen.insert(entry.key.to_vec()), "an element was returned twice");
            });
            if mask == u64::MAX {
                prop_assert!(visited <= count);
                prop_assert!(cursor == 0 || visited == count);
            }
            if cursor == 0 {
                break;
            }
            for number in 0..many {
                if grow {
                    put(&mut dict, &name(100_000 + number), b"passes by");
                } else {
                    remove(&mut dict, &name(100_000 + number));
                }
            }
        }
        for number in 0..stay {
            prop_assert!(seen.contains(&name(number)));
        }
    }
}

#[test]
fn grows_shrinks_and_gives_memory_back() {
    let mut dict = dict_with_mask(u64::MAX);
    assert_eq!(dict.allocated_bytes(), 0);
    let count = 60_000;
    for number in 0..count {
        put(&mut dict, &name(number), &[7; 16]);
    }
    check_structure(&dict);
    let full = dict.allocated_bytes();
    for number in 0..count {
        if number % 20 != 0 {
            assert!(remove(&mut dict, &name(number)));
        }
    }
    check_structure(&dict);
    assert!(dict.allocated_bytes() * 8 < full, "{} of {full}", dict.allocated_bytes());
    for number in 0..count {
        let key = name(number);
        assert_eq!(dict.contains(dict.hash_of(&key), &key), number % 20 == 0);
        remove(&mut dict, &key);
    }
    check_structure(&dict);
    assert!(dict.is_empty());
    assert!(dict.allocated_bytes() < 2048, "{}", dict.allocated_bytes());
}

/// Many entries, many operations: splits, merges, rebuilds and reuse of freed records, all at once.
#[test]
fn a_long_life_agrees_with_a_map() {
    for mask in [u64::MAX, 0xfff << 52, 0xff] {
        let mut dict = dict_with_mask(mask);
        let mut model = Model::new();
        let mut state = mask;
        let keys = if mask == u64::MAX { 6_000 } else { 700 };
        for step in 0..60_000_usize {
            let draw = splitmix(&mut state);
            let mut key = name(draw as usize % keys);
            if draw >> 60 == 0 {
                key.resize(300, b'.');
            }
            // Phases of growth and of decline.
            let declines = step / 10_000 % 2 == 1;
            let op = match draw >> 32 & 15 {
                0..=1 => Op::SetDeadline(key, (draw & 1 == 0).then_some(draw >> 40)),
                2 => Op::Rewrite(key, draw as u8),
                choice if declines && choice < 12 => Op::Remove(key),
                3..=4 => Op::Remove(key),
                choice => {
                    let value = vec![draw as u8; (draw >> 36) as usize % 70];
                    let spill = choice == 5 || !Small::fits_inline(key.len(), value.len());
                    let deadline = if choice < 8 { Deadline::Keep } else { Deadline::Set(draw) };
                    Op::Put { key, meta: draw as u32, value, spill, deadline }
                }
            };
            apply(&mut dict, &mut model, op);
            if step % 5_000 == 0 {
                check(&dict, &model);
            }
        }
        check(&dict, &model);
    }
}

#[test]
fn small_entries_cost_few_bytes() {
    let mut dict = dict_with_mask(u64::MAX);
    let count = 200_000;
    for number in 0..count {
        put(&mut dict, &name(number), &[7; 16]);
    }
    let each = dict.allocated_bytes() as f64 / count as f64;
    assert!(each <= 42.0, "{each} bytes an entry; the record alone is 33");
}

/// What entries count for is what is allocated for them, give or take: between the moments when segments split, when pages
/// are emptiest, and those before.
#[test]
fn weight_is_close_to_what_is_allocated() {
    for (value, spilled) in [(0, false), (16, false), (100, false), (100, true)] {
        let mut dict = dict_with_mask(u64::MAX);
        for number in 0..60_000_usize {
            let (key, bytes) = (name(number), vec![7; value]);
            let payload = if spilled { Payload::Spilled(bytes) } else { Payload::Inline(&bytes) };
            dict.put(dict.hash_of(&key), &key, [0; 4], payload, Deadline::Keep);
            if number > 1000 && number % 1000 == 0 {
                // What spilled vectors own, and 16 bytes that an allocator adds to each.
                let owned = if spilled { (value + 16) * dict.len() } else { 0 };
                let ratio = dict.weight() as f64 / (dict.allocated_bytes() + owned) as f64;
                assert!((0.75..1.2).contains(&ratio), "{value} {spilled} {number}: {ratio}");
            }
        }
    }
}

#[test]
fn a_hash_finds_its_entry() {
    let mut dict = dict_with_mask(u64::MAX);
    put(&mut dict, b"here", b"1");
    let found = dict.by_hash(dict.hash_of(b"here")).map(|entry| entry.key.to_vec());
    assert_eq!(found.as_deref(), Some(&b"here"[..]));
    assert!(dict.by_hash(dict.hash_of(b"elsewhere")).is_none());
}

#[test]
fn entries_of_the_largest_inline_size_split_by_bytes() {
    let mut dict = dict_with_mask(u64::MAX);
    let value = [1; INLINE_MAX - 10];
    for number in 0..5_000 {
        put(&mut dict, &name(number), &value);
    }
    check_structure(&dict);
    assert_eq!(dict.iter().count(), 5_000);
}

#[test]
fn equal_hashes_are_slow_but_right() {
    for mask in [0, 0xff, 1 << 63] {
        let mut dict = dict_with_mask(mask);
        for number in 0..3_000 {
            put(&mut dict, &name(number), &[1; 40]);
        }
        check_structure(&dict);
        assert!(dict.directory.len() <= 3_000);
        let mut visited = 0;
        let mut cursor = dict.scan(0, 1, |_| visited += 1);
        while cursor != 0 {
            cursor = dict.scan(cursor, 1, |_| visited += 1);
        }
        assert_eq!(visited, 3_000);
        for number in 0..3_000 {
            assert!(remove(&mut dict, &name(number)));
        }
        check_structure(&dict);
    }
}

#[test]
fn scan_counts_exactly_and_ends_without_an_empty_call() {
    let mut dict = dict_with_mask(u64::MAX);
    for number in 0..1_000 {
        put(&mut dict, &name(number), b"");
    }
    let mut calls = Vec::new();
    let mut cursor = 0;
    loop {
        let mut visited = 0;
        cursor = dict.scan(cursor, 100, |_| visited += 1);
        calls.push(visited);
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(calls, [100; 10]);
    assert_eq!(dict_with_mask(u64::MAX).scan(0, 10, |_| unreachable!()), 0);
    assert_eq!(dict.scan(u64::MAX, 10, |_| {}), 0);
}

/// Chi-square over entries in segments of very unequal fill.
#[test]
fn random_picks_are_fair() {
    let mut dict = dict_with_mask(u64::MAX);
    for number in 0..20_000 {
        put(&mut dict, &name(number), b"");
    }
    for number in 0..20_000 {
        let key = name(number);
        let hash = dict.hash_of(&key);
        if number >= 400 && hash >> 62 != 0 || number % 2 == 1 {
            dict.remove(hash, &key);
        }
    }
    let left = dict.len();
    let mut picks: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let mut state = 42_u64;
    let draws = left * 50;
    for _ in 0..draws {
        let entry = dict.random(|| splitmix(&mut state)).expect("not empty");
        *picks.entry(entry.key.to_vec()).or_default() += 1;
    }
    let expected = 50.0;
    let missing = (left - picks.len()) as f64;
    let square = |&seen: &u32| (f64::from(seen) - expected).powi(2) / expected;
    let chi: f64 = picks.values().map(square).sum::<f64>() + missing * expected;
    let freedom = (left - 1) as f64;
    let deviation = (chi - freedom) / (2.0 * freedom).sqrt();
    assert!(deviation.abs() < 4.0, "chi-square is {deviation} standard deviations off");
}

#[test]
fn short_values_are_inline_under_any_key() {
    let mut dict = dict_with_mask(u64::MAX);
    for length in [0, 1, KEY_INLINE_MAX, KEY_INLINE_MAX + 1, 255, 256, 70_000] {
        assert!(Small::fits_inline(length, INLINE_ALWAYS));
        assert!(!Small::fits_inline(length, INLINE_MAX + 1));
        put(&mut dict, &vec![b'k'; length], &[9; INLINE_ALWAYS]);
    }
    assert_eq!(dict.len(), 7);
    assert!(dict.iter().all(|entry| entry.value == Slot::Inline(&[9; INLINE_ALWAYS])));
    assert!(dict.allocated_bytes() > 70_000);
    for length in [255, 256, 70_000] {
        assert!(remove(&mut dict, &vec![b'k'; length]));
    }
    check_structure(&dict);
}

#[test]
fn a_stuck_generator_still_gets_an_entry() {
    let mut dict = dict_with_mask(u64::MAX);
    assert!(dict.random(|| 0).is_none());
    put(&mut dict, b"only", b"");
    assert!(dict.random(|| 0).is_some());
    assert!(dict.random(|| u64::MAX).is_some());
}

/// Native and wasm, today and tomorrow: the same hashes, so the same cursors and orders.
#[test]
fn hashes_never_change() {
    let dict: Dict<(), 0> = Dict::new(HashKey(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908));
    let message: Vec<u8> = (0..15).collect();
    assert_eq!(dict.hash_of(&message), 0xd320_d86d_2a51_9956);
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
