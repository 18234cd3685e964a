import { describe, expect, test } from 'vitest';
import { MODULE } from './api.testing.ts';
import { type Argument, BlockedError, ClosedError, EngineError, RedloopSync, ReplyError } from './sync.ts';

const start = (options = {}): RedloopSync => new RedloopSync(MODULE, options);

describe('replies as values', () => {
  test('every RESP type, in RESP3', () => {
    const engine = start();
    const alice = engine.client('alice');
    expect(alice.call('SET', 'k', 'grüße')).toBe('OK');
    expect(alice.call('GET', 'k')).toBe('grüße');
    expect(alice.call('GET', 'none')).toBe(null);
    expect(alice.call('INCR', 'n')).toBe(1);
    expect(alice.call('SET', 'n', 9007199254740993n)).toBe('OK');
    expect(alice.call('INCR', 'n')).toBe(9007199254740994n);
    expect(alice.call('SADD', 's', 'a', 'b')).toBe(2);
    expect(alice.call('SMEMBERS', 's')).toEqual(new Set(['a', 'b']));
    alice.call('HSET', 'h', 'f', 1, '__proto__', 'x');
    const hash = alice.call<Record<string, string>>('HGETALL', 'h');
    expect(Object.keys(hash)).toEqual(['f', '__proto__']);
    expect(hash['__proto__']).toBe('x');
    expect(alice.as({ maps: 'map' }).call('HGETALL', 'h')).toEqual(new Map([['f', '1'], ['__proto__', 'x']]));
    expect(alice.call('ZADD', 'z', 1.5, 'm')).toBe(1);
    expect(alice.call('ZSCORE', 'z', 'm')).toBe(1.5);
    expect(alice.as({ integers: 'bigint' }).call('ZCARD', 'z')).toBe(1n);
    expect(engine.client('old', { protocol: 2 }).call('HGETALL', 'h')).toEqual(['f', '1', '__proto__', 'x']);
  });

  test('bytes go in and come out as they are', () => {
    const client = start().client('a');
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    client.call('SET', bytes, bytes);
    expect(client.call('STRLEN', bytes)).toBe(256);
    expect(client.as({ strings: 'bytes' }).call('GET', bytes)).toEqual(bytes);
  });

  test('errors are thrown with their exact text and code', () => {
    const client = start().client('a');
    client.call('SET', 'k', 'v');
    const message = 'WRONGTYPE Operation against a key holding the wrong kind of value';
    expect(() => client.call('LPUSH', 'k', 'x')).toThrow(new ReplyError(message));
    expect(new ReplyError(message).code).toBe('WRONGTYPE');
    client.call('MULTI');
    client.call('LPUSH', 'k', 'x');
    client.call('INCR', 'n');
    expect(client.call('EXEC')).toEqual([new ReplyError(message), 1]);
  });

  test('what is no argument is refused before anything is sent', () => {
    const client = start().client('a');
    expect(() => client.call('SET', 'k', undefined as never)).toThrow('Argument 2 is undefined');
    expect(() => client.call('SET', 'k', Number.NaN)).toThrow('Argument 2 is NaN');
    expect(() => client.call('SET', 'k', {} as never)).toThrow('Argument 2 is of type object');
    expect(() => client.call('CLIENT', 'REPLY', 'OFF')).toThrow(TypeError);
    expect(client.call('DBSIZE')).toBe(0);
  });
});

describe('several clients', () => {
  test('a blocking command is served by another client, first come first served', () => {
    const engine = start();
    const first = engine.client('alice').send('BLPOP', 'jobs', 0);
    const second = engine.client('bob').send('BLPOP', 'jobs', 0);
    expect(first.done).toBe(false);
    expect(() => first.value).toThrow(BlockedError);
    engine.call('carol', 'RPUSH', 'jobs', 'paint');
    expect(first.value).toEqual(['jobs', 'paint']);
    expect(second.done).toBe(false);
  });

  test('commands of a transaction run together; WATCH sees the other client', () => {
    const engine = start();
    const alice = engine.client('alice');
    alice.call('WATCH', 'k');
    engine.call('bob', 'SET', 'k', 1);
    alice.call('MULTI');
    alice.call('SET', 'k', 2);
    expect(alice.call('EXEC')).toBe(null);
  });

  test('messages, monitor lines and confirmations are told apart, in RESP2 and RESP3', () => {
    for (const protocol of [2, 3] as const) {
      const engine = start();
      const alice = engine.client('alice', { protocol });
      const pushes: unknown[] = [];
      alice.onPush((push) => pushes.push(push));
      expect(alice.call('SUBSCRIBE', 'a', 'b')).toEqual([['subscribe', 'a', 1], ['subscribe', 'b', 2]]);
      expect(engine.call('bob', 'PUBLISH', 'a', 'hi')).toBe(1);
      expect(pushes).toEqual([['message', 'a', 'hi']]);
      expect(alice.call('UNSUBSCRIBE')).toHaveLength(2);
      expect(alice.call('UNSUBSCRIBE')).toEqual(['unsubscribe', null, 0]);
      expect(alice.call('PING')).toBe('PONG');
      const monitor = engine.client('monitor', { protocol });
      const lines: unknown[] = [];
      monitor.onPush((line) => lines.push(line));
      monitor.call('MONITOR');
      engine.call('bob', 'SET', 'k', 'v');
      expect(lines).toEqual([expect.stringContaining('"SET" "k" "v"')]);
    }
  });

  test('a list that looks like a message is a reply', () => {
    const client = start().client('a', { protocol: 2 });
    client.call('RPUSH', 'l', 'message', 'a', 'b');
    expect(client.call('LRANGE', 'l', 0, -1)).toEqual(['message', 'a', 'b']);
  });

  test('a closed connection says so, and the name connects again', () => {
    const engine = start();
    const alice = engine.client('alice');
    const waiting = alice.send('BLPOP', 'k', 0);
    engine.call('bob', 'CLIENT', 'KILL', 'ID', alice.id);
    expect(alice.open).toBe(false);
    expect(() => waiting.value).toThrow(ClosedError);
    expect(() => alice.call('PING')).toThrow(ClosedError);
    expect(engine.call('alice', 'PING')).toBe('PONG');
  });
});

