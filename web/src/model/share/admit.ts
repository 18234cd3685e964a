// What a recording from elsewhere may ask for. Links, files, other tabs and the browser's storage all hand in recordings;
// none of them is trusted. What is admitted cannot make the page do more than its own user could by typing for a while.
//
// Left out: what the commands do. The engine bounds itself, and a worker that is gone for ten seconds is given up.

import { encode, repeated, split } from '../args.ts';
import { utf8 } from '../bytes.ts';
import type { Position, Recording } from '../recording.ts';
import { CLIENTS_MAX } from '../session.ts';

/** Inputs of one recording: some hours of typing. */
export const INPUTS_MAX = 200_000;
/** Tasks that opening a recording may run. */
export const TASKS_MAX = 1_000_000;
/** Connections over the whole session; {@link CLIENTS_MAX} of them at a time. */
export const CONNECTIONS_MAX = 4096;
/** Lines that one write may hold. */
export const PIPELINE_MAX = 10_000;
/** Characters of one typed line: the longest value that somebody might paste. */
export const LINE_MAX = 1_000_000;
/** Request bytes of all commands together, repeats (`1000 PING`) counted as often as they run. */
export const REQUESTS_MAX = 32_000_000;
/** A session's length: ten years of engine time. */
export const SPAN_MAX = 10 * 365 * 86_400e6;
/** The dearest command or element that the model of cost may charge: ten seconds. */
export const PACE_NS_MAX = 10_000_000_000;
const CLIENT_ID_MAX = 2 ** 31;
const SEED_MAX = 2 ** 32;

/** Why something is refused; what to say of each is in `words/share.ts`. */
export type Reason =
  | 'version'
  | 'damaged'
  | 'truncated'
  | 'tooLong'
  | 'tooLarge'
  | 'tooMany'
  | 'clients'
  | 'time'
  | 'heavy'
  | 'crashed'
  | 'unknownFile'
  | 'script'
  | 'nothing';

/** Something from elsewhere that is not taken. The only error that reading it throws. */
export class Refusal extends Error {
  readonly reason: Reason;
  /** A number, name or line that belongs into the sentence; may be empty. Comes from the input: show it as text. */
  readonly detail: string;

  constructor(reason: Reason, detail = '') {
    super(detail === '' ? reason : `${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
  }
}

/** Checks what somebody else has put together. Throws {@link Refusal}; gives back what it was given. */
export function admitted(recording: Recording, position: Position = recording): Recording {
  const { seed, epoch, pace, entries, turns, at } = recording;
  if (!whole(seed, SEED_MAX)) throw new Refusal('damaged');
  if (!whole(epoch) || !whole(turns) || !whole(at)) throw new Refusal('time');
  if (!whole(pace.commandNs, PACE_NS_MAX) || !whole(pace.unitNs, PACE_NS_MAX)) throw new Refusal('time');
  if (entries.length > INPUTS_MAX) throw new Refusal('tooMany', String(INPUTS_MAX));
  if (turns > TASKS_MAX) throw new Refusal('heavy');
  const open = new Map<number, string>();
  const used = new Set<number>();
  let last: Position = { turns: 0, at: epoch };
  let requested = 0;
  for (const entry of entries) {
    if (!whole(entry.at) || !whole(entry.turns) || entry.at < last.at || entry.turns < last.turns) throw new Refusal('time');
    last = entry;
    if (entry.input === 'connect') {
      if (!whole(entry.client, CLIENT_ID_MAX) || entry.client === 0 || used.has(entry.client)) throw new Refusal('clients');
      if (!/^\w{1,24}$/.test(entry.name) || [...open.values()].includes(entry.name)) throw new Refusal('clients');
      used.add(entry.client);
      open.set(entry.client, entry.name);
      if (open.size > CLIENTS_MAX || used.size > CONNECTIONS_MAX) throw new Refusal('clients');
      continue;
    }
    if (!open.has(entry.client)) throw new Refusal('clients');
    if (entry.input === 'disconnect') open.delete(entry.client);
    else {
      if (entry.lines.length > PIPELINE_MAX) throw new Refusal('heavy');
      requested += requestBytes(entry.lines, REQUESTS_MAX - requested);
    }
  }
  const end = { turns, at };
  if (!follows(last, end) || !whole(position.turns) || !whole(position.at) || !follows(position, end) || position.at < epoch) throw new Refusal('time');
  if (at - epoch > SPAN_MAX) throw new Refusal('time');
  return recording;
}

/** How many commands a recording holds, as its lines were typed. */
export function commandCount(recording: Pick<Recording, 'entries'>): number {
  return recording.entries.reduce((sum, entry) => sum + (entry.input === 'lines' ? entry.lines.length : 0), 0);
}

/** The clients' names, first come first. */
export function clientNames(recording: Pick<Recording, 'entries'>): string[] {
  return [...new Set(recording.entries.flatMap((entry) => (entry.input === 'connect' ? [entry.name] : [])))];
}

/** Request bytes that lines amount to. Throws {@link Refusal} when they are more than `left`. */
export function requestBytes(lines: readonly string[], left = REQUESTS_MAX): number {
  let sum = 0;
  for (const line of lines) {
    if (line.length > LINE_MAX) throw new Refusal('heavy');
    const typed = split(utf8(line));
    if (typed === undefined || typed.length === 0) continue;
    const { times, argv } = repeated(typed);
    sum += encode(argv).length * times;
    if (sum > left) throw new Refusal('heavy');
  }
  return sum;
}

function follows(before: Position, after: Position): boolean {
  return before.turns <= after.turns && before.at <= after.at;
}

function whole(value: unknown, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
