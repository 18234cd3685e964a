// The asynchronous API: an engine, its clients, and everything about them as promises.
//
// Decoding happens here, so that a slow reply costs the engine nothing; matching replies to calls happens beside the
// engine (`runner.ts`), so that a fork knows who waits for what.

import type { Reply } from '../model/resp.ts';
import type { View } from '../model/engine.ts';
import { openHost, type Host, type WorkerOption } from './host.ts';
import type { Snapshot } from './machine.ts';
import { EngineError } from './machine.ts';
import type { News, Order } from './messages.ts';
import { Subscription, type Message } from './subscription.ts';
import type { ClientOptions, EngineOptions } from './sync.ts';
import { ClosedError, decodeText, encodeRequest, ReplyError, toValue, type Argument, type ReplyOptions, type Value } from './values.ts';
import { loadModule, type ModuleSource } from './wasm.ts';

/** How {@link createRedloop} starts. */
export interface RedloopOptions extends EngineOptions {
  /** Where the engine's WebAssembly is. Default: the copy inlined in the package. */
  module?: ModuleSource | Promise<ModuleSource>;
  /**
   * Default `true`: a worker from the package's own file, or this thread where there are no workers or the file is not
   * found. `false`: this thread. An address or a function: that worker, or an error.
   */
  worker?: WorkerOption;
}

type Commands = readonly (readonly [string, ...Argument[]])[];

/** An answer that somebody waits for. */
interface Asked {
  resolve(answer: Reply | number | View | null): void;
  reject(error: Error): void;
}

/** One host with everybody who waits for its news; a Redloop and its forks share it. */
class Line {
  readonly engines = new Map<number, Redloop>();
  host: Host | undefined;
  #asked = new Map<number, Asked>();
  #ids = 0;
  #engines = 0;

  nextEngine(): number {
    return this.#engines++;
  }

  post(order: Order): void {
    if (this.host === undefined) throw new EngineError('The engine was closed.');
    this.host.post(order);
  }

