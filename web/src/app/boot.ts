// Starts what takes longest before anything else of the page is evaluated: the worker's script and the engine's
// download and compilation. The compiled module is shared, so that a restart after a crash compiles nothing.

import { words } from '../model/words/engine.ts';
import { setEngineSource } from './source.ts';
import wasmUrl from '../wasm/redloop_wasm_bg.wasm?url';

const engineModule: Promise<WebAssembly.Module> = compile();
// Whoever uses it reports a failure; until then it is nobody's.
engineModule.catch(() => undefined);

let ready: Worker | undefined = newWorker();

setEngineSource({ module: () => engineModule, worker: takeWorker });

/** The first one has been starting since the page began to load. */
function takeWorker(): Worker {
  const worker = ready ?? newWorker();
  ready = undefined;
  return worker;
}

function newWorker(): Worker {
  return new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
}

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(words().noEngine(`${response.status} ${response.statusText}`.trim()));
  const typed = response.headers.get('Content-Type')?.startsWith('application/wasm') === true;
  return typed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
