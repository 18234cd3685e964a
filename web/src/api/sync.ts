// The engine as a plain object that answers at once: for tests, for Node, and inside of the worker.
//
// Time is virtual unless asked otherwise: it stands still until `advance`, so a test of a TTL takes no time and gives
// the same result every day. The same seed and the same calls give the same bytes everywhere.

import type { LoopEvent, Micros, View } from '../model/engine.ts';
import type { Reply } from '../model/resp.ts';
import { initSync } from '../wasm/redloop_wasm.js';
import { Conversation } from './conversation.ts';
import { EngineError, Machine, wall, type Route, type Snapshot } from './machine.ts';
import { ClosedError, encodeRequest, join, ReplyError, toBytes, toValue, type Argument, type ReplyOptions, type Value } from './values.ts';

export { ClosedError, EngineError, ReplyError };
export type { Argument, LoopEvent, Reply, ReplyOptions, Snapshot, Value, View };

/** How an engine starts. */
export interface EngineOptions {
  /** All that is random follows from it. Default 1. */
  seed?: number;
  /** Engine time at the start, in milliseconds since 1970. Default: 1 January 2026 in virtual time, the wall's in real time. */
  now?: number;
  /** Whether time moves by `advance` only, or with the wall. */
  time?: 'virtual' | 'real';
  /** What commands cost on the modelled clock, in nanoseconds for a command and for each element it visits. Default 0, 0. */
  pace?: { commandNs: number; unitNs: number };
}

/** How a client of an engine begins. */
export interface ClientOptions extends ReplyOptions {
  /** RESP version. 3 (the default) has maps, sets, doubles; 2 is what most applications of the past saw. */
  protocol?: 2 | 3;
}

/** Virtual time begins here unless one says otherwise: 1 January 2026. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/** A command is parked, or held up: it has no answer yet. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError';
}

/** The answer of a command that was sent. */
export class Pending<T extends Value = Value> {
  #reply: Reply | null | undefined;
  #options: ReplyOptions;
  #name: string;
  #listeners: (() => void)[] = [];

