// The course on the engine of the page: every goal fails before its solution and holds after it, asked for as the page
// asks. (That the examples say what servers say is checked in tests/tests/lessons.rs.)

import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { probes, reached } from '../model/lessons/goal.ts';
import { lesson, type Exercise, type Lesson } from '../model/lessons/lesson.ts';
import { exercisesOf } from '../model/lessons/outline.ts';
import type { Script } from '../model/lessons/script.ts';
import { Decoder } from '../model/resp.ts';
import { words } from '../model/words/learn.ts';
import { speak } from '../model/words/words.ts';
import { Bench } from './engine.testing.ts';

const FOLDER = new URL('../../lessons/', import.meta.url);
const IDS = readdirSync(FOLDER).flatMap((name) => /^(\d\d-[\w-]+)\.md$/.exec(name)?.[1] ?? []).sort();
const file = (name: string): Lesson => lesson(readFileSync(new URL(`${name}.md`, FOLDER), 'utf8'));
const COURSE = IDS.map((id) => [id, file(id)] as const);

afterEach(() => speak('en'));

function play(bench: Bench, { steps }: Script, done: () => void = () => undefined): void {
  for (const step of steps) {
    if (step.kind === 'wait') {
      bench.run(step.ms);
      done();
      continue;
    }
    const id = bench.session.named(step.client)?.id ?? bench.open(step.client);
    bench.driver.advance(bench.wall);
    const sent = step.lines.filter((line) => bench.session.enter(id, line).kind === 'send');
    bench.driver.send(id, sent);
    bench.run(step.lines.some((line) => /sleep/i.test(line)) ? 1500 : 30);
    done();
  }
}

function state(bench: Bench, { goals }: Exercise): boolean[] {
  const replies = new Decoder().push(bench.driver.probe(probes(goals), 0)).map(({ reply }) => reply);
  return reached(goals, replies);
}

test('the list knows how many exercises there are', () => {
  expect(COURSE.map(([id]) => exercisesOf(id))).toEqual(COURSE.map(([, { exercises }]) => exercises.length));
});

test('the outline names the lessons there are, in every language', () => {
  for (const language of ['en', 'de'] as const) {
    speak(language);
    const outline = words().outline.flatMap(([, lessons]) => lessons);
    expect(outline.map(([id]) => id)).toEqual(COURSE.map(([id]) => id));
    const titles = COURSE.map(([id]) => file(language === 'en' ? id : `${id}.${language}`).title);
    expect(outline.map(([, title]) => title.replace('’', "'"))).toEqual(titles);
  }
});

for (const [id, { parts, exercises }] of COURSE) {
  test(`${id}: goals hold after their solutions and not before`, () => {
    for (const exercise of exercises) {
      for (const examples of [false, true]) {
        const bench = new Bench();
        for (const part of examples ? parts : []) {
          if (part === exercise) break;
          if (part.kind === 'example') play(bench, part.script);
        }
        if (exercise.given !== null) play(bench, exercise.given);
        expect(state(bench, exercise), 'before').toContain(false);
        play(bench, exercise.solution);
        expect(state(bench, exercise), 'after').not.toContain(false);
      }
    }
  });
}

for (const [id, { parts, exercises }] of COURSE) {
  test(`${id}: nothing ticks by the way`, () => {
    const bench = new Bench();
    let solved = 0;
    const none = (): void => {
      for (const exercise of exercises.slice(solved)) expect(state(bench, exercise), `exercise ${exercise.number + 1}`).toContain(false);
    };
    none();
    for (const part of parts) if (part.kind === 'example') play(bench, part.script, none);
    for (const { given, solution } of exercises) {
      if (given !== null) play(bench, given, none);
      solved++;
      play(bench, solution, none);
    }
  });
}
