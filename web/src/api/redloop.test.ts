import { describe, expect, test } from 'vitest';
import { MODULE } from './api.testing.ts';
import { ClosedError, createRedloop, EngineError, ReplyError, type Redloop, type RedloopOptions } from './index.ts';

const start = (options: RedloopOptions = {}): Promise<Redloop> => createRedloop({ module: MODULE, time: 'virtual', ...options });

describe('calls', () => {
  test('resolve with values and reject with exact errors', async () => {
    const redloop = await start();
    const client = redloop.client('alice');
    expect(await client.call('SET', 'k', 'v')).toBe('OK');
    expect(await client.call<string>('GET', 'k')).toBe('v');
    await expect(client.call('LPUSH', 'k', 1)).rejects.toThrow(new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value'));
    await expect(client.call('NOSUCH')).rejects.toThrow(/^ERR unknown command 'NOSUCH'/);
    expect(await client.as({ strings: 'bytes' }).call('GET', 'k')).toEqual(Uint8Array.of(118));
    redloop.close();
  });

  test('a pipeline keeps order and lets errors be values; a transaction answers as EXEC', async () => {
    const redloop = await start();
    const client = redloop.client('alice');
    expect(await client.pipeline([['SET', 'k', 1], ['INCR', 'k'], ['LPUSH', 'k', 1], ['GET', 'k']])).toEqual(['OK', 2, expect.any(ReplyError), '2']);
    expect(await client.transaction([['INCR', 'k'], ['GET', 'k']])).toEqual([3, '3']);
    await client.call('WATCH', 'k');
    await redloop.client('bob').call('SET', 'k', 9);
    expect(await client.transaction([['INCR', 'k']])).toBe(null);
    await expect(client.transaction([['NOSUCH']])).rejects.toThrow(/^EXECABORT/);
    redloop.close();
  });

  test('a blocking command resolves when it is served, or when its time is up', async () => {
    const redloop = await start();
    const served = redloop.client('alice').call('BLPOP', 'jobs', 0);
    const late = redloop.client('bob').call('BLPOP', 'none', 1.5);
    await redloop.client('carol').call('RPUSH', 'jobs', 'paint');
    expect(await served).toEqual(['jobs', 'paint']);
    const before = await redloop.now();
    expect(await redloop.advance(1500)).toBe(before + 1500);
    expect(await late).toBe(null);
    redloop.close();
  });

  test('in real time, deadlines come by themselves', async () => {
    const redloop = await start({ time: 'real' });
    const client = redloop.client('alice');
    const begun = performance.now();
    expect(await client.call('BLPOP', 'none', 0.05)).toBe(null);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(49);
    await client.call('SET', 'k', 'v', 'PX', 20);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await client.call('GET', 'k')).toBe(null);
    expect(Math.abs((await redloop.now()) - Date.now())).toBeLessThan(1000);
    redloop.close();
  });
});

describe('pub/sub', () => {
  test('by iteration', async () => {
    const redloop = await start();
    const news = await redloop.client('alice').subscribe(['news', 'sport']);
    const bob = redloop.client('bob');
    await bob.pipeline([['PUBLISH', 'news', 'one'], ['PUBLISH', 'other', 'x'], ['PUBLISH', 'sport', 'two']]);
    const seen = [];
    for await (const message of news) {
      seen.push(message);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([{ channel: 'news', pattern: null, message: 'one' }, { channel: 'sport', pattern: null, message: 'two' }]);
    expect(await bob.call('PUBSUB', 'NUMSUB', 'news')).toEqual(['news', 0]);
    redloop.close();
  });

  test('by listener and pattern, while the client goes on', async () => {
    const redloop = await start();
    const alice = redloop.client('alice');
    const seen: unknown[] = [];
    const subscription = await alice.psubscribe('n*', (...message) => seen.push(message));
    expect(await alice.call('PING')).toBe('PONG');
    await redloop.client('bob').call('PUBLISH', 'news', 'hi');
    expect(seen).toEqual([['hi', 'news', 'n*']]);
    await subscription.unsubscribe();
    expect(await redloop.client('bob').call('PUBLISH', 'news', 'hi')).toBe(0);
    redloop.close();
  });

  test('an iteration ends with its connection', async () => {
    const redloop = await start();
    const alice = redloop.client('alice');
    const news = await alice.subscribe('news');
    const done = news[Symbol.asyncIterator]().next();
    alice.close();
    expect((await done).done).toBe(true);
    redloop.close();
  });
});

describe('engines', () => {
  test('a fork is independent and knows the clients', async () => {
    const redloop = await start();
    const waiting = redloop.client('alice').call('BLPOP', 'jobs', 0);
    await redloop.client('bob').call('SET', 'k', 1);
    const fork = await redloop.fork();
    expect(await fork.client('bob').call('INCR', 'k')).toBe(2);
    await fork.client('bob').call('RPUSH', 'jobs', 'theirs');
    expect(await fork.client('alice').call('PING')).toBe('PONG');
    expect(await redloop.client('bob').call('GET', 'k')).toBe('1');
    fork.close();
    await redloop.client('bob').call('RPUSH', 'jobs', 'ours');
    expect(await waiting).toEqual(['jobs', 'ours']);
    redloop.close();
  });

  test('watchers get events with the state after them', async () => {
    const redloop = await start();
    const client = redloop.client('alice');
    await client.call('PING');
    const commands: string[] = [];
    const stop = redloop.watch(({ events, view }) => {
      for (const event of events) if (event.kind === 'command') commands.push(event.argv.join(' '));
      expect(view.clients).toHaveLength(1);
    });
    await client.pipeline([['SET', 'a', 1], ['GET', 'a']]);
    stop();
    await client.call('GET', 'b');
    expect(commands).toEqual(['SET a 1', 'GET a']);
    expect((await redloop.view()).databases).toEqual([{ db: 0, keys: 1, expires: 0 }]);
    redloop.close();
  });

  test('closing rejects what waits; the engine says that it is gone', async () => {
    const redloop = await start();
    const client = redloop.client('alice');
    const waiting = client.call('BLPOP', 'k', 0);
    client.close();
    await expect(waiting).rejects.toThrow(ClosedError);
    await expect(client.call('PING')).rejects.toThrow(ClosedError);
    const other = redloop.client('bob').call('BLPOP', 'k', 0);
    redloop.close();
    await expect(other).rejects.toThrow(EngineError);
    await expect(redloop.now()).rejects.toThrow('The engine was closed.');
  });

  test('SHUTDOWN ends it too', async () => {
    const redloop = await start();
    await expect(redloop.client('a').call('SHUTDOWN', 'NOSAVE')).rejects.toThrow(ClosedError);
    await expect(redloop.now()).rejects.toThrow(EngineError);
  });

  test('wrong options and arguments are told at once', async () => {
    await expect(start({ seed: 0.5 })).rejects.toThrow(/seed/);
    const redloop = await start();
    expect(() => redloop.client('a').call('SET', 'k', null as never)).toThrow('Argument 2 is null');
    await expect(redloop.advance(-1)).rejects.toThrow(RangeError);
    await expect(redloop.client('a').call('CLIENT', 'REPLY', 'OFF')).rejects.toThrow(TypeError);
    redloop.close();
    await expect(createRedloop({ module: new Uint8Array(8) })).rejects.toThrow();
  });
});
