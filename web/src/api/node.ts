// `redloop/node`: the engine behind a TCP port, for the clients that applications use. Tests of an application need no
// server then, and with virtual time no waiting.
//
// One turn of Node's own loop is one turn of ours: everything that was readable is fed, then the engine runs once, then
// the replies leave. A client that does not take its replies is not read from until it does; one that is sent more than
// it takes (a slow subscriber) is cut off at a bound.

import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Machine, Route } from './machine.ts';
import { RedloopSync, type EngineOptions } from './sync.ts';
import { loadModule } from './wasm.ts';

export * from './sync.ts';
export { loadModule, type ModuleSource } from './wasm.ts';

/** How {@link listen} starts. */
export interface ListenOptions extends EngineOptions {
  /** Default 0: a free one. */
  port?: number;
  /** Default `127.0.0.1`: this machine only. There is no protected mode here: know who can reach what you open. */
  host?: string;
  /** The engine to serve; default a new one, with real time unless `time` says otherwise. */
  engine?: RedloopSync;
  /** Bytes of replies that a client may leave untaken before it is cut off. Default 64 MiB. */
  unsentBytesMax?: number;
}

/** An open port. */
export interface Listening {
  readonly port: number;
  readonly host: string;
  /** `redis://127.0.0.1:6379` and so on, as client libraries take it. */
  readonly url: string;
  /** The engine behind the port: call it, look at it, fork it, move its time. */
  readonly engine: RedloopSync;
  /** Open connections. */
  readonly connections: number;
  /** Closes the port and all connections; an engine of its own ends too. */
  close(): Promise<void>;
}

const UNSENT_BYTES_MAX = 64 * 1024 * 1024;

/** Opens the port. Rejects with Node's error when it cannot (`EADDRINUSE`). */
export async function listen(options: ListenOptions = {}): Promise<Listening> {
  const { port = 0, host = '127.0.0.1', engine: given, unsentBytesMax = UNSENT_BYTES_MAX, ...start } = options;
  const engine = given ?? new RedloopSync(await loadModule(), { time: 'real', ...start });
  const { machine } = engine;
  const sockets = new Set<Socket>();
  const turn = turns(machine);
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, machine, turn, unsentBytesMax);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    if (given === undefined) engine.close();
  };
  // SHUTDOWN ends the server, as it does a real one.
  machine.onDeath = () => {
    server.close();
    for (const socket of sockets) socket.end();
  };
  const open = (server.address() as AddressInfo).port;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    port: open,
    host,
    url: `redis://${shown}:${open}`,
    engine,
    close,
    get connections() {
      return sockets.size;
    },
  };
}

/** Asks for a run after all that is readable now was read. */
function turns(machine: Machine): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      if (!machine.dead) machine.run();
    });
  };
}

function serve(socket: Socket, machine: Machine, turn: () => void, unsentBytesMax: number): void {
  if (machine.dead) {
    socket.destroy();
    return;
  }
  const route: Route = {
    // The socket itself keeps Node running.
    busy: false,
    reply(bytes) {
      if (socket.destroyed || socket.write(bytes)) return;
      if (socket.writableLength > unsentBytesMax) socket.destroy();
      else socket.pause();
    },
    closed() {
      socket.end();
    },
  };
  const id = machine.connect(route);
  turn();
  socket.on('data', (bytes) => {
    if (machine.dead) return;
    machine.feed(id, bytes as Buffer);
    turn();
  });
  socket.on('drain', () => socket.resume());
  // What follows an error is `close`; a client that hangs up is no event to report.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (machine.dead) return;
    machine.disconnect(id);
    turn();
  });
}
