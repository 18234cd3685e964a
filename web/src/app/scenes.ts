// The starter scenes, and the player that types them. Scenes are transcripts: the files that also run as tests.

import { parse, type Script, type Step } from '../model/transcript.ts';
import type { Store } from './store.ts';
import multi from '../scenes/multi-is-not-a-lock.redis?raw';
import keys from '../scenes/keys-stops-the-world.redis?raw';
import queue from '../scenes/work-queue.redis?raw';

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

/** Pause between two lines, so that they can be read, and the shortest wait for a reply to be seen. */
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
  for (const [i, step] of scene.steps.entries()) {
    if (!current()) return;
    if (step.kind === 'send') {
      const id = ids.get(step.client) as number;
      store.enter(id, step.line);
      if (step.answered) await until(store, () => !current() || (session.clients.get(id)?.repl.pending.length ?? 0) === 0);
      if (!atOnce(scene.steps, i)) await sleep(READ_MS);
    } else if (step.kind === 'wait') await sleep(step.ms);
  }
}

/** Commands that follow an unanswered one of another client are typed while that one still runs. */
function atOnce(steps: readonly Step[], at: number): boolean {
  const step = steps[at];
  const next = steps[at + 1];
  return step?.kind === 'send' && !step.answered && next?.kind === 'send' && next.client !== step.client && /^KEYS/i.test(step.line);
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
