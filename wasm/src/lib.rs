//! Thin WebAssembly bindings.
