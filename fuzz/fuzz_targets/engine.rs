#![no_main]
//! The engine: three clients send lines made of the input, time moves, somebody hangs up; the invariants hold.
//!
//! The input is read as lines: the first byte says who acts or what happens, the rest is an inline command.

use libfuzzer_sys::fuzz_target;
use redloop_tests::fuzzing::Party;

fuzz_target!(|bytes: &[u8]| {
    let mut party = Party::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        let Some((&what, command)) = line.split_first() else { continue };
        party.act(what, command);
    }
    party.leave();
});
