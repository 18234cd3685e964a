#![no_main]
//! A snapshot file, in pieces whose length the first byte tells.

use libfuzzer_sys::fuzz_target;
use redloop_tests::fuzzing;

fuzz_target!(|bytes: &[u8]| {
    if let Some((piece, file)) = bytes.split_first() {
        fuzzing::load(file, usize::from(*piece) + 1);
    }
});
