// The page's one store: the worker on one side, the session's model on the other, and a call for every control.
//
// Components subscribe and read; they never talk to the worker. What can go wrong ends here: a crashed worker turns
// into `crash`, and `restart` plays the recording into a new one.

import type { ByteString, CommandInfo, KeyRow, Micros, Pace, View } from '../model/engine.ts';
import { CANDIDATES_MAX, type KeysWanted } from '../model/complete.ts';
import { addressed } from '../model/paste.ts';
import { withoutLast, type Recorded, type Recording } from '../model/recording.ts';
import { CLIENTS_MAX, Session } from '../model/session.ts';
import { SPEEDS, SPEED_DEFAULT } from '../model/units.ts';
import type { Step } from '../model/transcript.ts';
import { engineModule, takeWorker } from './boot.ts';
import { typeSteps, type Typing } from './script.ts';
import type { Frame, Hold, Keys, Report, Request, StepSize } from '../worker/protocol.ts';

/** What the model of cost charges: 850 ns a command and 150 for every element it visits, so 1 µs for a GET. */
export const PACE: Pace = { commandNs: 850, unitNs: 150 };
/** A worker that answers nothing for this long while it should be working is taken for dead. */
const SILENCE_MS_MAX = 10_000;
/** Pause between lines that are typed one by one. */
const TYPING_GAP_MS = 150;
/** Restarts leave out one more of the last requests each, up to here; then only an empty engine is offered. */
const ATTEMPTS_MAX = 5;

/** Why the engine stopped. */
export interface Crash {
  message: string;
  /** How many times a restart from the recording was tried since it last ran well. */
  attempts: number;
}

/** The store. Dispatches `change` for every frame, and `tick` while time visibly passes. */
export class Store extends EventTarget {
  session = new Session();
  commands: ReadonlyMap<string, CommandInfo> = new Map();
  ready = false;
  playing = true;
  speedStep = SPEED_DEFAULT;
  hold: Hold | null = null;
  keys: Keys | null = null;
  keysDb = 0;
  keysCount = 100;
  selected: ByteString | null = null;
  crash: Crash | null = null;
  /** Engine time at which the session began. */
  epoch: Micros = 0;
  /** A sentence for the status line: what the page itself did. */
  notice = '';
  /** The last command entered, for the command panel. */
  lastLine = '';
  /** Lines that are being typed for the user. */
  typing: Typing | null = null;
  #worker: Worker | undefined;
  #asked = new Map<number, (rows: KeyRow[]) => void>();
  #askedIds = 0;
  #queued: Request[] | null = null;
  #seed = 1;
  #entries: Recorded[] = [];
  #frameWall = 0;
  #ticking = false;
  #turns = 0;
  #attempts = 0;
  #silence: ReturnType<typeof setTimeout> | undefined;

  /** Starts an empty engine with these clients. */
  start(names: readonly string[]): void {
    this.session = new Session();
    this.session.commands = this.commands;
    this.#seed = 1 + Math.floor(Math.random() * 0x7fff_ffff);
    this.epoch = Date.now() * 1000;
    this.#entries = [];
    this.#attempts = 0;
    this.hold = null;
    this.keys = null;
    this.selected = null;
    this.playing = true;
    this.#spawn(null);
    for (const name of names) this.open(name);
  }

