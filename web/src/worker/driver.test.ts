import { expect, test } from 'vitest';
import type { LoopEvent } from '../model/engine.ts';
import { withoutLast, type Recorded, type Recording } from '../model/recording.ts';
import { Redloop } from '../wasm/redloop_wasm.js';
import { Driver } from './driver.ts';
import { Bench, EPOCH, PACE, request } from './engine.testing.ts';

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

test('a recording played again gives the same events and the same state', () => {
  const engine = new Redloop(EPOCH, 7, PACE.commandNs, PACE.unitNs);
  const driver = new Driver(engine, EPOCH);
  const recording: Recording = { seed: 7, epoch: EPOCH, pace: PACE, entries: [], turns: 0 };
  const events: LoopEvent[] = [];
  const take = (wall: number): void => {
    const frame = driver.frame(wall);
    events.push(...(frame?.events ?? []));
    recording.entries.push(...(frame?.recorded ?? []));
    recording.turns = frame?.turns ?? recording.turns;
  };
  let wall = 0;
  driver.advance(wall);
  driver.speed(2000);
  for (let client = 1; client <= 3; client++) driver.connect(client);
  const lines = ['SET k 5', 'INCR k', 'APPEND k x', 'GET k', 'SET t 1 PX 40', 'MULTI', 'NOPE', 'RANDOMKEY', 'GET t'];
  for (let i = 0; i < 200; i++) {
    driver.advance(wall);
    if (i % 17 === 0) driver.play(false, wall);
    if (i % 17 === 3) driver.step((['task', 'command', 'turn'] as const)[i % 3] as 'task');
    if (i % 17 === 5) driver.play(true, wall);
    driver.send(1 + (i % 3), request(lines[i % lines.length] as string));
    wall += (i * 7) % 23;
    driver.advance(wall);
    take(wall);
  }
  const view = engine.view();

  const again = new Redloop(EPOCH, 7, PACE.commandNs, PACE.unitNs);
  const player = new Driver(again, EPOCH);
  player.restore(recording);
  expect(again.view()).toBe(view);
  const frame = player.frame(0);
  // The numbers differ: an idle turn has one, and is in no recording.
  const unnumbered = (list: readonly LoopEvent[]): object[] => list.map((event) => ({ ...event, seq: 0 }));
  expect(unnumbered(frame?.events ?? [])).toEqual(unnumbered(events));
  expect(frame?.recorded).toEqual(recording.entries);
  expect(frame?.replies).toEqual([]);
});

test('a restart leaves out the last requests', () => {
  const bytes = (turns: number): Recorded => ({ at: turns, turns, input: 'bytes', client: 1, bytes: 'x' });
  const entries: Recorded[] = [bytes(0), { at: 1, turns: 1, input: 'wake' }, bytes(2), { at: 3, turns: 3, input: 'wake' }];
  const recording: Recording = { seed: 1, epoch: 0, pace: PACE, entries, turns: 9 };
  expect(withoutLast(recording, 1)).toMatchObject({ entries: entries.slice(0, 2), turns: 2 });
  expect(withoutLast(recording, 2)).toMatchObject({ entries: [], turns: 0 });
  expect(withoutLast(recording, 9)).toMatchObject({ entries: [], turns: 0 });
});

test('keys are read when they changed, and looking changes nothing', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  bench.driver.watchKeys(0, 10, 'greeting');
  bench.say(alice, 'SET greeting hi');
  bench.driver.watchKeys(0, 10, 'greeting');
  const keys = bench.driver.frame(bench.wall + 1000)?.keys;
  expect(keys?.page.rows).toMatchObject([{ key: 'greeting', type: 'string', encoding: 'embstr', length: 2, expires: null }]);
  expect(keys?.detail).toMatchObject({ items: ['hi'], more: 0 });
});
