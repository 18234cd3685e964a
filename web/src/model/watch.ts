// What a session keeps for those who watch it: lanes, comic strip, transcript, the keys' history. Who shows them says who keeps them
// (`watched.ts`), so that a page without those boxes, such as one with a single prompt in it, carries none of it.

import type { KeyHistory } from './keyhistory.ts';
import type { Lanes } from './lanes.ts';
import type { Scribe } from './scribe.ts';
import type { Strip } from './strip.ts';

/** What follows the events, beside the logs. */
export interface Watched {
  readonly lanes: Lanes;
  readonly strip: Strip;
  readonly scribe: Scribe;
  readonly keyHistory: KeyHistory;
}

type Make = (nameOf: (client: number) => string) => Watched;

let make: Make | null = null;

/** Sessions from now on are watched by what this makes. */
export function watchWith(maker: Make): void {
  make = maker;
}

/** For a new session; `null` where nobody watches. */
export function watching(...of: Parameters<Make>): Watched | null {
  return make?.(...of) ?? null;
}
