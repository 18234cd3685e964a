// The folded time axis of the lanes.
//
// The engine runs commands in microseconds while people type in seconds, so a linear time axis would show nothing.
// The axis is made of the loop's own stretches: each command takes a width that grows with its cost (a power law), each
// idle gap is folded to at most a few pixels and labelled. Inside a stretch time is linear. So a slow command is visibly
// wide, everybody who waited for it is hatched beside it, and no command is ever too small to see. Zoom scales widths.

import type { Micros } from './engine.ts';
import { search, type Run } from './lanes.ts';

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

  /** Where a time lies, clamped to what is visible; of a command that took no time, its right edge. */
  x(at: Micros): number {
    const s = this.stretches[search(this.stretches, (each) => each.from <= at) - 1] ?? this.stretches[0];
    return s === undefined ? 0 : inside(s, at, 1);
  }

  /** Where a time is first reached: of a command that took no time, its left edge. */
  left(at: Micros): number {
    const s = this.stretches[search(this.stretches, (each) => each.to < at)] ?? this.stretches.at(-1);
    return s === undefined ? 0 : inside(s, at, 0);
  }

  /** The time that lies at a pixel. */
  at(x: number): Micros {
    const s = this.stretches[search(this.stretches, (each) => each.x + each.width < x)] ?? this.stretches.at(-1);
    if (s === undefined) return 0;
    const part = s.width === 0 ? 0 : Math.max(0, Math.min(1, (x - s.x) / s.width));
    return Math.round(s.from + (s.to - s.from) * part);
  }
}

function inside(s: Stretch, at: Micros, instant: number): number {
  const part = s.to === s.from ? (at > s.from ? 1 : at < s.from ? 0 : instant) : (at - s.from) / (s.to - s.from);
  return s.x + s.width * Math.max(0, Math.min(1, part));
}

/** The most stretches of one picture: zoomed out further, there is nothing to be told apart. */
export const STRETCHES_MAX = 3000;
export const ZOOM_MIN = 0.01;
export const ZOOM_MAX = 32;
/** Fitting does not blow few commands up any further. */
const FIT_MAX = 4;

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
export function layout(runs: readonly Run[], now: Micros, width: number, zoom = 1): Axis {
  const out: Stretch[] = [];
  let used = 0;
  let edge = now;
  for (let i = search(runs, (run) => run.from <= now) - 1; i >= 0 && used < width && out.length < STRETCHES_MAX; i--) {
    const run = runs[i] as Run;
    const to = Math.min(run.to, now);
    if (edge > to) used += add(out, to, edge, idleWidth(edge - to) * zoom, null);
    const full = runWidth(run.to - run.from) * zoom;
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
  out.reverse();
  const [first] = out;
  if (first !== undefined && first.x < 0) {
    first.from = Math.round(first.from + ((first.to - first.from) * -first.x) / first.width);
    first.width += first.x;
    first.x = 0;
  }
  return new Axis(out);
}

/** The time that lies `dx` pixels after `at`, negative: before; not beyond the first run and `now`. */
export function shifted(runs: readonly Run[], now: Micros, at: Micros, dx: number, zoom: number): Micros {
  const first = runs[0]?.from ?? now;
  if (dx < 0) {
    const axis = layout(runs, Math.min(at, now), -dx, zoom);
    return axis.stretches.length === 0 ? first : Math.max(first, axis.at(axis.end + dx));
  }
  let left = dx;
  let edge = Math.max(at, first);
  // The run that goes on at `at`, then gaps and runs in turn.
  for (let i = Math.max(0, search(runs, (run) => run.from < edge) - 1); i < runs.length && left > 0; i++) {
    const run = runs[i] as Run;
    for (const [from, to, width] of [[edge, run.from, idleWidth(run.from - edge)], [run.from, run.to, runWidth(run.to - run.from)]] as const) {
      if (to < edge || from >= now || left <= 0) continue;
      const begin = Math.max(from, edge);
      const part = to === from ? width * zoom : (width * zoom * (to - begin)) / (to - from);
      if (part >= left) return Math.min(now, Math.round(begin + (to - begin) * (left / part)));
      left -= part;
      edge = to;
    }
  }
  return now;
}

/** The zoom at which all runs up to `now` fill the width, as far as the limits allow. */
export function fitting(runs: readonly Run[], now: Micros, width: number): number {
  const { end } = layout(runs, now, Infinity, 1);
  return end === 0 ? 1 : Math.max(ZOOM_MIN, Math.min(FIT_MAX, width / (end + 1)));
}

function add(out: Stretch[], from: Micros, to: Micros, width: number, run: Run | null): number {
  out.push({ from, to, x: 0, width, run });
  return width;
}
