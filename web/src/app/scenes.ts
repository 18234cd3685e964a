// Fetches scenes, when somebody wants to see one, and puts them on the stage.

import { captionsOf } from '../model/captions.ts';
import { script } from '../model/lessons/script.ts';
import { SCENES, type Scene, type SceneId } from '../model/scenes.ts';
import { language } from '../model/words/words.ts';
import { Stage } from './stage.ts';
import type { Store } from './store.ts';

const TEXTS = import.meta.glob<string>(['../../../tests/transcripts/scenes/*.redis', '!**/recorded-*.redis'], { query: '?raw', import: 'default' });

/** Fetches a scene, with captions in the language spoken now. */
export async function scene(id: SceneId): Promise<Scene> {
  const source = (await TEXTS[`../../../tests/transcripts/scenes/${id}.redis`]?.()) ?? '';
  const { speed } = SCENES.find((each) => each.id === id) as (typeof SCENES)[number];
  const captions = captionsOf(source);
  if (language() === 'de') {
    const { GERMAN } = await import('../model/words/captions.de.ts');
    GERMAN[id].forEach((text, i) => captions[i] !== undefined && (captions[i].text = text));
  }
  return { id, speed, script: script(source.trimEnd(), 1), captions };
}

/** Plays a scene from its beginning in a fresh session. */
export async function perform(store: Store, id: SceneId): Promise<Stage> {
  const stage = new Stage(store, await scene(id));
  stage.begin();
  return stage;
}
