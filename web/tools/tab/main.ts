// A page for `xtask/bench/tab.mjs`: starts the worker that measures, and keeps what it says where the script finds it.
import wasmUrl from '../../src/wasm/redloop_wasm_bg.wasm?url';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }: MessageEvent<unknown>): void => void Object.assign(window, { measured: data });
worker.onerror = ({ message }): void => void Object.assign(window, { measured: { failed: message } });
worker.postMessage(await WebAssembly.compileStreaming(fetch(wasmUrl)));
