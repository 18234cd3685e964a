#![no_main]
//! Values from elsewhere: the input is what stands in a payload before version and sum. Its first byte says which decoder
//! reads it. `fuzz/seeds/restore` has one of each.

use libfuzzer_sys::fuzz_target;
use redloop_tests::fuzzing;

fuzz_target!(|body: &[u8]| fuzzing::restore(body));
