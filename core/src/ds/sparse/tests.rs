//! Against the standard library's ordered map.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Model = BTreeMap<u64, Vec<u8>>;

fn value(kind: u8, n: u16) -> Vec<u8> {
    match kind % 6 {
        0 => Vec::new(),
        1 => n.to_string().into_bytes(),
        2 => format!("-9{n:015}").into_bytes(),
        3 => format!("text number {n}").into_bytes(),
        4 => vec![b'x'; usize::from(n % 1000)],
        _ => format!("{n}").repeat(2).into_bytes(),
    }
}

fn index(place: u8, n: u16) -> u64 {
    match place % 6 {
        0 | 1 => u64::from(n % 64),
        2 => 4090 + u64::from(n % 12),
        3 => u64::from(n),
        4 => u64::from(n % 5) << 40,
        _ => u64::MAX - u64::from(n % 3),
    }
}

fn walked(sparse: &Sparse, from: u64, to: u64) -> Vec<(u64, Vec<u8>)> {
    let mut seen = Vec::new();
    sparse.walk(from, to, &mut |index, value| {
        seen.push((index, value.to_vec()));
        true
    });
    seen
}

proptest! {
    #[test]
    fn it_is_a_map(steps in prop::collection::vec((0u8..9, any::<u8>(), any::<u16>(), any::<u8>()), 1..200)) {
        let (mut sparse, mut model) = (Sparse::new(), Model::new());
        for (what, place, n, kind) in steps {
            let at = index(place, n);
            match what {
                0..=5 => {
                    let value = value(kind, n);
                    prop_assert_eq!(sparse.set(at, &value), !model.contains_key(&at));
                    model.insert(at, value);
                }
                6 => prop_assert_eq!(sparse.remove(at), model.remove(&at).is_some()),
                7 => {
                    let to = at.saturating_add(u64::from(kind) * 20);
                    let gone: Vec<u64> = model.range(at..=to).map(|(at, _)| *at).collect();
                    prop_assert_eq!(sparse.remove_range(at, to), gone.len());
                    gone.iter().for_each(|at| { model.remove(at); });
                }
                _ => {
                    let to = index(kind, n / 2);
                    let (low, high) = (at.min(to), at.max(to));
                    let mut expected: Vec<_> = model.range(low..=high).map(|(i, v)| (*i, v.clone())).collect();
                    if at > to {
                        expected.reverse();
                    }
                    prop_assert_eq!(walked(&sparse, at, to), expected);
                }
            }
            prop_assert_eq!(sparse.count(), model.len());
            let bytes: usize = sparse.slices.iter().map(|entry| entry.slice.weight()).sum();
            prop_assert_eq!(sparse.weight, bytes);
            prop_assert_eq!(sparse.get(at).map(|it| it.to_vec()), model.get(&at).cloned());
            prop_assert_eq!(sparse.last(), model.keys().next_back().copied());
            prop_assert_eq!(sparse.next(at), model.range(at..).next().map(|(at, _)| *at));
        }
        prop_assert_eq!(walked(&sparse, 0, u64::MAX), model.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn slices_take_the_smaller_form() {
    let mut sparse = Sparse::new();
    for i in 0..10_000u64 {
        sparse.set(i, b"value");
        sparse.set((1 << 40) | (i * 300), b"value");
    }
    let layout = sparse.layout();
    assert_eq!((layout.dense, layout.dense_values), (3, 10_000));
    assert!(layout.sparse > 700 && layout.sparse_values == 10_000);
    let before = sparse.weight();
    assert!(before < 10_000 * 16 + 10_000 * 24, "{before}");
    for i in 0..10_000 {
        if i % 10 != 0 {
            sparse.remove(i);
        }
    }
    assert_eq!(sparse.layout().dense, 0);
    assert_eq!(sparse.remove_range(0, u64::MAX), 11_000);
    assert_eq!((sparse.slices(), sparse.count()), (0, 0));
}

#[test]
fn replaced_texts_do_not_pile_up() {
    let mut sparse = Sparse::new();
    for i in 0..100_000u64 {
        sparse.set(i % 50, format!("a text that is long {i}").as_bytes());
        sparse.set(60 + i % 3, &vec![b'x'; 2000]);
    }
    assert!(sparse.weight() < 20_000, "{}", sparse.weight());
}
