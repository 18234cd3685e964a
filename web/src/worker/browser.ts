// What the keys panel reads: a tree of the keys, walked beside the loop in slices of a few milliseconds, and a value.
//
// A walk over all keys is what it takes to have them in order. How often that is done again follows from what the last
// walk cost; meanwhile single writes are followed, and rows are read fresh from the engine, so only counts can be old.

import { pack, utf8, type ByteString } from '../model/bytes.ts';
import type { KeyDetail, TreePage } from '../model/engine.ts';
import { KeyTree, type Redloop } from '../wasm/redloop_wasm.js';
import type { Keys, KeysWanted } from './protocol.ts';

/** Longest time a slice of a walk takes. */
const SLICE_MS = 4;
/** Keys of one step of a walk. */
const STEP = 500;
/** A walk may take one part in so many of the worker's time. */
const SHARE = 8;
const EVERY_MS_MIN = 100;
/** Elements of a value that are read at once. */
const ITEMS_MAX = 200;

interface Walk {
  tree: KeyTree;
  engine: Redloop;
  ms: number;
  done: boolean;
}

/** Reads keys for the panel. */
export class Browser {
  wanted: KeysWanted | null = null;
  #asked = '';
  /** The tree that is shown, and the one that will take its place. */
  #shown: Walk | null = null;
  #next: Walk | null = null;
  #stale = true;
  #walkedAt = -Infinity;

  /** What to show from now on. */
  want(wanted: KeysWanted): void {
    this.wanted = wanted;
    const { db, separator, pattern, types, order, opened, listed } = wanted;
    const asked = JSON.stringify([db, separator, pattern, types, order, opened, listed]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#drop();
  }

  /** A key was written. */
  touched(engine: Redloop, db: number, key: ByteString): void {
    this.#stale = true;
    if (this.#shown?.engine === engine && this.wanted?.db === db) engine.followTree(this.#shown.tree, pack(key));
  }

  /** Something was written. */
  changed(): void {
    this.#stale = true;
  }

  /** Goes on walking for a slice; `true` when there is something new to show. */
  work(engine: Redloop, wall: number): boolean {
    if (this.wanted === null) return false;
    if (this.#shown !== null && this.#shown.engine !== engine) this.#drop();
    if (this.#next === null && this.#due(wall)) this.#begin(engine);
    const walk = this.#next;
    if (walk === null) return false;
    const begun = performance.now();
    while (!walk.done && performance.now() - begun < SLICE_MS) walk.done = engine.walkTree(walk.tree, STEP);
    walk.ms += performance.now() - begun;
    if (!walk.done) return this.#shown === null;
    this.#shown?.tree.free();
    this.#shown = walk;
    this.#next = null;
    this.#walkedAt = wall;
    return true;
  }

  /** In how many milliseconds `work` has something to do; `null`: not before something is written. */
  pause(wall: number): number | null {
    if (this.wanted === null) return null;
    if (this.#next !== null || this.#shown === null) return 0;
    return this.#stale ? Math.max(0, this.#walkedAt + this.#gap() - wall) : null;
  }

  /** The window of rows and the value, as they are now. */
  read(engine: Redloop): Keys | null {
    const { wanted } = this;
    const walk = this.#shown ?? this.#next;
    if (wanted === null || walk === null || walk.engine !== engine) return null;
    const { db, offset, count, selected, from } = wanted;
    const page = JSON.parse(engine.treePage(walk.tree, offset, count)) as TreePage;
    const detail = selected === null ? null : (JSON.parse(engine.inspect(db, pack(selected), ITEMS_MAX, from)) as KeyDetail | null);
    return { db, page, selected, detail };
  }

  /** Gives the memory back. */
  free(): void {
    this.#drop();
    this.wanted = null;
  }

  #due(wall: number): boolean {
    return this.#shown === null || (this.#stale && wall - this.#walkedAt >= this.#gap());
  }

  #gap(): number {
    return Math.max(EVERY_MS_MIN, (this.#shown?.ms ?? 0) * SHARE);
  }

  #begin(engine: Redloop): void {
    const { db, separator, pattern, types, order, opened, listed } = this.wanted as KeysWanted;
    const tree = new KeyTree(db, pack(utf8(separator)), pack(utf8(pattern)), types.join(','), order, opened, listed.map(pack));
    this.#next = { tree, engine, ms: 0, done: false };
    this.#stale = false;
  }

  #drop(): void {
    this.#shown?.tree.free();
    this.#next?.tree.free();
    this.#shown = null;
    this.#next = null;
    this.#stale = true;
  }
}
