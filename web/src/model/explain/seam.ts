// The session's side of the explanations. Who shows them says who makes them (`ui/explain.ts`), so that a page without
// that box, such as one with a single prompt in it, does not carry their sentences.

import type { CommandInfo, LoopEvent } from '../engine.ts';
import type { ByteString } from '../bytes.ts';
import type { Reply } from '../resp.ts';
import type { Explanation } from './explain.ts';

/** Follows the events and makes a sentence of each command. */
export interface Explains {
  readonly current: Explanation | null;
  apply(event: LoopEvent): void;
  replied(client: number, reply: Reply, argv: readonly ByteString[]): void;
}

type Make = (nameOf: (id: number) => string, infoOf: (argv: readonly ByteString[]) => CommandInfo | undefined) => Explains;

const SILENT: Explains = { current: null, apply: () => undefined, replied: () => undefined };
let make: Make = () => SILENT;

/** Sessions from now on are explained by what this makes. */
export function explainWith(explainer: Make): void {
  make = explainer;
}

/** For a new session. */
export function explaining(...of: Parameters<Make>): Explains {
  return make(...of);
}
