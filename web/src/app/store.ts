// The page's one store: the worker on one side, the session's model on the other, and a call for every control.
//
// Components subscribe and read; they never talk to the worker. What can go wrong ends here: a crashed worker turns
// into `crash`, and `restart` plays the recording into a new one.

import { BREAKPOINTS_MAX, type Breakpoint } from '../model/breakpoints.ts';
import type { ByteString, CommandInfo, KeyChange, KeyRow, LoopEvent, Micros, View } from '../model/engine.ts';
import type { KeysWanted } from '../model/complete.ts';
import { addressed } from '../model/addressed.ts';
import { withoutUnread } from '../model/unrun.ts';
import { words as safe } from '../model/words/safe.ts';
import type { Parted } from '../model/compare.ts';
import { until, withoutLast, type Position, type Recorded, type Recording } from '../model/recording.ts';
import { Decoder, type Reply } from '../model/resp.ts';
import { CLIENTS_MAX, Session, type StepSize } from '../model/session.ts';
import { SPEEDS, SPEED_DEFAULT } from '../model/units.ts';
import type { Step } from '../model/transcript.ts';
import { words } from '../model/words/engine.ts';
import { typeSteps, type Typing } from './script.ts';
import { Silence } from './silence.ts';
import { engineSource, type EngineWorker } from './source.ts';
import type { Frame, Hold, Keys, KeysWanted as Wanted, PastFrame, Report, Request } from '../worker/protocol.ts';

/** What the engine's memory may grow to (`xtask/src/wasm.rs`), in megabytes. */
const MEMORY_MB_MAX = 512;
/** Events of a frame that the page draws beside another one without noticing. */
const LITTLE = 32;
/** Pause between lines that are typed one by one. */
const TYPING_GAP_MS = 150;
/** Restarts leave out one more of the last requests each, up to here; then only an empty engine is offered. */
const ATTEMPTS_MAX = 5;

/** Why the engine stopped. */
export interface Crash {
  message: string;
  /** How many times a restart from the recording was tried since it last ran well. */
  attempts: number;
  /** Whether requests were lost that the recording does not hold. */
  unheard: boolean;
}

