// The host loop of the page: feeds the engine, runs its turns, and keeps its clock.
//
// The clock is virtual. While the loop idles, engine time passes as on the wall. While a command's modelled cost holds
// the loop, that time is stretched: at "1 s shows 5 ms" a 15 ms KEYS takes three seconds on screen, and everybody else
// is seen to wait. Even the cheapest task is held for a moment (`DWELL_MS`), so that it can be seen at all. In real
// time nothing is held. Paused, the clock stands still and `step` runs whole tasks.
//
// The driver also knows the way back: it writes down every input, and a timeline of checkpoints leads to any instant.
//
// Left out: timers and messages (`worker.ts` calls `advance`), and everything about how things look.

import { hits, type Breakpoint } from '../model/breakpoints.ts';
import { pack, unpack, type ByteString } from '../model/bytes.ts';
import type { KeyChange, KeyRow, LoopEvent, Micros, TaskView, View } from '../model/engine.ts';
import { ENTRIES_MAX, requests, type Position, type Recorded } from '../model/recording.ts';
import type { StepSize, Update } from '../model/session.ts';
import type { Redloop } from '../wasm/redloop_wasm.js';
import { Browser } from './browser.ts';
import type { Frame, Hold, KeysWanted, PastFrame } from './protocol.ts';
import { readEvents } from './events.ts';
import { feed, runTask, Timeline, type Moment } from './timeline.ts';

/** On screen a command is held at least this long, another task this long, unless speed is real time. */
const DWELL_MS = { command: 130, other: 60 };
/** Longest stretch of wall time one call of `advance` works for before it lets messages in. */
const SLICE_MS = 8;
/** The most wall time that a late call makes up for: a page that slept for long does not rush through what it missed. */
const LATE_MS_MAX = 1000;
/**
 * With this many events a frame is full, and the loop goes on when it has left. What a single task tells, which the engine
 * bounds, is never torn apart.
 */
export const EVENTS_MAX = 5000;
/** How soon to ask again whether a full frame has left. */
const FULL_MS = 16;
/** A step stops after this many turns even when what it waits for did not come. */
const STEP_TURNS_MAX = 10_000;
/** The keys panel is refreshed at most this often while keys change. */
const KEYS_EVERY_MS = 100;
const REAL_TIME = 1e6;
/** The client that reads for the page itself, on a copy that is thrown away. */
const PROBE_CLIENT = 2 ** 40;
/** Tasks a probe may take. */
const PROBE_TURNS_MAX = 10_000;

/** A client ran SHUTDOWN: the engine is not to be used any more. */
export class ShutDown extends Error {
  constructor() {
    super('A client asked the server to shut down, so it did.');
  }
}

/** Runs one engine. */
export class Driver {
  readonly #engine: Redloop;
  readonly #timeline: Timeline<Redloop>;
  /** Every input so far. */
  readonly #entries: Recorded[] = [];
  /** The instant that is looked at instead of now. */
  #past: (Moment<Redloop> & { position: Position }) | null = null;
  #breakpoints: readonly Breakpoint[] = [];
  #stoppedAt: Frame['stoppedAt'] = null;
  /** Idle time that was not a whole millisecond, in microseconds. */
  #rest = 0;
  #now: Micros;
  #playing = true;
  #usPerSecond = REAL_TIME;
  #hold: Hold | null = null;
  #busyUntil: Micros = 0;
  /** When an idle engine wants to be woken; `null`: only by input. */
  #wakeAt: Micros | null = null;
  #idle = true;
  #wall: number | null = null;
  /** Wall time that the last call of `advance` did not come to use. */
  #owed = 0;
  /** In how many milliseconds it asked to be called again; `null`: any time will do. */
  #asked: number | null = null;
  #turns = 0;
  #events: LoopEvent[] = [];
  /** The number of the last event that was told, and how many the engine did not keep. */
  #seq = 0;
  #dropped = 0;
  #replies: { client: number; bytes: ByteString; at: Micros; turns: number }[] = [];
  #closed: number[] = [];
  #recorded: Recorded[] = [];
  readonly #browser = new Browser();
  #keysDirty = false;
  #keysAt = -Infinity;
  #changed = true;

  constructor(engine: Redloop, epoch: Micros) {
    this.#engine = engine;
    this.#timeline = new Timeline(engine, epoch);
    this.#now = epoch;
  }

