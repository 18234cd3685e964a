// One client's lane: its spans one after the other, the request bytes that have arrived, and the commands whose replies
// have not left. `Lanes` decides what begins and ends; this file keeps spans from overlapping.

import type { ByteString, Micros } from './engine.ts';
import type { Run } from './lanes.ts';
import type { Call } from './latency.ts';

/** What a client is doing; between spans it thinks. */
export type State = 'queued' | 'executing' | 'blocked' | 'writing' | 'paused';

/** A stretch of time in one state. `to` is `null` while it lasts. */
export interface Span {
  client: number;
  state: State;
  from: Micros;
  to: Micros | null;
  /** When it began in truth: before `from` where the client's own command was still being paid for. */
  since: Micros;
  /** The command this is about: the one that waited, runs, was parked, or whose reply is ready. `null`: not known yet. */
  run: Run | null;
  /** The keys a blocked client waits for. */
  keys: readonly ByteString[];
}

/** Arguments of a command that are remembered, and bytes of each. */
const ARGS_MAX = 6;
const ARG_BYTES_MAX = 60;

/** A client's history. */
export class Track {
  readonly client: number;
  readonly from: Micros;
  /** When the connection ended. */
  to: Micros | null = null;
  spans: Span[] = [];
  open: Span | null = null;
  /** Until when its time is accounted for. */
  cursor: Micros;
  /** The command that just ran, until it is known what becomes of it. */
  call: Call | null = null;
  /** The call of a parked command. */
  parked: Call | null = null;
  /** Commands that have ended and whose replies have not left. */
  calls: { call: Call; run: Run | null; at: Micros }[] = [];
  /** Reads that hold bytes no command has used, oldest first. */
  #reads: { at: Micros; bytes: number }[] = [];
  #lastRead: Micros | null = null;
  /** The last queued span, until it is known what waited. */
  #waited: Span | null = null;

  constructor(client: number, at: Micros) {
    this.client = client;
    this.from = at;
    this.cursor = at;
  }

  /** Request bytes were read. */
  arrived(at: Micros, bytes: number): void {
    this.#reads.push({ at, bytes });
    this.#lastRead = at;
  }

  /** The client joins the queue, so nothing but the last read is left to be executed. */
  resync(): void {
    if (this.#reads.length > 1) this.#reads.splice(0, this.#reads.length - 1);
  }

  /** Whether bytes are left for another command. */
  get pending(): boolean {
    return this.#reads.length > 0;
  }

  /** A command begins: when the read that completed it came in. */
  took(argv: readonly ByteString[], now: Micros): Micros {
    let bytes = encodedLength(argv);
    let at = this.#lastRead ?? now;
    while (bytes > 0 && this.#reads.length > 0) {
      const read = this.#reads[0] as { at: Micros; bytes: number };
      at = read.at;
      const used = Math.min(bytes, read.bytes);
      bytes -= used;
      read.bytes -= used;
      if (read.bytes === 0) this.#reads.shift();
    }
    return at;
  }

  /** A command whose arguments are not known: it used what was read first, whatever else that holds. */
  tookSome(now: Micros): Micros {
    return this.#reads.shift()?.at ?? this.#lastRead ?? now;
  }

  /** A command ran: its own span, and now it is known what the wait before it was for. */
  ran(run: Run): void {
    if (this.#waited !== null && this.#waited.to === run.from) this.#waited.run = run;
    this.#waited = null;
    this.cursor = Math.max(this.cursor, run.to);
    if (run.to > run.from) this.spans.push({ client: this.client, state: 'executing', from: run.from, to: run.to, since: run.from, run, keys: [] });
  }

  /** The end of a wait is remembered until its command is known. */
  waited(span: Span): void {
    this.#waited = span;
  }

  /** Drops what ended before. */
  forgetBefore(at: Micros): void {
    let count = 0;
    while (count < this.spans.length && ((this.spans[count] as Span).to ?? Infinity) < at) count++;
    if (count > 0) this.spans.splice(0, count);
  }

  /** No bytes and no replies are outstanding any more. */
  clear(): void {
    this.#reads = [];
    this.#waited = null;
  }
}

/** Opens a span at `at`, or where the last one ends if that is later. Ends an open one. */
export function begin(track: Track, state: State, at: Micros): Span {
  end(track, at);
  const span: Span = { client: track.client, state, from: Math.max(at, track.cursor), to: null, since: at, run: null, keys: [] };
  track.open = span;
  track.spans.push(span);
  return span;
}

/** Ends the open span; what took no time leaves no trace. */
export function end(track: Track, at: Micros): void {
  const span = track.open;
  if (span === null) return;
  track.open = null;
  span.to = Math.max(span.from, at);
  track.cursor = span.to;
  if (span.state === 'queued' || span.state === 'paused') track.waited(span);
  if (span.to === span.from) track.spans.splice(track.spans.lastIndexOf(span), 1);
}

/** Nothing is outstanding any more. */
export function forget(track: Track): void {
  track.call = null;
  track.parked = null;
  track.calls = [];
  track.clear();
}

/** The call with its reply gone at `at`; it had ended at `from`. */
export function finished(call: Call, from: Micros, at: Micros): Call {
  return { ...call, leaving: at - from, replied: at };
}

/** The first arguments, each cut, so that a history of large values stays small. */
export function brief(argv: readonly ByteString[]): readonly ByteString[] {
  if (argv.length <= ARGS_MAX && argv.every((arg) => arg.length <= ARG_BYTES_MAX)) return argv;
  const kept = argv.slice(0, ARGS_MAX).map((arg) => (arg.length > ARG_BYTES_MAX ? `${arg.slice(0, ARG_BYTES_MAX)}...` : arg));
  return argv.length > ARGS_MAX ? [...kept, '...'] : kept;
}

/** Bytes of a command as clients send it. */
function encodedLength(argv: readonly ByteString[]): number {
  let bytes = 3 + digits(argv.length);
  for (const { length } of argv) bytes += 5 + digits(length) + length;
  return bytes;
}

function digits(n: number): number {
  return String(n).length;
}
