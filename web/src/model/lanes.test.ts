import { describe, expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import { fitting, idleWidth, layout, runWidth, shifted } from './axis.ts';
import { RUNS_MAX, type Lanes, type Run, type Span } from './lanes.ts';
import { Measured } from './latency.ts';
import { begins, neighbour, type Target } from './picture.ts';
import { behind, spanCard, why } from './why.ts';

/** Three clients at a speed at which they wait for each other; everything a lane can show. */
function busy(): { bench: Bench; ids: { alice: number; bob: number; carol: number } } {
  const bench = new Bench(2000);
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => bench.open(name)) as [number, number, number];
  bench.say(alice, 'DEBUG POPULATE 3000');
  bench.say(carol, 'BLPOP jobs 0');
  bench.type(alice, 'KEYS *');
  bench.run(30);
  bench.type(bob, 'RPUSH jobs a');
  bench.type(bob, '3 INCR n');
  bench.type(alice, 'PING');
  bench.run(3000);
  bench.say(alice, 'MULTI');
  bench.say(alice, 'SET x 1');
  bench.say(alice, 'NOPE');
  bench.say(alice, 'DISCARD');
  bench.say(alice, 'MULTI');
  bench.type(alice, '2 INCR n');
  bench.type(alice, 'EXEC');
  bench.run(1000);
  bench.type(bob, 'CLIENT PAUSE 300');
  bench.run(200);
  bench.type(carol, 'GET n');
  bench.run(2000);
  bench.say(carol, 'BLPOP none 0.2');
  bench.say(carol, 'CLIENT REPLY OFF');
  bench.say(carol, 'GET n');
  bench.run(1000);
  return { bench, ids: { alice, bob, carol } };
}

/** What must hold of any history at its end. */
function sound(lanes: Lanes, now: number): void {
  for (const track of lanes.tracks.values()) {
    let edge = track.from;
    let busyTime = 0;
    for (const span of track.spans) {
      expect(span.from, `${span.state} of ${track.client}`).toBeGreaterThanOrEqual(edge);
      expect(span.to ?? Infinity).toBeGreaterThan(span.from);
      expect(span.client).toBe(track.client);
      edge = span.to ?? Math.max(now, span.from);
      busyTime += Math.min(edge, now) - Math.min(span.from, now);
      // Only the last may go on.
      expect(span.to !== null || span === track.spans.at(-1)).toBe(true);
    }
    // The states and the thinking between them are all of a client's time.
    const end = Math.max(now, track.from);
    const thinking = gaps(track.spans, track.from, end);
    expect(busyTime + thinking).toBe(end - track.from);
    expect(track.spans.filter((span) => span.state === 'executing').reduce((sum, span) => sum + (span.to ?? 0) - span.from, 0)).toBe(
      lanes.runs.filter((run) => run.client === track.client).reduce((sum, run) => sum + run.to - run.from, 0));
  }
  lanes.runs.reduce((edge, run) => {
    expect(run.from).toBeGreaterThanOrEqual(edge);
    expect(run.arrived).toBeLessThanOrEqual(run.from);
    return run.to;
  }, 0);
  for (const call of lanes.latency.calls) {
    expect(call.waited + call.executing + call.blocked + call.leaving).toBe(call.replied - call.arrived);
    expect(Math.min(call.waited, call.executing, call.blocked, call.leaving)).toBeGreaterThanOrEqual(0);
  }
}

function gaps(spans: readonly { from: number; to: number | null }[], from: number, to: number): number {
  let sum = 0;
  let edge = from;
  for (const span of spans) {
    sum += Math.min(span.from, to) - Math.min(edge, to);
    edge = span.to ?? to;
  }
  return sum + Math.max(0, to - edge);
}