  /** Plays a recording up to its end, as fast as it goes; `tell` gets what each of its inputs led to, in order. */
  replay(entries: readonly Recorded[], end: Position, tell: (update: Update) => void): void {
    for (let i = 0; i <= entries.length; i++) {
      const entry = entries[i - 1];
      if (entry !== undefined) {
        this.#now = Math.max(this.#now, entry.at);
        this.#input(entry);
      }
      this.#runTo(entries[i]?.turns ?? end.turns, tell);
      tell(this.#update());
    }
    this.#now = Math.max(this.#now, end.at);
    this.#hold = null;
    this.#playing = false;
    this.#changed = true;
  }

  /** A new connection, and what the page calls it. */
  connect(client: number, name: string): void {
    this.#feed({ at: this.#now, turns: this.#turns, input: 'connect', client, name });
  }

  /** Lines typed at a client, sent in one write. */
  send(client: number, lines: readonly string[]): void {
    this.#feed({ at: this.#now, turns: this.#turns, input: 'lines', client, lines });
  }

  /** A connection goes away. */
  disconnect(client: number): void {
    this.#feed({ at: this.#now, turns: this.#turns, input: 'disconnect', client });
  }

  /** Lets time pass, or stops it. */
  play(playing: boolean, wall: number): void {
    this.#playing = playing;
    this.#wall = wall;
    this.#owed = 0;
    this.#changed = true;
  }

  /** How much engine work one second of screen time shows, in microseconds; a million is real time. */
  speed(usPerSecond: number): void {
    this.#usPerSecond = Math.max(1, Math.min(REAL_TIME, usPerSecond));
    if (this.#hold !== null) {
      const { task, to } = this.#hold;
      this.#hold = this.#stretch(task, this.#now, to, 0);
    }
    this.#changed = true;
  }

  /** Where playing is to stop from now on. */
  stopAt(breakpoints: readonly Breakpoint[]): void {
    this.#breakpoints = breakpoints;
  }

  /** Looks at an instant of the past; `null`: at now again. The engine itself goes nowhere. */
  travel(position: Position | null): void {
    const { engine, entries, turns, now } = this.#past ?? {};
    const from = engine === undefined ? null : ({ engine, entries, turns, now } as Moment<Redloop>);
    this.#past = null;
    if (position === null) from?.engine.free();
    else this.#past = { ...this.#timeline.seek(this.#entries, position, from), position };
    this.#keysDirty = true;
    this.#keysAt = -Infinity;
    this.#changed = true;
    this.#browser.changed();
  }

  /** What the instant that is looked at looks like. */
  pastFrame(): PastFrame | null {
    if (this.#past === null) return null;
    const { engine, position } = this.#past;
    return { type: 'past', position, view: { ...(JSON.parse(engine.view()) as View), now: position.at }, keys: this.#browser.read(engine) };
  }

  /** The replies to lines that a client of its own would get now; nobody notices. */
  probe(lines: readonly string[], db: number): ByteString {
    const engine = (this.#past?.engine ?? this.#engine).fork();
    try {
      engine.mute(true);
      // What others have asked for and nobody has run yet must not be seen.
      for (const { id, pending } of (JSON.parse(engine.view()) as View).clients) if (pending > 0) engine.disconnect(this.#now, id);
      engine.connect(this.#now, PROBE_CLIENT);
      const select = requests([`SELECT ${db}`]);
      engine.feed(this.#now, PROBE_CLIENT, pack(select + requests(lines)));
      let replies = '';
      for (let turns = 0; turns < PROBE_TURNS_MAX; turns++) {
        if (!engine.turn()) {
          if (engine.busyUntil <= this.#now) break;
          engine.wake(engine.busyUntil);
          if (!engine.turn()) break;
        }
        for (let output = engine.takeOutput(); output !== undefined; output = engine.takeOutput()) {
          if (output.kind === 'reply' && output.client === PROBE_CLIENT) replies += unpack(output.bytes);
        }
      }
      return replies.slice('+OK\r\n'.length);
    } finally {
      engine.free();
    }
  }

  /** At most `most` keys that this engine holds and another does not, or not alike. */
  diff(other: Driver, db: number, most: number): KeyChange[] {
    return JSON.parse(this.#engine.diff(other.#engine, db, most)) as KeyChange[];
  }

  /** Gives the memory back; the driver is not to be used any more. */
  free(): void {
    this.#browser.free();
    this.#past?.engine.free();
    this.#timeline.free();
    this.#engine.free();
  }

  /** What the keys panel looks at. */
  watchKeys(wanted: KeysWanted): void {
    this.#browser.want(wanted);
    this.#keysDirty = true;
    this.#keysAt = -Infinity;
  }

  /** Goes on reading keys for a few milliseconds; `true` when the panel has something new to show. */
  browse(wall: number): boolean {
    const news = this.#browser.work(this.#past?.engine ?? this.#engine, wall);
    this.#keysDirty ||= news;
    return news;
  }

  /** Runs one task, one whole command, or one turn of the loop, whatever time that takes the engine. */
  step(by: StepSize): void {
    this.#skipHold();
    for (let turns = 0; turns < STEP_TURNS_MAX; turns++) {
      const seen = this.#events.length;
      if (!this.#turnOnce(false)) {
        if (this.#busyUntil > this.#now) this.#wakeTo(this.#busyUntil);
        else if (this.#wakeAt !== null && turns === 0) this.#wakeTo(this.#wakeAt);
        else break;
        continue;
      }
      const news = this.#events.slice(seen);
      if (by === 'task') break;
      if (by === 'command' && news.some(ended)) break;
      if (by === 'turn' && news.some((event) => event.kind === 'task' && event.task.task === 'before-sleep')) break;
    }
    this.#changed = true;
  }

  /**
   * Lets the wall clock go on to `wall` (milliseconds). Returns after how many milliseconds to call again, or `null`
   * when only input can change anything.
   */
  advance(wall: number): number | null {
    const since = this.#wall === null ? 0 : Math.max(0, wall - this.#wall);
    const elapsed = Math.min(this.#owed + since, (this.#asked ?? Infinity) + LATE_MS_MAX);
    this.#wall = wall;
    this.#owed = 0;
    this.#asked = this.#playing ? this.#advance(elapsed) : null;
    return this.#asked;
  }

  /** The frame since the last one, or `undefined` when nothing happened. */
  frame(wall: number): Frame | undefined {
    const keysDue = this.#keysDirty && this.#browser.wanted !== null && this.#past === null && wall - this.#keysAt >= KEYS_EVERY_MS;
    if (!this.#changed && !keysDue) return undefined;
    if (keysDue) {
      this.#keysAt = wall;
      this.#keysDirty = false;
    }
    const frame: Frame = {
      type: 'frame',
      playing: this.#playing,
      hold: this.#hold,
      dropped: this.#dropped,
      stoppedAt: this.#stoppedAt,
      keys: keysDue ? this.#browser.read(this.#engine) : null,
      ...this.#update(),
    };
    this.#dropped = 0;
    this.#stoppedAt = null;
    this.#changed = false;
    return frame;
  }

  /** Whether the next frame is full: the loop goes on when it has left. */
  get full(): boolean {
    return this.#events.length >= EVENTS_MAX;
  }

  /** Whether it got requests that no frame has told of. */
  get unheard(): boolean {
    return this.#recorded.some(({ input }) => input === 'lines');
  }

  /** Keys for completion: see the wasm class. */
  names(db: number, prefix: ByteString, types: readonly string[], count: number): KeyRow[] {
    const rows = JSON.parse((this.#past?.engine ?? this.#engine).names(db, pack(prefix), types.join(','), count)) as KeyRow[];
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Whether the keys panel waits for a refresh, and in how many milliseconds it is due. */
  keysDue(wall: number): number | null {
    const pause = this.#browser.pause(wall);
    if (!this.#keysDirty || this.#browser.wanted === null || this.#past !== null) return pause;
    return Math.min(pause ?? Infinity, Math.max(0, KEYS_EVERY_MS - (wall - this.#keysAt)));
  }

  #advance(elapsed: number): number | null {
    // What was idle until now has been idle all the while, as far as nothing was due.
    let left = this.#idle && this.#hold === null ? this.#pass(elapsed) : elapsed;
    const deadline = performance.now() + SLICE_MS;
    for (;;) {
      if (this.#hold !== null) {
        left = this.#passHold(left);
        if (this.#hold !== null) return Math.min(16, this.#hold.left);
      }
      if (this.#busyUntil > this.#now && this.#idle) {
        this.#wakeTo(this.#busyUntil);
        continue;
      }
      if (!this.#turnOnce(true)) {
        if (this.#busyUntil > this.#now) continue;
        left = this.#pass(left);
        if (this.#wakeAt === null) return null;
        if (this.#wakeAt > this.#now) return Math.min(2 ** 30, Math.max(1, (this.#wakeAt - this.#now) / 1000));
        this.#wakeTo(Math.max(this.#now, this.#wakeAt));
      }
      if (!this.#playing) return null;
      if (!this.full && performance.now() <= deadline) continue;
      this.#owed = left;
      return this.full ? FULL_MS : 0;
    }
  }

  #feed(entry: Recorded): void {
    this.#input(entry);
    this.#asked = 0;
    this.#drain();
  }

  #input(entry: Recorded): void {
    feed(this.#engine, entry);
    if (this.#entries.length < ENTRIES_MAX) {
      this.#entries.push(entry);
      this.#recorded.push(entry);
    }
    this.#idle = false;
    this.#changed = true;
  }

  #wakeTo(at: Micros): void {
    this.#now = at;
    this.#rest = 0;
    this.#idle = false;
    this.#engine.wake(at);
    this.#changed = true;
  }

  #runTo(turns: number, tell: (update: Update) => void): void {
    this.#drain();
    while (this.#turns < turns) {
      if (this.full) tell(this.#update());
      const at = runTask(this.#engine, this.#now);
      if (at === null) break;
      this.#now = at;
      this.#ran();
      this.#drain();
    }
  }

  /** A task has run. */
  #ran(): void {
    this.#turns++;
    this.#idle = false;
    this.#changed = true;
    this.#timeline.note({ engine: this.#engine, entries: this.#entries.length, turns: this.#turns, now: this.#now });
  }

  /** What happened since the last call. */
  #update(): Update {
    const update: Update = {
      recorded: this.#recorded,
      events: this.#events,
      replies: this.#replies,
      closed: this.#closed,
      turns: this.#turns,
      view: this.#engine.view(),
      now: this.#now,
    };
    this.#recorded = [];
    this.#events = [];
    this.#replies = [];
    this.#closed = [];
    return update;
  }

  /** Runs one turn; `false` when the engine was idle. */
  #turnOnce(held: boolean): boolean {
    if (!this.#engine.turn()) {
      this.#idle = true;
      this.#wakeAt = this.#engine.wakeAt ?? null;
      this.#drain();
      return false;
    }
    this.#ran();
    const seen = this.#events.length;
    const task = this.#drain();
    if (held) this.#stopIfAsked(seen);
    if (held && task !== null) {
      const dwell = task.task === 'readable' || task.task === 'serve' ? DWELL_MS.command : DWELL_MS.other;
      this.#hold = this.#stretch(task, this.#now, Math.max(this.#now, this.#busyUntil), dwell);
    }
    return true;
  }

  #stopIfAsked(seen: number): void {
    if (this.#breakpoints.length === 0) return;
    for (const event of this.#events.slice(seen)) {
      const hit = this.#breakpoints.find((each) => hits(each, event));
      if (hit === undefined) continue;
      this.#playing = false;
      this.#stoppedAt = { breakpoint: hit.id, event };
      return;
    }
  }

  #stretch(task: TaskView, from: Micros, to: Micros, dwell: number): Hold | null {
    const real = this.#usPerSecond >= REAL_TIME;
    const ms = Math.max(real ? 0 : dwell, ((to - from) * 1000) / this.#usPerSecond);
    return ms < 0.05 ? null : { task, from, to, ms, left: ms };
  }

  /** Idle time passes, in whole milliseconds, which makes recordings short, and up to what is due; the rest is left. */
  #pass(ms: number): number {
    const due = this.#wakeAt === null ? Infinity : Math.max(0, this.#wakeAt - this.#now);
    const passed = this.#rest + ms * 1000;
    if (passed >= due) {
      this.#now += due;
      this.#rest = 0;
      return (passed - due) / 1000;
    }
    const whole = Math.floor(passed / 1000) * 1000;
    this.#now += whole;
    this.#rest = passed - whole;
    return 0;
  }

  #passHold(ms: number): number {
    const hold = this.#hold as Hold;
    const used = Math.min(ms, hold.left);
    hold.left -= used;
    this.#now = Math.round(hold.to - ((hold.to - hold.from) * hold.left) / hold.ms);
    this.#changed = true;
    if (hold.left <= 0.01) this.#skipHold();
    return ms - used;
  }

  #skipHold(): void {
    if (this.#hold === null) return;
    const { to } = this.#hold;
    this.#hold = null;
    if (to > this.#now || this.#busyUntil >= this.#now) this.#wakeTo(to);
  }

  /** Takes what left and what happened; the task that began last, if one did. */
  #drain(): TaskView | null {
    for (let output = this.#engine.takeOutput(); output !== undefined; output = this.#engine.takeOutput()) {
      if (output.kind === 'reply') this.#replies.push({ client: output.client, bytes: unpack(output.bytes), at: this.#now, turns: this.#turns });
      else if (output.kind === 'close') this.#closed.push(output.client);
      else throw new ShutDown();
    }
    this.#busyUntil = this.#engine.busyUntil;
    let task: TaskView | null = null;
    for (const event of readEvents(this.#engine.takeEvents())) {
      this.#dropped += event.seq - this.#seq - 1;
      this.#seq = event.seq;
      if (event.kind === 'task') task = event.task;
      if (event.kind === 'key' || event.kind === 'expired') this.#browser.touched(this.#engine, event.db, event.key);
      if (event.kind === 'expired' || event.kind === 'done') {
        this.#keysDirty = true;
        this.#browser.changed();
      }
      // Idling is said with every idle turn and shows in the view.
      if (event.kind !== 'idle') this.#events.push(event);
    }
    return task;
  }
}

/** Whether a client's own command is over: run, kept by MULTI, or refused. */
function ended(event: LoopEvent): boolean {
  return event.depth === 0 && (event.kind === 'done' || event.kind === 'collected' || event.kind === 'refused');
}
