#![no_main]
//! Commands from the workload's templates, chosen by the input: deeper than random lines get.

use libfuzzer_sys::fuzz_target;
use redloop_tests::{
    fuzzing::Party,
    resp,
    workload::{Mix, Rng},
};

fuzz_target!(|choices: Vec<(u8, u16)>| {
    let mix = Mix::social();
    let mut party = Party::new();
    for (what, seed) in choices {
        let command = mix.command(&mut Rng::new(u64::from(seed)));
        party.act_raw(what, &resp::encode_command(&command.words));
    }
    party.leave();
});
