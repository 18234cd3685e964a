// How long commands took, by client: histograms whose percentiles have a bounded relative error, and the calls behind
// them.
//
// Values are sorted into buckets as HDR histograms do it: 32 buckets to every doubling, so a bucket is at most 1/32 of
// its value wide and its middle is off by at most 1/64, 1.6 %. Below 64 µs every microsecond has its own. Count,
// minimum, maximum and mean are exact.

import type { ByteString, Micros } from './engine.ts';

/** One command from the arrival of its request to the leaving of its reply; the four parts add up to that. */
export interface Call {
  client: number;
  argv: readonly ByteString[];
  /** The task it ended in. */
  turns: number;
  units: number;
  error: boolean;
  arrived: Micros;
  /** When it first ran. */
  started: Micros;
  replied: Micros;
  /** In the queue, or held back by CLIENT PAUSE. */
  waited: Micros;
  executing: Micros;
  /** Parked on keys. */
  blocked: Micros;
  /** The reply was ready and had not left. */
  leaving: Micros;
}

/** From arrival to reply, in microseconds. */
export function took(call: Call): Micros {
  return call.replied - call.arrived;
}

/** Half the relative width of a bucket: what a percentile may be off by. */
export const ERROR_MAX = 1 / 64;
const LINEAR = 64;
const PER_DOUBLING = 32;

/** Counts of durations. */
export class Histogram {
  count = 0;
  sum = 0;
  min = Infinity;
  max = 0;
  readonly #buckets: number[] = [];

  /** Counts a duration in microseconds. */
  add(us: number): void {
    const value = Math.max(0, us);
    const index = bucketOf(value);
    while (this.#buckets.length <= index) this.#buckets.push(0);
    (this.#buckets[index] as number)++;
    this.count++;
    this.sum += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  /** The duration that a share `q` (0 to 1) of all does not exceed, to within {@link ERROR_MAX}. 0 when empty. */
  quantile(q: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.count));
    if (rank >= this.count) return this.max;
    let seen = 0;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i] as number;
      if (seen >= rank) return Math.min(this.max, Math.max(this.min, middleOf(i)));
    }
    return this.max;
  }

  /** Counts by doubling, for a small picture: element `i` counts what is at least `2 ** i` and below `2 ** (i + 1)` µs; the first also less. */
  doublings(): number[] {
    const out: number[] = [];
    this.#buckets.forEach((n, i) => {
      if (n === 0) return;
      const at = doublingOf(lowerOf(i));
      while (out.length <= at) out.push(0);
      out[at] = (out[at] as number) + n;
    });
    return out;
  }
}

/** How many calls are kept to be listed. */
export const CALLS_MAX = 20_000;
const FORGET = 2000;

/** The four places a command's time goes. */
export type Parts = Pick<Call, 'waited' | 'executing' | 'blocked' | 'leaving'>;

/** One client's commands, or everybody's. */
export class Measured {
  readonly total = new Histogram();
  readonly parts: Parts = { waited: 0, executing: 0, blocked: 0, leaving: 0 };

  add(call: Call): void {
    this.total.add(took(call));
    this.parts.waited += call.waited;
    this.parts.executing += call.executing;
    this.parts.blocked += call.blocked;
    this.parts.leaving += call.leaving;
  }
}

/** All latencies. */
export class Latency {
  readonly all = new Measured();
  readonly clients = new Map<number, Measured>();
  /** The latest, in the order in which their replies left. */
  calls: Call[] = [];

  add(call: Call): void {
    this.all.add(call);
    let client = this.clients.get(call.client);
    if (client === undefined) this.clients.set(call.client, (client = new Measured()));
    client.add(call);
    this.calls.push(call);
    if (this.calls.length > CALLS_MAX) this.calls.splice(0, FORGET);
  }

  /** What was known at an instant, as far as its calls are kept. */
  until(now: Micros): Latency {
    const then = new Latency();
    for (const call of this.calls) {
      if (call.replied > now) break;
      then.add(call);
    }
    return then;
  }

  /** The slowest calls, of one client or all, that took at least `from` and less than `to`. */
  slowest(most: number, client: number | null, from = 0, to = Infinity): Call[] {
    return this.calls
      .filter((call) => (client === null || call.client === client) && took(call) >= from && took(call) < to)
      .sort((a, b) => took(b) - took(a) || b.turns - a.turns)
      .slice(0, most);
  }
}

function doublingOf(us: number): number {
  return us < 2 ? 0 : exponent(us);
}

function exponent(value: number): number {
  let e = Math.floor(Math.log2(value));
  // The logarithm is rounded: next to a power of two it may be one off.
  if (2 ** e > value) e--;
  else if (2 ** (e + 1) <= value) e++;
  return e;
}

function bucketOf(value: number): number {
  if (value < LINEAR) return Math.floor(value);
  const e = exponent(value);
  return LINEAR + (e - 6) * PER_DOUBLING + Math.floor((value / 2 ** e - 1) * PER_DOUBLING);
}

function lowerOf(index: number): number {
  if (index < LINEAR) return index;
  const above = index - LINEAR;
  return 2 ** (6 + Math.floor(above / PER_DOUBLING)) * (1 + (above % PER_DOUBLING) / PER_DOUBLING);
}

function middleOf(index: number): number {
  return index < LINEAR ? index : (lowerOf(index) + lowerOf(index + 1)) / 2;
}
