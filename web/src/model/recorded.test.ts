// What the page records must replay to the same bytes elsewhere. This test types a session into the engine and compares
// its transcript with a file that the transcript tests run on the core, the native server and real servers. Run with
// REDLOOP_BLESS=1 to write the file anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';

const FILE = new URL('../../../tests/transcripts/scenes/recorded-in-the-page.redis', import.meta.url);
const HEAD = '# A session recorded in the playground\n# Written by web/src/model/recorded.test.ts, at a speed at which clients wait for each other.\n';

const SESSION: [number, string, number?][] = [
  [0, 'SET greeting "hello\\nworld \\xff"'],
  [1, "GET greeting"],
  [1, 'LPUSH greeting x'],
  [2, 'BLPOP jobs other 0', 5],
  [1, 'BLPOP jobs 0', 5],
  [0, 'RPUSH jobs paint sand wood', 5],
  [0, 'NOPE "a b"', 5],
  [2, 'HELLO 3 SETNAME carol', 5],
  [2, 'CLIENT GETNAME'],
  [2, 'SUBSCRIBE news', 2],
  [1, 'SUBSCRIBE news sport', 2],
  [0, 'PUBLISH news one', 2],
  [0, 'PUBLISH sport two', 2],
  [0, 'PUBLISH news "three\\r\\n"'],
  [1, 'UNSUBSCRIBE sport news'],
  [0, 'MULTI'],
  [0, 'INCR n'],
  [1, 'SET n 41'],
  [0, '2 INCR n'],
  [0, 'EXEC'],
  [1, 'BLPOP nothing 0.15'],
  [0, 'SET short lived PX 400', 150],
  [1, 'GET short', 1500],
  [1, 'GET short'],
  [2, 'HSET h field value'],
  [2, 'HGETALL h'],
  [2, 'DEBUG POPULATE 3000'],
  [2, 'KEYS nothing:*', 20],
  [0, 'GET n', 1],
  [1, 'ECHO "#+@!%["', 3000],
  [0, 'INCRBY n 1000000000000'],
];

test('a recorded session is the transcript that other engines run', () => {
  const bench = new Bench(200);
  const clients = ['alice', 'bob', 'carol'].map((name) => bench.open(name));
  for (const [client, line, ms] of SESSION) {
    bench.type(clients[client] as number, line);
    bench.run(ms ?? 1500);
  }
  bench.run(20_000);
  const recorded = HEAD + bench.transcript.replace(/1# "server"[^]*?(?=@)/, '...\n');
  if (process.env['REDLOOP_BLESS'] === '1') writeFileSync(FILE, recorded);
  expect(recorded).toBe(readFileSync(FILE, 'utf8'));
});
