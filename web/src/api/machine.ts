// One engine with its clock and its connections: the host loop of the API.
//
// Time is virtual (it stands still unless `advance` moves it) or real (it follows the wall, with one timer for the next
// deadline). Whoever is at the other end of a connection, a conversation or a socket, is a `Route`.

import type { LoopEvent, Micros, Pace, View } from '../model/engine.ts';
import { readEvents } from '../worker/events.ts';
import { Redloop as Engine } from '../wasm/redloop_wasm.js';

/** The other end of a connection. */
export interface Route {
  reply(bytes: Uint8Array): void;
  /** The engine closed the connection. */
  closed(): void;
  /** Whether it waits for something, so that a program must not end before that has come. */
  readonly busy: boolean;
}

/** What happened, and the state after it. */
export interface Snapshot {
  events: LoopEvent[];
  view: View;
}

/** The engine cannot be used any more: it panicked, was shut down by SHUTDOWN, or was closed. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** The longest that a timer of JavaScript sleeps, in milliseconds. */
const SLEEP_MS_MAX = 2 ** 31 - 1;
/** Tasks that run before their replies leave. */
const TASKS = 16;

export class Machine {
  readonly real: boolean;
  /** Engine time, at the last run. */
  now: Micros;
  /** The engine cannot be used any more, for this reason. */
  onDeath: (why: string) => void = () => undefined;
  #engine: Engine;
  #routes: Map<number, Route>;
  #watchers = new Set<(snapshot: Snapshot) => void>();
  #ids = 0;
  #dead = '';
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(engine: Engine, now: Micros, real: boolean, routes = new Map<number, Route>()) {
    this.#engine = engine;
    this.now = now;
    this.real = real;
    this.#routes = routes;
    this.#ids = Math.max(0, ...routes.keys());
    engine.mute(true);
    engine.takeEvents();
  }

  /** A fresh engine. */
  static start(now: Micros, seed: number, pace: Pace, real: boolean): Machine {
    return new Machine(new Engine(now, seed, pace.commandNs, pace.unitNs), now, real);
  }

  /** Whether the engine can not be used any more. */
  get dead(): boolean {
    return this.#dead !== '';
  }

  /** Connects a client and answers its number. */
  connect(route: Route): number {
    this.#alive();
    const id = ++this.#ids;
    this.#routes.set(id, route);
    this.#tick();
    this.#engine.connect(this.now, id);
    return id;
  }

  /** Request bytes; they are executed by `run`. */
  feed(id: number, bytes: Uint8Array): void {
    this.#alive();
    this.#tick();
    this.#engine.feed(this.now, id, bytes);
  }