describe('time and chance', () => {
  test('time stands still until it is moved, and deadlines come on their way', () => {
    const engine = start();
    const alice = engine.client('alice');
    alice.call('SET', 'k', 'v', 'PX', 500);
    const waiting = engine.client('bob').send('BLPOP', 'none', 2);
    engine.advance(499);
    expect(alice.call('PTTL', 'k')).toBe(1);
    engine.advance(1);
    expect(alice.call('GET', 'k')).toBe(null);
    expect(waiting.done).toBe(false);
    engine.advance(3_600_000);
    expect(waiting.value).toBe(null);
    expect(alice.call('TIME')).toEqual(['1767229200', '500000']);
  });

  test('what is slow costs virtual time only', () => {
    const engine = start();
    const { now } = engine;
    expect(engine.call('a', 'DEBUG', 'SLEEP', 30)).toBe('OK');
    expect(engine.now - now).toBe(30_000);
  });

  test('the same seed gives the same bytes, another seed others', () => {
    const draw = (seed: number): unknown => {
      const engine = start({ seed });
      engine.call('a', 'SADD', 's', ...Array.from({ length: 100 }, (_, i) => i));
      return engine.call('a', 'SRANDMEMBER', 's', 10);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('a fork goes its own way, with the same clients and what they wait for', () => {
    const engine = start();
    const waiting = engine.client('alice').send('BLPOP', 'jobs', 0);
    engine.call('bob', 'SET', 'k', 1);
    const fork = engine.fork();
    fork.call('bob', 'INCR', 'k');
    fork.call('bob', 'RPUSH', 'jobs', 'x');
    expect(waiting.done).toBe(false);
    expect(fork.call('alice', 'PING')).toBe('PONG');
    expect(engine.call('bob', 'GET', 'k')).toBe('1');
    expect(fork.call('bob', 'GET', 'k')).toBe('2');
    engine.call('bob', 'RPUSH', 'jobs', 'y');
    expect(waiting.value).toEqual(['jobs', 'y']);
  });

  test('nonsense is refused', () => {
    expect(() => start({ seed: -1 })).toThrow(RangeError);
    expect(() => start().advance(-1)).toThrow(RangeError);
    expect(() => start({ time: 'real' }).advance(1)).toThrow(TypeError);
  });
});

test('a watcher sees events and state; without one, nothing is written down', () => {
  const engine = start();
  engine.call('alice', 'SET', 'a', 1);
  const kinds: string[] = [];
  const stop = engine.watch(({ events, view }) => {
    kinds.push(...events.map(({ kind }) => kind));
    expect(view.clients.map(({ name }) => name)).toEqual(['alice']);
  });
  engine.call('alice', 'SET', 'b', 1);
  expect(kinds).toContain('command');
  const seen = kinds.length;
  stop();
  engine.call('alice', 'SET', 'c', 1);
  expect(kinds.length).toBe(seen);
});

test('commands that were sent together are answered alike, whether somebody watches each or nobody does', () => {
  const talk = (watched: boolean): unknown => {
    const engine = start();
    const alice = engine.client('alice');
    const waiting = engine.client('bob').send('BLPOP', 'queue', 0);
    let tasks = 0;
    if (watched) engine.watch(({ events }) => void (tasks += events.filter(({ kind }) => kind === 'task').length));
    const several = Array.from({ length: 2000 }, (_, at): [string, ...Argument[]] => ['SET', `key:${at}`, 'x'.repeat(at % 50)]);
    const replies = alice.pipeline([...several, ['RPUSH', 'queue', 'one', 'two'], ['LLEN', 'queue'], ['NONSENSE'], ['LRANGE', 'queue', 0, -1]]);
    expect(tasks > 2000).toBe(watched);
    return { replies: replies.map(({ reply }) => reply), served: waiting.value, keys: alice.call('DBSIZE') };
  };
  expect(talk(true)).toEqual(talk(false));
});

test('SHUTDOWN and close end the engine, with an error that says so', () => {
  const engine = start();
  const alice = engine.client('alice');
  expect(() => alice.call('SHUTDOWN', 'NOSAVE')).toThrow(ClosedError);
  expect(() => engine.call('bob', 'PING')).toThrow(EngineError);
  const other = start();
  other.close();
  expect(() => other.client('x')).toThrow('The engine was closed.');
});
