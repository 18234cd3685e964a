// Which scenes there are. A scene is a transcript (`tests/transcripts/scenes`), a file that runs as a test on every
// engine; what its comments say are its captions (`captions.ts`).

import type { Script } from './lessons/script.ts';

export type SceneId = (typeof SCENES)[number]['id'];
export type SceneGroup = (typeof SCENES)[number]['group'];

/** In the menu's order. `speed`: the position of the speed slider that shows it well. */
export const SCENES = [
  { id: 'keys-stops-the-world', group: 'loop', speed: 11 },
  { id: 'keys-against-scan', group: 'loop', speed: 10 },
  { id: 'sort-holds-the-loop', group: 'loop', speed: 10 },
  { id: 'pipelining', group: 'loop', speed: 1 },
  { id: 'lost-update', group: 'races', speed: 3 },
  { id: 'multi-is-not-a-lock', group: 'races', speed: 3 },
  { id: 'watch-and-retry', group: 'races', speed: 3 },
  { id: 'work-queue', group: 'waiting', speed: 3 },
  { id: 'consumer-groups', group: 'waiting', speed: 3 },
  { id: 'client-pause', group: 'waiting', speed: 3 },
  { id: 'slow-subscriber', group: 'messages', speed: 3 },
  { id: 'keyspace-notifications', group: 'messages', speed: 3 },
  { id: 'expiry-lazy-and-active', group: 'time', speed: 3 },
  { id: 'rate-limiter', group: 'time', speed: 3 },
  { id: 'lock-done-wrong', group: 'time', speed: 3 },
  { id: 'lock-done-right', group: 'time', speed: 3 },
  { id: 'leaderboard', group: 'types', speed: 3 },
  { id: 'unique-visitors', group: 'types', speed: 11 },
  { id: 'nearby-search', group: 'types', speed: 3 },
] as const;

/** A remark to be read before the step `at` is played. */
export interface Caption {
  at: number;
  text: string;
}

/** A scene, fetched. */
export interface Scene {
  id: SceneId;
  speed: number;
  script: Script;
  captions: Caption[];
}

/** Whether there is a scene of this name. */
export function isScene(id: string): id is SceneId {
  return SCENES.some((scene) => scene.id === id);
}

/** The scene that an address asks for: `#scene=lost-update`. */
export function sceneFromHash(hash: string): SceneId | null {
  const id = /(?:^#|&)scene=([\w-]+)/.exec(hash)?.[1];
  return id !== undefined && isScene(id) ? id : null;
}
