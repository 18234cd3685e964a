// The past of one engine: checkpoints along its recording, and the way to any instant between them.
//
// A checkpoint is a copy of the whole engine. An instant is reached by copying the nearest one before it and playing the
// inputs in between, muted; scrubbing forward goes on from the instant that is already there. Checkpoints lie so many
// inputs apart that playing is quick; when they get too heavy every second one goes, so that long sessions and large
// keyspaces cost a bounded amount of memory and reach their past a little slower.

import { pack } from '../model/bytes.ts';
import type { Micros } from '../model/engine.ts';
import { happened, requests, type Position, type Recorded } from '../model/recording.ts';
import type { Redloop } from '../wasm/redloop_wasm.js';

/** What playing inputs needs of the wasm class. */
export type Playable = Pick<
  Redloop,
  'connect' | 'feed' | 'disconnect' | 'wake' | 'turn' | 'wakeAt' | 'busyUntil' | 'takeOutput' | 'takeEvents' | 'mute' | 'fork' | 'free' | 'weight'
>;

/** Tasks between two checkpoints, at first: some ten milliseconds of playing. */
const SPACING = 2000;
/** What all checkpoints together may weigh. */
const BYTES_MAX = 96_000_000;
const CHECKPOINTS_MAX = 100;

/** An engine somewhere along the recording, with the number of inputs it was fed. */
export interface Moment<E> {
  engine: E;
  entries: number;
  turns: number;
  now: Micros;
}

/** Feeds an engine one recorded input. */
export function feed(engine: Playable, entry: Recorded): void {
  switch (entry.input) {
    case 'connect':
      engine.connect(entry.at, entry.client);
      break;
    case 'lines':
      engine.feed(entry.at, entry.client, pack(requests(entry.lines)));
      break;
    case 'disconnect':
      engine.disconnect(entry.at, entry.client);
  }
}

/** Runs one task; an idle engine is first woken at the time it waits for. `null`: nothing can ever happen. */
export function runTask(engine: Playable, now: Micros): Micros | null {
  let at = now;
  for (let stuck = 0; !engine.turn(); ) {
    const due = engine.busyUntil > at ? engine.busyUntil : (engine.wakeAt ?? null);
    if (due === null || (due <= at && stuck++ > 0)) return null;
    at = Math.max(at, due);
    engine.wake(at);
  }
  return at;
}

/** See the file's head. */
export class Timeline<E extends Playable & { fork(): unknown }> {
  readonly #checkpoints: (Moment<E> & { bytes: number })[];
  #spacing = SPACING;

  constructor(engine: E, now: Micros) {
    this.#checkpoints = [{ engine: copy(engine), entries: 0, turns: 0, now, bytes: 0 }];
  }

  /** To be called between two tasks: the engine is here now. */
  note({ engine, entries, turns, now }: Moment<E>): void {
    const last = this.#checkpoints.at(-1) as Moment<E>;
    if (turns - last.turns < this.#spacing) return;
    const bytes = engine.weight();
    this.#checkpoints.push({ engine: copy(engine), entries, turns, now, bytes });
    while (this.#checkpoints.length > CHECKPOINTS_MAX || this.#weight() > BYTES_MAX) {
      if (this.#checkpoints.length < 2) return;
      this.#thin();
    }
  }

  /** The engine at `position`; `from` is gone on with where that is the shorter way, and is used up either way. */
  seek(recorded: readonly Recorded[], position: Position, from: Moment<E> | null): Moment<E> {
    const start = this.#before(position);
    const usable = from !== null && from.turns >= start.turns && from.turns <= position.turns && from.now <= position.at;
    if (!usable) from?.engine.free();
    const moment = usable ? from : { ...start, engine: copy(start.engine) };
    for (;;) {
      const next = recorded[moment.entries];
      const due = next !== undefined && happened(next, position);
      this.#run(moment, due ? next.turns : position.turns);
      if (!due) return moment;
      moment.entries++;
      moment.now = Math.max(moment.now, next.at);
      feed(moment.engine, next);
    }
  }

  /** Gives the memory back. */
  free(): void {
    for (const { engine } of this.#checkpoints) engine.free();
    this.#checkpoints.length = 0;
  }

  #run(moment: Moment<E>, turns: number): void {
    while (moment.turns < turns) {
      const at = runTask(moment.engine, moment.now);
      if (at === null) break;
      moment.now = at;
      moment.turns++;
      while (moment.engine.takeOutput() !== undefined);
    }
  }

  #before(position: Position): Moment<E> {
    const fits = this.#checkpoints.filter(({ turns, now }) => turns <= position.turns && now <= position.at);
    return (fits.at(-1) ?? this.#checkpoints[0]) as Moment<E>;
  }

  #weight(): number {
    return this.#checkpoints.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #thin(): void {
    this.#spacing *= 2;
    for (let at = this.#checkpoints.length - 1; at > 0; at -= 2) {
      this.#checkpoints[at]?.engine.free();
      this.#checkpoints.splice(at, 1);
    }
  }
}

/** A muted copy. */
function copy<E extends Playable>(engine: E): E {
  const other = engine.fork() as unknown as E;
  other.mute(true);
  return other;
}
