import { describe, expect, test, vi } from 'vitest';
import type { LoopEvent } from '../model/engine.ts';
import { RUNS_MAX } from '../model/lanes.ts';
import { CALLS_MAX } from '../model/latency.ts';
import { until, withoutLast, type Recorded, type Recording } from '../model/recording.ts';
import { ENTRIES_MAX, type Entry } from '../model/repl.ts';
import { PANELS_MAX } from '../model/strip.ts';
import { STEPS_MAX } from '../model/transcript.ts';
import { EVENTS_MAX } from './driver.ts';
import { Bench, EPOCH, PACE } from './engine.testing.ts';
import { readEvents } from './events.ts';

test('commands are answered, clients see each other\u2019s writes', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  const bob = bench.open('bob');
  expect(bench.say(alice, 'SET greeting "hello world"')).toEqual(['OK']);
  expect(bench.say(bob, 'GET greeting')).toEqual(['"hello world"']);
  expect(bench.say(bob, '3 INCR n')).toEqual(['(integer) 1', '(integer) 2', '(integer) 3']);
  expect(bench.say(bob, 'NOPE')).toEqual(["(error) ERR unknown command 'NOPE', with args beginning with: "]);
  expect(bench.session.waiting(bob)).toEqual([]);
});

test('work is stretched on screen, and whoever comes meanwhile waits', () => {
  const bench = new Bench(100); // one second shows 100 µs
  const alice = bench.open('alice');
  const bob = bench.open('bob');
  bench.type(alice, 'SET a 1'); // costs 2 µs or so: 20 ms, but held for the least time that can be seen
  bench.run(50);
  bench.type(bob, 'GET a');
  bench.run(20);
  expect(bench.session.running.argv).toEqual(['SET', 'a', '1']);
  expect(bench.session.view?.queue[0]).toEqual({ task: 'readable', client: bob });
  expect(bench.session.label({ task: 'readable', client: bob })).toEqual(['GET', 'a']);
  expect(bench.session.lanes.since(bob)).toBeGreaterThan(EPOCH);
  bench.run(1000);
  expect(bench.session.waiting(bob)).toEqual([]);
  const [set, get] = bench.session.lanes.runs;
  expect(get?.from).toBeGreaterThanOrEqual(set?.to ?? Infinity);
});

test('a machine on which every piece of work takes too long shows the same at the same time', () => {
  const shown = (): unknown => {
    const bench = new Bench(7); // no command takes a whole number of frames
    for (const name of 'abcdefghijklmnopqrst') bench.type(bench.open(name), 'INCR n');
    bench.run(2003);
    bench.wall++;
    while (bench.driver.advance(bench.wall) === 0);
    return bench.driver.frame(bench.wall)?.hold;
  };
  const quick = shown();
  expect(quick).not.toBeNull();
  let clock = 0;
  const slow = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 20));
  try {
    expect(shown()).toEqual(quick);
  } finally {
    slow.mockRestore();
  }
});

test('paused, nothing runs but what a step asks for', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  bench.run(10);
  bench.driver.play(false, bench.wall);
  bench.type(alice, 'SET a 1');
  bench.type(alice, 'GET a');
  bench.run(500);
  expect(bench.session.lanes.runs).toEqual([]);
  expect(bench.session.view?.queue).toEqual([{ task: 'readable', client: alice }]);

  bench.driver.step('command');
  bench.frame();
  expect(bench.session.lanes.runs.map((run) => run.argv[0])).toEqual(['SET']);
  expect(bench.session.clients.get(alice)?.repl.entries.map((entry) => entry.kind)).toEqual(['command', 'command']);
  bench.driver.step('task');
  bench.frame();
  expect(bench.session.lanes.runs.map((run) => run.argv[0])).toEqual(['SET', 'GET']);
  bench.driver.step('turn');
  bench.frame();
  expect(bench.session.clients.get(alice)?.repl.entries.slice(2).map((entry) => entry.text)).toEqual(['OK', '"1"']);
});

test('an idle session asks for no timer, a speed that stretches nothing holds nothing', () => {
  const bench = new Bench();
  bench.open('alice');
  bench.run(20);
  expect(bench.driver.advance(bench.wall + 5)).toBeNull();
  expect(bench.driver.frame(bench.wall + 5)).toBeUndefined();
});

