//! Intset against a `BTreeSet`, against bytes seen from a real server, and against hostile bytes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn assert_same(set: &Intset, model: &BTreeSet<i64>) {
    assert_eq!(set.len(), model.len());
    assert_eq!(set.is_empty(), model.is_empty());
    assert!(set.iter().eq(model.iter().copied()));
    assert!(set.iter().rev().eq(model.iter().rev().copied()));
    for (index, &value) in model.iter().enumerate() {
        assert_eq!(set.get(index), Some(value));
        assert_eq!(set.position(value), Ok(index));
    }
    assert_eq!(set.get(model.len()), None);
    assert_eq!(set.as_bytes().len(), set.bytes());
    assert_eq!(Intset::validate(set.as_bytes()).as_ref(), Ok(set));
}

/// Few distinct values, many of them at the borders between widths.
fn value() -> impl Strategy<Value = i64> {
    let borders = [
        0,
        i64::from(i16::MIN),
        i64::from(i16::MAX),
        i64::from(i32::MIN),
        i64::from(i32::MAX),
        i64::MIN,
        i64::MAX,
    ];
    prop_oneof![
        6 => -20i64..20,
        1 => (0..borders.len(), -2i64..=2).prop_map(move |(at, by)| borders[at].saturating_add(by)),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_changes_agrees_with_a_set(ops in prop::collection::vec((0u8..8, value()), 1..120)) {
        let (mut set, mut model) = (Intset::new(), BTreeSet::new());
        for (op, value) in ops {
            match op {
                0..4 => prop_assert_eq!(set.insert(value), model.insert(value)),
                4..6 => prop_assert_eq!(set.remove(value), model.remove(&value)),
                6 => {
                    let index = value.unsigned_abs() as usize % (model.len() + 1);
                    let expected = model.iter().nth(index).copied();
                    prop_assert_eq!(set.remove_at(index), expected);
                    if let Some(expected) = expected {
                        model.remove(&expected);
                    }
                }
                _ => prop_assert_eq!(set.contains(value), model.contains(&value)),
            }
            assert_same(&set, &model);
            if let Err(index) = set.position(value) {
                prop_assert_eq!(index, model.range(..value).count());
            }
        }
    }

    #[test]
    fn hostile_bytes_are_refused_or_sorted(mut bytes in prop::collection::vec(any::<u8>(), 0..80), honest: bool, width in 0usize..3) {
        if honest && bytes.len() >= HEADER {
            let width = [2u32, 4, 8][width];
            let len = (bytes.len() - HEADER) as u32 / width;
            bytes.truncate(HEADER + (len * width) as usize);
            bytes[..4].copy_from_slice(&width.to_le_bytes());
            bytes[4..8].copy_from_slice(&len.to_le_bytes());
        }
        if let Ok(mut set) = Intset::validate(&bytes) {
            let model: BTreeSet<_> = set.iter().collect();
            assert_same(&set, &model);
            set.insert(1 << 40);
            prop_assert!(set.contains(1 << 40));
        }
    }
}

/// Taken from DUMP of the set {1, -5, 70000}.
#[test]
fn the_bytes_are_those_real_servers_write() {
    let mut set = Intset::new();
    for value in [1, -5, 70_000] {
        assert!(set.insert(value));
    }
    let seen = [4, 0, 0, 0, 3, 0, 0, 0, 0xFB, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0x70, 0x11, 1, 0];
    assert_eq!(set.as_bytes(), seen);
}

#[test]
fn damage_is_named() {
    let bytes =
        |width: u8, len: u8, elements: &[u8]| [&[width, 0, 0, 0, len, 0, 0, 0], elements].concat();
    assert_eq!(Intset::validate(b"short"), Err(Corrupt::Size));
    assert_eq!(Intset::validate(&bytes(3, 0, &[])), Err(Corrupt::Width));
    assert_eq!(Intset::validate(&bytes(2, 2, &[0, 0])), Err(Corrupt::Size));
    assert_eq!(Intset::validate(&bytes(2, 1, &[0, 0, 0])), Err(Corrupt::Size));
    assert_eq!(Intset::validate(&bytes(2, 2, &[7, 0, 7, 0])), Err(Corrupt::Order(1)));
    assert_eq!(Intset::validate(&bytes(2, 2, &[0, 0, 0xFF, 0xFF])), Err(Corrupt::Order(1)));
    assert_eq!(Intset::validate(&bytes(2, 0, &[])), Ok(Intset::new()));
}

#[test]
fn memory_follows_the_number_of_elements() {
    let mut set = Intset::new();
    for value in 0..10_000 {
        assert!(set.insert(value));
    }
    assert!(set.heap_bytes() <= set.bytes() * 5 / 4 + 64);
    for value in 10..10_000 {
        assert!(set.remove(value));
    }
    assert!(set.heap_bytes() <= 256);
}
