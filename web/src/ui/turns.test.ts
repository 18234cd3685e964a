import { expect, test } from 'vitest';
import { type Half, Turns } from './turns.ts';

/** Turns on a clock of its own: `frame(ms)` is the next frame, so much later; `asks(half)` wishes to draw. */
function page(): { frame: (ms: number) => Promise<Half[]>; asks: (half: Half) => boolean; wanted: () => boolean } {
  let now = 0;
  let next: ((now: number) => void) | null = null;
  let drawn: Half[] = [];
  const turns = new Turns((frame) => (next = frame));
  return {
    asks: (half) => {
      const wait = turns.wait(half);
      void wait?.then(() => drawn.push(half));
      return wait !== null;
    },
    frame: async (ms) => {
      now += ms;
      drawn = [];
      const frame = next;
      next = null;
      frame?.(now);
      await Promise.resolve();
      return drawn;
    },
    wanted: () => next !== null,
  };
}

test('whoever keeps up draws at once', async () => {
  const { asks, frame } = page();
  for (let at = 0; at < 100; at += 1) {
    expect([asks(0), asks(1)]).toEqual([false, false]);
    await frame(17);
  }
});

test('one late frame is no reason to take turns', async () => {
  const { asks, frame } = page();
  for (let at = 0; at < 100; at += 1) {
    expect(asks(0)).toBe(false);
    await frame(at % 20 === 0 ? 40 : 17);
  }
});

/** Makes frames come late until turns are taken. */
async function overload({ asks, frame }: ReturnType<typeof page>): Promise<void> {
  while (!asks(0)) await frame(34);
  await frame(17);
  await frame(17);
}

test('after several late frames each half draws in every other frame', async () => {
  const slow = page();
  await overload(slow);
  const seen: Half[][] = [];
  for (let at = 0; at < 6; at += 1) {
    slow.asks(0);
    slow.asks(1);
    seen.push([...new Set(await slow.frame(17))]);
  }
  const [first] = seen[0] as [Half];
  const other = (1 - first) as Half;
  expect(seen).toEqual([[first], [other], [first], [other], [first], [other]]);
});

test('turns end after a while, and nobody who waited is forgotten', async () => {
  const slow = page();
  await overload(slow);
  let asked = 0;
  let drawn = 0;
  let atOnce = 0;
  for (let at = 0; at < 700; at += 1) {
    if (slow.asks((at % 2) as Half)) asked += 1;
    else atOnce += 1;
    drawn += (await slow.frame(17)).length;
  }
  expect(asked).toBeGreaterThan(500);
  expect(atOnce).toBeGreaterThan(20);
  expect(drawn).toBe(asked);
});

test('frames are counted only while something is drawn', async () => {
  const { asks, frame, wanted } = page();
  expect(wanted()).toBe(false);
  asks(0);
  for (let at = 0; at < 20; at += 1) await frame(17);
  expect(wanted()).toBe(false);
  // What was between the last frame and the next wish says nothing of the browser.
  for (let at = 0; at < 5; at += 1) {
    expect(asks(0)).toBe(false);
    for (let count = 0; count < 20; count += 1) await frame(count === 0 ? 1000 : 17);
  }
});
