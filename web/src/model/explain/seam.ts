// The session's side of the explanations. Who shows them says who makes them (`ui/explain.ts`), so that a page without
// that box, such as one with a single prompt in it, does not carry their sentences.

import type { CommandInfo, LoopEvent } from '../engine.ts';
import type { ByteString } from '../bytes.ts';
import type { Reply } from '../resp.ts';
import type { Explanation } from './explain.ts';
import type { Sentence } from './tell.ts';

/** Follows the events and makes a sentence of each command. */
export interface Explains {
  readonly current: Explanation | null;
  apply(event: LoopEvent): void;
  replied(client: number, reply: Reply, argv: readonly ByteString[]): void;
}

type Make = (infoOf: (argv: readonly ByteString[]) => CommandInfo | undefined) => Explains;
type Tell = (explanation: Explanation, nameOf: (id: number) => string) => Sentence | null;

let make: Make | null = null;
let tell: Tell = () => null;

/** From now on sessions are explained by what `explainer` makes, in the words of `teller`; those that run already, too. */
export function explainWith(explainer: Make, teller: Tell): void {
  make = explainer;
  tell = teller;
}

/** What is kept of a session until somebody explains it: what a page's first commands can be. */
const HEARD_MAX = 2000;

/** A session's explainer: it is made as soon as somebody has said how, and then hears what there was until then. */
class Late implements Explains {
  readonly #infoOf: Parameters<Make>[0];
  #made: Explains | null = null;
  #heard: ((made: Explains) => void)[] = [];

  constructor(infoOf: Parameters<Make>[0]) {
    this.#infoOf = infoOf;
  }

  get current(): Explanation | null {
    return this.#explainer()?.current ?? null;
  }

  apply(event: LoopEvent): void {
    this.#hear((made) => made.apply(event));
  }

  replied(client: number, reply: Reply, argv: readonly ByteString[]): void {
    this.#hear((made) => made.replied(client, reply, argv));
  }

  #hear(what: (made: Explains) => void): void {
    const made = this.#explainer();
    if (made !== null) what(made);
    else if (this.#heard.length < HEARD_MAX) this.#heard.push(what);
  }

  #explainer(): Explains | null {
    if (this.#made === null && make !== null) {
      const made = make(this.#infoOf);
      this.#made = made;
      for (const what of this.#heard) what(made);
      this.#heard = [];
    }
    return this.#made;
  }
}

/** For a new session. */
export function explaining(...of: Parameters<Make>): Explains {
  return new Late(...of);
}

/** The explanation as a sentence; `null` where nobody tells. */
export function telling(...of: Parameters<Tell>): Sentence | null {
  return tell(...of);
}
