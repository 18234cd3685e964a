//! What must hold for the entries of a listpack before it becomes a set, a hash or a sorted set as it is.

use super::Refusal;
use crate::ds::listpack::{Item, Listpack};
use crate::value::{Set, Thresholds};

/// Up to so many entries comparing each with each is cheaper than filing them.
const FEW: usize = 16;

/// Whether the first of every `step` entries are all different. Expected O(entries).
pub(super) fn unique(pack: &Listpack, step: usize, t: &Thresholds) -> bool {
    let mut keys = pack.iter().step_by(step);
    if pack.len() <= FEW * step {
        return keys.enumerate().all(|(index, key)| {
            !pack.iter().step_by(step).take(index).any(|before| same(before, key))
        });
    }
    let mut seen = Set::sized(b"", usize::MAX, t);
    keys.all(|key| seen.add_item(key, t))
}

/// Checks that a listpack is made of pairs with different keys, and that there is at least one.
pub(super) fn check_pairs(pack: &Listpack, t: &Thresholds) -> Result<(), Refusal> {
    if pack.is_empty() || pack.len() % 2 == 1 || !unique(pack, 2, t) {
        return Err(Refusal::Format);
    }
    Ok(())
}

/// Whether two entries are the same text; a foreign writer may have kept a number as bytes.
fn same(a: Item<'_>, b: Item<'_>) -> bool {
    match (a, b) {
        (Item::Bytes(a), Item::Bytes(b)) => a == b,
        _ => a.as_int().is_some_and(|a| b.as_int() == Some(a)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ds::dict::HashKey;

    #[test]
    fn doubles_are_found_among_few_and_many() {
        let t = Thresholds::new(HashKey(1, 2));
        for count in [1, 2, FEW, FEW + 1, 10 * FEW] {
            let mut pack = Listpack::new();
            for index in 0..count {
                pack.push_back(index.to_string().as_bytes());
                pack.push_back(b"always the same");
            }
            assert!(unique(&pack, 2, &t), "{count}");
            assert_eq!(check_pairs(&pack, &t), Ok(()));
            assert_eq!(unique(&pack, 1, &t), count == 1);
            pack.push_back(b"0");
            assert!(!unique(&pack, 2, &t), "{count}");
            assert_eq!(check_pairs(&pack, &t), Err(Refusal::Format));
        }
    }
}
