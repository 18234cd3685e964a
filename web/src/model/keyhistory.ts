// What happened to keys: which command of which client touched one, with which events, and at which instant. The engine
// names every change of a key as a keyspace event; here they are kept by key, newest last, so many and no more.
//
// What changes keys without naming them (FLUSHALL apart) is not in here, and neither are values: for those one travels
// to the instant (`Touch` is a position).

import type { ByteString, LoopEvent } from './engine.ts';
import type { Position } from './recording.ts';
import { brief } from './track.ts';

/** Keys that are remembered; the one untouched for longest is forgotten first. */
export const KEYS_MAX = 1000;
/** Touches that are remembered of a key; the oldest are left out. */
export const TOUCHES_MAX = 200;

/** One command, or a timer, that touched the key. As a position: the instant just after. */
export interface Touch extends Position {
  /** Keyspace events in their order: `["set", "expire"]`. */
  events: ByteString[];
  /** Whose command it was; `null`: nobody's, a timer's. */
  client: number | null;
  /** The command, cut like `Run.argv`; empty where there was none. */
  argv: readonly ByteString[];
}

/** What is known of a key. */
export interface Trail {
  /** Oldest first. */
  touches: Touch[];
  /** Touches left out before these. */
  cut: number;
  /** Whether the key was there after the last of them. */
  alive: boolean;
}

interface Call {
  client: number;
  argv: readonly ByteString[];
}

/** Events after which there is no such key. */
const ENDS = new Set(['del', 'expired', 'evicted', 'rename_from', 'move_from']);
/** Commands that make or exchange keys and name none. */
const UNNAMED = new Set(['DEBUG', 'SWAPDB']);

/** Follows the events of a session, which begins with an empty engine. */
export class KeyHistory {
  /** Whether there may be more to tell of a key than its trail holds, or keys that are not known to be there. */
  incomplete = false;
  #trails = new Map<string, Trail>();
  #call: Call | null = null;
  /** The command of the last touch, to tell whether the next event is part of the same. */
  #touching: Call | null = null;
  /** The database of each client that has chosen one. */
  #dbs = new Map<number, number>();

  /** Events had to be left out. */
  missed(): void {
    this.incomplete = true;
    this.#call = null;
  }

  /** Takes an event, `turns` tasks having begun. `true`: it made a key that certainly was not there before. */
  apply(event: LoopEvent, turns: number): boolean {
    switch (event.kind) {
      case 'task':
        this.#call = null;
        return false;
      case 'command':
        this.#call = event;
        return false;
      case 'done':
        if (!event.error && this.#call !== null) this.#unnamed(this.#call, { turns, at: event.at });
        return false;
      case 'disconnected':
        this.#dbs.delete(event.client);
        return false;
      case 'key':
        return this.#touch(event.db, event.key, event.event, { turns, at: event.at });
      default:
        return false;
    }
  }

  /** What is known of a key. */
  of(db: number, key: ByteString): Trail | undefined {
    return this.#trails.get(`${db}:${key}`);
  }

  #touch(db: number, key: ByteString, event: ByteString, position: Position): boolean {
    const id = `${db}:${key}`;
    let trail = this.#trails.get(id);
    const made = trail === undefined ? !this.incomplete : !trail.alive;
    if (trail === undefined) {
      trail = { touches: [], cut: 0, alive: false };
      if (this.#trails.size >= KEYS_MAX) this.#forget();
    } else this.#trails.delete(id);
    this.#trails.set(id, trail);
    this.#add(trail, event, position);
    trail.alive = !ENDS.has(event);
    return made && trail.alive;
  }

  #add(trail: Trail, event: ByteString, position: Position): void {
    const last = trail.touches.at(-1);
    const call = this.#call;
    if (last?.turns === position.turns && call !== null && call === this.#touching && last.client === call.client) {
      last.events.push(event);
      return;
    }
    this.#touching = call;
    trail.touches.push({ ...position, events: [event], client: call?.client ?? null, argv: call === null ? [] : brief(call.argv) });
    if (trail.touches.length > TOUCHES_MAX) {
      trail.touches.shift();
      trail.cut++;
    }
  }

  /** What a command did that no event tells of. */
  #unnamed(call: Call, position: Position): void {
    const name = call.argv[0]?.toUpperCase() ?? '';
    if (name === 'SELECT') this.#dbs.set(call.client, Number(call.argv[1]));
    else if (name === 'RESET') this.#dbs.delete(call.client);
    else if (UNNAMED.has(name)) this.incomplete = true;
    else if (name === 'FLUSHALL' || name === 'FLUSHDB') {
      const only = name === 'FLUSHDB' ? `${this.#dbs.get(call.client) ?? 0}:` : '';
      for (const [id, trail] of this.#trails) {
        if (!trail.alive || !id.startsWith(only)) continue;
        this.#add(trail, name.toLowerCase(), position);
        trail.alive = false;
      }
    }
  }

  #forget(): void {
    for (const oldest of this.#trails.keys()) {
      this.#trails.delete(oldest);
      this.incomplete = true;
      return;
    }
  }
}
