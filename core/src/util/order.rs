//! Sorting by a comparison that is not known at compile time. The standard sort is several kilobytes for each type and
//! comparison; this is the one there is, so that the download carries it once.

use std::cmp::Ordering;

/// Sorts positions, equal ones in the order they came in. O(n log n).
pub fn sort(positions: &mut [u32], compare: &dyn Fn(usize, usize) -> Ordering) {
    positions.sort_by(|a, b| compare(*a as usize, *b as usize));
}

/// The items, the one with the least key first, equal ones in the order they came in. O(n log n).
pub fn sorted_by_key<T: Copy>(items: &[T], key: impl Fn(T) -> u64) -> Vec<T> {
    let mut positions: Vec<u32> = (0..items.len() as u32).collect();
    sort(&mut positions, &|a, b| key(items[a]).cmp(&key(items[b])));
    positions.into_iter().map(|at| items[at as usize]).collect()
}
