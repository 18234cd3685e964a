// Everything the page shows, reduced from the worker's frames. No DOM, no timers: give it frames, read its fields.

import type { ByteString, ClientView, LoopEvent, Micros, TaskView, View } from './engine.ts';
import { split } from './args.ts';
import { utf8 } from './bytes.ts';
import { Costs } from './costs.ts';
import { Explainer } from './explain/explain.ts';
import { asked, help } from './help.ts';
import { find, type CommandTable } from './hints.ts';
import { Lanes } from './lanes.ts';
import { Repl, prompt, type Entered, type Pending } from './repl.ts';
import { Scribe } from './scribe.ts';

/** What `apply` needs of a frame; the worker's protocol adds what only the page's shell uses. */
export interface Update {
  events: readonly LoopEvent[];
  replies: readonly { client: number; bytes: ByteString; at: Micros }[];
  closed: readonly number[];
  view: View;
}

/** How many colours clients take turns in. */
export const COLOURS = 8;
/** The most clients the page opens by hand. */
export const CLIENTS_MAX = 32;

/** How many of the replies that left are shown. */
const LEFT_MAX = 3;
/** How many touched keys wait to be flashed; nobody sees more at once. */
const TOUCHED_MAX = 100;

/** One client of the page. */
export interface Client {
  id: number;
  name: string;
  colour: number;
  repl: Repl;
  open: boolean;
}

/** A command on its way through the loop, for the card in the queue. */
export interface Running {
  client: number | null;
  argv: readonly ByteString[];
  units: number | null;
}

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];

/** The state of a session. */
export class Session {
  clients = new Map<number, Client>();
  view: View | null = null;
  lanes = new Lanes();
  scribe = new Scribe((id) => this.nameOf(id));
  /** What the engine says about its commands, once it has. */
  commands: CommandTable = new Map();
  explainer = new Explainer((id) => this.nameOf(id), (argv) => find(this.commands, argv)?.info);
  costs = new Costs(() => this.commands);
  /** The command that the loop executes, or executed last. */
  running: Running = { client: null, argv: [], units: null };
  /** Keys touched since the panel last showed it, for its flash. */
  touched = new Set<ByteString>();
  /** The latest replies that left, oldest first. */
  left: { seq: number; client: number; bytes: number }[] = [];
  /** Commands sent and not yet started, by client: the cards of the queue. */
  #waiting = new Map<number, Pending[]>();
  /** The client whose saved command runs again: it was counted the first time. */
  #serving: number | null = null;
  /** Clients that are gone, by their last names: they are still talked about. */
  #gone = new Map<number, string>();
  #nextId = 1;

  /** Opens a client; without a name it gets the next free one. */
  open(name?: string): Client {
    const id = this.#nextId++;
    const taken = new Set([...this.clients.values()].map((client) => client.name));
    const chosen = name ?? NAMES.find((free) => !taken.has(free)) ?? `client${id}`;
    const used = new Set([...this.clients.values()].map((client) => client.colour));
    let colour = 0;
    while (used.has(colour) && colour < COLOURS - 1) colour++;
    if (used.has(colour)) colour = id % COLOURS;
    const client: Client = { id, name: chosen, colour, repl: new Repl(), open: true };
    this.clients.set(id, client);
    return client;
  }

  /** The same clients with the logs they have, around an engine that was started again from the recording. */
  again(): Session {
    const session = new Session();
    session.#nextId = this.#nextId;
    session.commands = this.commands;
    session.scribe = this.scribe.restarted((id) => session.nameOf(id));
    for (const client of this.clients.values()) {
      client.repl.restarted();
      session.clients.set(client.id, { ...client, open: true });
    }
    return session;
  }

  /** Renames a client; empty, taken and unwritable names are refused with `false`. */
  rename(id: number, name: string): boolean {
    const client = this.clients.get(id);
    const taken = [...this.clients.values()].some((other) => other.id !== id && other.name === name);
    if (client === undefined || taken || !/^\w{1,24}$/.test(name)) return false;
    client.name = name;
    return true;
  }

  /** The client of this name. */
  named(name: string): Client | undefined {
    return [...this.clients.values()].find((client) => client.name === name);
  }