/** Three clients, half of it paused and stepped: a session in which everything happens. */
function busy(): Bench {
  const bench = new Bench(2000);
  const clients = ['alice', 'bob', 'carol'].map((name) => bench.open(name));
  const lines = ['SET k 5', 'INCR k', 'APPEND k x', 'GET k', 'SET t 1 PX 40', 'MULTI', 'NOPE', 'RANDOMKEY', '2 GET t', 'BLPOP jobs 0.02', 'RPUSH jobs a'];
  for (let i = 0; i < 300; i++) {
    if (i % 17 === 0) bench.driver.play(false, bench.wall);
    if (i % 17 === 3) bench.driver.step((['task', 'command', 'turn'] as const)[i % 3] as 'task');
    if (i % 17 === 5) bench.driver.play(true, bench.wall);
    bench.type(clients[(i * 5) % 3] as number, lines[i % lines.length] as string);
    bench.run((i * 7) % 23);
  }
  bench.run();
  return bench;
}

const lines = (entries: readonly Entry[]): string[] => entries.filter(({ kind }) => kind === 'command').map(({ text }) => text);
const answers = (entries: readonly Entry[]): string[] => entries.filter(({ kind }) => kind !== 'command').map(({ text }) => text);

/** Plays a recording in another engine. */
function again(recording: Recording): Bench {
  const bench = new Bench();
  bench.driver.replay(recording.entries, recording, (update) => bench.session.replay(update));
  return bench;
}

test('a recording played again gives the same logs, lanes, transcript and state', () => {
  const one = busy();
  const two = again(one.session.recording);
  const told = ({ session }: Bench): object => ({
    view: session.view,
    transcript: session.scribe.recorder.toString(),
    // On screen a line stands where it was typed and with the prompt of then: a reply may have been on its way.
    logs: [...session.clients.values()].map(({ name, colour, repl: { entries } }) => [name, colour, lines(entries), answers(entries)]),
    runs: session.lanes.runs,
    spans: session.lanes.spans,
    explanation: session.explanation,
  });
  expect(told(two)).toEqual(told(one));
  expect(two.session.recording).toEqual(one.session.recording);
  expect(one.session.recording.entries.length).toBeGreaterThan(300);
});

test('any instant of the past is what a recording up to there leads to', () => {
  const one = busy();
  const { session, driver } = one;
  let seed = 3;
  for (let i = 0; i < 60; i++) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    const position = session.instant(seed % (session.recording.turns + 1));
    driver.travel(position);
    const past = driver.pastFrame();
    const other = again(until(session.recording, position));
    expect({ ...past?.view, now: 0 }, `task ${position.turns}`).toEqual({ ...other.session.view, now: 0 });
    expect(past?.view.now).toBe(position.at);
  }
  driver.travel(null);
  expect(driver.pastFrame()).toBeNull();
});

test('long pasts are reached over checkpoints, and forward from where one is', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  for (let i = 0; i < 30; i++) bench.type(alice, '1000 INCR n');
  bench.run(5000);
  const { session, driver } = bench;
  const { turns } = session.recording;
  expect(turns).toBeGreaterThan(30_000);
  for (const at of [turns - 5, 17, 12_345, 12_346, 20_000, 8001, turns]) {
    driver.travel(session.instant(at));
    const n = driver.probe(['GET n'], 0);
    // One command a task, but for the few tasks that end a turn of the loop.
    const ran = Number(/\d+\r\n(\d+)/.exec(n)?.[1] ?? 0);
    expect(at - ran).toBeGreaterThanOrEqual(0);
    expect(at - ran).toBeLessThan(400);
  }
});

test('a probe sees what a client would see, and leaves no trace', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  bench.say(alice, 'SET n 41');
  const before = bench.engine.view();
  expect(bench.driver.probe(['INCR n', 'GET n', 'NOPE'], 0)).toMatch(/^:42\r\n\$2\r\n42\r\n-ERR unknown command/);
  expect(bench.driver.probe(['DBSIZE'], 3)).toBe(':0\r\n');
  expect(bench.engine.view()).toBe(before);
  expect(bench.say(alice, 'GET n')).toEqual(['"41"']);
});

test('two futures are told apart by their keys', () => {
  const one = new Bench();
  const two = new Bench();
  for (const bench of [one, two]) {
    const alice = bench.open('alice');
    for (const line of ['SET same 1', 'RPUSH list a b', 'SADD set x y z', 'HSET hash f v', 'HSET kept f v', 'HSET due f v', 'XADD log 1-1 f v', 'XGROUP CREATE log g 0', 'XADD read 1-1 f v', 'XGROUP CREATE read g 0', 'ARSET array 1 a', 'VADD near VALUES 2 1 0 e']) bench.say(alice, line);
  }
  const [alice, other] = [1, 1];
  one.say(alice, 'RPUSH list c');
  one.say(alice, 'SREM set x');
  one.say(alice, 'SADD set x');
  one.say(alice, 'HEXPIREAT due 4000000000 FIELDS 1 f');
  one.say(alice, 'XREADGROUP GROUP g me STREAMS read >');
  two.say(other, 'ARSEEK array 9');
  two.say(other, 'VADD near VALUES 2 0 1 e');
  two.say(other, 'HSET hash f w');
  two.say(other, 'DEL same');
  two.say(other, 'SET new 1');
  const changes = one.driver.diff(two.driver, 0, 10).map(({ key, before, after }) => [key, before?.type, after?.type]);
  const both = (key: string, type: string): unknown[] => [key, type, type];
  expect(changes.sort()).toEqual([
    both('array', 'array'),
    both('due', 'hash'),
    both('hash', 'hash'),
    both('list', 'list'),
    both('near', 'vectorset'),
    ['new', undefined, 'string'],
    both('read', 'stream'),
    ['same', 'string', undefined],
  ]);
});

