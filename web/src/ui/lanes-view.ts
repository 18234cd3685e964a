// What the views of the lanes share: who has a lane, and the leap to the instant of a bar.

import type { Store } from '../app/store.ts';
import type { Run } from '../model/lanes.ts';
import type { Lane } from '../model/picture.ts';
import { COLOURS } from '../model/session.ts';

/** The page's clients in their order, then whoever else is connected. */
export function lanesOf(store: Store): Lane[] {
  const { session } = store;
  const out: Lane[] = [...session.clients.values()];
  if (session.lanes.tracks.size === out.length) return out;
  for (const { client, to } of session.lanes.tracks.values()) {
    if (to === null && !session.clients.has(client)) out.push({ id: client, name: session.nameOf(client), colour: client % COLOURS });
  }
  return out;
}

/** The colour of a client. */
export function colourOf(store: Store, client: number): number {
  return store.session.clients.get(client)?.colour ?? client % COLOURS;
}

/** Looks at the middle of a run: it is on the loop, and whoever waits for it waits. */
export function lookAt(store: Store, run: Pick<Run, 'turns' | 'from' | 'to'>): void {
  store.travel({ turns: run.turns, at: Math.floor((run.from + run.to) / 2) });
}