  /** After a crash: a new engine, with the session played again up to before the request that crashed it. */
  restart(): void {
    if (this.#attempts >= ATTEMPTS_MAX) {
      this.notice = 'The recording kept crashing the engine, so this one starts empty.';
      const names = [...this.session.clients.values()].map((client) => client.name);
      this.start(names);
      return;
    }
    this.#attempts++;
    const recording = withoutLast(this.recording(), this.#attempts);
    const dropped = this.#entries.length - recording.entries.length;
    const old = this.session;
    this.session = old.again();
    this.#entries = [];
    this.hold = null;
    this.playing = true;
    this.notice = `Restarted from the recording: ${recording.entries.length} inputs played again, the last ${dropped} left out.`;
    this.#spawn(recording);
  }

  /** The session so far. */
  recording(): Recording {
    return { seed: this.#seed, epoch: this.epoch, pace: PACE, entries: this.#entries, turns: this.#turns };
  }

  open(name?: string): number {
    const client = this.session.open(name);
    this.#post({ type: 'connect', client: client.id });
    this.#changed();
    return client.id;
  }

  close(id: number): void {
    this.#post({ type: 'disconnect', client: id });
    this.session.remove(id);
    this.#changed();
  }

  rename(id: number, name: string): boolean {
    const done = this.session.rename(id, name);
    this.#changed();
    return done;
  }

  /** A line was entered at a client's prompt; one that begins with `@name` goes to that client. */
  enter(id: number, line: string): void {
    this.enterAll(id, [line]);
  }

  /** Lines that are sent at once: a pipeline. */
  enterAll(id: number, lines: readonly string[]): void {
    const bytes = new Map<number, ByteString[]>();
    for (const line of lines) {
      const to = addressed(line);
      const other = to === null ? undefined : this.session.named(to.client);
      const target = other?.id ?? id;
      const typed = to !== null && other !== undefined ? to.line : line;
      const entered = this.session.enter(target, typed);
      if (entered.kind !== 'send') continue;
      this.lastLine = typed;
      const sent = bytes.get(target) ?? [];
      sent.push(entered.bytes);
      bytes.set(target, sent);
    }
    for (const [client, sent] of bytes) this.#post({ type: 'send', client, bytes: sent.join('') });
    this.#changed();
  }

  /** Types steps, one after the other; `id` is the client at whose prompt they were pasted. Opens clients they name. */
  async type(id: number, steps: readonly Step[]): Promise<void> {
    const ids = new Map([...this.session.clients.values()].map((client) => [client.name, client.id]));
    for (const step of steps) {
      if (step.kind === 'wait' || ids.has(step.client) || ids.size >= CLIENTS_MAX) continue;
      ids.set(step.client, this.open(step.client));
    }
    if (this.typing !== null) this.typing.stopped = true;
    const typing: Typing = { client: id, at: 0, total: steps.filter(({ kind }) => kind === 'send').length, stopped: false };
    this.typing = typing;
    this.#changed();
    await typeSteps(this, steps, ids, TYPING_GAP_MS, typing);
    if (this.typing === typing) this.typing = null;
    this.#changed();
  }

  /** Ends what `type` began. */
  stopTyping(): void {
    if (this.typing !== null) this.typing.stopped = true;
    this.typing = null;
    this.#changed();
  }

  /** Keys of the client's database for the completion of a line. */
  names(client: number, wanted: KeysWanted): Promise<KeyRow[]> {
    if (!this.ready || this.crash !== null) return Promise.resolve([]);
    const id = ++this.#askedIds;
    const db = this.session.viewOf(client)?.db ?? 0;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#post({ type: 'names', id, db, ...wanted, count: CANDIDATES_MAX });
    });
  }

  /** Takes the notice away. */
  dismiss(): void {
    this.notice = '';
    this.#changed();
  }

  play(playing: boolean): void {
    this.playing = playing;
    this.#post({ type: 'play', playing });
    this.#changed();
  }

  step(by: StepSize): void {
    if (this.playing) this.play(false);
    this.#post({ type: 'step', by });
  }

  setSpeed(step: number): void {
    this.speedStep = Math.max(0, Math.min(SPEEDS.length - 1, step));
    this.#post({ type: 'speed', usPerSecond: SPEEDS[this.speedStep] as number });
    this.#changed();
  }

  /** What the keys panel looks at. */
  watchKeys(change: { db?: number; count?: number; selected?: ByteString | null }): void {
    this.keysDb = change.db ?? this.keysDb;
    this.keysCount = change.count ?? this.keysCount;
    if (change.selected !== undefined) this.selected = change.selected;
    this.#post({ type: 'keys', db: this.keysDb, count: this.keysCount, selected: this.selected });
    this.#changed();
  }

  /** Makes the engine panic on purpose: the way to see what a crash looks like. */
  crashOnPurpose(): void {
    this.#post({ type: 'crash' });
  }

  /** Engine time now, between two frames too. */
  now(): Micros {
    const view = this.session.view;
    if (view === null) return this.epoch;
    if (!this.playing || this.crash !== null) return view.now;
    const passed = performance.now() - this.#frameWall;
    if (this.hold === null) return view.now + (view.busyUntil > view.now ? 0 : passed * 1000);
    const left = Math.max(0, this.hold.left - passed);
    return this.hold.to - ((this.hold.to - this.hold.from) * left) / this.hold.ms;
  }

