// Sessions in the browser's own database. A session is a row and its inputs in batches: it grows by what was typed since
// the last time, and is never written anew.
//
// What is read back is checked like anything from elsewhere: another version of the page may have written it.

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Micros, Pace } from '../../model/engine.ts';
import type { Recorded, Recording } from '../../model/recording.ts';
import { admitted, Refusal } from '../../model/share/admit.ts';

/** Sessions without a name of their own that are kept; the oldest go first. */
export const UNNAMED_MAX = 30;

/** A kept session, without its inputs. */
export interface Kept {
  id: string;
  /** Given by the user, or empty. */
  name: string;
  /** Milliseconds since the Unix epoch. */
  created: number;
  changed: number;
  commands: number;
  /** Size of the inputs, roughly. */
  bytes: number;
  /** Number of inputs. */
  entries: number;
  seed: number;
  epoch: Micros;
  pace: Pace;
  turns: number;
  at: Micros;
  /** What clients are called, by number: they may have been renamed since they connected. */
  names: [number, string][];
}

interface Schema extends DBSchema {
  sessions: { key: string; value: Kept };
  batches: { key: [string, number]; value: { session: string; from: number; entries: readonly Recorded[] } };
}

/** The database. Every method may reject with the browser's `DOMException`, `QuotaExceededError` for one. */
export class Vault {
  readonly #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  /** Rejects where the browser has no storage for the page. */
  static async open(): Promise<Vault> {
    const db = await openDB<Schema>('redloop', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('sessions', { keyPath: 'id' });
        fresh.createObjectStore('batches', { keyPath: ['session', 'from'] });
      },
    });
    // A later version of the page, in another tab, must be able to change the database.
    db.addEventListener('versionchange', () => db.close());
    return new Vault(db);
  }

  /** All sessions, the last one first. */
  async list(): Promise<Kept[]> {
    return (await this.#db.getAll('sessions')).sort((a, b) => b.changed - a.changed);
  }

  get(id: string): Promise<Kept | undefined> {
    return this.#db.get('sessions', id);
  }

  /**
   * Adds inputs; `row` says how the session is with them. A name given meanwhile stays. `false`: the session was deleted
   * meanwhile, so that there is nothing to add to.
   */
  async append(row: Kept, from: number, entries: readonly Recorded[]): Promise<boolean> {
    const work = this.#db.transaction(['sessions', 'batches'], 'readwrite');
    const sessions = work.objectStore('sessions');
    const before = await sessions.get(row.id);
    if (before === undefined && from > 0) return false;
    await Promise.all([
      sessions.put({ ...row, name: before?.name ?? row.name }),
      entries.length > 0 ? work.objectStore('batches').put({ session: row.id, from, entries }) : undefined,
      work.done,
    ]);
    return true;
  }

  async rename(id: string, name: string): Promise<void> {
    const work = this.#db.transaction('sessions', 'readwrite');
    const row = await work.store.get(id);
    if (row !== undefined) await work.store.put({ ...row, name });
    await work.done;
  }

  async remove(id: string): Promise<void> {
    const work = this.#db.transaction(['sessions', 'batches'], 'readwrite');
    await Promise.all([work.objectStore('sessions').delete(id), work.objectStore('batches').delete(batchesOf(id)), work.done]);
  }

  /** The whole session. Throws {@link Refusal} when it is gone, incomplete, or not to be trusted. */
  async recording(id: string): Promise<Recording> {
    const [row, batches] = await Promise.all([this.get(id), this.#db.getAll('batches', batchesOf(id))]);
    if (row === undefined) throw new Refusal('nothing');
    const entries: Recorded[] = [];
    for (const batch of batches) {
      if (batch.from !== entries.length) throw new Refusal('damaged');
      for (const entry of batch.entries) entries.push(entry);
    }
    if (entries.length !== row.entries) throw new Refusal('damaged');
    const names = new Map(row.names);
    for (const entry of entries) if (entry.input === 'connect') entry.name = names.get(entry.client) ?? entry.name;
    const { seed, epoch, pace, turns, at } = row;
    return admitted({ seed, epoch, pace, entries, turns, at });
  }

  /** Lets go of the oldest sessions without a name. */
  async prune(): Promise<void> {
    const unnamed = (await this.list()).filter(({ name }) => name === '');
    for (const { id } of unnamed.slice(UNNAMED_MAX)) await this.remove(id);
  }
}

function batchesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}
