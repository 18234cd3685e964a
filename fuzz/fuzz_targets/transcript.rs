#![no_main]
//! The transcript parser: what it accepts, it prints and reads again as the same.

use libfuzzer_sys::fuzz_target;
use redloop_tests::transcript::parse;

fuzz_target!(|text: &str| {
    if let Ok(transcript) = parse("fuzz", text) {
        let printed = transcript.to_string();
        let again = parse("fuzz", &printed).expect("what was printed can be read");
        assert_eq!(printed, again.to_string());
    }
});
