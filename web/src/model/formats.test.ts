import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bars, hexDump, prettyJson, whole } from './formats.ts';

const pretty = (plain: string): string | undefined => prettyJson(plain)?.map(({ text }) => text).join('');

test('a dump has offsets, digits, and what can be printed', () => {
  expect(hexDump('hello\0\xff wor', 8)).toBe('0008  68 65 6c 6c 6f 00 ff 20  hello·· \n0010  77 6f 72                 wor');
  expect(hexDump('')).toBe('');
  expect(hexDump('a', 0x12345)).toMatch(/^12345 {2}61 /);
});

describe('JSON', () => {
  test('is indented, and nothing of it is changed', () => {
    expect(pretty('{"b":[1,2.50,{}],"a":"x, {y}: \\"z\\"","b":12345678901234567890,"e":[]}')).toBe(
      '{\n  "b": [\n    1,\n    2.50,\n    {}\n  ],\n  "a": "x, {y}: \\"z\\"",\n  "b": 12345678901234567890,\n  "e": []\n}');
    expect(prettyJson('[true]')?.map(({ kind }) => kind)).toEqual(['mark', 'word', 'mark']);
    expect(prettyJson('{"n":"s"}')?.map(({ kind }) => kind)).toEqual(['mark', 'name', 'mark', 'string', 'mark']);
  });

  test('is an object or an array that parses', () => {
    for (const plain of ['', '12', '"text"', '{', '{a:1}', '[1,]', 'hello']) expect(prettyJson(plain), plain).toBeNull();
  });

  test('of any value reads the same', () => {
    fc.assert(fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      const plain = JSON.stringify(value);
      expect(JSON.parse(pretty(plain) as string)).toEqual(JSON.parse(plain));
      expect(pretty(plain)).toBe(JSON.stringify(JSON.parse(plain), null, 2));
    }), { examples: [[['\u2028']]] });
  });
});

test('a number is one that INCR takes', () => {
  expect(whole('1234567')).toEqual({ decimal: '1\u202f234\u202f567', hexadecimal: '0x12d687', binary: '0b10010\u202f11010110\u202f10000111' });
  expect(whole('-255')).toEqual({ decimal: '-255', hexadecimal: '-0xff', binary: '-0b11111111' });
  expect(whole('9223372036854775807')?.hexadecimal).toBe('0x7fffffffffffffff');
  expect(whole('-9223372036854775808')).not.toBeNull();
  for (const text of ['9223372036854775808', '007', '-0', '+1', ' 1', '1.0', '']) expect(whole(text), text).toBeNull();
});

test('bars are parts of the largest score', () => {
  expect(bars(['1', '-4', '2'])).toEqual([0.25, 1, 0.5]);
  expect(bars(['0', 'inf', '-inf'])).toEqual([0, 1, 1]);
  expect(bars([])).toEqual([]);
});
