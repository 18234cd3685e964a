// The starter scenes, and the player that types them. Scenes are transcripts, files that run as tests on every engine.

import { parse, type Script } from '../model/transcript.ts';
import { typeSteps, until } from './script.ts';
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
/** Types a scene into a fresh session. Ends early when another session was started meanwhile. */
export async function perform(store: Store, scene: Scene): Promise<void> {
  const names = [...new Set(scene.steps.flatMap((step) => (step.kind === 'wait' ? [] : [step.client])))];
  store.setSpeed(scene.speed);
  store.start(names);
  const { session } = store;
  await until(store, () => store.ready);
  if (store.session !== session) return;
  const ids = new Map([...session.clients.values()].map((client) => [client.name, client.id]));
  await typeSteps(store, scene.steps, ids, READ_MS);
}
