//! The kept inputs of each fuzz target: what once reached code that no other does goes on to harm nobody.

use redloop_tests::{fuzzing::TARGETS, seeds};
use std::panic;

#[test]
fn the_kept_inputs_harm_nobody() {
    for (name, target) in TARGETS {
        let inputs = seeds::load(name).unwrap_or_else(|error| panic!("{error}"));
        assert!(!inputs.is_empty(), "{name} has no kept input");
        for seed in inputs {
            let outcome = panic::catch_unwind(|| target(&seed.bytes));
            assert!(outcome.is_ok(), "{} breaks {name}", seed.place);
        }
    }
}
