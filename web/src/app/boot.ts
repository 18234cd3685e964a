// Starts what takes longest before anything else of the page is evaluated: the worker's script and the engine's
// download and compilation. The compiled module is shared, so that a restart after a crash compiles nothing.

import { words } from '../model/words/engine.ts';
import type { Parts } from '../worker/parts.ts';
import type { Request } from '../worker/protocol.ts';
import { setEngineSource } from './source.ts';
import firstUrl from '../wasm/parts/first.wasm?url';
import rareUrl from '../wasm/parts/rare.wasm?url';
import restUrl from '../wasm/parts/rest.wasm?url';

/** Absolute, since the worker has another base than the page. */
const parts: Parts = { rest: new URL(restUrl, document.baseURI).href, rare: new URL(rareUrl, document.baseURI).href };
const engineModule: Promise<WebAssembly.Module> = compile();
// Whoever uses it reports a failure; until then it is nobody's.
engineModule.catch(() => undefined);

const first = newWorker();
let ready: Worker | undefined = first;

/** How long the page waits for the worker's first answer before it goes on: this is about time, not about truth. */
const ALIVE_MS_MAX = 100;

/** Resolves when the first worker answers. A worker needs the page's thread for its start, so the page leaves it alone. */
export const alive: Promise<void> = wake(first);

setEngineSource({ module: () => engineModule, parts, worker: takeWorker });

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
  const response = await fetch(firstUrl);
  if (!response.ok) throw new Error(words().noEngine(`${response.status} ${response.statusText}`.trim()));
  const typed = response.headers.get('Content-Type')?.startsWith('application/wasm') === true;
  return typed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** Has a worker load the engine while the page has yet to build itself. */
async function wake(worker: Worker): Promise<void> {
  const tell = (request: Request): void => worker.postMessage(request);
  engineModule.then((module) => tell({ type: 'start', module, parts }), () => undefined);
  await new Promise<void>((resolve) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    tell({ type: 'ping' });
    setTimeout(resolve, ALIVE_MS_MAX);
  });
}
