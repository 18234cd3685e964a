// Everything the page shows, reduced from the worker's frames. No DOM, no timers: give it frames, read its fields.

import type { ByteString, ClientView, LoopEvent, Micros, Pace, TaskView, View } from './engine.ts';
import { join, split } from './args.ts';
import { text, utf8 } from './bytes.ts';
import { Costs } from './costs.ts';
import type { Explanation } from './explain/explain.ts';
import { explaining, telling } from './explain/seam.ts';
import type { Sentence } from './explain/tell.ts';
import { asked, help } from './help.ts';
import { find, type CommandTable } from './commands.ts';
import type { KeyHistory } from './keyhistory.ts';
import type { Lanes, Run } from './lanes.ts';
import { happened, type Position, type Recorded, type Recording } from './recording.ts';
import { Repl, prompt, type Entered, type Entry, type Pending } from './repl.ts';
import { Decoder, ProtocolError } from './resp.ts';
import type { Scribe } from './scribe.ts';
import type { Strip } from './strip.ts';
import { Watching, type Watched } from './watch.ts';
import { words } from './words/client.ts';

/** What happened since the last update, and the state now; the worker's frames add what only the page's shell uses. */
export interface Update {
  /** Inputs the engine took. Those of a recording that is played were not typed here: `replay` enters them. */
  recorded: readonly Recorded[];
  events: readonly LoopEvent[];
  /** `turns`: the number of tasks that had run. */
  replies: readonly { client: number; bytes: ByteString; at: Micros; turns: number }[];
  closed: readonly number[];
  /** Details inside of single tasks that had to be left out. */
  dropped?: number;
  /** Tasks run so far. */
  turns: number;
  /** The engine's view as it wrote it. Objects for a thousand clients would be copied from thread to thread for longer than they are read. */
  view: string;
  /** When that was. */
  now: Micros;
}

/** What one step runs. */
export type StepSize = 'task' | 'command' | 'turn';

/** What the model of cost charges: 850 ns a command and 150 for every element it visits, so 1 µs for a GET. */
export const PACE: Pace = { commandNs: 850, unitNs: 150 };

/** How many colours clients take turns in. */
export const COLOURS = 8;
/** The most clients the page opens by hand. */
export const CLIENTS_MAX = 32;

