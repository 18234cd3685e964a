// Where the engines of a `Redloop` run: in a worker, so that a slow command never holds up the page, or in this thread.

import type { News, Order } from './messages.ts';
import { Runner } from './runner.ts';

/** How to start the worker: not at all, from an address, or as one likes. */
export type WorkerOption = boolean | string | URL | (() => Worker);

/** Takes orders; its news go to the function it was opened with. */
export interface Host {
  post(order: Order): void;
  close(): void;
}

/** Starts a host. Where a worker was not asked for by name and cannot start, this thread does its work. */
export async function openHost(option: WorkerOption | undefined, standard: (() => Worker) | null, hear: (news: News[]) => void, failed: (why: string) => void): Promise<Host> {
  const make = maker(option, standard);
  const worker = make === null ? null : await start(make, typeof option === 'boolean' || option === undefined);
  return worker === null ? local(hear) : remote(worker, hear, failed);
}

function maker(option: WorkerOption | undefined, standard: (() => Worker) | null): (() => Worker) | null {
  if (option === false || typeof Worker === 'undefined') return null;
  if (typeof option === 'function') return option;
  if (typeof option === 'string' || option instanceof URL) return () => new Worker(option, { type: 'module' });
  return standard;
}

/** The worker, once its script runs. */
async function start(make: () => Worker, optional: boolean): Promise<Worker | null> {
  try {
    const worker = make();
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message || 'The worker could not be loaded: is its address right, and of this origin?'));
      };
    });
    return worker;
  } catch (error) {
    if (optional) return null;
    throw error;
  }
}

function remote(worker: Worker, hear: (news: News[]) => void, failed: (why: string) => void): Host {
  worker.onmessage = (message: MessageEvent<News[]>) => hear(message.data);
  worker.onerror = (event) => {
    event.preventDefault();
    failed(event.message || 'The worker stopped.');
  };
  return { post: (order) => worker.postMessage(order), close: () => worker.terminate() };
}

function local(hear: (news: News[]) => void): Host {
  const runner = new Runner(hear);
  return { post: (order) => runner.handle(order), close: () => undefined };
}
