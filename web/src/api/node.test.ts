// The port itself. What the real client libraries do with it is in `tests/clients`, run by `tools/clients.mjs`.

import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { MODULE } from './api.testing.ts';
import { listen, RedloopSync, type Listening, type ListenOptions } from './node.ts';

let open: Listening[] = [];

async function port(options: ListenOptions & { time?: 'virtual' | 'real' } = {}): Promise<Listening> {
  const { time = 'real', ...rest } = options;
  const listening = await listen({ engine: new RedloopSync(MODULE, { time }), ...rest });
  open.push(listening);
  return listening;
}

afterEach(async () => {
  for (const each of open) await each.close();
  open = [];
});

function dial({ port: to }: Listening): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

function read(socket: Socket, bytes: number): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const take = (chunk: Buffer): void => {
      got += chunk.toString('latin1');
      if (got.length < bytes) return;
      socket.off('data', take);
      resolve(got);
    };
    socket.on('data', take);
  });
}

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => void (condition() ? resolve() : setTimeout(look, 5));
    look();
  });
}

describe('a port', () => {
  test('takes requests in any pieces, inline ones too', async () => {
    const socket = await dial(await port());
    socket.write('*1\r\n$4\r\nPI');
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write('NG\r\nSET k v\r\nGET k\r\n');
    expect(await read(socket, 19)).toBe('+PONG\r\n+OK\r\n$1\r\nv\r\n');
    socket.destroy();
  });

  test('is shared with the calls of this program', async () => {
    const listening = await port();
    const { engine } = listening;
    engine.call('here', 'SET', 'k', 'ours');
    const socket = await dial(listening);
    socket.write('BLPOP jobs 0\r\n');
    await until(() => engine.view().clients.some(({ blocked }) => blocked !== null));
    engine.call('here', 'RPUSH', 'jobs', 'x');
    expect(await read(socket, 21)).toBe('*2\r\n$4\r\njobs\r\n$1\r\nx\r\n');
    socket.destroy();
    await until(() => engine.view().clients.length === 1);
  });

  test('with virtual time, timeouts come when time is moved', async () => {
    const listening = await port({ time: 'virtual' });
    const { engine } = listening;
    const socket = await dial(listening);
    socket.write('BLPOP none 3600\r\n');
    await until(() => engine.view().clients.some(({ blocked }) => blocked !== null));
    engine.advance(3_600_000);
    expect(await read(socket, 5)).toBe('*-1\r\n');
    socket.destroy();
  });

  test('does not read from a client that does not read', async () => {
    const listening = await port();
    const { engine } = listening;
    engine.call('here', 'SET', 'big', 'x'.repeat(1_000_000));
    const socket = await dial(listening);
    socket.pause();
    // More than the kernel's buffers take: its own requests pile up at the client, not in the engine.
    const request = 'GET big\r\n';
    let done = 0;
    for (let i = 0; i < 50; i++) {
      socket.write(request);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const executed = (): number => Number(/cmdstat_get:calls=(\d+)/.exec(engine.call<string>('here', 'INFO', 'commandstats'))?.[1] ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(executed()).toBeLessThan(30);
    socket.on('data', (bytes: Buffer) => (done += bytes.length));
    socket.resume();
    await until(() => done === 50 * ('$1000000\r\n'.length + 1_000_002));
    socket.destroy();
  });

  test('cuts off a subscriber that never reads', async () => {
    const listening = await port({ unsentBytesMax: 1_000_000 });
    const { engine } = listening;
    const socket = await dial(listening);
    socket.write('SUBSCRIBE news\r\n');
    await until(() => engine.call('here', 'PUBLISH', 'news', 'hi') === 1);
    socket.pause();
    const message = 'x'.repeat(500_000);
    await until(() => engine.call('here', 'PUBLISH', 'news', message) === 0);
    await until(() => listening.connections === 0);
    socket.destroy();
  });

  test('QUIT, CLIENT KILL and SHUTDOWN hang up', async () => {
    const listening = await port();
    const { engine } = listening;
    const [quits, killed, other] = [await dial(listening), await dial(listening), await dial(listening)];
    const ended = [quits, killed, other].map((socket) => new Promise((resolve) => socket.on('close', resolve).resume()));
    quits.write('QUIT\r\n');
    await ended[0];
    killed.write('CLIENT SETNAME victim\r\n');
    await until(() => engine.view().clients.some(({ name }) => name === 'victim'));
    const { id } = engine.view().clients.find(({ name }) => name === 'victim') as { id: number };
    engine.call('here', 'CLIENT', 'KILL', 'ID', id);
    await ended[1];
    other.write('SHUTDOWN NOSAVE\r\n');
    await ended[2];
  });

  test('a port in use is an error, and closing frees it', async () => {
    const first = await port();
    const again = { engine: first.engine, port: first.port };
    await expect(listen(again)).rejects.toThrow('EADDRINUSE');
    await first.close();
    const second = await port({ port: first.port });
    expect(second.url).toBe(`redis://127.0.0.1:${first.port}`);
  });
});
