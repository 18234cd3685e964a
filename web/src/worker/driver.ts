// The host loop of the page: feeds the engine, runs its turns, and keeps its clock.
//
// The clock is virtual. While the loop idles, engine time passes as on the wall. While a command's modelled cost holds
// the loop, that time is stretched: at "1 s shows 5 ms" a 15 ms KEYS takes three seconds on screen, and everybody else
// is seen to wait. Even the cheapest task is held for a moment (`DWELL_MS`), so that it can be seen at all. In real
// time nothing is held. Paused, the clock stands still and `step` runs whole tasks.
//
// Left out: timers and messages (`worker.ts` calls `advance`), and everything about how things look.

import { pack, unpack, type ByteString } from '../model/bytes.ts';
import type { KeyDetail, KeyPage, KeyRow, LoopEvent, Micros, TaskView, View } from '../model/engine.ts';
import { ENTRIES_MAX, type Recorded, type Recording } from '../model/recording.ts';
import type { Redloop } from '../wasm/redloop_wasm.js';
import type { Frame, Hold, Keys, StepSize } from './protocol.ts';

/** What the driver needs of the wasm class. */
export type Engine = Pick<
  Redloop,
  'connect' | 'feed' | 'disconnect' | 'wake' | 'turn' | 'wakeAt' | 'busyUntil' | 'takeOutput' | 'takeEvents' | 'view' | 'keys' | 'names' | 'inspect'
>;

/** On screen a command is held at least this long, another task this long, unless speed is real time. */
const DWELL_MS = { command: 130, other: 60 };
/** Longest stretch of wall time one call of `advance` works for before it lets messages in. */
const SLICE_MS = 8;
/** More events than this in one frame are dropped, oldest first: they could not be drawn. */
const EVENTS_MAX = 5000;
/** A step stops after this many turns even when what it waits for did not come. */
const STEP_TURNS_MAX = 10_000;
/** The keys panel is refreshed at most this often while keys change. */
const KEYS_EVERY_MS = 100;
const REAL_TIME = 1e6;
const ITEMS_MAX = 200;
/** Keys touched last that a large keyspace shows first. */
const RECENT_MAX = 16;

/** A client ran SHUTDOWN: the engine is not to be used any more. */
export class ShutDown extends Error {
  constructor() {
    super('A client asked the server to shut down, so it did.');
  }
}

interface KeysWanted {
  db: number;
  count: number;
  selected: ByteString | null;
}

/** Runs one engine. */
export class Driver {
  readonly #engine: Engine;
  #now: Micros;
  #playing = true;
  #usPerSecond = REAL_TIME;
  #hold: Hold | null = null;
  #busyUntil: Micros = 0;
  /** When an idle engine wants to be woken; `null`: only by input. */
  #wakeAt: Micros | null = null;
  #idle = true;
  #wall: number | null = null;
  #turns = 0;
  #events: LoopEvent[] = [];
  #dropped = 0;
  #replies: Frame['replies'] = [];
  #closed: number[] = [];
  #recorded: Recorded[] = [];
  #recordedCount = 0;
  #keysWanted: KeysWanted | null = null;
  #keysDirty = false;
  #recent: { db: number; key: ByteString }[] = [];
  #keysAt = -Infinity;
  #changed = true;

  constructor(engine: Engine, epoch: Micros) {
    this.#engine = engine;
    this.#now = epoch;
  }

  /** Plays a recording up to its end, as fast as it goes. Its replies were seen the first time and are dropped. */
  restore(recording: Recording): void {
    for (const entry of recording.entries) {
      this.#runTo(entry.turns);
      this.#now = entry.at;
      this.#input(entry);
    }
    this.#runTo(recording.turns);
    this.#drain();
    this.#hold = null;
    this.#replies = [];
  }

  /** A new connection. */
  connect(client: number): void {
    this.#feed({ at: this.#now, turns: this.#turns, input: 'connect', client });
  }

  /** Request bytes of a client. */
  send(client: number, bytes: ByteString): void {
    this.#feed({ at: this.#now, turns: this.#turns, input: 'bytes', client, bytes });
  }

  /** A connection goes away. */
  disconnect(client: number): void {
    this.#feed({ at: this.#now, turns: this.#turns, input: 'disconnect', client });
  }