  /** Forgets a client whose connection was closed. */
  remove(id: number): void {
    this.#gone.set(id, this.nameOf(id));
    this.clients.delete(id);
    this.#waiting.delete(id);
  }

  /** Reads a line typed at a client. */
  enter(id: number, line: string): Entered {
    const client = this.clients.get(id);
    if (client === undefined || !client.open) return { kind: 'nothing' };
    const topic = asked(split(utf8(line)) ?? []);
    if (topic !== null) {
      client.repl.answered(line, this.prompt(id), help(topic, this.commands, this.costs));
      return { kind: 'nothing' };
    }
    const entered = client.repl.enter(line, this.prompt(id));
    if (entered.kind !== 'send') return entered;
    const waiting = this.#waiting.get(id) ?? [];
    for (const command of entered.commands) waiting.push(command);
    this.#waiting.set(id, waiting);
    return entered;
  }

  /** Takes a frame. */
  apply(update: Update): void {
    let timed = this.#timed();
    this.view = update.view;
    for (const event of update.events) {
      this.#event(event, timed);
      timed ||= event.kind === 'blocked' && event.deadline !== null;
    }
    for (const { client, bytes } of update.replies) {
      for (const received of this.clients.get(client)?.repl.receive(bytes) ?? []) {
        this.scribe.received(client, received);
        if (received.command !== undefined) this.explainer.replied(client, received.reply, received.command.argv);
      }
    }
    for (const id of update.closed) {
      const client = this.clients.get(id);
      if (client === undefined) continue;
      client.open = false;
      client.repl.note('Connection closed by the server.');
    }
  }

  /** How the page calls a client. */
  nameOf(id: number): string {
    return this.clients.get(id)?.name ?? this.#gone.get(id) ?? `client ${id}`;
  }

  /** The engine's view of a client. */
  viewOf(id: number): ClientView | undefined {
    return this.view?.clients.find((client) => client.id === id);
  }

  /** The prompt of a client's line. */
  prompt(id: number): string {
    return prompt(this.nameOf(id), this.viewOf(id));
  }

  /** What a client has sent and the loop has not started. */
  waiting(id: number): readonly Pending[] {
    return this.#waiting.get(id) ?? [];
  }

  /** The words on a queued task's card. */
  label(task: TaskView): readonly ByteString[] {
    return task.task === 'readable' ? (this.#waiting.get(task.client)?.[0]?.argv ?? []) : [];
  }

  #event(event: LoopEvent, timed: boolean): void {
    this.lanes.apply(event);
    this.explainer.apply(event);
    this.costs.apply(event);
    switch (event.kind) {
      case 'task':
        this.#serving = event.task.task === 'serve' ? event.task.client : null;
        break;
      case 'command':
        if (event.depth > 0) return;
        this.running = { client: event.client, argv: event.argv, units: null };
        if (this.#serving !== event.client) this.#began(event.client, event.at, timed);
        break;
      case 'collected':
        this.running = { client: event.client, argv: event.argv, units: 0 };
        this.#began(event.client, event.at, timed);
        break;
      case 'refused':
        this.running = { client: event.client, argv: [event.name], units: 0 };
        this.#began(event.client, event.at, timed);
        break;
      case 'done':
        if (event.depth === 0) this.running = { ...this.running, units: event.units };
        break;
      case 'key':
      case 'expired':
        if (this.touched.size < TOUCHED_MAX) this.touched.add(event.key);
        break;
      case 'replied':
        this.left = [...this.left.slice(1 - LEFT_MAX), { seq: event.seq, client: event.client, bytes: event.bytes }];
        break;
      case 'disconnected':
        this.#waiting.delete(event.client);
        break;
      default:
    }
    this.scribe.apply(event);
  }

  /** The first of a client's waiting commands is waiting no longer. */
  #began(client: number, at: Micros, timed: boolean): void {
    const command = this.#waiting.get(client)?.shift();
    if (command !== undefined) this.scribe.began(client, command, at, timed);
  }

  /** Whether anything waits for time to pass. */
  #timed(): boolean {
    if (this.view === null) return false;
    return this.view.databases.some((db) => db.expires > 0) || this.view.clients.some((c) => c.blocked?.deadline != null);
  }
}
