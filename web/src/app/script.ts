// Types steps into the session: a scene, a pasted script, or lines one after the other.
//
// Everybody types in their own time, and nobody before their own last answer is there. A step whose answer does not
// come within a bound goes on without it, and everything stops when another session is started.

import type { Session } from '../model/session.ts';
import type { Step } from '../model/transcript.ts';
import type { Store } from './store.ts';

/** A reply that does not come within this time does not stop a script. */
const REPLY_MS_MAX = 30_000;

/** A script that is being typed; `client` is whose card shows it. */
export interface Typing {
  client: number;
  at: number;
  total: number;
  stopped: boolean;
}

/** Types the steps with `gapMs` between them. `ids` names the clients. */
export async function typeSteps(store: Store, steps: readonly Step[], ids: ReadonlyMap<string, number>, gapMs: number, typing?: Typing): Promise<void> {
  const { session } = store;
  const clients = new Map(ids);
  const current = (): boolean => store.session === session && typing?.stopped !== true;
  for (const step of steps) {
    if (!current()) return;
    if (step.kind === 'wait') await sleep(step.ms);
    if (step.kind !== 'send' && step.kind !== 'close') continue;
    const id = clients.get(step.client);
    if (id === undefined) continue;
    const leaves = step.kind === 'close';
    // Who leaves may leave a reply behind that was not going to come.
    await until(store, () => !current() || idle(session, id) || (leaves && session.viewOf(id)?.blocked != null));
    if (!current()) return;
    if (leaves) store.close(id);
    else {
      if (typing !== undefined) typing.at++;
      const to = connected(store, id, step.client);
      clients.set(step.client, to);
      store.enterAll(to, [step.line, ...(step.more ?? [])]);
    }
    await sleep(gapMs);
  }
}

/** The client, or a new connection by its name when that one has ended. */
function connected(store: Store, id: number, name: string): number {
  const client = store.session.clients.get(id);
  if (client?.open === true) return id;
  if (client !== undefined) store.close(id);
  return store.open(name);
}

/** Resolves when `done` says so, or after a bound. */
export function until(store: Store, done: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, REPLY_MS_MAX);
    function check(): void {
      if (done()) finish();
    }
    function finish(): void {
      clearTimeout(timer);
      store.removeEventListener('change', check);
      resolve();
    }
    store.addEventListener('change', check);
    check();
  });
}

function idle(session: Session, id: number): boolean {
  return (session.clients.get(id)?.repl.pending.length ?? 0) === 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
