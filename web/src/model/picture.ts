// What the lanes look like, as numbers and paths: the page draws it with Lit, the export writes it to a file, the
// goldens compare it. However many clients and commands there are, the number of shapes is bounded: everything a client
// did in one state is one path, bars closer than a pixel are one bar, and clients beyond the last row share a lane that
// shows how many of them run, wait and are parked.

import { join } from './args.ts';
import { layout, type Axis } from './axis.ts';
import { text } from './bytes.ts';
import type { Micros } from './engine.ts';
import { search, type Lanes, type Run, type Span, type State, type Track } from './lanes.ts';
import { box, crowd, curve, head, n, type Crowd } from './shapes.ts';
import { duration } from './units.ts';
import { behind } from './why.ts';
import { words } from './words/lanes.ts';

/** Pixels that names take on the left, that stay free on the right, and that the scale takes below. */
export const LABEL = 80;
const RIGHT = 30;
export const FOOT = 34;
const ROW_MAX = 58;
const ROW_MIN = 22;
/** Idle gaps from this length on are marked. */
const FOLD_US = 100_000;
/** Most words inside bars, arrows, and marks of folds and times. */
const TEXTS_MAX = 120;
const ARROWS_MAX = 40;
const MARKS_MAX = 60;
/** Width of a character inside bars and of one below them. */
const IN_CHAR = 6.7;
const SMALL_CHAR = 6;

/** A client to give a lane. */
export interface Lane {
  id: number;
  name: string;
  colour: number;
}

/** What to show of a history. */
export interface Scope {
  lanes: Lanes;
  clients: readonly Lane[];
  /** Nothing later is shown. */
  now: Micros;
  /** The right edge; `now` follows. */
  end: Micros;
  /** When the session began: what the scale counts from. */
  epoch: Micros;
  width: number;
  height: number;
  zoom: number;
  /** The first client with a lane of its own. */
  offset: number;
  selected: Target | null;
}

/** A bar that can be pointed at: a span, or the mark of a command that took no time. */
export interface Target {
  client: number;
  span: Span | null;
  run: Run | null;
}

export interface Words {
  x: number;
  y: number;
  text: string;
}

/** A client's lane: a path for each state. */
export interface Row extends Lane {
  y: number;
  paths: Record<State, string>;
  /** Outlines of what was answered with an error, and the commands inside EXEC. */
  errors: string;
  nested: string;
  inside: Words[];
  beside: Words[];
}

export interface Arrow {
  colour: number;
  line: string;
  head: string;
}

export interface Picture {
  width: number;
  height: number;
  axis: Axis;
  pitch: number;
  bar: number;
  rows: Row[];
  /** Clients without a lane of their own. */
  crowd: Crowd & { count: number; y: number } | null;
  loop: { y: number; free: string; busy: string; inside: Words[] };
  folds: { x: number; label: string | null }[];
  times: Words[];
  arrows: Arrow[];
  /** The frame of the selected bar, and the way to whom it waited for. */
  selected: { frame: string; link: string | null; left: number; right: number; y: number } | null;
  /** Where the rows end. */
  foot: number;
  nowX: number | null;
}

/** How many lanes of their own fit, and whether the rest needs one. */
export function fits(clients: number, height: number): number {
  const rows = Math.max(1, Math.floor((height - FOOT) / ROW_MIN) - 1);
  return clients <= rows ? clients : Math.max(1, rows - 1);
}

