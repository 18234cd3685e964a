#![no_main]
//! The request parser: any bytes, cut at the first one's value, give the same replies as in one piece.

use libfuzzer_sys::fuzz_target;
use redloop_tests::fuzzing::replies;

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, rest)) = bytes.split_first() else { return };
    let cut = usize::from(cut).min(rest.len());
    let whole = replies(&[rest]);
    assert_eq!(whole, replies(&[&rest[..cut], &rest[cut..]]));
});
