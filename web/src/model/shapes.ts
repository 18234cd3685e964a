// SVG path data for the lanes' shapes, with one decimal: enough for the eye, and the same on every machine.

import type { Axis } from './axis.ts';
import type { Micros } from './engine.ts';
import type { Lanes } from './lanes.ts';

/** Pixels that one step of the crowd's outline spans. */
const STEP = 4;
/** Runs after the picture's end that are asked whether they were waiting in it. */
const LATER_MAX = 2000;

/** A number to one decimal. */
export function n(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A rectangle with round corners where it is large enough to have any. */
export function box(x: number, y: number, width: number, height: number, radius: number): string {
  const r = Math.min(radius, width / 2 - 0.5, height / 2);
  const [w, h] = [n(width), n(height)];
  if (r < 1) return `M${n(x)} ${n(y)}h${w}v${h}h${n(-w)}z`;
  const k = n(r);
  const [iw, ih] = [n(w - 2 * k), n(h - 2 * k)];
  return `M${n(x + k)} ${n(y)}h${iw}a${k} ${k} 0 0 1 ${k} ${k}v${ih}a${k} ${k} 0 0 1 ${-k} ${k}h${n(-iw)}a${k} ${k} 0 0 1 ${-k} ${-k}v${n(-ih)}a${k} ${k} 0 0 1 ${k} ${-k}z`;
}

/** A line from one lane to another, leaving and arriving upright. */
export function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = n((y2 - y1) / 2);
  return `M${n(x1)} ${n(y1)}C${n(x1)} ${n(y1 + bend)} ${n(x2)} ${n(y2 - bend)} ${n(x2)} ${n(y2)}`;
}

/** The head of an arrow whose tip is at a point. */
export function head(x: number, y: number, down: boolean): string {
  const back = down ? -6 : 6;
  return `M${n(x)} ${n(y)}l-3.5 ${back}h7z`;
}

/** Outlines of how many clients of a crowd wait, are parked, and run, over time. */
export interface Crowd {
  queued: string;
  blocked: string;
  executing: string;
  /** The most that waited at once. */
  most: number;
}

/** Counts what clients without a lane of their own did. Looks only at what is in the picture. */
export function crowd(lanes: Lanes, clients: readonly number[], axis: Axis, now: Micros, left: number, y: number, height: number): Crowd {
  const steps = Math.max(1, Math.ceil(axis.end / STEP));
  const queued = new Int32Array(steps + 1);
  const blocked = new Int32Array(steps + 1);
  const hidden = new Set(clients);
  const add = (counts: Int32Array, from: number, to: number): void => {
    // Sums of widths may be a hair beyond either end.
    const first = Math.max(0, Math.floor(from / STEP));
    const last = Math.min(steps, Math.ceil(to / STEP));
    if (last <= first) return;
    counts[first] = (counts[first] as number) + 1;
    counts[last] = (counts[last] as number) - 1;
  };
  let executing = '';
  let edge = -1;
  for (const { run, x, width } of axis.stretches) {
    if (run === null || !hidden.has(run.client)) continue;
    if (run.woken === null && run.arrived < run.from) add(queued, axis.x(run.arrived), x);
    if (x + width - Math.max(x, edge) < 0.5) continue;
    executing += box(left + Math.max(x, edge), y + height * 0.7, Math.max(1, x + width - 1 - Math.max(x, edge)), height * 0.3, 2);
    edge = x + width;
  }
  // Whoever ran later than what is shown may have waited in it.
  const first = lanes.until(now);
  for (let i = first; i < Math.min(lanes.runs.length, first + LATER_MAX); i++) {
    const run = lanes.runs[i];
    if (run !== undefined && run.woken === null && run.arrived < now && hidden.has(run.client)) add(queued, axis.x(run.arrived), axis.end);
  }
  for (const id of clients) {
    const open = lanes.tracks.get(id)?.open;
    if (open == null || open.from >= now) continue;
    if (open.state === 'queued') add(queued, axis.x(open.from), axis.end);
    if (open.state === 'blocked') add(blocked, axis.x(open.from), axis.end);
  }
  return { queued: outline(queued, axis.end, left, y, height * 0.66, clients.length), blocked: outline(blocked, axis.end, left, y, height * 0.66, clients.length), executing, most: peak(queued) };
}

function peak(counts: Int32Array): number {
  let now = 0;
  let most = 0;
  for (const change of counts) most = Math.max(most, (now += change));
  return most;
}

/** Steps as high as the share of the crowd, but never too low to be seen. */
function outline(changes: Int32Array, width: number, left: number, y: number, height: number, all: number): string {
  let path = '';
  let count = 0;
  let open = false;
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as number;
    count += change;
    const x = n(left + Math.min(width, i * STEP));
    const top = n(y + height - (count === 0 ? 0 : Math.max(2, height * Math.sqrt(count / all))));
    if (change === 0 && i > 0) continue;
    if (!open && count > 0) {
      path += `M${x} ${n(y + height)}V${top}`;
      open = true;
    } else if (open) path += `H${x}V${top}`;
    if (open && count === 0) {
      path += 'z';
      open = false;
    }
  }
  return open ? `${path}H${n(left + width)}V${n(y + height)}z` : path;
}