/** Draws a history. */
export function picture(scope: Scope): Picture {
  const { lanes, clients, width, height } = scope;
  const own = fits(clients.length, height);
  const offset = own === clients.length ? 0 : Math.max(0, Math.min(scope.offset, clients.length - own));
  const shown = clients.slice(offset, offset + own);
  const more = clients.length - own;
  const count = own + 1 + (more > 0 ? 1 : 0);
  const pitch = Math.max(ROW_MIN, Math.min(ROW_MAX, (height - FOOT) / count));
  const bar = Math.round(Math.min(28, pitch - Math.max(6, pitch * 0.32)));
  const edge = Math.min(scope.end, scope.now);
  const axis = layout(lanes.runs, edge, width - LABEL - RIGHT, scope.zoom);
  const top = (index: number): number => Math.round(index * pitch + (pitch - bar) / 2);
  const drawing = new Drawing(scope, axis, edge, bar, new Map(shown.map((client, i) => [client.id, { lane: client, y: top(i) }])));
  const foot = Math.round(count * pitch);
  const hidden = more > 0 ? [...clients.slice(0, offset), ...clients.slice(offset + own)] : [];
  const rows = shown.map((client, i) => drawing.row(client, top(i)));
  return {
    width, height, axis, pitch, bar, rows,
    crowd: more > 0 ? { ...crowd(lanes, hidden.map(({ id }) => id), axis, edge, LABEL, top(own), bar), count: more, y: top(own) } : null,
    loop: drawing.loop(top(count - 1)),
    ...drawing.scale(),
    arrows: drawing.arrows(),
    selected: drawing.selected(),
    foot,
    nowX: edge === scope.now ? LABEL + axis.end : null,
  };
}

/** What lies at a point, or `null`. */
export function pick(drawn: Picture, lanes: Lanes, x: number, y: number): Target | null {
  const row = drawn.rows.find((each) => y >= each.y - 4 && y <= each.y + drawn.bar + 4);
  if (row === undefined || x < LABEL - 2 || x > LABEL + drawn.axis.end + 2) return null;
  const track = lanes.tracks.get(row.id);
  return track === undefined ? null : targets(drawn, track).find((target) => {
    const [from, to] = extent(drawn.axis, target, Infinity);
    return x >= LABEL + from - 1 && x <= LABEL + Math.max(to, from + 3) + 1;
  }) ?? null;
}

/** Every bar of a lane that is in the picture, in order. */
export function targets({ axis }: Picture, track: Track): Target[] {
  const first = axis.start;
  const last = axis.stretches.at(-1)?.to ?? 0;
  const out: Target[] = visible(track, first, last).map((span) => ({ client: track.client, span, run: span.state === 'executing' ? span.run : null }));
  for (const { run } of axis.stretches) {
    if (run !== null && run.client === track.client && run.from === run.to) out.push({ client: track.client, span: null, run });
  }
  return out.sort((a, b) => begins(a) - begins(b));
}

/** The bar before (-1) or after (1) another one of its lane, in the picture or not; the newest where that one is gone. O(n log n). */
export function neighbour({ client, spans }: Track, runs: readonly Run[], of: Target, by: -1 | 1): Target | undefined {
  const all: Target[] = spans.map((span) => ({ client, span, run: span.state === 'executing' ? span.run : null }));
  for (const run of runs) if (run.client === client && run.from === run.to) all.push({ client, span: null, run });
  all.sort((a, b) => begins(a) - begins(b));
  const at = all.findIndex((target) => same(target, of));
  return at < 0 ? all.at(-1) : all[at + by];
}

/** Whether two targets are the same bar. */
export function same(a: Target | null, b: Target | null): boolean {
  return a !== null && b !== null && a.client === b.client && a.span === b.span && a.run === b.run;
}

/** When a bar begins. */
export function begins(target: Target): Micros {
  return target.span?.from ?? target.run?.from ?? 0;
}

function visible(track: Track, from: Micros, to: Micros): Span[] {
  const { spans } = track;
  const first = search(spans, (span) => (span.to ?? Infinity) <= from);
  return spans.slice(first, search(spans, (span) => span.from < to));
}

function extent(axis: Axis, { span, run }: Target, now: Micros): [number, number] {
  if (run !== null) {
    const stretch = axis.stretches[search(axis.stretches, (each) => each.from < run.from || (each.from === run.from && each.run !== run && each.to <= run.from))];
    if (stretch?.run === run) return [stretch.x, stretch.x + Math.max(1, stretch.width - 1)];
  }
  if (span === null) return [0, 0];
  return [axis.x(span.from), axis.left(Math.min(span.to ?? now, now))];
}

class Drawing {
  readonly #scope: Scope;
  readonly #axis: Axis;
  readonly #edge: Micros;
  readonly #bar: number;
  readonly #rows: ReadonlyMap<number, { lane: Lane; y: number }>;
  #texts = 0;

