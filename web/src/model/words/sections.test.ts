// Every section in every language: nothing missing, nothing undefined, whatever the parts are.

import { afterAll, describe, expect, test } from 'vitest';
import { LANGUAGES, speak, type Language } from './words.ts';

// A name with two dots is a test, or the words of one language that a section takes in.
const sections = Object.entries(import.meta.glob<{ words?: () => object }>(['./*.ts', '!./*.*.ts', '!./words.ts'], { eager: true }));

/** Stands for any part of a sentence: a list of names, a figure, a record of such. */
function anything(figure: number): unknown {
  const names = ['alice', 'bob'];
  const part: unknown = new Proxy({}, {
    get(_, key) {
      if (key === Symbol.toPrimitive) return (hint: string): unknown => (hint === 'string' ? 'part' : figure);
      // Figures and texts have methods that lists have not.
      if (key === 'toFixed') return (digits: number): string => figure.toFixed(digits);
      if (key === 'toLowerCase') return (): string => 'part';
      if (key === Symbol.iterator) return names[Symbol.iterator].bind(names);
      const own = Reflect.get(names, key) as unknown;
      return typeof own === 'function' ? own.bind(names) : (own ?? part);
    },
  });
  return part;
}

/** All texts of a section, functions called. */
function texts(of: unknown, path: string): [string, unknown][] {
  if (typeof of === 'function') {
    const call = of as (...parts: unknown[]) => unknown;
    return [1, 3].map((figure) => [`${path}(${figure})`, call(...Array.from({ length: call.length }, () => anything(figure)))]);
  }
  if (typeof of === 'object' && of !== null) return Object.entries(of).flatMap(([key, value]) => texts(value, `${path}.${key}`));
  return [[path, of]];
}

afterAll(() => speak('en'));

test('there are sections, and each has words', () => {
  expect(sections.length).toBeGreaterThan(7);
  for (const [file, { words }] of sections) expect(words, file).toBeTypeOf('function');
});

for (const language of Object.keys(LANGUAGES) as Language[]) {
  describe(LANGUAGES[language], () => {
    for (const [file, { words }] of sections) {
      test(file, () => {
        speak(language);
        for (const [path, said] of texts(words?.(), '')) {
          expect(said, path).toBeTypeOf('string');
          expect(said, path).not.toMatch(/undefined|NaN|\[object/);
          expect((said as string).trim(), path).toBe(said);
        }
      });
    }
  });
}

test('a sentence in German is none in English', () => {
  for (const [file, { words }] of sections) {
    speak('en');
    const english = new Map(texts(words?.(), ''));
    speak('de');
    for (const [path, said] of texts(words?.(), '')) {
      // Names, keys and single words may be the same in both.
      if (/[a-z]+ [a-z]+ [a-z]+/.test(String(said)) && !path.includes('placeholders')) expect(said, `${file}${path}`).not.toBe(english.get(path));
    }
  }
});
