// How long a jump to a random instant takes in a session of 100 000 commands, and back: what one drag of the timeline
// costs the worker. `cargo xtask bench --only rewind` runs it and compares with `budgets.toml`.

import { bench } from 'vitest';
import { Bench } from './engine.testing.ts';

const COMMANDS = 100_000;
const JUMPS = 400;
const KEYS = 5000;

const made = new Bench();
const clients = ['alice', 'bob', 'carol'].map((name) => made.open(name));
let chance = 1;

function below(bound: number): number {
  chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0;
  return (chance >>> 8) % bound;
}

for (let i = 0; i < COMMANDS; i++) {
  const n = below(KEYS);
  const lines = [`SET key:${n} value${i}`, `GET key:${n}`, 'INCR n', `LPUSH list:${n % 50} ${i}`, `ZADD board ${i} member${n}`];
  made.driver.send(clients[i % 3] as number, [lines[below(lines.length)] as string]);
  if (i % 50 === 49) made.run(10);
}
made.run(5000);
const { session, driver } = made;
if (session.recording.turns < COMMANDS) throw new Error(`only ${session.recording.turns} tasks ran`);

bench(
  'a jump to a random instant',
  () => {
    driver.travel(session.instant(below(session.recording.turns)));
    driver.pastFrame();
  },
  { iterations: JUMPS, time: 0, warmupIterations: 20, warmupTime: 0 },
);
