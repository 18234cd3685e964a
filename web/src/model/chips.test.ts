import { describe, expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import type { KeyRow } from './engine.ts';
import { chips, CHIPS_MAX, shorter } from './chips.ts';

const { commands } = new Bench().session;
const nothing = { multi: false, subscribed: false };
const row = (key: string): KeyRow => ({ key, type: 'list', encoding: 'listpack', length: 2, bytes: 60, expires: null }) as unknown as KeyRow;
const labels = (line: string, keys: KeyRow[] = [], situation = nothing): string[] => chips(line, commands, keys, situation).map(({ label }) => label);

describe('chips', () => {
  test('an empty line offers commands, and what the client is in the middle of first', () => {
    expect(labels('').slice(0, 3)).toEqual(['SET', 'GET', 'INCR']);
    expect(labels('', [], { multi: true, subscribed: false }).slice(0, 3)).toEqual(['EXEC', 'DISCARD', 'SET']);
    expect(labels('', [], { multi: false, subscribed: true })).toEqual(['UNSUBSCRIBE', 'SUBSCRIBE', 'PING']);
    for (const name of labels('')) expect(name === 'HELP' || commands.has(name)).toBe(true);
  });

  test('the beginning of a word narrows them down, common ones first', () => {
    expect(labels('l')[0]).toBe('LRANGE');
    expect(labels('l')).toContain('LPUSH');
    expect(labels('zzz')).toEqual([]);
    expect(labels('c').length).toBeLessThanOrEqual(CHIPS_MAX);
  });

  test('then keys that exist, or a sample of a name', () => {
    expect(labels('RPUSH ')).toEqual(['jobs']);
    expect(labels('RPUSH ', [row('queue:a'), row('queue:b')])).toEqual(['queue:a', 'queue:b']);
    expect(chips('RPUSH ', commands, [row('queue:a')], nothing)[0]).toEqual({ label: 'queue:a', line: 'RPUSH queue:a ' });
  });

  test('then arguments: samples and options', () => {
    expect(labels('SET k ')).toEqual(expect.arrayContaining(['hello', '1']));
    expect(labels('SET k v ')).toEqual(expect.arrayContaining(['NX', 'EX']));
    expect(labels('SET k v EX ')).toEqual(['5', '30', '0']);
    expect(labels('BLPOP jobs ')).toEqual(expect.arrayContaining(['5']));
    expect(labels('LRANGE jobs 0 ')).toEqual(['-1', '10']);
    expect(labels('CLIENT PA')).toEqual(['PAUSE']);
    expect(labels('XADD ')).toEqual(['orders']);
    expect(labels('XADD orders ')).toContain('*');
    expect(labels('GEOADD places ')).toContain('13.4');
    expect(labels('XREADGROUP GROUP ')).toContain('workers');
  });

  test('a word is taken away', () => {
    expect(['', 'SET', 'SET k ', 'SET k v'].map(shorter)).toEqual(['', '', 'SET ', 'SET k ']);
  });
});
