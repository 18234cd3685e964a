import { describe, expect, test, vi } from 'vitest';
import { Bench } from '../../worker/engine.testing.ts';
import { layout } from '../axis.ts';
import { FOOT, fits, pick, picture, targets, type Scope } from '../picture.ts';
import { toSvg } from './svg.ts';
import { toTrace, type TraceEvent } from './trace.ts';

function session(): Bench {
  // The driver interrupts long work by the wall clock, which must not decide what is compared here.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const bench = new Bench(2000);
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => bench.open(name)) as [number, number, number];
  bench.say(alice, 'DEBUG POPULATE 3000');
  bench.say(carol, 'BLPOP "<jobs>&\\x00" 0');
  bench.type(alice, 'KEYS *');
  bench.run(30);
  bench.type(bob, 'RPUSH "<jobs>&\\x00" a');
  bench.run(3000);
  bench.type(alice, 'MULTI');
  bench.type(alice, '3 INCR n');
  bench.type(alice, 'EXEC');
  bench.run(3000);
  bench.say(carol, 'BLPOP never 0');
  bench.say(bob, 'PING');
  clock.mockRestore();
  return bench;
}

function scopeOf(bench: Bench, change: Partial<Scope> = {}): Scope {
  const { session: s } = bench;
  return {
    lanes: s.lanes, clients: [...s.clients.values()], now: s.recording.at, end: s.recording.at, epoch: s.recording.epoch, width: 900, height: 240, zoom: 1, offset: 0,
    selected: null, ...change,
  };
}