test('breakpoints stop the loop after what they wait for', () => {
  const bench = new Bench(1000);
  const alice = bench.open('alice');
  const bob = bench.open('bob');
  bench.run();
  bench.driver.stopAt([{ id: 1, kind: 'key', value: 'user:*' }, { id: 2, kind: 'error', value: '' }]);
  bench.type(alice, 'SET other 1');
  bench.type(bob, 'SET user:7 x');
  bench.type(alice, 'LPUSH other 1');
  let stopped: unknown[] = [];
  for (let i = 0; i < 300; i++) {
    bench.wall += 10;
    while (bench.driver.advance(bench.wall) === 0);
    const frame = bench.driver.frame(bench.wall);
    if (frame === undefined) continue;
    bench.session.apply(frame);
    if (frame.stoppedAt === null) continue;
    stopped = [...stopped, [frame.stoppedAt.breakpoint, bench.session.running.argv[0]]];
    expect(frame.playing).toBe(false);
    bench.driver.play(true, bench.wall);
  }
  expect(stopped).toEqual([[1, 'SET'], [2, 'LPUSH']]);
});

test('a restart leaves out the last requests', () => {
  const lines = (turns: number): Recorded => ({ at: turns, turns, input: 'lines', client: 1, lines: ['PING'] });
  const entries: Recorded[] = [lines(0), { at: 1, turns: 1, input: 'connect', client: 2, name: 'bob' }, lines(2), { at: 3, turns: 3, input: 'disconnect', client: 2 }];
  const recording: Recording = { seed: 1, epoch: 0, pace: PACE, entries, turns: 9, at: 9 };
  expect(withoutLast(recording, 1)).toMatchObject({ entries: entries.slice(0, 2), turns: 2, at: 2 });
  expect(withoutLast(recording, 2)).toMatchObject({ entries: [], turns: 0, at: 0 });
  expect(withoutLast(recording, 9)).toMatchObject({ entries: [], turns: 0, at: 0 });
});

test('keys are read when they changed, and looking changes nothing', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  const wanted = { db: 0, separator: ':', pattern: '', types: [], order: 'name', opened: false, listed: [], offset: 0, count: 10, selected: 'user:1', from: 1 } as const;
  bench.driver.watchKeys(wanted);
  const read = (): unknown => {
    bench.wall += 1000;
    while (bench.driver.browse(bench.wall)) bench.wall += 1;
    return bench.driver.frame(bench.wall)?.keys;
  };
  for (const line of ['SET greeting hi', 'RPUSH user:1 a b c']) bench.say(alice, line);
  expect(read()).toMatchObject({
    page: { total: 2, rows: [{ branch: 'user:', keys: 1, open: false, level: 1 }, { key: 'greeting', encoding: 'embstr', length: 2, expires: null }] },
    detail: { items: ['b', 'c'], from: 1, more: 0 },
  });
  bench.driver.watchKeys({ ...wanted, listed: ['user:'], selected: null });
  expect(read()).toMatchObject({ page: { total: 3, rows: [{ open: true }, { key: 'user:1', level: 2 }, { key: 'greeting' }] } });
  bench.driver.watchKeys({ ...wanted, pattern: 'GREET', types: ['string'] });
  expect(read()).toMatchObject({ page: { matched: 1, rows: [{ key: 'greeting' }] } });
});

