// A session as its inputs: the seed, and every input with its time and the number of tasks that had run before it.
//
// The engine is deterministic, so this is all it takes to have the session again: after a crash, at any instant of its
// past, in a share link, a file, a bug report. The count of tasks makes paused and stepped sessions exact too, where
// inputs arrive between two tasks. Time itself is no input: whenever the engine is idle before it has run as many tasks
// as the recording says, time went on to what was due, and the engine knows when that was.

import type { ByteString, Micros, Pace } from './engine.ts';
import { encode, repeated, split } from './args.ts';
import { utf8 } from './bytes.ts';

/** One input: `at` engine time, `turns` tasks run before it. */
export type Recorded = { at: Micros; turns: number; client: number } & (
  | { input: 'connect'; name: string }
  /** As typed; more than one leave in one write, as a pipeline. */
  | { input: 'lines'; lines: readonly string[] }
  | { input: 'disconnect' }
);

/** An instant: after so many tasks, at this engine time. */
export interface Position {
  turns: number;
  at: Micros;
}

/** A whole session; as a {@link Position} it is where it ends. */
export interface Recording extends Position {
  seed: number;
  epoch: Micros;
  pace: Pace;
  entries: Recorded[];
}

/** How many inputs a recording keeps; a longer session can no longer be played again. */
export const ENTRIES_MAX = 1_000_000;

/** The requests that typed lines amount to; lines that are no command amount to nothing. */
export function requests(lines: readonly string[]): ByteString {
  let bytes = '';
  for (const line of lines) {
    const typed = split(utf8(line));
    if (typed === undefined || typed.length === 0) continue;
    const { times, argv } = repeated(typed);
    bytes += encode(argv).repeat(times);
  }
  return bytes;
}

/** Whether what came at one instant had happened at another. */
export function happened(came: Position, position: Position): boolean {
  return came.turns <= position.turns && came.at <= position.at;
}

/** The recording up to a position. */
export function until(recording: Recording, { turns, at }: Position): Recording {
  const after = recording.entries.findIndex((entry) => !happened(entry, { turns, at }));
  const entries = after < 0 ? recording.entries.slice() : recording.entries.slice(0, after);
  return { ...recording, entries, turns, at };
}

/**
 * The recording up to, and without, the last request: what to restart from when that request crashed the engine.
 * `attempt` 1 leaves out the last request, 2 the last two, and so on.
 */
export function withoutLast(recording: Recording, attempt: number): Recording {
  const { entries } = recording;
  let end = entries.length;
  for (let dropped = 0; end > 0 && dropped < attempt; ) {
    end--;
    if (entries[end]?.input === 'lines') dropped++;
  }
  const first = entries[end];
  return { ...recording, entries: entries.slice(0, end), turns: first?.turns ?? recording.turns, at: first?.at ?? recording.at };
}