/** The store. Dispatches `change` for every frame, and `tick` while time visibly passes. */
export class Store extends EventTarget {
  session = new Session();
  /** The future that was left when the past was gone on from. */
  other: Session | null = null;
  /** Where the two futures part. */
  parted: Parted | null = null;
  commands: ReadonlyMap<string, CommandInfo> = new Map();
  ready = false;
  playing = true;
  speedStep = SPEED_DEFAULT;
  wanted: Wanted = { db: 0, separator: ':', pattern: '', types: [], order: 'name', opened: true, listed: [], offset: 0, count: 100, selected: null, from: 0 };
  breakpoints: readonly Breakpoint[] = [];
  /** The breakpoint at which the loop stopped, until it goes on. */
  stopped: { breakpoint: Breakpoint; event: LoopEvent } | null = null;
  crash: Crash | null = null;
  /** For how many milliseconds the engine has been busy with one task, once that is long. */
  slow: number | null = null;
  /** A sentence for the status line: what the page itself did. */
  notice = '';
  /** The last command entered, for the command panel. */
  lastLine = '';
  /** Lines that are being typed for the user. */
  typing: Typing | null = null;
  /** Called before the first thing that is done here in a session that another tab writes. */
  beforeActing: (() => void) | null = null;
  #worker: EngineWorker | undefined;
  #hold: Hold | null = null;
  #keys: Keys | null = null;
  #pastKeys: Keys | null = null;
  /** Whoever waits for an answer of the worker, by the question's number; `null`: there will be none. */
  #asked = new Map<number, (answer: Report | null) => void>();
  #askedIds = 0;
  #queued: Request[] | null = null;
  #frameWall = 0;
  #ticking = false;
  /** Whether a `change` is on its way. */
  #telling = false;
  #attempts = 0;
  /** Clients that have to be there again when the recording has been played. */
  #reopen: readonly string[] = [];
  readonly #silence = new Silence(
    () => this.#worker?.postMessage({ type: 'ping' } satisfies Request),
    (ms) => {
      this.slow = ms;
      this.#changed();
    },
  );
  #whenReady: () => void = () => undefined;
  /** Where a scrub goes next, while the worker is on its way to the last place. */
  #wanted: Position | null = null;
  #travelling = false;
  /** Where the last journey goes; it may still be under way. `null`: now. */
  #target: Position | null = null;

  /** Ends the worker; nothing is to be done with the store any more. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#silence.end();
    this.#forget();
  }

  /** Starts an empty engine with these clients. */
  start(names: readonly string[]): void {
    const seed = 1 + Math.floor(Math.random() * 0x7fff_ffff);
    this.#attempts = 0;
    this.load(new Session(seed, Date.now() * 1000).recording);
    this.play(true);
    for (const name of names) this.open(name);
  }

  /** Plays a recording into a fresh session, and stops where it ends. */
  load(recording: Recording): void {
    this.#fresh(recording);
    this.other = null;
    this.parted = null;
    this.#spawn();
    this.#load(recording, false);
  }

  /** After a crash: a new engine, with the session played again up to before the request that crashed it. */
  restart(): void {
    const crashed = this.crash;
    const names = [...this.session.clients.values()].map((client) => client.name);
    if (this.#attempts >= ATTEMPTS_MAX) {
      this.notice = words().gaveUp;
      this.start(names);
      return;
    }
    const attempts = ++this.#attempts;
    const whole = this.recording();
    const unread = withoutUnread(whole, this.session.live);
    const known = crashed?.unheard === true || unread.entries.length < whole.entries.length;
    // What it had not come to is what it fell over; otherwise it may have been the last request.
    const recording = attempts === 1 && known ? unread : withoutLast(whole, attempts);
    const dropped = whole.entries.length - recording.entries.length;
    this.load(recording);
    this.play(true);
    this.#attempts = attempts;
    this.notice = words().restarted(recording.entries.length, dropped);
  }

  /** Stops a command that takes too long: the engine starts again from the recording, without what it had not run. */
  stop(): void {
    const names = [...this.session.clients.values()].map((client) => client.name);
    if (!this.ready) {
      // Of a link that never gets anywhere not even the clients are there.
      this.start(names.length > 0 ? names : ['alice', 'bob']);
      this.notice = safe().stoppedEmpty;
    } else {
      const recording = withoutUnread(this.recording(), this.session.live);
      this.load(recording);
      this.play(true);
      this.#reopen = names;
      this.notice = safe().stopped(recording.entries.length);
    }
    this.#changed();
  }

  /** The session so far. */
  recording(): Recording {
    return this.session.recording;
  }

  /** Engine time at which the session began. */
  get epoch(): Micros {
    return this.session.recording.epoch;
  }

  /** The task that the loop pays for: now, or at the instant that is looked at. */
  get hold(): Hold | null {
    const { past } = this.session;
    if (past === null) return this.#hold;
    const run = this.session.ranLast(past.position);
    if (run === undefined || run.to <= past.position.at) return null;
    const ms = (run.to - run.from) / 1000;
    return { task: { task: 'readable', client: run.client }, from: run.from, to: run.to, ms, left: (run.to - past.position.at) / 1000 };
  }

  /** What the keys panel shows. */
  get keys(): Keys | null {
    return this.session.past === null ? this.#keys : this.#pastKeys;
  }

  /** The instant that is looked at, or `null` for now. */
  get past(): Position | null {
    return this.session.past?.position ?? null;
  }

  /** Looks at an instant of the past, or with `null` at now again. The loop pauses meanwhile. */
  travel(position: Position | null): void {
    this.#target = position;
    if (position === null) {
      this.#wanted = null;
      if (this.past === null && !this.#travelling) return;
      this.session.past = null;
      this.#post({ type: 'travel', position });
      this.#changed();
      return;
    }
    if (this.playing) this.play(false);
    this.#wanted = position;
    this.#travel();
  }

  /** Resolves when the engine takes commands, or never will. */
  async settled(): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.ready && this.crash === null) return;
        this.removeEventListener('change', look);
        resolve();
      };
      this.addEventListener('change', look);
      look();
    });
  }

  /** Goes on from the instant that is looked at. The future it had is kept, to compare and to go back to. */
  async branch(): Promise<void> {
    const { past } = this;
    if (past === null) return;
    this.#part();
    const recording = until(this.recording(), past);
    this.travel(null);
    const old = this.session;
    this.#fresh(recording);
    this.other = old;
    this.parted = null;
    this.#load(recording, true);
    await new Promise<void>((resolve) => (this.#whenReady = resolve));
    const { parting } = await import('../model/compare.ts');
    if (this.other === old) this.parted = parting(past, this.session);
    this.#changed();
  }

  /** Exchanges this future for the kept one. */
  swap(): void {
    if (this.other === null) return;
    this.travel(null);
    if (this.playing) this.play(false);
    [this.session, this.other] = [this.other, this.session];
    this.#post({ type: 'swap' });
    this.watchKeys({});
  }

  /** The keys that this future and the kept one do not hold alike; `before` is the kept one's. */
  async differences(db: number, most: number): Promise<KeyChange[]> {
    const answer = await this.#ask((id) => ({ type: 'diff', id, db, most }));
    return answer?.type === 'differs' ? answer.changes : [];
  }

  /** What commands would be answered now; they run on a copy of the engine, and nobody notices. */
  async probe(lines: readonly string[], db = 0): Promise<Reply[]> {
    const answer = await this.#ask((id) => ({ type: 'probe', id, lines, db }));
    return answer?.type === 'probed' ? new Decoder().push(answer.replies).map(({ reply }) => reply) : [];
  }

  /** Where the loop is to stop. */
  setBreakpoints(breakpoints: readonly Breakpoint[]): void {
    this.breakpoints = breakpoints.slice(0, BREAKPOINTS_MAX);
    this.#post({ type: 'breakpoints', breakpoints: this.breakpoints });
    this.#changed();
  }

  /** Goes on the way another tab went. */
  follow(entries: readonly Recorded[], end: Position): void {
    this.#post({ type: 'follow', entries, end });
  }

  /** The session's writes as requests for another server; `null`: they are too many. */
  async writes(): Promise<ByteString | null> {
    const recording = this.recording();
    const answer = await this.#ask((id) => ({ type: 'writes', id, recording }));
    return answer?.type === 'written' ? answer.requests : null;
  }

  open(name?: string): number {
    this.#part();
    const client = this.session.open(name);
    this.#post({ type: 'connect', client: client.id, name: client.name });
    this.#changed();
    return client.id;
  }

  close(id: number): void {
    this.#part();
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

  /** Lines that are sent at once: a pipeline. In the past, they are the beginning of another future. */
  enterAll(id: number, lines: readonly string[]): void {
    this.#part();
    if (this.past !== null) {
      void this.branch().then(() => {
        this.play(true);
        this.enterAll(id, lines);
      });
      return;
    }
    const sent = new Map<number, string[]>();
    for (const line of lines) {
      const to = addressed(line);
      const other = to === null ? undefined : this.session.named(to.client);
      const target = other?.id ?? id;
      const typed = to !== null && other !== undefined ? to.line : line;
      const entered = this.session.enter(target, typed);
      if (entered.kind !== 'send') continue;
      this.lastLine = typed;
      sent.set(target, [...(sent.get(target) ?? []), typed]);
    }
    for (const [client, typed] of sent) this.#post({ type: 'send', client, lines: typed });
    this.#changedSoon();
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

  /** At most `most` keys of the client's database for the completion of a line. */
  async names(client: number, wanted: KeysWanted, most: number): Promise<KeyRow[]> {
    if (!this.ready || this.crash !== null) return [];
    const db = this.session.viewOf(client)?.db ?? 0;
    const answer = await this.#ask((id) => ({ type: 'names', id, db, ...wanted, count: most }));
    return answer?.type === 'names' ? answer.rows : [];
  }

  /** Takes the notice away. */
  dismiss(): void {
    this.notice = '';
    this.#changed();
  }

  play(playing: boolean): void {
    if (playing) this.#part();
    if (playing && this.past !== null) this.travel(null);
    this.playing = playing;
    if (playing) this.stopped = null;
    this.#post({ type: 'play', playing });
    this.#changed();
  }

  /** One step on: in the past to the next instant, at its end to now, otherwise the loop runs that much. */
  step(by: StepSize): void {
    if (this.#target !== null) {
      this.travel(this.session.stepOn(this.#target, by));
      return;
    }
    this.#part();
    if (this.playing) this.play(false);
    this.stopped = null;
    this.#post({ type: 'step', by });
  }

  /** One step back, to the instant before the last command, task or turn of the loop. */
  stepBack(by: StepSize): void {
    const { turns, at } = this.#target ?? this.recording();
    const before = this.session.stepBack({ turns, at }, by);
    if (before !== null) this.travel(before);
  }

  setSpeed(step: number): void {
    this.speedStep = Math.max(0, Math.min(SPEEDS.length - 1, step));
    this.#post({ type: 'speed', usPerSecond: SPEEDS[this.speedStep] as number });
    this.#changed();
  }

  /** What the keys panel looks at. */
  watchKeys(change: Partial<Wanted>): void {
    this.wanted = { ...this.wanted, ...change };
    this.#post({ type: 'keys', ...this.wanted });
    this.#changed();
  }

  /** Makes the engine panic on purpose: the way to see what a crash looks like. */
  crashOnPurpose(): void {
    this.#post({ type: 'crash' });
  }

  /** Engine time now, between two frames too. */
  now(): Micros {
    const { view } = this.session;
    if (view === null) return this.epoch;
    if (!this.playing || this.crash !== null || this.past !== null) return view.now;
    const passed = performance.now() - this.#frameWall;
    const hold = this.#hold;
    if (hold === null) return view.now + (view.busyUntil > view.now ? 0 : passed * 1000);
    const left = Math.max(0, hold.left - passed);
    return hold.to - ((hold.to - hold.from) * left) / hold.ms;
  }

  /** How much of the running task is done, 0 to 1, or `null` when the loop holds nothing. */
  progress(): number | null {
    const { hold } = this;
    if (hold === null) return null;
    const passed = this.playing ? performance.now() - this.#frameWall : 0;
    return Math.min(1, 1 - Math.max(0, hold.left - passed) / hold.ms);
  }

  /** Whoever acts in a session that is followed goes on alone. */
  #part(): void {
    const part = this.beforeActing;
    this.beforeActing = null;
    part?.();
  }

  /** The key whose value is shown. */
  get selected(): ByteString | null {
    return this.wanted.selected;
  }

  /** The database that the keys panel shows. */
  get keysDb(): number {
    return this.wanted.db;
  }

  /** A session like the recorded one, about to be played. */
  #fresh({ seed, epoch, pace }: Recording): void {
    this.beforeActing = null;
    this.session = new Session(seed, epoch, pace);
    this.session.commands = this.commands;
    this.#hold = null;
    this.#keys = null;
    this.wanted = { ...this.wanted, selected: null, from: 0 };
    this.stopped = null;
  }

  #load(recording: Recording, keep: boolean): void {
    this.ready = false;
    // What was recorded must not change while it is on its way.
    this.#post({ type: 'load', recording: { ...recording, entries: recording.entries.slice() }, keep });
    this.playing = false;
    this.#post({ type: 'speed', usPerSecond: SPEEDS[this.speedStep] as number });
    this.#post({ type: 'keys', ...this.wanted });
    this.#post({ type: 'breakpoints', breakpoints: this.breakpoints });
    this.#changed();
  }

  #spawn(): void {
    this.#worker?.terminate();
    this.#silence.end();
    this.#forget();
    this.#reopen = [];
    this.crash = null;
    const worker = engineSource().worker();
    this.#worker = worker;
    worker.onmessage = (message: MessageEvent<Report>): void => {
      if (worker === this.#worker) this.#report(message.data);
    };
    worker.onerror = (event): void => {
      event.preventDefault();
      if (worker === this.#worker) this.#failed(event.message || words().noWorker);
    };
    // Whatever is asked for before the engine is there waits for it, in order.
    this.#queued = [];
    const { parts } = engineSource();
    engineSource().module().then(
      (module) => {
        if (worker !== this.#worker) return;
        const queued = this.#queued ?? [];
        this.#queued = null;
        this.#post({ type: 'start', module, parts });
        for (const request of queued) this.#post(request);
      },
      (error: unknown) => {
        if (worker === this.#worker) this.#failed(error instanceof Error ? error.message : String(error));
      },
    );
  }

  #report(report: Report): void {
    // While a recording is played, there is more to come.
    if (report.type !== 'frame') this.#silence.heard(!this.ready && report.type !== 'ready');
    switch (report.type) {
      case 'started':
        this.commands = new Map(report.commands.map((info) => [info.name, info]));
        this.session.commands = this.commands;
        return;
      case 'replayed':
        for (const update of report.updates) this.session.replay(update);
        return;
      case 'ready':
        this.ready = true;
        for (const name of this.#reopen) if (this.session.named(name) === undefined) this.open(name);
        this.#reopen = [];
        this.#whenReady();
        performance.mark('redloop-ready');
        break;
      case 'frame':
        this.#frame(report);
        this.#silence.heard(this.#unfinished(report));
        this.#take(report);
        break;
      case 'pong':
        return;
      case 'past':
        this.#arrived(report);
        break;
      case 'names':
      case 'probed':
      case 'differs':
      case 'written':
        this.#asked.get(report.id)?.(report);
        this.#asked.delete(report.id);
        return;
      case 'crashed':
        this.#failed(report.memory ? safe().memoryFull(MEMORY_MB_MAX) : report.message, report.unheard);
        return;
    }
    this.#changed();
  }

  #frame(frame: Frame): void {
    this.#frameWall = performance.now();
    this.#hold = frame.hold;
    this.session.apply(frame);
    if (frame.keys !== null) this.#keys = frame.keys;
    if (frame.events.some((event) => event.kind === 'done')) this.#attempts = 0;
    if (frame.stoppedAt !== null) {
      const { breakpoint: id, event } = frame.stoppedAt;
      const breakpoint = this.breakpoints.find((each) => each.id === id);
      if (breakpoint !== undefined) this.stopped = { breakpoint, event };
      this.playing = false;
    }
    this.#tickWhile();
  }

  /**
   * Lets the worker send another frame once this one has been drawn. A hidden page draws nothing and takes it as it is; and
   * what follows on little need not wait, since both are drawn together as soon as one.
   */
  #take({ events }: Frame): void {
    const worker = this.#worker;
    const take = (): void => worker?.postMessage({ type: 'taken' } satisfies Request);
    if (document.hidden || events.length <= LITTLE) take();
    else requestAnimationFrame(take);
  }

  /** Whether the worker goes on by itself after this frame. */
  #unfinished({ playing, hold }: Frame): boolean {
    return playing && (hold !== null || (this.session.live?.queue.length ?? 0) > 0);
  }

  /** Only one journey at a time: while the worker is on its way, the newest wish waits. */
  #travel(): void {
    if (this.#travelling || this.#wanted === null) return;
    this.#travelling = true;
    this.#post({ type: 'travel', position: this.#wanted });
    this.#wanted = null;
  }

  #arrived({ position, view, keys }: PastFrame): void {
    if (this.#target !== null) {
      this.session.past = { position, view };
      this.#pastKeys = keys;
    }
    this.#travelling = false;
    this.#travel();
  }

  #ask(request: (id: number) => Request): Promise<Report | null> {
    if (this.#worker === undefined) return Promise.resolve(null);
    const id = ++this.#askedIds;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#post(request(id));
    });
  }

  #failed(message: string, unheard = false): void {
    this.#silence.end();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#hold = null;
    this.session.past = null;
    this.#forget();
    this.crash = { message, attempts: this.#attempts, unheard };
    this.#changed();
  }

  /** Whoever waits for a worker that is gone gets nothing; whatever was being typed is not. */
  #forget(): void {
    for (const resolve of this.#asked.values()) resolve(null);
    this.#asked.clear();
    this.#travelling = false;
    this.#target = null;
    this.#wanted = null;
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
    this.#silence.expect();
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }

  /** Once for all that is entered in one go. */
  #changedSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      this.#changed();
    });
  }

  /** Repaints while something on screen moves with time: a held task, a deadline, what has been waiting. Otherwise the page sleeps. */
  #tickWhile(): void {
    if (this.#ticking) return;
    const step = (): void => {
      this.#ticking = false;
      if (!this.playing || this.crash !== null) return;
      const slow = this.#hold === null;
      const ms = repaint(this.session.view, this.#keys);
      if (slow && ms === 0) return;
      this.#ticking = true;
      this.dispatchEvent(new Event('tick'));
      if (slow) setTimeout(step, ms);
      else requestAnimationFrame(step);
    };
    step();
  }
}

/** How soon what is on screen looks otherwise by the mere passing of time, in milliseconds; 0: it does not. */
function repaint(view: View | null, keys: Keys | null): number {
  if (view?.clients.some((c) => c.blocked?.deadline != null) === true || view?.databases.some((db) => db.expires > 0) === true || keys?.detail?.deadlines !== undefined) return 100;
  return keys?.detail?.stream === undefined ? 0 : 500;
}
