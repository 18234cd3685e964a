import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GroupDetail, StreamDetail } from '../engine.ts';
import { gaps } from './arrays.ts';
import { countSet, gridPath, isSet, ROW_BITS, runsOf } from './bits.ts';
import { arePlaces, chart, labelled, placeOf } from './places.ts';
import { ageOf, shareOf } from './streams.ts';

const byteString = fc.uint8Array({ maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes));

test('bits are counted from the highest of the first byte', () => {
  expect(isSet('\x80', 0)).toBe(true);
  expect(isSet('\x01', 7)).toBe(true);
  expect(isSet('\x00\x40', 9)).toBe(true);
  expect(runsOf('\x87\xff\x01', 9)).toEqual([[0, 0], [5, 15], [23, 23]]);
  expect(runsOf('\xaa\xaa', 2)).toEqual([[0, 0], [2, 2]]);
  expect(runsOf('', 9)).toEqual([]);
});

test('runs, counts and the grid agree with a bit by bit walk', () => {
  fc.assert(fc.property(byteString, (bytes) => {
    const set = Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter((bit) => isSet(bytes, bit));
    expect(countSet(bytes)).toBe(set.length);
    expect(runsOf(bytes, Infinity).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))).toEqual(set);
    const drawn = [...gridPath(bytes, 1).matchAll(/M(\d+) (\d+)h(\d+)/g)].flatMap(([, x, y, width]) =>
      Array.from({ length: Number(width) }, (_, i) => Number(y) * ROW_BITS + Number(x) + i));
    expect(drawn).toEqual(set);
  }));
});

// What GEOADD stores and GEOPOS answers for it, asked of a real server.
test.each([
  ['3479099956230698', 13.361389, 38.115556],
  ['3479447370796909', 15.087269, 37.502669],
])('%s is a place', (score, longitude, latitude) => {
  expect(arePlaces([score])).toBe(true);
  const place = placeOf(Number(score));
  expect(place.longitude).toBeCloseTo(longitude, 5);
  expect(place.latitude).toBeCloseTo(latitude, 5);
});

test('ordinary scores are no places', () => {
  for (const scores of [[], ['310', '250'], ['1718000000000'], ['3479099956230698', '1.5'], ['-3479099956230698'], ['inf'], ['9007199254740991']]) expect(arePlaces(scores)).toBe(false);
});

test('all places are on their map, the grid has a few lines, and north is up', () => {
  const place = fc.record({ longitude: fc.double({ min: -180, max: 180, noNaN: true }), latitude: fc.double({ min: -85, max: 85, noNaN: true }) });
  fc.assert(fc.property(fc.array(place, { minLength: 1, maxLength: 20 }), (places) => {
    const map = chart(places, 300, 200);
    for (const { longitude, latitude } of places) {
      expect(map.x(longitude)).toBeGreaterThanOrEqual(0);
      expect(map.x(longitude)).toBeLessThanOrEqual(300);
      expect(map.y(latitude)).toBeGreaterThanOrEqual(0);
      expect(map.y(latitude)).toBeLessThanOrEqual(200);
    }
    expect(map.y(1)).toBeLessThan(map.y(0));
    expect(map.meridians.length + map.parallels.length).toBeLessThan(30);
    expect(map.scale.width).toBeGreaterThan(0);
    expect(map.scale.width).toBeLessThanOrEqual(300 * 0.37);
  }));
});

test('labels do not cover each other', () => {
  expect(labelled([{ x: 0, y: 0, width: 10 }, { x: 5, y: 3, width: 10 }, { x: 5, y: 20, width: 10 }, { x: 12, y: 2, width: 4 }], 12)).toEqual([true, false, true, true]);
});

test('an ID is a time unless somebody chose it', () => {
  const now = 1_700_000_000_000_000;
  expect(ageOf('1699999990000-3', now)).toBe(10e6);
  expect(ageOf('1-1', now)).toBeNull();
  expect(ageOf('18446744073709551615-18446744073709551615', now)).toBeNull();
});

test('a group is done with what it has read and acknowledged', () => {
  const group = (lag: number | null, waiting: number): GroupDetail => ({ name: 'g', last: '0-0', lag, waiting, consumers: [], pending: [] });
  const stream = { added: 10 } as StreamDetail;
  expect(shareOf(group(3, 2), stream)).toEqual({ done: 5, waiting: 2, unread: 3 });
  expect(shareOf(group(null, 2), stream)).toBeNull();
  expect(shareOf(group(0, 12), stream)).toEqual({ done: 0, waiting: 10, unread: 0 });
  expect(shareOf(group(12, 0), stream)).toEqual({ done: 0, waiting: 0, unread: 12 });
});

test('what is empty between the indexes of an array', () => {
  expect(gaps(['3', '4', '18446744073709551000'], true)).toEqual(['3', '', '18446744073709550995']);
  expect(gaps(['3', '9'], false)).toEqual(['', '5']);
  expect(gaps(['0', '1'], true)).toEqual(['', '']);
  expect(gaps([], true)).toEqual([]);
});