describe('the lanes', () => {
  test('waits end where the command begins, parks where the client is served', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    const bob = bench.open('bob');
    bench.say(alice, 'BLPOP jobs 0');
    bench.say(bob, 'RPUSH jobs x');
    const { lanes } = bench.session;
    const parked = lanes.spans.find((span) => span.state === 'blocked');
    expect(parked).toMatchObject({ client: alice, keys: ['jobs'] });
    expect(lanes.runs.map((r) => [r.client, r.argv[0], r.outcome])).toEqual([[alice, 'BLPOP', 'parked'], [bob, 'RPUSH', 'ran'], [alice, 'BLPOP', 'served']]);
    expect(parked?.to).toBe(lanes.runs[2]?.from);
    expect(lanes.runs[2]?.woken).toEqual({ key: 'jobs', by: lanes.runs[1]?.turns });
    expect(lanes.since(alice)).toBeNull();
  });

  test('a client is in one state at a time, and the states are all of its time', () => {
    const { bench } = busy();
    const { lanes, view } = bench.session;
    sound(lanes, view?.now ?? 0);
    const states = new Set(lanes.spans.map((span) => span.state));
    expect([...states].sort()).toEqual(['blocked', 'executing', 'paused', 'queued', 'writing']);
    expect(new Set(lanes.runs.map((run) => run.outcome))).toEqual(new Set(['ran', 'parked', 'served', 'collected', 'refused']));
    // Everything queued was executed: nothing waits in the end.
    expect(lanes.spans.filter((span) => span.to === null)).toEqual([]);
  });

  test('random sessions keep the invariants', () => {
    let seed = 11;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n;
    const lines = ['PING', 'INCR n', '5 INCR n', 'BLPOP a b 0.05', 'RPUSH a x', 'RPUSH b 1 2 3', 'KEYS *', 'NOPE', 'MULTI', 'EXEC', 'DISCARD', 'CLIENT PAUSE 20',
      'SUBSCRIBE c', 'UNSUBSCRIBE', 'PUBLISH c m', 'CLIENT REPLY SKIP', 'DEBUG POPULATE 400', 'WATCH n', 'GET'];
    for (let round = 0; round < 12; round++) {
      const bench = new Bench([50, 1000, 1e6][round % 3]);
      const ids = ['a', 'b', 'c', 'd'].map((name) => bench.open(name));
      for (let i = 0; i < 80; i++) {
        bench.type(ids[random(ids.length)] as number, lines[random(lines.length)] as string);
        if (random(3) > 0) bench.run(random(200));
      }
      if (round % 4 === 3) bench.driver.disconnect(ids[0] as number);
      bench.run(60_000);
      const { lanes, view } = bench.session;
      sound(lanes, view?.now ?? 0);
      expect(lanes.spans.filter((span) => span.to === null), `round ${round}`).toEqual([]);
      const each = new Measured();
      for (const call of lanes.latency.calls) each.add(call);
      expect(each.parts).toEqual(lanes.latency.all.parts);
    }
  });

  test('latency is from the arrival of the request to the reply, in its four parts', () => {
    const { bench, ids } = busy();
    const { calls } = bench.session.lanes.latency;
    const keys = calls.find((call) => call.argv[0] === 'KEYS');
    const push = calls.find((call) => call.argv[0] === 'RPUSH');
    const pop = calls.filter((call) => call.argv[0] === 'BLPOP');
    expect(keys).toMatchObject({ client: ids.alice, waited: 0, executing: 451, blocked: 0 });
    expect(push?.waited).toBeGreaterThan(300);
    expect(push?.waited).toBeLessThan(451);
    expect(pop[0]).toMatchObject({ client: ids.carol, waited: 0, argv: ['BLPOP', 'jobs', '0'] });
    expect(pop[0]?.blocked).toBeGreaterThan(1000);
    expect(pop[1]?.blocked).toBeCloseTo(200_000, -4);
    expect(calls.find((call) => call.argv[0] === 'GET')?.waited).toBeGreaterThan(100_000);
    // Alice's PING was typed while her KEYS ran: a request of its own, waiting behind it.
    expect(calls.find((call) => call.argv[0] === 'PING')?.waited).toBeGreaterThan(300);
    expect(calls.filter((call) => call.argv[1] === 'REPLY')).toEqual([]);
  });

  test('a card says who was waited for, who was held up, who woke whom', () => {
    const { bench, ids } = busy();
    const { lanes, view } = bench.session;
    const nameOf = (id: number): string => bench.session.nameOf(id);
    const now = view?.now ?? 0;
    const of = (client: number, state: string): ReturnType<typeof spanCard> => {
      const span = lanes.spans.find((each) => each.client === client && each.state === state && each.to !== null && each.to - each.from > 100);
      if (span === undefined) throw new Error(`no ${state} of ${client}`);
      return spanCard(lanes, span, now, nameOf);
    };
    expect(of(ids.bob, 'queued').reasons).toEqual(['behind alice’s KEYS']);
    expect(of(ids.carol, 'blocked').reasons).toEqual(['woken by bob’s RPUSH of jobs']);
    const keys = lanes.spans.find((span) => span.run?.argv[0] === 'KEYS' && span.state === 'executing');
    expect(keys === undefined ? [] : spanCard(lanes, keys, now, nameOf).reasons).toContain('held up bob');
    expect(behind(lanes, now, now)).toBeNull();
    for (const span of lanes.spans) expect(why(lanes, span, now, nameOf)).not.toBe('');
  });

  test('nested commands lie inside their EXEC', () => {
    const { bench } = busy();
    const exec = bench.session.lanes.runs.find((run) => run.nested.length > 0);
    expect(exec?.argv).toEqual(['EXEC']);
    expect(exec?.nested.map(({ name }) => name)).toEqual(['INCR', 'INCR']);
    for (const each of exec?.nested ?? []) {
      expect(each.at).toBeGreaterThanOrEqual(exec?.from ?? Infinity);
      expect(each.to).toBeLessThanOrEqual(exec?.to ?? 0);
    }
  });

  test('history is bounded, large arguments are cut', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    bench.say(alice, `SET big ${'x'.repeat(5000)}`);
    expect(bench.session.lanes.runs[0]?.argv[2]).toHaveLength(63);
    for (let i = 0; i < 60; i++) {
      bench.type(alice, '1000 INCR n');
      bench.run(1000);
    }
    const { lanes } = bench.session;
    expect(lanes.runs.length).toBeLessThanOrEqual(RUNS_MAX);
    expect(lanes.spans.length).toBeLessThan(3 * RUNS_MAX);
    expect(lanes.spans[0]?.to ?? 0).toBeGreaterThanOrEqual(lanes.runs[0]?.from ?? 0);
  }, 60_000);
});

