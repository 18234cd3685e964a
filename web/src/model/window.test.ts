import { expect, test } from 'vitest';
import { boxHeight, HEIGHT_MAX, scrollTo, windowAt } from './window.ts';

test('a short list scrolls by pixels', () => {
  expect(windowAt(0, 100, 3, 30)).toEqual({ first: 0, count: 3, top: 0 });
  expect(windowAt(45, 90, 100, 30)).toEqual({ first: 1, count: 4, top: 30 });
  expect(windowAt(0, 100, 0, 30)).toEqual({ first: 0, count: 0, top: 0 });
});

test('a million rows are all reached in a shorter box', () => {
  const [view, total, row] = [300, 1_000_000, 30];
  expect(boxHeight(total, row)).toBe(HEIGHT_MAX);
  const end = windowAt(HEIGHT_MAX - view, view, total, row);
  expect(end.first + end.count).toBe(total);
  for (const index of [0, 7, 500_000, 999_999]) {
    const { first, count } = windowAt(scrollTo(index, 0, view, total, row), view, total, row);
    expect(index, `${index}`).toBeGreaterThanOrEqual(first);
    expect(index, `${index}`).toBeLessThanOrEqual(first + count);
  }
});