  /** How much of the running task is done, 0 to 1, or `null` when the loop holds nothing. */
  progress(): number | null {
    if (this.hold === null) return null;
    const passed = this.playing ? performance.now() - this.#frameWall : 0;
    return Math.min(1, 1 - Math.max(0, this.hold.left - passed) / this.hold.ms);
  }

  #spawn(recording: Recording | null): void {
    this.#worker?.terminate();
    clearTimeout(this.#silence);
    this.#forget();
    this.crash = null;
    this.ready = false;
    const worker = takeWorker();
    this.#worker = worker;
    worker.onmessage = (message: MessageEvent<Report>): void => {
      if (worker === this.#worker) this.#report(message.data);
    };
    worker.onerror = (event): void => {
      event.preventDefault();
      if (worker === this.#worker) this.#failed(event.message || 'The worker could not be loaded.');
    };
    // Whatever is asked for before the engine is there waits for it, in order.
    this.#queued = [
      { type: 'speed', usPerSecond: SPEEDS[this.speedStep] as number },
      { type: 'keys', db: this.keysDb, count: this.keysCount, selected: this.selected },
    ];
    engineModule.then(
      (module) => {
        if (worker !== this.#worker) return;
        const queued = this.#queued ?? [];
        this.#queued = null;
        this.#post({ type: 'start', module, seed: this.#seed, epoch: this.epoch, pace: PACE, recording });
        for (const request of queued) this.#post(request);
      },
      (error: unknown) => {
        if (worker === this.#worker) this.#failed(error instanceof Error ? error.message : String(error));
      },
    );
    this.#changed();
  }

  #report(report: Report): void {
    clearTimeout(this.#silence);
    switch (report.type) {
      case 'ready':
        this.commands = new Map(report.commands.map((info) => [info.name, info]));
        this.session.commands = this.commands;
        this.ready = true;
        performance.mark('redloop-ready');
        break;
      case 'frame':
        this.#frame(report);
        break;
      case 'names':
        this.#asked.get(report.id)?.(report.rows);
        this.#asked.delete(report.id);
        return;
      case 'crashed':
        this.#failed(report.message);
        return;
    }
    this.#changed();
  }

  #frame(frame: Frame): void {
    this.#frameWall = performance.now();
    this.hold = frame.hold;
    this.#turns = frame.turns;
    for (const entry of frame.recorded) this.#entries.push(entry);
    this.session.apply(frame);
    if (frame.keys !== null) this.keys = frame.keys;
    if (frame.events.some((event) => event.kind === 'done')) this.#attempts = 0;
    this.#tickWhile();
  }

  #failed(message: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.hold = null;
    this.#forget();
    this.crash = { message, attempts: this.#attempts };
    this.#changed();
  }

  /** Whoever waits for a worker that is gone gets nothing; whatever was being typed is not. */
  #forget(): void {
    for (const resolve of this.#asked.values()) resolve([]);
    this.#asked.clear();
    if (this.typing !== null) this.typing.stopped = true;
    this.typing = null;
  }

  #post(request: Request): void {
    if (this.#worker === undefined) return;
    if (this.#queued !== null) {
      this.#queued.push(request);
      return;
    }
    this.#worker.postMessage(request);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#failed('The engine has not answered for ten seconds.'), SILENCE_MS_MAX);
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }

  /** Repaints while something on screen moves with time: a held task, a deadline. Otherwise the page sleeps. */
  #tickWhile(): void {
    if (this.#ticking) return;
    const step = (): void => {
      this.#ticking = false;
      if (!this.playing || this.crash !== null) return;
      const slow = this.hold === null;
      if (slow && !deadlines(this.session.view)) return;
      this.#ticking = true;
      this.dispatchEvent(new Event('tick'));
      if (slow) setTimeout(step, 100);
      else requestAnimationFrame(step);
    };
    step();
  }
}

function deadlines(view: View | null): boolean {
  return view !== null && (view.clients.some((c) => c.blocked?.deadline != null) || view.databases.some((db) => db.expires > 0));
}