  /** The client has gone. */
  disconnect(id: number): void {
    if (this.#dead !== '' || !this.#routes.delete(id)) return;
    this.#tick();
    this.#engine.disconnect(this.now, id);
  }

  /** In real time: the clock shows the wall's time, and what is due has happened. */
  catchUp(): void {
    if (!this.real) return;
    this.#tick();
    this.#wake(this.now);
    this.run();
  }

  /** Runs until nothing is left to do now. In virtual time, what commands cost is paid at once. */
  run(): void {
    this.#alive();
    // A reply's receiver may send the next command: the outer call goes on with it.
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        while (this.#dead === '' && this.#work()) this.#drain();
        if (this.#dead !== '') return;
        this.#drain();
        if (this.#dead !== '') return;
        const { busyUntil } = this.#engine;
        if (this.real || busyUntil <= this.now) break;
        this.#wake(busyUntil);
      }
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.#die(`The engine crashed: ${error.message}.`);
      throw error;
    } finally {
      this.#running = false;
    }
    this.#tell();
    this.#sleep();
  }

  /** Lets this much virtual time pass; deadlines on the way come in their order. */
  advance(us: Micros): void {
    if (this.real) throw new TypeError("Time is real here: start the engine with `time: 'virtual'` to move it.");
    if (!(us >= 0)) throw new RangeError(`Time goes forward only: ${us / 1000} ms is no way to go.`);
    const end = this.now + Math.round(us);
    this.run();
    for (;;) {
      const at = this.#engine.wakeAt;
      if (at === undefined || at > end) break;
      this.#wake(Math.max(at, this.now));
      this.run();
    }
    if (end > this.now) this.#wake(end);
    this.run();
  }

  /** What happens from now on, after every run. Answers the function that ends it. */
  watch(watcher: (snapshot: Snapshot) => void): () => void {
    this.#alive();
    this.#watchers.add(watcher);
    this.#engine.mute(false);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0 && this.#dead === '') this.#engine.mute(true);
    };
  }

  /** The state. */
  view(): View {
    this.#alive();
    return JSON.parse(this.#engine.view()) as View;
  }

  /** A copy of everything in the engine; `routes` says who is at the other end of its connections. */
  fork(routes: Map<number, Route>): Machine {
    this.#alive();
    const copy = new Machine(this.#engine.fork(), this.now, this.real, routes);
    copy.#ids = Math.max(copy.#ids, this.#ids);
    copy.#sleep();
    return copy;
  }

  /** Frees the engine; all connections are closed. */
  close(): void {
    if (this.#dead === '') this.#die('The engine was closed.');
  }

  #alive(): void {
    if (this.#dead !== '') throw new EngineError(this.#dead);
  }

  #die(why: string): void {
    this.#dead = why;
    clearTimeout(this.#timer);
    const routes = [...this.#routes.values()];
    this.#routes.clear();
    for (const route of routes) route.closed();
    // A panic may have left it borrowed; then it is not to be freed.
    if (!this.#running) this.#engine.free();
    this.onDeath(why);
  }

  #tick(): void {
    if (this.real) this.now = Math.max(this.now, wall());
  }

  #wake(at: Micros): void {
    this.now = at;
    this.#engine.wake(at);
  }

  /** Whoever watches sees each command run by itself; otherwise those that a client has sent together run together. */
  #work(): boolean {
    return this.#watchers.size > 0 ? this.#engine.turn() : this.#engine.run(TASKS) > 0;
  }

  #drain(): void {
    for (let output = this.#engine.takeOutput(); output !== undefined; output = this.#engine.takeOutput()) {
      if (output.kind === 'reply') this.#routes.get(output.client)?.reply(output.bytes);
      else if (output.kind === 'close') {
        const route = this.#routes.get(output.client);
        this.#routes.delete(output.client);
        route?.closed();
      } else {
        this.#die('The engine was shut down by SHUTDOWN.');
        return;
      }
    }
  }

  #tell(): void {
    if (this.#watchers.size === 0) return;
    const events = readEvents(this.#engine.takeEvents());
    if (events.length === 0) return;
    const snapshot = { events, view: this.view() };
    for (const watcher of this.#watchers) watcher(snapshot);
  }

  /** Sets the timer for what is due next in real time. */
  #sleep(): void {
    clearTimeout(this.#timer);
    if (!this.real) return;
    const { busyUntil, wakeAt } = this.#engine;
    const at = busyUntil > this.now ? busyUntil : wakeAt;
    if (at === undefined) return;
    const ms = Math.min(SLEEP_MS_MAX, Math.max(0, Math.ceil((at - wall()) / 1000)));
    this.#timer = setTimeout(() => {
      this.#wake(Math.max(this.now, wall()));
      this.run();
    }, ms);
    // In Node, a key that expires in an hour must not keep a finished program alive; a waiting command must.
    const busy = [...this.#routes.values()].some((route) => route.busy);
    const timer = this.#timer as unknown as { unref?: () => void };
    if (!busy) timer.unref?.();
  }
}

/** The wall's time in microseconds, steady between two corrections of the system's clock. */
export function wall(): Micros {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}
