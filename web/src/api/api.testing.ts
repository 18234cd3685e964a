// For tests: the engine's module, compiled once.

import { readFileSync } from 'node:fs';

/** The engine, compiled. */
export const MODULE = new WebAssembly.Module(readFileSync(new URL('../wasm/redloop_wasm_bg.wasm', import.meta.url)));
