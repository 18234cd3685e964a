// Where the stores of this page get the engine and their workers from. The page of the playground says so in `boot.ts`,
// the elements for other pages in `embed/source.ts`.

import type { Parts } from '../worker/parts.ts';

/** What a store needs of a worker. */
export type EngineWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/** A place to get engines from. */
export interface EngineSource {
  /** The engine, or its first part, compiled once for the page. */
  module(): Promise<WebAssembly.Module>;
  /** Where the other parts of the engine are, if that was its first. */
  readonly parts: Parts;
  /** A worker that has not been used. */
  worker(): EngineWorker;
}

let source: EngineSource | undefined;

/** Says where engines come from, before the first store starts. */
export function setEngineSource(from: EngineSource): void {
  source = from;
}

/** Where engines come from. */
export function engineSource(): EngineSource {
  if (source === undefined) throw new Error('No store may start before setEngineSource was called.');
  return source;
}
