// What a transaction did and did not isolate: who wrote between its MULTI and its EXEC, and who spoiled a watched key.
//
// The engine's events name a written key but not the database that a WATCH was in; a write to a key of the same name in
// another database may be named as the culprit. It is only named when EXEC did give up.

import type { ByteString } from '../engine.ts';

/** Who did something, with which command. */
export interface Actor {
  client: number;
  command: string;
}

/** A write of somebody else. */
export interface Write {
  by: Actor;
  key: ByteString;
}

/** A transaction as it stands when EXEC begins. */
export interface Transaction {
  /** Commands that were collected, and whether one was refused meanwhile. */
  collected: number;
  refused: boolean;
  /** Writes of others since MULTI, the latest last. */
  others: Write[];
  /** The first write to a watched key. */
  spoiled: Write | null;
}

/** Writes that one transaction remembers. */
const WRITES_MAX = 50;

interface Open extends Transaction {
  collecting: boolean;
  watched: Set<ByteString>;
}

/** Follows all transactions. */
export class Isolation {
  readonly #open = new Map<number, Open>();

  /** MULTI was answered. */
  begin(client: number): void {
    this.#of(client).collecting = true;
  }

  /** WATCH was answered. */
  watch(client: number, keys: readonly ByteString[]): void {
    for (const key of keys) this.#of(client).watched.add(key);
  }

  collected(client: number, length: number): void {
    this.#of(client).collected = length;
  }

  /** A command was refused; within a transaction that spoils all of it. Says whether it was within one. */
  refused(client: number): boolean {
    const open = this.#open.get(client);
    if (open?.collecting !== true) return false;
    open.refused = true;
    return true;
  }

  /** A key was written. */
  wrote(by: Actor, key: ByteString): void {
    for (const [client, open] of this.#open) {
      if (open.watched.has(key)) open.spoiled ??= { by, key };
      if (!open.collecting || client === by.client) continue;
      const known = open.others.some((other) => other.key === key && other.by.client === by.client && other.by.command === by.command);
      if (!known && open.others.length < WRITES_MAX) open.others.push({ by, key });
    }
  }

  /** EXEC, DISCARD, UNWATCH, RESET or the end of the connection: nothing is collected or watched any more. */
  end(client: number): Transaction | null {
    const open = this.#open.get(client) ?? null;
    this.#open.delete(client);
    return open;
  }

  #of(client: number): Open {
    let open = this.#open.get(client);
    if (open === undefined) {
      open = { collected: 0, refused: false, others: [], spoiled: null, collecting: false, watched: new Set() };
      this.#open.set(client, open);
    }
    return open;
  }
}
