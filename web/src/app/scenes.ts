// The starter scenes, and the player that types them. Scenes are transcripts, files that run as tests on every engine.

import type { Session } from '../model/session.ts';
import { parse, type Script } from '../model/transcript.ts';
import type { Store } from './store.ts';
import multi from '../../../tests/transcripts/scenes/multi-is-not-a-lock.redis?raw';
import keys from '../../../tests/transcripts/scenes/keys-stops-the-world.redis?raw';
import queue from '../../../tests/transcripts/scenes/work-queue.redis?raw';

/** A scene of the menu. */
export interface Scene extends Script {
  id: string;
  /** Position of the speed slider that shows it well. */
  speed: number;
}

/** In the menu's order. */
export const SCENES: readonly Scene[] = [
  { id: 'work-queue', speed: 11, ...parse(queue) },
  { id: 'multi', speed: 11, ...parse(multi) },
  { id: 'keys', speed: 11, ...parse(keys) },
];

/** Pause between two lines, so that they can be read. */
const READ_MS = 900;
/** A reply that does not come within this time does not stop the scene. */
const REPLY_MS_MAX = 30_000;

/** Types a scene into a fresh session. Ends early when another session was started meanwhile. */
export async function perform(store: Store, scene: Scene): Promise<void> {
  const names = [...new Set(scene.steps.flatMap((step) => (step.kind === 'wait' ? [] : [step.client])))];
  store.setSpeed(scene.speed);
  store.start(names);
  const { session } = store;
  await until(store, () => store.ready);
  const ids = new Map([...session.clients.values()].map((client) => [client.name, client.id]));
  const current = (): boolean => store.session === session;
  for (const step of scene.steps) {
    if (step.kind === 'wait') await sleep(step.ms);
    if (step.kind !== 'send') continue;
    const id = ids.get(step.client) as number;
    // Everybody types in their own time; nobody types before their own last answer is there.
    await until(store, () => !current() || idle(session, id));
    if (!current()) return;
    store.enter(id, step.line);
    await sleep(READ_MS);
  }
}

function idle(session: Session, id: number): boolean {
  return (session.clients.get(id)?.repl.pending.length ?? 0) === 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function until(store: Store, done: () => boolean): Promise<void> {
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
