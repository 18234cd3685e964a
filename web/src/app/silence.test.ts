import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Silence } from './silence.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function listening(): { silence: Silence; asked: () => number; told: (number | null)[] } {
  let asked = 0;
  const told: (number | null)[] = [];
  return { silence: new Silence(() => asked++, (ms) => told.push(ms)), asked: () => asked, told };
}

test('a worker that answers is left in peace', () => {
  const { silence, asked, told } = listening();
  silence.expect();
  vi.advanceTimersByTime(400);
  silence.heard(false);
  vi.advanceTimersByTime(5000);
  expect([asked(), told]).toEqual([0, []]);
});

test('a silent one is asked once, then called busy, until it says something', () => {
  const { silence, asked, told } = listening();
  silence.expect();
  vi.advanceTimersByTime(600);
  silence.expect();
  expect([asked(), told]).toEqual([1, []]);
  vi.advanceTimersByTime(900);
  expect(told).toEqual([1000, 1250, 1500]);
  silence.heard(true);
  vi.advanceTimersByTime(1000);
  expect([asked(), told]).toEqual([2, [1000, 1250, 1500, null, 1000]]);
  silence.end();
  vi.advanceTimersByTime(5000);
  expect(told.at(-1)).toBe(null);
});
