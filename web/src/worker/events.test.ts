import { expect, test } from 'vitest';
import type { LoopEvent } from '../model/engine.ts';
import { requests } from '../model/recording.ts';
import { pack } from '../model/bytes.ts';
import { Redloop } from '../wasm/redloop_wasm.js';
import './engine.testing.ts';
import { readEvents } from './events.ts';

const NOW = 1_700_000_000_000_000;

/** Runs lines of clients 1 and 2, and answers what happened. A number lets that many milliseconds pass. */
function told(...steps: ([1 | 2, string] | number)[]): LoopEvent[] {
  const engine = new Redloop(NOW, 1, 0, 0);
  let now = NOW;
  engine.connect(now, 1);
  engine.connect(now, 2);
  const events: LoopEvent[] = [];
  for (const step of [...steps, 0]) {
    if (typeof step === 'number') engine.wake((now += step * 1000));
    else engine.feed(now, step[0], pack(requests([step[1]])));
    while (engine.turn());
    while (engine.takeOutput() !== undefined);
    events.push(...readEvents(engine.takeEvents()));
  }
  engine.disconnect(now, 2);
  events.push(...readEvents(engine.takeEvents()));
  engine.free();
  return events;
}

test('every kind of event is read as it is written', () => {
  const events = told(
    [1, 'SET "k\\xff\\x80\\"" v PX 5'], 10, [1, 'NOPE a'], [1, 'MULTI'], [1, 'INCR n'], [1, 'EXEC'],
    [2, 'BLPOP l m 0'], [1, 'RPUSH l x'], [2, 'BLPOP l 0.001'], 5, [2, 'SUBSCRIBE c'], [1, 'PUBLISH c hi'],
    [2, 'PSUBSCRIBE __key*'], [1, 'CONFIG SET notify-keyspace-events EA'], [1, 'SET a 1'], [2, 'PUNSUBSCRIBE'], [1, 'CLIENT PAUSE 3'], [1, 'GET a'], 4);
  const of = (kind: LoopEvent['kind'], at = 0): object | undefined => events.filter((event) => event.kind === kind)[at];
  expect(of('connected')).toMatchObject({ seq: 1, at: NOW, depth: 0, client: 1 });
  expect(of('arrived')).toMatchObject({ client: 1, bytes: 45 });
  expect(of('queued')).toMatchObject({ client: 1, length: 1 });
  expect(of('turn')).toMatchObject({ n: 1 });
  expect(of('task')).toMatchObject({ task: { task: 'readable', client: 1 } });
  expect(of('command')).toMatchObject({ client: 1, argv: ['SET', 'k\xff\x80"', 'v', 'PX', '5'] });
  expect(of('key')).toMatchObject({ db: 0, key: 'k\xff\x80"', event: 'set' });
  expect(of('done')).toMatchObject({ client: 1, bytes: 5, error: false, until: 0 });
  expect(of('expired')).toMatchObject({ db: 0, key: 'k\xff\x80"', at: NOW + 10_000 });
  expect(of('timer')).toMatchObject({ timer: 'expire keys', handled: 1 });
  expect(of('refused')).toMatchObject({ client: 1, name: 'NOPE' });
  expect(of('collected')).toMatchObject({ client: 1, argv: ['INCR', 'n'], length: 1 });
  expect(events.find((event) => event.kind === 'command' && event.depth === 1)).toMatchObject({ argv: ['INCR', 'n'] });
  expect(of('blocked')).toMatchObject({ client: 2, keys: ['l', 'm'], deadline: null });
  expect(of('blocked', 1)).toMatchObject({ keys: ['l'], deadline: NOW + 11_000 });
  expect(of('woken')).toMatchObject({ client: 2, key: 'l' });
  expect(events.filter((event) => event.kind === 'unblocked')).toMatchObject([{ client: 2, timedOut: false }, { client: 2, timedOut: true }]);
  expect(of('published')).toMatchObject({ channel: '__keyevent@0__:set', receivers: 1 });
  expect(of('postponed')).toMatchObject({ client: 1 });
  expect(of('replied')).toMatchObject({ client: 1, bytes: 5 });
  expect([of('idle'), of('idle', 1)]).toMatchObject([{ wake: NOW + 5000 }, { wake: null }]);
  expect(of('disconnected')).toMatchObject({ client: 2 });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
});

test('what it does not know, it does not guess', () => {
  expect(() => readEvents(Uint8Array.of(31))).toThrow('Reload the page');
  expect(readEvents(undefined)).toEqual([]);
});
