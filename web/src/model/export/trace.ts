// The lanes in the trace event format, as Perfetto (ui.perfetto.dev) and Chrome (chrome://tracing) open it: a track for
// the loop and one for each client, a complete event ("X") for every span and every run, with arguments, and flow
// events ("s", "f") from the command that filled a key to the client it woke. Times are microseconds since the session
// began.

import { join } from '../args.ts';
import { text } from '../bytes.ts';
import type { Micros } from '../engine.ts';
import type { Lanes, Run, Span } from '../lanes.ts';

/** One entry of `traceEvents`. */
export interface TraceEvent {
  name: string;
  ph: 'X' | 'M' | 's' | 'f';
  pid: number;
  tid: number;
  ts?: Micros;
  dur?: Micros;
  cat?: string;
  id?: number;
  /** A flow's end is bound to the slice that encloses it. */
  bp?: 'e';
  args?: Record<string, string | number | boolean | null>;
}

/** A trace file. */
export interface Trace {
  traceEvents: TraceEvent[];
  displayTimeUnit: 'ms' | 'ns';
  otherData: Record<string, string>;
}

const PID = 1;
/** The loop's track; a client's is its id and 1. */
const LOOP = 1;

/** Everything up to `now`. */
export function toTrace(lanes: Lanes, epoch: Micros, now: Micros, nameOf: (client: number) => string): Trace {
  const events: TraceEvent[] = [meta('process_name', LOOP, { name: 'Redloop' }), ...track(LOOP, 'loop', 0)];
  for (const { client } of lanes.tracks.values()) events.push(...track(tidOf(client), nameOf(client), client + 1));
  for (const run of lanes.runs) {
    if (run.from >= now) break;
    events.push(slice(LOOP, 'loop', `${nameOf(run.client)}: ${title(run)}`, run.from, Math.min(run.to, now), epoch, { client: nameOf(run.client), ...facts(run) }));
  }
  for (const { spans } of lanes.tracks.values()) {
    for (const span of spans) {
      if (span.from >= now) break;
      events.push(...client(span, epoch, now));
    }
  }
  for (const run of lanes.runs) {
    const writer = run.woken?.by == null || run.from >= now ? undefined : lanes.runOf(run.woken.by);
    if (writer === undefined || run.woken === null) continue;
    const name = `woken by ${text(run.woken.key)}`;
    events.push({ name, cat: 'wake', ph: 's', id: run.turns, pid: PID, tid: tidOf(writer.client), ts: writer.from - epoch });
    events.push({ name, cat: 'wake', ph: 'f', bp: 'e', id: run.turns, pid: PID, tid: tidOf(run.client), ts: run.from - epoch });
  }
  return { traceEvents: events, displayTimeUnit: 'ns', otherData: { source: 'Redloop playground', clock: 'virtual microseconds' } };
}

function client(span: Span, epoch: Micros, now: Micros): TraceEvent[] {
  const to = Math.min(span.to ?? now, now);
  const tid = tidOf(span.client);
  const { run } = span;
  if (span.state !== 'executing' || run === null) {
    const args = { command: run === null || run.from >= now ? null : command(run), keys: span.keys.length === 0 ? null : span.keys.map(text).join(' ') };
    return [slice(tid, span.state, span.state, span.from, to, epoch, args)];
  }
  const inner = run.nested.filter(({ at }) => at < to).map(({ at, to: end, name, error }) => slice(tid, 'nested', text(name), at, Math.min(end, to), epoch, { error }));
  return [slice(tid, span.state, title(run), span.from, to, epoch, facts(run)), ...inner];
}

function facts(run: Run): Record<string, string | number | boolean> {
  return { command: command(run), units: run.units, waited_us: run.from - run.arrived, outcome: run.outcome, error: run.error };
}

function slice(tid: number, cat: string, name: string, from: Micros, to: Micros, epoch: Micros, args: NonNullable<TraceEvent['args']>): TraceEvent {
  return { name, cat, ph: 'X', pid: PID, tid, ts: from - epoch, dur: Math.max(0, to - from), args };
}

function track(tid: number, name: string, order: number): TraceEvent[] {
  return [meta('thread_name', tid, { name }), meta('thread_sort_index', tid, { sort_index: order })];
}

function meta(name: string, tid: number, args: NonNullable<TraceEvent['args']>): TraceEvent {
  return { name, ph: 'M', pid: PID, tid, args };
}

function tidOf(id: number): number {
  return id + 1;
}

function title(run: Run): string {
  return text((run.argv[0] ?? '').toUpperCase());
}

function command(run: Run): string {
  return text(join(run.argv));
}
