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

/** A session's explainer: it is made as soon as somebody has said how, and until then there is none. */
class Late implements Explains {
  readonly #infoOf: Parameters<Make>[0];
  #made: Explains | null = null;

  constructor(infoOf: Parameters<Make>[0]) {
    this.#infoOf = infoOf;
  }

  get current(): Explanation | null {
    return this.#made?.current ?? null;
  }

  apply(event: LoopEvent): void {
    this.#made ??= make?.(this.#infoOf) ?? null;
    this.#made?.apply(event);
  }

  replied(client: number, reply: Reply, argv: readonly ByteString[]): void {
    this.#made?.replied(client, reply, argv);
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