/** How many of the replies that left are shown. */
const LEFT_MAX = 3;
/** How many touched keys wait to be flashed; nobody sees more at once. */
const TOUCHED_MAX = 100;
/** Explanations that the past can be told with. */
const TOLD_MAX = 5000;
/** Tasks whose time is remembered: the instants that stepping and scrubbing lead to. */
const TURNS_MAX = 2_000_000;

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
  /** All it takes to have the session again. */
  readonly recording: Recording;
  clients = new Map<number, Client>();
  /** An instant of the past that everything below `view` shows instead of now. */
  past: { position: Position; view: View } | null = null;
  readonly #watching = new Watching((id) => this.nameOf(id));
  /** What the engine says about its commands, once it has. */
  commands: CommandTable = new Map();
  explainer = explaining((argv) => find(this.commands, argv)?.info);
  costs = new Costs(() => this.commands);
  /** Keys touched since the panel last showed them, as `db:key`, for its flash; `true`: it was made. */
  touched = new Map<string, boolean>();
  #left: { seq: number; client: number; bytes: number }[] = [];
  /** Commands sent and not yet started, by client: the cards of the queue. */
  #waiting = new Map<number, Pending[]>();
  /** The client whose saved command runs again: it was counted the first time. */
  #serving: number | null = null;
  /** Clients that are gone, by their last names: they are still talked about. */
  #gone = new Map<number, string>();
  #nextId = 1;
  #running: Running = { client: null, argv: [], units: null };
  #live: View | null = null;
  /** The view whose clients `#byId` holds. */
  #indexed: View | null = null;
  #byId: ReadonlyMap<number, ClientView> = new Map();
  /** Where the session is now: what log entries are stamped with. */
  readonly #here: Position;
  /** When each task ran. */
  #times: Micros[] = [];
  /** The tasks with which turns of the loop ended. */
  #wraps: number[] = [];
  #told: (Position & { explanation: Explanation })[] = [];

  constructor(seed = 1, epoch: Micros = 0, pace: Pace = PACE) {
    this.recording = { seed, epoch, pace, entries: [], turns: 0, at: epoch };
    this.#here = this.recording;
  }

  /** What is kept for those who watch; `null`: nobody does, and `lanes`, `strip` and `scribe` are not to be read. */
  get watched(): Watched | null {
    return this.#watching.watched;
  }

  get lanes(): Lanes {
    return (this.watched as Watched).lanes;
  }

  get strip(): Strip {
    return (this.watched as Watched).strip;
  }

  get scribe(): Scribe {
    return (this.watched as Watched).scribe;
  }

  get keyHistory(): KeyHistory {
    return (this.watched as Watched).keyHistory;
  }

  /** Opens a client; without a name it gets the next free one. */
  open(name?: string, id = this.#nextId): Client {
    this.#nextId = Math.max(this.#nextId, id + 1);
    const taken = new Set([...this.clients.values()].map((client) => client.name));
    const chosen = name ?? NAMES.find((free) => !taken.has(free)) ?? `client${id}`;
    const used = new Set([...this.clients.values()].map((client) => client.colour));
    let colour = 0;
    while (used.has(colour) && colour < COLOURS - 1) colour++;
    if (used.has(colour)) colour = id % COLOURS;
    const client: Client = { id, name: chosen, colour, repl: new Repl(this.#here), open: true };
    this.clients.set(id, client);
    return client;
  }

  /** Renames a client; empty, taken and unwritable names are refused with `false`. */
  rename(id: number, name: string): boolean {
    const client = this.clients.get(id);
    const taken = [...this.clients.values()].some((other) => other.id !== id && other.name === name);
    if (client === undefined || taken || !/^\w{1,24}$/.test(name)) return false;
    client.name = name;
    const connected = this.recording.entries.find((entry) => entry.input === 'connect' && entry.client === id);
    if (connected?.input === 'connect') connected.name = name;
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

  /** Takes what happened, in the order in which it did: a reply is read before the next task begins. */
  apply(update: Update): void {
    for (const entry of update.recorded) {
      this.recording.entries.push(entry);
      if (entry.input === 'lines') this.clients.get(entry.client)?.repl.arrived(entry.lines.length, entry);
    }
    const view: View = { ...(JSON.parse(update.view) as View), now: update.now };
    this.#live = view;
    if ((update.dropped ?? 0) > 0) this.#watching.tell(({ keyHistory }) => keyHistory.missed());
    const replies = update.replies[Symbol.iterator]();
    let reply = replies.next();
    for (const event of update.events) {
      for (; event.kind === 'task' && reply.done !== true && reply.value.turns <= this.#here.turns; reply = replies.next()) this.#received(reply.value);
      this.#event(event);
    }
    this.#watching.tell(({ lanes }) => lanes.settled());
    for (; reply.done !== true; reply = replies.next()) this.#received(reply.value);
    this.#watching.tell(({ scribe }) => scribe.settled(view));
    this.#at(update.turns, update.now);
    for (const id of update.closed) {
      const client = this.clients.get(id);
      if (client === undefined) continue;
      client.open = false;
      client.repl.note(words().closedByServer);
    }
  }

  /** Takes part of a recording that is played: its inputs are entered here too. */
  replay(update: Update): void {
    for (const entry of update.recorded) {
      this.#at(entry.turns, entry.at);
      if (entry.input === 'connect') this.open(entry.name, entry.client);
      else if (entry.input === 'disconnect') this.remove(entry.client);
      else for (const line of entry.lines) this.enter(entry.client, line);
    }
    this.apply(update);
    // It happened long ago, as far as those who look on are concerned.
    this.touched.clear();
  }

  /** The engine's view, of now or of the instant that is looked at. */
  get view(): View | null {
    return this.past?.view ?? this.#live;
  }

  /** The latest replies that left, oldest first; of the past that is not known. */
  get left(): readonly { seq: number; client: number; bytes: number }[] {
    return this.past === null ? this.#left : [];
  }

  /** The command that the loop executes, or executed last, now or at the instant that is looked at. */
  get running(): Running {
    return this.past === null ? this.#running : (this.ranLast(this.past.position) ?? { client: null, argv: [], units: null });
  }

  /** What is told of the latest, or of what was the latest then. */
  get explanation(): Explanation | null {
    if (this.past === null) return this.explainer.current;
    return this.#told.findLast((told) => happened(told, this.past?.position as Position))?.explanation ?? null;
  }

  /** The explanation in the language and with the names of now. */
  get said(): Sentence | null {
    const { explanation } = this;
    return explanation === null ? null : telling(explanation, (id) => this.nameOf(id));
  }

  /** The log of a client up to the instant that is looked at. */
  log(client: Client): readonly Entry[] {
    const { past } = this;
    return past === null ? client.repl.entries : client.repl.entries.filter((entry) => happened(entry, past.position));
  }

  /** The instant before the last command, task or turn of the loop; `null` at the beginning. */
  stepBack({ turns, at }: Position, by: StepSize): Position | null {
    if (turns <= 0) return null;
    if (by === 'turn') return this.instant(this.#wraps.findLast((wrap) => wrap < turns) ?? 0);
    const run = by === 'command' ? this.ranLast({ turns, at }) : undefined;
    return run === undefined ? this.instant(turns - 1) : { turns: run.turns - 1, at: run.from };
  }

  /** The instant after the next command, task or turn of the loop; `null`: that is now. */
  stepOn({ turns }: Position, by: StepSize): Position | null {
    const next =
      by === 'task' ? turns + 1
      : by === 'turn' ? this.#wraps.find((wrap) => wrap > turns)
      : this.watched?.lanes.runs.find((run) => run.turns > turns)?.turns;
    return next === undefined || next > this.recording.turns ? null : this.instant(next);
  }

  /** The command that runs at the instant that is looked at, or ran last before it. */
  ranLast({ turns, at }: Position): Run | undefined {
    return this.watched?.lanes.runs.findLast((run) => run.turns <= turns && run.from <= at);
  }

  /** The instant after so many tasks. */
  instant(turns: number): Position {
    const { recording } = this;
    if (turns >= recording.turns) return { turns: recording.turns, at: recording.at };
    return { turns: Math.max(0, turns), at: turns <= 0 ? recording.epoch : (this.#times[turns - 1] ?? recording.at) };
  }

  /** How the page calls a client. */
  nameOf(id: number): string {
    return this.clients.get(id)?.name ?? this.#gone.get(id) ?? `client ${id}`;
  }

  /** The engine's view of a client. */
  viewOf(id: number): ClientView | undefined {
    const { view } = this;
    if (this.#indexed !== view) {
      this.#indexed = view;
      this.#byId = new Map(view?.clients.map((client) => [client.id, client]));
    }
    return this.#byId.get(id);
  }

  /** The prompt of a client's line. */
  prompt(id: number): string {
    return prompt(this.nameOf(id), this.viewOf(id));
  }

  /** What a client has sent and the loop has not started. */
  waiting(id: number): readonly Pending[] {
    if (this.past !== null) return unread(this.viewOf(id)?.input ?? '');
    return this.#waiting.get(id) ?? [];
  }

  /** The state now, whatever is looked at. */
  get live(): View | null {
    return this.#live;
  }

  /** The command that the loop was to run next when it was last heard of, and how many of its client come after it. */
  next(): { name: string; line: string; after: number } | null {
    const first = this.#live?.queue.find((task) => task.task === 'readable');
    const ids = [...(first === undefined ? [] : [first.client]), ...this.#waiting.keys()];
    for (const id of ids) {
      const [command] = this.waiting(id);
      if (command !== undefined) return { name: this.nameOf(id), line: command.line, after: this.waiting(id).length - 1 };
    }
    return null;
  }

  /** The words on a queued task's card. */
  label(task: TaskView): readonly ByteString[] {
    return task.task === 'readable' ? (this.waiting(task.client)[0]?.argv ?? []) : [];
  }

  #at(turns: number, at: Micros): void {
    this.#here.turns = turns;
    this.#here.at = Math.max(this.#here.at, at);
  }

  #received({ client, bytes, at, turns }: Update['replies'][number]): void {
    this.#at(turns, at);
    for (const received of this.clients.get(client)?.repl.receive(bytes) ?? []) {
      this.#watching.tell(({ scribe }) => scribe.received(client, received));
      if (received.command !== undefined) this.explainer.replied(client, received.reply, received.command.argv);
    }
    this.#tell();
  }

  #tell(): void {
    const { current } = this.explainer;
    if (current === null || current === this.#told.at(-1)?.explanation) return;
    this.#told.push({ ...this.#here, explanation: current });
    if (this.#told.length > TOLD_MAX) this.#told.shift();
  }

  #event(event: LoopEvent): void {
    if (event.kind === 'task') {
      this.#here.turns++;
      if (this.#times.length < TURNS_MAX) this.#times.push(event.at);
      if (event.task.task === 'before-sleep' && this.#wraps.length < TURNS_MAX) this.#wraps.push(this.#here.turns);
    }
    this.#here.at = Math.max(this.#here.at, event.at);
    this.#watch(event, this.#here.turns);
    this.explainer.apply(event);
    this.costs.apply(event);
    switch (event.kind) {
      case 'task':
        this.#serving = event.task.task === 'serve' ? event.task.client : null;
        break;
      case 'command':
        if (event.depth > 0) break;
        this.#running = { client: event.client, argv: event.argv, units: null };
        if (this.#serving !== event.client) this.#began(event.client, event.at);
        break;
      case 'collected':
        this.#running = { client: event.client, argv: event.argv, units: 0 };
        this.#began(event.client, event.at);
        break;
      case 'refused':
        this.#running = { client: event.client, argv: [event.name], units: 0 };
        this.#began(event.client, event.at);
        break;
      case 'done':
        if (event.depth === 0) this.#running = { ...this.#running, units: event.units };
        break;
      case 'replied':
        this.#left = [...this.#left.slice(1 - LEFT_MAX), { seq: event.seq, client: event.client, bytes: event.bytes }];
        break;
      case 'disconnected':
        this.#waiting.delete(event.client);
        // One that was closed here is forgotten already.
        if (this.clients.has(event.client)) this.#watching.tell(({ scribe }) => scribe.hungUp(event.client, event.at));
        else this.#watching.tell(({ scribe }) => scribe.closed(event.client, event.at));
        break;
      default:
    }
    this.#watching.tell(({ scribe }) => scribe.apply(event));
    this.#tell();
  }

  #watch(event: LoopEvent, turns: number): void {
    this.#watching.tell(({ lanes, strip, keyHistory }) => {
      lanes.apply(event);
      strip.apply(event);
      const made = keyHistory.apply(event, turns);
      if (event.kind !== 'key' || this.touched.size >= TOUCHED_MAX) return;
      const id = `${event.db}:${event.key}`;
      this.touched.set(id, made || this.touched.get(id) === true);
    });
  }

  /** The first of a client's waiting commands is waiting no longer. */
  #began(client: number, at: Micros): void {
    const command = this.#waiting.get(client)?.shift();
    if (command !== undefined) this.#watching.tell(({ scribe }) => scribe.began(client, command, at));
  }
}

/** The commands in request bytes that the engine has not read. */
function unread(input: ByteString): Pending[] {
  try {
    return new Decoder().push(input).map(({ reply }) => {
      const argv = 'items' in reply ? reply.items.map((item) => (item.type === 'bulk' ? item.value : '')) : [];
      return { argv, line: text(join(argv)) };
    });
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}
