//! The workloads of the core's `drive` example, for JavaScript: what WebAssembly itself costs.
//!
//! The page's class also writes events down; here nobody observes, as in the native server.

use wasm_bindgen::prelude::*;

#[path = "../../core/examples/drive/load.rs"]
mod load;

/// The names of all workloads.
#[wasm_bindgen]
pub fn names() -> Vec<String> {
    load::names().map(str::to_owned).collect()
}

/// An engine ready to run one workload.
#[wasm_bindgen]
pub struct Drive(load::Drive);

#[wasm_bindgen]
impl Drive {
    /// Prepares a workload; throws if there is no such one, or if the engine refuses it.
    #[wasm_bindgen(constructor)]
    pub fn new(workload: &str) -> Result<Self, JsError> {
        console_error_panic_hook::set_once();
        load::Drive::new(workload).map(Self).map_err(|reason| JsError::new(&reason))
    }

    /// Runs that many commands; throws if the engine refuses them.
    pub fn run(&mut self, commands: usize) -> Result<(), JsError> {
        self.0.run(commands).map_err(|reason| JsError::new(&reason))
    }
}
