import { afterEach, expect, test } from 'vitest';
import { language, numbered, preferred, section, speak } from './words.ts';

afterEach(() => speak('en'));

const words = section({
  en: { hello: 'Hello', keys: (n: number) => `${n} ${numbered(n, 'key', 'keys')}` },
  de: { hello: 'Hallo', keys: (n) => `${n} ${numbered(n, 'Schlüssel', 'Schlüssel')}` },
});

test('a section speaks the language that is set', () => {
  expect([words().hello, words().keys(1), words().keys(2)]).toEqual(['Hello', '1 key', '2 keys']);
  speak('de');
  expect([language(), words().hello, words().keys(2)]).toEqual(['de', 'Hallo', '2 Schlüssel']);
});

test('the first language of the browser that the page speaks is chosen', () => {
  expect(preferred(['de-AT', 'en'])).toBe('de');
  expect(preferred(['fr', 'EN-gb'])).toBe('en');
  expect(preferred(['toString', 'fr'])).toBe('en');
});
