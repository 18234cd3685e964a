// A session as its inputs: the seed, and every input with its time and the number of turns run before it.
//
// The engine is deterministic, so this is all it takes to have the session again: after a crash, in a bug report, in a
// share link. The turn count makes paused and stepped sessions exact too, where inputs arrive between two turns.

import type { ByteString, Micros, Pace } from './engine.ts';

/** One input. */
export type Recorded = { at: Micros; turns: number } & (
  | { input: 'connect'; client: number }
  | { input: 'bytes'; client: number; bytes: ByteString }
  | { input: 'disconnect'; client: number }
  | { input: 'wake' }
);

/** A whole session. */
export interface Recording {
  seed: number;
  epoch: Micros;
  pace: Pace;
  entries: Recorded[];
  /** Turns run in all: where the session stood. */
  turns: number;
}

/** How many inputs a recording keeps; a longer session can no longer be restored. */
export const ENTRIES_MAX = 1_000_000;

/**
 * The recording up to, and without, the last request: what to restart from when that request crashed the engine.
 * `attempt` 1 leaves out the last request, 2 the last two, and so on.
 */
export function withoutLast(recording: Recording, attempt: number): Recording {
  const { entries } = recording;
  let cut = entries.length;
  for (let dropped = 0; cut > 0 && dropped < attempt; ) {
    cut--;
    if (entries[cut]?.input === 'bytes') dropped++;
  }
  return { ...recording, entries: entries.slice(0, cut), turns: entries[cut]?.turns ?? recording.turns };
}
