// `redloop/inline`: the same API in one file, with the worker inlined as well. It starts from a `blob:` address, so a
// content security policy must allow `worker-src blob:`; without that, the engine runs in the page's own thread.

import { open, type Redloop, type RedloopOptions } from './redloop.ts';
import { WORKER } from './inlined-worker.ts';

export * from './index.ts';

/** Starts an engine, as `createRedloop` of `redloop` does, without any file beside this one. */
export function createRedloop(options: RedloopOptions = {}): Promise<Redloop> {
  return open(options, () => {
    const address = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
    const worker = new Worker(address, { type: 'module' });
    worker.addEventListener('message', () => URL.revokeObjectURL(address), { once: true });
    return worker;
  });
}
