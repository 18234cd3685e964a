// What the engine tells of values besides their elements, as the viewers get it.

import { expect, test } from 'vitest';
import type { KeyDetail } from '../model/engine.ts';
import { Bench, EPOCH } from './engine.testing.ts';

function inspect(bench: Bench, key: string, from = 0, most = 200): KeyDetail {
  return JSON.parse(bench.engine.inspect(0, new TextEncoder().encode(key), most, from)) as KeyDetail;
}

test('fields of a hash have deadlines, in the order of the items', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  bench.say(alice, 'HSET h a 1 b 2 c 3');
  expect(inspect(bench, 'h').deadlines).toBeUndefined();
  bench.say(alice, `HPEXPIREAT h ${EPOCH / 1000 + 60_000} FIELDS 1 b`);
  const { items, deadlines, length } = inspect(bench, 'h');
  expect(length).toBe(3);
  const fields = items.filter((_, i) => i % 2 === 0);
  expect(Object.fromEntries(fields.map((field, i) => [field, deadlines?.[i]]))).toEqual({ a: null, b: EPOCH + 60e6, c: null });
  expect(inspect(bench, 'h', 1, 1).deadlines).toEqual(deadlines?.slice(1, 2));
});

test('a stream has entries, groups, consumers and what is pending', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  for (const line of ['XADD s 1-0 a 1', 'XADD s 2-0 a 2 b 3', 'XADD s 3-0 a 4', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g kit COUNT 2 STREAMS s >', 'XACK s g 1-0', 'XDEL s 2-0']) bench.say(alice, line);
  const { items, length, more, stream } = inspect(bench, 's');
  expect({ items, length, more }).toEqual({ items: [], length: 2, more: 0 });
  expect(stream).toMatchObject({
    entries: [['1-0', 'a', '1'], ['3-0', 'a', '4']], last: '3-0', deleted: '2-0', added: 3, groupsMore: 0,
    groups: [{ name: 'g', last: '2-0', waiting: 1, consumers: [{ name: 'kit', waiting: 1 }], pending: [{ id: '2-0', consumer: 'kit', count: 1, gone: true }] }],
  });
  expect(inspect(bench, 's', 1, 1).stream?.entries).toEqual([['3-0', 'a', '4']]);
  expect(inspect(bench, 's', 0, 1).more).toBe(1);
});

test('a HyperLogLog tells what it would answer, and of its registers a bounded part', () => {
  const bench = new Bench();
  const alice = bench.open('alice');
  bench.say(alice, `PFADD p ${Array.from({ length: 50 }, (_, i) => `v${i}`).join(' ')}`);
  const young = inspect(bench, 'p').sketch;
  expect(bench.say(alice, 'PFCOUNT p')).toEqual([`(integer) ${young?.estimate}`]);
  expect(young).toMatchObject({ dense: false, kept: false });
  expect(young?.strip).toHaveLength(256);
  expect(young?.histogram.reduce((sum, n) => sum + n, 0)).toBe(16384);
  bench.say(alice, 'PFDEBUG TODENSE p');
  expect(inspect(bench, 'p').sketch).toEqual({ ...young, dense: true, kept: true });
  // A later page of its bytes still knows it all; what only begins like one is a string.
  expect(inspect(bench, 'p', 4096).sketch?.estimate).toBe(young?.estimate);
  bench.say(alice, 'SET q HYLL');
  expect(inspect(bench, 'q').sketch).toBeUndefined();
  bench.say(alice, 'SETRANGE p 4 "\\x01"');
  expect(inspect(bench, 'p').sketch).toBeNull();
});