describe('the axis', () => {
  const run = (from: number, to: number): Run => ({
    client: 1, turns: from, from, to, argv: ['X'], units: 1, error: false, outcome: 'ran', arrived: from, replied: null, nested: [], woken: null,
  });

  test('is monotonous, ends at now and folds idle time', () => {
    const runs = [run(0, 5), run(10, 15_000), run(9_000_000, 9_000_001)];
    const axis = layout(runs, 9_500_000, 5000);
    const times = [0, 2, 5, 7, 10, 7000, 15_000, 20_000, 9_000_000, 9_000_001, 9_500_000];
    const xs = times.map((t) => axis.x(t));
    expect([...xs].sort((a, b) => a - b)).toEqual(xs);
    expect(axis.x(9_500_000)).toBeCloseTo(axis.end);
    expect(axis.x(9_000_000) - axis.x(15_000)).toBeCloseTo(idleWidth(8_985_000));
    expect(axis.x(15_000) - axis.x(10)).toBeCloseTo(runWidth(14_990));
    expect(runWidth(15_000)).toBeGreaterThan(10 * runWidth(1));
    for (const t of times) expect(Math.abs(axis.at(axis.x(t)) - t)).toBeLessThanOrEqual(1);
  });

  test('a running command grows with its progress; old ones leave on the left', () => {
    const half = layout([run(0, 1000)], 500, 1000);
    expect(half.end).toBeCloseTo(runWidth(1000) / 2);
    const many = Array.from({ length: 500 }, (_, i) => run(i * 10, i * 10 + 5));
    const axis = layout(many, 5000, 300);
    expect(axis.end).toBe(300);
    expect(axis.start).toBeGreaterThan(0);
    expect(layout([], 0, 100).x(5)).toBe(0);
  });

  test('moving by pixels and back ends where it began, fitting fills the width', () => {
    const runs = Array.from({ length: 300 }, (_, i) => run(i * 1000, i * 1000 + 1 + ((i * 37) % 800)));
    const now = 301_000;
    for (const zoom of [0.3, 1, 4]) {
      for (const at of [100_000, 150_432, 200_001]) {
        const there = shifted(runs, now, at, 250, zoom);
        const back = shifted(runs, now, there, -250, zoom);
        const axis = layout(runs, there, 2000, zoom);
        // Inside a fold, which is a few pixels wide, it may be off by part of the fold.
        expect(Math.abs(axis.x(back) - axis.x(at)), `zoom ${zoom} from ${at}`).toBeLessThan(8 * zoom);
        expect(Math.abs(axis.end - axis.x(at) - 250)).toBeLessThan(8 * zoom);
      }
    }
    expect(shifted(runs, now, 299_000, 1e6, 1)).toBe(now);
    expect(shifted(runs, now, 1000, -1e6, 1)).toBe(0);
    const zoom = fitting(runs, now, 900);
    expect(layout(runs, now, 900, zoom).end).toBeGreaterThan(890);
    expect(layout(runs, now, 900, zoom).start).toBe(0);
  });
});

test('one gets from bar to bar of a lane, whatever the picture shows, and no further than its ends', () => {
  const { bench, ids } = busy();
  const { lanes } = bench.session;
  const track = lanes.tracks.get(ids.alice) as NonNullable<ReturnType<typeof lanes.tracks.get>>;
  const walk = (from: Target, by: -1 | 1): Target[] => {
    const passed = [from];
    for (let next = neighbour(track, lanes.runs, from, by); next !== undefined; next = neighbour(track, lanes.runs, next, by)) passed.push(next);
    return passed;
  };
  const [first] = track.spans as [Span];
  const [begin] = walk({ client: ids.alice, span: first, run: first.state === 'executing' ? first.run : null }, -1).slice(-1) as [Target];
  const there = walk(begin, 1);
  expect(there.filter(({ run }) => run?.outcome === 'refused').length).toBeGreaterThan(0);
  expect(there.map(begins)).toEqual(there.map(begins).sort((a, b) => a - b));
  expect(walk(there.at(-1) as Target, -1).reverse()).toEqual(there);
  expect(there.length).toBeGreaterThanOrEqual(track.spans.length);
  const gone: Target = { client: ids.alice, span: { ...first }, run: null };
  for (const by of [-1, 1] as const) expect(neighbour(track, lanes.runs, gone, by)).toEqual(there.at(-1));
});
