// What the page records must replay to the same bytes elsewhere. This test types a session into the engine and compares
// its transcript with a file that the transcript tests run on the core, the native server and real servers. Run with
// REDLOOP_BLESS=1 to write the file anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';

const FILE = new URL('../../../tests/transcripts/scenes/recorded-in-the-page.redis', import.meta.url);
const HEAD = '# A session recorded in the playground\n# Written by web/src/model/recorded.test.ts, at a speed at which clients wait for each other.\n';

/** What a page that could draw only every other second was told all at once. */
const AT_ONCE_FILE = new URL('../../../tests/transcripts/scenes/recorded-at-once.redis', import.meta.url);
const AT_ONCE_HEAD = '# A session recorded in the playground with a frame every two seconds\n# Written by web/src/model/recorded.test.ts.\n';
const AT_ONCE: [number, string, number?][] = [
  [0, 'PING'],
  [1, 'PING'],
  [2, 'PING'],
  [1, 'SUBSCRIBE news'],
  [2, 'SSUBSCRIBE news'],
  [0, 'SPUBLISH news a', 0],
  [0, 'PUBLISH news b', 0],
  [0, 'MULTI', 0],
  [0, 'PUBLISH news c', 0],
  [0, 'SPUBLISH news d', 0],
  [0, 'EXEC', 0],
  [1, 'SUBSCRIBE news', 0],
  [0, 'PUBLISH news e'],
  [1, 'UNSUBSCRIBE', 0],
  [2, 'SUNSUBSCRIBE', 0],
  [1, 'BLPOP jobs 0', 0],
  [1, 'BLPOP jobs 0', 0],
  [1, 'BLPOP jobs 0.25', 20],
  [2, 'BLPOP jobs 0', 20],
  [0, 'RPUSH jobs one', 20],
  [0, 'RPUSH jobs two three', 20],
  [0, 'RPUSH jobs four', 500],
  [0, 'SET short lived PX 400', 150],
  [2, 'GET short', 600],
  [2, 'GET short', 20],
  [0, 'CLIENT PAUSE 300 WRITE', 100],
  [1, 'INCR n', 0],
  [2, 'GET n', 500],
  [2, 'GET n', 20],
  [1, 'SUBSCRIBE last', 20],
  [0, 'CLIENT KILL TYPE pubsub', 20],
  [2, 'QUIT', 20],
];

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
  [2, 'MULTI'],
  [2, 'SUBSCRIBE x y'],
  [2, 'GET n'],
  [2, 'EXEC'],
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

/** Clients that end, change their names, and want to hear nothing. */
const ENDINGS_FILE = new URL('../../../tests/transcripts/scenes/recorded-endings.redis', import.meta.url);
const ENDINGS_HEAD = '# A session recorded in the playground in which clients are closed and renamed\n# Written by web/src/model/recorded.test.ts.\n';
const ENDINGS: [number, string | ((bench: Bench, client: number) => void), number?][] = [
  [1, 'BLPOP jobs 0'],
  [2, 'BLPOP jobs 0'],
  [1, (bench, client): void => bench.close(client)],
  [0, 'RPUSH jobs paint'],
  [2, (bench, client): void => void bench.session.rename(client, 'anna')],
  [2, 'GET jobs'],
  [0, 'CLIENT REPLY SKIP'],
  [0, 'SET n 1'],
  [0, 'INCR n'],
  [0, 'CLIENT REPLY OFF'],
  [0, '3 INCR n'],
  [2, 'GET n'],
  [0, 'CLIENT REPLY ON'],
  [0, 'GET n'],
  [2, 'BLPOP jobs 0.05', 0],
  [0, 'DEBUG SLEEP 0.2', 400],
  [0, 'PING'],
  [2, 'BLPOP jobs 0.0302', 0],
  [0, 'BLPOP other 0.0304', 200],
  [2, (bench, client): void => bench.close(client)],
];

function recorded(bench: Bench, session: typeof ENDINGS, between: number): string {
  const clients = ['alice', 'bob', 'carol'].map((name) => bench.open(name));
  for (const [client, line, ms] of session) {
    const id = clients[client] as number;
    if (typeof line === 'string') bench.type(id, line);
    else line(bench, id);
    bench.run(ms ?? between);
  }
  bench.run(20_000);
  bench.frame();
  return bench.transcript;
}

function matches(file: URL, transcript: string): void {
  if (process.env['REDLOOP_BLESS'] === '1') writeFileSync(file, transcript);
  expect(transcript).toBe(readFileSync(file, 'utf8'));
}

test('a recorded session is the transcript that other engines run', () => {
  matches(FILE, HEAD + recorded(new Bench(200), SESSION, 1500).replace(/1# "server"[^]*?(?=@)/, '...\n'));
});

test('so is one that was told in a few large frames', () => {
  const bench = new Bench();
  bench.frameMs = 2000;
  matches(AT_ONCE_FILE, AT_ONCE_HEAD + recorded(bench, AT_ONCE, 30));
});

test('so is one in which clients end, change their names and hear nothing', () => {
  matches(ENDINGS_FILE, ENDINGS_HEAD + recorded(new Bench(), ENDINGS, 30));
});
