import { expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import { PANELS_MAX } from './strip.ts';

test('the strip tells who ran, who waited, who was woken, in order', () => {
  const bench = new Bench(2000);
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => bench.open(name)) as [number, number, number];
  bench.say(alice, 'DEBUG POPULATE 3000');
  bench.say(carol, 'BLPOP jobs 0');
  bench.type(alice, 'KEYS *');
  bench.run(30);
  bench.type(bob, 'RPUSH jobs a');
  bench.run(10);
  bench.type(bob, 'PING');
  bench.run(3000);
  bench.say(alice, 'NOPE');
  bench.say(alice, 'MULTI');
  bench.say(alice, 'INCR n');
  bench.say(carol, 'BLPOP none 0.1');
  const { strip, recording } = bench.session;
  const told = strip.until(recording.at, 100).map(({ scene, who, by }) => [scene, ...who.map(({ client }) => bench.session.nameOf(client)), ...(by === null ? [] : ['by', bench.session.nameOf(by)])].join(' '));
  expect(told).toEqual([
    'runs alice', 'answered alice', 'runs carol', 'parked carol', 'runs alice', 'waits bob by alice', 'answered alice', 'runs bob', 'wakes carol by bob', 'runs bob', 'answered bob carol',
    'refused alice', 'answered alice', 'runs alice', 'answered alice', 'collected alice', 'answered alice', 'runs carol', 'parked carol', 'gave-up carol', 'answered carol',
  ]);
  expect(strip.panels.map(({ n }) => n)).toEqual(strip.panels.map((_, i) => i + 1));
  // At an instant in the middle only what had happened is told.
  const wait = strip.panels.find(({ scene }) => scene === 'waits');
  expect(strip.until((wait?.at ?? 0) - 1, 100).at(-1)?.scene).toBe('runs');
});

test('the strip is bounded and numbers are never given twice', () => {
  const bench = new Bench();
  const ids = ['alice', 'bob'].map((name) => bench.open(name));
  for (let i = 0; i < 500; i++) {
    bench.type(ids[i % 2] as number, 'PING');
    bench.run(10);
  }
  const { panels } = bench.session.strip;
  expect(panels.length).toBeLessThanOrEqual(PANELS_MAX);
  expect(panels.at(-1)?.n).toBeGreaterThan(900);
  expect(new Set(panels.map(({ n }) => n)).size).toBe(panels.length);
});
