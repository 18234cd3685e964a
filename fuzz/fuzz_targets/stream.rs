#![no_main]

use libfuzzer_sys::fuzz_target;
use redloop_tests::fuzzing;

fuzz_target!(|bytes: &[u8]| fuzzing::stream(bytes));
