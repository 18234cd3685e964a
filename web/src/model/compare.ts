// Two futures of one past, side by side: what each client saw and how long it waited since they parted.

import type { Micros } from './engine.ts';
import type { Position, Recording } from './recording.ts';
import { happened } from './recording.ts';
import type { Entry } from './repl.ts';
import type { Session } from './session.ts';

/** One client in one future, since the futures parted. */
export interface Since {
  entries: readonly Entry[];
  commands: number;
  waited: Micros;
}

/** A client in both. */
export interface Pair {
  name: string;
  colour: number;
  mine: Since;
  other: Since;
}

/** Where two futures part. `of`: the newer one's recording; `seen`: its clients' last log entries by then. */
export interface Parted extends Position {
  of: Recording;
  seen: ReadonlyMap<number, number>;
}

/** The place where a session that was just begun from a past leaves the other future. */
export function parting({ turns, at }: Position, mine: Session): Parted {
  return { turns, at, of: mine.recording, seen: new Map([...mine.clients.values()].map(({ id, repl }) => [id, repl.entries.at(-1)?.id ?? 0])) };
}

/** Clients of either session, by name, that saw something since; `mine`'s first. */
export function compare(mine: Session, other: Session, parted: Parted): Pair[] {
  const names = new Map([...other.clients.values(), ...mine.clients.values()].map(({ name, colour }) => [name, colour]));
  const order = [...mine.clients.values(), ...other.clients.values()].map(({ name }) => name);
  return [...new Set(order)]
    .map((name) => ({ name, colour: names.get(name) ?? 0, mine: since(mine, name, parted), other: since(other, name, parted) }))
    .filter((pair) => pair.mine.entries.length + pair.other.entries.length > 0);
}

function since(session: Session, name: string, parted: Parted): Since {
  const client = session.named(name);
  if (client === undefined) return { entries: [], commands: 0, waited: 0 };
  const seen = session.recording === parted.of ? (parted.seen.get(client.id) ?? 0) : null;
  const entries = client.repl.entries.filter((entry) => (seen === null ? !happened(entry, parted) : entry.id > seen));
  let waited = 0;
  for (const span of session.lanes.tracks.get(client.id)?.spans ?? []) {
    if (span.state !== 'queued') continue;
    waited += Math.max(0, (span.to ?? session.recording.at) - Math.max(span.from, parted.at));
  }
  return { entries, commands: entries.filter(({ kind }) => kind === 'command').length, waited };
}