  /** Lets time pass, or stops it. */
  play(playing: boolean, wall: number): void {
    this.#playing = playing;
    this.#wall = wall;
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

  /** What the keys panel looks at. */
  watchKeys(db: number, count: number, selected: ByteString | null): void {
    this.#keysWanted = { db, count, selected };
    this.#keysDirty = true;
    this.#keysAt = -Infinity;
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
    const elapsed = this.#wall === null ? 0 : Math.max(0, wall - this.#wall);
    this.#wall = wall;
    if (!this.#playing) return null;
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
        if (this.#wakeAt === null) return null;
        if (this.#wakeAt > this.#now) return Math.min(2 ** 30, Math.max(1, (this.#wakeAt - this.#now) / 1000));
        this.#wakeTo(this.#wakeAt);
      }
      if (performance.now() > deadline) return 0;
    }
  }

  /** The frame since the last one, or `undefined` when nothing happened. */
  frame(wall: number): Frame | undefined {
    const keysDue = this.#keysDirty && this.#keysWanted !== null && wall - this.#keysAt >= KEYS_EVERY_MS;
    if (!this.#changed && !keysDue) return undefined;
    const frame: Frame = {
      type: 'frame',
      playing: this.#playing,
      hold: this.#hold,
      dropped: this.#dropped,
      events: this.#events,
      replies: this.#replies,
      closed: this.#closed,
      recorded: this.#recorded,
      turns: this.#turns,
      view: { ...(JSON.parse(this.#engine.view()) as View), now: this.#now },
      keys: keysDue ? this.#readKeys(wall) : null,
    };
    this.#events = [];
    this.#dropped = 0;
    this.#replies = [];
    this.#closed = [];
    this.#recorded = [];
    this.#changed = false;
    return frame;
  }

  /** Keys for completion: see the wasm class. */
  names(db: number, prefix: ByteString, types: readonly string[], count: number): KeyRow[] {
    const rows = JSON.parse(this.#engine.names(db, pack(prefix), types.join(','), count)) as KeyRow[];
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Whether the keys panel waits for a refresh, and in how many milliseconds it is due. */
  keysDue(wall: number): number | null {
    if (!this.#keysDirty || this.#keysWanted === null) return null;
    return Math.max(0, KEYS_EVERY_MS - (wall - this.#keysAt));
  }

  #feed(entry: Recorded): void {
    this.#idle = false;
    this.#input(entry);
    this.#drain();
  }

  #input(entry: Recorded): void {
    switch (entry.input) {
      case 'connect':
        this.#engine.connect(entry.at, entry.client);
        break;
      case 'bytes':
        this.#engine.feed(entry.at, entry.client, pack(entry.bytes));
        break;
      case 'disconnect':
        this.#engine.disconnect(entry.at, entry.client);
        break;
      case 'wake':
        this.#engine.wake(entry.at);
    }
    if (this.#recordedCount++ < ENTRIES_MAX) this.#recorded.push(entry);
    this.#changed = true;
  }

  #wakeTo(at: Micros): void {
    this.#now = at;
    this.#idle = false;
    this.#input({ at, turns: this.#turns, input: 'wake' });
  }

  #runTo(turns: number): void {
    while (this.#turns < turns) {
      this.#turns++;
      this.#engine.turn();
      this.#drain();
    }
    this.#idle = false;
    this.#changed = true;
  }

  /** Runs one turn; `false` when the engine was idle. */
  #turnOnce(held: boolean): boolean {
    if (!this.#engine.turn()) {
      this.#idle = true;
      this.#wakeAt = this.#engine.wakeAt ?? null;
      this.#drain();
      return false;
    }
    this.#turns++;
    this.#idle = false;
    this.#changed = true;
    const task = this.#drain();
    if (held && task !== null) {
      const dwell = task.task === 'readable' || task.task === 'serve' ? DWELL_MS.command : DWELL_MS.other;
      this.#hold = this.#stretch(task, this.#now, Math.max(this.#now, this.#busyUntil), dwell);
    }
    return true;
  }

  #stretch(task: TaskView, from: Micros, to: Micros, dwell: number): Hold | null {
    const real = this.#usPerSecond >= REAL_TIME;
    const ms = Math.max(real ? 0 : dwell, ((to - from) * 1000) / this.#usPerSecond);
    return ms < 0.05 ? null : { task, from, to, ms, left: ms };
  }

  #pass(ms: number): number {
    this.#now += Math.round(ms * 1000);
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
      if (output.kind === 'reply') this.#replies.push({ client: output.client, bytes: unpack(output.bytes), at: this.#now });
      else if (output.kind === 'close') this.#closed.push(output.client);
      else throw new ShutDown();
    }
    this.#busyUntil = this.#engine.busyUntil;
    let task: TaskView | null = null;
    for (const event of JSON.parse(this.#engine.takeEvents()) as LoopEvent[]) {
      if (event.kind === 'task') task = event.task;
      if (event.kind === 'key') this.#touch(event.db, event.key);
      if (event.kind === 'expired' || event.kind === 'done') this.#keysDirty = true;
      // Idling is said with every idle turn and shows in the view.
      if (event.kind !== 'idle') this.#events.push(event);
    }
    if (this.#events.length > EVENTS_MAX) this.#dropped += this.#events.splice(0, this.#events.length - EVENTS_MAX).length;
    return task;
  }

  /** A keyspace that fits is shown in order; of a larger one, what was touched last comes first. */
  #readKeys(wall: number): Keys {
    const { db, count, selected } = this.#keysWanted as KeysWanted;
    this.#keysDirty = false;
    this.#keysAt = wall;
    const page = JSON.parse(this.#engine.keys(db, count)) as KeyPage;
    if (page.cursor === '0') page.rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    else {
      const recent = this.#recent.filter((key) => key.db === db).map(({ key }) => this.#inspect(db, key, 0));
      const first = recent.filter((row) => row !== null);
      const shown = new Set(first.map(({ key }) => key));
      page.rows = [...first, ...page.rows.filter(({ key }) => !shown.has(key))];
    }
    return { db, page, detail: selected === null ? null : this.#inspect(db, selected, ITEMS_MAX) };
  }

  #inspect(db: number, key: ByteString, items: number): KeyDetail | null {
    return JSON.parse(this.#engine.inspect(db, pack(key), items)) as KeyDetail | null;
  }

  #touch(db: number, key: ByteString): void {
    const others = this.#recent.filter((other) => other.db !== db || other.key !== key);
    this.#recent = [{ db, key }, ...others.slice(0, RECENT_MAX - 1)];
  }
}

/** Whether a client's own command is over: run, kept by MULTI, or refused. */
function ended(event: LoopEvent): boolean {
  return event.depth === 0 && (event.kind === 'done' || event.kind === 'collected' || event.kind === 'refused');
}
