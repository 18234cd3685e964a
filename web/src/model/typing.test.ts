import { describe, expect, test } from 'vitest';
import type { CommandInfo } from './engine.ts';
import { find } from './commands.ts';
import { hint } from './hints.ts';
import { history, move, remember, search } from './history.ts';
import { bytes, count, duration, SPEEDS, SPEED_DEFAULT, speedLabel } from './units.ts';

const SET = 'key value [NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL]';

describe('hints', () => {
  const cases: [string, string[], string][] = [
    [SET, [], SET],
    [SET, ['k'], 'value [NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL]'],
    [SET, ['k', 'v'], '[NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL]'],
    [SET, ['k', 'v', 'nx'], '[GET] [EX seconds | PX milliseconds | KEEPTTL]'],
    [SET, ['k', 'v', 'EX'], 'seconds [NX | XX] [GET]'],
    [SET, ['k', 'v', 'EX', '10'], '[NX | XX] [GET]'],
    [SET, ['k', 'v', 'EX', '10', 'GET', 'XX'], ''],
    ['key [key ...] timeout', [], 'key [key ...] timeout'],
    ['key [key ...] timeout', ['a'], '[key ...] timeout'],
    ['key element [element ...]', ['a', 'b'], '[element ...]'],
    ['key element [element ...]', ['a', 'b', 'c', 'd'], '[element ...]'],
    ['key [count]', ['a'], '[count]'],
    ['key [count]', ['a', '2'], ''],
    ['source destination <LEFT | RIGHT> <LEFT | RIGHT>', ['a', 'b', 'left'], '<LEFT | RIGHT>'],
    ['cursor [MATCH pattern] [COUNT count]', ['0', 'MATCH'], 'pattern [COUNT count]'],
    ['key', ['a', 'b'], ''],
    ['', [], ''],
  ];
  for (const [syntax, args, expected] of cases) {
    test(`${args.join(' ')} | ${syntax}`, () => expect(hint(syntax, args)).toBe(expected));
  }
});

const info = (name: string, syntax: string): [string, CommandInfo] => [
  name,
  { name, syntax, arity: -1, summary: '', complexity: '', since: '', group: '', firstKey: 1 },
];
const table = new Map([info('GET', 'key'), info('GETDEL', 'key'), info('CLIENT', ''), info('CLIENT LIST', '[TYPE x]'), info('SET', SET)]);

test('a subcommand is found under its container', () => {
  expect(find(table, ['client', 'list'])?.info.name).toBe('CLIENT LIST');
  expect(find(table, ['client'])?.info.name).toBe('CLIENT');
  expect(find(table, ['nope'])).toBeUndefined();
});

test('history walks up and down and keeps the draft', () => {
  let h = remember(remember(history(), 'one'), 'two');
  let line: string;
  ({ history: h, line } = move(h, -1, 'draft'));
  expect(line).toBe('two');
  ({ history: h, line } = move(h, -1, line));
  expect(line).toBe('one');
  ({ history: h, line } = move(h, -1, line));
  expect(line).toBe('one');
  ({ history: h, line } = move(h, 5, line));
  expect(line).toBe('draft');
  expect(remember(h, 'two').lines).toEqual(['one', 'two']);
  expect(remember(h, 'AUTH secret').lines).toEqual(['one', 'two']);
  expect(search(h, 'O')).toBe(1);
  expect(search(h, 'o', 1)).toBe(0);
  expect(search(h, 'x')).toBe(-1);
});

test('units', () => {
  expect([0.5, 4, 999, 1500, 12_340, 2.5e6, 600e6].map(duration)).toEqual(
    ['500 ns', '4 µs', '999 µs', '1.5 ms', '12.3 ms', '2.5 s', '10 min']);
  expect([12, 1500, 14.2e6].map(bytes)).toEqual(['12 B', '1.5 KB', '14.2 MB']);
  expect(count(1234567)).toBe('1\u202f234\u202f567');
  expect(speedLabel(SPEED_DEFAULT)).toBe('1 s shows 5 ms');
  expect(speedLabel(SPEEDS.length - 1)).toBe('real time');
});