describe('the SVG', () => {
  test('is the same for the same session, whole XML, and needs nothing else', () => {
    const one = toSvg(scopeOf(session()), 'A "scene" <b>&</b>');
    expect(toSvg(scopeOf(session()), 'A "scene" <b>&</b>')).toBe(one);
    expect(one).not.toMatch(/NaN|undefined|Infinity|href|<script|\0/);
    // Well-formed: every tag is closed in order.
    const open: string[] = [];
    for (const [, close, name, , self] of one.matchAll(/<(\/?)([a-zA-Z]+)((?:\s[a-zA-Z-]+="[^"<]*")*)\s*(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self !== '/') open.push(name as string);
    }
    expect(open).toEqual([]);
    expect(one.match(/</g)).toHaveLength([...one.matchAll(/<(\/?)([a-zA-Z]+)((?:\s[a-zA-Z-]+="[^"<]*")*)\s*(\/?)>/g)].length);
    expect(one).toContain('&lt;jobs&gt;&amp;');
    for (const [, id] of one.matchAll(/url\(#(\w+)\)/g)) expect(one).toContain(`id="${id}"`);
  });
});

describe('the trace', () => {
  const bench = session();
  const { session: s } = bench;
  const trace = toTrace(s.lanes, s.recording.epoch, s.recording.at, (id) => s.nameOf(id));
  const slices = trace.traceEvents.filter(({ ph }) => ph === 'X');

  test('is what the format asks for', () => {
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
    for (const event of trace.traceEvents) {
      expect(typeof event.name).toBe('string');
      expect(Number.isInteger(event.pid) && Number.isInteger(event.tid)).toBe(true);
      if (event.ph === 'M') expect(event.args).toBeDefined();
      else expect(Number.isInteger(event.ts) && (event.ts ?? -1) >= 0).toBe(true);
      if (event.ph === 'X') expect(Number.isInteger(event.dur) && (event.dur ?? -1) >= 0).toBe(true);
    }
  });

  test('names a track for the loop and for each client', () => {
    const names = trace.traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => [tid, args?.['name']]);
    expect(names).toEqual([[1, 'loop'], [2, 'alice'], [3, 'bob'], [4, 'carol']]);
    const tids = new Set(names.map(([tid]) => tid));
    for (const event of slices) expect(tids.has(event.tid)).toBe(true);
  });

  test('slices of a track nest or follow each other', () => {
    const tracks = new Map<number, TraceEvent[]>();
    for (const event of slices) tracks.set(event.tid, [...(tracks.get(event.tid) ?? []), event]);
    for (const events of tracks.values()) {
      const open: number[] = [];
      for (const { ts = 0, dur = 0 } of events.sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0) || (b.dur ?? 0) - (a.dur ?? 0))) {
        while (open.length > 0 && (open.at(-1) as number) <= ts) open.pop();
        if (open.length > 0) expect(ts + dur).toBeLessThanOrEqual(open.at(-1) as number);
        open.push(ts + dur);
      }
    }
  });

  test('flows begin and end inside slices, in pairs', () => {
    const starts = trace.traceEvents.filter(({ ph }) => ph === 's');
    const ends = trace.traceEvents.filter(({ ph }) => ph === 'f');
    expect(starts).toHaveLength(1);
    expect(ends.map(({ id, cat, name, bp }) => [id, cat, name, bp])).toEqual(starts.map(({ id, cat, name }) => [id, cat, name, 'e']));
    for (const flow of [...starts, ...ends]) {
      const { ts = 0 } = flow;
      expect(slices.some((slice) => slice.tid === flow.tid && (slice.ts ?? 0) <= ts && ts <= (slice.ts ?? 0) + (slice.dur ?? 0))).toBe(true);
    }
  });

  test('says what ran, at what cost, and what waited', () => {
    expect(slices.find(({ tid, name }) => tid === 2 && name === 'KEYS')).toMatchObject({ dur: 451, args: { command: 'KEYS *', units: 3001 } });
    expect(slices.filter(({ cat }) => cat === 'nested').map(({ name }) => name)).toEqual(['INCR', 'INCR', 'INCR']);
    expect(slices.some(({ tid, name, dur }) => tid === 3 && name === 'queued' && (dur ?? 0) > 300)).toBe(true);
    // What still goes on ends with the trace.
    const last = slices.filter(({ tid, name }) => tid === 4 && name === 'blocked').at(-1);
    expect((last?.ts ?? 0) + (last?.dur ?? 0)).toBe(s.recording.at - s.recording.epoch);
  });
});

describe('the picture', () => {
  test('shows nothing later than its now', () => {
    const bench = session();
    const { lanes } = bench.session;
    const keys = lanes.runs.find((run) => run.argv[0] === 'KEYS');
    if (keys === undefined) throw new Error('no KEYS');
    const now = Math.floor((keys.from + keys.to) / 2);
    const drawn = picture(scopeOf(bench, { now, end: now }));
    expect(drawn.axis.stretches.at(-1)?.to).toBe(now);
    expect(drawn.rows.map((row) => row.inside.map(({ text }) => text))).toEqual([['KEYS'], [], []]);
    expect(drawn.arrows).toEqual([]);
    // Bob's wait has begun and carol is parked.
    expect(drawn.rows[1]?.paths.queued).not.toBe('');
    expect(drawn.rows[2]?.paths.blocked).not.toBe('');
  });

  test('every bar can be pointed at', () => {
    const bench = session();
    const drawn = picture(scopeOf(bench, { zoom: 2 }));
    for (const row of drawn.rows) {
      const track = bench.session.lanes.tracks.get(row.id);
      for (const target of track === undefined ? [] : targets(drawn, track)) {
        const again = picture(scopeOf(bench, { zoom: 2, selected: target })).selected;
        if (again === null || again.right - again.left < 4) continue;
        const found = pick(drawn, bench.session.lanes, (again.left + again.right) / 2, row.y + 5);
        expect([found?.span?.from ?? found?.run?.from, found?.client]).toEqual([target.span?.from ?? target.run?.from, target.client]);
      }
    }
  });

  test('however many clients and commands, the shapes are few', () => {
    const bench = new Bench();
    for (let id = 1; id <= 1000; id++) bench.driver.connect(id, `c${id}`);
    for (let round = 0; round < 5; round++) {
      for (let id = 1; id <= 1000; id++) bench.driver.send(id, [id % 3 === 0 ? 'BLPOP q 0.5' : 'PING']);
      bench.run(100);
    }
    const { lanes, recording } = bench.session;
    const clients = [...lanes.tracks.keys()].map((id) => ({ id, name: `client ${id}`, colour: id % 8 }));
    expect(clients).toHaveLength(1000);
    for (const zoom of [0.01, 0.1, 1, 8]) {
      const svg = toSvg(scopeOf(bench, { clients, width: 1200, height: 400, zoom, now: recording.at, end: recording.at }), 'many');
      expect(svg.match(/<(path|text|rect|circle|g)\b/g)?.length).toBeLessThan(700);
      expect(svg.length).toBeLessThan(400_000);
    }
    const drawn = picture(scopeOf(bench, { clients, width: 1200, height: 400 }));
    expect(drawn.rows.length).toBe(fits(1000, 400));
    expect(drawn.crowd?.count).toBe(1000 - drawn.rows.length);
    expect(drawn.crowd?.most).toBeGreaterThan(20);
    expect(drawn.foot + FOOT).toBeLessThanOrEqual(400);
    // The last page is full as well.
    expect(picture(scopeOf(bench, { clients, height: 400, offset: 5000 })).rows.at(-1)?.id).toBe(clients.at(-1)?.id);
    expect(layout(lanes.runs, recording.at, 1e9, 1).stretches.length).toBeLessThanOrEqual(3001);
  }, 60_000);
});