describe('time', () => {
  /** Milliseconds of engine time since the session began, as an input of now is recorded. */
  const passed = (bench: Bench): number => {
    bench.open(`at${bench.wall}`);
    bench.frame();
    return ((bench.session.recording.entries.at(-1)?.at ?? 0) - EPOCH) / 1000;
  };

  test('late calls lose none of it, whatever was due meanwhile', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    bench.run(10);
    for (let i = 1; i <= 40; i++) bench.type(alice, `SET k${i} v PX ${i * 25}`);
    // Every call is late for several deadlines.
    for (let i = 0; i < 10; i++) {
      bench.wall += 300;
      while (bench.driver.advance(bench.wall) === 0);
      bench.frame();
    }
    expect(Math.abs(passed(bench) - bench.wall)).toBeLessThan(2);
    expect(bench.session.view?.databases).toEqual([]);
  });

  test('a wait of an hour that was asked for passes whole', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    bench.say(alice, 'SET k v EX 3600');
    bench.wall += 3_600_000;
    while (bench.driver.advance(bench.wall) === 0);
    bench.frame();
    expect(Math.abs(passed(bench) - bench.wall)).toBeLessThan(2);
    expect(bench.session.view?.databases).toEqual([]);
  });

  test('a page that slept for an hour goes on where it was', () => {
    const bench = new Bench(5);
    const ids = ['alice', 'bob'].map((name) => bench.open(name));
    for (const id of ids) bench.type(id, '500 INCR n');
    bench.run(1000);
    const before = passed(bench);
    const ran = bench.session.lanes.runs.length;
    bench.wall += 3_600_000;
    while (bench.driver.advance(bench.wall) === 0);
    bench.frame();
    // A second that shows 5 microseconds, and at most one more of each.
    expect(passed(bench) - before).toBeLessThan(0.02);
    expect(bench.session.lanes.runs.length).toBeLessThan(ran + 12);
    expect(bench.session.view?.queue.length).toBeGreaterThan(0);

    const real = new Bench();
    const carol = real.open('carol');
    real.say(carol, 'BLPOP jobs 2');
    real.type(carol, 'SET k v EX 10');
    real.run(10_000);
    const at = passed(real);
    real.type(carol, 'SET k v EX 10');
    real.run(1000);
    real.wall += 3_600_000;
    while (real.driver.advance(real.wall) === 0);
    real.frame();
    expect(passed(real) - at).toBeLessThan(11_100);
    expect(passed(real) - at).toBeGreaterThan(9000);
  });
});

test('every event is told once and in order, full frames and all', () => {
  const bench = new Bench();
  const takeEvents = bench.engine.takeEvents.bind(bench.engine);
  const made: LoopEvent[] = [];
  bench.engine.takeEvents = () => {
    const batch = takeEvents();
    made.push(...readEvents(batch));
    return batch;
  };
  const told: LoopEvent[] = [];
  let frames = 0;
  const apply = bench.session.apply.bind(bench.session);
  bench.session.apply = (update) => {
    frames++;
    told.push(...update.events);
    expect(update.dropped).toBe(0);
    expect(update.events.length).toBeLessThan(EVENTS_MAX + 100);
    apply(update);
  };
  const ids = ['alice', 'bob', 'carol'].map((name) => bench.open(name));
  bench.frameMs = 200;
  for (const id of ids) bench.type(id, '2000 INCR n');
  for (const id of ids) bench.type(id, 'BLPOP jobs 0.1');
  bench.run(3000);
  expect(made.length).toBeGreaterThan(3 * EVENTS_MAX);
  expect(told).toEqual(made.filter(({ kind }) => kind !== 'idle'));
  expect(frames).toBeGreaterThan(3);
  expect(frames).toBeLessThan(made.length / 100);
});

test('however long a session is, what is kept of it for those who watch is bounded', () => {
  const bench = new Bench();
  const [alice, bob] = ['alice', 'bob'].map((name) => bench.open(name)) as [number, number];
  bench.say(bob, 'SUBSCRIBE c');
  for (let i = 0; i < 25; i++) {
    bench.type(alice, '2000 INCR n');
    bench.type(alice, `SET key:${i} v PX 5`);
    bench.type(alice, '500 PUBLISH c hello');
    bench.run(300);
  }
  bench.run(3000);
  const { lanes, strip, scribe, clients, touched, left } = bench.session;
  expect(bench.say(alice, 'GET n')).toEqual(['"50000"']);
  expect(bench.session.recording.turns).toBeGreaterThan(RUNS_MAX);
  expect(lanes.runs.length).toBeLessThanOrEqual(RUNS_MAX);
  expect(lanes.spans.length).toBeLessThan(3 * RUNS_MAX);
  expect(lanes.latency.calls.length).toBeLessThanOrEqual(CALLS_MAX);
  expect(strip.panels.length).toBeLessThanOrEqual(PANELS_MAX);
  expect(scribe.recorder.steps.length).toBe(STEPS_MAX);
  expect(scribe.recorder.full).toBe(true);
  for (const { repl } of clients.values()) {
    expect(repl.entries.length).toBe(ENTRIES_MAX);
    expect(repl.pending).toEqual([]);
  }
  expect(touched.size).toBeLessThanOrEqual(100);
  expect(left.length).toBeLessThanOrEqual(3);
});
