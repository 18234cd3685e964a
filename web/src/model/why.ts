// Facts about one bar of the lanes, in words: the card that a bar shows, and the table's last column.

import { join } from './args.ts';
import { text } from './bytes.ts';
import type { Micros } from './engine.ts';
import { search, type Lanes, type Run, type Span } from './lanes.ts';
import { count, duration } from './units.ts';
import { words } from './words/lanes.ts';

/** Runs looked at to find out behind whom somebody waited. */
const BEHIND_MAX = 200;
/** Names in a list before the rest is counted. */
const NAMES_MAX = 3;

/** How the page calls a client. */
export type NameOf = (client: number) => string;

/** What a card says: pairs of a label and a value, then sentences. */
export interface Card {
  client: number;
  title: string;
  state: string;
  facts: [string, string][];
  reasons: string[];
}

/** A command as it was sent, cut as `Run.argv` is. */
export function command(run: Run | null): string {
  return run === null ? '' : text(join(run.argv));
}

/** The run that a wait was spent behind: the one that filled most of it. `null`: nobody's. */
export function behind(lanes: Lanes, from: Micros, to: Micros): Run | null {
  let most: Run | null = null;
  let longest = 0;
  const last = lanes.until(to);
  for (let i = last - 1; i >= Math.max(0, last - BEHIND_MAX); i--) {
    const run = lanes.runs[i] as Run;
    if (run.to <= from) break;
    const shared = Math.min(run.to, to) - Math.max(run.from, from);
    if (shared > longest) [most, longest] = [run, shared];
  }
  return most;
}

/** The clients that waited while this run held the loop, longest first. */
export function heldUp(lanes: Lanes, run: Run, now: Micros): number[] {
  const out: [number, Micros][] = [];
  for (const track of lanes.tracks.values()) {
    if (track.client === run.client) continue;
    const { spans } = track;
    let waited = 0;
    for (let i = search(spans, (span) => (span.to ?? Infinity) <= run.from); i < spans.length; i++) {
      const span = spans[i] as Span;
      if (span.from >= Math.min(run.to, now)) break;
      if (span.state === 'queued') waited += Math.min(span.to ?? now, run.to, now) - Math.max(span.from, run.from);
    }
    if (waited > 0) out.push([track.client, waited]);
  }
  return out.sort((a, b) => b[1] - a[1]).map(([client]) => client);
}

/** The run with which a blocked client was served, or `null`: it was not, or not yet. */
export function servedBy(lanes: Lanes, span: Span): Run | null {
  if (span.to === null) return null;
  const next = lanes.runs[search(lanes.runs, (run) => run.from < (span.to as Micros))];
  for (let i = next === undefined ? lanes.runs.length : lanes.runs.indexOf(next); i < lanes.runs.length; i++) {
    const run = lanes.runs[i] as Run;
    if (run.from > span.to) return null;
    if (run.client === span.client && run.woken !== null) return run;
  }
  return null;
}

/** One reason for a span, for a row of the table. */
export function why(lanes: Lanes, span: Span, now: Micros, nameOf: NameOf): string {
  switch (span.state) {
    case 'executing':
      return span.run === null ? '' : runReasons(lanes, span.run, nameOf)[0] ?? words().visits(span.run.units);
    case 'queued':
      return waitReason(lanes, span.client, span.from, Math.min(span.to ?? now, now), nameOf);
    case 'blocked':
      return blockedReason(lanes, span, now, nameOf);
    case 'writing':
      return words().leaves;
    case 'paused':
      return words().held;
  }
}

/** Everything about a span. */
export function spanCard(lanes: Lanes, span: Span, now: Micros, nameOf: NameOf, argv = ''): Card {
  if (span.state === 'executing' && span.run !== null) return runCard(lanes, span.run, now, nameOf);
  const w = words();
  const open = span.to === null || span.to > now;
  const lasted = duration(Math.min(span.to ?? now, now) - span.from);
  const known = span.run !== null && span.run.from <= now;
  const facts: [string, string][] = [[w.lasted, open ? w.soFar(lasted) : lasted]];
  if (span.keys.length > 0) facts.push([w.onKeys, span.keys.map(text).join(', ')]);
  return {
    client: span.client, title: known ? command(span.run) : argv || w.noArgs, state: w.states[span.state], facts,
    reasons: [why(lanes, span, now, nameOf)],
  };
}

/** Everything about a run. */
export function runCard(lanes: Lanes, run: Run, now: Micros, nameOf: NameOf): Card {
  const w = words();
  const facts: [string, string][] = [];
  if (run.outcome !== 'collected' && run.outcome !== 'refused') facts.push([w.cost, duration(run.to - run.from)], [w.visited, count(run.units)]);
  const waited = run.from - run.arrived;
  const reasons = runReasons(lanes, run, nameOf);
  if (waited > 0) {
    facts.push([w.waited, duration(waited)]);
    reasons.push(waitReason(lanes, run.client, run.arrived, run.from, nameOf));
  }
  if (run.replied !== null && run.replied <= now) facts.push([w.replyAfter, duration(run.replied - run.arrived)]);
  const held = heldUp(lanes, run, now);
  if (held.length > 0) reasons.push(w.heldUp(held.slice(0, NAMES_MAX).map(nameOf).join(', '), Math.max(0, held.length - NAMES_MAX)));
  return { client: run.client, title: command(run), state: w.states.executing, facts, reasons };
}

function runReasons(lanes: Lanes, run: Run, nameOf: NameOf): string[] {
  const w = words();
  const out: string[] = [];
  if (run.outcome === 'collected') out.push(w.collected);
  else if (run.outcome === 'refused') out.push(w.refused);
  else if (run.error) out.push(w.failed);
  if (run.woken !== null) out.push(woken(lanes, run, nameOf));
  if (run.outcome === 'parked') out.push(w.parkedThen);
  if (run.nested.length > 0) out.push(w.nested(run.nested.length));
  return out;
}

function waitReason(lanes: Lanes, client: number, from: Micros, to: Micros, nameOf: NameOf): string {
  const run = behind(lanes, from, to);
  if (run === null) return words().behindNobody;
  const name = text((run.argv[0] ?? '').toUpperCase());
  return run.client === client ? words().behindOwn(name) : words().behind(nameOf(run.client), name);
}

function blockedReason(lanes: Lanes, span: Span, now: Micros, nameOf: NameOf): string {
  if (span.to === null || span.to > now) return words().stillParked;
  const run = servedBy(lanes, span);
  return run === null ? words().gaveUp : woken(lanes, run, nameOf);
}

function woken(lanes: Lanes, run: Run, nameOf: NameOf): string {
  const { key, by } = run.woken as NonNullable<Run['woken']>;
  const writer = by === null ? undefined : lanes.runOf(by);
  if (writer === undefined) return words().wokenKey(text(key));
  return words().wokenBy(nameOf(writer.client), text((writer.argv[0] ?? '').toUpperCase()), text(key));
}
