// Where the elements get the engine from: by default the copy that is inlined in the package, and a worker from the file
// beside this one. `configure` gives other addresses.
//
// A worker cannot always start from an address: a bundler did not copy the file, the script comes from another origin
// (a CDN), the document is sandboxed and has no origin. Then the same worker starts from its inlined source, a `blob:`.

import type { EngineSource, EngineWorker } from '../app/source.ts';
import { setEngineSource } from '../app/source.ts';
import { loadModule, type ModuleSource } from '../api/wasm.ts';

/** Addresses for the elements of a page. */
export interface ElementOptions {
  /** Where the engine's WebAssembly is. Default: the inlined copy. */
  module?: ModuleSource | Promise<ModuleSource>;
  /** Where the worker's script is: `redloop/element-worker.js`, or a function that starts it. */
  worker?: string | URL | (() => Worker);
}

let options: ElementOptions = {};

/** Says where the elements of this page find their files. To be called before the first of them starts. */
export function configure(chosen: ElementOptions): void {
  options = { ...options, ...chosen };
}

setEngineSource({ module: () => loadModule(options.module), parts: {}, worker: () => new StartingWorker() } satisfies EngineSource);

/** A worker from the first place that has one. */
class StartingWorker implements EngineWorker {
  onmessage: Worker['onmessage'] = null;
  onerror: Worker['onerror'] = null;
  #worker: Worker | undefined;
  /** What was posted before the worker has said its first word: another one may need it. */
  #posted: unknown[] | null = [];
  #ended = false;

  constructor() {
    // A document without an origin may start no worker from an address; trying would only be reported.
    if (self.origin === 'null' && options.worker === undefined) void this.#startInlined();
    else this.#start();
  }

  postMessage(message: unknown): void {
    this.#posted?.push(message);
    this.#worker?.postMessage(message);
  }

  terminate(): void {
    this.#ended = true;
    this.#worker?.terminate();
  }

  #start(): void {
    const { worker } = options;
    try {
      this.#use(
        typeof worker === 'function' ? worker() : worker === undefined ? new Worker(new URL('./element-worker.js', import.meta.url), { type: 'module' }) : new Worker(worker, { type: 'module' }),
        worker === undefined,
      );
    } catch (error) {
      if (worker === undefined) void this.#startInlined();
      else this.#failed(error);
    }
  }

  async #startInlined(): Promise<void> {
    try {
      const { WORKER } = await import('./inlined-worker.ts');
      if (this.#ended) return;
      const address = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
      // Not a module: without an origin the browser would not fetch one from there.
      this.#use(new Worker(address), false);
      for (const message of this.#posted ?? []) this.#worker?.postMessage(message);
    } catch (error) {
      this.#failed(error);
    }
  }

  #use(worker: Worker, another: boolean): void {
    this.#worker = worker;
    worker.onmessage = (message) => {
      this.#posted = null;
      this.onmessage?.call(worker, message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#posted !== null && another) void this.#startInlined();
      else this.onerror?.call(worker, event);
    };
  }

  #failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.onerror?.call(this as unknown as Worker, new ErrorEvent('error', { message }));
  }
}
