//! Both forms against plain registers.

use super::*;
use proptest::prelude::*;

/// The default of the parameter that bounds the sparse form.
const SPARSE_MAX: usize = 3000;

fn registers_of(bytes: &[u8]) -> Registers {
    let mut registers = [0; REGISTERS];
    raise_registers(&mut registers, bytes).unwrap();
    registers
}

#[test]
fn the_hash_is_murmurs() {
    // Where the real servers put it.
    let mut hll = empty();
    add(&mut hll, b"a", SPARSE_MAX).unwrap();
    let runs: Vec<Run> = runs(&hll).map(Result::unwrap).collect();
    assert_eq!(runs, [Run::ManyZeros(12_711), Run::Value(2, 1), Run::ManyZeros(3_672)]);
}

#[test]
fn estimates_are_within_their_error() {
    for exponent in 1..6 {
        let elements = 10u64.pow(exponent);
        let mut hll = empty();
        for element in 0..elements {
            add(&mut hll, &element.to_le_bytes(), SPARSE_MAX).unwrap();
        }
        let counted = count(&hll).unwrap();
        assert!(counted.abs_diff(elements) as f64 <= elements as f64 * 0.03, "{counted}");
    }
}

#[test]
fn nothing_and_everything_is_counted() {
    assert_eq!(count(&empty()), Ok(0));
    assert_eq!(estimate(&[0; REGISTERS]), 0);
    // Infinite, and cut off.
    assert_eq!(estimate(&[51; REGISTERS]), u64::MAX);
}

#[test]
fn broken_runs_are_found() {
    let hll = |runs: &[u8]| [&empty()[..HEADER], runs].concat();
    for runs in [&[][..], &[0x7f, 0xfe], &[0x7f, 0xff, 0], &[0x7f], &[0x7f, 0xff, 0x7f, 0xff]] {
        assert_eq!(count(&hll(runs)), Err(Corrupted), "{runs:x?}");
        assert_eq!(make_dense(&mut hll(runs)), Err(Corrupted));
    }
    assert_eq!(add(&mut hll(&[0x3f]), b"a", SPARSE_MAX), Err(Corrupted));
}

proptest! {
    #[test]
    fn registers_are_raised_alike(
        raises in prop::collection::vec((0usize..REGISTERS, 1u8..51), 0..300),
        near in any::<bool>(),
        sparse_max in prop::sample::select(vec![0usize, 40, 300, 3000, 16000]),
    ) {
        let mut model = [0; REGISTERS];
        let mut hll = empty();
        for (index, value) in raises {
            let (index, value) = if near { (index % 40, value % 4 + 1) } else { (index, value) };
            let lower = model[index] < value;
            model[index] = value.max(model[index]);
            prop_assert_eq!(raise(&mut hll, index, value, sparse_max), Ok(lower));
        }
        prop_assert!(is_valid(&hll));
        prop_assert!(registers_of(&hll) == model);
        prop_assert_eq!(count(&hll), Ok(estimate(&model)));
        let mut other = empty();
        raise_all(&mut other, &model, sparse_max).unwrap();
        prop_assert!(registers_of(&other) == model);
        make_dense(&mut hll).unwrap();
        prop_assert!(is_valid(&hll) && registers_of(&hll) == model);
    }

    #[test]
    fn any_bytes_are_no_danger(runs in prop::collection::vec(any::<u8>(), 0..60), element: u64) {
        let mut bytes = [&empty()[..HEADER], &runs].concat();
        let _ = count(&bytes);
        let _ = add(&mut bytes, &element.to_le_bytes(), SPARSE_MAX);
        let _ = super::runs(&bytes).count();
        let _ = make_dense(&mut bytes);
    }
}
