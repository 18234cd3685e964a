//! The class in a browser's worker: see `conversation` and `transcripts`.
#![cfg(target_arch = "wasm32")]

mod conversation;
mod transcripts;

use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
#[wasm_bindgen_test]
fn answers_and_tells() {
    conversation::answers_and_tells();
}

#[wasm_bindgen_test]
fn hands_out_the_table() {
    conversation::hands_out_the_table();
}

#[wasm_bindgen_test]
fn survives_nonsense() {
    conversation::survives_nonsense();
}

#[wasm_bindgen_test]
fn says_what_the_transcripts_say() {
    transcripts::all_pass();
}
