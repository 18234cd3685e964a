// A recording and an instant of it as few bytes: what links hold, in version 1. Compression is the platform's, around it.
//
// Columns instead of rows, because equal things next to each other compress: what the inputs are, how many tasks lie
// between them, how many milliseconds, what remains in microseconds; then all text in one piece. Numbers are LEB128.
//
//   seed · epoch · pace: 0 for the usual one, else 1, ns a command, ns a unit
//   inputs · tasks after the last input · µs after the last input
//   0: the cursor is the end; else 1, cursor's tasks, cursor's µs since the epoch
//   for each input: client * 4 + kind (0 connect, 1 one line, 2 disconnect, 3 several lines)
//   for each input: tasks since the one before · then ms · then the rest in µs
//   for each input of several lines: how many
//   the text: names and lines in order, each ended by a line feed
//
// In the text, codes stand for frequent words (`dictionary.ts`). Neither the format nor the words may ever change: another
// version gets another number, and the tests keep old links alive.

import { decoded, pack, unpack, utf8, type ByteString } from '../bytes.ts';
import type { Position, Recorded, Recording } from '../recording.ts';
import { PACE } from '../session.ts';
import { CONNECTIONS_MAX, INPUTS_MAX, PIPELINE_MAX, Refusal } from './admit.ts';
import { ESCAPE, lengthen, shorten } from './dictionary.ts';

/** Longest unpacked form that is read. */
export const BYTES_MAX = 8_000_000;

const KINDS = ['connect', 'line', 'disconnect', 'lines'] as const;
const END = '\n';

/** The recording and the instant of it that is looked at. */
export interface Shared {
  recording: Recording;
  position: Position;
}

/** Writes version 1. Unpaired surrogates in lines become U+FFFD, which is how they reach the engine. */
export function write({ recording, position }: Shared): Uint8Array<ArrayBuffer> {
  const { seed, epoch, pace, entries, turns, at } = recording;
  const numbers: number[] = [seed, epoch];
  if (pace.commandNs === PACE.commandNs && pace.unitNs === PACE.unitNs) numbers.push(0);
  else numbers.push(1, pace.commandNs, pace.unitNs);
  const last = entries.at(-1) ?? { turns: 0, at: epoch };
  numbers.push(entries.length, turns - last.turns, at - last.at);
  if (position.turns === turns && position.at === at) numbers.push(0);
  else numbers.push(1, position.turns, position.at - epoch);
  const steps = entries.map((entry, i) => {
    const before = entries[i - 1] ?? { turns: 0, at: epoch };
    return { turns: entry.turns - before.turns, us: entry.at - before.at };
  });
  for (const entry of entries) numbers.push(entry.client * KINDS.length + KINDS.indexOf(kindOf(entry)));
  for (const step of steps) numbers.push(step.turns);
  for (const step of steps) numbers.push(Math.floor(step.us / 1000));
  for (const step of steps) numbers.push(step.us % 1000);
  const texts: string[] = [];
  for (const entry of entries) {
    if (entry.input === 'connect') texts.push(entry.name);
    if (entry.input !== 'lines') continue;
    if (kindOf(entry) === 'lines') numbers.push(entry.lines.length);
    texts.push(...entry.lines);
  }
  return pack(leb128(numbers) + shorten(texts.map(escaped).join('')));
}

/** Reads version 1. Throws {@link Refusal}; what it gives has still to be `admitted`. */
export function read(bytes: Uint8Array): Shared {
  const input = new Input(bytes);
  const seed = input.number();
  const epoch = input.number();
  const pace = input.flag() ? { commandNs: input.number(), unitNs: input.number() } : { ...PACE };
  const count = input.number();
  if (count > INPUTS_MAX) throw new Refusal('tooMany', String(INPUTS_MAX));
  const after = { turns: input.number(), at: input.number() };
  const cursor = input.flag() ? { turns: input.number(), at: epoch + input.number() } : null;
  const column = (): number[] => Array.from({ length: count }, () => input.number());
  const [kinds, turns, ms, us] = [column(), column(), column(), column()];
  const sizes = kinds.map((kind) => (KINDS[kind % KINDS.length] === 'lines' ? input.number() : 1));
  if (sizes.some((size) => size > PIPELINE_MAX)) throw new Refusal('heavy');
  if (kinds.filter((kind) => KINDS[kind % KINDS.length] === 'connect').length > CONNECTIONS_MAX) throw new Refusal('clients');
  const here = { turns: 0, at: epoch };
  const entries = kinds.map((kind, i): Recorded => {
    here.turns += turns[i] as number;
    here.at += (ms[i] as number) * 1000 + (us[i] as number);
    const common = { ...here, client: Math.floor(kind / KINDS.length) };
    switch (KINDS[kind % KINDS.length]) {
      case 'connect':
        return { ...common, input: 'connect', name: input.text() };
      case 'disconnect':
        return { ...common, input: 'disconnect' };
      default:
        return { ...common, input: 'lines', lines: Array.from({ length: sizes[i] as number }, () => input.text()) };
    }
  });
  input.end();
  const recording = { seed, epoch, pace, entries, turns: here.turns + after.turns, at: here.at + after.at };
  return { recording, position: cursor ?? { turns: recording.turns, at: recording.at } };
}

function kindOf(entry: Recorded): (typeof KINDS)[number] {
  if (entry.input !== 'lines') return entry.input;
  return entry.lines.length === 1 ? 'line' : 'lines';
}

function leb128(numbers: readonly number[]): ByteString {
  let out = '';
  for (let rest of numbers) {
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) out += String.fromCharCode((rest % 0x80) + 0x80);
    out += String.fromCharCode(rest);
  }
  return out;
}

function escaped(plain: string): ByteString {
  return utf8(plain).replace(/[\x00-\x1f]/g, `${ESCAPE}$&`) + END;
}

/** The bytes, read from the front. */
class Input {
  readonly #bytes: ByteString;
  #at = 0;
  /** The text, once the numbers are over. */
  #text: ByteString | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = unpack(bytes);
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      if (this.#at >= this.#bytes.length) throw new Refusal('truncated');
      const byte = this.#bytes.charCodeAt(this.#at++);
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Refusal('damaged');
      // More digits than the value needs are no number of ours, and would never have to end.
      if (byte === 0 && scale > 1) throw new Refusal('damaged');
      if (byte < 0x80) return value;
    }
  }

  flag(): boolean {
    const value = this.number();
    if (value > 1) throw new Refusal('damaged');
    return value === 1;
  }

  text(): string {
    this.#text ??= this.#lengthened();
    let end = this.#at;
    while (end < this.#text.length && this.#text[end] !== END) end += this.#text[end] === ESCAPE ? 2 : 1;
    if (end >= this.#text.length) throw new Refusal('truncated');
    const found = this.#text.slice(this.#at, end);
    this.#at = end + END.length;
    return decoded(found.replace(/\x1b([^])/g, '$1'));
  }

  end(): void {
    if (this.#at < (this.#text ?? this.#bytes).length) throw new Refusal('damaged');
  }

  #lengthened(): ByteString {
    const rest = this.#bytes.slice(this.#at);
    // A code stands for 24 bytes at most.
    const long = lengthen(rest);
    if (long === undefined) throw new Refusal('damaged');
    if (long.length > BYTES_MAX) throw new Refusal('tooLarge', String(BYTES_MAX));
    this.#at = 0;
    return long;
  }
}
