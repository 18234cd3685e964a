//! `wasm-bindgen` and `wasm-bindgen-test-runner` in one program, which acts as the one it is called as.
//!
//! The registry's packages of these tools are libraries too; built this way they need no
//! installation and always have the version this repository pins. Set-up copies the program to
//! `target/tools/bin` under both names, where `wasm-pack --mode no-install` finds them as well.
//! It is a workspace of its own because its dependencies would slow every check of the main one.

use std::path::Path;

use anyhow::{Result, bail};
use wasm_bindgen_cli::{wasm_bindgen, wasm_bindgen_test_runner};

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args_os().collect();
    let called_as = args.first().and_then(|path| Path::new(path).file_stem());
    match called_as.and_then(|name| name.to_str()) {
        Some("wasm-bindgen") => wasm_bindgen::run_cli_with_args(args),
        Some("wasm-bindgen-test-runner") => {
            // What `cargo test -q` passes on is refused by the runner.
            let args = args.into_iter().filter(|arg| arg != "--quiet" && arg != "-q");
            wasm_bindgen_test_runner::run_cli_with_args(args)
        }
        _ => bail!("call this program as `wasm-bindgen` or `wasm-bindgen-test-runner`"),
    }
}
