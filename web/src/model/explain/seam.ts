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

const SILENT: Explains = { current: null, apply: () => undefined, replied: () => undefined };
let make: Make = () => SILENT;
let tell: Tell = () => null;

/** Sessions from now on are explained by what `explainer` makes, in the words of `teller`. */
export function explainWith(explainer: Make, teller: Tell): void {
  make = explainer;
  tell = teller;
}

/** For a new session. */
export function explaining(...of: Parameters<Make>): Explains {
  return make(...of);
}

/** The explanation as a sentence; `null` where nobody tells. */
export function telling(...of: Parameters<Tell>): Sentence | null {
  return tell(...of);
}
