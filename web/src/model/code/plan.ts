// What a program must do to repeat a session: one action after the other, the same for every language.
//
// On the page a blocked client waits while others type. A program must not: a command that may block is started, and
// its reply is taken when that client goes on, or at the end. A short pause after the start lets the server see it
// first; a client that is alone just waits. Subscriptions are no calls in any client library, so they are actions of their own.

import type { ByteString } from '../bytes.ts';

/** A session's step: a command, or time that passes. */
export type CodeStep = { kind: 'command'; client: string; argv: readonly ByteString[] } | { kind: 'wait'; ms: number };

/** One thing that the program does. `n` numbers the started commands. */
export type Action =
  | { kind: 'call'; client: string; argv: readonly ByteString[] }
  | { kind: 'start'; client: string; argv: readonly ByteString[]; n: number }
  | { kind: 'finish'; client: string; n: number }
  | { kind: 'listen'; client: string; verb: Verb; channels: readonly ByteString[] }
  | { kind: 'wait'; ms: number };

export type Verb = 'subscribe' | 'psubscribe' | 'ssubscribe' | 'unsubscribe' | 'punsubscribe' | 'sunsubscribe';

/** The actions, and the clients in the order of their first word. */
export interface Plan {
  clients: string[];
  actions: Action[];
}

/** How long a blocked command gets to arrive before the next one is sent. */
const START_MS = 100;
const BLOCKING = /^(BLPOP|BRPOP|BLMOVE|BRPOPLPUSH|BLMPOP|BZPOPMIN|BZPOPMAX|BZMPOP)$/;
const LISTENING = /^[PS]?(UN)?SUBSCRIBE$/;

/** Plans a program. */
export function plan(steps: readonly CodeStep[]): Plan {
  const actions: Action[] = [];
  const clients = new Set<string>();
  const started = new Map<string, number>();
  const collecting = new Set<string>();
  const alone = new Set(steps.flatMap((step) => (step.kind === 'command' ? [step.client] : []))).size < 2;
  let count = 0;
  for (const step of steps) {
    if (step.kind === 'wait') {
      actions.push(step);
      continue;
    }
    const { client, argv } = step;
    const name = (argv[0] ?? '').toUpperCase();
    clients.add(client);
    finish(client);
    if (name === 'MULTI') collecting.add(client);
    if (name === 'EXEC' || name === 'DISCARD') collecting.delete(client);
    if (LISTENING.test(name) && !collecting.has(client)) {
      actions.push({ kind: 'listen', client, verb: name.toLowerCase() as Verb, channels: argv.slice(1) });
    } else if (BLOCKING.test(name) && !alone && !collecting.has(client)) {
      started.set(client, ++count);
      actions.push({ kind: 'start', client, argv, n: count }, { kind: 'wait', ms: START_MS });
    } else actions.push({ kind: 'call', client, argv });
  }
  for (const client of [...started.keys()]) finish(client);
  return { clients: [...clients], actions };

  function finish(client: string): void {
    const n = started.get(client);
    if (n === undefined) return;
    started.delete(client);
    actions.push({ kind: 'finish', client, n });
  }
}