  /** @internal */
  constructor(name: string, options: ReplyOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Whether the answer is there, or will never come. */
  get done(): boolean {
    return this.#reply !== undefined;
  }

  /** The answer. Throws {@link ReplyError}, {@link ClosedError}, and {@link BlockedError} before it is there. */
  get value(): T {
    const value = this.result;
    if (value instanceof ReplyError) throw value;
    return value;
  }

  /** The answer, with an error reply as a value. */
  get result(): T {
    if (this.#reply === undefined) {
      throw new BlockedError(`${this.#name} waits. Let another client serve it or time pass (\`advance\`), and send it with \`send\`, whose answer can be looked at later.`);
    }
    if (this.#reply === null) throw new ClosedError(`The connection was closed before ${this.#name} was answered.`);
    return toValue(this.#reply, this.#options) as T;
  }

  /** @internal The decoded reply; `null`: there will be none; `undefined`: not yet. */
  get reply(): Reply | null | undefined {
    return this.#reply;
  }

  /** @internal */
  settle(reply: Reply | null): void {
    this.#reply = reply;
    for (const done of this.#listeners) done();
  }

  /** @internal */
  whenDone(done: () => void): void {
    if (this.done) done();
    else this.#listeners.push(done);
  }
}

/** A client of a {@link RedloopSync}. */
export class SyncClient {
  /** Its number, as in `CLIENT LIST` and in events. */
  readonly id: number;
  readonly name: string;
  #machine: Machine;
  #conversation: Conversation;
  #options: ClientOptions;

  /** @internal */
  constructor(machine: Machine, conversation: Conversation, name: string, id: number, options: ClientOptions) {
    this.#machine = machine;
    this.#conversation = conversation;
    this.#options = options;
    this.name = name;
    this.id = id;
  }

  /** Whether the connection stands. */
  get open(): boolean {
    return this.#conversation.open;
  }

  /** Runs a command and answers its reply. Throws {@link ReplyError}; {@link BlockedError} when it waits. */
  call<T extends Value = Value>(command: string, ...args: Argument[]): T {
    return this.send<T>(command, ...args).value;
  }

  /** Sends a command that may wait, such as BLPOP, and answers where its reply will be. */
  send<T extends Value = Value>(command: string, ...args: Argument[]): Pending<T> {
    return this.pipeline([[command, ...args]])[0] as Pending<T>;
  }

  /** Sends commands in one write. */
  pipeline(commands: readonly (readonly [string, ...Argument[]])[]): Pending[] {
    if (!this.open) throw new ClosedError(`The connection of ${this.name} is closed.`);
    const bytes = commands.map((command) => encodeRequest(command));
    for (const command of commands) refuse(command);
    const pending = commands.map(([command, ...args]) => {
      const name = command.toUpperCase();
      const answer = new Pending(name, this.#options);
      this.#conversation.expect(name, args.map(toBytes), (reply) => answer.settle(reply));
      return answer;
    });
    this.#machine.feed(this.id, bytes.length === 1 ? (bytes[0] as Uint8Array) : join(bytes));
    this.#machine.run();
    return pending;
  }

  /** This client with other ideas of what replies become. */
  as(options: ReplyOptions): SyncClient {
    return new SyncClient(this.#machine, this.#conversation, this.name, this.id, { ...this.#options, ...options });
  }

  /** Calls the listener for whatever comes unasked: messages of channels, lines of MONITOR, invalidations. */
  onPush(listener: (push: Value) => void): void {
    this.onPushReply((reply) => listener(toValue(reply, this.#options)));
  }

  /** @internal */
  onPushReply(listener: (reply: Reply) => void): void {
    this.#conversation.onPush = listener;
  }

  /** @internal */
  onClose(listener: () => void): void {
    this.#conversation.onClose = listener;
  }

  /** @internal The same client of a copy of the engine. */
  moved(machine: Machine, conversation: Conversation): SyncClient {
    return new SyncClient(machine, conversation, this.name, this.id, this.#options);
  }

  /** Hangs up, as an application that ends does. */
  close(): void {
    if (!this.open) return;
    this.#machine.disconnect(this.id);
    this.#conversation.closed();
    this.#machine.run();
  }
}

/** CLIENT REPLY would leave calls without answers, for ever. */
function refuse([command, mode]: readonly [string, ...Argument[]]): void {
  if (command.toUpperCase() === 'CLIENT' && String(mode).toUpperCase() === 'REPLY') {
    throw new TypeError('CLIENT REPLY cannot be used here: every call has its answer. Use `listen()` and a socket to see what it does.');
  }
}

/** A Redis-compatible engine in this thread. */
export class RedloopSync {
  /** @internal */
  readonly machine: Machine;
  #clients: Map<string, SyncClient>;
  #conversations: Map<string, Conversation>;

  /** Starts an engine. The module comes from `loadModule()`; compiling it takes longest and happens once. */
  constructor(module: WebAssembly.Module, options?: EngineOptions);
  /** @internal */
  constructor(machine: Machine, clients: Map<string, SyncClient>, conversations: Map<string, Conversation>);
  constructor(of: WebAssembly.Module | Machine, second?: EngineOptions | Map<string, SyncClient>, conversations?: Map<string, Conversation>) {
    if (of instanceof Machine) {
      this.machine = of;
      this.#clients = second as Map<string, SyncClient>;
      this.#conversations = conversations as Map<string, Conversation>;
      return;
    }
    initSync({ module: of });
    const { seed = 1, time = 'virtual', now, pace = { commandNs: 0, unitNs: 0 } } = (second ?? {}) as EngineOptions;
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`The seed ${seed} is no whole number from 0 to 2^53.`);
    const real = time === 'real';
    const start: Micros = now === undefined ? (real ? wall() : EPOCH_MS * 1000) : Math.round(now * 1000);
    this.machine = Machine.start(start, seed, pace, real);
    this.#clients = new Map();
    this.#conversations = new Map();
  }

  /** Engine time in milliseconds since 1970. */
  get now(): number {
    return this.machine.now / 1000;
  }

  /** The client of this name; it connects when first asked for, and then the options count. */
  client(name: string, options: ClientOptions = {}): SyncClient {
    const known = this.#clients.get(name);
    if (known?.open === true) return known;
    const conversation = new Conversation();
    const id = this.machine.connect(conversation as Route);
    const client = new SyncClient(this.machine, conversation, name, id, options);
    this.#clients.set(name, client);
    this.#conversations.set(name, conversation);
    if (options.protocol !== 2) client.call('HELLO', 3);
    if (/^[!-~]+$/.test(name)) client.call('CLIENT', 'SETNAME', name);
    return client;
  }

  /** @internal The client that was called so, connected or not. */
  known(name: string): SyncClient | undefined {
    return this.#clients.get(name);
  }

  /** The clients, in the order in which they connected first. */
  clients(): SyncClient[] {
    return [...this.#clients.values()];
  }

  /** Runs a command as a client, which is named or given, and answers its reply. See {@link SyncClient.call}. */
  call<T extends Value = Value>(client: string | SyncClient, command: string, ...args: Argument[]): T {
    return (typeof client === 'string' ? this.client(client) : client).call<T>(command, ...args);
  }

  /** Lets virtual time pass, in milliseconds: deadlines on the way come in their order. */
  advance(ms: number): void {
    this.machine.advance(ms * 1000);
  }

  /** An independent engine in the same state, with the same clients: fed the same, it does the same. */
  fork(): RedloopSync {
    const conversations = new Map([...this.#conversations].map(([name, conversation]) => [name, conversation.fork()]));
    const routes = new Map<number, Route>();
    for (const [name, client] of this.#clients) if (client.open) routes.set(client.id, conversations.get(name) as Conversation);
    const machine = this.machine.fork(routes);
    const clients = new Map<string, SyncClient>();
    for (const [name, client] of this.#clients) clients.set(name, client.moved(machine, conversations.get(name) as Conversation));
    return new RedloopSync(machine, clients, conversations);
  }

  /** The engine's visible state: clients, queue, timers, databases. */
  view(): View {
    return this.machine.view();
  }

  /** Calls the watcher with what happened and the state, whenever something did. Answers the function that ends it. */
  watch(watcher: (snapshot: Snapshot) => void): () => void {
    return this.machine.watch(watcher);
  }

  /** Frees the engine's memory; every client is closed. */
  close(): void {
    this.machine.close();
  }
}
