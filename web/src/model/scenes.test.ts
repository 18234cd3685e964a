import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { script } from './lessons/script.ts';
import { GERMAN } from './words/captions.de.ts';
import { words } from './words/scenes.ts';
import { speak } from './words/words.ts';
import { captionsOf } from './captions.ts';
import { sceneFromHash, SCENES } from './scenes.ts';

afterEach(() => speak('en'));

describe.each(SCENES.map(({ id }) => id))('%s', (id) => {
  const source = readFileSync(new URL(`../../../tests/transcripts/scenes/${id}.redis`, import.meta.url), 'utf8');

  test('can be played, and begins with its title', () => {
    expect(source.split('\n', 1)[0]).toBe(`# ${words().all[id].title}`);
    const { steps, clients } = script(source.trimEnd(), 1);
    expect(steps.length).toBeGreaterThan(4);
    expect(clients.length).toBeGreaterThan(0);
  });

  test('has captions that follow its steps, in both languages', () => {
    const captions = captionsOf(source);
    expect(captions.length).toBeGreaterThan(1);
    expect(captions.map(({ at }) => at)).toEqual([...captions.map(({ at }) => at)].sort((a, b) => a - b));
    expect(GERMAN[id].length).toBe(captions.length);
  });

  test('has a title, a summary and a takeaway in both languages', () => {
    const english = words().all[id];
    speak('de');
    const german = words().all[id];
    for (const each of [english, german]) expect(Object.values(each).every((text) => text.length > 5)).toBe(true);
    expect(german.about).not.toBe(english.about);
  });
});

test('a scene is asked for in the address', () => {
  expect(sceneFromHash('#scene=lost-update')).toBe('lost-update');
  expect(sceneFromHash('#s=1.x&scene=pipelining')).toBe('pipelining');
  expect(sceneFromHash('#scene=nothing')).toBeNull();
  expect(sceneFromHash('')).toBeNull();
});