  constructor(scope: Scope, axis: Axis, edge: Micros, bar: number, rows: ReadonlyMap<number, { lane: Lane; y: number }>) {
    this.#scope = scope;
    this.#axis = axis;
    this.#edge = edge;
    this.#bar = bar;
    this.#rows = rows;
  }

  row(lane: Lane, y: number): Row {
    const row: Row = { ...lane, y, paths: { queued: '', executing: '', blocked: '', writing: '', paused: '' }, errors: '', nested: '', inside: [], beside: [] };
    const track = this.#scope.lanes.tracks.get(lane.id);
    if (track === undefined || this.#axis.stretches.length === 0) return row;
    const last: Partial<Record<State, number>> = {};
    for (const span of visible(track, this.#axis.start, this.#edge)) {
      if (span.state !== 'executing') this.#span(row, span, last);
    }
    let end = -1;
    for (const { run, x, width } of this.#axis.stretches) {
      if (run === null || run.client !== lane.id) continue;
      const from = LABEL + Math.max(x, end);
      const to = LABEL + x + Math.max(1, width - 1);
      if (to - from < 0.5) continue;
      end = to - LABEL;
      row.paths.executing += box(from, y, to - from, this.#bar, 4);
      if (run.error) row.errors += box(from, y, to - from, this.#bar, 4);
      this.#inside(row, run, from, to - from);
    }
    return row;
  }

  #span(row: Row, span: Span, last: Partial<Record<State, number>>): void {
    const from = Math.max(LABEL + this.#axis.x(span.from), last[span.state] ?? 0);
    const to = LABEL + this.#axis.left(Math.min(span.to ?? this.#edge, this.#edge));
    const width = to - from;
    if (width < 0.5) return;
    last[span.state] = to;
    const [y, height] = span.state === 'blocked' ? [row.y + this.#bar / 2 - 3, 6] : span.state === 'writing' ? [row.y + this.#bar * 0.28, this.#bar * 0.44] : [row.y, this.#bar];
    row.paths[span.state] += box(from, y, width, height, 3);
    if (span.state === 'blocked' && span.keys.length > 0) this.#beside(row, span.keys.map(text).join(', '), from + 4, row.y + this.#bar / 2 - 6, width);
    if (span.state === 'queued' || span.state === 'paused') {
      const lasted = duration(Math.min(span.to ?? this.#edge, this.#edge) - span.from);
      this.#beside(row, `${words().states[span.state]} ${lasted}`, from + 7, row.y + this.#bar / 2 + 4, width);
    }
  }

  /** The command's name inside its bar; for EXEC a tick for each command that it ran. */
  #inside(row: Row, run: Run, x: number, width: number): void {
    const span = Math.max(1, run.to - run.from);
    let free = x + 6;
    const name = (run.argv[0] ?? '').toUpperCase();
    if (run.nested.length > 0 && run.to > run.from) {
      let before = -9;
      for (const { at, to } of run.nested) {
        const tick = x + (width * ((at + to) / 2 - run.from)) / span;
        if (tick - before < 3) continue;
        before = tick;
        row.nested += `M${n(tick)} ${n(row.y + this.#bar * 0.62)}v${n(this.#bar * 0.38)}`;
      }
    }
    const whole = text(join(run.argv));
    for (const label of [whole, text(name)]) {
      if (free + label.length * IN_CHAR > x + width - 3 || this.#texts >= TEXTS_MAX) continue;
      this.#texts++;
      row.inside.push({ x: n(free), y: n(row.y + this.#bar / 2 + 4), text: label });
      free += label.length * IN_CHAR;
      return;
    }
  }

  #beside(row: Row, label: string, x: number, y: number, width: number): void {
    if (label.length * SMALL_CHAR + 10 > width || this.#texts >= TEXTS_MAX) return;
    this.#texts++;
    row.beside.push({ x: n(x), y: n(y), text: label });
  }

  loop(y: number): Picture['loop'] {
    const out: Picture['loop'] = { y, free: this.#axis.end > 0 ? box(LABEL, y, this.#axis.end, this.#bar, 4) : '', busy: '', inside: [] };
    let end = -1;
    for (const { run, x, width } of this.#axis.stretches) {
      if (run === null) continue;
      const from = LABEL + Math.max(x, end);
      const to = LABEL + x + Math.max(1, width - 1);
      if (to - from < 0.5) continue;
      end = to - LABEL;
      out.busy += box(from, y, to - from, this.#bar, 4);
      const label = duration(run.to - run.from);
      if (run.to === run.from || to - from < label.length * IN_CHAR + 14 || this.#texts >= TEXTS_MAX) continue;
      this.#texts++;
      out.inside.push({ x: n(from + 6), y: n(y + this.#bar / 2 + 4), text: label });
    }
    return out;
  }

  /** Folded idle time in a line of its own, and below it when commands began, where there is room. */
  scale(): Pick<Picture, 'folds' | 'times'> {
    const folds: Picture['folds'] = [];
    const times: Words[] = [];
    let free = 0;
    let next = LABEL;
    for (const { run, from, to, x, width } of this.#axis.stretches) {
      if (run !== null) {
        const label = `+${duration(run.from - this.#scope.epoch)}`;
        if (run.from !== from || LABEL + x < next || label === times.at(-1)?.text || LABEL + x + label.length * SMALL_CHAR > this.#scope.width - 24 || times.length >= MARKS_MAX) continue;
        times.push({ x: n(LABEL + x), y: 0, text: label });
        next = LABEL + x + Math.max(90, label.length * SMALL_CHAR + 16);
        continue;
      }
      if (to - from < FOLD_US || width < 8 || folds.length >= MARKS_MAX) continue;
      const middle = LABEL + x + width / 2;
      const label = duration(Math.round((to - from) / FOLD_US) * FOLD_US);
      const half = (label.length * SMALL_CHAR) / 2;
      const room = middle - half > free && middle + half < LABEL + this.#axis.end - 6;
      if (room) free = middle + half + 8;
      folds.push({ x: n(middle), label: room ? label : null });
    }
    return { folds, times };
  }

  /** Who woke whom. */
  arrows(): Arrow[] {
    const out: Arrow[] = [];
    const { lanes } = this.#scope;
    for (let i = this.#axis.stretches.length - 1; i >= 0 && out.length < ARROWS_MAX; i--) {
      const { run, x } = this.#axis.stretches[i] as Axis['stretches'][number];
      if (run?.woken?.by == null) continue;
      const writer = lanes.runOf(run.woken.by);
      const from = writer === undefined ? undefined : this.#rows.get(writer.client);
      const to = this.#rows.get(run.client);
      if (writer === undefined || from === undefined || to === undefined || from === to || writer.from < this.#axis.start) continue;
      const [, right] = extent(this.#axis, { client: writer.client, span: null, run: writer }, this.#edge);
      const down = to.y > from.y;
      const start = down ? from.y + this.#bar : from.y;
      const end = down ? to.y : to.y + this.#bar;
      out.push({ colour: to.lane.colour, line: curve(LABEL + right - 3, start, LABEL + x + 4, end + (down ? -4 : 4)), head: head(LABEL + x + 4, end, down) });
    }
    return out.reverse();
  }

  selected(): Picture['selected'] {
    const target = this.#scope.selected;
    const row = target === null ? undefined : this.#rows.get(target.client);
    if (target === null || row === undefined || begins(target) >= this.#edge && target.span !== null) return null;
    const [from, to] = extent(this.#axis, target, this.#edge);
    const width = Math.max(3, to - from);
    const middle = LABEL + from + width / 2;
    const { span } = target;
    let link: string | null = null;
    if (span?.state === 'queued') {
      const run = behind(this.#scope.lanes, span.from, Math.min(span.to ?? this.#edge, this.#edge));
      const other = run === null ? undefined : this.#rows.get(run.client);
      if (run !== null && other !== undefined && run.client !== target.client) {
        const [left, right] = extent(this.#axis, { client: run.client, span: null, run }, this.#edge);
        const down = other.y > row.y;
        const at = LABEL + Math.max(left + 4, Math.min(middle - LABEL, right - 4));
        link = curve(middle, down ? row.y + this.#bar : row.y, at, down ? other.y : other.y + this.#bar);
      }
    }
    return { frame: box(LABEL + from - 2, row.y - 2, width + 4, this.#bar + 4, 6), link, left: n(LABEL + from), right: n(LABEL + from + width), y: row.y };
  }
}
