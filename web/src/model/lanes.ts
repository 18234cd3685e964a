// The swim-lanes: who executed, who waited, who was parked, and when. Built from the event log alone.
//
// The engine runs commands in microseconds while people type in seconds, so a linear time axis would show nothing.
// The axis is made of the loop's own stretches: each command takes a width that grows with its cost (a power law), each
// idle gap is folded to at most a few pixels and labelled. Inside a stretch time is linear. So a slow command is visibly
// wide, everybody who waited for it is hatched beside it, and no command is ever too small to see.

import type { ByteString, LoopEvent, Micros } from './engine.ts';

/** One command on the loop: `to` is when its modelled cost is paid, `turns` the number of the task it ran in. */
export interface Run {
  client: number;
  turns: number;
  from: Micros;
  to: Micros;
  argv: readonly ByteString[];
  units: number;
  error: boolean;
}

/** A stretch of time in which a client could not go on. `to` is `null` while it lasts. */
export interface Span {
  client: number;
  kind: 'waiting' | 'blocked';
  from: Micros;
  to: Micros | null;
  /** The keys a blocked client waits for. */
  keys: readonly ByteString[];
}

/** How many runs and spans are remembered: more than fit on any screen. */
export const RUNS_MAX = 1000;

/** The history that the lanes are drawn from. */
export class Lanes {
  runs: Run[] = [];
  spans: Span[] = [];
  #open = new Map<number, Span>();
  #started: Run[] = [];
  #turns = 0;

  /** Takes events in order. */
  apply(event: LoopEvent): void {
    switch (event.kind) {
      case 'queued':
        this.#begin(event.client, 'waiting', event.at, []);
        return;
      case 'task':
        this.#turns++;
        // Whether or not a command comes of it, the wait is over.
        if (event.task.task === 'readable') this.#end(event.task.client, event.at);
        return;
      case 'command':
        if (event.depth > 0) return;
        this.#end(event.client, event.at);
        this.#started.push({ client: event.client, turns: this.#turns, from: event.at, to: event.at, argv: event.argv, units: 0, error: false });
        return;
      case 'done': {
        if (event.depth > 0) return;
        const run = this.#started.pop();
        if (run === undefined) return;
        this.#started = [];
        this.#add({ ...run, to: Math.max(event.until, run.from), units: event.units, error: event.error });
        return;
      }
      case 'blocked':
        this.#end(event.client, event.at);
        this.#begin(event.client, 'blocked', event.at, event.keys);
        return;
      case 'collected':
      case 'refused':
        // It took its turn and no time: a mark of its own, so that it is seen.
        this.#add({ client: event.client, turns: this.#turns, from: event.at, to: event.at, argv: argvOf(event), units: 0, error: event.kind === 'refused' });
        return;
      case 'woken':
      case 'unblocked':
      case 'disconnected':
        this.#end(event.client, event.at);
        return;
      default:
    }
  }

  #add(run: Run): void {
    this.runs.push(run);
    if (this.runs.length > RUNS_MAX) this.runs.shift();
  }

  #begin(client: number, kind: Span['kind'], from: Micros, keys: readonly ByteString[]): void {
    if (this.#open.has(client)) return;
    const span: Span = { client, kind, from, to: null, keys };
    this.#open.set(client, span);
    this.spans.push(span);
    if (this.spans.length > RUNS_MAX) this.spans.shift();
  }

  #end(client: number, at: Micros): void {
    const span = this.#open.get(client);
    if (span === undefined) return;
    span.to = at;
    this.#open.delete(client);
    // Nothing was visible of a wait that took no time.
    if (span.to === span.from) this.spans.splice(this.spans.lastIndexOf(span), 1);
  }

  /** Since when the client waits in the queue or is blocked, or `null`. */
  since(client: number): Micros | null {
    return this.#open.get(client)?.from ?? null;
  }
}

function argvOf(event: { argv: readonly ByteString[] } | { name: ByteString }): readonly ByteString[] {
  return 'argv' in event ? event.argv : [event.name];
}

/** A piece of the axis. */
export interface Stretch {
  from: Micros;
  to: Micros;
  x: number;
  width: number;
  /** The command that ran, or `null` for an idle gap. */
  run: Run | null;
}

/** The visible piece of time and where it lies in pixels. */
export class Axis {
  readonly stretches: readonly Stretch[];
  readonly end: number;

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches;
    const last = stretches.at(-1);
    this.end = last === undefined ? 0 : last.x + last.width;
  }

  /** The earliest visible time. */
  get start(): Micros {
    return this.stretches[0]?.from ?? 0;
  }

  /** Where a time lies, clamped to what is visible. */
  x(at: Micros): number {
    let low = 0;
    let high = this.stretches.length - 1;
    if (high < 0) return 0;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.stretches[middle] as Stretch).from <= at) low = middle;
      else high = middle - 1;
    }
    const s = this.stretches[low] as Stretch;
    const part = s.to === s.from ? 1 : (at - s.from) / (s.to - s.from);
    return s.x + s.width * Math.max(0, Math.min(1, part));
  }
}

const IDLE_MAX = 34;
const BUSY_MIN = 12;
const BUSY_MAX = 460;

/** The width of a command that costs `us` microseconds: 12 px for 1 µs, about 200 px for 10 ms. */
export function runWidth(us: number): number {
  return Math.min(BUSY_MAX, Math.max(BUSY_MIN, BUSY_MIN * us ** 0.31));
}

/** The width of an idle gap: never more than a fold. */
export function idleWidth(us: number): number {
  return us <= 0 ? 0 : Math.min(IDLE_MAX, 3 + 5 * Math.log10(1 + us / 10));
}

/** Lays the newest runs out so that they end at `now` and fill at most `width` pixels. */
export function layout(runs: readonly Run[], now: Micros, width: number): Axis {
  const out: Stretch[] = [];
  let used = 0;
  let edge = now;
  for (let i = runs.length - 1; i >= 0 && used < width; i--) {
    const run = runs[i] as Run;
    if (run.from > now) continue;
    const to = Math.min(run.to, now);
    if (edge > to) used += add(out, to, edge, idleWidth(edge - to), null);
    const full = runWidth(run.to - run.from);
    const part = run.to === run.from ? 1 : (to - run.from) / (run.to - run.from);
    used += add(out, run.from, to, full * part, run);
    edge = run.from;
  }
  // Place from the right, then shift so that a short history starts at the left.
  let x = Math.min(used, width);
  for (const stretch of out) {
    x -= stretch.width;
    stretch.x = x;
  }
  return new Axis(out.reverse());
}

function add(out: Stretch[], from: Micros, to: Micros, width: number, run: Run | null): number {
  out.push({ from, to, x: 0, width, run });
  return width;
}