  /** Reserves numbers for answers. */
  ask<T>(count: number, order: (id: number) => Order): Promise<T>[] {
    const first = this.#ids + 1;
    this.#ids += count;
    const promises = Array.from({ length: count }, (_, i) =>
      new Promise<T>((resolve, reject) => this.#asked.set(first + i, { resolve: resolve as Asked['resolve'], reject })));
    try {
      this.post(order(first));
    } catch (error) {
      for (let i = 0; i < count; i++) this.#settle(first + i)?.reject(error as Error);
    }
    return promises;
  }

  hear(news: readonly News[]): void {
    for (const each of news) {
      switch (each.type) {
        case 'answer':
          this.#settle(each.id)?.resolve(each.reply);
          break;
        case 'done':
          this.#settle(each.id)?.resolve(each.value);
          break;
        case 'failed':
          this.#settle(each.id)?.reject(error(each.kind, each.message));
          break;
        case 'push':
          this.engines.get(each.engine)?.connected(each.name)?.pushed(each.reply);
          break;
        case 'closed':
          this.engines.get(each.engine)?.connected(each.name)?.hungUp();
          break;
        case 'snapshot':
          this.engines.get(each.engine)?.happened(each.snapshot);
          break;
        case 'died':
          this.engines.get(each.engine)?.died(each.message);
      }
    }
  }

  /** The host is gone, or its last engine. */
  end(why: string): void {
    this.host?.close();
    this.host = undefined;
    for (const { reject } of this.#asked.values()) reject(new EngineError(why));
    this.#asked.clear();
    for (const engine of [...this.engines.values()]) engine.died(why);
    this.engines.clear();
  }

  #settle(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }
}

function error(kind: string, message: string): Error {
  if (kind === 'ClosedError') return new ClosedError(message);
  if (kind === 'EngineError') return new EngineError(message);
  return kind === 'TypeError' ? new TypeError(message) : kind === 'RangeError' ? new RangeError(message) : new Error(message);
}

/** A connection to a {@link Redloop}. */
export class Client {
  /** As it was asked for; `CLIENT LIST` shows it too where it has no spaces. */
  readonly name: string;
  #engine: Redloop;
  #options: ReplyOptions;
  #shared: { open: boolean; listeners: Set<(push: Reply) => void>; ends: Set<() => void> };

  /** @internal */
  constructor(engine: Redloop, name: string, options: ReplyOptions, shared: Client | null = null) {
    this.#engine = engine;
    this.name = name;
    this.#options = options;
    this.#shared = shared === null ? { open: true, listeners: new Set(), ends: new Set() } : shared.#shared;
  }

  /** Whether the connection stands, as far as is known here. */
  get open(): boolean {
    return this.#shared.open;
  }

  /**
   * Sends a command. Resolves with the reply, for a blocking command when it is served or its time is up. Rejects with
   * {@link ReplyError} for an error reply and with {@link ClosedError} when the connection is closed before.
   */
  call<T extends Value = Value>(command: string, ...args: Argument[]): Promise<T> {
    return (this.#send([[command, ...args]])[0] as Promise<Value>).then(thrown) as Promise<T>;
  }

  /**
   * Sends commands in one write and resolves when all are answered. Error replies are {@link ReplyError} values in the
   * result, so that one error does not hide the other answers.
   */
  pipeline(commands: Commands): Promise<Value[]> {
    return Promise.all(this.#send(commands));
  }

  /**
   * MULTI, the commands, EXEC. Resolves with the replies, or with `null` when a watched key was changed. Rejects with
   * {@link ReplyError} when a command could not be queued: then nothing was executed.
   */
  async transaction(commands: Commands): Promise<Value[] | null> {
    const replies = await this.pipeline([['MULTI'], ...commands, ['EXEC']]);
    return thrown(replies.at(-1) as Value) as Value[] | null;
  }

  /** Subscribes to channels. With a listener, messages go to it; otherwise iterate over the result. */
  async subscribe(channels: string | readonly string[], listener?: (message: Value, channel: string) => void): Promise<Subscription> {
    return this.#subscribe('', channels, listener);
  }

  /** Subscribes to patterns. */
  async psubscribe(patterns: string | readonly string[], listener?: (message: Value, channel: string, pattern: string) => void): Promise<Subscription> {
    return this.#subscribe('P', patterns, listener as (message: Value, channel: string, pattern?: string) => void);
  }

  /** Calls the listener for whatever comes unasked: messages, lines of MONITOR, invalidations. Answers how to end it. */
  onPush(listener: (push: Value) => void): () => void {
    const heard = (push: Reply): void => listener(toValue(push, this.#options));
    this.#shared.listeners.add(heard);
    return () => this.#shared.listeners.delete(heard);
  }

  /** The same connection with other ideas of what replies become: `client.as({ strings: 'bytes' })`. */
  as(options: ReplyOptions): Client {
    return new Client(this.#engine, this.name, { ...this.#options, ...options }, this);
  }

  /** Hangs up. Calls that wait are rejected with {@link ClosedError}. */
  close(): void {
    if (this.open) this.#engine.order((engine) => ({ type: 'hang-up', engine, name: this.name }));
    this.hungUp();
  }

  /** @internal The same client of a copy of the engine. */
  moved(engine: Redloop): Client {
    return new Client(engine, this.name, this.#options);
  }

  /** @internal */
  pushed(reply: Reply): void {
    for (const listener of [...this.#shared.listeners]) listener(reply);
  }

  /** @internal */
  hungUp(): void {
    this.#shared.open = false;
    for (const end of this.#shared.ends) end();
    this.#shared.ends.clear();
    this.#shared.listeners.clear();
  }

  #send(commands: Commands): Promise<Value>[] {
    for (const command of commands) encodeRequest(command);
    if (!this.open) {
      const closed = Promise.reject<Value>(new ClosedError(`The connection of ${this.name} is closed.`));
      return commands.map(() => closed);
    }
    const { name } = this;
    const answers = this.#engine.ask<Reply | null>(commands.length, (engine, id) => ({ type: 'calls', engine, name, id, commands }));
    return answers.map(async (answer, i) => {
      const reply = await answer;
      if (reply === null) throw new ClosedError(`The connection was closed before ${commands[i]?.[0]} was answered.`);
      return toValue(reply, this.#options);
    });
  }

  async #subscribe(kind: '' | 'P', to: string | readonly string[], listener?: (message: Value, channel: string, pattern?: string) => void): Promise<Subscription> {
    const wanted = typeof to === 'string' ? [to] : to;
    const names = new Set(wanted);
    const { listeners, ends } = this.#shared;
    const subscription = new Subscription(async () => {
      leave();
      if (this.open) await this.call(`${kind}UNSUBSCRIBE`, ...wanted);
    });
    const heard = (push: Reply): void => {
      const message = published(push, kind, this.#options);
      if (message === null || !names.has(message.pattern ?? message.channel)) return;
      if (listener === undefined) subscription.push(message);
      else listener(message.message, message.channel, message.pattern ?? undefined);
    };
    const end = (): void => subscription.end();
    const leave = (): void => {
      listeners.delete(heard);
      ends.delete(end);
    };
    listeners.add(heard);
    ends.add(end);
    try {
      await this.call(`${kind}SUBSCRIBE`, ...wanted);
    } catch (error) {
      leave();
      throw error;
    }
    return subscription;
  }
}

function thrown(value: Value): Value {
  if (value instanceof ReplyError) throw value;
  return value;
}

/** The message in a push, if it is one of this kind. */
function published(push: Reply, kind: '' | 'P', options: ReplyOptions): Message | null {
  if (push.type !== 'push' && push.type !== 'array') return null;
  const [type, ...rest] = push.items.map((item) => ('value' in item && typeof item.value === 'string' ? decodeText(item.value) : ''));
  const last = push.items.at(-1) as Reply;
  if (kind === '' && type === 'message') return { channel: rest[0] as string, pattern: null, message: toValue(last, options) };
  if (kind === 'P' && type === 'pmessage') return { channel: rest[1] as string, pattern: rest[0] as string, message: toValue(last, options) };
  return null;
}

/** An engine. Made by {@link createRedloop}. */
export class Redloop {
  #line: Line;
  #number: number;
  #clients = new Map<string, Client>();
  #watchers = new Set<(snapshot: Snapshot) => void>();
  #dead = '';

  /** @internal */
  constructor(line: Line, number: number) {
    this.#line = line;
    this.#number = number;
    line.engines.set(number, this);
  }

  /** The client of this name; it connects when first asked for, and then `protocol` counts. */
  client(name: string, options: ClientOptions = {}): Client {
    const known = this.#clients.get(name);
    if (known?.open === true) return known;
    this.order((engine) => ({ type: 'connect', engine, name, protocol: options.protocol ?? 3 }));
    const client = new Client(this, name, options);
    this.#clients.set(name, client);
    return client;
  }

  /** Lets virtual time pass, in milliseconds; deadlines on the way come in their order. Resolves with the time then. */
  advance(ms: number): Promise<number> {
    return this.#ask((engine, id) => ({ type: 'advance', engine, id, ms }));
  }

  /** Engine time in milliseconds since 1970. */
  now(): Promise<number> {
    return this.#ask((engine, id) => ({ type: 'now', engine, id }));
  }

  /** The engine's visible state: clients, queue, timers, databases. */
  view(): Promise<View> {
    return this.#ask((engine, id) => ({ type: 'view', engine, id }));
  }

  /**
   * An independent engine in the same state, with the same clients connected: fed the same, it does the same. Calls that
   * wait here are answered here only.
   */
  async fork(): Promise<Redloop> {
    const copy = new Redloop(this.#line, this.#line.nextEngine());
    for (const [name, client] of this.#clients) if (client.open) copy.#clients.set(name, client.moved(copy));
    try {
      await this.#ask<null>((engine, id) => ({ type: 'fork', engine, id, copy: copy.#number }));
    } catch (error) {
      this.#line.engines.delete(copy.#number);
      throw error;
    }
    return copy;
  }

  /**
   * Calls the watcher with what happened (events of the loop) and the state, whenever something did. Answers how to end
   * it. Nobody watching costs nothing.
   */
  watch(watcher: (snapshot: Snapshot) => void): () => void {
    if (this.#watchers.size === 0) this.order((engine) => ({ type: 'watch', engine, on: true }));
    this.#watchers.add(watcher);
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0 && this.#dead === '') this.order((engine) => ({ type: 'watch', engine, on: false }));
    };
  }

  /** Ends the engine: calls that wait are rejected, the worker ends with its last engine. */
  close(): void {
    if (this.#dead !== '') return;
    this.order((engine) => ({ type: 'close', engine }));
    this.died('The engine was closed.');
    if (this.#line.engines.size === 0) this.#line.end('The engine was closed.');
  }

  /** @internal */
  order(order: (engine: number) => Order): void {
    if (this.#dead !== '') throw new EngineError(this.#dead);
    this.#line.post(order(this.#number));
  }

  /** @internal */
  ask<T>(count: number, order: (engine: number, id: number) => Order): Promise<T>[] {
    if (this.#dead === '') return this.#line.ask<T>(count, (id) => order(this.#number, id));
    const dead = Promise.reject<T>(new EngineError(this.#dead));
    return Array.from({ length: count }, () => dead);
  }

  /** @internal */
  connected(name: string): Client | undefined {
    return this.#clients.get(name);
  }

  /** @internal */
  happened(snapshot: Snapshot): void {
    for (const watcher of this.#watchers) watcher(snapshot);
  }

  /** @internal */
  died(why: string): void {
    if (this.#dead !== '') return;
    this.#dead = why;
    this.#line.engines.delete(this.#number);
    for (const client of this.#clients.values()) client.hungUp();
  }

  #ask<T>(order: (engine: number, id: number) => Order): Promise<T> {
    return this.ask<T>(1, order)[0] as Promise<T>;
  }
}

/**
 * Starts an engine: `const redloop = await createRedloop(); await redloop.client('alice').call('SET', 'k', 'v')`. Time is
 * real unless `time: 'virtual'` says otherwise. Needs no special headers; under a content security policy
 * `'wasm-unsafe-eval'`.
 */
export function createRedloop(options: RedloopOptions = {}): Promise<Redloop> {
  return open(options, () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
}

/** @internal */
export async function open(options: RedloopOptions, standard: () => Worker): Promise<Redloop> {
  const { module: source, worker, ...engine } = options;
  const line = new Line();
  const opening = openHost(worker, standard, (news) => line.hear(news), (why) => line.end(why));
  const [module, host] = await Promise.all([loadModule(source), opening]).catch(async (error: unknown) => {
    void opening.then((unused) => unused.close(), () => undefined);
    throw error;
  });
  line.host = host;
  const redloop = new Redloop(line, line.nextEngine());
  try {
    await line.ask<null>(1, (id) => ({ type: 'start', id, module, options: { time: 'real', ...engine } }))[0];
  } catch (error) {
    line.end('The engine could not start.');
    throw error;
  }
  return redloop;
}
