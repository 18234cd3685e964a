// The lanes as lines of a table: every span and every command that took no time, newest first, bounded however many
// clients there are.

import type { Micros } from './engine.ts';
import { search, type Lanes, type Run, type Span, type State } from './lanes.ts';
import { command, runCard, why, type NameOf } from './why.ts';

/** One line. */
export interface Line {
  client: number;
  state: State;
  from: Micros;
  to: Micros | null;
  command: string;
  /** The run to look at, if there is one. */
  run: Run | null;
  why: (nameOf: NameOf) => string;
}

export type Column = 'client' | 'state' | 'from' | 'duration' | 'command';

/** Lines of all clients together, and the least that each of many gets. */
const LINES_MAX = 6000;
const EACH_MIN = 4;

/** The newest lines of these clients up to `now`. */
export function rowsOf(lanes: Lanes, clients: readonly number[], now: Micros): Line[] {
  const each = Math.max(EACH_MIN, Math.floor(LINES_MAX / Math.max(1, clients.length)));
  const out: Line[] = [];
  for (const id of clients) {
    const spans = lanes.tracks.get(id)?.spans ?? [];
    const end = search(spans, (span) => span.from < now);
    for (let i = Math.max(0, end - each); i < end; i++) out.push(spanLine(lanes, spans[i] as Span, now));
  }
  const wanted = new Set(clients);
  const last = lanes.until(now);
  for (let i = Math.max(0, last - each); i < last; i++) {
    const run = lanes.runs[i] as Run;
    if (run.from === run.to && wanted.has(run.client)) out.push(markLine(lanes, run, now));
  }
  return out;
}

/** Sorted by a column; equal ones newest first. */
export function sorted(lines: Line[], by: Column, down: boolean, nameOf: NameOf): Line[] {
  const sign = down ? -1 : 1;
  const lasted = ({ from, to }: Line): number => (to ?? Number.MAX_SAFE_INTEGER) - from;
  const compare: Record<Column, (a: Line, b: Line) => number> = {
    client: (a, b) => compareText(nameOf(a.client), nameOf(b.client)),
    state: (a, b) => compareText(a.state, b.state),
    from: (a, b) => a.from - b.from || a.client - b.client,
    duration: (a, b) => lasted(a) - lasted(b),
    command: (a, b) => compareText(a.command, b.command),
  };
  return lines.sort((a, b) => sign * compare[by](a, b) || b.from - a.from);
}

function spanLine(lanes: Lanes, span: Span, now: Micros): Line {
  const run = span.run !== null && span.run.from <= now ? span.run : null;
  return { client: span.client, state: span.state, from: span.from, to: span.to, command: command(run), run, why: (nameOf) => why(lanes, span, now, nameOf) };
}

function markLine(lanes: Lanes, run: Run, now: Micros): Line {
  return { client: run.client, state: 'executing', from: run.from, to: run.to, command: command(run), run, why: (nameOf) => runCard(lanes, run, now, nameOf).reasons[0] ?? '' };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
