// Types a block of a lesson into the session: all of it, or one step at a time.
//
// Everybody types in their own time: a client's next command is sent when its last one was answered, and never waits
// for what others do. So a command that is slow is seen to hold up the rest. While the loop is paused nothing is waited
// for, and the queue fills. Whoever was parked before the block began cannot answer; once all else is at rest, their
// next command is sent all the same, and waits behind.

import type { Play, Script } from '../model/lessons/script.ts';
import { CLIENTS_MAX, type Session } from '../model/session.ts';
import { until } from './script.ts';
import type { Store } from './store.ts';

/** Pause between two steps, so that they can be read. */
const READ_MS = 550;

/** Plays one block. Dispatches `change`. */
export class Player extends EventTarget {
  /** The next step, from 0; as many as there are: all were played. */
  at = 0;
  running = false;
  readonly #store: Store;
  readonly #script: Script;
  readonly #gapMs: number;
  /** Changes with every start and stop: what was begun before knows that it is over. */
  #round = 0;

  /** `gapMs`: pause between two steps. */
  constructor(store: Store, script: Script, gapMs = READ_MS) {
    super();
    this.#store = store;
    this.#script = script;
    this.#gapMs = gapMs;
  }

  /** Plays what is left, or all of it again. */
  async run(): Promise<void> {
    const current = this.#begin();
    while (current() && this.at < this.#script.steps.length) {
      await this.#next(current);
      if (current() && this.at < this.#script.steps.length) await sleep(this.#gapMs);
    }
    this.#end(current);
  }

  /** Plays the next step. */
  async step(): Promise<void> {
    const current = this.#begin();
    await this.#next(current);
    this.#end(current);
  }

  stop(): void {
    this.#round++;
    this.running = false;
    this.#changed();
  }

  #begin(): () => boolean {
    const round = ++this.#round;
    if (this.at >= this.#script.steps.length) this.at = 0;
    for (const name of this.#script.clients) open(this.#store, name);
    const { session } = this.#store;
    this.running = true;
    this.#changed();
    // A command typed in the past begins another session, which is this one gone on with.
    const travelled = this.#store.past !== null;
    return () => round === this.#round && (travelled || this.#store.session === session);
  }

  #end(current: () => boolean): void {
    if (!current() && this.running) this.at = 0;
    this.running = false;
    this.#changed();
  }

  async #next(current: () => boolean): Promise<void> {
    const step = this.#script.steps[this.at];
    if (step === undefined) return;
    if (step.kind === 'wait') {
      this.at++;
      this.#changed();
      await until(this.#store, () => !current() || !this.#store.playing || atRest(this.#store.session));
      await sleep(step.ms);
      return;
    }
    await until(this.#store, () => !current() || !this.#store.playing || mayType(this.#store.session, step));
    const client = this.#store.session.named(step.client);
    if (!current() || client === undefined) return;
    this.at++;
    this.#store.enterAll(client.id, step.lines);
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** Sees to it that the client is there, and connected. */
function open(store: Store, name: string): void {
  const client = store.session.named(name);
  if (client?.open === true) return;
  if (client !== undefined) store.close(client.id);
  if (store.session.clients.size < CLIENTS_MAX) store.open(name);
}

function mayType(session: Session, step: Extract<Play, { kind: 'send' }>): boolean {
  const client = session.named(step.client);
  return client === undefined || client.repl.pending.length === 0 || (parked(session, client.id) && atRest(session));
}

/** Whether all that was sent is answered, but for whom the engine keeps waiting. */
function atRest(session: Session): boolean {
  return [...session.clients.values()].every(({ id, repl }) => repl.pending.length === 0 || parked(session, id));
}

function parked(session: Session, id: number): boolean {
  const view = session.viewOf(id);
  return view != null && (view.blocked != null || view.paused);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
