// Old links for ever: every link in `golden/` was made once by a version of this page, must be read by every later one,
// and must lead to the same replies. Add files, never change them. REDLOOP_BLESS=1 writes only those that are missing.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lesson, LESSONS, played } from './lessons.testing.ts';
import { fromLink, toLink } from './link.ts';

const FOLDER = new URL('./golden/', import.meta.url);

interface Golden {
  link: string;
  position: { turns: number; at: number };
  transcript: string;
}

if (process.env['REDLOOP_BLESS'] === '1') {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of Object.keys(LESSONS)) {
    const file = new URL(`v1-${name.replaceAll(' ', '-')}.json`, FOLDER);
    if (existsSync(file)) continue;
    const recording = lesson(name);
    const { turns, at } = recording.entries[20] ?? recording;
    const golden: Golden = { link: await toLink({ recording, position: { turns, at } }), position: { turns, at }, transcript: played(recording).scribe.recorder.toString() };
    writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`);
  }
}

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

test('there are old links', () => expect(files.length).toBeGreaterThanOrEqual(3));

test.each(files)('%s opens at its instant and says what it always said', async (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Golden;
  const { recording, position } = await fromLink(golden.link);
  expect(position).toEqual(golden.position);
  const [now, then] = [played(recording).scribe.recorder.toString(), golden.transcript];
  expect(now.replace(WAIT, '+')).toBe(then.replace(WAIT, '+'));
  // Versions may round what passed since the beginning another way.
  const [passed, before] = [waits(now), waits(then)];
  for (const [i, ms] of passed.entries()) expect(Math.abs(ms - (before[i] ?? Infinity))).toBeLessThanOrEqual(1);
});

const WAIT = /^\+ (\d+)ms$/gm;

/** How much time has passed after each wait of a transcript, in milliseconds. */
function waits(transcript: string): number[] {
  let sum = 0;
  return [...transcript.matchAll(WAIT)].map(([, ms]) => (sum += Number(ms)));
}
