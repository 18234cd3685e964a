// What a session keeps for those who watch it: lanes, comic strip, transcript, the keys' history. Who shows them says who keeps them
// (`watched.ts`), so that a page without those boxes, such as one with a single prompt in it, carries none of it, and one
// with them can answer a first command before they are there.

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
let awaited = false;

/** What a session keeps until it is watched: what the first seconds of a page can be. */
const HEARD_MAX = 100_000;

/** Sessions from now on are watched by what this makes, and so are those that have been waiting for it. */
export function watchWith(maker: Make): void {
  make = maker;
}

/** Somebody is going to say how sessions are watched; those from now on wait for it. */
export function watchSoon(): void {
  awaited = true;
}

/** The watchers of one session. They are made as soon as somebody has said how, and then hear what there was until then. */
export class Watching {
  readonly #nameOf: (client: number) => string;
  #made: Watched | null = null;
  /** `null` when nobody watches, or when there was too much to keep: then the session has to be played again to be watched. */
  #heard: ((watched: Watched) => void)[] | null = make !== null || awaited ? [] : null;

  constructor(nameOf: (client: number) => string) {
    this.#nameOf = nameOf;
  }

  /** Tells those who watch, now or when they are there. */
  tell(what: (watched: Watched) => void): void {
    const { watched } = this;
    if (watched !== null) what(watched);
    else if (this.#heard !== null && this.#heard.push(what) > HEARD_MAX) this.#heard = null;
  }

  /** `null`: nobody watches, or nobody does yet. */
  get watched(): Watched | null {
    if (this.#heard !== null && make !== null) {
      const made = make(this.#nameOf);
      this.#made = made;
      for (const what of this.#heard) what(made);
      this.#heard = null;
    }
    return this.#made;
  }
}
