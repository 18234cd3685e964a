// A session's writes, loaded into a real Redis by the real redis-cli --pipe, lead to the keys that the session had.
// REDIS_SERVER and REDIS_CLI name the programs; without them they are looked for on the path.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { text } from '../model/bytes.ts';
import { Redloop } from '../wasm/redloop_wasm.js';
import { Bench, EPOCH, PACE } from './engine.testing.ts';
import { writes } from './writes.ts';

const CLI = process.env['REDIS_CLI'] ?? 'redis-cli';
let server: ChildProcess;
let port: number;

beforeAll(async () => {
  port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  server = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'], { stdio: 'ignore' });
  for (let tries = 0; tries < 100; tries++) {
    try {
      if (cli(['PING']).includes('PONG')) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  throw new Error('redis-server did not start; REDIS_SERVER names it');
});

afterAll(() => server.kill());

function cli(argv: readonly string[], input = ''): string {
  return execFileSync(CLI, ['-h', '127.0.0.1', '-p', String(port), ...argv], { input: Buffer.from(input, 'latin1'), encoding: 'utf8', stdio: 'pipe' }).trimEnd();
}

type Step = [client: number, line: string, ms?: number];

const SESSION: Step[] = [
  [0, 'SET greeting "hello\\nworld \\xff\\x00"'],
  [0, 'SET greeting nobody NX'],
  [1, 'LPUSH greeting x'],
  [1, 'BLPOP jobs other 0', 20],
  [0, 'RPUSH jobs paint sand wood'],
  [1, 'BLMOVE jobs done LEFT RIGHT 0'],
  [2, 'BZPOPMIN board 0', 20],
  [0, 'ZADD board 1 ada 2 lin'],
  [1, 'BLPOP nothing 0.05', 200],
  [0, 'MULTI'],
  [0, 'INCR n'],
  [0, 'LPUSH n x'],
  [0, 'SELECT 3'],
  [0, 'HSET h field value other 2'],
  [0, 'SADD bag a b c d e f'],
  [0, 'SPOP bag 2'],
  [0, 'EXEC'],
  [0, 'SPOP bag'],
  [0, 'SET db three'],
  [2, 'MULTI'],
  [2, 'SET never 1'],
  [2, 'DISCARD'],
  [2, '3 INCR n'],
  [1, 'SET short lived PX 20', 100],
  [1, 'SET short stays NX'],
  [1, 'SET long lived EX 1000'],
  [1, 'SET flushed 1'],
  [2, 'SELECT 7'],
  [2, 'SET gone 1'],
  [2, 'FLUSHDB'],
  [2, 'SET left 1'],
  [1, 'RENAME n count'],
  [1, 'NOPE'],
  [1, 'DEBUG POPULATE 3 item 12'],
  [1, 'GET count'],
];

const QUESTIONS: [db: number, line: string][] = [
  [0, 'GET greeting'], [0, 'LRANGE jobs 0 -1'], [0, 'LRANGE done 0 -1'], [0, 'ZRANGE board 0 -1 WITHSCORES'], [0, 'GET count'], [0, 'EXISTS n never'], [0, 'GET short'], [0, 'TTL short'], [0, 'GET item:2'],
  [0, 'DBSIZE'], [3, 'HGETALL h'], [3, 'GET db'], [3, 'SORT bag ALPHA'], [3, 'DBSIZE'], [7, 'KEYS *'], [7, 'DBSIZE'],
];

test('redis-cli --pipe loads a session, and the keys are those of the session', () => {
  const bench = new Bench();
  const clients = ['alice', 'bob', 'carol'].map((name) => bench.open(name));
  for (const [client, line, ms] of SESSION) {
    bench.type(clients[client] as number, line);
    bench.run(ms ?? 20);
  }
  const resp = writes(new Redloop(EPOCH, 7, PACE.commandNs, PACE.unitNs), bench.session.recording) ?? '';
  expect(resp).not.toMatch(/BLPOP|BLMOVE|SPOP|NOPE|DEBUG|never/);
  expect(cli(['--pipe'], resp)).toMatch(/errors: 0, replies: \d+/);
  const reader = bench.open('reader');
  for (const [db, line] of QUESTIONS) {
    bench.say(reader, `SELECT ${db}`);
    expect(cli(['-n', String(db), '--no-raw', ...line.split(' ')]), `${line} in ${db}`).toBe(text(bench.say(reader, line).join('\n')));
  }
  expect(Number(cli(['TTL', 'long']))).toBeGreaterThan(900);
});
