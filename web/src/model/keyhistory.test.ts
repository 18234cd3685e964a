import { beforeEach, describe, expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import type { LoopEvent } from './engine.ts';
import { KeyHistory, KEYS_MAX, TOUCHES_MAX } from './keyhistory.ts';

let bench: Bench;
let alice: number;
let bob: number;

beforeEach(() => {
  bench = new Bench();
  alice = bench.open('alice');
  bob = bench.open('bob');
});

/** Every touch of a key in words: who, events, command. */
function told(key: string, db = 0): string[] {
  const { session } = bench;
  return (session.keyHistory.of(db, key)?.touches ?? []).map(({ client, events, argv }) => `${client === null ? '-' : session.nameOf(client)} ${events.join('+')}: ${argv.join(' ')}`);
}

describe('the history of a key', () => {
  test('says whose command did what', () => {
    bench.say(alice, 'SET stock 10 EX 100');
    bench.say(bob, 'INCRBY stock 5');
    bench.say(alice, 'GET stock');
    bench.say(alice, 'DEL stock');
    expect(told('stock')).toEqual(['alice set+expire: SET stock 10 EX 100', 'bob incrby: INCRBY stock 5', 'alice del: DEL stock']);
  });

  test('names the commands within a transaction, and those of whoever was served', () => {
    for (const line of ['MULTI', 'RPUSH l a', 'RPUSH l b', 'EXEC']) bench.say(alice, line);
    expect(told('l')).toEqual(['alice rpush: RPUSH l a', 'alice rpush: RPUSH l b']);
    bench.type(bob, 'BLPOP q 0');
    bench.run();
    bench.say(alice, 'RPUSH q x');
    expect(told('q')).toEqual(['alice rpush: RPUSH q x', 'bob lpop+del: BLPOP q 0']);
  });

  test('tells what expired by itself', () => {
    bench.say(alice, 'SET e 1 PX 50');
    bench.run(500);
    expect(told('e')).toEqual(['alice set+expire: SET e 1 PX 50', '- expired: ']);
  });

  test('leads to the value as it was', () => {
    bench.say(alice, 'SET stock 10');
    bench.say(alice, 'SET stock 11');
    const [first, second] = bench.session.keyHistory.of(0, 'stock')?.touches ?? [];
    bench.driver.watchKeys({ db: 0, separator: ':', pattern: '', types: [], order: 'name', opened: true, listed: [], offset: 0, count: 10, selected: 'stock', from: 0 });
    const look = (touch: typeof first): unknown => {
      bench.driver.travel(touch ?? null);
      while (bench.driver.browse((bench.wall += 1000)));
      return bench.driver.pastFrame()?.keys?.detail?.items;
    };
    expect([look(first), look(second)]).toEqual([['10'], ['11']]);
  });

  test('knows databases, renamed and flushed keys', () => {
    bench.say(alice, 'SELECT 1');
    bench.say(alice, 'SET a 1');
    bench.say(bob, 'SET a 2');
    bench.say(bob, 'RENAME a b');
    bench.say(alice, 'FLUSHDB');
    bench.say(bob, 'FLUSHALL');
    expect(told('a', 1)).toEqual(['alice set: SET a 1', 'alice flushdb: FLUSHDB']);
    expect(told('a')).toEqual(['bob set: SET a 2', 'bob rename_from: RENAME a b']);
    expect(told('b')).toEqual(['bob rename_to: RENAME a b', 'bob flushall: FLUSHALL']);
  });

  test('is bounded', () => {
    const history = new KeyHistory();
    const key = (name: string, turns: number): boolean => history.apply({ kind: 'key', seq: 0, at: turns, depth: 0, db: 0, key: name, event: 'set' } as LoopEvent, turns);
    for (let i = 0; i <= TOUCHES_MAX; i++) key('often', i);
    expect(history.of(0, 'often')).toMatchObject({ cut: 1, touches: { length: TOUCHES_MAX } });
    expect(history.of(0, 'often')?.touches[0]).toMatchObject({ turns: 1 });
    key('old', 0);
    for (let i = 0; i < KEYS_MAX - 1; i++) key(`k${i}`, i);
    expect(history.of(0, 'often')).toBeUndefined();
    expect(history.of(0, 'old')).toBeDefined();
    expect(history.incomplete).toBe(true);
  });
});

describe('what is said to be created', () => {
  const made = (line: string, client = alice): [string, boolean][] => {
    bench.session.touched.clear();
    bench.say(client, line);
    return [...bench.session.touched];
  };

  test('was not there before', () => {
    expect(made('SET a 1')).toEqual([['0:a', true]]);
    expect(made('SET a 2')).toEqual([['0:a', false]]);
    expect(made('DEL a')).toEqual([['0:a', false]]);
    expect(made('SET a 3')).toEqual([['0:a', true]]);
    expect(made('FLUSHALL')).toEqual([]);
    expect(made('INCR a')).toEqual([['0:a', true]]);
  });

  test('is not guessed of keys that nothing is known of', () => {
    made('DEBUG POPULATE 3');
    expect(made('SET key:1 x')).toEqual([['0:key:1', false]]);
    made('DEL key:1');
    expect(made('SET key:1 x')).toEqual([['0:key:1', true]]);
  });
});
